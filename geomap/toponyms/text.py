"""Text as tokens with normalised keys, sentences, and what stands between them. One pass, linear in the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

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
    with it. ``joins[i]``: token i and i + 1 may belong to one name. ``sentence`` counts up.
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

    def __len__(self) -> int:
        return len(self.word)

    def gap(self, i: int) -> str:
        """What stands between tokens i and i + 1 (their possessive ending left out); at most 8 code points a side."""
        lo = 0 if i < 0 else self.full_end[i]
        hi = self.start[i + 1] if i + 1 < len(self.word) else len(self.text)
        return self.text[lo:hi] if hi - lo <= 16 else self.text[lo : lo + 8] + self.text[hi - 8 : hi]


def tokenise(text: str, normalise: Callable[[str], str]) -> Tokens:
    """Split a text; ``normalise`` is the gazetteer's, so that keys agree."""
    out = Tokens(text)
    start, end, full_end = out.start, out.end, out.full_end
    words, keys, fulls = out.word, out.key, out.full
    known: dict[str, tuple[str, str, int, bool, bool]] = {}
    for found in _TOKEN.finditer(text):
        raw = found.group()
        entry = known.get(raw)
        if entry is None:
            entry = _word(raw, normalise)
            if len(known) < 100_000:
                known[raw] = entry
        key, full, cut, capital, upper = entry
        a, b = found.span()
        if len(raw) <= MAX_WORD or not _UNSPACED.match(raw):
            start.append(a)
            end.append(b - cut)
            full_end.append(b)
            words.append(raw[: len(raw) - cut] if cut else raw)
            keys.append(key)
            fulls.append(full)
            out.capital.append(capital)
            out.upper.append(upper)
    sentence = 0
    previous = 0
    sentences, joins = out.sentence, out.joins
    for i, a in enumerate(start):
        if i:
            gap = text[previous:a] if a - previous <= 16 else text[previous : previous + 8] + text[a - 8 : a]
            plain = gap == " "
            stop = not plain and _stops(gap, keys[i - 1], words[i - 1], words[i], out.capital[i])
            sentence += stop
            joins.append(plain or (not stop and _joins(gap, keys[i - 1], words[i - 1])))
        sentences.append(sentence)
        previous = full_end[i]
    joins.append(False)
    return out


def _word(raw: str, normalise: Callable[[str], str]) -> tuple[str, str, int, bool, bool]:
    if len(raw) > MAX_WORD:
        return "", "", 0, False, False
    cut = 2 if len(raw) > 3 and raw[-1] in "sS" and raw[-2] in "'’‘`´" else 0
    first = raw[0]
    capital = first.isupper() or first.istitle() or (first.isalpha() and not first.islower())
    if not cut and len(raw) > PLAIN and raw.isascii() and raw.isalpha():
        key = raw.lower()  # what normalise would give, at a tenth of the time; most words are such
        return key, key, 0, capital, raw.isupper()
    bare = raw[: len(raw) - cut] if cut else raw
    full = normalise(raw)
    return normalise(bare) if cut else full, full, cut, capital, bare.isupper() and len(bare) > 1


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
