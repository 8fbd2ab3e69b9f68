"""Subtract one date of a control map from the next by cancelling the edges that both have.

From one day to the next few edges change. Directed edges (ground to the left) that stand in both maps cancel; what is
left, the new map's edges forward and the old map's backward, closes into loops. The winding number of these loops round
a point is +1 where ground was gained, -1 where it was lost, 0 elsewhere: exactly the two differences, without noding
the thousands of edges that did not move. Loops that cross themselves or each other are noded by GEOS and classed by
winding number; maps that share less than ``FEWEST_SHARED`` of their edges are subtracted by GEOS outright.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
Piece = tuple[Geometries, Geometries]
"""Polygons gained, polygons lost."""

FEWEST_SHARED = 0.6
"""Share of edges in common below which GEOS is faster: the two cross between 30 and 50 % changed (measured on a map
with a growing share of its vertices moved by 0.1 m; tools/bench_geometry.py prints the curve)."""
ROUNDING = 1e-12
"""Degrees, a ten-millionth of a metre: nearer to an edge, rounding decides on which side of it a point lies."""
DENSE = 1 << 16
"""Pairs of faces and edges up to which all are compared; above, a tree finds the edges east of a face."""
BUCKETS = 1 << 13
"""Buckets of edges: a few dozen changed edges touch a few dozen, and the table (64 kB) stays in the cache."""
MIX = tuple(np.uint64(k) for k in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5))
"""Odd 64-bit multipliers (of xxHash, by Yann Collet) that spread the bits of a coordinate."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Directed edges of a ground, its inside to their left; ``keys`` tell them apart.

    ``sums`` holds the sum of the keys that fall into each of ``BUCKETS``: equal sums, equal edges (but for 2^-64).
    """

    shape: Any
    edges: Floats
    keys: NDArray[np.uint64]
    bucket: NDArray[np.intp]
    sums: NDArray[np.uint64]


def outline(shape: Any) -> Outline:
    """Take the edges of a valid Polygon, MultiPolygon or empty geometry whose parts do not overlap."""
    polygons = shapely.get_parts(shape)
    rings, owner = shapely.get_rings(polygons, return_index=True)
    points = shapely.get_coordinates(rings)
    if not len(points):
        return Outline(
            shape, np.zeros((0, 4)), np.zeros(0, np.uint64), np.zeros(0, np.intp), np.zeros(BUCKETS, np.uint64)
        )
    last = np.cumsum(shapely.get_num_coordinates(rings)) - 1
    edges = np.empty((len(points) - 1, 4))
    edges[:, :2], edges[:, 2:] = points[:-1], points[1:]
    hole = np.zeros(len(rings), bool)
    hole[1:] = owner[1:] == owner[:-1]
    wrong = np.flatnonzero(shapely.is_ccw(rings) == hole)
    if len(wrong) == len(rings):
        edges = edges[:, [2, 3, 0, 1]]
    else:
        for i in wrong:
            ring = slice(last[i - 1] + 1 if i else 0, last[i])
            edges[ring] = edges[ring][:, [2, 3, 0, 1]]
    keep = np.ones(len(edges), bool)
    keep[last[:-1]] = False
    keep &= (edges[:, 0] != edges[:, 2]) | (edges[:, 1] != edges[:, 3])
    edges = edges[keep]
    edges += 0.0  # -0.0 and 0.0 are one place
    keys = _keys(edges)
    bucket = (keys >> np.uint64(64 - BUCKETS.bit_length() + 1)).astype(np.intp)
    sums = np.zeros(BUCKETS, np.uint64)
    np.add.at(sums, bucket, keys)
    return Outline(shape, edges, keys, bucket, sums)


def _keys(edges: Floats) -> NDArray[np.uint64]:
    """A 64-bit print of each edge."""
    bits = np.ascontiguousarray(edges).view(np.uint64)
    mixed = bits[:, 0] * MIX[0]
    for column, by in zip(range(1, 4), MIX[1:], strict=True):
        mixed ^= mixed >> np.uint64(29)
        mixed += bits[:, column]
        mixed *= by
    mixed ^= mixed >> np.uint64(32)
    return mixed


def changes(shapes: Iterable[Any]) -> list[Piece]:
    """Subtract each ground from the one after it.

    Parameters
    ----------
    shapes
        Valid Polygons, MultiPolygons or empty geometries in order of time, parts without overlap.

    Returns
    -------
    One (gained, lost) for each neighbouring pair: arrays of polygons.
    """
    left: list[Floats] = []
    done: dict[int, Piece] = {}
    before: Outline | None = None
    for shape in shapes:
        if before is not None and shape is before.shape:
            left.append(np.zeros((0, 4)))
            continue
        after = outline(shape)
        if before is not None:
            rest = _uncancelled(before, after)
            if len(rest) > (1 - FEWEST_SHARED) * (len(before.edges) + len(after.edges)):
                done[len(left)] = differences(before.shape, shape)
                rest = rest[:0]
            left.append(rest)
        before = after
    return _pieces(left, done)


def differences(before: Any, after: Any) -> Piece:
    """Both differences of two grounds by GEOS."""
    return _only_polygons(shapely.difference(after, before)), _only_polygons(shapely.difference(before, after))


def _only_polygons(geometry: Any) -> Geometries:
    parts = shapely.get_parts(geometry)
    parts = parts[~shapely.is_empty(parts)]
    return np.asarray(shapely.get_parts(parts[np.isin(shapely.get_type_id(parts), (3, 6))]), dtype=object)


def _uncancelled(before: Outline, after: Outline) -> Floats:
    """Edges of the later map forward and of the earlier one backward, without those that both have."""
    differ = before.sums != after.sums
    if not differ.any():
        return np.zeros((0, 4))
    old, new = np.flatnonzero(differ[before.bucket]), np.flatnonzero(differ[after.bucket])
    # the few edges of the buckets that differ, compared one by one
    gone = old[~_among(before.keys[old], after.keys[new])]
    come = new[~_among(after.keys[new], before.keys[old])]
    return np.concatenate([after.edges[come], before.edges[gone][:, [2, 3, 0, 1]]])


def _among(keys: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys are among others."""
    if not len(others):
        return np.zeros(len(keys), bool)
    ordered = np.sort(others)
    at = np.searchsorted(ordered, keys)
    at[at == len(ordered)] = 0
    return np.asarray(ordered[at] == keys)


def _pieces(left: list[Floats], done: dict[int, Piece]) -> list[Piece]:
    """Turn each pair's leftover edges into polygons; the arithmetic of all pairs is done at once."""
    none = np.empty(0, object)
    out: list[Piece] = [done.get(i, (none, none)) for i in range(len(left))]
    loops: list[list[tuple[float, float]]] = []
    pair: list[int] = []
    for i, edges in enumerate(left):
        for loop in _loops(edges):
            loops.append(loop)
            pair.append(i)
    if not loops:
        return out
    sizes = np.array([len(loop) for loop in loops])
    points = np.array([p for loop in loops for p in loop])
    rings: Any = shapely.linearrings(points, indices=np.repeat(np.arange(len(loops)), sizes))
    polygons: Any = shapely.polygons(rings)
    gained = shapely.is_ccw(rings)
    simple = shapely.is_valid(polygons)
    boxes = shapely.bounds(polygons)
    owner = np.array(pair)
    first = np.searchsorted(owner, np.arange(len(left) + 1))
    for i in range(len(left)):
        mine = slice(first[i], first[i + 1])
        if mine.start == mine.stop:
            continue
        alone = simple[mine] & ~_meeting(boxes[mine])
        up, shapes = gained[mine], polygons[mine]
        gains, losses = [shapes[alone & up]], [shapes[alone & ~up]]
        if not alone.all():
            tangled = [loop for loop, a in zip(loops[mine], alone, strict=True) if not a]
            more, fewer = _faces(tangled)
            gains.append(more)
            losses.append(fewer)
        out[i] = np.concatenate(gains), np.concatenate(losses)
    return out


def _loops(edges: Floats) -> Iterator[list[tuple[float, float]]]:
    """Cut directed edges that close into loops, none passing a vertex twice; each repeats its first vertex."""
    onward: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for x1, y1, x2, y2 in edges.tolist():
        onward.setdefault((x1, y1), []).append((x2, y2))
    while onward:
        start = next(iter(onward))
        path = [start]
        place = {start: 0}
        while path:
            here = path[-1]
            ways = onward.get(here)
            if not ways:
                break  # back at the start of the walk
            there = ways.pop()
            if not ways:
                del onward[here]
            if there in place:
                at = place[there]
                loop = [*path[at:], there]
                for vertex in path[at + 1 :]:
                    del place[vertex]
                del path[at + 1 :]
                if len(loop) > 3:
                    yield loop
            else:
                place[there] = len(path)
                path.append(there)


def _meeting(boxes: Floats) -> NDArray[np.bool_]:
    """Which boxes meet another one."""
    west, south, east, north = boxes.T
    meet = (
        (west[:, None] <= east) & (east[:, None] >= west) & (south[:, None] <= north) & (north[:, None] >= south)
    )  # fmt: skip
    return np.asarray(meet.sum(axis=1) > 1)


def _faces(loops: list[list[tuple[float, float]]]) -> Piece:
    """Polygons gained and lost between loops that cross or touch: noded by GEOS, classed by winding number."""
    lines = np.array([shapely.LineString(loop) for loop in loops], dtype=object)
    noded: Any = shapely.get_parts(shapely.union_all(lines))
    faces = shapely.get_parts(shapely.polygonize(noded))
    if not len(faces):
        return np.empty(0, object), np.empty(0, object)
    inner = _inner_points(faces)
    edges = np.concatenate([np.column_stack([np.array(p[:-1]), np.array(p[1:])]) for p in loops])
    turns = _winding(inner, edges)
    return np.asarray(faces[turns > 0], dtype=object), np.asarray(faces[turns < 0], dtype=object)


def _inner_points(faces: Any) -> Floats:
    """A point well inside each face.

    Where a face has a spike, GEOS may give a vertex for a point on its surface: those get the centre of the largest
    circle that fits.
    """
    points = shapely.point_on_surface(faces)
    bare = shapely.distance(points, shapely.boundary(faces)) < ROUNDING
    if bare.any():
        circles = shapely.maximum_inscribed_circle(faces[bare])
        points[bare] = shapely.get_point(circles, 0)
    return shapely.get_coordinates(points)


def _winding(points: Floats, edges: Floats) -> NDArray[np.int64]:
    """Winding numbers of closed directed edges round points: crossings of the ray to the east, up less down."""
    x1, y1, x2, y2 = edges.T
    east = float(edges[:, [0, 2]].max()) + 1.0
    if len(points) * len(edges) <= DENSE:
        point, edge = np.indices((len(points), len(edges))).reshape(2, -1)
    else:
        rays = shapely.linestrings(np.stack([points, np.column_stack([np.full(len(points), east), points[:, 1]])], 1))
        lines: Any = shapely.linestrings(edges.reshape(-1, 2, 2))
        point, edge = shapely.STRtree(lines).query(rays)
    x, y = points[point].T
    x1, y1, x2, y2 = x1[edge], y1[edge], x2[edge], y2[edge]
    side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
    up = (y1 <= y) & (y2 > y) & (side > 0)
    down = (y1 > y) & (y2 <= y) & (side < 0)
    turns = np.bincount(point, weights=up.astype(float) - down, minlength=len(points))
    return np.rint(turns).astype(np.int64)
