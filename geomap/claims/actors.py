"""Which side does what a claim tells: the actor as written where it names one, else the side that the text implies.

"The seizure of Kupiansk", announced by Ukrainian officials, is Ukraine's; "the loss of Izium", conceded by a Russian
ally, is Russia's; "despite overrunning Luhansk, Russia has struggled" is Russia's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from geomap.claims.attribution import Speakers, side
from geomap.claims.passage import Draft, Passage
from geomap.models import MOVES, ClaimKind, Effect, MentionKind, Predicate, SourceSide
from geomap.parties import (
    Party,
    PartyKind,
    group_of,
    is_army,
    is_government,
    is_rebels,
    named,
    of_country,
    rebels_of,
    state,
)

_CLEAR = 0.7
"""Share of an article's claims of one kind by one side that lets a nameless one be its too."""


def name_actors(p: Passage, drafts: list[Draft], speakers: Speakers) -> dict[int, SourceSide | None]:
    """Set each draft's ``actor`` and ``party``; give each draft's source side by its ``id()``."""
    scene = _Scene(p, drafts)
    voices: dict[str, Party | None] = {}
    sides: dict[int, SourceSide | None] = {}
    for draft in drafts:
        chain = speakers.chain(draft)
        if chain and chain[0] not in voices:
            voices[chain[0]] = speaker_party(p, chain[0])
        voice = voices[chain[0]] if chain else None
        draft.actor, draft.party = scene.actor(draft, voice)
        sides[id(draft)] = side(draft, voice, draft.party, list(scene.known.values()))
    return sides


class _Scene:
    """Who does what in an article: parties by the part that they have in it, and by how it names them."""

    def __init__(self, p: Passage, drafts: list[Draft]) -> None:
        self.p = p
        self.told = {id(d): party(p, d.actor_at) for d in drafts if d.actor_at is not None}
        self.known: dict[str, Party] = {}
        self.roles: dict[Effect, Counter[str]] = {e: Counter() for e in (Effect.GAIN, Effect.LOSS, Effect.HOLD)}
        for draft in drafts:
            actor, role = self.told.get(id(draft)), _role(draft)
            if actor is not None and role is not None:
                self.known[actor.key] = actor
                self.roles[role][actor.key] += 1
        self.names = _names(p)
        countries = (t.place.country for t in p.toponyms if t.place is not None)
        self.mentioned = Counter(code for code in countries if code)

    def actor(self, draft: Draft, voice: Party | None) -> tuple[str | None, Party | None]:
        """A draft's actor in words, and its party: as written, else as the text implies."""
        actor = self.told.get(id(draft))
        words = self.p.mention(*draft.actor_at).text if draft.actor_at is not None else None
        if actor is not None:
            return words, actor
        if draft.predicate is not None or draft.kind in (ClaimKind.ADVANCE, ClaimKind.RATE):
            return self._implied_actor(draft, words, voice)
        if draft.kind is ClaimKind.PROXIMITY and self.p.conflict and draft.subject:
            return self._near(draft, voice), None
        return words, None

    def _implied_actor(self, draft: Draft, words: str | None, voice: Party | None) -> tuple[str | None, Party | None]:
        """The side behind words that name none: the conflict's own parties, else whom the text implies."""
        nameless = self._nameless(draft, words)
        if nameless is not None:
            return words, nameless
        armed = draft.actor_at is not None and self.p.has_force(*draft.actor_at)
        if not (words is None or armed or _vague(self.p, draft)):
            return words, None
        implied = self._implied(draft, voice)
        if words is not None and is_army(words) and (implied is None or implied.kind is not PartyKind.STATE):
            # an army is a state's: of the conflict's country, where no other state takes part
            home = self._home(draft)
            foreign = any(q.kind is PartyKind.STATE and q.key != home for q in self.known.values())
            return words, state(home) if home is not None and not foreign else None
        if implied is None:
            return words, None
        return self._worded(draft, implied, words if armed else None), implied

    def _nameless(self, draft: Draft, words: str | None) -> Party | None:
        """ "Government forces", "the rebels": parties of the country whose conflict it is."""
        home = self._home(draft)
        if words is None or home is None:
            return None
        if is_rebels(words):
            return rebels_of(home, words)
        return state(home, words) if is_government(words) else None

    def _home(self, draft: Draft) -> str | None:
        """The country that a draft's places lie in, else the one that the article names most."""
        mentions = (*draft.subject, draft.reference, draft.region)
        own = {m.place.country for m in mentions if m is not None and m.place is not None and m.place.country}
        if own:
            return next(iter(own)) if len(own) == 1 else None
        return self.mentioned.most_common(1)[0][0] if self.mentioned else None

    def _implied(self, draft: Draft, voice: Party | None) -> Party | None:
        """The clause's subject, then the speaker, then who else does such things here."""
        first, stop = self.p.sentence(draft.at)
        main = _main_subject(self.p, draft, first, stop)
        if main is not None or (draft.actor_at is not None and voice is not None):
            return main or voice
        role = _role(draft)
        own = self.roles[role] if role is not None else Counter[str]()
        if draft.predicate is Predicate.OCCUPIED:
            own = self.roles[Effect.LOSS] or self._others()
        anywhere = not own and voice is not None and any(voice.key in counter for counter in self.roles.values())
        if voice is not None and (voice.key in own or anywhere):
            return voice
        usual = own.most_common(1)
        if usual and usual[0][1] >= _CLEAR * sum(own.values()):
            return self.known.get(usual[0][0]) or state(usual[0][0])
        return voice if voice is not None and role in MOVES else None

    def _others(self) -> Counter[str]:
        """Countries by mention, without those that gain: who held what is being taken."""
        gainers = self.roles[Effect.GAIN]
        rest = Counter({code: n for code, n in self.mentioned.items() if code not in gainers})
        return Counter(dict(rest.most_common(1)))

    def _near(self, draft: Draft, voice: Party | None) -> str | None:
        """Whose "tank divisions" are near: the party whose forces the sentence named before, or the speaker's."""
        p = self.p
        first, _ = p.sentence(draft.at)
        if not p.has_force(draft.i, draft.at) or party(p, (draft.i, draft.at)) is not None:
            return p.mention(*draft.actor_at).text if draft.actor_at is not None else None
        for k in range(draft.i - 1, first - 1, -1):
            if p.tk.low[k] in p.lang.words("forces"):
                found = party(p, (max(first, k - 4), k))
                if found is not None:
                    return self._name(found)
        return self._name(voice) if voice is not None else None

    def _name(self, who: Party) -> str:
        return self.names.get(who.key, who.words)

    def _worded(self, draft: Draft, who: Party, armed: str | None) -> str:
        """The implied side in words, with the force as written: "the army" said by Kyiv is "Ukraine's army"."""
        if armed is None or draft.actor_at is None:
            return self._name(who)
        low, word = self.p.tk.low, self.p.tk.word
        noun = next((word[k] for k in range(*draft.actor_at) if low[k] in self.p.lang.words("forces")), None)
        return f"{self._name(who)}'s {noun}" if noun is not None else self._name(who)


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


def party(p: Passage, span: tuple[int, int] | None) -> Party | None:
    """The party that tokens name: a group, or a country by demonym, name or capital; an unplaced name is itself."""
    if span is None:
        return None
    words = p.tk.slice(*span)
    group = group_of(words)
    if group is not None:
        return group
    for k in range(*span):
        toponym = p.toponym(k)
        if toponym is not None:
            country = toponym.place.country if toponym.place else None
            return of_country(country, words) if country else named(toponym.text)
    if p.has_force(*span):
        name = next((k for k in range(*span) if p.tk.capital(k) and p.capital_name(k)), None)
        if name is not None and p.tk.low[name] not in p.lang.words("forces"):
            return named(p.tk.word[name])
    return None


def speaker_party(p: Passage, name: str) -> Party | None:
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
                return state(place.country, toponym.text) if place.country else None
    return None


def _main_subject(p: Passage, draft: Draft, first: int, stop: int) -> Party | None:
    """ "Despite overrunning Luhansk, Russia has struggled", "troops burn the flag after freeing Vovchansk"."""
    if draft.actor_at is not None:
        return None
    participle = p.tk.low[draft.at].endswith(p.lang.endings("participle_endings"))
    if not participle and not (draft.at > first and p.among(draft.at - 1, "infinitive")):
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


def _names(p: Passage) -> dict[str, str]:
    """Keys of parties -> how the article's gazetteer names a country; where none is named, the words as written."""
    out: dict[str, str] = {}
    for toponym in p.toponyms:
        place = toponym.place
        if place is not None and place.country:
            if place.feature.startswith("A.PCL"):
                out[place.country] = place.name
            else:
                out.setdefault(place.country, toponym.text)
        elif place is None:
            out.setdefault(named(toponym.text).key, toponym.text)
    return out
