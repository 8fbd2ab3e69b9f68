"""Positions in prose: every way of writing them, to their rounding; nothing else becomes one."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

import geomap
from geomap.geodesy import distance_km
from geomap.measure import open_gazetteer
from geomap.models import Article, MentionKind
from geomap.pipeline import toponyms_of
from geomap.toponyms.coordinates import find_positions, with_coordinates


def dms(lat: float, lon: float) -> str:
    return f"{angle(lat, 0)}{'N' if lat >= 0 else 'S'} {angle(lon, 0)}{'E' if lon >= 0 else 'W'}"


def angle(value: float, digits: int) -> str:
    seconds = round(abs(value) * 3600, digits)
    whole = int(seconds)
    return (
        f"{whole // 3600}°{whole // 60 % 60:02}'{seconds - whole // 60 * 60:0{3 + digits if digits else 2}.{digits}f}\""
    )


def ddm(lat: float, lon: float) -> str:
    parts = []
    for value, wings in ((lat, "NS"), (lon, "EW")):
        minutes = round(abs(value) * 60, 3)
        parts.append(f"{int(minutes // 60)}° {minutes % 60:06.3f}′ {wings[0] if value >= 0 else wings[1]}")
    return ", ".join(parts)


def wings(lat: float, lon: float) -> str:
    return f"{abs(lat):.4f}°{'N' if lat >= 0 else 'S'}, {abs(lon):.4f}°{'E' if lon >= 0 else 'W'}"


def wings_first(lat: float, lon: float) -> str:
    return f"{'N' if lat >= 0 else 'S'}{abs(lat):.5f} {'E' if lon >= 0 else 'W'}{abs(lon):.5f}"


def bare(lat: float, lon: float) -> str:
    return f"{lat:.6f}, {lon:.6f}"


def told(lat: float, lon: float) -> str:
    return f"coordinates {lat:.4f}, {lon:.4f}"


def signed_degrees(lat: float, lon: float) -> str:
    return f"{lat:.5f}°, {lon:.5f}°"


def mgrs(lat: float, lon: float) -> str:
    text: str = pytest.importorskip("mgrs").MGRS().toMGRS(lat, lon, MGRSPrecision=5)
    head = text[:-12].zfill(2) if text[1].isdigit() else text[:-12]
    return f"{head[:3]} {text[-12:-10]} {text[-10:-5]} {text[-5:]}" if len(head) == 3 else f"{head} {text[-12:]}"


def mgrs_in_one(lat: float, lon: float) -> str:
    text: str = pytest.importorskip("mgrs").MGRS().toMGRS(lat, lon, MGRSPrecision=4)
    return text


def plus_code(lat: float, lon: float) -> str:
    found: str = pytest.importorskip("openlocationcode.openlocationcode").encode(lat, lon, 11)
    return found


WAYS: dict[str, Callable[[float, float], str]] = {
    f.__name__: f for f in (dms, ddm, wings, wings_first, bare, told, signed_degrees, mgrs, mgrs_in_one, plus_code)
}
CHANCE = random.Random(21)
SPOTS = [(CHANCE.uniform(-79, 83), CHANCE.uniform(-179, 179)) for _ in range(22)]
SPOTS += [(0.3, 0.3), (-0.3, -0.3), (61.0, 4.0), (78.5, 16.0)]  # across the lines, and where zones are bent


@pytest.mark.parametrize("way", WAYS)
def test_twenty_six_positions_each_way(way: str) -> None:
    for lat, lon in SPOTS:
        written = WAYS[way](lat, lon)
        text = f"The depot at {written} was hit on Monday, 14 km away."
        found = find_positions(text)
        assert len(found) == 1, written
        assert found[0].why_not is None, (written, found)
        if way != "told":
            assert text[found[0].start : found[0].end] == written
        apart = distance_km(lon, lat, found[0].lon, found[0].lat)
        assert apart <= found[0].error_km * 1.02 + 0.001, (written, apart, found[0])


@pytest.mark.parametrize(
    ("written", "lat", "lon"),
    [
        ("48°35'21\"N 38°00'03\"E", 48.589167, 38.000833),
        ("48° 35′ 21″ N, 38° 0′ 3″ E", 48.589167, 38.000833),
        ("N48°35'21\" E38°00'03\"", 48.589167, 38.000833),
        ("38°00'03\"E 48°35'21\"N", 48.589167, 38.000833),
        ("33.8568° S, 151.2153° E", -33.8568, 151.2153),
        ("48,5891° N; 38,0008° E", 48.5891, 38.0008),
        ("51°28'38''N 0°0'0''W", 51.477222, 0.0),
        ("(48.58912, 38.00081)", 48.58912, 38.00081),
        ("GPS: 48.589, 38.001", 48.589, 38.001),
        ("координати 48.589, 38.001", 48.589, 38.001),
        ("lat 48.5891 N, 38.0008 E", 48.5891, 38.0008),
        ("37U CQ 123 456", 49.135, 36.427),
        ("UTM 37U 412345 5382123", 48.585, 37.811),
        ("37U 412345mE 5382123mN", 48.585, 37.811),
        ("8GX4H2QX+2H", None, None),
    ],
)
def test_other_ways(written: str, lat: float | None, lon: float | None) -> None:
    (found,) = find_positions(f"Seen at {written}.")
    assert found.why_not is None
    if lat is not None and lon is not None:
        assert distance_km(lon, lat, found.lon, found.lat) < 1.0


@pytest.mark.parametrize(
    "written",
    [
        "98°35'21\"N 38°00'03\"E",
        "48°75'21\"N 38°00'03\"E",
        "48°35'71\"N 38°00'03\"E",
        "48°35'21\"N 238°00'03\"E",
        "48°35'21\"N 38°00'03\"S",
        "N48°35'21\"N E38°00'03\"",
        "-48°35'21\"N 38°00'03\"E",
        "48.5°35'21\"N 38°00'03\"E",
        "91.12345, 38.12345",
        "48.12345, 181.12345",
        "61U CQ 12345 67890",
        "37U ZQ 12345 67890",
        "UTM 37S 412345 5382123",
        "UTM 37U 012345 5382123",
        "XXXX2222+22",
    ],
)
def test_the_impossible_is_listed_and_never_rescued(written: str) -> None:
    article = Article(id="a", text=f"They met at {written} on Monday.")
    (found,) = with_coordinates(article, [])
    assert found.text == written
    assert found.place is None
    assert str(found.why_not).startswith("no such position on earth: ")


@pytest.mark.parametrize(
    "text",
    [
        "The score was 48.5, 38.0.",
        "Oil cost 48.58912 dollars, grain 38.00081.",
        "The rates stood at 1.1034, 1.1056 and 1.1078.",
        "The rate was 1.10341, 1.20562, 1.30783 over three days.",
        "The ratio was 1.83 (95% CI 1.10341, 2.20562).",
        "odds ratio 1.10341, 2.20562",
        "p = 0.01234, 0.04321",
        "He lives at 48 Main Street, 38.",
        "Between 12° and 15° in the hills; 12°, 15° by night.",
        "Temperatures of 12.5°, by night 3°.",
        "A turn of 45° 30' was made.",
        "It was 5' 11\" tall and 6' 2\" wide.",
        "The 12th and 37U fighters flew.",
        "Flight 37U CQ left.",
        "Rule 4.1.2, 5.3.1 applies.",
        "On 10.09.2022, 11.09.2022 and later.",
        "Version 48.58912, build 7",
        "48.58912% and 38.00081%",
        "Call 044 123 4567, 044 765 4321.",
        "Order 12345678+22 was sent.",
        "He scored 2222+22 points.",
        "A 1,234.567, 2,345.678 split.",
        "ISBN 978-3-16-148410-0",
        "IP 192.168.10.25, 10.0.0.138",
        "The votes: 48.589, 38.001",
        "37 S 412345 5382123",
        "Paid $48.58912, $38.00081.",
        "Chapter 48.589-38.001",
        "WHO+WHO GIFT+XX",
        "The 5N and 5E classes met.",
        "N 5 and E 7 roads meet.",
        "It rose 48.58912 and 38.00081 points.",
        "Between 1914 and 1918, 12345 fell.",
        "A temperature range 48.58912, 38.00081.",
        "٤٨٫٥٨٩١٢, ٣٨٫٠٠٠٨١",
    ],
)  # fmt: skip
def test_prices_scores_and_numbers_of_houses_are_none(text: str) -> None:
    assert find_positions(text) == []


def test_a_position_is_a_literal_mention_with_its_error() -> None:
    text = "The depot at 48°35'21\"N 38°00'03\"E, north of Bakhmut, burnt."
    found = toponyms_of(Article(id="a", text=text), open_gazetteer())
    assert [t.text for t in found] == ["48°35'21\"N 38°00'03\"E", "Bakhmut"]
    assert found[0].kind is MentionKind.LITERAL
    place = found[0].place
    assert place is not None
    assert place.source == "coordinates"
    assert not place.approximate  # where it lies is what is written
    assert place.radius_km == pytest.approx(0.0185, abs=0.002)


def test_given_spans_stay_alone() -> None:
    text = "The depot at 48.58912, 38.00081 burnt."
    assert with_coordinates(Article(id="a", text=text, spans=()), []) == []


def test_positions_are_subjects_and_references() -> None:
    report = geomap.report(
        [Article(id="a", text="Kramatorsk lies 36 km from 48°35.350′N 38°00.050′E, he said. "
                 "The post 37U CQ 12345 67890 lies 25 km from Kramatorsk.")]
    )  # fmt: skip
    near, far = (c for c in report.assessment.claims if c.kind == "distance")
    assert near.reference is not None
    assert near.reference.place is not None
    assert near.reference.place.source == "coordinates"
    assert near.verdict is not None
    (straight,) = (e for e in near.verdict.evidence if e.role == "measure")
    assert straight.measured[0] is not None
    assert straight.measured[1] is not None
    assert straight.measured[0] < 35.6 < straight.measured[1]
    assert far.subject[0].place is not None
    assert far.subject[0].place.source == "coordinates"
    assert near.quote.startswith("Kramatorsk lies 36 km")


def test_long_texts_take_linear_time() -> None:
    import time

    for part in ("48.58912, 38.", "12°", "1'2\"", "37U CQ ", "N5 ", "2222222", "0.12345,0.12345;"):
        began = time.perf_counter()
        find_positions(part * 20_000)
        assert time.perf_counter() - began < 8, part
