"""Figures told twice, figures with two readings, and the cases of ``../shared``: what is said of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from test_claims_passages import read_marked

from geomap.claims import choice, extract_claims
from geomap.gazetteer import Gazetteer, read_gazetteer
from geomap.models import Article, Assessment, Claim, ClaimKind, Label, Meaning, Mention, Relation, Verdict, message
from geomap.pipeline import Options, assess
from geomap.verdicts import second_reading, settle_readings

CASES = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "cases" / "texts.jsonl"


@cache
def gazetteer() -> Gazetteer:
    return read_gazetteer()


def read(text: str) -> Assessment:
    return assess([Article(id="t", text=text)], gazetteer(), Options())


# ── told twice ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "The fenced ground is 640 acres, about a tenth of a square mile.",
        "The park takes up 5,000 square kilometres, an area the size of Belgium.",
    ],
)
def test_one_figure_told_twice_that_disagrees_is_said(text: str) -> None:
    assert [c.kind for c in read(text).comparisons] == [Relation.CONTRADICTS]


@pytest.mark.parametrize(
    "text",
    [
        "The fenced ground is 640 acres, about one square mile.",
        "The park takes up 30,000 square kilometres, an area the size of Belgium.",
        "The park takes up 5,000 square kilometres. Belgium is larger.",
    ],
)
def test_one_figure_told_twice_that_agrees_is_not(text: str) -> None:
    assert not read(text).comparisons


@pytest.mark.parametrize(
    ("bracket", "told"), [("21,035 acres", True), ("210,000 acres", False), ("about 850 sq km", False)]
)
def test_a_bracket_that_contradicts_its_figure_is_in_the_reason(bracket: str, told: bool) -> None:
    found = read(f"The fire near Banff has grown to 85,000 hectares ({bracket}).")
    (claim,) = [c for c in found.claims if c.kind is ClaimKind.AREA]
    assert claim.verdict is not None
    assert (bracket in str(claim.verdict.reason)) is told


# ── two readings ─────────────────────────────────────────────────────────────────────────────────────────────


def _claim(**given: Any) -> Claim:
    return Claim(id="c", article="t", kind=ClaimKind.DISTANCE, quote="q", start=0, end=1, **given)


def test_wrong_by_one_of_two_close_readings_is_left_open() -> None:
    one, two = Mention(text="Oran", place=None, start=0, end=4), Mention(text="Arzew", place=None, start=9, end=14)
    claim = _claim(subject=(one,), meaning=Meaning(second_subject=two))
    other = second_reading(claim)
    assert other is not None
    assert other.subject == (two,)
    wrong = Verdict(label=Label.DOES_NOT_FIT, reason=message("reason.untested", why="x"))
    good = replace(wrong, label=Label.FITS)
    settled = settle_readings(wrong, good, other)
    assert settled.label is Label.MAPS_CANNOT_SETTLE
    assert "Arzew" in str(settled.reason)
    assert settle_readings(wrong, wrong, other) is wrong
    assert settle_readings(good, wrong, other) is good
    assert second_reading(replace(claim, meaning=Meaning())) is None


def test_the_next_candidate_is_kept_only_where_it_is_close(monkeypatch: pytest.MonkeyPatch) -> None:
    text, toponyms = read_marked("Rebels left [Oran] and took [Arzew]. [Tenira], 60 km to the south, was shelled.")
    for near, kept in ((99.0, True), (0.0, False)):
        monkeypatch.setattr(choice, "_CLOSE", near)
        (claim,) = [c for c in extract_claims(Article(id="t", text=text), toponyms) if c.kind is ClaimKind.DISTANCE]
        assert (claim.meaning.second_reference is not None) is kept


# ── cases from outside ───────────────────────────────────────────────────────────────────────────────────────


def labels(found: Assessment, kind: ClaimKind = ClaimKind.AREA) -> list[str]:
    return [str(c.verdict.label) for c in found.claims if c.kind is kind and c.verdict is not None]


def ends(found: Assessment) -> list[tuple[str, str]]:
    return [
        (c.subject[0].text if c.subject else "", c.reference.text if c.reference else "")
        for c in found.claims
        if c.kind is ClaimKind.DISTANCE
    ]


def never_wrong(found: Assessment) -> bool:
    return bool(labels(found)) and "does_not_fit" not in labels(found)


RIGHT: dict[str, Callable[[Assessment], bool]] = {
    "T01": never_wrong,
    "T02b": lambda f: [c.kind for c in f.comparisons] == [Relation.CONTRADICTS],
    "T07": lambda f: [round(c.value.si or 0) for c in f.claims if c.value is not None] == [2414],
    "T11": lambda f: [c.kind for c in f.comparisons] == [Relation.CONTRADICTS],
    "T13": lambda f: labels(f) == ["fits"],
    "T14b": lambda f: "21,035 acres" in str(f.claims[-1].verdict and f.claims[-1].verdict.reason),
    "T24": never_wrong,
    "T27": lambda f: labels(f, ClaimKind.DISTANCE) != ["fits"],
    "T27c": lambda f: labels(f, ClaimKind.DISTANCE) != ["fits"],
    "T28": lambda f: labels(f) == ["maps_cannot_settle"],
    "T30": lambda f: not any(c.kind is ClaimKind.CONTAINMENT and c.subject[0].text == "Kharkiv" for c in f.claims),
    "T31": lambda f: labels(f) == ["fits"],
    "T43": never_wrong,
    "T44": lambda f: ends(f) == [("Izium", "Kharkiv"), ("Izium", "Sloviansk"), ("Izium", "Kramatorsk")],
    "T44c": lambda f: labels(f, ClaimKind.DISTANCE) == ["not_testable"] * 2,
    "T45": lambda f: ends(f) == [("The ship", "Sevastopol")],
}
"""Case -> whether what is said is right, as its line tells."""


@pytest.mark.shared
@pytest.mark.parametrize("case", sorted(RIGHT))
def test_cases_from_reports_and_corrections(case: str) -> None:
    if not CASES.exists():
        pytest.skip("the cases beside the project are not here")
    rows = {row["id"]: row for row in map(json.loads, CASES.read_text(encoding="utf-8").splitlines())}
    assert RIGHT[case](read(rows[case]["text"]))
