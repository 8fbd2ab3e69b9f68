"""Which border "the border" is: of the country that the words or the claim name, with the one that the story names."""

from __future__ import annotations

import re
from collections import Counter

from geomap.evidence.ground import Ground, domain, places_in
from geomap.evidence.sides import country_of, holder_country
from geomap.models import Claim, Mention, Place

BORDER = re.compile(r"\b(?:border|frontier)\b", re.IGNORECASE)


def border_named(mention: Mention, claim: Claim, ground: Ground) -> Place | None:
    """The border that a mention stands for; None where it is no border, or none that the words make out.

    Two countries make one: those that the words name, then the claim's own places', then the actor's and the sides of
    the control maps, then those that the article's claims name.
    """
    if not BORDER.search(mention.text) or (mention.place is not None and mention.place.feature == "A.BDR"):
        return None
    found = list(dict.fromkeys(c for c in _countries(mention, claim, ground) if c))
    for i, one in enumerate(found[:4]):
        for other in found[i + 1 : 5]:
            place = ground.gazetteer.border(one, other)
            if place is not None:
                return place
    return None


def _countries(mention: Mention, claim: Claim, ground: Ground) -> list[str | None]:
    named = [mention.place.country if mention.place is not None else None, country_of(mention.text, ground)]
    own = [p.country for p in places_in(tuple(m for m in (*claim.subject, claim.region) if m is not None))]
    parties = [country_of(claim.actor, ground), country_of(claim.counterparty, ground)]
    sides = [c for s in ground.control for c in (*sorted(domain(s, ground)), holder_country(s, ground))]
    story = countries_told(claim.article, ground)
    return [*named, *own, *parties, *sides, *story]


def countries_told(article_id: str, ground: Ground) -> list[str]:
    """Countries that an article's words name, the one named most first."""
    article = ground.articles.get(article_id)

    def count() -> list[str]:
        words = Counter(re.findall(r"\b[A-Z][\w-]+", article.text)) if article is not None else Counter()
        found: Counter[str] = Counter()
        for word, times in words.items():
            country = country_of(word, ground)
            if country is not None:
                found[country] += times
        return sorted(found, key=lambda c: (-found[c], c))

    return ground.once(("told", article_id), count)
