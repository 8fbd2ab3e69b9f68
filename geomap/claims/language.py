"""Languages are data: a TOML file of words becomes look-up tables. A second language needs no code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from geomap.claims.tokens import TOKEN
from geomap.lang import kept, table
from geomap.lang.telling import DEFAULT, language_code, language_read
from geomap.models.claims import VagueWord
from geomap.settings import Settings

V = TypeVar("V")

_SKIP = frozenset({"-", "‑", "‐", "."})

THOUSANDS, DECIMAL, UNREAD = "thousands", "decimal", "unread"
"""What a sign before three last digits means: 3.500 is 3500, 3½, or is not read."""
_POINTED = re.compile(r"(?<![\d.,:])\d{1,4}\.\d{1,2}(?![\d.,:])\s?-?([^\W\d_]+|%)|\d,\d{3},\d{3}(?!\d)")
"""Signs that a text writes decimal points or commas for thousands, with the word that follows a figure."""
_COMMAED = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,4}(?![\d.,])|(?<![\d.,])\d{1,6},\d{1,2}(?![\d.,])")
"""Signs of decimal commas or dots for thousands. Each run of digits is bounded on its left: linear."""


class Phrases(Generic[V]):
    """Longest match of word sequences, forwards or backwards; hyphens and abbreviation dots between words ignored."""

    def __init__(self, items: Iterable[tuple[str, V]]) -> None:
        self._first: dict[str, list[tuple[tuple[str, ...], V]]] = {}
        self._last: dict[str, list[tuple[tuple[str, ...], V]]] = {}
        for phrase, value in items:
            words = tuple(w for w in TOKEN.findall(phrase.lower().replace("’", "'")) if w not in _SKIP)
            if not words:
                continue
            self._first.setdefault(words[0], []).append((words, value))
            self._last.setdefault(words[-1], []).append((words, value))
        for phrases in (self._first, self._last):
            for entries in phrases.values():
                entries.sort(key=lambda entry: -len(entry[0]))

        self.starts = frozenset(self._first)
        """First words of phrases: every word of a text is asked, few are one."""
        self.ends = frozenset(self._last)
        """Last words: a sentence without any has no phrase."""

    def __contains__(self, word: str) -> bool:
        return word in self.starts

    def match(self, low: list[str], i: int, stop: int) -> tuple[V, int] | None:
        """Value of the longest phrase that starts at token i, and the token after it."""
        if i >= stop:
            return None
        for words, value in self._first.get(low[i], ()):
            j = i + 1
            for wanted in words[1:]:
                if j < stop and low[j] in _SKIP and low[j] != wanted:
                    j += 1
                if j >= stop or low[j] != wanted:
                    break
                j += 1
            else:
                return value, j
        return None

    def match_back(self, low: list[str], j: int, first: int) -> tuple[V, int] | None:
        """Value of the longest phrase that ends just before token j, and the token where it starts."""
        if j - 1 < first:
            return None
        for words, value in self._last.get(low[j - 1], ()):
            i = j - 2
            for wanted in reversed(words[:-1]):
                if i >= first and low[i] in _SKIP and low[i] != wanted:
                    i -= 1
                if i < first or low[i] != wanted:
                    break
                i -= 1
            else:
                return value, i + 1
        return None


def _flat(table: Mapping[str, list[str]]) -> Iterable[tuple[str, str]]:
    for value, phrases in table.items():
        for phrase in phrases:
            yield phrase, value


def _vague(value: list[float] | dict[str, Any]) -> tuple[float, float, VagueWord | None]:
    """A vague number as data: its ends, and where they are a setting's, which and how many times."""
    if isinstance(value, list):
        return value[0], value[1], None
    name, times = value["of"], float(value.get("times", 1))
    low, high = getattr(Settings(), name)
    word = (name, times)
    return (low, high, word) if times == 1 else (low * times, high * times, word)


class Language:
    """The words of one language, read from ``lang/CODE/claims.toml``."""

    def __init__(self, code: str, data: Mapping[str, Any]) -> None:
        self.code = code
        self._sets: dict[str, frozenset[str]] = {k: frozenset(v) for k, v in data.get("words", {}).items()}
        self._endings: dict[str, tuple[str, ...]] = {k: tuple(v) for k, v in data.get("endings", {}).items()}
        self.numbers: dict[str, float] = data["numbers"]["words"]
        self.scales: dict[str, float] = data["numbers"]["scales"]
        self.short_scales: dict[str, float] = data["numbers"].get("short_scales", {})
        self.fractions: dict[str, float] = data["numbers"].get("fractions", {})
        self.times: dict[str, float] = data["numbers"].get("times", {})
        self.vague = Phrases([(p, _vague(v)) for p, v in data["numbers"].get("vague", {}).items()])
        self.decimal_comma: bool = data["numbers"].get("decimal_comma", False)
        self.dot_thousands: bool = data["numbers"].get("dot_thousands", False)
        self.signs: Mapping[str, str] | None = None
        """What "." and "," before three last digits mean in this text; None: by the rules of English."""
        self.units = Phrases(_flat(data["units"]))
        self.before = Phrases(_flat(data["qualifiers"]["before"]))
        self.after = Phrases(_flat(data["qualifiers"].get("after", {})))
        self.periods = Phrases([(p, float(v)) for p, v in data.get("periods", {}).items()])
        self.winds = Phrases(_flat(data["winds"]))
        self.tables: dict[str, Phrases[str]] = {
            name: Phrases(_flat(table)) for name, table in data.get("tables", {}).items()
        }
        self.maps: dict[str, dict[str, Any]] = data.get("maps", {})
        self.amount_starts = frozenset().union(self.numbers, self.vague.starts, self.fractions, _AMOUNT_SIGNS)
        """Words that an amount may begin with, figures apart."""
        self.spatial_starts = frozenset().union(
            self.winds.starts,
            self.table("near").starts,
            self.table("beside").starts,
            self.words("inside_words"),
            self.words("side_leads"),
            ",",
        )
        """Words at which a direction, a nearness, an adjacency or a containment may begin."""

    def words(self, name: str) -> frozenset[str]:
        """The word set of that name; empty where the language has none."""
        return self._sets.get(name, frozenset())

    def endings(self, name: str) -> tuple[str, ...]:
        """The list of endings of that name, as ``str.endswith`` takes it; empty where the language has none."""
        return self._endings.get(name, ())

    def table(self, name: str) -> Phrases[str]:
        return self.tables.get(name) or _EMPTY


_EMPTY: Phrases[str] = Phrases([])
_AMOUNT_SIGNS = ("½", "¼", "¾", "⅓", "⅔", "⅛", "a", "an")


@kept
def load_language(code: str) -> Language:
    """The look-up tables made of ``lang/CODE/claims.toml``."""
    return Language(code, table(code, "claims"))


def language_of(text: str) -> Language:
    """The language that a text is read in, or would be: what it is written in where that is one that claims are read
    in, else the default."""
    return load_language(language_read(text, language_code(text)) or DEFAULT)


def language_for(text: str, code: str) -> Language:
    """The tables of language ``code`` with the meaning that figures' signs have in this text.

    By its language, then by the figures beside: where neither tells, 3.500 is not read rather than misread by a
    thousand.
    """
    if code == DEFAULT:
        return _signed(code, None)
    lang = load_language(code)
    if not lang.decimal_comma:
        return _signed(code, None)
    commas = _COMMAED.search(text) is not None
    points = any(
        m[1] is None or m[1].lower() in lang.units or m[1].lower() in lang.scales or m[1] == "%"
        for m in _POINTED.finditer(text)
    )
    dot, comma = UNREAD, UNREAD
    if points and not commas:
        comma = THOUSANDS
    elif not points and (commas or lang.dot_thousands):
        dot = THOUSANDS
    return _signed(code, (dot, comma))


def uncertain(code: str) -> Language:
    """The tables of a language for a text that nothing tells the language of: 3.500 is not read."""
    return _signed(code, (UNREAD, THOUSANDS))


@kept
def _signed(code: str, signs: tuple[str, str] | None) -> Language:
    if signs is None:
        return load_language(code)
    made = Language(code, table(code, "claims"))
    made.signs = {".": signs[0], ",": signs[1]}
    return made
