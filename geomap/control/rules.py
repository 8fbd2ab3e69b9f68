"""How to read a control map: which property names a polygon, and which words mean what. Presets and rule files."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geomap.errors import ControlError
from geomap.models import Status

OUTSIDE = "outside"
"""The class of a polygon that the map draws but the story's ground does not hold: ignored, and listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """Words that mean a status. A polygon belongs to the first class with a word in its cleaned name.

    ``status`` is held, contested, unknown, free or "outside"; ``holder`` who holds it, where it differs from the map's.
    """

    status: str
    words: tuple[str, ...]
    holder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to read the maps of one source.

    ``properties`` are tried in turn for a polygon's name; ``default`` is the status of polygons that have none of them
    (None: refuse). ``extent`` (west, south, east, north) in degrees: what lies outside is ignored and listed.
    """

    name: str
    holder: str
    properties: tuple[str, ...] = ()
    classes: tuple[Class, ...] = ()
    default: str | None = None
    date_property: str | None = None
    extent: tuple[float, float, float, float] | None = None
    licence: str = "unknown licence"
    attribution: str | None = None
    url: str | None = None

    def classify(self, name: str | None) -> Class | None:
        """Class of a name as it stands in the map; None where no class has a word in it."""
        if name is None or not (plain := clean(name)):
            return None if self.default is None else Class(status=self.default, words=())
        return next((c for c in self.classes if any(_begins_word(w, plain) for w in c.words)), None)


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


DEEPSTATE = Rules(
    name="deepstate",
    holder="Russia",
    properties=("name",),
    # "Taken back" before "occupied": a freed place may be named as once occupied
    classes=(
        Class(status=OUTSIDE, words=("transnistria", "придністров", "abkhazia", "абхазія", "ossetia", "осетія",
                                     "ichkeria", "ічкерія", "kuril", "курил")),
        Class(status=Status.FREE, words=("liberated", "recaptured", "taken back", "звільнен", "snake island",
                                         "зміїний"), holder="Ukraine"),
        Class(status=Status.UNKNOWN, words=("unknown", "невідом")),
        Class(status=Status.CONTESTED, words=("contested", "contensed", "під питанням", "grey zone", "сіра зона")),
        Class(status=Status.HELD, words=("occupied", "окупован", "cadr and calr", "ордло", "cadlr")),
    ),
    default=Status.HELD,
    # Ukraine with a margin for ground held across its border; the map draws jokes and other wars elsewhere
    extent=(22.0, 44.0, 41.0, 53.0),
    licence="unknown licence",
    attribution="DeepState",
    url="deepstatemap.live",
)  # fmt: skip

VIINA = Rules(
    name="viina",
    holder="Russia",
    properties=("status",),
    classes=(
        Class(status=Status.FREE, words=("ua",), holder="Ukraine"),
        Class(status=Status.HELD, words=("ru",)),
        Class(status=Status.CONTESTED, words=("contested",)),
    ),
    date_property="date",
    extent=(22.0, 44.0, 41.0, 53.0),
    licence="ODbL 1.0",
    attribution="VIINA (Zhukov and Ayers 2023)",
    url="github.com/zhukovyuri/VIINA",
)

PRESETS: dict[str, Rules] = {"deepstate": DEEPSTATE, "viina": VIINA}

PLAIN_WORDS: tuple[Class, ...] = (
    Class(status=Status.HELD, words=("held", "occupied", "controlled")),
    Class(status=Status.CONTESTED, words=("contested", "disputed")),
    Class(status=Status.UNKNOWN, words=("unknown", "unclear")),
    Class(status=Status.FREE, words=("free", "liberated", "recaptured")),
)
"""geomap's own words and their nearest kin: what a map without preset or rule file may say in a ``status`` property."""

KEYS = {"name", "holder", "property", "properties", "default", "date_property", "extent", "licence", "attribution",
        "url", "held", "contested", "unknown", "free", "outside", "by", "preset"}  # fmt: skip


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
        date_property = "as_of"
        extent = [22, 44, 41, 53]         # west, south, east, north
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
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ControlError(f"{path}: cannot read the rule file: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"{path}: {error}; expected TOML in UTF-8") from error
    return rules_from(data, where=str(path))


def rules_from(data: dict[str, Any], *, where: str = "rules") -> Rules:
    """Make rules of a rule file's content; ``where`` names it in errors."""
    unknown = sorted(set(data) - KEYS)
    if unknown:
        raise ControlError(f"{where}: unknown key {unknown[0]!r}; expected one of {', '.join(sorted(KEYS))}")
    base = preset_named(data["preset"], where) if "preset" in data else Rules(name="map", holder="unknown holder")
    by = {clean(k): v for k, v in _table(data, "by", where).items()}
    classes = [
        Class(status=status, words=(word,), holder=by.get(word))
        for status in (OUTSIDE, Status.FREE, Status.UNKNOWN, Status.CONTESTED, Status.HELD)
        for word in map(clean, _words(data, str(status), where))
    ]
    missing = sorted(set(by) - {w for c in classes for w in c.words})
    if missing:
        raise ControlError(f"{where}: [by] names {missing[0]!r}, which no class lists; add it to held or free")
    # the longest word first: "not occupied" must not be read as "occupied"
    classes.sort(key=lambda c: -len(c.words[0]))
    changes: dict[str, Any] = {k: data[k] for k in ("name", "holder", "date_property", "licence", "attribution", "url")
                               if k in data}  # fmt: skip
    for key, value in changes.items():
        if not isinstance(value, str):
            raise ControlError(f"{where}: {key} is {value!r}; expected text")
    properties = data.get("properties", [data["property"]] if "property" in data else None)
    if properties is not None:
        if not isinstance(properties, list) or not all(isinstance(p, str) for p in properties):
            raise ControlError(f"{where}: properties is {properties!r}; expected a list of names")
        changes["properties"] = tuple(properties)
    if "default" in data:
        if data["default"] not in {*map(str, Status), OUTSIDE}:
            raise ControlError(
                f"{where}: default is {data['default']!r}; expected held, contested, unknown, free or outside"
            )
        changes["default"] = data["default"]
    if "extent" in data:
        changes["extent"] = _extent(data["extent"], where)
    return replace(base, classes=(*classes, *base.classes), **changes)


def preset_named(name: Any, where: str = "preset") -> Rules:
    """Give the rules of a preset.

    Raises
    ------
    ControlError
        No preset has that name.
    """
    if not isinstance(name, str) or name not in PRESETS:
        raise ControlError(f"{where}: no preset {name!r}; expected one of {', '.join(PRESETS)}")
    return PRESETS[name]


def _table(data: dict[str, Any], key: str, where: str) -> dict[str, str]:
    value = data.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise ControlError(f"{where}: [{key}] is {value!r}; expected lines of word = holder")
    return value


def _words(data: dict[str, Any], key: str, where: str) -> list[str]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and clean(v) for v in value):
        raise ControlError(f"{where}: {key} is {value!r}; expected a list of words")
    return value


def _extent(value: Any, where: str) -> tuple[float, float, float, float]:
    good = isinstance(value, list) and len(value) == 4 and all(isinstance(v, int | float) for v in value)
    if not good or not (-180 <= value[0] < value[2] <= 180 and -90 <= value[1] < value[3] <= 90):
        raise ControlError(f"{where}: extent is {value!r}; expected [west, south, east, north] in degrees")
    return (float(value[0]), float(value[1]), float(value[2]), float(value[3]))


def guess(names: set[str], keys: set[str]) -> Rules | None:
    """The rules that fit a map's names and properties: a preset, geomap's own words, or None.

    DeepState writes "Ukrainian /// English" names; its daily archive writes no property at all.
    """
    if any("///" in n for n in names) or not keys:
        return DEEPSTATE
    if "status" in keys:
        return Rules(name="map", holder="unknown holder", properties=("status",), classes=PLAIN_WORDS)
    return None


DATE = re.compile(
    r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?:[T_ -]?(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d{1,9})?Z?)?(?!\d)"
    r"|(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?:[T_-]?(\d{2})(\d{2})(\d{2})?Z?)?(?!\d)"
    r"|(?<!\d)(\d{10})(\d{3})?(?!\d)"
)
"""A date and time in a name: 2022-09-10, 2022-09-10T0929Z, 2022-09-10T09:29, 20220910, 20220910T0929, unix time."""
