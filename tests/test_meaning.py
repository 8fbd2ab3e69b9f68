"""What words mean is read once, in ``claims``: whose doing, of how much, since when; end to end where sides decide."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import geomap
from geomap.claims import with_meanings
from geomap.models import Article, Claim, ClaimKind, Compass, Label, Mention, When

NATIONS = {"Asteria": "AX", "Asterian": "AX", "Borova": "BX", "Borovan": "BX"}


def read(text: str, words: str | None = None, **more: object) -> Claim:
    """A claim on some words of a text (all of it), with its meaning."""
    start = text.index(words) if words else 0
    quote = words or text
    given = {"kind": ClaimKind.CONTROL, "subject": (), **more}
    claim = Claim(id="c", article="a", quote=quote, start=start, end=start + len(quote), **given)  # type: ignore[arg-type]
    return with_meanings([claim], Article(id="a", text=text), [], NATIONS.get)[0]


@pytest.mark.parametrize(
    ("words", "part", "wind"),
    [
        ("retreated in the Eastmark region", True, None),
        ("took parts of the Eastmark region", True, None),
        ("took all parts of the Eastmark region", False, None),
        ("took the Eastmark region", False, None),
        ("hold what remains of Eastmark region", True, None),
        ("took northern Eastmark region", True, Compass.N),
        ("took south-eastern Eastmark region", True, Compass.SE),
        ("took southwestern Eastmark region", False, Compass.SW),
        ("бійці втратили частину Eastmark", True, None),
        ("взяли північно-східну Eastmark", True, Compass.NE),
    ],
)
def test_how_much_of_a_region_is_meant(words: str, part: bool, wind: Compass | None) -> None:
    at = words.index("Eastmark")
    mention = Mention(text=words[at:], start=at, end=len(words))
    sense = read(words, subject=(mention,)).subject[0].sense
    assert (sense.part, sense.wind) == (part, wind)


def test_what_else_words_say() -> None:
    since = read("held since May", date=When(text="since May", start=date(2031, 5, 1), end=date(2031, 5, 31)))
    assert since.meaning.since
    assert read("another 200 km2", antecedent="b").meaning.adds
    assert not read("another 200 km2").meaning.adds
    assert not read("put it at 200 km2", antecedent="b").meaning.adds
    assert read("controls 200 km2 of recaptured land").meaning.changed
    assert not read("controls 200 km2 of land").meaning.changed
    ours = read("we hold it", actor="our troops", source=("Asterian staff", "a neighbour"))
    assert (ours.meaning.first_person, ours.meaning.unnamed, ours.meaning.force) == (True, True, False)
    assert [p.key if p else None for p in ours.meaning.speakers] == ["AX", None]


def test_parties_of_a_sentence_in_order() -> None:
    text = "Nobody came. Borovan officials confirmed the pullout from Midton, Asteria said. Hamas did not."
    meaning = read(text, "pullout from Midton").meaning
    assert [p.key for p in meaning.before] == ["BX"]
    assert [p.key for p in meaning.after] == ["AX"]


def test_one_key_for_one_source() -> None:
    keys = {
        name: read("said", source=(name,)).meaning.speaker_keys[0]
        for name in ("Borova's defence ministry", "the Borovan Defense Ministry", "Asteria's defence ministry")
    }
    assert len(set(keys.values())) == 2


# ── sides decide verdicts: the faults that this ended ────────────────────────────────────────────────────────


def events(folder: Path, rows: str) -> Path:
    path = folder / "events.csv"
    path.write_text(f"settlement,holder,date,source\n{rows}", encoding="utf-8")
    return path


def verdict(text: str, table: Path) -> Label | None:
    report = geomap.report([Article(id="a", text=text, published_on=date(2024, 1, 5))], events=table)
    (claim,) = (c for c in report.assessment.claims if c.kind is ClaimKind.CONTROL)
    return claim.verdict.label if claim.verdict else None


def test_a_wrong_side_does_not_fit(tmp_path: Path) -> None:
    """Niger and Nigeria agree in five letters; a table of events gives Diffa to one of them."""
    table = events(tmp_path, "Diffa,Niger,2024-01-02,a committee\nMaradi,Niger,2024-01-02,a committee\n")
    assert verdict("Nigerian troops captured Diffa on 2 January 2024, rebels said.", table) is Label.DOES_NOT_FIT
    assert verdict("Nigerien troops captured Diffa on 2 January 2024, rebels said.", table) is Label.FITS


@pytest.mark.parametrize(
    ("words", "label"),
    [("The RSF", Label.FITS), ("Government forces", Label.DOES_NOT_FIT), ("SAF units", Label.DOES_NOT_FIT)],
)
def test_a_group_is_no_state(words: str, label: Label, tmp_path: Path) -> None:
    table = events(tmp_path, "Sennar,Rapid Support Forces,2024-01-02,a committee\nNyala,RSF,2024-01-02,a committee\n")
    assert verdict(f"{words} captured Sennar on 2 January 2024, witnesses said.", table) is label


@pytest.mark.parametrize("country", ["Iraq", "Mali", "Iran", "China", "France"])
def test_taken_and_lost_by_one_side_on_one_day_contradicts(country: str) -> None:
    people = {"Iraq": "Iraqi", "Mali": "Malian", "Iran": "Iranian", "China": "Chinese", "France": "French"}[country]
    town = "Mosul"
    articles = [
        Article(id="a", text=f"{people} forces captured {town} on 2 January 2024.", published_on=date(2024, 1, 5)),
        Article(id="b", text=f"{country} lost {town} on 2 January 2024.", published_on=date(2024, 1, 5)),
    ]
    found = geomap.report(articles).assessment.comparisons
    assert [c.kind for c in found] == ["contradicts"]
