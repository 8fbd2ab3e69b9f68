"""What keeps a true claim from being called wrong: other places of a name, ground that no map draws, roundness."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import shapely
import test_evidence as world

from geomap.evidence import Ground
from geomap.evidence.ground import OutlineSize, domain, speaks_of
from geomap.models import Article, ClaimKind, Code, Compass, Label, Mention, Polarity, Predicate, Qualifier
from geomap.pipeline import Options, assess
from geomap.verdicts import judge


@pytest.fixture(scope="module")
def gazetteer() -> Any:
    from geomap.measure import open_gazetteer

    return open_gazetteer()


def labels(text: str, gazetteer: Any, kind: ClaimKind) -> set[Label]:
    made = assess([Article(id="s", text=text)], gazetteer, Options())
    return {c.verdict.label for c in made.claims if c.verdict is not None and c.kind is kind}


def reasons(text: str, gazetteer: Any) -> str:
    made = assess([Article(id="s", text=text)], gazetteer, Options())
    return " ".join(str(c.verdict.reason) for c in made.claims if c.verdict is not None)


# ── places ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bare_settlement_many_times_as_far_is_taken_for_another(gazetteer: Any) -> None:
    village = Mention(text="Hamlet", place=world.place("hamlet", 33.9, 49.0, population=800))
    near = world.verdict(world.far(15, village, world.mention("westford")), world.ground())
    assert (near.label, Code.PLACE in near.codes) == (Label.MAPS_CANNOT_SETTLE, True)
    twin = replace(world.place("hamlet", 30.6, 48.3), id="t:twin", admin1="Westmark")
    torn = replace(village, place=replace(village.place, alternatives=(twin,)))  # type: ignore[type-var]
    told = world.verdict(world.far(15, torn, world.mention("westford")), world.ground())
    assert "nor does it fit with another place of that name: Hamlet (Westmark" in told.reason
    # two or three times too far is a wrong figure, and a capital is no village's namesake
    assert world.verdict(world.far(60, village, world.mention("westford")), world.ground()).label is Label.DOES_NOT_FIT
    capitals = world.verdict(world.far(15, world.mention("boromir"), world.mention("capita")), world.ground())
    assert capitals.label is Label.DOES_NOT_FIT


def test_a_village_put_in_another_country_is_not_called_wrong() -> None:
    village = Mention(text="Aland", place=world.PLACES["t:aland"])
    said = world.verdict(world.far(0, village, world.mention("asteria"), kind=ClaimKind.CONTAINMENT), world.ground())
    assert (said.label, Code.PLACE in said.codes) == (Label.MAPS_CANNOT_SETTLE, True)
    city = world.far(0, world.mention("boromir"), world.mention("asteria"), kind=ClaimKind.CONTAINMENT)
    assert world.verdict(city, world.ground()).label is Label.DOES_NOT_FIT


def test_a_bare_city_stays_the_city_beside_its_region(gazetteer: Any) -> None:
    for text in (
        "Lgov is 64 km west of Kursk. Officials of the Kursk region confirmed the fire.",
        "Berdychiv lies 40 km south of Zhytomyr. The Zhytomyr region lost power.",
    ):
        assert Label.DOES_NOT_FIT not in labels(text, gazetteer, ClaimKind.DISTANCE), reasons(text, gazetteer)


def test_a_namesake_that_fits_is_the_reading(gazetteer: Any) -> None:
    text = "Lyman lies 155 km south-east of Kharkiv."
    assert labels(text, gazetteer, ClaimKind.DISTANCE) <= {Label.FITS, Label.ROUGHLY_FITS, Label.MAPS_CANNOT_SETTLE}
    assert labels("Lyman lies 300 km south-east of Kharkiv.", gazetteer, ClaimKind.DISTANCE) == {Label.DOES_NOT_FIT}


def test_a_town_on_the_other_side_of_its_state_does_not_fit(gazetteer: Any) -> None:
    assert labels("El Paso is in eastern Texas.", gazetteer, ClaimKind.CONTAINMENT) == {Label.DOES_NOT_FIT}
    assert labels("El Paso is in western Texas.", gazetteer, ClaimKind.CONTAINMENT) == {Label.FITS}


# ── what a map covers ────────────────────────────────────────────────────────────────────────────────────────


def with_sliver() -> Any:
    """Maps whose outline runs some hundred metres over the border of the drawn side's own country."""
    sliver = shapely.Polygon([(34.9, 49.6), (34.92, 49.6), (34.93, 49.63), (34.9, 49.62)])
    maps = [
        world.snapshot(world.FIRST + timedelta(days=i), shapely.union(world.front(lon), sliver))
        for i, lon in enumerate(world.LINES)
    ]
    return replace(world.SERIES, snapshots=tuple(maps))


def test_slivers_over_a_border_draw_no_country() -> None:
    series = with_sliver()
    ground = world.ground(series)
    assert domain(series, ground) == {"AX"}
    assert not speaks_of(series, world.PLACES["t:boromir"], ground)
    claim = world.control("boromir", Predicate.CAPTURED, date=world.on(5))
    said = world.verdict(claim, ground)
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert "does not draw that ground" in said.reason
    ground_there = world.area_claim(1_300, region=world.mention("borova"), date=world.on(7))
    assert world.verdict(ground_there, ground).label is Label.MAPS_CANNOT_SETTLE


def test_the_drawn_side_s_own_country_counts_where_others_hold_ground_in_it() -> None:
    pocket = shapely.Polygon([(35.4, 48.2), (36.4, 48.1), (36.5, 49.3), (35.5, 49.2)])
    one = world.snapshot(world.FIRST, world.front(32.5), pocket)
    series = replace(world.SERIES, snapshots=(one, replace(one, as_of=one.as_of + timedelta(days=1))))
    assert domain(series, world.ground(series)) == {"AX", "BX"}


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "measured", "want"),
    [
        (1, (0.55, 0.6), Label.DOES_NOT_FIT),
        (10, (5.5, 5.9), Label.DOES_NOT_FIT),
        (1_000, (620, 640), Label.DOES_NOT_FIT),
        (1_000, (930, 940), Label.FITS),
        (1_160, (1_130, 1_140), Label.FITS),
    ],
)
def test_a_bare_round_number_is_not_half_of_itself(said: float, measured: Any, want: Label) -> None:
    claim = replace(world.area_claim(said, Qualifier.EXACT))
    from test_verdicts import item

    assert judge(claim, [item(measured, "km2")], world.Settings()).label is want


@pytest.mark.parametrize(
    ("qualifier", "said", "want"),
    [
        (Qualifier.EXACT, 60, Label.DOES_NOT_FIT),  # not 60 km, and it is 60
        (Qualifier.EXACT, 90, Label.FITS),
        (Qualifier.EXACT, 66, Label.MAPS_CANNOT_SETTLE),
        (Qualifier.ABOUT, 60, Label.MAPS_CANNOT_SETTLE),  # "not only 60 km"
        (Qualifier.MORE_THAN, 70, Label.FITS),  # not more than 70
        (Qualifier.MORE_THAN, 40, Label.DOES_NOT_FIT),
        (Qualifier.LESS_THAN, 50, Label.FITS),  # not less than 50
        (Qualifier.LESS_THAN, 90, Label.DOES_NOT_FIT),
    ],
)
def test_denied_figures(qualifier: Qualifier, said: float, want: Label) -> None:
    from test_verdicts import distance, item

    claim = replace(distance(said, qualifier), polarity=Polarity.NEGATED)
    assert judge(claim, [item((58, 62))], world.Settings()).label is want


def test_what_was_not_taken_fell_short() -> None:
    from test_verdicts import area, item

    denied = replace(area(500, Qualifier.EXACT), polarity=Polarity.NEGATED)
    assert judge(denied, [item((100, 120), "km2")], world.Settings()).label is Label.FITS
    assert judge(denied, [item((800, 900), "km2")], world.Settings()).label is Label.DOES_NOT_FIT


def test_up_to_needs_an_advance() -> None:
    from test_verdicts import distance, item

    claim = replace(distance(5, Qualifier.UP_TO), kind=ClaimKind.ADVANCE)
    assert judge(claim, [item((0, 0))], world.Settings()).label is Label.DOES_NOT_FIT
    assert judge(claim, [item((2, 2.5))], world.Settings()).label is Label.FITS
    assert judge(distance(5, Qualifier.UP_TO), [item((0, 0))], world.Settings()).label is Label.FITS


def test_a_wide_error_settles_what_lies_clearly_beyond_it() -> None:
    from test_verdicts import distance, item

    assert judge(distance(10), [item((0.2, 3.2))], world.Settings()).label is Label.DOES_NOT_FIT
    assert judge(distance(4), [item((0.2, 3.2))], world.Settings()).label is Label.MAPS_CANNOT_SETTLE


# ── own areas ────────────────────────────────────────────────────────────────────────────────────────────────


def own_area(km2: float, ground: Ground) -> Any:
    claim = world.area_claim(km2, Qualifier.EXACT, predicate=None, actor=None, subject=(world.mention("asteria"),))
    return world.verdict(claim, ground)


def test_an_own_area_runs_from_outline_to_official_figure() -> None:
    outline = float(world.area(world.ASTERIA, edges="planar").sum()) / 1e6
    sized = OutlineSize(outline * 1.3, outline, outline * 1.3, "a yearbook")
    known = replace(world.ground(), size_of=lambda place: sized)
    assert own_area(round(outline * 1.2), known).label is Label.FITS
    assert own_area(round(outline * 1.6), known).label is Label.DOES_NOT_FIT
    # without an official figure what it may count is left open
    unknown = own_area(round(outline * 1.3), world.ground())
    assert unknown.label is Label.MAPS_CANNOT_SETTLE
    assert "its official area" in unknown.reason
    assert own_area(round(outline * 2), world.ground()).label is Label.DOES_NOT_FIT


def test_small_states_by_their_official_figures(gazetteer: Any) -> None:
    for text in (
        "Singapore covers 735 square kilometres.",
        "Slovenia covers 20,271 square kilometres.",
        "Massachusetts covers 27,336 square kilometres.",
    ):
        assert labels(text, gazetteer, ClaimKind.AREA) == {Label.FITS}, reasons(text, gazetteer)
    assert labels("Monaco covers 18 square kilometres.", gazetteer, ClaimKind.AREA).isdisjoint({Label.FITS})


def test_winds_of_namesakes() -> None:
    """A side of a country is not told of a name that several of its villages bear."""
    twin = replace(world.place("farholm", 30.9, 49.0), id="t:twin")
    torn = Mention(text="Farholm", place=replace(world.PLACES["t:farholm"], alternatives=(twin,)))
    claim = world.far(0, torn, world.mention("asteria"), kind=ClaimKind.CONTAINMENT, direction=Compass.W)
    assert world.verdict(claim, world.ground()).label is not Label.DOES_NOT_FIT


def test_a_region_s_namesake_stops_a_wrong_area() -> None:
    outline = float(world.area(world.EAST, edges="planar").sum()) / 1e6
    twin = replace(world.PLACES["t:eastmark"], id="t:eastmark-too")
    torn = Mention(text="Asteria", place=replace(world.PLACES["t:asteria"], alternatives=(twin,)))
    sizes = {"t:asteria": OutlineSize(80_000, 80_000, 80_000, "a yearbook"),
             "t:eastmark-too": OutlineSize(outline, outline, outline)}  # fmt: skip
    ground = replace(world.ground(), size_of=lambda place: sizes.get(place.id))
    claim = world.area_claim(round(outline), Qualifier.EXACT, predicate=None, actor=None, subject=(torn,))
    said = world.verdict(claim, ground)
    assert (said.label, Code.PLACE in said.codes) == (Label.MAPS_CANNOT_SETTLE, True)


def test_the_wind_of_a_name_is_no_side(gazetteer: Any) -> None:
    for text in ("Kroonstad lies in South Africa.", "Delft is in South Holland."):
        assert labels(text, gazetteer, ClaimKind.CONTAINMENT) == {Label.FITS}, reasons(text, gazetteer)


def test_a_city_beyond_a_border_does_not_lie_within_it(gazetteer: Any) -> None:
    assert Label.FITS not in labels("Gaza is in Israel.", gazetteer, ClaimKind.CONTAINMENT)


def test_what_a_side_held_all_along_it_did_not_capture() -> None:
    denied = replace(world.control("westford", Predicate.CAPTURED, date=world.on(5)), polarity=Polarity.NEGATED)
    assert world.verdict(denied, world.ground(world.SERIES)).label is Label.MAPS_CANNOT_SETTLE
    taken = replace(world.control("midton", Predicate.CAPTURED, date=world.on(7)), polarity=Polarity.NEGATED)
    assert world.verdict(taken, world.ground(world.SERIES)).label is Label.DOES_NOT_FIT
