"""A series is checked exactly as strictly as GEOS checks each map, though most of each map is not checked anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box

from geomap import control
from geomap.control import edges, validity
from geomap.control.validity import Validity


def round_(x: float, y: float, size: float, corners: int = 150, seed: int = 1) -> Any:
    """A lopsided ring of many vertices."""
    random = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + 0.01
    reach = size * random.uniform(0.85, 1.0, corners)
    return np.column_stack([x + 1.4 * reach * np.cos(turn), y + reach * np.sin(turn)])


def polygon(shell: Any, *holes: Any) -> Any:
    return Polygon(shell, holes)


SHELL, ISLE = round_(37, 49, 0.8), round_(39, 49.3, 0.5, seed=2)
LAKE, POND = round_(37.2, 49.1, 0.3, 60, seed=3), round_(36.4, 48.9, 0.1, 40, seed=4)
BASE = MultiPolygon([polygon(SHELL, LAKE, POND), polygon(ISLE)])


def moved(points: Any, vertex: int, to: tuple[float, float]) -> Any:
    out = points.copy()
    out[vertex] = to
    return out


def towards(points: Any, vertex: int, share: float) -> tuple[float, float]:
    """A vertex drawn towards the ring's middle."""
    middle = points.mean(axis=0)
    x, y = points[vertex] + share * (middle - points[vertex])
    return float(x), float(y)


FAULTS = {
    "a vertex dragged across the ring": [polygon(moved(SHELL, 20, (35.6, 48.6)), LAKE, POND), polygon(ISLE)],
    "a vertex dragged across a hole": [polygon(moved(SHELL, 0, towards(SHELL, 0, 0.9)), LAKE, POND), polygon(ISLE)],
    "two vertices swapped": [polygon(SHELL[[*range(9), 11, 10, 9, *range(12, 150)]], LAKE, POND), polygon(ISLE)],
    "a part that crosses another, which did not move": [
        polygon(SHELL, LAKE, POND),
        polygon(moved(ISLE, 75, (37.9, 49.2))),
    ],
    "a hole beyond its shell": [polygon(SHELL, LAKE, POND, round_(36.0, 50.4, 0.1, 40)), polygon(ISLE)],
    "a hole in another part's shell": [polygon(SHELL, LAKE, POND, round_(39.0, 49.3, 0.1, 40)), polygon(ISLE)],
    "a hole given to another part": [polygon(SHELL, LAKE), polygon(ISLE, POND)],
    "a hole in a hole": [polygon(SHELL, LAKE, POND, round_(37.2, 49.1, 0.05, 40)), polygon(ISLE)],
    "a part within a part": [polygon(SHELL, LAKE, POND), polygon(ISLE), polygon(round_(36.7, 48.6, 0.05, 40))],
    "a hole that became a part": [polygon(SHELL, POND), polygon(LAKE), polygon(ISLE)],
    "a part that became a hole": [polygon(SHELL, LAKE, POND, ISLE)],
    "a shell that grew round a part": [
        # a wedge of the shell drawn six times as far out
        polygon([*SHELL[25:126], *(np.array([37, 49]) + 6 * (SHELL[[125, 25]] - [37, 49]))], LAKE, POND),
        polygon(ISLE),
    ],
    "an edge that runs back along the last": [
        polygon(SHELL, LAKE, POND),
        polygon(ISLE),
        polygon([(35.0, 47.0), (35.4, 47.0), (35.2, 47.0), (35.3, 46.5)]),
    ],
    "a part drawn twice": [polygon(SHELL, LAKE, POND), polygon(ISLE), polygon(ISLE)],
    "a hole drawn twice": [polygon(SHELL, LAKE, LAKE, POND), polygon(ISLE)],
    "a hole that grew over the whole": [polygon(SHELL, LAKE, affinity.scale(polygon(POND), 30, 30).exterior.coords)],
    "a spike": [polygon(np.insert(SHELL, 20, [SHELL[19] + 0.1, SHELL[19]], axis=0), LAKE, POND), polygon(ISLE)],
    "a ring through one of its vertices twice": [
        polygon(moved(SHELL, 20, tuple(SHELL[40])), LAKE, POND),
        polygon(ISLE),
    ],
    "two holes that cut the ground in two": [
        polygon(SHELL, [SHELL[0], *LAKE[[55, 20, 10, 3]]], moved(POND, 3, tuple(SHELL[80]))),
        polygon(ISLE),
    ],
    "a part that lies along another's edge": [
        polygon(SHELL, LAKE, POND),
        polygon(ISLE),
        polygon([SHELL[5], SHELL[4], SHELL[4] + 0.3]),
    ],
}  # fmt: skip

FINE = {
    "a bulge": [polygon(moved(SHELL, 20, towards(SHELL, 20, -0.2)), LAKE, POND), polygon(ISLE)],
    "a dent": [polygon(moved(SHELL, 20, towards(SHELL, 20, 0.05)), LAKE, POND), polygon(ISLE)],
    "a vertex less": [polygon(np.delete(SHELL, 33, axis=0), LAKE, POND), polygon(ISLE)],
    "a vertex more": [polygon(np.insert(SHELL, 33, SHELL[32:34].mean(axis=0), axis=0), LAKE, POND), polygon(ISLE)],
    "a hole less": [polygon(SHELL, LAKE), polygon(ISLE)],
    "a hole more": [polygon(SHELL, LAKE, POND, round_(36.9, 48.5, 0.04, 40)), polygon(ISLE)],
    "a part less": [polygon(SHELL, LAKE, POND)],
    "a part more": [polygon(SHELL, LAKE, POND), polygon(ISLE), polygon(round_(35.2, 48.0, 0.2, 40))],
    "a part in a hole": [polygon(SHELL, LAKE, POND), polygon(ISLE), polygon(round_(37.2, 49.1, 0.1, 40))],
    "parts and rings in another order": [polygon(np.roll(ISLE, 7, axis=0)[::-1]), polygon(SHELL, POND[::-1], LAKE)],
    "a doubled vertex": [polygon(np.insert(SHELL, 33, SHELL[33], axis=0), LAKE, POND), polygon(ISLE)],
}  # fmt: skip

TOUCHING = {
    "a hole that touches its shell": [polygon(SHELL, LAKE, moved(POND, 20, tuple(SHELL[75]))), polygon(ISLE)],
    "a part that touches a part": [polygon(SHELL, LAKE, POND), polygon(moved(ISLE, 75, tuple(SHELL[0])))],
    "a part that touches the middle of an edge": [
        polygon(SHELL, LAKE, POND),
        polygon(moved(ISLE, 75, tuple(SHELL[:2].mean(axis=0)))),
    ],
}  # fmt: skip


@pytest.mark.parametrize("parts", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_never_passed(parts: list[Any]) -> None:
    after = MultiPolygon(parts)
    assert not after.is_valid, "the test's own fault"
    assert not validity._still_apart([BASE, after])[0][0]
    for maps in ([BASE, after], [BASE, after, BASE], [BASE, BASE, after, after, BASE, BASE], [after, BASE]):
        assert Validity().check(maps)[0] == [m is BASE for m in maps]
    turned = shapely.reverse(after)
    assert Validity().check([BASE, turned])[0] == [True, False]


@pytest.mark.parametrize("parts", FINE.values(), ids=FINE)
def test_what_keeps_apart_is_passed_without_geos(parts: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nothing would be gained, and the test above would show nothing."""
    after = MultiPolygon(parts)
    assert after.is_valid, "the test's own fault"
    checks = Validity()
    assert checks.check([BASE])[0] == [True]
    asked: list[Any] = []
    monkeypatch.setattr(validity.shapely, "is_valid", lambda shape: asked.append(shape) or True)
    assert checks.check([after, BASE, after])[0] == [True] * 3
    assert not asked


@pytest.mark.parametrize("parts", TOUCHING.values(), ids=TOUCHING)
def test_rings_that_touch_are_left_to_geos(parts: list[Any]) -> None:
    after = MultiPolygon(parts)
    wanted = bool(after.is_valid)
    assert not validity._still_apart([BASE, after])[0][0]
    assert Validity().check([BASE, after, BASE, after, after, BASE])[0] == [True, wanted, True, wanted, wanted, True]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 149), st.floats(-0.3, 1.2), st.booleans()), max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_series_of_any_moves_is_judged_as_geos_judges(moves: list[tuple[int, int, float, bool]]) -> None:
    """Vertices drawn in or out by a little or right across: one map after the other, on some days taken back."""
    rings = [SHELL, LAKE, POND, ISLE]
    maps = [BASE]
    for which, vertex, share, back in moves:
        changed = list(rings)
        changed[which] = moved(
            rings[which], vertex % len(rings[which]), towards(rings[which], vertex % len(rings[which]), share)
        )
        maps.append(MultiPolygon([polygon(*changed[:3]), polygon(changed[3])]))
        if not back:
            rings = changed
    assert Validity().check(maps)[0] == shapely.is_valid(maps).tolist()


def test_what_is_not_shared_is_found_on_the_way() -> None:
    days = [MultiPolygon(parts) for parts in FINE.values()]
    series = [BASE, *days, BASE, BASE]
    sound, rests = Validity().check(series)
    assert all(sound)
    assert all(
        r is not None and r.before is a and r.after is b for r, a, b in zip(rests[1:], series, series[1:], strict=False)
    )
    found = edges.changes([series[0], *[r for r in rests[1:] if r is not None]])
    for (gained, lost), (other_gained, other_lost) in zip(found, edges.changes(series), strict=True):
        assert shapely.equals_exact(gained, other_gained).all()
        assert shapely.equals_exact(lost, other_lost).all()


def test_half_the_globe_and_nothing() -> None:
    wide = MultiPolygon([*BASE.geoms, box(-170, -60, -100, 60)])
    assert Validity().check([BASE, wide, wide, BASE])[0] == [True] * 4
    assert Validity().check([Polygon(), BASE, Polygon(), BASE])[0] == [True] * 4
    assert Validity().check([])[0] == []


def test_a_broken_day_within_a_series_is_refused_by_name(tmp_path: Path) -> None:
    import json

    from shapely.geometry import mapping

    from geomap.errors import ControlError

    bad = MultiPolygon(FAULTS["two vertices swapped"])
    for day, shape in enumerate([BASE, BASE, bad, BASE], 1):
        text = json.dumps({"type": "Feature", "properties": {}, "geometry": mapping(shape)})
        (tmp_path / f"2024-01-0{day}.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(ControlError, match=r"2024-01-03\.geojson: feature 0: Self-intersection"):
        control.series(tmp_path)
    with pytest.raises(ControlError, match=r"2024-01-03\.geojson: feature 0: Self-intersection"):
        control.read_control(tmp_path)
    assert len(control.series(tmp_path, repair=True)) == 4
