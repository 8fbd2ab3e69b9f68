"""Places that the gazetteer lacks: unresolved, or near what stands beside them, never a namesake abroad.

Sentences are this project's own.
"""

from __future__ import annotations

import pytest

from geomap.gazetteer import Gazetteer, read_gazetteer
from geomap.geodesy import distance_km
from geomap.models import Article, Match, Span, Toponym
from geomap.toponyms import find_toponyms, resolve_toponyms
from geomap.toponyms.find import read_text
from geomap.toponyms.resolve import frame_of, named


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return read_gazetteer()


def read(text: str, gazetteer: Gazetteer) -> dict[str, Toponym]:
    article = Article(id="a", text=text)
    return {t.text: t for t in resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)}


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Soldiers killed many people in Moura, 30 km from Djenne in Mopti region, Mali, on Sunday.", "Moura", "ML"),
        ("Gunmen attacked Karma, 15 km from Ouahigouya, in Burkina Faso on Friday. The army denied it.", "Karma", "BF"),
        ("Shells fell on Shaqra, 10 km from Bint Jbeil, in southern Lebanon. Two houses burned.", "Shaqra", "LB"),
        ("Rebels left Golo in Darfur, Sudan, on Monday. Families walked to Zalingei.", "Golo", "SD"),
    ],
)  # fmt: skip
def test_no_namesake_abroad(gazetteer: Gazetteer, text: str, name: str, country: str) -> None:
    found = read(text, gazetteer)[name]
    assert found.place is None or found.place.approximate or found.place.country == country
    if found.place is None:
        assert name in str(found.why_not)


def test_a_distance_told_is_the_radius(gazetteer: Gazetteer) -> None:
    text = "Gunmen attacked Karma, 15 km from Ouahigouya, in Burkina Faso on Thursday. The army denied it."
    found = read(text, gazetteer)
    place, town = found["Karma"].place, found["Ouahigouya"].place
    assert place is not None
    assert town is not None
    assert place.approximate
    assert place.match is None
    assert distance_km(place.lon, place.lat, town.lon, town.lat) < 1
    assert place.radius_km is not None
    assert 15 < place.radius_km < 40


def test_a_village_that_sounds_like_one_of_the_country_is_that(gazetteer: Gazetteer) -> None:
    text = "Trucks reached Nubul, near Aleppo, in northern Syria on Monday. Nubul had been cut off for years."
    place = read(text, gazetteer)["Nubul"].place
    assert place is not None
    assert (place.name, place.match) == ("Nubl", Match.SOUND)


def test_no_place_is_put_at_a_country(gazetteer: Gazetteer) -> None:
    text = "Men from Qwerbad came to Sudan. In Sudan, Qwerbad is not known."
    article = Article(id="a", text=text, spans=(Span(start=9, end=16), Span(start=25, end=30)))
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert found[0].place is None
    assert "geomap gazetteer get SD" in str(found[0].why_not)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Karma, 15 km from Ouahigouya, burned.", [("karma", "ouahigouya", 15.0)]),
        ("Korma lies 12 miles south of El Fasher.", [("korma", "el fasher", 19.3)]),
        ("Korma lies 20km away from the town of El Fasher.", [("korma", "el fasher", 20.0)]),
        ("Fighting in Korma went on. The village is about 8 kilometres from El Fasher.", [("korma", "el fasher", 8.0)]),
        ("Karma, 15 km from Ouahigouya, in Sudan, burned.", [("karma", "ouahigouya", 15.0)]),
        ("In Sudan, 40 km from El Fasher, a bus burned.", []),
        ("Korma has 15 wells. From El Fasher, help came.", []),
    ],
)
def test_distances_told(gazetteer: Gazetteer, text: str, expected: list[tuple[str, str, float]]) -> None:
    reading = read_text(text, gazetteer)
    names = ("Karma", "Ouahigouya", "Korma", "El Fasher", "Sudan")
    spans = sorted((at, at + len(n)) for n in names if (at := text.find(n)) >= 0)
    mentions = named(reading.tokens, spans, reading.lookup)
    frame = frame_of(reading.tokens, mentions)
    found = [(mentions[m].key, mentions[a].key, round(km, 1)) for m, a, km in frame.distances]
    assert found == expected


def test_countries_told(gazetteer: Gazetteer) -> None:
    text = "Kenyan troops left Kismayo. Paris and a place called Springfield were silent."
    reading = read_text(text, gazetteer)
    spans = [(text.index(n), text.index(n) + len(n)) for n in ("Kenyan", "Kismayo", "Springfield")]
    told = frame_of(reading.tokens, named(reading.tokens, spans, reading.lookup)).told
    assert "KE" in told
    assert "US" not in told


@pytest.mark.parametrize("name", ["al-Foua", "Khan Touman", "Deir el-Zour", "Juhor ad-Dik", "Malaya Loknya", "el-Burj"])
def test_names_with_small_words_are_whole_candidates(gazetteer: Gazetteer, name: str) -> None:
    text = f"Shells hit {name} on Sunday."
    spans = read_text(text, gazetteer).spans
    assert name in {text[s.start : s.end] for s in spans}


def test_a_run_of_capitals_ends_where_the_case_changes(gazetteer: Gazetteer) -> None:
    text = "ANADAN Rebels fled."
    assert {text[s.start : s.end] for s in read_text(text, gazetteer).spans} == {"ANADAN"}
