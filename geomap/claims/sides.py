"""Sides of a place: "on the north shore of Great Slave Lake", "in the far corner of Texas", "on the Russian border"."""

from __future__ import annotations

from geomap.claims.passage import Draft, Passage
from geomap.models import ClaimKind, Compass

_ASIDE_REACH = 7
"""Tokens of an apposition between a place and its side: "Imatra, a paper-mill town on the Russian border"."""


def side_draft(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    """What the preposition at token k says of a place's side; None where none is named or nothing lies there."""
    return _of_place(p, k, first, stop) or _of_border(p, k, first, stop)


def lier(p: Passage, k: int, first: int) -> tuple[int, int] | None:
    """The name of what lies where token k begins to say: "Uvira sits at", "Imatra, a town on", "the park, which lies".

    None where the words left of it name nothing.
    """
    x = k - 1
    while x >= first and (p.among(x, "located_verbs") or p.is_auxiliary(x) or p.among(x, "adverbs")):
        x -= 1
    which = x >= first and p.among(x, "relative")
    x -= which
    at = _before_apposition(p, x, first, any_noun=which)
    x = x if at is None else at
    while x >= first and p.tk.word[x] in ",–—(":
        x -= 1
    if x >= first and p.among(x, "place_nouns") and x > first and p.among(x - 1, "indefinite"):
        x -= 2  # "Aralsk is a town in"
        while x >= first and (p.among(x, "located_verbs") or p.tk.word[x] == ","):
            x -= 1
    if x < first:
        return None
    if p.top[x] >= 0:
        return None if p.is_demonym(x) or p.is_line(x) else p.span(x)
    if not p.capital_name(x) or p.among(x, "pronouns"):
        return _plain(p, x, first)
    a = x
    while a > first and p.capital_name(a - 1) and p.toponym(a - 1) is None:
        a -= 1
    return a, x + 1


def _plain(p: Passage, x: int, first: int) -> tuple[int, int] | None:
    """ "the crossing", "the old border post": a plain noun, told as known, that token x ends."""
    if not (p.among(x, "landmarks") or p.among(x, "place_nouns")):
        return None
    for a in range(x - 1, max(first, x - 3) - 1, -1):
        if p.among(a, "definite"):
            return a, x + 1
        if p.boundary(a):
            break
    return None


def _before_apposition(p: Passage, x: int, first: int, *, any_noun: bool) -> int | None:
    """The token before ", a paper-mill town" that ends with token x; None where no such apposition does."""
    if x <= first or not (any_noun or p.among(x, "place_nouns")) or p.top[x] >= 0:
        return None
    for at in range(x - 1, max(first, x - _ASIDE_REACH) - 1, -1):
        if p.among(at, "determiners"):
            return at - 2 if at - 2 >= first and p.tk.word[at - 1] in ",–—" else None
        if p.boundary(at):
            return None
    return None


def _of_place(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    """ "at the southwestern end of Western Sahara"."""
    x = k + 1
    while x < stop and (p.among(x, "determiners") or p.among(x, "side_degrees")):
        x += 1
    wind = p.lang.winds.match(p.tk.low, x, stop)
    if (
        wind is None
        or wind[1] + 1 >= stop
        or not p.among(wind[1], "side_nouns")
        or not p.among(wind[1] + 1, "of_words")
    ):
        return None
    here = p.place_phrase(wind[1] + 2, stop, plain=False)
    if here is None or not (here[2] or p.among(here[1] - 1, "line_nouns")):
        return None
    subject = lier(p, k, first)
    if subject is None:
        return None
    toponym = p.toponym(here[0])
    place = toponym.place if toponym is not None else None
    wet = (place is not None and place.feature.startswith("H.")) or p.among(wind[1], "shore_nouns")
    kind = ClaimKind.ADJACENCY if wet else ClaimKind.DIRECTION
    return _draft(p, kind, subject, (here[0], here[1]), k, Compass(wind[0]))


def _of_border(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    """ "Muse on the Chinese border", "on Colombia's border"."""
    if not p.among(k, "on_words"):
        return None
    x = k + 1
    while x < stop and p.among(x, "determiners"):
        x += 1
    if x >= stop or p.top[x] < 0:
        return None
    end = p.span(x)[1]
    end += 1 if p.among(end, "genitives") else 0
    if end >= stop or not p.among(end, "frontier_nouns"):
        return None
    subject = lier(p, k, first)
    if subject is None or p.top[subject[0]] < 0:
        return None
    return _draft(p, ClaimKind.ADJACENCY, subject, (k + 1, end + 1), k, None)


def _draft(
    p: Passage, kind: ClaimKind, subject: tuple[int, int], reference: tuple[int, int], at: int, wind: Compass | None
) -> Draft:
    draft = Draft(kind, subject[0], reference[1], at)
    draft.subject = [p.mention(*subject)]
    draft.reference = p.mention(*reference)
    draft.direction = wind
    return draft
