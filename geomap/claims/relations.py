"""What a quantity claims, and what spatial words say of two places: direction, nearness, adjacency, containment.

Each rule looks at a bounded window of tokens around a trigger, so a pass is linear in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from geomap.claims.areas import area_draft, slipped
from geomap.claims.lengths import length_draft
from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.claims.sides import lier, side_draft
from geomap.models import ClaimKind, Compass
from geomap.units import UNITS

_BETWEEN_WINDS = frozenset({"NE", "NW", "SE", "SW"})


def quantity_draft(p: Passage, q: Quantity, first: int, stop: int, earlier: Sequence[Draft] = ()) -> Draft | None:
    """The claim that a quantity makes in its sentence, or None where it measures nothing on a map."""
    if q.dim == "speed" or (q.i > first and p.tk.low[q.i - 1] in p.lang.words("per_words")):
        return None  # "60 miles per hour", "three wolves per 100 square kilometres"
    if q.dim == "m2":
        return area_draft(p, q, first, stop)
    if q.dim == "m2/day":
        return Draft(ClaimKind.RATE, q.i, q.end, q.i, quantity=q)
    if slipped(p, q, first, stop) and q.dim == "m":
        return Draft(ClaimKind.AREA, q.i, q.end, q.i, quantity=q, corrected=True, unit=UNITS[q.unit].square)
    return length_draft(p, q, first, stop, earlier)


def spatial_drafts(p: Passage, first: int, stop: int, taken: list[Draft]) -> list[Draft]:
    """Directions, nearness, adjacency and containment in a sentence, outside what distances already took."""
    out: list[Draft] = []
    low, words = p.tk.low, p.lang.words
    spans = [(d.quantity.i, d.j) for d in taken if d.quantity is not None]
    near, beside, starts = p.lang.table("near"), p.lang.table("beside"), p.lang.spatial_starts
    k = first
    while k < stop:
        w = low[k]
        if w not in starts or any(a <= k < b for a, b in spans):
            k += 1
            continue
        draft: Draft | None = None
        if w in p.lang.winds and w not in words("wind_adjectives"):
            draft = _direction(p, k, first, stop)
        if draft is None and w in near:
            hit = near.match(low, k, stop)
            if hit is not None:
                draft = _nearness(p, k, hit[1], first, stop)
        if draft is None and w in beside:
            hit = beside.match(low, k, stop)
            if hit is not None:
                draft = _adjacency(p, k, hit[1], first, stop)
        if draft is None and w in words("side_leads"):
            draft = side_draft(p, k, first, stop)
        if draft is None and w in words("inside_words"):
            draft = _containment(p, k, first, stop)
        if draft is None and w == ",":
            draft = _made_of(p, k, first, stop)
        if draft is not None:
            out.append(draft)
            k = max(k + 1, min(draft.j, stop))
        else:
            k += 1
    return out


def _direction(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    low, words = p.tk.low, p.lang.words
    hit = p.lang.winds.match(low, k, stop)
    if hit is None or len(low[k]) < 3 or p.tk.capital(k):
        return None
    wind, after = _two_winds(p, hit, stop)
    if after >= stop or low[after] not in words("of_words") | words("from"):
        return None
    here = p.place_phrase(after + 1, stop, plain=False)
    if here is None or not (here[2] or p.toponym(here[0]) is not None or p.tk.capital(here[0])):
        here = _plain_landmark(p, after + 1, stop)
    if here is None:
        return None
    x = k - 1
    inside = False
    while x >= first and low[x] in words("direction_lead"):
        inside = inside or low[x] in words("in_words")
        x -= 1
    the = k - 1 >= first and p.among(k - 1, "definite")
    if the and not inside and not (k - 2 >= first and p.among(k - 2, "to_words")):
        return None  # "the south of France" as a place of its own
    found = (lier(p, x + 1, first) if p.among(x, "located_verbs") else None) or _subject_left(p, x + 1, first)
    if found is None or low[found[1] - 1] in p.lang.winds:
        return None
    draft = Draft(ClaimKind.DIRECTION, found[0], here[1], k)
    if k - draft.i > 24:
        draft.i = k
    draft.subject = [p.mention(*found)]
    draft.reference = p.mention(here[0], here[1])
    draft.direction = Compass(wind)
    return draft


def _two_winds(p: Passage, hit: tuple[str, int], stop: int) -> tuple[str, int]:
    """ "to the south and east of": one wind of the two."""
    wind, after = hit
    other = p.lang.winds.match(p.tk.low, after + 1, stop) if p.among(after, "list_joins") else None
    if other is None or len(wind) != 1 or len(other[0]) != 1:
        return hit
    both = "".join(sorted(wind + other[0], key="NSEW".index))
    return (both, other[1]) if both in _BETWEEN_WINDS else hit


def _plain_landmark(p: Passage, i: int, stop: int) -> tuple[int, int, bool] | None:
    """ "the fire", "this fishing town": a plain noun that may lie on a map."""
    if i >= stop or not p.among(i, "determiners"):
        return None
    k = i + 1
    while k < min(stop, i + 4) and not p.boundary(k):
        if p.among(k, "landmarks") or p.among(k, "place_nouns"):
            return i, k + 1, False
        k += 1
    return None


def _subject_left(p: Passage, i: int, first: int) -> tuple[int, int] | None:
    """What stands there: the noun phrase just left of token i, its name preferred."""
    tk, low, words = p.tk, p.tk.low, p.lang.words
    k = i - 1
    while k >= first and (
        tk.word[k] in ",–—(" or low[k] in words("located_verbs") | words("adverbs") | words("to_words")
    ):
        k -= 1
    if k < first:
        return None
    while k > first and low[k] in words("along_sides"):
        k -= 1
    number = p.top[k]
    if number >= 0 and not p.is_demonym(k):
        return p.span(k)
    if p.is_verb(k, first):
        return p.doer(k, first)
    x = k
    told = p.lang.table("speech")
    while x >= first and k - x < 8 and not p.boundary(x) and not (low[x] in told or low[x] in words("verb_like")):
        x -= 1
        if x + 1 < k and low[x + 1] in words("articles"):
            break  # "the blast hit a market just north of Mosul": the market
    if x >= k:
        return None
    if x > first and p.among(x, "list_joins") and p.has_force(x + 1, k + 1):
        # "Ukrainian formations and Western mercenaries": the first of the two
        y = x - 1
        while y >= first and x - y < 6 and not p.boundary(y):
            y -= 1
        if p.has_force(y + 1, x):
            return y + 1, x
    return x + 1, k + 1


def _nearness(p: Passage, k: int, after: int, first: int, stop: int) -> Draft | None:
    low, words = p.tk.low, p.lang.words
    here = p.place_phrase(after, stop, plain=True)
    if here is None:
        return None
    named = here[2] or p.toponym(here[0]) is not None
    line = any(low[x] in words("border_nouns") for x in range(here[0], here[1]))
    if not named and not line:
        return None
    if not named and not p.conflict and not any(p.top[x] >= 0 for x in range(here[0], here[1])):
        return None
    if here[1] < stop and low[here[1]] in words("near_spoilers"):
        return None
    if not line and p.toponym(here[0]) is None and not any(p.top[x] >= 0 for x in range(here[0], here[1])):
        return None
    if (p.tk.capital(k) and k > first) or any(low[x] in words("street_nouns") for x in range(after, here[1])):
        return None
    x = k
    while x > first and low[x - 1] in words("auxiliaries") | words("adverbs") | words("located_verbs"):
        x -= 1
    found = _subject_left(p, x, first)
    if found is None:
        return None
    town = line and found[1] - found[0] == 1 and p.capital_name(found[0])  # "Baghouz, hard by the Iraqi border"
    if not town and not _standing(p, found):
        return None
    draft = Draft(ClaimKind.PROXIMITY, found[0], here[1], k, qualifier="near")
    draft.subject = [p.mention(*found)]
    draft.reference = p.mention(here[0], here[1])
    return draft


def _standing(p: Passage, found: tuple[int, int]) -> bool:
    """Whether what is near is worth a claim: a place, an armed party, a front or a fire; not a person walking."""
    low, words = p.tk.low, p.lang.words
    last = low[found[1] - 1]
    if any(low[x] in words("street_nouns") for x in range(*found)):
        return False
    if p.top[found[1] - 1] >= 0 and not p.is_demonym(found[1] - 1):
        return True
    return last in words("near_subjects") or (p.conflict and p.has_force(*found))


def _adjacency(p: Passage, k: int, after: int, first: int, stop: int) -> Draft | None:
    low, words = p.tk.low, p.lang.words
    x = after
    direction = None
    line = p.line(first, stop)
    x = line.past(x, "definite")
    wind = p.lang.winds.match(low, x, stop)
    if wind is not None:
        direction = wind[0]
        x = wind[1]
    x = line.past(line.past(x, "of_words"), "definite")
    name = p.name(x, stop)
    here = (*name, True) if name is not None else p.place_phrase(x, stop, plain=False)
    if here is not None and here[1] < stop and low[here[1]] in words("line_nouns"):
        here = (here[0], here[1] + 1, here[2])
    if here is None or not here[2]:
        return None
    if p.among(k, "along_words") and not any(
        low[y] in words("line_nouns") for y in range(here[0], min(stop, here[1] + 4))
    ):
        return None
    found = _subject_left(p, k, first)
    place = p.place_before(k, first, reach=12)
    subject = place or found
    if subject is None or place is None:
        return None
    y = here[1]
    if line.among(y, "genitives"):
        side = p.lang.winds.match(low, y + 1, stop)
        if side is not None:
            direction = side[0]
            y = side[1]
            if y < stop and low[y] in words("line_nouns"):
                y += 1
        else:
            y = here[1]
    draft = Draft(ClaimKind.ADJACENCY, subject[0], max(here[1], y), k)
    draft.subject = [p.mention(*subject)]
    draft.reference = p.mention(here[0], here[1])
    draft.direction = Compass(direction) if direction else None
    return draft


def _part_before(p: Passage, y: int, stop: int) -> tuple[int, tuple[str, int] | None]:
    """Pass "the south-eastern part" before a region's name at token y: the token of the name, and the wind."""
    wind = None
    while y < stop and any(p.among(y, words) for words in ("determiners", "direction_parts", "wind_adjectives")):
        named = p.tk.capital(y) and p.tk.low[y] in p.lang.winds and not p.among(y, "wind_adjectives")
        if not named:  # "North Darfur": the wind belongs to the name
            wind = p.lang.winds.match(p.tk.low, y, stop) or wind
        y += 1
    return y, wind


def _past_noun(p: Passage, k: int, first: int) -> int:
    """The token before "a town" in "Aralsk is a town in", "Aralsk, a dusty town in"; k where none ends there."""
    if k <= first or not p.among(k, "place_nouns"):
        return k
    for x in range(k - 1, max(first, k - 3), -1):
        if p.among(x, "indefinite"):
            said = p.among(x - 1, "located_words") or p.tk.word[x - 1] == ","
            return x - 1 if said else k
        if p.boundary(x):
            break
    return k


def _lier_of_wind(p: Passage, i: int, first: int) -> tuple[int, int] | None:
    """What lies west of the name at token i: "Manchhar Lake, which lies west of the Indus"."""
    k = i - 1
    while k > first and p.among(k, "determiners"):
        k -= 1
    wind = p.lang.winds.match_back(p.tk.low, k, first) if p.among(k, "of_words") else None
    return None if wind is None else lier(p, wind[1], first)


def _lies_aside(p: Passage, i: int, first: int) -> bool:
    """Whether the name at token i only says where another thing is: "near Kharkiv", "west of Kharkiv"."""
    k = i - 1
    while k >= first and p.among(k, "determiners"):
        k -= 1
    if k <= first or not p.among(k, "prepositions"):
        return False
    return not (p.among(k, "of_words") and p.among(k - 1, "place_nouns"))


def _containment(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    """ "Lyman in the Donetsk region", "the town of Akuressa, in Matara district"."""
    tk, low, words = p.tk, p.tk.low, p.lang.words
    x = _past_noun(p, k - 1, first)
    while x >= first and (tk.word[x] == "," or low[x] in words("located_words")):
        x -= 1
    if x < first or p.top[x] < 0 or p.is_demonym(x):
        if x < first or not (
            p.capital_name(x) and x - 2 >= first and p.among(x - 1, "of_words") and low[x - 2] in words("place_nouns")
        ):
            return None
        subject = (x, x + 1)
    else:
        subject = p.span(x)
    if _lies_aside(p, subject[0], first):
        whose = _lier_of_wind(p, subject[0], first)
        if whose is None and k - subject[1] > 0:
            return None  # "the mine near Kharkiv is in Donetsk region"
        subject = whose or subject
    lead = subject[0] - 2 >= first and p.among(subject[0] - 1, "of_words") and p.among(subject[0] - 2, "place_nouns")
    if p.among(k, "of_words") and not lead:
        return None
    y, wind = _part_before(p, k + 1, stop)
    here = p.name(y, stop)
    if here is None:
        return None
    a, b = here
    named_region = b < stop and low[b] in words("region_nouns")
    toponym = p.toponym(a)
    inner_region = low[b - 1] in words("region_nouns")
    big = toponym is not None and toponym.place is not None and toponym.place.feature.startswith("A")
    if not (named_region or inner_region or big or (lead and toponym is not None)):
        return None
    settlement = p.toponym(subject[0])
    if settlement is not None and settlement.place is not None and settlement.place.feature in ("A.PCLI", "A.PCLS"):
        return None
    if p.among(k, "of_words") and not (named_region or inner_region):
        return None
    end = b + 1 if named_region else b
    draft = Draft(ClaimKind.CONTAINMENT, subject[0], end, k)
    draft.subject = [p.mention(*subject)]
    draft.reference = p.mention(a, end)
    draft.direction = Compass(wind[0]) if wind is not None else None
    return draft


def _made_of(p: Passage, k: int, first: int, stop: int) -> Draft | None:
    """ "Donbas, the eastern provinces of Donetsk and Luhansk": the parts lie in the whole."""
    low, words = p.tk.low, p.lang.words
    if k == first or p.top[k - 1] < 0 or p.is_demonym(k - 1):
        return None
    x = k + 1
    while x < stop and x < k + 5 and low[x] not in words("part_nouns"):
        if p.boundary(x):
            return None
        x += 1
    if x + 1 >= stop or low[x] not in words("part_nouns") or low[x + 1] not in words("of_words"):
        return None
    names, end = p.names_from(x + 2, stop)
    if not names:
        return None
    whole = p.span(k - 1)
    wind = next((w for w in (p.lang.winds.match(low, y, x) for y in range(k + 1, x)) if w is not None), None)
    draft = Draft(ClaimKind.CONTAINMENT, whole[0], end, k)
    draft.subject = [p.mention(*n) for n in names]
    draft.reference = p.mention(*whole)
    draft.direction = Compass(wind[0]) if wind is not None else None
    return draft
