"""Areas in their sentence: which square units are ground, whose it is, and lengths that stand for areas."""

from __future__ import annotations

from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.models import ClaimKind
from geomap.units import UNITS

_MIN_SLIP = 100.0
"""A length that stands for an area ("2,000km of territory") is at least this many units: below, it is a depth."""


def area_draft(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    low = p.tk.low
    after = low[q.end] if q.end < stop else ""
    if after in p.lang.words("not_area_next") and p.tk.capital(q.end):
        return None
    small = q.unit in ("sq_ft", "sq_yd") or (q.unit == "m2" and q.si < 1e6)
    if small:
        land = _near(p, q.i, q.end, first, stop, 3, 3, "plot_nouns")
        if not land and (q.unit in ("sq_ft", "sq_yd") or _near(p, q.i, q.end, first, stop, 6, 5, "floor_nouns")):
            return None
    draft = Draft(ClaimKind.AREA, q.i, q.end, q.i, quantity=q)
    _place_area(p, draft, q, first, stop)
    return draft


def _near(p: Passage, i: int, j: int, first: int, stop: int, before: int, after: int, name: str) -> bool:
    """Whether a word of that set stands within so many tokens before i or from j on."""
    words, low = p.lang.words(name), p.tk.low
    return any(low[k] in words for k in range(max(first, i - before), i)) or any(
        low[k] in words for k in range(j, min(stop, j + after))
    )


def _place_area(p: Passage, draft: Draft, q: Quantity, first: int, stop: int) -> None:
    """The place that has the area ("Snake Island, 17 hectares") and the region it lies in ("in Kharkiv")."""
    low, tk = p.tk.low, p.tk
    k = q.end
    limit = min(stop, k + 12)
    while k < limit and tk.word[k] not in (",", ";", ".") and not tk.word[k][0].isdecimal():
        if k > q.end and (
            low[k] in p.lang.numbers or (low[k] in p.lang.before and low[k] not in p.lang.words("in_words"))
        ):
            break  # another figure begins
        if low[k] in p.lang.words("in_words"):
            here = p.place_phrase(k + 1, stop, plain=False)
            if here is not None:
                draft.region = p.mention(here[0], here[1])
                draft.j = max(draft.j, here[1])
                break
        k += 1
    if draft.region is None:
        for k in range(q.i - 1, max(first, q.i - 14) - 1, -1):
            if low[k] in p.lang.words("in_words") and k + 1 < q.i:
                here = p.place_phrase(k + 1, q.i, plain=False)
                if here is not None and here[2]:
                    draft.region = p.mention(here[0], here[1])
                    break
    before = q.i - 1
    while before >= first and (
        low[before] in p.lang.words("cover_verbs")
        or low[before] in p.lang.words("determiners")
        or tk.word[before] in ",–—("
        or low[before] in p.lang.words("area_heads")
    ):
        before -= 1
    if before >= first and before < q.i - 1:
        number = p.top[before]
        if number >= 0 and not p.is_demonym(before):
            a, b = p.span(before)
            draft.subject = [p.mention(a, b)]
            draft.i = a


def slipped(p: Passage, q: Quantity, first: int, stop: int) -> bool:
    """Whether a length stands for an area: "2,000km of territory", "that amount of territory, more than 2,000km"."""
    low, tk = p.tk.low, p.tk
    if UNITS[q.unit].square is None or q.hyphen or q.number < _MIN_SLIP:
        return False
    land = p.lang.words("land_nouns")
    k = q.end
    if k < stop and tk.word[k] in "[(":
        # "2,000km [3,000km by now] of land"
        closing = "]" if tk.word[k] == "[" else ")"
        while k < min(stop, q.end + 14) and tk.word[k] != closing:
            k += 1
        k += 1
    genitive = not p.lang.words("of_words")  # a case rather than a word says "of"
    if k < stop and (genitive or low[k] in p.lang.words("of_words")):
        for x in range(k if genitive else k + 1, min(stop, k + 5)):
            if low[x] in land:
                return True
            if p.boundary(x):
                break
    if _near(p, q.i, q.end, first, stop, 8, 4, "length_heads"):
        return False
    k = q.i - 1
    while k >= first and (tk.word[k] in ",–—-([" or low[k] in p.lang.words("slip_links")):
        k -= 1
    return q.i - 1 > k >= first and low[k] in land
