"""Which language a text is written in, by its letters and by the small words that every text is full of.

A language is known by its ``telling.toml``, whether more of it is read or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geomap.lang import forgetful, kept, languages, table

UNKNOWN = "und"
"""BCP 47's code for a language that is not known."""
DEFAULT = "en"
"""What is read where nothing tells: the language that most of what is read is in."""
_SAMPLE = 20_000
"""Characters of a text that are looked at: small words are a third of any prose."""
_SIGN = 0.5
"""What a word with a letter counts that only this language has, against a small word that only it has."""
_MISSED = 0.25
"""What a letter counts that only this language has, is expected by its share of them, and is not there."""
_SCRIPT = 0.5
"""Share of letters from which a text is in a script."""
_SURE = 1.5
"""A paragraph in another language than its article's has so many words' worth of it, and twice what it has of the
article's: names and titles in another language are no paragraph of it."""
_READ = 0.2
"""What it counts for a language that geomap reads it: news that reaches it is more often in one of those than in a
neighbour of theirs, and a few words tell neighbours badly apart."""
_MARGIN = 2.0
_FEW = 12
"""Latin words fewer than these without any small word are a headline or a list, which says nothing of its language."""
_TOO_FEW = 5
"""One small word among fewer plain letters than these words is chance: "so far" is no German, "three ha" no Spanish."""
_PHRASE = 80
"""Characters in which so few words are counted."""
_WORD = re.compile(r"(?<![\w'’ʼ‐-])[^\W\d_]+(?![\w‐-])")
"""A word of its own: no part of a compound ("de-occupied"), no ending ("Haftar's")."""


_AMOUNT = re.compile(r"\d[\d.,'\s]*[^\W\d_]{1,3}(?![^\W\d_])")
"""A figure and its unit, which says nothing of a language: "1,000 ha" is no Spanish."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """All languages' marks. ``words``: small word -> (language, its share of it). ``letters``: the scripts of languages
    that are not in Latin ones."""

    words: Mapping[str, tuple[tuple[str, float], ...]]
    signs: tuple[tuple[str, re.Pattern[str], float], ...]
    letters: tuple[tuple[str, re.Pattern[str]], ...]
    latin: re.Pattern[str]
    read: frozenset[str]


@kept
def _marks() -> _Marks:
    entries = {code: table(code, "telling") for code in languages("telling")}
    by_word: dict[str, list[str]] = {}
    for code, marks in entries.items():
        for word in marks.get("words", ()):
            by_word.setdefault(word, []).append(code)
    return _Marks(
        words={word: tuple((code, 1 / len(codes)) for code in codes) for word, codes in by_word.items()},
        signs=tuple((code, own, entries[code].get("often", 0.0)) for code, own in _patterns(entries, "signs")),
        letters=_patterns(entries, "letters"),
        latin=re.compile("[a-z\u00c0-\u024f]"),
        read=frozenset(languages("claims")),
    )


def _patterns(entries: Mapping[str, Mapping[str, Any]], name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(f"[{m[name]}]")) for code, m in entries.items() if m.get(name))


@forgetful
@lru_cache(maxsize=64)
def language_code(text: str) -> str:
    """The BCP 47 code of the language that a text is written in; ``UNKNOWN`` where nothing tells.

    Examples
    --------
    >>> language_code("Der Ort liegt zwölf Kilometer westlich der alten Hauptstadt.")
    'de'
    >>> language_code("Lyman, 12 km")
    'und'
    """
    weights = _weights(text[:_SAMPLE])
    if not weights or max(weights.values()) <= 0:
        return UNKNOWN
    read = _marks().read
    code = max(weights, key=lambda code: (weights[code] + _READ * (code in read), code == DEFAULT, code))
    doubtful = code != DEFAULT and weights[code] < _MARGIN and len(_WORD.findall(text[:_PHRASE])) < _TOO_FEW
    return UNKNOWN if doubtful and text.isascii() else code


def _weights(sample: str) -> dict[str, float]:
    """How much speaks for each language, in small words that only it has; empty where nothing does.

    Words with a capital do not count: "Los Angeles" is no Spanish.
    """
    marks = _marks()
    found: dict[str, float] = {}
    scripts: set[str] = set() if sample.isascii() else _scripts(sample, marks)
    foreign = {code for code, _ in marks.letters}
    words = _WORD.findall(_AMOUNT.sub(" ", sample))
    if len(words) > 1 and words[1][0].islower():
        words[0] = words[0].lower()
    for word in words:
        for code, share in marks.words.get(word, ()):
            if (code in foreign) == (code in scripts):
                found[code] = found.get(code, 0.0) + share
    letters, low = sum(map(str.isalpha, sample)), sample.lower()
    for code, pattern, often in marks.signs:
        if (code in foreign) == (code in scripts):
            count = len(pattern.findall(low))
            if count or code in found:
                found[code] = found.get(code, 0.0) + (_SIGN * count if count else -_MISSED * often * letters)
    if found and scripts and (best := max(found.values())) <= 0:
        return {code: weight - best + _SIGN for code, weight in found.items()}  # the least unlikely of its script
    expected = {code: often for code, _, often in marks.signs}
    return found or {code: (code in marks.read) - expected.get(code, 0.0) + _SIGN for code in scripts}


def _scripts(sample: str, marks: _Marks) -> set[str]:
    """Languages whose own script most of the letters are in."""
    letters, low = sum(map(str.isalpha, sample)), sample.lower()
    if len(marks.latin.findall(low)) > letters * _SCRIPT:
        return set()
    return {code for code, own in marks.letters if len(own.findall(low)) > letters * _SCRIPT}


def language_read(text: str, code: str) -> str | None:
    """The language in which claims of a text in ``code`` are read; None where they cannot be.

    What nothing tells is read as ``DEFAULT`` where it is a few words in Latin letters.
    """
    if code in _marks().read:
        return code
    primary = code.partition("-")[0]
    if primary in _marks().read:
        return primary
    if code != UNKNOWN:
        return None
    sample = text[:_SAMPLE]
    latin = len(_marks().latin.findall(sample.lower())) > sum(map(str.isalpha, sample)) * _SCRIPT
    return DEFAULT if latin and len(set(_WORD.findall(sample))) < _FEW else None


def paragraphs_by_language(text: str, code: str) -> dict[str, list[tuple[int, int]]]:
    """Paragraphs of a text that are surely in another language than ``code``, its own: spans [start, end) by language.

    A line is a paragraph. What lies between two paragraphs of one language goes with the text's own.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    if "\n" not in text:
        return found
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        other = _other_language(line, code)
        if other:
            found.setdefault(other, []).append((start, end))
        start = end
    return found


def _other_language(line: str, code: str) -> str:
    weights = _weights(line)
    if not weights:
        return ""
    marks = _marks()
    best = max(weights, key=lambda c: (weights[c], c in marks.read, c))
    foreign = {c for c, _ in marks.letters}
    sure = weights[best] >= _SURE or (best in foreign) != (code in foreign)
    sure = sure and weights[best] >= _MARGIN * weights.get(code, 0.0)
    return best if sure and best != code else ""
