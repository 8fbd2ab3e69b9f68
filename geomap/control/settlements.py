"""Control told settlement by settlement (as VIINA does): tables of place, date and status become dated maps.

Each place owns its Thiessen cell; cells of one status are drawn as one ground. Free ground is left undrawn, as the
map-makers do. A date on which no place changes its status makes no map of its own.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.events import around, thiessen
from geomap.control.files import LARGEST, unpacked
from geomap.control.reading import Reading, find_date, with_licence
from geomap.control.rules import VIINA, Rules
from geomap.errors import ControlError
from geomap.models import Provenance, Status

if TYPE_CHECKING:
    import geopandas
    import pandas

REACH_KM = 15.0
"""Without a region a cell ends this far from its place: villages stand 3-8 km apart, beyond lies no settlement."""
PLACE = ("geonameid", "geoname_id", "id", "place_id")
"""Columns that hold a place's id, best first; bare numbers are GeoNames' ids."""
DRAWN = (Status.HELD, Status.CONTESTED, Status.UNKNOWN)


def is_table(path: Path) -> bool:
    """Whether a file is a table of statuses: .csv, .csv.gz, or a .zip that holds a .csv."""
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz")):
        return True
    if not name.endswith(".zip") or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(n.lower().endswith(".csv") for n in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def read_statuses(
    files: Sequence[Path],
    settlements: geopandas.GeoDataFrame | None,
    region: Any = None,
    rules: Rules = VIINA,
) -> Iterator[Reading]:
    """Read tables of place, date and status as maps in order of time.

    Parameters
    ----------
    files
        CSV with a date column (``rules.date_property``), a status column (one of ``rules.properties``) and either lat
        and lon or a place's id.
    settlements
        Columns id ("geonames:ID") and geometry, for tables without lat and lon.
    region
        Geometry to fill; None: all ground within ``REACH_KM`` of a place.

    Raises
    ------
    ControlError
        A column is missing, a status is unknown, a date cannot be read, or fewer than half of the places are known.
    """
    key = rules.date_property or "date"
    tables = [_table(f, rules, key) for f in files]
    ids, points = _places(tables, settlements)
    cells = thiessen(points, region if region is not None else around(points, REACH_KM))
    current = np.full(len(ids), "", dtype=object)
    last: NDArray[Any] | None = None
    for table, provenance in sorted(tables, key=lambda pair: str(pair[0][key].min())):
        for day, rows in table.groupby(key, sort=True):
            known = rows[rows["place"].isin(ids)]
            current[[ids[p] for p in known["place"]]] = known["status"].to_numpy()
            if last is not None and (current == last).all():
                continue
            last = current.copy()
            yield _drawn(cells, current, _when(day, provenance), with_licence(provenance, rules), rules)


def _drawn(cells: Any, current: NDArray[Any], as_of: datetime, provenance: Provenance, rules: Rules) -> Reading:
    shapes, statuses = [], []
    for status in DRAWN:
        mine = cells[current == str(status)]
        mine = mine[~shapely.is_empty(mine)]
        if len(mine):
            shapes.append(shapely.coverage_union_all(mine))
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


def _when(day: Any, provenance: Provenance) -> datetime:
    found = find_date(str(day))
    if found is None:
        raise ControlError(f"{provenance.path}: date is {str(day)[:30]!r}; expected 2022-09-10 or 20220910")
    on: date = found.date()
    return datetime(on.year, on.month, on.day, tzinfo=UTC)


def _table(path: Path, rules: Rules, key: str) -> tuple[pandas.DataFrame, Provenance]:
    """Columns place, date, status (geomap's words) and, where given, lat and lon."""
    import pandas

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ControlError(f"{path}: cannot read it: {error.strerror or error}") from error
    provenance = Provenance(name=path.name, path=str(path), sha256=hashlib.sha256(data).hexdigest())
    try:
        frame = pandas.read_csv(io.BytesIO(_csv(path, data)), dtype="str", keep_default_na=False)
    except (ValueError, UnicodeDecodeError, pandas.errors.ParserError) as error:
        raise ControlError(f"{path}: no CSV table: {str(error).splitlines()[0]}") from error
    frame.columns = [str(c).strip().casefold() for c in frame.columns]
    status = next((p for p in rules.properties if p in frame), None)
    place = next((p for p in PLACE if p in frame), None)
    located = "lat" in frame and "lon" in frame
    if status is None or key not in frame or (place is None and not located):
        raise ControlError(
            f"{path}: columns are {', '.join(frame.columns[:8])}; expected {key}, {' or '.join(rules.properties)}, and "
            "geonameid or lat and lon"
        )
    words = {w: rules.classify(w) for w in frame[status].unique()}
    unknown = sorted(w for w, c in words.items() if c is None and w.strip())
    if unknown:
        raise ControlError(f"{path}: status {unknown[0][:40]!r}, which no class of {rules.name} knows; add a rule file")
    out = pandas.DataFrame(
        {
            key: frame[key],
            "status": frame[status].map({w: "" if c is None else str(c.status) for w, c in words.items()}),
            "place": frame[place] if place is not None else frame["lat"] + " " + frame["lon"],
        }
    )
    if located:
        for column, most in (("lat", 90.0), ("lon", 180.0)):
            out[column] = pandas.to_numeric(frame[column], errors="coerce")
            wrong = np.flatnonzero(~(out[column].abs() <= most))
            if len(wrong):
                raise ControlError(
                    f"{path}:{wrong[0] + 2}: {column} is {frame[column].iloc[wrong[0]][:30]!r}; expected degrees up to "
                    f"{most:g}; are they swapped?"
                )
    return out, provenance


def _csv(path: Path, data: bytes) -> bytes:
    """The text of a table, unpacked."""
    if not path.name.lower().endswith(".zip"):
        return unpacked(data, str(path))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [i for i in archive.infolist() if i.filename.lower().endswith(".csv")]
        if len(found) != 1 or found[0].file_size > LARGEST:
            raise ControlError(f"{path}: holds {len(found)} tables; expected one .csv of at most {LARGEST >> 20} MB")
        return archive.read(found[0])


def _places(
    tables: Sequence[tuple[pandas.DataFrame, Provenance]], settlements: geopandas.GeoDataFrame | None
) -> tuple[dict[str, int], NDArray[np.float64]]:
    """Places of all tables with their points; those that are not known are left out, half of them at most."""
    found: dict[str, tuple[float, float]] = {}
    known: dict[str, Any] = {}
    if settlements is not None:
        points = shapely.get_coordinates(np.asarray(settlements.geometry.array))
        known = dict(zip((str(i) for i in settlements["id"]), points.tolist(), strict=True))
    missing = 0
    for table, provenance in tables:
        if "lat" in table:
            first = table.drop_duplicates("place")
            found |= dict(zip(first["place"], zip(first["lon"], first["lat"], strict=True), strict=True))
            continue
        if settlements is None:
            raise ControlError(f"{provenance.path}: has no lat and lon; expected the gazetteer's settlements beside it")
        for place in table["place"].unique():
            at = known.get(place) or known.get(f"geonames:{place}")
            if at is None:
                missing += 1
            else:
                found[place] = (at[0], at[1])
    if len(found) < 2 or missing > len(found):
        raise ControlError(
            f"{tables[0][1].path}: {missing} of its places are not in the gazetteer, {len(found)} are; expected most; "
            "add lat and lon columns"
        )
    # two records of one point share a cell: the later one is moved by a metre
    spots: set[tuple[float, float]] = set()
    for place, (lon, lat) in found.items():
        while (lon, lat) in spots:
            lon += 1e-5
        spots.add((lon, lat))
        found[place] = (lon, lat)
    return {p: i for i, p in enumerate(found)}, np.array(list(found.values()))
