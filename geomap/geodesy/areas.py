"""Area on the WGS 84 ellipsoid, vectorised over all vertices of all geometries.

The area between an edge and the equator is the integral of u(lat) over longitude, where u is the area from the equator
to lat per radian of longitude. Along an edge the trapezoid h (u1 + u2) / 2 falls short by -h³ u''/12, and u'' is known
exactly for both kinds of edge:

- geodesic: from Clairaut's relation u'' = -sin(lat) (r² + 3 u'² / r²), r = N cos(lat) the radius of the parallel;
- planar (straight in longitude and latitude, as GEOS cuts): u'' = (d²u/dlat²) (dlat/dlon)².

(for planar edges the next term, -h⁵ u''''/480, is known too). What is left is of fifth order in length or higher: edges
longer than ``LONGEST`` are split first, at points of the edge itself.
Rings that come near a pole, where longitude stops being a measure, go to Karney's algorithm (2013,
doi:10.1007/s00190-012-0578-z) through pyproj.
"""

from __future__ import annotations

from collections.abc import Iterator
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
LONGEST_PLANAR = 0.25 * DEGREE
"""Radians of latitude from which an edge straight in lon/lat is split: areas then balance to a thousandth of a m²."""
POLAR = 89.0
"""Degrees of latitude beyond which a ring goes to pyproj."""
BLOCK = 1 << 16
"""Vertices taken from GEOS at a time: memory stays flat."""
CHUNK = 1 << 14
"""Vertices computed at a time: the work arrays stay in the processor's second-level cache."""

# u(lat) = B² lat P(lat²): an odd polynomial, interpolated at Chebyshev nodes on [-90°, 90°] in 50 digits from the
# series sin(lat) (k+1)/(2k+1) e^2k sin^2k(lat); off by 3e-15 at most. One polynomial costs less than a sine, and gives
# the same bits on every processor.
U = (
    1.0000000000000027, -0.1622037466735059, 0.006128762175041985, 0.0002628343437778411, -4.9362742963513275e-05,
    3.0160858865022953e-06, 5.177188974669817e-09, -1.830695305046612e-08, 1.7487541928205598e-09,
    -7.808611396738095e-11, 1.1091776561307767e-12,
)  # fmt: skip
# sin(lat) likewise to 3e-11: the second-order term of a 20 km edge is 10⁵ m²
SINE = (
    0.9999999999829089, -0.16666666616790812, 0.008333330973271878, -0.00019840861058037127, 2.752526349541792e-06,
    -2.3889104032675583e-08,
)  # fmt: skip
# 1 / (1 - E2 s²) in powers of s²
WIDTH = (1.0, E2, E2 * E2)
# u'''' / (B² s) in powers of s², by (s^n)'' = n (n - 1) s^(n-2) - n² s^n; the next term is below 1e-3
FOURTH = (1 - 40 * E2 + 72 * E2**2, 54 * E2 - 408 * E2**2, 375 * E2**2)
CAP = 2 * np.pi * B2 * float(np.polynomial.polynomial.polyval((np.pi / 2) ** 2, U)) * np.pi / 2
"""Area of half the ellipsoid, m²."""


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
    for block in _blocks(array):
        out[block] = _block(array[block], edges)
    return out


def area_m2(geometry: shapely.Geometry, *, edges: Edges = "geodesic") -> float:
    """Measure one geometry in m²: ``area`` for a single one."""
    return float(area(geometry, edges=edges)[0])


def _blocks(array: NDArray[np.object_]) -> Iterator[slice]:
    """Runs of geometries of about ``BLOCK`` vertices."""
    ends = np.cumsum(shapely.get_num_coordinates(array))
    start = 0
    while start < len(array):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + BLOCK, side="right")))
        yield slice(start, stop)
        start = stop


def _block(array: NDArray[np.object_], edges: Edges) -> Floats:
    """Areas of a run of geometries."""
    kinds = shapely.get_type_id(array)
    if (kinds == 3).all():
        polygons, owner = array, None
    else:
        nested = np.flatnonzero(kinds == 7)
        if len(nested):
            return _collections(array, kinds, nested, edges)
        keep = np.flatnonzero((kinds == 3) | (kinds == 6))
        polygons, index = shapely.get_parts(array[keep], return_index=True)
        owner = keep[index]
    if not shapely.get_num_interior_rings(polygons).any():
        counts = shapely.get_num_coordinates(polygons)
        measured = ring_areas(shapely.get_coordinates(polygons), counts, edges=edges)
    else:
        rings, index = shapely.get_rings(polygons, return_index=True)
        measured = ring_areas(shapely.get_coordinates(rings), shapely.get_num_coordinates(rings), edges=edges)
        # the first ring of a polygon is its shell, the others are holes
        measured[1:][index[1:] == index[:-1]] *= -1
        owner = index if owner is None else owner[index]
    if owner is None:
        return measured
    return np.bincount(owner, weights=measured, minlength=len(array)).astype(np.float64)


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
    if len(coordinates) == 0:
        return np.zeros(len(counts))
    full = None if counts.all() else np.flatnonzero(counts)
    if full is not None:
        out = np.zeros(len(counts))
        out[full] = ring_areas(coordinates, counts[full], edges=edges, signed=signed)
        return out
    last = np.cumsum(counts) - 1
    starts = last - counts + 1
    # differences to the ring's first vertex: small rings keep their digits
    base = np.repeat(_u(coordinates[starts, 1] * DEGREE), counts)
    each = np.empty(len(coordinates))
    each[-1] = 0.0
    wraps: list[tuple[Ints, Ints]] = []
    polar = False
    n = len(coordinates) - 1
    work = np.empty((7, CHUNK + 1))
    with np.errstate(all="ignore"):  # what is not finite is found below, poles go elsewhere
        for i in range(0, n, CHUNK):
            j = min(i + CHUNK, n)
            ends = last[np.searchsorted(last, i) : np.searchsorted(last, j)]
            polar |= _integrals(coordinates[i : j + 1], base[i : j + 1], ends - i, each[i:j], edges, work, i, wraps)
    total = np.add.reduceat(each, starts)
    if wraps:
        edge, turns = (np.concatenate(w) for w in zip(*wraps, strict=True))
        turn = np.zeros(len(counts))
        np.add.at(turn, np.searchsorted(last, edge), -2 * np.pi * turns)
        total += base[starts] * turn
        round_pole = np.abs(turn) > np.pi
        # what lies between the ring and the equator, taken from the hemisphere
        side = np.where(total == 0, np.sign(turn), np.sign(total))[round_pole]  # on the equator: by its direction
        total[round_pole] = -side * (CAP / B2 - np.abs(total[round_pole]))
    total *= -B2  # the lower edges of an anticlockwise ring run east: its integral is negative
    if polar and edges == "geodesic":
        for ring in np.flatnonzero(np.maximum.reduceat(np.abs(coordinates[:, 1]), starts) > POLAR):
            total[ring] = _karney(coordinates[starts[ring] : last[ring] + 1])
    if not np.isfinite(total).all():
        row = int(np.flatnonzero(~np.isfinite(coordinates).all(axis=1))[0])
        raise GeomapError(f"area: vertex {row} is {tuple(coordinates[row].tolist())}; expected finite degrees")
    return total if signed else np.abs(total)


def _integrals(
    points: Floats, base: Floats, ends: Ints, out: Floats, edges: Edges, work: Floats, offset: int,
    wraps: list[tuple[Ints, Ints]],
) -> bool:  # fmt: skip
    """Integrals of (u - base) / B² along the edges of up to ``CHUNK`` + 1 vertices, written to ``out``.

    Every step writes to a work array: a fresh array for each would cost more than the arithmetic.

    Returns
    -------
    Whether a vertex lies beyond ``POLAR``.
    """
    n = len(points)
    lat, t, u = work[0, :n], work[1, :n], work[2, :n]
    h, dlat, s, q = work[3, : n - 1], work[4, : n - 1], work[5, : n - 1], work[6, : n - 1]
    np.multiply(points[:, 1], DEGREE, out=lat)
    np.multiply(lat, lat, out=t)
    np.multiply(t, U[-1], out=u)
    for c in U[-2:0:-1]:
        u += c
        u *= t
    u += U[0]
    u *= lat
    np.subtract(points[1:, 0], points[:-1, 0], out=h)
    h *= DEGREE
    np.subtract(lat[1:], lat[:-1], out=dlat)
    # from one ring's last vertex to the next ring's first there is no edge
    h[ends] = 0.0
    dlat[ends] = 0.0
    # sine of the middle latitude, in s; then q = (r / B)², r the radius of that parallel
    middle = t[1:]
    np.add(lat[1:], lat[:-1], out=middle)
    middle *= 0.5
    poleward = bool(lat.max() > POLAR * DEGREE or lat.min() < -POLAR * DEGREE)
    t = lat[1:]  # latitudes are not needed any more
    np.multiply(middle, middle, out=t)
    np.multiply(t, SINE[-1], out=s)
    for c in SINE[-2:0:-1]:
        s += c
        s *= t
    s += SINE[0]
    s *= middle
    np.multiply(s, s, out=t)
    step = middle  # free from here on
    if edges == "geodesic":
        np.multiply(t, WIDTH[2], out=q)
        q += WIDTH[1]
        q *= t
        q += WIDTH[0]
        np.subtract(1.0, t, out=t)
        q *= t
        q *= A * A / B2
        # s / 12 (q h² + 3 du² / q)
        np.subtract(u[1:], u[:-1], out=step)
        step *= step
        step /= q
        step *= 3.0
        np.multiply(h, h, out=t)
        t *= q
        step += t
        step *= s
        step *= 1 / 12
        # longer than LONGEST cos(lat)? cos² is q but for 0.7 %
        np.multiply(dlat, dlat, out=dlat)
        dlat += t
        q *= LONGEST**2
        long_edge = np.flatnonzero(dlat > q)
    else:
        # -dlat² / 12 u'' - dlat⁴ / 480 u'''', where u'' = s (4 E2 cos² / w - 1) / w², w = 1 - E2 s², and
        # u'''' = s FOURTH(s²)
        long_edge = np.flatnonzero(np.abs(dlat) > LONGEST_PLANAR)
        np.multiply(t, -E2, out=q)
        q += 1.0
        np.subtract(1.0, t, out=step)
        step *= 4 * E2
        step /= q
        step -= 1.0
        step /= q
        step /= q
        step *= -1 / 12
        dlat *= dlat
        np.multiply(t, -FOURTH[2] / 480, out=q)
        q -= FOURTH[1] / 480
        q *= t
        q -= FOURTH[0] / 480
        q *= dlat
        step += q
        step *= s
        step *= dlat
    u -= base
    np.add(u[1:], u[:-1], out=out)
    out *= 0.5
    out += step
    out *= h
    if len(long_edge):
        if edges == "geodesic":
            turns = np.rint(h[long_edge] / (2 * np.pi)).astype(np.int64)
            wrapped = turns != 0
            if wrapped.any():
                wraps.append((long_edge[wrapped] + offset, turns[wrapped]))
        long_edge = long_edge[h[long_edge] != 0]
        out[long_edge] = _long_edges(points[long_edge], points[long_edge + 1], base[long_edge], edges)
    return poleward


def _karney(ring: Floats) -> float:
    from geomap.geodesy import ellipsoid

    return float(ellipsoid().polygon_area_perimeter(ring[:, 0], ring[:, 1])[0])


def _u(lat: Floats) -> Floats:
    """Area from the equator to ``lat`` (radians) over B² and per radian of longitude."""
    t = lat * lat
    u = t * U[-1]
    for c in U[-2:0:-1]:
        u += c
        u *= t
    return (u + U[0]) * lat


def _long_edges(first: Floats, last: Floats, u0: Floats, edges: Edges) -> Floats:
    """Integrals of (u - u0) / B² along edges of any length, split at points of the edge."""
    from geomap.geodesy import ellipsoid

    if edges == "planar":
        pieces = np.ceil(np.abs(last[:, 1] - first[:, 1]) * DEGREE / LONGEST_PLANAR).astype(int)
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
        q = A * A / B2 * cos2 / w
        bend = sm / 12 * (q * h**3 + 3 * (u2 - u1) ** 2 * h / q)
    else:
        u2nd = (4 * E2 * cos2 / w - 1) / (w * w)
        u4th = FOURTH[0] + sm * sm * (FOURTH[1] + sm * sm * FOURTH[2])
        bend = -h * sm * dlat**2 * (u2nd / 12 + dlat**2 * u4th / 480)
    each = h * ((u1 - base) + (u2 - base)) / 2 + bend
    return np.bincount(owner[1:][inside], weights=each, minlength=len(first)).astype(np.float64)
