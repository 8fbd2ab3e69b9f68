"""The house's own borders in place of the basemap's: whose view of borders a page shows is the publisher's choice."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.errors import InputError
from geomap.files import read_bytes, shown
from geomap.maps.features import Bounds, Gazetteer
from geomap.settings import Style

if TYPE_CHECKING:
    import geopandas
    from shapely.geometry.base import BaseGeometry

PLAIN = (ValueError, OSError, AttributeError, TypeError, LookupError)
"""What geopandas and pyogrio raise, beside their own, of files that are not what they say."""
SUFFIXES = (".geojson", ".json", ".gpkg")
LARGEST = 200 * 2**20
"""Bytes: the finest public outlines of all countries are a quarter of it."""


def with_boundaries(gazetteer: Gazetteer, style: Style) -> Gazetteer:
    """The gazetteer, its borders drawn from ``style.boundary_file`` where there is one. Measurements keep theirs."""
    return HouseBorders(gazetteer, read_boundaries(Path(style.boundary_file))) if style.boundary_file else gazetteer


def read_boundaries(path: Path) -> geopandas.GeoDataFrame:
    """Lines or polygons of a GeoJSON or GeoPackage file, EPSG:4326.

    Raises
    ------
    InputError
        The file is missing, of another kind, without a CRS, or holds anything but lines and polygons.
    """
    import geopandas
    import pyogrio
    from shapely.errors import ShapelyError

    where = f"boundary_file: {shown(path)}"
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{where}: found {path.suffix!r}; expected one of {', '.join(SUFFIXES)}")
    read_bytes(path, limit=LARGEST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on files that it reads all the same
            frame = geopandas.read_file(path, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ShapelyError, *PLAIN):
        raise InputError(f"{where}: cannot be read; expected GeoJSON or GeoPackage of border lines") from None
    if not isinstance(frame, geopandas.GeoDataFrame) or frame.crs is None:
        raise InputError(f"{where}: has no geometry with a CRS; expected lines or polygons of borders")
    frame = frame[frame.geometry.notna() & ~frame.geometry.is_empty].to_crs(4326)
    other = sorted(set(frame.geometry.geom_type) - {"LineString", "MultiLineString", "Polygon", "MultiPolygon"})
    if other or frame.empty:
        found = other[0] if other else "nothing"
        raise InputError(f"{where}: found {found}; expected lines or polygons of borders")
    return frame.reset_index(drop=True)


class HouseBorders:
    """A gazetteer whose basemap bears the house's borders.

    First-level regions are left out of the basemap: their outer edges are borders too, by somebody else's view. A
    country that a text names is outlined as the file has it, where a polygon's ``id`` is the place's id
    ("geonames:690791").
    """

    def __init__(self, gazetteer: Gazetteer, borders: geopandas.GeoDataFrame) -> None:
        self._gazetteer = gazetteer
        self._borders = borders
        named: list[str] = borders["id"].astype(str).tolist() if "id" in borders.columns else []
        self._outlines: dict[str, BaseGeometry] = {
            key: shape
            for key, shape in zip(named, borders.geometry, strict=False)
            if shape.geom_type in ("Polygon", "MultiPolygon")
        }

    def geometry(self, place_id: str, /) -> BaseGeometry | None:
        """A place's outline: the house's, else the gazetteer's."""
        return self._outlines.get(place_id) or self._gazetteer.geometry(place_id)

    def basemap(self, bounds: Bounds, /) -> dict[str, geopandas.GeoDataFrame]:
        """The basemap without regions, with ``borders``."""
        parts = {k: v for k, v in self._gazetteer.basemap(bounds).items() if k != "regions"}
        return parts | {"borders": self._borders.cx[bounds[0] : bounds[2], bounds[1] : bounds[3]]}
