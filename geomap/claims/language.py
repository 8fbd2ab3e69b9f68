"""Languages are data: a TOML file of words becomes look-up tables. A second language needs no code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from geomap.claims.tokens import TOKEN
from geomap.lang import kept, languages, table
from geomap.models.claims import VagueWord
from geomap.settings import Settings

V = TypeVar("V")

_SKIP = frozenset({"-", "‑", "‐", "."})
_LETTER_SAMPLE = 20_000
"""Characters looked at to tell the language by its script."""


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
            self.winds.starts, self.table("near").starts, self.table("beside").starts, self.words("inside_words"), ","
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


@kept
def _alphabets() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Languages that are told by their letters, with a pattern of them."""
    letters = [(code, table(code, "claims").get("letters", "")) for code in languages("claims")]
    return tuple((code, re.compile(f"[{own}]", re.IGNORECASE)) for code, own in letters if own)


@kept
def _telling() -> dict[str, frozenset[str]]:
    """The other languages, with words that are in every text of theirs: those of the most words first."""
    words = {code: table(code, "claims").get("telling", ()) for code in languages("claims")}
    without = [code for code in words if not table(code, "claims").get("letters")]
    return {code: frozenset(words[code]) for code in sorted(without, key=lambda code: (-len(words[code]), code))}


def language_of(text: str) -> Language:
    """The language whose letters most of the text is written in, else the one of whose commonest words it has most."""
    sample = text[:_LETTER_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    for code, own in _alphabets():
        if len(own.findall(sample)) * 2 > letters > 0:
            return load_language(code)
    telling = _telling()
    if len(telling) > 1:
        words = re.findall(r"[^\W\d_]+", sample.lower())
        return load_language(max(telling, key=lambda code: sum(word in telling[code] for word in words)))
    return load_language(next(iter(telling)))
