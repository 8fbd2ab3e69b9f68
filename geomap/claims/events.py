"""Control: who took, lost, holds or contests which place. Verbs and nouns come from the language's ``events`` table."""

from __future__ import annotations

from dataclasses import dataclass

from geomap.claims.clauses import (
    actor_only,
    by_agent,
    can_take_ground,
    counterparty,
    described_name,
    ends_as_place,
    force_before,
    ground_in,
    is_country,
    named_party,
    places_of,
    shared_actor,
    stands_as_noun,
    subject_names,
    territory_subject,
    verb_group,
)
from geomap.claims.passage import Draft, Passage
from geomap.models import ClaimKind, Predicate


@dataclass(slots=True)
class Event:
    """A control word at tokens [i, j): what it says and how its place is found."""

    i: int
    j: int
    predicate: Predicate
    frame: str
    actor: tuple[int, int] | None = None
    passive: bool = False
    used: bool = False


def find_events(p: Passage, first: int, stop: int) -> list[Event]:
    """Control words among tokens [first, stop)."""
    table = p.lang.table("events")
    out: list[Event] = []
    low = p.tk.low
    i = first
    while i < stop:
        hit = table.match(low, i, stop) if low[i] in table else None
        if hit is None or (p.tk.capital(i) and i > first and _name_part(p, i, first, stop)):
            i += 1
            continue
        predicate, _, frame = hit[0].partition("|")
        if frame == "subj" and predicate == "controls" and not _in_hands(p, hit[1], stop):
            i += 1
            continue
        if frame == "held" and not (i > first and p.tk.word[i - 1] in "-‑–" and p.tk.touching(i)):
            alternative = (
                "controls|obj" if predicate == "controls" and low[i] in ("held", "controlled", "ruled") else None
            )
            alternative = "occupied|obj" if predicate == "occupied" else alternative
            if alternative is None:
                i += 1
                continue
            predicate, _, frame = alternative.partition("|")
        elif (
            i > first
            and p.tk.word[i - 1] in "-‑–"
            and p.tk.touching(i)
            and low[i] in ("held", "controlled", "occupied", "ruled", "run", "administered")
        ):
            frame = "held"
        out.append(Event(i, hit[1], Predicate(predicate), frame))
        i = hit[1]
    return out


def _hands(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """ "remains in rebel hands", "left Famagusta in Turkish hands", "fell into the hands of the militia"."""
    low, words = p.tk.low, p.lang.words
    lead = next((k for k in range(event.i - 1, max(first, event.i - 6) - 1, -1) if low[k] in words("in_words")), None)
    into = next((k for k in range(event.i - 1, max(first, event.i - 6) - 1, -1) if low[k] in words("into_words")), None)
    start = lead if lead is not None else into
    if start is None:
        return None
    actor = (start + 1, event.i)
    if event.j < stop and low[event.j] in words("of_words"):
        end = event.j + 1
        while end < stop and not p.boundary(end):
            end += 1
        actor = (event.j + 1, end)
    while actor[0] < actor[1] and low[actor[0]] in words("determiners"):
        actor = (actor[0] + 1, actor[1])
    if actor[0] >= actor[1] or not (p.has_force(*actor) or any(p.top[k] >= 0 for k in range(*actor))):
        return None
    k = start
    while k > first and (low[k - 1] in words("auxiliaries") | words("adverbs") | words("hand_verbs")):
        k -= 1
    places = places_of(p, subject_names(p, k, first))
    if not places:
        return None
    predicate = Predicate.CAPTURED if lead is None else event.predicate
    draft = Draft(ClaimKind.CONTROL, k, max(event.j, actor[1]), event.i, predicate=predicate)
    draft.subject = places
    draft.actor_at = actor
    return draft


def _name_part(p: Passage, i: int, first: int, stop: int) -> bool:
    """Whether a capitalised control word belongs to a name ("Joint Control Commission"), not to a headline."""
    small = sum(1 for k in range(first, stop) if p.tk.word[k][0].islower() and len(p.tk.word[k]) > 3)
    return small >= 2 and (p.tk.capital(i - 1) or (i + 1 < stop and p.tk.capital(i + 1)))


def _in_hands(p: Passage, j: int, stop: int) -> bool:
    """Whether "is under" or "remains in" goes on to "... control" or "... hands"."""
    # "is in full control of the town" is the holder's sentence, "is in rebel hands" the town's
    words = p.lang.words("in_hands" if p.tk.low[j - 1] in p.lang.words("in_words") else "hands")
    for k in range(j - 1, min(stop, j + 6)):
        if p.tk.low[k] in words:
            return True
        if k >= j and p.tk.word[k] in ",.;:":
            return False
    return False


def control_drafts(p: Passage, events: list[Event], first: int, stop: int) -> list[Draft]:
    """A claim for each event that has a place; advances to a place are of kind advance."""
    out: list[Draft] = []
    for event in events:
        if event.used:
            continue
        draft = _draft(p, event, first, stop)
        if draft is not None:
            event.used = True
            out.append(draft)
            more = _and_then(p, draft, event, stop)
            if more is not None:
                out.append(more)
    return out


def _and_then(p: Passage, draft: Draft, event: Event, stop: int) -> Draft | None:
    """ "took Ghazni ... and then Herat": a second place of the same verb."""
    low = p.tk.low
    table = p.lang.table("and_then")
    for k in range(draft.j, stop - 1):
        hit = table.match(low, k, stop) if low[k] in table else None
        if hit is None:
            continue
        spans, end = p.names_from(hit[1], stop)
        places = places_of(p, spans)
        if places and spans[0][0] - hit[1] <= 3 and ends_as_place(p, end, stop):
            return Draft(
                ClaimKind.CONTROL, k, end, event.i, predicate=event.predicate, subject=places, actor_at=draft.actor_at
            )
    return None


def _draft(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    frame = event.frame
    if frame == "held":
        return _held(p, event, first, stop)
    if frame == "hands":
        return _hands(p, event, first, stop)
    if frame == "subj":
        return _subject_place(p, event, first, stop)
    if frame == "of":
        return _after(p, event, first, stop)
    if frame == "advance":
        return _reached(p, event, first, stop)
    if frame == "push":
        return _pushed(p, event, first, stop)
    if frame == "in":
        return _retreat_in(p, event, first, stop)
    return _verb(p, event, first, stop)


def _verb(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    tk, low, words = p.tk, p.tk.low, p.lang.words
    i, j = event.i, event.j
    participle = low[j - 1] not in words("not_participles") and (
        low[i].endswith(("ed", "en", "held", "lost", "won")) or low[i] in ("overrun", "lost", "held", "freed")
    )
    be, group = verb_group(p, i, first)
    progressive = low[i].endswith("ing")
    by = by_agent(p, j, stop)
    if stands_as_noun(p, i, first):
        return None
    if be and participle and not progressive:
        return _passive_claim(p, event, group, by, first, stop)
    spans, end = p.names_from(j, stop)
    if not spans:
        spans, end = ground_in(p, j, stop)
    if spans and not (tk.word[j] in ",.;:" if j < stop else True):
        actor = p.subject_before(group, first)
        actor = actor_only(p, actor) or shared_actor(p, group, first)
        if actor is None and group == first and not progressive:
            return None  # "Captured Confederates later said"
        spans = [s for s in spans if s[0] < stop]
        if spans and not ends_as_place(p, spans[-1][1], stop):
            return None
        places = places_of(p, spans)
        if not places:
            return None
        particle = low[end] if end < stop else ""
        if event.frame == "split" and particle not in words("split_ends"):
            return None
        if event.frame == "take" and particle in words("back_words"):
            event.predicate = Predicate.RECAPTURED
        if actor is None and group > first and low[group - 1] in words("infinitive"):
            actor = force_before(p, group - 1, first)
        if event.frame in ("take", "left") and not (
            actor is not None and (p.has_force(*actor) or (p.conflict and named_party(p, actor)))
        ):
            return None
        if not can_take_ground(p, actor) and not (actor is None and p.has_force(first, i)):
            return None
        draft = Draft(ClaimKind.CONTROL, actor[0] if actor else i, end, i, predicate=event.predicate)
        draft.subject = places
        draft.actor_at = actor
        draft.counterparty = counterparty(p, end, stop)
        event.actor = actor
        return draft
    if participle and (by is not None or (j < stop and low[j] in words("reduced_after"))) and event.frame in ("obj",):
        # "Izyum, held by Moscow since April", "the only provincial capital held by Russia"
        k = group - 1
        if k >= first and (tk.word[k] in ",–—(" or tk.word[k][0].isalpha()):
            place = p.place_before(group, first, reach=16)
            if place is not None and (by is not None or tk.word[k] in ",–—("):
                draft = Draft(ClaimKind.CONTROL, place[0], by[1] if by else j, i, predicate=event.predicate)
                if (
                    draft.predicate is Predicate.CONTROLS
                    and by is not None
                    and low[by[1] : by[1] + 1] == ["since"]
                    and not _only(p, place[1], i)
                ):
                    draft.predicate = Predicate.OCCUPIED
                draft.subject = [p.mention(*place)]
                draft.actor_at = by
                if (by is not None and not can_take_ground(p, by)) or (by is None and not p.conflict):
                    return None
                return draft
    if event.frame == "obj" and not progressive:
        return _relative(p, event, group, first, stop)
    return None


def _only(p: Passage, a: int, b: int) -> bool:
    return any(p.tk.low[k] == "only" for k in range(a, b))


def _passive_claim(
    p: Passage, event: Event, group: int, by: tuple[int, int] | None, first: int, stop: int
) -> Draft | None:
    low, words = p.tk.low, p.lang.words
    relative = group - 1 >= first and low[group - 1] in words("relative")
    if relative and low[group - 1] in words("person_relative"):
        return None
    if event.frame in ("take", "left") and (by is None or (not p.has_force(*by) and not named_party(p, by))):
        return None
    if relative or (group - 1 >= first and p.tk.word[group - 1] in ",–—"):
        place = described_name(p, group, first) or p.place_before(group, first, reach=24)
        spans = [place] if place else []
    else:
        spans = subject_names(p, group, first)
    places = places_of(p, spans)
    if not places and p.conflict and by is not None:
        ground = territory_subject(p, group, first)
        places = [ground] if ground else []
    if not places:
        return None
    if not ((by is not None and can_take_ground(p, by)) or (by is None and p.conflict)):
        return None
    end = by[1] if by else event.j
    draft = Draft(ClaimKind.CONTROL, spans[0][0] if spans else group, end, event.i, predicate=event.predicate)
    draft.subject = places
    draft.actor_at = by
    return draft


def _relative(p: Passage, event: Event, group: int, first: int, stop: int) -> Draft | None:
    """ "the Golan Heights, which Israel captured", "one of the regions Putin annexed last week"."""
    low, words = p.tk.low, p.lang.words
    actor = p.subject_before(group, first)
    if actor is None or low[actor[0]] in words("relative"):
        return None
    k = actor[0] - 1
    explicit = k >= first and low[k] in words("relative")
    a, b = actor
    if not explicit:
        # a region noun and the party run together: "the four regions President Putin"
        cut = next((x for x in range(a, b) if low[x] in words("place_nouns") | words("region_nouns")), None)
        if cut is None or cut + 1 >= b or not p.tk.capital(cut + 1):
            return None
        a, k = cut + 1, cut
    place = p.place_before(k, first, reach=16)
    if place is None or not can_take_ground(p, (a, b)):
        return None
    if not (p.conflict or p.has_force(a, b) or any(is_country(p, x) for x in range(a, b))):
        return None
    draft = Draft(ClaimKind.CONTROL, place[0], event.j, event.i, predicate=event.predicate)
    draft.subject = [p.mention(*place)]
    draft.actor_at = (a, b)
    draft.counterparty = counterparty(p, event.j, stop)
    return draft


def _after(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """The place follows: "the seizure of Kupiansk", "pulled out of Izyum", "in control of"."""
    low, words = p.tk.low, p.lang.words
    spans, end = p.names_from(event.j, stop)
    if not spans:
        spans, end = ground_in(p, event.j, stop)
    if not spans or not ends_as_place(p, spans[-1][1], stop):
        return None
    if low[event.i] == "fall" and low[spans[-1][1] - 1] in words("empires"):
        return None
    if event.predicate is Predicate.CONTESTED and p.tk.capital(event.i) and event.i > first:
        return None  # a named battle of history
    places = places_of(p, spans)
    verbal = not low[event.i].endswith(("sion", "tion", "al", "ure", "out", "ing")) and low[event.i] not in words(
        "noun_heads"
    )
    actor: tuple[int, int] | None = None
    if verbal:
        _be, group = verb_group(p, event.i, first)
        actor = actor_only(p, p.subject_before(group, first))
    else:
        k = event.i - 1
        while k >= first and p.tk.word[k][0].isalpha() and low[k] not in words("determiners") and not p.boundary(k):
            k -= 1
        if k >= first and low[k] == "'s":
            actor = actor_only(p, p.subject_before(k, first))
        elif k + 1 < event.i and p.is_demonym(k + 1):
            actor = (k + 1, event.i)
    if not places:
        return None
    if event.predicate in (
        Predicate.WITHDREW,
        Predicate.CAPTURED,
        Predicate.CONTROLS,
        Predicate.LOST,
        Predicate.CONTESTED,
        Predicate.ADVANCED,
    ) and not (p.conflict or (actor is not None and p.has_force(*actor))):
        return None
    if actor is not None and any(low[k] in words("not_actors") for k in range(*actor)):
        return None
    if event.predicate is Predicate.CONTROLS and event.i > first and low[event.i - 1] in words("control_nouns"):
        return None
    start = actor[0] if actor and event.i - actor[0] < 14 else event.i
    draft = Draft(ClaimKind.CONTROL, start, end, event.i, predicate=event.predicate)
    draft.subject = places
    draft.nominal = not verbal
    draft.actor_at = actor
    return draft


def _subject_place(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """The place is the subject: "Mosul fell to", "the city remains under rebel control"."""
    low, words = p.tk.low, p.lang.words
    war = words("conflict") | words("conflict_strong")
    if not p.conflict and not any(low[k] in war for k in range(first, stop)):
        return None
    _, group = verb_group(p, event.i, first)
    spans = subject_names(p, group, first)
    places = places_of(p, spans)
    if not places:
        return None
    end = event.j
    actor: tuple[int, int] | None = None
    if event.predicate is Predicate.CONTROLS:
        k = event.j
        while k < stop and k < event.j + 6 and low[k] not in ("control", "hands", "rule", "occupation"):
            if p.tk.word[k] in ",.;":
                return None
            k += 1
        if k >= min(stop, event.j + 6):
            return None
        x = event.j
        while x < k and low[x] in words("determiners"):
            x += 1
        actor = (x, k) if k > x else None
        if actor is None and k + 1 < stop and low[k + 1] == "of":
            x = k + 2
            while x < stop and not p.boundary(x):
                x += 1
            actor = (k + 2, x)
            k = x - 1
        end = k + 1
        if actor is not None and not (p.has_force(*actor) or any(p.top[x] >= 0 for x in range(*actor))):
            return None
    else:
        nxt = low[event.j] if event.j < stop and event.j == event.i + 1 else ""
        if nxt == "to":
            x = event.j + 1
            while x < stop and not p.boundary(x) and low[x] not in words("time_words"):
                x += 1
            if x > event.j + 1:
                actor = (event.j + 1, x)
                end = x
                if not (p.has_force(*actor) or any(p.top[y] >= 0 for y in range(*actor))):
                    return None
        elif (
            nxt
            and p.tk.word[event.j][0].isalpha()
            and nxt
            not in words("time_words")
            | words("prepositions")
            | words("conjunctions")
            | words("adverbs")
            | words("months")
            and not nxt.endswith("ly")
        ):
            return None
        elif nxt in ("by", "in", "below", "from", "short", "behind", "into", "silent", "under", "out"):
            if nxt != "in":
                return None
        elif (
            low[event.i] in words("bare_falls")
            and group == event.i
            and not any(low[k] in words("if_words") for k in range(max(first, event.i - 5), event.i))
        ):
            return None
    draft = Draft(ClaimKind.CONTROL, spans[0][0], end, event.i, predicate=event.predicate)
    draft.subject = places
    draft.actor_at = actor
    return draft


def _held(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """ "Russian-held territory in the Kharkiv region", "the rebel-held town of Debaltseve"."""
    low, words = p.tk.low, p.lang.words
    h = event.i - 2
    if h < first or not (p.tk.capital(h) or low[h] in words("forces")):
        return None
    spans, _ = p.names_from(event.j, stop)
    if not spans:
        k = event.j
        while k < stop and k < event.j + 4 and not p.boundary(k):
            k += 1
        if (
            k < stop
            and low[k] in ("in", "of", "around")
            and k > event.j
            and low[k - 1] in words("place_nouns") | words("land_nouns")
        ):
            spans, _end = p.names_from(k + 1, stop)
    places = places_of(p, spans[:1])
    if not places or not ends_as_place(p, spans[0][1], stop):
        return None
    draft = Draft(ClaimKind.CONTROL, h, spans[0][1], event.i, predicate=event.predicate)
    draft.subject = places
    draft.actor_at = (h, h + 1)
    return draft


def _reached(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """ "had advanced as far as Dudchany", "broken through to the frontier"."""
    low, words = p.tk.low, p.lang.words
    if stands_as_noun(p, event.i, first):
        return None
    _, group = verb_group(p, event.i, first)
    actor = actor_only(p, p.subject_before(group, first))
    if actor is None or not (p.conflict or p.has_force(*actor)):
        return None
    if not (p.has_force(*actor) or named_party(p, actor)):
        return None
    if any(low[k] in words("not_actors") for k in range(*actor)):
        return None
    here = p.place_phrase(event.j, stop, plain=False)
    if here is None:
        return None
    line = any(low[x] in words("border_nouns") for x in range(here[0], here[1]))
    if not (line or any(p.top[x] >= 0 and not p.is_demonym(x) for x in range(here[0], here[1]))):
        return None
    if not ends_as_place(p, here[1], stop):
        return None
    draft = Draft(ClaimKind.ADVANCE, actor[0], here[1], event.i, predicate=Predicate.REACHED)
    draft.subject = [p.mention(*actor)]
    draft.actor_at = actor
    draft.reference = p.mention(here[0], here[1])
    return draft


def _pushed(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """ "has pushed the invaders back to the border": who is pushed, and how far."""
    low, words = p.tk.low, p.lang.words
    k = event.j
    while k < stop and k < event.j + 8 and low[k] not in words("to_words") | {"across", "over"}:
        if p.tk.word[k] in ",;.":
            return None
        k += 1
    if k >= min(stop, event.j + 8) or not p.has_force(event.j, k) or low[k - 1] != "back":
        return None
    here = p.place_phrase(k + 1, stop, plain=False)
    if here is None:
        return None
    _, group = verb_group(p, event.i, first)
    actor = actor_only(p, p.subject_before(group, first))
    draft = Draft(ClaimKind.ADVANCE, event.i, here[1], event.i, predicate=Predicate.REACHED)
    draft.actor_at = actor
    draft.reference = p.mention(here[0], here[1])
    return draft


def _retreat_in(p: Passage, event: Event, first: int, stop: int) -> Draft | None:
    """ "Russian troops retreated ... in the Kharkiv region"."""
    low = p.tk.low
    if not p.conflict:
        return None
    _, group = verb_group(p, event.i, first)
    actor = actor_only(p, p.subject_before(group, first))
    if actor is None or not p.has_force(*actor):
        return None
    for k in range(event.j, min(stop, event.j + 14)):
        if low[k] in ("in", "from") and k + 1 < stop:
            spans, end = p.names_from(k + 1, stop)
            places = places_of(p, spans)
            if places:
                draft = Draft(ClaimKind.CONTROL, actor[0], end, event.i, predicate=event.predicate)
                draft.subject = places
                draft.actor_at = actor
                return draft
        if p.tk.word[k] in ",;.":
            return None
    return None


def governing(p: Passage, events: list[Event], i: int, j: int, first: int, stop: int) -> Event | None:
    """The control word whose object the quantity at tokens [i, j) is: "retaken more than 1,160 square miles"."""
    best: Event | None = None
    for event in events:
        if event.frame in ("held", "subj", "advance", "left", "hands", "split"):
            continue
        if event.frame == "take":
            actor = event_actor(p, event, first, stop)
            if actor is None or not (p.has_force(*actor) or named_party(p, actor)):
                continue
        if event.j <= i and i - event.j <= 10 and not any(p.tk.word[k] in ";:" for k in range(event.j, i)):
            own = bool(p.names_from(event.j, i)[0])
            stated = any(p.tk.low[k] in p.lang.words("states") for k in range(event.j, i))
            if not stated and not (own and any(p.tk.word[k] == "," for k in range(event.j, i))):
                best = event
        elif event.i >= j and event.i - j <= 12 and best is None:
            be, _ = verb_group(p, event.i, first)
            if (be and event.frame == "obj") or by_agent(p, event.j, stop) is not None:
                best = event
    return best


def event_actor(p: Passage, event: Event, first: int, stop: int) -> tuple[int, int] | None:
    """Who does what an area claim's governing event says."""
    by = by_agent(p, event.j, stop)
    be, group = verb_group(p, event.i, first)
    if be and (by is not None or event.frame != "of"):
        return by
    return actor_only(p, p.subject_before(group, first))
