"""Geometry for the screen: cut to the picture, thinned without moving its area, five decimals (about 1 m)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geomap.maps.features import Bounds

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DECIMALS = 5
AREA_KEPT = 0.001
"""A drawn polygon's geodesic area stays within 0.1 % of the measured one, so that a reader may measure the page."""


def for_display(geometry: BaseGeometry, tolerance: float, *, keep_area: bool = True) -> BaseGeometry:
    """Thin lines and rings by ``tolerance`` degrees (Douglas and Peucker 1973), less where the area would move."""
    from shapely import get_num_coordinates

    from geomap.geodesy import area_m2

    if get_num_coordinates(geometry) < 20:
        return geometry
    area = area_m2(geometry) if keep_area else 0.0
    for step in (tolerance, tolerance / 4, tolerance / 16):
        thin = geometry.simplify(step, preserve_topology=True)
        if thin.is_empty:
            continue
        if not area or abs(area_m2(thin) - area) <= AREA_KEPT * area:
            return thin
    return geometry


def cut(geometry: BaseGeometry, bounds: Bounds) -> BaseGeometry:
    """The part within bounds; rings stay valid."""
    from shapely import box, clip_by_rect, intersection, make_valid
    from shapely.errors import GEOSException

    if not geometry.is_valid:
        geometry = make_valid(geometry)
    try:
        return clip_by_rect(geometry, *bounds)
    except GEOSException:
        # its quick clipping stumbles over rings that barely reach in
        return intersection(geometry, box(*bounds))


def widen(bounds: Bounds, factor: float) -> Bounds:
    """Bounds grown about their middle, within the world: from 0 to 360 where they reach past the antimeridian."""
    west, south, east, north = bounds
    first = 0.0 if east > 180 else -180.0
    dx, dy = (east - west) * (factor - 1) / 2, (north - south) * (factor - 1) / 2
    return (max(first, west - dx), max(-89.0, south - dy), min(first + 360, east + dx), min(89.0, north + dy))


def as_geojson(geometry: BaseGeometry, decimals: int = DECIMALS) -> dict[str, Any]:
    """GeoJSON geometry with rounded coordinates, outer rings counter-clockwise (RFC 7946, 3.1.6)."""
    from shapely.geometry import GeometryCollection, MultiPolygon, Polygon, mapping
    from shapely.geometry.polygon import orient

    if isinstance(geometry, GeometryCollection):
        return {"type": "GeometryCollection", "geometries": [as_geojson(g, decimals) for g in geometry.geoms]}
    if isinstance(geometry, Polygon):
        geometry = orient(geometry)
    elif isinstance(geometry, MultiPolygon):
        geometry = MultiPolygon([orient(p) for p in geometry.geoms])
    shape = mapping(geometry)
    return {"type": shape["type"], "coordinates": _rounded(shape["coordinates"], decimals)}


def _rounded(part: Any, decimals: int) -> Any:
    if isinstance(part[0], (int, float)):
        return [round(float(part[0]), decimals), round(float(part[1]), decimals)]
    ring = [_rounded(p, decimals) for p in part]
    if ring and isinstance(ring[0][0], float):
        kept = [p for i, p in enumerate(ring) if i == 0 or p != ring[i - 1]]
        # a closed ring needs four positions, a line two
        return kept if len(kept) >= 4 or (ring[0] != ring[-1] and len(kept) >= 2) else ring
    return ring


def polygons_only(geometry: BaseGeometry) -> BaseGeometry:
    """Drop the lines and points that cutting leaves at an edge."""
    from shapely.geometry import MultiPolygon

    if geometry.geom_type == "Polygon":
        return geometry
    parts: list[Any] = []
    for part in getattr(geometry, "geoms", []):
        if part.geom_type == "Polygon":
            parts.append(part)
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            parts.extend(p for p in part.geoms if p.geom_type == "Polygon")
    return MultiPolygon(parts)


def without_islets(geometry: BaseGeometry, least: float) -> BaseGeometry:
    """Drop polygons under ``least`` square degrees, less than a pixel of the view, but never all of them."""
    from shapely.geometry import MultiPolygon

    if not isinstance(geometry, MultiPolygon):
        return geometry
    parts = sorted(geometry.geoms, key=lambda part: -part.area)
    return MultiPolygon([parts[0], *(part for part in parts[1:] if part.area > least)])
