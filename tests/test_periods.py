"""Periods of claims against maps that begin after them, or end before them: shorter maps only ever weaken a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import test_evidence as world
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geomap.models import Article, Claim, ClaimKind, Code, ControlSeries, Label, Mention, Predicate, Qualifier, When

FIRST = date(2031, 5, 1)
DAYS = 12
LATE = Article(id="a1", text="", source="Capita Courier", published_on=FIRST + timedelta(days=DAYS - 2))
SINCE_THE_SECOND = When(text="since 2 May", start=date(2031, 5, 2), end=None)
FOURTH_TO_EIGHTH = When(text="from 4 to 8 May", start=date(2031, 5, 4), end=date(2031, 5, 8))
WEAKER = {
    Label.FITS: {Label.FITS, Label.MAPS_CANNOT_SETTLE},
    Label.ROUGHLY_FITS: {Label.ROUGHLY_FITS, Label.FITS, Label.MAPS_CANNOT_SETTLE},
    Label.DOES_NOT_FIT: {Label.DOES_NOT_FIT, Label.MAPS_CANNOT_SETTLE},
    Label.MAPS_CANNOT_SETTLE: {Label.MAPS_CANNOT_SETTLE},
}
"""What a verdict may become where maps are taken away: never the opposite, and settled only where it was before."""


def drawn(lines: list[float], first: int = 0, last: int | None = None) -> ControlSeries:
    """Daily maps from 1 May on, of which only some are at hand."""
    maps = [world.snapshot(FIRST + timedelta(days=i), world.front(lon)) for i, lon in enumerate(lines)]
    return replace(world.SERIES, snapshots=tuple(maps[first:last]))


def judged(claim: Claim, series: ControlSeries, **more: Any) -> Any:
    return world.verdict(claim, world.ground(series, article=LATE, **more))


def gain(km2: float, when: When | None, qualifier: Qualifier = Qualifier.ABOUT) -> Claim:
    return world.area_claim(km2, qualifier, date=when)


STEADY = [32.5 + 0.1 * i for i in range(DAYS)]


def lost_km2(lines: list[float], before: int, after: int) -> float:
    gone = world.shapely.difference(world.front(lines[before]), world.front(lines[after]))
    return float(world.area(gone, edges="planar").sum()) / 1e6


# ── since ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_gain_since_a_day_counts_from_that_day() -> None:
    since_the_sixth = When(text="since 6 May", start=date(2031, 5, 6), end=None)
    told = lost_km2(STEADY, 4, DAYS - 2)
    assert judged(gain(round(told), since_the_sixth), drawn(STEADY)).label is Label.FITS
    whole = lost_km2(STEADY, 0, DAYS - 2)
    assert judged(gain(round(whole), since_the_sixth), drawn(STEADY)).label is Label.DOES_NOT_FIT


def test_maps_that_begin_after_the_period_say_so_and_leave_it_open() -> None:
    said = judged(gain(round(lost_km2(STEADY, 0, DAYS - 2)), SINCE_THE_SECOND), drawn(STEADY, first=5))
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert "maps begin on 6 May 2031, the claim counts from 2 May 2031" in str(said.reason)
    assert Code.DATE in said.codes
    assert said.aspects[0].measured[1] is None


def test_the_part_that_maps_cover_decides_what_it_exceeds_or_reaches() -> None:
    part = lost_km2(STEADY, 5, DAYS - 2)
    late = drawn(STEADY, first=5)
    too_little = judged(gain(round(part / 2), SINCE_THE_SECOND), late)
    assert too_little.label is Label.DOES_NOT_FIT
    assert "for the part that maps cover is more already" in str(too_little.reason)
    floor = judged(gain(round(part * 0.7), SINCE_THE_SECOND, Qualifier.MORE_THAN), late)
    assert floor.label is Label.FITS
    assert judged(gain(round(part * 1.2), SINCE_THE_SECOND, Qualifier.MORE_THAN), late).label is (
        Label.MAPS_CANNOT_SETTLE
    )


def test_maps_that_end_before_the_period_say_so() -> None:
    told = lost_km2(STEADY, 0, DAYS - 2)
    said = judged(gain(round(told), SINCE_THE_SECOND), drawn(STEADY, last=5))
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert "maps end on 5 May 2031, the claim runs to 11 May 2031" in str(said.reason)
    both = judged(gain(round(told), SINCE_THE_SECOND), drawn(STEADY, first=3, last=5))
    assert "maps run from 4 May 2031 to 5 May 2031, the claim from 2 May 2031 to 11 May 2031" in str(both.reason)


def test_a_day_to_count_from_before_the_first_map_is_told() -> None:
    told = lost_km2(STEADY, 5, DAYS - 2)
    said = judged(gain(round(told * 1.3), None), drawn(STEADY, first=5), since=date(2031, 4, 1))
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert "the day asked to count from is 1 April 2031" in str(said.reason).replace("Apr ", "April ")


def test_a_rate_over_days_without_maps_is_left_open() -> None:
    value = replace(world.area_claim(100).value, unit="km2/day", si=100e6, si_unit="m2/day")  # type: ignore[type-var]
    claim = replace(world.area_claim(100, date=SINCE_THE_SECOND), kind=ClaimKind.RATE, value=value)
    said = judged(claim, drawn(STEADY, first=5))
    assert said.label is Label.MAPS_CANNOT_SETTLE
    assert "maps begin on 6 May 2031" in str(said.reason)


# ── one day ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_happened_on_a_day_may_be_that_day_alone() -> None:
    alone = lost_km2(STEADY, 5, 6)
    said = judged(gain(round(alone), world.on(7)), drawn(STEADY))
    assert said.label is Label.ROUGHLY_FITS
    assert "on 7 May 2031 alone" in str(said.reason)
    assert Code.DATE in said.codes


def test_a_town_taken_on_the_last_map_s_day_is_left_to_the_next_map() -> None:
    claim = world.control("midton", Predicate.RECAPTURED, date=world.on(3))
    # by the map of the next day it is free
    assert judged(claim, world.SERIES).label is Label.ROUGHLY_FITS
    lacking = judged(claim, replace(world.SERIES, snapshots=world.SERIES.snapshots[:3]))
    assert lacking.label is Label.MAPS_CANNOT_SETTLE
    assert "the next day's map, by which it may fit, is not at hand" in str(lacking.reason)


# ── shorter maps ─────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def fronts(draw: st.DrawFn) -> list[float]:
    """A front that moves one way, some days not at all."""
    steps = draw(st.lists(st.sampled_from([0.0, 0.02, 0.05, 0.1, 0.2]), min_size=DAYS - 1, max_size=DAYS - 1))
    lines = [32.5]
    for step in steps:
        lines.append(lines[-1] + step)
    return lines


@settings(deadline=None, max_examples=40)
@given(
    lines=fronts(),
    start=st.integers(0, 9),
    end=st.integers(0, 8),
    share=st.sampled_from([0.3, 0.7, 0.95, 1.0, 1.1, 1.25, 1.6, 3.0]),
    when=st.sampled_from([SINCE_THE_SECOND, FOURTH_TO_EIGHTH]),
    qualifier=st.sampled_from([Qualifier.EXACT, Qualifier.ABOUT, Qualifier.MORE_THAN, Qualifier.AT_MOST]),
)
def test_shorter_maps_only_weaken_a_verdict(
    lines: list[float], start: int, end: int, share: float, when: When, qualifier: Qualifier
) -> None:
    to = DAYS - 2 if when is SINCE_THE_SECOND else 7
    since = 0 if when is SINCE_THE_SECOND else 2
    told = max(10.0, lost_km2(lines, since, to) * share)
    claim = gain(round(told, 1), when, qualifier)
    verdict = judged(claim, drawn(lines))
    whole = verdict.label
    # what only the day after bears out, by a jump of several times all before, is not looked for without its map
    assume(whole is not Label.ROUGHLY_FITS or Code.DATE not in verdict.codes)
    # at least one map stays; the maps of the fastest days are not all that is taken away
    last = max(start + 1, DAYS - end)
    shorter = judged(claim, drawn(lines, first=start, last=last)).label
    assert shorter in WEAKER[whole], f"{whole} became {shorter}"


@pytest.mark.parametrize("subject", ["midton", "farholm", "westford"])
def test_control_weakens_too(subject: str) -> None:
    for predicate in (Predicate.RECAPTURED, Predicate.CONTROLS):
        for day in range(1, 9):
            claim = replace(world.control(subject, predicate, date=world.on(day)), subject=(Mention(
                text=subject, place=world.PLACES[f"t:{subject}"]),))  # fmt: skip
            whole = judged(claim, world.SERIES).label
            for last in range(1, 8):
                shorter = judged(claim, replace(world.SERIES, snapshots=world.SERIES.snapshots[:last])).label
                assert shorter in WEAKER[whole], (subject, predicate, day, last)


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reports_leave_no_gaps() -> None:
    """What nobody reports has not changed: the last report before a period is where it begins."""
    maps = drawn(STEADY)
    few = replace(maps, snapshots=(maps.snapshots[0], *maps.snapshots[8:]), from_reports=True)
    told = lost_km2(STEADY, 0, DAYS - 2)
    said = judged(gain(round(told), When(text="since 7 May", start=date(2031, 5, 7), end=None)), few)
    assert said.label is Label.FITS
    assert "maps begin" not in str(said.reason)


def test_a_gap_before_a_period_is_a_range() -> None:
    """Between two maps far apart ground may have changed before the period or in it: both ends are granted."""
    maps = drawn(STEADY)
    gappy = replace(maps, snapshots=(maps.snapshots[0], *maps.snapshots[8:]))
    since_the_seventh = When(text="since 7 May", start=date(2031, 5, 7), end=None)
    for told in (lost_km2(STEADY, 0, DAYS - 2), lost_km2(STEADY, 5, DAYS - 2), lost_km2(STEADY, 8, DAYS - 2)):
        assert judged(gain(round(told), since_the_seventh), gappy).label is Label.FITS
    assert judged(gain(round(2 * told * 5), since_the_seventh), gappy).label is Label.DOES_NOT_FIT


def test_a_size_is_not_measured_in_what_it_is_compared_with() -> None:
    from geomap.evidence.areas import region_of

    compared = world.area_claim(100, reference=world.mention("eastmark"))
    assert compared.value is not None
    size = replace(compared, value=replace(compared.value, unit="x_area_of"))
    assert region_of(size, world.ground()) is None
    assert region_of(compared, world.ground()) == world.PLACES["t:eastmark"]
