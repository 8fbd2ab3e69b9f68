"""Evidence for areas: ground that changed hands, ground held, a place's own area, the hull of the places named."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geomap.errors import GeomapError
from geomap.evidence.ground import (
    GAZETTEER,
    KM2,
    Days,
    Ground,
    area_km2,
    day_of,
    days_of,
    ground_won,
    held_km2,
    is_town,
    last_map,
    maps_of,
    named,
    part_of,
    place_in_words,
    places_in,
    polygon_of,
    speaks_of,
    state_map,
    town_radius_km,
)
from geomap.evidence.missing import missing_date, missing_map
from geomap.evidence.periods import Window, next_day_map, of_part, untried_next_day, window_of
from geomap.evidence.sides import actor_side, told_side
from geomap.geodesy import area, length_km
from geomap.hulls import measure_hull
from geomap.models import (
    MOVES,
    STATES,
    AspectName,
    Claim,
    ClaimKind,
    Code,
    ControlSeries,
    Effect,
    Evidence,
    Message,
    Method,
    Parameter,
    Place,
    Polarity,
    Predicate,
    Range,
    Ratio,
    Role,
    message,
)
from geomap.verdicts import Claimed, claimed_range
from geomap.verdicts.ranges import factor, overlap

HULL_PLACES = 3
"""Fewer places span no ground: a disc or corridor round them says nothing of what was taken."""


def area_evidence(claim: Claim, ground: Ground) -> list[Evidence]:
    """Measure what an area claim is about, by the best that there is."""
    extra = [*_references(claim, ground), *_antecedents(claim, ground)]
    own = _own_area(claim, ground)
    if own:
        return [*extra, *own]
    about_control = claim.effect in STATES or claim.actor is not None
    series = [s for s in ground.control if about_control and _covers(s, claim, ground)]
    found: list[Evidence] = []
    days = days_of(claim, ground)
    claimed = _claimed(claim, extra, ground)
    if series and days is None:
        return [*extra, missing_date()]
    for one in series:
        assert days is not None
        side = actor_side(claim, one, ground)
        guess = told_side(claim, one, ground) if side is None else None
        if side is not None:
            found += _of_side(claim, one, side, days, claimed, ground)
        elif guess is not None:
            supposed = ("", one.name, guess)
            found += [replace(e, supposed=supposed) for e in _of_side(claim, one, guess, days, claimed, ground)]
    measured = [e for e in found if e.role is Role.MEASURE]
    found += _hulls(claim, ground, deciding=not measured)
    if all(e.supposed is not None for e in measured):
        found.append(missing_map(claim, days, ground))
    return [*extra, *found]


def _of_side(
    claim: Claim, series: ControlSeries, side: bool, days: Days, claimed: Claimed | None, ground: Ground
) -> list[Evidence]:
    """Ground that a side holds, or that it gained or lost, as the claim's words tell."""
    if claim.effect is Effect.HOLD and not _tells_change(claim, ground):
        return _held(claim, series, side, days, ground)
    gains = side if claim.effect is not Effect.LOSS else not side
    return _change(claim, series, gains, days, claimed, ground)


def _tells_change(claim: Claim, ground: Ground) -> bool:
    """Whether ground "in full control" is ground that changed hands: said so, or as the figure that it adds to."""
    if claim.predicate is Predicate.STABILISING or claim.meaning.changed:
        return True
    before = next((c for c in ground.claims if c.id == claim.antecedent), None)
    return before is not None and (before.effect in MOVES or before.meaning.changed)


# ── the claim's own parts ────────────────────────────────────────────────────────────────────────────────────


def _references(claim: Claim, ground: Ground) -> list[Evidence]:
    """The whole that "15 % of" and "twice the size of" refer to."""
    if claim.value is None or claim.value.unit not in ("x_area_of", "share_of_area") or claim.reference is None:
        return []
    place = claim.reference.place
    size = ground.size(place)
    if place is None or size is None:
        return []
    return [
        Evidence(
            what=message("what.area_of", place=named(place)),
            measured=(size.low_km2, size.high_km2),
            unit="km2",
            best=size.km2,
            role=Role.REFERENCE,
            aspect=AspectName.AREA,
            method=message(Method.POLYGON),
            source=size.source or GAZETTEER,
            places=(place.id,),
        )
    ]


def _antecedents(claim: Claim, ground: Ground) -> list[Evidence]:
    """The figure that "another area of the same size" comes on top of."""
    if not claim.meaning.adds:
        return []
    before = next((c for c in ground.claims if c.id == claim.antecedent), None)
    if before is None or before.value is None:
        return []
    read = claimed_range(before.value, ground.settings)
    if read is None or not read.numbers:
        return []
    return [
        Evidence(
            what=message("what.said_before", figure=before.value.text),
            measured=read.range,
            unit=read.unit,
            best=read.numbers[0],
            role=Role.ANTECEDENT,
            aspect=AspectName.AREA,
            method=message(Method.SUM),
            source=claim.article,
        )
    ]


def _claimed(claim: Claim, extra: list[Evidence], ground: Ground) -> Claimed | None:
    if claim.value is None:
        return None
    whole = next((e.best for e in extra if e.role is Role.REFERENCE), None)
    add = sum(e.best or 0.0 for e in extra if e.role is Role.ANTECEDENT)
    return claimed_range(claim.value, ground.settings, whole=whole, add=add)


def _own_area(claim: Claim, ground: Ground) -> list[Evidence]:
    """A country's or region's own area, where the claim says nothing but how large it is.

    From its outline to its official figures, with and without waters. An outline alone is off by its border's error all
    along it, and official figures may count waters that it leaves out.
    """
    if claim.predicate is not None or claim.actor is not None or len(claim.subject) != 1:
        return []
    place = _state_meant(claim.subject[0].place)
    size = ground.size(place)
    if place is None or size is None or not (place.feature.startswith("A.") or size.source is not None):
        return []
    shape = polygon_of(place, ground)
    near = (size.low_km2 * 0.99, size.high_km2 * 1.01)
    if size.source is None and shape is not None:
        error = ground.settings.border_error_km * length_km(shape.boundary) / 2
        near = (max(0.0, near[0] - error), near[1] + error)
    found = Evidence(
        what=message("what.place", place=named(place)),
        measured=near,
        unit="km2",
        best=size.km2,
        aspect=AspectName.AREA,
        method=message(Method.POLYGON),
        source=size.source or GAZETTEER,
        places=(place.id,),
        error=near,
        geometry=shape,
    )
    others = [_of_namesake(found, other, ground) for other in place.alternatives if other.feature.startswith("A.")]
    twins = [e for e in others if e is not None]
    return [found, *twins] if size.source is not None else [found, _by_official_figure(found, size.km2, ground), *twins]


def _of_namesake(found: Evidence, place: Place, ground: Ground) -> Evidence | None:
    """The area of another country or region of the name."""
    size = ground.size(place)
    if size is None:
        return None
    where = ", ".join(w for w in (place.admin1, place.country) if w and w != place.name) or place.name
    return replace(
        found,
        what=message("reading.other_place_in", place=named(place), where=where),
        measured=(size.low_km2 * 0.99, size.high_km2 * 1.01),
        best=size.km2,
        role=Role.NAMESAKE,
        error=None,
        geometry=None,
    )


def _state_meant(place: Place | None) -> Place | None:
    """A capital that bears its country's name stands for the country where an area is told: Singapore."""
    if place is None or not place.feature.startswith("P.PPLC"):
        return place
    states = (p for p in place.alternatives if p.feature.startswith("A.PCL") and p.country == place.country)
    return next((p for p in states if p.name == place.name), place)


def _by_official_figure(outline: Evidence, km2: float, ground: Ground) -> Evidence:
    """Say that no official figure is at hand, which may count waters that an outline does not, or leave out others."""
    factor_off = ground.settings.outline_factor
    return replace(
        outline,
        what=message("reading.official_figure"),
        measured=(km2 / factor_off, km2 * factor_off),
        role=Role.UNTRIED,
        codes=(),
        note=message("how.official_lacking"),
        geometry=None,
    )


def region_of(claim: Claim, ground: Ground) -> Place | None:
    """The region within which a claim's ground is measured: the one named with it, else the user's, else none."""
    # what a size is compared with is no place where the ground lies: "an area smaller than Lviv"
    compared = claim.value is not None and claim.value.unit == "x_area_of"
    mentions = [claim.region, None if compared else claim.reference, *claim.subject]
    for mention in mentions:
        if mention is None or mention.place is None:
            continue
        if polygon_of(mention.place, ground) is not None:
            return mention.place
        if mention is claim.region and is_town(mention.place) and _too_large(claim, mention.place, ground):
            return _around(mention.place, ground)
    return ground.region


def _too_large(claim: Claim, town: Place, ground: Ground) -> bool:
    """Whether an area cannot be a town's: "in Kharkiv" then means the region."""
    si = claim.value.si if claim.value else None
    radius = max(town_radius_km(town, ground.settings), ground.settings.point_error_km)
    return si is not None and si * KM2 > math.pi * radius**2


def _around(town: Place, ground: Ground) -> Place | None:
    at = ground.gazetteer.region_of(town.lat, town.lon)
    if at is None:
        return None
    for place in ground.gazetteer.find(at[2], country=at[0], limit=5, fuzzy=False):
        if place.feature == "A.ADM1" and polygon_of(place, ground) is not None:
            return place
    return None


def _covers(series: ControlSeries, claim: Claim, ground: Ground) -> bool:
    if not series.snapshots:
        return False
    region = region_of(claim, ground)
    if region is not None:
        return speaks_of(series, region, ground)
    places = [p for p in [*places_in(claim.subject), *places_in((claim.region,) if claim.region else ())] if p.country]
    return all(speaks_of(series, p, ground) for p in places)


# ── change ───────────────────────────────────────────────────────────────────────────────────────────────────


def gain_km2(
    series: ControlSeries,
    before: int,
    after: int,
    holder_gains: bool,
    ground: Ground,
    region: Place | None,
    direction: str | None = None,
) -> tuple[float, float, float]:
    """Ground gained by a side between two maps in km²: low, high and best (held ground alone)."""
    if after <= before:
        return (0.0, 0.0, 0.0)

    def measure() -> tuple[float, float]:
        sure, most = (ground_won(series, before, after, holder_gains, m, ground, region) for m in (False, True))
        shape = part_of(polygon_of(region, ground), direction) if direction else None
        out, contested_in = (area_km2(g if shape is None else shapely.intersection(g, shape)) for g in (sure, most))
        return out, contested_in

    key = ("gain", id(series), before, after, holder_gains, region.id if region else None, direction)
    ends = ground.once(key, measure)
    return (min(ends), max(ends), ends[0])


def _change(
    claim: Claim, series: ControlSeries, holder_gains: bool, days: Days, claimed: Claimed | None, ground: Ground
) -> list[Evidence]:
    region = region_of(claim, ground)
    window = window_of(series, days, ground, holder_gains, region)
    if window is None:
        return []
    values = [gain_km2(series, window.before, i, holder_gains, ground, region) for i in window.indices]
    # the map before the day as it was drawn; in the day's own maps contested ground is out, and in
    drawn_on = {day_of(series, i) for i in window.indices}
    earlier = [days.end in drawn_on and day_of(series, i) < days.end for i in window.indices]
    ends = [(v[2], v[2]) if before_it else v[:2] for before_it, v in zip(earlier, values, strict=True)]
    # the maps' own error: contested ground is spread over the dates, for it is what changes hands next
    loose = ground.settings.reports_error if series.from_reports else 0.0
    most = max(high for _, high in ends)
    if window.earliest is not None:
        most = max(most, gain_km2(series, window.earliest, window.last, holder_gains, ground, region)[1])
    least = min(low for low, _ in ends)
    if window.opening is not None:
        later = (gain_km2(series, window.opening, i, holder_gains, ground, region)[0] for i in window.indices)
        least = min(least, *later)
    covered = (least * (1 - loose), most * (1 + loose))
    measure = _changed(series, holder_gains, window, values[-1], covered, loose, region, ground)
    return [measure, *_other_readings(measure, series, window, holder_gains, days, claimed, covered, region, ground)]


def _changed(
    series: ControlSeries,
    holder_gains: bool,
    window: Window,
    value: tuple[float, float, float],
    covered: tuple[float, float],
    loose: float,
    region: Place | None,
    ground: Ground,
) -> Evidence:
    """The change over a window; of a part of the claim's period, a floor."""
    before, last, best = window.before, window.last, value[2]
    codes = [Code.CONTESTED] if factor((value[0], value[1])) > ground.settings.wide_factor else []
    shape = ground_won(series, before, last, holder_gains, False, ground, region) if last > before else None
    what = _change_words(series, holder_gains, region, day_of(series, before), day_of(series, last))
    return Evidence(
        what=what,
        measured=window.measured(covered),
        unit="km2",
        best=window.best(best),
        aspect=AspectName.AREA,
        method=message(Method.CHANGE),
        source=series.label,
        as_of=series.snapshots[last].as_of.isoformat(),
        places=(region.id,) if region else (),
        codes=(*codes, *window.codes),
        error=(best * (1 - loose), best * (1 + loose)),
        note=of_part(window, what, *covered, "km2"),
        geometry=_drawn(shape, ground) if shape is not None else None,
    )


def _other_readings(
    measure: Evidence,
    series: ControlSeries,
    window: Window,
    holder_gains: bool,
    days: Days,
    claimed: Claimed | None,
    covered: tuple[float, float],
    region: Place | None,
    ground: Ground,
) -> list[Evidence]:
    """The same change by other days and other ways of adding up."""
    before, last = window.before, window.last
    evidence: list[Evidence] = []

    def other(role: Role, words: Message, found: Range, as_of: int | None = None) -> Evidence:
        return Evidence(
            what=words,
            measured=found,
            unit="km2",
            role=role,
            aspect=AspectName.AREA,
            source=series.label,
            as_of=series.snapshots[as_of].as_of.isoformat() if as_of is not None else None,
            places=measure.places,
        )

    after = next_day_map(series, days, last, ground)
    if after is not None:
        value = gain_km2(series, before, after, holder_gains, ground, region)
        evidence.append(
            other(Role.NEXT_DAY, message("reading.next_day"), (covered[0], max(covered[1], value[1])), after)
        )
    elif not series.from_reports:
        reach = (covered[0], ground.settings.next_day_reach(covered[1], "km2"))
        evidence.append(untried_next_day(series, reach, "km2", AspectName.AREA, measure.places))
    if days.single:
        evidence += _on_the_day(series, days, holder_gains, region, ground, other)
    if claimed is None or overlap(claimed.range, measure.measured):
        return evidence
    evidence += _other_dates(series, before, days.end, holder_gains, claimed, ground, region, other)
    if not days.spans or covered[1] > 0:
        evidence.append(other(Role.WOULD_FIT, *_mercator(measure.geometry, covered)))
        evidence.append(other(Role.WOULD_FIT, *_cumulative(series, before, last, holder_gains, ground, region)))
    return evidence


def _on_the_day(series, days, holder_gains, region, ground, other) -> list[Evidence]:  # type: ignore[no-untyped-def]
    """The change of the claim's own day alone: "on Tuesday" may be when it happened, or when it was told."""
    eve, end = last_map(series, days.start - timedelta(days=1)), state_map(series, days.end, ground.settings)
    if eve is None or end is None or end <= eve:
        return []
    low, high, _ = gain_km2(series, eve, end, holder_gains, ground, region)
    return [other(Role.ON_THE_DAY, message("reading.on_the_day", day=days.end), (low, high), end)]


def _drawn(shape: Any, ground: Ground) -> Any:
    """Changed ground as it is drawn: without slivers, which stay in its area."""
    parts = shapely.get_parts(shape)
    if not len(parts):
        return shape
    return shapely.MultiPolygon(list(parts[area(parts, edges="planar") >= ground.settings.sliver_m2]))


def _change_words(series: ControlSeries, holder_gains: bool, region: Place | None, start: date, end: date) -> Message:
    given: dict[str, Parameter] = {"side": series.side, "start": start, "end": end}
    if region is None:
        return message("what.gained" if holder_gains else "what.lost", **given)
    return message("what.gained_in" if holder_gains else "what.lost_in", region=place_in_words(region), **given)


def _other_dates(series, before, end, holder_gains, claimed, ground, region, other) -> list[Evidence]:  # type: ignore[no-untyped-def]
    """The map nearest in time by which the claim would fit."""
    last_of_day: dict[date, int] = {}
    for i, s in enumerate(series.snapshots):
        if i > before:
            last_of_day[s.as_of.date()] = i
    near = sorted(last_of_day, key=lambda d: (abs((d - end).days), d))
    for when in near:
        if abs((when - end).days) > ground.settings.search_days:
            break
        i = last_of_day[when]
        low, high, _ = gain_km2(series, before, i, holder_gains, ground, region)
        if overlap(claimed.range, (low, high)):
            return [other(Role.WOULD_FIT, message("reading.map_of", day=when), (low, high), i)]
    return []


def _mercator(drawn: object, measured: Range) -> tuple[Message, Range]:
    """The same ground as web maps stretch it: 1/cos² of the latitude."""
    lat = float(drawn.centroid.y) if drawn is not None and not drawn.is_empty else 0.0  # type: ignore[attr-defined]
    stretch = 1 / math.cos(math.radians(lat)) ** 2
    low, high = measured
    words = message("reading.mercator", ratio=Ratio(stretch))
    return words, ((low or 0.0) * stretch, (high or 0.0) * stretch)


def _cumulative(
    series: ControlSeries, before: int, last: int, holder_gains: bool, ground: Ground, region: Place | None
) -> tuple[Message, Range]:
    """Every day's gains added up, whatever was lost again: not the same as the difference of two maps."""
    days: dict[date, int] = {}
    for i in range(before, last + 1):
        days[day_of(series, i)] = i
    steps = sorted({before, *days.values()})
    total = [0.0, 0.0]
    for a, b in pairwise(steps):
        low, high, _ = gain_km2(series, a, b, holder_gains, ground, region)
        total[0] += low
        total[1] += high
    return message("reading.cumulative"), (total[0], total[1])


# ── ground held ──────────────────────────────────────────────────────────────────────────────────────────────


def _held(claim: Claim, series: ControlSeries, holder: bool, days: Days, ground: Ground) -> list[Evidence]:
    region = region_of(claim, ground)
    indices = maps_of(series, days.end, ground.settings)
    if not indices or (not holder and region is None):
        return []
    values = [_side_km2(series, i, holder, ground, region) for i in indices]
    last = indices[-1]
    what = _held_words(series, holder, region, day_of(series, last))
    measured = (min(v[0] for v in values), max(v[1] for v in values))
    own = values[-1]

    def item(role: Role, words: Message, found: Range, index: int) -> Evidence:
        return Evidence(
            what=words,
            measured=found,
            unit="km2",
            best=own[0],
            role=role,
            aspect=AspectName.AREA,
            method=message(Method.HELD_AREA),
            source=series.label,
            as_of=series.snapshots[index].as_of.isoformat(),
            places=(region.id,) if region else (),
            error=(own[0], own[0]),
        )

    evidence = [item(Role.MEASURE, what, measured, last)]
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    if after is not None and after > last:
        low, high = _side_km2(series, after, holder, ground, region)
        evidence.append(
            item(Role.NEXT_DAY, message("reading.next_day"), (min(low, measured[0]), max(high, measured[1])), after)
        )
    return evidence


def _held_words(series: ControlSeries, holder: bool, region: Place | None, when: date) -> Message:
    if region is None:
        return message("what.held", side=series.side, day=when)
    if holder:
        return message("what.held_in", side=series.side, region=place_in_words(region), day=when)
    return message("what.outside_hands_in", side=series.side, region=place_in_words(region))


def _side_km2(
    series: ControlSeries, index: int, holder: bool, ground: Ground, region: Place | None
) -> tuple[float, float]:
    low, high = held_km2(series, index, ground, region)
    if holder:
        return (low, high)
    shape = polygon_of(region, ground)
    whole = ground.once(("km2", region.id if region else None), lambda: area_km2(shape))
    return (max(0.0, whole - high), max(0.0, whole - low))


# ── hulls ────────────────────────────────────────────────────────────────────────────────────────────────────


def _hulls(claim: Claim, ground: Ground, *, deciding: bool) -> list[Evidence]:
    """The ground that the claim's places span: alone it settles little; beside maps it is one more reading."""
    own = _own_towns(claim)
    # places that only its article names rest on the article's word: extent to compare with, never a test
    towns = own or _article_towns(claim, ground)
    if len(towns) < HULL_PLACES:
        return []
    lonlat = np.array([(p.lon, p.lat) for p in towns])
    pad = 0.5
    west, south = lonlat.min(axis=0) - pad
    east, north = lonlat.max(axis=0) + pad
    try:
        cells = None
        if len(towns) > 2 and east - west < 20 and north - south < 20:
            around = ground.gazetteer.settlements((west, south, east, north))
            cells = np.column_stack([around.geometry.x, around.geometry.y]) if len(around) else None
        found = measure_hull(towns, "convex", cells)
    except GeomapError:
        return []
    names = tuple(named(p) for p in towns[:4])
    span = message("what.span", places=names)
    if len(towns) > len(names):
        span = message("what.span_more", places=names, more=len(towns) - len(names))
    return [
        Evidence(
            what=span if deciding else message("reading.convex_hull"),
            measured=(found.low_km2, found.high_km2),
            unit="km2",
            best=found.area_km2,
            role=Role.MEASURE if deciding else Role.WOULD_FIT,
            aspect=AspectName.AREA,
            method=message(Method.HULLS),
            source=GAZETTEER,
            places=tuple(p.id for p in towns),
            codes=(Code.HULL_ONLY,) if deciding else (),
            independent=bool(own),
            geometry=found.geometry,
        )
    ]


def _own_towns(claim: Claim) -> list[Place]:
    """Towns that the claim itself names."""
    mentions = [*claim.subject, *(m for m in (claim.reference, claim.region) if m is not None)]
    return list({p.id: p for p in places_in(tuple(mentions)) if is_town(p)}.values())


def _article_towns(claim: Claim, ground: Ground) -> list[Place]:
    """Towns that its article says changed hands."""
    if claim.effect not in STATES:
        return []
    found = [
        p
        for other in ground.claims
        if other.article == claim.article
        and other.kind is ClaimKind.CONTROL
        and other.effect in MOVES
        and other.polarity is Polarity.AFFIRMED
        for p in places_in(other.subject)
        if is_town(p)
    ]
    return list({p.id: p for p in found}.values())
