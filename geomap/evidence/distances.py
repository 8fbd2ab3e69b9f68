"""Evidence for distances, directions, containment, nearness and advances: places, lines, polygons and fronts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from geomap.evidence.borders import border_named
from geomap.evidence.fronts import advance_evidence, front_evidence, movement_evidence
from geomap.evidence.ground import (
    GAZETTEER,
    Ground,
    area_km2,
    geometry_of,
    is_bare,
    is_town,
    line_of,
    named,
    place_in_words,
    point_error_km,
    polygon_of,
    region_words,
    says_region,
    town_radius_km,
    unsure_of,
    whole_km,
)
from geomap.evidence.missing import missing_place, missing_point, why_not
from geomap.geodesy import (
    KM_PER_DEG,
    azimuth_deg,
    azimuths_deg,
    compass_azimuth,
    distance_between_km,
    distance_km,
    distance_to_km,
    distances_m,
    nearest_point,
    turn_deg,
)
from geomap.models import (
    AspectName,
    Claim,
    ClaimKind,
    Code,
    Evidence,
    Mention,
    Message,
    Method,
    Place,
    Quantity,
    Quote,
    Range,
    Role,
    Text,
    message,
)
from geomap.verdicts import claimed_range

LINE_STEP_KM = 2.0
"""Points each 2 km stand for a river or border: finer than its outline is true."""


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
    moves = claim.kind is ClaimKind.ADVANCE
    if claim.kind in (ClaimKind.RATE, ClaimKind.EXTENT) or (moves and claim.reference is None):
        return movement_evidence(claim, ground)
    if moves:
        return advance_evidence(claim, ground)
    if claim.reference is None:
        return [missing_place(message("untested.no_other_end"))]
    reference = _thing(claim.reference, claim, ground)
    if reference.place is None:
        return [missing_place(why_not(claim.reference))]
    if not claim.subject:
        return [missing_place(message("untested.no_subject"))]
    subjects = [_thing(m, claim, ground) for m in claim.subject]
    found = [e for subject in subjects for e in _from_subject(claim, subject, reference.place, ground)]
    measured = any(e.role is Role.MEASURE for e in found)
    # one place of several that does not resolve leaves the others testable
    return [e for e in found if not (measured and e.role is Role.MISSING)]


def _from_subject(claim: Claim, subject: Thing, reference: Place, ground: Ground) -> list[Evidence]:
    """From one of a claim's subjects to its reference; what stands in the way where it cannot be measured."""
    if subject.force:
        return front_evidence(claim, subject.mention, reference, ground)
    if subject.place is None:
        return [missing_place(_no_place(subject.mention))]
    vague = next((p for p in (subject.place, reference) if p.approximate), None)
    if vague is not None and claim.kind is not ClaimKind.CONTAINMENT:
        return [missing_point(vague)]
    if subject.place.id == reference.id:
        return [missing_place(message("untested.one_place", place=place_in_words(subject.place)))]
    vast = next((place for place in (subject.place, reference) if not _measurable(place, ground)), None)
    if vast is not None:
        return [missing_place(message("untested.no_outline_from", place=place_in_words(vast)))]
    if claim.kind is ClaimKind.CONTAINMENT:
        sided = claim.direction is not None and not bears_its_wind(claim.reference, reference)
        part = _part_of_frame(subject.place, reference, ground) if sided else []
        return [*_containment(subject.place, reference, ground), *part]
    if claim.kind is ClaimKind.ADJACENCY:
        return _adjacency(claim, subject.place, reference, ground)
    return _between(claim, subject.place, reference, ground)


def _thing(mention: Mention, claim: Claim, ground: Ground) -> Thing:
    """Read a mention: words for a force make it one; "Moscow said its troops" names a country's, not the city."""
    place = border_named(mention, claim, ground) or city_meant(mention, claim, ground)
    seat = place is not None and place.feature.startswith(("A.PCL", "P.PPLC"))
    moves = mention.sense.force or (seat and claim.meaning.force)
    moves = moves and claim.kind not in (ClaimKind.CONTAINMENT, ClaimKind.DIRECTION)
    fixed = place is not None and not place.feature.startswith("A.PCL") and not moves
    # what has no place of its own moves with the side that it belongs to
    moves = moves or (place is None and claim.actor is not None)
    if moves and not fixed and mention is not claim.reference:
        return Thing(mention=mention, place=place, force=True)
    return Thing(mention=mention, place=place, shape=geometry_of(place, ground) if place is not None else None)


def city_meant(mention: Mention, claim: Claim, ground: Ground) -> Place | None:
    """A mention's place; with a distance or direction a bare name that a region shares with its city is the city's."""
    place = mention.place
    measured = claim.kind is ClaimKind.DIRECTION or (claim.kind is ClaimKind.DISTANCE and claim.value is not None)
    if place is None or not measured or not place.feature.startswith(("A.ADM1", "A.ADM2")) or says_region(mention.text):
        return place
    shape = polygon_of(place, ground)
    for found in ground.gazetteer.find(mention.text, country=place.country, limit=10, fuzzy=False):
        seat = found.feature.startswith(("P.PPLA", "P.PPLC")) or (found.population or 0) >= ground.settings.known_town
        near = shape is None or distance_to_km((found.lon, found.lat), shape) <= ground.settings.near_fits_km
        if seat and near and is_town(found):
            return found
    return place


def _no_place(mention: Mention) -> Text:
    """Why one end of a distance has no place: things and events have none of their own."""
    words = " ".join(mention.text.split())
    # a sentence's first word has its capital from there
    if mention.why_not is None and not any(w[:1].isupper() for w in words.split()[1:]):
        return message("untested.where_unsaid", quote=Quote(words))
    return why_not(mention)


VAST = ("H.SEA", "H.OCN", "H.GULF", "A.PCL", "A.ADM1", "L.RGN", "L.CONT")
"""Features so large that their point says nothing of where they begin."""


def _measurable(place: Place, ground: Ground) -> bool:
    """Whether a place's geometry says where it is: a point serves for a town, not for a sea."""
    return not place.feature.startswith(VAST) or geometry_of(place, ground).geom_type != "Point"


# ── place to place, line or polygon ──────────────────────────────────────────────────────────────────────────


def _between(claim: Claim, subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """Distance and azimuth between two things that stay where they are."""
    line = line_of(subject, ground)
    if line is not None and line_of(reference, ground) is None and polygon_of(reference, ground) is None:
        return _line_from_place(claim, subject, reference, line, ground)
    error = point_error_km(subject, ground.settings) + point_error_km(reference, ground.settings)
    error += line_error_km(reference, ground)
    shapes = (water_of(subject, ground), water_of(reference, ground))
    both_points = all(s.geom_type == "Point" for s in shapes)
    outer = polygon_of(reference, ground)
    if both_points:
        km = distance_km(subject.lon, subject.lat, reference.lon, reference.lat)
    elif outer is not None and claim.kind is ClaimKind.DISTANCE and outer.covers(shapes[0]):
        # so far inside a country is so far from its border
        shapes = (shapes[0], outer.boundary)
        km = distance_between_km(*shapes)
    else:
        km = distance_between_km(*shapes)
    measured = (max(0.0, km - error), km + error)
    way = "what.straight_line" if both_points else "what.shortest_line"
    found = [
        Evidence(
            what=message(way, start=named(reference), end=named(subject)),
            measured=measured,
            unit="km",
            best=km,
            aspect=AspectName.DISTANCE,
            method=message(Method.POINTS if both_points else Method.NEAREST_POINTS),
            source=GAZETTEER,
            places=(subject.id, reference.id),
            codes=(*unsure_of((subject, reference), ground), *_too_far(claim, km, (subject, reference), ground)),
            error=measured,
            geometry=_straight(subject, reference, shapes, both_points),
        )
    ]
    found += _readings(claim, subject, reference, km, error, both_points, ground)
    if claim.direction is not None:
        found += _azimuth(subject, reference, ground)
    if claim.kind is ClaimKind.DIRECTION:
        return _only_direction(found, subject, reference)
    return found


def _only_direction(found: list[Evidence], subject: Place, reference: Place) -> list[Evidence]:
    """Keep a direction as what decides; say so where the places are too close to have one."""
    if any(e.aspect is AspectName.DIRECTION for e in found):
        return [e if e.aspect is AspectName.DIRECTION else replace(e, role=Role.CONTEXT) for e in found]
    close = message("untested.too_close", subject=place_in_words(subject), reference=place_in_words(reference))
    missing = Evidence(
        what=message("missing.direction"),
        measured=(None, None),
        unit="",
        role=Role.MISSING,
        aspect=AspectName.MAP,
        note=close,
    )
    return [missing, *(replace(e, role=Role.CONTEXT) for e in found)]


def line_error_km(place: Place, ground: Ground) -> float:
    """How far a typed river may run from where it is drawn, at its worst: what its nearest point may be off by."""
    if line_of(place, ground) is None or not place.feature.startswith("H"):
        return 0.0
    return max(0.0, min(place.radius_km or 0.0, TYPED_LINE_KM) - ground.settings.point_error_km)


TYPED_LINE_KM = 7.0
"""Typed rivers were at most 7 km from their surveyed banks (Dnipro 6.9, Oskil 7.1), reservoirs apart."""


def water_of(place: Place, ground: Ground) -> Any:
    """A place's geometry; of a river, its line with the lakes and reservoirs that it runs through."""
    line = line_of(place, ground)
    if line is None or not place.feature.startswith("H"):
        return geometry_of(place, ground)

    def join() -> Any:
        lakes = [x for x in ground.gazetteer.basemap(line.bounds)["lakes"].geometry if x.intersects(line)]
        return shapely.GeometryCollection([line, *lakes]) if lakes else line

    return ground.once(("water", place.id), join)


def _straight(subject: Place, reference: Place, shapes: tuple[Any, Any], both_points: bool) -> Any:
    if both_points:
        return shapely.LineString([(reference.lon, reference.lat), (subject.lon, subject.lat)])
    from geomap.geodesy import nearest_points

    here, there = nearest_points(shapes[1], shapes[0])
    return shapely.LineString([here, there]) if here != there else shapely.Point(here)


def _readings(
    claim: Claim, subject: Place, reference: Place, km: float, error: float, both_points: bool, ground: Ground
) -> list[Evidence]:
    """Other readings of a distance: by road, from the towns' edges, to another place of that name."""
    found: list[Evidence] = []
    ids = (subject.id, reference.id)

    def item(role: Role, what: Message, measured: Range, unit: str = "km") -> Evidence:
        return Evidence(
            what=what,
            measured=measured,
            unit=unit,
            role=role,
            aspect=AspectName.DISTANCE,
            source=GAZETTEER,
            places=ids,
        )

    if is_town(subject) and is_town(reference) and both_points:
        low, high = ground.settings.road_factor
        found.append(item(Role.ROAD, message("reading.by_road"), (km * low, km * high)))
    edge = town_radius_km(subject, ground.settings) + town_radius_km(reference, ground.settings)
    if edge > 0:
        found.append(item(Role.EDGE, message("reading.town_edge"), (max(0.0, km - edge - error), km)))
    outlined = any(polygon_of(p, ground) is not None for p in (subject, reference))
    if outlined and not _one_in_other(subject, reference, ground):
        middle = distance_km(*_middle(subject, ground), *_middle(reference, ground))
        if middle > km:
            found.append(item(Role.EDGE, message("reading.towards_middle"), (km, middle)))
    if both_points and claim.kind is ClaimKind.DISTANCE:
        found += _namesakes(claim, subject, reference, error, ground)
    return found


def _namesakes(claim: Claim, subject: Place, reference: Place, error: float, ground: Ground) -> list[Evidence]:
    """The same distance with another place of either name; where a wind is named, only those that lie that way."""
    found: list[Evidence] = []
    for place, other in ((subject, reference), (reference, subject)):
        for twin in twins_of(place, ground):
            if twin.id == other.id:
                continue
            away = distance_km(twin.lon, twin.lat, other.lon, other.lat)
            near, far = (twin, other) if place is subject else (other, twin)
            if claim.direction is not None:
                turn = turn_deg(azimuth_deg(far.lon, far.lat, near.lon, near.lat), compass_azimuth(claim.direction))
                if turn > ground.settings.direction_rough_deg:
                    continue
            where = ", ".join(w for w in (twin.admin1, twin.country) if w)
            words = message("reading.other_place", place=named(twin), away=whole_km(away))
            if where:
                words = message("reading.other_place_where", place=named(twin), where=where, away=whole_km(away))
            found.append(
                Evidence(
                    what=words,
                    measured=(max(0.0, away - error), away + error),
                    unit="km",
                    role=Role.NAMESAKE,
                    aspect=AspectName.DISTANCE,
                    source=GAZETTEER,
                    places=(subject.id, reference.id),
                )
            )
    return found


TWINS = 12
"""Namesakes that are tried for one end: more are no reading that an editor would think of."""


def twins_of(place: Place, ground: Ground) -> list[Place]:
    """Other settlements of a place's name: its runners-up, then what else bears it, in its own country first."""
    if not is_town(place):
        return []
    others = [*place.alternatives, *ground.gazetteer.find(place.name, country=place.country, limit=TWINS, fuzzy=False)]
    towns = {p.id: p for p in others if is_town(p) and p.id != place.id}
    return list(towns.values())[:TWINS]


def _too_far(claim: Claim, km: float, places: tuple[Place, ...], ground: Ground) -> tuple[Code, ...]:
    """PLACE where a bare settlement lies many times as far as is claimed: another of its name is meant, or none."""
    claimed = claimed_range(claim.value, ground.settings) if claim.value is not None else None
    if claimed is None or claimed.high is None or claimed.unit != "km":
        return ()
    bare = any(is_bare(p, ground) for p in places)
    return (Code.PLACE,) if bare and km > ground.settings.namesake_factor * claimed.high else ()


def _one_in_other(subject: Place, reference: Place, ground: Ground) -> bool:
    """Whether one of two places lies within the outline of the other."""
    for outer, inner in ((reference, subject), (subject, reference)):
        shape = polygon_of(outer, ground)
        if shape is not None and shape.covers(shapely.Point(_middle(inner, ground))):
            return True
    return False


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


def _azimuth(subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """Azimuth from the reference to the subject; none where they are closer than twice their size."""
    line = line_of(reference, ground)
    there = _middle(subject, ground)
    outer = polygon_of(reference, ground)
    if outer is not None and outer.covers(shapely.Point(there)):
        return _part_named(subject, reference, there, ground)
    here = nearest_point(there, line) if line is not None else _middle(reference, ground)
    apart = distance_km(*here, *there)
    sizes = [_size_km(subject, ground)] + ([] if line is not None else [_size_km(reference, ground)])
    if apart < ground.settings.direction_min_sizes * max(sizes):
        return []
    azimuth = azimuth_deg(*here, *there)
    return [
        Evidence(
            what=message("what.way", start=named(reference), end=named(subject)),
            measured=(azimuth, azimuth),
            unit="deg",
            best=azimuth,
            aspect=AspectName.DIRECTION,
            method=message(Method.AZIMUTH),
            source=GAZETTEER,
            places=(subject.id, reference.id),
        )
    ]


def _part_named(subject: Place, reference: Place, there: tuple[float, float], ground: Ground) -> list[Evidence]:
    """Which part of a country or region a place lies in, "in the south of": the side of its middle."""
    here = _middle(reference, ground)
    # near the middle a place is in no part at all
    if distance_km(*here, *there) < _size_km(reference, ground) / 4:
        return []
    side = _side(subject, reference, azimuth_deg(*here, *there), (subject.id, reference.id))
    outer = polygon_of(reference, ground)
    twins = twins_of(subject, ground) if is_bare(subject, ground) and outer is not None else []
    elsewhere = any(outer.covers(shapely.Point(t.lon, t.lat)) for t in twins if outer is not None)
    return [replace(side, codes=(Code.PLACE,)) if elsewhere else side]


def bears_its_wind(mention: Mention | None, place: Place) -> bool:
    """Whether the wind before a name is a part of it: "South" of South Africa, where the mention is cut to "Africa"."""
    if mention is None:
        return False
    said = set(mention.text.casefold().replace("-", " ").split()) - region_words()
    whole = set(place.name.casefold().replace("-", " ").split()) - region_words()
    return said < whole


def _part_of_frame(subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """The part named with a containment: a town's within the region, "the eastern provinces" within their country."""
    country = ground.gazetteer.country(subject.country) if subject.country else None
    frame = country if polygon_of(subject, ground) is not None and country is not None else reference
    outer, there = polygon_of(frame, ground), _middle(subject, ground)
    if outer is None or frame.id == subject.id:
        return []
    # a town on a border may lie a little outside an outline
    if distance_to_km(there, outer) > ground.settings.border_error_km + point_error_km(subject, ground.settings):
        return []
    return _part_named(subject, frame, there, ground)


def _line_from_place(claim: Claim, subject: Place, reference: Place, line: Any, ground: Ground) -> list[Evidence]:
    """A river or border as what lies so far away: a range over the part that is near."""
    here = (reference.lon, reference.lat)
    near = near_part(line, reference, ground)
    angles = azimuths_deg(here[0], here[1], near[:, 0], near[:, 1])
    # of the near part, what lies the way that is named, where any of it does
    points = near
    if claim.direction is not None:
        wanted = compass_azimuth(claim.direction)
        turns = np.abs((angles - wanted + 180) % 360 - 180)
        points = (
            near[turns <= ground.settings.direction_rough_deg]
            if turns.min() <= ground.settings.direction_rough_deg
            else near
        )
    km = distances_m(here[0], here[1], points[:, 0], points[:, 1]) / 1000
    error = point_error_km(subject, ground.settings) + point_error_km(reference, ground.settings)
    nearest, farthest = float(km.min()), float(km.max())
    measured = (max(0.0, nearest - error), farthest + error)
    ids = (subject.id, reference.id)
    found = [
        Evidence(
            what=message("what.near_part", line=named(subject), place=named(reference)),
            measured=measured,
            unit="km",
            best=nearest,
            aspect=AspectName.DISTANCE,
            method=_near_part_method(ground),
            source=GAZETTEER,
            places=ids,
            error=(max(0.0, nearest - error), nearest + error),
            geometry=shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0]),
        )
    ]
    if claim.direction is not None and nearest > ground.settings.direction_min_sizes * _size_km(reference, ground):
        low, high = sector(angles)
        found.append(
            Evidence(
                what=message("what.way", start=named(reference), end=named(subject)),
                measured=(low, high),
                unit="deg",
                best=azimuth_deg(*here, *points[int(km.argmin())]),
                aspect=AspectName.DIRECTION,
                method=message(Method.NEAR_PART_AZIMUTHS),
                source=GAZETTEER,
                places=ids,
            )
        )
    return found


def _near_part_method(ground: Ground) -> Message:
    step = Quantity(LINE_STEP_KM, LINE_STEP_KM, "km")
    return message(Method.NEAR_PART, step=step, factor=ground.settings.near_part_factor)


def near_part(line: Any, place: Place, ground: Ground) -> Any:
    """Points each 2 km of a line, (n, 2) lon lat: in the place's own country where it runs there, and near it."""
    dense = shapely.segmentize(line, LINE_STEP_KM / KM_PER_DEG)
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
        share = min(1.0, area_km2(shapely.intersection(inner, outer)) / whole) if whole else 0.0
        return [
            Evidence(
                what=message("what.part_within", inner=place_in_words(subject), outer=place_in_words(reference)),
                measured=(share, share),
                unit="share",
                best=share,
                aspect=AspectName.CONTAINMENT,
                method=message(Method.SHARE_WITHIN),
                source=GAZETTEER,
                places=ids,
                note=message(
                    "note.share_within",
                    percent=round(100 * share),
                    inner=place_in_words(subject),
                    outer=place_in_words(reference),
                ),
            )
        ]
    if outer is None and not is_town(reference):
        return [missing_place(message("untested.no_outline", place=named(reference)))]
    middle = (subject.lon, subject.lat) if inner is None else _middle(subject, ground)
    # a town is as wide as its people need; a region's border is generalised
    if outer is None:
        reach = max(town_radius_km(reference, ground.settings), ground.settings.near_fits_km / 2)
        away = max(0.0, distance_km(*middle, reference.lon, reference.lat) - reach)
        error = 2 * ground.settings.point_error_km
    else:
        away = distance_to_km(middle, outer)
        error = ground.settings.border_error_km + point_error_km(subject, ground.settings)
    # whose town it is the gazetteer knows better than an outline does
    abroad = away > 0 and None not in (subject.country, reference.country) and subject.country != reference.country
    measured = (away if abroad else max(0.0, away - error), away)
    note = message("note.lies_in", inner=place_in_words(subject), outer=place_in_words(reference))
    if away > 0:
        note = message(
            "note.lies_outside", inner=place_in_words(subject), away=whole_km(away), outer=place_in_words(reference)
        )
    found = [
        Evidence(
            what=message("what.outside", inner=named(subject), outer=named(reference)),
            measured=measured,
            unit="km",
            best=away,
            aspect=AspectName.CONTAINMENT,
            method=message(Method.POINT_IN_POLYGON),
            source=GAZETTEER,
            places=ids,
            codes=(*unsure_of((subject, reference), ground), *_abroad(subject, reference, away, ground)),
            note=note,
        )
    ]
    edge = town_radius_km(subject, ground.settings)
    if outer is not None and not abroad and error < away <= error + edge:
        found.append(
            Evidence(
                what=message("reading.town_edge"),
                measured=(0.0, away),
                unit="km",
                role=Role.UNTRIED,
                aspect=AspectName.CONTAINMENT,
                source=GAZETTEER,
                places=ids,
                note=message("how.edge_decides"),
            )
        )
    twins = twins_of(subject, ground) if outer is not None and away > error else []
    found += [
        Evidence(
            what=message("reading.other_place_in", place=named(twin), where=twin.admin1 or twin.country or ""),
            measured=(0.0, 0.0),
            unit="km",
            role=Role.NAMESAKE,
            aspect=AspectName.CONTAINMENT,
            source=GAZETTEER,
            places=ids,
        )
        for twin in twins
        if outer is not None and outer.intersects(shapely.Point(twin.lon, twin.lat))
    ]
    return found


def _abroad(subject: Place, reference: Place, away: float, ground: Ground) -> tuple[Code, ...]:
    """PLACE where a bare settlement is put in another country than its own: a missing village's namesake."""
    border = reference.country is not None and subject.country is not None and subject.country != reference.country
    far = away > ground.settings.near_rough_km
    return (Code.PLACE,) if border and far and is_bare(subject, ground) else ()


def _adjacency(claim: Claim, subject: Place, reference: Place, ground: Ground) -> list[Evidence]:
    """Along a river, border or coast: how far from it, and on which side."""
    shape = geometry_of(reference, ground)
    edge = shape.boundary if shape.geom_type in ("Polygon", "MultiPolygon") else water_of(reference, ground)
    here = geometry_of(subject, ground)
    km = distance_between_km(here, edge)
    error = point_error_km(subject, ground.settings) + town_radius_km(subject, ground.settings)
    ids = (subject.id, reference.id)
    found = [
        Evidence(
            what=message("what.shortest_line", start=named(reference), end=named(subject)),
            measured=(max(0.0, km - error), km + error),
            unit="km",
            best=km,
            aspect=AspectName.DISTANCE,
            method=message(Method.TO_LINE_POINT),
            source=GAZETTEER,
            places=ids,
            codes=unsure_of((subject, reference), ground),
        )
    ]
    wind = claim.direction
    if wind is not None and km > 0.0:
        middle = _middle(subject, ground)
        # the side is told from the middle of the water, not from its bank
        foot = nearest_point(middle, shape if shape.geom_type.endswith("LineString") else edge)
        found.append(_side(subject, reference, azimuth_deg(*foot, *middle), ids, half=0.0))
    return found


def _side(
    subject: Place, reference: Place, azimuth: float, ids: tuple[str, ...], half: float | None = None
) -> Evidence:
    """Which side of a line or middle; a part of a country is wider than a bearing by ``half`` either way."""
    half = SIDE_DEG if half is None else half
    return Evidence(
        what=message("what.way", start=named(reference), end=named(subject)),
        measured=((azimuth - half) % 360, (azimuth - half) % 360 + 2 * half),
        unit="deg",
        best=azimuth,
        aspect=AspectName.DIRECTION,
        method=message(Method.AZIMUTH_FROM_LINE),
        source=GAZETTEER,
        places=ids,
    )


SIDE_DEG = 22.5
"""With half a wind of tolerance this makes an eighth of a turn either way: the east of a country is wide."""
