"""Area on the WGS 84 ellipsoid, vectorised over all vertices of all geometries.

The area between an edge and the equator is the integral of u(lat) over longitude, where u is the area from the equator
to lat per radian of longitude. Along an edge the trapezoid h (u1 + u2) / 2 falls short by -h³ u''/12, and u'' is known
exactly for both kinds of edge:

- geodesic: from Clairaut's relation u'' = -sin(lat) (r² + 3 u'² / r²), r = N cos(lat) the radius of the parallel;
- planar (straight in longitude and latitude, as GEOS cuts): u'' = (d²u/dlat²) (dlat/dlon)².

The next term is of fifth order in length: edges longer than ``LONGEST`` are split first, at points of the edge itself.
Rings that come near a pole, where longitude stops being a measure, go to Karney's algorithm (2013,
doi:10.1007/s00190-012-0578-z) through pyproj.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.errors import GeomapError

Floats = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]
Edges = Literal["geodesic", "planar"]

A = 6378137.0
"""Semi-major axis in metres, WGS 84."""
F = 1 / 298.257223563
E2 = F * (2 - F)
B2 = A * A * (1 - E2)
"""Semi-minor axis squared."""
DEGREE = np.pi / 180
LONGEST = 0.5 * DEGREE
"""Radians of arc over cos(lat) from which an edge is split: keeps the error below 1e-8 (measured against pyproj)."""
POLAR = 89.0
"""Degrees of latitude beyond which a ring goes to pyproj."""
BLOCK = 4096
"""Geometries taken at a time: memory stays flat."""
SERIES = tuple((k + 1) / (2 * k + 1) * E2**k for k in range(8))
"""u(lat) / (B² sin lat) as a series in sin²; the next term is below 1e-17."""


def geometries_of(shapes: Any) -> NDArray[np.object_]:
    """Give the shapely geometries of a geometry, array, list, GeoSeries or GeoDataFrame, in EPSG:4326.

    Raises
    ------
    GeomapError
        A frame without a CRS, or something that holds no geometry.
    """
    if isinstance(shapes, shapely.Geometry):
        return np.array([shapes], dtype=object)
    if hasattr(shapes, "crs"):
        if shapes.crs is None:
            raise GeomapError(
                "frame: found no CRS, expected one; if its coordinates are longitude and latitude, "
                "call set_crs(4326) on it first"
            )
        if not (shapes.crs.is_geographic and shapes.crs.equals("EPSG:4326", ignore_axis_order=True)):
            shapes = shapes.to_crs(4326)
        if hasattr(shapes, "geometry"):
            shapes = shapes.geometry
        return np.asarray(shapes.array if hasattr(shapes, "array") else shapes, dtype=object)
    array = np.asarray(shapes, dtype=object).ravel() if not hasattr(shapes, "__array__") else np.asarray(shapes)
    wrong = np.flatnonzero(~(shapely.is_geometry(array) | shapely.is_missing(array)))
    if len(wrong):
        kind = type(array[wrong[0]]).__name__
        raise GeomapError(f"area: item {wrong[0]} is a {kind}; expected a shapely geometry")
    return array.astype(object).ravel()


def area(shapes: Any, *, edges: Edges = "geodesic") -> Floats:
    """Measure polygon geometries in m² on the WGS 84 ellipsoid.

    Rings may run in any direction; holes are taken off; collections count their polygons; lines, points, empties and
    None measure 0; Z is passed over.

    Parameters
    ----------
    shapes
        A shapely geometry, an array or list of them (lon, lat in degrees), a GeoSeries or a GeoDataFrame. A frame in
        another CRS is reprojected.
    edges
        "geodesic": an edge is the shortest line, and wraps at 180° of longitude; agrees with Karney to 1e-8.
        "planar": an edge is straight in longitude and latitude, as GEOS cuts and as maps draw it: areas balance
        exactly after union, difference and intersection. Here an edge from 179 to -179 runs the long way round.

    Returns
    -------
    ndarray of shape (n,), m².

    Raises
    ------
    GeomapError
        A frame without a CRS; coordinates that are not finite.
    """
    if edges not in ("geodesic", "planar"):
        raise GeomapError(f"area: edges={edges!r}; expected 'geodesic' or 'planar'")
    array = geometries_of(shapes)
    out = np.zeros(len(array))
    for start in range(0, len(array), BLOCK):
        out[start : start + BLOCK] = _block(array[start : start + BLOCK], edges)
    return out


def area_m2(geometry: shapely.Geometry, *, edges: Edges = "geodesic") -> float:
    """Measure one geometry in m²: ``area`` for a single one."""
    return float(area(geometry, edges=edges)[0])


def _block(array: NDArray[np.object_], edges: Edges) -> Floats:
    """Areas of up to ``BLOCK`` geometries."""
    kinds = shapely.get_type_id(array)
    if (kinds == 3).all():
        polygons, owner = array, np.arange(len(array))
    else:
        nested = np.flatnonzero(kinds == 7)
        if len(nested):
            return _collections(array, kinds, nested, edges)
        keep = np.flatnonzero((kinds == 3) | (kinds == 6))
        polygons, index = shapely.get_parts(array[keep], return_index=True)
        owner = keep[index]
    holes = shapely.get_num_interior_rings(polygons)
    whole = holes == 0
    out = np.zeros(len(array))
    if whole.all():
        rings, sign, ring_owner = polygons, None, owner
    else:
        rings, index = shapely.get_rings(polygons, return_index=True)
        first = np.r_[True, index[1:] != index[:-1]] if len(index) else np.zeros(0, bool)
        sign, ring_owner = np.where(first, 1.0, -1.0), owner[index]
    counts = shapely.get_num_coordinates(rings)
    measured = ring_areas(shapely.get_coordinates(rings), counts, edges=edges)
    if sign is not None:
        measured = measured * sign
    np.add.at(out, ring_owner, measured)
    return out


def _collections(array: NDArray[np.object_], kinds: NDArray[np.int32], nested: Ints, edges: Edges) -> Floats:
    """Areas where some geometries are collections: measure what they hold, then add up."""
    out = np.zeros(len(array))
    plain = np.flatnonzero(kinds != 7)
    out[plain] = _block(array[plain], edges)
    parts, index = shapely.get_parts(array[nested], return_index=True)
    np.add.at(out, nested[index], _block(parts, edges))
    return out


def ring_areas(coordinates: Floats, counts: Ints, *, edges: Edges = "geodesic", signed: bool = False) -> Floats:
    """Measure closed rings given as one array of coordinates.

    Parameters
    ----------
    coordinates
        (n, 2) lon, lat in degrees; every ring repeats its first vertex at its end.
    counts
        Vertices of each ring; a ring of none measures 0.
    signed
        Keep the sign: positive for anticlockwise rings.

    Returns
    -------
    ndarray of shape (len(counts),), m².
    """
    out = np.zeros(len(counts))
    if len(coordinates) == 0:
        return out
    if not np.isfinite(coordinates).all():
        row = int(np.flatnonzero(~np.isfinite(coordinates).all(axis=1))[0])
        raise GeomapError(f"area: vertex {row} is {tuple(coordinates[row].tolist())}; expected finite degrees")
    full = np.flatnonzero(counts > 0)
    counts = counts[full]
    starts = np.r_[0, np.cumsum(counts)[:-1]]
    lon, lat = coordinates[:, 0] * DEGREE, coordinates[:, 1] * DEGREE
    s = np.sin(lat)
    s2 = s * s
    u = np.full_like(s, SERIES[-1])
    for c in SERIES[-2::-1]:
        u *= s2
        u += c
    u *= s * B2
    # differences to the ring's first vertex: small rings keep their digits
    u0 = np.repeat(u[starts], counts)
    rel = u - u0
    h = lon[1:] - lon[:-1]
    if edges == "geodesic":
        h -= 2 * np.pi * np.round(h / (2 * np.pi))
    ends = starts[1:] - 1
    h[ends] = 0.0  # from one ring's last vertex to the next ring's first: no edge
    dlat = lat[1:] - lat[:-1]
    dlat[ends] = 0.0
    mid = (lat[1:] + lat[:-1]) / 2
    sm = np.sin(mid)
    cos2 = 1 - sm * sm
    w = 1 - E2 * sm * sm
    if edges == "geodesic":
        r2 = A * A * cos2 / w
        du = u[1:] - u[:-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            bend = sm / 12 * (r2 * h**3 + 3 * du * du * h / r2)
        long_edge = h * h * cos2 + dlat * dlat > LONGEST**2 * cos2
    else:
        # u' = B² cos/w², u'' = B² sin (4 E2 cos²/w³ - 1/w²)
        bend = -h * dlat * dlat / 12 * B2 * sm * (4 * E2 * cos2 / w - 1) / (w * w)
        long_edge = np.abs(dlat) > LONGEST
    each = h * (rel[1:] + rel[:-1]) / 2 + bend
    long_edge &= h != 0
    if long_edge.any():
        which = np.flatnonzero(long_edge)
        each[which] = _long_edges(coordinates[which], coordinates[which + 1], u0[which], edges)
    each = np.append(each, 0.0)
    total = np.add.reduceat(each, starts)
    turn = np.add.reduceat(np.append(h, 0.0), starts)
    round_pole = np.abs(turn) > np.pi
    if edges == "geodesic":
        cap = 2 * np.pi * B2 * sum(SERIES)
        if round_pole.any():
            over = total[round_pole] + u[starts[round_pole]] * turn[round_pole]
            total[round_pole] = -np.sign(turn[round_pole]) * (cap - np.abs(over)) * np.sign(over + (over == 0))
        polar = np.maximum.reduceat(np.abs(coordinates[:, 1]), starts) > POLAR
        for i in np.flatnonzero(polar):
            part = coordinates[starts[i] : starts[i] + counts[i]]
            total[i] = -_karney(part)
    # anticlockwise rings integrate to a negative value: their lower edges run east
    out[full] = -total
    return out if signed else np.abs(out)


def _karney(ring: Floats) -> float:
    from geomap.geodesy import ellipsoid

    return float(ellipsoid().polygon_area_perimeter(ring[:, 0], ring[:, 1])[0])


def _u(lat: Floats) -> Floats:
    s = np.sin(lat)
    return np.asarray(np.polynomial.polynomial.polyval(s * s, SERIES) * s * B2)


def _long_edges(first: Floats, last: Floats, u0: Floats, edges: Edges) -> Floats:
    """Integrals of u - u0 along edges of any length, split at points of the edge."""
    from geomap.geodesy import ellipsoid

    if edges == "planar":
        pieces = np.ceil(np.abs(last[:, 1] - first[:, 1]) * DEGREE / LONGEST).astype(int)
    else:
        azimuth, _, metres = ellipsoid().inv(first[:, 0], first[:, 1], last[:, 0], last[:, 1])
        cos = np.cos(np.minimum(np.maximum(np.abs(first[:, 1]), np.abs(last[:, 1])), POLAR) * DEGREE)
        pieces = np.ceil(metres / A / (LONGEST * cos)).astype(int)
    pieces = np.maximum(pieces, 1)
    owner = np.repeat(np.arange(len(first)), pieces + 1)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
    share = step / pieces[owner]
    if edges == "planar":
        points = first[owner] + share[:, None] * (last - first)[owner]
    else:
        lon, lat, _ = ellipsoid().fwd(first[owner, 0], first[owner, 1], azimuth[owner], metres[owner] * share)
        points = np.column_stack([lon, lat])
        at_start, at_end = step == 0, step == pieces[owner]
        points[at_start], points[at_end] = first[owner[at_start]], last[owner[at_end]]
    lon, lat = points[:, 0] * DEGREE, points[:, 1] * DEGREE
    inside = owner[1:] == owner[:-1]
    h = (lon[1:] - lon[:-1])[inside]
    if edges == "geodesic":
        h -= 2 * np.pi * np.round(h / (2 * np.pi))
    u = _u(lat)
    u1, u2, base = u[:-1][inside], u[1:][inside], u0[owner[1:][inside]]
    dlat = (lat[1:] - lat[:-1])[inside]
    sm = np.sin((lat[1:] + lat[:-1])[inside] / 2)
    cos2, w = 1 - sm * sm, 1 - E2 * sm * sm
    if edges == "geodesic":
        r2 = A * A * cos2 / w
        bend = sm / 12 * (r2 * h**3 + 3 * (u2 - u1) ** 2 * h / r2)
    else:
        bend = -h * dlat * dlat / 12 * B2 * sm * (4 * E2 * cos2 / w - 1) / (w * w)
    each = h * ((u1 - base) + (u2 - base)) / 2 + bend
    return np.bincount(owner[1:][inside], weights=each, minlength=len(first)).astype(np.float64)
