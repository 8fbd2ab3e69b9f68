"""Areas told by comparison: "twice the size of Portugal", "15% of Ukraine", "another area of the same size"."""

from __future__ import annotations

from geomap.claims.line import Line
from geomap.claims.numbers import read_amount
from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.models import ClaimKind, Qualifier

_PERCENT = frozenset({"%", "percent", "pct"})


def size_drafts(p: Passage, first: int, stop: int) -> list[Draft]:
    """Areas by comparison with a place, and shares of one, among tokens [first, stop)."""
    out: list[Draft] = []
    low = p.tk.low
    table, sized = p.lang.table("size_of"), p.lang.words("sized")
    shares = any(w in _PERCENT or w in p.lang.fractions or w == "per" for w in low[first:stop])
    k = first
    while k < stop:
        draft = None
        if low[k] in table.starts:
            hit = table.match(low, k, stop)
            if hit is not None:
                draft = _size(p, k, hit[1], hit[0], first, stop)
        elif low[k] in sized:
            draft = _sized(p, k, first)
        if (
            draft is None
            and shares
            and (
                low[k][0].isdecimal()
                or low[k] in p.lang.fractions
                or low[k] in p.lang.numbers
                or low[k] in ("a", "most")
            )
        ):
            draft = _share(p, k, first, stop)
        if draft is not None:
            out.append(draft)
            k = max(k + 1, draft.j)
        else:
            k += 1
    return out


def _quantity(
    i: int, j: int, number: float, unit: str, qualifier: str, step: float, number_max: float | None = None
) -> Quantity:
    return Quantity(
        i=i, j=j, end=j, number=number, number_max=number_max, unit=unit, dim="m2",
        qualifier=Qualifier(qualifier), step=step,
    )  # fmt: skip


def _size(p: Passage, k: int, after: int, code: str, first: int, stop: int) -> Draft | None:
    low = p.tk.low
    here = p.place_phrase(after, stop, plain=False)
    if here is None or not here[2]:
        return None
    toponym = p.toponym(here[0])
    if (toponym is None and p.toponyms) or low[here[1] - 1] in p.lang.words("heavenly"):
        return None
    if toponym is None and not (p.tk.capital(here[0]) and here[1] - here[0] <= 4):
        return None
    if here[0] > after and any(
        low[x] in ("fields", "pitches", "courts", "pools", "of", "swimming") for x in range(after, here[0])
    ):
        return None
    times, qualifier, i = 1.0, "more_than" if code == "more" else "less_than" if code == "less" else "size_of", k
    if code in ("same", "loose"):
        # what stands before: "twice", "three times", "half", "more than", "nearly"
        for _ in range(3):
            if i - 1 < first:
                break
            w = low[i - 1]
            if w in p.lang.times:
                times *= p.lang.times[w]
                i -= 1
            elif w in p.lang.words("times_words") and i - 2 >= first:
                read = _number_ending(p, i - 1, first)
                if read is None:
                    break
                times *= read[0]
                i = read[1]
            elif w in p.lang.fractions and (read := _number_ending(p, i, first)) is not None:
                times *= read[0]
                i = read[1]
            else:
                hit = p.lang.before.match_back(low, i, first)
                if hit is None or hit[1] < first:
                    break
                if qualifier in ("size_of", "about"):
                    qualifier = hit[0]
                i = hit[1]
    if code == "loose" and i == k:
        return None
    end = here[1]
    if low[end : end + 4] == ["and", "then", "some", "."] or low[end : end + 3] == ["and", "then", "some"]:
        qualifier = "more_than"
        end += 3
    q = _quantity(i, end, times, "x_area_of", qualifier, 0.05 * times)
    draft = Draft(ClaimKind.AREA, i, end, i, quantity=q, times=times)
    draft.reference = p.mention(here[0], here[1])
    draft.unit = "x_area_of"
    return draft


def _number_ending(p: Passage, j: int, first: int) -> tuple[float, int] | None:
    """The number that ends just before token j ("one and a half"), and where it starts."""
    for start in range(max(first, j - 6), j):
        number, end = read_amount(Line(p.tk, first, j, p.lang, p.commas), start)
        if number is not None and end == j and number.high is None and not number.vague:
            return number.low, start
    return None


def _sized(p: Passage, k: int, first: int) -> Draft | None:
    """ "a Luxembourg-sized area"."""
    h = k - 2
    if h < first or p.tk.word[k - 1] not in "-‑–" or p.top[h] < 0 or p.is_demonym(h):
        return None
    a, b = p.span(h)
    q = _quantity(a, k + 1, 1.0, "x_area_of", "size_of", 0.05)
    draft = Draft(ClaimKind.AREA, a, k + 1, a, quantity=q, times=1.0)
    draft.reference = p.mention(a, b)
    draft.unit = "x_area_of"
    return draft


def _share(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    """ "15% of Ukraine", "a fifth of the country", "one third of Pakistan's territory"."""
    low, words = p.tk.low, p.lang.words
    number, j = read_amount(Line(p.tk, first, stop, p.lang, p.commas), k)
    if number is None or j >= stop:
        return None
    share, share_max = number.low, number.high
    step = number.step
    if p.tk.word[j] in _PERCENT or low[j] in _PERCENT or low[j : j + 2] == ["per", "cent"]:
        j += 2 if low[j] == "per" else 1
        share, share_max, step = share / 100, share_max / 100 if share_max else None, step / 100
    elif not number.fraction:
        return None
    if j >= stop or low[j] not in words("of_words"):
        return None
    after = j + 1
    while after < stop and (low[after] in words("determiners") or low[after] in words("share_heads")):
        after += 1
    territory = any(low[x] in words("territory_words") for x in range(j, after))
    here = p.place_phrase(after, stop, plain=False)
    anaphor = after < stop and low[after] in words("the_country") and after > j + 1
    if (here is None and not anaphor) or (here is not None and not here[2] and not anaphor):
        return None
    if anaphor and (here is None or here[0] > after + 2):
        a, b = after, after + 1
        mention = p.mention(a, b)
        if not territory and b < stop and low[b] in ("'s", "'"):
            if b + 1 >= stop or low[b + 1] not in words("territory_words") | words("land_nouns"):
                return None
            b += 2
        elif b < stop and p.tk.word[b][0].isalpha() and not _clause(p, b):
            return None
        place = p.place_before(k, first) or _country_before(p, k)
        if place is not None:
            mention = p.mention(*place)
    else:
        assert here is not None
        a, b = here[0], here[1]
        if p.toponym(a) is None:
            return None
        mention = p.mention(*p.span(a))
        if a > after and not all(low[x] in words("share_heads") | words("wind_adjectives") for x in range(after, a)):
            return None  # "80 percent of young Palestinians"
        b = p.span(a)[1]
        if b < stop and p.tk.word[b] == "-":
            return None
        if b < stop and low[b] in words("region_nouns"):
            b += 1
        if b < stop and low[b] in ("'s", "'"):
            if b + 1 >= stop or not any(low[x] in words("territory_words") for x in range(b + 1, min(stop, b + 4))):
                return None
            b += 2
        elif not territory and b < stop and p.tk.word[b][0].isalpha() and not _clause(p, b):
            return None
    qualifier, i = "exact", k
    for _ in range(3):
        hit = p.lang.before.match_back(low, i, first)
        if hit is None:
            break
        qualifier = hit[0] if qualifier in ("exact", "about") else qualifier
        i = hit[1]
    if share_max is not None:
        qualifier = "between"
    q = _quantity(i, b, share, "share_of_area", qualifier, step, share_max)
    draft = Draft(ClaimKind.AREA, i, b, i, quantity=q, times=share)
    draft.reference = mention
    draft.unit = "share_of_area"
    return draft


def _clause(p: Passage, b: int) -> bool:
    """Whether the share's place ends at token b: a verb, preposition or conjunction follows."""
    low, words = p.tk.low, p.lang.words
    return (
        low[b] in words("prepositions")
        or low[b] in words("auxiliaries")
        or low[b] in words("conjunctions")
        or low[b] in words("adverbs")
        or low[b] in words("time_words")
        or low[b] in words("share_after")
    )


def _country_before(p: Passage, k: int) -> tuple[int, int] | None:
    """The last country or region named before token k: what "the country" stands for."""
    for x in range(k - 1, max(-1, k - 400), -1):
        toponym = p.toponym(x)
        if toponym is not None and (toponym.place is None or toponym.place.feature.startswith("A")):
            return p.span(x)
    return None


def same_size(p: Passage, first: int, stop: int, drafts: list[Draft]) -> Draft | None:
    """ "another area of the same size": as large as the last area before it."""
    low = p.tk.low
    table = p.lang.table("same_size")
    if table.starts.isdisjoint(low[first:stop]):
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
        q = _quantity(k, hit[1], source.quantity.number, source.quantity.unit, "same_as", source.quantity.step)
        return Draft(ClaimKind.AREA, k, hit[1], k, quantity=q, same_as=source, antecedent=source, unit=source.unit)
    return None
