"""Claims as a flat table with geometry, and its files: CSV, GeoJSON, GeoPackage, GeoParquet, JSON Lines aside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.files import safe_cell, shown, write_whole, writing
from geomap.models import Assessment, Claim, Evidence, Mention, Range, Role, Value
from geomap.units import in_twin

if TYPE_CHECKING:
    import geopandas

    from geomap.reports.plain import PlainFrame

SUFFIXES = (".csv", ".geojson", ".gpkg", ".parquet")

_SUFFIXES = ("km2", "km", "km_day", "km2_day", "deg", "share")

TEXT = (
    "id", "article", "article_title", "article_source", "article_url", "kind", "quote", "value_text", "value_unit",
    "si_unit", "qualifier", "subject", "subject_places", "reference", "reference_place", "direction", "region",
    "region_place", "predicate", "actor", "counterparty", "source", "source_side", "polarity", "modality",
    "date_text", "antecedent", "why_not", "verdict_label", "verdict_reason", "verdict_codes", "would_fit",
    "map_source", "map_as_of", "method", "checked_by",
)  # fmt: skip
DATES = ("published_on", "date_start", "date_end", "checked_on")
NUMBERS = (
    "value_number", "value_number_max", "value_si", "value_si_max",
    *(f"{side}_{end}_{unit}" for unit in _SUFFIXES for side in ("claimed", "measured") for end in ("low", "high")),
)  # fmt: skip
WHOLE = ("start", "end")
FLAGS = ("checkable", "unit_corrected")


def claims_frame(assessment: Assessment) -> PlainFrame:
    """One row a claim, EPSG:4326, the same typed columns whatever the claims: text, dates, numbers, flags.

    An open or unknown end of a range is missing. The geometry is the measurement that decided, else the claim's
    places as points (a country or region is none), else none.
    """
    import geopandas
    import pandas as pd

    from geomap.reports.plain import PlainFrame

    articles = {a.id: a for a in assessment.articles}
    rows: list[dict[str, Any]] = []
    for claim in assessment.claims:
        article = articles.get(claim.article)
        row = _row(claim)
        row |= {
            "article_title": article.title if article else None,
            "article_source": article.source if article else None,
            "article_url": article.url if article else None,
            "published_on": article.published_on if article else None,
        }
        rows.append(row)
    columns: dict[str, Any] = {}
    for name in TEXT:
        columns[name] = pd.Series([_utf8(r.get(name)) for r in rows], dtype="string")
    for name in DATES:
        columns[name] = pd.Series(
            [pd.Timestamp(d) if (d := r.get(name)) else pd.NaT for r in rows], dtype="datetime64[ms]"
        )
    for name in NUMBERS:
        columns[name] = pd.Series([r.get(name) for r in rows], dtype="float64")
    for name in WHOLE:
        columns[name] = pd.Series([r[name] for r in rows], dtype="int64")
    for name in FLAGS:
        columns[name] = pd.Series([r[name] for r in rows], dtype="bool")
    order = [*TEXT[:7], *WHOLE, *TEXT[7:], *DATES, *FLAGS, *NUMBERS]
    frame = pd.DataFrame({name: columns[name] for name in order})
    shapes: Any = [c.geometry for c in assessment.claims]
    return PlainFrame(frame, geometry=geopandas.GeoSeries(shapes, crs=4326))


def _row(claim: Claim) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": claim.id,
        "article": claim.article,
        "kind": str(claim.kind),
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "subject": _joined(m.text for m in claim.subject),
        "subject_places": _joined(m.place.id for m in claim.subject if m.place is not None),
        "reference": claim.reference.text if claim.reference else None,
        "reference_place": _place_id(claim.reference),
        "direction": claim.direction,
        "region": claim.region.text if claim.region else None,
        "region_place": _place_id(claim.region),
        "predicate": claim.predicate,
        "actor": claim.actor,
        "counterparty": claim.counterparty,
        "source": _joined(claim.source),
        "source_side": claim.source_side,
        "polarity": claim.polarity,
        "modality": claim.modality,
        "antecedent": claim.antecedent,
        "checkable": claim.checkable,
        "why_not": claim.why_not,
        "checked_by": claim.checked_by,
        "checked_on": claim.checked_on,
        "unit_corrected": bool(claim.value and claim.value.unit_corrected),
    }
    if claim.date is not None:
        row |= {"date_text": claim.date.text, "date_start": claim.date.start, "date_end": claim.date.end}
    row |= _value(claim.value)
    verdict = claim.verdict
    if verdict is not None:
        row |= {
            "verdict_label": verdict.label,
            "verdict_reason": verdict.reason,
            "verdict_codes": _joined(verdict.codes),
            "would_fit": _joined(verdict.would_fit),
        }
        for aspect in verdict.aspects:
            row |= _range("claimed", aspect.claimed, aspect.unit) | _range("measured", aspect.measured, aspect.unit)
        decisive = _decisive(claim)
        if decisive is not None:
            row |= {"map_source": decisive.source, "map_as_of": decisive.as_of, "method": decisive.method}
    return row


def _utf8(value: Any) -> str | None:
    """Text as Arrow, SQLite and UTF-8 files take it: a lone surrogate becomes its escape, NUL goes."""
    return None if value is None else str(value).encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "")


def _joined(parts: Any) -> str | None:
    return "; ".join(str(p) for p in parts) or None


def _place_id(mention: Mention | None) -> str | None:
    return mention.place.id if mention is not None and mention.place is not None else None


def _value(value: Value | None) -> dict[str, Any]:
    if value is None:
        return {}
    return {
        "value_text": value.text,
        "value_number": value.number,
        "value_number_max": value.number_max,
        "value_unit": value.unit,
        "value_si": value.si,
        "value_si_max": value.si_max,
        "si_unit": value.si_unit,
        "qualifier": value.qualifier,
    }


def _range(side: str, span: Range, unit: str) -> dict[str, Any]:
    factor, code = in_twin(unit) or (1.0, unit)
    name = code.replace("/", "_")
    if name not in _SUFFIXES:
        return {}
    low, high = span
    return {
        f"{side}_low_{name}": None if low is None else low * factor,
        f"{side}_high_{name}": None if high is None else high * factor,
    }


def _decisive(claim: Claim) -> Evidence | None:
    if claim.verdict is None:
        return None
    return next((e for e in claim.verdict.evidence if e.role is Role.MEASURE), None)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


def write_exports(assessment: Assessment, path: Path) -> None:
    """Write the claims by suffix: .csv (geometry as WKT), .geojson (RFC 7946), .gpkg, .parquet (GeoParquet 1.1).

    Text that a spreadsheet would run as a formula gets an apostrophe in front, in CSV only.

    Raises
    ------
    OutputError
        Another suffix, or a place that cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(f"{shown(path)}: found {path.suffix!r}; expected one of {', '.join(SUFFIXES)}")
    frame = claims_frame(assessment)
    if suffix == ".csv":
        write_whole(path, _csv(frame))
        return
    if suffix == ".parquet":
        with writing(path) as beside:
            frame.to_parquet(beside, schema_version="1.1.0", write_covering_bbox=True)
    else:
        write_whole(path, _ogr_bytes(frame, suffix))


def _ogr_bytes(frame: geopandas.GeoDataFrame, suffix: str) -> bytes:
    """The frame as GDAL writes it, in memory: on a full disk it says nothing and leaves a part."""
    import io

    import pyogrio

    out = io.BytesIO()
    if suffix == ".geojson":
        for name in DATES:
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
        pyogrio.write_dataframe(frame, out, driver="GeoJSON", layer="claims", RFC7946="YES", COORDINATE_PRECISION=6)
        return out.getvalue()
    # SQLite stamps the hour of writing into the file: the same input shall give the same bytes
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    try:
        pyogrio.write_dataframe(frame, out, driver="GPKG", layer="claims", geometry_type="Unknown")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return out.getvalue()


def _csv(frame: geopandas.GeoDataFrame) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(list(frame.columns))
    for row in frame.itertuples(index=False):
        writer.writerow([_cell(v) for v in row])
    return out.getvalue()


def _cell(value: Any) -> str:
    import pandas as pd

    if hasattr(value, "geom_type"):
        from shapely import set_precision, to_wkt

        return str(to_wkt(set_precision(value, 0), rounding_precision=6))
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def columns() -> Sequence[str]:
    """Names of ``claims_frame``'s columns, in order."""
    return [*TEXT[:7], *WHOLE, *TEXT[7:], *DATES, *FLAGS, *NUMBERS, "geometry"]
