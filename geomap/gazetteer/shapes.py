"""Polygons as columns of integers: small in a Parquet file, decoded by numpy in a moment.

Coordinates are degrees in steps of 1e-5 (1.1 m at most), delta-coded along each ring; borders that two regions share
stay shared, since equal coordinates round alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

STEPS = 100_000
"""To a degree. Dividing by it gives the decimal written, multiplying by 1e-5 does not (and leaves the pole)."""


def encode_shapes(shapes: Sequence[BaseGeometry]) -> dict[str, list[NDArray[np.int32]]]:
    """Columns ``dx``, ``dy`` (deltas; a shape's first from 0) and ``rings`` (lengths; negative begins a polygon)."""
    columns: dict[str, list[NDArray[np.int32]]] = {"dx": [], "dy": [], "rings": []}
    for shape in shapes:
        lengths: list[int] = []
        parts: list[NDArray[np.float64]] = []
        for polygon in shapely.get_parts(shapely.get_parts(shape)):  # twice: repairs nest multipolygons
            if polygon.geom_type != "Polygon":
                continue
            for i, ring in enumerate((polygon.exterior, *polygon.interiors)):
                points = np.round(shapely.get_coordinates(ring) * STEPS)
                keep = np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]
                points = points[keep][:-1]  # closed again on decoding
                if len(points) >= 3:
                    lengths.append(-len(points) if i == 0 else len(points))
                    parts.append(points)
                elif i == 0:
                    break
        whole = np.concatenate(parts) if parts else np.empty((0, 2))
        delta = np.diff(whole, axis=0, prepend=np.zeros((1, 2))).astype(np.int32)
        columns["dx"].append(delta[:, 0])
        columns["dy"].append(delta[:, 1])
        columns["rings"].append(np.array(lengths, np.int32))
    return columns


def decode_shapes(
    dx: NDArray[np.int32], dy: NDArray[np.int32], rings: NDArray[np.int32], offsets: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Valid (Multi)Polygons, EPSG:4326.

    Parameters
    ----------
    dx, dy, rings
        The columns of ``encode_shapes``, flattened.
    offsets
        Bounds of each shape in ``rings``, length of the result plus one.
    """
    lengths = np.abs(rings)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    per_shape = np.diff(starts[offsets])
    out: list[NDArray[np.float64]] = []
    for delta in (dx, dy):
        running = np.concatenate([[0], np.cumsum(delta.astype(np.int64))])
        out.append((running[1:] - np.repeat(running[starts[offsets[:-1]]], per_shape)) / STEPS)
    # each ring's first point again at its end
    order = np.insert(np.arange(starts[-1]), starts[1:], starts[:-1])
    coordinates = np.column_stack(out)[order]
    ring_offsets = starts + np.arange(len(starts))
    polygon_offsets = np.append(np.flatnonzero(rings < 0), len(rings))
    shape_offsets = np.searchsorted(polygon_offsets, offsets)
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, coordinates, (ring_offsets, polygon_offsets, shape_offsets)
    )
    return np.asarray(shapely.make_valid(shapes))
