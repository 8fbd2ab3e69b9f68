"""Which border "the border" is: of the country that the claim's place lies in, and of the other one spoken of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from geomap.claims.passage import Draft, Passage
from geomap.models import Mention, Place

BorderOf = Callable[[str, str], Place | None]
_PAIRS = 12
"""Pairs of countries tried for one border: an article about two speaks of them most."""


def set_borders(p: Passage, drafts: list[Draft], border_of: BorderOf) -> None:
    """Give references that are borders their line."""
    counts = Counter(t.place.country for t in p.toponyms if t.place is not None and t.place.country)
    for draft in drafts:
        reference = draft.reference
        if reference is None or reference.start is None or reference.end is None:
            continue
        words = set(reference.text.lower().replace("’", "'").replace("-", " ").split())
        if not words & p.lang.words("frontier_nouns"):
            continue
        place = _border(p, draft, reference, counts, border_of)
        if place is not None:
            draft.reference = replace(reference, place=place, why_not=None)


def _border(p: Passage, draft: Draft, reference: Mention, counts: Counter[str], border_of: BorderOf) -> Place | None:
    named = [
        t.place.country
        for t in p.toponyms
        if t.place is not None
        and t.place.country
        and reference.start is not None
        and reference.end is not None
        and reference.start <= t.start < reference.end
    ]
    own = [m.place.country for m in draft.subject if m.place is not None and m.place.country]
    own += [draft.region.place.country] if draft.region and draft.region.place and draft.region.place.country else []
    usual = [code for code, _ in counts.most_common(6)]
    firsts = named or own or usual
    tried = 0
    for one in firsts:
        for other in (*named, *own, *usual):
            if other == one:
                continue
            tried += 1
            if tried > _PAIRS:
                return None
            place = border_of(one, other)
            if place is not None:
                return place
    return None
