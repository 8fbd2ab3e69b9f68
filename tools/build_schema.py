"""Write the JSON Schema of ``report.json`` from the records that it is made of.

``python tools/build_schema.py`` writes ``geomap/schemas/report.schema.json``; a test holds the file to what this makes.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import types
import typing
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from geomap.models import Claim, Comparison, Message, Methods, Place, Provenance, Toponym

TARGET = Path(__file__).resolve().parent.parent / "geomap" / "schemas" / "report.schema.json"
PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number"}
HIDDEN = {"BaseGeometry": object, "geopandas": types.SimpleNamespace(GeoDataFrame=object)}
"""Names that models import for type checkers only; fields of these types stay out of records."""

Schema = dict[str, Any]


class Definitions:
    """Schemas of records by their names, filled as they are met."""

    def __init__(self) -> None:
        self.made: dict[str, Schema] = {}

    def of(self, kind: Any) -> Schema:
        """The schema of a field's type, as ``to_record`` writes its values."""
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if kind is type(None):
            return {"type": "null"}
        if kind is Message:  # messages stand in records in their English words
            return {"type": "string"}
        if origin in (types.UnionType, typing.Union):
            return _any_of([self.of(a) for a in arguments])
        if origin is tuple:
            return self._sequence(arguments)
        if kind in PLAIN:
            return {"type": PLAIN[kind]}
        if issubclass(kind, StrEnum):
            return self._named(kind, lambda: {"enum": [str(word) for word in kind]})
        if issubclass(kind, (date, datetime)):
            return {"type": "string", "format": "date-time" if issubclass(kind, datetime) else "date"}
        return self.record(kind)

    def _sequence(self, arguments: tuple[Any, ...]) -> Schema:
        if arguments[-1] is Ellipsis:
            return {"type": "array", "items": self.of(arguments[0])}
        each = [self.of(a) for a in arguments]
        return {"type": "array", "prefixItems": each, "minItems": len(each), "maxItems": len(each)}

    def record(self, kind: Any) -> Schema:
        """A reference to a record's schema; every field that is written is always there."""

        def make() -> Schema:
            hints = typing.get_type_hints(kind, localns=HIDDEN)
            written = [f.name for f in dataclasses.fields(kind) if f.metadata.get("record", True)]
            return {
                "type": "object",
                "description": " ".join((inspect.getdoc(kind) or "").replace("``", "").split()),
                "properties": {name: self.of(hints[name]) for name in written},
                "required": written,
            }

        return self._named(kind, make)

    def _named(self, kind: Any, make: Any) -> Schema:
        if kind.__name__ not in self.made:
            self.made[kind.__name__] = {}  # a place has places in it
            self.made[kind.__name__] = make()
        return {"$ref": f"#/$defs/{kind.__name__}"}


def _any_of(parts: list[Schema]) -> Schema:
    different = [p for n, p in enumerate(parts) if p not in parts[:n]]
    if len(different) == 1:
        return different[0]
    if all(set(p) == {"type"} for p in different):
        return {"type": [p["type"] for p in different]}
    return {"anyOf": different}


def _object(description: str, properties: Schema) -> Schema:
    return {"type": "object", "description": description, "properties": properties, "required": list(properties)}


def report_schema() -> Schema:
    """The schema of what ``models.report_record`` gives."""
    found = Definitions()
    text, maybe = {"type": "string"}, {"type": ["string", "null"]}
    article = _object(
        "An article without its text: a page that quotes a story does not reprint it.",
        {
            "id": text, "title": maybe, "source": maybe, "url": maybe,
            "published_on": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            "sha256": maybe, "characters": {"type": "integer", "minimum": 0}, "language": maybe,
        },
    )  # fmt: skip
    mentions = {"properties": {"mentions": {"type": "integer", "minimum": 1}}, "required": ["mentions"]}
    untested = _object(
        "A claim without a verdict on its figure, and why.",
        {"claim": text, "article": text, "quote": text, "why_not": maybe},
    )
    record = _object(
        "What geomap report -o report.json writes.",
        {
            "articles": {"type": "array", "items": article},
            "places": {"type": "array", "items": {"allOf": [found.record(Place), mentions]}},
            "claims": {"type": "array", "items": found.record(Claim)},
            "contradictions": {"type": "array", "items": found.record(Comparison)},
            "untested": {"type": "array", "items": untested},
            "unresolved": {"type": "array", "items": found.record(Toponym)},
            "methods": found.record(Methods),
        },
    )
    found.record(Provenance)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:geomap:report",
        "title": "geomap report",
    }
    return head | record | {"$defs": dict(sorted(found.made.items()))}


def render(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(render(report_schema()), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(TARGET.parents[2])}")
