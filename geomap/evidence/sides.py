"""Whose ground a claim speaks of: words for parties, matched to the side that a control map draws."""

from __future__ import annotations

import re

from geomap.evidence.ground import Ground, places_in, sentence_span
from geomap.lang.names import stand_ins
from geomap.models import Claim, ClaimKind, ControlSeries, Effect, Predicate
from geomap.verdicts.comparing import party

OWN_GROUND = frozenset({Predicate.RECAPTURED, Predicate.LIBERATED})
"""Taken back: by the side whose country it is, where the words name nobody."""
FORCE = re.compile(
    r"\b(?:forces?|troops?|army|armies|military|soldiers?|fighters?|militants?|rebels?|militia\w*|units?|formations?|"
    r"brigades?|divisions?|battalions?|invaders?|insurgents?|marines?|paratroopers?|defenders?|columns?|tanks?|"
    r"front ?lines?|frontlines?|lines?|fronts?|advances?|offensive|counter-?offensive|breakthrough|push|fighting|"
    r"war ?planes|artillery|crews?|mercenar\w+|invasion|incursion|assault|attackers?)\b",
    re.IGNORECASE,
)
"""Words for what moves and has no place of its own."""
PRONOUN = re.compile(r"\b(?:his|her|its|their|our|we|they|he|she|it|them)\b", re.IGNORECASE)


def is_force(words: str) -> bool:
    """Whether words name a force or front, whose place is the ground that it holds."""
    return FORCE.search(words) is not None


def country_of(words: str | None, ground: Ground) -> str | None:
    """The country (ISO alpha-2) whose side words name: "Kyiv's troops" is UA, "the Kremlin" RU; None where none is."""
    if not words:
        return None
    return ground.once(("country", words), lambda: _country_of(words, ground))


def _country_of(words: str, ground: Ground) -> str | None:
    plain = [w for w in re.split(r"[^\w'’.-]+", words) if w]
    for size in (3, 2, 1):
        for start in range(len(plain) - size + 1):
            name = " ".join(plain[start : start + size])
            name = re.sub(r"['’]s?$", "", name).strip(".-")
            if not name[:1].isupper():
                continue
            if name.casefold() in stand_ins():
                return stand_ins()[name.casefold()]
            found = ground.gazetteer.demonym(name)
            if found is not None and found.country:
                return str(found.country)
            for place in ground.gazetteer.find(name, limit=1, fuzzy=False):
                # sides are named by countries, capitals and regions; a village of that name is a surname
                if place.country and (place.feature.startswith(("A.PCL", "A.ADM1")) or place.feature == "P.PPLC"):
                    return place.country
    return None


def holder_country(series: ControlSeries, ground: Ground) -> str | None:
    """The country of the side that a series draws; None for sides that are none ("ISIS", "fire")."""
    return country_of(series.holder, ground)


def side_of(words: str | None, series: ControlSeries, ground: Ground) -> bool | None:
    """Whether words name the drawn holder (True), another side (False) or nobody known (None)."""
    if not words:
        return None
    if party(series.holder) in {party(w) for w in words.split()} - {None}:
        return True
    country = country_of(words, ground)
    holder = holder_country(series, ground)
    if country is None:
        return None
    return country == holder


def actor_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """Whether the claim's actor is the drawn holder.

    Asked in turn: the actor's words; the opposite of the counterparty's; a force that the claim is about; for "his
    troops" and "we" the speaker; for ground taken back, the country whose ground it is.
    """
    named = side_of(claim.actor, series, ground)
    if named is not None:
        return named
    against = side_of(claim.counterparty, series, ground)
    if against is not None:
        return not against
    for mention in claim.subject:
        if is_force(mention.text) or claim.kind is ClaimKind.ADVANCE:
            side = side_of(mention.text, series, ground)
            if side is not None:
                return side
    if claim.actor is None or PRONOUN.search(claim.actor):
        for speaker in claim.source:
            side = side_of(speaker, series, ground)
            # who tells of losing does not speak of gains of its own
            if side is not None and claim.effect is not Effect.LOSS and (claim.actor or _first_person(claim)):
                return side
    if claim.predicate in OWN_GROUND:
        places = [*places_in(claim.subject), *([claim.region.place] if claim.region and claim.region.place else [])]
        home = {p.country for p in places if p.country}
        holder = holder_country(series, ground)
        return False if not home or holder not in home else None
    return None


def told_side(claim: Claim, series: ControlSeries, ground: Ground) -> bool | None:
    """Guess the actor from the claim's sentence: the party named last before it, else the only one named at all.

    A guess: good enough to agree with a map, never to contradict one.
    """
    article = ground.articles.get(claim.article)
    if article is None or not article.text:
        return None
    start, end = sentence_span(article.text, claim.start, claim.end)
    taken = [m for m in (*claim.subject, claim.reference, claim.region) if m is not None and m.start is not None]
    sides: list[tuple[int, bool]] = []
    for word in re.finditer(r"[^\W\d_][\w'’-]*", article.text[start:end]):
        at = start + word.start()
        if not word.group()[0].isupper() or any((m.start or 0) <= at < (m.end or 0) for m in taken):
            continue
        side = side_of(word.group(), series, ground)
        if side is not None:
            sides.append((at, side))
    before = [side for at, side in sides if at < claim.start]
    if before:
        return before[-1]
    every = {side for _, side in sides}
    return every.pop() if len(every) == 1 else None


def _first_person(claim: Claim) -> bool:
    return re.search(r"\b(?:we|our|us)\b", claim.quote, re.IGNORECASE) is not None


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
    return any(_same_name(a, b) for a in own for b in theirs)


def _same_name(a: str, b: str) -> bool:
    """Whether two names of a source are one: the same words, one within the other, or the other's initials."""
    first, second = _words(a), _words(b)
    if not first or not second:
        return False
    if first == second or _within(first, second) or _within(second, first):
        return True
    return any(len(x) == 1 and len(x[0]) > 2 and _initials(y) == x[0] for x, y in ((first, second), (second, first)))


_FILLERS = frozenset(["the", "of", "for", "a", "an", "and", "in", "on", "at", "news"])


def _words(name: str) -> list[str]:
    return [w for w in re.findall(r"\w+", name.casefold()) if w not in _FILLERS]


def _within(short: list[str], long: list[str]) -> bool:
    size = len(short)
    # a single short word, "Wire", stands in too many names to mean one
    if size == 1 and len(short[0]) < 5:
        return False
    return any(long[i : i + size] == short for i in range(len(long) - size + 1))


def _initials(words: list[str]) -> str:
    return "".join(w[0] for w in words)
