"""Control maps made of reports: a table of settlement, holder and date becomes ground by Thiessen cells.

Each settlement of the gazetteer owns the ground nearer to it than to any other settlement, as in VIINA (Zhukov and
Ayers 2023). A settlement that no report names follows the nearest one that a report names, up to ``REACH_KM``: advances
run along roads from town to town, and the villages between two freed towns are hardly ever listed. Ground further from
any report is unknown. Such maps are marked ``from_reports``: they show what was said, at the grain of settlements.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.changes import only_polygons
from geomap.control.dates import YEARS, date_of
from geomap.control.others import rows_of_kml
from geomap.control.publishers import as_ours
from geomap.control.statuses import party_key
from geomap.errors import ControlError
from geomap.files import without_halves
from geomap.geodesy import buffer_m, from_plane, to_plane
from geomap.models import ControlSeries, Place, Provenance, Snapshot, Status

if TYPE_CHECKING:
    import geopandas

Floats = NDArray[np.float64]

REACH_KM = 25.0
"""How far a report speaks for settlements that none names: about a day's advance, and half the usual distance between
the towns that reports name (Balakliia, Izium, Kupiansk and Vovchansk lie 40-60 km from the next)."""
SAME_KM = 1.5
"""A report's point this near to a settlement is that settlement: gazetteer points lie 1-2 km from a town's centre."""

NAMES = {
    "settlement": ("settlement", "place", "name", "town"),
    "holder": ("holder", "held_by", "controlled_by", "actor", "side"),
    "date": ("date", "day", "event_date", "on"),
    "source": ("source", "reported_by", "outlet"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "longitude"),
}
"""Column names that are understood, first one preferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A report that a party held a settlement from a day on. ``row`` is its line in the table."""

    settlement: str
    holder: str
    on: date
    source: str
    lat: float | None = None
    lon: float | None = None
    row: int | None = None
    dated: bool = True
    """False: its day is a slip; who held the settlement when is not known then."""


BLANK = frozenset({"", "-", "na", "n/a", "nan", "nat", "null", "none", "#n/a"})
"""What stands in a cell of which nothing is known: spreadsheets, R and Python write these."""
WRITTEN = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?:[T ]\d.*)?\s*")
"""A day as written; what follows is a time of day, in whatever zone: the day stays the reporter's own."""
DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3},\d+")


def read_events(
    path: Path | str, *, notes: list[str] | None = None, party_of: Callable[[str], str | None] | None = None
) -> tuple[Event, ...]:
    """Read a table of settlement, holder, date, source, and lat, lon where known.

    CSV (comma, semicolon or tab), JSON (a list of objects), JSON lines, or the points of a KML (name, and holder, date
    and source from its extended data; else the folder is the holder, the time stamp the day). ACLED's table as it is
    published: its transfers of territory. A settlement held from long before is a row with an early date. Blank rows
    are passed over; spellings of one party are one, the commonest of them.

    Parameters
    ----------
    notes
        Takes a line for each row whose year is a slip, and each whose point is 0, 0 and not used.
    party_of
        Knows a party by any of its names ("UA", "Ukrainian"); without, spellings differ by case and blanks alone.

    Raises
    ------
    ControlError
        The file cannot be read, a column is missing, or a row lacks a settlement, holder, date or source.
    """
    path = Path(path)
    said: list[str] = []
    rows = [(line, row) for line, row in _rows(path) if any(not _blank(v) for v in row.values())]
    told: list[str] = []
    rows = as_ours(rows, str(path), told)
    if not rows:
        raise ControlError(f"{path}: holds no row; expected settlement, holder, date and source")
    events = [_event(row, line, path, said) for line, row in rows]
    if not any(event.dated for event in events):
        raise ControlError(f"{path}: none of its {len(rows)} rows can be used; the first: {said[0]}")
    if notes is not None:
        notes += told + said
    return _with_one_spelling(events, party_of)


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Rows of a table with their lines; the points of a KML are rows too."""
    if path.suffix.lower() in (".kml", ".kmz"):
        return rows_of_kml(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ControlError(f"{path}: cannot read it: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ControlError(f"{path}: not UTF-8 at byte {error.start}; expected a table in UTF-8") from error
    return _records(text, path)


def _blank(value: Any) -> bool:
    return value is None or value != value or str(value).strip().casefold() in BLANK


def _with_one_spelling(events: Sequence[Event], party_of: Callable[[str], str | None] | None) -> tuple[Event, ...]:
    """Events whose holders are spelt alike: as most rows that mean the same party spell it."""
    spelt = Counter(e.holder for e in events)
    if len(spelt) == 1:
        return tuple(events)
    usual = {h: (party_of(h) if party_of is not None else None) or h for h in spelt}
    best: dict[str, str] = {}
    for holder, _ in sorted(spelt.items(), key=lambda item: (-item[1], item[0])):
        best.setdefault(party_key(usual[holder]), holder)
    return tuple(replace(e, holder=best[party_key(usual[e.holder])]) for e in events)


def _records(text: str, path: Path) -> list[tuple[int, dict[str, Any]]]:
    suffix = path.suffix.lower()
    try:
        if suffix in (".jsonl", ".ndjson"):
            found = [(i, json.loads(line)) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
        elif suffix == ".json":
            loaded = json.loads(text)
            found = list(enumerate(loaded if isinstance(loaded, list) else [loaded], 1))
        else:
            return _csv_rows(text)
    except (ValueError, csv.Error, RecursionError) as error:  # ValueError: no JSON, or a number of thousands of digits
        raise ControlError(f"{path}: {error}; expected a table of settlement, holder, date and source") from error
    wrong = [i for i, row in found if not isinstance(row, dict)]
    if wrong:
        raise ControlError(f"{path}:{wrong[0]}: is no object; expected settlement, holder, date and source")
    return found


def _csv_rows(text: str) -> list[tuple[int, dict[str, Any]]]:
    """Rows of a CSV with their lines; blank lines above the header are passed over."""
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if line.strip(' ,;\t\r\n"')), 0)
    head = lines[first] if lines else ""
    mark = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO("".join(lines[first:])), delimiter=mark)
    return [(first + reader.line_num, {k: v for k, v in row.items() if isinstance(k, str)}) for row in reader]


def _event(row: dict[str, Any], line: int, path: Path, notes: list[str]) -> Event:
    """A row as an event; with a note where its year is a slip."""
    where = f"{path}:{line}"
    plain = {str(k).strip().casefold(): v for k, v in row.items()}
    got: dict[str, Any] = {
        key: next((plain[n] for n in names if not _blank(plain.get(n))), None) for key, names in NAMES.items()
    }
    for key in ("settlement", "holder", "date", "source"):
        if got[key] is None:
            raise ControlError(
                f"{where}: no {key}; found {', '.join(sorted(plain)) or 'nothing'}; "
                "expected settlement, holder, date and source"
            )
        if isinstance(got[key], bool | dict | list):
            raise ControlError(f"{where}: {key} is a {type(got[key]).__name__}; expected text")
        if isinstance(got[key], str):
            got[key] = without_halves(got[key])
    on = _day(got["date"], where)
    dated = YEARS[0] <= on.year <= YEARS[1]
    if not dated:
        notes.append(
            f"{where}: {str(got['settlement']).strip()[:60]}: the date {on.isoformat()} is of the year {on.year}, a "
            "slip for another; until it is mended nothing is known of who holds the place"
        )
    lat = _degrees(got["lat"], 90, "lat", where)
    lon = _degrees(got["lon"], 180, "lon", where)
    if lat == 0 and lon == 0:
        notes.append(f"{where}: {str(got['settlement']).strip()[:60]}: its point is 0, 0: unknown; placed by its name")
        lat = lon = None
    return Event(
        settlement=str(got["settlement"]).strip(),
        holder=" ".join(str(got["holder"]).split()),
        on=on,
        source=str(got["source"]).strip(),
        lat=lat,
        lon=lon,
        row=line,
        dated=dated,
    )


def _day(value: Any, where: str) -> date:
    """The day of a row, as its writer wrote it."""
    written = WRITTEN.fullmatch(str(value))
    try:
        if written:
            return date(*(int(part) for part in written.groups()))
        return date_of(value, where, "date").date()
    except ValueError as error:
        raise ControlError(f"{where}: date is {str(value)[:30]!r}; expected 2022-09-10") from error


def _degrees(value: Any, most: float, name: str, where: str) -> float | None:
    if value is None:
        return None
    text = str(value).strip()
    try:
        number = float(text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text)
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not abs(number) <= most:
        raise ControlError(
            f"{where}: {name} is {str(value)[:30]!r}; expected degrees up to {most:g}; are they swapped?"
        )
    return number


def control_from_events(
    events: Iterable[Event],
    settlements: geopandas.GeoDataFrame,
    region: Any = None,
    *,
    holder: str | None = None,
    name: str = "reports",
    reach_km: float = REACH_KM,
    resolve: Callable[[str], Place | None] | None = None,
) -> ControlSeries:
    """Make dated control maps of reports.

    Before its first report a settlement is taken to be on the other side (a town that is freed was held, a town that is
    taken was free). Reports of one settlement and day that name different sides make it contested.

    Parameters
    ----------
    events
        Reports; those without lat and lon are placed by ``resolve``, else by the settlements' own names.
    settlements
        The gazetteer's settlements around, columns name and geometry (points, EPSG:4326).
    region
        Geometry to fill; None: all ground within ``reach_km`` of a reported settlement.
    holder
        The drawn side, whose ground is "held"; else the party that most reports name.

    Returns
    -------
    ControlSeries
        ``from_reports``; a map of the day before the first report after the early ones, then one a day with reports.
        Frames have a row a settlement: geometry, status, holder, name, source (all reports that its state rests on,
        joined by "; "), reported (False where it follows another settlement). Rows of reports that could not be placed
        are in ``notes``.

    Raises
    ------
    ControlError
        No report, or none that could be placed.
    """
    placed, notes = _placed(list(events), settlements, resolve)
    drawn = holder or Counter(e.holder for e, _ in placed if e.dated).most_common(1)[0][0]
    places, histories = _histories(placed)
    region = region if region is not None else around(places, reach_km)
    names, points = _seeds(settlements, places, [h[0].settlement for h in histories], region)
    owner, gap = _nearest(points, places)
    cells = thiessen(points, region)
    inside = np.flatnonzero(~shapely.is_empty(cells))
    days = sorted({e.on for e, _ in placed if e.dated})
    # a settlement out of every report's reach has the state of none, the last one
    whose = np.where(gap[inside] <= reach_km * 1000, owner[inside], len(histories))
    ground = cells[inside]
    called = np.array([names[i] for i in inside], dtype=object)
    reported = gap[inside] <= SAME_KM * 1000
    snapshots = [
        _drawn(ground, states[:, whose], called, reported, day, name)
        for day, states in _states(histories, [days[0] - timedelta(days=1), *days], drawn)
    ]
    sources = tuple(sorted({e.source for e, _ in placed}))
    return ControlSeries(
        name=name,
        snapshots=tuple(snapshots),
        provenance=Provenance(name=name, attribution="; ".join(sources)),
        holder=drawn,
        from_reports=True,
        sources=sources,
        notes=tuple(notes),
    )


def _states(
    histories: Sequence[Sequence[Event]], days: Sequence[date], drawn: str
) -> Iterator[tuple[date, NDArray[np.object_]]]:
    """For each day the status, holder and sources (3 rows) of every place, and of none at the end.

    Only places with reports of the day are looked at anew.
    """
    table = np.empty((3, len(histories) + 1), dtype=object)
    table[:, -1] = str(Status.UNKNOWN), None, ""
    on: dict[date, set[int]] = defaultdict(set)
    for i, history in enumerate(histories):
        for event in history:
            on[event.on].add(i)
    looked_at: Iterable[int] = range(len(histories))
    for day in days:
        for i in looked_at if day == days[0] else on[day]:
            status, who, sources = _state(histories[i], day, drawn)
            table[:, i] = str(status), who, "; ".join(sources)
        yield day, table.copy()


def _drawn(
    cells: NDArray[np.object_],
    states: NDArray[np.object_],
    names: NDArray[np.object_],
    reported: NDArray[np.bool_],
    day: date,
    name: str,
) -> Snapshot:
    import geopandas

    frame = geopandas.GeoDataFrame(
        {"status": states[0], "holder": states[1], "name": names, "source": states[2], "reported": reported},
        geometry=cells,
        crs=4326,
    )
    return Snapshot(
        as_of=datetime(day.year, day.month, day.day, tzinfo=UTC), frame=frame, provenance=Provenance(name=name)
    )


def _placed(
    events: Sequence[Event], settlements: geopandas.GeoDataFrame, resolve: Callable[[str], Place | None] | None
) -> tuple[list[tuple[Event, tuple[float, float]]], list[str]]:
    """Reports with their points, and a line for each that has none."""
    if not events:
        raise ControlError("events: no report; expected rows of settlement, holder, date and source")
    points = shapely.get_coordinates(np.asarray(settlements.geometry.array))
    named: dict[str, list[int]] = {}
    for i, n in enumerate(settlements["name"]):
        named.setdefault(str(n).casefold(), []).append(i)
    placed, notes = [], []
    for event in events:
        if event.lat is not None and event.lon is not None:
            placed.append((event, (event.lon, event.lat)))
            continue
        place = resolve(event.settlement) if resolve is not None else None
        same = named.get(event.settlement.casefold(), [])
        if place is not None:
            placed.append((event, (place.lon, place.lat)))
        elif len(same) == 1:
            placed.append((event, (float(points[same[0], 0]), float(points[same[0], 1]))))
        else:
            why = "no settlement of that name" if not same else f"{len(same)} settlements of that name"
            where = f"row {event.row}: " if event.row is not None else ""
            notes.append(f"{where}{event.settlement[:60]}: {why} in the region; give lat and lon")
    if not placed:
        raise ControlError(f"events: none of {len(events)} reports could be placed; the first: {notes[0]}")
    return placed, notes


def _histories(placed: Sequence[tuple[Event, tuple[float, float]]]) -> tuple[Floats, list[list[Event]]]:
    """Distinct reported places with their reports in order of date; points within ``SAME_KM`` are one place."""
    points = np.array([p for _, p in placed])
    flat = _plane(points)
    groups: list[list[int]] = []
    near: dict[tuple[int, int], list[int]] = defaultdict(list)  # the groups whose first point lies in a square
    squares = np.floor(flat / (SAME_KM * 1000)).astype(int).tolist()
    for i, (x, y) in enumerate(squares):
        close = sorted({g for dx in (-1, 0, 1) for dy in (-1, 0, 1) for g in near.get((x + dx, y + dy), ())})
        home = next((g for g in close if np.hypot(*(flat[groups[g][0]] - flat[i])) <= SAME_KM * 1000), None)
        if home is None:
            near[x, y].append(len(groups))
            groups.append([i])
        else:
            groups[home].append(i)
    histories = [sorted((placed[i][0] for i in g), key=lambda e: (e.on, e.holder, e.source)) for g in groups]
    return points[[g[0] for g in groups]], histories


def _state(history: Sequence[Event], day: date, drawn: str) -> tuple[Status, str | None, tuple[str, ...]]:
    """Status, holder and sources of a place on a day; nothing is known of one with a report whose day is a slip."""
    if not all(e.dated for e in history):
        return Status.UNKNOWN, None, ()
    past = [e for e in history if e.on <= day]
    if not past:
        # not yet reported: on the other side, on the strength of the first report to come
        first = [e for e in history if e.on == history[0].on]
        sources = tuple(sorted({e.source for e in first}))
        if all(e.holder == drawn for e in first):
            return Status.FREE, None, sources
        return Status.HELD, drawn, sources
    last = [e for e in past if e.on == past[-1].on]
    sources = tuple(sorted({e.source for e in last}))
    holders = sorted({e.holder for e in last})
    if len(holders) > 1:
        return Status.CONTESTED, None, sources
    return (Status.HELD, drawn, sources) if holders[0] == drawn else (Status.FREE, holders[0], sources)


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────────────


def around(places: Floats, reach_km: float) -> Any:
    """Give all ground within reach of a place, (n, 2) lon, lat."""
    cloud: Any = shapely.multipoints(places)
    return buffer_m(cloud, reach_km * 1000)


def _seeds(
    settlements: geopandas.GeoDataFrame, places: Floats, called: Sequence[str], region: Any
) -> tuple[list[str], Floats]:
    """Names and points of all settlements that own ground: those reported, and the gazetteer's others in the region."""
    points = shapely.get_coordinates(np.asarray(settlements.geometry.array))
    inside = shapely.intersects_xy(region, points[:, 0], points[:, 1]) if len(points) else np.zeros(0, bool)
    kept = points[inside]
    names = [str(n) for n, i in zip(settlements["name"], inside, strict=True) if i]
    both = np.vstack([places, kept])
    flat = _plane(both)
    mine, theirs = flat[: len(places)], flat[len(places) :]
    _, gap = _closest(theirs, mine)
    order = [i for i in range(len(kept)) if gap[i] > SAME_KM * 1000]
    seeds = np.vstack([places, kept[order]])
    _, first = np.unique(seeds, axis=0, return_index=True)
    first.sort()
    all_names = [*called, *(names[i] for i in order)]
    return [all_names[i] for i in first], seeds[first]


def _plane(points: Floats) -> Floats:
    """Points in metres of an azimuthal equidistant plane round their middle."""
    lon0, lat0 = (points.min(axis=0) + points.max(axis=0)) / 2
    return to_plane(points, float(lon0), float(lat0))


def _closest(points: Floats, targets: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Nearest target of each point of a plane, and how far it is."""
    if not len(points):
        return np.zeros(0, np.intp), np.zeros(0)
    goals = np.array([shapely.Point(t) for t in targets], dtype=object)
    starts = np.array([shapely.Point(p) for p in points], dtype=object)
    nearest = shapely.STRtree(goals).nearest(starts)
    return nearest, np.hypot(*(points - targets[nearest]).T)


def _nearest(points: Floats, places: Floats) -> tuple[NDArray[np.intp], Floats]:
    flat = _plane(np.vstack([points, places]))
    return _closest(flat[: len(points)], flat[len(points) :])


def thiessen(points: Floats, region: Any) -> NDArray[np.object_]:
    """Give each point its Thiessen cell within a region: all ground nearer to it than to any other point.

    Parameters
    ----------
    points
        (n, 2) lon, lat in degrees, no two the same.
    region
        Polygon or MultiPolygon, EPSG:4326.

    Returns
    -------
    ndarray of n polygons (MultiPolygons where the region cuts a cell in two), empty where a cell lies outside.
    """
    if len(points) == 1:
        return np.array([region], dtype=object)
    west, south, east, north = region.bounds
    lon0, lat0 = (west + east) / 2, (south + north) / 2
    plane = to_plane(points, lon0, lat0)
    ground = shapely.transform(region, lambda c: to_plane(c, lon0, lat0))
    if not ground.is_valid:
        ground = shapely.make_valid(ground, method="structure", keep_collapsed=False)
    frame = shapely.box(*ground.buffer(1000).bounds)
    cloud: Any = shapely.multipoints(plane)
    try:
        cells = shapely.get_parts(shapely.voronoi_polygons(cloud, extend_to=frame, ordered=True))
    except shapely.errors.GEOSException:
        # of places thousands of km apart, on a plane that holds for hundreds
        raise ControlError(
            f"no cells can be drawn around {len(points)} places from {south:.1f} to {north:.1f} N and {west:.1f} to "
            f"{east:.1f} E; expected settlements of one region. Is one misplaced? Give it lat and lon, or say --region"
        ) from None
    shapely.prepare(ground)
    inner = shapely.contains_properly(ground, cells)
    cut = np.where(inner, cells, shapely.intersection(cells, ground))
    back = shapely.transform(cut, lambda c: from_plane(c, lon0, lat0))
    return np.array([only_polygons(g) for g in back], dtype=object)
