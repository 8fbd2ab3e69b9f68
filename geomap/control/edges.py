"""Subtract one date of a control map from the next by cancelling the edges that both have.

From one day to the next few edges change. Directed edges (ground to the left) that stand in both maps cancel; what is
left, the new map's edges forward and the old map's backward, closes into loops. The winding number of these loops round
a point is +1 where ground was gained, -1 where it was lost, 0 elsewhere: exactly the two differences, without noding
the thousands of edges that did not move. ``faces`` makes polygons of the loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.faces import MIX, Piece, Rest, faces

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Indices = NDArray[np.intp]

MAPS = 16
"""Maps whose edges are compared at a time: numpy's overhead hardly counts, and the arrays stay in the cache."""
BATCH = 1 << 14
"""Edges left over from which polygons are made: numpy's overhead does not count, and memory stays flat."""
PAIRS = 64
"""Pairs of maps that wait at most: they are kept until then."""
BUCKETS = 1 << 13
"""Buckets of edges: a few dozen changed edges touch a few dozen, and the table (64 kB a map) stays in the cache."""


def changes(shapes: Iterable[Any]) -> list[Piece]:
    """Subtract each ground from the one after it.

    Parameters
    ----------
    shapes
        Valid Polygons, MultiPolygons or empty geometries in order of time, parts without overlap.

        A ``Rest`` stands for its later map: where the map before it came just before, it need not be found again.

    Returns
    -------
    One (gained, lost) for each neighbouring pair: arrays of polygons.
    """
    out: list[Piece] = []
    rests: list[Rest] = []
    maps: list[Any] = []
    for item in shapes:
        if isinstance(item, Rest) and maps and maps[-1] is item.before:
            rests += [*_rests(maps), item]
            maps = [item.after]
        else:
            maps.append(item.after if isinstance(item, Rest) else item)
        if len(maps) > MAPS:
            rests += _rests(maps)
            maps = maps[-1:]
        if len(rests) >= PAIRS or sum(len(rest.edges) for rest in rests) > BATCH:
            out += faces(rests)
            rests = []
    return out + faces([*rests, *_rests(maps)])


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed edges of maps, ground to the left: which points they join, of which map and ring they are.

    Of each ring: whether it is a hole, and the number of its polygon.
    """

    points: Floats
    start: Indices
    end: Indices
    map: Indices
    ring: Indices
    hole: NDArray[np.bool_]
    polygon: Indices

    def coordinates(self, some: Indices, *, turned: bool = False) -> Floats:
        """Give some edges as (n, 4), perhaps the other way round."""
        first, last = (self.end, self.start) if turned else (self.start, self.end)
        return np.concatenate([self.points[first[some]], self.points[last[some]]], axis=1)

    def at(self, some: Indices, maps: int) -> list[int]:
        """Where each map's edges begin among some; one more for the end."""
        return [int(k) for k in np.searchsorted(self.map[some], np.arange(maps + 1))]


def _rests(maps: Sequence[Any]) -> list[Rest]:
    """What each pair of neighbouring maps does not share."""
    if len(maps) < 2:
        return []
    edges = edges_of(maps)
    return rests_of(maps, edges, *left_over(edges, len(maps)))


def rests_of(maps: Sequence[Any], edges: Edges, come: Indices, gone: Indices) -> list[Rest]:
    """The same of edges that are at hand."""
    forward, backward = edges.coordinates(come), edges.coordinates(gone, turned=True)
    come_at, gone_at = edges.at(come, len(maps)), edges.at(gone, len(maps))
    all_at = edges.at(np.arange(len(edges.map)), len(maps))
    return [
        Rest(
            edges=np.concatenate([forward[come_at[i + 1] : come_at[i + 2]], backward[gone_at[i] : gone_at[i + 1]]]),
            forward=come_at[i + 2] - come_at[i + 1],
            before=before,
            after=after,
            of=all_at[i + 2] - all_at[i],
        )
        for i, (before, after) in enumerate(pairwise(maps))
    ]


def left_over(edges: Edges, maps: int) -> tuple[Indices, Indices]:
    """Edges that the map before has not, and edges that the map after has not."""
    keys = _keys(edges.points, edges.start, edges.end)
    # equal sums of the keys in a bucket, equal edges (but for 2^-64): most buckets need no further look
    bucket = (keys >> np.uint64(64 - BUCKETS.bit_length() + 1)).astype(np.intp)
    bucket += edges.map * BUCKETS
    sums = np.zeros((maps, BUCKETS), np.uint64)
    np.add.at(sums.ravel(), bucket, keys)
    differ = np.zeros((maps + 1, BUCKETS), bool)
    differ[1:-1] = sums[1:] != sums[:-1]
    flat = differ.ravel()
    new, old = np.flatnonzero(flat[bucket]), np.flatnonzero(flat[bucket + BUCKETS])
    # the few edges of the buckets that differ, compared one by one within their pair
    pair = MIX[0] * np.arange(maps + 1, dtype=np.uint64)
    new_keys, old_keys = keys[new] ^ pair[edges.map[new]], keys[old] ^ pair[edges.map[old] + 1]
    return new[~_among(new_keys, old_keys)], old[~_among(old_keys, new_keys)]


def edges_of(maps: Sequence[Any]) -> Edges:
    """Take the edges of Polygons, MultiPolygons or empty geometries; doubled vertices have none."""
    shapes = np.empty(len(maps), object)
    shapes[:] = maps
    polygons, map_ = shapely.get_parts(shapes, return_index=True)
    rings, owner = shapely.get_rings(polygons, return_index=True)
    points = shapely.get_coordinates(rings)
    points += 0.0  # -0.0 and 0.0 are one place
    size = shapely.get_num_coordinates(rings)
    hole = np.zeros(len(rings), bool)
    hole[1:] = owner[1:] == owner[:-1]
    wrong = np.repeat(shapely.is_ccw(rings) == hole, size)
    last = np.zeros(len(points), bool)
    last[np.cumsum(size) - 1] = True
    last[:-1] |= (points[1:, 0] == points[:-1, 0]) & (points[1:, 1] == points[:-1, 1])
    start = np.flatnonzero(~last)
    turned = wrong[start].astype(np.intp)
    ring = np.repeat(np.arange(len(rings)), size)[start]
    return Edges(points, start + turned, start + 1 - turned, map_[owner][ring], ring, hole, owner)


def _keys(points: Floats, start: Indices, end: Indices) -> Keys:
    """A 64-bit print of each edge: of its points, in their order."""
    bits = np.ascontiguousarray(points).view(np.uint64)
    mixed = bits[:, 0] * MIX[0]
    mixed ^= mixed >> np.uint64(29)
    mixed += bits[:, 1]
    mixed *= MIX[1]
    mixed ^= mixed >> np.uint64(32)
    keys = mixed[start] * MIX[2]
    keys ^= keys >> np.uint64(29)
    keys += mixed[end]
    keys *= MIX[0]
    keys ^= keys >> np.uint64(32)
    return keys


def _among(keys: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys are among others."""
    if not len(others):
        return np.zeros(len(keys), bool)
    ordered = np.sort(others)
    at = np.searchsorted(ordered, keys)
    at[at == len(ordered)] = 0
    return np.asarray(ordered[at] == keys)
