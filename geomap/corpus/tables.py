"""The three tables of a corpus: their columns, and how a part's rows become Parquet and GeoParquet."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import secrets
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.files import shown

if TYPE_CHECKING:
    import pyarrow

CLAIMS, TOPONYMS, FAILURES = "claims", "toponyms", "failures"
TABLES = (CLAIMS, TOPONYMS, FAILURES)

_ARTICLE = {"article": "text!", "where": "text!", "language": "text"}
_PLACE = {
    "place_id": "text", "place_name": "text", "feature": "text", "country": "text", "admin1": "text",
    "lat": "number", "lon": "number",
}  # fmt: skip
COLUMNS: dict[str, dict[str, str]] = {
    CLAIMS: {
        "id": "text!", **_ARTICLE, "article_title": "text", "article_source": "text", "article_url": "text",
        "published_on": "day", "kind": "text!", "quote": "text!", "start": "whole!", "end": "whole!",
        "value_text": "text", "number": "number", "number_max": "number", "unit": "text", "si": "number",
        "si_max": "number", "si_unit": "text", "qualifier": "text", "unit_corrected": "flag",
        "subject": "texts", "subject_ids": "texts", "reference": "text", "reference_id": "text", "direction": "text",
        "region": "text", "region_id": "text", "predicate": "text", "actor": "text", "counterparty": "text",
        "source": "texts", "source_side": "text", "polarity": "text!", "modality": "text!", "date_text": "text",
        "date_start": "day", "date_end": "day", "antecedent": "text", "checkable": "flag!", "why_not": "text",
        **_PLACE, "geometry": "point",
    },
    TOPONYMS: {
        **_ARTICLE, "start": "whole!", "end": "whole!", "text": "text!", "kind": "text!", **_PLACE,
        "population": "whole", "score": "number", "match": "text", "place_source": "text", "approximate": "flag",
        "alternatives": "texts", "why_not": "text", "geometry": "point",
    },
    FAILURES: {"article": "text", "where": "text!", "reason": "text!"},
}  # fmt: skip
"""Column -> type, ``!`` where it is never null. ``geometry``: where a claim's first resolved subject stands, else its
reference, else its region, countries last; a toponym's place. It is null where nothing was resolved, never (0, 0)."""


def schema_of(table: str) -> pyarrow.Schema:
    import pyarrow as pa

    types = {
        "text": pa.string(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_(), "day": pa.date32(),
        "texts": pa.list_(pa.string()), "point": pa.binary(),
    }  # fmt: skip
    columns = [(name, kind.removesuffix("!"), kind.endswith("!")) for name, kind in COLUMNS[table].items()]
    return pa.schema([pa.field(name, types[kind], nullable=not never) for name, kind, never in columns])


Seal = tuple[int, str]
"""Size and SHA-256 of a file, by which it is known later."""
IDS = b"geomap_ids"
"""In a part's table of toponyms: its articles' ids, eight bytes of hash each, by which repeated ones are counted."""


def write_part(
    folder: Path, staging: Path, number: int, rows: Mapping[str, list[dict[str, Any]]], ids: Iterable[str] = ()
) -> dict[str, Seal]:
    """Write a part's three files, each whole or not at all, by way of ``staging``; returns the seal of each.

    A run's staging folder goes with the run: what a lost worker of an earlier one still writes comes to nothing.
    """
    import pyarrow.parquet

    seals = {}
    for table in TABLES:
        path = part_path(folder, table, number)
        data = _as_arrow(table, rows[table])
        if table == TOPONYMS:
            packed = b"".join(map(_short_hash, ids))
            data = data.replace_schema_metadata({**(data.schema.metadata or {}), IDS: base64.b64encode(packed)})
        # another worker may do the same part, where this one was believed dead
        beside = staging / f"{table}-{path.stem}-{secrets.token_hex(4)}.parquet"
        try:
            pyarrow.parquet.write_table(data, beside, compression="zstd")
            with beside.open("rb") as written:
                os.fsync(written.fileno())
                size, digest = os.fstat(written.fileno()).st_size, hashlib.file_digest(written, "sha256").hexdigest()
            seals[table] = (size, digest)
            beside.replace(path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise OutputError(
                f"{shown(path)}: cannot be written ({error.strerror or error}); choose another -o"
            ) from None
    return seals


def _short_hash(article: str) -> bytes:
    return hashlib.blake2b(article.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def repeated_ids(folder: Path, parts: Iterable[int]) -> int:
    """How many articles of these parts bear an id that an earlier one has."""
    import numpy as np
    import pyarrow.parquet

    found = []
    for number in parts:
        metadata = pyarrow.parquet.read_schema(part_path(folder, TOPONYMS, number)).metadata or {}
        found.append(np.frombuffer(base64.b64decode(metadata.get(IDS, b"")), "<u8"))
    every = np.concatenate(found) if found else np.empty(0, "<u8")
    return len(every) - len(np.unique(every))


def seal_of(path: Path) -> Seal | None:
    """A file's seal as it lies there; None where there is none that can be read."""
    try:
        with path.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            return size, hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None


def part_path(folder: Path, table: str, number: int) -> Path:
    return folder / table / f"part-{number:06d}.parquet"


def _as_arrow(table: str, rows: list[dict[str, Any]]) -> pyarrow.Table:
    import pyarrow as pa

    schema = schema_of(table)
    if "geometry" in schema.names:
        points = [(r["lon"], r["lat"]) for r in rows if r["lat"] is not None]
        for row in rows:
            row["geometry"] = None if row["lat"] is None else point_wkb(row["lon"], row["lat"])
        schema = schema.with_metadata({"geo": json.dumps(_geo(points), sort_keys=True)})
    try:
        return pa.Table.from_pylist(rows, schema=schema)
    except UnicodeEncodeError:
        # half a surrogate pair cannot be written as UTF-8; one character stands for one, so that offsets still hold
        return pa.Table.from_pylist([{k: _writable(v) for k, v in row.items()} for row in rows], schema=schema)


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, list):
        return [_writable(v) for v in value]
    return value


def point_wkb(lon: float, lat: float) -> bytes:
    """A point as well-known binary, little-endian (OGC 06-103r4, 8.2)."""
    return struct.pack("<BIdd", 1, 1, lon, lat)


def _geo(points: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """GeoParquet 1.1 file metadata; without a ``crs`` it is OGC:CRS84, longitude and latitude on WGS84."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    box = [math.inf, math.inf, -math.inf, -math.inf]
    for lon, lat in points:
        box = [min(box[0], lon), min(box[1], lat), max(box[2], lon), max(box[3], lat)]
    if box[0] <= box[2]:
        column["bbox"] = box
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
