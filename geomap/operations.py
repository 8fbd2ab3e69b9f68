"""What geomap can be asked by programs: one table that the server and the tools are made of.

The command line calls the same functions, so that a question has one answer however it is put.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import GeomapError, InputError
from geomap.files import shown
from geomap.settings import Settings, Style

if TYPE_CHECKING:
    from geomap.gazetteer import Gazetteer
    from geomap.models import Assessment, ControlSeries

Schema = Mapping[str, Any]
"""A JSON Schema of one value: type, and maxLength, maxItems, minimum, maximum or enum."""

MAX_NAME = 200
"""Characters of a place name: the longest in the gazetteer has 152."""
MAX_NAMES = 100
"""Names in one question: more is a list, and a list is a file."""
MAX_TEXT = 200_000
"""Characters of an article: the longest reports of the field have half as many; whole archives go to ``corpus``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that an operation is told."""

    name: str
    help: str
    schema: Schema
    required: bool = False

    def checked(self, value: Any) -> Any:
        """The value, where it is what the schema says.

        Raises
        ------
        InputError
            It is of another type, too long, too large or none of the words expected.
        """
        _check(value, self.schema, self.name)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What is read once and asked many times: the gazetteer, control maps, thresholds and house style."""

    gazetteer: Gazetteer
    control: tuple[ControlSeries, ...] = ()
    settings: Settings = field(default_factory=Settings)
    style: Style = field(default_factory=Style)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One question that can be asked. ``quick``: answered within a millisecond or two, others may take seconds."""

    name: str
    help: str
    parameters: tuple[Parameter, ...]
    run: Callable[..., Any]
    example: Mapping[str, Any]
    quick: bool = False

    def arguments(self, given: object) -> dict[str, Any]:
        """Check what was given, by name.

        Raises
        ------
        InputError
            Something is missing, unknown, or not of its type.
        """
        if not isinstance(given, Mapping):
            raise InputError(f"{self.name}: found {_kind(given)}; expected an object with {self._expected()}")
        known = {p.name: p for p in self.parameters}
        for name in given:
            if name not in known:
                raise InputError(f"{self.name}: {shown(name)[:40]!r} is unknown; expected {self._expected()}")
        for parameter in self.parameters:
            if parameter.required and given.get(parameter.name) in (None, "", []):
                raise InputError(f"{self.name}: {parameter.name} is missing; expected {self._expected()}")
        return {name: known[name].checked(value) for name, value in given.items() if value is not None}

    def ask(self, loaded: Loaded, given: object) -> Any:
        """Check what was given and answer: plain values, or a page as text."""
        arguments = self.arguments(given)
        # "from" is no name for an argument in Python
        return self.run(loaded, **{name if name != "from" else "start": value for name, value in arguments.items()})

    def input_schema(self) -> dict[str, Any]:
        """What it takes, as one JSON Schema."""
        return {
            "type": "object",
            "properties": {p.name: {**p.schema, "description": p.help} for p in self.parameters},
            "required": [p.name for p in self.parameters if p.required],
            "additionalProperties": False,
        }

    def _expected(self) -> str:
        return ", ".join(p.name + ("" if p.required else "?") for p in self.parameters)


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────

_TYPES: dict[str, type] = {"string": str, "integer": int, "array": list, "object": dict}


def _check(value: Any, schema: Schema, where: str) -> None:
    wanted = schema["type"]
    fits: bool = isinstance(value, _TYPES[wanted]) and not isinstance(value, bool)
    if not fits:
        raise InputError(f"{where}: found {_kind(value)}; expected {_article(wanted)}")
    if wanted == "string":
        _check_string(value, schema, where)
    elif wanted == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        raise InputError(f"{where}: found {str(value)[:20]}; expected {schema['minimum']} to {schema['maximum']}")
    elif wanted == "array":
        if len(value) > schema["maxItems"]:
            raise InputError(f"{where}: {len(value)} of them; expected at most {schema['maxItems']}")
        for number, item in enumerate(value):
            _check(item, schema["items"], f"{where}[{number}]")


def _check_string(value: str, schema: Schema, where: str) -> None:
    if "enum" in schema and value not in schema["enum"]:
        raise InputError(f"{where}: found {shown(value)[:40]!r}; expected one of {', '.join(schema['enum'])}")
    limit = schema.get("maxLength", MAX_NAME)
    if len(value) > limit:
        raise InputError(f"{where}: {len(value):,} characters; expected at most {limit:,}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{where}: holds half a character (a lone surrogate); expected Unicode text") from None


def _kind(value: object) -> str:
    return {
        "str": "a string", "bool": "true or false", "int": "a number", "float": "a number", "list": "a list",
        "dict": "an object", "NoneType": "null",
    }.get(type(value).__name__, type(value).__name__)  # fmt: skip


def _article(wanted: str) -> str:
    return {"string": "a string", "integer": "a whole number", "array": "a list", "object": "an object"}[wanted]


# ── the operations ───────────────────────────────────────────────────────────────────────────────────────────


def resolve(
    loaded: Loaded, names: Sequence[str], near: str | None = None, country: str | None = None, limit: int = 5
) -> list[dict[str, Any]]:
    """Place records of each name, best first."""
    from geomap import measure

    return measure.resolve_records(names, loaded.gazetteer, near=near, country=_country(country), limit=limit)


def distance(loaded: Loaded, start: str, to: str, country: str | None = None) -> dict[str, Any]:
    """``{from, to, km, azimuth_deg, compass}``."""
    from geomap import measure

    return measure.distance_record(start, to, loaded.gazetteer, country=_country(country))


def hull(
    loaded: Loaded, places: Sequence[str], method: str = "all", country: str | None = None, region: str | None = None
) -> dict[str, Any]:
    """``{places, method, area_km2, low_km2, high_km2}``."""
    from geomap import measure

    record, _ = measure.hull_records(
        places, method=method, country=_country(country), region=region, gazetteer=loaded.gazetteer
    )
    return record


def area(loaded: Loaded, geojson: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{feature, area_km2}`` of each feature, the last one ``total``."""
    import json

    from geomap import measure

    with tempfile.TemporaryDirectory(prefix="geomap-") as folder:
        path = Path(folder) / "given.geojson"
        path.write_text(json.dumps(geojson), encoding="utf-8")
        try:
            return measure.area_records(path)
        except GeomapError as error:
            raise type(error)(str(error).replace(str(path), "geojson")) from None


def check(loaded: Loaded, text: str, **told: str) -> list[dict[str, Any]]:
    """Every claim of an article with its verdict."""
    from geomap.models import to_record

    found: list[dict[str, Any]] = to_record(_assessed(loaded, text, **told).claims)
    return found


def report(loaded: Loaded, text: str, form: str = "json", **told: str) -> dict[str, Any] | str:
    """``report.json`` of an article, or its page."""
    from geomap.results import Report

    made = Report(_assessed(loaded, text, **told), loaded.gazetteer, style=loaded.style)
    return made.to_html() if form == "html" else made.to_dict()


def _assessed(
    loaded: Loaded, text: str, *, since: str | None = None, region: str | None = None, **told: str
) -> Assessment:
    from geomap import pipeline
    from geomap.articles import article_from

    published = pipeline.as_date(told.pop("published", None))
    article = article_from("text", {"id": "article", "text": text, **told}, published=published)
    options = pipeline.Options(
        control=loaded.control,
        settings=loaded.settings,
        since=pipeline.as_date(since),
        region=region,
        command="asked by a program",
    )
    return pipeline.assess([article], loaded.gazetteer, options)


def _country(code: str | None) -> str | None:
    if code is not None and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise InputError(f"country: found {shown(code)[:40]!r}; expected two letters such as UA")
    return code


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────

NAME: Schema = {"type": "string", "maxLength": MAX_NAME}
NAMES: Schema = {"type": "array", "items": NAME, "minItems": 1, "maxItems": MAX_NAMES}
TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT}
LINE: Schema = {"type": "string", "maxLength": 2000}
DAY: Schema = {"type": "string", "maxLength": 32}

COUNTRY = Parameter(name="country", help="Only this country (ISO 3166 two letters).", schema=NAME)
REGION = Parameter(name="region", help="Measure within this country or region, such as 'Kharkiv region'.", schema=NAME)
NEAR = Parameter(name="near", help="Prefer places near this one, or near LAT,LON.", schema=NAME)
STORY = (
    Parameter(name="text", help="The article's text, as published.", schema=TEXT, required=True),
    Parameter(name="published", help="The day of publication, such as 2022-09-12; nothing is assumed.", schema=DAY),
    Parameter(name="since", help="Count change from this day; default: the first map.", schema=DAY),
    REGION,
    Parameter(name="title", help="The article's title.", schema=LINE),
    Parameter(name="source", help="Who published it: evidence of the same source is not used.", schema=LINE),
    Parameter(name="url", help="Where it is published.", schema=LINE),
)
_SAID = "Ukrainian forces retook Izium, 120 km from Kharkiv, officials said."  # our own sentence, not the news'

OPERATIONS: dict[str, Operation] = {
    o.name: o
    for o in (
        Operation(
            name="resolve",
            help="Where is it? Places of these names, tolerant of spelling and script, best first.",
            parameters=(
                Parameter(name="names", help="Place names, any spelling or script.", schema=NAMES, required=True),
                NEAR,
                COUNTRY,
                Parameter(
                    name="limit",
                    help="How many answers a name.",
                    schema={"type": "integer", "minimum": 1, "maximum": 100, "default": 5},
                ),
            ),
            run=resolve,
            example={"names": ["Izyum"]},
            quick=True,
        ),
        Operation(
            name="distance",
            help="Distance and direction between two places: geodesic km, azimuth in degrees and compass word.",
            parameters=(
                Parameter(name="from", help="A place's name, or LAT,LON.", schema=NAME, required=True),
                Parameter(name="to", help="A place's name, or LAT,LON.", schema=NAME, required=True),
                COUNTRY,
            ),
            run=distance,
            example={"from": "Zolota Balka", "to": "Dudchany"},
            quick=True,
        ),
        Operation(
            name="hull",
            help="The ground that places span, km² with an interval; extent, not control.",
            parameters=(
                Parameter(name="places", help="Names, or LAT,LON.", schema=NAMES, required=True),
                Parameter(
                    name="method",
                    help="all gives the interval between the methods.",
                    schema={"type": "string", "enum": ["convex", "concave", "thiessen", "all"], "default": "all"},
                ),
                COUNTRY,
                REGION,
            ),
            run=hull,
            example={"places": ["Izium", "Kupiansk", "Balakliia"]},
        ),
        Operation(
            name="area",
            help="Exact area on the ellipsoid of every polygon feature, km², and in total.",
            parameters=(
                Parameter(
                    name="geojson",
                    help="A GeoJSON FeatureCollection, Feature or polygon geometry; longitude, latitude on WGS 84.",
                    schema={"type": "object"},
                    required=True,
                ),
            ),
            run=area,
            example={"geojson": {"type": "Polygon", "coordinates": [[[36, 49], [37.2, 49.1], [36.5, 49.9], [36, 49]]]}},
        ),
        Operation(
            name="check",
            help="Every claim of an article that geometry can test, with its verdict and the numbers behind it.",
            parameters=STORY,
            run=check,
            example={"text": _SAID, "published": "2022-09-12"},
        ),
        Operation(
            name="report",
            help="The whole job: places, claims with verdicts, contradictions, what is untested or unresolved.",
            parameters=(
                *STORY,
                Parameter(
                    name="form",
                    help="json: report.json; html: the page with its map.",
                    schema={"type": "string", "enum": ["json", "html"], "default": "json"},
                ),
            ),
            run=report,
            example={"text": _SAID, "published": "2022-09-12"},
        ),
    )
}
"""Name -> operation, in the order of the documentation."""
