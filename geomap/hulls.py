"""Hulls: the ground that a claim's places span, with an interval. A hull is extent, never a front line.

Three methods, from coarse to fine: "convex" (the rubber band), "concave" (an alpha shape, Edelsbrunner, Kirkpatrick and
Seidel 1983, doi:10.1109/TIT.1983.1056714, as tight as one piece round all places allows) and "thiessen" (the ground
nearer to one of the places than to any other settlement, as VIINA assigns control to ground).

Places too few or too much in line to span ground get the ground round them: a disc of ``EDGE_KM`` round one place, a
corridor of that half-width along places in a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geomap.errors import GeomapError
from geomap.geodesy import LEAST_KM_PER_DEG, area, buffer_m, from_plane, into_180, round_pole, to_plane
from geomap.models import Place
from geomap.models.places import table_html

Floats = NDArray[np.float64]
Method = Literal["convex", "concave", "thiessen"]
METHODS: tuple[Method, ...] = ("convex", "concave", "thiessen")

EDGE_KM = 2.0
"""From a town's centre to its edge: small towns reach 1-3 km, and gazetteer points lie 1-2 km off the centre."""
THIN_KM = 1.0
"""A hull narrower than the gazetteer's own point error is a line, not ground."""
POLAR = 60.0
"""Degrees of latitude above which places may lie round a pole rather than along a parallel."""
REACH_KM = 15.0
"""A Thiessen cell stops this far from its place: villages stand 3-8 km apart, what lies further is empty land."""
SAME_KM = 1.0
"""A settlement this near to a place is the place itself under another record."""


ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Odd 64-bit multipliers (of xxHash, by Yann Collet) that spread the bits of a coordinate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hull:
    """The ground that places span. ``low_km2`` and ``high_km2``: over all methods, to the towns' edges at most."""

    geometry: Any = field(repr=False, compare=False, metadata={"record": False})
    area_km2: float
    low_km2: float
    high_km2: float
    method: str
    places: tuple[str, ...] = ()

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A GeoJSON feature: the polygon and its area."""
        properties = {
            "places": list(self.places), "method": self.method, "area_km2": self.area_km2, "low_km2": self.low_km2,
            "high_km2": self.high_km2,
        }  # fmt: skip
        return {"type": "Feature", "geometry": self.geometry.__geo_interface__, "properties": properties}

    def _repr_html_(self) -> str:
        rows = {
            "area": f"{self.area_km2:,.0f} km², {self.low_km2:,.0f} to {self.high_km2:,.0f} over all methods",
            "method": self.method,
            "note": "a hull is extent, not a front line",
        }
        return table_html(", ".join(self.places) or "hull", rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """What is left of a hull without one of its places; ``share`` of the area rests on that place alone."""

    index: int
    area_km2: float
    share: float


def hull(lonlat: ArrayLike, method: Method = "convex", cells: ArrayLike | None = None, clip: Any = None) -> Any:
    """Draw the ground that places span.

    Parameters
    ----------
    lonlat
        (n, 2) lon, lat in degrees, n >= 1, in any order; places given twice count once.
    method
        "convex", "concave" or "thiessen".
    cells
        (m, 2) lon, lat of the settlements around, for "thiessen"; they may hold the places themselves.
    clip
        Geometry (EPSG:4326) to cut to: a region or country.

    Returns
    -------
    Polygon or MultiPolygon
        EPSG:4326, longitudes in [-180, 180]; across the antimeridian in two parts; empty where ``clip`` leaves nothing.

    Raises
    ------
    GeomapError
        No place, coordinates out of range, an unknown method, "thiessen" without settlements.
    """
    points = _points(lonlat)
    if method == "thiessen":
        shape = _thiessen(points, cells)
    elif method in ("convex", "concave"):
        shape = _spanned(points, concave=method == "concave")
    else:
        raise GeomapError(f"hull: method is {method!r}; expected one of {', '.join(METHODS)}")
    return shape if clip is None else _polygons(shapely.intersection(shape, clip))


def measure_hull(
    places: Sequence[Place], method: Method = "convex", cells: ArrayLike | None = None, clip: Any = None
) -> Hull:
    """Draw and measure the hull of places, with the interval over the methods."""
    lonlat = [(p.lon, p.lat) for p in places]
    geometry = hull(lonlat, method, cells, clip)
    low, high = interval(lonlat, cells, clip)
    km2 = _km2(geometry)
    return Hull(
        geometry=geometry,
        area_km2=km2,
        low_km2=min(low, km2),
        high_km2=max(high, km2),
        method=method,
        places=tuple(p.name for p in places),
    )


def interval(lonlat: ArrayLike, cells: ArrayLike | None = None, clip: Any = None) -> tuple[float, float]:
    """Give the least and the most ground in km² that places may span.

    Least: the smallest of the methods (Thiessen where settlements are given). Most: the largest, or the convex hull
    grown from the towns' centres to their edges.
    """
    points = _points(lonlat)
    methods = METHODS if cells is not None else METHODS[:2]
    sizes = [_km2(hull(points, m, cells, clip)) for m in methods]
    grown = _grown(_unwrapped(points).convex_hull) if _polar(points, concave=False) is None else hull(points)
    sizes.append(_km2(grown if clip is None else _polygons(shapely.intersection(grown, clip))))
    return min(sizes), max(sizes)


def sensitivity(
    lonlat: ArrayLike, method: Method = "convex", cells: ArrayLike | None = None, clip: Any = None
) -> tuple[Without, ...]:
    """Leave each place out in turn: which one carries the area. Largest share first; none for a single place."""
    given = np.atleast_2d(np.asarray(lonlat, dtype=float))
    whole = _km2(hull(given, method, cells, clip))
    if len(given) < 2:
        return ()
    left = [_km2(hull(np.delete(given, i, axis=0), method, cells, clip)) for i in range(len(given))]
    found = [
        Without(index=i, area_km2=a, share=max(0.0, 1 - a / whole) if whole > 0 else 0.0) for i, a in enumerate(left)
    ]
    return tuple(sorted(found, key=lambda w: (-w.share, w.index)))


def _km2(geometry: Any) -> float:
    # a hull is drawn with edges straight in longitude and latitude, and measured as it is drawn
    return float(area(geometry, edges="planar")[0]) / 1e6


def _points(lonlat: ArrayLike) -> Floats:
    """Distinct places, in an order that does not depend on the one given."""
    points = np.atleast_2d(np.asarray(lonlat, dtype=float))
    if points.size == 0:
        raise GeomapError("hull: no place; expected at least one")
    if points.ndim != 2 or points.shape[1] != 2:
        raise GeomapError(f"hull: places of shape {points.shape}; expected (n, 2) of lon, lat")
    wrong = np.flatnonzero(~(np.isfinite(points).all(axis=1) & (abs(points[:, 1]) <= 90) & (abs(points[:, 0]) <= 360)))
    if len(wrong):
        lon, lat = points[wrong[0]].tolist()
        raise GeomapError(f"hull: place {wrong[0]} has lon={lon}, lat={lat}; expected degrees; are they swapped?")
    points = points.copy()
    points[:, 0] = np.where(abs(points[:, 0]) > 180, (points[:, 0] + 180) % 360 - 180, points[:, 0])
    return np.unique(points, axis=0)


def _unwrapped(points: Floats) -> Any:
    """Places as a MultiPoint cut at their widest gap in longitude: longitudes may run past 180."""
    lon = points[:, 0]
    around = np.unique(lon)
    steps = np.diff(np.r_[around, around[0] + 360.0])
    cut = int(np.argmax(steps))
    if lon.max() - lon.min() > 180 and cut != len(around) - 1:
        lon = np.where(lon <= around[cut], lon + 360.0, lon)
    return _multipoint(np.column_stack([lon, points[:, 1]]))


def _multipoint(points: Floats) -> Any:
    return shapely.multipoints(points)


def _spanned(points: Floats, *, concave: bool) -> Any:
    """Convex or concave hull; a disc or corridor where places span no ground."""
    polar = _polar(points, concave=concave)
    if polar is not None:
        return polar
    cloud = _unwrapped(points)
    rubber = cloud.convex_hull
    if rubber.geom_type != "Polygon" or _width_m(rubber) < THIN_KM * 1000:
        return _grown(rubber)
    if concave and len(points) > 3:
        degrees = shapely.get_coordinates(cloud)
        plane = to_plane(degrees, rubber.centroid.x, rubber.centroid.y)
        shell, found = tight_shape(plane)
        if found:
            # back to the very coordinates given, so that the hull's corners are the places
            index = {(x, y): i for i, (x, y) in enumerate(plane.tolist())}
            corners = [index[(x, y)] for x, y in shapely.get_coordinates(shell).tolist()]
            return into_180(shapely.Polygon(degrees[corners]))
    return into_180(rubber)


def _polar(points: Floats, *, concave: bool) -> Any:
    """Hull of places that lie round a pole, drawn in the plane of that pole; None where they do not."""
    pole = 90.0 if points[0, 1] > 0 else -90.0
    if (points[:, 1] * pole).min() < POLAR * 90.0 or len(points) < 3:
        return None
    plane = to_plane(points, 0.0, pole)
    rubber = _multipoint(plane).convex_hull
    shell, found = tight_shape(plane) if concave and len(points) > 3 else (rubber, True)
    if not found or not shapely.intersects_xy(shell, 0.0, 0.0) or shell.geom_type != "Polygon":
        return None
    dense = shapely.segmentize(shell, 50_000.0)
    return round_pole(shapely.transform(dense, lambda c: from_plane(c, 0.0, pole)), 0.0, pole)


def _grown(rubber: Any) -> Any:
    """A hull from the towns' centres to their edges."""
    rim = buffer_m(rubber.boundary if rubber.geom_type == "Polygon" else rubber, EDGE_KM * 1000)
    return shapely.union(into_180(rubber), rim) if rubber.geom_type == "Polygon" else rim


def _width_m(polygon: Any) -> float:
    """Least width of a convex polygon: the shorter side of its tightest rectangle."""
    plane = _multipoint(to_plane(shapely.get_coordinates(polygon), polygon.centroid.x, polygon.centroid.y))
    box: Any = shapely.minimum_rotated_rectangle(plane)
    if box.geom_type != "Polygon":
        return 0.0
    corners = shapely.get_coordinates(box)
    return float(min(np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))))


def alpha_shape(points: ArrayLike, alpha: float) -> Any:
    """Draw the alpha shape of points of a plane: their Delaunay triangles of a circumradius below 1 / alpha.

    Same ground as ``alphashape.alphashape`` (to 1e-12 of the area), through GEOS.

    Parameters
    ----------
    points
        (n, 2) coordinates of a plane.
    alpha
        Inverse of the largest circumradius kept; 0 gives the convex hull.

    Returns
    -------
    Polygon, MultiPolygon or an empty polygon.
    """
    cloud = np.asarray(points, dtype=float).reshape(-1, 2)
    if alpha <= 0 or len(cloud) < 4:
        return _multipoint(cloud).convex_hull
    corners, radius = _triangles(cloud)
    return _joined(corners[radius < 1 / alpha])


def tight_shape(points: Floats) -> tuple[Any, bool]:
    """Give the tightest alpha shape that is one piece round all points, its holes filled.

    Returns
    -------
    (polygon, found): not found where the points lie in a line.
    """
    corners, radius = _triangles(points)
    if not len(corners):
        return shapely.Polygon(), False
    cloud = _multipoint(points)
    radii = np.unique(radius)
    low, high = 0, len(radii) - 1
    best = shapely.Polygon()
    while low <= high:
        middle = (low + high) // 2
        shape = _joined(corners[radius <= radii[middle]])
        if shape.geom_type == "Polygon" and shapely.Polygon(shape.exterior).covers(cloud):
            best, high = shapely.Polygon(shape.exterior), middle - 1
        else:
            low = middle + 1
    return best, not best.is_empty


def _triangles(points: Floats) -> tuple[Floats, Floats]:
    """Corners (n, 3, 2) of the Delaunay triangles of points, all turning the same way, and their circumradii."""
    # a line through the points is built faster than a multipoint, and has the same vertices
    found = shapely.delaunay_triangles(shapely.linestrings(points))
    corners = shapely.get_coordinates(found).reshape(-1, 4, 2)[:, :3]
    (x1, y1), (x2, y2), (x3, y3) = corners.transpose(1, 2, 0)
    a2 = (x2 - x3) ** 2 + (y2 - y3) ** 2
    b2 = (x3 - x1) ** 2 + (y3 - y1) ** 2
    c2 = (x1 - x2) ** 2 + (y1 - y2) ** 2
    twice = (x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1)
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = np.sqrt(a2 * b2 * c2) / (2 * np.abs(twice))
    return corners, np.where(np.isfinite(radius), radius, np.inf)


def _joined(corners: Floats) -> Any:
    """One shape of triangles of a Delaunay mesh: edges that two of them share cancel, the rest bounds it."""
    if not len(corners):
        return shapely.Polygon()
    prints = _prints(corners.reshape(-1, 2)).reshape(-1, 3)
    # the same for both directions of an edge
    edge = (prints + prints[:, [1, 2, 0]]).ravel() * ODD[0]
    order = np.argsort(edge)
    ordered = edge[order]
    twin = np.zeros(len(edge) + 1, bool)
    twin[1:-1] = ordered[1:] == ordered[:-1]
    rim = order[~(twin[1:] | twin[:-1])]
    ends = np.stack([corners.reshape(-1, 2)[rim], corners[:, [1, 2, 0]].reshape(-1, 2)[rim]], axis=1)
    lines: Any = shapely.linestrings(ends)
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(lines)))
    # a face is ground where the triangle behind its first edge runs the same way as its own, anticlockwise, shell
    shells = shapely.get_exterior_ring(faces)
    first = np.concatenate([shapely.get_coordinates(shapely.get_point(shells, i)) for i in (0, 1)], axis=1)
    (x1, y1), (x2, y2), (x3, y3) = corners[rim // 3].transpose(1, 2, 0)
    clockwise = (x2 - x1) * (y3 - y1) < (x3 - x1) * (y2 - y1)
    ends[clockwise] = ends[clockwise, ::-1]
    ours, theirs = (_prints(e[:, :2]) + _prints(e[:, 2:]) * ODD[0] for e in (ends.reshape(-1, 4), first))
    ground = faces[np.isin(theirs, ours)]
    return ground[0] if len(ground) == 1 else shapely.multipolygons(ground)


def _prints(points: Floats) -> NDArray[np.uint64]:
    """A 64-bit print of each point."""
    bits = (points + 0.0).view(np.uint64)  # -0.0 and 0.0 are one place
    mixed = bits[:, 0] * ODD[0]
    mixed ^= mixed >> np.uint64(31)
    mixed += bits[:, 1]
    mixed *= ODD[1]
    mixed ^= mixed >> np.uint64(32)
    return mixed


def _thiessen(points: Floats, cells: ArrayLike | None) -> Any:
    """Ground nearer to a place than to any other settlement, within ``REACH_KM`` of a place."""
    if cells is None:
        raise GeomapError("hull: method 'thiessen' needs the settlements around; pass them as cells, (m, 2) lon, lat")
    cloud = _unwrapped(points)
    reach = buffer_m(cloud, REACH_KM * 1000)
    middle = cloud.convex_hull.centroid
    lon0, lat0 = float(middle.x), float(middle.y)
    degrees = shapely.get_coordinates(cloud)
    others = np.asarray(cells, dtype=float).reshape(-1, 2)
    others = np.column_stack([lon0 + (others[:, 0] - lon0 + 180) % 360 - 180, others[:, 1]])
    near = (2 * REACH_KM / LEAST_KM_PER_DEG) / max(np.cos(np.radians(abs(degrees[:, 1]).max())), 0.05)
    west, south, east, north = cloud.bounds
    inside = (
        (others[:, 0] > west - near) & (others[:, 0] < east + near)
        & (others[:, 1] > south - 0.3) & (others[:, 1] < north + 0.3)
    )  # fmt: skip
    mine, theirs = to_plane(degrees, lon0, lat0), to_plane(others[inside], lon0, lat0)
    if len(theirs):
        own, other = (np.array([shapely.Point(p) for p in side], dtype=object) for side in (mine, theirs))
        gap = shapely.distance(own[shapely.STRtree(own).nearest(other)], other)
        theirs = np.unique(theirs[gap > SAME_KM * 1000], axis=0)
    seeds = np.vstack([mine, theirs])
    if len(seeds) == 1:
        return reach
    frame = shapely.box(*(shapely.total_bounds(shapely.points(seeds)) + np.array([-1, -1, 1, 1]) * 3 * REACH_KM * 1e3))
    polygons = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame))
    owners = shapely.STRtree(polygons).query(shapely.points(mine), predicate="intersects")
    ground = shapely.union_all(polygons[np.unique(owners[1])])
    back = shapely.transform(shapely.segmentize(ground, 10_000.0), lambda c: from_plane(c, lon0, lat0))
    return _polygons(shapely.intersection(into_180(back), reach))


def _polygons(geometry: Any) -> Any:
    """A geometry without the points and lines that cutting leaves."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
