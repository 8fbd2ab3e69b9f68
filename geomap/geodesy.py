"""The only CRS, area, distance, azimuth and buffer code: exact on the WGS 84 ellipsoid.

Arguments are (lon, lat) in degrees; geopy's and folium's (lat, lon) is flipped here and in ``maps`` only.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from geomap.models import Compass

if TYPE_CHECKING:
    from pyproj import Geod

WINDS: tuple[Compass, ...] = tuple(Compass)


@cache
def ellipsoid() -> Geod:
    """WGS 84 (Karney 2013, doi:10.1007/s00190-012-0578-z, through PROJ)."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def distance_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Geodesic distance in km."""
    return float(ellipsoid().inv(lon1, lat1, lon2, lat2)[2]) / 1000


def azimuth_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Initial azimuth from the first point to the second, degrees clockwise from north in [0, 360)."""
    return float(ellipsoid().inv(lon1, lat1, lon2, lat2)[0]) % 360


def compass(azimuth: float) -> Compass:
    """The wind of eight that an azimuth lies in."""
    return WINDS[round(azimuth / 45) % 8]


def compass_azimuth(wind: Compass) -> float:
    """Degrees clockwise from north of a wind."""
    return 45.0 * WINDS.index(wind)


def turn_deg(azimuth1: float, azimuth2: float) -> float:
    """Smallest angle between two azimuths, degrees in [0, 180]."""
    return abs((azimuth1 - azimuth2 + 180) % 360 - 180)
