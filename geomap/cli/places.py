"""Commands about places: where they are, how far apart, what ground they span."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from geomap.cli.options import Country, FormatOption, Near, OutputOption, Region
from geomap.errors import NetworkError
from geomap.files import shown
from geomap.models import Match
from geomap.printing import emit, feature, note, point_feature

if TYPE_CHECKING:
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
    from geomap.measure import open_gazetteer, resolve_records

    online_places = _asker(contact, country, limit) if online else None
    records = resolve_records(names, open_gazetteer(), near=near, country=country, limit=limit, more=online_places)
    for name in names:
        own = [r for r in records if r.get("query", name) == name and r["source"] != "Nominatim"]
        if own and not any(r["match"] in (Match.EXACT, Match.ALTERNATE) for r in own):
            note(f"{shown(name)!r}: no such name; the nearest spellings are shown")
    columns = {
        "name": "name", "country": "country", "region": "admin1", "feature": "feature", "lat": "lat", "lon": "lon",
        "population": "population", "score": "score", "match": "match", "id": "id",
    }  # fmt: skip
    emit(records, columns, form, output, features=[point_feature(r, {}) for r in records])
    if any(r["source"] == "Nominatim" for r in records):
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
    from geomap.measure import distance_record, open_gazetteer

    record = distance_record(start, end, open_gazetteer(), country=country)
    a, b = record["from"], record["to"]
    columns = {"from": "from.name", "to": "to.name", "km": "km", "azimuth": "azimuth_deg", "compass": "compass"}
    line = {"type": "LineString", "coordinates": [[a["lon"], a["lat"]], [b["lon"], b["lat"]]]}
    plain = {"from": a["name"], "to": b["name"]} | {k: record[k] for k in ("km", "azimuth_deg", "compass")}
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


def _asker(contact: str | None, country: str | None, limit: int) -> Callable[[str], list[Place]]:
    """Asks Nominatim for a name."""
    from functools import partial

    from geomap.gazetteer import find_online

    if not contact:
        raise NetworkError("--online: Nominatim asks who calls; say --contact you@example.org or GEOMAP_CONTACT")
    return partial(find_online, contact=contact, country=country, limit=limit)
