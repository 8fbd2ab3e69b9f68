"""The table of operations as OpenAPI for programs, and as a page for people."""

from __future__ import annotations

import html
import json
from typing import Any

from geomap import __version__
from geomap.operations import OPERATIONS, Operation

RECORD = {"type": "object"}
ANSWERS: dict[str, dict[str, Any]] = {
    "resolve": {"type": "array", "items": RECORD, "description": "Place records: id, name, lat, lon, score, match, …"},
    "distance": {
        "type": "object",
        "description": "from, to, km, azimuth_deg, compass",
        "required": ["km", "azimuth_deg"],
    },
    "hull": {"type": "object", "description": "places, method, area_km2, low_km2, high_km2", "required": ["area_km2"]},
    "area": {"type": "array", "items": RECORD, "description": "feature and area_km2, the last one total"},
    "check": {"type": "array", "items": RECORD, "description": "Claim records with their verdicts"},
    "report": {"type": "object", "description": "What geomap report -o report.json writes"},
}
REFUSALS = {
    "400": "Not JSON", "408": "It took too long to arrive", "413": "Too large", "415": "Not application/json",
    "422": "It cannot be answered as asked: the line that the command line prints",
    "503": "Busy, or it took longer than allowed",
}  # fmt: skip


def openapi() -> dict[str, Any]:
    """The description of the server, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "geomap",
            "version": __version__,
            "description": "From a news story to a checked map. Offline: nothing is asked of the network.",
        },
        "paths": {f"/{o.name}": _paths(o) for o in OPERATIONS.values()},
        "components": {
            "schemas": {"Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}}
        },
    }


def _paths(operation: Operation) -> dict[str, Any]:
    answered: dict[str, Any] = {"application/json": {"schema": ANSWERS[operation.name]}}
    if operation.name == "report":
        answered["text/html"] = {"schema": {"type": "string"}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses = {"200": {"description": "The answer", "content": answered}}
    responses |= {status: {"description": why, "content": error} for status, why in REFUSALS.items()}
    schema = {"schema": operation.input_schema(), "example": dict(operation.example)}
    shared: dict[str, Any] = {"summary": operation.help, "responses": responses}
    paths: dict[str, Any] = {
        "post": shared
        | {
            "operationId": operation.name,
            "requestBody": {"required": True, "content": {"application/json": schema}},
        }
    }
    if operation.quick:
        asked = [
            {"name": p.name, "in": "query", "required": p.required, "description": p.help, "schema": dict(p.schema)}
            for p in operation.parameters
        ]
        paths["get"] = shared | {"operationId": f"get_{operation.name}", "parameters": asked}
    return paths


LOOK = """
body{font:16px/1.5 Georgia,serif;max-width:46rem;margin:2.5rem auto;padding:0 1rem;color:#16191c;background:#fdfcfa}
h1{font-size:1.7rem;margin-bottom:.2rem}
h2{font-size:1.2rem;margin:2.2rem 0 .3rem;border-top:1px solid #d8d4cb;padding-top:1rem}
code,pre{font:14px/1.45 ui-monospace,Menlo,Consolas,monospace;background:#f1eee8}code{padding:.05rem .25rem}
pre{padding:.7rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid #1f6f9c}
table{border-collapse:collapse;width:100%;font-size:15px}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #e6e2da}
th{font-weight:600}td:first-child{white-space:nowrap}.must{color:#1f6f9c}
"""


def docs_page() -> str:
    """A page that says what can be asked and how; it asks nothing of the network."""
    parts = [_section(o) for o in OPERATIONS.values()]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>geomap: what it can be asked</title>'
        f'<meta name="viewport" content="width=device-width"><style>{LOOK}</style></head><body><main>'
        f"<h1>geomap {html.escape(__version__)}</h1><p>What this server can be asked. Questions are JSON by POST, "
        "look-ups also in the address; answers are the command line's records. For programs: "
        '<a href="/openapi.json">openapi.json</a>. A question that cannot be answered gets '
        '<code>{"error": "…"}</code>, the line that the command line prints.</p>'
        f"{''.join(parts)}</main></body></html>\n"
    )


def _section(operation: Operation) -> str:
    rows = "".join(
        f"<tr><td><code>{p.name}</code>{' <span class=must>needed</span>' if p.required else ''}</td>"
        f"<td>{html.escape(p.help)}{html.escape(_limits(p.schema))}</td></tr>"
        for p in operation.parameters
    )
    body = json.dumps(dict(operation.example), ensure_ascii=False)
    asked = f"curl -H 'Content-Type: application/json' -d '{body}' \\\n  http://127.0.0.1:8765/{operation.name}"
    return (
        f'<h2 id="{operation.name}">/{operation.name}</h2><p>{html.escape(operation.help)}</p>'
        f"<table><thead><tr><th>tell it</th><th>what</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<pre>{html.escape(asked, quote=False)}</pre>"
    )


def _limits(schema: Any) -> str:
    if "enum" in schema:
        return f" One of {', '.join(schema['enum'])}."
    if "maximum" in schema:
        return f" {schema['minimum']} to {schema['maximum']}, else {schema['default']}."
    if "maxItems" in schema:
        return f" At most {schema['maxItems']}."
    return ""
