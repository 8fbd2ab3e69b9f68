"""Every setting is one: changed alone, it changes what is claimed, measured, judged, compared or drawn."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
import shapely
import test_evidence as world

from geomap.claims import read_value
from geomap.evidence import Ground, gather_evidence
from geomap.evidence.ground import domain
from geomap.maps.payload import districts_of
from geomap.models import Article, AspectName, Claim, ClaimKind, Compass, Evidence, Mention, Predicate, Qualifier, When
from geomap.settings import Settings
from geomap.verdicts import claimed_range, compare, judge

CHANGED: dict[str, Any] = {
    "exact_floor": 0.08,
    "about": 0.3,
    "nearly_low": 0.7,
    "more_than_high": 1.9,
    "dozens": (20, 80),
    "several_dozens": (30, 80),
    "few": (2, 6),
    "several": (4, 8),
    "hundreds": (150, 900),
    "wide_factor": 1.2,
    "rough_gap": 0.5,
    "road_factor": (1.05, 2.5),
    "direction_fits_deg": 5.0,
    "direction_rough_deg": 60.0,
    "direction_min_sizes": 100.0,
    "near_fits_km": 2.0,
    "near_rough_km": 200.0,
    "along_km": 0.5,
    "contested_line_km": 60.0,
    "town_share": 0.99,
    "part_min_km2": 1e6,
    "sure_place": 0.9,
    "drawn_share": 0.9,
    "home_share": 0.9,
    "namesake_factor": 1.2,
    "known_town": 1.0,
    "clearly_apart": 50.0,
    "exact_ceiling": 0.4,
    "opposite_deg": 179.0,
    "outline_factor": 1.05,
    "point_error_km": 20.0,
    "border_error_km": 30.0,
    "people_per_km2": 50.0,
    "near_part_factor": 4.0,
    "map_gap_days": 30,
    "same_event_days": 30,
    "next_day_factor": 9.0,
    "search_days": 0,
    "before_first_days": 10,
    "reports_error": 0.9,
    "strip_km": 150.0,
    "held_min_piece_km2": 1e6,
    "sliver_m2": 1e6,
}
"""Another value for each setting, far enough from ours to show in the made-up country."""
WORDS = (
    "30 km", "3 km", "about 30 km", "nearly 30 km", "more than 30 km", "dozens of kilometres",
    "several dozen kilometres",    "a few kilometres", "several kilometres", "hundreds of kilometres",
)  # fmt: skip


def claims() -> list[Claim]:
    """Claims of every kind on the made-up country."""
    town, other, river = world.mention("midton"), world.mention("westford"), world.mention("wend")
    doubtful = Mention(text="Farholm", place=replace(world.PLACES["t:farholm"], score=0.7))
    region = replace(world.mention("eastmark"))
    winter = date(2031, 4, 11)
    late = When(text=None, start=date(2031, 5, 20), end=date(2031, 5, 20))
    return [
        world.area_claim(6_000, date=world.on(5)),
        world.area_claim(9_000, Qualifier.EXACT, date=world.on(5)),
        world.area_claim(100, Qualifier.MORE_THAN, date=world.on(5)),
        world.area_claim(5, date=late),
        world.area_claim(6_000, date=world.on(8)),
        world.far(12, town, other),
        world.far(1, Mention(text="Nearby", place=world.place("near", 33.10, 49.02)), town, qualifier=Qualifier.ABOUT),
        world.far(40, Mention(text="Nearby", place=world.place("near", 33.13, 49.02)), town),
        world.far(
            0, world.mention("farholm"), world.mention("asteria"), kind=ClaimKind.CONTAINMENT, direction=Compass.W
        ),
        world.area_claim(120_000, predicate=None, actor=None, subject=(world.mention("asteria"),)),
        world.control("boromir", Predicate.CAPTURED, date=world.on(5)),
        world.area_claim(round(world.lost_km2(1, 3)), date=world.on(7)),
        world.control("farholm", Predicate.CONTROLS, "Borova", date=When(text=None, start=winter, end=winter)),
        world.far(150, town, other, direction=Compass.E),
        world.far(120, town, other, direction=Compass.N),
        world.far(125, town, other, direction=Compass.SE),
        world.far(0, town, other, kind=ClaimKind.DIRECTION, direction=Compass.NE),
        world.far(0, town, other, kind=ClaimKind.PROXIMITY),
        world.far(0, town, Mention(text="Nearby", place=world.place("nearby", 33.13, 49.02)), kind=ClaimKind.PROXIMITY),
        world.far(0, world.mention("westford"), river, kind=ClaimKind.PROXIMITY),
        world.far(0, replace(other, place=world.place("shoreham", 32.5, 49.2)), river, kind=ClaimKind.ADJACENCY),
        world.far(50, river, other),
        world.far(0, town, region, kind=ClaimKind.CONTAINMENT),
        world.far(0, region, world.mention("asteria"), kind=ClaimKind.CONTAINMENT),
        world.far(60, world.mention("capita"), world.mention("borova")),
        world.far(40, Mention(text="Borovan forces"), other, date=world.on(5)),
        world.control("midton", Predicate.CONTESTED, "Borova", date=world.on(7)),
        world.control("midton", Predicate.CONTROLS, "Borova", date=late),
        world.control("farholm", Predicate.RECAPTURED, date=world.on(5), id="k2"),
        replace(world.control("farholm", Predicate.RECAPTURED, date=world.on(5)), subject=(doubtful,)),
        world.control("eastmark", Predicate.RECAPTURED, date=world.on(5), quote="recaptured parts of Eastmark"),
        replace(
            world.far(0, Mention(text="Asterian troops"), town, kind=ClaimKind.ADVANCE, date=world.on(3)),
            actor="Asterian troops",
        ),
    ]


def told_twice() -> list[Claim]:
    first = world.control("midton", Predicate.RECAPTURED, source=("one",), date=world.on(1), id="e1")
    return [first, world.control("midton", Predicate.RECAPTURED, source=("two",), date=world.on(9), id="e2")]


def shown(items: list[Evidence]) -> list[object]:
    return [(e.role, e.aspect, e.measured, e.codes, e.geometry.area if e.geometry is not None else 0) for e in items]


def outcome(settings: Settings) -> str:
    """All that settings decide, in one string."""
    where = Ground(gazetteer=world.FakeGazetteer(), control=(world.SERIES,), settings=settings,
                   articles={"a1": world.ARTICLE})  # type: ignore[arg-type]  # fmt: skip
    said: list[object] = []
    for text in WORDS:
        value = read_value(text)
        assert value is not None
        said.append(claimed_range(value, settings))
    for claim in claims():
        meant = world.meant(claim, where)
        evidence = gather_evidence(meant, where)
        verdict = judge(meant, evidence, settings)
        said += [claim.kind, shown(evidence), verdict.label, verdict.codes, [a.label for a in verdict.aspects]]
    twice = [world.meant(c, where) for c in told_twice()]
    articles = [Article(id="a1", text="", published_on=date(2031, 5, 9))]
    said += [(c.kind, c.claims) for c in compare(twice, articles, settings)]
    said.append(sorted(districts_of(towns(), settings)))
    said += [shown(slivers(settings)), partly_inside(settings), *shown(by_reports(settings)), drawn_countries(settings)]
    return repr(said)


def slivers(settings: Settings) -> list[Evidence]:
    """A change of which one piece is small."""
    before = world.front(33.0)
    after = before.difference(world.front(33.0).intersection(shapely.box(33.4, 48.0, 33.5, 48.1)))
    after = after.difference(shapely.box(34.0, 48.5, 34.001, 48.501))
    snapshots = tuple(world.snapshot(date(2031, 5, i), shape) for i, shape in ((1, before), (5, after)))
    drawn = replace(world.SERIES, snapshots=snapshots)
    where = world.ground(drawn, settings=settings)
    return gather_evidence(world.meant(world.area_claim(80, date=world.on(5)), where), where)


def by_reports(settings: Settings) -> list[Evidence]:
    """The same change from a map of reports, which has an error of its own."""
    reports = replace(world.SERIES, from_reports=True)
    where = world.ground(reports, settings=settings)
    return gather_evidence(world.meant(world.area_claim(6_000, date=world.on(5)), where), where)


def drawn_countries(settings: Settings) -> list[list[str]]:
    """Whose ground maps draw that reach over a border: a tenth of it, or a third of the neighbour's country."""
    found = []
    for west, east in ((34.6, 35.4), (33.0, 36.0)):
        held = shapely.union(
            world.ASTERIA.intersection(shapely.box(west, 46, 40, 52)),
            world.BOROVA.intersection(shapely.box(30, 46, east, 52)).buffer(-0.01),
        )
        drawn = replace(world.SERIES, snapshots=(world.snapshot(date(2031, 5, 1), held),))
        found.append(sorted(domain(drawn, world.ground(drawn, settings=settings))))
    return found


def partly_inside(settings: Settings) -> object:
    """A region of which seven tenths lie in another."""
    claim = world.far(0, world.mention("eastmark"), world.mention("asteria"), kind=ClaimKind.CONTAINMENT)
    share = Evidence(what="share", measured=(0.7, 0.7), unit="share", aspect=AspectName.CONTAINMENT)
    return judge(claim, [share], settings).label


def towns() -> Any:
    import geopandas as gpd

    points = [shapely.Point(30.0, 50.0), shapely.Point(30.15, 50.0)]
    ids = ["geonames:700000", "geonames:13000000"]
    columns = {"id": ids, "name": ["Old", "New"], "population": [900_000, 9_000]}
    return gpd.GeoDataFrame(columns, geometry=points, crs=4326)


@pytest.fixture(scope="module")
def usual() -> str:
    return outcome(Settings())


def test_each_setting_has_another_value_here() -> None:
    assert set(CHANGED) == {f.name for f in fields(Settings)}


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_a_setting_changed_alone_changes_something(name: str, usual: str) -> None:
    assert outcome(replace(Settings(), **{name: CHANGED[name]})) != usual


def test_the_same_settings_give_the_same(usual: str) -> None:
    assert outcome(Settings()) == usual
