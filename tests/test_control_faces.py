"""Polygons of the edges that two maps do not share equal both differences, and are valid, however the edges lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geomap.control import edges, faces

SAME_AREA = 1e-13
"""Square degrees, a thousandth of a m²: rounding of grounds of several square degrees."""


@pytest.fixture(autouse=True)
def never_by_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small shapes change in most of their edges: without this all of them would go to GEOS."""
    monkeypatch.setattr(faces, "MOST_CHANGED", 2.0)


def checked(before: Any, after: Any) -> tuple[Any, Any]:
    pieces = edges.changes([before, after])[0]
    for found, wanted in zip(pieces, (after - before, before - after), strict=True):
        assert shapely.is_valid(found).all()
        assert sum(p.area for p in found) == pytest.approx(wanted.area, abs=SAME_AREA)
        assert shapely.union_all(found).symmetric_difference(wanted).area < SAME_AREA
    return pieces


def plain(shape: Any) -> Any:
    """Without the grid that ``set_precision`` would have GEOS cut on."""
    assume(shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty)
    shape = shapely.from_wkb(shapely.to_wkb(shape))
    assume(shape.is_valid)
    return shape


@st.composite
def grounds(draw: st.DrawFn, grid: float) -> Any:
    """Several lopsided parts, perhaps with a hole, on a grid: coarse, their vertices fall on each other's edges."""
    seed = np.random.default_rng(draw(st.integers(0, 2**32)))
    stars = []
    for size in (*seed.uniform(0.3, 2.0, draw(st.integers(1, 3))), *seed.uniform(0.1, 0.5, draw(st.integers(0, 2)))):
        turn = np.sort(seed.uniform(0, 2 * np.pi, seed.integers(4, 16)))
        reach = seed.uniform(0.3, 1.0, len(turn)) * size
        x, y = seed.uniform([36, 48], [39, 50])
        stars.append(Polygon(np.column_stack([x + reach * np.cos(turn), y + reach * np.sin(turn)])).buffer(0))
    whole = shapely.union_all([s for s in stars if s.area > 0.1]) - shapely.union_all(
        [s for s in stars if s.area < 0.1]
    )
    return plain(shapely.set_precision(whole, grid) if grid else whole)


@given(st.sampled_from([0.0, 1e-6, 0.05, 0.25]), st.data())
@settings(max_examples=80, deadline=None)
def test_grounds_that_cross_touch_and_overlap(grid: float, data: st.DataObject) -> None:
    checked(data.draw(grounds(grid)), data.draw(grounds(grid)))


@given(grounds(0.0), st.sampled_from([1e-15, 1e-9, 1e-6, 1e-2]), st.sampled_from([0.1, 0.5, 1.0]), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_maps_drawn_anew_with_a_shaking_hand(ground: Any, step: float, share: float, seed: int) -> None:
    """As when a map-maker stores one digit less; by 1e-15 only the last bits differ."""
    random = np.random.default_rng(seed)

    def shaken(points: Any) -> Any:
        moved = points + step * random.normal(size=points.shape) * (random.random(len(points)) < share)[:, None]
        moved[-1] = moved[0]
        return moved

    polygons = [
        Polygon(shaken(shapely.get_coordinates(rings[0])), [shaken(shapely.get_coordinates(r)) for r in rings[1:]])
        for rings in map(shapely.get_rings, shapely.get_parts(ground))
    ]
    after = MultiPolygon(polygons)
    assume(after.is_valid)
    checked(ground, after)


@given(grounds(0.0), grounds(0.0))
@settings(max_examples=40, deadline=None)
def test_cuts_leave_vertices_beside_the_line(ground: Any, knife: Any) -> None:
    """GEOS rounds the ends of its cuts: the new edges run along the old ones within the last bit."""
    checked(ground, plain(ground - knife))
    checked(ground, plain(ground | knife))


def test_signs_are_exact_where_floats_are_not() -> None:
    a, b = np.array([[0.1, 0.1]]), np.array([[0.3, 0.3]])
    for bits, wanted in ((0, 0), (1, 1), (-1, -1)):
        lat = 0.2
        for _ in range(abs(bits)):
            lat = float(np.nextafter(lat, 9.0 * np.sign(bits)))
        assert faces._side(a, b, np.array([[0.2, lat]]), np.zeros(1, bool))[0][0] == wanted


def test_no_pair_needs_geos_but_by_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crossing, touching, sharing part of an edge, nested, pinched: all without GEOS."""
    monkeypatch.setattr(faces, "differences", None)
    slanted = Polygon([(36.1, 49.0), (37.9, 49.3), (38.2, 50.4), (36.7, 50.1)])
    ring = box(36, 49, 38, 50) - box(36.5, 49.2, 37.5, 49.7)
    pinched = box(36, 49, 38, 50) - Polygon([(37, 49), (37.3, 49.4), (37, 49.6), (36.8, 49.3)])
    apart = MultiPolygon([box(36, 49, 37, 49.5), box(37, 49.5, 38, 50)])
    for before, after in (
        (slanted, box(36.5, 48.5, 37.5, 51.0)),
        (ring, box(36, 49, 38, 50)),
        (box(36, 49, 38, 50), ring),
        (pinched, box(36, 49, 38, 50)),
        (MultiPolygon(), pinched),
        (apart, box(36, 49, 38, 50)),
        (box(36.25, 49, 37.5, 49.75), apart),
        (box(36, 49, 38, 50), box(36, 49, 37.25, 50.5)),
        (box(36, 49, 38, 50), MultiPolygon([box(36.25, 49.25, 36.5, 49.5), box(37.5, 49.5, 38.5, 50)])),
    ):
        for turn in (shapely.reverse, shapely.normalize):
            checked(turn(before), turn(after))
            checked(turn(after), turn(before))


def test_ground_that_changes_hands_right_across_an_edge() -> None:
    """The edge stands twice, gained on one side and lost on the other."""
    gained, lost = checked(box(36, 49, 37, 50), box(37, 49, 38, 50))
    assert len(gained) == len(lost) == 1


def test_many_pairs_at_once_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    days = [box(36, 49, 37 + 0.1 * i, 50 - 0.03 * i) for i in range(9)]
    together = edges.changes(days)
    monkeypatch.setattr(edges, "MAPS", 1)
    for (gained, lost), (other_gained, other_lost) in zip(together, edges.changes(days), strict=True):
        assert shapely.equals_exact(gained, other_gained).all()
        assert shapely.equals_exact(lost, other_lost).all()
    assert [len(g) for g, _ in together] == [1] * 8
