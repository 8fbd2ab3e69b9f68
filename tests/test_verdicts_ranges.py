"""What words allow: ranges by qualifier, vague words, digits, sums and shares."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomap.claims import read_value
from geomap.models import Qualifier, Value
from geomap.settings import Settings
from geomap.verdicts.ranges import claimed_range, factor, gap, inside, last_digit, overlap

SETTINGS = Settings()


def value(number: float, qualifier: Qualifier = Qualifier.EXACT, unit: str = "km", text: str | None = None) -> Value:
    si = {"km": 1e3, "mi": 1609.344, "km2": 1e6, "sq_mi": 2589988.110336}[unit]
    said = text if text is not None else f"{number:g} {unit}"
    return Value(
        text=said, start=0, end=len(said), number=number, unit=unit, si=number * si,
        si_unit="m" if unit in ("km", "mi") else "m2", qualifier=qualifier,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "qualifier", "low", "high"),
    [
        (40, Qualifier.EXACT, 36, 44),  # half of ten is more than a tenth
        (120, Qualifier.EXACT, 115, 125),
        (1000, Qualifier.EXACT, 900, 1100),
        (1, Qualifier.EXACT, 0.9, 1.1),
        (47, Qualifier.EXACT, 46.06, 47.94),  # half a unit is 0.5, two per cent is more
        (100, Qualifier.ABOUT, 90, 110),
        (100, Qualifier.NEARLY, 90, 100),
        (100, Qualifier.MORE_THAN, 100, None),
        (100, Qualifier.AT_LEAST, 100, None),
        (100, Qualifier.UP_TO, 0, 100),
        (100, Qualifier.LESS_THAN, 0, 100),
        (100, Qualifier.SIZE_OF, 90, 110),
    ],
)
def test_words_allow(number: float, qualifier: Qualifier, low: float, high: float | None) -> None:
    claimed = claimed_range(value(number, qualifier), SETTINGS)
    assert claimed is not None
    assert claimed.low == pytest.approx(low)
    assert claimed.high == (None if high is None else pytest.approx(high))
    assert claimed.numbers == (pytest.approx(number),)


def test_more_than_has_a_natural_end_and_at_least_has_none() -> None:
    more = claimed_range(value(200, Qualifier.MORE_THAN), SETTINGS)
    least = claimed_range(value(200, Qualifier.AT_LEAST), SETTINGS)
    assert more is not None
    assert least is not None
    assert more.understated_above == pytest.approx(250)
    assert least.understated_above is None


@pytest.mark.parametrize(
    ("number", "step"), [(390, 10), (2.5, 0.1), (3000, 1000), (2, 1), (1_200_000, 100_000), (7.25, 0.01)]
)
def test_last_digit_of_a_number_whose_text_is_not_known(number: float, step: float) -> None:
    assert last_digit(number) == pytest.approx(step)


def test_given_step_counts_before_the_written_digits() -> None:
    claimed = claimed_range(replace(value(40), digits_step=500.0), SETTINGS)
    assert claimed is not None
    assert claimed.range == (pytest.approx(39.2), pytest.approx(40.8))  # two per cent are the floor


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("dozens of kilometres", (24, 99)),
        ("several dozen kilometres", (36, 99)),
        ("a few dozen kilometres", (36, 60)),
        ("a few kilometres", (3, 5)),
        ("several kilometres", (3, 9)),
        ("hundreds of kilometres", (200, 999)),
        ("several hundred kilometres", (300, 900)),
        ("a few thousand kilometres", (3000, 5000)),
        ("десятки кілометрів", (24, 99)),
    ],
)
def test_vague_words(text: str, span: tuple[float, float]) -> None:
    vague = read_value(text)
    assert vague is not None
    claimed = claimed_range(vague, SETTINGS)
    assert claimed is not None
    assert claimed.range == (pytest.approx(span[0]), pytest.approx(span[1]))
    assert claimed.numbers == ()


@pytest.mark.parametrize(
    ("text", "name", "given", "span"),
    [
        ("dozens of kilometres", "dozens", (20, 120), (20, 120)),
        ("several dozens of kilometres", "several_dozens", (30, 90), (30, 90)),
        ("a few kilometres", "few", (2, 4), (2, 4)),
        ("a few hundred kilometres", "few", (2, 4), (200, 400)),
        ("several kilometres", "several", (4, 8), (4, 8)),
        ("several thousand kilometres a week", "several", (7, 14), (1000, 2000)),
        ("hundreds of kilometres", "hundreds", (150, 900), (150, 900)),
    ],
)
def test_vague_words_are_what_the_settings_say(
    text: str, name: str, given: tuple[float, float], span: tuple[float, float]
) -> None:
    vague = read_value(text)
    assert vague is not None
    claimed = claimed_range(vague, replace(SETTINGS, **{name: given}))
    assert claimed is not None
    assert claimed.range == (pytest.approx(span[0]), pytest.approx(span[1]))


def test_sum_and_share() -> None:
    again = claimed_range(value(1500, Qualifier.SAME_AS, "sq_mi"), SETTINGS, add=3884.98)
    assert again is not None
    assert again.numbers[0] == pytest.approx(7769.96, rel=1e-4)
    share = Value(text="15%", start=0, end=3, number=15, unit="share_of_area")
    part = claimed_range(share, SETTINGS, whole=600_000)
    assert part is not None
    assert part.numbers == (pytest.approx(90_000),)
    few = claimed_range(replace(share, number=2), SETTINGS, whole=600_000)
    assert few is not None
    assert few.range == (pytest.approx(9_000), pytest.approx(15_000))  # what rounds to 2 per cent
    twice = Value(text="twice", start=0, end=5, number=2, unit="x_area_of", qualifier=Qualifier.TIMES)
    double = claimed_range(twice, SETTINGS, whole=2_500)
    assert double is not None
    assert double.range == (pytest.approx(4_500), pytest.approx(5_500))
    assert claimed_range(twice, SETTINGS) is None


def test_range_between_two_numbers_stands_as_written() -> None:
    claimed = claimed_range(
        replace(value(40, Qualifier.BETWEEN), number_max=50, si_max=50_000), SETTINGS
    )  # fmt: skip
    assert claimed is not None
    assert claimed.range == (40, 50)
    assert claimed.numbers == (40, 50)


numbers = st.floats(min_value=0.01, max_value=1e6, allow_nan=False)


@given(numbers, st.sampled_from([q for q in Qualifier if q is not Qualifier.VAGUE_PLURAL]))
def test_a_number_lies_in_its_own_range(number: float, qualifier: Qualifier) -> None:
    claimed = claimed_range(value(number, qualifier), SETTINGS)
    assert claimed is not None
    assert overlap(claimed.range, (number * (1 - 1e-9), number * (1 + 1e-9)))


@given(numbers, numbers, st.sampled_from([Qualifier.ABOUT, Qualifier.NEARLY, Qualifier.MORE_THAN, Qualifier.UP_TO]))
def test_ranges_grow_with_their_number(a: float, b: float, qualifier: Qualifier) -> None:
    small, large = (claimed_range(value(n, qualifier), SETTINGS) for n in sorted((a, b)))
    assert small is not None
    assert large is not None
    assert (small.low or 0) <= (large.low or 0)
    assert (small.high or math.inf) <= (large.high or math.inf)


ends = st.tuples(numbers, numbers).map(lambda t: (min(t), max(t)))


@given(ends, ends)
def test_overlap_is_symmetric_and_inside_implies_it(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert overlap(a, b) == overlap(b, a)
    assert not inside(a, b) or overlap(a, b)


@given(ends, numbers)
def test_gap_is_zero_exactly_inside(measured: tuple[float, float], number: float) -> None:
    within = measured[0] <= number <= measured[1]
    assert (gap((number,), measured) == 0.0) == within


def test_gap_is_a_share_of_the_nearer_end() -> None:
    assert gap((150,), (100, 120)) == pytest.approx(0.25)
    assert gap((80,), (100, 120)) == pytest.approx(0.2)
    assert gap((), (100, 120)) == math.inf


def test_factor() -> None:
    assert factor((2, 5)) == 2.5
    assert factor((3, 3)) == 1
    assert factor((0, 0)) == 1
    assert factor((0, 5)) == math.inf
    assert factor((None, 5)) == math.inf
