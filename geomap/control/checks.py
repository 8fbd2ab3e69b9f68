"""Checks at the door: positions are longitudes and latitudes, rings are sound or mended and told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geomap.control.files import Layer
from geomap.control.rules import Rules
from geomap.errors import ControlError, GeomapError
from geomap.geodesy import area, one_world, reaches_round

MOST = 360.0
"""Degrees of longitude on either side: some tools write 0 to 360."""


def check_coordinates(layer: Layer, rules: Rules | None = None) -> NDArray[np.bool_]:
    """Check that positions can be longitudes and latitudes and bring them into one world.

    Returns
    -------
    Which shapes share no ground with the rules' extent.
    """
    shapes = layer.shapes
    b = shapely.bounds(shapes).reshape(-1, 4)
    wrong = np.flatnonzero(~((b[:, 1] >= -90) & (b[:, 3] <= 90) & (b[:, 0] >= -MOST) & (b[:, 2] <= MOST)))
    if len(wrong):
        i = int(wrong[0])
        raise ControlError(
            f"{layer.where}: feature {layer.rows[i]} spans x {b[i, 0]:.6g} to {b[i, 2]:.6g}, y {b[i, 1]:.6g} to "
            f"{b[i, 3]:.6g}; expected longitude and latitude in degrees; is it in another CRS, or are they swapped?"
        )
    for i in np.flatnonzero(reaches_round(shapes)).tolist():
        try:
            found = one_world(shapes[i], clockwise=layer.clockwise)
        except GeomapError as error:
            raise ControlError(f"{layer.where}: feature {layer.rows[i]}: {error}") from error
        shapes[i] = found.shape
        if found.said:
            layer.told.append(f"{layer.where}: feature {layer.rows[i]}: {found.said}")
    return _outside(layer, rules)


def _outside(layer: Layer, rules: Rules | None) -> NDArray[np.bool_]:
    if rules is None or rules.extent is None:
        return np.zeros(len(layer.shapes), bool)
    b = shapely.bounds(layer.shapes).reshape(-1, 4)
    west, south, east, north = rules.extent
    outside = (b[:, 2] < west) | (b[:, 0] > east) | (b[:, 3] < south) | (b[:, 1] > north)
    if len(layer.shapes) and outside.all():
        raise ControlError(
            f"{layer.where}: all of it lies at lon {b[:, 0].min():.1f} to {b[:, 2].max():.1f}, lat "
            f"{b[:, 1].min():.1f} to {b[:, 3].max():.1f}; expected lon {west:g} to {east:g}, lat {south:g} to "
            f"{north:g} for {rules.name}; are they swapped?"
        )
    return np.asarray(outside)


def mend_or_refuse(shapes: NDArray[np.object_], rows: Sequence[int], where: str, repair: bool) -> list[str]:
    """Mend invalid shapes in place and say which, or refuse them."""
    said: list[str] = []
    for i in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        reason = f"feature {rows[i]}: {shapely.is_valid_reason(shapes[i])}"
        if not repair:
            raise ControlError(
                f"{where}: {reason} (lon lat); expected rings that do not cross themselves; "
                "mend the map, or pass --repair"
            )
        before = _km2(shapes[i])
        shapes[i] = shapely.make_valid(shapes[i], method="structure", keep_collapsed=False)
        said.append(f"{where}: {reason} (lon lat); mended, {before:,.2f} km² became {_km2(shapes[i]):,.2f} km²")
    return said


def _km2(shape: Any) -> float:
    return float(area(shape, edges="planar")[0]) / 1e6


def of_disjoint_boxes(first: Any, second: Any) -> str | None:
    """What to say of two maps (bounds: west, south, east, north) that share no ground; None where they may.

    Whether one mirrors the other with its axes exchanged is told: of one front two maps overlap.
    """
    west, south, east, north = first
    if not (np.isfinite(first).all() and np.isfinite(second).all()) or _meet(first, second):
        return None
    if _meet((south, west, north, east), second):
        return "share no ground, but would with longitude and latitude exchanged in one of them: are they swapped?"
    return "share no ground: are they of one front?"


def _meet(first: Any, second: Any) -> bool:
    return bool(first[0] <= second[2] and second[0] <= first[2] and first[1] <= second[3] and second[1] <= first[3])
