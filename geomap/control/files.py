"""Control map files as they stand: GeoJSON, GeoPackage, GeoParquet, shapefile, zip; polygons and their properties."""

from __future__ import annotations

import gc
import hashlib
import io
import tempfile
import threading
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geomap.control.others import check_whole, is_other, tree_of_kml, trees_of_json
from geomap.errors import ControlError
from geomap.files import broken_zip
from geomap.models import Provenance

isal_zlib: Any
try:
    isal_zlib = import_module("isal.isal_zlib")
except ImportError:
    isal_zlib = None

if TYPE_CHECKING:
    import geopandas

SUFFIXES = (".geojson", ".json", ".topojson", ".kml", ".kmz", ".fgb", ".gpkg", ".parquet", ".geoparquet", ".shp")
"""What a control map may be stored as; each of the text ones also with .gz, all of them inside a .zip."""
LARGEST = 1 << 30
"""Bytes a packed file may unpack to: a country's map has 0.1-10 MB; more is an archive bomb or no control map."""
MEMBERS = 20_000
"""Files in a zip: fifty years of daily maps."""
IN_MEMORY = (".geojson", ".json", ".topojson", ".kml")
"""Read by our own code; the others are GDAL's and Arrow's."""
MAGIC = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a", ".fgb": b"fgb\x03"}
"""First bytes. GDAL goes by content: a virtual file of another's name would open whatever file or address it names."""
DAMAGED: tuple[type[Exception], ...] = (zlib.error,) if isal_zlib is None else (zlib.error, isal_zlib.error)
UNREADABLE: tuple[type[Exception], ...] = (
    ValueError, OSError, ImportError, RuntimeError, LookupError, TypeError, AttributeError, shapely.errors.ShapelyError,
)  # fmt: skip
"""What pyarrow, pyogrio, shapely, pyproj and geopandas' look at metadata raise of files that are not what they say."""
GARBLED = 0.75
"""Share of accented letters from which a word is taken for one of another alphabet."""
POLYGONAL = {"Polygon", "MultiPolygon"}
NESTED = 32
"""Collections within each other; real maps nest three deep."""
LINEAR = {"Point": "points", "MultiPoint": "points", "LineString": "lines", "MultiLineString": "lines"}


@dataclass(slots=True)
class Layer:
    """One map as it stands in its file: each Polygon and MultiPolygon, its feature's number and properties.

    ``label`` is what the file calls this layer, where it holds several (a layer's name, a path in a zip), ``title``
    what it calls the whole of it; ``told`` takes what a reader should know.
    """

    where: str
    shapes: NDArray[np.object_]
    rows: list[int]
    provenance: Provenance
    keys: set[str] = field(default_factory=set)
    properties: list[dict[str, Any]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    label: str = ""
    title: str = ""
    clockwise: bool = False
    told: list[str] = field(default_factory=list)


def stem(name: str) -> str:
    """A file's name without folders and known suffixes."""
    stem = PurePosixPath(name).name
    lower = stem.lower()
    for suffix in (".gz", ".zip", *SUFFIXES):
        if lower.endswith(suffix):
            stem, lower = stem[: -len(suffix)], lower[: -len(suffix)]
    return stem


def _kind(name: str) -> str | None:
    """The format that a file's name promises, or None."""
    lower = name.lower().removesuffix(".gz")
    if lower.endswith((".zip", ".kmz")):
        return ".zip"
    return next((s for s in SUFFIXES if lower.endswith(s)), None)


def find_files(path: Path | str | Sequence[Path | str]) -> Iterator[Path]:
    for item in [path] if isinstance(path, str | Path) else path:
        file = Path(item)
        if file.is_dir():
            listed = sorted(f for f in file.iterdir() if not f.name.startswith("."))
            found = [f for f in listed if f.is_file() and _kind(f.name)]
            deeper = [f.name for f in listed if f.is_dir() and _holds_maps(f)]
            if deeper:
                raise ControlError(
                    f"{file}: holds maps in folders of its own ({', '.join(deeper[:5])}); give each by itself"
                )
            if not found:
                raise ControlError(f"{file}: the folder holds no control map; expected {', '.join(SUFFIXES)} or .zip")
            yield from found
        elif not file.exists():
            raise ControlError(f"{file}: no such file or folder")
        elif _kind(file.name) is None:
            raise ControlError(f"{file}: unknown kind of file; expected {', '.join(SUFFIXES)}, .gz or .zip")
        else:
            yield file


def _holds_maps(folder: Path) -> bool:
    try:
        return any(f.is_file() and _kind(f.name) and not f.name.startswith(".") for f in folder.iterdir())
    except OSError:
        return False


def layers(file: Path) -> Iterator[Layer]:
    try:
        if file.exists() and not file.is_file():
            raise ControlError(
                f"{file}: no regular file; expected {', '.join(SUFFIXES)} or .zip"
            )  # a device has no end
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise ControlError(f"{file}: cannot read it: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise ControlError(f"{file}: larger than {LARGEST >> 20} MB; expected a control map")
    kind = _kind(file.name)
    provenance = Provenance(name=file.name, path=str(file), sha256=hashlib.sha256(data).hexdigest())
    if kind == ".zip":
        yield from _zipped(file, data, provenance)
    elif kind in IN_MEMORY:
        yield from _texts(kind, str(file), unpacked(data, str(file)), provenance)
    else:
        yield from _tables(file, str(file), provenance)


def unpacked(data: bytes, where: str) -> bytes:
    """Content of a gzip file, refused above ``LARGEST``; anything else as it is."""
    if data[:2] != b"\x1f\x8b":
        return data
    out: list[bytes] = []
    try:
        while data:  # a gzip file may have several members
            stream = _inflater()
            out.append(stream.decompress(data, LARGEST + 1))
            if sum(map(len, out)) > LARGEST:
                raise ControlError(f"{where}: unpacks to more than {LARGEST >> 20} MB; expected a control map")
            if not stream.eof:
                raise ControlError(f"{where}: damaged gzip: it ends too early")
            data = stream.unused_data.lstrip(b"\0")
    except DAMAGED as error:
        raise ControlError(f"{where}: damaged gzip: {error}") from error
    return out[0] if len(out) == 1 else b"".join(out)


def _inflater() -> Any:
    """A gzip stream's unpacker: Intel's where installed, twice as fast."""
    return (isal_zlib or zlib).decompressobj(wbits=31)


def _zipped(file: Path, data: bytes, provenance: Provenance) -> Iterator[Layer]:
    """Maps inside a zip: JSON is read in memory, the rest in a folder of its own that goes afterwards."""
    archive = open_zip(data, str(file))
    # not is_dir(), which takes a name of no letters ill
    infos = [i for i in archive.infolist() if not i.filename.endswith("/") and not i.filename.startswith("__MACOSX/")]
    if len(infos) > MEMBERS or sum(i.file_size for i in infos) > LARGEST:
        raise ControlError(f"{file}: unpacks to more than {MEMBERS} files or {LARGEST >> 20} MB; expected control maps")
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/"))
        if parts.is_absolute() or not parts.name or ".." in parts.parts or ":" in parts.parts[0]:
            raise ControlError(f"{file}: holds {info.filename!r}, which points outside the archive; not read")
    inner = [i.filename for i in infos if _kind(i.filename) == ".zip"]
    if inner:
        raise ControlError(f"{file}: holds a zip of its own ({inner[0][:80]!r}); unpack it first")
    maps = [i for i in infos if _kind(i.filename) is not None]
    if not maps:
        raise ControlError(f"{file}: the zip holds no control map; expected {', '.join(SUFFIXES)}")
    several = len(maps) > 1
    with tempfile.TemporaryDirectory() as folder:
        for info in infos:
            if _kind(info.filename) not in IN_MEMORY:
                _unpack(archive, info, Path(folder), file)
        for info in sorted(maps, key=lambda i: i.filename):
            where = f"{file}:{info.filename}"
            label = _without_suffix(info.filename) if several else ""
            kind = _kind(info.filename)
            if kind in IN_MEMORY:
                found: Iterable[Layer] = _texts(kind, where, unpacked(member(archive, info, where), where), provenance)
            else:
                found = _tables(_target(info, Path(folder)), where, provenance)
            for layer in found:
                layer.label = "/".join(part for part in (label, layer.label) if part)
                yield layer


def _target(info: zipfile.ZipInfo, folder: Path) -> Path:
    """Where a file of a zip is unpacked to: in a folder of its own for each of the zip's, so that names may repeat."""
    inside = PurePosixPath(info.filename.replace("\\", "/"))
    own = hashlib.sha256(str(inside.parent).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return folder / own / inside.name


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, file: Path) -> None:
    content = member(archive, info, f"{file}:{info.filename}")
    target = _target(info, folder)
    try:
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            raise ControlError(f"{file}: holds {info.filename[:80]!r} twice; expected one file of a name")
        target.write_bytes(content)
    except (OSError, ValueError) as error:  # no name for a file: too long, or NUL in it
        raise ControlError(f"{file}: holds {info.filename[:80]!r}, which cannot be written") from error


def _without_suffix(name: str) -> str:
    inside = PurePosixPath(name.replace("\\", "/"))
    return str(inside.with_name(stem(inside.name) or inside.name))


def open_zip(data: bytes, where: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except broken_zip() as error:
        raise ControlError(f"{where}: damaged zip: {error}") from error


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> bytes:
    """A file inside a zip, at most as large as it says."""
    try:
        with archive.open(info) as stream:
            return stream.read(info.file_size + 1)
    except broken_zip() as error:
        raise ControlError(f"{where}: cannot be unpacked: {error}") from error


def _tables(file: Path, where: str, provenance: Provenance) -> Iterator[Layer]:
    """Layers of a GeoPackage, GeoParquet or shapefile."""
    import geopandas

    if _kind(file.name) in (".parquet", ".geoparquet"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # on positions that are no numbers: refused below
                frames = {"": geopandas.read_parquet(file)}
        except UNREADABLE as error:
            raise ControlError(f"{where}: not a GeoParquet file: {_first_line(error)}") from error
    else:
        import pyogrio

        with file.open("rb") as opened:
            start = opened.read(16)
        if (kind := _kind(file.name)) not in MAGIC:
            raise ControlError(f"{where}: unknown kind of file; expected {', '.join(SUFFIXES)}, .gz or .zip")
        if not start.startswith(MAGIC[kind]):
            raise ControlError(f"{where}: not what its suffix says; expected a GeoPackage or shapefile")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks on files that it reads all the same
                names = [str(n) for n, kind in pyogrio.list_layers(file) if kind is not None]
                frames = {n: geopandas.read_file(file, layer=n, engine="pyogrio") for n in names}
        except UNREADABLE as error:
            raise ControlError(f"{where}: cannot be read: {_first_line(error)}") from error
    shapefile = _kind(file.name) == ".shp"
    for name, frame in frames.items():
        at = f"{where}[{name}]" if len(frames) > 1 else where
        if shapefile:
            frame = _in_its_letters(frame, file, at)
        if frame.crs is None:
            beside = " (a .prj file beside the shapefile)" if file.suffix.lower() == ".shp" else ""
            raise ControlError(f"{at}: has no CRS; expected one{beside}; set it where the map was made")
        try:
            degrees = frame.to_crs(4326)
        except UNREADABLE as error:
            raise ControlError(f"{at}: its CRS cannot be used: {_first_line(error)}") from error
        layer = _from_frame(degrees, at, provenance, name if len(frames) > 1 else "")
        layer.clockwise = shapefile
        layer.title = name
        yield layer


def _in_its_letters(frame: geopandas.GeoDataFrame, file: Path, where: str) -> geopandas.GeoDataFrame:
    """A shapefile's table in the letters it was written in: without a .cpg file beside they are taken for Latin ones.

    Raises
    ------
    ControlError
        Words of letters that no language puts side by side: another code page.
    """
    import geopandas

    if any(f.suffix.lower() == ".cpg" and f.stem == file.stem for f in file.parent.iterdir()):
        return frame
    texts = [c for c in frame.columns if c != frame.geometry.name and frame[c].dtype.kind not in "biufcmM"]
    words = sorted({w for c in texts for v in frame[c].dropna().unique() for w in str(v).split()})
    strange = [w for w in words if _is_garbled(w)]
    if not strange:
        return frame
    try:
        for word in words:
            word.encode("latin-1").decode("utf-8")
        return geopandas.read_file(file, engine="pyogrio", encoding="UTF-8")
    except UNREADABLE:  # a ValueError where the words are no UTF-8
        raise ControlError(
            f"{where}: its letters look like a wrong encoding ({strange[0][:40]!r}); put a .cpg file beside it that "
            "names the code page, such as 1251 for Cyrillic"
        ) from None


def _is_garbled(word: str) -> bool:
    """Whether a word is nearly all accented letters and signs: "îêóïîâàíî", "été" is not."""
    return len(word) > 3 and sum("\x80" <= c <= "\xff" for c in word) >= GARBLED * len(word)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _from_frame(frame: geopandas.GeoDataFrame, where: str, provenance: Provenance, label: str) -> Layer:
    other = [str(c) for c in frame.columns if c != frame.geometry.name]
    rows = frame[other].to_dict("records") if other else [{} for _ in range(len(frame))]
    layer = Layer(where, np.empty(0, object), [], provenance, keys=set(other), label=label)
    shapes: list[Any] = []
    for i, (geometry, properties) in enumerate(zip(np.asarray(frame.geometry.array), rows, strict=True)):
        if geometry is None or geometry.is_empty:
            layer.dropped["without geometry"] += 1
            continue
        for part in _leaves(geometry):
            if part.geom_type in POLYGONAL:
                shapes.append(shapely.force_2d(part))
                if not np.isfinite(shapely.get_coordinates(part)).all():
                    raise ControlError(
                        f"{where}: feature {i} has a position that is no number; expected finite degrees"
                    )
                layer.rows.append(i)
                layer.properties.append({str(k): v for k, v in properties.items()})
            else:
                layer.dropped[LINEAR.get(part.geom_type, "lines")] += 1
    layer.shapes = _objects(shapes)
    return layer


def _objects(shapes: Sequence[Any]) -> NDArray[np.object_]:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def _leaves(geometry: Any) -> Iterator[Any]:
    if geometry.geom_type == "GeometryCollection":
        for part in geometry.geoms:
            yield from _leaves(part)
    else:
        yield geometry


# ── GeoJSON ──────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the cycle collector: on many small lists without cycles it takes longer than the work."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _texts(kind: str, where: str, data: bytes, provenance: Provenance) -> list[Layer]:
    """Layers of a file that is text: GeoJSON, or what becomes GeoJSON."""
    with without_collector():
        if kind == ".kml":
            return [_from_tree(tree_of_kml(where, data), where, provenance)]
        quick = _quick(where, data, provenance)
        # the tree has no name here, so that it is gone before the collector runs again
        return [quick] if quick is not None else _of_json(_parsed(data, where), where, provenance)


def _of_json(tree: Any, where: str, provenance: Provenance) -> list[Layer]:
    if not is_other(tree):
        check_whole(tree, where)
        return [_from_tree(tree, where, provenance)]
    found = []
    for label, part in trees_of_json(where, tree):
        layer = _from_tree(part, f"{where}[{label}]" if label else where, provenance)
        layer.label = label
        found.append(layer)
    return found


class _Local(threading.local):
    """A simdjson parser for each thread: one that is used again has its memory ready."""

    parser: Any = None


LOCAL = _Local()


def _parser() -> Any:
    if LOCAL.parser is None:
        try:
            LOCAL.parser = import_module("simdjson").Parser()
        except ImportError:
            return None
    return LOCAL.parser


def _quick(where: str, data: bytes, provenance: Provenance) -> Layer | None:
    """Read a plain FeatureCollection of polygons with simdjson, where installed: numbers come without Python objects.

    None for anything else or at fault: then the other way says what.
    """
    parser = _parser()
    if parser is None:
        return None
    # a position of one number among others of three would pass unseen: such a file is read the other way
    if b"[]" in data.translate(None, b"0123456789.+-eE \t\r\n"):
        return None
    layer = Layer(where, np.empty(0, object), [], provenance)
    flats: list[NDArray[np.float64]] = []
    rings: list[list[list[int]]] = []  # vertices of each ring of each polygon of each shape
    multi: list[bool] = []
    try:
        tree = parser.parse(data)
        if tree["type"] != "FeatureCollection" or tree.get("exceededTransferLimit") or tree.get("properties"):
            return None
        if tree.get("crs") is not None:
            _check_crs({"crs": tree["crs"].as_dict()}, where)
        layer.title = _title(tree.get("name"))
        for i, feature in enumerate(tree["features"]):
            geometry, properties = feature["geometry"], feature["properties"]
            if geometry is None or geometry["type"] not in POLYGONAL:
                return None
            found = geometry["coordinates"]
            numbers = np.frombuffer(found.as_buffer(of_type="d"))
            polygons = found if geometry["type"] == "MultiPolygon" else [found]
            counts = [[len(ring) for ring in polygon] for polygon in polygons]
            if len(numbers) != 2 * sum(map(sum, counts)) or not all(counts):
                return None  # Z, or a polygon without rings
            flats.append(numbers.reshape(-1, 2))
            rings.append(counts)
            multi.append(geometry["type"] == "MultiPolygon")
            layer.rows.append(i)
            layer.properties.append(properties.as_dict() if properties is not None else {})
            layer.keys.update(layer.properties[-1])
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        return None
    if not flats:
        return None
    flat = np.concatenate(flats)
    counts_flat = np.array([n for shape in rings for polygon in shape for n in polygon])
    owner = np.repeat(np.arange(sum(map(len, rings))), [len(polygon) for shape in rings for polygon in shape])
    feature_of = [r for r, shape in zip(layer.rows, rings, strict=True) for _ in shape]
    built = _assembled(flat, counts_flat, owner, feature_of, where)
    layer.shapes = _gathered(built, [len(r) if m else None for r, m in zip(rings, multi, strict=True)])
    return layer


def _parsed(data: bytes, where: str) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ControlError(f"{where}: no JSON: {error}; expected GeoJSON in UTF-8") from error


def _type(value: Any) -> str | None:
    """What a GeoJSON object says it is; None where it says nothing that can be one."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _from_tree(tree: Any, where: str, provenance: Provenance) -> Layer:
    kind = _type(tree)
    features: Any
    if kind == "FeatureCollection":
        features = _features(tree, where)
    elif kind == "Feature":
        features = [tree]
    elif kind in POLYGONAL or kind == "GeometryCollection":
        features = [{"geometry": tree, "properties": {}}]
    else:
        features = None
    if not isinstance(features, list):
        raise ControlError(f"{where}: type is {str(kind)[:40]!r}; expected a GeoJSON FeatureCollection")
    _check_crs(tree, where)
    layer = Layer(where, np.empty(0, object), [], provenance, title=_title(tree.get("name")))
    polygons: list[list[Any]] = []
    parts: list[int | None] = []  # how many polygons each MultiPolygon takes; None for a Polygon
    for i, feature in enumerate(features):
        properties = (feature.get("properties") or {}) if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise ControlError(f"{where}: feature {i} is no GeoJSON feature; expected geometry and properties")
        layer.keys.update(properties)
        if feature.get("geometry") is None:
            layer.dropped["without geometry"] += 1
            continue
        for multi, found in _found(feature["geometry"], f"{where}: feature {i}", layer.dropped):
            polygons += found
            parts.append(len(found) if multi else None)
            layer.rows.append(i)
            layer.properties.append(properties)
    feature_of = [r for r, n in zip(layer.rows, parts, strict=True) for _ in range(1 if n is None else n)]
    layer.shapes = _gathered(_build(polygons, feature_of, where), parts)
    return layer


def _title(name: Any) -> str:
    return name if isinstance(name, str) else ""


def _features(tree: dict[str, Any], where: str, depth: int = 0) -> Any:
    """Features of a collection, those of collections within it in their place."""
    found = tree.get("features")
    if not isinstance(found, list) or not any(
        isinstance(f, dict) and f.get("type") == "FeatureCollection" for f in found
    ):
        return found
    if depth > NESTED:
        raise ControlError(f"{where}: collections within collections, {NESTED} deep; expected features")
    out: list[Any] = []
    for i, feature in enumerate(found):
        if isinstance(feature, dict) and feature.get("type") == "FeatureCollection":
            _check_crs(feature, f"{where}: feature {i}")
            inner = _features(feature, f"{where}: feature {i}", depth + 1)
            if not isinstance(inner, list):
                raise ControlError(f"{where}: feature {i} is a collection without features; expected a list of them")
            out += inner
        else:
            out.append(feature)
    return out


def _gathered(polygons: NDArray[np.object_], parts: list[int | None]) -> NDArray[np.object_]:
    """Polygons as the shapes they came in: ``parts`` has the number of each MultiPolygon, None for a Polygon."""
    at = 0
    shapes: list[Any] = []
    for n in parts:
        shapes.append(polygons[at] if n is None else shapely.multipolygons(polygons[at : at + n]))
        at += 1 if n is None else n
    return _objects(shapes)


def _check_crs(tree: dict[str, Any], where: str) -> None:
    """GeoJSON is lon/lat on WGS 84; the old ``crs`` member may say otherwise."""
    crs = tree.get("crs")
    if crs is None:
        return
    kind, properties = (crs.get("type"), crs.get("properties")) if isinstance(crs, dict) else (None, None)
    name = ""
    if isinstance(properties, dict) and kind in ("name", "EPSG", None):
        name = str(properties.get("name") or properties.get("code") or "")
    if not name.upper().endswith(("CRS84", ":4326")) and name != "4326":
        raise ControlError(
            f"{where}: crs is {(name or str(crs))[:60]!r}; expected WGS 84 longitude and latitude; reproject it"
        )


def _found(geometry: Any, where: str, dropped: Counter[str], depth: int = 0) -> Iterator[tuple[bool, list[Any]]]:
    """Each Polygon and MultiPolygon of a geometry (whether multi, its polygons); points and lines are counted."""
    kind = _type(geometry)
    if kind == "GeometryCollection" and depth < NESTED:
        parts = geometry.get("geometries")
        if not isinstance(parts, list):
            raise ControlError(f"{where}: a GeometryCollection without a list of geometries")
        for part in parts:
            yield from _found(part, where, dropped, depth + 1)
        return
    if kind in LINEAR:
        dropped[LINEAR[kind]] += 1
        return
    if kind not in POLYGONAL or not isinstance(geometry.get("coordinates"), list):
        raise ControlError(f"{where}: geometry is {str(kind)[:40]!r}; expected a polygon with coordinates")
    multi = kind == "MultiPolygon"
    found = [p for p in (geometry["coordinates"] if multi else [geometry["coordinates"]]) if p]
    if not all(isinstance(p, list) and isinstance(p[0], list) for p in found):
        raise ControlError(f"{where}: a {kind} whose coordinates are no rings; expected lists of positions")
    if found:
        yield multi, found
    else:
        dropped["empty"] += 1


def _build(polygons: list[list[Any]], feature_of: list[int], where: str) -> NDArray[np.object_]:
    """Shapely polygons of lists of rings of positions; the first ring of each is its shell."""
    if not polygons:
        return np.empty(0, object)
    rings = list(chain.from_iterable(polygons))
    owner = np.repeat(np.arange(len(polygons)), [len(p) for p in polygons])
    try:
        counts = np.array([len(r) for r in rings])
        positions = list(chain.from_iterable(rings))
        if not set(map(type, chain.from_iterable(positions))) <= {int, float}:
            raise TypeError
        if set(map(len, positions)) == {2}:
            flat = np.fromiter(chain.from_iterable(positions), np.float64, 2 * len(positions)).reshape(-1, 2)
        else:
            flat = np.array([[float(p[0]), float(p[1])] for p in positions])  # Z, or positions of mixed length
    except (TypeError, ValueError, IndexError, KeyError):
        bad = next(i for i, r in enumerate(rings) if not _is_ring(r))
        raise ControlError(
            f"{where}: feature {feature_of[owner[bad]]}: a ring holds something else than positions; "
            "expected [longitude, latitude] in numbers"
        ) from None
    return _assembled(flat, counts, owner, feature_of, where)


def _assembled(
    flat: NDArray[np.float64], counts: NDArray[Any], owner: NDArray[Any], feature_of: list[int], where: str
) -> NDArray[np.object_]:
    """Shapely polygons of all positions, vertices a ring and polygon a ring; rings checked."""
    last = np.cumsum(counts) - 1
    short = np.flatnonzero(counts < 4)
    if len(short):
        raise ControlError(
            f"{where}: feature {feature_of[owner[short[0]]]}: a ring of {counts[short[0]]} positions; "
            "expected at least four"
        )
    ends = flat[last]
    open_ = np.flatnonzero((flat[last - counts + 1] != ends).any(axis=1) & ~np.isnan(ends).any(axis=1))
    if len(open_):
        raise ControlError(
            f"{where}: feature {feature_of[owner[open_[0]]]}: a ring is not closed at "
            f"{ends[open_[0]].tolist()}; expected its first position again"
        )
    finite = np.isfinite(flat).all(axis=1)
    if not finite.all():
        vertex = int(np.flatnonzero(~finite)[0])
        ring = int(np.searchsorted(last, vertex))
        raise ControlError(
            f"{where}: feature {feature_of[owner[ring]]} has the position {flat[vertex].tolist()}; "
            "expected finite degrees"
        )
    linear: Any = shapely.linearrings(flat, indices=np.repeat(np.arange(len(counts)), counts))
    return np.asarray(shapely.polygons(linear, indices=owner), dtype=object)


def _is_ring(ring: Any) -> bool:
    try:
        return all(len([float(p[0]), float(p[1])]) == 2 and set(map(type, p)) <= {int, float} for p in ring)
    except (TypeError, ValueError, IndexError, KeyError):
        return False
