"""Layers over the shipped gazetteer: a GeoNames dump of any size, or the user's own places."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache as cache_once
from pathlib import Path
from typing import Any

from geomap.errors import GazetteerError, InputError
from geomap.files import broken_zip, read_table
from geomap.formats.kml import placed, read_kml_file
from geomap.gazetteer import cache, data
from geomap.gazetteer.index import ALTERNATE, PRIMARY, Index, Row
from geomap.gazetteer.names import normalise

DUMP_COLUMNS = 19
MAX_LINE = 2**20
"""Characters; the longest lines of a dump, with names in all languages, have some 10,000."""
MAX_CELL = 131_072
"""Characters of a cell of own places: a name with all its others takes some thousands."""
MOST_PEOPLE = 10**11
"""Larger populations are no number of people."""
MOST_PLACES = 2**62
DUMP_CLASSES = "AHLPTV"
"""Classes of a dump that are read: no spots (hotels, schools, churches), roads or undersea forms, whose names are
those of places and would drown them."""
OWN_WEIGHT = 3.0
"""A user's own place counts a thousand times its people: nearer layers come first."""
ALTERNATE_SEPARATOR = re.compile(r"[|;]")


def layers_folder() -> Path:
    """Where layers are kept: in ``GEOMAP_CACHE`` where that is set, else with the user's data."""
    import os

    if chosen := os.environ.get("GEOMAP_CACHE"):
        return Path(chosen) / "layers"
    try:
        return cache.user_folder("data") / "layers"
    except RuntimeError:  # no home
        return cache.cache_folder() / "layers"


def installed_layers() -> list[Path]:
    """Folders of the layers that the user has built or added, nearest first: own places, then dumps; newest first."""
    folder = layers_folder()
    if not folder.is_dir():
        return []
    _recover(folder)
    found = [p for p in folder.iterdir() if (p / "meta.json").is_file() and not p.name.startswith(".")]

    def order(path: Path) -> tuple[bool, float, str]:
        meta = path / "meta.json"
        return not path.name.startswith("own-"), -meta.stat().st_mtime, path.name

    return sorted(found, key=order)


def build_layer(
    dump: Path,
    *,
    name: str | None = None,
    classes: str = DUMP_CLASSES,
    folder: Path | None = None,
    origin: Mapping[str, str] | None = None,
) -> Path:
    """Index a GeoNames dump (allCountries.txt, a country's UA.txt, or their .zip) as a layer.

    The file is streamed and sorted on disk: 13 million rows took 12 minutes of CPU and 1.3 GB. A layer of the same
    name is replaced once the new one is whole.

    Parameters
    ----------
    dump
        Tab-separated text of 19 columns, UTF-8.
    name
        Of the layer; the file's stem where not given.
    classes
        GeoNames feature classes to keep, as letters.
    folder
        Where layers go; the user's where not given.
    origin
        Where the dump came from: ``url``, ``sha256``, ``retrieved_at``, ``licence``, ``attribution``; kept with the
        layer and told on pages.

    Returns
    -------
    Path
        The layer's folder, for ``read_gazetteer``.

    Raises
    ------
    InputError
        With the line number, where a line is not one of such a dump.
    """
    dump = Path(dump)
    if not dump.is_file():
        raise InputError(f"{dump}: no such file; expected a GeoNames dump such as allCountries.txt or UA.txt")
    meta = {"name": name or dump.stem, "source": str(dump), "kind": "dump", "origin": dict(origin or {})}

    def build(target: Path, step: Callable[[int], None]) -> None:
        from geomap.gazetteer.writing import write_index

        write_index(_dump_rows(dump, set(classes)), target, meta, step)

    return _replace(f"dump-{_slug(name or dump.stem)}", folder, build, f"Indexing {dump.name}", _guess_lines(dump))


@contextmanager
def _open_dump(dump: Path) -> Iterator[io.TextIOWrapper]:
    if dump.suffix == ".zip":
        import zipfile

        try:
            with zipfile.ZipFile(dump) as archive:
                members = [m for m in archive.namelist() if m.endswith(".txt") and not m.lower().startswith("readme")]
                if len(members) != 1:
                    raise InputError(f"{dump}: holds {len(members)} tables; expected one .txt beside the readme")
                with archive.open(members[0]) as raw:
                    yield io.TextIOWrapper(raw, encoding="utf-8", newline="\n")
        except broken_zip() as error:
            raise InputError(f"{dump}: broken zip ({error}); fetch it again") from None
    else:
        with dump.open(encoding="utf-8", newline="\n") as file:
            yield file


def _guess_lines(dump: Path) -> int | None:
    """Lines of a dump, from the mean length of its first ones."""
    if dump.suffix == ".zip":
        return None
    with dump.open("rb") as file:
        sample = file.read(1_000_000)
    lines = sample.count(b"\n")
    return int(dump.stat().st_size * lines / len(sample)) if lines else None


def _dump_rows(dump: Path, classes: set[str]) -> Iterator[Row]:
    with _open_dump(dump) as file:
        number = 0
        try:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), ""), 1):
                fields = line.rstrip("\r\n").split("\t")
                if len(fields) != DUMP_COLUMNS:
                    raise InputError(
                        f"{dump}:{number}: {len(fields)} columns, expected {DUMP_COLUMNS}, tab-separated; "
                        "is this a table of GeoNames' dump folder?"
                    )
                if fields[6] not in classes:
                    continue
                try:
                    place_id, lat, lon = int(fields[0]), float(fields[4]), float(fields[5])
                except ValueError as error:
                    raise InputError(f"{dump}:{number}: {error}; expected id, lat and lon") from error
                if not 0 <= place_id < MOST_PLACES:
                    raise InputError(f"{dump}:{number}: id {fields[0][:40]!r}; expected GeoNames' number of a place")
                population = _people(f"{dump}:{number}", fields[1], fields[14])
                _check_position(f"{dump}:{number}", fields[1], lat, lon)
                feature = f"{fields[6]}.{fields[7]}"
                alternates = data.alternate_kinds(fields[3].replace(",", "\t"))
                yield Row(
                    place_id, fields[1], [(fields[2], ALTERNATE), *alternates], lat, lon, feature, fields[8],
                    fields[10], fields[11], population, data.importance_of(feature, population), "geonames",
                )  # fmt: skip
            if not number:
                raise InputError(f"{dump}: empty; expected a GeoNames dump")
        except UnicodeDecodeError as error:
            raise InputError(f"{dump}:{number + 1}: not UTF-8 ({error.reason}); expected a GeoNames dump") from error


def add_places(file: Path, *, name: str | None = None, folder: Path | None = None) -> Path:
    """Index the user's own places as a layer that comes before all others.

    Parameters
    ----------
    file
        CSV with columns ``name, lat, lon`` and optionally ``alternates`` (separated by ``|``), ``country`` (alpha-2),
        ``admin1`` (GeoNames code), ``feature`` ("P.PPL"), ``population``, ``source``, ``id``; or GeoJSON with the same
        properties and points, lines or polygons in longitude, latitude; or the named placemarks of a KML or KMZ.
    name, folder
        As ``build_layer``.

    Raises
    ------
    InputError
        With line number or feature number, what was found and what was expected.
    """
    file = Path(file)
    if file.suffix.lower() in (".kml", ".kmz"):
        text = json.dumps(placed(read_kml_file(file)))
    else:
        try:
            text = file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file}: cannot be read as UTF-8 text ({error}); expected CSV, GeoJSON or KML") from error
    layer = _slug(name or file.stem)
    geojson = file.suffix.lower() in (".geojson", ".json", ".kml", ".kmz")
    records = list(_read_geojson(file, text) if geojson else _read_csv(file, text))
    if not records:
        raise InputError(f"{file}: holds no place; expected rows with name, lat, lon")
    rows, shapes = [], {}
    used: dict[str, int] = {}
    for where, record, shape in records:
        row = _own_row(where, record, layer, used)
        rows.append(row)
        if shape is not None:
            shapes[str(row.id)] = shape
    meta = {"name": name or file.stem, "source": str(file), "kind": "own"}

    def build(target: Path, step: Callable[[int], None]) -> None:
        if shapes:
            from geomap.gazetteer.geometry import write_blobs

            write_blobs(target, list(shapes), list(shapes.values()))
        from geomap.gazetteer.writing import write_index

        write_index(rows, target, meta, step)

    return _replace(f"own-{layer}", folder, build, f"Indexing {file.name}", len(rows))


COLUMN_NAMES = {"latitude": "lat", "longitude": "lon", "lng": "lon"}


def _read_csv(file: Path, text: str) -> Iterator[tuple[str, dict[str, str], None]]:
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    columns, rows = read_table(text, str(file), delimiter=delimiter, largest=MAX_CELL)

    def known(column: str) -> str:
        plain = column.strip().lower()
        return COLUMN_NAMES.get(plain, plain)

    if missing := {"name", "lat", "lon"} - set(map(known, columns)):
        raise InputError(f"{file}:1: no column {', '.join(sorted(missing))}; expected name, lat, lon (and more)")
    for line, row in rows:
        clean = {known(column): cell.strip() for column, cell in row.items()}
        if any(clean.values()):
            yield f"{file}:{line}", clean, None


def _read_geojson(file: Path, text: str) -> Iterator[tuple[str, dict[str, str], Any]]:
    import shapely
    from shapely.errors import ShapelyError

    try:
        collection = json.loads(text)
        features = collection["features"] if collection.get("type") == "FeatureCollection" else [collection]
        if not isinstance(features, list):
            raise TypeError(f"features is a {type(features).__name__}")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise InputError(f"{file}: not GeoJSON ({error}); expected a FeatureCollection of named features") from error
    for number, feature in enumerate(features, 1):
        where = f"{file}: feature {number}"
        try:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
            properties = dict((feature.get("properties") or {}).items())
        except (ShapelyError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise InputError(f"{where}: no geometry that can be read ({error}); expected a point or polygon") from error
        if shape is None or shape.is_empty:
            raise InputError(f"{where}: empty geometry; expected a point, line or polygon")
        point = shapely.point_on_surface(shape)
        alternates = properties.get("alternates") or ""
        if isinstance(alternates, list):
            properties["alternates"] = "|".join(map(str, alternates))
        record = {str(k).lower(): "" if v is None else str(v) for k, v in properties.items()}
        record |= {"lat": repr(float(shapely.get_y(point))), "lon": repr(float(shapely.get_x(point)))}
        yield where, record, None if shape.geom_type == "Point" else shape


def _own_row(where: str, record: dict[str, str], layer: str, used: dict[str, int]) -> Row:
    name = record.get("name", "")
    if not normalise(name):
        raise InputError(f"{where}: no name; expected letters, found {name!r}")
    try:
        lat, lon = float(record.get("lat", "")), float(record.get("lon", ""))  # a short row has none
    except ValueError:
        found = f"lat={record.get('lat')!r}, lon={record.get('lon')!r}"
        raise InputError(f"{where}: {name!r} has {found}; expected decimal degrees such as 47.38") from None
    _check_position(where, name, lat, lon)
    country = record.get("country", "").upper()
    if country:
        _check_country(where, name, country, lat, lon)
    population = _people(where, name, record.get("population") or "")
    feature = record.get("feature") or "P.PPL"
    key = record.get("id") or _slug(name)
    used[key] = used.get(key, 0) + 1
    place_id = f"{layer}:{key}" if used[key] == 1 else f"{layer}:{key}-{used[key]}"
    alternates = [(a.strip(), PRIMARY) for a in ALTERNATE_SEPARATOR.split(record.get("alternates", "")) if a.strip()]
    importance = data.importance_of(feature, population) + OWN_WEIGHT
    return Row(
        place_id, name, alternates, lat, lon, feature, country, record.get("admin1", ""), record.get("admin2", ""),
        population, importance, record.get("source") or layer,
    )  # fmt: skip


def _people(where: str, name: str, written: str) -> int:
    try:
        population = int(float(written or 0))
    except (ValueError, OverflowError):
        population = -1
    if not 0 <= population <= MOST_PEOPLE:
        raise InputError(f"{where}: {name!r} has population {written[:40]!r}; expected a number of people or nothing")
    return population


def _check_position(where: str, name: str, lat: float, lon: float) -> None:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # false for nan too
        swapped = " Are they swapped?" if -90 <= lon <= 90 and -180 <= lat <= 180 else ""
        raise InputError(f"{where}: {name!r} has lat={lat}, lon={lon}; expected lat -90–90, lon -180–180.{swapped}")


def _check_country(where: str, name: str, country: str, lat: float, lon: float) -> None:
    """Refuse a country that is none, and a point that lies in its country only the other way round."""
    if country not in _country_boxes():
        raise InputError(f"{where}: {name!r} has country {country!r}; expected two letters of ISO 3166 such as UA")
    west, south, east, north = _country_boxes()[country]
    margin = 1.0  # degrees: islands and capes that an outline leaves out

    def inside(x: float, y: float) -> bool:
        return west - margin <= x <= east + margin and south - margin <= y <= north + margin

    if not inside(lon, lat) and inside(lat, lon):
        expected = f"lon {west:.0f}–{east:.0f}, lat {south:.0f}–{north:.0f}"
        raise InputError(f"{where}: {name!r} has lon={lon}, lat={lat}; expected {expected}. Are they swapped?")


@cache_once
def _country_boxes() -> dict[str, tuple[float, float, float, float]]:
    """Bounds of every country that is drawn; the world for the few that are not."""
    from geomap.gazetteer.gazetteer import read_gazetteer

    gazetteer = read_gazetteer()
    boxes = dict.fromkeys(gazetteer.country_ids, (-180.0, -90.0, 180.0, 90.0))
    for key, box in zip(gazetteer.shapes.keys, gazetteer.shapes.boxes.tolist(), strict=True):
        if key in boxes:
            boxes[key] = (box[0], box[1], box[2], box[3])
    return boxes


def _slug(name: str) -> str:
    return normalise(name).replace(" ", "-") or "layer"


def _replace(name: str, folder: Path | None, build: cache.Build, title: str, total: int | None) -> Path:
    """Build a layer beside and put it in place whole."""
    import secrets

    home = folder or layers_folder()
    final = home / name
    partial = home / f".{name}.partial-{secrets.token_hex(4)}"
    try:
        partial.mkdir(parents=True)
        with cache.progress(title, total) as step:
            build(partial, step)
        Index(partial)
        cache.sync(partial)
        if final.exists():
            old = home / f".{name}.old-{secrets.token_hex(4)}"
            final.rename(old)
            partial.rename(final)
            shutil.rmtree(old, ignore_errors=True)
        else:
            partial.rename(final)
    except OSError as error:
        raise GazetteerError(f"{final}: the layer cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return final


def _recover(home: Path) -> None:
    """Mend what killed builds left: a layer whose successor never came goes back, leftovers of an hour go."""
    import time

    for path in home.glob(".*"):
        name, _, kind = path.name[1:].rpartition(".")
        with suppress(OSError):  # another process does the same, or the folder is not ours to write
            if kind.startswith("old-") and not (home / name).exists():
                path.rename(home / name)
            elif kind.startswith(("old-", "partial-")) and time.time() - path.stat().st_mtime > cache.STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def info(layers: Iterable[Path] | None = None) -> dict[str, Any]:
    """What is embedded and layered: files with SHA-256, rows, licences, and each layer's name, source and rows."""
    from geomap.gazetteer.shipped import base_index

    base = base_index()
    paths = installed_layers() if layers is None else list(layers)
    return {
        "places": base.count,
        "names": base.spelled(),
        "index": str(base.folder),
        "data": str(data.data_folder()),
        "files": data.registry(),
        "licences": {
            "GeoNames (places, regions)": "CC BY 4.0, geonames.org",
            "Natural Earth (outlines, lakes)": "public domain",
            "US Census Bureau (states, counties)": "public domain",
        },
        "layers": [
            {"name": (index := Index(path)).meta["name"], "kind": index.meta["kind"], "places": index.count,
             "source": index.meta["source"], "folder": str(path), **index.meta.get("origin", {})}
            for path in paths
        ],
    }  # fmt: skip
