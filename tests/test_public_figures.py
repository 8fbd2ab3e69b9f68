"""Public figures of 2022 to 2025 that experts or agencies confirmed or rebutted, judged by the maps of their days."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_verdicts_shared import load

from geomap.models import Label


@pytest.fixture(scope="module")
def figures(root: Path, shared: Path) -> list[Any]:
    tool = load(root)
    found: list[Any] = tool.public_figures(tool.read_gazetteer())
    return found


def rows(root: Path) -> list[dict[str, str]]:
    with (root / "tests" / "public_figures.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_names_who_settled_each_figure_and_when(root: Path) -> None:
    table = rows(root)
    assert len({row["id"] for row in table}) == len(table) >= 60
    counts = Counter(row["outcome"] for row in table)
    assert set(counts) == {"confirmed", "rebutted", "open"}
    assert counts["rebutted"] >= 10
    for row in table:
        assert row["source"]
        assert date(2022, 1, 1) <= date.fromisoformat(row["published"]) <= date(2025, 12, 31)
        assert date.fromisoformat(row["source_day"])


def test_no_confirmed_figure_is_called_wrong(figures: list[Any]) -> None:
    assert [f.id for f in figures if f.outcome == "confirmed" and Label.DOES_NOT_FIT in f.labels] == []


def test_no_rebutted_figure_fits(figures: list[Any]) -> None:
    good = {Label.FITS, Label.ROUGHLY_FITS}
    assert [f.id for f in figures if f.outcome == "rebutted" and good & set(f.labels)] == []


def test_most_are_judged_as_they_were_settled(figures: list[Any]) -> None:
    agreeing = [f for f in figures if f.agrees]
    assert len(agreeing) >= 0.85 * len(figures), [f.id for f in figures if not f.agrees]
