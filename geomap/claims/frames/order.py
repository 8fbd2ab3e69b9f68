"""Which candidate a frame means in a language that nothing was learned from: the nearest one where the frame says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from geomap.claims.frames.clause import Candidate, Clause
from geomap.claims.frames.lexicon import Hit

_REACH = 10
"""Tokens between a frame and its place: adjectives and nouns of places stand there, seldom more."""
_BEFORE = 4
"""The same for an object before its verb, which free word order allows and long sentences seldom have."""
_LEAD = 3
"""Tokens before a place among which its preposition stands: "у селі Роботине", "поблизу міста"."""


def choose_by_order(clause: Clause, hit: Hit, candidates: Sequence[Candidate]) -> tuple[int | None, float]:
    """The candidate that a frame means, and a chance that falls with its distance; None where none stands there."""
    best: tuple[int, int] | None = None
    for number, candidate in enumerate(candidates):
        distance = _distance(clause, hit, candidate)
        if distance is not None and (best is None or distance < best[0]):
            best = distance, number
    return (None, 0.0) if best is None else (best[1], 1.0 / (1.0 + best[0] / 100))


def _distance(clause: Clause, hit: Hit, candidate: Candidate) -> int | None:
    """Tokens between a frame and a candidate that stands where the frame's place does; None for one that does not."""
    slot = hit.frame.slot
    after, before = candidate.start - hit.j, hit.i - candidate.stop
    if slot == "subject":
        return before if 0 <= before <= _REACH and _free(clause, candidate.stop, hit.i) else None
    if 0 <= after <= _REACH and _free(clause, hit.j, candidate.start):
        if slot == "object":
            return after if not _led(clause, candidate.start) else None
        if slot == "prep":
            return after if _led_by(clause, candidate.start, hit.frame.place) else None
        return after
    backwards = slot == "object" and 0 <= before <= _BEFORE and _free(clause, candidate.stop, hit.i)
    return before + _REACH if backwards and not _led(clause, candidate.start) else None


def _free(clause: Clause, first: int, stop: int) -> bool:
    """Whether nothing between two tokens ends the reach of a frame."""
    bars = clause.frames.words("bars")
    return not any(clause.p.tk.low[k] in bars for k in range(first, stop))


def _led(clause: Clause, k: int) -> bool:
    return any(clause.tag(t) == "IN" for t in range(max(clause.first, k - 1), k))


def _led_by(clause: Clause, k: int, prepositions: Iterable[str]) -> bool:
    return any(clause.p.tk.low[t] in prepositions for t in range(max(clause.first, k - _LEAD), k))
