"""Lengths in their sentence: distances, extents, advances and rates; what is none of these measures no map.

Each rule looks at a bounded window of tokens around the quantity, so a pass is linear in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geomap.claims.choice import Candidate, Sought, candidates, choose
from geomap.claims.line import Line
from geomap.claims.passage import Draft, Passage
from geomap.claims.quantities import Quantity
from geomap.models import ClaimKind, Compass, Mention, Qualifier

_MIN_DISTANCE_M = 60.0
"""Shorter lengths are people, cars and furniture: below what a place's point can tell."""


_LONGEST_ADVANCE = 14
"""Tokens after an advance in which its direction and end are told."""
_ZONE_REACH = 6
"""Tokens after a radius in which its centre is named."""
_STRETCH_M = 500.0
"""Shorter stretches need a noun that says so: "500 metres long" may be a building."""
_DEEP_M = 1000.0
"""The same for depth: lakes and trenches are shallower than a kilometre, advances are not."""
_SUBJECT_REACH = 14
"""Tokens before a distance in which what lies there is looked for."""
_QUOTED = 16
"""Tokens before a distance within which its subject belongs to the quote."""
_PARTED_REACH = 7
"""Tokens round a length in which "separates" stands."""
_END = frozenset(",;:–—")


def length_draft(p: Passage, q: Quantity, first: int, stop: int, earlier: Sequence[Draft] = ()) -> Draft | None:
    """The claim that a length or a rate of one makes, or None; ``earlier``: drafts before it, in reading order."""
    line = p.line(first, stop)
    if q.dim == "m/day":
        return _rate(p, q, line)
    if (q.si if q.si_max is None else q.si_max) < _MIN_DISTANCE_M:
        return None
    return _radius(p, q, line) or _advance(p, q, line) or _distance(p, q, line, earlier) or _extent(p, q, line)


# ── rates, radii, advances ───────────────────────────────────────────────────────────────────────────────────


def _rate(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "The troops advance 2 km a day"; not what a person walks."""
    if line.any_among("persons", q.i - 6, q.i) or not line.any_among("advance_context", line.first, line.stop):
        return None
    draft = Draft(ClaimKind.RATE, q.i, q.end, q.i, quantity=q)
    at = next((k for k in range(q.i - 1, line.first - 1, -1) if line.among(k, "advance_verbs")), None)
    if at is not None:
        draft.at = at
        here = p.subject_before(at, line.first)
        if here is not None:
            draft.subject = [p.mention(*here)]
            draft.i = min(draft.i, here[0])
            draft.actor_at = here
    return draft


def _radius(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "a 30 km radius of Chernobyl", "an exclusion zone of 5 miles around the port"."""
    if not _is_radius(p, q, line):
        return None
    draft = Draft(ClaimKind.EXTENT, q.i, q.end, q.i, quantity=q)
    for k in range(q.end, min(line.stop, q.end + _ZONE_REACH)):
        if line.among(k, "radius_links"):
            here = p.place_phrase(k + 1, line.stop)
            if here is not None:
                draft.reference = p.mention(here[0], here[1])
                draft.j = max(draft.j, here[1])
            break
        if p.tk.word[k] in ".,;":
            break
    return draft


def _is_radius(p: Passage, q: Quantity, line: Line) -> bool:
    k = q.end
    linked = line.at(k) == "-" or line.among(k, "unit_leads")
    after = line.among(k, "radius_words") or (linked and line.among(k + 1, "radius_words"))
    if after or line.any_among("radius_words", q.i - 3, q.i):
        return True
    of_zone = any(
        line.among(x, "zone_nouns") and line.among(x + 1, "of_words") for x in range(max(line.first, q.i - 5), q.i)
    )
    if of_zone and not q.hyphen:  # "a zone of 5 miles"
        return True
    adjective = k < line.stop and not p.boundary(k)  # "a 5-mile exclusion zone"
    return adjective and line.any_among("zone_nouns", k, k + 3)


def _advance(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "advanced 30 km", "a push of more than 30km to Dudchany", "a 10-mile advance"."""
    if q.qualifier is Qualifier.AT_MOST and line.among(q.end, "of_words"):
        return None  # "came to within five miles of the White House": where they were
    at = _advance_word(p, q, line)
    if at is None or line.any_among("persons", at - 3, at):
        return None
    at_war = any(line.any_among(words, line.first, line.stop) for words in ("advance_context", "forces"))
    if not at_war and not p.conflict:
        return None
    draft = Draft(ClaimKind.ADVANCE, min(q.i, at), max(q.end, at + 1), at, quantity=q)
    here = p.subject_before(at, line.first)
    if here is not None:
        draft.subject = [p.mention(*here)]
        draft.actor_at = here
        draft.i = here[0]
    _toward(p, draft, max(q.end, at + 1), line)
    bare = draft.reference is None and draft.direction is None
    if bare and line.among(q.end, "from") and line.among(at, "located_verbs"):
        return None  # "moved 30 km from the front": where they are
    return draft


def _advance_word(p: Passage, q: Quantity, line: Line) -> int | None:
    """The token of the verb before, or the noun after, that makes a length an advance."""
    for k in range(q.i - 1, max(line.first, q.i - 5) - 1, -1):
        if line.among(k, "advance_verbs"):
            return k
        if p.tk.word[k] in _END or line.among(k, "relative"):
            break
    return q.end if line.among(q.end, "advance_nouns") else None


def _toward(p: Passage, draft: Draft, k: int, line: Line) -> None:
    """Direction, end and region of an advance: "south-west to Dudchany", "into Russia-held land in Kharkiv"."""
    low, limit = p.tk.low, min(line.stop, k + _LONGEST_ADVANCE)
    while k < limit:
        lead = p.lang.table("lead").match(low, k, line.stop)
        if lead is not None:
            k = lead[1]
            continue
        wind = p.lang.winds.match(low, k, line.stop)
        if wind is not None:
            draft.direction = Compass(wind[0])
            k = wind[1]
            draft.j = max(draft.j, k)
            continue
        after = _goal(p, draft, k, line) if line.among(k, "toward_words") else None
        if after is not None:
            k = after
            continue
        if p.tk.word[k] in ",;.–—" or line.among(k, "conjunctions"):
            return
        k += 1


def _goal(p: Passage, draft: Draft, k: int, line: Line) -> int | None:
    """Take the place after the preposition at token k as end or region of an advance; the token after it."""
    here = p.place_phrase(k + 1, line.stop, plain=False)
    if here is None:
        return None
    mention = p.mention(here[0], here[1])
    of_direction = line.among(k, "of_words") and draft.direction is not None  # "south of Kupiansk"
    if line.among(k, "in_words") and not of_direction:
        draft.region = draft.region or mention
    elif draft.reference is None:
        draft.reference = mention
    draft.j = max(draft.j, here[1])
    return here[1]


# ── distances ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Way:
    """What stands after a length that may be a distance, as far as it is read; ``end`` is the token after it."""

    end: int
    direction: str | None = None
    reference: Mention | None = None
    away: bool = False
    linked: bool = False
    apart: bool = False
    """Two places, or one and the shore: "10 km apart", "2 miles offshore"."""
    begin: int | None = None
    """The token where what was told before the length begins: "west of B, at 40 km"."""
    linking: bool = False
    """ "from" or "of" stands there, whatever follows it."""


def _distance(p: Passage, q: Quantity, line: Line, earlier: Sequence[Draft]) -> Draft | None:
    """ "Izium lies 20 km south-east of Kharkiv", "30 miles away", "10 km from the border"."""
    both = _separates(p, q, line)
    if both is not None:
        return both
    way = _Way(q.end)
    k = _wind(p, q, line, way)
    _said_before(p, q, line, way)
    link = p.lang.table("from").match(p.tk.low, k, line.stop) if way.reference is None else None
    if link is not None and way.direction is None and _is_run(p, q, line, link[1]):
        return None
    mutual = link is not None and p.lang.table("mutual").match(p.tk.low, link[1], line.stop) is not None
    if not mutual and (link is not None or _is_of(q, line, k, way.direction is not None)):
        way.linked = way.linking = True
        if not _from_where(p, line, link[1] if link is not None else k + 1, way):
            return None
    elif (after := _apart(p, q, line, k, earlier)) is not None:
        way.linked = way.apart = True
        way.end = after
        pair = _pair_before(p, q.i, line)
        if pair is not None and not line.among(k, "apart_alone"):
            return _of_two(p, q, pair, pair[0][0], way.end)
    elif line.among(k, "between"):
        names, after = p.names_from(k + 1, line.stop)
        if len(names) >= 2:
            return _of_two(p, q, names, q.i, after)
    elif way.direction is None and not way.away:
        both = _between_before(p, q, line)
        if both is not None:
            return both
    return _from_subject(p, q, line, way, earlier) if _says_distance(q, way) else None


def _says_distance(q: Quantity, way: _Way) -> bool:
    """Whether enough was said to make a length a distance."""
    if not way.linked and not way.away:
        return False
    if way.reference is not None or way.direction is not None:
        return True
    return not q.hyphen and (way.away or way.apart or way.linking)


def _wind(p: Passage, q: Quantity, line: Line, way: _Way) -> int:
    """Read "away", "to the south-east" after a length; the token after them."""
    low, k = p.tk.low, q.end
    if line.at(k) == "," and q.i - 2 >= line.first and line.at(q.i - 2) == ",":
        k += 1  # "a two-hour drive, or 110 miles, east of"
    if p.lang.table("from").match(low, k, line.stop) is not None:
        return k
    for _ in range(4):
        afar = p.lang.table("afar").match(low, k, line.stop)
        if afar is not None and not q.hyphen:
            way.away, way.end = True, afar[1]
            return afar[1]
        lead = p.lang.table("lead").match(low, k, line.stop)
        if lead is None:
            break
        way.away = way.away or line.among(k, "away_words")
        k = lead[1]
    bracket = line.at(k) == "("
    wind = p.lang.winds.match(low, k + bracket, line.stop)
    if wind is None or _is_adjective(p, wind[1] - 1, line):
        return k  # "50 miles northern ..." is no direction of a distance
    if bracket and line.at(wind[1]) != ")":
        return k
    way.direction, k = wind[0], wind[1] + bracket
    way.linked, way.end = True, k
    if line.among(k - 1, "bare_winds"):
        # "за 20 км північніше Харкова": the case says "of"
        here = p.place_phrase(k, line.stop, plain=False)
        if here is not None:
            way.reference = p.mention(here[0], here[1])
            way.end = here[1]
    return k


def _is_adjective(p: Passage, k: int, line: Line) -> bool:
    """Whether a wind at token k only describes what follows; capitals alone ("60 km SW of") do not."""
    return line.among(k, "wind_adjectives") and not p.tk.word[k].isupper()


def _said_before(p: Passage, q: Quantity, line: Line, way: _Way) -> None:
    """Read the wind told before its length: "to the west of Kharkiv, 40 km away, lies", "lies west of B, at 40 km"."""
    if way.direction is not None or way.reference is not None or line.among(way.end, "from"):
        return
    k = q.i - 1
    while k > line.first and (line.among(k, "distance_leads") or p.tk.word[k] in ",("):
        k -= 1
    if k == q.i - 1 or k <= line.first or p.top[k] < 0 or p.is_demonym(k):
        return
    a, b = p.span(k)
    x = a - 1
    while x > line.first and line.among(x, "determiners"):
        x -= 1
    wind = p.lang.winds.match_back(p.tk.low, x, line.first) if line.among(x, "of_words") else None
    if wind is None or _is_adjective(p, x - 1, line):
        return
    way.direction, way.reference, way.linked, way.begin = wind[0], p.mention(a, b), True, wind[1]


# ── two places told together ─────────────────────────────────────────────────────────────────────────────────


def _pair_before(p: Passage, i: int, line: Line) -> list[tuple[int, int]] | None:
    """The two names joined before token i, small words passed over: "Izium and Lyman are 40 km apart"."""
    k = i - 1
    while k > line.first and (p.tk.word[k] == "," or _is_any(line, k, ("located_verbs", "auxiliaries", "adverbs"))):
        k -= 1
    if p.top[k] < 0 or p.is_demonym(k):
        return None
    other = p.span(k)
    x = other[0] - 1
    while x > line.first and _is_any(line, x, ("determiners", "place_nouns", "of_words")):
        x -= 1
    if x <= line.first or not line.among(x, "list_joins") or p.top[x - 1] < 0 or p.is_demonym(x - 1):
        return None
    return [p.span(x - 1), other]


def _apart(p: Passage, q: Quantity, line: Line, k: int, earlier: Sequence[Draft]) -> int | None:
    """The token after "apart", "from each other" at token k, or after the length where an earlier one says it."""
    if line.among(k, "apart_words"):
        return k + 1
    link = p.lang.table("from").match(p.tk.low, k, line.stop)
    mutual = None if link is None else p.lang.table("mutual").match(p.tk.low, link[1], line.stop)
    if mutual is not None:
        return mutual[1]
    return k if _repeats_apart(p, q, line, earlier) else None


def _repeats_apart(p: Passage, q: Quantity, line: Line, earlier: Sequence[Draft]) -> bool:
    """ "A and B are 30 km apart, B and C 50 km": "apart" is not said again."""
    last = earlier[-1] if earlier else None
    if last is None or last.quantity is None or not line.first <= last.quantity.i < q.i:
        return False
    ends = line.at(q.end) in (".", ",", ";", "") and line.among(last.j - 1, "apart_words")
    return ends and _pair_before(p, q.i, line) is not None


def _separates(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """One length between two names: "from B it is 40 km to A", "is separated from B by", "between A and B lie"."""
    return _from_it_is(p, q, line) or _it_is_from(p, q, line) or _between_lie(p, q, line) or _parted(p, q, line)


def _from_it_is(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "From B it is 40 km to A", "from there another 40 km to A": after a place before, "to" one after."""
    goal = _plain_name(p, q.end + 1, line) if line.among(q.end, "to_words") else None
    if goal is None:
        return None
    k = q.i - 1
    while k > line.first and _is_any(line, k, ("auxiliaries", "located_verbs", "it_words", "determiners")):
        k -= 1
    opened = k < q.i - 1 and not line.any_among("advance_verbs", line.first, q.i)
    start = next((x for x in range(line.first, k + 1) if line.among(x, "from")), None) if opened else None
    here = _plain_name(p, start + 1, line) if start is not None else None
    if here is None or here[1] > q.i or start is None or line.any_among("travel_verbs", line.first, q.i):
        return None
    last = _last_goal(p, start, q, line)
    return _of_two(p, q, [goal, last or here], q.i, goal[1])


def _last_goal(p: Passage, start: int, q: Quantity, line: Line) -> tuple[int, int] | None:
    """ "and from there another 40 km": the last place reached before."""
    if not any(line.among(x, "from") and line.among(x + 1, "it_words") for x in range(start + 1, q.i)):
        return None
    return p.place_before(q.i, line.first)


def _it_is_from(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "It is 40 km from A to B"."""
    if not line.among(q.end, "from") or not line.any_among("it_words", q.i - 3, q.i):
        return None
    one = _plain_name(p, q.end + 1, line)
    other = _plain_name(p, one[1] + 1, line) if one is not None and line.among(one[1], "to_words") else None
    return None if one is None or other is None else _of_two(p, q, [one, other], q.i, other[1])


def _between_lie(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "Between A and B lie 40 km of fields"."""
    if not line.among(line.first, "between") or not line.any_among("located_verbs", q.i - 2, q.i):
        return None
    names, after = p.names_from(line.first + 1, q.i)
    return _of_two(p, q, names, line.first, q.end) if len(names) == 2 and q.i - after <= 2 else None


def _parted(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "A is separated from B by 40 km", "a 40 km stretch separates A from B"."""
    near = range(max(line.first, q.i - _PARTED_REACH), min(line.stop, q.end + _PARTED_REACH))
    verb = next((x for x in near if line.among(x, "parting")), None)
    if verb is None:
        return None
    source = next((x for x in range(verb + 1, min(line.stop, verb + 6)) if line.among(x, "from")), None)
    one = p.place_before(verb, line.first, reach=6) if verb < q.i else _plain_name(p, verb + 1, line)
    other = _plain_name(p, source + 1, line) if source is not None else None
    if one is None or other is None:
        return None
    return _of_two(p, q, [one, other], min(q.i, one[0]), max(q.end, other[1]))


def _plain_name(p: Passage, k: int, line: Line) -> tuple[int, int] | None:
    """The place named at token k, "the town of" passed over."""
    while k < line.stop and _is_any(line, k, ("determiners", "place_nouns", "of_words")):
        k += 1
    return p.span(k) if k < line.stop and p.top[k] >= 0 and not p.is_demonym(k) else None


def _is_run(p: Passage, q: Quantity, line: Line, after: int) -> bool:
    """ "runs for 12 miles from Ayr to Doon": how long it is."""
    verb = _before_length(q, line)
    return line.among(verb, "extent_verbs") and line.any_among("to_words", after, after + 6)


def _before_length(q: Quantity, line: Line) -> int:
    """The token before a length, adverbs and "for" left out; before the line's first where none is."""
    x = q.i - 1
    while x >= line.first and _is_any(line, x, ("adverbs", "length_leads", "loose_hedges")):
        x -= 1
    return x if x >= line.first else -1


def _is_of(q: Quantity, line: Line, k: int, directed: bool) -> bool:
    """ "south of", "within 5 miles of", "within 5 miles of which"."""
    if not line.among(k, "of_words"):
        return False
    return directed or q.qualifier is Qualifier.AT_MOST or line.among(k + 1, "relative")


def _from_where(p: Passage, line: Line, after: int, way: _Way) -> bool:
    """Read the place that a distance is counted from, at token ``after``; False where it cannot lie on a map."""
    here = p.place_phrase(after, line.stop)
    here = _name_after(p, here, line) if here is not None else None
    if here is not None and _landmark(p, here):
        way.reference = p.mention(here[0], here[1])
        way.end = here[1]
    elif line.among(after, "it_words"):
        way.reference = p.mention(after, after + 1)
        way.end = after + 1
    elif line.among(after, "relative"):
        way.end = after + 1
    else:
        return here is None
    return True


def _name_after(p: Passage, here: tuple[int, int, bool], line: Line) -> tuple[int, int, bool]:
    """ "from Alberta's capital, Edmonton": the name that follows what the phrase only describes."""
    described = p.top[here[1] - 1] < 0 and not p.tk.capital(here[1] - 1)
    if not described or line.at(here[1]) != "," or here[1] + 1 >= line.stop:
        return here
    k = here[1] + 1
    known = p.top[k] >= 0 and not p.is_demonym(k)
    return (*p.span(k), True) if known and not line.among(p.span(k)[1], "auxiliaries") else here


def _of_two(p: Passage, q: Quantity, names: Sequence[tuple[int, int]], i: int, end: int) -> Draft:
    """The distance between two places that are named together."""
    draft = Draft(ClaimKind.DISTANCE, i, end, q.i, quantity=q)
    draft.subject = [p.mention(*names[0])]
    draft.reference = p.mention(*names[1])
    return draft


def _from_subject(p: Passage, q: Quantity, line: Line, way: _Way, earlier: Sequence[Draft]) -> Draft | None:
    """The distance of what the sentence speaks of; None where someone travels it."""
    draft = Draft(ClaimKind.DISTANCE, q.i, way.end, q.i, quantity=q)
    draft.direction = Compass(way.direction) if way.direction else None
    draft.reference = way.reference
    subject = _whose(p, q, line, way, draft, earlier)
    placed = subject is not None and p.top[subject[0]] >= 0 and way.reference is not None
    both = way.reference is not None and way.direction is not None
    if line.any_among("travel_verbs", q.i - 3, q.i) and not placed and not both:
        return None
    bare = way.reference is None and (way.direction is not None or way.away)
    if bare or _is_anaphor(p, way):
        _count_from(p, q, line, way, draft, earlier)
    return draft


def _whose(
    p: Passage, q: Quantity, line: Line, way: _Way, draft: Draft, earlier: Sequence[Draft]
) -> tuple[int, int] | None:
    """Give a distance its subject, chosen among all places near; its tokens, None where nothing is."""
    rule = _another(p, q, line, earlier) or _subject(p, q.i if way.begin is None else way.begin, line)
    named = rule is not None and p.top[rule[0]] >= 0 and not p.is_demonym(rule[0])
    if rule is not None and not named and p.has_force(*rule):
        draft.subject = [p.mention(*rule)]  # "Ukrainian forces remain 120 km from": troops, wherever they are
        draft.i = rule[0] if q.i - rule[0] < _QUOTED else draft.i
        return rule
    sought = Sought(
        role="subject", at=q.i, end=way.end, line=line, rule=rule, phrase=None if named else rule,
        taken=way.reference, earlier=earlier,
    )  # fmt: skip
    choice = choose(sought, candidates(p, sought))
    if choice is None or not choice.best.named:
        return None
    best = choice.best
    draft.subject = [p.mention(best.i, best.j)]
    if choice.close is not None:
        draft.second_subject = p.mention(choice.close.i, choice.close.j)
    _widen(p, draft, best, line)
    return best.i, best.j


def _another(p: Passage, q: Quantity, line: Line, earlier: Sequence[Draft]) -> tuple[int, int] | None:
    """ "One 10 km from A, another 20 km from B": the word that stands for a second thing without a name."""
    if not line.among(q.i, "another_words"):
        return None
    last = earlier[-1] if earlier else None
    if last is None or last.i < line.first:
        return None
    one = any(m.text.casefold() in p.lang.words("one_words") for m in last.subject)
    return (q.i, q.i + 1) if one else None


def _widen(p: Passage, draft: Draft, best: Candidate, line: Line) -> None:
    """Let a claim's quote begin or end with its subject where that stands in the sentence."""
    if line.first <= best.i < draft.i and draft.i - best.i < _QUOTED:
        draft.i = best.i
    elif draft.j <= best.i < line.stop:
        draft.j = best.j


def _count_from(p: Passage, q: Quantity, line: Line, way: _Way, draft: Draft, earlier: Sequence[Draft]) -> None:
    """Give a distance whose other end is not named ("30 km away", "9 km short of the town") the place it means."""
    phrase = None
    if way.reference is not None and way.reference.start is not None and way.reference.end is not None:
        phrase = _tokens_of(p, way.reference, q.end, line.stop)
    subject = draft.subject[0] if draft.subject else None
    sought = Sought(
        role="reference", at=q.i, end=way.end, line=line, phrase=phrase, taken=subject, earlier=earlier,
        backwards_only=True,
    )  # fmt: skip
    choice = choose(sought, candidates(p, sought))
    if choice is None or not choice.best.named or (choice.best.i, choice.best.j) == phrase:
        if phrase is not None and phrase[1] - phrase[0] == 1:
            draft.reference = _antecedent(p, phrase[0]) or draft.reference
        return
    meant = p.mention(choice.best.i, choice.best.j)
    # "the capital" stays as written, with the place that it stands for
    draft.reference = (
        meant if way.reference is None else replace(way.reference, place=meant.place, why_not=meant.why_not)
    )
    if choice.close is not None:
        draft.second_reference = p.mention(choice.close.i, choice.close.j)


def _antecedent(p: Passage, i: int) -> Mention | None:
    """What "it" refers to: the subject of the sentence before."""
    number = p.tk.sentence_of[i]
    if number == 0:
        return None
    start, stop = p.tk.sentences[number - 1]
    for k in range(start, stop):
        if k > start and (p.boundary(k) or p.tk.low[k] in p.lang.words("extent_verbs")):
            return p.mention(start, k)
    return None


def _tokens_of(p: Passage, mention: Mention, first: int, stop: int) -> tuple[int, int]:
    """The tokens of a mention within [first, stop)."""
    inside = [k for k in range(first, stop) if mention.start <= p.tk.start[k] < mention.end]  # type: ignore[operator]
    return inside[0], inside[-1] + 1


def _is_anaphor(p: Passage, way: _Way) -> bool:
    """Whether a distance is counted from words for a place told before: "the capital", "its destination"."""
    reference = way.reference
    if reference is None or reference.place is not None or reference.start is None:
        return False
    words = reference.text.casefold().split()
    if len(words) == 1:
        return words[0] in p.lang.words("it_words")  # "60 km from it"
    return len(words) > 1 and words[0] in p.lang.words("determiners") and words[-1] in p.lang.table("anaphors")


def _landmark(p: Passage, here: tuple[int, int, bool]) -> bool:
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


def _between_before(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """ "the distance between A and B is 40 km", "the distance from A to B is 40 km"."""
    for k in range(max(line.first, q.i - 14), q.i):
        if not line.among(k, "distance_nouns"):
            continue
        for x in range(k + 1, min(q.i, k + 4)):
            if line.any_among("travel_verbs", k, q.i):
                break
            names = _two_names(p, q, line, x) if line.among(x, "between") or line.among(x, "from") else []
            if len(names) >= 2:
                return _of_two(p, q, names, k, q.end)
    return None


def _two_names(p: Passage, q: Quantity, line: Line, x: int) -> list[tuple[int, int]]:
    """The names between "between" or "from" at token x and the verb before a length."""
    verb = q.i
    while verb > x and line.among(verb - 1, "auxiliaries"):
        verb -= 1
    names, after = p.names_from(x + 1, verb)
    if len(names) == 1 and after < q.i and line.among(after, "to_words"):
        names = names + p.names_from(after + 1, q.i)[0]
    return names


def _subject(p: Passage, i: int, line: Line) -> tuple[int, int] | None:
    """What lies there: the place just before, or the subject of "lies", "remain", "came to within"."""
    k = i - 1
    while k >= line.first and (p.tk.word[k] in ",–—(-" or _is_any(line, k, ("determiners", "adverbs", "to_words"))):
        k -= 1
    if k < line.first:
        return None
    verb = -1
    for x in range(k, max(line.first - 1, k - _SUBJECT_REACH), -1):
        if p.top[x] >= 0 and not p.is_demonym(x) and not _is_verbal(line, x + 1, i):
            return _settlement(p, p.span(x), line)
        if line.among(x, "located_verbs"):
            verb = x
            break
        if p.tk.word[x] in ";:":
            break
    doer = _doer(p, verb, line) if verb >= 0 else None
    if doer is not None:
        return _name_in(p, doer)
    place = p.place_before(i, line.first, reach=20)
    if place is not None:
        return place
    x = k
    while x > line.first and line.among(x, "particles"):
        x -= 1
    return p.doer(x, line.first) if p.is_verb(x, line.first) else p.subject_before(k + 1, line.first)


def _doer(p: Passage, verb: int, line: Line) -> tuple[int, int] | None:
    """The subject of "lies", "which had remained"."""
    start = verb
    while start > line.first and _is_any(line, start - 1, ("auxiliaries", "located_verbs", "adverbs", "relative")):
        start -= 1
    return p.doer(start, line.first)


def _is_any(line: Line, k: int, lists: Sequence[str]) -> bool:
    return any(line.among(k, words) for words in lists)


def _settlement(p: Passage, here: tuple[int, int], line: Line) -> tuple[int, int]:
    """ "Akuressa, in Matara district some 160km south": the town rather than the district that it is in."""
    k = here[0] - 1
    while k >= line.first and line.among(k, "determiners"):
        k -= 1
    if k < line.first or not line.among(k, "inside_words"):
        return here
    k -= 1
    while k >= line.first and (p.tk.word[k] == "," or line.among(k, "located_words")):
        k -= 1
    return p.span(k) if k >= line.first and p.top[k] >= 0 and not p.is_demonym(k) else here


def _is_verbal(line: Line, i: int, j: int) -> bool:
    """Whether tokens [i, j) are more than an apposition ("a town of about 5,000"): a verb or relation is among them."""
    return line.any_among("from", i, j) or line.any_among("advance_verbs", i, j)


def _name_in(p: Passage, here: tuple[int, int]) -> tuple[int, int]:
    """The place named inside a noun phrase, or the phrase."""
    for k in range(here[1] - 1, here[0] - 1, -1):
        if p.top[k] >= 0 and not p.is_demonym(k) and p.tk.low[here[1] - 1] not in p.lang.words("forces"):
            return p.span(k)
    return here


# ── extents ──────────────────────────────────────────────────────────────────────────────────────────────────


def _extent(p: Passage, q: Quantity, line: Line) -> Draft | None:
    """The claim that a length is how long, wide or deep something on a map is."""
    if line.any_among("persons", q.i - 3, q.i):
        return None
    run = _run(p, q, line)
    if any(line.among(x, "not_stretch") for x in run[:3]):
        return None
    end = next((end for rule in _EXTENTS if (end := rule(p, q, line, run)) is not None), None)
    if end is None:
        return None
    draft = Draft(ClaimKind.EXTENT, q.i, end, q.i, quantity=q)
    named = p.place_phrase(end + 1, line.stop, plain=False) if line.among(end, "extent_links") else None
    if named is not None:
        draft.subject = [p.mention(named[0], named[1])]
        draft.j = named[1]
    else:
        place = p.place_before(q.i, line.first, reach=12)
        draft.subject = [p.mention(*place)] if place is not None else []
    return draft


def _run(p: Passage, q: Quantity, line: Line) -> list[int]:
    """The next tokens after a length that may be its noun: none beyond a sign or an auxiliary."""
    run: list[int] = []
    for x in range(q.end, min(line.stop, q.end + 4)):
        if p.tk.word[x] in ",;.()" or line.among(x, "auxiliaries"):
            break
        run.append(x)
    return run


def _of_stretch(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "30 km of the front", "12 miles of new trenches"."""
    if not line.among(q.end, "of_words") or q.hyphen:
        return None
    if line.among(q.end + 1, "it_words"):
        return q.end + 2
    for x in range(q.end + 1, min(line.stop, q.end + 7)):
        spoiled = line.any_among("not_stretch", q.end + 1, x + 2)
        if _is_any(line, x, ("line_nouns", "stretch_nouns")) and not spoiled:
            return x + 1
        if p.boundary(x) and not _is_any(line, x, ("genitives", "of_words")):
            return None
    return None


def _stretch_noun(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "a 130-mile border", "30 km long trenches"."""
    if not run or line.among(run[0], "of_words"):
        return None
    return next((x + 1 for x in run[:2] if line.among(x, "stretch_nouns")), None)


def _long_thing(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "an 817-km frontier", "the 13-kilometre Kok-Aral dam": written as an adjective, of what is long."""
    if not q.hyphen:
        return None
    return next((x + 1 for x in run if line.among(x, "long_things")), None)


def _at_length(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "At 1,343 km, the frontier with Russia", "at 20 km the longest in the Alps"."""
    if not line.among(q.i - 1, "at_words"):
        return None
    after = q.end + 1 if line.at(q.end) == "," else q.end
    if line.among(after, "definite") and _is_any(line, after + 1, ("line_nouns", "stretch_nouns", "longest_words")):
        return q.end
    return None


def _measure_is(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "The combined perimeter of the two is now above 1,800 km"."""
    verb = _before_length(q, line)
    return q.end if line.among(verb, "be") and line.any_among("measure_nouns", verb - 7, verb) else None


def _named_line(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "The 130-mile St. Marys River"."""
    for x in range(q.end, min(line.stop, q.end + 5)) if q.hyphen else ():
        if line.among(x, "line_nouns") and p.tk.capital(x):
            return x + 1
        if not p.tk.capital(x) and p.tk.word[x] != ".":
            return None
    return None


def _dimension(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "12 km wide", "5 km in depth": of something large, or of a stretch that is named near."""
    extent = p.lang.table("extent_after").match(p.tk.low, line.past_hyphen(q.end), line.stop)
    if extent is None or line.any_among("not_stretch", extent[1], extent[1] + 3):
        return None
    large = q.si >= (_DEEP_M if extent[0] == "deep" else _STRETCH_M)
    return extent[1] if large or line.any_among("stretch_nouns", q.i - 8, extent[1] + 6) else None


def _stretches(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "The front stretches for 1,000 km"; not what "he" covers."""
    verb = _before_length(q, line)
    led = line.any_among("loose_hedges", verb + 1, q.i) or line.any_among("length_leads", verb + 1, q.i)
    over = line.among(verb, "closed_verbs") and led
    if not (over or line.among(verb, "extent_verbs")) or q.si < _STRETCH_M:
        return None
    here = p.subject_before(verb, line.first)
    person = here is not None and line.among(here[0], "pronouns") and not line.among(here[0], "thing_pronouns")
    return None if person else q.end


def _of_length(p: Passage, q: Quantity, line: Line, run: list[int]) -> int | None:
    """ "a length of 12 km", "завдовжки 12 км"."""
    x = q.i - 1
    if x < line.first:
        return None
    of_noun = x > line.first and line.among(x, "of_words") and line.among(x - 1, "extent_nouns")
    return q.end if of_noun or line.among(x, "bare_extent") else None


_EXTENTS = (
    _of_stretch, _stretch_noun, _long_thing, _named_line, _dimension, _stretches, _of_length, _at_length, _measure_is,
)  # fmt: skip
"""In the order in which they are asked; each gives the token after the phrase that it reads, or None."""
