"""Areas in their sentence: which square units are ground, whose it is, and lengths that stand for areas."""

from __future__ import annotations

from geomap.claims.line import Line
from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.models import ClaimKind, Mention
from geomap.units import UNITS

_REGION_AFTER, _REGION_BEFORE = 12, 14
"""Tokens after and before an area in which the region that it lies in is named."""
_QUOTED = 24
"""Tokens before an area within which its subject belongs to the quote."""
_ASIDES = 3
"""Places round a place that are passed over: "Pampa, Texas, in the United States"."""
_WHOLE_NOUNS = ("area_heads", "region_nouns", "place_nouns", "quantifiers", "land_nouns")
"""Lists of nouns whose "of" names the whole: "the territory of Kenya", "the island of Java"."""
_AREA_LINKS = ("cover_verbs", "weak_covers", "determiners", "area_heads", "adverbs")
"""Lists of words that may stand between a place and its area."""

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
    line = p.line(first, stop)
    after = _region_after(p, q, line)
    if after is not None:
        draft.region = p.mention(*after)
        draft.j = max(draft.j, after[1])
    else:
        before = _region_before(p, q, line)
        draft.region = None if before is None else p.mention(*before)
    whose = whose_area(p, q.i, q.end, line)
    if whose is None:
        return
    draft.subject = [p.mention(*whose)]
    draft.sized = whose[1] <= q.i and line.any_among("cover_joined", whose[1], q.i)
    if whose[0] < draft.i and draft.i - whose[0] <= _QUOTED and whose[0] >= first:
        draft.i = whose[0]
    if draft.region is not None and _overlap(draft.region, draft.subject[0]):
        draft.region = None


def _overlap(one: Mention, other: Mention) -> bool:
    told = one.start is not None and one.end is not None and other.start is not None and other.end is not None
    return told and one.start < other.end and other.start < one.end  # type: ignore[operator]


def _region_after(p: Passage, q: Quantity, line: Line) -> tuple[int, int] | None:
    """ "300 hectares of forest in Kharkiv": the place after the figure in which its ground lies."""
    for k in range(q.end, min(line.stop, q.end + _REGION_AFTER)):
        if p.tk.word[k] in (",", ";", ".") or p.tk.word[k][0].isdecimal():
            return None
        another = p.tk.low[k] in p.lang.numbers or (p.tk.low[k] in p.lang.before and not line.among(k, "in_words"))
        if k > q.end and another:
            return None  # another figure begins
        if line.among(k, "in_words"):
            here = p.place_phrase(k + 1, line.stop, plain=False)
            if here is not None:
                return here[0], here[1]
    return None


def _region_before(p: Passage, q: Quantity, line: Line) -> tuple[int, int] | None:
    """ "in Kharkiv they took 300 square kilometres": the last place before the figure in which its ground lies."""
    for k in range(q.i - 1, max(line.first, q.i - _REGION_BEFORE) - 1, -1):
        if line.among(k, "in_words") and k + 1 < q.i:
            here = p.place_phrase(k + 1, q.i, plain=False)
            if here is not None and here[2]:
                return here[0], here[1]
    return None


# ── whose area it is ─────────────────────────────────────────────────────────────────────────────────────────


def whose_area(p: Passage, at: int, end: int, line: Line) -> tuple[int, int] | None:
    """Tokens of the place that is said to be so large: "Abyei, on the border, covers", "with an area of N, Gabon".

    ``at``, ``end``: the first token of the figure and the one after it.
    """
    k = _links_back(p, at, line)
    if k == at - 1:
        return None
    if k < line.first:
        return _fronted(p, at, end, line)
    if line.among(k, "thing_pronouns"):
        return told_before(p, k, line)
    if _owns_weakly(p, k, at, line):
        return None
    return _area_head(p, k + 1 if _closes_aside(p, k + 1, at, line) else k, line, _ASIDES)


def _closes_aside(p: Passage, k: int, at: int, line: Line) -> bool:
    """Whether the comma at token k ends an aside before a verb: "Svalbard, one of the regions of Norway, covers"."""
    if k >= at - 1 or p.tk.word[k] not in ",)–—":
        return False
    finite = line.among(k + 1, "cover_verbs") or line.among(k + 1, "weak_covers") or line.among(k + 1, "cover_joined")
    return finite and not line.among(k + 1, "front_covers")


def _links_back(p: Passage, at: int, line: Line) -> int:
    """The token before all that links a place to its area: "covers", "has a total area of", "extends over"."""
    k = at - 1
    while k >= line.first:
        joined = line.among(k, "cover_joins") and line.among(k - 1, "cover_joined")  # "takes in", "stretches over"
        if not joined and not (p.tk.word[k] in ",–—(:" or any(line.among(k, words) for words in _AREA_LINKS)):
            break
        k -= 2 if joined else 1
    return k


def _owns_weakly(p: Passage, k: int, at: int, line: Line) -> bool:
    """ "Kyiv has 300 hectares of parks": not how large it is, where no word for its area stands there."""
    return line.any_among("weak_covers", k + 1, at) and not (
        line.any_among("area_heads", k + 1, at) or line.any_among("possessives", k + 1, at)
    )


def _fronted(p: Passage, at: int, end: int, line: Line) -> tuple[int, int] | None:
    """ "With an area of N, Gabon has few roads": the place after the comma."""
    if line.at(end) != "," or not line.any_among("front_covers", line.first, at):
        return None
    k = end + 1
    while line.among(k, "determiners"):
        k += 1
    place = k < line.stop and p.top[k] >= 0 and not p.is_demonym(k)
    return p.span(k) if place else None


def told_before(p: Passage, k: int, line: Line) -> tuple[int, int] | None:
    """What "it" before a cover verb is: the place with which the clause before, or the sentence before, begins."""
    number = p.tk.sentence_of[k]
    starts = [line.first] if k > line.first + 1 else []
    starts += [p.tk.sentences[number - 1][0]] if number else []
    for x in starts:
        while x < k and line.among(x, "determiners"):
            x += 1
        if p.top[x] >= 0 and not p.is_demonym(x) and x < k:
            return p.span(x)
    return None


def _area_head(p: Passage, k: int, line: Line, asides: int) -> tuple[int, int] | None:
    """The place that heads the noun phrase which ends with token k; None where another thing does.

    "Fort Leavenworth, Kansas": the fort; "the Hawaii region of the United States": Hawaii; "the wilderness in northern
    Minnesota": none that is known.
    """
    k = _past_aside(p, k, line)
    while k > line.first and (line.among(k, "region_nouns") or line.among(k, "genitives") or line.among(k, "relative")):
        k -= 1
    if k < line.first or p.top[k] < 0 or p.is_demonym(k):
        return None
    a, b = p.span(k)
    x = a - 1
    while x >= line.first and line.among(x, "determiners"):
        x -= 1
    if x < line.first or p.tk.sentence_of[x] != p.tk.sentence_of[a]:
        return a, b
    if p.tk.word[x] == "," and line.first <= x - 1 and x == a - 1 and _ends_name(p, x - 1, line) and asides > 0:
        return _area_head(p, x - 1, line, asides - 1)  # "Sumy, Ukraine"
    if line.among(x, "inside_words") and not line.among(x, "of_words"):
        left = x - 1 if x > line.first and p.tk.word[x - 1] == "," else x
        at_front = left == line.first  # "In Peru, ..." is handled by what follows it
        return None if at_front or asides == 0 else _area_head(p, left - 1 if left != x else x - 1, line, asides - 1)
    if line.among(x, "of_words"):
        return _of_place(p, x, (a, b), line, asides)
    return None if line.among(x, "prepositions") or line.among(x, "wind_adjectives") else (a, b)


def _ends_name(p: Passage, k: int, line: Line) -> bool:
    """Whether a name ends with token k, known or not: "Fort Leavenworth"."""
    if line.among(k, "region_nouns"):
        k -= 1
    return p.top[k] >= 0 or (k > line.first and p.capital_name(k))


def _past_aside(p: Passage, k: int, line: Line) -> int:
    """The token before an aside that closes at token k: "Abyei, on the border between Sudan and South Sudan,"."""
    if k < line.first or p.tk.word[k] not in ",)–—":
        return k
    mark = "(" if p.tk.word[k] == ")" else p.tk.word[k]
    opening = next((x for x in range(k - 1, line.first, -1) if p.tk.word[x] == mark), None)
    return k - 1 if opening is None else opening - 1


def _of_place(p: Passage, x: int, here: tuple[int, int], line: Line, asides: int) -> tuple[int, int] | None:
    """Whose area it is where "of" stands at token x before the name: "the Hawaii region of", "the territory of"."""
    noun = x - 1
    if noun < line.first:
        return here
    if line.among(noun, "region_nouns") and noun > line.first and p.top[noun - 1] >= 0:
        return _area_head(p, noun - 1, line, asides - 1) if asides > 0 else None
    if any(line.among(noun, words) for words in _WHOLE_NOUNS):
        y = noun - 1
        while y >= line.first and (line.among(y, "determiners") or line.among(y, "area_heads")):
            y -= 1
        if y >= line.first and (p.tk.word[y] == "," or line.among(y, "be")) and line.among(y + 1, "indefinite"):
            return _area_head(p, y - 1, line, asides - 1) if asides > 0 else None  # "Hawaii, a state of the US"
        return here
    return None


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
