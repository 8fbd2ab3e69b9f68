"""A control map as read: shapes with a status and a holder each, before it becomes a frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.faces import Rest
from geomap.control.rules import Rules
from geomap.control.statuses import party_key
from geomap.errors import ControlError
from geomap.geodesy import area
from geomap.models import Provenance, Snapshot, Status


@dataclass(frozen=True, slots=True)
class Reading:
    """A map with its classes: a series of thousands needs no frame. ``told`` is what a reader should know of it."""

    as_of: datetime
    where: str
    shapes: NDArray[np.object_]
    statuses: NDArray[np.str_]
    holders: tuple[str | None, ...]
    names: tuple[str | None, ...]
    provenance: Provenance
    dropped: tuple[tuple[str, int], ...]
    ignored: tuple[str, ...]
    repaired: tuple[str, ...]
    rest: Rest | None = None
    """What its ground does not share with the map read before it, where that is known."""
    told: tuple[str, ...] = ()

    def snapshot(self) -> Snapshot:
        """The record that other parts use."""
        import geopandas

        frame = geopandas.GeoDataFrame(
            {"status": self.statuses.astype(object), "holder": list(self.holders), "name": list(self.names)},
            geometry=self.shapes,
            crs=4326,
        )
        return Snapshot(
            as_of=self.as_of,
            frame=frame,
            provenance=self.provenance,
            dropped=self.dropped,
            ignored=self.ignored,
            repaired=self.repaired,
        )

    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of all its ground; NaN where there is none."""
        return np.asarray(shapely.total_bounds(self.shapes))

    def parties(self) -> list[str]:
        """Who holds ground in it, in order of first appearance."""
        held = self.statuses == str(Status.HELD)
        return list(dict.fromkeys(h for h, own in zip(self.holders, held, strict=True) if own and h is not None))


def with_licence(p: Provenance, rules: Rules) -> Provenance:
    """Provenance of a file with the licence, attribution and address of its source."""
    return Provenance(name=p.name, path=p.path, sha256=p.sha256, licence=rules.licence,
                      attribution=rules.attribution, url=rules.url)  # fmt: skip


def parties_of(readings: Iterable[Reading]) -> list[str]:
    """Who holds ground in any of the maps, in order of first appearance."""
    return list(dict.fromkeys(p for reading in readings for p in reading.parties()))


def drawn_for(readings: Sequence[Reading], rules: Rules, holder: str | None) -> tuple[list[Reading], str]:
    """Maps as one party's: its ground is held, the other's is free ground with a name.

    Parameters
    ----------
    holder
        Whose ground it is where the maps name nobody, and whose is drawn where they name several; else the rules'
        holder, else of two parties the one with less ground in the first map (makers draw what broke away).

    Raises
    ------
    ControlError
        The maps name three parties or more and nobody said whose ground to draw.
    """
    parties = parties_of(readings)
    if len(parties) < 2:
        own = parties[0] if parties else holder or rules.holder
        return [replace(r, holders=_renamed(r, own)) for r in readings] if holder else list(readings), own
    named = {party_key(p): p for p in parties}
    wanted = next((named[party_key(n)] for n in (holder, rules.holder) if n and party_key(n) in named), None)
    if wanted is None and len(parties) > 2:
        raise ControlError(
            f"{readings[0].where}: names {len(parties)} holders ({', '.join(parties)}); say whose ground to draw: "
            "--holder NAME"
        )
    sizes = _sizes(next(r for r in readings if r.parties()))
    own = wanted or min(parties, key=lambda p: (sizes.get(p, 0.0), p))
    return [seen_by(r, own) for r in readings], own


def seen_by(reading: Reading, party: str) -> Reading:
    """A map in which one party's ground is held and the other parties' is free."""
    others = np.array([h is not None and h != party for h in reading.holders], dtype=bool)
    statuses = reading.statuses.astype(object)
    statuses[others & (reading.statuses == str(Status.HELD))] = str(Status.FREE)
    return replace(reading, statuses=statuses.astype(np.str_), rest=None)


def _sizes(reading: Reading) -> dict[str, float]:
    sizes: dict[str, float] = defaultdict(float)
    for holder, status, size in zip(
        reading.holders, reading.statuses, area(reading.shapes, edges="planar"), strict=True
    ):
        if holder is not None and status == str(Status.HELD):
            sizes[holder] += float(size)
    return sizes


def _renamed(reading: Reading, own: str) -> tuple[str | None, ...]:
    return tuple(
        own if status != str(Status.FREE) else holder
        for holder, status in zip(reading.holders, reading.statuses, strict=True)
    )
