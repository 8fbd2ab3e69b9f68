"""Text as tokens with normalised keys, sentences, and what stands between them. One pass, linear in the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from geomap.toponyms.words import ABBREVIATED_WORDS, NO_STOP

MAX_WORD = 60
"""A longer token is no word of a place name (the longest one-word name, in Wales, has 58): it joins nothing."""

PLAIN = 3
"""Longer words of plain letters are their own keys in lower case; shorter ones may be written short ("St", "Ste")."""

# Initialisms keep their dots ("U.S.", "W.Va."); else a word is a run of letters, marks and digits with apostrophes
# inside. The negative class is all of ASCII but letters and digits, Latin-1 signs, general punctuation, CJK
# punctuation, and surrogates: marks of Indic, Thai and Arabic script stay inside words.
_LETTER = (
    "[^\\s\\x00-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\xbf\\xd7\\xf7\u02c2-\u02df\u2000-\u206f\u20a0-\u20cf"
    "\u2190-\u2bff\u3000-\u303f\ud800-\udfff\uff00-\uff0f]"
)
_TOKEN = re.compile(f"(?:[A-Z][a-z]?\\.){{2,}}|{_LETTER}+(?:['’‘`´]{_LETTER}+)*")
# Chinese, Japanese, Thai, Lao, Khmer and Burmese put no spaces between words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_JOIN = re.compile(r"(?:[ \t\u00a0\u202f]{1,2}|\r?\n|[-‐‑–]|['’])\Z")
_STOP = re.compile(r"[.!?…]|[\n\r\u2028\u2029]")


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry a token.

    ``end`` leaves a possessive ending out, ``full_end`` has it; ``key`` is the normalised word without it, ``full``
    with it. ``joins[i]``: token i and i + 1 may belong to one name; ``gaps[i]`` stands between. ``sentence`` counts
    up.
    """

    text: str
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    full_end: list[int] = field(default_factory=list)
    word: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    full: list[str] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    joins: list[bool] = field(default_factory=list)
    capital: list[bool] = field(default_factory=list)
    upper: list[bool] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.word)

    def gap(self, i: int) -> str:
        """What stands between tokens i and i + 1 (their possessive ending left out); at most 8 code points a side."""
        return self.gaps[i] if i >= 0 else _short(self.text, 0, self.start[0] if self.start else len(self.text))


def tokenise(text: str, normalise: Callable[[str], str]) -> Tokens:
    """Split a text; ``normalise`` is the gazetteer's, so that keys agree."""
    out = Tokens(text)
    found = list(_TOKEN.finditer(text))
    raws = [m.group() for m in found]
    if max(map(len, raws), default=0) > MAX_WORD:
        found = [m for m, raw in zip(found, raws, strict=True) if len(raw) <= MAX_WORD or not _UNSPACED.match(raw)]
        raws = [m.group() for m in found]
    entries = [_word(raw, normalise) if len(raw) <= MAX_WORD else (raw, "", "", 0, False, False) for raw in raws]
    start = out.start = [m.start() for m in found]
    full_end = out.full_end = [m.end() for m in found]
    out.word = [e[0] for e in entries]
    out.key = [e[1] for e in entries]
    out.full = [e[2] for e in entries]
    out.end = [b - e[3] for b, e in zip(full_end, entries, strict=True)]
    out.capital = [e[4] for e in entries]
    out.upper = [e[5] for e in entries]
    keys, words = out.key, out.word
    count = len(start)
    joins = out.joins = [b == a + 1 and text[a] == " " for a, b in zip(full_end, start[1:], strict=False)]
    gaps = out.gaps = [" "] * count
    opens = [0] * count
    for i, plain in enumerate(joins):
        if not plain:
            gaps[i] = gap = _short(text, full_end[i], start[i + 1])
            if gap == ", ":
                continue  # the commonest: neither joins nor stops
            stop = _stops(gap, keys[i], words[i], words[i + 1], out.capital[i + 1])
            opens[i + 1] = stop
            joins[i] = not stop and _joins(gap, keys[i], words[i])
    if count:
        joins.append(False)
        gaps[-1] = _short(text, full_end[-1], len(text))
    out.sentence = list(accumulate(opens))
    return out


def _short(text: str, start: int, end: int) -> str:
    """What stands between two tokens, at most 8 code points a side."""
    return text[start:end] if end - start <= 16 else text[start : start + 8] + text[end - 8 : end]


@lru_cache(maxsize=50_000)
def _word(raw: str, normalise: Callable[[str], str]) -> tuple[str, str, str, int, bool, bool]:
    """Word, key, key with the possessive ending, length of that ending, capital, all capitals; kept over articles."""
    cut = 2 if len(raw) > 3 and raw[-1] in "sS" and raw[-2] in "'’‘`´" else 0
    first = raw[0]
    capital = first.isupper() or first.istitle() or (first.isalpha() and not first.islower())
    if not capital and len(raw) > 2 and raw[1] in "'’‘`´":
        capital = raw[2].isupper()  # "Val-d'Or", "l'Aquila"
    if not cut and len(raw) > PLAIN and raw.isascii() and raw.isalpha():
        key = raw.lower()  # what normalise would give, at a tenth of the time; most words are such
        return raw, key, key, 0, capital, raw.isupper()
    bare = raw[: len(raw) - cut] if cut else raw
    full = normalise(raw)
    return bare, normalise(bare) if cut else full, full, cut, capital, bare.isupper() and len(bare) > 1


def _stops(gap: str, key: str, word: str, after: str, capital: bool) -> bool:
    if not _STOP.search(gap):
        return False
    if "\n" in gap or "\r" in gap or "\u2028" in gap:
        return gap.count("\n") > 1 or capital or after[:1].isdigit()
    if gap[0] == "." and gap.count(".") == 1 and not gap.rstrip(" \u00a0").rstrip(".").strip():
        if key in NO_STOP or (len(word) == 1 and word.isupper()):
            return False
        return (capital or after[:1].isdigit()) and len(gap) > 1
    return len(gap) > 1


def _joins(gap: str, key: str, word: str) -> bool:
    if _JOIN.match(gap):
        return True
    return gap in (". ", ".", ".\u00a0") and (key in ABBREVIATED_WORDS or (len(word) == 1 and word.isupper()))


def unspaced_runs(text: str) -> list[tuple[int, int]]:
    """Spans of text in scripts without spaces."""
    return [m.span() for m in _UNSPACED.finditer(text)]
