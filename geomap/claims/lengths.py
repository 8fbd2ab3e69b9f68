"""Lengths in their sentence: distances, extents, advances and rates; what is none of these measures no map.

Each rule looks at a bounded window of tokens around the quantity, so a pass is linear in the text.
"""

from __future__ import annotations

from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.models import ClaimKind, Compass, Mention, Qualifier

_MIN_DISTANCE_M = 60.0
"""Shorter lengths are people, cars and furniture: below what a place's point can tell."""


def length_draft(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    """The claim that a length or a rate of one makes, or None."""
    if q.dim == "m/day":
        return _rate(p, q, first, stop)
    if (q.si if q.si_max is None else q.si_max) < _MIN_DISTANCE_M:
        return None
    return (
        _radius(p, q, first, stop)
        or _advance(p, q, first, stop)
        or _distance(p, q, first, stop)
        or _extent(p, q, first, stop)
    )


def _rate(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    low = p.tk.low
    if any(low[k] in p.lang.words("persons") for k in range(max(first, q.i - 6), q.i)):
        return None
    if not any(low[k] in p.lang.words("advance_context") for k in range(first, stop)):
        return None
    draft = Draft(ClaimKind.RATE, q.i, q.end, q.i, quantity=q)
    _mover(p, draft, q, first)
    return draft


def _mover(p: Passage, draft: Draft, q: Quantity, first: int) -> None:
    for k in range(q.i - 1, first - 1, -1):
        if p.tk.low[k] in p.lang.words("advance_verbs"):
            here = p.subject_before(k, first)
            if here is not None:
                draft.subject = [p.mention(*here)]
                draft.i = min(draft.i, here[0])
                draft.actor_at = here
            draft.at = k
            return


def _radius(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    low = p.tk.low
    k = q.end
    zone = p.lang.words("zone_nouns")
    radius = p.lang.words("radius_words")
    after = k < stop and (low[k] in radius or (k + 1 < stop and low[k] in ("-", "in") and low[k + 1] in radius))
    before = any(low[x] in radius for x in range(max(first, q.i - 3), q.i))
    hedged = range(max(first, q.i - 5), q.i)
    of_zone = (
        any(low[x] in zone and x + 1 < q.i + 1 and low[x + 1] in p.lang.words("of_words") for x in hedged)
        and not q.hyphen
    )
    adjective = (
        (q.hyphen or q.end < stop)
        and any(low[x] in zone for x in range(q.end, min(stop, q.end + 3)))
        and not any(p.boundary(x) for x in range(q.end, min(stop, q.end + 1)))
    )
    if not (after or before or of_zone or adjective):
        return None
    draft = Draft(ClaimKind.EXTENT, q.i, q.end, q.i, quantity=q)
    k = q.end
    limit = min(stop, k + 6)
    while k < limit and low[k] not in ("of", "around", "from"):
        if p.tk.word[k] in ".,;":
            break
        k += 1
    if k < limit and low[k] in ("of", "around", "from"):
        here = p.place_phrase(k + 1, stop)
        if here is not None:
            draft.reference = p.mention(here[0], here[1])
            draft.j = max(draft.j, here[1])
    return draft


def _advance(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    """ "advanced 30 km", "a push of more than 30km to Dudchany", "a 10-mile advance"."""
    low, words = p.tk.low, p.lang.words
    if q.qualifier is Qualifier.AT_MOST and q.end < stop and low[q.end] in words("of_words"):
        return None  # "came to within five miles of the White House": where they were
    at = -1
    for k in range(q.i - 1, max(first, q.i - 5) - 1, -1):
        if low[k] in words("advance_verbs"):
            at = k
            break
        if p.tk.word[k] in ",;:–—" or low[k] in words("relative"):
            break
    nxt = low[q.end] if q.end < stop else ""
    if at < 0 and nxt in words("advance_nouns"):
        at = q.end
    if at < 0:
        return None
    if low[at] in ("of",):
        return None
    context = any(low[k] in words("advance_context") or low[k] in words("forces") for k in range(first, stop))
    if not context and not p.conflict:
        return None
    if any(low[k] in words("persons") for k in range(max(first, at - 3), at)):
        return None
    draft = Draft(ClaimKind.ADVANCE, min(q.i, at), max(q.end, at + 1), at, quantity=q)
    here = p.subject_before(at, first)
    if here is not None:
        draft.subject = [p.mention(*here)]
        draft.actor_at = here
        draft.i = here[0]
    _toward(p, draft, max(q.end, at + 1), stop)
    if draft.reference is None and draft.direction is None and nxt in words("from"):
        lead = low[at] in words("located_verbs")
        if lead:
            return None
    return draft


def _toward(p: Passage, draft: Draft, k: int, stop: int) -> None:
    """Direction, end and region of an advance: "south-west to Dudchany", "into Russia-held land in Kharkiv"."""
    low, words = p.tk.low, p.lang.words
    limit = min(stop, k + 14)
    while k < limit:
        lead = p.lang.table("lead").match(low, k, stop)
        if lead is not None:
            k = lead[1]
            continue
        wind = p.lang.winds.match(low, k, stop)
        if wind is not None:
            draft.direction = Compass(wind[0])
            k = wind[1]
            draft.j = max(draft.j, k)
            continue
        if low[k] in words("toward_words"):
            here = p.place_phrase(k + 1, stop, plain=False)
            if here is not None:
                mention = p.mention(here[0], here[1])
                if low[k] in words("in_words") and not (low[k] in words("of_words") and draft.direction is not None):
                    draft.region = draft.region or mention
                elif draft.reference is None:
                    draft.reference = mention
                draft.j = max(draft.j, here[1])
                k = here[1]
                continue
        if p.tk.word[k] in ",;.–—" or low[k] in words("conjunctions"):
            return
        k += 1


def _distance(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    _tk, low, words = p.tk, p.tk.low, p.lang.words
    k = q.end
    direction: str | None = None
    reference: Mention | None = None
    end = q.end
    away = False
    linked = False
    if k < stop and p.tk.word[k] == "," and q.i - 2 >= first and p.tk.word[q.i - 2] == ",":
        k += 1  # "a two-hour drive, or 110 miles, east of"
    for _ in range(4):
        lead = p.lang.table("lead").match(low, k, stop)
        if lead is None:
            break
        away = away or low[k] in words("away_words")
        k = lead[1]
    wind = p.lang.winds.match(low, k, stop)
    if wind is not None and not _adjective_wind(p, k, wind[1], stop):
        direction, k = wind
        end = k
        linked = True
        if low[k - 1] in words("bare_winds"):
            # "за 20 км північніше Харкова": the case says "of"
            here = p.place_phrase(k, stop, plain=False)
            if here is not None:
                reference = p.mention(here[0], here[1])
                end = here[1]
    link = p.lang.table("from").match(low, k, stop) if reference is None else None
    if (
        link is not None
        and direction is None
        and _runs(p, q, first)
        and any(low[x] in words("to_words") for x in range(link[1], min(stop, link[1] + 6)))
    ):
        return None  # "runs for 12 miles from Ayr to Doon": how long it is
    inside = low[k] if k < stop else ""
    of = k < stop and low[k] in words("of_words") and (direction is not None or q.qualifier is Qualifier.AT_MOST)
    if not of and k < stop and low[k] in words("of_words") and _found_clause(p, k + 1, stop):
        of = True
    if link is not None or of:
        after = link[1] if link is not None else k + 1
        here = p.place_phrase(after, stop)
        linked = True
        if here is not None and _landmark(p, here, after):
            reference = p.mention(here[0], here[1])
            end = here[1]
        elif after < stop and low[after] in words("it_words"):
            reference = _antecedent(p, after, first)
            end = after + 1
        elif after < stop and low[after] in words("relative"):
            end = after + 1
        elif here is not None:
            return None
    elif k < stop and low[k] in words("apart_words"):
        linked, end = True, k + 1
    elif k < stop and low[k] in words("between"):
        names, after = p.names_from(k + 1, stop)
        if len(names) >= 2:
            draft = Draft(ClaimKind.DISTANCE, q.i, after, q.i, quantity=q)
            draft.subject = [p.mention(*names[0])]
            draft.reference = p.mention(*names[1])
            return draft
    elif direction is None and not away:
        back = _between_before(p, q, first)
        if back is not None:
            return back
    if not linked and not away:
        return None
    if q.hyphen and reference is None and direction is None:
        return None
    if reference is None and direction is None and not (away or inside in words("apart_words") or of or link):
        return None
    draft = Draft(ClaimKind.DISTANCE, q.i, end, q.i, quantity=q)
    draft.direction = Compass(direction) if direction else None
    draft.reference = reference
    found = _subject(p, q.i, first)
    if found is not None:
        draft.subject = [p.mention(*found)]
        if q.i - found[0] < 16:
            draft.i = found[0]
    traveller = any(low[x] in words("travel_verbs") for x in range(max(first, q.i - 3), q.i))
    placed = found is not None and p.top[found[0]] >= 0 and reference is not None
    if traveller and not placed and (reference is None or direction is None):
        return None
    if reference is None and (direction is not None or away):
        draft.reference = _earlier_place(p, found[0] if found else q.i, found)
        if draft.reference is None and direction is None and inside not in words("apart_words"):
            draft.checkable = True
    return draft


def _runs(p: Passage, q: Quantity, first: int) -> bool:
    """Whether a verb of extent ("runs for", "stretches") stands just before a quantity."""
    low, words = p.tk.low, p.lang.words
    x = q.i - 1
    while x >= first and (low[x] in words("adverbs") or low[x] in words("length_leads")):
        x -= 1
    return x >= first and low[x] in words("extent_verbs")


def _adjective_wind(p: Passage, k: int, after: int, stop: int) -> bool:
    """ "50 miles northern ..." is no direction of a distance; single letters need a figure's neighbour."""
    return p.tk.low[after - 1] in p.lang.words("wind_adjectives")


def _found_clause(p: Passage, k: int, stop: int) -> bool:
    return k < stop and p.tk.low[k] in p.lang.words("relative")


def _landmark(p: Passage, here: tuple[int, int, bool], after: int) -> bool:
    """Whether a reference can lie on a map: a name, or a plain noun such as "the site"."""
    a, b, named = here
    low, words = p.tk.low, p.lang.words
    if named:
        return True
    if any(p.top[k] >= 0 for k in range(a, b)):
        return True
    if p.tk.capital(a) and p.capital_name(a):
        return True
    if any(low[k] in words("landmarks") or low[k] in words("line_nouns") for k in range(a, b)):
        return True
    if low[b - 1] in words("place_nouns") | words("region_nouns"):
        return True
    return low[a] in words("articles") and b - a > 1 and low[b - 1] not in words("not_landmarks")


def _antecedent(p: Passage, i: int, first: int) -> Mention | None:
    """What "it" refers to: the subject of the sentence before."""
    number = p.tk.sentence_of[i]
    if number == 0:
        return None
    start, stop = p.tk.sentences[number - 1]
    for k in range(start, stop):
        if k > start and (p.boundary(k) or p.tk.low[k] in p.lang.words("extent_verbs")):
            return p.mention(start, k)
    return None


def _earlier_place(p: Passage, i: int, own: tuple[int, int] | None) -> Mention | None:
    """The place that a bare direction counts from: the last one named before the subject."""
    here = {p.top[k] for k in range(own[0], own[1])} if own else set()
    number = p.tk.sentence_of[min(i, len(p.tk) - 1)]
    floor = p.tk.sentences[max(0, number - 1)][0]
    for k in range(i - 1, floor - 1, -1):
        if p.top[k] >= 0 and p.top[k] not in here and not p.is_demonym(k):
            return p.mention(*p.span(k))
    return None


def _between_before(p: Passage, q: Quantity, first: int) -> Draft | None:
    """ "the distance between A and B is 40 km"."""
    low, words = p.tk.low, p.lang.words
    for k in range(max(first, q.i - 14), q.i):
        if low[k] in words("distance_nouns"):
            for x in range(k + 1, min(q.i, k + 4)):
                if low[x] in words("between") or low[x] in words("from"):
                    verb = q.i
                    while verb > x and low[verb - 1] in words("auxiliaries"):
                        verb -= 1
                    names, after = p.names_from(x + 1, verb)
                    if len(names) == 1 and after < q.i and low[after] in words("to_words"):
                        more, _ = p.names_from(after + 1, q.i)
                        names = names + more
                    if len(names) >= 2:
                        draft = Draft(ClaimKind.DISTANCE, k, q.end, q.i, quantity=q)
                        draft.subject = [p.mention(*names[0])]
                        draft.reference = p.mention(*names[1])
                        return draft
    return None


def _subject(p: Passage, i: int, first: int) -> tuple[int, int] | None:
    """What lies there: the place just before, or the subject of "lies", "remain", "came to within"."""
    tk, low, words = p.tk, p.tk.low, p.lang.words
    k = i - 1
    while k >= first and (tk.word[k] in ",–—(-" or low[k] in words("determiners") | words("adverbs") | {"to"}):
        k -= 1
    if k < first:
        return None
    steps = 0
    verb = -1
    x = k
    while x >= first and steps < 14:
        number = p.top[x]
        if number >= 0 and not p.is_demonym(x) and verb < 0 and _plain_between(p, x + 1, i):
            return _settlement(p, p.span(x), first)
        if low[x] in words("located_verbs") and verb < 0:
            verb = x
            break
        if tk.word[x] in ";:":
            break
        x -= 1
        steps += 1
    if verb >= 0:
        start = verb
        while start > first and (
            low[start - 1] in words("auxiliaries") | words("located_verbs") | words("adverbs") | words("relative")
        ):
            start -= 1
        here = p.doer(start, first)
        if here is not None:
            return _name_in(p, here)
    place = p.place_before(i, first, reach=20)
    if place is not None:
        return place
    x = k
    while x > first and low[x] in words("particles"):
        x -= 1
    return p.doer(x, first) if p.is_verb(x, first) else p.subject_before(k + 1, first)


def _settlement(p: Passage, here: tuple[int, int], first: int) -> tuple[int, int]:
    """ "Akuressa, in Matara district some 160km south": the town rather than the district that it is in."""
    low, words = p.tk.low, p.lang.words
    k = here[0] - 1
    while k >= first and low[k] in words("determiners"):
        k -= 1
    if k < first or low[k] not in words("inside_words"):
        return here
    k -= 1
    while k >= first and (p.tk.word[k] == "," or low[k] in words("located_words")):
        k -= 1
    return p.span(k) if k >= first and p.top[k] >= 0 and not p.is_demonym(k) else here


def _plain_between(p: Passage, i: int, j: int) -> bool:
    """Whether tokens [i, j) are an apposition ("a town of about 5,000"): no other verb or relation between."""
    low = p.tk.low
    return not any(low[k] in p.lang.words("from") or low[k] in p.lang.words("advance_verbs") for k in range(i, j))


def _name_in(p: Passage, here: tuple[int, int]) -> tuple[int, int]:
    """The place named inside a noun phrase, or the phrase."""
    for k in range(here[1] - 1, here[0] - 1, -1):
        if p.top[k] >= 0 and not p.is_demonym(k) and p.tk.low[here[1] - 1] not in p.lang.words("forces"):
            return p.span(k)
    return here


def _extent(p: Passage, q: Quantity, first: int, stop: int) -> Draft | None:
    tk, low, words = p.tk, p.tk.low, p.lang.words
    k = q.end
    after = range(k, min(stop, k + 4))
    stretch, spoiled = words("stretch_nouns"), words("not_stretch")
    if any(low[x] in words("persons") for x in range(max(first, q.i - 3), q.i)):
        return None
    run = []
    for x in after:
        if tk.word[x] in ",;.()" or (low[x] in words("auxiliaries")):
            break
        run.append(x)
    if any(low[x] in spoiled for x in run[:3]):
        return None
    kind = False
    end = q.end
    if k < stop and low[k] == "of" and not q.hyphen:
        for x in range(k + 1, min(stop, k + 7)):
            if low[x] in words("line_nouns") | stretch and not any(
                low[y] in spoiled for y in range(k + 1, x + 2) if y < stop
            ):
                kind, end = True, x + 1
                break
            if p.boundary(x) and low[x] not in ("'s", "of"):
                break
    if not kind and run and any(low[x] in stretch for x in run[:2]) and low[run[0]] != "of":
        kind = True
        end = next(x for x in run if low[x] in stretch) + 1
    if not kind and q.hyphen:
        # "The 130-mile St. Marys River"
        for x in range(k, min(stop, k + 5)):
            if low[x] in words("line_nouns") and tk.capital(x):
                kind, end = True, x + 1
                break
            if not tk.capital(x) and tk.word[x] != ".":
                break
    dimension = p.lang.table("extent_after").match(low, k + 1 if k < stop and low[k] == "-" else k, stop)
    if not kind and dimension is not None:
        limit = 1000.0 if dimension[0] == "deep" else 500.0
        near = any(low[x] in stretch for x in range(max(first, q.i - 8), min(stop, dimension[1] + 6)))
        wrong = any(low[x] in spoiled for x in range(dimension[1], min(stop, dimension[1] + 3)))
        if (q.si >= limit or near) and not wrong:
            kind, end = True, dimension[1]
    if not kind:
        x = q.i - 1
        while x >= first and (low[x] in words("adverbs") or low[x] in words("length_leads")):
            x -= 1
        if x >= first and low[x] in words("extent_verbs"):
            here = p.subject_before(x, first)
            person = (
                here is not None and low[here[0]] in words("pronouns") and low[here[0]] not in ("it", "which", "that")
            )
            if not person and q.si >= 500.0:
                kind, end = True, q.end
    if not kind:
        x = q.i - 1
        of_noun = x - 1 >= first and low[x] in words("of_words") and low[x - 1] in words("extent_nouns")
        kind = of_noun or (x >= first and low[x] in words("bare_extent"))
    if not kind:
        return None
    draft = Draft(ClaimKind.EXTENT, q.i, end, q.i, quantity=q)
    if end < stop and low[end] in ("of", "along"):
        here2 = p.place_phrase(end + 1, stop, plain=False)
        if here2 is not None:
            draft.subject = [p.mention(here2[0], here2[1])]
            draft.j = here2[1]
    if not draft.subject:
        place = p.place_before(q.i, first, reach=12)
        if place is not None:
            draft.subject = [p.mention(*place)]
    return draft
