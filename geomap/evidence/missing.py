"""What stands in the way of a test: no date, no place, no map; each says what would help."""

from __future__ import annotations

from collections.abc import Iterable

from geomap.evidence.ground import Days, Ground, day_of, maps_of, places_in, speaks_of
from geomap.evidence.sides import actor_side
from geomap.models import (
    STATES,
    AspectName,
    Claim,
    ClaimKind,
    Code,
    ControlSeries,
    Evidence,
    Mention,
    Message,
    Named,
    Place,
    Quote,
    Role,
    Text,
    message,
)


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
    """Say why no map at hand settles a claim, and which one would."""
    front = any(m.sense.force for m in claim.subject)
    about_control = front or claim.kind in (ClaimKind.CONTROL, ClaimKind.ADVANCE) or claim.effect in STATES
    of_control = bool(about_control or claim.actor)
    if days is None:
        wanted = message("unsettled.control_undated" if of_control else "unsettled.ground_undated")
    else:
        wanted = message("unsettled.control_dated" if of_control else "unsettled.ground_dated", day=days.end)
    return Evidence(
        what=message("missing.control_map" if of_control else "missing.ground_map"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        note=_why_unmeasured(claim, days, wanted, ground, of_control=of_control),
    )


def missing_part(lacks: Message) -> Evidence:
    """Say which part of a claim's period no map covers."""
    return Evidence(
        what=message("missing.control_map"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        note=lacks,
    )


def _why_unmeasured(claim: Claim, days: Days | None, wanted: Message, ground: Ground, *, of_control: bool) -> Message:
    """What the maps at hand lack: another ground, another time, or a side that the claim names.

    Where one draws the ground on that day, no other map is asked for: the claim's words do not say whose it is, or the
    map shows nothing of what they speak of.
    """
    given = [s for s in ground.control if s.snapshots]
    if not given:
        return message("unsettled.no_map", wanted=wanted)
    there = [s for s in given if _draws(s, claim, ground)]
    if not there:
        return message("unsettled.other_ground", count=len(given), spans=_spans(given), wanted=wanted)
    dated = [s for s in there if days is not None and maps_of(s, days.end, ground.settings)]
    if not dated or not of_control:
        return message("unsettled.none_of_maps", spans=_spans(given), wanted=wanted)
    names = tuple(s.label for s in dated)
    if all(actor_side(claim, s, ground) is None for s in dated):
        return message("unsettled.side_unsaid", count=len(dated), sources=names)
    return message("unsettled.not_shown", count=len(dated), sources=names)


def _spans(series: Iterable[ControlSeries]) -> tuple[Message, ...]:
    return tuple(message("unsettled.span", source=s.label, start=day_of(s, 0), end=day_of(s, -1)) for s in series)


def _draws(series: ControlSeries, claim: Claim, ground: Ground) -> bool:
    """Whether a map draws all the ground that a claim names."""
    mentions = (*claim.subject, *(m for m in (claim.reference, claim.region) if m is not None))
    return all(speaks_of(series, place, ground) for place in places_in(mentions))


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


def missing_point(place: Place) -> Evidence:
    """Say that a place is known only as near another: such a point is never measured from."""
    return Evidence(
        what=message("missing.place"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        codes=(Code.PLACE,),
        note=message("unsettled.only_near", place=Named(place.name, place.id)),
    )


def why_not(mention: Mention) -> Text:
    """Why a mention has no place."""
    return mention.why_not or message("untested.not_known", quote=Quote(mention.text))
