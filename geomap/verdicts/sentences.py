"""Verdicts in words: numbers as a reader writes them, one plain sentence a claim."""

from __future__ import annotations

from geomap.models import Claim, ClaimKind, Compass, Evidence, Label, Polarity, Predicate
from geomap.wording import number, quantity

WIND_WORDS: dict[Compass, str] = {
    Compass.N: "north",
    Compass.NE: "north-east",
    Compass.E: "east",
    Compass.SE: "south-east",
    Compass.S: "south",
    Compass.SW: "south-west",
    Compass.W: "west",
    Compass.NW: "north-west",
}
VERDICT_WORDS: dict[Label, str] = {
    Label.FITS: "fits the map",
    Label.ROUGHLY_FITS: "roughly right",
    Label.DOES_NOT_FIT: "does not fit the map",
    Label.MAPS_CANNOT_SETTLE: "maps cannot settle it",
    Label.NOT_TESTABLE: "not testable",
}
SAID: dict[Predicate, str] = {
    Predicate.CAPTURED: "was captured",
    Predicate.RECAPTURED: "was recaptured",
    Predicate.LIBERATED: "was liberated",
    Predicate.REACHED: "was reached",
    Predicate.ADVANCED: "saw an advance",
    Predicate.WITHDREW: "was left",
    Predicate.LOST: "was lost",
    Predicate.EVACUATED: "was evacuated",
    Predicate.SURRENDERED: "was surrendered",
    Predicate.CONTROLS: "is held",
    Predicate.OCCUPIED: "was held",
    Predicate.STABILISING: "is held",
    Predicate.CONTESTED: "is contested",
    Predicate.BESIEGED: "is besieged",
    Predicate.ENCIRCLED: "is encircled",
    Predicate.ANNEXED: "was annexed",
    Predicate.CLAIMS: "is claimed",
}
QUOTE_LIMIT = 90
"""Characters of quoted words in a sentence: longer ones are cut, the whole quote stands beside."""


def times(ratio: float) -> str:
    """A ratio in words: "3.1 times"."""
    return f"{ratio:.2g} times" if ratio < 10 else f"{number(ratio)} times"


def short(text: str) -> str:
    """Quoted words on one line, without control and direction marks, cut at ``QUOTE_LIMIT``."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= QUOTE_LIMIT else line[: QUOTE_LIMIT - 1].rstrip() + "…"


def said(claim: Claim, plain: str | None = None) -> str:
    """What the claim says, in a few words; ``plain`` is its figure in km or km² where written otherwise."""
    subjects = [short(m.text) for m in claim.subject if m.text]
    about = " and ".join([", ".join(subjects[:-1]), subjects[-1]] if len(subjects) > 1 else subjects)
    reference = short(claim.reference.text) if claim.reference else None
    if claim.value is not None and claim.value.si_unit is not None:
        figure = short(claim.value.text) + (f" ({plain})" if plain else "")
        if claim.kind in (ClaimKind.DISTANCE, ClaimKind.PROXIMITY) and reference:
            way = f" {WIND_WORDS[claim.direction]} of" if claim.direction else " from"
            return f"{figure}{way} {reference}"
        if claim.kind is ClaimKind.ADVANCE and reference:
            return f"{figure} to {reference}"
        return figure
    if claim.kind is ClaimKind.CONTROL and claim.predicate is not None and about:
        verb = SAID[claim.predicate]
        if len(subjects) > 1:
            first, _, rest = verb.partition(" ")
            verb = f"{ {'was': 'were', 'is': 'are'}.get(first, first) } {rest}"
        if claim.polarity is Polarity.NEGATED:
            first, _, rest = verb.partition(" ")
            verb = f"{first} not {rest}" if first in ("was", "is", "were", "are") else f"did not {verb}"
        return f"{about} {verb}" + (f" by {short(claim.actor)}" if claim.actor else "")
    if claim.kind is ClaimKind.ADVANCE and reference:
        return f"{about or claim.actor or 'the advance'} reached {reference}"
    words = {
        ClaimKind.CONTAINMENT: "in",
        ClaimKind.ADJACENCY: "along",
        ClaimKind.PROXIMITY: "near",
        ClaimKind.DIRECTION: f"{WIND_WORDS[claim.direction]} of" if claim.direction else "beside",
    }
    if claim.kind in words and about and reference:
        return f"{about} {words[claim.kind]} {reference}"
    return f"“{short(claim.quote)}”"


def source_of(evidence: Evidence) -> str:
    """Where a measurement comes from, in brackets, for the end of a clause."""
    return f" ({evidence.source})" if evidence.source else ""


def clause(evidence: Evidence) -> str:
    """What was measured: the evidence's own sentence where it has one, else what it is and its range."""
    if evidence.note:
        return evidence.note + source_of(evidence)
    return f"{evidence.what} is {quantity(evidence.measured, evidence.unit)}{source_of(evidence)}"
