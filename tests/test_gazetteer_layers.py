"""Layers: GeoNames dumps and the user's own places."""

from __future__ import annotations

import json
import os
import random
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from geomap.errors import InputError
from geomap.gazetteer import Gazetteer, add_places, build_layer, index, info, installed_layers, read_gazetteer, writing
from geomap.gazetteer import cache as cache_module


def dump_line(
    place_id: int, name: str, lat: float, lon: float, *, alternates: str = "", feature: str = "P\tPPL",
    country: str = "UA", admin1: str = "08", population: int = 0,
) -> str:  # fmt: skip
    return (
        f"{place_id}\t{name}\t{name}\t{alternates}\t{lat}\t{lon}\t{feature}\t{country}\t\t{admin1}\t\t\t\t"
        f"{population}\t\t10\tEurope/Kyiv\t2024-01-01\n"
    )


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "UA.txt"
    path.write_text(
        dump_line(700001, "Vyhadane", 47.5, 33.5, alternates="Вигадане,Wygadane", population=120)
        + dump_line(700002, "Vyhadane School", 47.5, 33.5, feature="S\tSCH")
        + dump_line(700003, "Vyhadana", 47.6, 33.6, feature="H\tSTM")
        + dump_line(706448, "Kherson", 46.63695, 32.61458, feature="P\tPPLA", population=280_000),
        "utf-8",
    )
    return path


def layered(*layers: Path) -> Gazetteer:
    return read_gazetteer(*layers)


def test_a_dump_becomes_a_layer_over_the_shipped_places(dump: Path, tmp_path: Path) -> None:
    layer = build_layer(dump, folder=tmp_path / "layers")
    gazetteer = layered(layer)
    found = gazetteer.find("Вигадане")[0]
    assert (found.id, found.name, found.population) == ("geonames:700001", "Vyhadane", 120)
    assert found.admin1 == "Kherson"
    assert gazetteer.find("Vyhadana")[0].feature == "H.STM"
    assert gazetteer.candidates("Vyhadane School") == []
    # the same id in both: the nearer layer's record, once
    kherson = [c for c in gazetteer.candidates("Kherson") if c.id == "geonames:706448"]
    assert [c.population for c in kherson] == [280_000]
    assert layered().find("Vyhadane", fuzzy=False) == []
    rows = {c.row for name in ("Kherson", "Vyhadane", "Kyiv") for c in gazetteer.candidates(name)}
    assert len(rows) == sum(len(gazetteer.candidates(name)) for name in ("Kherson", "Vyhadane", "Kyiv"))


def test_a_zipped_dump_reads_alike(dump: Path, tmp_path: Path) -> None:
    archive = tmp_path / "UA.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(dump, "UA.txt")
        file.writestr("readme.txt", "columns")
    plain = index.Index(build_layer(dump, folder=tmp_path / "plain"))
    zipped = index.Index(build_layer(archive, folder=tmp_path / "zipped"))
    assert plain.count == zipped.count == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("700009\tKherson\t46.6\t32.6\n", r"UA\.txt:5: 4 columns, expected 19"),
        (dump_line(700009, "Swapped", 147.0, 46.6), r"UA\.txt:5: 'Swapped' has lat=147.0.*Are they swapped\?"),
        (dump_line(700009, "Nowhere", float("nan"), 1.0), r"UA\.txt:5: 'Nowhere' has lat=nan"),
        (dump_line(700009, "Odd", 1.0, 1.0).replace("\t1.0\t1.0\t", "\tnorth\t1.0\t"), r"UA\.txt:5: .*north"),
    ],
)
def test_a_bad_line_is_named(dump: Path, tmp_path: Path, line: str, message: str) -> None:
    with dump.open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(InputError, match=message):
        build_layer(dump, folder=tmp_path / "layers")
    assert list((tmp_path / "layers").iterdir()) == []


def test_a_dump_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        build_layer(tmp_path / "UA.txt")
    (tmp_path / "UA.txt").write_bytes(b"\xff\xfe\x00broken\n" * 3)
    with pytest.raises(InputError, match=r"UA\.txt:1: not UTF-8"):
        build_layer(tmp_path / "UA.txt", folder=tmp_path / "layers")


def test_memory_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the rows do not need ten times the memory of Python objects."""
    for name in ("BATCH", "RUN", "SHARD"):
        monkeypatch.setattr(writing, name, 400)
    chance = random.Random(3)
    peaks = []
    for count in (600, 6_000):
        path = tmp_path / f"{count}.txt"
        with path.open("w", encoding="utf-8") as file:
            for i in range(count):
                name = "".join(chance.choices("abcdefghiklmnoprstuvz", k=9))
                file.write(dump_line(i + 1, name, chance.uniform(-80, 80), chance.uniform(-179, 179)))
        tracemalloc.start()
        build_layer(path, folder=tmp_path / "layers")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]


# ── own places ───────────────────────────────────────────────────────────────────────────────────────────────


def test_own_places_come_first(tmp_path: Path) -> None:
    path = tmp_path / "my places.csv"
    path.write_text(
        "name,lat,lon,alternates,country,admin1,feature,population,source\n"
        "Lyman,50.5,30.5,Nash Lyman|Наш Лиман,UA,13,P.PPL,300,field notes\n"
        "Camp Seven,48.25,37.75,,,,,,\n"
        "Camp Seven,48.5,37.5,,,,,,\n",
        "utf-8",
    )
    gazetteer = layered(add_places(path, folder=tmp_path / "layers"))
    best = gazetteer.find("Lyman")[0]
    assert (best.id, best.source, best.admin1) == ("my-places:lyman", "field notes", "Kyiv Oblast")
    assert [p.id for p in gazetteer.find("Наш Лиман")] == ["my-places:lyman"]
    assert [p.id for p in gazetteer.find("Camp Seven")] == ["my-places:camp-seven", "my-places:camp-seven-2"]
    place = gazetteer.place("my-places:camp-seven-2")
    assert place is not None
    assert (place.lat, place.lon, place.approximate) == (48.5, 37.5, False)
    assert gazetteer.find("Kyiv")[0].id == "geonames:703448"


def test_an_own_place_takes_the_place_of_an_approximate_one(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,lat,lon,country\nHrakove,49.6,36.61,UA\n", "utf-8")
    assert all(p.approximate for p in layered().find("Hrakove"))
    found = layered(add_places(path, folder=tmp_path / "layers")).find("Hrakove")
    assert [(p.id, p.approximate) for p in found] == [("own:hrakove", False)]


def test_semicolons_and_long_names_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("\ufeffName;Latitude;Longitude\nЯр;48,5;37.5\n", "utf-8")
    with pytest.raises(InputError, match=r"own\.csv:2: 'Яр' has lat='48,5'.*expected decimal degrees"):
        add_places(path, folder=tmp_path / "layers")
    path.write_text("\ufeffName;Latitude;Longitude\nЯр;48.5;37.5\n", "utf-8")
    assert layered(add_places(path, folder=tmp_path / "layers")).find("Яр")[0].lat == 48.5


def test_geojson_keeps_its_polygons(tmp_path: Path) -> None:
    triangle = {"type": "Polygon", "coordinates": [[[36.0, 49.0], [36.5, 49.1], [36.2, 49.6], [36.0, 49.0]]]}
    features = [
        {"type": "Feature", "properties": {"name": "Three Corners", "alternates": ["Tri Kuty"]}, "geometry": triangle},
        {"type": "Feature", "properties": {"name": "Post", "population": 5},
         "geometry": {"type": "Point", "coordinates": [36.25, 49.75]}},
    ]  # fmt: skip
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    gazetteer = layered(add_places(path, folder=tmp_path / "layers"))
    corners = gazetteer.find("Tri Kuty")[0]
    shape = gazetteer.geometry(corners.id)
    assert shape is not None
    assert shape.geom_type == "Polygon"
    assert shape.bounds == (36.0, 49.0, 36.5, 49.6)
    post = gazetteer.find("Post")[0]
    assert (post.lat, post.lon, post.population) == (49.75, 36.25, 5)
    point = gazetteer.geometry(post.id)
    assert point is not None
    assert point.geom_type == "Point"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,lat\nIzium,49.2\n", r"own\.csv:1: no column lon; expected name, lat, lon"),
        ("name,lat,lon\nIzium,137.3,49.2\n", r"own\.csv:2: 'Izium' has lat=137.3, lon=49.2.*Are they swapped\?"),
        ("name,lat,lon\n,1,2\n", r"own\.csv:2: no name"),
        ("name,lat,lon,country\nA,1,2,Ukraine\n", r"own\.csv:2: 'A' has country 'UKRAINE'; expected two letters"),
        (
            "name,lat,lon,country\nIzium,37.3,49.2,UA\n",
            r"own\.csv:2: 'Izium' has lon=49.2, .*lat 44–52.*swapped\?",
        ),
        ("name,lat,lon,population\nA,1,2,many\n", r"own\.csv:2: 'A' has population 'many'"),
        ("name,lat,lon,population\nA,1,2,-5\n", r"own\.csv:2: 'A' has population '-5'; expected a number of people"),
        ("name,lat,lon,population\nA,1,2,1e30\n", r"own\.csv:2: 'A' has population '1e30'"),
        ("name,lat,lon\n", r"own\.csv: holds no place"),
        ("", r"own\.csv:1: no column"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        add_places(path, folder=tmp_path / "layers")
    assert not (tmp_path / "layers").exists() or not list((tmp_path / "layers").iterdir())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not GeoJSON"),
        ('{"type": "FeatureCollection"}', "not GeoJSON"),
        ("[1]", "not GeoJSON"),
        ('{"type": "FeatureCollection", "features": [{"geometry": null}]}', "feature 1: "),
        ('{"type": "FeatureCollection", "features": [7]}', "feature 1: no geometry"),
        ('{"type": "Feature", "properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": []}}',
         "feature 1: empty geometry"),
        ('{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}',
         "feature 1: no name"),
    ],
)  # fmt: skip
def test_bad_geojson_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "own.geojson"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        add_places(path, folder=tmp_path / "layers")


def test_a_layer_is_replaced_whole_and_listed(dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_gazetteer()  # the shipped index stays where it is
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "home"))
    assert installed_layers() == []
    first = build_layer(dump)
    with dump.open("a", encoding="utf-8") as file:
        file.write(dump_line(700010, "Nove", 47.7, 33.7))
    assert build_layer(dump) == first
    assert index.Index(first).count == 4
    own = tmp_path / "mine.csv"
    own.write_text("name,lat,lon\nA B,1,2\n", "utf-8")
    added = add_places(own)
    assert installed_layers() == [added, first]  # own places before dumps
    assert sorted(p.name for p in (tmp_path / "home" / "layers").iterdir()) == ["dump-ua", "own-mine"]


def test_a_layer_moved_aside_by_a_killed_build_comes_back(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "cache"))
    folder = build_layer(dump, name="mine")
    folder.rename(folder.with_name(f".{folder.name}.old-00ff00ff"))
    (folder.parent / ".dump-mine.partial-0123").mkdir()
    assert installed_layers() == [folder]
    assert (folder.parent / ".dump-mine.partial-0123").is_dir(), "a build may be under way"
    build_layer(dump, name="mine")
    long_ago = time.time() - 2 * cache_module.STALE_SECONDS
    os.utime(folder.parent / ".dump-mine.partial-0123", (long_ago, long_ago))
    assert installed_layers() == [folder]
    assert [p.name for p in folder.parent.iterdir()] == ["dump-mine"]


def test_info_names_files_licences_and_layers(dump: Path, tmp_path: Path) -> None:
    layer = build_layer(dump, folder=tmp_path / "layers")
    told = info([layer])
    assert told["places"] > 270_000
    assert "places.parquet" in told["files"]
    assert any("CC BY 4.0" in licence for licence in told["licences"].values())
    assert told["layers"][0]["name"] == "UA"
    assert told["layers"][0]["places"] == 3
    assert cache_module.cache_folder().is_dir()
