"""Place names in every case: forms, and passages of the project's own with their names marked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geomap.gazetteer import Gazetteer
from geomap.gazetteer.names import normalise
from geomap.measure import open_gazetteer
from geomap.models import Article, MentionKind
from geomap.toponyms import find_toponyms, resolve_toponyms
from geomap.toponyms.forms import first_names

FOLDER = Path(__file__).parent / "languages"
FORMS = FOLDER / "forms.tsv"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


def test_forms_lead_to_their_names(gazetteer: Gazetteer) -> None:
    rows = [line.split("\t") for line in FORMS.read_text("utf-8").splitlines()]
    missed = [
        form
        for name, *forms in rows
        for form in forms
        if normalise(name) != normalise(form)
        and normalise(name) not in first_names(normalise(form), gazetteer.has, gazetteer.has_prefix, normalise)
    ]
    total = sum(len(row) - 1 for row in rows)
    assert total > 300
    assert len(missed) <= 0.02 * total, missed


def marked(line: str) -> tuple[str, set[tuple[int, int]]]:
    text, spans = "", set()
    for part in re.split(r"(\[[^\]]*\])", line):
        if part.startswith("["):
            spans.add((len(text), len(text) + len(part) - 2))
            part = part[1:-1]
        text += part
    return text, spans


@pytest.mark.parametrize(("language", "least"), [("uk", 0.95), ("ru", 0.95), ("de", 0.9), ("es", 0.9), ("fr", 0.9)])
def test_marked_passages(language: str, least: float, gazetteer: Gazetteer) -> None:
    right = found = wanted = 0
    for line in (FOLDER / f"places_{language}.txt").read_text("utf-8").splitlines():
        text, spans = marked(line)
        got = {(t.start, t.end) for t in find_toponyms(Article(id="a", text=text), gazetteer)}
        right, found, wanted = right + len(got & spans), found + len(got), wanted + len(spans)
    assert 2 * right / (found + wanted) >= least


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("Бої тривають біля Куп'янська.", "Куп'янська", "Kupyansk"),
        ("Бои идут под Купянском.", "Купянском", "Kupyansk"),
        ("Бои идут в Артемовске.", "Артемовске", "Bakhmut"),
        ("Мешканців Кривого Рогу попередили.", "Кривого Рогу", "Kryvyy Rih"),
        ("Ударили по Запорожской области.", "Запорожской области", "Zaporizhzhia"),
        ("На Харківщині сніг.", "Харківщині", "Kharkiv"),
    ],
)
def test_a_name_in_any_case_is_its_place(text: str, name: str, place: str, gazetteer: Gazetteer) -> None:
    article = Article(id="a", text=text)
    found = resolve_toponyms(article, find_toponyms(article, gazetteer), gazetteer)
    assert [(t.text, t.place.name) for t in found if t.place is not None] == [(name, place)]


def test_common_words_and_people_are_no_places(gazetteer: Gazetteer) -> None:
    for text in ("Але тут усі чекали.", "Час спливає.", "Писав Тарас Шевченко.", "Приїхав Андрій Київський."):
        found = find_toponyms(Article(id="a", text=text), gazetteer)
        assert not [t.text for t in found if t.kind is MentionKind.LITERAL], text
