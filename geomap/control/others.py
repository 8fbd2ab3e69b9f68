"""Maps of other programs (KML, ArcGIS JSON, TopoJSON) as the GeoJSON that control maps are read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap.errors import ControlError, InputError
from geomap.formats import kml, webmaps


def is_other(tree: object) -> bool:
    """Whether JSON is a map, but no GeoJSON."""
    return webmaps.is_arcgis(tree) or webmaps.is_topology(tree)


def trees_of_json(where: str, tree: Any) -> Iterator[tuple[str, Any]]:
    """(label, FeatureCollection) of each layer of an ArcGIS or TopoJSON file.

    Raises
    ------
    ControlError
        It cannot be read whole.
    """
    try:
        yield from webmaps.read_topology(where, tree) if webmaps.is_topology(tree) else webmaps.read_arcgis(where, tree)
    except InputError as error:
        raise ControlError(str(error)) from None


def tree_of_kml(where: str, data: bytes) -> Any:
    """The FeatureCollection of a KML.

    Raises
    ------
    ControlError
        It cannot be read whole.
    """
    try:
        return kml.read_kml(where, data)
    except InputError as error:
        raise ControlError(str(error)) from None


def check_whole(tree: Any, where: str) -> None:
    """Refuse a FeatureServer's GeoJSON that says of itself that it is a part.

    Raises
    ------
    ControlError
        It does.
    """
    properties = tree.get("properties") if isinstance(tree, dict) else None
    said = [tree, properties] if isinstance(properties, dict) else [tree]
    if any(isinstance(one, dict) and one.get("exceededTransferLimit") is True for one in said):
        raise ControlError(
            f"{where}: a part of its layer only (exceededTransferLimit); ask for the rest or export it whole"
        )


def rows_of_kml(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Points of a KML as rows of events: its name is the settlement, its folder the holder where nothing else is.

    Raises
    ------
    ControlError
        It cannot be read whole.
    """
    try:
        features = kml.read_kml_file(path)["features"]
    except InputError as error:
        raise ControlError(str(error)) from None
    rows = []
    for number, feature in enumerate(features, 1):
        geometry, told = feature["geometry"], feature["properties"]
        if geometry is None or geometry["type"] != "Point":
            continue
        lon, lat = geometry["coordinates"]
        row = {"holder": told.get("folder"), "source": path.stem} | told
        rows.append((number, row | {"settlement": told.get("settlement", told.get("name")), "lat": lat, "lon": lon}))
    return rows
