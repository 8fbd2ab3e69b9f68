"""A table and a map file with the same ids, as Datawrapper and Flourish take them: claims.csv, claims.geojson."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from geomap.exports.content import Export, cell, write_zip
from geomap.files import safe_cell, writing

COLUMNS = (
    "id", "article_source", "published_on", "quote", "kind", "value_text", "subject", "reference", "verdict_label",
    "verdict_reason", "claimed_low_km2", "claimed_high_km2", "measured_low_km2", "measured_high_km2",
    "claimed_low_km", "claimed_high_km", "measured_low_km", "measured_high_km",
)  # fmt: skip
"""What a chart or a map's tooltip shows; ``geomap report -o x.csv`` has all columns."""


def write_pair(export: Export, path: Path) -> None:
    """A zip of both files: load the CSV as data, the GeoJSON as shapes, and join them on ``id``."""
    with writing(path) as beside:
        write_zip(beside, [("claims.csv", _table(export)), ("claims.geojson", _shapes(export))])


def _table(export: Export) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, "verdict"])
    for row in export.claims.itertuples():
        words = export.labels.get(cell(row, "verdict_label"), "")
        writer.writerow([safe_cell(cell(row, n)) for n in COLUMNS] + [words])
    return out.getvalue().encode("utf-8")


def _shapes(export: Export) -> bytes:
    from shapely.geometry import mapping

    rows: Any = export.claims.itertuples()
    features = [
        {
            "type": "Feature",
            "id": cell(row, "id"),
            "properties": {n: cell(row, n) for n in ("id", "quote", "verdict_label")},
            "geometry": mapping(row.geometry),
        }
        for row in rows
        if row.geometry is not None
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")
