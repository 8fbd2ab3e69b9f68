"""What stands in the way of a test: no date, no place, no map; each says what would help."""

from __future__ import annotations

from geomap.evidence.ground import Days, Ground, day_of
from geomap.evidence.sides import is_force
from geomap.models import STATES, AspectName, Claim, ClaimKind, Evidence, Mention, Quote, Role, Text, message


def missing_date() -> Evidence:
    """Say that neither text nor record gives a date."""
    return Evidence(
        what=message("missing.date"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.DATE,
        note=message("untested.no_date"),
    )


def missing_map(claim: Claim, days: Days | None, ground: Ground) -> Evidence:
    """Say which map would settle a claim."""
    spans = tuple(
        message("unsettled.span", source=s.label, start=day_of(s, 0), end=day_of(s, -1))
        for s in ground.control
        if s.snapshots
    )
    front = any(is_force(m.text) for m in claim.subject)
    about_control = front or claim.kind in (ClaimKind.CONTROL, ClaimKind.ADVANCE) or claim.effect in STATES
    of_control = bool(about_control or claim.actor)
    if days is None:
        wanted = message("unsettled.control_undated" if of_control else "unsettled.ground_undated")
    else:
        wanted = message("unsettled.control_dated" if of_control else "unsettled.ground_dated", day=days.end)
    note = message("unsettled.no_map", wanted=wanted)
    if spans:
        note = message("unsettled.none_of_maps", spans=spans, wanted=wanted)
    return Evidence(
        what=message("missing.control_map" if of_control else "missing.ground_map"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        note=note,
    )


def missing_place(why: Text) -> Evidence:
    """Say which place is not known, and why."""
    return Evidence(
        what=message("missing.place"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.PLACE,
        note=why,
    )


def why_not(mention: Mention) -> Text:
    """Why a mention has no place."""
    return mention.why_not or message("untested.not_known", quote=Quote(mention.text))
