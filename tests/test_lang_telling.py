"""The language of a text, and what is said of one that is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomap.gazetteer import Gazetteer
from geomap.lang import languages
from geomap.lang.telling import UNKNOWN, language_code, language_read, paragraphs_by_language
from geomap.measure import open_gazetteer
from geomap.models import Article
from geomap.pipeline import Options, assess, claims_of, toponyms_of, with_language

TEXTS = Path(__file__).parent / "languages" / "short_texts.tsv"
KNOWN = 0.97
"""Share of short sentences whose language is told; py3langid tells 201 of these 204, and so does this."""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


def values(text: str, gazetteer: Gazetteer) -> list[float | None]:
    article = Article(id="a", text=text)
    claims = claims_of(article, toponyms_of(article, gazetteer), gazetteer)
    return [c.value.number for c in claims if c.value is not None and c.value.number is not None]


def test_short_texts_of_twelve_languages_are_told() -> None:
    rows = [line.split("\t") for line in TEXTS.read_text("utf-8").splitlines()]
    assert len(rows) > 200
    wrong = [(code, text) for code, text in rows if language_code(text) != code]
    assert len(wrong) <= (1 - KNOWN) * len(rows), wrong


def test_names_alone_tell_nothing() -> None:
    assert language_code("Los Angeles County") == UNKNOWN
    assert language_code("Lyman, 12 km") == UNKNOWN
    assert language_code("") == UNKNOWN


def test_what_nothing_tells_is_read_only_where_it_is_short_and_latin() -> None:
    assert language_read("Lyman, 12 km", UNKNOWN) == "en"
    assert language_read("ขจรศักดิ์ กรุงเทพ", UNKNOWN) is None
    assert language_read("x", "de-AT") == language_read("x", "de")


def test_a_paragraph_in_another_language_is_read_in_it(gazetteer: Gazetteer) -> None:
    text = "The fire has burned 1,200 acres of the park.\n\nВогонь знищив 3500 га лісу, повідомили рятувальники.\n"
    assert list(paragraphs_by_language(text, "en")) == ["uk"]
    article = Article(id="a", text=text)
    claims = claims_of(article, [], gazetteer)
    assert {(c.language, c.value.number) for c in claims if c.value is not None} == {("en", 1200.0), ("uk", 3500.0)}
    assert all(text[c.start : c.end] == c.quote for c in claims)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("У лісі вигоріло 3.500 га, повідомили рятувальники у вівторок.", {3500.0}),
        ("У лісі вигоріло 3,500 га, а торік було 1,5 га на день.", {3500.0, 1.5}),
        ("У лісі вигоріло 3.500 га, а торік було 1,5 км² за день.", {3500.0, 1.5}),
        ("В лесу выгорело 3.500 га, сообщили спасатели во вторник.", {3500.0}),
        ("Am Montag sind 3.500 km² Wald verbrannt, sagte die Feuerwehr.", {3500.0}),
        ("Waldbrand Brandenburg: 3.500 km² verbrannt", {3500.0}),
        ("Unas 3.500 hectáreas ardieron, según las autoridades de la región.", {3500.0}),
        ("Unas 3,500 hectáreas ardieron, según las autoridades de la región.", {3500.0}),
        ("Le feu a détruit 3.500 hectares de forêt, selon les pompiers.", {3500.0}),
    ],
)
def test_no_figure_is_wrong_by_a_thousand(text: str, allowed: set[float], gazetteer: Gazetteer) -> None:
    assert set(values(text, gazetteer)) <= allowed


def test_a_text_that_is_not_read_is_said_to_be(gazetteer: Gazetteer) -> None:
    from geomap.wording.unread import unread_remarks

    assert "sv" not in languages("claims")
    text = "Branden har förstört 3.500 hektar skog och det är inte över, säger räddningstjänsten."
    made = assess([Article(id="brand", text=text)], gazetteer, Options())
    assert made.articles[0].language == "sv"
    assert not made.claims
    remark = unread_remarks(made.unread)[0]
    assert "Swedish" in remark
    assert "English" in remark
    assert "Ukrainian" in remark
    assert with_language(Article(id="a", text="Lyman", language="uk")).language == "uk"


def test_the_page_says_it_where_it_would_say_all_was_tested(gazetteer: Gazetteer) -> None:
    import geomap

    text = "Branden har förstört 3.500 hektar skog och det är inte över, säger räddningstjänsten."
    said: list[str] = []
    report = geomap.report(Article(id="brand", text=text), gazetteer=gazetteer, say=said.append)
    assert "Every claim found was tested" not in report.to_html()
    assert report.to_html().count("seems to be in Swedish") == 2
    assert any("seems to be in Swedish" in line for line in said)
