"""Read control maps: whole, or refused with the reason; dated by name or property; units never kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.checks import check_coordinates, mend_or_refuse, of_disjoint_boxes
from geomap.control.dates import date_of, day_first, find_date, gaps
from geomap.control.edges import MAPS
from geomap.control.files import SUFFIXES, Layer, find_files, layers, stem
from geomap.control.maps import Reading, drawn_for, with_licence
from geomap.control.overlaps import one_status_each
from geomap.control.rules import (
    OUTSIDE,
    Class,
    Rules,
    clean,
    preset_named,
    presets,
    read_rules,
    recognised,
    table_rules,
)
from geomap.control.settlements import is_table, is_tessellation, read_statuses
from geomap.control.statuses import party_key, read_status
from geomap.control.validity import Validity
from geomap.errors import ControlError, UnknownMapError
from geomap.geodesy import area
from geomap.models import UNKNOWN_HOLDER, ControlSeries, Provenance, Snapshot, Status

if TYPE_CHECKING:
    import geopandas

Paths = Path | str | Sequence[Path | str]
PartyOf = Callable[[str], str | None]
"""Gives a party's usual name for one of its spellings ("UA", "Ukrainian"); None where it knows none."""

DATE_KEYS = ("date", "day", "as_of", "asof", "map_date", "snapshot", "report_date", "datetime", "timestamp")
"""Properties that may say of what day a polygon is, where no rules name one."""


@dataclass(slots=True)
class Spellings:
    """One spelling for each party, the first met, in all maps of a reading: "Ukraine", "ukraine" and "UA" are one."""

    party_of: PartyOf | None = None
    known: dict[str, str] = field(default_factory=dict)
    holders: set[str] = field(default_factory=set)
    """Who held ground in any map so far."""
    classes: dict[tuple[str, tuple[str, ...], str | None], Class | None] = field(default_factory=dict)
    """What each name was read as, by rules: maps of a series repeat their names."""

    def one(self, name: str | None) -> str | None:
        """The spelling of a party that was met first; ``party_of`` is asked only where there are two to compare."""
        if name is None:
            return None
        plain = " ".join(name.split())
        key = party_key(plain)
        if key not in self.known:
            usual = self.party_of(plain) if self.party_of is not None and self.known else None
            same = [s for s in set(self.known.values()) if usual is not None and self._usual(s) == usual]
            self.known[key] = same[0] if same else plain
        return self.known[key]

    def _usual(self, name: str) -> str | None:
        return self.party_of(name) if self.party_of is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How maps are to be read: rules as given, what a broken ring is, and what day an undated map has."""

    rules: Rules | None = None
    repair: bool = False
    undated: datetime | None = None
    spellings: Spellings = field(default_factory=Spellings)


def read_control(
    path: Paths,
    *,
    name: str | None = None,
    rules: Rules | Path | str | None = None,
    preset: str | None = None,
    repair: bool = False,
    settlements: geopandas.GeoDataFrame | None = None,
    region: Any = None,
    holder: str | None = None,
    party_of: PartyOf | None = None,
) -> ControlSeries:
    """Read the control maps of one source, in time order.

    Parameters
    ----------
    path
        A file, a folder (one that holds maps in folders of its own is refused), or a list of either: GeoJSON
        (.geojson, .json, also .gz), GeoPackage, GeoParquet, shapefile, or a .zip of those. A layer or a date property
        may hold a date each.
    name
        What the source is called on pages; else the rules' name. A preset's name chooses that preset.
    rules
        A rule file (see ``read_rules``) or rules. Without, ``preset`` ("deepstate", "viina"), else what the names and
        properties show.
    repair
        Mend broken rings (GEOS ``make_valid``, method "structure") and list them in ``Snapshot.repaired``. Without, a
        broken ring is an error: mending may invent ground.
    settlements, region
        For tables of statuses (VIINA's .csv, also .gz or .zip) without a ``*_tess.geojson`` beside them: the
        gazetteer's settlements (id, geometry), and the ground that their Thiessen cells fill.
    holder
        Whose ground it is, where the maps do not say; and whose is drawn, where they name several holders: the others'
        is free ground with a name.
    party_of
        Knows a party by any of its names.

    Returns
    -------
    ControlSeries
        Snapshots with frames in EPSG:4326, columns geometry, status, holder, name. Points and lines (units, positions,
        attacks) are dropped and counted; polygons outside the rules' extent or of class "outside" are listed in
        ``ignored``; rings mended, ground drawn twice and the like in ``notes``.

    Raises
    ------
    ControlError
        Nothing to read, an unreadable or undated file, an unknown class, a broken ring, coordinates that are not
        longitude and latitude, two different maps of one time, three holders and more.
    """
    notes: list[str] = []
    if rules is None and preset is None and name is not None and name.casefold() in presets():
        preset = name.casefold()
    readings, used = read_readings(
        path, rules=rules, preset=preset, repair=repair, settlements=settlements, region=region, notes=notes,
        spellings=Spellings(party_of),
    )  # fmt: skip
    drawn, own = drawn_for(readings, used, holder)
    snapshots = tuple(r.snapshot() for r in drawn)
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
        holder=own,
        gaps=gaps([s.as_of for s in snapshots]),
        notes=tuple(notes),
    )


def read_readings(
    path: Paths,
    *,
    rules: Rules | Path | str | None = None,
    preset: str | None = None,
    repair: bool = False,
    settlements: geopandas.GeoDataFrame | None = None,
    region: Any = None,
    undated: datetime | None = None,
    notes: list[str] | None = None,
    spellings: Spellings | None = None,
) -> tuple[list[Reading], Rules]:
    """Read all maps of one source, each party's ground its own, as ``read_control`` does; and by which rules."""
    said = notes if notes is not None else []
    tables, tessellations = _tables(path)
    if tables:
        used = _chosen(rules, preset) or table_rules()
        found = read_statuses(
            tables, settlements, region, used, tessellations=tessellations, repair=repair, notes=said
        )  # fmt: skip
        return list(found), used
    pairs = list(
        read_maps(path, rules=rules, preset=preset, repair=repair, undated=undated, notes=said, spellings=spellings)
    )
    return [r for r, _ in pairs], pairs[-1][1]


def read_maps(
    path: Paths,
    *,
    rules: Rules | Path | str | None = None,
    preset: str | None = None,
    repair: bool = False,
    undated: datetime | None = None,
    notes: list[str] | None = None,
    spellings: Spellings | None = None,
) -> Iterator[tuple[Reading, Rules]]:
    """Read maps one after the other in order of time, as ``read_control`` does.

    Files whose names hold their dates are read as they are asked for: memory does not grow with their number.
    ``notes`` takes a line for what a reader should know: a map given twice, a ring mended, ground drawn twice.
    ``undated``: the time of a map that says none; ``spellings``: one for each party, here and in other readings.
    """
    how = How(rules=_chosen(rules, preset), repair=repair, undated=undated, spellings=spellings or Spellings())
    said = notes if notes is not None else []
    last: Reading | None = None
    for reading, used in _in_order(list(find_files(path)), how):
        if last is not None and last.as_of == reading.as_of:
            if not _same(last, reading):
                raise ControlError(
                    f"{reading.where}: another map of {reading.as_of:%Y-%m-%d %H:%M} than {last.where}; "
                    "expected one map a time; give them times, or read them as two sources"
                )
            said.append(f"{reading.where}: the same map as {last.where}, read once")
            continue
        said += [*reading.repaired, *reading.told]
        if last is not None:
            said += _apart(last, reading)
        last = reading
        yield reading, used
    if last is None:
        raise ControlError(f"{path}: found no control map; expected {', '.join(SUFFIXES)}, .gz or .zip")


def _apart(before: Reading, after: Reading) -> list[str]:
    """A line where two maps that follow each other share no ground."""
    said = of_disjoint_boxes(before.bounds(), after.bounds())
    return [f"{after.where} and {before.where} {said}"] if said else []


def _chosen(rules: Rules | Path | str | None, preset: str | None) -> Rules | None:
    """Rules as given: themselves, a file of them, or a preset's."""
    if isinstance(rules, Rules):
        return rules
    if rules is not None:
        return read_rules(rules)
    return None if preset is None else preset_named(preset)


def _tables(path: Paths) -> tuple[list[Path], list[Path]]:
    """Tables of statuses, where a path holds nothing else but the cells of their places; and these."""
    given = [Path(path)] if isinstance(path, str | Path) else [Path(p) for p in path]
    listed = [f for p in given for f in (sorted(p.iterdir()) if p.is_dir() else [p])]
    found = [f for f in listed if is_table(f)]
    cells = [f for f in listed if is_tessellation(f)]
    other = [f for f in listed if f.is_file() and f not in found and f not in cells and not f.name.startswith(".")]
    return ([], []) if not found or other else (found, cells)


def _in_order(files: list[Path], how: How) -> Iterator[tuple[Reading, Rules]]:
    """Readings of all files, earliest first."""
    by_property = how.rules is not None and how.rules.date_property is not None
    one_map_each = all(f.name.lower().removesuffix(".gz").endswith("json") for f in files)
    dated: list[tuple[datetime, str, Path]] = []
    if one_map_each and not by_property and how.undated is None:
        times = ((find_date(stem(f.name), str(f)), f) for f in files)
        dated = [(t, str(f), f) for t, f in times if t is not None]
    if len(dated) < len(files) or not files:
        yield from sorted(_all(files, how), key=lambda pair: (pair[0].as_of, pair[0].where))
    else:
        yield from _ascending(_all([f for _, _, f in sorted(dated)], how))


def _ascending(pairs: Iterator[tuple[Reading, Rules]]) -> Iterator[tuple[Reading, Rules]]:
    """The same, if it runs upward in time; a file may hold several days all the same, and is sorted in."""
    waiting: list[tuple[Reading, Rules]] = []
    for pair in pairs:
        if waiting and pair[0].as_of < waiting[-1][0].as_of:
            waiting.append(pair)
            yield from sorted([*waiting, *pairs], key=lambda p: (p[0].as_of, p[0].where))
            return
        yield from waiting
        waiting = [pair]
    yield from waiting


def _all(files: Iterable[Path], how: How) -> Iterator[tuple[Reading, Rules]]:
    """Readings of files as they come, checked some at a time."""
    validity = Validity()
    group: list[tuple[Layer, datetime, Rules]] = []
    for part in _parts(files, how):
        group.append(part)
        if len(group) == MAPS:
            yield from _checked(group, validity, how)
            group = []
    yield from _checked(group, validity, how)


def _checked(
    group: Sequence[tuple[Layer, datetime, Rules]], validity: Validity, how: How
) -> Iterator[tuple[Reading, Rules]]:
    # one shape a map: those follow each other in time, and most of one is in the next
    alone = [i for i, (layer, _, _) in enumerate(group) if len(layer.shapes) == 1]
    sound, rests = validity.check([group[i][0].shapes[0] for i in alone])
    known = dict(zip(alone, zip(sound, rests, strict=True), strict=True))
    for i, (layer, as_of, used) in enumerate(group):
        valid, rest = known.get(i, (False, None))
        reading = _reading(layer, as_of, used, how, valid)
        if valid and rest is not None:
            yield replace(reading, rest=rest), used
        else:
            yield one_status_each(reading), used


def _parts(files: Iterable[Path], how: How) -> Iterator[tuple[Layer, datetime, Rules]]:
    name: str | None = None
    for file in files:
        for layer in _with_ground(file):
            used = how.rules or _guessed(layer)
            if name not in (None, used.name):
                raise ControlError(f"{layer.where}: reads as {used.name}, the files before as {name}; read them apart")
            name = used.name
            for as_of, part in _dated(layer, used, how):
                yield part, as_of, used


def _with_ground(file: Path) -> list[Layer]:
    """The maps of a file: its layers with polygons, one by one where each has a date of its own, else as one map.

    What is dropped of other layers (units, arrows) counts with the first.
    """
    found = list(layers(file))
    drawn = [layer for layer in found if len(layer.shapes)]
    if not drawn:
        raise ControlError(
            f"{file}: holds no polygon; expected control polygons; where nothing is held, draw the free ground"
        )
    for layer in found:
        if not len(layer.shapes):
            drawn[0].dropped.update(layer.dropped)
    if len(drawn) == 1:
        return drawn
    dated = [_date_in(layer) is not None for layer in drawn]
    if all(dated):
        return drawn
    if any(dated):
        undated = drawn[dated.index(False)]
        raise ControlError(f"{undated.where}: no date in its name, though others of {file} have one; give it one")
    return [_as_one(drawn, file)]


def _as_one(drawn: Sequence[Layer], file: Path) -> Layer:
    """Layers of one day as one map; the property ``layer`` says from which, where they have none."""
    rows: list[int] = []
    for layer in drawn:
        first = rows[-1] + 1 if rows else 0
        rows += [first + row for row in layer.rows]
    dropped: Counter[str] = Counter()
    for layer in drawn:
        dropped.update(layer.dropped)
    return Layer(
        where=str(file),
        shapes=np.concatenate([layer.shapes for layer in drawn]),
        rows=rows,
        provenance=drawn[0].provenance,
        keys={"layer"}.union(*(layer.keys for layer in drawn)),
        properties=[
            {"layer": PurePosixPath(layer.label).name, **properties}
            for layer in drawn for properties in layer.properties
        ],
        dropped=dropped,
        clockwise=any(layer.clockwise for layer in drawn),
    )  # fmt: skip


# ── dates, classes, checks ───────────────────────────────────────────────────────────────────────────────────


def _date_in(layer: Layer) -> datetime | None:
    """The date that a layer's own name holds."""
    return find_date(PurePosixPath(layer.label).name, layer.where) or find_date(layer.title, layer.where)


def _dated(layer: Layer, rules: Rules, how: How) -> Iterator[tuple[datetime, Layer]]:
    """The maps in a layer with their times: by the rules' date property, the layer's name, the file's or a property."""
    key = _column(layer, rules.date_property)
    if key is not None:
        yield from _by_property(layer, key)
        return
    inside = PurePosixPath(layer.where.rsplit(":", 1)[-1]).name if ".zip:" in layer.where else layer.provenance.name
    named = _date_in(layer) or find_date(stem(inside), layer.where)
    guessed = _guessed_dates(layer, rules, named)
    if guessed is not None:
        yield from _by_property(layer, guessed)
        return
    found = named or how.undated
    if found is None:
        asked = day_first(stem(inside))
        order = f" ({asked}: which is the month?)" if asked else ""
        raise UnknownMapError(
            f"{layer.where}: no date in its name{order}; expected one such as 2022-09-10 or 2022-09-10T0929Z, "
            "or date_property in a rule file"
        )
    yield found, layer


def _column(layer: Layer, name: str | None) -> str | None:
    """A property by its name in any case."""
    if name is None or name in layer.keys:
        return name
    return next((k for k in sorted(layer.keys) if clean(k) == clean(name)), None)


def _by_property(layer: Layer, key: str) -> Iterator[tuple[datetime, Layer]]:
    times = [
        date_of(p.get(key), f"{layer.where}: feature {r}", key)
        for p, r in zip(layer.properties, layer.rows, strict=True)
    ]
    for time in sorted(set(times)):
        yield time, _rows(layer, [i for i, t in enumerate(times) if t == time])


def _guessed_dates(layer: Layer, rules: Rules, named: datetime | None) -> str | None:
    """The property that says the days of a layer's polygons, where nobody chose the rules; None where none does.

    Raises
    ------
    ControlError
        It may be meant either way: another day than the file's, or days of parts that make up one map.
    """
    key = next((c for c in (_column(layer, k) for k in DATE_KEYS) if c in layer.keys), None)
    if key is None or not rules.guessed:
        return None
    values = [p.get(key) for p in layer.properties]
    if all(v is None or v != v or not str(v).strip() for v in values):
        return None
    times = [date_of(v, f"{layer.where}: feature {r}", key) for v, r in zip(values, layer.rows, strict=True)]
    days = sorted({t.date() for t in times})
    span = ", ".join(str(d) for d in days[:3]) + (f" and {len(days) - 3} more" if len(days) > 3 else "")
    if len(days) == 1:
        if named is None:
            return key
        if abs(days[0] - named.date()) > timedelta(days=1):
            raise ControlError(
                f"{layer.where}: its name says {named.date()}, its {key} {span}; expected one day; rename the file, or "
                f'give date_property = "{key}" in a rule file'
            )
        return None
    if _some_overlap(layer.shapes, [t.date() for t in times]):
        return key
    raise ControlError(
        f"{layer.where}: its {key} holds {len(days)} days ({span}), whose shapes do not overlap: several maps, or the "
        f'days on which parts of one were drawn? Give date_property = "{key}" in a rule file, or leave {key} out'
    )


def _some_overlap(shapes: NDArray[np.object_], days: Sequence[date]) -> bool:
    """Whether ground of two days is drawn twice: then each day is a map of its own."""
    number = np.unique(np.array([d.toordinal() for d in days]), return_inverse=True)[1]
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = (one < other) & (number[one] != number[other])
    one, other = one[pairs], other[pairs]
    return bool((~shapely.touches(shapes[one], shapes[other])).any())


def _rows(layer: Layer, keep: list[int]) -> Layer:
    return replace(
        layer,
        shapes=layer.shapes[keep],
        rows=[layer.rows[i] for i in keep],
        properties=[layer.properties[i] for i in keep],
    )


def _guessed(layer: Layer) -> Rules:
    """The rules that fit a layer.

    Raises
    ------
    UnknownMapError
        None do: shapes, but no control map.
    ControlError
        None do, and its polygons seem to be several parties'.
    """

    def values(key: str) -> set[str | None]:
        found = {p.get(key) for p in layer.properties} if all(_plain(p.get(key)) for p in layer.properties) else set()
        return {None if v is None or v != v or not str(v).strip() else str(v) for v in found}

    names = {str(p["name"]) for p in layer.properties if p.get("name") is not None}
    rules = recognised(names, layer.keys, values, layer.title)
    if isinstance(rules, Rules):
        return rules
    ask = f"give a rule file, or one of the presets {', '.join(presets())}"
    if rules.startswith("sides: "):
        raise ControlError(f"{layer.where}: no preset fits its properties: {rules.removeprefix('sides: ')}; {ask}")
    raise UnknownMapError(f"{layer.where}: no preset fits its properties ({rules}); {ask}")


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _text_of(properties: dict[str, Any], keys: Iterable[str | None]) -> str | None:
    for key in keys:
        value = properties.get(key) if key is not None else None
        if value is not None and value == value and str(value).strip():
            return str(value)
    return None


def _reading(layer: Layer, as_of: datetime, rules: Rules, how: How, valid: bool) -> Reading:
    """Classes, extent and validity of one map's polygons, ``valid`` where they are known to be."""
    keys = [_column(layer, key) for key in rules.properties]
    names = [_text_of(p, keys) for p in layer.properties]
    before = layer.shapes.copy()
    outside = check_coordinates(layer, rules)
    valid = valid and all(a is b for a, b in zip(before, layer.shapes, strict=True))
    shapes = layer.shapes
    found = _classes(layer, rules, names, how.spellings)
    ignored: list[str] = []
    keep: list[int] = []
    for i, (name, cls) in enumerate(zip(names, found, strict=True)):
        if outside[i] or cls.status == OUTSIDE:
            ignored.append(_ignored(shapes[i], name, "outside the map's extent" if outside[i] else "not this ground"))
        else:
            keep.append(i)
    kept = shapes[keep]
    repaired = [] if valid else mend_or_refuse(kept, [layer.rows[i] for i in keep], layer.where, how.repair)
    classes = [found[i] for i in keep]
    own = None if rules.holder == UNKNOWN_HOLDER else rules.holder
    return Reading(
        as_of=as_of,
        where=layer.where,
        shapes=kept,
        statuses=np.array([str(c.status) for c in classes], dtype=np.str_),
        holders=_holders(layer, classes, own),
        names=tuple(" ".join((names[i] or "").split()) or None for i in keep),
        provenance=with_licence(layer.provenance, rules),
        dropped=tuple(sorted(layer.dropped.items())),
        ignored=tuple(ignored),
        repaired=tuple(repaired),
        told=tuple(layer.told),
    )


def _classes(layer: Layer, rules: Rules, names: Sequence[str | None], spellings: Spellings) -> list[Class]:
    """The class of each polygon, with its holder where the map names one."""
    key = _column(layer, rules.holder_property)
    out: list[Class] = []
    for i, name in enumerate(names):
        asked = (rules.name, rules.properties, name)
        if asked not in spellings.classes:
            spellings.classes[asked] = rules.classify(name)
        cls = spellings.classes[asked]
        if cls is None:
            raise ControlError(
                f"{layer.where}: feature {layer.rows[i]} is called {str(name)[:60]!r}, which no class of {rules.name} "
                "knows; add the word to a rule file (held, contested, unknown, free or outside)"
            )
        if key is not None and cls.status != OUTSIDE:
            cls = _with_holder(
                cls, _text_of(layer.properties[i], [key]), f"{layer.where}: feature {layer.rows[i]}", key
            )
        own_words = rules.plain_words or key is not None
        out.append(replace(cls, holder=spellings.one(cls.holder)) if cls.holder and own_words else cls)
    spellings.holders.update(c.holder for c in out if c.status == Status.HELD and c.holder is not None)
    if not rules.plain_words:
        return out
    # ground that one of the map's holders has freed or retaken is ground that it holds
    own = [c.status == Status.FREE and c.holder in spellings.holders for c in out]
    return [replace(c, status=str(Status.HELD)) if mine else c for c, mine in zip(out, own, strict=True)]


def _with_holder(cls: Class, value: str | None, where: str, key: str) -> Class:
    """A polygon's class with what its holder property says: a party, or that nobody has it for sure."""
    if value is None:
        if cls.status == Status.HELD and cls.holder is None:
            raise ControlError(f"{where}: has no {key}; expected who holds it, or a status that says nobody does")
        return cls
    said = read_status(value)
    if said is not None and said.holder is None and said.status is not Status.HELD:
        return replace(cls, status=str(said.status)) if cls.status == Status.HELD else cls
    return replace(cls, holder=said.holder if said is not None and said.holder else value)


def _holders(layer: Layer, classes: Sequence[Class], own: str | None) -> tuple[str | None, ...]:
    """Who has each polygon.

    Raises
    ------
    ControlError
        Some held ground is a named party's and some nobody's.
    """
    named = {c.holder for c in classes if c.status == Status.HELD and c.holder is not None}
    if named and own is None:
        bare = [i for i, c in enumerate(classes) if c.status == Status.HELD and c.holder is None]
        if bare:
            raise ControlError(
                f"{layer.where}: {len(bare)} of its polygons are held and do not say by whom; others are of "
                f"{', '.join(sorted(map(str, named)))}; name the holder of each, or give a rule file with [by]"
            )
    return tuple(c.holder if c.holder or c.status == Status.FREE else own for c in classes)


def _ignored(polygon: Any, name: str | None, why: str) -> str:
    x, y = shapely.get_coordinates(shapely.centroid(polygon))[0]
    called = " ".join((name or "a polygon without a name").split())[:80]
    return f"{called}: {float(area(polygon)[0]) / 1e6:,.0f} km² at {y:.1f} N, {x:.1f} E, {why}"


def _same(first: Reading, second: Reading) -> bool:
    return (
        len(first.shapes) == len(second.shapes)
        and bool((first.statuses == second.statuses).all())
        and first.holders == second.holders
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
