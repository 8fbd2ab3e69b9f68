"""Verdicts in messages: what a claim says, what was measured, how the two stand to each other."""

from __future__ import annotations

from geomap.models import (
    Claim,
    ClaimKind,
    Compass,
    Evidence,
    Label,
    Mention,
    Message,
    Named,
    Parameter,
    Polarity,
    Quantity,
    Quote,
    Ratio,
    Text,
    message,
)
from geomap.wording import QUOTE_LIMIT, is_pronoun, short

CONVERTED_LOOSELY = 0.1
"""Brackets off by less were rounded twice: not worth a reader's time."""
CONVERTED = {"m": ("km", 1e3), "m2": ("km2", 1e6)}
"""SI unit of a figure -> the unit that a reader sees, and its size."""
RELATIONS = {
    (ClaimKind.CONTAINMENT, Polarity.AFFIRMED): "said.in",
    (ClaimKind.CONTAINMENT, Polarity.NEGATED): "said.not_in",
    (ClaimKind.ADJACENCY, Polarity.AFFIRMED): "said.along",
    (ClaimKind.ADJACENCY, Polarity.NEGATED): "said.not_along",
    (ClaimKind.PROXIMITY, Polarity.AFFIRMED): "said.near",
    (ClaimKind.PROXIMITY, Polarity.NEGATED): "said.not_near",
}
"""One place beside another, or not -> the message that says so."""


def times(ratio: float) -> Message:
    """A ratio in words: "3.1 times"."""
    return message("times.ratio", ratio=Ratio(ratio))


def wind(direction: Compass) -> Message:
    """A wind in words: "north-east"."""
    return message(f"wind.{direction}")


def fit(label: Label) -> Message:
    """A label within a sentence: "does not fit the map"."""
    return message(f"fit.{label}")


def claim_message(claim: Claim, plain: Quantity | None = None) -> Message:
    """What the claim says, in a few words; ``plain`` is its figure in km or km² where written otherwise."""
    if claim.value is not None and claim.value.si_unit is not None:
        figure = _said_figure(claim, plain)
        return message("said.not", said=figure) if claim.polarity is Polarity.NEGATED else figure
    subjects = tuple(_named(m) for m in claim.subject if m.text)
    reference = _named(claim.reference) if claim.reference else None
    if claim.kind is ClaimKind.CONTROL and claim.predicate is not None and subjects:
        return _said_control(claim, subjects)
    if reference is None:
        return message("said.quote", quote=Quote(claim.quote))
    denied = claim.polarity is Polarity.NEGATED
    if claim.kind is ClaimKind.ADVANCE:
        who: tuple[Parameter, ...] = subjects or (claim.actor or message("said.the_advance"),)
        return message("said.not_reached" if denied else "said.reached", who=who, reference=reference)
    relation = RELATIONS.get((claim.kind, claim.polarity))
    if relation is not None and subjects:
        return message(relation, places=subjects, reference=reference)
    if claim.kind is ClaimKind.DIRECTION and subjects:
        if claim.direction is None:
            return message("said.beside", places=subjects, reference=reference)
        way = "said.not_wind_of" if denied else "said.places_wind_of"
        return message(way, places=subjects, wind=wind(claim.direction), reference=reference)
    return message("said.quote", quote=Quote(claim.quote))


def _said_figure(claim: Claim, plain: Quantity | None) -> Message:
    """A figure, with where it counts from: in the claim's own words where an advance has both."""
    assert claim.value is not None
    words = short(claim.value.text)
    reference = _named(claim.reference) if claim.reference else None
    if claim.kind is ClaimKind.ADVANCE and reference is not None:
        words = _own_words(claim) or words
    figure = message("said.figure", figure=words)
    if plain is not None:
        figure = message("said.figure_converted", figure=words, amount=plain)
    figure = _contradicted(claim, figure)
    if claim.kind in (ClaimKind.DISTANCE, ClaimKind.PROXIMITY) and reference is not None:
        if claim.direction is None:
            return message("said.from", figure=figure, reference=reference)
        return message("said.wind_of", figure=figure, wind=wind(claim.direction), reference=reference)
    return figure


def _contradicted(claim: Claim, figure: Message) -> Message:
    """A figure whose own bracket says another: "85,000 hectares (21,035 acres)"."""
    value = claim.value
    conversion = value.conversion if value is not None else None
    if value is None or conversion is None or conversion.agrees or not value.si:
        return figure
    if abs(conversion.si / value.si - 1) <= CONVERTED_LOOSELY or value.si_unit not in CONVERTED:
        return figure
    unit, size = CONVERTED[value.si_unit]
    amount = Quantity(conversion.si / size, conversion.si / size, unit)
    return message("said.disagrees", figure=figure, other=short(conversion.text), amount=amount)


def _own_words(claim: Claim) -> str | None:
    """The text from a figure to the place behind it, "60 km from Sennar": whether it came to it or so near is there."""
    assert claim.value is not None
    end = claim.reference.end if claim.reference is not None else None
    if end is None or not claim.start <= claim.value.start < end <= claim.end:
        return None
    words = claim.quote[claim.value.start - claim.start : end - claim.start]
    return words if len(words) <= QUOTE_LIMIT else None


def _said_control(claim: Claim, subjects: tuple[Named, ...]) -> Message:
    group = "not_state" if claim.polarity is Polarity.NEGATED else "state"
    state = message(f"{group}.{claim.predicate}", count=len(subjects))
    if not claim.actor or is_pronoun(claim.actor):
        return message("said.held", places=subjects, state=state)
    return message("said.held_by", places=subjects, state=state, actor=short(claim.actor))


def _named(mention: Mention) -> Named:
    """A mention in the article's own spelling."""
    return Named(short(mention.text))


def clause(evidence: Evidence) -> Text:
    """What was measured: the evidence's own sentence where it has one, else what it is and its range."""
    if evidence.note:
        found: Text = evidence.note
    else:
        found = message("measured.is", what=evidence.what, amount=amount(evidence))
    return message("measured.from_source", clause=found, source=evidence.source) if evidence.source else found


def amount(evidence: Evidence) -> Quantity:
    """What was measured, as a range."""
    return Quantity(*evidence.measured, evidence.unit)
