"""The only CRS, area, distance, azimuth and buffer code: exact on the WGS 84 ellipsoid.

Arguments are (lon, lat) in degrees; geopy's and folium's (lat, lon) is flipped here and in ``maps`` only.

The scalar functions stand here and need pyproj alone. What needs numpy and shapely is in the modules beside, and is
imported when first asked for, so that a look-up of a name does not pay for it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from geomap.models import Compass

if TYPE_CHECKING:
    from pyproj import Geod

    from geomap.geodesy.areas import area as area
    from geomap.geodesy.areas import area_m2 as area_m2
    from geomap.geodesy.areas import geometries_of as geometries_of
    from geomap.geodesy.areas import ring_areas as ring_areas
    from geomap.geodesy.lines import azimuths_deg as azimuths_deg
    from geomap.geodesy.lines import distance_between_km as distance_between_km
    from geomap.geodesy.lines import distance_to_km as distance_to_km
    from geomap.geodesy.lines import distances_m as distances_m
    from geomap.geodesy.lines import length_km as length_km
    from geomap.geodesy.lines import nearest_point as nearest_point
    from geomap.geodesy.lines import nearest_points as nearest_points
    from geomap.geodesy.lines import within_180 as within_180
    from geomap.geodesy.shapes import buffer_m as buffer_m
    from geomap.geodesy.shapes import corridor as corridor
    from geomap.geodesy.shapes import disc as disc
    from geomap.geodesy.shapes import from_plane as from_plane
    from geomap.geodesy.shapes import into_180 as into_180
    from geomap.geodesy.shapes import round_pole as round_pole
    from geomap.geodesy.shapes import to_plane as to_plane
    from geomap.geodesy.wide import one_world as one_world
    from geomap.geodesy.wide import reaches_round as reaches_round

LATER = {
    "area": "areas",
    "area_m2": "areas",
    "geometries_of": "areas",
    "ring_areas": "areas",
    "azimuths_deg": "lines",
    "distance_between_km": "lines",
    "distance_to_km": "lines",
    "distances_m": "lines",
    "length_km": "lines",
    "nearest_point": "lines",
    "nearest_points": "lines",
    "within_180": "lines",
    "buffer_m": "shapes",
    "corridor": "shapes",
    "disc": "shapes",
    "from_plane": "shapes",
    "into_180": "shapes",
    "round_pole": "shapes",
    "to_plane": "shapes",
    "one_world": "wide",
    "reaches_round": "wide",
}
"""Where the names that need numpy and shapely live."""


def __getattr__(name: str) -> Any:
    """Import the module beside that holds ``name``."""
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *LATER})


KM_PER_DEG = 111.2
"""Km a degree of latitude, and of longitude at the equator, to within 0.6 %: for boxes and sorting, never for a measure
that is told."""
LEAST_KM_PER_DEG = 110.5
"""No degree of latitude is shorter (110.57 km at the equator): what this many degrees leave out is further away."""

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
