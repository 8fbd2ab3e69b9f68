"""Hulls cover their places in any order, and stay sensible where places span no ground."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from geomap import geodesy, hulls
from geomap.errors import GeomapError
from geomap.models import Place

TOWNS = [(37.25, 49.21), (37.61, 49.71), (36.85, 49.46), (37.0, 49.9), (36.94, 50.29), (37.9, 49.4)]
places = st.lists(
    st.tuples(st.floats(36, 38).map(lambda v: round(v, 3)), st.floats(48.5, 50.5).map(lambda v: round(v, 3))),
    min_size=1,
    max_size=12,
)


def around(n: int = 400) -> np.ndarray:
    return np.random.default_rng(3).uniform([35.5, 48], [38.5, 51], (n, 2))


def km2(shape: object) -> float:
    return geodesy.area_m2(shape, edges="planar") / 1e6  # type: ignore[arg-type]


@pytest.mark.parametrize("method", get_args(hulls.Method))
@given(towns=places)
@settings(max_examples=40, deadline=None)
def test_a_hull_covers_its_places(method: hulls.Method, towns: list[tuple[float, float]]) -> None:
    shape = hulls.hull(towns, method, around())
    assert shape.is_valid
    assert shape.geom_type in ("Polygon", "MultiPolygon")
    # Thiessen cells are cut in a local plane: a place lies in its own cell, not on its edge
    assert shapely.distance(shape, shapely.points(towns)).max() < 1e-12


@pytest.mark.parametrize("method", get_args(hulls.Method))
@given(towns=places, data=st.data())
@settings(max_examples=25, deadline=None)
def test_order_and_repeats_do_not_matter(
    method: hulls.Method, towns: list[tuple[float, float]], data: st.DataObject
) -> None:
    other = [*data.draw(st.permutations(towns)), towns[0]]
    assert hulls.hull(towns, method, around()).equals_exact(hulls.hull(other, method, around()))


@given(towns=places)
@settings(max_examples=40, deadline=None)
def test_the_interval_holds_every_method(towns: list[tuple[float, float]]) -> None:
    low, high = hulls.interval(towns, around())
    for method in hulls.METHODS:
        assert low <= km2(hulls.hull(towns, method, around())) <= high
    concave, convex = (hulls.hull(towns, m) for m in ("concave", "convex"))
    # a place on the rubber band is a corner of the concave hull alone, and edges that are geodesics then bend less:
    # the band that stops at the same places is never smaller
    band = shapely.snap(convex, shapely.multipoints(towns), 1e-9)
    assert shapely.covers(band.buffer(1e-9), concave)
    assert km2(concave) <= km2(band) * (1 + 1e-6)


@given(towns=places, north=st.floats(-120, -20), east=st.floats(100, 240))
@settings(max_examples=30, deadline=None)
def test_hulls_are_the_same_size_across_the_antimeridian(
    towns: list[tuple[float, float]], north: float, east: float
) -> None:
    """Moved along the parallel, ground keeps its size wherever the map is cut."""
    moved = [((x + east + 180) % 360 - 180, y) for x, y in towns]
    for method in ("convex", "concave"):
        assert km2(hulls.hull(moved, method)) == pytest.approx(km2(hulls.hull(towns, method)), rel=1e-3)


def test_convex_hull_is_the_rubber_band() -> None:
    shape = hulls.hull([*TOWNS, (37.3, 49.5)])
    assert shape.equals(shapely.MultiPoint(TOWNS).convex_hull)
    dense = shapely.segmentize(shape, 0.002)  # edges straight in longitude and latitude
    assert km2(shape) == pytest.approx(abs(geodesy.ellipsoid().geometry_area_perimeter(dense)[0]) / 1e6, rel=1e-6)


def test_concave_hull_follows_a_horseshoe() -> None:
    turn = np.linspace(0.3, 2 * np.pi - 0.3, 60)
    horseshoe = np.concatenate([np.column_stack([37 + r * np.cos(turn), 49 + r * np.sin(turn)]) for r in (0.7, 1.0)])
    concave, convex = hulls.hull(horseshoe, "concave"), hulls.hull(horseshoe)
    assert km2(concave) < 0.65 * km2(convex)
    assert concave.covers(shapely.MultiPoint(horseshoe))


def test_one_place_is_a_disc_and_two_a_corridor() -> None:
    for method in ("convex", "concave"):
        one = hulls.hull([(37.25, 49.21)], method)
        assert km2(one) == pytest.approx(np.pi * hulls.EDGE_KM**2, rel=0.005)
        two = hulls.hull([(37.25, 49.21), (37.61, 49.71)], method)
        length = geodesy.distance_km(37.25, 49.21, 37.61, 49.71)
        assert km2(two) == pytest.approx(2 * hulls.EDGE_KM * length + np.pi * hulls.EDGE_KM**2, rel=0.01)
    line = [(37 + d, 49 + d / 3) for d in (0, 0.1, 0.25, 0.5)]
    assert km2(hulls.hull(line, "concave")) == pytest.approx(km2(hulls.hull([line[0], line[-1]])), rel=0.01)


def test_places_round_a_pole_span_it() -> None:
    ring = [(0, 85), (100, 84), (200, 86), (290, 85)]
    # its rim is drawn along geodesics
    expected = geodesy.area_m2(Polygon([(0, 85), (100, 84), (-160, 86), (-70, 85)])) / 1e6
    for method in ("convex", "concave"):
        shape = hulls.hull(ring, method)
        assert shape.is_valid
        assert shape.covers(shapely.Point(30, 89.9))
        assert km2(shape) == pytest.approx(expected, rel=0.02)
    south = hulls.hull([(x, -y) for x, y in ring])
    assert south.covers(shapely.Point(30, -89.9))


def test_thiessen_takes_the_ground_nearer_than_any_other_settlement() -> None:
    towns, others = [(37.0, 49.0)], [(37.2, 49.0), (36.8, 49.0), (37.0, 49.1), (37.0, 48.9)]
    cell = hulls.hull(towns, "thiessen", [*others, (37.0, 49.0)])
    for x, y in others:
        rim = np.linspace((37.0, 49.0), (x, y), 41)[1:-1]
        inside = shapely.intersects_xy(cell, rim[:, 0], rim[:, 1])
        nearer = geodesy.distances_m(37.0, 49.0, *rim.T) < geodesy.distances_m(x, y, *rim.T)
        middle = len(rim) // 2
        assert (inside == nearer)[: middle - 1].all()
        assert (inside == nearer)[middle + 2 :].all()


def test_thiessen_far_from_others_stops_at_its_reach() -> None:
    alone = hulls.hull([(37.0, 49.0)], "thiessen", [(39.0, 49.0)])
    assert km2(alone) == pytest.approx(np.pi * hulls.REACH_KM**2, rel=0.01)
    assert km2(hulls.hull([(37.0, 49.0)], "thiessen", np.zeros((0, 2)))) == pytest.approx(km2(alone), rel=0.01)


def test_clip_cuts_to_a_region() -> None:
    region = box(36, 48, 37.3, 51)
    for method in hulls.METHODS:
        shape = hulls.hull(TOWNS, method, around(), clip=region)
        assert region.buffer(1e-9).covers(shape)
        assert 0 < km2(shape) < km2(hulls.hull(TOWNS, method, around()))
    assert hulls.hull(TOWNS, clip=box(10, 10, 11, 11)).is_empty


def test_sensitivity_names_the_place_that_carries_the_area() -> None:
    far = [*TOWNS[:3], (39.5, 49.0)]
    found = hulls.sensitivity(far)
    assert found[0].index == 3
    assert found[0].share > 0.5
    assert found[0].area_km2 == pytest.approx(km2(hulls.hull(far[:3])))
    assert [w.share for w in found] == sorted((w.share for w in found), reverse=True)
    assert hulls.sensitivity(far[:1]) == ()


def test_measured_hull_carries_its_interval() -> None:
    towns = [Place(id=f"x:{i}", name=f"T{i}", lat=y, lon=x, feature="P.PPL") for i, (x, y) in enumerate(TOWNS)]
    found = hulls.measure_hull(towns, "concave")
    assert found.low_km2 <= found.area_km2 <= found.high_km2
    assert found.places == ("T0", "T1", "T2", "T3", "T4", "T5")
    assert found.area_km2 == pytest.approx(km2(found.geometry))


def test_what_cannot_be_a_hull_is_refused() -> None:
    for towns, words in (
        ([], "no place"),
        ([(49.2, 137.0)], "swapped"),
        ([(float("nan"), 4)], "degrees"),
        ([(1, 2, 3)], "lon, lat"),
    ):
        with pytest.raises(GeomapError, match=words):
            hulls.hull(towns)
    with pytest.raises(GeomapError, match="convex"):
        hulls.hull(TOWNS, "round")  # type: ignore[arg-type]
    with pytest.raises(GeomapError, match="settlements"):
        hulls.hull(TOWNS, "thiessen")


@pytest.mark.parametrize(("n", "alpha"), [(4, 0.5), (60, 2.0), (400, 5.0), (400, 12.0)])
def test_alpha_shape_is_what_brute_force_gives(n: int, alpha: float) -> None:
    points = np.random.default_rng(n).normal(size=(n, 2))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(points)))
    kept = [t for t in triangles if shapely.minimum_bounding_radius(t) <= 1e9 and circumradius(t) < 1 / alpha]
    expected = sum(t.area for t in kept)
    assert hulls.alpha_shape(points, alpha).area == pytest.approx(expected, rel=1e-12)
    assert hulls.alpha_shape(points, 0).equals(shapely.MultiPoint(points).convex_hull)


def circumradius(triangle: Polygon) -> float:
    a, b, c = (
        np.hypot(*(p - q))
        for p, q in zip(*(np.array(triangle.exterior.coords)[i : i + 3] for i in (0, 1)), strict=True)
    )
    return float(a * b * c / (4 * triangle.area))
