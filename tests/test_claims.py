"""Claims as records: who says it, who did it, when, of which border, and what a figure repeats or corrects."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from geomap.claims import extract_claims
from geomap.models import (
    Article,
    Claim,
    ClaimKind,
    MentionKind,
    Place,
    Predicate,
    Qualifier,
    SourceSide,
    Toponym,
    to_record,
)

UKRAINE = Place(id="geonames:1", name="Ukraine", lat=49.0, lon=32.0, feature="A.PCLI", country="UA")
RUSSIA = Place(id="geonames:2", name="Russia", lat=60.0, lon=100.0, feature="A.PCLI", country="RU")
PLACES: dict[str, tuple[Place, MentionKind]] = {
    "Ukraine": (UKRAINE, MentionKind.ASSOCIATIVE),
    "Ukrainian": (UKRAINE, MentionKind.DEMONYM),
    "Russia": (RUSSIA, MentionKind.ASSOCIATIVE),
    "Russian": (RUSSIA, MentionKind.DEMONYM),
}
TOWN = Place(id="geonames:3", name="", lat=49.2, lon=37.3, feature="P.PPL", country="UA")
BORDER = Place(id="border:RU-UA", name="Russia–Ukraine border", lat=50.0, lon=37.0, feature="A.BDR")
MONDAY = date(2022, 9, 12)


def toponyms(text: str, towns: Iterable[str]) -> list[Toponym]:
    known = PLACES | {name: (replace(TOWN, id=f"test:{name}", name=name), MentionKind.LITERAL) for name in towns}
    out = []
    for name, (place, kind) in known.items():
        at = text.find(name)
        while at >= 0:
            whole = not text[at + len(name) : at + len(name) + 1].isalpha()
            if whole:
                out.append(Toponym(article="a", start=at, end=at + len(name), text=name, kind=kind, place=place))
            at = text.find(name, at + 1)
    return out


def extract(text: str, *towns: str, published: date | None = MONDAY) -> list[Claim]:
    return extract_claims(
        Article(id="a", text=text, published_on=published),
        toponyms(text, towns),
        border_of=lambda one, other: BORDER if {one, other} == {"RU", "UA"} else None,
    )


def only(claims: list[Claim], kind: ClaimKind) -> Claim:
    (claim,) = [c for c in claims if c.kind is kind]
    return claim


# ── who says it ──────────────────────────────────────────────────────────────────────────────────────────────


def test_chain_of_speakers_nearest_first() -> None:
    claim = only(
        extract(
            "Oleh Hrim, the mayor of Izium, told Suspilne television that Russian troops had left Borova, "
            "according to a Kyiv paper.",
            "Izium", "Borova",
        ),
        ClaimKind.CONTROL,
    )  # fmt: skip
    assert claim.source == ("Oleh Hrim", "Suspilne television", "Kyiv paper")


def test_a_quotation_goes_on_with_its_speaker() -> None:
    claims = extract(
        "Colonel Ivan Mak spoke to reporters. “We hold the ridge,” Mak said. “Our troops took Borova.”", "Borova"
    )
    assert any(c.source == ("Colonel Ivan Mak",) or "Mak" in c.source for c in claims)


def test_what_the_article_says_itself_has_no_source() -> None:
    assert only(extract("Russian troops left Borova.", "Borova"), ClaimKind.CONTROL).source == ()


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Russian officials said Russian troops had pulled out of Borova.", SourceSide.LOSER),
        ("Ukrainian officials said Ukrainian troops had captured Borova.", SourceSide.GAINER),
        ("Russian officials said Ukrainian troops had captured Borova. Russian troops fled Izium.", SourceSide.LOSER),
    ],
)
def test_side_of_the_speaker(text: str, side: SourceSide) -> None:
    claim = next(c for c in extract(text, "Borova", "Izium") if c.kind is ClaimKind.CONTROL)
    assert claim.source_side is side


# ── who did it ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Ukrainian troops took Borova on Friday.", "Ukrainian troops"),
        ("Ukrainian officials announced the capture of Borova from the occupiers.", "Ukraine"),
        ("A Russian general admitted the loss of Borova to shelling troops.", "Russia"),
        ("Despite seizing Borova, Russia has stalled at the front, its army says.", "Russia"),
        ("Borova was recaptured by Ukrainian forces.", "Ukrainian forces"),
    ],
)
def test_actor_as_written_or_as_implied(text: str, actor: str) -> None:
    assert only(extract(text, "Borova"), ClaimKind.CONTROL).actor == actor


def test_who_else_does_such_things_here() -> None:
    text = "Ukrainian troops took Izium. Ukrainian forces seized Lozova. The capture of Borova came next."
    actors = [c.actor for c in extract(text, "Borova", "Izium", "Lozova") if c.kind is ClaimKind.CONTROL]
    assert actors == ["Ukrainian troops", "Ukrainian forces", "Ukraine"]


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("on Saturday", "2022-09-10", "2022-09-10"),
        ("on Monday", "2022-09-12", "2022-09-12"),
        ("yesterday", "2022-09-11", "2022-09-11"),
        ("overnight", "2022-09-11", "2022-09-12"),
        ("over the weekend", "2022-09-10", "2022-09-11"),
        ("last week", "2022-09-05", "2022-09-11"),
        ("earlier this week", "2022-09-12", "2022-09-12"),
        ("on 8 September", "2022-09-08", "2022-09-08"),
        ("on Sept. 8", "2022-09-08", "2022-09-08"),
        ("on October 3", "2021-10-03", "2021-10-03"),
        ("in March 2021", "2021-03-01", "2021-03-31"),
        ("in 2014", "2014-01-01", "2014-12-31"),
        ("on 2022-04-01", "2022-04-01", "2022-04-01"),
        ("last month", "2022-08-01", "2022-08-31"),
    ],
)
def test_dates_count_from_publication(words: str, start: str, end: str) -> None:
    when = only(extract(f"Ukrainian troops took Borova {words}.", "Borova"), ClaimKind.CONTROL).date
    assert when is not None
    assert (str(when.start), str(when.end)) == (start, end)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("from August to November", "2024-08-01", "2024-11-30"),
        ("between 1 and 15 November", "2024-11-01", "2024-11-15"),
        ("from 6 to 12 November", "2024-11-06", "2024-11-12"),
        ("from November 6 to 12", "2024-11-06", "2024-11-12"),
        ("in the second half of October", "2024-10-16", "2024-10-31"),
        ("in the first week of December", "2024-12-01", "2024-12-07"),
        ("in early November", "2024-11-01", "2024-11-12"),
        ("since the start of the year", "2024-01-01", "2024-12-10"),
        ("since the end of October", "2024-10-28", "2024-12-10"),
        ("in November", "2024-11-01", "2024-11-30"),
    ],
)
def test_intervals_and_parts_of_months(words: str, start: str, end: str) -> None:
    text = f"Valley troops have captured 46 square kilometres {words}."
    from geomap.claims import extract_claims
    from geomap.models import Article

    found = extract_claims(Article(id="a", text=text, published_on=date(2024, 12, 10)), [])
    days = [c.date for c in found if c.date is not None]
    assert [(str(d.start), str(d.end)) for d in days] == [(start, end)]


def test_the_day_of_the_telling_dates_what_has_no_day() -> None:
    text = (
        "The staff said on Saturday morning that in the course of a long and costly and much criticised operation "
        "along the river and its many arms and islands Ukrainian troops had taken Borova."
    )
    when = only(extract(text, "Borova"), ClaimKind.CONTROL).date
    assert when is not None
    assert when.start == date(2022, 9, 10)


def test_since_runs_to_publication() -> None:
    when = only(extract("Borova, held by Russian forces since April, is in ruins.", "Borova"), ClaimKind.CONTROL).date
    assert when is not None
    assert (when.start, when.end) == (date(2022, 4, 1), MONDAY)


@pytest.mark.parametrize("words", ["on Saturday", "yesterday", "last week", "in March", "over the weekend"])
def test_no_date_is_guessed_without_publication(words: str) -> None:
    claim = only(extract(f"Ukrainian troops took Borova {words}.", "Borova", published=None), ClaimKind.CONTROL)
    assert claim.date is not None
    assert (claim.date.start, claim.date.end) == (None, None)
    assert claim.date.text is not None
    assert claim.date.text in words
    assert claim.why_not is not None


def test_full_dates_need_no_publication() -> None:
    claim = only(extract("Ukrainian troops took Borova on 3 May 2021.", "Borova", published=None), ClaimKind.CONTROL)
    assert claim.date is not None
    assert claim.date.start == date(2021, 5, 3)


# ── of what ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["the border", "the Russian border", "the border with Russia"])
def test_borders_get_their_line(words: str) -> None:
    claim = only(
        extract(f"Borova lies two miles from {words}; Russia and Ukraine trade fire there.", "Borova"),
        ClaimKind.DISTANCE,
    )
    assert claim.reference is not None
    assert claim.reference.place == BORDER
    assert claim.subject[0].text == "Borova"


def test_area_of_the_same_size_repeats_the_last() -> None:
    claims = extract(
        "Ukrainian forces control more than 900 square miles and are stabilising another area of the same size."
    )
    first, second = (c for c in claims if c.kind is ClaimKind.AREA)
    assert first.value is not None
    assert second.value is not None
    assert second.antecedent == first.id
    assert second.value.si == first.value.si
    assert second.value.qualifier is Qualifier.SAME_AS
    assert second.predicate is Predicate.STABILISING


def test_that_area_goes_on_with_the_last() -> None:
    claims = extract(
        "Ukrainian troops recaptured about 400 square miles, the staff said. Analysts now put the area at 2,600 sq km."
    )
    first, second = (c for c in claims if c.kind is ClaimKind.AREA)
    assert (second.antecedent, second.predicate) == (first.id, first.predicate)


def test_length_for_area_is_corrected_and_flagged() -> None:
    claim = only(extract("Our troops freed 1,800km of territory."), ClaimKind.AREA)
    assert claim.value is not None
    assert claim.value.unit_corrected
    assert (claim.value.unit, claim.value.si, claim.value.si_unit) == ("km2", 1.8e9, "m2")


@pytest.mark.parametrize(
    "text", ["A protection zone of 150 kilometres was set.", "It has a protection radius of 150 kilometers."]
)
def test_length_of_a_zone_stays_a_length(text: str) -> None:
    claim = only(extract(text), ClaimKind.EXTENT)
    assert claim.value is not None
    assert not claim.value.unit_corrected
    assert claim.value.si_unit == "m"


def test_size_of_the_country_where_a_city_bears_its_name() -> None:
    country = Place(id="c", name="Luxembourg", lat=49.8, lon=6.1, feature="A.PCLI", country="LU")
    city = replace(country, id="p", feature="P.PPLC", alternatives=(country,))
    text = "Fires burned an area three times the size of Luxembourg."
    at = text.index("Luxembourg")
    found = [Toponym(article="a", start=at, end=at + 10, text="Luxembourg", kind=MentionKind.LITERAL, place=city)]
    (claim,) = extract_claims(
        Article(id="a", text=text), found, area_of=lambda place: 2.586e9 if place.feature == "A.PCLI" else None
    )
    assert claim.value is not None
    assert claim.value.si == pytest.approx(3 * 2.586e9)
    assert claim.reference is not None
    assert claim.reference.place == country


def test_description_is_not_the_country_in_it() -> None:
    claim = only(extract("Borova lies 90 km east of Ukraine’s second largest city.", "Borova"), ClaimKind.DISTANCE)
    assert claim.reference is not None
    assert claim.reference.text == "Ukraine’s second largest city"
    assert claim.reference.place is None


def test_names_missed_once_are_known_elsewhere() -> None:
    text = "Borova is a small town. Ukrainian troops took Borova on Friday."
    found = [t for t in toponyms(text, ["Borova"]) if t.start == 0 or t.text != "Borova"]
    claim = only(extract_claims(Article(id="a", text=text), found), ClaimKind.CONTROL)
    assert claim.subject[0].place is not None


def test_unknown_names_stand_for_places_in_war_alone() -> None:
    claim = only(extract("Ukrainian troops took Hrabivka on Friday.", published=None), ClaimKind.CONTROL)
    assert claim.subject[0].text == "Hrabivka"
    assert claim.subject[0].place is None
    assert claim.subject[0].why_not is not None
    assert extract("The band took Hrabivka by surprise and the bank seized Lotus.") == []


def test_people_are_no_places() -> None:
    text = "Colonel Hrabar told reporters that troops had seized weapons. Soldiers captured Hrabar on Friday."
    assert [c for c in extract(text) if c.kind is ClaimKind.CONTROL] == []


def test_records_are_stable_and_unique() -> None:
    text = "Ukrainian troops took Borova. Ukrainian troops took Borova. It lies 5 km from Izium and 5 km from Izium."
    claims = extract(text, "Borova", "Izium")
    assert claims == extract(text, "Borova", "Izium")
    assert len({c.id for c in claims}) == len(claims) >= 3
    json.dumps([to_record(c) for c in claims])


def test_empty_text_has_no_claims() -> None:
    assert extract("") == []


# ── gold ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
def test_articles_area_and_distance_are_all_right(shared: Path) -> None:
    """All 8 areas and 5 distances of the five articles, with the gold's own toponym spans."""
    scorer = _module(shared / "data" / "claims" / "score_claims.py")
    gold = _rows(shared / "data/claims/articles_gold.jsonl")
    spans = {row["id"]: row["toponyms"] for row in _rows(shared / "data/toponyms/articles_toponyms.jsonl")}
    found = []
    for row in _rows(shared / "data/articles/articles.jsonl"):
        article = Article(id=row["id"], text=row["text"], published_on=date.fromisoformat(row["published_on"]))
        known = [
            Toponym(article=article.id, start=t["start"], end=t["end"], text=t["text"], kind=MentionKind(t["kind"]))
            for t in spans[row["id"]]
        ]
        found += [scorer.flatten(to_record(c)) for c in extract_claims(article, known)]
    for kind in ("area", "distance"):
        wanted = [g for g in gold if g["type"] == kind and g.get("required", True)]
        right = [g for g in wanted if any(_right(scorer, g, p) for p in found)]
        assert len(right) == len(wanted), [g["quote"] for g in wanted if g not in right]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _right(scorer: ModuleType, gold: dict[str, object], claim: dict[str, object]) -> bool:
    return bool(gold["doc"] == claim["doc"] and scorer.detected(gold, claim) and not scorer.core(gold, claim))


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_claims", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["score_claims"] = module
    spec.loader.exec_module(module)
    return module


# ── parties without a name ───────────────────────────────────────────────────────────────────────────────────


def sudan(text: str) -> list[Claim]:
    """Claims of a text whose towns are Sudan's, and their parties."""
    towns = {"Sennar": 13.5, "Nyala": 12.0, "Babanusa": 11.3}
    places = {
        n: Place(id=f"t:{n}", name=n, lat=lat, lon=30.0, feature="P.PPL", country="SD") for n, lat in towns.items()
    }
    found = [
        Toponym(article="a", start=m.start(), end=m.end(), text=n, kind=MentionKind.LITERAL, place=place)
        for n, place in places.items()
        for m in re.finditer(n, text)
    ]
    return extract_claims(Article(id="a", text=text, published_on=date(2024, 1, 5)), found)


@pytest.mark.parametrize(
    ("text", "actors"),
    [
        ("The army said the RSF captured Nyala. The army captured Sennar.", [("the RSF", "rsf"), ("The army", "SD")]),
        ("The RSF said government forces lost Babanusa.", [("government forces", "SD")]),
        ("The rebels captured Sennar, the RSF said.", [("The rebels", "rebels:SD")]),
        ("Government troops recaptured Sennar from the RSF.", [("Government troops", "SD")]),
        ("SAF units recaptured Sennar. RSF fighters captured Nyala.", [("SAF units", "SD"), ("RSF fighters", "rsf")]),
    ],
)
def test_actors_without_a_name_are_of_the_conflict(text: str, actors: list[tuple[str, str]]) -> None:
    found = [(c.actor, c.meaning.actor.key if c.meaning.actor else None) for c in sudan(text)]
    assert found == actors
