"""Maps of several holders against each other: what each gained and lost, and from whom to whom the ground passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.changes import SQUARE_KM, clipped, joined, only_polygons
from geomap.control.edges import changes
from geomap.control.maps import Reading, parties_of
from geomap.geodesy import area
from geomap.models import Status

if TYPE_CHECKING:
    import geopandas

Polygons = NDArray[np.object_]
Passed = tuple[str, str, str | None, Polygons]
"""gained or lost, who, from or to whom (None: nobody's ground), the ground."""


def diff_sides(before: Reading, after: Reading, *, region: Any = None) -> geopandas.GeoDataFrame:
    """Subtract a map of several holders from a later one.

    Returns
    -------
    GeoDataFrame
        EPSG:4326: geometry, change (gained or lost), holder, counterparty (from or to whom; None: ground that nobody
        holds on the other day), area_km2; a row a polygon, largest first within each.
    """
    import geopandas

    rows = []
    for change, holder, other, polygons in _passages(before, after, region):
        km2 = area(polygons, edges="planar") / SQUARE_KM
        rows += [(change, holder, other, float(km2[i]), polygons[i]) for i in np.argsort(-km2, kind="stable")]
    return geopandas.GeoDataFrame(
        {
            "change": [r[0] for r in rows],
            "holder": [r[1] for r in rows],
            "counterparty": [r[2] for r in rows],
            "area_km2": np.array([r[3] for r in rows], dtype=float),
        },
        geometry=[r[4] for r in rows],
        crs=4326,
    )


def _passages(before: Reading, after: Reading, region: Any) -> Iterator[Passed]:
    parties = parties_of((before, after))
    then, now = ({p: _ground(m, p) for p in parties} for m in (before, after))
    for party in parties:
        gained, lost = changes([then[party], now[party]])[0]
        for word, polygons, owners in (("gained", gained, then), ("lost", lost, now)):
            inside = polygons if region is None else clipped(polygons, region)
            yield from _by_owner(word, party, inside, {p: g for p, g in owners.items() if p != party})


def _by_owner(word: str, party: str, polygons: Polygons, owners: dict[str, Any]) -> Iterator[Passed]:
    """Ground that one party gained or lost, by whose it was or became."""
    rest = polygons
    for owner, ground in owners.items():
        theirs = clipped(rest, ground) if len(rest) and not ground.is_empty else rest[:0]
        if len(theirs):
            yield word, party, owner, theirs
            left = only_polygons(shapely.difference(shapely.union_all(rest), ground))
            rest = shapely.get_parts(left)
            rest = rest[~shapely.is_empty(rest)]
    if len(rest):
        yield word, party, None, rest


def _ground(reading: Reading, party: str) -> Any:
    mine = np.array([h == party for h in reading.holders], dtype=bool) & (reading.statuses == str(Status.HELD))
    return joined(reading.shapes[mine])
