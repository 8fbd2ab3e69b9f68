"""Names of those who publish and speak: whether two are one source."""

from __future__ import annotations

import re

_FILLERS = frozenset(["the", "of", "for", "a", "an", "and", "in", "on", "at", "news"])
_SHORT = 5
"""A single word of fewer letters, "Wire", stands in too many names to mean one source."""


def same_source(one: str, other: str) -> bool:
    """Whether two names of a source are one: the same words, one within the other, or the other's initials.

    Examples
    --------
    >>> same_source("the Institute for the Study of War", "Institute for the Study of War (ISW)")
    True
    >>> same_source("Wire", "Northern Wire")
    False
    """
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return False
    if first == second or _within(first, second) or _within(second, first):
        return True
    return any(len(x) == 1 and len(x[0]) > 2 and _initials(y) == x[0] for x, y in ((first, second), (second, first)))


def words_of(name: str) -> list[str]:
    """A source's words that tell it from others, in small letters."""
    return [w for w in re.findall(r"\w+", name.casefold()) if w not in _FILLERS]


def _within(short: list[str], long: list[str]) -> bool:
    size = len(short)
    if size == 1 and len(short[0]) < _SHORT:
        return False
    return any(long[i : i + size] == short for i in range(len(long) - size + 1))


def _initials(words: list[str]) -> str:
    return "".join(w[0] for w in words)
