"""Discs, corridors and buffers in metres, drawn in a local azimuthal equidistant plane.

From its centre that plane keeps distances and azimuths exactly; d away from it, lengths across are stretched by
d² / (6 R²): 0.04 % at 300 km. Geometries wider than ``WIDE_DEG`` are therefore buffered cell by cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from geomap.errors import GeomapError
from geomap.geodesy import ellipsoid

WIDE_DEG = 6.0
"""Degrees: beyond this extent a geometry is buffered cell by cell; the stretch within a cell stays below 0.05 %."""
QUARTER = 16
"""Segments of a quarter circle: a disc of 64 corners, 0.16 % smaller than the circle; areas of discs say so."""


def to_plane(lonlat: NDArray[np.float64], lon0: float, lat0: float) -> NDArray[np.float64]:
    """Give points (n, 2) lon, lat as metres east and north in the azimuthal equidistant plane round a point."""
    if not len(lonlat):
        return np.zeros((0, 2))
    n = len(lonlat)
    x, y = np.ascontiguousarray(lonlat[:, 0]), np.ascontiguousarray(lonlat[:, 1])
    azimuth, _, metres = ellipsoid().inv(np.full(n, lon0), np.full(n, lat0), x, y)
    turn = np.radians(azimuth)
    return np.column_stack([metres * np.sin(turn), metres * np.cos(turn)])


def from_plane(plane: NDArray[np.float64], lon0: float, lat0: float) -> NDArray[np.float64]:
    """Give points of the plane back as lon, lat in degrees; longitudes run on past 180 rather than jump."""
    if not len(plane):
        return np.zeros((0, 2))
    n = len(plane)
    azimuth = np.degrees(np.arctan2(plane[:, 0], plane[:, 1]))
    lon, lat, _ = ellipsoid().fwd(np.full(n, lon0), np.full(n, lat0), azimuth, np.hypot(plane[:, 0], plane[:, 1]))
    return np.column_stack([lon0 + (np.asarray(lon) - lon0 + 180.0) % 360.0 - 180.0, lat])


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
    # a vertex each ~10 km, so that edges straight in lon/lat stay so
    dense = shapely.segmentize(geometry, 0.1) if geometry.length > 0.1 else geometry
    plane = shapely.transform(dense, lambda c: to_plane(c, lon0, lat0))
    if plane.geom_type == "MultiPoint":
        # thousands of discs, joined pair by pair: GEOS would node all of them at once
        grown = shapely.union_all(shapely.buffer(shapely.get_parts(plane), metres, quad_segs=QUARTER))
    else:
        grown = shapely.buffer(plane, metres, quad_segs=QUARTER)
    pole = to_plane(np.array([[lon0, 90.0 if lat0 >= 0 else -90.0]]), lon0, lat0)[0]
    over_pole = shapely.intersects_xy(grown, pole[0], pole[1])
    back = shapely.transform(grown, lambda c: from_plane(c, lon0, lat0))
    return round_pole(back, lon0, lat0) if over_pole else back


def round_pole(shape: Any, lon0: float, lat0: float) -> Any:
    """Give a shape round the pole of ``lat0``'s side as all that lies poleward of its rim, down to the map's edge."""
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
