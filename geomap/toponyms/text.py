"""Text as tokens with normalised keys, sentences, and what stands between them. One pass, linear in the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, compress
from operator import not_

from geomap.lang.names import word_lists

Entry = tuple[str, str, str, int, bool, bool]
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
_TOKEN = re.compile(f"((?:[A-Z][a-z]?\\.){{2,}}|{_LETTER}+(?:['’‘`´]{_LETTER}+)*)")
# Chinese, Japanese, Thai, Lao, Khmer and Burmese put no spaces between words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_JOIN = re.compile(r"(?:[ \t\u00a0\u202f]{1,2}|\r?\n|[-‐‑–]|['’])\Z")
_STOP = re.compile(r"[.!?…]|[\n\r\u2028\u2029]")
NEVER, ALWAYS, LINE, DOT = range(4)
"""Where what stands between two words ends a sentence: the last two before a capital or digit alone, a dot not after an
abbreviation or initial."""


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
        return self.gaps[i] if i >= 0 else _short(self.text[: self.start[0]] if self.start else self.text)


def tokenise(text: str, normalise: Callable[[str], str]) -> Tokens:
    """Split a text; ``normalise`` is the gazetteer's, so that keys agree."""
    out = Tokens(text)
    pieces = _TOKEN.split(text)  # what stands between, and words, by turns
    raws = pieces[1::2]
    if max(map(len, raws), default=0) > MAX_WORD:
        pieces = _without_runs(pieces)
        raws = [raw[: MAX_WORD + 1] for raw in pieces[1::2]]
    if not raws:
        return out
    bounds = list(accumulate(map(len, pieces)))
    out.start, out.full_end = bounds[0:-1:2], bounds[1::2]
    read = _reader(normalise)
    words, keys, full, end = out.word, out.key, out.full, out.end = raws, raws[:], raws[:], out.full_end[:]
    capital, upper = out.capital, out.upper = [False] * len(raws), [False] * len(raws)
    # most words are their own keys, and need no look into tables that are too large for the processor's cache
    plain = [len(raw) > PLAIN and raw.islower() and raw.isascii() and raw.isalpha() for raw in raws]
    for i in compress(range(len(raws)), map(not_, plain)):
        words[i], keys[i], full[i], cut, capital[i], upper[i] = read(words[i])
        end[i] -= cut
    gaps = out.gaps = pieces[2::2]
    joins = out.joins = [gap == " " for gap in gaps]
    opens = [0] * len(raws)
    lists = word_lists()
    for i, joint in enumerate(joins[:-1]):
        if joint or gaps[i] == ", ":  # the commonest: the first joins, the second does not, neither stops
            continue
        gaps[i] = gap = _short(gaps[i])
        ends, joint = _sort_of(gap)
        stop = ends == ALWAYS
        if ends in (DOT, LINE):
            stop = capital[i + 1] or words[i + 1][:1].isdigit()
            if ends == DOT:
                initial = len(words[i]) == 1 and words[i].isupper()
                stop = stop and len(gap) > 1 and not (initial or keys[i] in lists.dotted_words)
                joint = joint and (initial or keys[i] in lists.short_name_words)
        opens[i + 1] = stop
        joins[i] = joint and not stop
    joins[-1] = False
    gaps[-1] = _short(gaps[-1])
    out.sentence = list(accumulate(opens))
    return out


def _without_runs(pieces: list[str]) -> list[str]:
    """Long runs of scripts without spaces become part of what stands between words."""
    kept = [pieces[0]]
    for raw, gap in zip(pieces[1::2], pieces[2::2], strict=True):
        if len(raw) > MAX_WORD and _UNSPACED.match(raw):
            kept[-1] += raw + gap
        else:
            kept += raw, gap
    return kept


def _short(gap: str) -> str:
    """What stands between two tokens, at most 8 code points a side."""
    return gap if len(gap) <= 16 else gap[:8] + gap[-8:]


@lru_cache(maxsize=2)
def _reader(normalise: Callable[[str], str]) -> Callable[[str], Entry]:
    """Word, key, key with the possessive ending, length of that ending, capital, all capitals; kept over articles."""

    @lru_cache(maxsize=50_000)
    def read(raw: str) -> Entry:
        if len(raw) > MAX_WORD:
            return raw, "", "", 0, False, False
        cut = 2 if len(raw) > 3 and raw[-1] in "sS" and raw[-2] in "'’‘`´" else 0
        first = raw[0]
        capital = first.isupper() or first.istitle() or (first.isalpha() and not first.islower())
        if not capital and len(raw) > 2 and raw[1] in "'’‘`´":
            capital = raw[2].isupper()  # "Val-d'Or", "l'Aquila"
        if not cut and len(raw) > PLAIN and raw.isascii() and raw.isalpha():
            key = raw.lower()  # what normalise would give, at a tenth of the time
            return raw, key, key, 0, capital, raw.isupper()
        bare = raw[: len(raw) - cut] if cut else raw
        full = normalise(raw)
        return bare, normalise(bare) if cut else full, full, cut, capital, bare.isupper() and len(bare) > 1

    return read


@lru_cache(maxsize=10_000)
def _sort_of(gap: str) -> tuple[int, bool]:
    """Where it ends a sentence, and whether it joins words of one name where it does not."""
    joins = bool(_JOIN.match(gap))
    if not _STOP.search(gap):
        return NEVER, joins
    if "\n" in gap or "\r" in gap or "\u2028" in gap:
        return ALWAYS if gap.count("\n") > 1 else LINE, joins
    if gap[0] == "." and not gap.strip(" \u00a0.") and gap.count(".") == 1:
        return DOT, gap in (". ", ".", ".\u00a0")
    return ALWAYS if len(gap) > 1 else NEVER, False


def unspaced_runs(text: str) -> list[tuple[int, int]]:
    """Spans of text in scripts without spaces."""
    return [m.span() for m in _UNSPACED.finditer(text)]
