"""Which side does what a claim tells: the actor as written where it names one, else the side that the text implies.

"The seizure of Kupiansk", announced by Ukrainian officials, is Ukraine's; "the loss of Izium", conceded by a Russian
ally, is Russia's; "despite overrunning Luhansk, Russia has struggled" is Russia's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from geomap.claims.attribution import Speakers, side
from geomap.claims.passage import Draft, Passage
from geomap.lang.names import stand_ins
from geomap.models import MOVES, ClaimKind, Effect, MentionKind, Predicate, SourceSide

_CLEAR = 0.7
"""Share of an article's claims of one kind by one side that lets a nameless one be its too."""


def name_actors(p: Passage, drafts: list[Draft], speakers: Speakers) -> dict[int, SourceSide | None]:
    """Set each draft's ``actor``; give each draft's source side by its ``id()``."""
    told = {id(d): party(p, d.actor_at) for d in drafts if d.actor_at is not None}
    roles: dict[Effect, Counter[str]] = {Effect.GAIN: Counter(), Effect.LOSS: Counter(), Effect.HOLD: Counter()}
    for draft in drafts:
        code = told.get(id(draft))
        role = _role(draft)
        if code is not None and role is not None:
            roles[role][code] += 1
    every = {code for counter in roles.values() for code in counter}
    names = _names(p)
    voices: dict[str, str | None] = {}
    mentioned = Counter(t.place.country for t in p.toponyms if t.place is not None and t.place.country)
    sides: dict[int, SourceSide | None] = {}
    for draft in drafts:
        chain = speakers.chain(draft)
        if chain and chain[0] not in voices:
            voices[chain[0]] = speaker_party(p, chain[0])
        voice = voices[chain[0]] if chain else None
        code = told.get(id(draft))
        words = p.mention(*draft.actor_at).text if draft.actor_at is not None else None
        if code is None and (draft.predicate is not None or draft.kind in (ClaimKind.ADVANCE, ClaimKind.RATE)):
            armed = draft.actor_at is not None and p.has_force(*draft.actor_at)
            if words is None or armed or _vague(p, draft):
                code = _implied(p, draft, voice, roles, mentioned)
                words = _worded(p, draft, names.get(code, code), armed) if code is not None else words
        elif code is None and draft.kind is ClaimKind.PROXIMITY and p.conflict and draft.subject:
            words = _near_party(p, draft, voice, names)
        draft.actor = words
        sides[id(draft)] = side(p, draft, voice, code, every)
    return sides


def _role(draft: Draft) -> Effect | None:
    """Which part the actor has in it: gains, loses or holds."""
    if draft.kind in (ClaimKind.ADVANCE, ClaimKind.RATE) and draft.predicate is None:
        return Effect.GAIN
    return draft.predicate.side if draft.predicate is not None else None


def _vague(p: Passage, draft: Draft) -> bool:
    """Whether the subject is no party at all: "it", "we", "an overnight push"."""
    if draft.actor_at is None:
        return True
    a, b = draft.actor_at
    low, words = p.tk.low, p.lang.words
    return any(low[k] in words("pronouns") or low[k] in words("possessives") for k in range(a, b)) or not any(
        p.tk.capital(k) and p.capital_name(k) for k in range(a, b)
    )


def party(p: Passage, span: tuple[int, int] | None) -> str | None:
    """The country that tokens name: by demonym, country or capital; an unplaced name stands for itself."""
    if span is None:
        return None
    for k in range(*span):
        toponym = p.toponym(k)
        if toponym is not None:
            return (toponym.place.country if toponym.place else None) or toponym.text.lower()
    low = p.tk.low
    for k in range(*span):
        if low[k] in stand_ins():
            return stand_ins()[low[k]]
    if p.has_force(*span):
        a = next((k for k in range(*span) if p.tk.capital(k) and p.capital_name(k)), None)
        if a is not None and a + 1 <= span[1]:
            return low[a]
    return None


def speaker_party(p: Passage, name: str) -> str | None:
    """The side that a speaker belongs to: named in the words, or where the article introduces them."""
    at = p.text.find(name)
    if at < 0:
        return None
    first = bisect_right(p.tk.start, at) - 1
    last = bisect_right(p.tk.start, at + len(name) - 1)
    found = party(p, (first, last))
    if found is not None:
        return found
    start, stop = p.sentence(first)
    after = range(last, min(stop, last + 9)) if last < stop and p.tk.word[last] == "," else range(0)
    for k in (*range(max(start, first - 4), first), *after):
        toponym = p.toponym(k)
        if toponym is not None and toponym.place is not None:
            place = toponym.place
            if toponym.kind is MentionKind.DEMONYM or place.feature.startswith("A.PCL") or place.feature == "P.PPLC":
                return place.country
    return None


def _implied(
    p: Passage, draft: Draft, voice: str | None, roles: dict[Effect, Counter[str]], mentioned: Counter[str]
) -> str | None:
    """The side behind a nameless actor: the clause's subject, then the speaker, then who else does such things here."""
    first, stop = p.sentence(draft.at)
    main = _main_subject(p, draft, first, stop)
    if main is not None:
        return main
    role = _role(draft)
    if draft.actor_at is not None and voice is not None:
        return voice
    own = roles[role] if role is not None else Counter[str]()
    if draft.predicate is Predicate.OCCUPIED:
        own = roles[Effect.LOSS] or _others(mentioned, roles[Effect.GAIN])
    total = sum(own.values())
    usual = own.most_common(1)[0] if own else None
    if voice is not None and (voice in own or (not own and any(voice in counter for counter in roles.values()))):
        return voice
    if usual is not None and usual[1] >= _CLEAR * total:
        return usual[0]
    return voice if voice is not None and role in MOVES else None


def _others(mentioned: Counter[str], gainers: Counter[str]) -> Counter[str]:
    """Countries by mention, without those that gain: who held what is being taken."""
    rest = Counter({code: n for code, n in mentioned.items() if code not in gainers})
    return Counter(dict(rest.most_common(1)))


def _near_party(p: Passage, draft: Draft, voice: str | None, names: dict[str, str]) -> str | None:
    """Whose "tank divisions" are near: the party whose forces the sentence named before, or the speaker's."""
    first, _ = p.sentence(draft.at)
    if not p.has_force(draft.i, draft.at) or party(p, (draft.i, draft.at)) is not None:
        return None
    for k in range(draft.i - 1, first - 1, -1):
        if p.tk.low[k] in p.lang.words("forces"):
            found = party(p, (max(first, k - 4), k))
            if found is not None:
                return names.get(found, found)
    return names.get(voice, voice) if voice is not None else None


def _main_subject(p: Passage, draft: Draft, first: int, stop: int) -> str | None:
    """ "Despite overrunning Luhansk, Russia has struggled", "troops burn the flag after freeing Vovchansk"."""
    if draft.actor_at is not None:
        return None
    low, words = p.tk.low, p.lang.words
    dangling = low[draft.at].endswith("ing") or (draft.at > first and low[draft.at - 1] in words("infinitive"))
    if not dangling:
        return None
    comma = next((k for k in range(draft.j, min(stop, draft.j + 8)) if p.tk.word[k] == ","), None)
    if comma is not None:
        end = comma + 1
        while end < stop and end < comma + 6 and not p.boundary(end):
            end += 1
        found = party(p, (comma + 1, end))
        if found is not None:
            return found
    for k in range(first, min(draft.at, first + 12)):
        if p.boundary(k) and k > first:
            return party(p, (first, k))
    return party(p, (first, min(draft.at, first + 4)))


def _worded(p: Passage, draft: Draft, name: str, armed: bool) -> str:
    """The implied side in words, with the force as written: "the army" said by Kyiv is "Ukraine's army"."""
    if armed and draft.actor_at is not None:
        low = p.tk.low
        noun = next((p.tk.word[k] for k in range(*draft.actor_at) if low[k] in p.lang.words("forces")), None)
        if noun is not None:
            return f"{name}'s {noun}"
    return name


def _names(p: Passage) -> dict[str, str]:
    """Country codes as the article's gazetteer names them; where no country is named, the words as written."""
    out: dict[str, str] = {}
    for toponym in p.toponyms:
        place = toponym.place
        if place is not None and place.country:
            if place.feature.startswith("A.PCL"):
                out[place.country] = place.name
            else:
                out.setdefault(place.country, toponym.text)
        elif place is None:
            out.setdefault(toponym.text.lower(), toponym.text)
    return out
