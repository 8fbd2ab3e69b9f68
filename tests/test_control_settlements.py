"""Tables of settlement, date and status, as VIINA publishes them, become dated maps."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely.geometry import Polygon

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
