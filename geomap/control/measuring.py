"""A series of control maps as a table: held, gained, lost, gross, net and cumulative, date by date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.changes import NOTHING, SQUARE_KM, clipped, joined, only_polygons
from geomap.control.dates import gaps
from geomap.control.edges import changes
from geomap.control.faces import Piece, Rest
from geomap.control.files import without_collector
from geomap.control.maps import Reading, parties_of, seen_by
from geomap.control.reading import PartyOf, Paths, Spellings, read_maps
from geomap.control.rules import Rules
from geomap.geodesy import area
from geomap.models import UNKNOWN_HOLDER, ControlSeries, Status

if TYPE_CHECKING:
    import geopandas

COLUMNS = ("date", "held_km2", "contested_km2", "unknown_km2", "gained_km2", "lost_km2", "gross_km2", "net_km2",
           "cumulative_km2", "source", "holder", "region", "gap_days", "seam")  # fmt: skip
MEASURED = (Status.HELD, Status.CONTESTED, Status.UNKNOWN)
BATCH = 64
"""Maps measured at a time: enough that numpy's overhead does not count, few enough that memory stays flat."""


Place = tuple[str | None, Any]
"""A region's name and geometry; None: everywhere."""


@dataclass(frozen=True, slots=True)
class Map:
    """What a series needs of a control map: when, of which source, the ground of each status.

    ``first``: the first of its source in a row, from which the held ground of regions is reckoned on.
    """

    as_of: datetime
    source: str
    shapes: tuple[Any, Any, Any]
    first: bool = False
    rest: Rest | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A measured map: km² of each status in each place; held is NaN where it follows from the map before."""

    as_of: datetime
    source: str
    first: bool
    holder: str | None
    km2: list[list[float]]


class _SeveralSides(Exception):
    """Met on the way: a map names a second holder, each of whom has rows of its own."""


def series(
    control: ControlSeries | Sequence[ControlSeries] | Paths,
    *,
    since: date | None = None,
    region: Any = None,
    regions: Mapping[str, Any] | None = None,
    rules: Rules | Path | str | None = None,
    repair: bool = False,
    holder: str | None = None,
    party_of: PartyOf | None = None,
    notes: list[str] | None = None,
) -> geopandas.GeoDataFrame:
    """Measure a series of control maps: what is held, gained, lost, gross, net and cumulative at each.

    Parameters
    ----------
    control
        One source, or several to be joined in time: where the source changes from one map to the next the row is a
        ``seam``; its change is the difference of two hands, not of the ground, and is left out (NaN). Or the paths of
        one source's maps, read one after the other without making frames: faster, and memory stays flat.
    since
        Count from the last map up to the end of that day; earlier ones are left out.
    region, regions
        Geometry within which to measure, or several by name (rows for each, named in ``region``).
    rules, repair, holder, party_of
        As in ``read_control``, for paths. Where maps name several holders, each has rows of its own.
    notes
        Takes a line for what a reader should know of the files.

    Returns
    -------
    GeoDataFrame
        One row a map: date (UTC), held_km2, contested_km2, unknown_km2, gained_km2, lost_km2, gross_km2, net_km2,
        cumulative_km2 (sum of net), source, holder (None where the maps name none), region, gap_days (days to the map
        before, where that is a gap, else 0),
        seam; geometry is the changed ground. held + gained - lost is the next row's held, to rounding.
    """
    places: list[Place] = list(regions.items()) if regions is not None else [(None, region)]
    given: list[Any] = [control] if isinstance(control, ControlSeries | str | Path) else list(control)
    if given and all(isinstance(c, ControlSeries) for c in given):
        return _frame(_table(_of_records(given), places, since))
    said: list[str] = []
    pairs = read_maps(given, rules=rules, repair=repair, notes=said, spellings=Spellings(party_of))
    try:
        table = _table(_one_side(pairs, holder), places, since)
    except _SeveralSides:
        said.clear()
        both = list(read_maps(given, rules=rules, repair=repair, notes=said, spellings=Spellings(party_of)))
        parties = parties_of(r for r, _ in both)
        each = [_table(_one_side(((seen_by(r, p), u) for r, u in both), p), places, since) for p in parties]
        # the sides of a day beside each other
        table = [row for rows in zip(*each, strict=True) for row in rows]
    if notes is not None:
        notes += said
    return _frame(table)


Row = tuple[Any, ...]


def _frame(table: Sequence[Row]) -> geopandas.GeoDataFrame:
    import geopandas

    return geopandas.GeoDataFrame(
        {c: [row[j] for row in table] for j, c in enumerate(COLUMNS)}, geometry=[row[-1] for row in table], crs=4326
    )


def _table(maps: Iterator[Map], places: Sequence[Place], since: date | None) -> list[Row]:
    days: list[Day] = []
    with without_collector():
        pieces = changes(_measured(_marked(_since(maps, since)), places, days))
        return [row for i in range(len(places)) for row in _rows(days, pieces, places[i], i)]


def _of_records(given: Sequence[ControlSeries]) -> Iterator[Map]:
    """Maps of records in order of time."""
    pairs = sorted(((s, c) for c in given for s in c.snapshots), key=lambda pair: (pair[0].as_of, pair[1].name))
    for snapshot, source in pairs:
        statuses = np.asarray(snapshot.frame["status"], dtype=str)
        shapes = np.asarray(snapshot.frame.geometry.array, dtype=object)
        yield Map(snapshot.as_of, source.name, _grounds(shapes, statuses), holder=_known(source.holder))


def _one_side(pairs: Iterable[tuple[Reading, Rules]], holder: str | None) -> Iterator[Map]:
    """Maps of files in order of time, as long as they name one holder."""
    named: set[str] = set()
    for reading, used in pairs:
        named.update(reading.parties())
        if len(named) > 1:
            raise _SeveralSides
        own = next(iter(named), None) or holder or _known(used.holder)
        yield Map(
            reading.as_of, used.name, _grounds(reading.shapes, reading.statuses), rest=reading.rest, holder=own
        )  # fmt: skip


def _known(holder: str) -> str | None:
    return None if holder == UNKNOWN_HOLDER else holder


def _grounds(shapes: NDArray[np.object_], statuses: NDArray[Any]) -> tuple[Any, Any, Any]:
    held, contested, unknown = (joined(shapes[statuses == str(s)]) for s in MEASURED)
    return held, contested, unknown


def _since(maps: Iterable[Map], since: date | None) -> Iterator[Map]:
    """Leave out the maps before the last one of ``since`` or earlier."""
    waiting: Map | None = None
    for m in maps:
        if since is not None and m.as_of.date() <= since:
            waiting = m
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        yield m
    if waiting is not None:
        yield waiting


def _marked(maps: Iterable[Map]) -> Iterator[Map]:
    """Mark the first map of each run of one source."""
    source: str | None = None
    for m in maps:
        yield m if m.source == source else replace(m, first=True)
        source = m.source


def _measured(maps: Iterable[Map], places: Sequence[Place], days: list[Day]) -> Iterator[Any]:
    """Give the held ground of each map; note its measures in ``days``, batch by batch, and let the map go."""
    batch: list[Map] = []
    for m in maps:
        batch.append(m)
        yield m.rest if m.rest is not None and m.rest.after is m.shapes[0] else m.shapes[0]
        if len(batch) == BATCH:
            days += _days(batch, places)
            batch.clear()
    days += _days(batch, places)


def _days(batch: Sequence[Map], places: Sequence[Place]) -> list[Day]:
    shapes = np.empty(3 * len(places) * len(batch), dtype=object)
    shapes[:] = [s for m in batch for _, region in places for s in _within(m, region)]
    km2 = (area(shapes, edges="planar") / SQUARE_KM).reshape(len(batch), len(places), 3).tolist()
    return [Day(m.as_of, m.source, m.first, m.holder, k) for m, k in zip(batch, km2, strict=True)]


def _within(m: Map, region: Any) -> tuple[Any, Any, Any]:
    """A map's grounds in a region; its held ground only where none before it can be reckoned on."""
    if region is None:
        return m.shapes
    held, contested, unknown = m.shapes
    cut = [g if g.is_empty else only_polygons(shapely.intersection(g, region)) for g in (contested, unknown)]
    return only_polygons(shapely.intersection(held, region)) if m.first else NOTHING, cut[0], cut[1]


def _rows(days: Sequence[Day], pieces: Sequence[Piece], place: Place, index: int) -> list[tuple[Any, ...]]:
    """Rows of one place."""
    name, region = place
    if region is not None:
        pieces = [(clipped(gained, region), clipped(lost, region)) for gained, lost in pieces]
    sizes = np.cumsum([0, *(len(p) for pair in pieces for p in pair)])
    each = np.concatenate([np.zeros(0), *(p for pair in pieces for p in pair)]).astype(object)
    km2 = area(each, edges="planar") / SQUARE_KM
    sums = [float(km2[i:j].sum()) for i, j in pairwise(sizes)]
    missing = {later: (later - earlier).days for earlier, later in gaps([d.as_of for d in days])}
    rows = []
    cumulative = held = 0.0
    for i, day in enumerate(days):
        seam = day.first and i > 0
        gained, lost = (float("nan"), float("nan")) if seam else (sums[2 * i - 2], sums[2 * i - 1]) if i else (0.0, 0.0)
        shape: Any = NOTHING
        if i and not seam:
            cumulative += gained - lost
            parts = np.concatenate(pieces[i - 1])
            shape = shapely.multipolygons(parts) if len(parts) else shape
        own, contested, unknown = day.km2[index]
        held = own if region is None or day.first else held + gained - lost
        new_date = i == 0 or days[i - 1].as_of.date() != day.as_of.date()
        rows.append(
            (
                day.as_of, held, contested, unknown, gained, lost, gained + lost, gained - lost, cumulative, day.source,
                day.holder, name, missing.get(day.as_of.date(), 0) if new_date else 0, seam, shape,
            )
        )  # fmt: skip
    return rows
