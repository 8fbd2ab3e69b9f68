"""What stands in the way of a test: no date, no place, no map; each says what would help."""

from __future__ import annotations

from geomap.evidence.ground import Days, Ground, day_of
from geomap.evidence.sides import is_force
from geomap.models import STATES, AspectName, Claim, ClaimKind, Evidence, Mention, Role
from geomap.wording import day


def missing_date() -> Evidence:
    """Say that neither text nor record gives a date."""
    return Evidence(
        what="a date",
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.DATE,
        note="It needs a date: the text gives none, and the article has no publication date; give one with --published",
    )


def missing_map(claim: Claim, days: Days | None, ground: Ground) -> Evidence:
    """Say which map would settle a claim."""
    when = f"dated {day(days.end)}" if days else "of its date (--published says when the article appeared)"
    spans = [f"{s.name} {day(day_of(s, 0))} to {day(day_of(s, -1))}" for s in ground.control if s.snapshots]
    have = f" (at hand: {'; '.join(spans)})" if spans else ""
    front = any(is_force(m.text) for m in claim.subject)
    about_control = front or claim.kind in (ClaimKind.CONTROL, ClaimKind.ADVANCE) or claim.effect in STATES
    kind = "a control map" if about_control or claim.actor else "a map of the ground it speaks of,"
    return Evidence(
        what=kind,
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        note=f"no map at hand measures it{have}; {kind} {when} would settle it (--control)",
    )


def missing_place(why: str) -> Evidence:
    """Say which place is not known, and why."""
    return Evidence(
        what="a place", measured=(None, None), unit="", role=Role.MISSING, aspect=AspectName.PLACE, note=why
    )


def why_not(mention: Mention) -> str:
    """Why a mention has no place."""
    return mention.why_not or f"“{' '.join(mention.text.split())}” is no place that the gazetteer knows"
