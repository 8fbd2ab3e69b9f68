"""How to read a control map: which property names a polygon, and which words mean what. Presets and rule files.

A preset is a rule file in ``presets/``, with a table ``[recognise]`` of what only that source's maps have.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.control.statuses import has_marks, read_status
from geomap.errors import ControlError
from geomap.models import UNKNOWN_HOLDER, Status

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

OUTSIDE = "outside"
"""The class of a polygon that the map draws but the story's ground does not hold: ignored, and listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Words that mean a status. A polygon belongs to the first class with a word in its cleaned name.

    ``status`` is held, contested, unknown, free or "outside"; ``holder`` who holds it, where it differs from the map's.
    """

    status: str
    words: tuple[str, ...] = ()
    holder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What only one source's maps have: text in names, in the collection's own name; or being a table."""

    names: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()
    table: bool = False

    def fits(self, names: set[str], collection: str) -> bool:
        """Whether a map with these names, and this name of its own, is that source's."""
        return any(mark in name for mark in self.names for name in names) or any(
            mark in clean(collection) for mark in self.collection
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to read the maps of one source.

    ``properties`` are tried in turn for a polygon's name; ``holder_property`` names who holds it, feature by feature;
    ``default`` is the status of polygons that have none of the properties (None: refuse). ``plain_words``: what no
    class knows is read as plain words (``statuses``). ``guessed``: nobody chose these rules. ``extent`` (west, south,
    east, north) in degrees: what lies outside is ignored and listed. ``region``: whose ground a table's settlements
    are.
    """

    name: str
    holder: str = UNKNOWN_HOLDER
    properties: tuple[str, ...] = ()
    holder_property: str | None = None
    classes: tuple[Class, ...] = ()
    plain_words: bool = False
    guessed: bool = False
    default: str | None = None
    date_property: str | None = None
    extent: tuple[float, float, float, float] | None = None
    region: str | None = None
    licence: str = "unknown licence"
    attribution: str | None = None
    url: str | None = None
    signature: Signature = field(default=Signature(), repr=False)

    def classify(self, name: str | None) -> Class | None:
        """Class of a name as it stands in the map; None where no class has a word in it, or its words say more."""
        if name is None or not (plain := clean(name)):
            return None if self.default is None else Class(status=self.default)
        found = next(((c, w) for c in self.classes for w in c.words if _begins_word(w, plain)), None)
        if found is not None and (found[0].status == OUTSIDE or not has_marks(plain.replace(found[1], " ", 1))):
            return found[0]
        # "no longer occupied" is not "occupied"
        said = read_status(name) if found is not None or self.plain_words else None
        if said is None:
            return None
        if found is not None and found[0].status == said.status:
            return found[0]
        return Class(status=said.status, holder=said.holder if self.plain_words else None)


def _begins_word(word: str, plain: str) -> bool:
    """Whether a word of the name begins with ``word``: "taken back2" does with "taken back", "unoccupied" does not."""
    at = plain.find(word)
    while at >= 0:
        if at == 0 or not plain[at - 1].isalnum():
            return True
        at = plain.find(word, at + 1)
    return False


def clean(name: str) -> str:
    """A name without case, line breaks, no-break spaces, control and broken characters."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in plain).split())


# ── presets ──────────────────────────────────────────────────────────────────────────────────────────────────

_folders: list[Traversable] = [files(__package__).joinpath("presets")]


@cache
def presets() -> Mapping[str, Rules]:
    """The rules of all presets by name: a file of the package each."""
    found: dict[str, Rules] = {}
    for folder in _folders:
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".toml"):
                rules = rules_from(_parsed(file.read_text(encoding="utf-8"), file.name), where=file.name, preset=True)
                found[rules.name] = rules
    return found


@contextmanager
def further_presets(folder: Path) -> Iterator[None]:
    """The rule files of a further folder are presets while this lasts."""
    _folders.append(folder)
    presets.cache_clear()
    try:
        yield
    finally:
        _folders.remove(folder)
        presets.cache_clear()


def preset_named(name: Any, where: str = "preset") -> Rules:
    """Give the rules of a preset.

    Raises
    ------
    ControlError
        No preset has that name.
    """
    if not isinstance(name, str) or name not in presets():
        raise ControlError(f"{where}: no preset {name!r}; expected one of {', '.join(presets())}")
    return presets()[name]


def table_rules() -> Rules:
    """The preset of tables of statuses, where no other rules are given."""
    return next(rules for rules in presets().values() if rules.signature.table)


# ── rule files ───────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = ("name", "holder", "holder_property", "date_property", "licence", "attribution", "url", "region")
KEYS = {*TEXTS, "property", "properties", "default", "extent", "held", "contested", "unknown", "free", "outside", "by",
        "preset"}  # fmt: skip


def read_rules(path: Path | str) -> Rules:
    """Read a rule file.

    ::

        name = "Our desk's map"
        holder = "Russia"
        property = "zone"                 # or properties = ["zone", "name"]
        held = ["occupied", "captured"]   # words, found anywhere in the name, in any case
        contested = ["grey zone"]
        unknown = ["unclear"]
        free = ["liberated"]
        outside = ["Transnistria"]        # drawn, but not this story's ground: ignored and listed
        default = "held"                  # for polygons without that property
        holder_property = "side"          # names who holds a polygon, where several sides are drawn
        date_property = "as_of"
        extent = [22, 44, 41, 53]         # west, south, east, north
        region = "Ukraine"                # a table's settlements are those of this country or region
        licence = "CC BY 4.0"
        attribution = "Our desk"
        url = "example.org/map"

        [by]                              # who holds ground under a word, where it is not the holder
        "russian proxies" = "Russia"

    ``preset = "deepstate"`` starts from a preset and changes what the file names.

    Raises
    ------
    ControlError
        The file is missing, is no TOML, or holds an unknown key, status or shape of value.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ControlError(f"{path}: cannot read the rule file: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ControlError(f"{path}: {error}; expected TOML in UTF-8") from error
    return rules_from(_parsed(text, str(path)), where=str(path))


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ControlError(f"{where}: {error}; expected TOML in UTF-8") from error


def rules_from(data: Mapping[str, Any], *, where: str = "rules", preset: bool = False) -> Rules:
    """Make rules of a rule file's content; ``where`` names it in errors. ``preset``: it may say what it is known by."""
    keys = KEYS | {"recognise"} if preset else KEYS
    unknown = sorted(set(data) - keys)
    if unknown:
        raise ControlError(f"{where}: unknown key {unknown[0]!r}; expected one of {', '.join(sorted(keys))}")
    base = preset_named(data["preset"], where) if "preset" in data else Rules(name="map")
    changes: dict[str, Any] = {k: data[k] for k in TEXTS if k in data}
    for key, value in changes.items():
        if not isinstance(value, str):
            raise ControlError(f"{where}: {key} is {value!r}; expected text")
    if "properties" in data or "property" in data:
        changes["properties"] = _properties(data, where)
    if "default" in data:
        changes["default"] = _default(data["default"], where)
    if "extent" in data:
        changes["extent"] = _extent(data["extent"], where)
    if preset:
        changes["signature"] = _signature(data.get("recognise", {}), where)
    return replace(base, classes=(*_classes(data, where), *base.classes), **changes)


def _classes(data: Mapping[str, Any], where: str) -> list[Class]:
    by = {clean(k): v for k, v in _table(data, "by", where).items()}
    classes = [
        Class(status=str(status), words=(word,), holder=by.get(word))
        for status in (OUTSIDE, Status.FREE, Status.UNKNOWN, Status.CONTESTED, Status.HELD)
        for word in map(clean, _words(data, str(status), where))
    ]
    missing = sorted(set(by) - {w for c in classes for w in c.words})
    if missing:
        raise ControlError(f"{where}: [by] names {missing[0]!r}, which no class lists; add it to held or free")
    # the longest word first: "not occupied" must not be read as "occupied"
    return sorted(classes, key=lambda c: -len(c.words[0]))


def _properties(data: Mapping[str, Any], where: str) -> tuple[str, ...]:
    properties = data.get("properties", [data["property"]] if "property" in data else None)
    if not isinstance(properties, list) or not all(isinstance(p, str) for p in properties):
        raise ControlError(f"{where}: properties is {properties!r}; expected a list of names")
    return tuple(properties)


def _default(value: Any, where: str) -> str:
    if not isinstance(value, str) or value not in {*map(str, Status), OUTSIDE}:
        raise ControlError(f"{where}: default is {value!r}; expected held, contested, unknown, free or outside")
    return value


def _signature(value: Any, where: str) -> Signature:
    if not isinstance(value, dict) or not set(value) <= {"names", "collection", "table"}:
        raise ControlError(f"{where}: [recognise] is {value!r}; expected names, collection or table")
    names, collection = (tuple(_words(value, key, where)) for key in ("names", "collection"))
    return Signature(names=names, collection=tuple(map(clean, collection)), table=value.get("table") is True)


def _table(data: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    value = data.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise ControlError(f"{where}: [{key}] is {value!r}; expected lines of word = holder")
    return value


def _words(data: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and clean(v) for v in value):
        raise ControlError(f"{where}: {key} is {value!r}; expected a list of words")
    return value


def _extent(value: Any, where: str) -> tuple[float, float, float, float]:
    good = isinstance(value, list) and len(value) == 4 and all(type(v) in (int, float) for v in value)
    if not good or not (-180 <= value[0] < value[2] <= 180 and -90 <= value[1] < value[3] <= 90):
        raise ControlError(f"{where}: extent is {value!r}; expected [west, south, east, north] in degrees")
    return (float(value[0]), float(value[1]), float(value[2]), float(value[3]))


# ── maps that nobody wrote rules for ─────────────────────────────────────────────────────────────────────────

STATUS_KEYS = ("status", "control_status", "control", "zone_status", "статус")
"""Properties that say the status of a polygon, in whatever case, best first."""
HOLDER_KEYS = ("holder", "held_by", "controlled_by", "control_by", "occupied_by", "controller", "occupier", "side",
               "party", "faction", "belligerent", "actor", "сторона")  # fmt: skip
"""Properties that name who has a polygon."""
KIND_KEYS = ("layer", "class", "type", "category", "zone", "group", "kind", "label", "legend", "folder", "title",
             "name")  # fmt: skip
"""Properties that may say either: read where every value is understood, else nothing is taken for granted."""
SIDE_KEYS = ("layer", "class", "type", "category", "zone", "group", "kind", "folder", "legend", "styleurl", "fill",
             "color", "colour")  # fmt: skip
"""Of these and of looks, those by which a map tells its grounds apart: two values that nobody can read may be sides."""
NEUTRAL = re.compile(
    r"(object|feature|shape|geo|u|g|f|o)?_?(id|fid|uuid|index)\d*|.*_id|osm_.*|shape_?(area|leng(th)?|_.*)?|st_.*"
    r"|area.*|perimeter.*|length.*|acres.*|hectares.*|ha|km2|sq_?km|stroke.*|fill.*|opacity|colou?r.*|style.*|marker.*"
    r"|comments?|notes?|description|descr|source.*|url|created.*|updated.*|modified.*|edit(ed|or).*|tessellate|extrude"
    r"|visibility|altitudemode|begin|end|timestamp|date.*|time.*|year|day|version|z|zorder"
)
"""Properties that say nothing of who has the ground: numbers of features, sizes, looks, remarks and dates."""
SHAPES = Rules(name="shapes", default=Status.HELD, guessed=True)
"""Shapes that say nothing of a status or a holder: ground covered, by whom is not said."""


def _all_read(values: set[str | None]) -> bool:
    return all(v is not None and read_status(v) is not None for v in values)


def recognised(
    names: set[str], keys: set[str], values: Callable[[str], set[str | None]], collection: str
) -> Rules | str:
    """The rules that fit a map: a preset by what only it has, else what its properties say in plain words.

    Parameters
    ----------
    names
        Values of its property ``name``.
    values
        Gives the values of a property, None where a polygon has none.
    collection
        What the file calls the whole of it.

    Returns
    -------
    Rules; or why none fit, beginning with "sides" where its polygons seem to be several parties'.
    """
    for rules in presets().values():
        if rules.signature.fits(names, collection):
            return rules
    columns = {clean(k): k for k in sorted(keys, reverse=True)}
    status = next((columns[k] for k in STATUS_KEYS if k in columns), None)
    holder = next((columns[k] for k in HOLDER_KEYS if k in columns), None)
    plain = Rules(name="map", plain_words=True, guessed=True, holder_property=holder)
    if status is not None and holder is None and clean(status) == "control" and not _all_read(values(status)):
        # "control": "ISIS", "contested", "government": who has it, rather than how
        return replace(plain, holder_property=status, default=Status.HELD)
    if status is not None:
        return replace(plain, properties=(status,))
    if holder is not None:
        return replace(plain, default=Status.HELD)
    for key in KIND_KEYS:
        if key in columns and _all_read(values(columns[key])):
            return replace(plain, properties=(columns[key],))
    for key in SIDE_KEYS:
        found = (values(columns[key]) if key in columns else set()) - {None}
        if len(found) > 1:
            said = ", ".join(sorted(repr(v[:40]) for v in found if v is not None)[:6])
            return f"sides: its {columns[key]} tells {len(found)} kinds of ground apart ({said})"
    if all(NEUTRAL.fullmatch(k) for k in columns):
        return SHAPES
    return ", ".join(sorted(map(str, keys))[:8])
