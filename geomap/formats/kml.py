"""KML as GeoJSON: placemarks with their names, folders, colours, times and extended data; nothing is followed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geomap.errors import InputError
from geomap.files import broken_zip, read_bytes, shown

DEEPEST = 64
"""Folders within folders; Google's own programs stop at far fewer."""
LARGEST = 256 * 2**20
"""Bytes of a document in a KMZ."""
GEOMETRIES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"}


def parse_xml(name: str, data: bytes) -> Any:
    """The root of an XML document: no entity unpacked, nothing fetched.

    Raises
    ------
    InputError
        It is no XML, or declares entities.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, recover=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"{name}: not XML ({shown(error)[:160]})") from None
    if root.getroottree().docinfo.doctype:
        raise InputError(f"{name}: XML with a document type, which may declare entities without end; not read")
    return root


def read_kml_file(path: Path) -> dict[str, Any]:
    """The placemarks of a .kml, or of the document in a .kmz.

    Raises
    ------
    InputError
        It cannot be read whole.
    """
    data, name = read_bytes(path), shown(path)
    if not data.startswith(b"PK"):
        return read_kml(name, data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        inside = [i for i in archive.infolist() if i.filename.lower().endswith(".kml")]
        if len(inside) != 1 or inside[0].file_size > LARGEST:
            raise InputError(f"{name}: holds {len(inside)} KML files, or one too large; expected one document")
        with archive.open(inside[0]) as opened:
            return read_kml(name, opened.read(LARGEST + 1))
    except broken_zip() as error:
        raise InputError(f"{name}: a damaged KMZ ({shown(error)[:80]})") from None


def placed(tree: dict[str, Any]) -> dict[str, Any]:
    """The named placemarks that are somewhere: what can be a place."""
    features = [f for f in tree["features"] if f["geometry"] is not None and f["properties"].get("name")]
    return tree | {"features": features}


def read_kml(name: str, data: bytes) -> dict[str, Any]:
    """A FeatureCollection of the placemarks; ``name`` of it is the document's.

    Properties: name, description, folder (a path with slashes), fill and stroke (#rrggbb), begin, end or date as
    written, and what ExtendedData says.

    Raises
    ------
    InputError
        It is no KML, has no placemark, or a position is none.
    """
    root = parse_xml(name, data)
    if _tag(root) != "kml":
        raise InputError(f"{name}: its first element is <{shown(_tag(root))[:40]}>; expected <kml>")
    styles = _styles(root)
    features = [_feature(name, mark, folders, styles) for mark, folders in _placemarks(name, root, (), 0)]
    if not features:
        links = any(_tag(e) == "NetworkLink" for e in root.iter())
        why = (
            "; it only links to others, which are not followed: open it in Google Earth and save it whole"
            if links
            else ""
        )
        raise InputError(f"{name}: a KML without a placemark{why}")
    title = next((_child_text(e, "name") for e in root if _tag(e) in ("Document", "Folder")), "")
    return {"type": "FeatureCollection", "name": title, "features": features}


def _tag(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(element: Any, tag: str) -> Any:
    return next((e for e in element if _tag(e) == tag), None)


def _child_text(element: Any, tag: str) -> str:
    found = _child(element, tag)
    return " ".join((found.text or "").split()) if found is not None else ""


def _placemarks(name: str, element: Any, folders: tuple[str, ...], depth: int) -> Iterator[tuple[Any, tuple[str, ...]]]:
    if depth > DEEPEST:
        raise InputError(f"{name}: folders nested over {DEEPEST} deep; not read")
    for child in element:
        tag = _tag(child)
        if tag == "Placemark":
            yield child, folders
        elif tag in ("Document", "Folder"):
            inner = (*folders, _child_text(child, "name")) if tag == "Folder" else folders
            yield from _placemarks(name, child, inner, depth + 1)


# ── styles ───────────────────────────────────────────────────────────────────────────────────────────────────


def _styles(root: Any) -> dict[str, dict[str, str]]:
    """Colours by the style's id; a style map has those of its normal state."""
    found: dict[str, dict[str, str]] = {}
    maps: dict[str, str] = {}
    for element in root.iter():
        key = element.get("id")
        if _tag(element) == "Style" and key:
            found[key] = _colours(element)
        elif _tag(element) == "StyleMap" and key:
            for pair in element:
                if _tag(pair) == "Pair" and _child_text(pair, "key") == "normal":
                    maps[key] = _child_text(pair, "styleUrl").removeprefix("#")
    return found | {key: found[of] for key, of in maps.items() if of in found}


def _colours(style: Any) -> dict[str, str]:
    """KML writes aabbggrr."""
    told: dict[str, str] = {}
    for part, word in (("PolyStyle", "fill"), ("LineStyle", "stroke")):
        inner = _child(style, part)
        colour = _child_text(inner, "color") if inner is not None else ""
        if re.fullmatch(r"[0-9a-fA-F]{8}", colour):
            told[word] = f"#{colour[6:8]}{colour[4:6]}{colour[2:4]}".lower()
    return told


# ── placemarks ───────────────────────────────────────────────────────────────────────────────────────────────


def _feature(name: str, mark: Any, folders: tuple[str, ...], styles: dict[str, dict[str, str]]) -> dict[str, Any]:
    called = _child_text(mark, "name")
    where = f"{name}: placemark {shown(called)[:60]!r}"
    told = {
        "name": called,
        "description": _child_text(mark, "description"),
        "folder": "/".join(f for f in folders if f),
    }
    own = _child(mark, "Style")
    told |= _colours(own) if own is not None else styles.get(_child_text(mark, "styleUrl").rpartition("#")[2], {})
    told |= _times(mark)
    for key, value in _extended(mark):
        told.setdefault(key, value)
    parts = [g for e in mark if (g := _geometry(where, e, 0)) is not None]
    geometry = parts[0] if len(parts) == 1 else {"type": "GeometryCollection", "geometries": parts} if parts else None
    return {"type": "Feature", "properties": {k: v for k, v in told.items() if v}, "geometry": geometry}


def _times(mark: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    for element in mark:
        if _tag(element) == "TimeStamp":
            told["date"] = _child_text(element, "when")
        elif _tag(element) == "TimeSpan":
            told |= {"begin": _child_text(element, "begin"), "end": _child_text(element, "end")}
    return told


def _extended(mark: Any) -> Iterator[tuple[str, str]]:
    """Data and SimpleData of the placemark, by name."""
    data = _child(mark, "ExtendedData")
    for element in data.iter() if data is not None else ():
        key = element.get("name")
        if not key:
            continue
        if _tag(element) == "Data":
            yield key, _child_text(element, "value")
        elif _tag(element) == "SimpleData":
            yield key, " ".join((element.text or "").split())


def _geometry(where: str, element: Any, depth: int) -> dict[str, Any] | None:
    tag = _tag(element)
    if tag not in GEOMETRIES:
        return None
    if depth > DEEPEST:
        raise InputError(f"{where}: geometries nested over {DEEPEST} deep; not read")
    if tag == "MultiGeometry":
        parts = [g for e in element if (g := _geometry(where, e, depth + 1)) is not None]
        return {"type": "GeometryCollection", "geometries": parts}
    if tag == "Polygon":
        return {"type": "Polygon", "coordinates": _rings(where, element)}
    positions = _positions(where, _child(element, "coordinates"))
    if tag == "Point":
        if len(positions) != 1:
            raise InputError(f"{where}: a point of {len(positions)} positions; expected one")
        return {"type": "Point", "coordinates": positions[0]}
    return {"type": "LineString", "coordinates": positions}


def _rings(where: str, polygon: Any) -> list[list[list[float]]]:
    """The outer ring, then the holes."""
    found: dict[str, list[list[list[float]]]] = {"outerBoundaryIs": [], "innerBoundaryIs": []}
    for boundary in polygon:
        for ring in boundary if _tag(boundary) in found else ():
            if _tag(ring) == "LinearRing":
                found[_tag(boundary)].append(_positions(where, _child(ring, "coordinates")))
    if len(found["outerBoundaryIs"]) != 1:
        raise InputError(f"{where}: a polygon with {len(found['outerBoundaryIs'])} outer rings; expected one")
    return found["outerBoundaryIs"] + found["innerBoundaryIs"]


def _positions(where: str, element: Any) -> list[list[float]]:
    text = element.text or "" if element is not None else ""
    positions = []
    for spot in text.split():
        try:
            lon, lat = (float(number) for number in spot.split(",")[:2])
        except ValueError:
            raise InputError(f"{where}: {shown(spot)[:40]!r} is no position; expected longitude,latitude") from None
        if not (-360 <= lon <= 360 and -90 <= lat <= 90):
            raise InputError(f"{where}: {shown(spot)[:40]!r} is off the globe; expected longitude,latitude in degrees")
        positions.append([lon, lat])
    return positions
