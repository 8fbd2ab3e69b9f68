"""Try to break geomap, set by set, and count: tried, passed. Exit code 1 where anything failed.

    python tools/break.py                       every set: about an hour on one core
    python tools/break.py mutations --share 0.1 a tenth of the structured inputs with one field of a wrong type
    python tools/break.py growth --largest 250000   texts; commands over maps and stories: tools/growth.py
    python tools/break.py kills --times 5       every command that writes, killed at random moments
    python tools/break.py beside                two runs of every command side by side on one output
    python tools/break.py power                 files of cache, corpora and reports cut, zeroed, swapped
    python tools/break.py words                 phrases of control maps and what their makers meant

Seeds make a run again. Kills and runs side by side are processes of their own, with a cache of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import mutations  # noqa: E402
import text_growth as growth  # noqa: E402

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
PATIENCE = 300.0
"""Seconds before a run counts as hung: a busy machine is no fault."""


@dataclass
class Count:
    """What a set has tried, and what failed."""

    name: str
    tried: int = 0
    failed: list[str] = field(default_factory=list)

    def note(self, right: bool, what: str) -> None:
        self.tried += 1
        if not right:
            self.failed.append(what)
            print(f"  FAILED {what}", flush=True)

    def told(self) -> str:
        return f"{self.name}: {self.tried:,} tried, {self.tried - len(self.failed):,} passed"


# ── commands that write ──────────────────────────────────────────────────────────────────────────────────────

TEXTS = (
    "Troops left Izium on Saturday, the ministry said. They retook 300 square kilometres of Kharkiv region.",
    "Lyman lies 20 km from Sloviansk. Troops advanced 5 km from Kyiv towards Brovary, he said, and took Izium.",
)


@dataclass(frozen=True)
class Command:
    """A command, what it writes, and what stands for its result where that is more than files."""

    name: str
    words: tuple[str, ...]
    writes: tuple[str, ...]


DAYS = ("maps/2022-09-10.geojson", "maps/2022-09-11.geojson")
COMMANDS = (
    Command("report html", ("report", "in.jsonl", "-o", "out.html"), ("out.html",)),
    Command("report json", ("report", "in.jsonl", "-o", "out.json"), ("out.json",)),
    Command("report md", ("report", "in.jsonl", "-o", "out.md"), ("out.md", "out.png")),
    Command("report gpkg", ("report", "in.jsonl", "-o", "out.gpkg"), ("out.gpkg",)),
    Command("report parquet", ("report", "in.jsonl", "-o", "out.parquet"), ("out.parquet",)),
    Command("map svg", ("map", "in.jsonl", "-o", "out.svg"), ("out.svg",)),
    Command("check", ("check", "in.jsonl", "--control", "maps", "-o", "out.csv"), ("out.csv",)),
    Command("extract", ("extract", "in.jsonl", "-o", "out.jsonl"), ("out.jsonl",)),
    Command("toponyms", ("toponyms", "in.jsonl", "-o", "out.geojson"), ("out.geojson",)),
    Command("review", ("review", "in.jsonl", "-o", "decisions.csv"), ("decisions.csv", "decisions.csv.bak")),
    Command("compare", ("compare", "a.json", "b.json", "--on", "2022-09-14", "-o", "out.md"), ("out.md",)),
    Command("resolve", ("resolve", "@place", "-o", "out.json"), ("out.json",)),
    Command("distance", ("distance", "Kyiv", "@place", "-o", "out.json"), ("out.json",)),
    Command("hull", ("hull", "Kyiv", "Izium", "@place", "-o", "out.geojson"), ("out.geojson",)),
    Command("area", ("area", DAYS[0], "-o", "out.csv"), ("out.csv",)),
    Command("diff", ("diff", *DAYS, "-o", "out.geojson"), ("out.geojson",)),
    Command("series", ("series", "maps", "--map", "out.html", "-o", "out.csv"), ("out.csv", "out.html")),
    Command("gazetteer info", ("gazetteer", "info", "-o", "out.json", "--format", "json"), ("out.json",)),
    Command("gazetteer add", ("gazetteer", "add", "places.csv"), ()),
    Command("corpus", ("corpus", "in.jsonl", "-o", "corpus"), ()),
)  # fmt: skip


def shape(east: float) -> dict[str, Any]:
    ring = [[36, 49], [east, 49.1], [36.3, 49.5], [36, 49]]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"status": "held", "holder": "Russia"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }


def prepare(folder: Path, version: int) -> dict[str, str]:
    """Inputs of one of two versions; gives what placeholders mean."""
    (folder / "maps").mkdir(parents=True, exist_ok=True)
    records = [{"id": f"a{n}", "text": TEXTS[(n + version) % 2], "published_on": "2022-09-12"} for n in range(3)]
    (folder / "in.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    for day in (10, 11):
        (folder / "maps" / f"2022-09-{day}.geojson").write_text(json.dumps(shape(36.4 + day / 50 + version / 10)))
    for name, claims in (("a.json", []), ("b.json", [{"article": "a", "kind": "area", "quote": f"{version} km"}])):
        parts: dict[str, Any] = {k: [] for k in ("articles", "places", "contradictions", "untested", "unresolved")}
        (folder / name).write_text(json.dumps({**parts, "claims": claims, "methods": {"version": "1"}}))
    (folder / "places.csv").write_text(f"name,lat,lon\nQyxo{version},49.{version},36.{version}\n")
    return {"@place": ("Lviv", "Lyman")[version]}


def start(command: Command, folder: Path, meaning: dict[str, str]) -> subprocess.Popen[bytes]:
    words = [meaning.get(word, word) for word in command.words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GEOMAP_CACHE": str(folder / "cache"), "COLUMNS": "80"}
    return subprocess.Popen(
        [sys.executable, "-m", "geomap", *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finished(command: Command, folder: Path, meaning: dict[str, str]) -> tuple[int, str, float]:
    """Run it to its end: exit code, what stood on stderr, seconds."""
    began = time.monotonic()
    process = start(command, folder, meaning)
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said.decode("utf-8", "replace"), time.monotonic() - began


def state(command: Command, folder: Path) -> Any:
    """What stands where the command writes."""
    if command.name == "corpus":
        from geomap.corpus import read_corpus
        from geomap.errors import GeomapError

        if not (folder / "corpus" / "manifest.json").exists():
            return None
        try:
            found = read_corpus(folder / "corpus")
            return (found.complete, sorted(found.claims["quote"]), sorted(found.toponyms["text"]))
        except GeomapError as error:
            return f"broken: {error}"
    if command.name == "gazetteer add":
        from geomap.gazetteer.index import Index

        layer = folder / "cache" / "layers" / "own-places"
        return list(Index(layer).names) if layer.exists() else None
    return {name: (folder / name).read_bytes() if (folder / name).exists() else None for name in command.writes}


def leftovers(folder: Path) -> list[str]:
    return [str(p.relative_to(folder)) for p in folder.rglob(".*") if "-geomap-" in p.name]


def scenario(command: Command, base: Path) -> tuple[Any, Any, float]:
    """The states before and after a run of the second version, and how long that takes; ``base`` is as before."""
    after = base.with_name(f"{base.name}-after")
    prepare(base, 0)
    if command.name != "corpus":  # a corpus of other inputs is refused, as it should be
        finished(command, base, prepare(base, 0))
    if command.name == "review":
        _decide(base / "decisions.csv")
        (base / "decisions.csv.bak").unlink(missing_ok=True)
    old = state(command, base)
    shutil.copytree(base, after, symlinks=True)
    code, said, seconds = finished(command, after, prepare(after, 1))
    if code != 0:
        raise RuntimeError(f"{command.name}: {code} {said}")
    new = state(command, after)
    shutil.rmtree(after)
    return old, new, seconds


def _decide(path: Path) -> None:
    import csv

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"decision": "keep", "by": "Ada"}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def is_whole(command: Command, found: Any, old: Any, new: Any) -> bool:
    """Old or new, each file whole; a corpus may be part of the way, and its next run ends it."""
    if command.name == "corpus":
        return not isinstance(found, str)
    if isinstance(found, dict):
        allowed = {name: {old[name], new[name]} for name in found}
        if "decisions.csv.bak" in allowed:
            allowed["decisions.csv.bak"] |= {old["decisions.csv"]}
        return all(found[name] in allowed[name] for name in found)
    return found in (old, new)


def kills(count: Count, times: int, seed: int, only: str) -> None:
    """Every command that writes, ended at random moments: old or new each time, and the next run mends all."""
    pick = random.Random(seed)
    for command in (c for c in COMMANDS if only in c.name):
        with tempfile.TemporaryDirectory(prefix="geomap-kills-") as home:
            base = Path(home) / "base"
            base.mkdir()
            old, new, seconds = scenario(command, base)
            for turn in range(times):
                folder = Path(home) / f"run{turn}"
                shutil.copytree(base, folder, symlinks=True)
                meaning = prepare(folder, 1)
                number = SIGNALS[turn % len(SIGNALS)]
                process = start(command, folder, meaning)
                moment = pick.uniform(0, seconds)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=moment)
                ended = process.poll() is None
                if ended:
                    process.send_signal(number)
                _, said = process.communicate(timeout=PATIENCE)
                what = f"{command.name}: {number.name} after {moment:.2f} s"
                whole = is_whole(command, state(command, folder), old, new)
                count.note(whole, f"{what}: neither old nor new")
                if ended and number is not signal.SIGKILL:
                    plain = said.decode("utf-8", "replace")
                    count.note("Traceback" not in plain or moment < 0.25, f"{what}: {plain[-300:]!r}")
                    count.note(not leftovers(folder), f"{what}: left {leftovers(folder)}")
                code, told, _ = finished(command, folder, prepare(folder, 1))
                same = state(command, folder) == new or (command.name == "review" and code == 0)
                count.note(code == 0 and same and not leftovers(folder), f"{what}: then {code} {told[-300:]!r}")
                shutil.rmtree(folder)
        print(f"  {command.name}: {times} kills within {seconds:.1f} s", flush=True)


def beside(count: Count, only: str) -> None:
    """Two runs of every command at once on one output: the result is that of one, whole."""
    for command in (c for c in COMMANDS if only in c.name):
        with tempfile.TemporaryDirectory(prefix="geomap-beside-") as home:
            base = Path(home) / "base"
            base.mkdir()
            _, new, _ = scenario(command, base)
            meaning = prepare(base, 1)
            two = [start(command, base, meaning) for _ in range(2)]
            said = [process.communicate(timeout=PATIENCE)[1].decode() for process in two]
            codes = sorted(process.returncode for process in two)
            # a corpus is written by one at a time: the other says so, or comes when all is done
            right = codes == [0, 0] or (
                command.name == "corpus" and codes == [0, 1] and "another geomap corpus" in "".join(said)
            )
            found = state(command, base)
            if command.name == "review":
                found, new = found["decisions.csv"], new["decisions.csv"]
            count.note(right and found == new, f"{command.name}: {codes} {said}")
            count.note(not leftovers(base), f"{command.name}: left {leftovers(base)}")


# ── power cuts ───────────────────────────────────────────────────────────────────────────────────────────────


def harmed(path: Path, harm: str, other: Path) -> bool:
    """Do to a file what a power cut does; false where that changes nothing."""
    before = path.read_bytes()
    if harm == "cut":
        after = before[: len(before) // 2]
    elif harm == "zeroed":
        after = bytes(len(before))
    else:
        after = other.read_bytes()
        if after != before:
            other.write_bytes(before)
    if after == before:
        return False
    path.write_bytes(after)
    return True


HARMS = ("cut", "zeroed", "swapped")


def power(count: Count) -> None:
    """Files of an index, of a layer, of corpora and of saved reports cut, zeroed, swapped: each is noticed."""
    from geomap.corpus import verify_corpus
    from geomap.errors import GeomapError
    from geomap.gazetteer import add_places
    from geomap.gazetteer.index import Index
    from geomap.pipeline import compare_files

    with tempfile.TemporaryDirectory(prefix="geomap-power-") as home:
        folder = Path(home)
        prepare(folder, 0)
        layer = add_places(folder / "places.csv", folder=folder / "layers")
        Index(layer)
        files = sorted(p for p in layer.iterdir() if p.name != "checked.json")
        for n, path in enumerate(files):
            for harm in HARMS:
                spoilt = folder / "spoilt"
                shutil.copytree(layer, spoilt)
                Index(spoilt)  # found whole, and so stamped, a moment before
                if harmed(spoilt / path.name, harm, spoilt / files[n - 1].name):
                    count.note(_refuses(partial(Index, spoilt), GeomapError), f"index: {path.name} {harm}")
                shutil.rmtree(spoilt)
        finished(Command("corpus", ("corpus", "in.jsonl", "-o", "corpus"), ()), folder, {})
        parts = sorted((folder / "corpus").rglob("*.parquet"))
        for n, path in enumerate([*parts, folder / "corpus" / "manifest.json"]):
            for harm in HARMS:
                shutil.copytree(folder / "corpus", folder / "spoilt")
                spoilt = folder / "spoilt" / path.relative_to(folder / "corpus")
                if harmed(spoilt, harm, folder / "spoilt" / parts[n - 1].relative_to(folder / "corpus")):
                    count.note(_amiss(verify_corpus, folder / "spoilt"), f"corpus: {path.name} {harm}")
                shutil.rmtree(folder / "spoilt")
        for harm in HARMS:
            spoilt = folder / "spoilt.json"
            shutil.copy(folder / "b.json", spoilt)
            harmed(spoilt, harm, folder / "places.csv")
            read = partial(compare_files, folder / "a.json", spoilt)
            count.note(_refuses(read, GeomapError), f"report.json {harm}")


def _refuses(call: Callable[[], Any], error: type[Exception]) -> bool:
    try:
        call()
    except error:
        return True
    except Exception as other:
        print(f"  {type(other).__name__}: {other}")
    return False


def _amiss(verify: Callable[[Path], list[str]], folder: Path) -> bool:
    from geomap.errors import GeomapError

    try:
        return bool(verify(folder))
    except GeomapError:
        return True


# ── the other sets ───────────────────────────────────────────────────────────────────────────────────────────


def mutated(count: Count, share: float, seed: int, only: str) -> None:
    warnings.simplefilter("ignore")
    for given in mutations.INPUTS:
        if only not in given.name:
            continue
        kinds: dict[str, str] = {}
        before, passed = count.tried, 0
        for text in mutations.sample(given, share, seed):
            count.tried += 1
            wrong = mutations.failure(given, text)
            passed += wrong is None
            if wrong is not None:
                count.failed.append(f"{given.name}: {wrong}")
                kinds.setdefault(wrong.partition(" (")[0], text)
        print(f"  {given.name}: {count.tried - before:,} tried, {passed:,} passed", flush=True)
        for kind, text in kinds.items():
            print(f"  FAILED {kind}: {text[:200]!r}")


def grown(count: Count, largest: int, only: str) -> None:
    sizes = tuple(size for size in growth.SIZES if size <= largest)
    patterns = tuple(p for p in growth.PATTERNS if only in p)
    for pattern, taken, factors in growth.grown(patterns, sizes):
        seconds = ", ".join(f"{t:.2f}" for t in taken)
        print(f"  {pattern!r}: {seconds} s, {max(factors):.2f} at most a doubling", flush=True)
        count.note(max(factors) < growth.MOST, f"{pattern!r}: {factors}")


def phrases() -> Iterator[tuple[str, str]]:
    table = tomllib.loads((ROOT / "tests" / "statuses.toml").read_text("utf-8"))
    for language in ("en", "uk", "ru"):
        for status, said in table[language].items():
            yield from ((phrase, status) for phrase in said)


def worded(count: Count) -> None:
    from geomap.control.statuses import read_status

    for phrase, meant in phrases():
        said = read_status(phrase)
        found = "refused" if said is None else str(said.status)
        count.note(found == meant, f"{phrase!r}: {found}, meant {meant}")


SETS = ("mutations", "words", "power", "beside", "kills", "growth")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"{', '.join(SETS)}; default: all")
    parser.add_argument("--share", type=float, default=1.0, help="of the mutations")
    parser.add_argument("--largest", type=int, default=max(growth.SIZES), help="characters of grown texts")
    parser.add_argument("--times", type=int, default=20, help="kills of each command")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="what has this in its name")
    given = parser.parse_args()
    if unknown := set(given.sets) - set(SETS):
        parser.error(f"{min(unknown)}: expected some of {', '.join(SETS)}")
    counts = []
    for name in given.sets or SETS:
        count = Count(name)
        print(name, flush=True)
        if name == "mutations":
            mutated(count, given.share, given.seed, given.only)
        elif name == "words":
            worded(count)
        elif name == "power":
            power(count)
        elif name == "beside":
            beside(count, given.only)
        elif name == "kills":
            kills(count, given.times, given.seed, given.only)
        else:
            grown(count, given.largest, given.only)
        print(count.told(), flush=True)
        counts.append(count)
    print("\n".join(["", *(c.told() for c in counts)]))
    sys.exit(1 if any(c.failed for c in counts) else 0)


if __name__ == "__main__":
    main()
