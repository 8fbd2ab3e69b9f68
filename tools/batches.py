"""Fresh batches of labelled passages: check that one is well formed, or score geomap on it.

::

    python tools/batches.py check tests/batches/b01.jsonl
    python tools/batches.py score b01 b02            # what ../shared's scorer prints, each batch and all together
    python tools/batches.py gold b01 > gold.jsonl    # labels with offsets, as the scorer takes them

The rules of labelling stand in ``tests/batches/README.md``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BATCHES = ROOT / "tests" / "batches"
SCORER = ROOT.parent / "shared" / "data" / "claims" / "score_claims.py"
TYPES = (
    "area", "distance", "extent", "advance", "rate", "direction", "containment", "adjacency", "proximity", "control",
    "count",
)  # fmt: skip
PREDICATES = (
    "captured", "recaptured", "liberated", "reached", "advanced", "withdrew", "lost", "evacuated", "surrendered",
    "controls", "occupied", "stabilising", "contested", "besieged", "encircled", "annexed", "claims",
)  # fmt: skip
QUALIFIERS = (
    "exact", "about", "nearly", "more_than", "at_least", "less_than", "at_most", "up_to", "between", "vague_plural",
    "same_as", "times", "size_of", "dimensions", "near", "superlative",
)  # fmt: skip
MODALITIES = (
    "asserted", "intended", "planned", "predicted", "threatened", "conditional", "denied", "retracted",
)  # fmt: skip
WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
UNITS: dict[str, tuple[float, str]] = {
    "m": (1.0, "m"), "km": (1e3, "m"), "ft": (0.3048, "m"), "yd": (0.9144, "m"), "mi": (1609.344, "m"),
    "nmi": (1852.0, "m"), "m2": (1.0, "m2"), "km2": (1e6, "m2"), "ha": (1e4, "m2"), "acre": (4046.8564224, "m2"),
    "dunam": (1e3, "m2"), "sq_ft": (0.09290304, "m2"), "sq_yd": (0.83612736, "m2"), "sq_mi": (2589988.110336, "m2"),
    "m/day": (1.0, "m/day"), "km/day": (1e3, "m/day"), "mi/day": (1609.344, "m/day"), "ha/day": (1e4, "m2/day"),
    "km2/day": (1e6, "m2/day"), "sq_mi/day": (2589988.110336, "m2/day"), "acre/day": (4046.8564224, "m2/day"),
}  # fmt: skip
"""SI factor and SI unit, written here once more: an exam does not use what it examines."""
BARE = ("settlements", "x_area_of", "share_of_area")
CLOSED: dict[str, tuple[str, ...]] = {
    "type": TYPES, "predicate": PREDICATES, "qualifier": QUALIFIERS, "modality": MODALITIES, "direction": WINDS,
    "unit": (*UNITS, *BARE), "polarity": ("affirmed", "negated"),
}  # fmt: skip
FIELDS = {
    *CLOSED, "quote", "nth", "value_text", "value", "value_max", "subject", "reference", "actor", "counterparty",
    "source", "event_date", "required", "alt_types", "note",
}  # fmt: skip


class Malformed(ValueError):
    """A batch breaks the rules of its README."""


def read_batch(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def span(text: str, words: str, nth: int, where: str) -> tuple[int, int]:
    """Offsets of the nth occurrence of words."""
    at = -1
    for _ in range(nth):
        at = text.find(words, at + 1)
        if at < 0:
            raise Malformed(f"{where}: {words!r} does not stand in the text (occurrence {nth})")
    if nth == 1 and text.find(words, at + 1) >= 0 and len(words) < 12:
        raise Malformed(f"{where}: {words!r} stands in the text more than once; say nth, or quote more")
    return at, at + len(words)


def gold_of(passage: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The labels of one passage as the scorer takes them."""
    text = passage["text"]
    labels = [("claim", c) for c in passage.get("claims", [])] + [("none", t) for t in passage.get("traps", [])]
    for number, (kind, label) in enumerate(labels):
        where = f"{passage['id']} label {number + 1}"
        if unknown := set(label) - FIELDS:
            raise Malformed(f"{where}: unknown field {min(unknown)!r}")
        for name, words in CLOSED.items():
            if label.get(name) is not None and label[name] not in words:
                raise Malformed(f"{where}: {name} is {label[name]!r}; expected one of {', '.join(words)}")
        start, end = span(text, label["quote"], label.get("nth", 1), where)
        record = dict.fromkeys(("value_start", "value_end", "normalised_si", "normalised_si_max", "si_unit"))
        if label.get("value_text"):
            inside = text.find(label["value_text"], start)
            if inside < 0 or inside >= end:
                raise Malformed(f"{where}: {label['value_text']!r} does not begin within the quote")
            record["value_start"], record["value_end"] = inside, inside + len(label["value_text"])
        if kind == "claim" and label.get("unit") in UNITS and label.get("value") is not None:
            factor, record["si_unit"] = UNITS[label["unit"]]
            record["normalised_si"] = label["value"] * factor
            record["normalised_si_max"] = label["value_max"] * factor if label.get("value_max") is not None else None
        if kind == "claim" and label.get("type") not in TYPES:
            raise Malformed(f"{where}: a claim needs a type")
        if kind == "claim" and label["type"] == "control" and not label.get("predicate"):
            raise Malformed(f"{where}: control needs a predicate")
        plain = {k: v for k, v in label.items() if k not in ("nth", "note")}
        yield {
            "id": f"{passage['id']}-{number + 1:02}", "doc": passage["id"], "label": kind, "type": "none",
            "polarity": "affirmed", "modality": "asserted", "required": True, "alt_types": [], "subject": [],
            "predicate": None, "reference": None, "direction": None, "qualifier": None, "actor": None, "source": None,
            "unit": None, **plain, **record, "char_start": start, "char_end": end,
        }  # fmt: skip


def check(path: Path) -> str:
    """Count what a batch holds, or raise where it breaks the rules."""
    passages = read_batch(path)
    counts: Counter[str] = Counter()
    for passage in passages:
        for label in gold_of(passage):
            counts["traps" if label["label"] == "none" else label["type"]] += 1
            counts["required"] += label["label"] == "claim" and label["required"]
    return f"{path.name}: {len(passages)} passages, {dict(counts.most_common())}"


def score(names: list[str]) -> None:
    """Run ``geomap extract`` on batches and the scorer on what it gives."""
    with tempfile.TemporaryDirectory() as folder:
        texts, gold, found = (Path(folder) / n for n in ("texts.jsonl", "gold.jsonl", "found.jsonl"))
        passages = [p for n in names for p in read_batch(BATCHES / f"{n}.jsonl")]
        texts.write_text(
            "".join(
                json.dumps({k: p[k] for k in ("id", "published_on", "text") if p.get(k)}, ensure_ascii=False) + "\n"
                for p in passages
            ),
            encoding="utf-8",
        )
        labels = [label for p in passages for label in gold_of(p)]
        gold.write_text("".join(json.dumps(g, ensure_ascii=False) + "\n" for g in labels), encoding="utf-8")
        command = [sys.executable, "-m", "geomap", "extract", str(texts), "--format", "jsonl", "-o", str(found)]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        print(f"── {', '.join(names)}: {len(passages)} passages, {len(labels)} labels ──", flush=True)
        subprocess.run([sys.executable, str(SCORER), str(gold), str(found)], check=True)


def main(argv: list[str]) -> int:
    match argv:
        case ["check", *paths] if paths:
            try:
                for path in paths:
                    print(check(Path(path)))
            except (Malformed, KeyError, json.JSONDecodeError) as error:
                print(f"{error}", file=sys.stderr)
                return 1
        case ["score", *names]:
            names = names or sorted(p.stem for p in BATCHES.glob("*.jsonl"))
            for name in names:
                score([name])
            if len(names) > 1:
                score(names)
        case ["gold", name]:
            for passage in read_batch(BATCHES / f"{name}.jsonl"):
                for label in gold_of(passage):
                    print(json.dumps(label, ensure_ascii=False))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
