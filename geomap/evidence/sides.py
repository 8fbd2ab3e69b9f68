"""Whose ground a claim speaks of: words for parties, matched to the side that a control map draws."""

from __future__ import annotations

from geomap.evidence.ground import Ground, domain, places_in
from geomap.models import UNKNOWN_HOLDER, Claim, ClaimKind, ControlSeries, Effect, Predicate
from geomap.parties import Party, PartyKind, named, party_of, same
from geomap.parties.sources import same_source

OWN_GROUND = frozenset({Predicate.RECAPTURED, Predicate.LIBERATED})
"""Taken back: by the side whose country it is, where the words name nobody."""


def holder_party(series: ControlSeries, ground: Ground) -> Party:
    """The party that a series draws; "the rebels" of a map are those of the one country that it draws."""

    def read() -> Party:
        codes = domain(series, ground)
        home = next(iter(codes)) if len(codes) == 1 else None
        return party_of(series.holder, ground.gazetteer.nation, home) or named(series.holder)

    return ground.once(("holder", id(series)), read)


def holder_country(series: ControlSeries, ground: Ground) -> str | None:
    """The country whose own side a series draws; None for sides that are no state's ("ISIS", "fire")."""
    holder = holder_party(series, ground)
    return holder.country if holder.kind is PartyKind.STATE else None


def is_holder(party: Party | None, series: ControlSeries, ground: Ground) -> bool | None:
    """Whether a party is the drawn holder (True), another side (False) or neither can be told (None)."""
    return same(party, holder_party(series, ground))


def actor_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """Whether the claim's actor is the drawn holder.

    Asked in turn: the actor; the opposite of the counterparty; a force that the claim is about; for "his troops" and
    "we" the speaker; for ground taken back, the country whose ground it is.
    """
    meaning = claim.meaning
    actor = is_holder(meaning.actor, series, ground)
    if actor is not None:
        return actor
    against = is_holder(meaning.counterparty, series, ground)
    if against is not None:
        return not against
    moving = [m.sense.party for m in claim.subject if m.sense.force or claim.kind is ClaimKind.ADVANCE]
    sides = [side for side in (is_holder(p, series, ground) for p in moving) if side is not None]
    if sides:
        return sides[0]
    spoken = _speaker_side(claim, series, ground)
    return spoken if spoken is not None else _home_side(claim, series, ground)


def _speaker_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """The side of "his troops" and "we": the nearest speaker's. Who tells of losing speaks of no gains of its own."""
    meaning = claim.meaning
    own = (claim.actor is None and meaning.first_person) or (claim.actor is not None and meaning.unnamed)
    if not own or claim.effect is Effect.LOSS:
        return None
    sides = (is_holder(speaker, series, ground) for speaker in meaning.speakers)
    return next((side for side in sides if side is not None), None)


def _home_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """Ground taken back is taken by the side whose country it is; the drawn holder may be at home itself."""
    if claim.predicate not in OWN_GROUND or series.holder == UNKNOWN_HOLDER:
        return None
    mentions = (*claim.subject, *([claim.region] if claim.region is not None else []))
    home = {place.country for place in places_in(mentions) if place.country}
    return False if not home or holder_country(series, ground) not in home else None


def told_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """Guess the actor from the claim's sentence: the party named last before it, else the only one named at all.

    A guess: good enough to agree with a map, never to contradict one.
    """

    def sides(parties: tuple[Party, ...]) -> list[bool]:
        return [side for side in (is_holder(p, series, ground) for p in parties) if side is not None]

    before, after = sides(claim.meaning.before), sides(claim.meaning.after)
    if before:
        return before[-1]
    return after[0] if len(set(after)) == 1 else None


def stated_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """Whether the claim says that the drawn holder has the ground, after what it tells; None where it names nobody."""
    side = actor_side(claim, series, ground)
    if side is None or claim.predicate is None:
        return side
    if claim.effect is Effect.LOSS:
        return not side
    return side if claim.effect in (Effect.GAIN, Effect.HOLD) else None


# ── independence ─────────────────────────────────────────────────────────────────────────────────────────────


def shares_source(series: ControlSeries, claim: Claim, ground: Ground) -> bool:
    """Whether a map rests on the claim's own source: the speaker, the article, its outlet or its address."""
    article = ground.articles.get(claim.article)
    own = [*claim.source, claim.article]
    if article is not None:
        own += [article.source or "", article.url or ""]
    theirs = [series.name, str(series.provenance.attribution or ""), *series.sources]
    return any(same_source(a, b) for a in own for b in theirs)
