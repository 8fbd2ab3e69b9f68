"""Questions about one text, for notebooks: frames of what the command line of the same name prints."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from geomap.given import articles_given, checked_text

if TYPE_CHECKING:
    import geopandas

    from geomap.models import Article


def toponyms(text: str) -> geopandas.GeoDataFrame:
    """Every place mention of a text, EPSG:4326.

    Returns
    -------
    GeoDataFrame
        ``article, start, end, text, kind``, the place as ``place_id, place_name, ...``, ``why_not``; a point where the
        place is a point.
    """
    from geomap import pipeline
    from geomap.measure import open_gazetteer
    from geomap.reports.plain import mentions_frame

    return mentions_frame(pipeline.toponyms_of(_article(text), open_gazetteer()))


def extract(text: str, *, published: date | str | None = None) -> geopandas.GeoDataFrame:
    """Every claim of a text, untested: the columns of ``check`` with no verdict."""
    from geomap import pipeline
    from geomap.measure import open_gazetteer
    from geomap.models import Assessment, Methods
    from geomap.reports import claims_frame

    article = pipeline.with_language(_article(text, published))
    _, claims = pipeline.extract([article], open_gazetteer())
    # a frame of claims needs no more of an assessment than these
    found = Assessment(
        articles=(article,), toponyms=(), claims=tuple(claims), comparisons=(), control=(),
        methods=Methods(version="", command=""),
    )  # fmt: skip
    return claims_frame(found)


def check(text: str, *, published: date | str | None = None, **options: Any) -> geopandas.GeoDataFrame:
    """Every claim of a text with its verdict: ``report(text=text).claims``; options as of ``report``."""
    from geomap import pipeline

    return pipeline.report(text=checked_text(text), published=published, **options).claims


def _article(text: str, published: date | str | None = None) -> Article:
    from geomap.pipeline import as_date

    (article,) = articles_given(text=checked_text(text), published=as_date(published), say=lambda _: None)
    return replace(article, spans=None)
