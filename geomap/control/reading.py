"""Read control maps: whole, or refused with the reason; dated by name or property; units never kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.edges import MAPS
from geomap.control.faces import Rest
from geomap.control.files import SUFFIXES, Layer, find_files, layers, stem
from geomap.control.rules import DATE, OUTSIDE, PRESETS, VIINA, Rules, guess, preset_named, read_rules
from geomap.control.validity import Validity
from geomap.errors import ControlError, UnknownMapError
from geomap.geodesy import area
from geomap.models import ControlSeries, Provenance, Snapshot, Status

if TYPE_CHECKING:
    import geopandas

Paths = Path | str | Sequence[Path | str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A map with its classes, before it becomes a frame: a series of thousands needs no frame."""

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


def read_control(
    path: Paths,
    *,
    name: str | None = None,
    rules: Rules | Path | str | None = None,
    preset: str | None = None,
    repair: bool = False,
    settlements: geopandas.GeoDataFrame | None = None,
    region: Any = None,
) -> ControlSeries:
    """Read the control maps of one source, in time order.

    Parameters
    ----------
    path
        A file, a folder (searched without its subfolders), or a list of either: GeoJSON (.geojson, .json, also .gz),
        GeoPackage, GeoParquet, shapefile, or a .zip of those. A layer or a date property may hold a date each.
    name
        What the source is called on pages; else the rules' name.
    rules
        A rule file (see ``read_rules``) or rules. Without, ``preset`` ("deepstate", "viina"), else what the names and
        properties show.
    repair
        Mend broken rings (GEOS ``make_valid``, method "structure") and list them in ``Snapshot.repaired``. Without, a
        broken ring is an error: mending may invent ground.
    settlements, region
        For tables of statuses (VIINA's .csv, also .gz or .zip) without a ``*_tess.geojson`` beside them: the
        gazetteer's settlements (id, geometry), and the ground that their Thiessen cells fill.

    Returns
    -------
    ControlSeries
        Snapshots with frames in EPSG:4326, columns geometry, status, holder, name. Points and lines (units, positions,
        attacks) are dropped and counted; polygons outside the rules' extent or of class "outside" are listed in
        ``ignored``.

    Raises
    ------
    ControlError
        Nothing to read, an unreadable or undated file, an unknown class, a broken ring, coordinates that are not
        longitude and latitude, two different maps of one time.
    """
    notes: list[str] = []
    used: Rules
    tables, tessellations = _tables(path)
    if tables:
        from geomap.control.settlements import read_statuses

        used = _chosen(rules, preset) or VIINA
        readings = list(
            read_statuses(tables, settlements, region, used, tessellations=tessellations, repair=repair, notes=notes)
        )
    else:
        pairs = list(read_maps(path, rules=rules, preset=preset, repair=repair, notes=notes))
        readings, used = [r for r, _ in pairs], pairs[-1][1]
    snapshots = tuple(r.snapshot() for r in readings)
    called = name or used.name
    return ControlSeries(
        name=called,
        snapshots=snapshots,
        provenance=Provenance(
            name=called,
            path=str(path) if isinstance(path, str | Path) else None,
            sha256=hashlib.sha256("".join(s.provenance.sha256 or "" for s in snapshots).encode()).hexdigest(),
            licence=used.licence,
            attribution=used.attribution,
            url=used.url,
        ),
        holder=used.holder,
        gaps=gaps([s.as_of for s in snapshots]),
        notes=tuple(notes),
    )


def read_maps(
    path: Paths,
    *,
    rules: Rules | Path | str | None = None,
    preset: str | None = None,
    repair: bool = False,
    notes: list[str] | None = None,
) -> Iterator[tuple[Reading, Rules]]:
    """Read maps one after the other in order of time, as ``read_control`` does.

    Files whose names hold their dates are read as they are asked for: memory does not grow with their number.
    ``notes`` takes a line for each map that was given twice.
    """
    chosen = _chosen(rules, preset)
    last: Reading | None = None
    for reading, used in _in_order(list(find_files(path)), chosen, repair):
        if last is not None and last.as_of == reading.as_of:
            if not _same(last, reading):
                raise ControlError(
                    f"{reading.where}: another map of {reading.as_of:%Y-%m-%d %H:%M} than {last.where}; "
                    "expected one map a time; give them times, or read them as two sources"
                )
            if notes is not None:
                notes.append(f"{reading.where}: the same map as {last.where}, read once")
            continue
        last = reading
        yield reading, used
    if last is None:
        raise ControlError(f"{path}: found no control map; expected {', '.join(SUFFIXES)}, .gz or .zip")


def _chosen(rules: Rules | Path | str | None, preset: str | None) -> Rules | None:
    """Rules as given: themselves, a file of them, or a preset's."""
    if isinstance(rules, Rules):
        return rules
    if rules is not None:
        return read_rules(rules)
    return None if preset is None else preset_named(preset)


def _tables(path: Paths) -> tuple[list[Path], list[Path]]:
    """Tables of statuses, where a path holds nothing else but the cells of their places; and these."""
    from geomap.control.settlements import is_table, is_tessellation

    given = [Path(path)] if isinstance(path, str | Path) else [Path(p) for p in path]
    listed = [f for p in given for f in (sorted(p.iterdir()) if p.is_dir() else [p])]
    found = [f for f in listed if is_table(f)]
    cells = [f for f in listed if is_tessellation(f)]
    other = [f for f in listed if f.is_file() and f not in found and f not in cells and not f.name.startswith(".")]
    return ([], []) if not found or other else (found, cells)


def _in_order(files: list[Path], chosen: Rules | None, repair: bool) -> Iterator[tuple[Reading, Rules]]:
    """Readings of all files, earliest first."""
    dates = {f: find_date(stem(f.name)) for f in files}
    by_property = chosen is not None and chosen.date_property is not None
    one_map_each = all(f.name.lower().removesuffix(".gz").endswith("json") for f in files)
    dated = [(t, str(f), f) for f, t in dates.items() if t is not None]
    if by_property or not one_map_each or len(dated) < len(files):
        yield from sorted(_all(files, chosen, repair), key=lambda pair: (pair[0].as_of, pair[0].where))
    else:
        yield from _all([f for _, _, f in sorted(dated)], chosen, repair)


def _all(files: Iterable[Path], chosen: Rules | None, repair: bool) -> Iterator[tuple[Reading, Rules]]:
    """Readings of files as they come, checked some at a time."""
    validity = Validity()
    group: list[tuple[Layer, datetime, Rules]] = []
    for part in _parts(files, chosen):
        group.append(part)
        if len(group) == MAPS:
            yield from _checked(group, validity, repair)
            group = []
    yield from _checked(group, validity, repair)


def _checked(
    group: Sequence[tuple[Layer, datetime, Rules]], validity: Validity, repair: bool
) -> Iterator[tuple[Reading, Rules]]:
    # one shape a map: those follow each other in time, and most of one is in the next
    alone = [i for i, (layer, _, _) in enumerate(group) if len(layer.shapes) == 1]
    sound, rests = validity.check([group[i][0].shapes[0] for i in alone])
    known = dict(zip(alone, zip(sound, rests, strict=True), strict=True))
    for i, (layer, as_of, used) in enumerate(group):
        valid, rest = known.get(i, (False, None))
        reading = _reading(layer, as_of, used, repair, valid)
        yield (replace(reading, rest=rest) if valid and rest is not None else reading), used


def _parts(files: Iterable[Path], chosen: Rules | None) -> Iterator[tuple[Layer, datetime, Rules]]:
    name: str | None = None
    for file in files:
        for layer in _with_ground(file):
            used = chosen or _guessed(layer)
            if name not in (None, used.name):
                raise ControlError(f"{layer.where}: reads as {used.name}, the files before as {name}; read them apart")
            name = used.name
            for as_of, part in _dated(layer, used):
                yield part, as_of, used


def _with_ground(file: Path) -> list[Layer]:
    """The layers of a file that hold polygons; what is dropped of others (units, arrows) counts with the first."""
    found = list(layers(file))
    drawn = [layer for layer in found if len(layer.shapes)]
    if not drawn:
        raise ControlError(
            f"{file}: holds no polygon; expected control polygons; where nothing is held, draw the free ground"
        )
    for layer in found:
        if not len(layer.shapes):
            drawn[0].dropped.update(layer.dropped)
    return drawn


def gaps(times: Sequence[datetime]) -> tuple[tuple[date, date], ...]:
    """Pairs of neighbouring dates further apart than the series' own step (its median, at least a day) allows."""
    days = sorted({t.date() for t in times})
    steps = [(b - a).days for a, b in pairwise(days)]
    usual = max(1, sorted(steps)[(len(steps) - 1) // 2]) if steps else 1
    # a weekly map that comes a day late is no gap
    return tuple((a, b) for a, b in pairwise(days) if (b - a).days > usual * 1.5)


# ── dates, classes, checks ───────────────────────────────────────────────────────────────────────────────────


def find_date(text: str) -> datetime | None:
    """Find the date and time (UTC) that a name holds; a date alone is its first minute."""
    for m in DATE.finditer(text):
        g = m.groups()
        try:
            if g[12]:
                return datetime.fromtimestamp(int(g[12]), tz=UTC)
            year, month, day, hour, minute, second = (int(v or 0) for v in (g[:6] if g[0] else g[6:12]))
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
    return None


def _dated(layer: Layer, rules: Rules) -> Iterator[tuple[datetime, Layer]]:
    """The maps in a layer with their times: by the rules' date property, the layer's name or the file's."""
    key = rules.date_property
    if key is not None and key in layer.keys:
        times = [_date_of(p.get(key), f"{layer.where}: feature {r}", key)
                 for p, r in zip(layer.properties, layer.rows, strict=True)]  # fmt: skip
        for time in sorted(set(times)):
            yield time, _rows(layer, [i for i, t in enumerate(times) if t == time])
        return
    found = find_date(layer.label) or find_date(stem(layer.where.rsplit(":", 1)[-1] if ".zip:" in layer.where
                                                      else layer.provenance.name))  # fmt: skip
    if found is None:
        raise UnknownMapError(
            f"{layer.where}: no date in its name; expected one such as 2022-09-10 or 2022-09-10T0929Z, "
            "or date_property in a rule file"
        )
    yield found, layer


def _date_of(value: Any, where: str, key: str) -> datetime:
    if isinstance(value, datetime) and value == value:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    if isinstance(value, date) and value == value:
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    found = find_date(str(value))
    if found is None:
        raise ControlError(f"{where}: {key} is {str(value)[:40]!r}; expected a date such as 2022-09-10")
    return found


def _rows(layer: Layer, keep: list[int]) -> Layer:
    return Layer(
        layer.where, layer.shapes[keep], [layer.rows[i] for i in keep], layer.provenance, layer.keys,
        [layer.properties[i] for i in keep], layer.dropped, layer.label,
    )  # fmt: skip


def _guessed(layer: Layer) -> Rules:
    names = {str(p["name"]) for p in layer.properties if p.get("name") is not None}
    rules = guess(names, layer.keys)
    if rules is None:
        raise UnknownMapError(
            f"{layer.where}: no preset fits its properties ({', '.join(sorted(map(str, layer.keys))[:8])}); "
            f"give a rule file, or one of the presets {', '.join(PRESETS)}"
        )
    return rules


def _name_of(properties: dict[str, Any], rules: Rules) -> str | None:
    for key in rules.properties:
        value = properties.get(key)
        if value is not None and value == value:
            return str(value)
    return None


def _reading(layer: Layer, as_of: datetime, rules: Rules, repair: bool, valid: bool) -> Reading:
    """Classes, extent and validity of one map's polygons, ``valid`` where they are known to be."""
    names = [_name_of(p, rules) for p in layer.properties]
    shapes = layer.shapes
    outside = check_coordinates(shapes, layer, rules)
    found = [rules.classify(n) for n in names]
    ignored: list[str] = []
    keep: list[int] = []
    for i, (name, cls) in enumerate(zip(names, found, strict=True)):
        if outside[i] or (cls is not None and cls.status == OUTSIDE):
            ignored.append(_ignored(shapes[i], name, "outside the map's extent" if outside[i] else "not this ground"))
        elif cls is None:
            raise ControlError(
                f"{layer.where}: feature {layer.rows[i]} is called {str(name)[:60]!r}, which no class of {rules.name} "
                "knows; add the word to a rule file (held, contested, unknown, free or outside)"
            )
        else:
            keep.append(i)
    kept = shapes[keep]
    repaired = [] if valid else mend_or_refuse(kept, [layer.rows[i] for i in keep], layer.where, repair)
    classes = [c for c in (found[i] for i in keep) if c is not None]
    return Reading(
        as_of=as_of,
        where=layer.where,
        shapes=kept,
        statuses=np.array([str(c.status) for c in classes], dtype=np.str_),
        holders=tuple(c.holder if c.holder or c.status == Status.FREE else rules.holder for c in classes),
        names=tuple(" ".join((names[i] or "").split()) or None for i in keep),
        provenance=with_licence(layer.provenance, rules),
        dropped=tuple(sorted(layer.dropped.items())),
        ignored=tuple(ignored),
        repaired=tuple(repaired),
    )


def with_licence(p: Provenance, rules: Rules) -> Provenance:
    """Provenance of a file with the licence, attribution and address of its source."""
    return Provenance(name=p.name, path=p.path, sha256=p.sha256, licence=rules.licence,
                      attribution=rules.attribution, url=rules.url)  # fmt: skip


def _ignored(polygon: Any, name: str | None, why: str) -> str:
    x, y = shapely.get_coordinates(shapely.centroid(polygon))[0]
    called = " ".join((name or "a polygon without a name").split())[:80]
    return f"{called}: {float(area(polygon)[0]) / 1e6:,.0f} km² at {y:.1f} N, {x:.1f} E, {why}"


def check_coordinates(shapes: NDArray[np.object_], layer: Layer, rules: Rules | None = None) -> NDArray[np.bool_]:
    """Check that positions can be longitudes and latitudes; say which shapes share no ground with the rules' extent."""
    b = shapely.bounds(shapes).reshape(-1, 4)
    wrong = np.flatnonzero(~((b[:, 1] >= -90) & (b[:, 3] <= 90) & (b[:, 0] >= -360) & (b[:, 2] <= 360)))
    if len(wrong):
        i = int(wrong[0])
        raise ControlError(
            f"{layer.where}: feature {layer.rows[i]} spans x {b[i, 0]:.6g} to {b[i, 2]:.6g}, y {b[i, 1]:.6g} to "
            f"{b[i, 3]:.6g}; expected longitude and latitude in degrees; is it in another CRS, or are they swapped?"
        )
    if rules is None or rules.extent is None:
        return np.zeros(len(shapes), bool)
    west, south, east, north = rules.extent
    outside = (b[:, 2] < west) | (b[:, 0] > east) | (b[:, 3] < south) | (b[:, 1] > north)
    if len(shapes) and outside.all():
        raise ControlError(
            f"{layer.where}: all of it lies at lon {b[:, 0].min():.1f} to {b[:, 2].max():.1f}, lat "
            f"{b[:, 1].min():.1f} to {b[:, 3].max():.1f}; expected lon {west:g} to {east:g}, lat {south:g} to "
            f"{north:g} for {rules.name}; are they swapped?"
        )
    return np.asarray(outside)


def mend_or_refuse(shapes: NDArray[np.object_], rows: list[int], where: str, repair: bool) -> list[str]:
    """Mend invalid shapes in place and say which, or refuse them."""
    said: list[str] = []
    for i in np.flatnonzero(~shapely.is_valid(shapes)):
        reason = f"feature {rows[i]}: {shapely.is_valid_reason(shapes[i])}"
        if not repair:
            raise ControlError(
                f"{where}: {reason} (lon lat); expected rings that do not cross themselves; "
                "mend the map, or pass --repair"
            )
        before = float(area(shapes[i])[0])
        mended = shapely.make_valid(shapes[i], method="structure", keep_collapsed=False)
        shapes[i] = mended
        after = float(area(mended)[0])
        said.append(f"{reason}; mended, {before / 1e6:,.2f} km² became {after / 1e6:,.2f} km²")
    return said


def _same(first: Reading, second: Reading) -> bool:
    return (
        len(first.shapes) == len(second.shapes)
        and bool((first.statuses == second.statuses).all())
        and bool(shapely.equals_exact(first.shapes, second.shapes).all())
    )


def snapshot_at(series: ControlSeries, when: datetime | date, *, after: bool = False) -> Snapshot | None:
    """Give the last map up to ``when`` (a date: to its end), or with ``after`` the first map later than that."""
    if isinstance(when, datetime):
        limit = when if when.tzinfo else when.replace(tzinfo=UTC)
    else:
        limit = datetime(when.year, when.month, when.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    if after:
        return next((s for s in series.snapshots if s.as_of > limit), None)
    return next((s for s in reversed(series.snapshots) if s.as_of <= limit), None)


def licences(series: Iterable[ControlSeries]) -> tuple[str, ...]:
    """One line a source: name, attribution, licence, address."""
    return tuple(
        ", ".join(
            str(v) for v in (s.provenance.name, s.provenance.attribution, s.provenance.licence, s.provenance.url) if v
        )
        for s in series
    )
