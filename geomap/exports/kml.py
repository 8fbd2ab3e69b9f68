"""KML 2.2 (OGC 07-147r2) and KMZ: claims by verdict, places, ground by date for the time slider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from geomap.exports.content import GROUND_COLOURS, VERDICT_COLOURS, Export, cell, write_zip
from geomap.files import writing

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

NAMESPACE = "http://www.opengis.net/kml/2.2"
DIGITS = 6
"""Decimals of a degree: a tenth of a metre."""
_SHOWN = ("value_text", "subject", "reference", "predicate", "actor", "article_source", "published_on", "verdict_codes")


def write_kml(export: Export, path: Path) -> None:
    with writing(path) as beside:
        beside.write_bytes(kml_bytes(export))


def write_kmz(export: Export, path: Path) -> None:
    """The same, zipped as ``doc.kml``."""
    with writing(path) as beside:
        write_zip(beside, [("doc.kml", kml_bytes(export))])


def kml_bytes(export: Export) -> bytes:
    """A whole KML document; names and descriptions are text, so nothing in them is run or drawn."""
    root = ET.Element("kml", xmlns=NAMESPACE)
    document = ET.SubElement(root, "Document")
    _text(document, "name", export.title)
    _text(document, "description", "\n".join((*export.sources, *export.credits)))
    for name, colour in (*VERDICT_COLOURS.items(), *GROUND_COLOURS.items()):
        _style(document, name, colour)
    row: Any
    for label, words in export.labels.items():
        rows: list[Any] = [r for r in export.claims.itertuples() if r.verdict_label == label and r.geometry is not None]
        if rows:
            folder = _folder(document, words)
            for row in rows:
                _claim(folder, row, label)
    folder = _folder(document, "Places")
    for row in export.places.itertuples():
        placemark = _placemark(folder, cell(row, "name"), row.geometry)
        _data(placemark, {n: cell(row, n) for n in ("id", "country", "admin1", "feature", "score")})
    if len(export.ground):
        _ground(document, export)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _ground(document: ET.Element, export: Export) -> None:
    row: Any
    for source, rows in export.ground.groupby("source", sort=False):
        folder = _folder(document, str(source))
        for row in rows.itertuples():
            name = f"{cell(row, 'status')}: {cell(row, 'holder')}, {cell(row, 'as_of')[:10]}"
            placemark = _placemark(folder, name, row.geometry, style=cell(row, "status"))
            span = ET.Element("TimeSpan")
            _text(span, "begin", cell(row, "as_of"))
            if cell(row, "until"):
                _text(span, "end", cell(row, "until"))
            placemark.insert(1, span)


def _claim(folder: ET.Element, row: Any, label: str) -> None:
    placemark = _placemark(folder, cell(row, "quote"), row.geometry, style=label, key=f"claim-{cell(row, 'id')}")
    _text(placemark, "description", cell(row, "verdict_reason"), at=1)
    _data(placemark, {n: cell(row, n) for n in _SHOWN})


def _placemark(
    folder: ET.Element, name: str, geometry: BaseGeometry, *, style: str | None = None, key: str | None = None
) -> ET.Element:
    placemark = ET.SubElement(folder, "Placemark", {"id": key} if key else {})
    _text(placemark, "name", name)
    if style:
        _text(placemark, "styleUrl", f"#{style}")
    shapes = list(_shapes(geometry))
    target = placemark if len(shapes) == 1 else ET.SubElement(placemark, "MultiGeometry")
    target.extend(shapes)
    return placemark


def _shapes(geometry: BaseGeometry) -> Iterator[ET.Element]:
    """Single shapes of a geometry as KML elements; coordinates are lon,lat."""
    for part in getattr(geometry, "geoms", None) or [geometry]:
        if hasattr(part, "geoms"):
            yield from _shapes(part)
        elif part.is_empty:
            continue
        elif part.geom_type == "Polygon":
            element = ET.Element("Polygon")
            for name, ring in (("outerBoundaryIs", part.exterior), *(("innerBoundaryIs", r) for r in part.interiors)):
                line = ET.SubElement(ET.SubElement(element, name), "LinearRing")
                _text(line, "coordinates", _coordinates(ring.coords))
            yield element
        else:
            element = ET.Element("Point" if part.geom_type == "Point" else "LineString")
            _text(element, "coordinates", _coordinates(part.coords))
            yield element


def _coordinates(points: Iterable[tuple[float, ...]]) -> str:
    return " ".join(f"{p[0]:.{DIGITS}f},{p[1]:.{DIGITS}f}" for p in points)


def _folder(document: ET.Element, name: str) -> ET.Element:
    folder = ET.SubElement(document, "Folder")
    _text(folder, "name", name)
    return folder


def _style(document: ET.Element, name: str, colour: str) -> None:
    """Lines and fills of a name; KML writes colours as alpha, blue, green, red."""
    code = colour[5:7] + colour[3:5] + colour[1:3]
    style = ET.SubElement(document, "Style", id=name)
    _text(ET.SubElement(style, "IconStyle"), "color", f"ff{code}")
    line = ET.SubElement(style, "LineStyle")
    _text(line, "color", f"ff{code}")
    _text(line, "width", "2")
    _text(ET.SubElement(style, "PolyStyle"), "color", f"66{code}")


def _data(placemark: ET.Element, values: dict[str, str]) -> None:
    """Named values, before the geometry as the schema orders them."""
    extended = ET.Element("ExtendedData")
    for name, value in values.items():
        if value:
            _text(ET.SubElement(extended, "Data", name=name), "value", value)
    if len(extended):
        placemark.insert(len(placemark) - 1, extended)


def _text(parent: ET.Element, name: str, text: str, *, at: int | None = None) -> None:
    element = ET.Element(name)
    element.text = text
    parent.insert(len(parent) if at is None else at, element)
