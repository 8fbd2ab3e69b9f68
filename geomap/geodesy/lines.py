"""Distances, azimuths and nearest points, vectorised; edges of lines and polygons are straight in lon and lat.

Nearest points are sought by the chord through the ellipsoid (Earth-centred coordinates), which grows with the geodesic
and knows no antimeridian and no pole; the distance itself is Karney's geodesic between the points found.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geomap.errors import GeomapError
from geomap.geodesy import ellipsoid
from geomap.geodesy.areas import DEGREE, E2, A

Floats = NDArray[np.float64]

PIECE_M = 5_000.0
"""Edges are cut to this length before points on them are compared: a chord of 5 km lies 0.5 m below the ground."""
BENDING = 0.0075
"""The ellipsoid's radii of curvature differ by up to 0.7 %: so much may a chord say of a geodesic's length."""
FAR_SLACK_M = 2.0
"""Beyond about 500 km that is more than the depth of a piece's chord: geodesics decide."""
ANTIPODAL_M = 12_500_000.0
"""Chords beyond this (geodesics of 17,500 km) order nothing: all pieces are measured."""
FEW, STEPS, NARROWING = 8, 17, 4
"""Pieces looked at closely, places on each and rounds: 5 km becomes a metre, where a distance changes by less than one
micrometre."""
ROUNDS = 8
"""Turns of going to and fro between two geometries; two suffice for borders, each turn only shortens the way."""


def distances_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Geodesic distances in metres, element by element; arguments broadcast."""
    return _inverse(lon1, lat1, lon2, lat2)[1]


def azimuths_deg(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Initial azimuths from the first points to the second, degrees clockwise from north in [0, 360)."""
    return np.mod(_inverse(lon1, lat1, lon2, lat2)[0], 360.0)


def _inverse(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> tuple[Floats, Floats]:
    given = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (lon1, lat1, lon2, lat2)))
    shape = given[0].shape
    x1, y1, x2, y2 = (np.ascontiguousarray(a).ravel() for a in given)
    if x1.size == 0:
        return np.zeros(shape), np.zeros(shape)
    azimuth, _, metres = ellipsoid().inv(x1, y1, x2, y2)
    return np.reshape(azimuth, shape), np.reshape(metres, shape)


def length_km(geometry: Any) -> float:
    """Length in km of the lines and rings of a geometry, edge by edge along geodesics."""
    return float(ellipsoid().geometry_length(geometry)) / 1000 if not geometry.is_empty else 0.0


def within_180(longitude: Any) -> Any:
    """Longitude brought into [-180, 180)."""
    return (np.asarray(longitude) + 180.0) % 360.0 - 180.0


def distance_to_km(point: tuple[float, float], geometry: Any) -> float:
    """Geodesic distance in km from a point (lon, lat) to the nearest point of a geometry; 0 inside a polygon.

    Raises
    ------
    GeomapError
        The geometry is empty.
    """
    nearest = nearest_point(point, geometry)
    if nearest == point:
        return 0.0
    return float(distances_m(point[0], point[1], nearest[0], nearest[1])) / 1000


def nearest_point(point: tuple[float, float], geometry: Any) -> tuple[float, float]:
    """Give the point (lon, lat) of a geometry nearest to a point: the point itself where it lies inside.

    Raises
    ------
    GeomapError
        The geometry is empty.
    """
    if _inside(point, geometry):
        return point
    return _nearest_on(point, *_edges(geometry))


def nearest_points(first: Any, second: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the two points (lon, lat), one of each geometry, that lie nearest to each other.

    Where the geometries meet, both are a point that they share.
    """
    for geometry in (first, second):
        _filled(geometry)
    shared = shapely.intersection(first, second)
    if not shared.is_empty:
        meeting = shapely.point_on_surface(shared)
        return (meeting.x, meeting.y), (meeting.x, meeting.y)
    edges1, edges2 = _edges(first), _edges(second)
    best: tuple[float, tuple[float, float], tuple[float, float]] | None = None
    for start in _starts(first, second, edges1, edges2):
        here = start
        for _ in range(ROUNDS):
            there = _nearest_on(here, *edges2)
            again = _nearest_on(there, *edges1)
            if again == here:
                break
            here = again
        metres = float(distances_m(here[0], here[1], there[0], there[1]))
        if best is None or metres < best[0]:
            best = (metres, here, there)
    assert best is not None
    return best[1], best[2]


def distance_between_km(first: Any, second: Any) -> float:
    """Geodesic distance in km between the nearest points of two geometries; 0 where they meet."""
    here, there = nearest_points(first, second)
    return float(distances_m(here[0], here[1], there[0], there[1])) / 1000


def _starts(first: Any, second: Any, edges1: tuple[Floats, Floats], edges2: tuple[Floats, Floats]) -> Any:
    """Points of the first geometry from which to walk: nearest in the plane, and nearest by chord of vertices."""
    yield shapely.get_coordinates(shapely.shortest_line(first, second))[0].tolist()
    vertices1, vertices2 = _thin(edges1[0]), _thin(edges2[0])
    c1, c2 = _earth(vertices1), _earth(vertices2)
    gaps = np.array([np.min(np.sum((c2 - c) ** 2, axis=1)) for c in c1])
    yield vertices1[int(np.argmin(gaps))].tolist()


def _thin(vertices: Floats) -> Floats:
    """At most 500 of the vertices, evenly taken: a start, not the answer."""
    return vertices[:: max(1, len(vertices) // 500)]


def _filled(geometry: Any) -> None:
    if geometry is None or geometry.is_empty:
        raise GeomapError("distance: the geometry is empty; expected at least one point")


def _inside(point: tuple[float, float], geometry: Any) -> bool:
    _filled(geometry)
    return any(bool(shapely.intersects_xy(geometry, point[0] + turn, point[1])) for turn in (0.0, 360.0, -360.0))


def _earth(lonlat: Floats) -> Floats:
    """Earth-centred coordinates in metres of points on the ellipsoid, shape (n, 3)."""
    lon, lat = lonlat[:, 0] * DEGREE, lonlat[:, 1] * DEGREE
    sin, cos = np.sin(lat), np.cos(lat)
    n = A / np.sqrt(1 - E2 * sin * sin)
    return np.column_stack([n * cos * np.cos(lon), n * cos * np.sin(lon), n * (1 - E2) * sin])


def _edges(geometry: Any) -> tuple[Floats, Floats]:
    """First and last vertices of all edges; a point is an edge without length."""
    flat = np.atleast_1d(geometry)
    while (shapely.get_type_id(flat) > 3).any():
        flat = shapely.get_parts(flat)
    points = flat[shapely.get_type_id(flat) == 0]
    kinds = shapely.get_type_id(flat)
    lines = np.r_[flat[(kinds == 1) | (kinds == 2)], shapely.get_rings(flat[kinds == 3])]
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    single = shapely.get_coordinates(points)
    joined = owner[1:] == owner[:-1]
    return np.r_[coordinates[:-1][joined], single], np.r_[coordinates[1:][joined], single]


def _nearest_on(point: tuple[float, float], first: Floats, last: Floats) -> tuple[float, float]:
    """Nearest point to ``point`` on edges; long edges that may hold it are cut to ``PIECE_M`` before."""
    eye = _earth(np.array([point]))[0]
    a, b = _earth(first), _earth(last)
    gap, _ = _chord(eye, a, b)
    length2 = np.sum((b - a) ** 2, axis=1)
    # an edge straight in lon/lat bulges from its chord by at most L²/(8 R cos lat) to the side and L²/(8 R) in depth
    bulge = length2 / (8 * A * np.maximum(np.cos(np.maximum(abs(first[:, 1]), abs(last[:, 1])) * DEGREE), 0.01)) + 1
    may = np.flatnonzero(gap - bulge <= np.min(gap + bulge) + _slack(float(np.min(gap))))
    first, last = first[may], last[may]
    pieces = np.maximum(np.ceil(np.sqrt(length2[may]) / PIECE_M), 1).astype(int)
    owner = np.repeat(np.arange(len(may)), pieces)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    way = (last - first) / pieces[:, None]
    start = first[owner] + step[:, None] * way[owner]
    gap, share = _chord(eye, _earth(start), _earth(start + way[owner]))
    # the depth of the chord under the ground makes near ties: settle them by the geodesic
    slack = _slack(float(gap.min()))
    close = np.flatnonzero(gap <= gap.min() + slack)
    close = close if slack > FAR_SLACK_M else close[:64]
    found = start[close] + share[close, None] * way[owner[close]]
    metres = distances_m(point[0], point[1], found[:, 0], found[:, 1])
    best = int(np.argmin(metres))
    lon, lat = found[best].tolist()
    if slack > FAR_SLACK_M:
        few = close[np.argsort(metres, kind="stable")[:FEW]]
        lon, lat = _along(point, start[few], way[owner[few]], share[few])
    return float(within_180(lon)) if abs(lon) > 180 else lon, lat


def _slack(chord: float) -> float:
    """By how many metres chords may order two points wrongly: the ellipsoid bends by azimuth, and most far away."""
    if chord > ANTIPODAL_M:
        return 2 * A
    return 1.0 + BENDING * chord**3 / (12 * A * A)


def _along(point: tuple[float, float], start: Floats, way: Floats, share: Floats) -> tuple[float, float]:
    """The point nearest by the geodesic on some pieces of edges, looked for ever closer."""
    low, high = np.zeros(len(share)), np.ones(len(share))
    for _ in range(NARROWING):
        steps = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, STEPS)
        places = start[:, None] + steps[..., None] * way[:, None]
        metres = distances_m(point[0], point[1], places[..., 0], places[..., 1])
        at = metres.argmin(axis=1)
        width = (high - low) / (STEPS - 1)
        middle = steps[np.arange(len(at)), at]
        low, high = np.maximum(middle - width, 0.0), np.minimum(middle + width, 1.0)
    best = int(metres.min(axis=1).argmin())
    lon, lat = places[best, at[best]].tolist()
    return lon, lat


def _chord(eye: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Distances in metres from a point to chords, and where on them (0 to 1) the nearest points lie."""
    way = b - a
    length2 = np.sum(way * way, axis=1)
    share = np.clip(np.sum((eye - a) * way, axis=1) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    return np.sqrt(np.sum((a + share[:, None] * way - eye) ** 2, axis=1)), share
