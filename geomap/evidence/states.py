"""Evidence for control: who holds a place, what share of a region, how far the line is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely

from geomap.control import HELD_AT_MOST
from geomap.evidence.areas import gain_km2
from geomap.evidence.fronts import other_name, own_ground
from geomap.evidence.ground import (
    Days,
    Ground,
    area_km2,
    day_of,
    days_of,
    geometry_of,
    held,
    held_km2,
    last_map,
    maps_of,
    named,
    part_of,
    place_in_words,
    point_error_km,
    polygon_of,
    speaks_of,
    state_map,
    unsure_of,
)
from geomap.evidence.missing import missing_date, missing_map, missing_place, why_not
from geomap.evidence.periods import next_day_map, of_part, untried_next_day, window_of
from geomap.evidence.sides import holder_country, stated_side, told_side
from geomap.geodesy import disc, distance_to_km
from geomap.models import (
    MOVES,
    UNKNOWN_HOLDER,
    AspectName,
    Claim,
    Code,
    ControlSeries,
    Effect,
    Evidence,
    Mention,
    Message,
    Method,
    Parameter,
    Place,
    Polarity,
    Predicate,
    Quantity,
    Range,
    Role,
    message,
)

FRONT_WORDS = frozenset({Predicate.ADVANCED})


def control_evidence(claim: Claim, ground: Ground) -> list[Evidence]:
    """Measure who holds what a control claim is about, place by place, by each source."""
    places = [m for m in claim.subject if m.place is not None]
    if not places and claim.region is not None and claim.region.place is not None:
        places = [claim.region]
    if not places:
        lost = [m for m in claim.subject if m.place is None]
        return [missing_place(why_not(lost[0]) if lost else message("untested.no_place"))]
    days = days_of(claim, ground)
    if days is None:
        return [missing_date()]
    found: list[Evidence] = []
    for mention in places:
        for series in ground.control:
            assert mention.place is not None
            if series.snapshots and speaks_of(series, mention.place, ground):
                found += _one(claim, mention, mention.place, series, days, ground)
    sure = any(e.role is Role.MEASURE and e.supposed is None for e in found)
    return found if sure else [*found, missing_map(claim, days, ground)]


def _one(
    claim: Claim, mention: Mention, place: Place, series: ControlSeries, days: Days, ground: Ground
) -> list[Evidence]:
    if claim.effect is Effect.LINE:
        return _line(place, series, days, ground)
    stated = stated_side(claim, series, ground)
    if stated is None:
        return _unnamed(claim, mention, place, series, days, ground)
    return _stated(claim, mention, place, series, stated, days, ground)


def _unnamed(
    claim: Claim, mention: Mention, place: Place, series: ControlSeries, days: Days, ground: Ground
) -> list[Evidence]:
    """Where the words name no side: the claim that ground changed hands, or is occupied, as far as maps bear it out.

    What they do not bear out may be the other side's doing: such evidence is ``supposed``, and contradicts nothing.
    """
    if series.holder == UNKNOWN_HOLDER:
        return []  # shapes that nobody is said to hold show no change of hands
    sides: list[bool] = []
    told = told_side(claim, series, ground)
    if told is not None and claim.predicate is not None:
        sides.append(not told if claim.effect is Effect.LOSS else told)
    if claim.effect in MOVES and polygon_of(place, ground) is None:
        first = town_states(place, series, ground)[0]
        # ground that changed hands is now the side's that did not have it
        sides += [first == (0.0, 0.0)] if first[0] == first[1] else []
    if claim.predicate is Predicate.OCCUPIED and place.country != holder_country(series, ground):
        sides.append(True)
    return [
        replace(e, supposed=(mention.text, series.name, side))
        for side in dict.fromkeys(sides)
        for e in _stated(claim, mention, place, series, side, days, ground)
    ]


def _stated(
    claim: Claim, mention: Mention, place: Place, series: ControlSeries, stated: bool, days: Days, ground: Ground
) -> list[Evidence]:
    shape = polygon_of(place, ground)
    if shape is None:
        return _town(claim, place, series, stated, days, ground)
    if mention.sense.part or claim.predicate in FRONT_WORDS:
        return _part(claim, mention, place, series, stated, days, ground)
    return _share(claim, place, series, stated, days, ground)


# ── towns ────────────────────────────────────────────────────────────────────────────────────────────────────


def town_states(place: Place, series: ControlSeries, ground: Ground) -> list[tuple[float, float]]:
    """For each map, the share of a place that the drawn holder has: without and with contested ground.

    A point's status is the place's: (0, 0), (1, 1), or (0, 1) on contested ground. An approximate place is a disc, and
    counts as held or free only where all of it is.
    """

    def read() -> list[tuple[float, float]]:
        point = geometry_of(place, ground)
        if place.approximate:
            point = disc(place.lon, place.lat, point_error_km(place, ground.settings) * 1000)
        elif point.geom_type != "Point":
            point = shapely.Point(place.lon, place.lat)
        states = []
        for snapshot in series.snapshots:
            frame = snapshot.frame
            polygons = np.asarray(frame.geometry.array, dtype=object)
            status = np.asarray(frame["status"], dtype=str)
            # a point lies in one polygon or another; only a disc may need several to be covered
            touched = status[shapely.intersects(polygons, point)]
            if point.geom_type == "Point":
                sure = "held" in touched
            else:
                sure = bool(shapely.union_all(polygons[status == "held"]).covers(point))
            states.append((float(sure), float(bool({*map(str, HELD_AT_MOST)} & {*touched.tolist()}))))
        return states

    return ground.once(("states", id(series), place.id), read)


def _town(
    claim: Claim, place: Place, series: ControlSeries, stated: bool, days: Days, ground: Ground
) -> list[Evidence]:
    states = town_states(place, series, ground)
    index = _deciding(claim, series, days, states, stated, ground)
    if index is None or _denies_nothing(claim, states[: index + 1], stated):
        return []
    codes: list[Code] = []
    if days.end < day_of(series, 0) or (days.open and days.start < day_of(series, 0)):
        codes.append(Code.DATE)
    codes.extend(unsure_of([place], ground))
    found = [_town_item(place, series, index, states, stated, codes, Role.MEASURE, ground)]
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    if after is not None and after > index:
        found.append(_town_item(place, series, after, states, stated, [], Role.NEXT_DAY, ground))
    elif after is None or series.snapshots[after].as_of.date() <= days.end:
        found += _untried(place, series, index, days, ground)
    when = _first_held(series, states, stated, index)
    # a reason never asks for the map that has just been read
    if when is not None and when != index:
        found.append(_town_item(place, series, when, states, stated, [], Role.WOULD_FIT, ground))
    return found


def _denies_nothing(claim: Claim, states: list[tuple[float, float]], stated: bool) -> bool:
    """Whether a capture is denied of a side that has had the place all along: it took nothing, and lacks nothing."""
    denied = claim.polarity is Polarity.NEGATED and claim.effect is Effect.GAIN
    return denied and all(_as_stated(state, stated)[0] == 1.0 for state in states)


def _untried(place: Place, series: ControlSeries, index: int, days: Days, ground: Ground) -> list[Evidence]:
    """Say that the next day's map is lacking, near the line: a place far behind it does not change hands overnight.

    Reports name the day and the holder themselves.
    """
    if series.from_reports:
        return []
    away = line_km(place, series, index, ground)
    nights = 1 + max(0, (days.end - day_of(series, index)).days)
    if away is None or away > nights * ground.settings.near_rough_km:
        return []
    return [untried_next_day(series, (0.0, 1.0), "share", AspectName.CONTROL, (place.id,))]


def _deciding(
    claim: Claim, series: ControlSeries, days: Days, states: list[tuple[float, float]], stated: bool, ground: Ground
) -> int | None:
    """The map that decides: the last of the date; for a state "since" then, the first one after it began."""
    first = day_of(series, 0)
    if days.open and claim.effect is Effect.HOLD:
        start = state_map(series, days.start, ground.settings)
        if start is None and days.start < first <= days.end:
            start = 0
        return _in_month(series, days, states, stated, start)
    if days.end >= first:
        return state_map(series, days.end, ground.settings)
    # before the first map only its agreement counts: the ground may have changed hands since
    share = _as_stated(states[0], stated)
    agrees = share[0] == 1.0 if claim.polarity is Polarity.AFFIRMED else share[1] == 0.0
    return 0 if agrees and (first - days.end).days <= ground.settings.before_first_days else None


def _in_month(
    series: ControlSeries, days: Days, states: list[tuple[float, float]], stated: bool, start: int | None
) -> int | None:
    """ "Since February": on any day of that month; the first map of it that bears the state out, else ``start``."""
    if start is None or days.start.day != 1:
        return start
    month = (days.start.year, days.start.month)
    for index in range(start, len(states)):
        day = day_of(series, index)
        if index > start and (day.year, day.month) != month:
            break
        if _as_stated(states[index], stated)[0] == 1.0:
            return index
    return start


def _as_stated(state: tuple[float, float], stated: bool) -> tuple[float, float]:
    low, high = state
    return (low, high) if stated else (1.0 - high, 1.0 - low)


def _first_held(series: ControlSeries, states: list[tuple[float, float]], stated: bool, index: int) -> int | None:
    """The map nearest to one in which the stated side surely holds the place."""
    there = [i for i, s in enumerate(states) if _as_stated(s, stated)[0] == 1.0]
    return min(there, key=lambda i: (abs(i - index), i)) if there else None


def _town_item(
    place: Place,
    series: ControlSeries,
    index: int,
    states: list[tuple[float, float]],
    stated: bool,
    codes: list[Code],
    role: Role,
    ground: Ground,
) -> Evidence:
    measured = _as_stated(states[index], stated)
    contested = measured[0] != measured[1]
    when = day_of(series, index)
    if role is Role.WOULD_FIT:
        what, note = message("reading.map_of", day=when), None
    else:
        what = message("what.as_stated", place=named(place), day=when)
        note = _town_note(place, series, index, states)
    return Evidence(
        what=what,
        measured=measured,
        unit="share",
        best=measured[0] if not contested else None,
        role=role,
        aspect=AspectName.CONTROL,
        method=message(Method.TOWN_STATUS),
        source=series.label,
        as_of=series.snapshots[index].as_of.isoformat(),
        places=(place.id,),
        codes=(*codes, Code.CONTESTED) if contested else tuple(codes),
        note=note,
    )


def _town_note(place: Place, series: ControlSeries, index: int, states: list[tuple[float, float]]) -> Message:
    """What the map shows, and when it last changed."""
    words = {
        (1.0, 1.0): message("note.held_by", side=series.side),
        (0.0, 0.0): message("note.outside_held", side=series.side),
        (0.0, 1.0): message("note.on_contested"),
    }
    given: dict[str, Parameter] = {
        "day": day_of(series, index),
        "place": named(place),
        "state": words[states[index]],
    }
    changed = [i for i in range(index, 0, -1) if states[i - 1] != states[index]]
    if not changed:
        return message("note.map_shows", **given)
    until = changed[0] - 1
    return message("note.map_shows_until", until=day_of(series, until), before=words[states[until]], **given)


# ── regions ──────────────────────────────────────────────────────────────────────────────────────────────────


def _share(
    claim: Claim, place: Place, series: ControlSeries, stated: bool, days: Days, ground: Ground
) -> list[Evidence]:
    """The share of a region that the stated side has, in the last map of the date and of the next day."""
    shape = polygon_of(place, ground)
    whole = ground.once(("km2", place.id), lambda: area_km2(shape))

    def share(index: int) -> tuple[float, float]:
        low, high = (min(1.0, x / whole) for x in held_km2(series, index, ground, place))
        return (low, high) if stated else (max(0.0, 1.0 - high), 1.0 - low)

    first = day_of(series, 0)
    if days.end >= first:
        index = state_map(series, days.end, ground.settings)
    else:
        near = (first - days.end).days <= ground.settings.before_first_days
        index = 0 if near and share(0)[0] >= 1.0 - ground.settings.exact_floor else None
    if index is None:
        return []
    found = []
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    for role, i in ((Role.MEASURE, index), (Role.NEXT_DAY, after)):
        if i is None or (role is Role.NEXT_DAY and i <= index):
            continue
        measured = share(i)
        who = series.side if stated else other_name(series, ground)
        found.append(
            Evidence(
                what=message("what.share_held", region=place_in_words(place), side=who, day=day_of(series, i)),
                note=_share_note(who, place, measured, day_of(series, i)),
                measured=measured,
                unit="share",
                best=measured[1] if stated else measured[0],
                role=role,
                aspect=AspectName.CONTROL,
                method=message(Method.HELD_SHARE),
                source=series.label,
                as_of=series.snapshots[i].as_of.isoformat(),
                places=(place.id,),
                codes=(Code.DATE,) if days.end < first else (),
            )
        )
    return found


def _share_note(who: Parameter, place: Place, measured: Range, when: date) -> Message:
    low, high = (100 * (x or 0.0) for x in measured)
    return message("note.share_held", side=who, amount=Quantity(low, high, "%"), region=place_in_words(place), day=when)


def _part(
    claim: Claim, mention: Mention, place: Place, series: ControlSeries, stated: bool, days: Days, ground: Ground
) -> list[Evidence]:
    """Some of a region: any ground that the stated side gained over the dates, or has at their end."""
    wind = mention.sense.wind
    where = place_in_words(place)
    if wind:
        where = message("place.wind_of", wind=message(f"wind.{wind}"), place=where)
    if claim.effect in MOVES:
        return _part_gained(place, where, wind, series, stated, days, ground)
    return _part_held(place, where, wind, series, stated, days, ground)


def _part_held(
    place: Place,
    where: Parameter,
    wind: str | None,
    series: ControlSeries,
    stated: bool,
    days: Days,
    ground: Ground,
) -> list[Evidence]:
    indices = maps_of(series, days.end, ground.settings)
    if not indices:
        return []
    last = [i for i in indices if day_of(series, i) <= days.end][-1]
    who = series.side if stated else other_name(series, ground)
    shape = part_of(polygon_of(place, ground), wind)
    sure, most = (area_km2(shapely.intersection(held(series, last, m, ground), shape)) for m in (False, True))
    whole = area_km2(shape)
    low, high = (sure, most) if stated else (whole - most, whole - sure)
    what = message("what.in_held", region=where, side=who, day=day_of(series, last))
    return [_part_item(place, series, last, what, (low, high), Method.HELD_WITHIN, best=low)]


def _part_gained(
    place: Place,
    where: Parameter,
    wind: str | None,
    series: ControlSeries,
    stated: bool,
    days: Days,
    ground: Ground,
) -> list[Evidence]:
    window = window_of(series, days, ground, stated, place)
    if window is None:
        return []
    last = next((i for i in reversed(window.indices) if day_of(series, i) <= days.end), window.last)
    who = series.side if stated else other_name(series, ground)
    # news of a day tells of the days before it: a map of the same day shows no change yet
    before = min(window.before, last_map(series, days.start - timedelta(days=1)) or 0)
    low, high, best = gain_km2(series, before, last, stated, ground, place, wind)
    start, end = day_of(series, before), day_of(series, last)
    what = message("what.in_gained", region=where, side=who, start=start, end=end)
    whole = _part_item(place, series, last, what, (low, high), Method.CHANGE_WITHIN, best=best)
    note = of_part(window, what, low, high, "km2")
    found = [replace(whole, measured=window.measured((low, high)), codes=window.codes, note=note)]
    after = next_day_map(series, days, last, ground)
    if after is None:
        found.append(untried_next_day(series, (low, None), "km2", AspectName.CONTROL, (place.id,)))
        return found
    low, high, _ = gain_km2(series, before, after, stated, ground, place, wind)
    later = _part_item(place, series, after, message("reading.next_day"), (low, high), Method.OWN)
    return [*found, replace(later, role=Role.NEXT_DAY)]


def _part_item(
    place: Place,
    series: ControlSeries,
    index: int,
    what: Message,
    measured: Range,
    method: Method,
    best: float | None = None,
) -> Evidence:
    return Evidence(
        what=what,
        measured=measured,
        unit="km2",
        best=best,
        aspect=AspectName.CONTROL,
        method=message(method),
        source=series.label,
        as_of=series.snapshots[index].as_of.isoformat(),
        places=(place.id,),
    )


# ── contested ────────────────────────────────────────────────────────────────────────────────────────────────


def _line(place: Place, series: ControlSeries, days: Days, ground: Ground) -> list[Evidence]:
    """How near the line between the sides, or contested ground, comes to a place over the date's maps."""
    indices = maps_of(series, days.end, ground.settings)
    found: list[Evidence] = []
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    ends = [s for s in (line_km(place, series, i, ground) for i in indices) if s is not None]
    if not ends:
        return []
    last = indices[-1]
    found.append(_line_item(place, series, last, (min(ends), max(ends)), Role.MEASURE))
    if after is not None and after > last:
        span = line_km(place, series, after, ground)
        if span is not None:
            found.append(_line_item(place, series, after, (span, span), Role.NEXT_DAY))
    return found


def _line_item(place: Place, series: ControlSeries, index: int, measured: Range, role: Role) -> Evidence:
    when = day_of(series, index)
    return Evidence(
        what=message("what.to_contact", place=named(place), day=when),
        measured=measured,
        unit="km",
        best=measured[0],
        role=role,
        aspect=AspectName.CONTROL,
        method=message(Method.TO_LINE),
        source=series.label,
        as_of=series.snapshots[index].as_of.isoformat(),
        places=(place.id,),
    )


def line_km(place: Place, series: ControlSeries, index: int, ground: Ground) -> float | None:
    """From a place to the line of contact: 0 on contested ground, else to the edge of held or contested ground.

    The edge counts only where both sides meet, not along a coast or the border behind the front.
    """

    def measure() -> float | None:
        sure, most = (held(series, index, m, ground) for m in (False, True))
        target = geometry_of(place, ground)
        doubtful = shapely.difference(most, sure)
        if not doubtful.is_empty and doubtful.intersects(target):
            return 0.0
        lines = [shape for shape in (_contact(series, index, ground), doubtful) if not shape.is_empty]
        if not lines:
            return None
        point = target if target.geom_type == "Point" else target.representative_point()
        if polygon_of(place, ground) is not None and any(target.intersects(x) for x in lines):
            return 0.0
        return min(distance_to_km((point.x, point.y), x) for x in lines)

    return ground.once(("line", id(series), index, place.id), measure)


def _contact(series: ControlSeries, index: int, ground: Ground) -> Any:
    """The edge of the drawn holder's ground that faces the other side's."""

    def cut() -> Any:
        most = held(series, index, True, ground)
        other = own_ground(series, index, False, False, ground)
        if other.is_empty:
            return most.boundary
        return shapely.intersection(most.boundary, shapely.buffer(other, CONTACT_DEG, quad_segs=1))

    return ground.once(("contact", id(series), index), cut)


CONTACT_DEG = 0.005
"""About 500 m: the other side's ground has its corners rounded where strips were dropped."""

__all__ = ["control_evidence", "line_km", "town_states"]
