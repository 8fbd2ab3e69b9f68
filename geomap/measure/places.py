"""Measuring by name: what ``resolve``, ``distance`` and ``hull`` do, and how large a place is.

It joins the gazetteer with hulls, for the command line and for Python.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, overload

from geomap.errors import PlaceError
from geomap.files import shown
from geomap.models import Compass, Place, to_record

if TYPE_CHECKING:
    import geopandas
    import numpy as np
    from numpy.typing import NDArray

    from geomap.gazetteer import Gazetteer
    from geomap.hulls import Hull

HullMethod = Literal["convex", "concave", "thiessen"]

CELL_MARGIN_DEG = 0.5
"""Thiessen cells need the settlements around the places too: half a degree is several settlements deep."""

OUTLINE_OFF = 1.5
"""An outline further than this from the official figures is another thing's: Monaco's with its sea, a whole county."""

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
        where = place.country or "no one country"
        return (
            f"{shown(name)!r}: no such place in {country.upper()}; there is {shown(place.name)} in {where}"
            f"{_more_to_get(country, gazetteer)}"
        )
    close = list(dict.fromkeys(p.name for p in gazetteer.find(name, country=country, limit=6)))[:3]
    hint = f"did you mean {', '.join(map(shown, close))}?" if close else "try another spelling"
    where = country.upper() if country else "the gazetteer"
    return f"{shown(name)!r}: no such place in {where}; {hint}{_more_to_get(country, gazetteer)}"


def _more_to_get(country: str | None, gazetteer: Gazetteer) -> str:
    """Where more places of a country are to be had, unless they are layered already."""
    code = (country or "").upper()
    if not code or code not in gazetteer.base.countries or code in {layer.meta["name"] for layer in gazetteer.layers}:
        return ""
    return f". {code} has more: geomap gazetteer get {code}"


def candidates(
    name: str,
    gazetteer: Gazetteer,
    *,
    country: str | None = None,
    near: tuple[float, float] | None = None,
    limit: int = 5,
) -> list[Place]:
    """Places of a name, best first: those that bear it, else those whose names come close."""
    exact = gazetteer.find(name, country=country, near=near, limit=limit, fuzzy=False)
    return exact or gazetteer.find(name, country=country, near=near, limit=limit)


def resolve_records(
    names: Sequence[str],
    gazetteer: Gazetteer,
    *,
    near: str | None = None,
    country: str | None = None,
    limit: int = 5,
    more: Callable[[str], list[Place]] | None = None,
) -> list[dict[str, Any]]:
    """Place records of each name, best first, with the name as ``query`` where there are several.

    ``more`` gives places from elsewhere, which stand before the gazetteer's.

    Raises
    ------
    PlaceError
        A name, or ``near``, is nothing's name and like none.
    """
    around = one_place(near, gazetteer) if near else None
    point = (around.lat, around.lon) if around is not None else None
    records = []
    for name in names:
        found = candidates(name, gazetteer, country=country, near=point, limit=limit)
        if more is not None:
            found = [*more(name), *found][:limit]
        if not found:
            raise PlaceError(unknown_place(name, gazetteer, country=country))
        records += [to_record(p) | ({"query": name} if len(names) > 1 else {}) for p in found]
    return records


def distance_record(start: str, end: str, gazetteer: Gazetteer, *, country: str | None = None) -> dict[str, Any]:
    """``{from, to, km, azimuth_deg, compass}``: geodesic; a place is a name or LAT,LON."""
    from geomap import geodesy

    a = one_place(start, gazetteer, country=country)
    b = one_place(end, gazetteer, country=country, near=(a.lat, a.lon))
    azimuth = geodesy.azimuth_deg(a.lon, a.lat, b.lon, b.lat)
    km = geodesy.distance_km(a.lon, a.lat, b.lon, b.lat)
    return {
        "from": to_record(a), "to": to_record(b), "km": round(km, 3), "azimuth_deg": round(azimuth, 2) % 360,
        "compass": str(geodesy.compass(azimuth)),
    }  # fmt: skip


class Distance(NamedTuple):
    """Between two places, on the ellipsoid: km, the azimuth at the first in degrees, the wind of eight."""

    km: float
    azimuth_deg: float
    compass: Compass


def distance(start: str | Place, end: str | Place, *, country: str | None = None) -> Distance:
    """Geodesic distance and direction between two places, names or "LAT,LON".

    Raises
    ------
    PlaceError
        Nothing has a name given.
    """
    from geomap import geodesy

    one, other = places_near_each_other([start, end], open_gazetteer(), country)
    azimuth = geodesy.azimuth_deg(one.lon, one.lat, other.lon, other.lat) % 360
    return Distance(geodesy.distance_km(one.lon, one.lat, other.lon, other.lat), azimuth, geodesy.compass(azimuth))


@overload
def resolve(  # type: ignore[overload-overlap]  # str is a sequence of str
    name: str, *, near: str | tuple[float, float] | None = None, country: str | None = None, limit: None = None
) -> Place: ...


@overload
def resolve(  # type: ignore[overload-overlap]  # str is a sequence of str
    name: str, *, near: str | tuple[float, float] | None = None, country: str | None = None, limit: int
) -> list[Place]: ...


@overload
def resolve(
    name: Sequence[str],
    *,
    near: str | tuple[float, float] | None = None,
    country: str | None = None,
    limit: int | None = None,
) -> geopandas.GeoDataFrame: ...


def resolve(
    name: str | Sequence[str],
    *,
    near: str | tuple[float, float] | None = None,
    country: str | None = None,
    limit: int | None = None,
) -> Place | list[Place] | geopandas.GeoDataFrame:
    """The place that a name means, runners-up in ``alternatives``.

    Parameters
    ----------
    name
        Any spelling or script; up to two letters off; "Kherson region" is the region; "49.2, 37.3" is a point.
        Several give a frame, one row a place with the name as ``query``; a name that is nothing's has one without id.
    near
        A name or (lat, lon) to prefer places close to.
    country
        ISO 3166 two letters.
    limit
        So many places a name, best first: a list of them, or rows of the frame.

    Raises
    ------
    PlaceError
        Nothing has this one name, nor one like it.
    """
    gazetteer = open_gazetteer()
    if isinstance(near, str):
        around = one_place(near, gazetteer)
        near = (around.lat, around.lon)
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise PlaceError(f"limit: found {shown(limit)}; expected a whole number from 1")
    if isinstance(name, str):
        best = _best(name, gazetteer, country, near, limit or 6)
        return best[:limit] if limit is not None else replace(best[0], alternatives=tuple(best[1:]))
    if isinstance(name, bytes) or not isinstance(name, Iterable):
        raise PlaceError(f"name: found {type(name).__name__}; expected str, a place's name, or a list of them")
    return _resolved_frame(list(name), gazetteer, country, near, limit or 1)


def _best(
    name: str, gazetteer: Gazetteer, country: str | None, near: tuple[float, float] | None, limit: int
) -> list[Place]:
    """Places of a name, best first, without their runners-up."""
    try:
        first = one_place(name, gazetteer, country=country, near=near)
    except PlaceError:
        close = gazetteer.find(name, country=country, near=near, limit=limit)
        if not close:
            raise
        return close
    if first.source == "point":
        return [first]
    return gazetteer.find(name, country=country, near=near, limit=limit, fuzzy=False)


def _resolved_frame(
    names: list[str], gazetteer: Gazetteer, country: str | None, near: tuple[float, float] | None, limit: int
) -> geopandas.GeoDataFrame:
    from geomap.reports.plain import places_frame

    places: list[Place | None] = []
    queries: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        if not isinstance(name, str):
            raise PlaceError(f"names[{number}]: found {type(name).__name__}; expected str, a place's name")
        try:
            found: Sequence[Place | None] = _best(name, gazetteer, country, near, limit)
        except PlaceError:
            found = [None]
        places += found
        queries += [{"query": name}] * len(found)
    return places_frame(places, queries)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a place is, km²: the figure in use, and the range from its outline to the official figures.

    ``source`` is who states the figure; None where it is the outline's own.
    """

    km2: float
    low_km2: float
    high_km2: float
    source: str | None = None


@cache
def official_areas() -> Mapping[str, tuple[float | None, float, str, str]]:
    """Official areas by place id: land and total in km², which of them is usual, and who states them."""
    with files("geomap.measure").joinpath("areas.csv").open(encoding="utf-8") as file:
        return {
            row["id"]: (float(row["land_km2"]) if row["land_km2"] else None, float(row["total_km2"]), row["usual"],
                        row["source"])
            for row in csv.DictReader(file)
        }  # fmt: skip


def size_of(place: Place, gazetteer: Gazetteer) -> Size | None:
    """A country's, region's or much-compared place's size; None for what has neither outline nor official figure.

    Outlines are Natural Earth's, of coasts at 1:10 million, and leave out bays and small islands; official totals count
    waters that the outline does not. So the range runs from one to the other.
    """
    outline = _outline_km2(place, gazetteer)
    stated = official_areas().get(place.id)
    if stated is None:
        return None if outline is None else Size(km2=outline, low_km2=outline, high_km2=outline)
    land, total, usual, source = stated
    figures = [v for v in (land, total) if v is not None]
    if outline is not None and min(figures) / OUTLINE_OFF <= outline <= max(figures) * OUTLINE_OFF:
        figures.append(outline)
    best = land if usual == "land" and land is not None else total
    return Size(km2=best, low_km2=min(figures), high_km2=max(figures), source=source)


def area_of(place: Place, gazetteer: Gazetteer) -> float | None:
    """A country's, region's or much-compared place's area in m²: the figure in use, else its outline's, geodesic."""
    size = size_of(place, gazetteer)
    return None if size is None else size.km2 * 1e6


def _outline_km2(place: Place, gazetteer: Gazetteer) -> float | None:
    from geomap import geodesy

    shape = gazetteer.geometry(place.id)
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    return float(geodesy.area(shape)[0]) / 1e6


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
    if isinstance(places, str) or not isinstance(places, Iterable):
        raise PlaceError(f"places: found {type(places).__name__}; expected a list of names or Place records")
    found: list[Place] = []
    for given in places:
        if isinstance(given, Place):
            found.append(given)
            continue
        if not isinstance(given, str):
            raise PlaceError(f"place: found {type(given).__name__}; expected str, a place's name, or a Place")
        near = (sum(p.lat for p in found) / len(found), sum(p.lon for p in found) / len(found)) if found else None
        found.append(one_place(given, gazetteer, country=country, near=near))
    return found


def hull_of(
    places: Sequence[Place], gazetteer: Gazetteer, *, method: str = "convex", region: str | None = None
) -> Hull:
    """``hull`` of places that are already resolved.

    One country or region alone has its outline, the size in use, and the range from that outline to official figures.
    """
    from geomap import hulls

    if method == "all":
        method = HULLS[0]
    cells = _cells(places, gazetteer)
    clip = region_geometry(region, gazetteer)
    made = hulls.measure_hull(places, cast(HullMethod, method), cells=cells, clip=clip)
    if len(places) > 1 or clip is not None or not places[0].feature.startswith("A."):
        return made
    # one country or region spans its own ground
    size, outline = size_of(places[0], gazetteer), gazetteer.geometry(places[0].id)
    if size is None or outline is None:
        return made
    return replace(made, geometry=outline, area_km2=size.km2, low_km2=size.low_km2, high_km2=size.high_km2)


def _cells(places: Sequence[Place], gazetteer: Gazetteer) -> NDArray[np.float64]:
    """Settlements around places, (n, 2) lon/lat: what Thiessen cells are drawn between."""
    import numpy as np

    lonlat = np.array([[p.lon, p.lat] for p in places], dtype=float)
    low, high = lonlat.min(axis=0) - CELL_MARGIN_DEG, lonlat.max(axis=0) + CELL_MARGIN_DEG
    frame = gazetteer.settlements((float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    return np.column_stack([frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()])


def hull_records(
    names: Sequence[str],
    *,
    method: str,
    country: str | None = None,
    region: str | None = None,
    gazetteer: Gazetteer | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """``{places, method, area_km2, low_km2, high_km2}``, and a GeoJSON feature a polygon; "all" draws every method."""
    gazetteer = gazetteer or open_gazetteer()
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
