"""ArcGIS JSON and TopoJSON as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from geomap.errors import InputError
from geomap.files import shown

DEGREES, MERCATOR = (4326, 4979), (3857, 102100, 102113, 900913)
"""Esri's numbers for degrees on WGS 84, and for the web's Mercator."""

Tree = dict[str, Any]


def is_arcgis(tree: object) -> bool:
    """Whether JSON is a feature set of ArcGIS, or a layer saved from a web map."""
    if not isinstance(tree, dict):
        return False
    return (
        ("geometryType" in tree and "features" in tree)
        or "featureCollection" in tree
        or (
            isinstance(tree.get("features"), list)
            and bool(tree["features"])
            and isinstance(tree["features"][0], dict)
            and "attributes" in tree["features"][0]
        )
    )


def read_arcgis(name: str, tree: Tree) -> Iterator[tuple[str, Tree]]:
    """(label, FeatureCollection) of each layer.

    Raises
    ------
    InputError
        It holds a part of its features only, has curves, or stands in another reference system.
    """
    if "featureCollection" in tree or "layers" in tree:
        collection = tree.get("featureCollection", tree)
        for layer in _list(name, collection, "layers"):
            found = layer.get("featureSet") if isinstance(layer, dict) else None
            if not isinstance(found, dict):
                raise InputError(f"{name}: a layer without a featureSet; expected ArcGIS' features in it")
            definition = layer.get("layerDefinition")
            told = definition if isinstance(definition, dict) else {}
            yield str(told.get("name", "")), _features(name, {"fields": told.get("fields")} | found)
        return
    yield "", _features(name, tree)


def _features(name: str, tree: Tree) -> Tree:
    if tree.get("exceededTransferLimit"):
        raise InputError(
            f"{name}: a part of its layer only (exceededTransferLimit); ask for the rest or export it whole"
        )
    kind = tree.get("geometryType")
    if kind not in (None, "esriGeometryPolygon", "esriGeometryPoint", "esriGeometryPolyline", "esriGeometryMultipoint"):
        raise InputError(f"{name}: geometryType is {shown(kind)[:40]!r}; expected polygons, lines or points")
    reference = tree.get("spatialReference") or {}
    number = reference.get("latestWkid") or reference.get("wkid") if isinstance(reference, dict) else None
    if number is None:
        raise InputError(f"{name}: no spatialReference; expected one with a wkid. Export it with outSR=4326")
    if number not in (*DEGREES, *MERCATOR):
        raise InputError(f"{name}: its wkid is {shown(number)[:20]}; expected 4326 or 3857. Export it with outSR=4326")
    fields = tree.get("fields") if isinstance(tree.get("fields"), list) else []
    days = {
        f["name"] for f in fields or () if isinstance(f, dict) and f.get("type") == "esriFieldTypeDate" and "name" in f
    }
    features = []
    for position, feature in enumerate(_list(name, tree, "features"), 1):
        where = f"{name}: feature {position}"
        if not isinstance(feature, dict) or not isinstance(feature.get("attributes") or {}, dict):
            raise InputError(f"{where}: no feature; expected attributes and geometry")
        told = {k: _instant(v) if k in days else v for k, v in (feature.get("attributes") or {}).items()}
        shape = _shape(where, feature.get("geometry"), mercator=number in MERCATOR)
        features.append({"type": "Feature", "properties": told, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


def _list(name: str, tree: Any, key: str) -> list[Any]:
    found = tree.get(key) if isinstance(tree, dict) else None
    if not isinstance(found, list):
        raise InputError(f"{name}: {key} is a {type(found).__name__}; expected a list")
    return found


def _instant(value: Any) -> Any:
    """Esri's dates are milliseconds since 1970, UTC."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return None
    return value


def _shape(where: str, geometry: Any, *, mercator: bool) -> Tree | None:
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise InputError(f"{where}: geometry is a {type(geometry).__name__}; expected rings, paths or x and y")
    if "curveRings" in geometry or "curvePaths" in geometry:
        raise InputError(f"{where}: has curves; expected straight edges. Export it without true curves")
    if "rings" in geometry:
        return _polygon(where, [_positions(where, ring, mercator) for ring in _list(where, geometry, "rings")])
    if "paths" in geometry:
        paths = [_positions(where, path, mercator) for path in _list(where, geometry, "paths")]
        return {"type": "MultiLineString", "coordinates": paths}
    if "x" in geometry and "y" in geometry:
        if geometry["x"] in (None, "NaN"):
            return None
        return {"type": "Point", "coordinates": _positions(where, [[geometry["x"], geometry["y"]]], mercator)[0]}
    if "points" in geometry:
        return {"type": "MultiPoint", "coordinates": _positions(where, geometry["points"], mercator)}
    return None


def _positions(where: str, ring: Any, mercator: bool) -> list[list[float]]:
    import numpy as np

    try:
        spots = np.array([[float(p[0]), float(p[1])] for p in ring], dtype=float).reshape(-1, 2)
    except (TypeError, ValueError, IndexError, KeyError):
        raise InputError(f"{where}: something else than positions; expected [x, y] in numbers") from None
    if mercator and len(spots):
        from geomap.geodesy.projected import from_web_mercator

        spots = from_web_mercator(spots)
    found: list[list[float]] = spots.tolist()
    return found


def _polygon(where: str, rings: Sequence[list[list[float]]]) -> Tree | None:
    """Esri has shells clockwise and holes the other way, in any order: each hole goes to the shell around it."""
    import shapely
    from shapely.geometry import Polygon

    if any(len(ring) < 4 for ring in rings):
        raise InputError(f"{where}: a ring of {min(map(len, rings))} positions; expected at least four")
    shells = [ring for ring in rings if not shapely.is_ccw(shapely.linearrings(ring))]
    holes = [ring for ring in rings if shapely.is_ccw(shapely.linearrings(ring))]
    if not shells:  # some writers turn them the other way
        shells, holes = holes, []
    polygons = [[shell] for shell in shells]
    bodies = [Polygon(shell) for shell in shells]
    for hole in holes:
        inside = (
            shapely.Point(Polygon(hole).representative_point()) if Polygon(hole).is_valid else shapely.Point(hole[0])
        )
        around = [n for n, body in enumerate(bodies) if body.is_valid and body.contains(inside)]
        if around:
            polygons[min(around, key=lambda n: bodies[n].area)].append(hole)
        else:
            polygons.append([hole])
    return {"type": "MultiPolygon", "coordinates": polygons} if polygons else None


# ── TopoJSON ─────────────────────────────────────────────────────────────────────────────────────────────────


def is_topology(tree: object) -> bool:
    """Whether JSON is TopoJSON."""
    return isinstance(tree, dict) and tree.get("type") == "Topology"


def read_topology(name: str, tree: Tree) -> Iterator[tuple[str, Tree]]:
    """(label, FeatureCollection) of each object of a topology.

    Raises
    ------
    InputError
        An arc that it names is not there, or is no arc.
    """
    arcs = _arcs(name, tree)
    objects = tree.get("objects")
    if not isinstance(objects, dict) or not objects:
        raise InputError(f"{name}: a topology without objects; expected them by name")
    for label, found in objects.items():
        several = isinstance(found, dict) and found.get("type") == "GeometryCollection"
        parts = _list(name, found, "geometries") if several else [found]
        features = [_topological(f"{name}[{shown(label)[:40]}]: {n}", part, arcs, 0) for n, part in enumerate(parts, 1)]
        yield label if len(objects) > 1 else "", {"type": "FeatureCollection", "features": features}


def _arcs(name: str, tree: Tree) -> list[list[list[float]]]:
    """Arcs in degrees: where there is a transform, they are steps in whole numbers."""
    transform = tree.get("transform")
    try:
        (fx, fy), (tx, ty) = (transform["scale"], transform["translate"]) if transform else ((1, 1), (0, 0))
        found = []
        for arc in tree["arcs"]:
            spots, x, y = [], 0.0, 0.0
            for step in arc:
                x, y = (x + step[0], y + step[1]) if transform else (step[0], step[1])
                spots.append([x * fx + tx, y * fy + ty])
            found.append(spots)
    except (KeyError, TypeError, ValueError, IndexError):
        raise InputError(
            f"{name}: a topology whose arcs are none; expected lists of positions, and scale and translate"
        ) from None
    return found


def _topological(where: str, part: Any, arcs: list[list[list[float]]], depth: int) -> Tree:
    if not isinstance(part, dict) or depth > 32:
        raise InputError(f"{where}: no geometry; expected a type and arcs")
    told = part.get("properties") or {}
    if part.get("id") is not None and isinstance(told, dict):
        told = {"id": part["id"]} | told
    return {"type": "Feature", "properties": told, "geometry": _of_arcs(where, part, arcs, depth)}


def _of_arcs(where: str, part: Tree, arcs: list[list[list[float]]], depth: int) -> Tree | None:
    def line(numbers: Any) -> list[list[float]]:
        spots: list[list[float]] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            spots += arc[1:] if spots else arc
        return spots

    kind, given = part.get("type"), part.get("arcs")
    try:
        if kind is None:
            return None
        if kind == "Polygon":
            return {"type": kind, "coordinates": [line(ring) for ring in given or ()]}
        if kind == "MultiPolygon":
            return {"type": kind, "coordinates": [[line(ring) for ring in polygon] for polygon in given or ()]}
        if kind == "LineString":
            return {"type": kind, "coordinates": line(given)}
        if kind == "MultiLineString":
            return {"type": kind, "coordinates": [line(one) for one in given or ()]}
        if kind == "GeometryCollection":
            inner = [_topological(where, g, arcs, depth + 1)["geometry"] for g in _list(where, part, "geometries")]
            return {"type": kind, "geometries": [g for g in inner if g is not None]}
    except (IndexError, TypeError, KeyError):
        raise InputError(f"{where}: names an arc that is not there; expected numbers of the topology's arcs") from None
    if kind in ("Point", "MultiPoint"):
        return {"type": kind, "coordinates": []}  # counted, not drawn: its place needs the transform
    raise InputError(f"{where}: type is {shown(kind)[:40]!r}; expected a polygon, line or point")
