"""Structured inputs with each of their fields changed to each wrong type; only a ``GeomapError`` may come of it.

A base is a value that its reader takes. Every node of it is replaced by every one of ``WRONG``, deleted, doubled and
given a stranger beside it; tables get every one of ``CELLS`` in every cell, and their columns dropped and doubled.
"""

from __future__ import annotations

import atexit
import copy
import json
import random
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from geomap.errors import GeomapError  # noqa: E402

Make = Callable[[], tuple[Callable[[str], bytes | str], Any]]


class Raw(str):
    """Text that stands in the file as it is: what JSON's or TOML's own writers would not write."""


class Gone:
    """A key or item that is left out."""


GONE = Gone()
HUGE = Raw("9" * 5_000)
DEEP_JSON = Raw("[" * 3_000 + "]" * 3_000)
WRONG: tuple[Any, ...] = (
    GONE, None, True, False, 0, -1, 1.5, -2.5e10, 10**30, Raw("1e999"), Raw("NaN"), HUGE, "", "x", "1", " ", "null",
    "2022-13-45", "\x00\x1b[31m\u202e", Raw('"\\ud800"'), "=1+1", "a" * 3_000, [], [None], [1, 2], ["x"], [[]], {},
    {"a": 1}, {"type": 5}, {"": None}, DEEP_JSON,
)  # fmt: skip
WRONG_TOML: tuple[Any, ...] = (
    GONE, True, False, 0, -1, 1.5, -2.5e10, 10**15, Raw("1e999"), Raw("nan"), Raw("-inf"), HUGE, "", "x", "1", " ",
    Raw("2022-09-10"), Raw("07:32:00"), "\u202e", "=1+1", "a" * 3_000, [], [1, 2], [2, 1], ["x"], [[]], {}, {"a": 1},
    [{"a": 1}], Raw("[" * 3_000 + "]" * 3_000), Raw("0x_"), Raw('"\\ud800"'), Raw("'''"),
)  # fmt: skip
CELLS = (
    "", " ", "x", "0", "-1", "1e999", "NaN", "9" * 5_000, "999", "-999", "2022-13-45", "0022-09-10", "22-09-10",
    "1662800000", "true", "[]", "{}", '[{"start": 0}]', "null", "=1+1", "'", "''=1", "a" * 200_000, "\x00", "\x1b[31m",
    "\u202e", "a\nb", "a\r\nb", '"', "50,4501", "5 km", "fix", "add", "claim", "geonames:703448", "49.2, 37.3",
    "N/A", "\ufeff", "ё" * 300,
)  # fmt: skip


# ── every change of a value ──────────────────────────────────────────────────────────────────────────────────


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every node of a value stands, the whole first."""
    yield at
    if isinstance(value, dict):
        for key in value:
            yield from paths(value[key], (*at, key))
    elif isinstance(value, list):
        for number in range(len(value)):
            yield from paths(value[number], (*at, number))


def changed(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    """A value with another one at one place; what is beside it is shared."""
    if not at:
        return new
    made = copy.copy(value)
    if len(at) > 1:
        made[at[0]] = changed(made[at[0]], at[1:], new)
    elif new is GONE:
        del made[at[0]]
    else:
        made[at[0]] = new
    return made


def changes(value: Any, wrong: tuple[Any, ...]) -> Iterator[Any]:
    """Every node changed to everything wrong; then strangers put in and items doubled."""
    for at in paths(value):
        for new in wrong:
            if at or new is not GONE:
                yield changed(value, at, new)
        below = value
        for key in at:
            below = below[key]
        if isinstance(below, dict):
            yield changed(value, (*at, "stranger"), 1)
        elif isinstance(below, list) and below:
            yield changed(value, at, [*below, below[0]])
            yield changed(value, at, below[::-1])


def as_json(value: Any) -> str:
    """JSON, raw tokens as they are."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(k))}:{as_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    return json.dumps(value)


def as_toml(value: Any) -> str:
    """TOML with inline tables below the first level, raw tokens as they are."""
    if not isinstance(value, dict):
        return as_inline(value)
    lines = [f"{json.dumps(k)} = {as_inline(v)}" for k, v in value.items() if not _is_section(v)]
    for key, below in value.items():
        if _is_section(below):
            lines += [f"[{json.dumps(key)}]", *(f"{json.dumps(k)} = {as_inline(v)}" for k, v in below.items())]
    return "\n".join(lines) + "\n"


def _is_section(value: Any) -> bool:
    return isinstance(value, dict)


def as_inline(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {as_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def table_changes(rows: list[list[str]]) -> Iterator[str]:
    """Every cell changed, header cells too; rows and columns cut, doubled and blanked; bytes that are no CSV."""
    for r, row in enumerate(rows):
        for c in range(len(row)):
            for cell in CELLS:
                made = copy.deepcopy(rows)
                made[r][c] = cell
                yield as_csv(made)
        yield as_csv([*rows[:r], *rows[r + 1 :]])
        yield as_csv([*rows[: r + 1], row, *rows[r + 1 :]])
        yield as_csv([*rows[:r], row[:-1], *rows[r + 1 :]])
        yield as_csv([*rows[:r], [*row, "more", "and more"], *rows[r + 1 :]])
        yield as_csv([*rows[:r], [], ["" for _ in row], *rows[r:]])
    for c in range(len(rows[0])):
        yield as_csv([row[:c] + row[c + 1 :] for row in rows])
        yield as_csv([[*row, row[c]] for row in rows])
    whole = as_csv(rows)
    for mark in (";", "\t", "|", "\x00"):
        yield whole.replace(",", mark)
    yield from ("", "\n", "\x00", '"', whole + '"', whole.replace("\n", "\r"), "\ufeff" + whole, whole * 50)


def as_csv(rows: list[list[str]]) -> str:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


# ── inputs ───────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def folder() -> Path:
    shm = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="geomap-break-", dir=shm if shm.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def gazetteer() -> Any:
    from geomap.gazetteer import read_gazetteer

    return read_gazetteer()


def put(name: str, text: str) -> Path:
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


STORY = (
    "Troops left Izium on Saturday, the ministry said. They retook 300 square kilometres of Kharkiv region. "
    "Lyman lies 20 km from Sloviansk."
)
RECORD = {
    "id": "a", "text": STORY, "title": "Retaken", "source": "The Desk", "url": "https://example.org/a",
    "published_on": "2022-09-12", "toponyms": [{"start": 12, "end": 17}],
}  # fmt: skip
RING = [[36, 49], [36.4, 49.1], [36.3, 49.5], [36, 49]]
MAP = {
    "type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    "features": [
        {
            "type": "Feature",
            "properties": {"status": "held", "date": "2022-09-10", "holder": "Russia"},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        },
        {
            "type": "Feature",
            "properties": {"status": "contested", "date": "2022-09-10"},
            "geometry": {
                "type": "GeometryCollection",
                "geometries": [{"type": "MultiPolygon", "coordinates": [[RING]]}],
            },
        },
    ],
}  # fmt: skip
LINES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": "geonames:690791"},
            "geometry": {"type": "LineString", "coordinates": [[36, 49], [36.4, 49.1]]},
        },
    ],
}
RULES = {
    "name": "ours", "holder": "R", "properties": ["status"], "held": ["held"], "contested": ["grey"], "unknown": [],
    "free": ["freed"], "outside": ["elsewhere"], "default": "held", "date_property": "date",
    "extent": [22, 44, 41, 53], "licence": "CC BY 4.0", "attribution": "us", "url": "example.org",
    "by": {"freed": "Ukraine"},
}  # fmt: skip
CONFIG = {
    "settings": {
        "about": 0.2, "dozens": [24, 99], "near_part_factor": 1.5, "map_gap_days": 3, "direction_fits_deg": 20.0,
        "near_fits_km": 5.0, "people_per_km2": 3000.0,
    },
    "style": {
        "language": "en", "units": ["metric", "imperial"], "font": "Georgia", "caption": "c", "credit": "d",
        "palette": {"held": "#8d6b45"}, "spellings": {"geonames:703448": "Kyiv"},
        "ratings": {"fits": {"ratingValue": 5, "bestRating": 5, "worstRating": 1, "alternateName": "Fits"}},
    },
}  # fmt: skip
EVENTS = [
    ["settlement", "holder", "date", "source", "lat", "lon"],
    ["Izium", "UA", "2022-09-10", "wire", "49.2", "37.3"],
    ["Lyman", "RU", "2022-09-11", "wire", "", ""],
]
DECISIONS = [
    ["article", "type", "quote", "before", "after", "kind", "decision", "place", "value", "date", "by", "on", "note"],
    ["a", "mention", "Izium", "left ", " on", "literal", "fix", "geonames:707753", "", "", "Ada", "2022-09-13", ""],
    ["a", "claim", "They retook 300 square kilometres of Kharkiv region", "", "", "area", "fix", "", "390 sq mi",
     "2022-09-10/2022-09-12", "Ada", "2022-09-13", "read again"],
    ["a", "mention", "Lyman", "", "", "literal", "add", "49.0, 37.8", "", "", "", "", ""],
]  # fmt: skip
CLAIMS = [
    ["claim", "value", "unit", "place", "date", "source"],
    ["retaken", "3000", "km2", "Kharkiv region", "2022-09-11", "army"],
]
PLACES = [
    ["name", "lat", "lon", "country", "feature", "population"],
    ["Zolota Balka", "47.38", "33.96", "UA", "P.PPL", "9"],
]
ARTICLES = [["id", "text", "published_on", "toponyms"], ["a", STORY, "2022-09-14", '[{"start": 0, "end": 4}]']]
MANIFEST = {
    "format": 1, "complete": False, "made_with": {"geomap": "1"},
    "totals": {"articles": 1, "claims": 1, "toponyms": 1, "failures": 0},
    "inputs": [{"name": "a.jsonl", "size": 5, "mtime_ns": 5, "sha256": "x", "records": 1, "broken": None}],
    "parts": [{"slices": [[0, 0, 1, 0, 1]], "done": {"articles": 1, "claims": 1, "toponyms": 1, "failures": 0}}],
}  # fmt: skip


@cache
def saved_report() -> Any:
    """A report.json of two articles, as it is read back."""
    import geomap

    other = RECORD | {"id": "b", "toponyms": None, "text": "Izium lies 30 km north of Kharkiv, he said."}
    path = put("base.jsonl", "\n".join(json.dumps(r) for r in (RECORD | {"toponyms": None}, other)))
    return json.loads(json.dumps(geomap.report(path).to_dict()))


@cache
def extracted() -> Any:
    from geomap.articles import article_from
    from geomap.pipeline import claims_of, toponyms_of

    article = article_from("a", {k: v for k, v in RECORD.items() if k != "toponyms"})
    toponyms = toponyms_of(article, gazetteer())
    return article, toponyms, claims_of(article, toponyms, gazetteer())


def compare(text: str) -> None:
    from geomap.pipeline import compare_files

    base = folder() / "base.json"
    if not base.exists():
        base.write_text(json.dumps(saved_report()))
    path = put("report.json", text)
    compare_files(base, path)
    compare_files(path, base)


def config(text: str) -> None:
    from geomap.config import read_config
    from geomap.pipeline import compare_files
    from geomap.reports import to_report_record
    from geomap.wording import day, quantity

    path = put("geomap.toml", text)
    _, style, _ = read_config(path)
    from datetime import date

    quantity((1.5, 2e9), "m2", style)
    day(date(2022, 9, 10), style)
    _ = to_report_record, compare_files


def rules(text: str) -> None:
    from geomap.control import read_control, read_rules

    path = put("rules.toml", text)
    read_rules(path)
    read_control(put("2022-09-10.geojson", json.dumps(MAP)), rules=path)


def shapes(text: str, *, quick: bool) -> None:
    """As shapes and as a control map: measured, and compared with the map as it was."""
    from unittest import mock

    from geomap import measure
    from geomap.control import files

    before, after = put("before/2022-09-10.geojson", json.dumps(MAP)), put("after/2022-09-11.geojson", text)
    with mock.patch.object(files, "_parser", (lambda: None) if not quick else files._parser):
        for call in (
            partial(measure.area_records, after),
            partial(measure.diff_frame, before, after),
            partial(measure.series, [before, after]),
        ):
            try:
                call()
            except GeomapError:
                continue


def boundary(text: str) -> None:
    from geomap.maps.boundaries import read_boundaries

    read_boundaries(put("borders.geojson", text))


def events(text: str, *, suffix: str = ".csv") -> None:
    from geomap.measure import series_from_events

    series_from_events(put(f"events{suffix}", text), None, gazetteer())


def decisions(text: str) -> None:
    from geomap.claims import read_value
    from geomap.review import read_decisions, review_rows

    article, toponyms, claims = extracted()
    read = read_decisions(put("decisions.csv", text))
    kept = read.decide_toponyms(article, toponyms, gazetteer())
    read.decide_claims(article, claims, kept, read_value)
    read.carried_over(review_rows([article], toponyms, claims))
    read.orphans([article])


def own_claims(text: str) -> None:
    from geomap.review import read_own_claims

    read_own_claims(put("claims.csv", text))


def own_places(text: str, *, suffix: str = ".csv") -> None:
    from unittest import mock

    from geomap.gazetteer import layers

    with mock.patch.object(layers, "_replace"):  # read and checked, not indexed
        layers.add_places(put(f"places{suffix}", text))


def articles(text: str, *, suffix: str) -> None:
    from geomap.articles import read_articles

    read_articles([put(f"articles{suffix}", text)])


def record(text: str) -> None:
    """A record of a corpus, from the line to its rows in Arrow."""
    from geomap.corpus.reading import _parsed
    from geomap.corpus.tables import CLAIMS, TOPONYMS, _as_arrow
    from geomap.harvest import Harvest

    raw = _parsed("a.jsonl:1", text.encode("utf-8", "surrogatepass"))
    if raw.fields is None:
        return
    raw.fields.setdefault("id", "a")
    rows = Harvest()(raw.where, raw.fields)
    _as_arrow(TOPONYMS, rows.toponyms)
    _as_arrow(CLAIMS, rows.claims)


def manifest(text: str) -> None:
    from geomap.corpus.manifest import read_manifest

    read_manifest(put("corpus/manifest.json", text).parent)


@dataclass(frozen=True)
class Input:
    """A structured input: every changed text of it, and what reads it."""

    name: str
    changes: Callable[[], Iterator[Any]]
    write: Callable[[Any], str]
    read: Callable[[str], None]


def from_json(name: str, value: Callable[[], Any], read: Callable[[str], None]) -> Input:
    return Input(name, lambda: changes(value(), WRONG), as_json, read)


def from_toml(name: str, value: Any, read: Callable[[str], None]) -> Input:
    return Input(name, lambda: changes(value, WRONG_TOML), as_toml, read)


def from_table(name: str, rows: list[list[str]], read: Callable[[str], None]) -> Input:
    return Input(name, lambda: table_changes(rows), str, read)


def event_objects() -> list[dict[str, str]]:
    return [dict(zip(EVENTS[0], row, strict=True)) for row in EVENTS[1:]]


INPUTS = (
    from_json("report.json for compare", saved_report, compare),
    from_toml("geomap.toml", CONFIG, config),
    from_toml("rules", RULES, rules),
    from_table("events CSV", EVENTS, events),
    from_json("events JSON", event_objects, partial(events, suffix=".json")),
    from_table("decisions.csv", DECISIONS, decisions),
    from_table("own claims CSV", CLAIMS, own_claims),
    from_table("own places CSV", PLACES, own_places),
    from_json("own places GeoJSON", lambda: MAP, partial(own_places, suffix=".geojson")),
    from_json("corpus records", lambda: RECORD, record),
    from_json("articles JSON", lambda: [RECORD], partial(articles, suffix=".json")),
    from_table("articles CSV", ARTICLES, partial(articles, suffix=".csv")),
    from_json("GeoJSON maps", lambda: MAP, partial(shapes, quick=True)),
    from_json("GeoJSON maps without simdjson", lambda: MAP, partial(shapes, quick=False)),
    from_json("boundary file", lambda: LINES, boundary),
    from_json("manifest.json", lambda: MANIFEST, manifest),
)


def failure(input_: Input, text: str) -> str | None:
    """Read one changed input: None where it is taken or refused as it should be, else what was raised and where."""
    try:
        input_.read(text)
    except GeomapError as error:
        if not str(error).strip():
            return "an error that says nothing"
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        ours = [f for f in traceback.extract_tb(error.__traceback__) if "/geomap/" in f.filename]
        at = ours[-1] if ours else frame
        return f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno} ({str(error)[:100]!r})"
    return None


def sample(input_: Input, share: float, seed: int) -> Iterator[str]:
    """A part of an input's changed texts, the same for the same seed."""
    pick = random.Random(f"{seed} {input_.name}")
    return (input_.write(value) for value in input_.changes() if share >= 1 or pick.random() < share)


def run(share: float = 1.0, seed: int = 0, only: str = "") -> tuple[int, dict[str, tuple[str, str]]]:
    """Try them; returns how many, and each kind of failure with the text that first showed it."""
    tried = 0
    failures: dict[str, tuple[str, str]] = {}
    for input_ in INPUTS:
        if only and only not in input_.name:
            continue
        for text in sample(input_, share, seed):
            tried += 1
            if (wrong := failure(input_, text)) is not None:
                kind = wrong.partition(" (")[0]
                failures.setdefault(f"{input_.name}: {kind}", (wrong, text))
    return tried, failures
