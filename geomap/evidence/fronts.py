"""Evidence for what moves: the ground a side holds, how near it comes, how far it advanced and how fast."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geomap.evidence.areas import gain_km2
from geomap.evidence.borders import border_named
from geomap.evidence.ground import (
    Days,
    Ground,
    area_km2,
    day_of,
    days_of,
    domain,
    geometry_of,
    ground_won,
    held,
    is_bare,
    last_map,
    maps_of,
    named,
    point_error_km,
    polygon_of,
    speaks_of,
    state_map,
    town_radius_km,
    whole_km,
)
from geomap.evidence.missing import missing_date, missing_map, missing_part, missing_place, why_not
from geomap.evidence.periods import Window, next_day_map, of_part, untried_next_day, window_of
from geomap.evidence.sides import actor_side, holder_country, is_holder, told_side
from geomap.geodesy import KM_PER_DEG, distance_between_km, distance_to_km
from geomap.models import (
    AspectName,
    Claim,
    ClaimKind,
    Code,
    ControlSeries,
    Evidence,
    Mention,
    Message,
    Method,
    Parameter,
    Place,
    Quantity,
    Range,
    Role,
    message,
)
from geomap.verdicts import claimed_range

GRID_DEG = 1e-6
"""Degrees, about 10 cm: finer than any outline."""
DEPTH_POINTS = 8
"""Corners of changed ground, the furthest by the plane, from which the depth of an advance is measured."""


def own_ground(series: ControlSeries, index: int, holder: bool, most: bool, ground: Ground) -> Any:
    """Ground of a side in a map, without pieces under ``held_min_piece_km2``; ``most``: contested ground counts as its.

    The other side's ground is what the drawn countries have outside the drawn holder's, without lakes and without
    strips under ``strip_km``: a reservoir and its banks, left over between two outlines, are nobody's front.
    """

    def find() -> Any:
        if holder:
            shape = held(series, index, most, ground)
        elif series.from_reports:
            shape = _reported(series, index, most)
        else:
            taken = held(series, index, not most, ground)
            # snapped to a grid, for edges that both outlines share would leave spikes of no width
            rest = shapely.difference(_home(series, ground), taken, grid_size=GRID_DEG)
            shape = without_strips(rest, ground.settings.strip_km)
        parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
        large = [p for p in parts if area_km2(p) >= ground.settings.held_min_piece_km2]
        return shapely.MultiPolygon(large)

    return ground.once(("own", id(series), index, holder, most), find)


def _reported(series: ControlSeries, index: int, most: bool) -> Any:
    """The other side's ground in a map of reports: where somebody else is said to hold it, never the rest."""
    frame = series.snapshots[index].frame
    status = np.asarray(frame["status"], dtype=str)
    named = (status == "free") & np.asarray(frame["holder"].notna(), dtype=bool)
    rows = named | np.isin(status, ("contested", "unknown")) if most else named
    return shapely.union_all(np.asarray(frame.geometry.array, dtype=object)[rows])


def without_strips(shape: Any, width_km: float) -> Any:
    """A shape without what is narrower than a width: shrunk and grown again.

    In the plane, squeezed to the shape's middle latitude: the width is a rule of thumb, and true to a tenth over a
    country. Corners are rounded by half the width at most.
    """
    if shape.is_empty:
        return shape
    squeeze = math.cos(math.radians((shape.bounds[1] + shape.bounds[3]) / 2))
    flat = shapely.transform(shape, lambda c: c * [squeeze, 1.0])
    half = width_km / 2 / KM_PER_DEG
    opened = shapely.buffer(shapely.buffer(flat, -half, quad_segs=4), half, quad_segs=4)
    return shapely.transform(opened, lambda c: c / [squeeze, 1.0])


def _home(series: ControlSeries, ground: Ground) -> Any:
    """The land of the drawn countries, without the holder's own."""

    def join() -> Any:
        codes = sorted(domain(series, ground) - {holder_country(series, ground)})
        shapes = [polygon_of(ground.gazetteer.country(c), ground) for c in codes]
        land = shapely.union_all([s for s in shapes if s is not None])
        if land.is_empty:
            return land
        lakes = list(ground.gazetteer.basemap(land.bounds)["lakes"].geometry)
        return shapely.difference(land, shapely.union_all(lakes)) if lakes else land

    return ground.once(("home", id(series)), join)


def front_evidence(claim: Claim, subject: Mention, reference: Place, ground: Ground) -> list[Evidence]:
    """From a place to the nearest ground that a force holds, on the claim's days, by each source."""
    days = days_of(claim, ground)
    covering = [s for s in ground.control if s.snapshots and speaks_of(s, reference, ground)]
    if not ground.control:
        return [missing_map(claim, days, ground)] if days else [missing_date()]
    if days is None:
        return [missing_date()]
    found: list[Evidence] = []
    for series in covering:
        side = is_holder(subject.sense.party, series, ground)
        side = actor_side(claim, series, ground) if side is None else side
        indices = maps_of(series, days.end, ground.settings)
        if side is None or not indices:
            continue
        measured_spans = (front_km(series, i, side, reference, claim, ground) for i in indices)
        spans = [s for s in measured_spans if s is not None]
        if not spans:
            continue
        error = point_error_km(reference, ground.settings)
        measured = (max(0.0, min(s[0] for s in spans) - error), max(s[1] for s in spans) + error)
        last = spans[-1]
        own = (max(0.0, last[0] - error), last[1] + error)
        if series.from_reports:
            # other ground may be held and not reported: the front is no further than this, and may be nearer
            measured, own = (0.0, measured[1]), (last[1], last[1])
        who = series.side if side else other_name(series, ground)
        as_of = series.snapshots[indices[-1]].as_of
        ids = (reference.id,)
        found.append(
            Evidence(
                what=message("what.nearest_held", side=who, place=named(reference), day=as_of.date()),
                measured=measured,
                unit="km",
                best=last[1],
                aspect=AspectName.DISTANCE,
                method=to_held(ground),
                source=series.label,
                as_of=as_of.isoformat(),
                places=ids,
                codes=(
                    *((Code.CONTESTED,) if last[1] - last[0] > error else ()),
                    *_far_end(claim, measured[0], reference, ground),
                ),
                error=own,
            )
        )
        after = state_map(series, days.end + timedelta(days=1), ground.settings)
        if after is not None and after > indices[-1]:
            span = front_km(series, after, side, reference, claim, ground)
            if span is not None:
                found.append(
                    Evidence(
                        what=message("reading.next_day"),
                        measured=(max(0.0, span[0] - error), span[1] + error),
                        unit="km",
                        role=Role.NEXT_DAY,
                        aspect=AspectName.DISTANCE,
                        source=series.label,
                        as_of=series.snapshots[after].as_of.isoformat(),
                        places=ids,
                    )
                )
        else:
            step = ground.settings.next_day_factor
            reach = (measured[0] / step, measured[1] * step)
            found.append(untried_next_day(series, reach, "km", AspectName.DISTANCE, ids))
        edge = town_radius_km(reference, ground.settings)
        if edge > 0:
            found.append(
                Evidence(
                    what=message("reading.town_edge"),
                    measured=(max(0.0, measured[0] - edge), measured[1]),
                    unit="km",
                    role=Role.EDGE,
                    aspect=AspectName.DISTANCE,
                    source=series.label,
                    places=ids,
                )
            )
    return found or [missing_map(claim, days, ground)]


def _far_end(claim: Claim, km: float, reference: Place, ground: Ground) -> tuple[Code, ...]:
    """PLACE where a bare settlement lies many times as far from the front as is claimed."""
    claimed = claimed_range(claim.value, ground.settings) if claim.value is not None else None
    if claimed is None or claimed.high is None or not is_bare(reference, ground):
        return ()
    return (Code.PLACE,) if km > ground.settings.namesake_factor * claimed.high else ()


def front_km(
    series: ControlSeries, index: int, holder: bool, place: Place, claim: Claim, ground: Ground
) -> tuple[float, float] | None:
    """From a place to a side's ground in km: contested ground counted as that side's, and not."""
    region = polygon_of(claim.region.place if claim.region else None, ground)
    target = geometry_of(place, ground)

    def measure() -> tuple[float, float] | None:
        ends = []
        for most in (True, False):
            shape = own_ground(series, index, holder, most, ground)
            if region is not None and region.intersects(target):
                shape = shapely.intersection(shape, region)
            if shape.is_empty:
                return None
            if target.geom_type == "Point":
                ends.append(distance_to_km((target.x, target.y), shape))
            else:
                ends.append(0.0 if shape.intersects(target) else distance_between_km(target, shape))
        return (min(ends), max(ends))

    key = (
        "front",
        id(series),
        index,
        holder,
        place.id,
        claim.region.place.id if region is not None and claim.region and claim.region.place else None,
    )
    return ground.once(key, measure)


def other_name(series: ControlSeries, ground: Ground) -> Parameter:
    """A name for the side that a series does not draw: the country it is in, where there is one."""
    codes = sorted(domain(series, ground) - {holder_country(series, ground)})
    place = ground.gazetteer.country(codes[0]) if len(codes) == 1 else None
    return named(place) if place is not None else message("place.others_than", side=series.side)


# ── advances ─────────────────────────────────────────────────────────────────────────────────────────────────


def advance_evidence(claim: Claim, ground: Ground) -> list[Evidence]:
    """An advance to a named end: whether it was reached; with a figure, how far the front moved to it."""
    assert claim.reference is not None
    end = border_named(claim.reference, claim, ground) or claim.reference.place
    if claim.value is not None and polygon_of(end, ground) is not None:
        return movement_evidence(claim, ground)
    if end is None:
        return [missing_place(why_not(claim.reference))]
    days = days_of(claim, ground)
    if days is None:
        return [missing_date()]
    found: list[Evidence] = []
    for series in ground.control:
        if not series.snapshots or not speaks_of(series, end, ground):
            continue
        side = actor_side(claim, series, ground)
        indices = maps_of(series, days.end, ground.settings)
        if side is None or not indices:
            continue
        if claim.value is not None:
            found += _moved_to(claim, series, side, end, days, indices, ground)
        else:
            found += _reached(claim, series, side, end, days, indices, ground)
    return found if any(e.role is Role.MEASURE for e in found) else [*found, missing_map(claim, days, ground)]


def to_held(ground: Ground) -> Message:
    """How a front is measured, with the pieces that it passes over."""
    least = ground.settings.held_min_piece_km2
    return message(Method.TO_HELD, piece=Quantity(least, least, "km2"))


def _reached(
    claim: Claim, series: ControlSeries, side: bool, end: Place, days: Days, indices: list[int], ground: Ground
) -> list[Evidence]:
    """How far the side's ground still is from the end, on the last map of the date and of the next day."""
    found: list[Evidence] = []
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    last = [i for i in indices if day_of(series, i) <= days.end][-1]
    for role, index in ((Role.MEASURE, last), (Role.NEXT_DAY, after)):
        if index is None or (role is Role.NEXT_DAY and index <= last):
            continue
        span = front_km(series, index, side, end, claim, ground)
        if span is None or (series.from_reports and span[0] > ground.settings.contested_line_km):
            continue
        who = series.side if side else other_name(series, ground)
        far = message("note.in_held", side=who)
        if span[1] >= 1:
            far = message("note.km_from_held", away=whole_km(span[1]), side=who)
        found.append(
            Evidence(
                what=message("what.from_held", side=who, place=named(end)),
                measured=span,
                unit="km",
                best=span[1],
                role=role,
                aspect=AspectName.CONTROL,
                method=to_held(ground),
                source=series.label,
                as_of=series.snapshots[index].as_of.isoformat(),
                places=(end.id,),
                note=message("note.map_shows", day=day_of(series, index), place=named(end), state=far),
            )
        )
    return found


def _moved_to(
    claim: Claim, series: ControlSeries, side: bool, end: Place, days: Days, indices: list[int], ground: Ground
) -> list[Evidence]:
    """How far the end lay from the side's ground before: what the side had to cover to reach it."""
    start_day = days.start if days.own else days.end
    before = state_map(series, start_day - timedelta(days=1), ground.settings)
    if before is None:
        return []
    span = front_km(series, before, side, end, claim, ground)
    if span is None or span[1] == 0.0:
        return []
    error = point_error_km(end, ground.settings)
    measured = (max(0.0, span[0] - error), span[1] + error)
    who = series.side if side else other_name(series, ground)
    return [
        Evidence(
            what=message("what.from_held_before", place=named(end), side=who, day=day_of(series, before)),
            measured=measured,
            unit="km",
            best=span[1],
            aspect=AspectName.DISTANCE,
            method=message(Method.TO_HELD_BEFORE),
            source=series.label,
            as_of=series.snapshots[before].as_of.isoformat(),
            places=(end.id,),
            error=measured,
        ),
        *_earlier_lines(series, before, side, end, claim, ground),
        *_reached_context(claim, series, side, end, days, indices, ground),
    ]


def _earlier_lines(
    series: ControlSeries, before: int, side: bool, end: Place, claim: Claim, ground: Ground
) -> list[Evidence]:
    """The same advance, counted from the line of the days before."""
    error = point_error_km(end, ground.settings)
    found = []
    for back in range(1, ground.settings.same_event_days + 1):
        when = day_of(series, before) - timedelta(days=back)
        index = state_map(series, when, ground.settings)
        span = front_km(series, index, side, end, claim, ground) if index is not None else None
        if span is not None:
            found.append(
                Evidence(
                    what=message("reading.line_of", day=when),
                    measured=(max(0.0, span[0] - error), span[1] + error),
                    unit="km",
                    role=Role.WOULD_FIT,
                    aspect=AspectName.DISTANCE,
                    source=series.label,
                    places=(end.id,),
                )
            )
    return found


def _reached_context(
    claim: Claim, series: ControlSeries, side: bool, end: Place, days: Days, indices: list[int], ground: Ground
) -> list[Evidence]:
    return [
        replace(e, role=Role.CONTEXT)
        for e in _reached(claim, series, side, end, days, indices, ground)
        if e.role is Role.MEASURE
    ]


def movement_evidence(claim: Claim, ground: Ground) -> list[Evidence]:
    """How deep a side's new ground reaches from its old line; for a rate, that by the day."""
    days = days_of(claim, ground)
    if claim.kind is ClaimKind.EXTENT:
        return [missing_map(claim, days, ground)]
    if days is None:
        return [missing_date()]
    found: list[Evidence] = []
    for series in ground.control:
        # reports of towns tell no line from which to count
        if not series.snapshots or series.from_reports:
            continue
        side = actor_side(claim, series, ground)
        guess = told_side(claim, series, ground) if side is None else None
        whose = side if side is not None else guess
        window = window_of(series, days, ground, whose) if whose is not None else None
        if whose is None or window is None or window.last <= window.before:
            continue
        moved = _movement(claim, series, whose, window, days, ground)
        found += moved if side is not None else [replace(e, supposed=("", series.name, whose)) for e in moved]
    sure = any(e.role is Role.MEASURE and e.supposed is None for e in found)
    return found if sure else [*found, missing_map(claim, days, ground)]


def _movement(
    claim: Claim, series: ControlSeries, side: bool, window: Window, days: Days, ground: Ground
) -> list[Evidence]:
    """An advance or a rate over a window of maps."""
    before, last = window.before, window.last
    if window.earliest is not None:
        # across a gap in the maps an advance may be of the time before
        before = window.earliest
    if claim.kind is ClaimKind.RATE and window.partial:
        # the mean of a part says nothing of the whole
        return [missing_part(window.lacks)] if window.lacks is not None else []
    if claim.value is not None and claim.value.si_unit == "m2/day":
        return _area_rate(claim, series, side, before, last, ground)
    if claim.kind is ClaimKind.RATE:
        return _speed(series, side, before, last, ground)
    return _depth(series, side, window, days, ground)


def depth_km(series: ControlSeries, side: bool, before: int, after: int, most: bool, ground: Ground) -> float:
    """The furthest that ground newly held lies from the line before; contested ground counted as the side's, or not."""

    def measure() -> float:
        old = own_ground(series, before, side, most, ground)
        new = own_ground(series, after, side, most, ground)
        gained = shapely.difference(new, old)
        parts = [
            p
            for p in shapely.get_parts(gained)
            if p.geom_type == "Polygon" and area_km2(p) >= ground.settings.part_min_km2
        ]
        if not parts or old.is_empty:
            return 0.0
        corners = shapely.get_coordinates(shapely.MultiPolygon(parts))
        # the plane ranks, the ellipsoid measures: a few of the furthest by the plane hold the furthest
        squeeze = [math.cos(math.radians(float(corners[:, 1].mean()))), 1.0]
        flat = shapely.transform(old, lambda c: c * squeeze)
        order = np.argsort(-shapely.distance(shapely.points(corners * squeeze), flat), kind="stable")
        return max(distance_to_km((float(x), float(y)), old) for x, y in corners[order[:DEPTH_POINTS]])

    return ground.once(("depth", id(series), side, before, after, most), measure)


def _depth(series: ControlSeries, side: bool, window: Window, days: Days, ground: Ground) -> list[Evidence]:
    before, last = window.before, window.last
    spans = sorted(depth_km(series, side, before, last, most, ground) for most in (False, True))
    whole = _moved(series, side, before, last, (spans[0], spans[1]), "km", AspectName.DISTANCE, ground)
    found = [
        replace(
            whole,
            measured=window.measured(whole.measured),
            best=window.best(whole.best),
            codes=window.codes,
            note=of_part(window, whole.what, spans[0], spans[1], "km"),
        )
    ]
    eve, end = last_map(series, days.start - timedelta(days=1)), state_map(series, days.end, ground.settings)
    if days.single and eve is not None and end is not None and end > eve:
        daily = sorted(depth_km(series, side, eve, end, most, ground) for most in (False, True))
        alone = _moved(series, side, eve, end, (daily[0], daily[1]), "km", AspectName.DISTANCE, ground)
        found.append(replace(alone, role=Role.ON_THE_DAY, what=message("reading.on_the_day", day=days.end)))
    if next_day_map(series, days, last, ground) is None:
        reach = (spans[0], ground.settings.next_day_reach(spans[1], "km"))
        found.append(untried_next_day(series, reach, "km", AspectName.DISTANCE, ()))
    return found


def _speed(series: ControlSeries, side: bool, before: int, last: int, ground: Ground) -> list[Evidence]:
    """From the mean over the period to the deepest single day."""
    steps = sorted({before, *{day_of(series, i): i for i in range(before, last + 1)}.values()})
    daily = [
        max(depth_km(series, side, a, b, most, ground) for most in (False, True))
        / max(1, (day_of(series, b) - day_of(series, a)).days)
        for a, b in pairwise(steps)
    ]
    span = (day_of(series, last) - day_of(series, before)).days
    mean = max(depth_km(series, side, before, last, most, ground) for most in (False, True)) / max(1, span)
    return [
        _moved(
            series, side, before, last, (min(mean, max(daily)), max(mean, *daily)), "km/day", AspectName.RATE, ground
        )
    ]


def _area_rate(
    claim: Claim, series: ControlSeries, side: bool, before: int, last: int, ground: Ground
) -> list[Evidence]:
    region = claim.region.place if claim.region else None
    low, high, _ = gain_km2(series, before, last, side, ground, region)
    span = max(1, (day_of(series, last) - day_of(series, before)).days)
    return [_moved(series, side, before, last, (low / span, high / span), "km2/day", AspectName.RATE, ground)]


def _moved(
    series: ControlSeries,
    side: bool,
    before: int,
    last: int,
    measured: Range,
    unit: str,
    aspect: AspectName,
    ground: Ground,
) -> Evidence:
    who = series.side if side else other_name(series, ground)
    start, end = day_of(series, before), day_of(series, last)
    return Evidence(
        what=message("what.gain" if unit == "km2/day" else "what.advance", side=who, start=start, end=end),
        measured=measured,
        unit=unit,
        best=measured[1],
        aspect=aspect,
        method=message(Method.DEPTH),
        source=series.label,
        as_of=series.snapshots[last].as_of.isoformat(),
        error=measured,
        geometry=ground_won(series, before, last, side, False, ground, None),
    )
