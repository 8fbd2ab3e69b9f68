"""Reported events become dated ground by Thiessen cells, each row with its source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon, box

from geomap import control, geodesy
from geomap.control.events import Event, control_from_events, read_events, thiessen
from geomap.errors import ControlError
from geomap.models import Place, Status

REGION = Polygon([(36, 48.8), (38, 49), (38.4, 50.2), (36.3, 50.1)])


def settlements() -> geopandas.GeoDataFrame:
    points = np.random.default_rng(2).uniform([36, 48.8], [38.4, 50.2], (80, 2))
    names = [f"Village {i}" for i in range(80)]
    points[0], names[0] = (36.9, 49.3), "Alpha"
    points[1], names[1] = (37.5, 49.5), "Beta"
    points[2], names[2] = (37.9, 49.9), "Gamma"
    return geopandas.GeoDataFrame({"name": names}, geometry=shapely.points(points), crs=4326)


def event(name: str, holder: str, day: int, source: str = "A", **more: float) -> Event:
    return Event(settlement=name, holder=holder, on=date(2022, 9, day), source=source, **more)  # type: ignore[arg-type]


EVENTS = [event("Alpha", "Blue", 3), event("Beta", "Blue", 5, "B"), event("Gamma", "Red", 1, "C")]


def at(series: object, day: int, place: tuple[float, float]) -> str:
    snapshot = control.snapshot_at(series, date(2022, 9, day))  # type: ignore[arg-type]
    assert snapshot is not None
    frame = snapshot.frame
    return str(frame["status"][frame.intersects(shapely.Point(place))].iloc[0])


def test_towns_change_hands_on_their_day() -> None:
    series = control_from_events(EVENTS, settlements(), REGION, holder="Red")
    assert series.from_reports
    assert series.holder == "Red"
    assert series.sources == ("A", "B", "C")
    assert [s.as_of.day for s in series.snapshots] == [31, 1, 3, 5]
    assert [at(series, d, (36.9, 49.3)) for d in (1, 2, 3, 5)] == ["held", "held", "free", "free"]
    assert [at(series, d, (37.5, 49.5)) for d in (1, 4, 5)] == ["held", "held", "free"]
    assert [at(series, d, (37.9, 49.9)) for d in (1, 5)] == ["held", "held"]
    assert at(control_from_events(EVENTS, settlements(), REGION, holder="Blue"), 3, (36.9, 49.3)) == "held"
    assert control_from_events(EVENTS, settlements(), REGION).holder == "Blue"  # whom most reports name


def test_cells_fill_the_region_once() -> None:
    series = control_from_events(EVENTS, settlements(), REGION, holder="Red")
    for snapshot in series.snapshots:
        cells = snapshot.frame.geometry
        # cells are cut in a plane where the region's straight edges bend by metres
        assert geodesy.area(cells).sum() == pytest.approx(geodesy.area_m2(REGION), rel=2e-4)
        assert sum(control.areas(snapshot).values()) == pytest.approx(geodesy.area(cells).sum(), rel=2e-4)


def test_a_village_follows_the_nearest_report_within_reach() -> None:
    frame = geopandas.GeoDataFrame(
        {"name": ["Alpha", "Near", "Far"]},
        geometry=shapely.points([(36.9, 49.3), (37.0, 49.35), (38.1, 50.0)]),
        crs=4326,
    )
    series = control_from_events([event("Alpha", "Blue", 3)], frame, REGION, holder="Red")
    last = series.snapshots[-1].frame.set_index("name")
    assert last.loc["Near", "status"] == "free"
    assert not last.loc["Near", "reported"]
    assert last.loc["Near", "source"] == "A"
    assert last.loc["Alpha", "reported"]
    assert last.loc["Far", "status"] == "unknown"
    assert last.loc["Far", "source"] == ""


def test_sources_that_differ_make_a_town_contested() -> None:
    series = control_from_events([*EVENTS, event("Alpha", "Red", 3, "D")], settlements(), REGION, holder="Red")
    assert at(series, 3, (36.9, 49.3)) == "contested"
    frame = control.snapshot_at(series, date(2022, 9, 3)).frame  # type: ignore[union-attr]
    assert frame.loc[frame["name"] == "Alpha", "source"].iloc[0] == "A; D"


def test_points_and_resolver_place_what_names_do_not() -> None:
    events = [
        event("Somewhere", "Blue", 3, lat=49.3, lon=36.9),
        event("Izium", "Blue", 4),
        event("Nowhere", "Blue", 4),
        Event(settlement="Twin", holder="Blue", on=date(2022, 9, 4), source="A", row=7),
    ]
    frame = settlements()
    frame.loc[[10, 11], "name"] = "Twin"
    izium = Place(id="geonames:1", name="Izyum", lat=49.21, lon=37.25, feature="P.PPL")
    series = control_from_events(events, frame, REGION, resolve={"Izium": izium}.get)
    assert [s.as_of.day for s in series.snapshots] == [2, 3, 4]
    assert len(series.notes) == 2
    assert series.notes[0].startswith("Nowhere: no settlement")
    assert series.notes[1].startswith("row 7: Twin: 2 settlements")
    with pytest.raises(ControlError, match="none of 1 reports"):
        control_from_events([event("Nowhere", "Blue", 4)], frame, REGION)
    with pytest.raises(ControlError, match="no report"):
        control_from_events([], frame, REGION)


def test_without_a_region_ground_ends_within_reach() -> None:
    series = control_from_events([event("Alpha", "Blue", 3)], settlements(), holder="Red", reach_km=10)
    total = sum(control.areas(series.snapshots[-1]).values())
    assert total == pytest.approx(np.pi * 1e8, rel=0.01)


def test_thiessen_cells_are_nearest_ground() -> None:
    points = np.random.default_rng(4).uniform([36.3, 49], [38, 50], (12, 2))
    cells = thiessen(points, REGION)
    probes = np.random.default_rng(5).uniform([36.3, 49], [38, 50], (300, 2))
    probes = probes[shapely.intersects_xy(REGION, probes)]
    metres = np.array([geodesy.distances_m(p[0], p[1], points[:, 0], points[:, 1]) for p in probes])
    clear = np.ptp(np.sort(metres, axis=1)[:, :2], axis=1) > 300
    owner = np.array([[shapely.intersects_xy(c, *p) for c in cells] for p in probes])
    assert (owner[clear].argmax(axis=1) == metres[clear].argmin(axis=1)).all()
    assert thiessen(points[:1], REGION)[0] is REGION
    outside = thiessen(np.vstack([points, [10.0, 10.0]]), box(36.3, 49, 38, 50))
    assert outside[-1].is_empty


TABLE = "settlement,holder,date,source,lat,lon\nAlpha,Blue,2022-09-03,A,,\nBeta,Red,2022-09-04,B,49.5,37.5\n"
ALPHA = '{"settlement":"Alpha","holder":"Blue","date":"2022-09-03","source":"A"}'
BETA = '{"place":"Beta","held_by":"Red","date":"2022-09-04T10:00","source":"B","lat":"49.5","lon":37.5}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("e.csv", TABLE),
        ("e.csv", "\ufeff" + TABLE.title().replace(",", ";")),
        ("e.tsv", TABLE.replace("settlement,holder,date", "town,side,day").replace("lon", "lng").replace(",", "\t")),
        ("e.json", f"[{ALPHA},{BETA}]"),
        ("e.jsonl", f"{ALPHA}\n\n{BETA}\n"),
    ],
)
def test_events_are_read_from_any_table(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    alpha, beta = read_events(path)
    assert (alpha.settlement, alpha.holder, alpha.on, alpha.source, alpha.lat) == (
        "Alpha",
        "Blue",
        date(2022, 9, 3),
        "A",
        None,
    )
    assert (beta.settlement, beta.on, beta.lat, beta.lon) == ("Beta", date(2022, 9, 4), 49.5, 37.5)
    assert beta.row == (2 if name == "e.json" else 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("settlement,holder,date\nAlpha,Blue,2022-09-03\n", "e.csv:2: no source"),
        ("settlement,holder,date,source\nAlpha,Blue,soon,A\n", "e.csv:2: date is 'soon'"),
        ("settlement,holder,date,source\n,Blue,2022-09-03,A\n", "e.csv:2: no settlement"),
        ("settlement,holder,date,source,lat,lon\nAlpha,Blue,2022-09-03,A,137.2,49\n", "swapped"),
        ("settlement,holder,date,source\n", "holds no row"),
    ],
)
def test_rows_that_say_too_little_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ControlError, match=words):
        read_events(path)


def test_unreadable_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="cannot read"):
        read_events(tmp_path / "none.csv")
    (tmp_path / "e.json").write_text("{]")
    with pytest.raises(ControlError, match=r"e\.json"):
        read_events(tmp_path / "e.json")
    (tmp_path / "e.jsonl").write_text("3\n")
    with pytest.raises(ControlError, match="no object"):
        read_events(tmp_path / "e.jsonl")
    (tmp_path / "e.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ControlError, match="UTF-8"):
        read_events(tmp_path / "e.csv")


# When towns of Kharkiv oblast changed hands in 2022: day of September, or "before" for those that did not.
# Days as published at the time; the sides of 5 September from general knowledge, none taken from the control maps.
FREED = {
    "Verbivka": (49.49, 36.83, 6), "Volokhiv Yar": (49.67, 36.88, 7), "Balakliia": (49.46, 36.86, 8),
    "Shevchenkove": (49.69, 37.17, 8), "Savyntsi": (49.40, 37.03, 9), "Kupiansk": (49.71, 37.61, 10),
    "Izium": (49.21, 37.25, 11), "Velykyi Burluk": (50.06, 37.39, 11), "Kozacha Lopan": (50.33, 36.19, 11),
    "Lyptsi": (50.21, 36.43, 11), "Prykolotne": (50.16, 37.33, 11), "Vovchansk": (50.29, 36.94, 12),
    "Oskil": (49.17, 37.44, 12),
}  # fmt: skip
NEVER_LOST = {
    "Kharkiv": (49.98, 36.25), "Chuhuiv": (49.84, 36.69), "Lozova": (48.89, 36.32), "Zmiiv": (49.69, 36.36),
    "Merefa": (49.82, 36.05), "Derhachi": (50.11, 36.12), "Zolochiv": (50.28, 35.97), "Barvinkove": (48.91, 37.02),
    "Pechenihy": (49.87, 36.93),
}  # fmt: skip
FREED_LATER = {
    "Borova": (49.38, 37.62), "Kruhliakivka": (49.49, 37.69), "Kupiansk-Vuzlovyi": (49.65, 37.67),
    "Petropavlivka": (49.70, 37.72), "Dvorichna": (49.85, 37.68),
}  # fmt: skip


@pytest.mark.shared
def test_reports_of_27_towns_draw_half_of_the_kharkiv_counter_offensive(shared: Path) -> None:
    from geomap.gazetteer import read_gazetteer

    gazetteer = read_gazetteer()
    oblast = gazetteer.geometry(next(p.id for p in gazetteer.find("Kharkiv Oblast") if p.feature == "A.ADM1"))
    rows = [(n, lat, lon, "Ukraine", date(2022, 9, d)) for n, (lat, lon, d) in FREED.items()]
    rows += [(n, lat, lon, "Ukraine", date(2022, 2, 24)) for n, (lat, lon) in NEVER_LOST.items()]
    rows += [(n, lat, lon, "Russia", date(2022, 3, 10)) for n, (lat, lon) in FREED_LATER.items()]
    events = [Event(settlement=n, lat=y, lon=x, holder=h, on=d, source="news") for n, y, x, h, d in rows]
    series = control_from_events(events, gazetteer.settlements(oblast.bounds), oblast, holder="Russia")
    maps = control.read_control(
        [*(shared / "data/control/2022").glob("2022-09-05T*"), *(shared / "data/control/2022").glob("2022-09-12T*")]
    )
    lost = []
    for source in (series, maps):
        before, after = (control.snapshot_at(source, date(2022, 9, d)) for d in (5, 12))
        assert before is not None
        assert after is not None
        lost.append(control.ground(before, region=oblast) - control.ground(after, region=oblast))
    both, either = geodesy.area_m2(lost[0] & lost[1]), geodesy.area_m2(lost[0] | lost[1])
    assert both / either == pytest.approx(0.58, abs=0.04)
    assert control.areas(series.snapshots[-1], oblast)[Status.HELD] > 0
