"""One place, one status: where shapes of a map overlap, each piece of ground is given to one of them, and it is told.

A patch that lies within a larger shape was drawn on it: the patch has its ground, whatever the order in the file (free
ground within held, held ground upon a country's outline). Where two shapes cross, ground that is held and something
else is not held: free, contested or unknown takes it. Two parties that claim one ground leave it contested.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.changes import only_polygons
from geomap.control.maps import Reading
from geomap.geodesy import area
from geomap.models import Status

WITHIN = 0.99
"""Share of a shape that lies in another for it to be a patch drawn on it: hand-drawn rims stray."""
TOLD_SHARE = 1e-4
"""Of a map's ground: smaller overlaps are neighbours' rims drawn twice, settled and not told."""
CRUMB_DEG2 = 1e-10
"""About a square metre, in square degrees."""
TAKES = {str(Status.FREE): 3, str(Status.CONTESTED): 4, str(Status.UNKNOWN): 2, str(Status.HELD): 1}
"""Of two that cross, the higher has the ground: what is contested is nobody's, what is held must be held alone."""

Pairs = NDArray[np.intp]


def one_status_each(reading: Reading) -> Reading:
    """A map in which no ground has two statuses or two holders; what was settled stands in ``told``."""
    kinds = list(zip(reading.statuses.tolist(), reading.holders, strict=True))
    if len(set(kinds)) < 2:
        return reading
    first, second, common = _crossing(reading.shapes, [hash(k) for k in kinds])
    if not len(first):
        return reading
    sizes = np.asarray(area(reading.shapes, edges="planar"))
    shared = np.asarray(area(common, edges="planar"))
    losses: dict[int, list[Any]] = defaultdict(list)
    disputed: list[Any] = []
    told: dict[tuple[str, str], float] = defaultdict(float)
    for a, b, ground, size in zip(first.tolist(), second.tolist(), common, shared.tolist(), strict=True):
        winner, loser = _settled(a, b, kinds, sizes, size)
        losses[loser].append(ground)
        if winner is None:
            losses[a if loser == b else b].append(ground)
            disputed.append(ground)
        told[_words(kinds, a, b, winner)] += size / 1e6
    return _without(reading, losses, disputed, _lines(reading.where, told, float(sizes.sum()) / 1e6))


def _crossing(shapes: NDArray[np.object_], kinds: list[int]) -> tuple[Pairs, Pairs, NDArray[np.object_]]:
    """Pairs of shapes of two kinds that share ground, and the ground."""
    kind = np.array(kinds)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes)
    apart = (first < second) & (kind[first] != kind[second])
    first, second = first[apart], second[apart]
    a, b = (shapely.bounds(shapes[side]) for side in (first, second))
    wide = (np.minimum(a[:, 2], b[:, 2]) > np.maximum(a[:, 0], b[:, 0])) & (
        np.minimum(a[:, 3], b[:, 3]) > np.maximum(a[:, 1], b[:, 1])
    )
    first, second = first[wide], second[wide]
    shapely.prepare(shapes)
    meet = shapely.intersects(shapes[first], shapes[second]) & ~shapely.touches(shapes[first], shapes[second])
    first, second = first[meet], second[meet]
    common = shapely.intersection(shapes[first], shapes[second])
    ground = np.array([only_polygons(g) for g in common] or [None], dtype=object)[: len(common)]
    filled = ~shapely.is_empty(ground) if len(ground) else np.zeros(0, bool)
    return first[filled], second[filled], ground[filled]


def _settled(
    a: int, b: int, kinds: list[tuple[str, str | None]], sizes: NDArray[np.float64], shared: float
) -> tuple[int | None, int]:
    """Who has the ground that two shapes share, and who loses it; nobody where two parties cross."""
    small, large = (a, b) if sizes[a] <= sizes[b] else (b, a)
    if shared >= WITHIN * sizes[small] and shared < WITHIN * sizes[large]:
        return small, large
    if kinds[a][0] == kinds[b][0]:
        return None, large
    return (a, b) if TAKES[kinds[a][0]] > TAKES[kinds[b][0]] else (b, a)


def _words(kinds: list[tuple[str, str | None]], a: int, b: int, winner: int | None) -> tuple[str, str]:
    if winner is None:
        return (" and ".join(sorted(str(kinds[i][1]) for i in (a, b))), "taken as contested")
    loser = b if winner == a else a
    named = kinds[winner][0] == kinds[loser][0] == str(Status.HELD)
    by, over = ((str(kinds[i][1]) if named else kinds[i][0]) for i in (winner, loser))
    return (f"{by} and {over}", f"taken as {by}")


def _lines(where: str, told: dict[tuple[str, str], float], whole_km2: float) -> list[str]:
    return [
        f"{where}: {km2:,.1f} km² are drawn twice, as {both}: {taken}"
        for (both, taken), km2 in told.items()
        if km2 >= TOLD_SHARE * whole_km2
    ]


def _without_crumbs(shape: Any) -> Any:
    """A shape without the needles that rounding leaves where rims run side by side."""
    parts = shapely.get_parts(shape)
    kept = parts[shapely.area(parts) >= CRUMB_DEG2]
    return shape if len(kept) == len(parts) else shapely.multipolygons(kept)


def _without(reading: Reading, losses: dict[int, list[Any]], disputed: list[Any], told: list[str]) -> Reading:
    shapes = reading.shapes.copy()
    for i, grounds in losses.items():
        shapes[i] = _without_crumbs(only_polygons(shapely.difference(shapes[i], shapely.union_all(grounds))))
    keep = np.flatnonzero(~shapely.is_empty(shapes)).tolist()
    extra = [only_polygons(shapely.union_all(disputed))] if disputed else []
    whole = np.empty(len(keep) + len(extra), dtype=object)
    whole[:] = [*(shapes[i] for i in keep), *extra]
    nobody: list[str | None] = [None] * len(extra)
    return replace(
        reading,
        shapes=whole,
        statuses=np.array([*(reading.statuses[i] for i in keep), *[str(Status.CONTESTED)] * len(extra)], dtype=np.str_),
        holders=(*(reading.holders[i] for i in keep), *nobody),
        names=(*(reading.names[i] for i in keep), *nobody),
        told=(*reading.told, *told),
        rest=None,
    )
