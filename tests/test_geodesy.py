"""Area, distance, azimuth, nearest points and buffers, against Karney's geodesics and known figures."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geomap import geodesy
from geomap.errors import GeomapError
from geomap.models import Compass

GEOD = geodesy.ellipsoid()
KM = 1000.0


def blob(lon: float, lat: float, radius_m: float, spokes: list[float]) -> Polygon:
    """A lopsided star of points at geodesic distances round a centre, anticlockwise."""
    n = len(spokes)
    azimuth = -np.linspace(0, 360, n, endpoint=False) - 11.0
    x, y, _ = GEOD.fwd(np.full(n, lon), np.full(n, lat), azimuth, radius_m * np.array(spokes))
    return Polygon(np.column_stack([lon + (np.asarray(x) - lon + 180) % 360 - 180, y]))


@st.composite
def blobs(draw: st.DrawFn, radius: tuple[float, float] = (200.0, 300 * KM), most_lat: float = 70.0) -> Polygon:
    spokes = draw(st.lists(st.floats(0.3, 1.0), min_size=5, max_size=14))
    return blob(
        draw(st.floats(-179, 179)), draw(st.floats(-most_lat, most_lat)), draw(st.floats(*radius)), spokes
    )  # fmt: skip


def karney(polygon: Polygon) -> float:
    shell = abs(GEOD.polygon_area_perimeter(*np.array(polygon.exterior.coords)[:, :2].T)[0])
    return shell - sum(abs(GEOD.polygon_area_perimeter(*np.array(r.coords)[:, :2].T)[0]) for r in polygon.interiors)


# ── area ─────────────────────────────────────────────────────────────────────────────────────────────────────


@given(blobs())
@settings(max_examples=80)
def test_area_agrees_with_karney(polygon: Polygon) -> None:
    assert geodesy.area_m2(polygon) == pytest.approx(karney(polygon), rel=1e-8)


@given(blobs(radius=(500 * KM, 1800 * KM), most_lat=40.0))
@settings(max_examples=40)
def test_area_of_long_edges_agrees_with_karney(polygon: Polygon) -> None:
    assert geodesy.area_m2(polygon) == pytest.approx(karney(polygon), rel=1e-8)


@given(blobs(), st.integers(0, 12), st.booleans())
def test_area_ignores_ring_start_and_direction(polygon: Polygon, start: int, reverse: bool) -> None:
    ring = list(polygon.exterior.coords)[:-1]
    turned = ring[start % len(ring) :] + ring[: start % len(ring)]
    other = Polygon(turned[::-1] if reverse else turned)
    for edges in ("geodesic", "planar"):
        # a metre of rounding in 40,000 km: 1e-13 of the figures that cancel
        assert geodesy.area_m2(other, edges=edges) == pytest.approx(geodesy.area_m2(polygon, edges=edges), rel=1e-9)


@given(blobs(radius=(20 * KM, 200 * KM)), st.floats(0.1, 0.5))
def test_a_hole_is_taken_off_in_any_direction(polygon: Polygon, size: float) -> None:
    core = affinity.scale(polygon, 0.25 * size, 0.25 * size, origin=polygon.representative_point())
    assume(polygon.contains(core))
    whole, hole = geodesy.area([polygon, core])
    for ring in (core.exterior.coords, list(core.exterior.coords)[::-1]):
        holed = Polygon(polygon.exterior.coords, [ring])
        assert geodesy.area_m2(holed) == pytest.approx(whole - hole, rel=1e-12)


@given(st.lists(blobs(radius=(1 * KM, 50 * KM)), min_size=1, max_size=5))
def test_collections_count_their_polygons(polygons: list[Polygon]) -> None:
    total = geodesy.area(polygons).sum()
    nested = GeometryCollection([Point(1, 2), GeometryCollection([*polygons[1:], LineString([(0, 0), (1, 1)])])])
    assert geodesy.area_m2(GeometryCollection([polygons[0], nested])) == pytest.approx(total, rel=1e-12)
    assert geodesy.area_m2(MultiPolygon(polygons)) == pytest.approx(total, rel=1e-12)


@given(blobs(radius=(1 * KM, 200 * KM), most_lat=60), st.floats(-170, 170))
def test_area_does_not_depend_on_longitude(polygon: Polygon, east: float) -> None:
    """Also across the antimeridian, unwrapped or wrapped."""
    moved = affinity.translate(polygon, east)
    wrapped = shapely.transform(moved, lambda c: np.column_stack([(c[:, 0] + 180) % 360 - 180, c[:, 1]]))
    expected = pytest.approx(geodesy.area_m2(polygon), rel=1e-8)
    assert geodesy.area_m2(moved) == expected
    assert geodesy.area_m2(wrapped) == expected


def test_area_round_the_poles() -> None:
    for sign in (1, -1):
        rim = Polygon([(x, sign * (72 + 4 * np.sin(np.radians(3 * x)))) for x in range(-180, 180, 7)])
        assert geodesy.area_m2(rim) == pytest.approx(karney(rim), rel=1e-8)
        drawn = Polygon([(-180, sign * 90), *((x, sign * 80) for x in range(-180, 181, 5)), (180, sign * 90)])
        assert geodesy.area_m2(drawn) == pytest.approx(karney(Polygon(drawn.exterior.coords[1:-2])), rel=1e-7)


def test_the_earth_and_an_octant() -> None:
    # area of the WGS 84 ellipsoid: 510,065,621.724 km²
    assert geodesy.area_m2(box(-180, -90, 180, 90), edges="planar") == pytest.approx(510_065_621.724e6, rel=1e-9)
    assert geodesy.area_m2(Polygon([(0, 0), (90, 0), (0, 90)])) == pytest.approx(510_065_621.724e6 / 8, rel=1e-9)


def test_planar_edges_are_the_limit_of_dense_vertices() -> None:
    polygon = Polygon([(22.4, 47.1), (36.2, 44.3), (40.9, 49.7), (31.5, 52.6), (27.0, 49.9)])
    dense = shapely.segmentize(polygon, 0.01)
    assert geodesy.area_m2(polygon, edges="planar") == pytest.approx(geodesy.area_m2(dense), rel=1e-8)
    assert geodesy.area_m2(polygon, edges="planar") != pytest.approx(geodesy.area_m2(polygon), rel=1e-4)


@given(blobs(radius=(20 * KM, 200 * KM), most_lat=60), blobs(radius=(20 * KM, 200 * KM), most_lat=60))
@settings(max_examples=60)
def test_planar_area_balances_under_overlay(first: Polygon, other: Polygon) -> None:
    second = affinity.translate(
        other, first.centroid.x - other.centroid.x + 0.2, first.centroid.y - other.centroid.y - 0.1
    )
    assume(first.is_valid and second.is_valid)
    a, b, gained, lost = geodesy.area([first, second, second - first, first - second], edges="planar")
    # GEOS rounds cuts to 1e-14 of a degree's size: a thousandth of a square metre at most
    assert a + gained - lost == pytest.approx(b, abs=0.01)


def test_what_has_no_ground_measures_nothing() -> None:
    shapes = [None, Point(1, 2), LineString([(0, 0), (5, 5)]), Polygon(), MultiPolygon(), GeometryCollection()]
    assert geodesy.area(shapes).tolist() == [0.0] * 6
    assert geodesy.area([]).shape == (0,)
    assert geodesy.area(geopandas.GeoSeries([], crs=4326)).shape == (0,)


def test_mixed_geometries_keep_their_places() -> None:
    a, b = box(30, 45, 31, 46.5), box(35, 50, 37, 51)
    holed = Polygon(b.exterior.coords, [box(35.5, 50.2, 36, 50.6).exterior.coords])
    shapes = [Point(0, 0), a, MultiPolygon([b, a]), Polygon(), GeometryCollection([a, Point(3, 3)]), holed, None]
    x, y, h = karney(a), karney(b), karney(holed)
    assert geodesy.area(shapes) == pytest.approx([0, x, x + y, 0, x, h, 0], rel=1e-9)


def test_z_is_passed_over() -> None:
    flat = Polygon([(30, 45), (31, 45.2), (30.4, 46)])
    high = Polygon([(30, 45, 100), (31, 45.2, 2000), (30.4, 46, 5)])
    assert geodesy.area_m2(high) == geodesy.area_m2(flat)


def test_many_blocks_give_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    shapes = [blob(x, y, 9_000.0, list(rng.uniform(0.4, 1, 9))) for x, y in rng.uniform(-60, 60, (40, 2))]
    shapes[7] = Polygon(shapes[7].exterior.coords, [affinity.scale(shapes[7], 0.2, 0.2).exterior.coords])
    whole = geodesy.area(shapes)
    monkeypatch.setattr("geomap.geodesy.areas.BLOCK", 25)
    monkeypatch.setattr("geomap.geodesy.areas.CHUNK", 16)
    assert geodesy.area(shapes) == pytest.approx(whole, rel=1e-12)


def test_frames_are_reprojected_or_refused() -> None:
    shape = Polygon([(36, 49), (37.4, 49.1), (36.6, 50.2)])
    frame = geopandas.GeoDataFrame({"a": [1]}, geometry=[shape], crs=4326)
    expected = karney(shape)
    assert geodesy.area(frame) == pytest.approx([expected], rel=1e-8)
    assert geodesy.area(frame.geometry) == pytest.approx([expected], rel=1e-8)
    assert geodesy.area(frame.to_crs(32637)) == pytest.approx([expected], rel=1e-8)
    with pytest.raises(GeomapError, match="no CRS"):
        geodesy.area(geopandas.GeoSeries([shape]))


def test_area_refuses_what_is_no_ground_on_earth() -> None:
    with pytest.raises(GeomapError, match="vertex"):
        geodesy.area(shapely.polygons([[(0, 0), (1, 0), (np.inf, 1), (0, 0)]]))
    with pytest.raises(GeomapError, match="str"):
        geodesy.area(["POLYGON"])
    with pytest.raises(GeomapError, match="edges"):
        geodesy.area([box(0, 0, 1, 1)], edges="flat")  # type: ignore[arg-type]


@pytest.mark.parametrize("anticlockwise", [True, False])
@pytest.mark.parametrize("lat", [50.0, -50.0, 80.0, -80.0])
def test_signed_rings_tell_their_direction(lat: float, anticlockwise: bool) -> None:
    local = shapely.orient_polygons(blob(179.5, lat, 90 * KM, [1, 0.7, 0.9, 0.5, 0.8]), exterior_cw=not anticlockwise)
    coordinates = shapely.get_coordinates(local)
    found = geodesy.ring_areas(coordinates, np.array([len(coordinates)]), signed=True)[0]
    assert (found > 0) == anticlockwise
    east = np.array([[x, lat] for x in [*range(-180, 180, 20), -180]], dtype=float)
    rim = east if anticlockwise else east[::-1]
    found = geodesy.ring_areas(np.ascontiguousarray(rim), np.array([len(rim)]), signed=True)[0]
    assert found == pytest.approx(GEOD.polygon_area_perimeter(rim[:, 0], rim[:, 1])[0], rel=1e-8)


# ── distance and azimuth ─────────────────────────────────────────────────────────────────────────────────────

# Karney's GeodTest set (doi:10.5281/zenodo.32156) and GeographicLib's documented examples, typed as facts:
# lat1, lon1, azimuth at 1, lat2, lon2, metres
GEOD_TEST = [
    (36.530042355041, 0.0, 176.125875162171, -48.164270779097768864, 5.762344694676510456, 9398502.0434687),
    (40.6, -73.8, 51.198882845579824, 51.6, -0.5, 5551759.400319),  # JFK to LHR
    (-41.32, 174.81, 161.06766998615875, 40.96, -5.50, 19959679.26735382),  # Wellington to Salamanca, near antipodal
    (0.0, 0.0, 90.0, 0.0, 1.0, 111319.490793),  # a degree along the equator
]


@pytest.mark.parametrize(("lat1", "lon1", "azimuth", "lat2", "lon2", "metres"), GEOD_TEST)
def test_known_geodesics(lat1: float, lon1: float, azimuth: float, lat2: float, lon2: float, metres: float) -> None:
    assert geodesy.distance_km(lon1, lat1, lon2, lat2) == pytest.approx(metres / KM, abs=1e-6)
    assert geodesy.azimuth_deg(lon1, lat1, lon2, lat2) == pytest.approx(azimuth, abs=1e-6)
    assert geodesy.distances_m([lon1, lon2], [lat1, lat2], lon2, lat2) == pytest.approx([metres, 0], abs=1e-3)
    assert geodesy.azimuths_deg(lon1, lat1, [[lon2]], [[lat2]]) == pytest.approx(azimuth, abs=1e-6)


def test_vectors_keep_their_shape() -> None:
    assert geodesy.distances_m(0.0, 0.0, np.ones((2, 3)), np.ones((2, 3))).shape == (2, 3)
    assert geodesy.distances_m([], [], 1.0, 1.0).shape == (0,)
    assert geodesy.distances_m(1.0, 1.0, 1.0, 2.0).shape == ()
    west = geodesy.azimuths_deg(10.0, 50.0, [9.0, 11.0], 50.0)
    assert 180 < west[0] < 360
    assert 0 < west[1] < 180


def test_compass_words() -> None:
    assert [geodesy.compass(a) for a in (0, 359, 44, 91, 200, 290)] == [
        Compass.N, Compass.N, Compass.NE, Compass.E, Compass.S, Compass.W,
    ]  # fmt: skip
    assert geodesy.turn_deg(350, 20) == 30
    assert all(geodesy.compass(geodesy.compass_azimuth(w)) is w for w in Compass)


# ── nearest points ───────────────────────────────────────────────────────────────────────────────────────────


def brute(point: tuple[float, float], line: LineString) -> float:
    """Distance to a line straight in lon/lat, by a vertex each hundred metres."""
    dense = shapely.get_coordinates(shapely.segmentize(line, 0.001))
    return float(geodesy.distances_m(point[0], point[1], dense[:, 0], dense[:, 1]).min()) / KM


coordinate = st.tuples(st.floats(20, 44), st.floats(44, 66))


@given(coordinate, st.lists(coordinate, min_size=2, max_size=6, unique=True))
@settings(max_examples=25, deadline=None)
def test_distance_to_a_line(point: tuple[float, float], vertices: list[tuple[float, float]]) -> None:
    line = LineString(vertices)
    assume(line.length > 0.01)
    found = geodesy.distance_to_km(point, line)
    expected = brute(point, line)
    assert found == pytest.approx(expected, rel=1e-3, abs=0.06)  # half of the step
    x, y = geodesy.nearest_point(point, line)
    assert geodesy.distance_km(*point, x, y) == pytest.approx(found, abs=1e-9)


def test_distance_to_polygons_and_points() -> None:
    land = Polygon([(36, 48), (38, 48.4), (38.3, 50), (36.4, 49.6)], [[(36.9, 48.7), (37.3, 48.7), (37.2, 49.2)]])
    assert geodesy.distance_to_km((36.5, 48.6), land) == 0
    assert geodesy.nearest_point((36.5, 48.6), land) == (36.5, 48.6)
    inside_hole = geodesy.distance_to_km((37.1, 48.9), land)
    assert inside_hole == pytest.approx(brute((37.1, 48.9), LineString(land.interiors[0].coords)), rel=1e-3)
    assert geodesy.distance_to_km((30, 50), Point(31, 51)) == pytest.approx(geodesy.distance_km(30, 50, 31, 51))
    both = GeometryCollection([Point(10, 10), MultiPolygon([land])])
    assert geodesy.distance_to_km((35.9, 47.9), both) == pytest.approx(
        geodesy.distance_km(35.9, 47.9, 36, 48), rel=1e-6
    )
    with pytest.raises(GeomapError, match="empty"):
        geodesy.distance_to_km((1, 2), Polygon())


def test_nearest_across_the_antimeridian() -> None:
    east = box(-179.9, 9, -179, 11)
    assert geodesy.distance_to_km((179.9, 10), east) == pytest.approx(
        geodesy.distance_km(179.9, 10, -179.9, 10), rel=1e-6
    )
    assert geodesy.distance_to_km((-179.5, 10), box(179, 9, 181, 11)) == 0
    assert geodesy.distance_between_km(box(178, 9, 179.8, 11), east) == pytest.approx(
        min(geodesy.distance_km(179.8, y, -179.9, y) for y in (9, 11)), rel=1e-6
    )


def test_distance_between_geometries() -> None:
    island = Polygon([(32.3, 34.6), (33.9, 34.9), (34.6, 35.7), (32.9, 35.4)])
    coast = LineString([(35.8, 33.9), (35.6, 34.6), (35.9, 35.3), (35.7, 36.2), (36.2, 36.6)])
    corner = geodesy.distance_to_km((34.6, 35.7), coast)
    assert geodesy.distance_between_km(island, coast) == pytest.approx(corner, rel=1e-9)
    assert geodesy.distance_between_km(coast, island) == pytest.approx(corner, rel=1e-9)
    assert geodesy.distance_between_km(island, island.buffer(1)) == 0
    here, there = geodesy.nearest_points(island, coast)
    assert here == pytest.approx((34.6, 35.7))
    assert coast.distance(Point(there)) < 1e-9


def test_length_follows_geodesics() -> None:
    line = LineString([(37, 49), (37, 50), (38, 50)])
    expected = geodesy.distance_km(37, 49, 37, 50) + geodesy.distance_km(37, 50, 38, 50)
    assert geodesy.length_km(line) == pytest.approx(expected)
    assert geodesy.length_km(LineString()) == 0


# ── buffers ──────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.floats(-180, 180), st.floats(-89.5, 89.5), st.floats(500, 200_000))
@settings(max_examples=60, deadline=None)
@example(179.99, 10.0, 50_000.0)
@example(20.0, 89.9, 50_000.0)
@example(20.0, -89.4, 70_000.0)
def test_disc_has_its_radius(lon: float, lat: float, metres: float) -> None:
    disc = geodesy.disc(lon, lat, metres)
    assert disc.is_valid
    west, south, east, north = disc.bounds
    assert west >= -180 <= east <= 180
    assert -90 <= south <= north <= 90
    # a 64-cornered disc is 0.16 % smaller than the circle on a plane; the Earth's bend takes at most 0.01 % at 200 km
    assert geodesy.area_m2(disc) == pytest.approx(np.pi * metres**2, rel=0.003)


def test_buffer_of_wide_ground_keeps_its_distance() -> None:
    land = Polygon([(22.4, 47.1), (36.2, 44.3), (40.9, 49.7), (31.5, 52.6), (27.0, 49.9)])
    grown, shrunk = geodesy.buffer_m(land, 20_000), geodesy.buffer_m(land, -20_000)
    assert grown.covers(land)
    assert land.covers(shrunk)
    for x, y in shapely.get_coordinates(grown.exterior)[::15]:
        assert geodesy.distance_to_km((x, y), land) == pytest.approx(20, abs=0.1)
    for x, y in shapely.get_coordinates(shrunk.exterior)[::15]:
        assert geodesy.distance_to_km((x, y), land.exterior) == pytest.approx(20, abs=0.1)


def test_buffers_that_are_empty_or_refused() -> None:
    assert geodesy.buffer_m(Polygon(), 1000).is_empty
    assert geodesy.buffer_m(Point(3, 4), -5).is_empty
    for metres in (float("nan"), float("inf"), 3e6):
        with pytest.raises(GeomapError, match="2,000 km"):
            geodesy.buffer_m(Point(3, 4), metres)


def test_corridor_runs_along_its_places() -> None:
    road = geodesy.corridor(np.array([(36.2, 50.0), (36.9, 49.5), (37.3, 49.2)]), 2000)
    assert road.covers(LineString([(36.2, 50.0), (36.9, 49.5), (37.3, 49.2)]))
    length = geodesy.length_km(LineString([(36.2, 50.0), (36.9, 49.5), (37.3, 49.2)]))
    assert geodesy.area_m2(road) / 1e6 == pytest.approx(length * 4 + np.pi * 4, rel=0.01)


def test_scalars_need_neither_numpy_nor_shapely() -> None:
    code = (
        "import sys, geomap.geodesy as g; "
        "sys.exit(bool({'shapely', 'geopandas', 'pandas'} & set(sys.modules)) or not hasattr(g, 'area'))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError, match="acreage"):
        geodesy.acreage  # noqa: B018


# ── round the globe ──────────────────────────────────────────────────────────────────────────────────────────

HALF_KM2 = 255_032_810.9


@pytest.mark.parametrize(
    "ring",
    [
        [(0, 0), (120, 0), (240, 0)],
        [(-180, 0), (-90, 0), (0, 0), (90, 0), (180, 0)],
        [(0, 0), (90, 0), (180, 0), (-90, 0)],
        [(0, 0), (-120, 0), (120, 0)],
    ],
)
def test_the_ring_round_the_equator_is_half_the_globe(ring: list[tuple[float, float]]) -> None:
    assert geodesy.area(Polygon(ring))[0] / 1e6 == pytest.approx(HALF_KM2, abs=0.1)


BERING = [(178, 66), (-178, 66), (-178, 67), (178, 67)]
FIJI = [(177, -18), (179, -19), (-179, -18.5), (-178, -17), (-179.5, -16), (178, -16.5)]


@pytest.mark.parametrize(
    ("shape", "km2"),
    [
        (box(-180, -90, 180, 90), 2 * HALF_KM2),  # an edge of a full turn has one way only
        (box(-170, -10, 170, 10), 83_288_596.0),
        (Polygon(BERING), 19_855.6),
        (box(178, 66, 182, 67), 19_855.6),
        (box(-182, 66, -178, 67), 19_855.6),
        (box(538, 66, 542, 67), 19_855.6),
        (MultiPolygon([box(178, 66, 180, 67), box(-180, 66, -178, 67)]), 19_855.6),
        (Polygon(FIJI), 113_128.1),
        (Polygon(FIJI[::-1]), 113_128.1),  # a slanted edge of 357° is none
        (box(350, 0, 370, 10), 2_449_664.6),
        (Polygon([(0, 0), (90, 0), (180, 0), (-90, 0)]), HALF_KM2),
        (Polygon([(-170, 70), (-90, 75), (0, 70), (90, 75), (170, 71)]), 11_980_129.4),  # ice round the pole
        (Polygon([(-180, -90), (180, -90), (180, -70), (0, -65), (-180, -70)]), 19_643_235.8),
        (Polygon(BERING, [[(179, 66.2), (-179, 66.2), (-179, 66.8), (179, 66.8)]]), 13_898.87),
    ],
)
def test_one_world_whichever_way_it_is_written(shape: Any, km2: float) -> None:
    found = geodesy.one_world(shape)
    west, south, east, north = found.shape.bounds
    assert (west, south, east, north) == (max(west, -180), max(south, -90), min(east, 180), min(north, 90))
    assert geodesy.area(found.shape, edges="planar")[0] / 1e6 == pytest.approx(km2, rel=1e-6)


def test_what_may_be_meant_either_way_is_refused() -> None:
    for ring in (BERING[::-1], [(-170, -10), (-170, 10), (170, 10), (170, -10)]):
        with pytest.raises(GeomapError, match="cut the shape at 180"):
            geodesy.one_world(Polygon(ring))
    # shapefiles run the other way
    found = geodesy.one_world(Polygon(BERING[::-1]), clockwise=True)
    assert geodesy.area(found.shape, edges="planar")[0] / 1e6 == pytest.approx(19_855.6, abs=0.1)


def test_shapes_that_lie_within_half_the_globe_stand_as_they_are() -> None:
    shapes = np.array([box(0, 0, 1, 1), Polygon(BERING), box(179, 0, 181, 1)], dtype=object)
    assert geodesy.reaches_round(shapes).tolist() == [False, True, True]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("far", ["antipode", "anywhere"])
def test_a_line_is_as_near_as_its_nearest_point_however_far(seed: int, far: str) -> None:
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(-170, 170), random.uniform(-60, 60)
    x, y = (lon + 360) % 360 - 180, -lat
    if far == "anywhere":
        x, y = random.uniform(-170, 170), random.uniform(-60, 60)
    walk = np.column_stack([x + random.normal(0, 2, 6).cumsum(), (y + random.normal(0, 2, 6).cumsum()).clip(-85, 85)])
    line = LineString(walk)
    dense = shapely.get_coordinates(shapely.segmentize(line, 0.01))
    least = geodesy.distances_m(lon, lat, dense[:, 0], dense[:, 1]).min() / 1000
    assert geodesy.distance_to_km((lon, lat), line) == pytest.approx(least, abs=0.01)
    assert geodesy.distance_to_km((lon, lat), line) <= least + 1e-9
