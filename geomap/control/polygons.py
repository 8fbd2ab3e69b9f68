"""Polygons of a file, a row a feature, where it is no control map: what ``geomap area`` and ``diff`` measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.checks import check_coordinates, mend_or_refuse
from geomap.control.files import Layer, layers
from geomap.errors import ControlError
from geomap.geodesy import area

if TYPE_CHECKING:
    import geopandas

LABELS = ("name", "NAME", "Name", "title", "id")
"""Properties that name a feature, best first."""


def read_polygons(path: Path, *, repair: bool = False, notes: list[str] | None = None) -> geopandas.GeoDataFrame:
    """Read the polygons of a GeoJSON, GeoPackage, GeoParquet, shapefile or a .zip of them.

    Parameters
    ----------
    notes
        Takes a line for each ring mended, and for each shape that could be read two ways round the globe.

    Returns
    -------
    GeoDataFrame
        EPSG:4326: ``feature`` (its name, else its number from 1; after its layer's or folder's, where the file holds
        several), geometry.

    Raises
    ------
    ControlError
        The file cannot be read, has no CRS or no polygon, or a ring is broken and ``repair`` is not asked for.
    """
    import geopandas

    found = [layer for layer in layers(Path(path)) if len(layer.shapes)]
    names: list[str] = []
    shapes: list[NDArray[np.object_]] = []
    for layer in found:
        check_coordinates(layer)
        mended = mend_or_refuse(layer.shapes, layer.rows, layer.where, repair)
        if notes is not None:
            notes += [*mended, *layer.told]
        more, whole = _features(layer)
        prefix = f"{layer.label}: " if len(found) > 1 and layer.label else ""
        names += [prefix + name for name in more]
        shapes.append(whole)
    if not shapes:
        raise ControlError(f"{path}: holds no polygon; expected polygons, as GeoJSON, GeoPackage or shapefile")
    return geopandas.GeoDataFrame({"feature": names}, geometry=np.concatenate(shapes), crs=4326)


def _features(layer: Layer) -> tuple[list[str], NDArray[np.object_]]:
    """The name of each feature, and its parts as they stand: a union would hide that a file counts ground twice."""
    rows = np.asarray(layer.rows, dtype=int)
    first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    names = []
    for at in first.tolist():
        properties = layer.properties[at]
        called = next((properties[k] for k in LABELS if properties.get(k) not in (None, "")), None)
        names.append(str(layer.rows[at] + 1) if called is None else str(called))
    if len(first) == len(rows):
        return names, layer.shapes
    ends = np.append(first[1:], len(rows))
    out = np.empty(len(first), dtype=object)
    out[:] = [
        layer.shapes[i] if j - i == 1 else shapely.geometrycollections(layer.shapes[i:j])
        for i, j in zip(first.tolist(), ends.tolist(), strict=True)
    ]
    return names, out


def ground_m2(shapes: NDArray[np.object_]) -> float:
    """Area of the ground that shapes cover, m²: where they overlap it counts once; edges straight in lon and lat."""
    parts = shapely.get_parts(shapes)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    sizes = np.asarray(area(parts, edges="planar"))
    group = _groups(parts)
    if group is None:
        return float(sizes.sum())
    alone = np.bincount(group)[group] == 1
    total = float(sizes[alone].sum())
    order = np.argsort(group[~alone], kind="stable")
    together, label = parts[~alone][order], group[~alone][order]
    begin = np.flatnonzero(np.append(True, label[1:] != label[:-1]))
    unions = np.empty(len(begin), dtype=object)
    unions[:] = [shapely.union_all(p) for p in np.split(together, begin[1:])]
    return total + float(np.asarray(area(unions, edges="planar")).sum())


def _groups(parts: NDArray[np.object_]) -> NDArray[np.intp] | None:
    """A number for each polygon, the same for those that overlap, over others too; None where none do."""
    one, other = shapely.STRtree(parts).query(parts)
    pair = one < other
    one, other = one[pair], other[pair]
    bounds = shapely.bounds(parts)
    a, b = bounds[one], bounds[other]
    # boxes that touch share no ground
    wide = (np.minimum(a[:, 2], b[:, 2]) > np.maximum(a[:, 0], b[:, 0])) & (
        np.minimum(a[:, 3], b[:, 3]) > np.maximum(a[:, 1], b[:, 1])
    )
    one, other = one[wide], other[wide]
    shapely.prepare(parts)
    meet = shapely.intersects(parts[one], parts[other]) & ~shapely.touches(parts[one], parts[other])
    one, other = one[meet], other[meet]
    return _connected(len(parts), one, other) if len(one) else None


def _connected(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """The least member of each one's group, by pairs that belong together."""
    least = np.arange(count)
    while True:
        before = least.copy()
        np.minimum.at(least, one, least[other])
        np.minimum.at(least, other, least[one])
        least = least[least]
        if (least == before).all():
            return least
