"""Control maps are read whole or refused, and one date subtracted from another balances."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping

from geomap import control, geodesy
from geomap.control import edges, files, reading
from geomap.control.rules import Rules, clean, presets, rules_from
from geomap.errors import ControlError, GeomapError
from geomap.models import ControlSeries, Provenance, Snapshot, Status

SLANTED = Polygon([(36.1, 49.0), (37.9, 49.3), (38.2, 50.4), (36.7, 50.1)])


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": geometry if isinstance(geometry, dict) else mapping(geometry),
    }


def write(path: Path, *features: dict[str, Any], **more: Any) -> Path:
    text = json.dumps({"type": "FeatureCollection", "features": list(features), **more})
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def snapshot(held: Any, day: int = 1, contested: Any = None, unknown: Any = None) -> Snapshot:
    rows = [(g, s) for g, s in ((held, "held"), (contested, "contested"), (unknown, "unknown")) if g is not None]
    frame = geopandas.GeoDataFrame(
        {"status": [s for _, s in rows], "holder": ["Red"] * len(rows), "name": [None] * len(rows)},
        geometry=[g for g, _ in rows],
        crs=4326,
    )
    return Snapshot(as_of=datetime(2023, 5, day, tzinfo=UTC), frame=frame, provenance=Provenance(name="test"))


def km2(shape: Any) -> float:
    return geodesy.area_m2(shape, edges="planar") / 1e6


@st.composite
def grounds(draw: st.DrawFn, holes: bool = True) -> Any:
    """Slanted, lopsided, holed ground in one or several parts."""
    parts = []
    for i in range(draw(st.integers(1, 3))):
        spokes = draw(st.lists(st.integers(3, 10), min_size=4, max_size=9))
        turn = np.linspace(0, 2 * np.pi, len(spokes), endpoint=False) + 0.3
        radius = 0.08 * np.array(spokes)
        x = draw(st.integers(0, 6)) * 0.31
        y = draw(st.integers(0, 6)) * 0.17
        part = Polygon(np.column_stack([36 + x + radius * np.cos(turn) * 1.4, 49 + y + radius * np.sin(turn)]))
        if holes and i == 0:
            part = part - affinity.scale(part, 0.3, 0.2)
        parts.append(part)
    whole = shapely.union_all(parts)
    assume(whole.is_valid and not whole.is_empty)
    return whole


# ── subtraction ──────────────────────────────────────────────────────────────────────────────────────────────


def naive(before: Any, after: Any) -> tuple[float, float]:
    return tuple(
        float(geodesy.area(shapely.get_parts(d), edges="planar").sum()) for d in (after - before, before - after)
    )  # type: ignore[return-value]


@given(grounds(), grounds())
@settings(max_examples=60, deadline=None)
def test_cancelling_edges_gives_both_differences(before: Any, after: Any) -> None:
    pieces = edges.changes([before, after])[0]
    found = tuple(float(geodesy.area(p, edges="planar").sum()) for p in pieces)
    assert found == pytest.approx(naive(before, after), abs=0.01)


@given(grounds(), grounds(holes=False), st.floats(0.02, 0.2))
@settings(max_examples=60, deadline=None)
def test_a_bite_taken_off_and_a_bulge_put_on(ground: Any, other: Any, size: float) -> None:
    """Most edges stay: the path that real days take."""
    ground = shapely.segmentize(ground, 0.03)
    bite = affinity.scale(other, size, size, origin=tuple(shapely.get_coordinates(ground)[3]))
    for after in (ground - bite, ground | bite):
        if after.is_empty or not after.is_valid:
            continue
        ring_turned = shapely.normalize(shapely.reverse(after))
        for shape in (after, ring_turned):
            pieces = edges.changes([ground, shape])[0]
            found = tuple(float(geodesy.area(p, edges="planar").sum()) for p in pieces)
            assert found == pytest.approx(naive(ground, after), abs=0.01)


@given(st.lists(grounds(), min_size=2, max_size=4))
@settings(max_examples=30, deadline=None)
def test_gains_and_losses_balance(shapes: list[Any]) -> None:
    maps = tuple(snapshot(g, day) for day, g in enumerate(shapes, 1))
    found = control.series(ControlSeries(name="t", snapshots=maps, provenance=Provenance(name="t")))
    held, gained, lost = (found[c].to_numpy() for c in ("held_km2", "gained_km2", "lost_km2"))
    assert held[:-1] + gained[1:] - lost[1:] == pytest.approx(held[1:], abs=1e-8)
    assert found["cumulative_km2"].iloc[-1] == pytest.approx(held[-1] - held[0], abs=1e-8)
    assert found["gross_km2"].to_numpy() == pytest.approx(gained + lost)
    assert found["net_km2"].to_numpy() == pytest.approx(gained - lost)


@given(grounds(), grounds())
@settings(max_examples=30, deadline=None)
def test_swapping_the_dates_swaps_gained_and_lost(first: Any, second: Any) -> None:
    there, back = control.change(snapshot(first), snapshot(second)), control.change(snapshot(second), snapshot(first))
    assert (there.gained, there.lost) == pytest.approx((back.lost, back.gained), abs=0.01)
    assert there.net_m2 == pytest.approx(-back.net_m2, abs=0.01)


def test_loops_that_touch_or_cross_are_told_apart() -> None:
    base = shapely.segmentize(box(36, 49, 38, 50), 0.05)
    # gained and lost pieces that meet in a corner, and one within the other's box
    after = (base - box(36.5, 49.9, 36.8, 50)) | box(36.8, 50, 37.2, 50.1) | box(37.5, 49.95, 37.6, 50.3)
    after = after - box(37.0, 49.0, 37.3, 49.2)
    gained, lost = edges.changes([base, after])[0]
    assert shapely.union_all(gained).equals(shapely.normalize(after - base))
    assert shapely.union_all(lost).equals(shapely.normalize(base - after))


def test_nothing_to_something_and_back() -> None:
    nothing = MultiPolygon()
    (gained, none), (still_none, lost), (a, b) = edges.changes([nothing, SLANTED, nothing, nothing])
    assert gained[0].equals(SLANTED)
    assert lost[0].equals(SLANTED)
    assert len(none) == len(still_none) == len(a) == len(b) == 0


def test_change_ranges_take_contested_ground_in_and_out() -> None:
    before = snapshot(box(36, 49, 38, 50))
    after = snapshot(box(36, 49, 37, 50), contested=box(37, 49, 37.7, 50), day=3)
    found = control.change(before, after)
    held_only, with_contested = km2(box(37, 49, 38, 50)), km2(box(37.7, 49, 38, 50))
    assert found.lost / 1e6 == pytest.approx(held_only)
    assert [v / 1e6 for v in found.lost_m2] == pytest.approx([with_contested, held_only])
    assert found.gained_m2 == pytest.approx((0, 0), abs=1e-3)
    assert found.holder == "Red"
    assert list(found.frame["change"]) == ["lost"]
    wide = control.change(before, after, include=control.HELD_AT_MOST)
    assert wide.lost / 1e6 == pytest.approx(with_contested)
    west = control.change(before, after, region=box(36, 48, 37.4, 51))
    assert west.lost / 1e6 == pytest.approx(km2(box(37, 49, 37.4, 50)))


def test_areas_and_ground_of_each_status() -> None:
    held = [box(36, 49, 37, 50), box(36.5, 49.5, 37.5, 50.5)]  # drawn twice where they overlap
    frame = geopandas.GeoDataFrame({"status": ["held", "held", "free"], "holder": ["Red", "Red", None]},
                                   geometry=[*held, box(30, 45, 31, 46)], crs=4326)  # fmt: skip
    map_ = Snapshot(as_of=datetime(2023, 1, 1, tzinfo=UTC), frame=frame, provenance=Provenance(name="x"))
    areas = control.areas(map_)
    assert areas[Status.HELD] / 1e6 == pytest.approx(km2(held[0] | held[1]))
    assert areas[Status.CONTESTED] == 0
    assert control.areas(map_, box(36, 49, 36.2, 50))[Status.HELD] / 1e6 == pytest.approx(km2(box(36, 49, 36.2, 50)))
    assert control.ground(map_, (Status.UNKNOWN,)).is_empty


def test_diff_of_plain_frames() -> None:
    before = geopandas.GeoDataFrame({"holder": ["Blue"]}, geometry=[box(36, 49, 37, 50)], crs=4326)
    after = geopandas.GeoSeries([box(36.4, 49, 37.5, 50)], crs=4326).to_crs(3857)
    found = control.diff(before, after)
    assert dict(zip(found["change"], found["area_km2"], strict=True)) == pytest.approx(
        {"gained": km2(box(37, 49, 37.5, 50)), "lost": km2(box(36, 49, 36.4, 50))}, rel=1e-9
    )
    assert set(found["holder"]) == {"Blue"}
    assert found.crs.to_epsg() == 4326
    bowtie = geopandas.GeoSeries([Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])], crs=4326)
    with pytest.raises(ControlError, match="Self-intersection"):
        control.diff(before, bowtie)
    with pytest.raises(GeomapError, match="CRS"):
        control.diff(before, geopandas.GeoSeries([box(0, 0, 1, 1)]))


def test_two_sources_side_by_side() -> None:
    ours, theirs = box(36, 49, 37.5, 50), MultiPolygon([box(36.4, 49, 38, 50), box(39, 49, 39.2, 50)])
    found = control.compare_sources(snapshot(ours), snapshot(theirs), names=("Ours", "Theirs"))
    expected = {"both": km2(ours & theirs), "only Ours": km2(ours - theirs), "only Theirs": km2(theirs - ours)}
    assert dict(zip(found["says"], found["area_km2"], strict=True)) == pytest.approx(expected, rel=1e-9)
    assert found["share"].iloc[0] == pytest.approx(km2(ours & theirs) / km2(ours | theirs))
    for shape, want in zip(found.geometry, (ours & theirs, ours - theirs, theirs - ours), strict=True):
        assert shape.symmetric_difference(want).area < 1e-9
    same = control.compare_sources(snapshot(ours), snapshot(ours))
    assert list(same["says"]) == ["both"]
    assert control.compare_sources(snapshot(ours), snapshot(theirs), region=box(0, 0, 1, 1)).empty


# ── series ───────────────────────────────────────────────────────────────────────────────────────────────────


def steps(name: str = "t", days: tuple[int, ...] = (1, 2, 3, 7)) -> ControlSeries:
    maps = tuple(snapshot(box(36, 49, 37 + 0.1 * d, 50 + 0.02 * d), d, contested=box(39, 49, 39.1, 50)) for d in days)
    return ControlSeries(name=name, snapshots=maps, provenance=Provenance(name=name), holder="Red")


def test_series_shows_gaps_and_since() -> None:
    found = control.series(steps())
    assert list(found["gap_days"]) == [0, 0, 0, 4]
    assert found["contested_km2"].to_numpy() == pytest.approx(km2(box(39, 49, 39.1, 50)))
    later = control.series(steps(), since=date(2023, 5, 2))
    assert [t.day for t in later["date"]] == [2, 3, 7]
    assert later["gained_km2"].iloc[0] == later["cumulative_km2"].iloc[0] == 0
    assert later["cumulative_km2"].iloc[-1] == pytest.approx(later["gained_km2"].sum() - later["lost_km2"].sum())
    assert [t.day for t in control.series(steps(), since=date(2022, 1, 1))["date"]] == [1, 2, 3, 7]
    assert [t.day for t in control.series(steps(), since=date(2024, 1, 1))["date"]] == [7]


def test_series_by_region_adds_up() -> None:
    whole = control.series(steps())
    halves = control.series(steps(), regions={"west": box(30, 40, 36.7, 60), "east": box(36.7, 40, 50, 60)})
    assert list(halves["region"]) == ["west"] * 4 + ["east"] * 4
    for column in ("held_km2", "contested_km2", "gained_km2", "lost_km2", "cumulative_km2"):
        both = halves[column].to_numpy().reshape(2, -1).sum(axis=0)
        assert both == pytest.approx(whole[column].to_numpy(), abs=1e-6)
    alone = control.series(steps(), region=box(30, 40, 36.7, 60))
    assert alone["held_km2"].to_numpy() == pytest.approx(halves["held_km2"].to_numpy()[:4])


def test_a_change_of_source_is_a_seam() -> None:
    found = control.series([steps("one", (1, 2)), steps("two", (4, 6))])
    assert list(found["seam"]) == [False, False, True, False]
    assert np.isnan(found["gained_km2"].iloc[2])
    assert list(found["source"]) == ["one", "one", "two", "two"]
    expected = found["gained_km2"].iloc[[1, 3]].sum() - found["lost_km2"].iloc[[1, 3]].sum()
    assert found["cumulative_km2"].iloc[-1] == pytest.approx(expected)


def test_series_of_paths_is_that_of_records(tmp_path: Path) -> None:
    for i, d in enumerate((3, 1, 2)):
        write(tmp_path / f"map_2024-02-0{d}.geojson", feature(box(36, 49, 37 + 0.1 * d, 50 + 0.03 * i)))
    found, expected = control.series(tmp_path), control.series(control.read_control(tmp_path))
    assert found.drop(columns="geometry").equals(expected.drop(columns="geometry"))
    assert list(found["gained_km2"] > 0) == [False, True, True]


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_deepstate_style_is_read_whole(tmp_path: Path) -> None:
    nested = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Point", "coordinates": [36, 49, 0]},
            {
                "type": "GeometryCollection",
                "geometries": [mapping(box(36, 49, 37, 50)), mapping(box(37.5, 49, 38, 50))],
            },
        ],
    }
    high = Polygon([(35, 48, 120), (35.5, 48, 130), (35.2, 48.4, 90)])
    write(
        tmp_path / "2022-09-10T0929Z.geojson.gz",
        feature(nested, name="Окуповано /// Occupied\n"),
        feature(high, name="Під питанням\u00a0/// Contensed"),
        feature(box(34, 48, 34.5, 48.5), name="Ст��тус невідомий /// Unknown status"),
        feature(box(33, 48, 33.5, 48.5), name="Звільнено 16.04 /// Taken back16.04"),
        feature(box(28.5, 46.5, 29.5, 47.8), name="Придністров'я /// Transnistria"),
        feature(box(20, 54.4, 22, 55), name="Жарт /// The whole coast is temporarily occupied"),
        feature(Point(36, 49), name="31 окрема бригада /// 31st brigade"),
        feature({"type": "LineString", "coordinates": [[36, 49], [37, 49]]}, name="Attack"),
        feature({"type": "Polygon", "coordinates": []}, name="Окуповано /// Occupied"),
        {"type": "Feature", "properties": {"name": "x"}, "geometry": None},
    )
    series = control.read_control(tmp_path)
    assert series.name == "deepstate"
    assert series.provenance.licence == "unknown licence"
    (found,) = series.snapshots
    assert found.as_of == datetime(2022, 9, 10, 9, 29, tzinfo=UTC)
    assert list(found.frame["status"]) == ["held", "held", "contested", "unknown", "free"]
    assert found.frame["holder"].iloc[0] == "Russia"
    assert found.frame["holder"].iloc[-1] == "Ukraine"
    assert dict(found.dropped) == {"points": 2, "lines": 1, "empty": 1, "without geometry": 1}
    assert [line.split(":")[0][-12:] for line in found.ignored] == ["Transnistria", "ily occupied"]
    assert not found.frame.geometry.has_z.any()
    assert found.frame["name"].iloc[0] == "Окуповано /// Occupied"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2022-09-10", datetime(2022, 9, 10)),
        ("map 20220910 final", datetime(2022, 9, 10)),
        ("2022-09-10T0929Z", datetime(2022, 9, 10, 9, 29)),
        ("2022-09-10T09:29", datetime(2022, 9, 10, 9, 29)),
        ("x_20220910T092931", datetime(2022, 9, 10, 9, 29, 31)),
        ("2022-09-10_0929", datetime(2022, 9, 10, 9, 29)),
        ("history.1662802140.geo", datetime(2022, 9, 10, 9, 29)),
        ("1662802140123", datetime(2022, 9, 10, 9, 29)),
        ("v20221399", None),
        ("final", None),
        ("2022-13-40", None),
    ],
)
def test_dates_in_names(name: str, expected: datetime | None) -> None:
    assert reading.find_date(name) == (expected.replace(tzinfo=UTC) if expected else None)


def test_dates_by_property(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.geojson",
        feature(box(36, 49, 37, 50), zone="Held", day="2023-03-02"),
        feature(box(36, 49, 36.5, 50), zone="Held", day="2023-03-01"),
        feature(box(38, 49, 38.5, 50), zone="Grey", day="2023-03-02"),
    )
    rules = rules_from(
        {"name": "desk", "holder": "Red", "property": "zone", "held": ["held"], "contested": ["grey"],
         "date_property": "day"}
    )  # fmt: skip
    series = control.read_control(path, rules=rules)
    assert [s.as_of.day for s in series.snapshots] == [1, 2]
    assert [len(s.frame) for s in series.snapshots] == [1, 2]
    write(path, feature(box(36, 49, 37, 50), zone="Held", day="soon"))
    with pytest.raises(ControlError, match="feature 0: day is 'soon'"):
        control.read_control(path, rules=rules)


def test_several_a_day_gaps_and_duplicates(tmp_path: Path) -> None:
    for stamp, east in (
        ("2022-09-01", 37),
        ("2022-09-02T0800Z", 37.2),
        ("2022-09-02T2000Z", 37.3),
        ("2022-09-05", 37.5),
    ):
        write(tmp_path / f"{stamp}.geojson", feature(box(36, 49, east, 50)))
    write(tmp_path / "copy 2022-09-05.geojson", feature(box(36, 49, 37.5, 50)))
    series = control.read_control(tmp_path)
    assert [s.as_of.hour for s in series.snapshots] == [0, 8, 20, 0]
    assert series.gaps == ((date(2022, 9, 2), date(2022, 9, 5)),)
    assert len(series.notes) == 1
    assert "read once" in series.notes[0]
    assert control.snapshot_at(series, date(2022, 9, 2)) is series.snapshots[2]
    assert control.snapshot_at(series, datetime(2022, 9, 2, 9, tzinfo=UTC)) is series.snapshots[1]
    assert control.snapshot_at(series, date(2022, 9, 2), after=True) is series.snapshots[3]
    assert control.snapshot_at(series, date(2022, 8, 1)) is None
    assert control.snapshot_at(series, date(2023, 1, 1), after=True) is None
    write(tmp_path / "other 2022-09-05.geojson", feature(box(36, 49, 37.6, 50)))
    with pytest.raises(ControlError, match="another map of 2022-09-05"):
        control.read_control(tmp_path)


def test_weekly_maps_have_no_gaps() -> None:
    days = [datetime(2023, 1, d, tzinfo=UTC) for d in (1, 8, 15, 23, 30)]
    assert reading.gaps(days) == ()
    assert reading.gaps([*days, datetime(2023, 2, 20, tzinfo=UTC)]) == ((date(2023, 1, 30), date(2023, 2, 20)),)


def test_other_formats_give_the_same(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"status": ["held", "contested"]}, geometry=[SLANTED, box(39, 49, 39.4, 50)], crs=4326
    )
    (tmp_path / "g").mkdir()
    frame.to_crs(32637).to_file(tmp_path / "g" / "2023-02-01.gpkg", layer="a")
    frame.to_parquet(tmp_path / "2023-02-01.parquet")
    frame.to_file(tmp_path / "2023-02-01.shp")
    frame.to_file(tmp_path / "2023-02-01.geojson")
    with zipfile.ZipFile(tmp_path / "maps.zip", "w") as archive:
        for part in tmp_path.glob("2023-02-01.*"):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                archive.write(part, f"inside/{part.name}")
        archive.writestr("2023-02-02.geojson", (tmp_path / "2023-02-01.geojson").read_bytes())
    for path in ("g/2023-02-01.gpkg", "2023-02-01.parquet", "2023-02-01.shp", "2023-02-01.geojson", "maps.zip"):
        series = control.read_control(tmp_path / path)
        for found in series.snapshots:
            assert list(found.frame["status"]) == ["held", "contested"]
            assert control.areas(found)[Status.HELD] / 1e6 == pytest.approx(km2(SLANTED), rel=1e-8)
            assert found.as_of.year == 2023
    assert len(series.snapshots) == 2


def test_layers_bear_dates(tmp_path: Path) -> None:
    for day in (1, 2):
        frame = geopandas.GeoDataFrame({"status": ["held"]}, geometry=[box(36, 49, 36 + day, 50)], crs=4326)
        frame.to_file(tmp_path / "maps.gpkg", layer=f"control_2023050{day}")
    series = control.read_control(tmp_path / "maps.gpkg")
    assert [s.as_of.day for s in series.snapshots] == [1, 2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "no JSON"),
        ('{"type": "Topology"}', "topology"),
        ('{"type": "FeatureCollection", "features": [3]}', "feature 0"),
        (feature({"type": "Polygon", "coordinates": [[[36, 49], [37, 49], [36, 50], [36, 49.5]]]}), "not closed"),
        (feature({"type": "Polygon", "coordinates": [[[36, 49], [37, 49], [36, 49]]]}), "at least four"),
        (feature({"type": "Polygon", "coordinates": [[[36, 49], [37, "x"], [36, 50], [36, 49]]]}), "numbers"),
        (feature({"type": "Polygon", "coordinates": [[[36, 49], [37], [36, 50], [36, 49]]]}), "numbers"),
        (feature({"type": "Polygon", "coordinates": [[36, 49], [37, 49]]}), "positions|numbers"),
        (feature({"type": "Circle", "coordinates": [36, 49]}), "Circle"),
        (feature(box(49, 36, 50, 37), name="Окуповано /// Occupied"), "swapped"),
        (feature(box(36e4, 49e5, 37e4, 50e5)), "another CRS"),
        (feature(Polygon([(36, 49), (37, 50), (37, 49), (36, 50)])), r"Self-intersection\[36.5 49.5\]"),
        (feature(MultiPolygon([box(36, 49, 37, 50), box(36.5, 49, 37.5, 50)])), "Self-intersection"),
        (feature(box(36, 49, 37, 50), name="Щось /// Something new"), "Something new"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_whole_is_refused(tmp_path: Path, content: Any, words: str) -> None:
    path = tmp_path / "2022-09-10.geojson"
    if isinstance(content, str):
        path.write_text(content)
    else:
        write(path, content)
    with pytest.raises(ControlError, match=words) as caught:
        control.read_control(path)
    assert "\n" not in str(caught.value)
    assert "2022-09-10.geojson" in str(caught.value)


def test_infinite_and_missing_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "2022-09-10.geojson"
    for number in ("1e999", "null"):
        ring = f"[[36,49],[37,49],[37,{number}],[36,49]]"
        path.write_text('{"type":"Polygon","coordinates":[' + ring + "]}")
        with pytest.raises(ControlError, match=r"2022-09-10\.geojson"):
            control.read_control(path)


def test_other_crs_and_no_crs_are_refused(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    with pytest.raises(ControlError, match="3857"):
        control.read_control(write(tmp_path / "2022-01-01.geojson", feature(SLANTED), crs=crs))
    geopandas.GeoSeries([SLANTED], crs=4326).to_file(tmp_path / "2022-01-02.shp")
    (tmp_path / "2022-01-02.prj").unlink()
    with pytest.raises(ControlError, match="CRS"):
        control.read_control(tmp_path / "2022-01-02.shp")


def test_undated_missing_and_mixed_files(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="no date"):
        control.read_control(write(tmp_path / "latest.geojson", feature(SLANTED)))
    with pytest.raises(ControlError, match="no such file"):
        control.read_control(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ControlError, match="holds no control map"):
        control.read_control(tmp_path / "empty")
    (tmp_path / "2022-01-01.txt").write_text("x")
    with pytest.raises(ControlError, match="unknown kind"):
        control.read_control(tmp_path / "2022-01-01.txt")
    (tmp_path / "2022-01-01.geojson.gz").write_bytes(b"\x1f\x8bnonsense")
    with pytest.raises(ControlError, match="damaged gzip"):
        control.read_control(tmp_path / "2022-01-01.geojson.gz")
    half = gzip.compress(json.dumps({"type": "FeatureCollection", "features": []}).encode())[:-12]
    (tmp_path / "2022-01-01.geojson.gz").write_bytes(half)
    with pytest.raises(ControlError, match="gzip"):
        control.read_control(tmp_path / "2022-01-01.geojson.gz")
    with pytest.raises(ControlError, match="preset"):
        control.read_control(write(tmp_path / "2022-01-03.geojson", feature(SLANTED, stage="red")))
    with pytest.raises(ControlError, match="atlas"):
        control.read_control(tmp_path / "2022-01-03.geojson", preset="atlas")


@pytest.mark.parametrize("fast", [True, False])
def test_both_unpackers_read_and_refuse_the_same(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ``fast`` extra's where installed; zlib's else."""
    if not fast:
        monkeypatch.setattr("geomap.control.files.isal_zlib", None)
    packed = gzip.compress(b"ab" * 50_000)
    assert files.unpacked(packed + gzip.compress(b"c") + b"\0\0", "x") == b"ab" * 50_000 + b"c"
    assert files.unpacked(b"plain", "x") == b"plain"
    wrong_sum = packed[:-8] + b"\1\2\3\4" + packed[-4:]
    for damaged in (packed[:-9], packed[:30] + b"\xff" * 30 + packed[60:], packed[:5], wrong_sum):
        with pytest.raises(ControlError, match="x: damaged gzip"):
            files.unpacked(damaged, "x")
    monkeypatch.setattr("geomap.control.files.LARGEST", 1 << 16)
    with pytest.raises(ControlError, match="unpacks to more"):
        files.unpacked(packed, "x")


def test_hostile_archives_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "maps.zip"
    for name in ("../2022-01-01.geojson", "/2022-01-01.geojson", "a/..\\..\\x.geojson", "C:\\x.geojson"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "{}")
        with pytest.raises(ControlError, match="outside the archive"):
            control.read_control(path)
    monkeypatch.setattr("geomap.control.files.LARGEST", 1 << 16)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2022-01-01.geojson", " " * (1 << 20))
    with pytest.raises(ControlError, match="unpacks to more"):
        control.read_control(path)
    (tmp_path / "2022-01-01.geojson.gz").write_bytes(gzip.compress(b" " * (1 << 20)))
    with pytest.raises(ControlError, match="unpacks to more"):
        control.read_control(tmp_path / "2022-01-01.geojson.gz")
    path.write_bytes(b"PK nonsense")
    with pytest.raises(ControlError, match="damaged zip"):
        control.read_control(path)


def test_repair_is_asked_for_and_told(tmp_path: Path) -> None:
    ring = [(36, 49), (37, 49), (37, 50), (36.5, 50.2), (36.5, 49.9), (36, 50), (36, 49)]
    ring[4] = (36.9, 49.2)  # a vertex dragged across two edges
    bowtie = Polygon([(36, 49), (37, 50), (37, 49), (36, 50.5)])
    path = write(tmp_path / "2022-09-10.geojson", feature(bowtie, name="a /// Occupied"))
    with pytest.raises(ControlError, match=r"feature 0: Self-intersection\[36\.\d+ 49\.\d+\]"):
        control.read_control(path)
    (found,) = control.read_control(path, repair=True).snapshots
    assert found.frame.geometry.is_valid.all()
    assert len(found.repaired) == 1
    assert "mended" in found.repaired[0]


def test_collector_runs_again_after_an_error(tmp_path: Path) -> None:
    import gc

    with pytest.raises(ControlError):
        control.read_control(write(tmp_path / "2022-01-01.geojson", feature({"type": "Circle"})))
    assert gc.isenabled()


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_file_names_words_holders_and_licence(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        'name = "Desk"\nholder = "Red"\nproperties = ["zone", "name"]\nheld = ["taken"]\nfree = ["not taken"]\n'
        'contested = ["grey zone"]\nunknown = ["unclear"]\noutside = ["sea"]\nextent = [20, 40, 50, 60]\n'
        'licence = "CC BY 4.0"\nattribution = "Desk"\nurl = "example.org"\n[by]\n"not taken" = "Blue"\n',
        encoding="utf-8",
    )
    map_ = write(
        tmp_path / "2023-01-01.geojson",
        feature(box(36, 49, 37, 50), zone="TAKEN\nby force"),
        feature(box(37, 49, 38, 50), zone="Not taken"),
        feature(box(38, 49, 39, 50), name="GREY  zone"),
        feature(box(30, 42, 31, 43), zone="Sea"),
    )
    series = control.read_control(map_, rules=path, name="Ours")
    (found,) = series.snapshots
    assert list(found.frame["status"]) == ["held", "free", "contested"]
    assert list(found.frame["holder"]) == ["Red", "Blue", "Red"]
    assert (series.name, series.holder, series.provenance.licence) == ("Ours", "Red", "CC BY 4.0")
    assert len(found.ignored) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("held = 3", "held"),
        ("colour = 'red'", "unknown key 'colour'"),
        ("name = 3", "name"),
        ("properties = 'zone'", "properties"),
        ("default = 'gone'", "default"),
        ("extent = [50, 40, 20, 60]", "extent"),
        ("extent = [1, 2, 3]", "extent"),
        ("preset = 'atlas'", "atlas"),
        ("held = ['a']\n[by]\nb = 'Blue'", "which no class lists"),
        ("held = ", "TOML"),
    ],
)
def test_rule_files_with_faults_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text)
    with pytest.raises(ControlError, match=words):
        control.read_rules(path)
    with pytest.raises(ControlError, match="cannot read"):
        control.read_rules(tmp_path / "none.toml")


def test_a_preset_can_be_extended() -> None:
    rules = rules_from({"preset": "deepstate", "held": ["Нова зона"], "licence": "as agreed"})
    assert rules.classify("НОВА\u00a0 зона 3").status == "held"  # type: ignore[union-attr]
    assert rules.classify("Окуповано /// Occupied").status == "held"  # type: ignore[union-attr]
    assert (rules.licence, rules.extent) == ("as agreed", presets()["deepstate"].extent)


def test_words_are_found_at_the_start_of_words() -> None:
    rules = Rules(name="x", holder="Red", classes=presets()["deepstate"].classes)
    assert rules.classify("Unoccupied land") is None
    assert rules.classify("Temporarily\noccupied").status == "held"  # type: ignore[union-attr]
    assert rules.classify(None) is None
    assert presets()["deepstate"].classify(None).status == "held"  # type: ignore[union-attr]
    assert clean(" A\u00a0B\n\tc\u200b") == "a b c"


# ── real maps ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("quick", [True, False])
def test_both_parsers_read_the_same(tmp_path: Path, quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain collections may go through simdjson; without it, or where it fails, the other way must agree."""
    if not quick:
        monkeypatch.setattr("geomap.control.files._parser", lambda: None)
    holed = SLANTED - box(37, 49.5, 37.3, 49.8)
    path = write(
        tmp_path / "2022-09-10.geojson",
        feature(MultiPolygon([holed, box(39, 49, 39.5, 50)]), name="a /// Occupied", n=1),
        feature(box(34, 49, 35, 50), name="b /// Liberated"),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    )
    (found,) = control.read_control(path).snapshots
    assert list(found.frame["status"]) == ["held", "free"]
    assert list(found.frame["name"]) == ["a /// Occupied", "b /// Liberated"]
    assert found.frame.geometry.iloc[0].equals(MultiPolygon([holed, box(39, 49, 39.5, 50)]))


@pytest.mark.shared
def test_real_days_balance_and_equal_the_naive_result(shared: Path) -> None:
    files = sorted((shared / "data/control/daily").glob("*.geojson.gz"))[60:100]  # two whole-day redraws among them
    found = control.series(files)
    held, gained, lost = (found[c].to_numpy() * 1e6 for c in ("held_km2", "gained_km2", "lost_km2"))
    assert held[:-1] + gained[1:] - lost[1:] == pytest.approx(held[1:], abs=0.01)
    shapes = [control.ground(s) for s in control.read_control(files).snapshots]
    for i in range(len(shapes) - 1):
        assert (gained[i + 1], lost[i + 1]) == pytest.approx(naive(shapes[i], shapes[i + 1]), abs=1e-4)


@pytest.mark.shared
def test_kharkiv_oblast_in_september_2022(shared: Path) -> None:
    from geomap.gazetteer import read_gazetteer

    gazetteer = read_gazetteer()
    oblast = gazetteer.geometry(next(p.id for p in gazetteer.find("Kharkiv Oblast") if p.feature == "A.ADM1"))
    series = control.read_control(shared / "data/control/2022")
    held = {s.as_of.strftime("%dT%H%M"): control.areas(s, oblast) for s in series.snapshots[2:22]}
    before = held["05T2101"][Status.HELD] / 1e6
    assert before == pytest.approx(10_220, rel=0.01)
    for stamp, fall in (
        ("10T0929", 2_400),
        ("10T2149", 5_160),
        ("11T1309", 5_850),
        ("11T2207", 8_330),
        ("12T1138", 8_380),
    ):
        assert before - held[stamp][Status.HELD] / 1e6 == pytest.approx(fall, abs=20)
    assert held["10T2149"][Status.CONTESTED] / 1e6 == pytest.approx(2_920, abs=20)
    assert held["11T1309"][Status.UNKNOWN] / 1e6 == pytest.approx(3_000, abs=20)
    assert held["11T1309"][Status.CONTESTED] == 0


@pytest.mark.shared
def test_the_joke_of_6_october_is_ignored_and_listed(shared: Path) -> None:
    (found,) = control.read_control(shared / "data/control/2022/2022-10-06T1219Z.geojson.gz").snapshots
    assert any("15,193 km²" in line and "outside" in line for line in found.ignored)
    assert found.frame.total_bounds[3] < 53
    assert control.areas(found)[Status.HELD] / 1e6 == pytest.approx(113_044, abs=10)
    assert dict(found.dropped) == {"points": 113}
