"""Polygons of a file, a row a feature, where it is no control map: what ``geomap area`` and ``diff`` measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geomap.control.files import layers
from geomap.control.reading import check_coordinates, mend_or_refuse
from geomap.errors import ControlError

if TYPE_CHECKING:
    import geopandas

LABELS = ("name", "NAME", "Name", "title", "id")
"""Properties that name a feature, best first."""


def read_polygons(path: Path, *, repair: bool = False) -> geopandas.GeoDataFrame:
    """Read the polygons of a GeoJSON, GeoPackage, GeoParquet, shapefile or a .zip of them.

    Returns
    -------
    GeoDataFrame
        EPSG:4326: ``feature`` (its name, else its number from 1), geometry.

    Raises
    ------
    ControlError
        The file cannot be read, has no CRS or no polygon, or a ring is broken and ``repair`` is not asked for.
    """
    import geopandas

    names: list[str] = []
    shapes: list[Any] = []
    for layer in layers(Path(path)):
        check_coordinates(layer.shapes, layer)
        mend_or_refuse(layer.shapes, layer.rows, layer.where, repair)
        rows = np.asarray(layer.rows, dtype=int)
        for row in dict.fromkeys(layer.rows):
            at = np.flatnonzero(rows == row)
            properties = layer.properties[at[0]]
            called = next((properties[k] for k in LABELS if properties.get(k) not in (None, "")), None)
            names.append(str(row + 1) if called is None else str(called))
            parts = layer.shapes[at]
            # parts as they stand: a union would hide that a file counts ground twice
            shapes.append(parts[0] if len(parts) == 1 else shapely.geometrycollections(parts))
    if not shapes:
        raise ControlError(f"{path}: holds no polygon; expected polygons, as GeoJSON, GeoPackage or shapefile")
    return geopandas.GeoDataFrame({"feature": names}, geometry=shapes, crs=4326)
