"""Shapes that reach round the globe: one world, whichever way longitudes are written.

GeoJSON's edges are straight in longitude and latitude (RFC 7946): an edge from -170 to 170 runs 340° round. But many
files write a shape over the antimeridian as running from 178 to -178. Which is meant is told by the shape itself: only
one way may give a sound polygon, or leave its long edges on a parallel; else its rings must run anticlockwise (RFC
7946, 3.1.6) the way that its width suggests. Where these differ, it is not guessed. Longitudes of 0 to 360 and beyond
are brought round, and a ring that closes round a pole is the ground on its left up to that pole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.errors import GeomapError
from geomap.geodesy.shapes import into_180

Floats = NDArray[np.float64]

LONG_WAY = 180.0
"""Degrees of longitude beyond which an edge is longer than the way round the other side."""
WHOLE = 359.999
"""An edge of a full turn has no other way: it runs along a pole or a parallel, all round."""
FLAT = 1e-6
"""Degrees of latitude within which an edge runs along a parallel: a longer way round is drawn so."""
NARROW = 15.0
"""Degrees: a shape over 180 narrower than this is a likely one (Chukotka, Fiji); a box around the globe that leaves out
less is not, who means the world writes -180 to 180."""


@dataclass(frozen=True, slots=True)
class OneWorld:
    """A shape within ±180°, and what a reader should know where its edges could be read two ways."""

    shape: Any
    said: str | None = None


def reaches_round(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes are wider than half the globe, or lie beyond ±180°: all others stand as they are."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    return np.asarray(
        (bounds[:, 2] - bounds[:, 0] > LONG_WAY) | (bounds[:, 0] < -180.0) | (bounds[:, 2] > 180.0), dtype=bool
    )


def one_world(shape: Any, *, clockwise: bool = False) -> OneWorld:
    """Bring a Polygon or MultiPolygon into ±180°, its long edges the way that they are meant.

    Parameters
    ----------
    clockwise
        Outer rings of this file run clockwise, as in shapefiles.

    Returns
    -------
    OneWorld
        The shape as it stands where no edge is longer than 180°.

    Raises
    ------
    GeomapError
        A long edge may be meant either way.
    """
    whole = list(shapely.get_parts(shape))
    parts = [_part(part, clockwise) for part in whole]
    if all(found.shape is part for found, part in zip(parts, whole, strict=True)):
        return OneWorld(into_180(shape), next((found.said for found in parts if found.said), None))
    polygons = [p for found in parts for p in shapely.get_parts(into_180(found.shape))]
    joined = polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
    return OneWorld(joined, next((found.said for found in parts if found.said), None))


def _part(polygon: Any, clockwise: bool) -> OneWorld:
    shell = shapely.get_coordinates(shapely.get_exterior_ring(polygon))
    steps = np.abs(np.diff(shell[:, 0]))
    long = np.flatnonzero((steps > LONG_WAY) & (steps < WHOLE))
    if not len(long):
        return OneWorld(polygon)
    edge = f"an edge from {shell[long[0], 0]:.6g} to {shell[long[0] + 1, 0]:.6g}"
    closes = _closes(shell)
    short = _short_way(polygon)
    as_written, sound = bool(shapely.is_valid(polygon)), bool(shapely.is_valid(short)) and not short.is_empty
    if sound and not as_written:
        if not closes:
            return OneWorld(short, f"{edge}: the ring runs round the pole, and is read as the ground on its left")
        return OneWorld(short, f"{edge} is read the short way, over 180")
    if not (sound and closes):
        return OneWorld(polygon, f"{edge} is read along its parallel, the long way round (RFC 7946)")
    slanted = bool((np.abs(np.diff(shell[:, 1]))[long] > FLAT).any())
    anticlockwise = bool(shapely.is_ccw(shapely.linearrings(shell))) is not clockwise
    narrow = short.bounds[2] - short.bounds[0] <= NARROW
    if slanted or (narrow and not anticlockwise):
        return OneWorld(short, f"{edge} is read the short way, over 180")
    if anticlockwise and not narrow:
        return OneWorld(polygon, f"{edge} is read along its parallel, the long way round (RFC 7946)")
    raise GeomapError(
        f"{edge} may run the short way over 180 or the long way round; cut the shape at 180, or write the longitudes "
        "on (178 to 182), or put a corner each 90 degrees"
    )


def _unwound(coordinates: Floats, first: float | None = None) -> Floats:
    """A ring whose longitudes run on past 180 rather than jump; its first one near ``first``."""
    step = np.diff(coordinates[:, 0])
    turns = np.round(step / 360.0)
    turns[np.abs(step) >= WHOLE] = 0.0
    longitudes = coordinates[:, 0].copy()
    longitudes[1:] -= 360.0 * np.cumsum(turns)
    if first is not None:
        longitudes -= 360.0 * np.round((longitudes[0] - first) / 360.0)
    return np.column_stack([longitudes, coordinates[:, 1]])


def _closes(coordinates: Floats) -> bool:
    """Whether a ring ends where it began once its longitudes run on: else it runs round a pole."""
    unwound = _unwound(coordinates)
    return bool(abs(unwound[-1, 0] - unwound[0, 0]) < 1.0)


def _short_way(polygon: Any) -> Any:
    """The polygon with every edge the short way round; None where no polygon comes of it."""
    shell = _unwound(shapely.get_coordinates(shapely.get_exterior_ring(polygon)))
    if not _closes(shell):
        turn = shell[-1, 0] - shell[0, 0]
        # going east the ground on the left is the north's
        pole = 90.0 if turn > 0 else -90.0
        shell = np.vstack([shell, [[shell[-1, 0], pole], [shell[0, 0], pole], shell[0]]])
    middle = float((shell[:, 0].min() + shell[:, 0].max()) / 2)
    holes = [_unwound(shapely.get_coordinates(ring), middle) for ring in shapely.get_rings(polygon)[1:]]
    return shapely.Polygon(shell, [hole for hole in holes if len(hole) > 3])
