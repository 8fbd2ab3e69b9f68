"""Whether maps are valid, without asking anew of what each took over from the one before.

Asking GEOS takes a quarter of the time of a series. But where no two rings of one map meet in any point, only edges
that are new in the next can bring a fault: each must keep clear of all other edges but its two neighbours, and the
ground must still lie left of every ring, once. That is stricter than the rules (rings may touch in points), and it
holds without doubt or not at all: what fails here, or where floating-point arithmetic is unsure, GEOS is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.edges import MAPS, Edges, Indices, edges_of, left_over, rests_of
from geomap.control.faces import CLOSE, UNSURE, Rest

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LONG = 200
"""Vertices from which comparing costs less than asking GEOS."""
MOST = 256
"""New edges up to which they are compared with all others; maps drawn anew go to GEOS."""
CELL = 0.1
"""Degrees, 4 to 5 km: few edges of a front line are longer, and a country's grid has some ten thousand cells."""
CELLS = 1 << 20
"""Cells of a grid above which GEOS is asked: a map of half the globe."""
MOST_RESTS = 64
"""Maps at most that go to GEOS alone before a series whose rings touch is tried again."""


class Validity:
    """Checks one map after the other; knows the last one whose rings kept apart."""

    def __init__(self) -> None:
        self.last: Any = None
        self.misses = 0
        self.resting = self.rests = 0

    def check(self, maps: Sequence[Any]) -> tuple[list[bool], list[Rest | None]]:
        """Tell which Polygons and MultiPolygons are valid, as ``shapely.is_valid`` does: finite, in order of time.

        And for each what it does not share with the one before, where that was found on the way.
        """
        out: list[bool] = []
        rests: list[Rest | None] = [None] * len(maps)
        while len(out) < len(maps):
            shape = maps[len(out)]
            if self.last is None:
                out.append(bool(shapely.is_valid(shape)))
                self._begin(shape, out[-1])
                continue
            group = maps[len(out) : len(out) + MAPS]
            kept, found = _still_apart([self.last, *group])
            rests[len(out) : len(out) + len(group)] = [
                a or b for a, b in zip(rests[len(out) : len(out) + len(group)], found, strict=True)
            ]
            good = len(group) if kept.all() else int(np.argmin(kept))
            if good:
                out += [True] * good
                self.last, self.misses = group[good - 1], 0
            if good < len(group):
                out.append(bool(shapely.is_valid(group[good])))
                # a day's slip is often undone the next day: only the second map in a row begins anew
                self.misses += 1
                if self.misses > 1:
                    self._begin(group[good], out[-1])
        return out, rests

    def _begin(self, shape: Any, valid: bool) -> None:
        """Take a valid map to compare the next ones with, if its rings keep apart."""
        self.last, self.misses = None, 0
        if self.resting:
            self.resting -= 1
        elif valid and shapely.get_num_coordinates(shape) >= LONG:
            edges = edges_of([shape])
            if _apart(edges, *_near_by_tree(edges)):
                self.last, self.rests = shape, 0
            else:
                self.rests = min(2 * self.rests + 1, MOST_RESTS)
                self.resting = self.rests


def _still_apart(maps: Sequence[Any]) -> tuple[Bools, list[Rest]]:
    """Of each map but the first: whether its rings keep apart and lie where they may, if those before it do.

    And what each does not share with the one before it.
    """
    edges = edges_of(maps)
    come, gone = left_over(edges, len(maps))
    found = rests_of(maps, edges, come, gone)
    no = np.zeros(len(maps) - 1, bool)
    new, old, whole = (np.diff(edges.at(e, len(maps))) for e in (come, gone, np.arange(len(edges.map))))
    # each edge taken over once (a ring that is drawn twice has the same edges), and not too many new ones
    good = np.append(False, (whole[1:] - new[1:] == whole[:-1] - old[:-1]) & (new[1:] <= MOST))
    ring_map = np.full(len(edges.hole), 0)
    ring_map[edges.ring] = edges.map
    # a ring of less than three edges closes round nothing
    size = np.bincount(edges.ring, minlength=len(edges.hole))
    if (size < 3).any():
        return no, found
    come, gone = come[good[edges.map[come]]], gone[good[np.append(edges.map, 0)[gone] + 1]] if len(gone) else gone
    near = _near(edges, come, len(maps))
    if near is None:
        return no, found
    one, other = near
    good[edges.map[one[~_clear(edges, one, other)]]] = False
    _keep_in_place(edges, come, gone, ring_map, np.cumsum(size) - size, good)
    return good[1:], found


def _apart(edges: Edges, one: Indices, other: Indices) -> bool:
    """Whether the edges of one map keep apart, given the pairs that may not, and its rings close round something."""
    size = np.bincount(edges.ring, minlength=len(edges.hole))
    return bool((size >= 3).all() and _clear(edges, one, other).all())


def _clear(edges: Edges, one: Indices, other: Indices) -> Bools:
    """Which pairs of edges keep clear without doubt, but for a vertex in which one goes on as the other."""
    p, q = edges.coordinates(one), edges.coordinates(other)
    onward = (p[:, 2] == q[:, 0]) & (p[:, 3] == q[:, 1])
    backward = (p[:, 0] == q[:, 2]) & (p[:, 1] == q[:, 3])
    clear = (_side(p, q, 0) * _side(p, q, 2) > 0) | (_side(q, p, 0) * _side(q, p, 2) > 0)
    # where an edge runs back along the last, the one after begins on that one, or the one before ends on it: seen there
    return np.where(onward | backward, ~(onward & backward), clear)


def _side(line: Floats, other: Floats, end: int) -> Floats:
    """On which side of lines the ends (0 or 2) of others lie: 1 left, -1 right, 0 on it or unsure."""
    left = (line[:, 2] - line[:, 0]) * (other[:, end + 1] - line[:, 1])
    right = (line[:, 3] - line[:, 1]) * (other[:, end] - line[:, 0])
    area = left - right
    return np.where(np.abs(area) > UNSURE * (np.abs(left) + np.abs(right)), np.sign(area), 0.0)


def _near_by_tree(edges: Edges) -> tuple[Indices, Indices]:
    """Pairs of edges of one map whose boxes meet, each once."""
    xy = edges.coordinates(np.arange(len(edges.map)))
    low, high = np.minimum(xy[:, :2], xy[:, 2:]), np.maximum(xy[:, :2], xy[:, 2:])
    boxes: Any = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    one, other = shapely.STRtree(boxes).query(boxes)
    once = one < other
    return one[once], other[once]


def _near(edges: Edges, come: Indices, maps: int) -> tuple[Indices, Indices] | None:
    """Pairs of new edges with all others of their map whose boxes meet; None for a map too wide for a grid."""
    x, y = np.ascontiguousarray(edges.points[:, 0]), np.ascontiguousarray(edges.points[:, 1])
    column, row = (((v - v.min()) * (1 / CELL)).astype(np.intp) + 1 for v in (x, y))
    columns, rows = int(column.max()) + 3, int(row.max()) + 3
    if columns * rows > CELLS:
        return None
    cell = column * rows + row
    wide = np.append((np.abs(np.diff(x)) > CELL) | (np.abs(np.diff(y)) > CELL), False)
    base = np.minimum(edges.start, edges.end)
    begin = edges.at(np.arange(len(edges.map)), maps)
    come_at = edges.at(come, maps)
    ones, others = [come[:0]], [come[:0]]
    for k in range(1, maps):
        new = come[come_at[k] : come_at[k + 1]]
        if not len(new):
            continue
        a, b = edges.start[new], edges.end[new]
        # cells that a new edge's box meets, and those round them: a short edge that begins elsewhere meets none
        marks = np.zeros((columns, rows), bool)
        for x1, x2, y1, y2 in zip(
            (np.minimum(column[a], column[b]) - 1).tolist(), (np.maximum(column[a], column[b]) + 2).tolist(),
            (np.minimum(row[a], row[b]) - 1).tolist(), (np.maximum(row[a], row[b]) + 2).tolist(), strict=True,
        ):  # fmt: skip
            marks[x1:x2, y1:y2] = True
        mine = slice(begin[k], begin[k + 1])
        close = begin[k] + np.flatnonzero(marks.ravel()[cell[base[mine]]] | wide[base[mine]])
        c, d = edges.start[close], edges.end[close]
        meet = np.maximum(x[a], x[b])[:, None] >= np.minimum(x[c], x[d])
        meet &= np.minimum(x[a], x[b])[:, None] <= np.maximum(x[c], x[d])
        meet &= np.maximum(y[a], y[b])[:, None] >= np.minimum(y[c], y[d])
        meet &= np.minimum(y[a], y[b])[:, None] <= np.maximum(y[c], y[d])
        at = np.flatnonzero(meet)
        ones.append(new[at // len(close)])
        others.append(close[at % len(close)])
    one, other = np.concatenate(ones), np.concatenate(others)
    apart = one != other
    return one[apart], other[apart]


def _keep_in_place(
    edges: Edges, come: Indices, gone: Indices, ring_map: Indices, ring_start: Indices, good: Bools
) -> None:
    """Mark maps where the ground may not lie left of every ring, once, or a hole not within its own shell."""
    fresh = np.zeros(len(edges.map) + 1, bool)
    fresh[come] = True
    kept = np.append(np.flatnonzero(~fresh[:-1]), len(edges.map))
    first = kept[np.searchsorted(kept, ring_start)]
    wholly_new = np.append(edges.ring, -1)[first] != np.arange(len(ring_start))
    maps = len(good)
    middle = _middles(edges, np.append(first, 0)[: len(first)] % max(len(edges.map), 1))
    forward, backward = edges.coordinates(come), edges.coordinates(gone, turned=True)
    come_at, gone_at, ring_at = (
        edges.at(come, maps),
        edges.at(gone, maps),
        np.searchsorted(ring_map, np.arange(maps + 1)),
    )
    begin = edges.at(np.arange(len(edges.map)), maps)
    x, y = edges.points[edges.start].T.copy()
    low, high = (np.column_stack([f.reduceat(v, ring_start) for v in (x, y)]) for f in (np.minimum, np.maximum))
    for k in range(1, maps):
        if not good[k]:
            continue
        rings = np.arange(ring_at[k], ring_at[k + 1])
        old = rings[~wholly_new[rings]]
        left = np.concatenate([forward[come_at[k] : come_at[k + 1]], backward[gone_at[k - 1] : gone_at[k]]])
        # the ground lay left of an edge that was kept; it still does where what has changed does not wind round it
        good[k] = _all_wind(middle[old], left, 0)
        new = rings[wholly_new[rings]]
        if len(new) and good[k]:
            good[k] = _ground_on_the_left(edges, ring_start[new], slice(begin[k], begin[k + 1]))
        holes = rings[edges.hole[rings]]
        for hole in holes.tolist() if good[k] else ():
            shell = int(np.searchsorted(edges.polygon, edges.polygon[hole]))
            point = edges.points[edges.start[ring_start[hole]]]
            within = (low[rings] <= point).all(axis=1) & (high[rings] >= point).all(axis=1)
            around = rings[within & ~edges.hole[rings]]
            # there is ground round the hole: its own shell's, where no other shell comes near
            if len(around) != 1 or around[0] != shell:
                own = np.arange(ring_start[shell], ring_start[shell + 1])
                good[k] &= _all_wind(point[None], edges.coordinates(own), 1)


def _middles(edges: Edges, some: Indices) -> Floats:
    return (edges.points[edges.start[some]] + edges.points[edges.end[some]]) / 2


def _all_wind(points: Floats, round_: Floats, times: int) -> bool:
    """Whether closed edges wind so many times round each point; False where rounding may decide."""
    turns = _turns(points, round_)
    return turns is not None and bool((turns == times).all())


def _ground_on_the_left(edges: Edges, some: Indices, mine: slice) -> bool:
    """Whether all edges of a map wind once round what lies left of some of them; False where rounding may decide."""
    whole = np.arange(mine.start, mine.stop)
    for edge in some.tolist():
        (x1, y1, x2, y2) = edges.coordinates(np.array([edge]))[0].tolist()
        turns = _turns(np.array([[(x1 + x2) / 2, (y1 + y2) / 2]]), edges.coordinates(whole[whole != edge]))
        # left of an edge that runs up is west of it: the ray to the east crosses the edge itself
        if y1 == y2 or turns is None or turns[0] + (y2 > y1) != 1:
            return False
    return True


def _turns(points: Floats, edges: Floats) -> NDArray[np.int64] | None:
    """Winding numbers of edges round points, by the ray to the east; None where rounding may decide."""
    over = (edges[:, 1] <= points[:, 1:]) != (edges[:, 3] <= points[:, 1:])
    at = np.flatnonzero(over)
    point, edge = at // max(len(edges), 1), at % max(len(edges), 1)
    x, y = points[point].T
    x1, y1, x2, y2 = edges[edge].T
    left, right = (x2 - x1) * (y - y1), (x - x1) * (y2 - y1)
    area = left - right
    # the points themselves are rounded, by the last bit of a coordinate
    limit = UNSURE * (np.abs(left) + np.abs(right)) + CLOSE * (np.abs(x2 - x1) + np.abs(y2 - y1))
    if (np.abs(area) <= limit).any():
        return None
    up = y2 > y1
    turn = (up & (area > 0)).astype(float) - (~up & (area < 0))
    return np.bincount(point, weights=turn, minlength=len(points)).astype(np.int64)
