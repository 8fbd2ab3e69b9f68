"""Frames: the words that say who takes, holds, loses or nears which ground, read from a language's ``frames.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geomap.claims.tokens import pieces
from geomap.errors import InputError
from geomap.lang import kept, languages, table

GAP = "~"
_GAP_LIMIT = 8
"""Tokens that may stand in a gap: "drove the last of the rebel fighters out of"."""
_LOOSE_LIMIT = 3
"""Tokens that may stand before a noun of a frame: "took full and lasting control"."""
SECTIONS = ("verbs", "nouns", "adjectives", "phrases")
SLOTS = ("object", "subject", "next", "apposed", "none")
ACTORS = ("subject", "moved", "object", "next", "before", "inside", "none")


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry: what a word says, and where its arguments stand. Fields as ``frames.toml`` describes them."""

    key: str
    section: str
    means: str
    kind: str
    place: tuple[str, ...]
    actor: tuple[str, ...]
    other: tuple[str, ...]
    guard: str
    negated: bool
    example: str

    @property
    def slot(self) -> str:
        """The kind of argument that the place is: a name of ``SLOTS``, or "prep"."""
        return self.place[0] if self.place[0] in SLOTS else "prep"


@dataclass(frozen=True, slots=True)
class Hit:
    """A frame at tokens [i, j); ``head`` is its verb or noun, ``gap`` what stood in its gap."""

    frame: Frame
    i: int
    j: int
    head: int
    gap: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Words of a frame: the forms of its first word, then what follows, then where its head stands."""

    frame: Frame
    rest: tuple[str, ...]
    head: int


def forms_of(verb: str, irregular: Mapping[str, str], inflection: Sequence[Sequence[str]]) -> list[str]:
    """A verb's forms: "seize" gives seize, seizes, seized, seizing.

    ``inflection`` are (pattern, forms) of regular verbs, the first that fits; the first form is an irregular's too.
    """
    for pattern, forms in inflection:
        match = re.fullmatch(pattern, verb)
        if match is not None:
            regular = match.expand(forms).split()
            return [verb, *(regular if verb not in irregular else [regular[0], *irregular[verb].split()])]
    return [verb, *irregular.get(verb, "").split()]


class Frames:
    """A language's frames, found by their first word."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self.irregular: Mapping[str, str] = data.get("irregular", {})
        self.inflection: Sequence[Sequence[str]] = data.get("inflection", ())
        self.learned: bool = data.get("learned", False)
        """Whether the package's weights for parts of speech and trees were learned from this language."""
        self.entries: list[Frame] = []
        self._words = {name: frozenset(words) for name, words in data.get("words", {}).items()}
        self.agent: str = data.get("agent", "")
        """The word that brings who acts in a passive."""
        self._by_first: dict[str, list[_Pattern]] = {}
        for section in SECTIONS:
            for key, entry in data.get(section, {}).items():
                frame = _frame(key, section, entry, f"{where}: {section}.{key!r}")
                self.entries.append(frame)
                self._learn(frame)
        for patterns in self._by_first.values():
            patterns.sort(key=_precedence)
        self.starts = frozenset(self._by_first)

    def words(self, name: str) -> frozenset[str]:
        """The word set of that name in ``[words]``; empty where the language has none."""
        return self._words.get(name, frozenset())

    def _learn(self, frame: Frame) -> None:
        words = frame.key.partition("/")[0].split()
        first = pieces(words[0])
        rest = tuple(piece for word in words[1:] for piece in ([GAP] if word == GAP else pieces(word)))
        if frame.section == "verbs":
            starts = [pieces(form) for form in forms_of(words[0], self.irregular, self.inflection)]
        else:
            starts = [first]
        for start in dict.fromkeys(map(tuple, starts)):
            self._by_first.setdefault(start[0], []).append(_Pattern(frame, (*start[1:], *rest), len(start) - 1))

    def find(self, low: list[str], first: int, stop: int) -> list[list[Hit]]:
        """At each place of tokens [first, stop) where frames begin: those that match, the longest first."""
        out: list[list[Hit]] = []
        for k in range(first, stop):
            if low[k] in self._by_first:
                here = [hit for pattern in self._by_first[low[k]] if (hit := self._match(pattern, low, k, stop))]
                if here:
                    out.append(here)
        return out

    def _match(self, pattern: _Pattern, low: list[str], k: int, stop: int) -> Hit | None:
        """The frame where its words follow token k; nouns and particles may stand a few words off."""
        frame, j = pattern.frame, k + 1
        close, bars = self.words("close"), self.words("bars")
        gap: tuple[int, int] | None = None
        opened = -1
        strict = frame.section in ("adjectives", "phrases")
        for word in pattern.rest:
            if word == GAP:
                opened = j
                continue
            limit = _GAP_LIMIT if opened >= 0 else 0 if strict or word in close else _LOOSE_LIMIT
            x = j
            while x < stop and low[x] != word:
                if x - j >= limit or low[x] in bars:
                    return None
                x += 1
            if x >= stop:
                return None
            if opened >= 0:
                if x == opened:
                    return None
                gap, opened = (opened, x), -1
            j = x + 1
        head = j - 1 if frame.section in ("adjectives", "phrases") else k + pattern.head
        return Hit(frame, k, j, head, gap)


def _precedence(pattern: _Pattern) -> tuple[int, bool, int]:
    """Longer before shorter, without a gap before with one, "occupied Donetsk" before "occupied" the verb."""
    words = sum(w != GAP for w in pattern.rest)
    return -words, GAP in pattern.rest, ("adjectives", "phrases", "verbs", "nouns").index(pattern.frame.section)


def _frame(key: str, section: str, entry: Mapping[str, Any], where: str) -> Frame:
    missing = {"means", "place", "example"} - set(entry)
    if missing:
        raise InputError(f"{where}: found no {min(missing)!r}; expected means, place and example")
    return Frame(
        key=key,
        section=section,
        means=entry["means"],
        kind=entry.get("kind", "control"),
        place=tuple(entry["place"].split()),
        actor=tuple(entry.get("actor", "subject").split()),
        other=tuple(entry.get("from", "").split()),
        guard=entry.get("guard", "force"),
        negated=entry.get("negated", False),
        example=entry["example"],
    )


@kept
def frames_of(language: str) -> Frames | None:
    """The frames of a language; None where it has no ``frames.toml``."""
    return Frames(table(language, "frames"), f"{language}/frames.toml") if language in languages("frames") else None


def examples(frames: Frames) -> Iterator[tuple[Frame, str]]:
    """Every entry with its example, markup and all."""
    yield from ((frame, frame.example) for frame in frames.entries)
