"""Days packed into a time map come back exactly as rounded."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from geomap import control
from geomap.control import timemap
from geomap.errors import InputError, OutputError

GROUND = shapely.segmentize(Polygon([(36.1, 49.0), (37.9, 49.3), (38.2, 50.4), (36.7, 50.1)]), 0.05)


def same(first: Any, second: Any) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(first), shapely.normalize(second), tolerance=0.0))


bites = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 9), st.integers(1, 9), st.booleans(), st.booleans()), max_size=6
)


@given(bites, st.integers(3, 6))
@settings(max_examples=80, deadline=None)
def test_decode_gives_what_was_encoded(changes: list[tuple[int, int, int, bool, bool]], decimals: int) -> None:
    days: list[tuple[str, Any]] = [("2024-01-01", GROUND)]
    for i, (place, width, height, off, turned) in enumerate(changes):
        x, y = shapely.get_coordinates(GROUND)[place % shapely.get_num_coordinates(GROUND)]
        patch = affinity.rotate(box(x - width / 50, y - height / 70, x + width / 90, y + height / 40), 20 * i)
        last = days[-1][1]
        shape = last - patch if off else last | patch
        days.append((f"2024-02-{i + 1:02d}", shapely.reverse(shape) if turned else shape))
    payload = timemap.encode(days, decimals=decimals)
    found = timemap.decode(json.loads(json.dumps(payload)))
    assert [d for d, _ in found] == [d for d, _ in days]
    for (_, shape), (_, back) in zip(days, found, strict=True):
        assert same(back, timemap.quantised(shape, decimals))


def test_quantised_ground_is_within_half_a_step() -> None:
    back = timemap.quantised(GROUND, 4)
    assert shapely.hausdorff_distance(back, GROUND) <= 0.5e-4 * np.sqrt(2)
    assert (np.rint(shapely.get_coordinates(back) * 1e4) / 1e4 == shapely.get_coordinates(back)).all()


def test_empty_days_holes_and_parts_that_come_and_go() -> None:
    holed = MultiPolygon([GROUND - box(37, 49.4, 37.3, 49.7), box(39, 49, 39.5, 49.3)])
    days = [
        (date(2024, 1, 1), MultiPolygon()),
        (date(2024, 1, 2), GROUND),
        (date(2024, 1, 3), holed),
        (date(2024, 1, 3), holed),
        (date(2024, 1, 4), Polygon()),
        (date(2024, 1, 5), MultiPolygon(list(holed.geoms)[::-1])),
    ]
    found = timemap.decode(timemap.encode(days))
    for (_, shape), (_, back) in zip(days, found, strict=True):
        assert same(back, timemap.quantised(shape))
    assert found[0][1].is_empty
    assert found[4][1].is_empty
    assert timemap.decode(timemap.encode([])) == []


def test_what_is_flat_after_rounding_is_left_out() -> None:
    speck = box(40, 49, 40.0000001, 49.0000001)
    holed = Polygon(GROUND.exterior.coords, [box(37, 49.5, 37.000001, 49.500001).exterior.coords])
    assert timemap.quantised(MultiPolygon([GROUND, speck])).equals(timemap.quantised(GROUND))
    assert len(timemap.quantised(holed).geoms[0].interiors) == 0
    lost_shell = Polygon(
        speck.exterior.coords, [box(40.00000002, 49.00000002, 40.00000004, 49.00000004).exterior.coords]
    )
    assert timemap.quantised(lost_shell).is_empty


def test_same_days_give_the_same_bytes() -> None:
    days = [("2024-01-01", GROUND), ("2024-01-02", GROUND - box(36, 49, 36.6, 49.2))]
    assert timemap.encode(days) == timemap.encode(iter(days))


def test_an_unchanged_day_costs_a_byte() -> None:
    once, ten = timemap.encode([("d", GROUND)]), timemap.encode([("d", GROUND)] * 10)
    assert ten["parts"] == [once["parts"][0] + 9, *once["parts"][1:]]


def test_the_stream_is_as_described() -> None:
    """Read by the words of the format, byte by byte, as the page's decoder does."""
    square = Polygon([(1.0, 2.0), (1.0, 2.00003), (1.00002, 2.00003), (1.00002, 2.0)])
    grown = Polygon([(1.0, 2.0), (1.0, 2.00003), (1.00001, 2.00005), (1.00002, 2.00003), (1.00002, 2.0)])
    payload = timemap.encode([("a", square), ("b", grown)])
    data = gzip.decompress(base64.b64decode(payload["data"]))
    a, x, y = payload["parts"]
    assert len(data) == a + x + y
    first = shapely.get_coordinates(timemap.quantised(square))[:-1]
    zigzag = lambda v: 2 * v if v >= 0 else -2 * v - 1  # noqa: E731

    def varints(values: list[int]) -> bytes:
        out = bytearray()
        for v in values:
            while v > 127:
                out.append(v & 127 | 128)
                v >>= 7
            out.append(v)
        return bytes(out)

    steps = np.diff(np.rint(np.vstack([[0, 0], first]) * 1e5).astype(int), axis=0)
    # day a: one ring, new, a shell, one splice adding four; day b: the ring of the day before with one splice
    assert list(data[:6]) == [2, 1, 1, 0, 0, 4]
    assert list(data[6:9]) == [2, 3, 1]
    skip, drop, add = data[9:12]
    assert (drop, add, a) == (0, 1, 12)
    before = np.rint(first[skip - 1] * 1e5).astype(int)
    new = np.array([100001, 200005]) - before
    assert data[a : a + x] == varints([zigzag(int(v)) for v in [*steps[:, 0], new[0]]])
    assert data[a + x :] == varints([zigzag(int(v)) for v in [*steps[:, 1], new[1]]])


def test_other_shapes_and_damaged_payloads_are_refused() -> None:
    with pytest.raises(OutputError, match="LineString"):
        timemap.encode([("d", LineString([(0, 0), (1, 1)]))])
    with pytest.raises(OutputError, match="decimals"):
        timemap.encode([], decimals=9)
    good = timemap.encode([("d", GROUND)])
    for damage in ({"format": "x"}, {"data": good["data"][:40]}, {"dates": ["d", "e"]}, {"data": "AAAA"}):
        with pytest.raises(InputError, match="time map"):
            timemap.decode({**good, **damage})


@pytest.mark.shared
def test_real_days_take_little_room(shared: Path) -> None:
    files = sorted((shared / "data/control/daily").glob("*.geojson.gz"))[:60]
    days = [(s.as_of, control.ground(s)) for s in control.read_control(files).snapshots]
    payload = timemap.encode(days)
    for (_, shape), (_, back) in zip(days, timemap.decode(payload), strict=True):
        assert same(back, timemap.quantised(shape))
    # the first day takes about 16 kB, each day more about 150 bytes
    assert len(payload["data"]) < 30_000
