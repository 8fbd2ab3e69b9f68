"""Speed of extraction beside quantulum3, one core, the same texts.

::

    OMP_NUM_THREADS=1 python tools/bench_claims.py            # needs quantulum3 (development only)
    python tools/bench_claims.py --alone                      # geomap alone, and how time grows with length

Texts: the development articles of ``../shared``. Extraction alone is timed: all ten kinds of claim, speakers and dates
included, while quantulum3 finds quantities only. The best of several rounds counts.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from geomap.claims import extract_claims
from geomap.models import Article

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
SETS = ("articles/articles.jsonl", "claims/news_dev_articles.jsonl", "claims/passages_dev_articles.jsonl")
HOSTILE = {
    "digits": "1", "commas": "1,", "brackets": "(", "nested quotes": "“(‘", "kilometres": "5 km ",
    "open brackets": "5 km (3 ", "dashes": "5-", "verbs": "captured ",
    "places": "Izium, ", "of the": "of the border of ",
}  # fmt: skip


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--alone", action="store_true", help="without quantulum3; adds hostile text of 1 MB")
    options = parser.parse_args(argv)
    texts = [json.loads(line)["text"] for name in SETS for line in (SHARED / name).open(encoding="utf-8")]
    size = sum(map(len, texts))
    ours = _best(_geomap, texts, options.rounds)
    print(f"{len(texts)} texts, {size:,} characters, best of {options.rounds}")
    print(f"geomap      {ours:8.3f} s   {size / ours / 1e6:7.3f} MB/s")
    if options.alone:
        for name, piece in HOSTILE.items():
            hostile = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
            print(f"1 MB of {name:16s} {_best(_geomap, [hostile], 1):6.1f} s")
        return 0
    try:
        parser_module = importlib.import_module("quantulum3.parser")
        # its unit classifier is optional and slower still: without it, as installed without scikit-learn
        importlib.import_module("quantulum3.classifier").USE_CLF = False  # type: ignore[attr-defined]
    except ImportError:
        print("quantulum3 is not installed: pip install quantulum3, or use --alone", file=sys.stderr)
        return 1
    theirs = _best(lambda text: parser_module.parse(text), texts, 1)
    print(f"quantulum3  {theirs:8.3f} s   {size / theirs / 1e6:7.3f} MB/s")
    print(f"geomap is {theirs / ours:.0f} times as fast")
    return 0


def _geomap(text: str) -> object:
    return extract_claims(Article(id="bench", text=text), [])


def _best(run: Callable[[str], object], texts: list[str], rounds: int) -> float:
    """Processor seconds of the fastest round; a first call warms up."""
    run(texts[0][:2000])
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for text in texts:
            run(text)
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
