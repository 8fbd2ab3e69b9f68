"""Extracted claims against gold: the five articles, and the development parts of real news and of hard passages.

::

    python tools/evaluate_claims.py                     # geomap's own toponyms
    python tools/evaluate_claims.py --missed            # and every claim missed, wrong or not in gold
    python tools/evaluate_claims.py --set passages

Runs the pipeline's steps 2 to 4 and ``score_claims.py`` of ``../shared``. Gold is for measuring: nothing is tuned to
single lines of it, and no text of it is in the project.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from geomap.articles import read_articles
from geomap.claims import extract_claims
from geomap.gazetteer import Gazetteer, read_gazetteer
from geomap.measure import area_of
from geomap.models import Article, Claim, to_record
from geomap.toponyms import find_toponyms, resolve_toponyms

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
SETS: dict[str, tuple[str, str, str | None]] = {
    "articles": ("articles/articles.jsonl", "claims/articles_gold.jsonl", "claims/articles_negatives.jsonl"),
    "news": ("claims/news_dev_articles.jsonl", "claims/news_dev.jsonl", None),
    "passages": ("claims/passages_dev_articles.jsonl", "claims/passages_dev.jsonl", None),
}
"""Texts, gold and labelled traps of each set."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=sorted(SETS), help="one set only")
    parser.add_argument("--missed", action="store_true", help="list what is not as in gold")
    options = parser.parse_args(argv)
    if not SHARED.is_dir():
        print(f"{SHARED}: no such folder; expected the labelled articles beside the project", file=sys.stderr)
        return 1
    gazetteer = read_gazetteer()
    for name in [options.set] if options.set else SETS:
        texts, gold, traps = SETS[name]
        articles = read_articles([SHARED / texts])
        claims = [c for article in articles for c in claims_in(article, gazetteer)]
        print(f"── {name}: {len(articles)} texts, {len(claims)} claims ──")
        print(score(claims, SHARED / gold, SHARED / traps if traps else None))
        if options.missed:
            for line in differences(claims, articles, SHARED / gold):
                print(line)
    return 0


def claims_in(article: Article, gazetteer: Gazetteer) -> list[Claim]:
    """Steps 2 to 4 of the pipeline over one article."""
    toponyms = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    return extract_claims(article, toponyms, area_of=partial(area_of, gazetteer=gazetteer), border_of=gazetteer.border)


def score(claims: list[Claim], gold: Path, traps: Path | None) -> str:
    """What score_claims.py prints."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.jsonl"
        found.write_text("".join(json.dumps(to_record(c)) + "\n" for c in claims), encoding="utf-8")
        command = [sys.executable, str(SHARED / "claims" / "score_claims.py"), str(gold), str(found)]
        command += ["--negatives", str(traps)] if traps else []
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def differences(claims: list[Claim], articles: list[Article], gold: Path) -> Iterator[str]:
    """Required gold that no claim overlaps with the same kind, and claims that overlap no gold at all."""
    rows = [json.loads(line) for line in gold.open(encoding="utf-8")]
    by_text: dict[str, list[Claim]] = {a.id: [] for a in articles}
    for claim in claims:
        by_text.setdefault(claim.article, []).append(claim)
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        where = row.get("doc") or f"{row['corpus']}:{row['article_id']}"
        spans.setdefault(where, []).append((row["char_start"], row["char_end"]))
        near = [c for c in by_text.get(where, []) if c.start < row["char_end"] and row["char_start"] < c.end]
        wanted = row.get("label", "claim") == "claim" and row.get("required", True)
        if wanted and not any(c.kind == row["type"] for c in near):
            yield f"missed  {where[:20]:20s} {row['type']:11s} {row['quote']!r}"
        if row.get("label") == "none" and near:
            yield f"trapped {where[:20]:20s} {near[0].kind:11s} {near[0].quote!r}"
    for where, found in by_text.items():
        for claim in found:
            if not any(a < claim.end and claim.start < b for a, b in spans.get(where, [])):
                yield f"extra   {where[:20]:20s} {claim.kind:11s} {claim.quote!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
