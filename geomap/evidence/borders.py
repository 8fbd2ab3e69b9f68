"""Which border "the border" is: of the country that the words or the claim name, with the one that the story names."""

from __future__ import annotations

from geomap.evidence.ground import Ground, domain, places_in
from geomap.evidence.sides import holder_country
from geomap.models import Claim, Mention, Place
from geomap.parties import Party


def border_named(mention: Mention, claim: Claim, ground: Ground) -> Place | None:
    """The border that a mention stands for; None where it is no border, or none that the words make out.

    Two countries make one: those that the words name, then the claim's own places', then the actor's and the sides of
    the control maps, then those that the article's claims name.
    """
    if not mention.sense.border or (mention.place is not None and mention.place.feature == "A.BDR"):
        return None
    found = list(dict.fromkeys(c for c in _countries(mention, claim, ground) if c))
    for i, one in enumerate(found[:4]):
        for other in found[i + 1 : 5]:
            place = ground.gazetteer.border(one, other)
            if place is not None:
                return place
    return None


def _countries(mention: Mention, claim: Claim, ground: Ground) -> list[str | None]:
    named = [mention.place.country if mention.place is not None else None, _country(mention.sense.party)]
    own = [p.country for p in places_in(tuple(m for m in (*claim.subject, claim.region) if m is not None))]
    parties = [_country(claim.meaning.actor), _country(claim.meaning.counterparty)]
    sides = [c for s in ground.control for c in (*sorted(domain(s, ground)), holder_country(s, ground))]
    return [*named, *own, *parties, *sides, *claim.meaning.countries]


def _country(party: Party | None) -> str | None:
    return party.country if party is not None else None
