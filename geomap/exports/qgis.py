"""A QGIS project (.qgz) with styles, labels and time, and the GeoPackage that it shows beside it.

The project is XML of QGIS's own document type, zipped; layers point to ``NAME.qgz.gpkg`` in the same folder, so both
travel together. Only what differs from QGIS's defaults is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geomap.exports.content import GROUND_COLOURS, VERDICT_COLOURS, Export, write_zip
from geomap.files import writing

if TYPE_CHECKING:
    import geopandas

VERSION = "3.22.0"
"""Oldest QGIS whose document type this is: the long-term release of Debian 12."""
_SYMBOLS = {"Polygon": ("fill", "SimpleFill"), "Line": ("line", "SimpleLine"), "Point": ("marker", "SimpleMarker")}
_TYPES = {"Polygon": "MultiPolygon", "Line": "MultiLineString", "Point": "MultiPoint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer: a table of the GeoPackage, how it is coloured, labelled and placed in time."""

    key: str
    name: str
    geometry: str
    frame: geopandas.GeoDataFrame
    by: str | None = None
    classes: Sequence[tuple[str, str, str]] = ()
    label: str | None = None
    start: str | None = None
    end: str | None = None


def write_qgz(export: Export, path: Path) -> None:
    """Write ``path`` and, beside it, its GeoPackage."""
    package = path.with_name(f"{path.name}.gpkg")
    layers = _layers(export)
    with writing(package) as beside:
        _write_package(layers, beside)
    with writing(path) as beside:
        write_zip(beside, [(f"{path.stem}.qgs", _project(export, layers, package.name))])


def _layers(export: Export) -> list[Layer]:
    """Top layer first: places, then claims as points, lines, areas, then the ground."""
    verdicts = [(label, words, VERDICT_COLOURS[label]) for label, words in export.labels.items()]
    found = [Layer(key="places", name="Places", geometry="Point", frame=export.places, label="name")]
    kinds = {"Point": "Point", "Line": "Line", "Polygon": "Polygon"}
    shapes = export.claims[export.claims.geometry.notna()]
    for geometry in kinds:
        part = shapes[shapes.geometry.geom_type.str.contains(geometry)]
        if len(part):
            found.append(
                Layer(
                    key=f"claims_{geometry.lower()}", name=f"Claims ({geometry.lower()}s)", geometry=geometry,
                    frame=part, by="verdict_label", classes=verdicts, label="value_text", start="published_on",
                )
            )  # fmt: skip
    if len(export.ground):
        classes = [(status, status, colour) for status, colour in GROUND_COLOURS.items()]
        found.append(
            Layer(
                key="ground", name="Control maps", geometry="Polygon", frame=export.ground, by="status",
                classes=classes, start="as_of", end="until",
            )
        )  # fmt: skip
    return found


def _write_package(layers: Sequence[Layer], path: Path) -> None:
    import pyogrio
    from shapely import force_2d

    path.unlink(missing_ok=True)
    # SQLite stamps the hour of writing into the file: the same input shall give the same bytes
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        for number, layer in enumerate(layers):
            frame = layer.frame.copy()
            frame.geometry = force_2d(frame.geometry.values)
            for name in frame.columns:
                if name in ("as_of", "until"):
                    import pandas as pd

                    frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
            pyogrio.write_dataframe(
                frame, path, driver="GPKG", layer=layer.key, geometry_type=_TYPES[layer.geometry],
                promote_to_multi=True, append=number > 0,
            )  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _project(export: Export, layers: Sequence[Layer], package: str) -> bytes:
    root = ET.Element("qgis", projectname=export.title, version=VERSION)
    _leaf(root, "title", export.title)
    _system(ET.SubElement(root, "projectCrs"))
    tree = ET.SubElement(root, "layer-tree-group")
    for layer in layers:
        ET.SubElement(
            tree, "layer-tree-layer", id=layer.key, name=layer.name, checked="Qt::Checked", expanded="1",
            source=_source(package, layer), providerKey="ogr",
        )  # fmt: skip
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas")
    _leaf(canvas, "units", "degrees")
    bounds = _bounds(layers)
    extent = ET.SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        _leaf(extent, name, repr(value))
    _system(ET.SubElement(canvas, "destinationsrs"))
    held = ET.SubElement(root, "projectlayers")
    order = ET.SubElement(root, "layerorder")
    for layer in layers:
        held.append(_layer(export, layer, package))
        ET.SubElement(order, "layer", id=layer.key)
    ET.indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return (head + ET.tostring(root, encoding="unicode") + "\n").encode("utf-8")


def _layer(export: Export, layer: Layer, package: str) -> ET.Element:
    element = ET.Element(
        "maplayer", type="vector", geometry=layer.geometry, wkbType=_TYPES[layer.geometry],
        hasScaleBasedVisibilityFlag="0",
    )  # fmt: skip
    _leaf(element, "id", layer.key)
    _leaf(element, "datasource", _source(package, layer))
    _leaf(element, "layername", layer.name)
    _system(ET.SubElement(element, "srs"))
    ET.SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    meta = ET.SubElement(element, "resourceMetadata")
    _leaf(meta, "title", export.title)
    _leaf(meta, "rights", "; ".join(export.credits))
    if layer.start:
        _time(element, layer)
    element.append(_renderer(layer))
    if layer.label:
        _labels(element, layer.label)
    return element


def _time(element: ET.Element, layer: Layer) -> None:
    """When a feature is shown: from one column to another, or on the instant of one."""
    mode = "2" if layer.end else "1"
    temporal = ET.SubElement(
        element, "temporal", enabled="1", mode=mode, startField=layer.start or "", endField=layer.end or "",
        accumulate="0", durationUnit="days", fixedDuration="1", limitMode="0",
    )  # fmt: skip
    ET.SubElement(temporal, "fixedRange")


def _renderer(layer: Layer) -> ET.Element:
    if not layer.by:
        renderer = ET.Element("renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0")
        symbols = ET.SubElement(renderer, "symbols")
        symbols.append(_symbol(layer.geometry, "0", "#1d2a33"))
        return renderer
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr=layer.by, symbollevels="0", enableorderby="0")
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (value, words, colour) in enumerate(layer.classes):
        ET.SubElement(categories, "category", value=value, label=words, symbol=str(number), render="true")
        symbols.append(_symbol(layer.geometry, str(number), colour))
    return renderer


def _symbol(geometry: str, name: str, colour: str) -> ET.Element:
    kind, drawn = _SYMBOLS[geometry]
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    rgb = f"{red},{green},{blue}"
    options = {
        "Polygon": {"color": f"{rgb},90", "outline_color": f"{rgb},255", "outline_width": "0.4", "style": "solid"},
        "Line": {"line_color": f"{rgb},255", "line_width": "0.6", "line_style": "solid"},
        "Point": {"color": f"{rgb},255", "outline_color": "255,255,255,255", "size": "2.4", "name": "circle"},
    }[geometry]
    symbol = ET.Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": drawn, "enabled": "1", "pass": "0", "locked": "0"})
    table = ET.SubElement(layer, "Option", type="Map")
    for key, value in options.items():
        ET.SubElement(table, "Option", name=key, value=value, type="QString")
        ET.SubElement(layer, "prop", k=key, v=value)
    return symbol


def _labels(element: ET.Element, field: str) -> None:
    labeling = ET.SubElement(element, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings, "text-style", fieldName=field, isExpression="0", fontSize="9", textColor="29,42,51,255",
        fontFamily="Sans Serif", fontSizeUnit="Point",
    )  # fmt: skip
    ET.SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferColor="255,255,255,255", bufferSizeUnits="MM"
    )
    _leaf(element, "labelsEnabled", "1")
    element.set("labelsEnabled", "1")


def _source(package: str, layer: Layer) -> str:
    return f"./{package}|layername={layer.key}"


def _system(parent: ET.Element) -> None:
    """WGS 84, longitude and latitude."""
    system = ET.SubElement(parent, "spatialrefsys")
    for name, value in (
        ("proj4", "+proj=longlat +datum=WGS84 +no_defs"), ("srid", "4326"), ("authid", "EPSG:4326"),
        ("description", "WGS 84"), ("projectionacronym", "longlat"), ("ellipsoidacronym", "EPSG:7030"),
        ("geographicflag", "true"),
    ):  # fmt: skip
        _leaf(system, name, value)


def _bounds(layers: Sequence[Layer]) -> tuple[float, float, float, float]:
    """West, south, east, north of everything drawn, with a margin; the world where nothing is."""
    from numpy import isfinite

    boxes = [b for layer in layers if isfinite(b := layer.frame.total_bounds).all()]
    if not boxes:
        return -180.0, -90.0, 180.0, 90.0
    west, south = (float(min(b[k] for b in boxes)) for k in (0, 1))
    east, north = (float(max(b[k] for b in boxes)) for k in (2, 3))
    margin = 0.05 * max(east - west, north - south, 0.1)
    return west - margin, south - margin, east + margin, north + margin


def _leaf(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
