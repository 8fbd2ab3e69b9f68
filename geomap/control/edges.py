"""Subtract one date of a control map from the next by cancelling the edges that both have.

From one day to the next few edges change. Directed edges (ground to the left) that stand in both maps cancel; what is
left, the new map's edges forward and the old map's backward, closes into loops. The winding number of these loops round
a point is +1 where ground was gained, -1 where it was lost, 0 elsewhere: exactly the two differences, without noding
the thousands of edges that did not move. ``faces`` makes polygons of the loops.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.faces import Piece, Rest, faces

Floats = NDArray[np.float64]
NOTHING: Floats = np.zeros((0, 4))
BATCH = 1 << 14
"""Edges left over from which polygons are made: numpy's overhead does not count, and memory stays flat."""
PAIRS = 64
"""Pairs of maps that wait at most: they are kept until then."""
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
    out: list[Piece] = []
    rests: list[Rest] = []
    waiting = 0
    before: Outline | None = None
    for shape in shapes:
        if before is not None and shape is before.shape:
            rests.append(Rest(NOTHING, 0, shape, shape, 0))
            continue
        after = outline(shape)
        if before is not None:
            rests.append(_uncancelled(before, after))
            waiting += len(rests[-1].edges)
        before = after
        if waiting > BATCH or len(rests) == PAIRS:
            out += faces(rests)
            rests, waiting = [], 0
    return out + faces(rests)


def _uncancelled(before: Outline, after: Outline) -> Rest:
    """Edges of the later map forward and of the earlier one backward, without those that both have."""
    differ = before.sums != after.sums
    if not differ.any():
        return Rest(NOTHING, 0, before.shape, after.shape, 0)
    old, new = np.flatnonzero(differ[before.bucket]), np.flatnonzero(differ[after.bucket])
    # the few edges of the buckets that differ, compared one by one
    gone = old[~_among(before.keys[old], after.keys[new])]
    come = new[~_among(after.keys[new], before.keys[old])]
    left = np.concatenate([after.edges[come], before.edges[gone][:, [2, 3, 0, 1]]])
    return Rest(left, len(come), before.shape, after.shape, len(before.edges) + len(after.edges))


def _among(keys: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys are among others."""
    if not len(others):
        return np.zeros(len(keys), bool)
    ordered = np.sort(others)
    at = np.searchsorted(ordered, keys)
    at[at == len(ordered)] = 0
    return np.asarray(ordered[at] == keys)
