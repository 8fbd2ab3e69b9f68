"""What every export says: claims with geometry, places, ground by date, the finding, who is credited."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.models import Assessment, MentionKind, Place, Status
from geomap.settings import Style
from geomap.wording import in_page_words

if TYPE_CHECKING:
    import geopandas

VERDICT_COLOURS = {
    "does_not_fit": "#a3341c",
    "roughly_fits": "#77600f",
    "fits": "#1d6a55",
    "maps_cannot_settle": "#5b6167",
    "not_testable": "#5b6167",
}
"""Ink of each verdict, as on the page; a name stands beside the colour wherever it is used."""
GROUND_COLOURS = {"held": "#8d6b45", "contested": "#d9b36c", "unknown": "#c9c4ba"}

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold: the hour of writing would change the bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A report, ready to be written in any form.

    ``claims``: one row a claim as ``report.claims``; ``places``: id, name, country, feature, score, approximate;
    ``ground``: source, as_of (ISO 8601), until (the next map's day, or none), status, holder, area. All EPSG:4326.
    ``picture``: makes the still map as PNG.
    """

    title: str
    claims: geopandas.GeoDataFrame = field(repr=False)
    places: geopandas.GeoDataFrame = field(repr=False)
    ground: geopandas.GeoDataFrame = field(repr=False)
    sources: tuple[str, ...]
    credits: tuple[str, ...]
    labels: dict[str, str]
    alt: str
    picture: Callable[[], bytes] = field(repr=False)


def build_export(
    assessment: Assessment,
    claims: geopandas.GeoDataFrame,
    *,
    style: Style,
    title: str,
    labels: dict[str, str],
    alt: str,
    picture: Callable[[], bytes],
) -> Export:
    """Gather what exports write. ``labels``: verdict label -> the words that readers see."""
    sources = [" · ".join(filter(None, (a.title or a.id, a.source, a.url))) for a in assessment.articles]
    credit = [
        " · ".join(filter(None, (in_page_words(p.attribution or p.name, style), in_page_words(p.licence, style))))
        for p in assessment.methods.data
    ]
    return Export(
        title=plain(title),
        claims=claims,
        places=_places(assessment),
        ground=_ground(assessment),
        sources=tuple(plain(s) for s in sources),
        credits=tuple(plain(c) for c in dict.fromkeys(credit)),
        labels=labels,
        alt=plain(alt),
        picture=picture,
    )


def _places(assessment: Assessment) -> geopandas.GeoDataFrame:
    """Places that the texts name literally, once each, as points."""
    import geopandas
    from shapely.geometry import Point

    places: dict[str, Place] = {}
    for toponym in assessment.toponyms:
        if toponym.place is not None and toponym.kind is MentionKind.LITERAL:
            places.setdefault(toponym.place.id, toponym.place)
    names = ("id", "name", "country", "admin1", "feature", "score", "approximate")
    rows = [{n: plain(v) if isinstance(v := getattr(p, n), str) else v for n in names} for p in places.values()]
    points: Any = [Point(p.lon, p.lat) for p in places.values()]
    frame = {n: [r[n] for r in rows] for n in names}
    return geopandas.GeoDataFrame(frame, geometry=geopandas.GeoSeries(points, crs=4326))


def _ground(assessment: Assessment) -> geopandas.GeoDataFrame:
    """One row a map, holder and status, with the time until the next map of its source."""
    import geopandas
    from shapely import union_all

    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    for series in assessment.control:
        following = [s.as_of for s in series.snapshots[1:]]
        for number, snapshot in enumerate(series.snapshots):
            until = following[number].isoformat() if number < len(following) else None
            parts: dict[tuple[str, str], list[Any]] = {}
            row: Any
            for row in snapshot.frame.itertuples():
                if row.status != Status.FREE:
                    holder = row.holder if isinstance(row.holder, str) and row.holder else series.holder
                    parts.setdefault((str(row.status), plain(holder)), []).append(row.geometry)
            for (status, holder), held in sorted(parts.items(), key=lambda item: item[0]):
                rows.append(
                    {
                        "source": plain(series.name),
                        "as_of": snapshot.as_of.isoformat(),
                        "until": until,
                        "status": status,
                        "holder": holder,
                    }
                )
                shapes.append(union_all(held))
    names = ("source", "as_of", "until", "status", "holder")
    return geopandas.GeoDataFrame(
        {n: [r[n] for r in rows] for n in names}, geometry=geopandas.GeoSeries(shapes, crs=4326)
    )


def plain(text: object) -> str:
    """Text as XML 1.0 can hold it: characters that it forbids are left out."""
    return _NO_XML.sub("", str(text))


def cell(row: Any, name: str) -> str:
    """A column's value in words; empty where it is missing."""
    import pandas as pd

    value = getattr(row, name)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return plain(value)


def rezip(path: Path) -> None:
    """Write a zip again with fixed times and order, so that the same content is the same bytes."""
    import zipfile

    with zipfile.ZipFile(path) as packed:
        parts = [(info.filename, packed.read(info)) for info in packed.infolist()]
    write_zip(path, parts)


def write_zip(path: Path, parts: list[tuple[str, bytes]]) -> None:
    """A zip of named parts, in their order, without the hour of writing."""
    import zipfile

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            packed.writestr(zipfile.ZipInfo(name, date_time=EPOCH), data, zipfile.ZIP_DEFLATED)
