"""Discs, corridors and buffers in metres, drawn in a local azimuthal equidistant projection.

From its centre that projection keeps distances and azimuths exactly; d away from it, lengths across are stretched by
d² / (6 R²): 0.04 % at 300 km. Geometries wider than ``WIDE_DEG`` are therefore buffered cell by cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import affinity

from geomap.errors import GeomapError

WIDE_DEG = 6.0
"""Degrees: beyond this extent a geometry is buffered cell by cell; the stretch within a cell stays below 0.05 %."""
QUARTER = 16
"""Segments of a quarter circle: a disc of 64 corners, 0.16 % smaller than the circle; areas of discs say so."""


def disc(lon: float, lat: float, metres: float) -> Any:
    """Give a disc of a radius round a point, as a polygon (MultiPolygon across the antimeridian)."""
    return buffer_m(shapely.Point(lon, lat), metres)


def corridor(lonlat: NDArray[np.float64], metres: float) -> Any:
    """Give all ground within a distance of the line through places, (n, 2) lon, lat in degrees."""
    return buffer_m(shapely.LineString(lonlat), metres)


def buffer_m(geometry: Any, metres: float) -> Any:
    """Give all ground within ``metres`` of a geometry; a negative distance shrinks polygons.

    Parameters
    ----------
    geometry
        Any shapely geometry, lon, lat in degrees. Longitudes may run past 180.

    Returns
    -------
    Polygon or MultiPolygon, longitudes in [-180, 180]; empty for an empty geometry or distance 0 of a line.

    Raises
    ------
    GeomapError
        The distance is not finite or above 2,000 km, where no flat map serves.
    """
    if not np.isfinite(metres) or abs(metres) > 2_000_000:
        raise GeomapError(f"buffer: distance is {metres} m; expected at most 2,000 km")
    if geometry is None or geometry.is_empty:
        return shapely.Polygon()
    west, south, east, north = geometry.bounds
    if max(east - west, north - south) <= WIDE_DEG:
        return into_180(_local(geometry, metres))
    edge = geometry.boundary if geometry.geom_type in ("Polygon", "MultiPolygon") else geometry
    cells = [
        _local(part, abs(metres))
        for x in np.arange(west, east, WIDE_DEG)
        for y in np.arange(south, north + 1e-9, WIDE_DEG)
        if not (part := shapely.clip_by_rect(edge, x, y, x + WIDE_DEG, y + WIDE_DEG)).is_empty
    ]
    rim = shapely.union_all(cells)
    if edge is geometry:
        return into_180(rim if metres > 0 else shapely.Polygon())
    return into_180(shapely.union(geometry, rim) if metres > 0 else shapely.difference(geometry, rim))


def _local(geometry: Any, metres: float) -> Any:
    """Buffer in an azimuthal equidistant projection round the middle of the geometry's box."""
    west, south, east, north = geometry.bounds
    lon0, lat0 = (west + east) / 2, (south + north) / 2
    flat = f"+proj=aeqd +lat_0={lat0!r} +lon_0={lon0!r} +datum=WGS84 +units=m"
    there = Transformer.from_crs("EPSG:4326", flat, always_xy=True)
    # a vertex each ~10 km, so that edges straight in lon/lat stay so
    dense = shapely.segmentize(geometry, 0.1) if geometry.length > 0.1 else geometry
    plane = shapely.transform(dense, lambda c: np.column_stack(there.transform(c[:, 0], c[:, 1])))
    grown = shapely.buffer(plane, metres, quad_segs=QUARTER)
    pole = shapely.Point(there.transform(lon0, 90.0 if lat0 >= 0 else -90.0))
    over_pole = shapely.contains(grown, pole)
    back = shapely.transform(grown, lambda c: _back(there, c, lon0))
    return _round_pole(back, lon0, lat0) if over_pole else back


def _back(there: Transformer, plane: NDArray[np.float64], lon0: float) -> NDArray[np.float64]:
    """Degrees of points of the plane; longitudes run on past 180 rather than jump."""
    lon, lat = there.transform(plane[:, 0], plane[:, 1], direction="INVERSE")
    return np.column_stack([lon0 + (np.asarray(lon) - lon0 + 180.0) % 360.0 - 180.0, lat])


def _round_pole(shape: Any, lon0: float, lat0: float) -> Any:
    """A shape round a pole, as all that lies poleward of its rim: in lon/lat, down to the map's edge."""
    rim = shapely.get_coordinates(shapely.get_exterior_ring(shapely.get_parts(shape)[0]))
    rim = rim[np.argsort(rim[:, 0], kind="stable")]
    pole = 90.0 if lat0 >= 0 else -90.0
    first, last = rim[0] + [360.0, 0.0], rim[-1] - [360.0, 0.0]
    line = np.vstack([last, rim, first])
    ring = np.vstack([line, [line[-1, 0], pole], [line[0, 0], pole]])
    return shapely.clip_by_rect(shapely.Polygon(ring), lon0 - 180.0, -90.0, lon0 + 180.0, 90.0)


def into_180(geometry: Any) -> Any:
    """Bring longitudes into [-180, 180]: what lies beyond is cut off at the antimeridian and moved round."""
    west, _, east, _ = geometry.bounds if not geometry.is_empty else (0.0, 0.0, 0.0, 0.0)
    if west >= -180.0 and east <= 180.0:
        return geometry
    parts = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.floor((east + 180) / 360)) + 1):
        shift = 360.0 * turn
        cut = shapely.clip_by_rect(geometry, shift - 180.0, -90.0, shift + 180.0, 90.0)
        parts.append(affinity.translate(cut, -shift))
    return shapely.union_all([p for p in parts if not p.is_empty])
