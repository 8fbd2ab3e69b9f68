"""Evidence for distances, directions, containment, nearness and advances: places, lines, polygons and fronts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geomap.evidence.areas import first_map, gain_km2, missing_date, missing_map
from geomap.evidence.ground import (
    Days,
    Ground,
    area_km2,
    called,
    changed,
    day_of,
    days_of,
    domain,
    geometry_of,
    held,
    is_town,
    line_of,
    maps_of,
    point_error_km,
    polygon_of,
    speaks_of,
    state_map,
    town_radius_km,
)
from geomap.evidence.sides import actor_side, is_force, side_of
from geomap.geodesy import (
    azimuth_deg,
    azimuths_deg,
    buffer_m,
    distance_between_km,
    distance_km,
    distance_to_km,
    distances_m,
    nearest_point,
)
from geomap.models import Claim, ClaimKind, Code, Compass, ControlSeries, Evidence, Mention, Place, Range
from geomap.wording import day

LINE_STEP_KM = 2.0
"""Points each 2 km stand for a river or border: finer than its outline is true."""
STRIP_KM = 2.0
"""Narrower strips of a side's ground are what is left between two outlines, borders alone being 1.4 km off."""
DEPTH_POINTS = 400
"""Vertices of changed ground from which the depth of an advance is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One end of a distance: a place with its shape, or a force whose place is the ground it holds."""

    mention: Mention
    place: Place | None = None
    shape: Any = None
    force: bool = False

    @property
    def name(self) -> str:
        return self.place.name if self.place is not None and not self.force else self.mention.text


def distance_evidence(claim: Claim, ground: Ground) -> list[Evidence]:
    """Measure a claim of distance, extent, advance, rate, direction, containment, adjacency or proximity."""
    if claim.kind in (ClaimKind.RATE, ClaimKind.EXTENT) or (
        claim.kind is ClaimKind.ADVANCE and claim.reference is None
    ):
        return _movement(claim, ground)
    if claim.kind is ClaimKind.ADVANCE:
        return _advance(claim, ground)
    if claim.reference is None:
        return [_missing_place("the other end is not named")]
    subjects = [_thing(m, claim, ground) for m in claim.subject]
    reference = _thing(claim.reference, claim, ground)
    if reference.place is None:
        return [_missing_place(_why(claim.reference))]
    if not subjects:
        return [_missing_place("what lies there is not named")]
    found: list[Evidence] = []
    for subject in subjects:
        if subject.force:
            found += _front(claim, subject, reference.place, ground)
        elif subject.place is None:
            found.append(_missing_place(_why(subject.mention)))
        elif claim.kind is ClaimKind.CONTAINMENT:
            found += _containment(subject.place, reference.place, ground)
        elif claim.kind is ClaimKind.ADJACENCY:
            found += _adjacency(claim, subject.place, reference.place, ground)
        else:
            found += _between(claim, subject.place, reference.place, ground)
    measured = [e for e in found if e.role == "measure"]
    # one place of several that does not resolve leaves the others testable
    return [e for e in found if not (measured and e.role == "missing")]


def _thing(mention: Mention, claim: Claim, ground: Ground) -> Thing:
    """Read a mention: words for a force make it one, unless they stand for a town or river itself."""
    place = mention.place
    moves = is_force(mention.text) or (place is not None and place.feature.startswith("A.PCL") and not _fixed(claim))
    fixed = place is not None and not place.feature.startswith("A.PCL") and not is_force(mention.text)
    if moves and not fixed and mention is not claim.reference:
        return Thing(mention=mention, place=place, force=True)
    return Thing(mention=mention, place=place, shape=geometry_of(place, ground) if place is not None else None)


def _fixed(claim: Claim) -> bool:
    """Kinds in which a country means its ground, not its army."""
    return claim.kind is not ClaimKind.ADVANCE


def _missing_place(why: str) -> Evidence:
    return Evidence(what="a place", measured=(None, None), unit="", role="missing", aspect="place", note=why)


def _why(mention: Mention) -> str:
    return mention.why_not or f"“{' '.join(mention.text.split())}” is no place that the gazetteer knows"


# ── place to place, line or polygon ──────────────────────────────────────────────────────────────────────────


def _between(claim: Claim, subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """Distance and azimuth between two things that stay where they are."""
    line = line_of(subject, ground)
    if line is not None and line_of(reference, ground) is None and polygon_of(reference, ground) is None:
        return _line_from_place(claim, subject, reference, line, ground)
    error = point_error_km(subject, ground.settings) + point_error_km(reference, ground.settings)
    shapes = (geometry_of(subject, ground), geometry_of(reference, ground))
    both_points = all(s.geom_type == "Point" for s in shapes)
    if both_points:
        km = distance_km(subject.lon, subject.lat, reference.lon, reference.lat)
    else:
        km = distance_between_km(*shapes)
    measured = (max(0.0, km - error), km + error)
    codes = tuple(Code.PLACE for p in (subject, reference) if p.approximate)[:1]
    names = f"{reference.name} to {subject.name}"
    found = [
        Evidence(
            what=f"the straight line from {names}" if both_points else f"the shortest line from {names}",
            measured=measured,
            unit="km",
            best=km,
            aspect="distance",
            method="geodesic between points" if both_points else "geodesic between nearest points",
            source="gazetteer",
            places=(subject.id, reference.id),
            codes=codes,
            error=measured,
            geometry=_straight(subject, reference, shapes, both_points),
        )
    ]
    found += _readings(subject, reference, km, error, both_points, ground)
    if claim.direction is not None:
        found += _azimuth(claim, subject, reference, km, ground)
    if claim.kind is ClaimKind.DIRECTION:
        return [e if e.aspect == "direction" else replace(e, role="context") for e in found] or found
    return found


def _straight(subject: Place, reference: Place, shapes: tuple[Any, Any], both_points: bool) -> Any:
    if both_points:
        return shapely.LineString([(reference.lon, reference.lat), (subject.lon, subject.lat)])
    from geomap.geodesy import nearest_points

    here, there = nearest_points(shapes[1], shapes[0])
    return shapely.LineString([here, there]) if here != there else shapely.Point(here)


def _readings(
    subject: Place, reference: Place, km: float, error: float, both_points: bool, ground: Ground
) -> list[Evidence]:
    """Other readings of a distance: by road, from the towns' edges, to another place of that name."""
    found: list[Evidence] = []
    ids = (subject.id, reference.id)

    def item(role: str, what: str, measured: Range, unit: str = "km") -> Evidence:
        return Evidence(
            what=what, measured=measured, unit=unit, role=role, aspect="distance", source="gazetteer", places=ids
        )

    if is_town(subject) and is_town(reference) and both_points:
        low, high = ground.settings.road_factor
        found.append(item("road", "by road", (km * low, km * high)))
    edge = town_radius_km(subject, ground.settings) + town_radius_km(reference, ground.settings)
    if edge > 0:
        found.append(item("edge", "from the town's edge", (max(0.0, km - edge - error), km)))
    for place, other in ((subject, reference), (reference, subject)):
        for twin in place.alternatives[:5]:
            if both_points and twin.id != other.id:
                away = distance_km(twin.lon, twin.lat, other.lon, other.lat)
                where = ", ".join(w for w in (twin.admin1, twin.country) if w)
                words = f"with another {twin.name} ({where}, {away:.0f} km)" if where else f"with another {twin.name}"
                found.append(item("would_fit", words, (max(0.0, away - error), away + error)))
    return found


def _size_km(place: Place, ground: Ground) -> float:
    """Half the width of a place: a town's radius, a polygon's, never less than a point's error."""
    shape = polygon_of(place, ground)
    if shape is not None:
        return math.sqrt(area_km2(shape) / math.pi)
    return max(town_radius_km(place, ground.settings), ground.settings.point_error_km)


def _middle(place: Place, ground: Ground) -> tuple[float, float]:
    shape = polygon_of(place, ground)
    if shape is not None:
        return (shape.centroid.x, shape.centroid.y)
    return (place.lon, place.lat)


def _azimuth(claim: Claim, subject: Place, reference: Place, km: float, ground: Ground) -> list[Evidence]:
    """Azimuth from the reference to the subject; none where they are closer than twice their size."""
    line = line_of(reference, ground)
    there = _middle(subject, ground)
    here = nearest_point(there, line) if line is not None else _middle(reference, ground)
    apart = distance_km(*here, *there)
    sizes = [_size_km(subject, ground)] + ([] if line is not None else [_size_km(reference, ground)])
    if apart < ground.settings.direction_min_sizes * max(sizes):
        return []
    azimuth = azimuth_deg(*here, *there)
    return [
        Evidence(
            what=f"the way from {reference.name} to {subject.name}",
            measured=(azimuth, azimuth),
            unit="deg",
            best=azimuth,
            aspect="direction",
            method="initial azimuth of the geodesic",
            source="gazetteer",
            places=(subject.id, reference.id),
        )
    ]


def _line_from_place(claim: Claim, subject: Place, reference: Place, line: Any, ground: Ground) -> list[Evidence]:
    """A river or border as what lies so far away: a range over the part that is near."""
    here = (reference.lon, reference.lat)
    points = near_part(line, reference, ground)
    km = distances_m(here[0], here[1], points[:, 0], points[:, 1]) / 1000
    error = point_error_km(subject, ground.settings) + point_error_km(reference, ground.settings)
    nearest, farthest = float(km.min()), float(km.max())
    measured = (max(0.0, nearest - error), farthest + error)
    ids = (subject.id, reference.id)
    found = [
        Evidence(
            what=f"the part of {subject.name} near {reference.name}",
            measured=measured,
            unit="km",
            best=nearest,
            aspect="distance",
            method="geodesic to points each 2 km of the line, within the country and 1.5 times the nearest",
            source="gazetteer",
            places=ids,
            error=(max(0.0, nearest - error), nearest + error),
            geometry=shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0]),
        )
    ]
    if claim.direction is not None and nearest > ground.settings.direction_min_sizes * _size_km(reference, ground):
        angles = azimuths_deg(here[0], here[1], points[:, 0], points[:, 1])
        low, high = sector(angles)
        found.append(
            Evidence(
                what=f"the way from {reference.name} to {subject.name}",
                measured=(low, high),
                unit="deg",
                best=float(angles[int(km.argmin())]),
                aspect="direction",
                method="initial azimuths of geodesics to the near part",
                source="gazetteer",
                places=ids,
            )
        )
    return found


def near_part(line: Any, place: Place, ground: Ground) -> Any:
    """Points each 2 km of a line, (n, 2) lon lat: in the place's own country where it runs there, and near it."""
    dense = shapely.segmentize(line, LINE_STEP_KM / 111.0)
    points = shapely.get_coordinates(dense)
    country = ground.gazetteer.country(place.country) if place.country else None
    shape = polygon_of(country, ground)
    if shape is not None:
        home = points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]
        points = home if len(home) else points
    km = distances_m(place.lon, place.lat, points[:, 0], points[:, 1]) / 1000
    return points[km <= km.min() * ground.settings.near_part_factor]


def sector(angles: Any) -> tuple[float, float]:
    """The narrowest sector that holds some azimuths: (low, high), high past 360 where it crosses north."""
    turned = np.sort(np.asarray(angles, dtype=float) % 360)
    gaps = np.diff(np.append(turned, turned[0] + 360))
    widest = int(gaps.argmax())
    low = float(turned[(widest + 1) % len(turned)])
    high = float(turned[widest])
    return (low, high if high >= low else high + 360)


# ── in, along ────────────────────────────────────────────────────────────────────────────────────────────────


def _containment(subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """Whether a place lies in another: how far outside it is, or what share of it lies inside."""
    outer = polygon_of(reference, ground)
    ids = (subject.id, reference.id)
    inner = polygon_of(subject, ground)
    if outer is not None and inner is not None:
        whole = area_km2(inner)
        share = area_km2(shapely.intersection(inner, outer)) / whole if whole else 0.0
        return [
            Evidence(
                what=f"the part of {called(subject)} within {called(reference)}",
                measured=(share, share),
                unit="share",
                best=share,
                aspect="containment",
                method="share of area",
                source="gazetteer",
                places=ids,
            )
        ]
    if outer is None and not is_town(reference):
        return [_missing_place(f"{reference.name} has no outline in the gazetteer")]
    middle = (subject.lon, subject.lat) if inner is None else _middle(subject, ground)
    # a town is as wide as its people need; a region's border is generalised
    if outer is None:
        reach = max(town_radius_km(reference, ground.settings), ground.settings.near_fits_km / 2)
        away = max(0.0, distance_km(*middle, reference.lon, reference.lat) - reach)
        error = 2 * ground.settings.point_error_km
    else:
        away = distance_to_km(middle, outer)
        error = ground.settings.border_error_km + point_error_km(subject, ground.settings)
    measured = (max(0.0, away - error), away)
    inside = f"{called(subject)} lies in {called(reference)}"
    note = inside if away == 0 else f"{called(subject)} lies {away:.0f} km outside {called(reference)}"
    found = [
        Evidence(
            what=f"{subject.name} outside {reference.name}",
            measured=measured,
            unit="km",
            best=away,
            aspect="containment",
            method="point in polygon, border error allowed",
            source="gazetteer",
            places=ids,
            note=note,
        )
    ]
    twins = [t for t in subject.alternatives[:5] if outer is not None and away > error]
    found += [
        Evidence(
            what=f"with another {twin.name}, in {twin.admin1 or twin.country}",
            measured=(0.0, 0.0),
            unit="km",
            role="would_fit",
            aspect="containment",
            source="gazetteer",
            places=ids,
        )
        for twin in twins
        if outer is not None and outer.intersects(shapely.Point(twin.lon, twin.lat))
    ]
    return found


def _adjacency(claim: Claim, subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """Along a river, border or coast: how far from it, and on which side."""
    shape = geometry_of(reference, ground)
    edge = shape.boundary if shape.geom_type in ("Polygon", "MultiPolygon") else shape
    here = geometry_of(subject, ground)
    km = distance_between_km(here, edge)
    error = point_error_km(subject, ground.settings) + town_radius_km(subject, ground.settings)
    ids = (subject.id, reference.id)
    found = [
        Evidence(
            what=f"the shortest line from {reference.name} to {subject.name}",
            measured=(max(0.0, km - error), km + error),
            unit="km",
            best=km,
            aspect="distance",
            method="geodesic to the nearest point of the line",
            source="gazetteer",
            places=ids,
        )
    ]
    wind = claim.direction
    if wind is not None and km > 0.0:
        middle = _middle(subject, ground)
        foot = nearest_point(middle, edge)
        azimuth = azimuth_deg(*foot, *middle)
        found.append(_side(subject, reference, azimuth, wind, ids))
    return found


def _side(subject: Place, reference: Place, azimuth: float, wind: Compass, ids: tuple[str, ...]) -> Evidence:
    """Which side of a line: a half turn wide, for a bank is "western" along all of a river that flows south-west."""
    return Evidence(
        what=f"the way from {reference.name} to {subject.name}",
        measured=((azimuth - SIDE_DEG) % 360, (azimuth - SIDE_DEG) % 360 + 2 * SIDE_DEG),
        unit="deg",
        best=azimuth,
        aspect="direction",
        method="azimuth from the nearest point of the line; a side is all within a quarter turn less half a wind",
        source="gazetteer",
        places=ids,
    )


SIDE_DEG = 67.5
"""With half a wind of tolerance this makes a quarter turn either way: a side."""


# ── fronts ───────────────────────────────────────────────────────────────────────────────────────────────────


def own_ground(series: ControlSeries, index: int, holder: bool, most: bool, ground: Ground) -> Any:
    """Ground of a side in a map, without pieces under ``held_min_piece_km2``; ``most``: contested ground counts as its.

    The other side's ground is what the drawn countries have outside the drawn holder's, without lakes and without
    strips under ``STRIP_KM``: a reservoir and its banks, left over between two outlines, are nobody's front.
    """

    def find() -> Any:
        if holder:
            shape = held(series, index, most, ground)
        else:
            taken = held(series, index, not most, ground)
            rest = shapely.difference(_home(series, ground), taken)
            shape = buffer_m(buffer_m(rest, -STRIP_KM * 500), STRIP_KM * 500)
        parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
        large = [p for p in parts if area_km2(p) >= ground.settings.held_min_piece_km2]
        return shapely.MultiPolygon(large)

    return ground.once(("own", id(series), index, holder, most), find)


def _home(series: ControlSeries, ground: Ground) -> Any:
    """The land of the drawn countries, without the holder's own."""

    def join() -> Any:
        from geomap.evidence.sides import holder_country

        codes = sorted(domain(series, ground) - {holder_country(series, ground)})
        shapes = [polygon_of(ground.gazetteer.country(c), ground) for c in codes]
        land = shapely.union_all([s for s in shapes if s is not None])
        if land.is_empty:
            return land
        lakes = list(ground.gazetteer.basemap(land.bounds)["lakes"].geometry)
        return shapely.difference(land, shapely.union_all(lakes)) if lakes else land

    return ground.once(("home", id(series)), join)


def _front(claim: Claim, subject: Thing, reference: Place, ground: Ground) -> list[Evidence]:
    """From a place to the nearest ground that a force holds, on the claim's days, by each source."""
    days = days_of(claim, ground)
    covering = [s for s in ground.control if s.snapshots and speaks_of(s, reference, ground)]
    if not ground.control:
        return [missing_map(claim, days, ground)] if days else [missing_date()]
    if days is None:
        return [missing_date()]
    found: list[Evidence] = []
    for series in covering:
        side = side_of(subject.mention.text, series, ground)
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
        who = series.holder if side else _other_name(series, ground)
        as_of = series.snapshots[indices[-1]].as_of
        ids = (reference.id,)
        found.append(
            Evidence(
                what=f"the nearest ground held by {who} to {reference.name} on {day(as_of.date())}",
                measured=measured,
                unit="km",
                best=last[1],
                aspect="distance",
                method="geodesic to the nearest held ground, pieces under 100 km² ignored",
                source=series.name,
                as_of=as_of.isoformat(),
                places=ids,
                codes=(Code.CONTESTED,) if last[1] - last[0] > error else (),
                error=own,
            )
        )
        after = state_map(series, days.end + timedelta(days=1), ground.settings)
        if after is not None and after > indices[-1]:
            span = front_km(series, after, side, reference, claim, ground)
            if span is not None:
                found.append(
                    Evidence(
                        what="by the next day's map",
                        measured=(max(0.0, span[0] - error), span[1] + error),
                        unit="km",
                        role="next_day",
                        aspect="distance",
                        source=series.name,
                        as_of=series.snapshots[after].as_of.isoformat(),
                        places=ids,
                    )
                )
    return found or [missing_map(claim, days, ground)]


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


def _other_name(series: ControlSeries, ground: Ground) -> str:
    """A name for the side that a series does not draw: the country it is in, where there is one."""
    from geomap.evidence.sides import holder_country

    codes = sorted(domain(series, ground) - {holder_country(series, ground)})
    place = ground.gazetteer.country(codes[0]) if len(codes) == 1 else None
    return place.name if place is not None else f"others than {series.holder}"


# ── advances ─────────────────────────────────────────────────────────────────────────────────────────────────


def _advance(claim: Claim, ground: Ground) -> list[Evidence]:
    """An advance to a named end: whether it was reached; with a figure, how far the front moved to it."""
    assert claim.reference is not None
    end = claim.reference.place
    if end is None:
        return [_missing_place(_why(claim.reference))]
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
    return found if any(e.role == "measure" for e in found) else [*found, missing_map(claim, days, ground)]


def _reached(
    claim: Claim, series: ControlSeries, side: bool, end: Place, days: Days, indices: list[int], ground: Ground
) -> list[Evidence]:
    """How far the side's ground still is from the end, on the last map of the date and of the next day."""
    found: list[Evidence] = []
    after = state_map(series, days.end + timedelta(days=1), ground.settings)
    last = [i for i in indices if day_of(series, i) <= days.end][-1]
    for role, index in (("measure", last), ("next_day", after)):
        if index is None or (role == "next_day" and index <= last):
            continue
        span = front_km(series, index, side, end, claim, ground)
        if span is None:
            continue
        who = series.holder if side else _other_name(series, ground)
        when = day(day_of(series, index))
        far = f"{span[1]:.0f} km from ground held by {who}" if span[1] >= 1 else f"at or in ground held by {who}"
        found.append(
            Evidence(
                what=f"from ground held by {who} to {end.name}",
                measured=span,
                unit="km",
                best=span[1],
                role=role,
                aspect="control",
                method="geodesic to the nearest held ground, pieces under 100 km² ignored",
                source=series.name,
                as_of=series.snapshots[index].as_of.isoformat(),
                places=(end.id,),
                note=f"the map of {when} shows {end.name} {far}",
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
    who = series.holder if side else _other_name(series, ground)
    return [
        Evidence(
            what=f"{end.name} from the ground that {who} held on {day(day_of(series, before))}",
            measured=measured,
            unit="km",
            best=span[1],
            aspect="distance",
            method="geodesic from the end to the nearest ground held before",
            source=series.name,
            as_of=series.snapshots[before].as_of.isoformat(),
            places=(end.id,),
            error=measured,
        ),
        *_reached_context(claim, series, side, end, days, indices, ground),
    ]


def _reached_context(
    claim: Claim, series: ControlSeries, side: bool, end: Place, days: Days, indices: list[int], ground: Ground
) -> list[Evidence]:
    return [
        replace(e, role="context")
        for e in _reached(claim, series, side, end, days, indices, ground)
        if e.role == "measure"
    ]


def _movement(claim: Claim, ground: Ground) -> list[Evidence]:
    """How deep a side's new ground reaches from its old line; for a rate, that by the day."""
    days = days_of(claim, ground)
    if claim.kind is ClaimKind.EXTENT:
        return [missing_map(claim, days, ground)]
    if days is None:
        return [missing_date()]
    found: list[Evidence] = []
    for series in ground.control:
        if not series.snapshots:
            continue
        side = actor_side(claim, series, ground)
        indices = maps_of(series, days.end, ground.settings)
        if side is None or not indices:
            continue
        before = first_map(series, days, ground)
        last = indices[-1]
        if last <= before:
            continue
        if claim.value is not None and claim.value.si_unit == "m2/day":
            found += _area_rate(claim, series, side, before, last, ground)
        elif claim.kind is ClaimKind.RATE:
            found += _speed(series, side, before, last, ground)
        else:
            found += _depth(series, side, before, last, ground)
    return found if any(e.role == "measure" for e in found) else [*found, missing_map(claim, days, ground)]


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
        points = shapely.get_coordinates(shapely.MultiPolygon(parts))
        points = points[:: max(1, len(points) // DEPTH_POINTS)]
        return max(distance_to_km((float(x), float(y)), old) for x, y in points)

    return ground.once(("depth", id(series), side, before, after, most), measure)


def _depth(series: ControlSeries, side: bool, before: int, last: int, ground: Ground) -> list[Evidence]:
    spans = sorted(depth_km(series, side, before, last, most, ground) for most in (False, True))
    return [_moved(series, side, before, last, (spans[0], spans[1]), "km", "distance", ground)]


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
    return [_moved(series, side, before, last, (min(mean, max(daily)), max(mean, *daily)), "km/day", "rate", ground)]


def _area_rate(
    claim: Claim, series: ControlSeries, side: bool, before: int, last: int, ground: Ground
) -> list[Evidence]:
    region = claim.region.place if claim.region else None
    low, high, _ = gain_km2(series, before, last, side, ground, region)
    span = max(1, (day_of(series, last) - day_of(series, before)).days)
    return [_moved(series, side, before, last, (low / span, high / span), "km2/day", "rate", ground)]


def _moved(
    series: ControlSeries, side: bool, before: int, last: int, measured: Range, unit: str, aspect: str, ground: Ground
) -> Evidence:
    who = series.holder if side else _other_name(series, ground)
    what = "gain" if unit == "km2/day" else "advance"
    frame = changed(series, before, last, ground, None).frame
    word = "gained" if side else "lost"
    return Evidence(
        what=f"the {what} of {who} from {day(day_of(series, before))} to {day(day_of(series, last))}",
        measured=measured,
        unit=unit,
        best=measured[1],
        aspect=aspect,
        method="furthest point of newly held ground from the line before",
        source=series.name,
        as_of=series.snapshots[last].as_of.isoformat(),
        error=measured,
        geometry=frame[frame["change"] == word].geometry.union_all() if len(frame) else None,
    )
