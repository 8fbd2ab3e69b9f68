"""Score the shipped recogniser and resolver on the five articles, every miss listed.

python tools/evaluate_toponyms.py            # five articles: place, kind and span of each literal mention, traps; 46
                                             # news stories; villages in stories, without and with a layer of them
python tools/evaluate_toponyms.py --lgl      # then LGL and own paragraphs on world news, cross-validated by newspaper,
                                             # each with its calibration table: of the mentions scored about 0.9, how
                                             # many were right (needs the training packages, five minutes)
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

from toponym_stories import evaluate_stories, layered  # noqa: E402

from geomap.gazetteer import Gazetteer, read_gazetteer  # noqa: E402
from geomap.models import Article, Toponym, to_record  # noqa: E402
from geomap.toponyms import find_toponyms, resolve_toponyms  # noqa: E402

SHARED = ROOT.parent / "shared" / "data" / "toponyms"


def km(a: float, b: float, c: float, d: float) -> float:
    a, b, c, d = map(math.radians, (a, b, c, d))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 12742.018 * math.asin(min(1.0, math.sqrt(h)))


def read_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:  # str.splitlines would break at signs inside a text
        return [json.loads(line) for line in file if line.strip()]


def same_place(gold: dict[str, Any], found: Toponym) -> bool:
    """The same entry, or within 30 km: nearer than the scorer's 161 km, so that city and region are told apart by id
    and rivers still match where gold marks one point of them."""
    place = found.place
    if place is None:
        return False
    if gold["geonameid"] and place.id.startswith("geonames:"):
        return place.id == f"geonames:{gold['geonameid']}"
    if place.feature.startswith("H."):
        return gold["name"].split()[0].casefold() == place.name.split()[0].casefold()
    return km(gold["lat"], gold["lon"], place.lat, place.lon) <= 30


def evaluate_articles(gazetteer: Gazetteer) -> Iterator[str]:
    """Lines: counts by kind, then each miss."""
    misses: list[str] = []
    counts: dict[str, list[int]] = {}
    spurious = 0
    traps = {(t["id"], t["start"]): t["text"] for t in read_lines(SHARED / "articles_toponym_traps.jsonl")}
    for record in read_lines(SHARED / "articles_toponyms.jsonl"):
        article = Article(id=str(record["id"]), text=record["text"])
        found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
        gold = record["toponyms"]
        for g in gold:
            row = counts.setdefault(g["kind"], [0, 0, 0, 0])
            over = [t for t in found if t.start < g["end"] and g["start"] < t.end]
            exact = [t for t in over if (t.start, t.end) == (g["start"], g["end"])]
            best = (exact or over or [None])[0]
            row[0] += 1
            row[1] += bool(exact)
            good = best is not None and same_place(g, best)
            row[2] += good
            row[3] += best is not None and best.kind == g["kind"]
            if (g["kind"] == "literal" and not g.get("nested")) and not (good and best and best.kind == g["kind"]):
                said = (
                    f"{best.text!r} {best.kind} {best.place.name if best.place else best.why_not} "
                    f"{best.place.feature if best.place else ''}" if best else "not found"
                )  # fmt: skip
                around = record["text"][max(0, g["start"] - 25) : g["end"] + 25].replace("\n", " ")
                misses.append(f"  {g['text']!r} is {g['name']} ({g['kind']}), got {said}  … {around} …")
        for t in found:
            if not any(t.start < g["end"] and g["start"] < t.end for g in gold):
                spurious += 1
                trap = traps.get((article.id, t.start))
                misses.append(f"  spurious{' TRAP' if trap else ''}: {t.text!r} {t.kind}")
    yield "kind         gold  span exact  place right  kind right"
    for kind, (total, exact_count, place, same) in sorted(counts.items()):
        yield f"{kind:12s} {total:4d}  {exact_count:10d}  {place:11d}  {same:10d}"
    yield f"mentions outside gold: {spurious}; literal misses and mentions outside gold:"
    yield from misses


NEWS = ROOT.parent / "shared" / "data" / "news"


def evaluate_news(gazetteer: Gazetteer) -> Iterator[str]:
    """Lines: literal places of real stories, by the scorer that lies beside them; none of their sentences."""
    articles = [Article(id=str(r["id"]), text=r["text"]) for r in read_lines(NEWS / "articles.jsonl")]
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "places.jsonl"
        with answers.open("w", encoding="utf-8") as file:
            for article in articles:
                for found in resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer):
                    file.write(json.dumps(to_record(found), ensure_ascii=False) + "\n")
        command = [sys.executable, str(NEWS / "score_places.py"), str(NEWS / "places_gold.jsonl"), str(answers)]
        yield from subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().split("\n")


def evaluate_villages(gazetteer: Gazetteer) -> Iterator[str]:
    """Lines: villages that the gazetteer mostly lacks, tuned on and held apart; then all with a layer that has them."""
    for title, held in (("seen while tuning", False), ("held apart", True)):
        yield f"{title}: " + next(evaluate_stories(gazetteer, held=held))
    with tempfile.TemporaryDirectory() as folder:
        yield "with a layer that holds them: " + next(evaluate_stories(layered(Path(folder))))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Score place names.")
    parser.add_argument(
        "--lgl", action="store_true", help="cross-validate too, with the calibration table: five minutes"
    )
    arguments = parser.parse_args(argv)
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED}: missing; gold data stand beside the project")
    gazetteer = read_gazetteer()
    print("\n".join(evaluate_articles(gazetteer)))
    if NEWS.is_dir():
        print("\n".join(["46 news stories, literal places:", *evaluate_news(gazetteer)]))
    print("\n".join(evaluate_villages(gazetteer)))
    if arguments.lgl:
        import train_toponyms

        train_toponyms.main(["--evaluate"])


if __name__ == "__main__":
    main()
