"""How the command line shows records: a table for people, JSON, JSON Lines, CSV or GeoJSON for programs."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import OutputError
from geomap.files import is_terminal, safe_cell, shown, write_stdout, write_stream, write_whole

if TYPE_CHECKING:
    from geomap.progress import Progress

Columns = Mapping[str, str]
"""Header -> dotted path into a record, such as ``{"claim": "quote", "verdict": "verdict.label"}``."""


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    GEOJSON = "geojson"


def chosen(given: Format | None, output: Path | None) -> Format:
    """The format asked for, else the one of ``-o``'s suffix, else a table on a terminal and JSON Lines in a pipe."""
    if given is not None:
        return given
    if output is not None and str(output) != "-":
        suffix = output.suffix.lower().removeprefix(".")
        if suffix == "ndjson":
            return Format.JSONL
        try:
            return Format(suffix)
        except ValueError:
            raise OutputError(
                f"{shown(output)}: unknown suffix; expected .json .jsonl .csv or .geojson, or say --format"
            ) from None
    return Format.TABLE if is_terminal(sys.stdout) else Format.JSONL


def emit(
    records: Sequence[Mapping[str, Any]],
    columns: Columns,
    form: Format | None = None,
    output: Path | None = None,
    *,
    features: Sequence[Mapping[str, Any]] | None = None,
    one: bool = False,
) -> None:
    """Write records to stdout or to a file.

    ``features``: GeoJSON features of the records, where they have geometry. ``one``: the JSON is a single object.
    """
    form = chosen(form, output)
    if form is Format.GEOJSON:
        if features is None:
            raise OutputError("--format geojson: this command's answer has no geometry; expected table, json or csv")
        text = render_json({"type": "FeatureCollection", "features": list(features)})
    elif form is Format.JSON:
        text = render_json(records[0] if one else list(records))
    elif form is Format.JSONL:
        text = "".join(json.dumps(r, ensure_ascii=False, allow_nan=False) + "\n" for r in records)
    elif form is Format.CSV:
        text = render_csv(records, columns.values())
    else:
        print_table(records, columns, output)
        return
    write_out(text, output, as_json=form is not Format.CSV)


def write_out(text: str, output: Path | None, *, as_json: bool = False) -> None:
    """To a file whole, or to stdout. ``as_json``: what a terminal must not see is escaped as JSON has it."""
    if output is None or str(output) == "-":
        write_stdout(text, as_json=as_json)
    else:
        write_whole(output, text)
        note(f"wrote {shown(output)}")


def render_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def render_csv(records: Sequence[Mapping[str, Any]], columns: Iterable[str] = ()) -> str:
    """Flat CSV: nested fields as ``value.si``, lists joined by ``; ``, no cell that a spreadsheet would run.

    ``columns``: the header where there is no record.
    """
    import csv

    rows = [dict(flat(r)) for r in records]
    header = list(dict.fromkeys(k for row in rows for k in row)) or list(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(row.get(name)) for name in header] for row in rows)
    return out.getvalue()


def flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        elif isinstance(value, (list, tuple)):
            yield f"{prefix}{key}", "; ".join(_short(v) for v in value)
        else:
            yield f"{prefix}{key}", value


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        for key in ("text", "name", "what", "aspect"):
            if key in value:
                return str(value[key])
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _cell(value: Any) -> Any:
    return safe_cell(value) if isinstance(value, str) else value


def feature(geometry: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "geometry": geometry, "properties": dict(properties)}


def point_feature(place: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature of a place record, with ``more`` before its own fields."""
    plain = {k: v for k, v in place.items() if k != "alternatives"}
    return feature({"type": "Point", "coordinates": [place["lon"], place["lat"]]}, {**more, **plain})


def print_table(records: Sequence[Mapping[str, Any]], columns: Columns, output: Path | None) -> None:
    """A table whose cells are plain text, whatever the records hold."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    numbers = {name for name, path in columns.items() if all(_is_number(_at(r, path)) for r in records) and records}
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    for record in records:
        table.add_row(*(Text(_human(_at(record, path))) for path in columns.values()))
    if output is None or str(output) == "-":
        if is_terminal(sys.stdout):
            Console(file=sys.stdout, highlight=False).print(table)
            return
        output = None
    buffer = io.StringIO()
    Console(file=buffer, width=None if output is None else 160, highlight=False, no_color=True).print(table)
    write_out(buffer.getvalue(), output)


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for key in path.split("."):
        if isinstance(value, (list, tuple)):
            return "; ".join(_short(v.get(key) if isinstance(v, Mapping) else v) for v in value)
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _human(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return "; ".join(_short(v) for v in value)
    return shown(value)


def note(message: str) -> None:
    """A message for people, on stderr; where that cannot be written, to nobody."""
    with suppress(OSError, ValueError):
        write_stream(sys.stderr, f"{message}\n")


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on stderr for what takes over a second; nothing where stderr is no terminal."""
    if not is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    began = time.monotonic()
    with Bar(console=Console(stderr=True), transient=True, disable=False) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if time.monotonic() - began < 1.0:
                return
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield tell
