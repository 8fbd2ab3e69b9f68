"""Measuring by name and by file: what ``resolve``, ``distance``, ``hull``, ``area``, ``diff`` and ``series`` do.

It joins the gazetteer with hulls and control maps, for the command line and for Python.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from geomap.errors import ControlError, PlaceError, UnknownMapError
from geomap.files import shown, write_whole
from geomap.models import Place
from geomap.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas
    import numpy as np
    from numpy.typing import NDArray

    from geomap.gazetteer import Gazetteer
    from geomap.hulls import Hull
    from geomap.models import ControlSeries, Snapshot

HullMethod = Literal["convex", "concave", "thiessen"]
ControlInput = str | Path | Mapping[str, str | Path] | Sequence[str | Path]

CELL_MARGIN_DEG = 0.5
"""Thiessen cells need the settlements around the places too: half a degree is several settlements deep."""

ELSEWHERE = "elsewhere"
"""What a series by region calls the ground that lies in no region."""

HULLS: tuple[HullMethod, ...] = ("convex", "concave", "thiessen")


def open_gazetteer() -> Gazetteer:
    """The embedded gazetteer under the layers that the user has built or added."""
    from geomap.gazetteer import installed_layers, read_gazetteer

    return read_gazetteer(*installed_layers())


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────


def one_place(
    name: str, gazetteer: Gazetteer, *, country: str | None = None, near: tuple[float, float] | None = None
) -> Place:
    """The best answer to a name, or to "LAT,LON".

    Raises
    ------
    PlaceError
        Nothing has this name; the message says what comes close.
    """
    point = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", name)
    if point:
        lat, lon = float(point[1]), float(point[2])
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise PlaceError(f"{shown(name)!r}: off the globe; expected LAT,LON with lat -90–90, lon -180–180")
        return Place(id=f"point:{lat},{lon}", name=f"{lat}, {lon}", lat=lat, lon=lon, feature="P.PPL", source="point")
    found = gazetteer.find(name, country=country, near=near, limit=6, fuzzy=False)
    if not found:
        raise PlaceError(unknown_place(name, gazetteer, country=country))
    return replace(found[0], alternatives=tuple(found[1:]))


def unknown_place(name: str, gazetteer: Gazetteer, *, country: str | None = None) -> str:
    """Why a name is not found, and what comes close; with ``country``, whether it is found elsewhere."""
    if country and (elsewhere := gazetteer.find(name, limit=1, fuzzy=False)):
        place = elsewhere[0]
        return f"{shown(name)!r}: no such place in {country.upper()}; there is {shown(place.name)} in {place.country}"
    close = list(dict.fromkeys(p.name for p in gazetteer.find(name, country=country, limit=6)))[:3]
    hint = f"did you mean {', '.join(map(shown, close))}?" if close else "try another spelling"
    return f"{shown(name)!r}: no such place in {country.upper() if country else 'the gazetteer'}; {hint}"


def resolve(name: str, *, near: str | tuple[float, float] | None = None, country: str | None = None) -> Place:
    """The place that a name means, runners-up in ``alternatives``.

    Parameters
    ----------
    name
        Any spelling or script; up to two letters off; "Kherson region" is the region; "49.2, 37.3" is a point.
    near
        A name or (lat, lon) to prefer places close to.
    country
        ISO 3166 two letters.

    Raises
    ------
    PlaceError
        Nothing has this name, nor one like it.
    """
    gazetteer = open_gazetteer()
    if isinstance(near, str):
        around = one_place(near, gazetteer)
        near = (around.lat, around.lon)
    try:
        return one_place(name, gazetteer, country=country, near=near)
    except PlaceError:
        found = gazetteer.find(name, country=country, near=near, limit=6)
        if not found:
            raise
        return replace(found[0], alternatives=tuple(found[1:]))


def find_region(name: str | None, gazetteer: Gazetteer) -> Place | None:
    """The country or region that ``--region`` names."""
    if name is None:
        return None
    for place in gazetteer.find(name, limit=10):
        if place.feature.startswith("A."):
            return place
    raise PlaceError(f"--region {shown(name)!r}: no such country or region; try 'Kharkiv region' or 'Ukraine'")


def region_geometry(name: str | None, gazetteer: Gazetteer) -> Any:
    """The polygon of ``--region``, or None."""
    region = find_region(name, gazetteer)
    return gazetteer.geometry(region.id) if region is not None else None


def area_of(place: Place, gazetteer: Gazetteer) -> float | None:
    """A country's or region's own area in m², geodesic; None for what has no polygon."""
    from geomap import geodesy

    shape = gazetteer.geometry(place.id)
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    return float(geodesy.area(shape)[0])


# ── hulls and areas ──────────────────────────────────────────────────────────────────────────────────────────


def hull(
    places: Sequence[str | Place],
    *,
    method: str = "convex",
    country: str | None = None,
    region: str | None = None,
) -> Hull:
    """The ground that places span: extent, not control.

    Parameters
    ----------
    places
        Names or ``Place`` records.
    method
        "convex", "concave", "thiessen", or "all": the convex polygon with the interval of all three.
    region
        Clip to this country or region.

    Returns
    -------
    Hull
        ``geometry`` (EPSG:4326), ``area_km2``, ``low_km2``, ``high_km2``.
    """
    gazetteer = open_gazetteer()
    found = places_near_each_other(places, gazetteer, country)
    return hull_of(found, gazetteer, method=method, region=region)


def places_near_each_other(
    places: Sequence[str | Place], gazetteer: Gazetteer, country: str | None = None
) -> list[Place]:
    """Names to places: each is taken near those before it, so that a second Lyman does not stretch a hull."""
    found: list[Place] = []
    for given in places:
        if isinstance(given, Place):
            found.append(given)
            continue
        near = (sum(p.lat for p in found) / len(found), sum(p.lon for p in found) / len(found)) if found else None
        found.append(one_place(given, gazetteer, country=country, near=near))
    return found


def hull_of(
    places: Sequence[Place], gazetteer: Gazetteer, *, method: str = "convex", region: str | None = None
) -> Hull:
    """``hull`` of places that are already resolved."""
    from geomap import hulls

    if method == "all":
        method = HULLS[0]
    cells = _cells(places, gazetteer)
    return hulls.measure_hull(places, cast(HullMethod, method), cells=cells, clip=region_geometry(region, gazetteer))


def _cells(places: Sequence[Place], gazetteer: Gazetteer) -> NDArray[np.float64]:
    """Settlements around places, (n, 2) lon/lat: what Thiessen cells are drawn between."""
    import numpy as np

    lonlat = np.array([[p.lon, p.lat] for p in places], dtype=float)
    low, high = lonlat.min(axis=0) - CELL_MARGIN_DEG, lonlat.max(axis=0) + CELL_MARGIN_DEG
    frame = gazetteer.settlements((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    return np.column_stack([frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()])


def hull_records(
    names: Sequence[str], *, method: str, country: str | None = None, region: str | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """``{places, method, area_km2, low_km2, high_km2}``, and a GeoJSON feature a polygon; "all" draws every method."""
    gazetteer = open_gazetteer()
    places = places_near_each_other(names, gazetteer, country)
    made = [hull_of(places, gazetteer, method=m, region=region) for m in (HULLS if method == "all" else (method,))]
    records = [
        {
            "places": [p.name for p in places],
            "method": hull.method,
            "area_km2": hull.area_km2,
            "low_km2": hull.low_km2,
            "high_km2": hull.high_km2,
        }
        for hull in made
    ]
    features = [
        {"type": "Feature", "geometry": h.geometry.__geo_interface__, "properties": r}
        for h, r in zip(made, records, strict=True)
    ]
    each = {"areas_km2": {h.method: h.area_km2 for h in made}} if method == "all" else {}
    return records[0] | {"method": method} | each, features


def area_records(path: Path, *, repair: bool = False) -> list[dict[str, Any]]:
    """``{feature, area_km2}`` of every feature, the last one ``total``."""
    from geomap import geodesy
    from geomap.control import read_polygons

    frame = read_polygons(path, repair=repair)
    areas = geodesy.area(frame) / 1e6
    records = [{"feature": f, "area_km2": float(a)} for f, a in zip(frame["feature"], areas, strict=True)]
    return [*records, {"feature": "total", "area_km2": float(areas.sum())}]


# ── control maps ─────────────────────────────────────────────────────────────────────────────────────────────


def named_controls(control: ControlInput | None) -> list[tuple[str | None, Path]]:
    """``NAME=PATH``, paths or a mapping as (name, path) pairs."""
    if control is None:
        return []
    if isinstance(control, Mapping):
        return [(name, Path(path)) for name, path in control.items()]
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


def read_series(
    name: str | None, path: Path | Sequence[Path], rules: str | Path | None = None, repair: bool = False
) -> ControlSeries:
    """A folder, file or list of control maps as one series; a table of statuses (VIINA) becomes Thiessen cells."""
    from geomap.control import read_control
    from geomap.control.settlements import has_tables

    chosen = Path(rules) if rules is not None else None
    if not has_tables(path):
        return read_control(path, name=name, rules=chosen, repair=repair)
    gazetteer = open_gazetteer()
    # VIINA's settlements are Ukraine's
    ukraine = region_geometry("Ukraine", gazetteer)
    return read_control(
        path, name=name, rules=chosen, repair=repair, settlements=gazetteer.settlements(ukraine.bounds), region=ukraine
    )


def series_from_events(
    path: str | Path, region: str | None, gazetteer: Gazetteer, *, holder: str | None = None
) -> ControlSeries:
    """Control maps from a table of when settlements changed hands, by Thiessen cells within a region.

    ``holder``: the side that is drawn; else the party that most rows name.
    """
    from statistics import median

    from geomap.control import control_from_events, read_events
    from geomap.models import FROM_REPORTS

    events = read_events(path)
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
    return control_from_events(
        events,
        gazetteer.settlements(around),
        shape,
        holder=holder,
        name=f"{Path(path).stem}{FROM_REPORTS}",
        resolve=places.get,
    )


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
    before: Path, after: Path, *, rules: Path | None = None, region: str | None = None, repair: bool = False
) -> geopandas.GeoDataFrame:
    """Ground gained and lost between two files: as control maps where a preset or rules read them, else as shapes."""
    from geomap import control

    within = _region_shape(region)
    first, second = (_one_snapshot(p, rules, repair) for p in (before, after))
    if first is not None and second is not None:
        return control.change(first, second, region=within).frame
    shapes = [control.read_polygons(p, repair=repair) for p in (before, after)]
    return control.diff(*shapes, region=within)


def compare_sources(
    first: str, second: str, *, rules: Path | None = None, region: str | None = None, repair: bool = False
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
    found = [_maps_or_shapes(path, rules, repair) for _, path in pairs]
    dated = [maps.snapshots[-1].as_of.date() for maps in found if isinstance(maps, ControlSeries)]
    maps = [control.snapshot_at(m, min(dated)) or m.snapshots[0] if isinstance(m, ControlSeries) else m for m in found]
    names = [name or Path(path.name.removesuffix(".gz")).stem for name, path in pairs]
    if names[0] == names[1]:
        names = [str(path) for _, path in pairs]
    frame = control.compare_sources(*maps, names=(names[0], names[1]), region=_region_shape(region))
    said = [f"{n} of {m.as_of:%Y-%m-%d}" if isinstance(m, Snapshot) else n for n, m in zip(names, maps, strict=True)]
    return frame, (said[0], said[1])


def _maps_or_shapes(path: Path, rules: Path | None, repair: bool) -> ControlSeries | geopandas.GeoDataFrame:
    """Control maps where a preset or rules read them, else the shapes of a file."""
    from geomap import control

    try:
        return read_series(None, path, rules, repair)
    except UnknownMapError:
        if rules is not None or path.is_dir():
            raise
        return control.read_polygons(path, repair=repair)


def _one_snapshot(path: Path, rules: Path | None, repair: bool) -> Snapshot | None:
    """A file as a control map, or None where it is only shapes (no date, no known classes)."""
    try:
        return read_series(None, path, rules, repair).snapshots[0]
    except UnknownMapError:
        if rules is not None:
            raise
        return None


def series(
    paths: str | Path | Sequence[str | Path],
    *,
    since: Any = None,
    region: str | None = None,
    rules: str | Path | None = None,
    repair: bool = False,
    by_region: bool = False,
) -> geopandas.GeoDataFrame:
    """Held, gained, lost, gross, net and cumulative km² by date, with the change polygons as geometry.

    ``by_region``: rows for each first-level region that the maps touch, named in ``region``; what lies in none of them
    (at sea, off a drawn coast) is "elsewhere", so that the rows of a date add up to the whole. The regions' borders are
    Natural Earth's, 1.4 km off on average: a strip of that width may count for the neighbour.
    """
    from geomap import control
    from geomap.articles import parse_date
    from geomap.control.settlements import has_tables

    given = [Path(paths)] if isinstance(paths, (str, Path)) else [Path(p) for p in paths]
    day, within = parse_date("since", since), _region_shape(region)
    if by_region:
        maps = read_series(None, given, rules, repair)
        frame = control.series(maps, since=day, regions=_regions_of(maps, within))
        figures = frame.select_dtypes("number").drop(columns="gap_days").fillna(0).abs().sum(axis=1)
        return frame[figures.groupby(frame["region"]).transform("sum") > 0].reset_index(drop=True)
    if has_tables(given):
        return control.series(read_series(None, given, rules, repair), since=day, region=within)
    # straight from the files: one map in memory at a time
    return control.series(given, since=day, region=within, rules=Path(rules) if rules else None, repair=repair)


def _regions_of(maps: ControlSeries, within: Any) -> dict[str, Any]:
    """First-level regions by name that maps may touch, cut to ``within``, and what lies in none of them."""
    import numpy as np
    import shapely

    gazetteer = open_gazetteer()
    frames = [s.frame for s in maps.snapshots if len(s.frame)]
    boxes = np.array([frame.total_bounds for frame in frames]).reshape(-1, 4)
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
    progress: Progress = silent,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows ``date, held_km2, ... source`` and their changed ground as GeoJSON; a time map beside them where asked."""
    progress("Measuring control maps", 0, 1)
    frame = series(paths, since=since, region=region, rules=rules, repair=repair, by_region=by_region)
    progress("Measuring control maps", 1, 1)
    if map_file is not None:
        write_series_map(read_series(None, [Path(p) for p in paths], rules, repair), map_file)
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
