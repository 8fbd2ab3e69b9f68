"""Verdicts on the labelled claims of five real articles, with gold claims and places, against real control maps."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from geomap.models import Claim, Code, Label


def load(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate_verdicts", root / "tools" / "evaluate_verdicts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scored(root: Path, shared: Path) -> tuple[ModuleType, list[dict[str, Any]], dict[str, Claim]]:
    tool = load(root)
    gazetteer = tool.read_gazetteer()
    articles = tool.read_articles([shared / "data" / "articles" / "articles.jsonl"])
    control = tool.read_control(shared / "data" / "control" / "2022", name="DeepState")
    lines = (shared / "data" / "claims" / "articles_gold.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines]
    claims = tool._gold_claims(gold, articles, gazetteer)
    ground = tool.Ground(
        gazetteer=gazetteer, control=(control,), articles={a.id: a for a in articles}, claims=tuple(claims)
    )
    return tool, gold, {c.id: tool._judged(c, ground) for c in claims}


@pytest.mark.shared
def test_verdicts_agree_with_gold(scored: tuple[ModuleType, list[dict[str, Any]], dict[str, Claim]]) -> None:
    tool, gold, judged = scored
    counts: Counter[tuple[str, str]] = Counter()
    for g in gold:
        verdict = judged[g["id"]].verdict
        if g["required"] and verdict is not None:
            counts[g["geo_verdict"], str(verdict.label)] += 1
    assert sum(n for (truth, label), n in counts.items() if label in tool.AGREE[truth]) >= 47, counts
    assert counts["true", "does_not_fit"] == 0
    assert counts["false", "fits"] == counts["false", "roughly_fits"] == 0


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "label", "codes"),
    [
        ("S3-19", Label.DOES_NOT_FIT, ()),  # 40 km south of Zolota Balka: 26 km, not even by road
        ("S3-10", Label.DOES_NOT_FIT, ()),  # more than 120 km from Kherson: 28 km
        ("S4-13", Label.DOES_NOT_FIT, ()),  # Oskil 150 km east of Kharkiv
        ("S3-22", Label.ROUGHLY_FITS, (Code.DIRECTION,)),  # 107 km, but north-east
        ("S1-22", Label.FITS, (Code.WIDE,)),  # 2,500 km²
        ("S1-21", Label.ROUGHLY_FITS, (Code.DATE,)),  # 390 square miles, by the next day's map
        ("S0-08", Label.FITS, (Code.UNDERSTATED,)),
        ("S2-07", Label.FITS, ()),
        ("S2-05", Label.FITS, ()),
        ("S2-06", Label.FITS, ()),
        ("S4-08", Label.FITS, (Code.UNIT,)),
    ],
)
def test_verdicts_that_the_rules_give(
    scored: tuple[ModuleType, list[dict[str, Any]], dict[str, Claim]], key: str, label: Label, codes: tuple[Code, ...]
) -> None:
    verdict = scored[2][key].verdict
    assert verdict is not None
    assert verdict.label is label, verdict.reason
    assert set(codes) <= set(verdict.codes), verdict.codes
