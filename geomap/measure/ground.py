"""Measuring by file: what ``area``, ``diff`` and ``series`` do.

It joins control maps with the gazetteer, for the command line and for Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import ControlError, InputError, UnknownMapError
from geomap.files import shown, write_whole
from geomap.measure.places import CELL_MARGIN_DEG, open_gazetteer, region_geometry
from geomap.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas

    from geomap.control.events import Event
    from geomap.control.maps import Reading
    from geomap.control.reading import Spellings
    from geomap.control.rules import Rules
    from geomap.gazetteer import Gazetteer
    from geomap.models import ControlSeries, Place

ControlInput = str | Path | Mapping[str, str | Path] | Sequence[str | Path]
Say = Callable[[str], None]
"""Takes a line for a reader: a ring mended, ground drawn twice."""

ELSEWHERE = "elsewhere"
"""What a series by region calls the ground that lies in no region."""
UNDATED = datetime(1, 1, 1, tzinfo=UTC)
"""The day of a map that says none, where only two maps are compared."""
SHOWN_KM2 = 1e-6
"""A square metre: smaller pieces of change are rounding of outlines; they count in totals and have no row."""


ELSEWHERE_KM = 300.0
"""A report's point further than this from any place of its settlement's name is not that place's."""
HERE_KM = 50.0
"""With its axes exchanged it is, if it then lies this near to one."""


def quiet(line: str) -> None:
    """Say nothing."""


def _say_all(notes: Sequence[str], say: Say) -> None:
    for line in notes:
        say(shown(line))


def area_records(path: Path, *, repair: bool = False, say: Say = quiet) -> list[dict[str, Any]]:
    """``{feature, area_km2}`` of every feature, the last one ``total``: of the ground, where features overlap.

    Edges are straight in longitude and latitude, as GeoJSON has them and as control maps are cut.
    """
    import numpy as np

    from geomap import geodesy
    from geomap.control.polygons import ground_m2, read_polygons

    notes: list[str] = []
    frame = read_polygons(path, repair=repair, notes=notes)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    areas = geodesy.area(shapes, edges="planar") / 1e6
    total, ground = float(areas.sum()), ground_m2(shapes) / 1e6
    if total - ground > SHOWN_KM2 * max(1.0, total):
        notes.append(f"{total - ground:,.1f} km² lie in several features; the total counts that ground once")
    _say_all(notes, say)
    records = [{"feature": f, "area_km2": a} for f, a in zip(frame["feature"].tolist(), areas.tolist(), strict=True)]
    return [*records, {"feature": "total", "area_km2": ground}]


# ── control maps ─────────────────────────────────────────────────────────────────────────────────────────────


def named_controls(control: ControlInput | None) -> list[tuple[str | None, Path]]:
    """``NAME=PATH``, paths or a mapping as (name, path) pairs."""
    if control is None:
        return []
    if isinstance(control, Mapping):
        return [(name, Path(path)) for name, path in control.items()]
    if not isinstance(control, (str, Path, Iterable)):
        raise InputError(f"control: found {type(control).__name__}; expected a path, several, or {{name: path}}")
    given = [control] if isinstance(control, (str, Path)) else list(control)
    pairs: list[tuple[str | None, Path]] = []
    for item in given:
        name, equals, path = str(item).partition("=")
        # a path may hold "=" itself: an existing file or folder is never split
        if equals and not Path(item).exists():
            pairs.append((name, Path(path)))
        else:
            pairs.append((None, Path(item)))
    return pairs


def party_names() -> Callable[[str], str | None]:
    """Gives a country for any of its names: "UA", "Ukrainian" and "ukraine" are Ukraine's; None for other parties."""
    from functools import cache

    from geomap.models import Match
    from geomap.parties import PartyKind, party_of

    opened = cache(open_gazetteer)

    def nation(name: str) -> str | None:
        """A country by its name or its people's: "the North" is a party, and no region of some country."""

        def known(place: Place) -> bool:
            # other names of countries in Latin letters are short for much else
            return place.match != Match.ALTERNATE or not name.isascii()

        found = opened().find(name, limit=3, fuzzy=False)
        people = opened().demonym(name)
        if people is not None and people.feature.startswith("A.PCL"):
            return people.country
        return next((p.country for p in found if p.feature.startswith("A.PCL") and known(p)), None)

    @cache
    def usual(name: str) -> str | None:
        code = name.upper() if len(name) == 2 and name.isascii() and name.isalpha() else None
        if code is None or opened().country(code) is None:
            party = party_of(name, nation)
            code = party.country if party is not None and party.kind is PartyKind.STATE else None
        country = opened().country(code) if code else None
        return country.name if country is not None else None

    return usual


def read_series(
    name: str | None,
    path: Path | Sequence[Path],
    rules: str | Path | None = None,
    repair: bool = False,
    *,
    holder: str | None = None,
    say: Say = quiet,
) -> ControlSeries:
    """A folder, file or list of control maps as one series; a table of statuses (VIINA) becomes Thiessen cells.

    ``holder``: whose ground shapes without a holder are, and whose is drawn where a map names several.
    """
    from geomap.control import read_control
    from geomap.control.settlements import has_tables

    chosen = Path(rules) if rules is not None else None
    where = _settled(chosen) if has_tables(path) else {}
    found = read_control(
        path, name=name, rules=chosen, repair=repair, holder=holder, party_of=party_names(), **where
    )  # fmt: skip
    _say_all(found.notes, say)
    return found


def _settled(rules: Path | None) -> dict[str, Any]:
    """The settlements of a table of statuses, and the ground they fill: the region that its rules name."""
    from geomap.control.rules import read_rules, table_rules

    named = (read_rules(rules) if rules is not None else table_rules()).region
    gazetteer = open_gazetteer()
    region = region_geometry(named, gazetteer)
    if region is None:
        return {}
    return {"settlements": gazetteer.settlements(region.bounds), "region": region}


def series_from_events(
    path: str | Path, region: str | None, gazetteer: Gazetteer, *, holder: str | None = None, say: Say = quiet
) -> ControlSeries:
    """Control maps from a table of when settlements changed hands, by Thiessen cells within a region.

    ``holder``: the side that is drawn; else the party that most rows name.
    """
    from statistics import median

    from geomap.control import control_from_events, read_events
    from geomap.models import FROM_REPORTS

    notes: list[str] = []
    party = party_names()
    events = read_events(path, notes=notes, party_of=party)
    events = tuple(_where_it_is(e, gazetteer, path, notes) for e in events)
    _say_all(notes, say)
    first = {e.settlement: next(iter(gazetteer.find(e.settlement, limit=1, fuzzy=False)), None) for e in events}
    located = [p for p in first.values() if p is not None]
    points = [(e.lat, e.lon) for e in events if e.lat is not None and e.lon is not None]
    points += [(p.lat, p.lon) for p in located]
    if not points:
        raise ControlError(f"{shown(path)}: none of its settlements is in the gazetteer; add lat and lon columns")
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    # a name that several towns bear means the one near the others of the table
    centre = (median(lats), median(lons))
    places = {name: next(iter(gazetteer.find(name, near=centre, limit=1, fuzzy=False)), None) for name in first}
    known = [(p.lat, p.lon) for p in places.values() if p is not None] or points
    shape = region_geometry(region, gazetteer)
    if shape is not None:
        bounds = shape.bounds
    else:
        south, north = min(p[0] for p in known), max(p[0] for p in known)
        west, east = min(p[1] for p in known), max(p[1] for p in known)
        bounds = (west, south, east, north)
    west, south, east, north = bounds
    around = (west - CELL_MARGIN_DEG, south - CELL_MARGIN_DEG, east + CELL_MARGIN_DEG, north + CELL_MARGIN_DEG)
    found = control_from_events(
        events,
        gazetteer.settlements(around),
        shape,
        holder=_spelt(holder, events, party),
        name=f"{Path(path).stem}{FROM_REPORTS}",
        resolve=places.get,
    )
    _say_all(found.notes, say)
    return replace(found, notes=(*notes, *found.notes))


def _spelt(holder: str | None, events: Sequence[Event], party: Callable[[str], str | None]) -> str | None:
    """A party as the table spells it."""
    if holder is None:
        return None
    own = {party(e.holder) or e.holder: e.holder for e in events}
    return own.get(party(holder) or holder, holder)


def _where_it_is(event: Event, gazetteer: Gazetteer, path: str | Path, notes: list[str]) -> Event:
    """A report at its settlement: with its axes exchanged where only so it lies by a place of its name."""
    from geomap.geodesy import distance_km

    if event.lat is None or event.lon is None or abs(event.lon) > 90:
        return event
    for lat, lon, most in ((event.lat, event.lon, ELSEWHERE_KM), (event.lon, event.lat, HERE_KM)):
        place = next(iter(gazetteer.find(event.settlement, near=(lat, lon), limit=1, fuzzy=False)), None)
        away = distance_km(place.lon, place.lat, lon, lat) if place is not None else None
        if away is None or (away <= most) is (most == ELSEWHERE_KM):
            return event
    row = f"{event.row}: " if event.row is not None else ""
    notes.append(
        f"{shown(path)}:{row}{shown(event.settlement)}: lat {event.lat:g}, lon {event.lon:g} are exchanged: it lies at "
        f"{event.lon:g}, {event.lat:g}, and is taken there"
    )
    return replace(event, lat=event.lon, lon=event.lat)


def change(
    before: geopandas.GeoDataFrame | str | Path, after: geopandas.GeoDataFrame | str | Path
) -> geopandas.GeoDataFrame:
    """Ground gained and lost between two control maps: ``change, holder, area_km2, geometry`` (EPSG:4326)."""
    from geomap import control

    if isinstance(before, (str, Path)) and isinstance(after, (str, Path)):
        return diff_frame(Path(before), Path(after))
    frames = [control.read_polygons(Path(f)) if isinstance(f, (str, Path)) else f for f in (before, after)]
    return control.diff(*frames)


def diff_frame(
    before: Path,
    after: Path,
    *,
    rules: Path | None = None,
    region: str | None = None,
    repair: bool = False,
    holder: str | None = None,
    say: Say = quiet,
) -> geopandas.GeoDataFrame:
    """Ground gained and lost between two files: as control maps where a preset or rules read them, else as shapes.

    Maps of several holders give rows of each, with ``counterparty``: from or to whom the ground passed.
    """
    from geomap import control
    from geomap.control.rules import SHAPES

    within = _region_shape(region)
    notes: list[str] = []
    spellings = control.Spellings(party_names())
    first, second = (_one_map(p, rules, repair, notes, spellings) for p in (before, after))
    if first is not None and second is not None:
        _of_one_kind(first, second)
        boxes = [first[0].bounds(), second[0].bounds()]
        frame = _diff_maps(first[0], second[0], within, holder or _known_holder(second[1]))
        if holder is None and second[1].name == SHAPES.name:
            notes.append("the shapes name no holder: taken as ground covered; --holder NAME says whose it is")
    else:
        shapes = [control.read_polygons(p, repair=repair, notes=notes) for p in (before, after)]
        boxes = [s.total_bounds for s in shapes]
        frame = control.diff(*shapes, region=within, holder=holder or "")
        frame["holder"] = holder
        notes.append(
            "no preset reads the properties of these shapes: all of them are taken as ground covered"
            + (f", {shown(holder)}'s" if holder else "; a rule file says what they mean, --holder NAME whose they are")
        )
    apart = control.of_disjoint_boxes(*boxes)
    if apart:
        notes.append(f"{before} and {after} {apart}")
    _say_all(list(dict.fromkeys(notes)), say)
    return frame


def _of_one_kind(first: tuple[Reading, Rules], second: tuple[Reading, Rules]) -> None:
    """Refuse to subtract shapes that name no holder from a map of holders, or the other way round."""
    from geomap.control.rules import SHAPES

    for (shapes, used), (other, _) in ((first, second), (second, first)):
        if used.name == SHAPES.name and other.parties():
            raise ControlError(
                f"{shown(shapes.where)}: its shapes name no holder, {shown(other.where)} names "
                f"{', '.join(other.parties()[:5])}; expected two maps of one kind; give a rule file"
            )


def _diff_maps(before: Reading, after: Reading, region: Any, holder: str | None) -> geopandas.GeoDataFrame:
    """Ground gained and lost between two control maps, by each holder that they name."""
    from geomap import control
    from geomap.control.maps import parties_of
    from geomap.control.sides import diff_sides

    parties = parties_of((before, after))
    if len(parties) > 1:
        return diff_sides(before, after, region=region)
    own = parties[0] if parties else holder
    frame = control.change(before.snapshot(), after.snapshot(), region=region, holder=own or "").frame
    frame["holder"] = own
    return frame


def diff_records(frame: geopandas.GeoDataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of a change with a total of each holder's gains and losses, largest pieces first; and GeoJSON features.

    A change that is none has totals of 0. Pieces under a square metre count in totals alone.
    """
    rows = frame[frame["area_km2"] >= SHOWN_KM2]
    records, features = frame_records(rows)
    holders = list(dict.fromkeys(frame["holder"])) or [None]
    for holder in holders:
        own = frame[frame["holder"].isna()] if holder is None else frame[frame["holder"] == holder]
        for word in ("gained", "lost"):
            total = float(own.loc[own["change"] == word, "area_km2"].sum())
            empty = {"counterparty": None} if "counterparty" in frame.columns else {}
            records.append({"change": f"total {word}", "holder": holder, **empty, "area_km2": total})
    return records, features


def _known_holder(rules: Rules) -> str | None:
    from geomap.models import UNKNOWN_HOLDER

    return None if rules.holder == UNKNOWN_HOLDER else rules.holder


def _one_map(
    path: Path, rules: Path | None, repair: bool, notes: list[str], spellings: Spellings
) -> tuple[Reading, Rules] | None:
    """A file as one control map and the rules that read it, or None where it is only shapes.

    Raises
    ------
    ControlError
        It holds maps of several days; or sides that nothing reads.
    """
    from geomap.control.reading import read_readings
    from geomap.control.settlements import has_tables

    where = _settled(rules) if has_tables(path) else {}
    own: list[str] = []
    try:
        found, used = read_readings(
            path, rules=rules, repair=repair, undated=UNDATED, notes=own, spellings=spellings, **where
        )
    except UnknownMapError:
        if rules is not None:
            raise
        return None
    if len(found) > 1:
        days = f"{found[0].as_of:%Y-%m-%d} to {found[-1].as_of:%Y-%m-%d}"
        raise ControlError(
            f"{shown(path)}: holds {len(found)} maps ({days}); expected one; geomap series measures from map to map"
        )
    notes += own
    return found[0], used


def compare_sources(
    first: str,
    second: str,
    *,
    rules: Path | None = None,
    region: str | None = None,
    repair: bool = False,
    holder: str | None = None,
    say: Say = quiet,
) -> tuple[geopandas.GeoDataFrame, tuple[str, str]]:
    """Lay two sources side by side: ground that both call held, and that only one does.

    Parameters
    ----------
    first, second
        ``[NAME=]PATH`` of a control map, a folder of them, or a file of shapes. Of several maps the last up to the day
        that both sources reach is taken, else the first: the days are named in what is given back.

    Returns
    -------
    A frame of says ("both", "only NAME"), area_km2, share, geometry; and what was compared: a name and a day each.
    """
    from geomap import control
    from geomap.models import ControlSeries, Snapshot

    pairs = named_controls([first, second])
    found = [_maps_or_shapes(name, path, rules, repair, holder, say) for name, path in pairs]
    dated = [maps.snapshots[-1].as_of.date() for maps in found if isinstance(maps, ControlSeries)]
    maps = [control.snapshot_at(m, min(dated)) or m.snapshots[0] if isinstance(m, ControlSeries) else m for m in found]
    names = [name or Path(path.name.removesuffix(".gz")).stem for name, path in pairs]
    if names[0] == names[1]:
        names = [str(path) for _, path in pairs]
    frame = control.compare_sources(*maps, names=(names[0], names[1]), region=_region_shape(region))
    said = [f"{n} of {m.as_of:%Y-%m-%d}" if isinstance(m, Snapshot) else n for n, m in zip(names, maps, strict=True)]
    return frame, (said[0], said[1])


def _maps_or_shapes(
    name: str | None, path: Path, rules: Path | None, repair: bool, holder: str | None, say: Say
) -> ControlSeries | geopandas.GeoDataFrame:
    """Control maps where a preset or rules read them, else the shapes of a file."""
    from geomap import control

    try:
        return read_series(name, path, rules, repair, holder=holder, say=say)
    except UnknownMapError:
        if rules is not None or path.is_dir():
            raise
    notes: list[str] = []
    one = _one_map(path, rules, repair, notes, control.Spellings(party_names()))
    _say_all(notes, say)
    if one is not None:
        return control.maps.drawn_for([one[0]], one[1], holder)[0][0].snapshot().frame
    notes.clear()
    shapes = control.read_polygons(path, repair=repair, notes=notes)
    _say_all([*notes, f"{path}: no preset reads it: all its shapes are taken as held"], say)
    return shapes


def series(
    paths: str | Path | Sequence[str | Path],
    *,
    since: Any = None,
    region: str | None = None,
    rules: str | Path | None = None,
    repair: bool = False,
    by_region: bool = False,
    holder: str | None = None,
    say: Say = quiet,
) -> geopandas.GeoDataFrame:
    """Held, gained, lost, gross, net and cumulative km² by date, with the change polygons as geometry.

    ``by_region``: rows for each first-level region that the maps touch, named in ``region``; what lies in none of them
    (at sea, off a drawn coast) is "elsewhere", so that the rows of a date add up to the whole. The regions' borders are
    Natural Earth's, 1.4 km off on average: a strip of that width may count for the neighbour. Maps that name several
    holders give rows of each, named in ``holder``; shapes that name none are ground covered, or ``holder``'s.
    """
    import numpy as np
    import shapely

    from geomap import control
    from geomap.articles import parse_date
    from geomap.control.rules import SHAPES
    from geomap.control.settlements import has_tables

    given = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(p) for p in paths]
    day, within = parse_date("since", since), _region_shape(region)
    chosen = Path(rules) if rules else None
    if has_tables(given):
        maps = read_series(None, given, chosen, repair, say=say)
        if not by_region:
            return control.series(maps, since=day, region=within)
        return _touched(control.series(maps, since=day, regions=_regions_of(_bounds_of(maps), within)))
    notes: list[str] = []
    regions = None
    if by_region:
        found = control.reading.read_readings(given, rules=chosen, repair=repair)[0]
        boxes = [shapely.total_bounds(r.shapes) for r in found if len(r.shapes)]
        regions = _regions_of(np.array(boxes).reshape(-1, 4), within)
    # straight from the files: one map in memory at a time
    frame = control.series(
        given, since=day, region=None if by_region else within, regions=regions, rules=chosen, repair=repair,
        holder=holder, party_of=party_names(), notes=notes,
    )  # fmt: skip
    if not by_region and holder is None and (frame["source"] == SHAPES.name).any():
        notes.append("the shapes name no holder: held_km2 is ground covered; --holder NAME says whose it is")
    _say_all(notes, say)
    return _touched(frame) if by_region else frame


def _touched(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Rows of the regions where something is held, contested or changed."""
    figures = frame.select_dtypes("number").drop(columns="gap_days").fillna(0).abs().sum(axis=1)
    return frame[figures.groupby(frame["region"]).transform("sum") > 0].reset_index(drop=True)


def _bounds_of(maps: ControlSeries) -> Any:
    """Bounds of each map, (n, 4)."""
    import numpy as np

    return np.array([s.frame.total_bounds for s in maps.snapshots if len(s.frame)]).reshape(-1, 4)


def _regions_of(boxes: Any, within: Any) -> dict[str, Any]:
    """First-level regions by name that maps with these bounds (n, 4) may touch, cut to ``within``, and the rest."""
    import shapely

    gazetteer = open_gazetteer()
    whole = shapely.box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)) if len(boxes) else shapely.Polygon()
    if within is not None:
        whole = shapely.intersection(whole, within)
    shapes = {key: shape for key, shape in gazetteer.regions(whole.bounds).items() if shape.intersects(whole)}
    names = {key: gazetteer.region_name(*key.split(".", 1)) or key for key in shapes}
    found = {
        name if list(names.values()).count(name) == 1 else f"{name}, {key[:2]}": shape
        for (key, name), shape in zip(names.items(), shapes.values(), strict=True)
    }
    if within is not None:
        found = {name: shapely.intersection(shape, within) for name, shape in found.items()}
    rest = shapely.difference(whole, shapely.union_all(list(found.values())))
    return dict(sorted(found.items())) | {ELSEWHERE: rest}


def _region_shape(region: str | None) -> Any:
    if region is None:
        return None
    return region_geometry(region, open_gazetteer())


def series_records(
    paths: Sequence[str],
    *,
    rules: Path | None = None,
    since: str | None = None,
    region: str | None = None,
    repair: bool = False,
    by_region: bool = False,
    map_file: Path | None = None,
    holder: str | None = None,
    progress: Progress = silent,
    say: Say = quiet,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows ``date, held_km2, ... source`` and their changed ground as GeoJSON; a time map beside them where asked."""
    progress("Measuring control maps", 0, 1)
    frame = series(
        paths, since=since, region=region, rules=rules, repair=repair, by_region=by_region, holder=holder, say=say
    )
    progress("Measuring control maps", 1, 1)
    if map_file is not None:
        write_series_map(read_series(None, [Path(p) for p in paths], rules, repair, holder=holder), map_file)
    return frame_records(frame)


def write_series_map(maps: ControlSeries, path: Path) -> None:
    """A page that steps through control maps, one state a step, with no story around them."""
    from geomap import __version__
    from geomap.control.timemap import encode_series
    from geomap.maps import render_map
    from geomap.models import Assessment, Methods

    bare = Assessment(
        articles=(),
        toponyms=(),
        claims=(),
        comparisons=(),
        control=(maps,),
        methods=Methods(version=__version__, command="geomap series", data=(maps.provenance,)),
    )
    write_whole(path, render_map(bare, open_gazetteer(), title=maps.name, time=[encode_series(maps)]))


def frame_records(frame: geopandas.GeoDataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A frame as plain records (dates ISO 8601, missing values None), and as GeoJSON features."""
    columns = [c for c in frame.columns if c != frame.geometry.name]
    records = [{str(k): _plain(v) for k, v in row.items()} for row in frame[columns].to_dict("records")]
    shapes = (None if g is None or g.is_empty else g.__geo_interface__ for g in frame.geometry)
    features = [{"type": "Feature", "geometry": g, "properties": r} for g, r in zip(shapes, records, strict=True)]
    return records, features


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
