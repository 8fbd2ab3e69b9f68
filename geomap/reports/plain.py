"""Frames that notebooks take further: a GeoDataFrame that becomes JSON and a folium map whatever its columns."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import geopandas

from geomap.errors import OutputError


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
