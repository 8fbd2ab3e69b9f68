"""Control told settlement by settlement (as VIINA does): tables of place, date and status become dated maps.

Each place owns its Thiessen cell, from the table's makers where they give one (``*_tess.geojson``); cells of one status
are drawn as one ground. Free ground is left undrawn, as the map-makers do. A date on which no place changes its status
makes no map of its own.

VIINA's tables (github.com/zhukovyuri/VIINA, its README's "Territorial Control Data"), a year in each
``control_latest_YEAR.zip``: geonameid, date (YYYYMMDD), status_wiki, status_boost, status_dsm, status_isw, status (UA,
RU or CONTESTED, the majority's), vcontrol_version; 33,141 places a day, to which gn_UA_tess.geojson has cells by
``geonameid``. ``kontrol_latest_YEAR.zip`` and katotth_UA_tess.geojson have the same by ``kod``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.checks import check_coordinates, mend_or_refuse
from geomap.control.dates import date_of
from geomap.control.events import around, thiessen
from geomap.control.files import LARGEST, layers, member, open_zip, unpacked
from geomap.control.maps import Reading, with_licence
from geomap.control.rules import Rules
from geomap.errors import ControlError
from geomap.files import broken_zip
from geomap.models import Provenance, Status

if TYPE_CHECKING:
    import geopandas
    import pandas

REACH_KM = 15.0
"""Without a region a cell ends this far from its place: villages stand 3-8 km apart, beyond lies no settlement."""
PLACE = ("geonameid", "geoname_id", "kod", "id", "place_id")
"""Columns, and properties of a tessellation, that hold a place's id, best first; bare numbers are GeoNames' ids."""
ABOUT_DEG = 0.5
"""Coast and border towns may lie outside a drawn region, by less than this."""
DRAWN = (Status.HELD, Status.CONTESTED, Status.UNKNOWN)
MISSING = {"", "na", "n/a", "nan", "null", "none"}
"""What stands where a source says nothing of a place: R and Python write these. Such a place is not drawn that day."""
POINTER = b"version https://git-lfs"
"""First bytes of what Git keeps in place of a large file."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of place, day and status, each as a number into the lists."""

    provenance: Provenance
    days: list[datetime]
    places: list[str]
    statuses: list[str]
    day: NDArray[np.intp]
    place: NDArray[np.intp]
    status: NDArray[np.intp]
    points: dict[str, tuple[float, float]] | None

    @property
    def where(self) -> str:
        """Its path, for errors."""
        return self.provenance.path or self.provenance.name


def is_table(path: Path) -> bool:
    """Whether a file is a table of statuses: .csv, .csv.gz, or a .zip that holds a .csv."""
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz")):
        return True
    if not name.endswith(".zip") or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            if file.read(len(POINTER)) == POINTER:
                return True  # refused with the reason when it is read
        with zipfile.ZipFile(path) as archive:
            return bool(_members(archive))
    except broken_zip():
        return False


def is_tessellation(path: Path) -> bool:
    """Whether a file holds the cells of a table's places, by its name: gn_UA_tess.geojson."""
    name = path.name.lower().removesuffix(".gz").removesuffix(".zip")
    return name.endswith((".geojson", ".json", ".gpkg", ".parquet")) and "tess" in name


def has_tables(path: Path | Sequence[Path]) -> bool:
    """Whether any file of a path, or of its folder, is a table of statuses."""
    given = [path] if isinstance(path, Path) else list(path)
    return any(is_table(f) for p in given for f in (p.iterdir() if p.is_dir() else [p]))


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    names = [i for i in archive.infolist() if i.filename.lower().endswith(".csv")]
    return [
        i for i in names if not i.filename.startswith("__MACOSX/") and not i.filename.split("/")[-1].startswith(".")
    ]


def read_statuses(
    files: Sequence[Path],
    settlements: geopandas.GeoDataFrame | None,
    region: Any,
    rules: Rules,
    *,
    tessellations: Sequence[Path] = (),
    repair: bool = False,
    notes: list[str] | None = None,
) -> Iterator[Reading]:
    """Read tables of place, date and status as maps in order of time.

    Parameters
    ----------
    files
        CSV with a date column (``rules.date_property``), a status column (the first of ``rules.properties`` that it
        has) and either lat and lon or a place's id.
    settlements
        Columns id ("geonames:ID") and geometry, for tables without lat and lon.
    region
        Geometry to fill; None: all ground within ``REACH_KM`` of a place.
    tessellations
        Files of cells by place id: these are taken as they are, ``settlements`` and ``region`` are not needed.
    repair
        Mend broken cells.
    notes
        Takes a line on places that could not be drawn.

    Raises
    ------
    ControlError
        A column is missing, a status is unknown, a date cannot be read, a cell is broken, or fewer than half of the
        places are known.
    """
    key = rules.date_property or "date"
    tables = sorted((_table(f, rules, key) for f in files), key=lambda table: table.days[0])
    if tessellations:
        index, cells = _drawn_cells(tables, tessellations, repair, notes)
    else:
        index, points = _places(tables, settlements, notes)
        if region is not None:
            _within(points, region, tables[0].where)
        cells = thiessen(points, region if region is not None else around(points, REACH_KM))
    current = np.full(len(index), "", dtype=object)
    last: NDArray[Any] | None = None
    for table in tables:
        where = np.array([index.get(p, -1) for p in table.places], dtype=np.intp)[table.place]
        words = np.array(table.statuses, dtype=object)[table.status]
        order = np.argsort(table.day, kind="stable")
        ends = np.searchsorted(table.day[order], np.arange(len(table.days) + 1))
        for k, day in enumerate(table.days):
            rows = order[ends[k] : ends[k + 1]]
            rows = rows[where[rows] >= 0]
            current[where[rows]] = words[rows]
            if last is not None and (current == last).all():
                continue
            last = current.copy()
            yield _drawn(cells, current, day, with_licence(table.provenance, rules), rules)


def _within(points: NDArray[np.float64], region: Any, where: str) -> None:
    """Refuse tables most of whose places do not lie about the region that they are to fill."""
    west, south, east, north = region.bounds
    lon, lat = points.T
    inside = (lon > west - ABOUT_DEG) & (lon < east + ABOUT_DEG) & (lat > south - ABOUT_DEG) & (lat < north + ABOUT_DEG)
    outside = len(points) - int(inside.sum())
    if 2 * outside > len(points):
        raise ControlError(
            f"{where}: {outside:,} of its {len(points):,} places lie outside the region that its rules name; are lat "
            "and lon swapped, or is it of another country? Give a rule file with region"
        )


def _drawn(cells: Any, current: NDArray[Any], as_of: datetime, provenance: Provenance, rules: Rules) -> Reading:
    shapes, statuses = [], []
    for status in DRAWN:
        mine = cells[current == str(status)]
        mine = mine[~shapely.is_empty(mine)]
        if len(mine):
            whole = shapely.coverage_union_all(mine)
            # cells that overlap or leave gaps are no coverage
            shapes.append(whole if shapely.is_valid(whole) else shapely.union_all(mine))
            statuses.append(str(status))
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return Reading(
        as_of=as_of,
        where=provenance.path or provenance.name,
        shapes=array,
        statuses=np.array(statuses, dtype=np.str_),
        holders=tuple(rules.holder for _ in shapes),
        names=tuple(None for _ in shapes),
        provenance=provenance,
        dropped=(),
        ignored=(),
        repaired=(),
    )


def _when(day: str, where: str) -> datetime:
    on = date_of(day, where, "date").date()
    return datetime(on.year, on.month, on.day, tzinfo=UTC)


def _table(path: Path, rules: Rules, key: str) -> Table:
    """Read the columns that are needed: a year of VIINA has ten million rows."""
    import pandas

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ControlError(f"{path}: cannot read it: {error.strerror or error}") from error
    if data.startswith(POINTER):
        raise ControlError(f"{path}: a Git LFS pointer, not the table; fetch the file itself (git lfs pull)")
    provenance = Provenance(name=path.name, path=str(path), sha256=hashlib.sha256(data).hexdigest())
    text = _csv(path, data)
    try:
        header = [str(c) for c in pandas.read_csv(io.BytesIO(text), nrows=0, dtype="str").columns]
        names = {c.strip().casefold(): c for c in reversed(header)}
        status = next((p for p in rules.properties if p.casefold() in names), None)
        place = next((p for p in PLACE if p in names), None)
        located = "lat" in names and "lon" in names
        if status is None or key.casefold() not in names or (place is None and not located):
            raise ControlError(
                f"{path}: columns are {', '.join(header[:8])}; expected {key}, {' or '.join(rules.properties)}, and "
                "geonameid, kod, or lat and lon"
            )
        day, status = names[key.casefold()], names[status.casefold()]
        wanted = [day, status, *([names[place]] if place else []), *([names["lat"], names["lon"]] if located else [])]
        frame = pandas.read_csv(
            io.BytesIO(text), usecols=list(dict.fromkeys(wanted)), dtype="category", keep_default_na=False
        )
    except (ValueError, UnicodeDecodeError, pandas.errors.ParserError) as error:
        raise ControlError(f"{path}: no CSV table: {str(error).splitlines()[0]}") from error
    frame = _without_blank_rows(frame)
    if frame.empty:
        raise ControlError(f"{path}: no CSV table: it has no rows")
    classes = [
        "" if w.strip().casefold() in MISSING else rules.classify(w) for w in map(str, frame[status].cat.categories)
    ]
    for word, found in zip(frame[status].cat.categories, classes, strict=True):
        if found is None:
            raise ControlError(
                f"{path}: status {str(word)[:40]!r}, which no class of {rules.name} knows; add a rule file"
            )
    points: dict[str, tuple[float, float]] | None = None
    if located:
        lat, lon = (_degrees(frame[names[c]], c, most, path) for c, most in (("lat", 90.0), ("lon", 180.0)))
        label = (
            frame[names[place]] if place else frame[names["lat"]].astype(str) + " " + frame[names["lon"]].astype(str)
        )
        label = label.astype("category")
        first = np.unique(label.cat.codes.to_numpy(), return_index=True)
        points = {
            _id(label.cat.categories[code]): (float(lon[row]), float(lat[row]))
            for code, row in zip(*first, strict=True)
        }
    else:
        label = frame[names[str(place)]]
    labels = [str(v) for v in frame[day].cat.categories]
    dates = [_when(v, str(path)) for v in labels]
    days = sorted(set(dates))
    rank = {d: k for k, d in enumerate(days)}
    return Table(
        provenance=provenance,
        days=days,
        places=[_id(v) for v in label.cat.categories],
        statuses=[c if isinstance(c, str) else str(c.status) for c in classes if c is not None],
        day=np.array([rank[d] for d in dates], dtype=np.intp)[frame[day].cat.codes.to_numpy()],
        place=label.cat.codes.to_numpy().astype(np.intp),
        status=frame[status].cat.codes.to_numpy().astype(np.intp),
        points=points,
    )


def _without_blank_rows(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Rows of which anything is known: spreadsheets leave rows of commas."""
    blank = np.ones(len(frame), dtype=bool)
    for name in frame.columns:
        column = frame[name].cat
        nothing = np.array([*(str(v).strip().casefold() in MISSING for v in column.categories), True])
        blank &= nothing[column.codes.to_numpy()]
    if not blank.any():
        return frame
    kept = frame[~blank]
    return kept.assign(**{str(name): kept[name].cat.remove_unused_categories() for name in kept.columns})


def _id(value: Any) -> str:
    """A place's id as text; whole numbers without a point, however they were stored."""
    text = str(value).strip()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text


def _degrees(column: Any, name: str, most: float, path: Path) -> NDArray[np.float64]:
    import pandas

    text = column.astype(str).str.strip()
    if text.str.contains(",", regex=False).any():
        text = text.str.replace(r"^([+-]?\d{1,3}),(\d+)$", r"\1.\2", regex=True)
    found: NDArray[np.float64] = pandas.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    wrong = np.flatnonzero(~(np.abs(found) <= most))
    if len(wrong):
        raise ControlError(
            f"{path}:{wrong[0] + 2}: {name} is {str(column.iloc[wrong[0]])[:30]!r}; expected degrees up to "
            f"{most:g}; are they swapped?"
        )
    return found


def _csv(path: Path, data: bytes) -> bytes:
    """The text of a table, unpacked."""
    if not path.name.lower().endswith(".zip"):
        return unpacked(data, str(path))
    with open_zip(data, str(path)) as archive:
        found = _members(archive)
        if len(found) != 1 or found[0].file_size > LARGEST:
            raise ControlError(f"{path}: holds {len(found)} tables; expected one .csv of at most {LARGEST >> 20} MB")
        return member(archive, found[0], f"{path}:{found[0].filename}")


def _drawn_cells(
    tables: Sequence[Table], files: Sequence[Path], repair: bool, notes: list[str] | None
) -> tuple[dict[str, int], NDArray[np.object_]]:
    """Cells of the tables' places as a file of theirs draws them."""
    cells: dict[str, list[Any]] = {}
    for file in files:
        for layer in layers(file):
            check_coordinates(layer)
            mended = mend_or_refuse(layer.shapes, layer.rows, layer.where, repair)
            if notes is not None:
                notes += [*mended, *layer.told]
            key = next((p for p in PLACE if p in layer.keys), None)
            if key is None:
                raise ControlError(
                    f"{layer.where}: its cells have {', '.join(sorted(layer.keys)[:8])}; expected geonameid or kod"
                )
            for shape, properties in zip(layer.shapes, layer.properties, strict=True):
                cells.setdefault(_id(properties.get(key)), []).append(shape)
    places = list(dict.fromkeys(p for table in tables for p in table.places))
    known = [p for p in places if p in cells]
    _enough(tables, len(known), len(places) - len(known), "cells in " + ", ".join(f.name for f in files), notes)
    out = np.empty(len(known), dtype=object)
    out[:] = [cells[p][0] if len(cells[p]) == 1 else shapely.union_all(cells[p]) for p in known]
    return {p: i for i, p in enumerate(known)}, out


def _enough(tables: Sequence[Table], found: int, missing: int, what: str, notes: list[str] | None) -> None:
    """Refuse tables most of whose places cannot be drawn; note how many cannot."""
    if found < 2 or missing > found:
        raise ControlError(
            f"{tables[0].where}: {missing:,} of its places are not among the {what}, {found:,} are; expected most. Put "
            "the makers' cells beside it (VIINA: gn_UA_tess.geojson, katotth_UA_tess.geojson) and give the folder, or "
            "add lat and lon columns"
        )
    if missing and notes is not None:
        notes.append(
            f"{tables[0].where}: {missing:,} of {found + missing:,} places are not among the {what}: not drawn"
        )


def _places(
    tables: Sequence[Table], settlements: geopandas.GeoDataFrame | None, notes: list[str] | None
) -> tuple[dict[str, int], NDArray[np.float64]]:
    """Places of all tables with their points; those that are not known are left out, half of them at most."""
    found: dict[str, tuple[float, float]] = {}
    known: dict[str, Any] = {}
    if settlements is not None:
        points = shapely.get_coordinates(np.asarray(settlements.geometry.array))
        known = dict(zip((str(i) for i in settlements["id"]), points.tolist(), strict=True))
    missing: Counter[str] = Counter()
    for table in tables:
        if table.points is not None:
            found |= table.points
            continue
        if settlements is None:
            raise ControlError(f"{table.where}: has no lat and lon; expected the gazetteer's settlements beside it")
        for place in table.places:
            at = known.get(place) or known.get(f"geonames:{place}")
            if at is None:
                missing[place] += 1
            else:
                found[place] = (at[0], at[1])
    _enough(tables, len(found), len(missing), "gazetteer's settlements", notes)
    # two records of one point share a cell: the later one is moved by a metre
    spots: set[tuple[float, float]] = set()
    for place, (lon, lat) in found.items():
        while (lon, lat) in spots:
            lon += 1e-5
        spots.add((lon, lat))
        found[place] = (lon, lat)
    return {p: i for i, p in enumerate(found)}, np.array(list(found.values()))
