"""Commands about places: where they are, how far apart, what ground they span."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from geomap.cli.options import Country, FormatOption, Near, OutputOption, Region
from geomap.errors import NetworkError, PlaceError
from geomap.files import shown
from geomap.models import Match, to_record
from geomap.printing import emit, feature, note, point_feature

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.models import Place


class HullMethod(StrEnum):
    CONVEX = "convex"
    CONCAVE = "concave"
    THIESSEN = "thiessen"
    ALL = "all"


def resolve(
    names: Annotated[list[str], typer.Argument(metavar="NAME...")],
    near: Near = None,
    country: Country = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many answers a name.")] = 5,
    online: Annotated[bool, typer.Option("--online", help="Ask OpenStreetMap's Nominatim too.")] = False,
    contact: Annotated[
        str | None,
        typer.Option(envvar="GEOMAP_CONTACT", metavar="EMAIL", help="Your address, which Nominatim's rules ask for."),
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Where is it? Tolerant of spelling and script.

    Example: geomap resolve Izyum "Lyman, Donetsk" --country UA
    """
    from geomap.measure import open_gazetteer, unknown_place

    gazetteer = open_gazetteer()
    around = _point_of(near, gazetteer) if near else None
    records = []
    credited = False
    for name in names:
        exact = gazetteer.find(name, country=country, near=around, limit=limit, fuzzy=False)
        found = exact or gazetteer.find(name, country=country, near=around, limit=limit)
        if online:
            from geomap.gazetteer import find_online

            if not contact:
                raise NetworkError(
                    "--online: Nominatim asks who calls; say --contact you@example.org or GEOMAP_CONTACT"
                )
            away = find_online(name, contact=contact, country=country, limit=limit)
            found = [*away, *found][:limit]
            credited = credited or bool(away)
        if not found:
            raise PlaceError(unknown_place(name, gazetteer, country=country))
        if not any(p.match in (Match.EXACT, Match.ALTERNATE) for p in found if p.source != "Nominatim"):
            note(f"{shown(name)!r}: no such name; the nearest spellings are shown")
        records += [to_record(p) | ({"query": name} if len(names) > 1 else {}) for p in found]
    columns = {
        "name": "name", "country": "country", "region": "admin1", "feature": "feature", "lat": "lat", "lon": "lon",
        "population": "population", "score": "score", "match": "match", "id": "id",
    }  # fmt: skip
    emit(records, columns, form, output, features=[point_feature(r, {}) for r in records])
    if credited:
        from geomap.gazetteer.online import ATTRIBUTION

        note(ATTRIBUTION)


def distance(
    start: Annotated[str, typer.Argument(metavar="FROM")],
    end: Annotated[str, typer.Argument(metavar="TO")],
    country: Country = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Distance and direction between two places.

    Geodesic, with azimuth and compass word; a place may be LAT,LON.

    Example: geomap distance "Zolota Balka" Dudchany
    """
    from geomap import geodesy
    from geomap.measure import open_gazetteer

    gazetteer = open_gazetteer()
    a = _place(start, gazetteer, country=country)
    b = _place(end, gazetteer, country=country, near=(a.lat, a.lon))
    azimuth = geodesy.azimuth_deg(a.lon, a.lat, b.lon, b.lat)
    km = geodesy.distance_km(a.lon, a.lat, b.lon, b.lat)
    record = {
        "from": to_record(a), "to": to_record(b), "km": round(km, 3), "azimuth_deg": round(azimuth, 2),
        "compass": str(geodesy.compass(azimuth)),
    }  # fmt: skip
    columns = {"from": "from.name", "to": "to.name", "km": "km", "azimuth": "azimuth_deg", "compass": "compass"}
    line = {"type": "LineString", "coordinates": [[a.lon, a.lat], [b.lon, b.lat]]}
    plain = {"from": a.name, "to": b.name} | {k: record[k] for k in ("km", "azimuth_deg", "compass")}
    emit([record], columns, form, output, features=[feature(line, plain)], one=True)


def hull(
    places: Annotated[list[str], typer.Argument(metavar="PLACE...")],
    method: Annotated[HullMethod, typer.Option(help="all gives the interval between the methods.")] = HullMethod.ALL,
    country: Country = None,
    region: Region = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """The ground that places span, with an interval.

    Example: geomap hull Izium Kupiansk Balakliia --method all
    """
    from geomap import measure

    record, features = measure.hull_records(places, method=str(method), country=country, region=region)
    columns = {"places": "places", "method": "method", "area km²": "area_km2", "low": "low_km2", "high": "high_km2"}
    emit([record], columns, form, output, features=features, one=True)


def _place(
    name: str, gazetteer: Gazetteer, *, country: str | None = None, near: tuple[float, float] | None = None
) -> Place:
    from geomap.measure import one_place

    return one_place(name, gazetteer, country=country, near=near)


def _point_of(near: str, gazetteer: Gazetteer) -> tuple[float, float]:
    place = _place(near, gazetteer)
    return place.lat, place.lon
