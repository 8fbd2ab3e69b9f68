"""Claims in the languages that geomap reads beside English, on passages of the project's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geomap.claims.frames.lexicon import frames_of
from geomap.gazetteer import Gazetteer
from geomap.lang import languages
from geomap.measure import open_gazetteer
from geomap.models import Article, Claim
from geomap.pipeline import claims_of, toponyms_of

FOLDER = Path(__file__).parent / "languages"
FIGURES = sorted(path.stem.removeprefix("figures_") for path in FOLDER.glob("figures_*.txt"))
CONTROL = sorted(path.stem.removeprefix("control_") for path in FOLDER.glob("control_*.txt"))
FRAMES = [
    pytest.param(code, frame.means, frame.example, id=f"{code}-{frame.section}-{frame.key}")
    for code in languages("frames")
    if code != "en"
    for frame in frames_of(code).entries  # type: ignore[union-attr]
]
LEAST = 0.8
"""Share of the passages that are read as they are labelled."""


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


def read(text: str, gazetteer: Gazetteer) -> list[Claim]:
    article = Article(id="a", text=text)
    return claims_of(article, toponyms_of(article, gazetteer), gazetteer)


def rows(name: str) -> list[list[str]]:
    return [line.split("|") for line in (FOLDER / name).read_text("utf-8").splitlines()]


def test_languages_read_have_passages() -> None:
    assert set(FIGURES) >= set(languages("claims")) - {"en"}
    assert set(CONTROL) >= set(languages("frames")) - {"en"}


@pytest.mark.parametrize("language", FIGURES)
def test_figures(language: str, gazetteer: Gazetteer) -> None:
    wrong = []
    passages = rows(f"figures_{language}.txt")
    for text, kind, number, unit in passages:
        values = [(c.kind.value, c.value) for c in read(text, gazetteer) if c.value is not None]
        found = [(told, f"{v.number:g}", v.unit) for told, v in values if v.number is not None]
        if found != ([(kind, number, unit)] if kind else []):
            wrong.append((text, found))
        assert all(number == "" or float(n) / float(number) < 500 for _, n, _ in found), text
    assert len(wrong) <= (1 - LEAST) * len(passages), wrong


@pytest.mark.parametrize("language", CONTROL)
def test_control(language: str, gazetteer: Gazetteer) -> None:
    wrong = []
    passages = rows(f"control_{language}.txt")
    for text, predicate, places, actor, polarity, modality in passages:
        found = [
            (
                str(c.predicate),
                ";".join(m.text for m in c.subject),
                c.actor or "",
                str(c.polarity),
                str(c.modality),
            )
            for c in read(text, gazetteer)
            if c.predicate is not None
        ]
        if found != ([(predicate, places, actor, polarity, modality)] if predicate else []):
            wrong.append((text, found))
    assert len(wrong) <= (1 - LEAST) * len(passages), wrong


@pytest.mark.parametrize(("language", "means", "example"), FRAMES)
def test_each_frame_reads_its_example(language: str, means: str, example: str, gazetteer: Gazetteer) -> None:
    place = re.findall(r"\[([^\]]*)\]", example)[0]
    text = re.sub(r"[\[\]{}<>]", "", example)
    article = Article(id="a", text=text, language=language)
    claims = claims_of(article, toponyms_of(article, gazetteer), gazetteer)
    told = {
        (str(c.predicate), m.text) for c in claims for m in (*c.subject, c.reference) if c.predicate and m is not None
    }
    assert (means, place) in told, text
