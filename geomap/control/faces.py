"""Polygons gained and lost, of the edges that two maps do not share: all pairs of maps of a series in one go.

The new map's edges run forward and the old map's backward, ground to the left, so that they close. Two edges of one
valid map never cross, hence only forward against backward is looked at. Where such two cross, both are split; signs
are exact (a floating-point filter, Shewchuk 1997, doi:10.1007/PL00009321, and fractions where that is unsure). The
winding number to the left of an edge stays the same along a chain but for one up or down at each crossing, so one ray
a chain tells all: 1 to the left is the rim of ground gained, 0 that of ground lost. Where a vertex lies on an edge, or
edges overlap, they are cut there first. Pairs that rounding leaves doubtful (maps that differ by the last bit of their
coordinates) are subtracted by GEOS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Point = tuple[float, float]
Geometries = NDArray[np.object_]
Piece = tuple[Geometries, Geometries]
"""Polygons gained, polygons lost."""

MOST_CHANGED = 0.8
"""Share of edges that only one map has above which GEOS is as fast: the two cross between 80 and 90 %, measured on a
map with a growing share of its vertices moved by 0.1 m (tools/bench_geometry.py prints the curve); at 1 % cancelling
is 16 times as fast."""
ROUNDING = 1e-14
"""Degrees, a nanometre and the last bit of a coordinate: a ring that is narrower is no ground."""
CLOSE = 1e-13
"""Degrees, a dozen of their last bits: nearer to an edge, rounding decides on which side of it a point lies."""
UNSURE = (3 + 16 * 2.0**-53) * 2.0**-53
"""Share of the two products below which the sign of their difference may be rounding (Shewchuk's ccwerrboundA)."""
APART = 720.0
"""Degrees between the maps of two pairs where one tree holds the edges of all: more than longitudes span."""
NONE: Geometries = np.empty(0, object)
MIX = tuple(np.uint64(k) for k in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
"""Odd 64-bit multipliers (of xxHash, by Yann Collet) that spread the bits of a coordinate."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Edges (n, 4) that one map has and the other not: the first ``forward`` of the later, then the earlier's turned.

    They close: at every vertex as many come in as go out. ``of``: how many edges both maps have together.
    """

    edges: Floats
    forward: int
    before: Any
    after: Any
    of: int


@dataclass(frozen=True, slots=True)
class Parts:
    """Edges cut where they cross: between which vertices, of which edge and pair, and by how much the winding number
    has risen since the edge began."""

    start: Ints
    end: Ints
    edge: Ints
    pair: Ints
    risen: Ints
    points: Floats


def faces(rests: Sequence[Rest]) -> list[Piece]:
    """Turn each pair's edges into polygons gained and lost."""
    out: list[Piece] = [(NONE, NONE)] * len(rests)
    todo: dict[int, Rest] = {}
    for i, rest in enumerate(rests):
        if len(rest.edges) > MOST_CHANGED * rest.of:
            out[i] = differences(rest.before, rest.after)
        elif len(rest.edges):
            todo[i] = rest
    while todo:
        again: dict[int, Rest] = {}
        for (i, rest), found in zip(todo.items(), _batch(list(todo.values())), strict=True):
            if isinstance(found, Rest):
                again[i] = found
            else:
                out[i] = found if found is not None else differences(rest.before, rest.after)
        todo = {i: rest for i, rest in again.items() if len(rest.edges)}
    return out


def _batch(rests: Sequence[Rest]) -> list[Piece | Rest | None]:
    """Polygons of each pair; its edges cut where a vertex lies on one, to come again; or None for a doubtful pair."""
    sizes = np.array([len(rest.edges) for rest in rests])
    edges = np.concatenate([rest.edges for rest in rests])
    pair = np.repeat(np.arange(len(rests)), sizes)
    first = np.cumsum(sizes) - sizes
    later = np.arange(len(edges)) - first[pair] < np.array([rest.forward for rest in rests])[pair]
    nodes, points = _nodes(edges, pair)
    moved = edges + np.outer(pair * APART, [1.0, 0.0, 1.0, 0.0])
    lines: Any = shapely.linestrings(moved.reshape(-1, 2, 2))
    tree = shapely.STRtree(lines)
    backward = np.flatnonzero(~later)
    b, f = tree.query(lines[backward])
    b, f = backward[b[later[f]]], f[later[f]]
    doubtful = np.zeros(len(rests), bool)
    crossing, at, touching = _crossings(edges, nodes, f, b, pair, doubtful)
    touched = sorted({int(pair[edge]) for edge, _ in touching})
    parts = _parts(edges, pair, nodes, points, crossing, at)
    odd = doubtful.copy()
    winding = _left(edges, pair, nodes, parts, tree, odd)
    odd[parts.pair[(winding != 0) & (winding != 1)]] = True
    odd[touched] = True
    out: list[Piece | Rest | None] = list(_polygons(parts, winding == 1, len(rests), odd))
    for k in np.flatnonzero(odd).tolist():
        out[k] = None
    for k in touched:
        if not doubtful[k]:
            out[k] = _cut(rests[k], [(edge - int(first[k]), v) for edge, v in touching if pair[edge] == k])
    return out


def _nodes(edges: Floats, pair: Ints) -> tuple[Ints, Floats]:
    """Number the vertices: (n, 2) for the ends of the edges, and their points; equal points of a pair are one."""
    ends = np.ascontiguousarray(edges).reshape(-1, 2)
    bits = ends.view(np.uint64)
    mixed = bits[:, 0] * MIX[0]
    for column, by in ((bits[:, 1], MIX[1]), (np.repeat(pair, 2).astype(np.uint64), MIX[2])):
        mixed ^= mixed >> np.uint64(29)
        mixed += column
        mixed *= by
    mixed ^= mixed >> np.uint64(32)
    _, first, number = np.unique(mixed, return_index=True, return_inverse=True)
    return number.reshape(-1, 2), ends[first]


# ── crossings ────────────────────────────────────────────────────────────────────────────────────────────────


def _crossings(
    edges: Floats, nodes: Ints, f: Ints, b: Ints, pair: Ints, doubtful: Bools
) -> tuple[tuple[Ints, Ints, Ints, Ints], tuple[Floats, Floats, Floats], list[tuple[int, Point]]]:
    """Where forward and backward edges cross.

    Returns
    -------
    The two edges of each crossing and the winding number's rise along each; the share of each edge before it, and the
    points; vertices that lie within an edge, as (edge, point). Pairs where one edge stands twice are marked doubtful.
    """
    p, q, r, s = edges[f, :2], edges[f, 2:], edges[b, :2], edges[b, 2:]
    (p_, q_), (r_, s_) = nodes[f].T, nodes[b].T
    side_r, area_r = _side(p, q, r, (r_ == p_) | (r_ == q_))
    side_s, area_s = _side(p, q, s, (s_ == p_) | (s_ == q_))
    side_p, area_p = _side(r, s, p, (p_ == r_) | (p_ == s_))
    side_q, area_q = _side(r, s, q, (q_ == r_) | (q_ == s_))
    touching: list[tuple[int, Point]] = []
    for side, vertex, node, edge, (start, end), own in (
        (side_r, r, r_, f, (p, q), (p_, q_)),
        (side_s, s, s_, f, (p, q), (p_, q_)),
        (side_p, p, p_, b, (r, s), (r_, s_)),
        (side_q, q, q_, b, (r, s), (r_, s_)),
    ):
        on = (side == 0) & (node != own[0]) & (node != own[1])
        on &= ((vertex >= np.minimum(start, end)) & (vertex <= np.maximum(start, end))).all(axis=1)
        touching += [(int(edge[k]), (float(vertex[k, 0]), float(vertex[k, 1]))) for k in np.flatnonzero(on)]
    # the ground changed hands right across an edge: it stands twice, 1 to its left and -1 to its right
    doubtful[pair[f[(p_ == r_) & (q_ == s_)]]] = True
    cross = np.flatnonzero((side_r * side_s < 0) & (side_p * side_q < 0))
    f, b, p, q = f[cross], b[cross], p[cross], q[cross]
    along_f = area_p[cross] / (area_p[cross] - area_q[cross])
    along_b = area_r[cross] / (area_r[cross] - area_s[cross])
    up_f = np.where(side_p[cross] < 0, 1, -1)
    up_b = np.where(side_r[cross] < 0, 1, -1)
    return (f, b, up_f, up_b), (along_f, along_b, p + along_f[:, None] * (q - p)), touching


def _side(a: Floats, b: Floats, c: Floats, known: Bools) -> tuple[Ints, Floats]:
    """On which side of the line from a to b the point c lies: 1 left, -1 right, 0 on it (``known`` to be); exact."""
    left = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1])
    right = (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = left - right
    limit = UNSURE * (np.abs(left) + np.abs(right))
    side = np.sign(area).astype(np.int64)
    side[known] = 0
    for k in np.flatnonzero((np.abs(area) <= limit) & (limit > 0) & ~known):
        (ax, ay), (bx, by), (cx, cy) = ([Fraction(v) for v in point[k].tolist()] for point in (a, b, c))
        exact = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        side[k] = (exact > 0) - (exact < 0)
    return side, area


def _cut(rest: Rest, at: list[tuple[int, Point]]) -> Rest:
    """Edges cut at vertices that lie on them; of what then runs both ways nothing is left."""
    vertices: dict[int, set[Point]] = {}
    for edge, vertex in at:
        vertices.setdefault(edge, set()).add(vertex)
    later: list[tuple[float, ...]] = []
    earlier: list[tuple[float, ...]] = []
    for i, (x1, y1, x2, y2) in enumerate(rest.edges.tolist()):
        path = sorted(vertices.get(i, ()), key=lambda v: (v[0] - x1) * (x2 - x1) + (v[1] - y1) * (y2 - y1))
        path = [(x1, y1), *path, (x2, y2)]
        (later if i < rest.forward else earlier).extend((*a, *b) for a, b in pairwise(path))
    gone = {(x2, y2, x1, y1) for x1, y1, x2, y2 in earlier} & set(later)
    later = [e for e in later if e not in gone]
    earlier = [e for e in earlier if (e[2], e[3], e[0], e[1]) not in gone]
    return Rest(np.array([*later, *earlier]).reshape(-1, 4), len(later), rest.before, rest.after, rest.of)


def _parts(
    edges: Floats,
    pair: Ints,
    nodes: Ints,
    points: Floats,
    crossing: tuple[Ints, Ints, Ints, Ints],
    at: tuple[Floats, Floats, Floats],
) -> Parts:
    """Cut all edges where they cross."""
    f, b, up_f, up_b = crossing
    edge, up = np.concatenate([f, b]), np.concatenate([up_f, up_b])
    node = np.tile(len(points) + np.arange(len(f)), 2)
    order = np.lexsort((np.concatenate(at[:2]), edge))
    edge, up, node = edge[order], up[order], node[order]
    cuts = np.bincount(edge, minlength=len(edges))
    first = np.cumsum(cuts + 1) - (cuts + 1)
    before = first[edge] + np.arange(len(edge)) - (np.cumsum(cuts) - cuts)[edge]  # the part that ends at each cut
    total = len(edges) + len(edge)
    start, end, rise = np.empty(total, np.int64), np.empty(total, np.int64), np.zeros(total, np.int64)
    start[first], end[first + cuts] = nodes[:, 0], nodes[:, 1]
    start[before + 1], end[before], rise[before + 1] = node, node, up
    owner = np.repeat(np.arange(len(edges)), cuts + 1)
    risen = np.cumsum(rise)
    return Parts(start, end, owner, pair[owner], risen - risen[first][owner], np.concatenate([points, at[2]]))


# ── winding numbers ──────────────────────────────────────────────────────────────────────────────────────────


def _left(edges: Floats, pair: Ints, nodes: Ints, parts: Parts, tree: Any, odd: Bools) -> Ints:
    """The winding number to the left of each part: one ray a chain, carried on along it.

    Pairs where a ray is unsure are marked odd.
    """
    head, before = _chains(nodes, len(edges))
    last = np.append(parts.edge[1:] != parts.edge[:-1], True)
    whole = parts.risen[last]  # by how much an edge raises it from end to end
    since = _sums(before, whole)
    risen = since[parts.edge] + parts.risen
    chain = head[parts.edge]
    a, z = parts.points[parts.start], parts.points[parts.end]
    length = np.abs(z - a).sum(axis=1)
    order = np.lexsort((length, chain))
    longest = order[np.append(chain[order][1:] != chain[order][:-1], True)]
    turns, unsure = _ray(edges, pair, parts.edge[longest], (a[longest] + z[longest]) / 2, tree)
    odd[parts.pair[longest[unsure]]] = True
    of = np.zeros(len(edges), np.int64)
    of[chain[longest]] = turns - risen[longest]
    left: Ints = of[chain] + risen
    return left


def _chains(nodes: Ints, n: int) -> tuple[Ints, Ints]:
    """The first edge of each edge's chain, and the edge before it (itself for the first).

    A chain passes vertices where one edge comes in and one goes out.
    """
    most = int(nodes.max()) + 1
    plain = (np.bincount(nodes[:, 0], minlength=most) == 1) & (np.bincount(nodes[:, 1], minlength=most) == 1)
    into = np.zeros(most, np.int64)
    into[nodes[:, 1]] = np.arange(n)
    here = np.arange(n)
    before = np.where(plain[nodes[:, 0]], into[nodes[:, 0]], here)
    # the one that begins an open chain counts as least; a chain that closes begins at its least edge
    head = _least(before, np.where(before == here, here, here + n)) % n
    return head, np.where(head == here, here, before)


def _least(onward: Ints, key: Ints) -> Ints:
    """The least key that is met from each place on; on a loop the same for all."""
    least, step = np.minimum(key, key[onward]), onward[onward]
    while True:
        less = np.minimum(least, least[step])
        if (less == least).all():
            return less
        least, step = less, step[step]


def _sums(before: Ints, values: Ints) -> Ints:
    """Sum of the values of all that come before each; a first one has itself before it."""
    first = before == np.arange(len(before))
    total = np.where(first, 0, values[before])
    while not (before == before[before]).all():
        total, before = total + total[before], before[before]
    return np.asarray(total)


def _ray(edges: Floats, pair: Ints, own: Ints, points: Floats, tree: Any) -> tuple[Ints, Bools]:
    """Winding numbers just left of points on edges: crossings of the ray to the east, up less down.

    And whether a point lies so close to another edge that rounding decides.
    """
    east = np.zeros(int(pair.max()) + 1)
    np.maximum.at(east, pair, np.maximum(edges[:, 0], edges[:, 2]))
    off = pair[own] * APART
    west, level = points[:, 0] + off - CLOSE, points[:, 1]
    ray, edge = tree.query(shapely.box(west, level - CLOSE, east[pair[own]] + off + 1.0, level + CLOSE))
    other = edge != own[ray]
    ray, edge = ray[other], edge[other]
    x, y = points[ray].T
    x1, y1, x2, y2 = edges[edge].T
    side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
    up, down = (y1 <= y) & (y2 > y) & (side > 0), (y1 > y) & (y2 <= y) & (side < 0)
    turns = np.rint(np.bincount(ray, weights=up.astype(float) - down, minlength=len(own))).astype(np.int64)
    near = np.abs(side) < CLOSE * (np.abs(x2 - x1) + np.abs(y2 - y1))
    near &= (np.minimum(x1, x2) < x + CLOSE) & (np.maximum(x1, x2) > x - CLOSE)
    unsure = np.zeros(len(own), bool)
    unsure[ray[near]] = True
    x1, y1, x2, y2 = edges[own].T
    # left of an edge that runs up is west of it: the ray crosses the edge itself
    return turns + ((y2 > y1) | ((y2 == y1) & (x2 < x1))), unsure


# ── polygons ─────────────────────────────────────────────────────────────────────────────────────────────────


def _polygons(parts: Parts, gained: Bools, pairs: int, odd: Bools) -> list[Piece]:
    """Walk the rims of what was gained and lost; pairs whose rims do not close are marked odd."""
    count = len(parts.points)
    start = np.where(gained, parts.start, parts.end + count)  # lost ground lies to the right: walk backwards
    end = np.where(gained, parts.end, parts.start + count)
    surplus = np.bincount(start, minlength=2 * count) - np.bincount(end, minlength=2 * count)
    odd[parts.pair[(surplus[start] != 0) | (surplus[end] != 0)]] = True
    keep = np.flatnonzero(~odd[parts.pair])
    if not len(keep):
        return [(NONE, NONE)] * pairs
    start, end, pair, gained = start[keep], end[keep], parts.pair[keep], gained[keep]
    onward = _onward(start, end, parts.points)
    rings, first = _rings(onward, parts.points[start % count])
    return _pieces(rings, pair[first], gained[first], pairs, odd)


def _onward(start: Ints, end: Ints, points: Floats) -> Ints:
    """The part that follows each on its rim, ground to the left; no rim passes a vertex twice."""
    order = np.argsort(start, kind="stable")
    onward = order[np.searchsorted(start[order], end)]
    several = np.flatnonzero(np.bincount(start)[end] > 1)
    for vertex in np.unique(end[several]).tolist():
        coming, going = several[end[several] == vertex], np.flatnonzero(start == vertex)
        here = points[vertex % len(points)]
        back = np.arctan2(*(points[start[coming] % len(points)] - here).T[::-1])
        away = np.arctan2(*(points[end[going] % len(points)] - here).T[::-1])
        # round its face: for each that comes in the next clockwise that goes out
        clockwise = np.argsort(-away)
        following = going[clockwise[np.searchsorted(-away[clockwise], -back) % len(going)]]
        onward[coming] = following if len(set(following.tolist())) == len(going) else going
    for part in several.tolist():
        _split(start, onward, part)
    return onward


def _split(start: Ints, onward: Ints, part: int) -> None:
    """Cut the rim that passes ``part`` into rims that pass no vertex twice: a face may meet itself in a point."""
    walk = [part]
    while (following := int(onward[walk[-1]])) != part:
        walk.append(following)
    open_: list[int] = []
    place: dict[int, int] = {}
    rims: list[list[int]] = []
    for k in walk:
        vertex = int(start[k])
        if vertex in place:
            rims.append(open_[place[vertex] :])
            del open_[place[vertex] :]
            for passed in rims[-1]:
                del place[int(start[passed])]
        place[vertex] = len(open_)
        open_.append(k)
    for rim in (*rims, open_):
        onward[rim] = [*rim[1:], rim[0]]


def _rings(onward: Ints, points: Floats) -> tuple[Any, Ints]:
    """Rings of parts that follow each other, each from its ``points``; and the least part of each."""
    here = np.arange(len(onward))
    least = _least(onward, here)
    last = least == here
    step, away = np.where(last, here, onward), np.where(last, 0, 1)
    while not (step == least).all():
        away, step = away + away[step], step[step]
    order = np.argsort(least * len(least) - away, kind="stable")
    least = least[order]
    begin = np.flatnonzero(np.append(True, least[1:] != least[:-1]))
    size = np.diff(np.append(begin, len(order)))
    real = size > 2
    order, first, size = order[np.repeat(real, size)], least[begin[real]], size[real]
    owner = np.repeat(np.arange(len(size)), size)
    xy = points[order]
    rings: Any = shapely.linearrings(xy, indices=owner)
    wide = shapely.area(shapely.polygons(rings)) > ROUNDING * shapely.length(rings)
    return rings[wide], first[wide]


def _pieces(rings: Any, pair: Ints, gained: Bools, pairs: int, odd: Bools) -> list[Piece]:
    """Polygons of rings, each hole in the smallest shell round it."""
    shell = shapely.is_ccw(rings)
    polygons: Any = shapely.polygons(rings[shell])
    of, up = pair[shell], gained[shell]
    inside: dict[int, list[Any]] = {}
    for k in np.flatnonzero(~shell).tolist():
        around = np.flatnonzero((of == pair[k]) & (up == gained[k]))
        around = around[shapely.covers(polygons[around], rings[k])]
        if len(around):
            inside.setdefault(int(around[np.argmin(shapely.area(polygons[around]))]), []).append(rings[k])
        else:
            odd[pair[k]] = True
    for k, holes in inside.items():
        polygons[k] = shapely.polygons(shapely.get_exterior_ring(polygons[k]), holes)
    odd[of[~shapely.is_valid(polygons)]] = True
    ends = np.searchsorted(of, np.arange(pairs + 1))
    return [(polygons[i:j][up[i:j]], polygons[i:j][~up[i:j]]) for i, j in pairwise(ends)]


# ── by GEOS ──────────────────────────────────────────────────────────────────────────────────────────────────


def differences(before: Any, after: Any) -> Piece:
    """Both differences of two grounds by GEOS."""
    return _only_polygons(shapely.difference(after, before)), _only_polygons(shapely.difference(before, after))


def _only_polygons(geometry: Any) -> Geometries:
    parts = shapely.get_parts(geometry)
    parts = parts[~shapely.is_empty(parts)]
    return np.asarray(shapely.get_parts(parts[np.isin(shapely.get_type_id(parts), (3, 6))]), dtype=object)
