"""Positions that others write in metres, as degrees: the web's Mercator, and UTM."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=128)
def _transformer(code: int) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(code, 4326, always_xy=True)


def from_web_mercator(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) x, y of EPSG:3857 as longitude, latitude; infinite where there is none."""
    lon, lat = _transformer(3857).transform(metres[:, 0], metres[:, 1])
    return np.column_stack([lon, lat])


def from_utm(zone: int, north: bool, easting: float, northing: float) -> tuple[float, float]:
    """Longitude, latitude of a UTM position on WGS 84; infinite where there is none."""
    lon, lat = _transformer((32600 if north else 32700) + zone).transform(easting, northing)
    return float(lon), float(lat)
