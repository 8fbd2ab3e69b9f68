"""Areas told by comparison: "twice the size of Portugal", "15% of Ukraine", "another area of the same size"."""

from __future__ import annotations

from dataclasses import dataclass

from geomap.claims.areas import told_before, whose_area
from geomap.claims.line import Line
from geomap.claims.numbers import Number, read_amount
from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.models import ClaimKind, Qualifier

TIMES_AREA, SHARE_OF_AREA = "x_area_of", "share_of_area"
"""Units of a claim that compares: times a place's area, share of one."""
_LONGEST_NAME = 4
"""Words of a name that no gazetteer knows and that an area may be compared with."""
_HEDGES = 3
"""Words before a comparison that say how it is meant: "more than three times"."""
_LONGEST_NUMBER = 6
"""Tokens of a number before a comparison: "one and a half"."""
_COUNTRY_REACH = 400
"""Tokens back to where the country was named that "the country" stands for."""
_WHICH_REACH = 8
"""Tokens before "half of which" in which the whole is named."""
_LONGEST_GROUND = 7
"""Words of ground without a name: "the main battle area"."""
_STEP = 0.05
"""A comparison is rounded to a twentieth."""


def size_drafts(p: Passage, first: int, stop: int) -> list[Draft]:
    """Areas by comparison with a place, and shares of one, among tokens [first, stop)."""
    out: list[Draft] = []
    line, low = p.line(first, stop), p.tk.low
    compared, sized, told = p.lang.table("size_of"), p.lang.words("sized"), frozenset(low[first:stop])
    shares = not (told.isdisjoint(p.lang.table("percent").starts) and told.isdisjoint(p.lang.fractions))
    if not shares and told.isdisjoint(compared.ends) and told.isdisjoint(sized):
        return out
    starts = compared.starts
    k = first
    while k < stop:
        draft = None
        if low[k] in starts:
            hit = compared.match(low, k, stop)
            draft = _size(p, line, k, hit) if hit is not None else None
        elif low[k] in sized:
            draft = _sized(p, k, first)
        if draft is None and shares and _starts_share(line, k):
            draft = _share(p, line, k)
        if draft is not None:
            out.append(draft)
            before = _changed_from(p, line, draft) if draft.unit == SHARE_OF_AREA else None
            if before is not None:
                out.append(before)
        k = max(k + 1, out[-1].j if draft is not None else 0)
    return out


def _changed_from(p: Passage, line: Line, draft: Draft) -> Draft | None:
    """ ", up from 25 percent" after a share: the same whole's share before."""
    k = draft.j + 1 if line.at(draft.j) == "," else draft.j
    lead = p.lang.table("changed_from").match(p.tk.low, k, line.stop)
    number, j = read_amount(line, lead[1]) if lead is not None and lead[1] < line.stop else (None, k)
    if number is None:
        return None
    percent = p.lang.table("percent").match(p.tk.low, j, line.stop)
    if percent is None and not number.fraction:
        return None
    whole = _Whole((0, 0), j if percent is None else percent[1])
    earlier = _share_draft(p, line, number, 1.0 if percent is None else 100.0, whole, named=False)
    earlier.reference = draft.reference
    return earlier


def _area(
    i: int, j: int, number: float, unit: str, qualifier: str, step: float, number_max: float | None = None
) -> Draft:
    quantity = Quantity(
        i=i, j=j, end=j, number=number, number_max=number_max, unit=unit, dim="m2", qualifier=Qualifier(qualifier),
        step=step,
    )  # fmt: skip
    return Draft(ClaimKind.AREA, i, j, i, quantity=quantity, times=number, unit=unit)


# ── times an area ────────────────────────────────────────────────────────────────────────────────────────────


def _size(p: Passage, line: Line, k: int, compared: tuple[str, int]) -> Draft | None:
    """ "twice the size of Portugal", "larger than Wales", "an area the size of Luxembourg and then some"."""
    code, after = compared
    covers = code.endswith("_covers")
    times_told = code in ("same", "loose") and _times(line, k)[2] < k
    here = _yardstick(p, line, after, times_told)
    named = here is not None and line.among(here[1], "be") and line.among(k, "definite")
    if named and k == line.first:
        return None  # "The size of Malta is 316 square kilometres"
    if here is None or (covers and not line.among(here[1], "cover_verbs")):
        return None
    code = code.removesuffix("_covers")
    times, qualifier, i = 1.0, {"more": "more_than", "less": "less_than"}.get(code, "size_of"), k
    if code in ("same", "loose"):
        times, qualifier, i = _times(line, k)
    if code == "loose" and i == k:
        return None
    end = here[1]
    more = p.lang.table("and_more").match(p.tk.low, end, line.stop)
    if more is not None:
        qualifier, end = more
    draft = _area(i, end, times, TIMES_AREA, qualifier, _STEP * times)
    draft.reference = p.mention(*here)
    whose = whose_area(p, i, end, line)
    if whose is not None:
        draft.subject = [p.mention(*whose)]
        draft.i = min(draft.i, whose[0])
    return draft


def _yardstick(p: Passage, line: Line, after: int, times_told: bool) -> tuple[int, int] | None:
    """Tokens of the place from token ``after`` on whose area is compared with; None for "the moon", "ten pitches"."""
    here = p.place_phrase(after, line.stop, plain=False)
    if here is None or line.among(here[1] - 1, "heavenly"):
        return None
    toponym = p.toponym(here[0])
    unknown = p.tk.capital(here[0]) and here[1] - here[0] <= _LONGEST_NAME
    if toponym is None and not (unknown and (times_told or not p.toponyms)):
        return None
    if line.any_among("yardsticks", after, here[0]):
        return None
    return here[0], here[1]


def _times(line: Line, k: int) -> tuple[float, str, int]:
    """What stands before a comparison at token k: how many times, how hedged, and where that begins.

    "twice", "three times", "half", "more than", "nearly one and a half times".
    """
    times, qualifier, i = 1.0, "size_of", k
    for _ in range(_HEDGES):
        if i <= line.first:
            break
        factor = _factor(line, i)
        if factor is not None:
            times, i = times * factor[0], factor[1]
            continue
        hedge = line.hedge_back(i)
        if hedge is None or line.among(i - 1, "times_words"):
            break
        qualifier = hedge[0] if qualifier in ("size_of", "about") else qualifier
        i = hedge[1]
    return times, qualifier, i


def _factor(line: Line, i: int) -> tuple[float, int] | None:
    """The factor that ends before token i ("twice", "three times", "a third"), and where it begins."""
    word = line.low[i - 1]
    if word in line.lang.times:
        return line.lang.times[word], i - 1
    if line.among(i - 1, "times_words"):
        return _number_ending(line, i - 1)
    return _number_ending(line, i) if word in line.lang.fractions else None


def _number_ending(line: Line, j: int) -> tuple[float, int] | None:
    """The number that ends just before token j ("one and a half"), and where it starts."""
    for start in range(max(line.first, j - _LONGEST_NUMBER), j):
        number, end = read_amount(line.until(j), start)
        if number is not None and end == j and number.high is None and not number.vague:
            return number.low, start
    return None


def _sized(p: Passage, k: int, first: int) -> Draft | None:
    """ "a Luxembourg-sized area"."""
    h = k - 2
    if h < first or p.tk.word[k - 1] not in "-‑–" or p.top[h] < 0 or p.is_demonym(h):
        return None
    a, b = p.span(h)
    draft = _area(a, k + 1, 1.0, TIMES_AREA, "size_of", _STEP)
    draft.reference = p.mention(a, b)
    return draft


# ── share of an area ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a share is a share of: its mention, and the token after it."""

    mention: tuple[int, int]
    end: int


def _starts_share(line: Line, k: int) -> bool:
    return line.starts_figure(k) or line.low[k] in line.lang.fractions or line.among(k, "indefinite")


def _share(p: Passage, line: Line, k: int) -> Draft | None:
    """ "15% of Ukraine", "a fifth of the country", "one third of Pakistan's territory"."""
    number, j = read_amount(line, k)
    if number is None:
        return None
    percent = p.lang.table("percent").match(p.tk.low, j, line.stop)
    if percent is not None:
        j = percent[1]
    elif not number.fraction:
        return None
    if not line.among(j, "of_words"):
        return None
    whole = _whole(p, line, k, j)
    if whole is None:
        return None
    return _share_draft(p, line, number, 100.0 if percent is not None else 1.0, whole)


def _share_draft(p: Passage, line: Line, number: Number, parts: float, whole: _Whole, *, named: bool = True) -> Draft:
    qualifier, i = "exact", number.i
    for _ in range(_HEDGES):
        hedge = line.hedge_back(i)
        if hedge is None or (line.among(hedge[1], "loose_hedges") and line.spreads_over(hedge[1] - 1)):
            break
        qualifier = hedge[0] if qualifier in ("exact", "about") else qualifier
        i = hedge[1]
    high = number.high / parts if number.high is not None else None
    qualifier = qualifier if high is None else "between"
    draft = _area(i, whole.end, number.low / parts, SHARE_OF_AREA, qualifier, number.step / parts, high)
    draft.reference = p.mention(*whole.mention) if named else None
    return draft


def _whole(p: Passage, line: Line, k: int, j: int) -> _Whole | None:
    """What the share at token k, whose "of" is token j, is a share of: a named place, or "the country"."""
    after = j + 1
    while line.among(after, "determiners") or line.among(after, "share_heads"):
        after += 1
    if after < line.stop and p.is_demonym(after) and line.among(p.span(after)[1], "territory_words"):
        return _Whole(p.span(after), p.span(after)[1] + 1)  # "14 percent of Iraqi territory"
    territory = line.any_among("territory_words", j, after)
    stand_in = _stand_in(p, line, k, after) if after == j + 1 else None
    if stand_in is not None:
        return stand_in
    here = p.place_phrase(after, line.stop, plain=False)
    stands_for = line.among(after, "the_country") and after > j + 1
    if stands_for and (here is None or here[0] > after + 2):
        return _the_country(p, line, k, after, territory)
    named = here is not None and (here[2] or stands_for)
    whole = _named_whole(p, line, here[0], after, territory) if here is not None and named else None
    return whole or _plain_whole(p, line, j + 1)


def _stand_in(p: Passage, line: Line, k: int, at: int) -> _Whole | None:
    """ "half of it", "a tenth of that is left", "half of which": the place that is spoken of."""
    which = line.among(at, "relative")
    if not (which or line.among(at, "it_words")) or not (which or _ends_here(line, at + 1)):
        return None
    place = p.place_before(k, line.first, reach=_WHICH_REACH) if which and k > line.first else told_before(p, k, line)
    return None if place is None and which else _Whole(place or (at, at + 1), at + 1)


def _plain_whole(p: Passage, line: Line, a: int) -> _Whole | None:
    """ "eighty percent of the main battle area", "three-quarters of the town": ground without a name of its own."""
    if not line.among(a, "definite"):
        return None
    end = a + 1
    while end < line.stop and end - a < _LONGEST_GROUND and not p.boundary(end):
        if p.is_verb(end, a) and not line.among(end, "ground_nouns"):
            break
        end += 1
    if line.among(end - 1, "ground_parts") and line.among(end, "of_words") and line.among(end + 1, "definite"):
        end += 3  # "the western half of the city"
    ground = any(line.among(end - 1, words) for words in ("ground_nouns", "the_country"))
    return _Whole((a, end), end) if ground and end <= line.stop and _ends_here(line, end) else None


def _the_country(p: Passage, line: Line, k: int, at: int, territory: bool) -> _Whole | None:
    """ "a fifth of the country", "the country's land": the place named before."""
    end = at + 1
    if not territory and line.among(end, "genitives"):
        if not line.among(end + 1, "territory_words") and not line.among(end + 1, "land_nouns"):
            return None
        end += 2
    elif not _ends_here(line, end):
        return None
    place = p.place_before(k, line.first) or _country_before(p, k)
    return _Whole(place or (at, at + 1), end)


def _named_whole(p: Passage, line: Line, a: int, after: int, territory: bool) -> _Whole | None:
    """ "Ukraine", "the Kharkiv region", "Pakistan's territory"; not "young Palestinians", "Ukraine's grain"."""
    if p.toponym(a) is None:
        return None
    plain = all(line.among(x, "share_heads") or line.among(x, "wind_adjectives") for x in range(after, a))
    span = p.span(a)
    if not plain or line.at(span[1]) == "-":
        return None
    end = line.past(span[1], "region_nouns")
    if line.among(end, "genitives"):
        if not line.any_among("territory_words", end + 1, end + 4):
            return None
        end += 2
    elif not territory and not _ends_here(line, end):
        return None
    return _Whole(span, end)


_AFTER_SHARE = (
    "prepositions", "auxiliaries", "conjunctions", "adverbs", "time_words", "share_after",
)  # fmt: skip
"""Lists of words before which the name of a share's whole is complete."""


def _ends_here(line: Line, end: int) -> bool:
    """Whether the share's place ends at token ``end``: a sign, verb, preposition or conjunction follows."""
    if not line.at(end)[:1].isalpha():
        return True
    return any(line.among(end, words) for words in _AFTER_SHARE)


def _country_before(p: Passage, k: int) -> tuple[int, int] | None:
    """The last country or region named before token k: what "the country" stands for."""
    for x in range(k - 1, max(-1, k - _COUNTRY_REACH), -1):
        toponym = p.toponym(x)
        if toponym is not None and (toponym.place is None or toponym.place.feature.startswith("A")):
            return p.span(x)
    return None


# ── the same again ───────────────────────────────────────────────────────────────────────────────────────────


def same_size(p: Passage, first: int, stop: int, drafts: list[Draft]) -> Draft | None:
    """ "another area of the same size": as large as the last area before it."""
    low = p.tk.low
    table = p.lang.table("same_size")
    told = frozenset(low[first:stop])
    if told.isdisjoint(table.starts) or told.isdisjoint(table.ends):
        return None
    for k in range(first, stop):
        hit = table.match(low, k, stop)
        if hit is None:
            continue
        earlier = [d for d in drafts if d.kind is ClaimKind.AREA and d.quantity is not None and d.j <= k]
        if not earlier:
            return None
        source = earlier[-1]
        assert source.quantity is not None
        draft = _area(k, hit[1], source.quantity.number, source.quantity.unit, "same_as", source.quantity.step)
        draft.same_as = draft.antecedent = source
        draft.times, draft.unit = None, source.unit
        return draft
    return None
