"""How a place name is used: the place itself, the government that sits there, or its people."""

from __future__ import annotations

from geomap.models import MentionKind
from geomap.toponyms.lookup import DEMONYM, Option
from geomap.toponyms.text import Tokens
from geomap.toponyms.words import (
    AGENT_WORDS,
    BACKED_WORDS,
    COMPOUND_NOUNS,
    DIRECTIONS,
    GOVERNED_NOUNS,
    GOVERNMENT_NOUNS,
    GOVERNOR_WORDS,
    GROUND_NOUNS,
    LOCATIVE,
    METONYMS,
    POLITICAL_VERBS,
    SENT_NOUNS,
    SPEECH_VERBS,
    demonyms,
)

_HYPHENS = frozenset("-‐‑–")
_STATE = ("A.PCL", "P.PPLC")


def kind_of(tokens: Tokens, first: int, last: int, key: str, options: list[Option]) -> MentionKind:
    """Literal unless the words around make the place its government, or the word names a people.

    Only states and their seats speak and act: "Kyiv said", "Moscow's forces", "Russia-backed". A preposition of place
    before the name keeps it literal, as does ground after it ("Ukraine's east").
    """
    how = options[0][1] if options else None
    if how == DEMONYM or (key in demonyms() and (how is None or not options)):
        return MentionKind.DEMONYM
    keys, joins = tokens.key, tokens.joins
    n = len(tokens)
    before = keys[first - 1] if first and joins[first - 1] else ""
    before2 = keys[first - 2] if first > 1 and before and joins[first - 2] else ""
    gap = tokens.gap(last)
    joined = last + 1 < n and joins[last]
    after = keys[last + 1] if joined else ""
    after2 = keys[last + 2] if joined and last + 2 < n and joins[last + 1] else ""
    possessive = tokens.full_end[last] > tokens.end[last]
    if key in METONYMS:
        inside = before in ("in", "at", "inside", "near", "outside") or (
            before == "the" and before2 in ("in", "at", "inside", "near", "outside")
        )
        return MentionKind.LITERAL if inside and not possessive else MentionKind.ASSOCIATIVE
    if gap[:1] in _HYPHENS and last + 1 < n:
        if keys[last + 1] in BACKED_WORDS:
            return MentionKind.ASSOCIATIVE
        if len(gap) == 1:
            return MentionKind.LITERAL
    if after in GOVERNOR_WORDS or _governed(tokens, first, GOVERNOR_WORDS):
        return MentionKind.ASSOCIATIVE
    state = any(c.feature.startswith(_STATE) for c, _ in options[:3]) or "republic" in key
    if not state:
        return MentionKind.LITERAL
    at = first - 2 if before == "the" else first - 1
    sent = at > 0 and keys[at] == "from" and joins[at] and joins[at - 1] and keys[at - 1] in SENT_NOUNS
    if sent or _governed(tokens, first, GOVERNED_NOUNS):
        return MentionKind.ASSOCIATIVE
    if possessive and joined:
        for t in range(last + 1, min(last + 4, n)):
            if keys[t] in GROUND_NOUNS:
                return MentionKind.LITERAL
            if keys[t] in GOVERNMENT_NOUNS or not joins[t]:
                break
        if tokens.capital[last + 1] and after not in GOVERNMENT_NOUNS:
            return MentionKind.LITERAL
        if after in GOVERNMENT_NOUNS or after2 in GOVERNMENT_NOUNS or not _place_before(tokens, first):
            return MentionKind.ASSOCIATIVE
    if _place_before(tokens, first) and not possessive:
        return MentionKind.LITERAL
    if possessive:
        return MentionKind.ASSOCIATIVE
    if after in COMPOUND_NOUNS or (after in ("defence", "defense", "foreign", "state") and after2):
        return MentionKind.ASSOCIATIVE
    if after in SPEECH_VERBS or before in AGENT_WORDS or (before == "to" and before2 in ("blow", "threat", "appeal")):
        return MentionKind.ASSOCIATIVE
    if after in ("and", "or") and after2 and tokens.capital[last + 2]:
        return MentionKind.ASSOCIATIVE if _acts(tokens, last + 3) else MentionKind.LITERAL
    if _acts(tokens, last + 1) or before in POLITICAL_VERBS:
        return MentionKind.ASSOCIATIVE
    return MentionKind.LITERAL


def _governed(tokens: Tokens, first: int, nouns: frozenset[str]) -> bool:
    """ "Governor of X", "armed forces of the X": one of ``nouns`` and "of" stand before the name."""
    t = first - 1
    if t > 0 and tokens.key[t] == "the":
        t -= 1
    return (
        t > 0
        and tokens.key[t] == "of"
        and tokens.key[t - 1] in nouns
        and tokens.sentence[t - 1] == tokens.sentence[first]
    )


def _place_before(tokens: Tokens, first: int) -> bool:
    """A preposition of place governs the name, with at most "the" and one adjective between."""
    keys, joins = tokens.key, tokens.joins
    for back in range(1, 4):
        t = first - back
        if t < 0 or not joins[t]:
            return False
        if keys[t] in LOCATIVE and not (back > 1 and (keys[t] in ("from", "against") or keys[t] in DIRECTIONS)):
            return True
        if keys[t] in ("of", "leave", "left", "capture", "invaded", "invade", "occupy", "occupied", "attack"):
            return (
                back == 1
                and keys[t] in ("of", "left", "leave")
                and not (
                    t and keys[t - 1] in ("backers", "allies", "ally", "part", "control") and keys[t - 1] != "control"
                )
            )
        if tokens.capital[t] or keys[t] in SPEECH_VERBS:
            return False
    return False


def _acts(tokens: Tokens, i: int) -> bool:
    """A verb that governments are the subject of follows, perhaps after an adverb."""
    return any(
        t < len(tokens) and (t == i or tokens.joins[t - 1]) and tokens.key[t] in SPEECH_VERBS for t in (i, i + 1)
    ) and (i == 0 or tokens.joins[i - 1])
