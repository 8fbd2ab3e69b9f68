"""Read control maps from files: whole, or refused with the reason; dated by name or property; units never kept."""

from __future__ import annotations

import gzip
import hashlib
import io
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geomap.control.rules import DATE, OUTSIDE, PRESETS, Rules, guess, preset_named, read_rules
from geomap.errors import ControlError
from geomap.geodesy import area
from geomap.models import ControlSeries, Provenance, Snapshot, Status

if TYPE_CHECKING:
    import geopandas

SUFFIXES = (".geojson", ".json", ".gpkg", ".parquet", ".geoparquet", ".shp")
"""What a control map may be stored as; each of the text ones also with .gz, all of them inside a .zip."""
LARGEST = 1 << 30
"""Bytes a packed file may unpack to: a country's map has 0.1-10 MB; more is an archive bomb or no control map."""
MEMBERS = 20_000
"""Files in a zip: fifty years of daily maps."""
POLYGONAL = {"Polygon", "MultiPolygon"}
LINEAR = {"Point": "points", "MultiPoint": "points", "LineString": "lines", "MultiLineString": "lines"}


@dataclass(slots=True)
class Layer:
    """One map as it stands in its file: polygons with their names, before their classes are known."""

    where: str
    polygons: NDArray[np.object_]
    names: list[str | None]
    rows: list[int]
    provenance: Provenance
    keys: set[str] = field(default_factory=set)
    properties: list[dict[str, Any]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    label: str = ""


def read_control(
    path: Path | str | Sequence[Path | str],
    *,
    name: str | None = None,
    rules: Rules | Path | str | None = None,
    preset: str | None = None,
    repair: bool = False,
) -> ControlSeries:
    """Read the control maps of one source, in time order.

    Parameters
    ----------
    path
        A file, a folder (searched without its subfolders), or a list of either: GeoJSON (.geojson, .json, also .gz),
        GeoPackage, GeoParquet, shapefile, or a .zip of those. A layer or a date property may hold a date each.
    name
        What the source is called on pages; else the rules' name.
    rules
        A rule file (see ``read_rules``) or rules. Without, ``preset`` ("deepstate", "viina"), else what the names and
        properties show.
    repair
        Mend broken rings (GEOS ``make_valid``, method "structure") and list them in ``Snapshot.repaired``. Without, a
        broken ring is an error: mending may invent ground.

    Returns
    -------
    ControlSeries
        Snapshots with frames in EPSG:4326, columns geometry, status, holder, name. Points and lines (units, positions,
        attacks) are dropped and counted; polygons outside the rules' extent or of class "outside" are listed in
        ``ignored``.

    Raises
    ------
    ControlError
        Nothing to read, an unreadable or undated file, an unknown class, a broken ring, coordinates that are not
        longitude and latitude, two different maps of one time.
    """
    if isinstance(rules, Rules):
        chosen: Rules | None = rules
    elif rules is not None:
        chosen = read_rules(rules)
    else:
        chosen = None if preset is None else preset_named(preset)
    snapshots: dict[datetime, Snapshot] = {}
    notes: list[str] = []
    names: set[str] = set()
    for file in _files(path):
        for layer in layers(file):
            used = chosen or _guessed(layer)
            names.add(used.name)
            if len(names) > 1:
                raise ControlError(
                    f"{layer.where}: reads as {used.name}, other files as another source; read them apart"
                )
            last = used
            for as_of, part in _dated(layer, used):
                snapshot = _snapshot(part, as_of, used, repair)
                earlier = snapshots.get(as_of)
                if earlier is None:
                    snapshots[as_of] = snapshot
                elif _same(earlier, snapshot):
                    notes.append(f"{part.where}: the same map as {earlier.provenance.path}, read once")
                else:
                    raise ControlError(
                        f"{part.where}: another map of {as_of:%Y-%m-%d %H:%M} than {earlier.provenance.path}; "
                        "expected one map a time; give them times, or read them as two sources"
                    )
    if not snapshots:
        raise ControlError(f"{path}: found no control map; expected {', '.join(SUFFIXES)}, .gz or .zip")
    ordered = tuple(snapshots[t] for t in sorted(snapshots))
    return ControlSeries(
        name=name or last.name,
        snapshots=ordered,
        provenance=Provenance(
            name=name or last.name,
            path=str(path) if isinstance(path, str | Path) else None,
            sha256=hashlib.sha256("".join(s.provenance.sha256 or "" for s in ordered).encode()).hexdigest(),
            licence=last.licence,
            attribution=last.attribution,
            url=last.url,
        ),
        holder=last.holder,
        gaps=gaps([s.as_of for s in ordered]),
        notes=tuple(notes),
    )


def gaps(times: Sequence[datetime]) -> tuple[tuple[date, date], ...]:
    """Pairs of neighbouring dates further apart than the series' own step (its median, at least a day) allows."""
    days = sorted({t.date() for t in times})
    steps = [(b - a).days for a, b in pairwise(days)]
    usual = max(1, sorted(steps)[len(steps) // 2]) if steps else 1
    # a weekly map that comes a day late is no gap
    return tuple((a, b) for a, b in pairwise(days) if (b - a).days > usual * 1.5)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


def _stem(name: str) -> str:
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
    if lower.endswith(".zip"):
        return ".zip"
    return next((s for s in SUFFIXES if lower.endswith(s)), None)


def _files(path: Path | str | Sequence[Path | str]) -> Iterator[Path]:
    for item in [path] if isinstance(path, str | Path) else path:
        file = Path(item)
        if file.is_dir():
            found = sorted(f for f in file.iterdir() if f.is_file() and _kind(f.name) and not f.name.startswith("."))
            if not found:
                raise ControlError(f"{file}: the folder holds no control map; expected {', '.join(SUFFIXES)} or .zip")
            yield from found
        elif not file.exists():
            raise ControlError(f"{file}: no such file or folder")
        elif _kind(file.name) is None:
            raise ControlError(f"{file}: unknown kind of file; expected {', '.join(SUFFIXES)}, .gz or .zip")
        else:
            yield file


def layers(file: Path) -> Iterator[Layer]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ControlError(f"{file}: cannot read it: {error.strerror or error}") from error
    kind = _kind(file.name)
    provenance = Provenance(name=file.name, path=str(file), sha256=hashlib.sha256(data).hexdigest())
    if kind == ".zip":
        yield from _zipped(file, data, provenance)
    elif kind in (".geojson", ".json"):
        yield _geojson(str(file), _unpacked(data, str(file)), provenance)
    else:
        yield from _tables(file, str(file), provenance)


def _unpacked(data: bytes, where: str) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            out = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ControlError(f"{where}: damaged gzip: {error}") from error
    if len(out) > LARGEST:
        raise ControlError(f"{where}: unpacks to more than {LARGEST >> 20} MB; expected a control map")
    return out


def _zipped(file: Path, data: bytes, provenance: Provenance) -> Iterator[Layer]:
    """Maps inside a zip: JSON is read in memory, the rest in a folder of its own that goes afterwards."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise ControlError(f"{file}: damaged zip: {error}") from error
    infos = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
    if len(infos) > MEMBERS or sum(i.file_size for i in infos) > LARGEST:
        raise ControlError(f"{file}: unpacks to more than {MEMBERS} files or {LARGEST >> 20} MB; expected control maps")
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
            raise ControlError(f"{file}: holds {info.filename!r}, which points outside the archive; not read")
    found = False
    with tempfile.TemporaryDirectory() as folder:
        for info in sorted(infos, key=lambda i: i.filename):
            kind, where = _kind(info.filename), f"{file}:{info.filename}"
            if kind in (".geojson", ".json"):
                found = True
                yield _geojson(where, _unpacked(_member(archive, info, where), where), provenance)
        for info in infos:
            if _kind(info.filename) not in (".geojson", ".json"):
                target = Path(folder) / f"{PurePosixPath(info.filename).name}"
                target.write_bytes(_member(archive, info, f"{file}:{info.filename}"))
        for target in sorted(Path(folder).iterdir()):
            if _kind(target.name) not in (None, ".zip"):
                found = True
                yield from _tables(target, f"{file}:{target.name}", provenance)
    if not found:
        raise ControlError(f"{file}: the zip holds no control map; expected {', '.join(SUFFIXES)}")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> bytes:
    try:
        with archive.open(info) as stream:
            return stream.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise ControlError(f"{where}: cannot be unpacked: {error}") from error


def _tables(file: Path, where: str, provenance: Provenance) -> Iterator[Layer]:
    """Layers of a GeoPackage, GeoParquet or shapefile."""
    import geopandas

    if _kind(file.name) in (".parquet", ".geoparquet"):
        try:
            frames = {"": geopandas.read_parquet(file)}
        except (ValueError, OSError, ImportError) as error:
            raise ControlError(f"{where}: not a GeoParquet file: {_first_line(error)}") from error
    else:
        import pyogrio

        try:
            names = [str(n) for n, kind in pyogrio.list_layers(file) if kind is not None]
            frames = {n: geopandas.read_file(file, layer=n, engine="pyogrio") for n in names}
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, OSError) as error:
            raise ControlError(f"{where}: cannot be read: {_first_line(error)}") from error
    for name, frame in frames.items():
        at = f"{where}[{name}]" if len(frames) > 1 else where
        if frame.crs is None:
            raise ControlError(f"{at}: has no CRS; expected one (a .prj file beside a shapefile)")
        yield _from_frame(frame.to_crs(4326), at, provenance, name)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _from_frame(frame: geopandas.GeoDataFrame, where: str, provenance: Provenance, label: str) -> Layer:
    other = [str(c) for c in frame.columns if c != frame.geometry.name]
    rows = frame[other].to_dict("records") if other else [{} for _ in range(len(frame))]
    layer = Layer(where, np.empty(0, object), [], [], provenance, keys=set(other), label=label)
    polygons: list[Any] = []
    for i, (geometry, properties) in enumerate(zip(np.asarray(frame.geometry.array), rows, strict=True)):
        if geometry is None or geometry.is_empty:
            layer.dropped["without geometry"] += 1
            continue
        for part in _leaves(geometry):
            if part.geom_type == "Polygon":
                polygons.append(shapely.force_2d(part))
                layer.rows.append(i)
                layer.properties.append({str(k): v for k, v in properties.items()})
            else:
                layer.dropped[LINEAR.get(part.geom_type, "lines")] += 1
    layer.polygons = np.array(polygons, dtype=object)
    return layer


def _leaves(geometry: Any) -> Iterator[Any]:
    if hasattr(geometry, "geoms"):
        for part in geometry.geoms:
            yield from _leaves(part)
    else:
        yield geometry


# ── GeoJSON ──────────────────────────────────────────────────────────────────────────────────────────────────


def _geojson(where: str, data: bytes, provenance: Provenance) -> Layer:
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ControlError(f"{where}: no JSON: {error}; expected GeoJSON in UTF-8") from error
    kind = tree.get("type") if isinstance(tree, dict) else None
    if kind == "FeatureCollection":
        features = tree.get("features")
    elif kind == "Feature":
        features = [tree]
    elif kind in POLYGONAL or kind == "GeometryCollection":
        features = [{"geometry": tree, "properties": {}}]
    else:
        features = None
    if not isinstance(features, list):
        raise ControlError(f"{where}: type is {kind!r}; expected a GeoJSON FeatureCollection")
    _check_crs(tree, where)
    layer = Layer(where, np.empty(0, object), [], [], provenance)
    rings: list[NDArray[np.float64]] = []
    ring_owner: list[int] = []
    for i, feature in enumerate(features):
        if not isinstance(feature, dict):
            raise ControlError(f"{where}: feature {i} is no object; expected a GeoJSON feature")
        properties = feature.get("properties") or {}
        layer.keys.update(properties)
        if feature.get("geometry") is None:
            layer.dropped["without geometry"] += 1
            continue
        for polygon in _polygons(feature["geometry"], f"{where}: feature {i}", layer.dropped):
            for ring in polygon:
                rings.append(_ring(ring, f"{where}: feature {i}"))
                ring_owner.append(len(layer.rows))
            layer.rows.append(i)
            layer.properties.append(properties)
    layer.polygons = _build(rings, ring_owner, len(layer.rows))
    return layer


def _check_crs(tree: dict[str, Any], where: str) -> None:
    """GeoJSON is lon/lat on WGS 84; the old ``crs`` member may say otherwise."""
    crs = tree.get("crs")
    name = (crs.get("properties") or {}).get("name", "") if isinstance(crs, dict) else ""
    if name and not str(name).upper().replace("::", ":").endswith(("CRS84", "EPSG:4326", ":4326")):
        raise ControlError(f"{where}: crs is {str(name)[:60]!r}; expected WGS 84 longitude and latitude; reproject it")


def _polygons(geometry: Any, where: str, dropped: Counter[str], depth: int = 0) -> Iterator[list[Any]]:
    """Rings of each polygon of a geometry; points and lines are counted."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and depth < 32:  # real maps nest three deep
        for part in geometry.get("geometries") or ():
            yield from _polygons(part, where, dropped, depth + 1)
        return
    if kind in LINEAR:
        dropped[LINEAR[kind]] += 1
        return
    if kind not in POLYGONAL or not isinstance(geometry.get("coordinates"), list):
        raise ControlError(f"{where}: geometry is {str(kind)[:40]!r}; expected a polygon with coordinates")
    found = geometry["coordinates"] if kind == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in found:
        if not isinstance(polygon, list):
            raise ControlError(f"{where}: a polygon is {str(polygon)[:40]!r}; expected a list of rings")
        if polygon and polygon[0]:
            yield polygon
        else:
            dropped["empty"] += 1


def _ring(ring: Any, where: str) -> NDArray[np.float64]:
    try:
        out = np.array(ring, dtype=np.float64)
    except (TypeError, ValueError):
        out = np.array([p[:2] if isinstance(p, list) else p for p in ring] if isinstance(ring, list) else [], object)
        try:
            out = out.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ControlError(f"{where}: a ring holds something else than positions; expected [lon, lat]") from error
    if out.ndim != 2 or out.shape[1] < 2 or len(out) < 4:
        raise ControlError(f"{where}: a ring of shape {out.shape}; expected at least four positions [lon, lat]")
    out = out[:, :2]
    if (out[0] != out[-1]).any():
        raise ControlError(f"{where}: a ring is not closed at {out[-1].tolist()}; expected its first position again")
    return out


def _build(rings: list[NDArray[np.float64]], owner: list[int], count: int) -> NDArray[np.object_]:
    """Polygons of rings; the first ring of each owner is its shell."""
    if not count:
        return np.empty(0, object)
    coordinates = np.concatenate(rings)
    linear: Any = shapely.linearrings(
        coordinates, indices=np.repeat(np.arange(len(rings)), [len(r) for r in rings]), handle_nan="allow"
    )
    return np.asarray(shapely.polygons(linear, indices=np.asarray(owner)), dtype=object)


# ── dates, classes, checks ───────────────────────────────────────────────────────────────────────────────────


def find_date(text: str) -> datetime | None:
    """Find the date and time (UTC) that a name holds; a date alone is its first minute."""
    for m in DATE.finditer(text):
        g = m.groups()
        try:
            if g[12]:
                return datetime.fromtimestamp(int(g[12]), tz=UTC)
            year, month, day, hour, minute, second = (int(v or 0) for v in (g[:6] if g[0] else g[6:12]))
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            continue
    return None


def _dated(layer: Layer, rules: Rules) -> Iterator[tuple[datetime, Layer]]:
    """The maps in a layer with their times: by the rules' date property, the layer's name or the file's."""
    key = rules.date_property
    if key is not None and key in layer.keys:
        times = [_date_of(p.get(key), f"{layer.where}: feature {r}", key)
                 for p, r in zip(layer.properties, layer.rows, strict=True)]  # fmt: skip
        for time in sorted(set(times)):
            yield time, _rows(layer, [i for i, t in enumerate(times) if t == time])
        return
    found = find_date(layer.label) or find_date(_stem(layer.where.rsplit(":", 1)[-1] if ".zip:" in layer.where
                                                      else layer.provenance.name))  # fmt: skip
    if found is None:
        raise ControlError(
            f"{layer.where}: no date in its name; expected one such as 2022-09-10 or 2022-09-10T0929Z, "
            "or date_property in a rule file"
        )
    yield found, layer


def _date_of(value: Any, where: str, key: str) -> datetime:
    if isinstance(value, datetime) and value == value:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    if isinstance(value, date) and value == value:
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    found = find_date(str(value))
    if found is None:
        raise ControlError(f"{where}: {key} is {str(value)[:40]!r}; expected a date such as 2022-09-10")
    return found


def _rows(layer: Layer, keep: list[int]) -> Layer:
    return Layer(
        layer.where, layer.polygons[keep], [], [layer.rows[i] for i in keep], layer.provenance, layer.keys,
        [layer.properties[i] for i in keep], layer.dropped, layer.label,
    )  # fmt: skip


def _guessed(layer: Layer) -> Rules:
    names = {str(p["name"]) for p in layer.properties if p.get("name") is not None}
    rules = guess(names, layer.keys)
    if rules is None:
        raise ControlError(
            f"{layer.where}: no preset fits its properties ({', '.join(sorted(map(str, layer.keys))[:8])}); "
            f"give a rule file, or one of the presets {', '.join(PRESETS)}"
        )
    return rules


def _name_of(properties: dict[str, Any], rules: Rules) -> str | None:
    for key in rules.properties:
        value = properties.get(key)
        if value is not None and value == value:
            return str(value)
    return None


def _snapshot(layer: Layer, as_of: datetime, rules: Rules, repair: bool) -> Snapshot:
    """Classes, extent and validity of one map's polygons."""
    import geopandas

    names = [_name_of(p, rules) for p in layer.properties]
    polygons = layer.polygons
    check_coordinates(polygons, layer)
    outside = _outside(polygons, rules)
    if rules.extent is not None and len(polygons) and outside.all():
        b = shapely.total_bounds(polygons)
        raise ControlError(
            f"{layer.where}: all of it lies at lon {b[0]:.1f} to {b[2]:.1f}, lat {b[1]:.1f} to {b[3]:.1f}; expected "
            f"lon {rules.extent[0]:g} to {rules.extent[2]:g}, lat {rules.extent[1]:g} to {rules.extent[3]:g} "
            f"for {rules.name}; are they swapped?"
        )
    found = [rules.classify(n) for n in names]
    ignored: list[str] = []
    keep: list[int] = []
    for i, (name, cls) in enumerate(zip(names, found, strict=True)):
        if outside[i] or (cls is not None and cls.status == OUTSIDE):
            ignored.append(_ignored(polygons[i], name, "outside the map's extent" if outside[i] else "not this ground"))
        elif cls is None:
            raise ControlError(
                f"{layer.where}: feature {layer.rows[i]} is called {str(name)[:60]!r}, which no class of {rules.name} "
                "knows; add the word to a rule file (held, contested, unknown, free or outside)"
            )
        else:
            keep.append(i)
    kept = polygons[keep]
    repaired = mend_or_refuse(kept, [layer.rows[i] for i in keep], layer.where, repair)
    classes = [c for c in (found[i] for i in keep) if c is not None]
    frame = geopandas.GeoDataFrame(
        {
            "status": [str(c.status) for c in classes],
            "holder": [c.holder if c.holder or c.status == Status.FREE else rules.holder for c in classes],
            "name": [" ".join((names[i] or "").split()) or None for i in keep],
        },
        geometry=kept,
        crs=4326,
    )
    return Snapshot(
        as_of=as_of,
        frame=frame,
        provenance=_with_licence(layer.provenance, rules),
        dropped=tuple(sorted(layer.dropped.items())),
        ignored=tuple(ignored),
        repaired=tuple(repaired),
    )


def _with_licence(p: Provenance, rules: Rules) -> Provenance:
    return Provenance(name=p.name, path=p.path, sha256=p.sha256, licence=rules.licence,
                      attribution=rules.attribution, url=rules.url)  # fmt: skip


def _ignored(polygon: Any, name: str | None, why: str) -> str:
    x, y = shapely.get_coordinates(shapely.centroid(polygon))[0]
    called = " ".join((name or "a polygon without a name").split())[:80]
    return f"{called}: {float(area(polygon)[0]) / 1e6:,.0f} km² at {y:.1f} N, {x:.1f} E, {why}"


def _outside(polygons: NDArray[np.object_], rules: Rules) -> NDArray[np.bool_]:
    """Polygons that share no ground with the rules' extent."""
    if rules.extent is None or not len(polygons):
        return np.zeros(len(polygons), bool)
    west, south, east, north = rules.extent
    b = shapely.bounds(polygons)
    return np.asarray((b[:, 2] < west) | (b[:, 0] > east) | (b[:, 3] < south) | (b[:, 1] > north))


def check_coordinates(polygons: NDArray[np.object_], layer: Layer) -> None:
    """Longitudes and latitudes that can be such."""
    if not len(polygons):
        return
    b = shapely.bounds(polygons)
    coordinates, owner = shapely.get_coordinates(polygons, return_index=True)
    finite = np.isfinite(coordinates).all(axis=1)
    if not finite.all():
        i = int(np.flatnonzero(~finite)[0])
        raise ControlError(
            f"{layer.where}: feature {layer.rows[owner[i]]} has the position {coordinates[i].tolist()}; "
            "expected finite degrees"
        )
    wrong = np.flatnonzero((b[:, 1] < -90) | (b[:, 3] > 90) | (b[:, 0] < -360) | (b[:, 2] > 360))
    if len(wrong):
        i = int(wrong[0])
        raise ControlError(
            f"{layer.where}: feature {layer.rows[i]} spans x {b[i, 0]:.6g} to {b[i, 2]:.6g}, y {b[i, 1]:.6g} to "
            f"{b[i, 3]:.6g}; expected longitude and latitude in degrees; is it in another CRS, or are they swapped?"
        )


def mend_or_refuse(polygons: NDArray[np.object_], rows: list[int], where: str, repair: bool) -> list[str]:
    """Mend invalid polygons in place and say which, or refuse them."""
    said: list[str] = []
    for i in np.flatnonzero(~shapely.is_valid(polygons)):
        reason = f"feature {rows[i]}: {shapely.is_valid_reason(polygons[i])}"
        if not repair:
            raise ControlError(
                f"{where}: {reason} (lon lat); expected rings that do not cross themselves; "
                "mend the map, or pass --repair"
            )
        before = float(area(polygons[i])[0])
        mended = shapely.make_valid(polygons[i], method="structure", keep_collapsed=False)
        polygons[i] = mended
        after = float(area(mended)[0])
        said.append(f"{reason}; mended, {before / 1e6:,.2f} km² became {after / 1e6:,.2f} km²")
    return said


def _same(first: Snapshot, second: Snapshot) -> bool:
    a, b = first.frame, second.frame
    return (
        len(a) == len(b)
        and list(a["status"]) == list(b["status"])
        and bool(shapely.equals_exact(np.asarray(a.geometry.array), np.asarray(b.geometry.array)).all())
    )


def snapshot_at(series: ControlSeries, when: datetime | date, *, after: bool = False) -> Snapshot | None:
    """Give the last map up to ``when`` (a date: to its end), or with ``after`` the first map later than that."""
    if isinstance(when, datetime):
        limit = when if when.tzinfo else when.replace(tzinfo=UTC)
    else:
        limit = datetime(when.year, when.month, when.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    if after:
        return next((s for s in series.snapshots if s.as_of > limit), None)
    return next((s for s in reversed(series.snapshots) if s.as_of <= limit), None)


def licences(series: Iterable[ControlSeries]) -> tuple[str, ...]:
    """One line a source: name, attribution, licence, address."""
    return tuple(
        ", ".join(v for v in (s.provenance.name, s.provenance.attribution, s.provenance.licence, s.provenance.url) if v)
        for s in series
    )
