"""Tables of settlement, date and status, as VIINA publishes them, become dated maps."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping

from geomap import control, geodesy
from geomap.errors import ControlError
from geomap.models import Status

REGION = Polygon([(36, 48.8), (38, 49), (38.4, 50.2), (36.3, 50.1)])
TOWNS = {"11": (36.9, 49.3), "12": (37.5, 49.5), "13": (37.9, 49.9)}
HEAD = "geonameid,date,status_wiki,status\n"
DAYS = (
    "11,20220901,RU,RU\n12,20220901,RU,RU\n13,20220901,UA,UA\n"
    "11,20220902,RU,RU\n12,20220902,RU,RU\n13,20220902,UA,UA\n"
    "11,20220903,UA,UA\n12,20220903,RU,CONTESTED\n13,20220903,UA,UA\n"
)


def gazetteer() -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"id": [f"geonames:{k}" for k in TOWNS]}, geometry=[shapely.Point(p) for p in TOWNS.values()], crs=4326
    )


def pack(folder: Path, kind: str, text: str) -> Path:
    path = folder / f"control_latest_2022{kind}"
    if kind == ".csv":
        path.write_text(text, encoding="utf-8")
    elif kind == ".csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("control_latest_2022.csv", text)
    return path


@pytest.mark.parametrize("kind", [".csv", ".csv.gz", ".zip"])
def test_viina_is_read_by_thiessen_cells(tmp_path: Path, kind: str) -> None:
    path = pack(tmp_path, kind, HEAD + DAYS)
    series = control.read_control(path, preset="viina", settlements=gazetteer(), region=REGION)
    assert [s.as_of.date() for s in series.snapshots] == [date(2022, 9, 1), date(2022, 9, 3)]
    first, last = series.snapshots
    held, contested = (control.ground(first), control.ground(last, (Status.CONTESTED,)))
    assert held.covers(shapely.points([TOWNS["11"], TOWNS["12"]])).all()
    assert not held.intersects(shapely.Point(TOWNS["13"]))
    assert contested.covers(shapely.Point(TOWNS["12"]))
    assert control.ground(last).is_empty
    assert series.provenance.licence == "ODbL 1.0"
    found = control.change(first, last)
    assert found.lost == pytest.approx(geodesy.area_m2(held, edges="planar"), rel=1e-9)
    assert found.lost_m2[0] < found.lost


def test_points_in_the_table_need_no_gazetteer(tmp_path: Path) -> None:
    text = "lat,lon,date,status\n49.3,36.9,2022-09-01,RU\n49.5,37.5,2022-09-01,UA\n49.5,37.5,2022-09-02,RU\n"
    series = control.read_control(pack(tmp_path, ".csv", text))
    assert [len(s.frame) for s in series.snapshots] == [1, 1]
    areas = [control.areas(s)[Status.HELD] / 1e6 for s in series.snapshots]
    # two discs of 15 km, nearly apart
    assert areas[0] == pytest.approx(707, rel=0.02)
    assert areas[1] == pytest.approx(2 * 707, rel=0.02)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "columns are a, b"),
        (HEAD + "11,20220901,RU,MARTIAN\n12,20220901,RU,RU\n", "MARTIAN"),
        (HEAD + "11,soon,RU,RU\n12,soon,RU,RU\n", "soon"),
        (HEAD + "11,20220901,RU,RU\n91,20220901,RU,RU\n92,20220901,RU,RU\n", "2 of its places"),
        ("lat,lon,date,status\n149.3,36.9,2022-09-01,RU\n49.5,37.5,2022-09-01,UA\n", r"csv:2: lat is '149\.3'"),
        ("", "no CSV"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ControlError, match=words):
        control.read_control(pack(tmp_path, ".csv", text), settlements=gazetteer(), region=REGION)


def test_ids_without_a_gazetteer_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="gazetteer"):
        control.read_control(pack(tmp_path, ".csv", HEAD + DAYS))


# ── VIINA as it is published: names, columns and cells of its README, content of our own ─────────────────────────────


COLUMNS = "status_wiki,status_boost,status_dsm,status_isw,status,vcontrol_version"
CELLS = {
    "97025501": Polygon([(36.0, 49.0), (36.6, 49.1), (36.5, 49.6), (36.1, 49.5)]),
    "96986252": Polygon([(36.6, 49.1), (37.3, 49.0), (37.2, 49.7), (36.5, 49.6)]),
    "97116603": Polygon([(36.1, 49.5), (36.5, 49.6), (37.2, 49.7), (36.4, 50.2)]),
}
STATUSES = {
    20220901: ("RU,RU,RU,NA,RU", "RU,RU,RU,NA,RU", "UA,UA,UA,NA,UA"),
    20220902: ("RU,RU,RU,NA,RU", "RU,RU,RU,NA,RU", "UA,UA,UA,NA,UA"),
    20220910: ("UA,RU,UA,UA,UA", "RU,RU,CONTESTED,RU,CONTESTED", "UA,UA,UA,UA,UA"),
}


def published(folder: Path, stem: str, key: str, ids: dict[str, str], year: str = "2022") -> Path:
    """A year's zip as it can be downloaded: the table in it, and what a Mac leaves beside it."""
    folder.mkdir(exist_ok=True)
    lines = [f'"{key}","date",{",".join(f""""{c}" """.strip() for c in COLUMNS.split(","))}']
    for day, rows in STATUSES.items():
        for place, words in zip(CELLS, rows, strict=True):
            lines.append(f"{ids[place]},{day},{words},20241013060112")
        lines.append(f"{ids['999']},{day},UA,UA,UA,NA,UA,20241013060112")  # a place without a cell
    path = folder / f"{stem}_latest_{year}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"Data/{stem}_latest_{year}.csv", "\n".join(lines) + "\n")
        archive.writestr(f"__MACOSX/Data/._{stem}_latest_{year}.csv", b"\x00\x05\x16\x07")
    return path


def tessellation(path: Path, key: str, ids: dict[str, object]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {key: ids[place], "asciiname": place, "population": 0, "longitude": 36.0, "latitude": 49.0},
            "geometry": mapping(MultiPolygon([cell])),
        }
        for place, cell in CELLS.items()
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    text = json.dumps({"type": "FeatureCollection", "name": path.stem, "crs": crs, "features": features})
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("number", [int, float])
def test_viina_with_its_own_cells(tmp_path: Path, number: type) -> None:
    same = {k: k for k in [*CELLS, "999"]}
    published(tmp_path, "control", "geonameid", same)
    tessellation(tmp_path / "gn_UA_tess.geojson", "geonameid", {k: number(k) for k in CELLS})
    series = control.read_control(tmp_path)
    assert series.name == "viina"
    assert [s.as_of.date() for s in series.snapshots] == [date(2022, 9, 1), date(2022, 9, 10)]
    first, last = series.snapshots
    west, east, _ = CELLS.values()
    assert control.ground(first).equals(west | east)
    assert control.ground(last).is_empty
    assert control.ground(last, (Status.CONTESTED,)).equals(east)
    assert series.holder == "Russia"
    assert any("1 of 4 places are not among the cells in gn_UA_tess.geojson" in n for n in series.notes)


def test_viina_by_the_register_of_places(tmp_path: Path) -> None:
    codes = {place: f"UA63040000000{i}0001" for i, place in enumerate([*CELLS, "999"])}
    published(tmp_path, "kontrol", "kod", codes)
    tessellation(tmp_path / "katotth_UA_tess.geojson", "kod", dict(codes))
    first = control.read_control(tmp_path).snapshots[0]
    assert control.areas(first)[Status.HELD] > 0
    assert control.ground(first).equals(CELLS["97025501"] | CELLS["96986252"])


def test_a_rule_file_takes_another_of_viinas_sources(tmp_path: Path) -> None:
    """What that source does not say (NA, before it began) is not drawn."""
    published(tmp_path / "maps", "control", "geonameid", {k: k for k in [*CELLS, "999"]})
    tessellation(tmp_path / "maps" / "gn_UA_tess.geojson", "geonameid", {k: int(k) for k in CELLS})
    rules = tmp_path / "isw.toml"
    rules.write_text('preset = "viina"\nname = "ISW by VIINA"\nproperty = "status_isw"\n', encoding="utf-8")
    series = control.read_control(tmp_path / "maps", rules=rules)
    assert [s.as_of.date() for s in series.snapshots] == [date(2022, 9, 1), date(2022, 9, 10)]
    assert control.ground(series.snapshots[0]).is_empty
    assert control.ground(series.snapshots[1]).equals(CELLS["96986252"])
    assert series.name == "ISW by VIINA"


def test_years_follow_each_other(tmp_path: Path) -> None:
    same = {k: k for k in [*CELLS, "999"]}
    tessellation(tmp_path / "gn_UA_tess.geojson", "geonameid", {k: int(k) for k in CELLS})
    for year in ("2023", "2022"):
        published(tmp_path, "control", "geonameid", same, year)
        path = tmp_path / f"control_latest_{year}.zip"
        with zipfile.ZipFile(path) as archive:
            text = archive.read(f"Data/control_latest_{year}.csv").decode().replace("2022", year)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"control_latest_{year}.csv", text)
    days = [s.as_of.date() for s in control.read_control(tmp_path).snapshots]
    assert days == [date(2022, 9, 1), date(2022, 9, 10), date(2023, 9, 1), date(2023, 9, 10)]


def test_viina_from_the_command_line(tmp_path: Path) -> None:
    from geomap import measure

    published(tmp_path / "viina", "control", "geonameid", {k: k for k in [*CELLS, "999"]})
    with pytest.raises(ControlError, match=r"gn_UA_tess\.geojson") as caught:
        measure.series(tmp_path / "viina")
    assert "\n" not in str(caught.value)
    tessellation(tmp_path / "viina" / "gn_UA_tess.geojson", "geonameid", {k: int(k) for k in CELLS})
    found = measure.series(tmp_path / "viina")
    assert list(found["lost_km2"] > 0) == [False, True]
    assert found["held_km2"].iloc[1] == 0


def test_a_git_lfs_pointer_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "control_latest_2022.zip"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 23976646\n", encoding="utf-8")
    with pytest.raises(ControlError, match="Git LFS pointer"):
        control.read_control(path)


def test_cells_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    published(tmp_path, "control", "geonameid", {k: k for k in [*CELLS, "999"]})
    path = tessellation(tmp_path / "gn_UA_tess.geojson", "name", {k: k for k in CELLS})
    with pytest.raises(ControlError, match="expected geonameid or kod"):
        control.read_control(tmp_path)
    bow = Polygon([(36, 49), (37, 50), (37, 49), (36, 50)])
    broken = json.loads(path.read_text(encoding="utf-8"))
    broken["features"][0]["geometry"] = mapping(bow)
    for feature, place in zip(broken["features"], CELLS, strict=True):
        feature["properties"] = {"geonameid": place}
    path.write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(ControlError, match="Self-intersection"):
        control.read_control(tmp_path)
    assert len(control.read_control(tmp_path, repair=True).snapshots) == 2
