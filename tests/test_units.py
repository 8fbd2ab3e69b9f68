"""The one table of units: every unit read, recorded and shown from it, and a new one added in two places."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

import geomap.units
from geomap.claims import read_value
from geomap.lang import further, languages, table
from geomap.settings import Style
from geomap.units import SYSTEMS, UNITS, Unit, in_twin, recorded, twin, unit_of
from geomap.verdicts import claimed_range
from geomap.verdicts.ranges import Settings
from geomap.wording import quantity

DESIGN = {"m", "km", "ft", "yd", "mi", "nmi", "m2", "km2", "ha", "acre", "dunam", "sq_ft", "sq_yd", "sq_mi"}
"""Codes that records may bear."""


def test_records_bear_the_units_of_design_alone() -> None:
    assert {recorded(u).code for u in UNITS.values()} == DESIGN
    for unit in UNITS.values():
        assert recorded(unit).dimension == unit.dimension
        assert unit.square is None or UNITS[unit.square].si == pytest.approx(unit.si**2, rel=1e-9)
        assert (unit.dimension == "m") is (unit.square is not None)


def test_every_unit_that_a_language_reads_is_in_the_table() -> None:
    for language in languages("claims"):
        assert set(table(language, "claims")["units"]) <= set(UNITS), language
    assert set(table("en", "claims")["units"]) == set(UNITS)


@pytest.mark.parametrize(
    ("text", "unit", "number", "si"),
    [
        ("5 nmi", "nmi", 5, 9260.0),
        ("20 nautical miles", "nmi", 20, 37040.0),
        ("12 versts", "km", 12.8016, 12801.6),
        ("300 kha", "ha", 300_000, 3e9),
        ("1.2 Mha", "ha", 1_200_000, 1.2e10),
        ("600 square feet", "sq_ft", 600, 55.741824),
        ("600 sq ft", "sq_ft", 600, 55.741824),
        ("600 sq. ft.", "sq_ft", 600, 55.741824),
        ("900 square yards", "sq_yd", 900, 752.514624),
        ("900 sq yds", "sq_yd", 900, 752.514624),
        ("40 square nautical miles", "km2", 137.19616, 137_196_160.0),
        ("40 nmi²", "km2", 137.19616, 137_196_160.0),
        ("30 dunams", "dunam", 30, 30_000.0),
        ("5 верст", "km", 5.334, 5334.0),
        ("20 футів", "ft", 20, 6.096),
        ("40 квадратних морських миль", "km2", 137.19616, 137_196_160.0),
    ],
)
def test_units_as_they_are_written(text: str, unit: str, number: float, si: float) -> None:
    value = read_value(text)
    assert value is not None
    assert (value.unit, value.number, value.si) == (unit, pytest.approx(number), pytest.approx(si))
    claimed = claimed_range(value, Settings())
    metric = in_twin(value.si_unit or "")
    assert claimed is not None
    assert metric is not None
    assert claimed.numbers[0] == pytest.approx(si * metric[0])


@pytest.mark.parametrize("code", [*UNITS, *(f"{code}/day" for code in UNITS)])
def test_every_unit_is_shown_in_both_systems(code: str) -> None:
    unit = unit_of(code)
    assert unit is not None
    for system in ("metric", "imperial"):
        shown = twin(code, system)
        assert shown is not None
        assert shown.dimension == unit.dimension
        factor, name = in_twin(code, system) or (0.0, "")
        assert (name, factor * shown.si) == (shown.code, pytest.approx(unit.si))
        assert quantity((1.0, 2.0), code, Style(units=(system,))).strip()
    assert unit_of("settlements") is None
    assert twin("share") is None


def test_a_new_unit_is_one_line_and_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_value("some 30 leagues") is None
    monkeypatch.setitem(geomap.units.UNITS, "league", Unit(code="league", si=4828.032, square="sq_mi", recorded="mi"))
    words = files("geomap.lang").joinpath("en", "claims.toml").read_text(encoding="utf-8")
    (tmp_path / "en").mkdir()
    added = words.replace("[units]\n", '[units]\nleague = ["league", "leagues"]\n', 1)
    (tmp_path / "en" / "claims.toml").write_text(added, encoding="utf-8")
    with further(tmp_path):
        value = read_value("some 30 leagues")
    assert value is not None
    assert (value.number, value.unit, value.si) == (pytest.approx(90.0), "mi", pytest.approx(144840.96))
    assert quantity((value.si, value.si), "m", Style(units=("imperial",))) == "90 mi"
    assert SYSTEMS["m"]["imperial"] == "mi"
