"""Presets of control maps are rule files: a new one is a file and this test."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from shapely.geometry import box, mapping

from geomap import control
from geomap.control.rules import further_presets
from geomap.errors import ControlError

TOY = """
name = "islands"
holder = "The League"
property = "tint"
held = ["crimson"]
contested = ["mauve"]
free = ["sand"]
extent = [100, -20, 120, 0]
licence = "CC BY 4.0"

[by]
"sand" = "The Crown"

[recognise]
names = ["isle of"]
collection = ["islands atlas"]
"""


def write(path: Path, title: str, **names: str) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"tint": tint, "name": name},
            "geometry": mapping(box(104 + i, -9, 105 + i, -8)),
        }
        for i, (tint, name) in enumerate(names.items())
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "name": title, "features": features}), encoding="utf-8")
    return path


def test_a_toy_preset_that_comes_at_run_time(tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "islands.toml").write_text(TOY, encoding="utf-8")
    map_ = write(tmp_path / "2031-01-01.geojson", "Islands Atlas, week 3", crimson="Ua", mauve="Pou", sand="Nuku")
    by_name = write(tmp_path / "2031-01-02.geojson", "", crimson="the isle of Ua")
    with further_presets(tmp_path / "presets"):
        assert list(control.presets()) == ["deepstate", "viina", "islands"]
        series = control.read_control(map_)
        assert (series.name, series.holder, series.provenance.licence) == ("islands", "The League", "CC BY 4.0")
        assert list(series.snapshots[0].frame["status"]) == ["held", "contested", "free"]
        assert series.snapshots[0].frame["holder"].iloc[2] == "The Crown"
        assert control.read_control(by_name).name == "islands"
        assert control.read_control(by_name, preset="islands").holder == "The League"
    assert list(control.presets()) == ["deepstate", "viina"]
    with pytest.raises(ControlError, match="tint"):
        control.read_control(map_)


@pytest.mark.parametrize("name", list(control.presets()))
def test_presets_of_the_package_say_what_a_map_needs(name: str) -> None:
    rules = control.presets()[name]
    assert rules.name == name
    assert rules.holder
    assert rules.extent is not None
    assert not math.isnan(sum(rules.extent))
    assert rules.attribution
    assert rules.licence
    assert rules.signature.table or rules.signature.names or rules.signature.collection


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Окуповано /// Occupied", "held"),
        ("Не окуповано /// Not occupied", "free"),
        ("No longer occupied", "free"),
        ("Звільнено (раніше окуповано) /// Liberated (formerly occupied)", "free"),
        ("Частково окуповано /// Partly occupied", "contested"),
        ("Occupied until 16.04", "free"),
        ("Звільнено 26.03-31.03 /// Liberated 26.03-31.03", "free"),
        ("Статус невідомий /// Unknown status", "unknown"),
        ("Soon to be liberated", None),
        ("Never liberated", "held"),
    ],
)
def test_denials_are_heard_in_the_words_of_presets_too(name: str, status: str | None) -> None:
    found = control.presets()["deepstate"].classify(name)
    assert (found and str(found.status)) == status
