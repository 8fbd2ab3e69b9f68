"""Frames that notebooks take further: a GeoDataFrame that becomes JSON and a folium map whatever its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

import geopandas
import pandas as pd
from shapely.geometry import Point

from geomap.errors import OutputError
from geomap.models import Assessment, Place, Toponym, report_record, to_record

PLACE = (
    "id", "name", "lat", "lon", "feature", "country", "admin1", "population", "score", "match", "source", "approximate",
    "radius_km",
)  # fmt: skip
MENTION = ("article", "start", "end", "text", "kind")
COMPARISON = ("kind", "claims", "articles", "sources", "sentence", "place", "within_article")
UNTESTED = ("claim", "article", "quote", "why_not")


class PlainFrame(geopandas.GeoDataFrame):
    """A GeoDataFrame whose days are ISO 8601 text where the answer is JSON: ``to_json`` and ``explore``."""

    def to_json(self, *given: Any, **options: Any) -> str:  # type: ignore[override]
        """GeoJSON; options as of geopandas."""
        made: str = super(PlainFrame, _days_as_text(self)).to_json(*given, **options)
        return made

    def explore(self, *given: Any, **options: Any) -> Any:
        """A folium map with a row's fields on it; needs mapclassify, as of geopandas.

        Raises
        ------
        OutputError
            mapclassify is not installed.
        """
        if find_spec("mapclassify") is None:
            raise OutputError('explore: wants mapclassify; pip install "geomap-territory[explore]", or use report.map')
        return super(PlainFrame, _days_as_text(self)).explore(*given, **options)

    def _constructor_from_mgr(self, mgr: Any, axes: Any) -> Any:
        made = super()._constructor_from_mgr(mgr, axes)  # type: ignore[misc]
        if isinstance(made, geopandas.GeoDataFrame):
            made.__class__ = PlainFrame
        return made


def _days_as_text(frame: PlainFrame) -> PlainFrame:
    days = frame.select_dtypes("datetime").columns
    # missing text is None in JSON, where pandas has NA
    texts: Any = frame.select_dtypes("string").columns
    changed = {name: frame[name].dt.strftime("%Y-%m-%d") for name in days} | {name: frame[name] for name in texts}
    return frame.assign(**{name: values.astype(object).where(values.notna(), None) for name, values in changed.items()})


def mentions_frame(toponyms: Iterable[Toponym]) -> PlainFrame:
    """One row a mention, the place's fields as ``place_...``; a point where the place is one, else no geometry."""
    found = list(toponyms)
    rows = []
    for toponym in found:
        record = to_record(toponym)
        place = record.pop("place") or {}
        rows.append(record | {f"place_{name}": place.get(name) for name in PLACE})
    columns = [*MENTION, *(f"place_{name}" for name in PLACE), "why_not"]
    return _located(rows, columns, [t.place for t in found])


def places_frame(places: Sequence[Place | None], more: Sequence[dict[str, Any]]) -> PlainFrame:
    """One row a place, with ``more`` of each; a point where the place is one, else no geometry."""
    rows = [
        told | {name: value for name, value in (to_record(place) if place else {}).items() if name in PLACE}
        for place, told in zip(places, more, strict=True)
    ]
    first = [name for name in (more[0] if more else {}) if name not in PLACE]
    return _located(rows, [*first, *PLACE], places)


def told_places(assessment: Assessment) -> PlainFrame:
    """The places that literal or other mentions mean, in order of appearance, with how often."""
    counts: dict[str, int] = {}
    places: dict[str, Place] = {}
    for toponym in assessment.toponyms:
        if toponym.place is not None:
            places.setdefault(toponym.place.id, toponym.place)
            counts[toponym.place.id] = counts.get(toponym.place.id, 0) + 1
    frame = places_frame(list(places.values()), [{} for _ in places])
    frame.insert(len(PLACE), "mentions", [counts[key] for key in places])
    return frame


def record_frame(assessment: Assessment, part: str) -> pd.DataFrame:
    """A list of ``report.json`` as a table, with its columns where it is empty too."""
    columns = {"contradictions": COMPARISON, "untested": UNTESTED}[part]
    return pd.DataFrame(report_record(assessment)[part], columns=list(columns))


def _located(rows: list[dict[str, Any]], columns: list[str], places: Sequence[Place | None]) -> PlainFrame:
    points: Any = [None if place is None or place.wide else Point(place.lon, place.lat) for place in places]
    shapes = geopandas.GeoSeries(points, crs=4326)
    return PlainFrame(pd.DataFrame(rows, columns=columns), geometry=shapes)
