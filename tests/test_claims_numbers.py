"""The number grammar: a number written in any style is read back; nothing breaks it or slows it down."""

from __future__ import annotations

import string
import sys
from datetime import date
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.claims import extract_claims, read_value
from geomap.models import Article, MentionKind, Place, Qualifier, Toponym
from geomap.units import UNITS

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = [".", ".", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SPELLINGS = {
    "km2": ["sq km", "km²", "km2", "square kilometres", "square-kilometer", "sq. km"],
    "ha": ["hectares", "ha", "hectare"],
    "acre": ["acres", "acre"],
    "sq_mi": ["square miles", "sq mi", "sq. mi.", "square-mile"],
    "km": ["km", "kilometres", "kilometers"],
    "mi": ["miles", "mile"],
}
HEDGES = {
    "": Qualifier.EXACT, "about ": Qualifier.ABOUT, "roughly ": Qualifier.ABOUT, "nearly ": Qualifier.NEARLY,
    "more than ": Qualifier.MORE_THAN, "at least ": Qualifier.AT_LEAST, "up to ": Qualifier.UP_TO,
    "less than ": Qualifier.LESS_THAN, "no more than ": Qualifier.AT_MOST, "just over ": Qualifier.MORE_THAN,
}  # fmt: skip


def spell(n: int) -> str:
    """A whole number under a billion in English words."""
    for size, name in ((1_000_000, "million"), (1000, "thousand")):
        if n >= size:
            rest = n % size
            joiner = " and " if 0 < rest < 100 else " "
            return f"{spell(n // size)} {name}" + (joiner + spell(rest) if rest else "")
    if n >= 100:
        return f"{ONES[n // 100]} hundred" + (f" and {spell(n % 100)}" if n % 100 else "")
    if n >= 20:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    return ONES[n]


def grouped(n: int, mark: str) -> str:
    return f"{n:,}".replace(",", mark)


whole = st.integers(min_value=1, max_value=999_999_999)
units = st.sampled_from([(code, word) for code, words in SPELLINGS.items() for word in words])
hedges = st.sampled_from(sorted(HEDGES))


def si_of(text: str) -> tuple[float, Qualifier]:
    value = read_value(text)
    assert value is not None, text
    assert value.si is not None
    return value.si, value.qualifier


@given(whole, units, hedges, st.sampled_from([",", "\u00a0", "\u2009", "\u202f", " ", "’", ""]))
def test_grouped_digits_are_read_back(n: int, unit: tuple[str, str], hedge: str, mark: str) -> None:
    si, qualifier = si_of(f"{hedge}{grouped(n, mark)} {unit[1]}")
    assert si == pytest.approx(n * UNITS[unit[0]].si)
    assert qualifier is HEDGES[hedge]


@given(whole, units, hedges)
def test_words_are_read_back(n: int, unit: tuple[str, str], hedge: str) -> None:
    si, qualifier = si_of(f"{hedge}{spell(n)} {unit[1]}")
    assert si == pytest.approx(n * UNITS[unit[0]].si)
    assert qualifier is HEDGES[hedge]


@given(st.integers(1, 9999), st.integers(0, 99), units, st.sampled_from([".", ","]))
def test_decimals_are_read_back(n: int, cents: int, unit: tuple[str, str], mark: str) -> None:
    si, _ = si_of(f"{n}{mark}{cents:02d} {unit[1]}")
    assert si == pytest.approx((n + cents / 100) * UNITS[unit[0]].si)


@given(st.integers(1, 999), st.sampled_from([("million", 1e6), ("thousand", 1e3), ("m", 1e6), ("k", 1e3)]))
def test_scales_are_read_back(n: int, scale: tuple[str, float]) -> None:
    joined = "" if len(scale[0]) < 3 else " "
    si, _ = si_of(f"{n / 10}{joined}{scale[0]} acres")
    assert si == pytest.approx(n / 10 * scale[1] * UNITS["acre"].si)


@given(st.integers(1, 499), st.integers(500, 999), units, st.sampled_from(["-", "–", " to ", " or ", "and"]))
def test_ranges_are_read_back(low: int, high: int, unit: tuple[str, str], link: str) -> None:
    text = f"between {low} and {high} {unit[1]}" if link == "and" else f"{low}{link}{high} {unit[1]}"
    value = read_value(text)
    assert value is not None
    factor = UNITS[unit[0]].si
    assert (value.si, value.si_max) == (pytest.approx(low * factor), pytest.approx(high * factor))
    assert value.qualifier is Qualifier.BETWEEN


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("half a million acres", 500_000, "acre"), ("about half an acre", 0.5, "acre"),
        ("a mile and a half", 1.5, "mi"), ("1 1/2 miles", 1.5, "mi"), ("2½ km", 2.5, "km"),
        ("three-quarters of a mile", 0.75, "mi"),
        ("two and a half million hectares", 2_500_000, "ha"), ("6.5 lakh hectares", 650_000, "ha"),
        ("three miles square", 9, "sq_mi"), ("20 km by 5 km", 100, "km2"), ("11.568 km² (4,466 sq mi)", 11_568, "km2"),
        ("391,5 ha", 391.5, "ha"), ("1.234.567 ha", 1_234_567, "ha"), ("100+ acres", 100, "acre"),
        ("a hundred and twenty square miles", 120, "sq_mi"),
        ("fifteen hundred acres", 1500, "acre"),
    ],
)  # fmt: skip
def test_as_people_write(text: str, number: float, unit: str) -> None:
    value = read_value(text)
    assert value is not None
    assert (value.number, value.unit) == (pytest.approx(number), unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 people",
        "the year 2014",
        "$2.6 million",
        "60 miles per hour",
        "99999999999999999999 km",
        "squad",
        "1/2/2022",
    ],
)
def test_no_quantity(text: str) -> None:
    assert read_value(text) is None


def test_conversion_is_checked() -> None:
    right, wrong = read_value("1,200 sq mi (3,100 sq km)"), read_value("1,200 sq mi (1,900 sq km)")
    assert right is not None
    assert wrong is not None
    assert right.conversion is not None
    assert right.conversion.agrees
    assert wrong.conversion is not None
    assert not wrong.conversion.agrees


def test_step_is_half_the_last_significant_digit() -> None:
    value = read_value("1,160 km")
    assert value is not None
    assert value.digits_step == pytest.approx(5_000)  # the 6 stands for tens of km
    value = read_value("3.74 million sq km")
    assert value is not None
    assert value.digits_step == pytest.approx(0.005e6 * 1e6)


# ── hostile text ─────────────────────────────────────────────────────────────────────────────────────────────

PIECES = [
    "5 km ", "1,160 square miles ", "(", ")", "[", "“", "”", '"', "captured ", "Izium ", "said ", "not ", "of the ",
    "north of ", "from ", "to ", "half ", "a ", "million ", ", ", ". ", "-", "–", "\n", "\u00a0", "and ", "twice ",
    "the size of ", "20% of ", "which ", "Monday ", "²", "½", "1/2 ", "'s ", "the border ", "retreat from ", "км ",
    "п’ять ", "на північ від ", "\u200b", "\x00", "🙂", "e\u0301", "٣ km ", "fell ", "near ", "in ", "was ", "by ",
]  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.booleans())
def test_no_mixture_breaks_extraction(pieces: list[str], dated: bool) -> None:
    text = "".join(pieces)
    toponyms = [
        Toponym(
            article="x", start=m, end=m + 5, text="Izium", kind=MentionKind.LITERAL,
            place=Place(id="geonames:1", name="Izyum", lat=49.2, lon=37.3, feature="P.PPL", country="UA"),
        )
        for m in range(len(text)) if text.startswith("Izium", m)
    ]  # fmt: skip
    article = Article(id="x", text=text, published_on=date(2022, 9, 12) if dated else None)
    claims = extract_claims(article, toponyms)
    assert claims == extract_claims(article, toponyms)
    assert len({c.id for c in claims}) == len(claims)
    for claim in claims:
        assert text[claim.start : claim.end] == claim.quote
        if claim.value is not None:
            assert text[claim.value.start : claim.value.end] == claim.value.text
        for mention in (*claim.subject, *(m for m in (claim.reference, claim.region) if m is not None)):
            assert mention.start is not None
            assert text[mention.start : mention.end] == mention.text
        if not dated and claim.date is not None and claim.date.start is not None:
            raise AssertionError(f"a day was guessed: {claim.date}")


@settings(max_examples=100)
@given(st.text(alphabet=string.printable + "²½–“”’\u00a0км", max_size=200))
def test_no_text_breaks_extraction(text: str) -> None:
    for claim in extract_claims(Article(id="x", text=text), []):
        assert text[claim.start : claim.end] == claim.quote


def calls(text: str) -> int:
    """How many function calls extraction makes: work without a clock."""
    count = 0

    def seen(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    article = Article(id="x", text=text)
    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        extract_claims(article, [])
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "unit",
    ["1", ",", "1,", "123 ", "(", "([“", "5 km ", "5 acres, ", "5 km (3 ", "5-", "captured ", "of the border of ",
     "half ", "“a ", "A. ", "said ", "twice the size of ", "5% of the ", "between 5 and ", "Izium, ", "not ",
     "\n", "12\u00a0",
     "п'ять кілометрів на "],
)  # fmt: skip
def test_work_grows_with_length_alone(unit: str) -> None:
    short, long = ((unit * (n // len(unit) + 1))[:n] for n in (3_000, 12_000))
    calls(short)  # loads the language
    assert calls(long) < 5.5 * calls(short) + 2_000
