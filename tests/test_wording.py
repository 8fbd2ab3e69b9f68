"""What geomap says, in every report language: ids, gaps, plurals, a language added as a folder, hostile values."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import maps_world as world
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

import geomap
from geomap import reports
from geomap.errors import InputError
from geomap.lang import further, table
from geomap.models import (
    AspectName,
    Claim,
    ClaimKind,
    Compass,
    Label,
    Mention,
    Message,
    Method,
    Modality,
    Named,
    Polarity,
    Predicate,
    Qualifier,
    Quantity,
    Quote,
    Ratio,
    Text,
    Value,
    message,
    report_record,
)
from geomap.settings import Style
from geomap.wording import claim_in_words, day, in_page_words, number, render, report_languages, words
from geomap.wording.lexicon import Entry, gaps_of, language

PACKAGE = Path(geomap.__file__).parent
SAMPLES = Path(__file__).parent.parent / "data" / "samples"
ENGLISH = language("en").messages
UKRAINIAN = Style(language="uk")
OTHERS = [code for code in report_languages() if code != "en"]
BY_ENUM = {
    "fit": Label,
    "wind": Compass,
    "aspect": AspectName,
    "modality": [m for m in Modality if m is not Modality.ASSERTED],
    "qualifier": Qualifier,
    "state": Predicate,
    "not_state": Predicate,
}
"""Groups with a message for each member of a closed list."""


class Parts:
    """An empty map: reports are tested without it."""

    csp = css = body = scripts = Markup("")
    sketches: dict[str, Markup] = {}  # noqa: RUF012
    alt = "A map."


def texts(entry: Entry) -> list[str]:
    return [entry] if isinstance(entry, str) else [text for key, text in entry.items() if key != "by"]


# ── every language says everything ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("purpose", ["messages", "words"])
def test_every_language_has_every_entry_with_the_same_gaps(code: str, purpose: str) -> None:
    english, other = getattr(language("en"), purpose), getattr(language(code), purpose)
    assert set(english) == set(other)
    for key in english:
        told_of = gaps_of(english[key]) - {"count"}
        assert gaps_of(other[key]) - {"count"} == told_of, key


@pytest.mark.parametrize("code", report_languages())
def test_plurals_have_all_their_forms(code: str) -> None:
    spoken = language(code)
    forms = set(spoken.locale.plural_form.tags) | {"other"}
    plural = [e for e in (*spoken.messages.values(), *spoken.words.values()) if not isinstance(e, str)]
    assert plural
    for entry in plural:
        assert set(entry) == forms | {"by"}


def test_a_count_takes_its_plural() -> None:
    said = {n: render(message("comparison.sources", count=n), UKRAINIAN) for n in (1, 3, 5, 21, 12_000)}
    assert list(said.values()) == ["1 джерело", "3 джерела", "5 джерел", "21 джерело", "12\u00a0000 джерел"]
    assert [str(message("comparison.sources", count=n)) for n in (1, 2, 12_000)] == [
        "one source",
        "two sources",
        "12,000 sources",
    ]


# ── ids and the code that uses them ──────────────────────────────────────────────────────────────────────────


def literals() -> set[str]:
    """Every string constant of the package."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return found


def test_no_message_is_unused() -> None:
    used = literals() | {f"{group}.{name}" for group, names in BY_ENUM.items() for name in names}
    used |= {f"untested.{modality}" for modality in BY_ENUM["modality"]}
    assert set(ENGLISH) - used == set()


def test_every_id_has_its_message_and_its_gaps() -> None:
    named = {f"{group}.{name}" for group, names in BY_ENUM.items() for name in names} | set(Method)
    assert named <= set(ENGLISH)
    checked = 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "message"
            if is_call and node.args and isinstance(node.args[0], ast.Constant):
                id, gaps = node.args[0].value, {k.arg for k in node.keywords}
                assert id in ENGLISH, (path.name, node.lineno, id)
                assert None in gaps or gaps == gaps_of(ENGLISH[id]), (path.name, node.lineno, id)
                checked += 1
    assert checked > 80


# ── the samples in every language ────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def dispatches() -> geomap.Report:
    return geomap.report(SAMPLES / "dispatches.jsonl", events=SAMPLES / "events.csv", since="2022-09-05")


def test_what_we_say_is_never_bare_text(dispatches: geomap.Report) -> None:
    names = {s.label for s in dispatches.assessment.control} | {a.id for a in dispatches.assessment.articles} | {""}
    for text in sentences_of(dispatches):
        assert isinstance(text, Message) or text in names, text


def sentences_of(report: geomap.Report) -> Iterator[Text]:
    for claim in report.assessment.claims:
        assert claim.verdict
        yield from (claim.verdict.reason, *claim.verdict.would_fit)
        for evidence in claim.verdict.evidence:
            yield from (evidence.what, evidence.method, evidence.source, *([evidence.note] if evidence.note else []))
    yield from (c.sentence for c in report.assessment.contradictions)


@pytest.mark.parametrize("code", OTHERS)
def test_sentences_keep_every_number_and_quote(dispatches: geomap.Report, code: str) -> None:
    many = [text for text in sentences_of(dispatches) if str(text)]
    assert len(many) > 80
    for text in many:
        english, other = str(text), in_page_words(text, Style(language=code))
        plain = re.sub(r"[\u00a0,.]", "", other)
        for digits in re.findall(r"\d[\d,.]*\d|\d", english):
            assert re.sub("[,.]", "", digits) in plain, (digits, other)


def test_nothing_of_our_english_is_left_in_ukrainian(dispatches: geomap.Report) -> None:
    for text in sentences_of(dispatches):
        other = in_page_words(text, UKRAINIAN)
        left = re.sub(r"«[^»]*»|Russia–Ukraine border", "", other)
        assert not re.search(r"\b(the|of|by|is|held|map|from|ground|shows|says)\b", left), other
    html = reports.render_report(dispatches.assessment, Parts(), style=UKRAINIAN)
    assert 'lang="en"' not in html
    assert "відповідає карті" in html
    assert "geodesic" not in html
    # records and JSON stay English, whatever the page's language
    assert "fits the map" in json.dumps(report_record(dispatches.assessment))


# ── a language is a folder ───────────────────────────────────────────────────────────────────────────────────


def marked(template: str) -> str:
    """A toy language's words: each literal part as its letters turned round, between brackets; gaps as they are."""
    parts = []
    for literal, name, how, _ in Formatter().parse(template):
        parts.append(f"[{literal.strip()[::-1]}]" if literal.strip() else literal)
        if name is not None:
            parts.append(f"{{{name}{':' + how if how else ''}}}")
    return "".join(parts)


def toy_folder(home: Path, *, only: tuple[str, ...] | None = None) -> Path:
    """A right-to-left toy language "qq" in a folder: all of English turned round, or some messages of it alone."""
    folder = home / "qq"
    folder.mkdir()
    lines = ['language.locale = "ar"', 'language.direction = "rtl"', 'language.quotes = ["<<", ">>"]']
    page = [(key, entry) for key, entry in table("en", "page").items() if key != "language" and only is None]
    lines += [f"{key} = {json.dumps(marked(texts(entry)[-1]))}" for key, entry in page]
    (folder / "page.toml").write_text("\n".join(lines), encoding="utf-8")
    entries = [(id, entry) for id, entry in ENGLISH.items() if only is None or id in only]
    said = "\n".join(f"{id} = {json.dumps(marked(texts(entry)[-1]))}" for id, entry in entries)
    (folder / "messages.toml").write_text(said, encoding="utf-8")
    return home


def test_a_language_is_added_as_a_folder(tmp_path: Path, dispatches: geomap.Report) -> None:
    with further(toy_folder(tmp_path)):
        style = Style(language="qq")
        assert "qq" in report_languages()
        assert in_page_words(message("how.within_percent", percent=15), style) == "[nihtiw]15[ti fo %]"
        assert in_page_words(message("said.quote", quote=Quote("so it was")), style) == "<<so it was>>"
        html = reports.render_report(dispatches.assessment, Parts(), style=style)
    assert '<html lang="qq" dir="rtl">' in html
    for english in ("fits the map", "What was checked", "Methods", "geodesic between points", "Sep 2022"):
        assert english not in html
    for english in ("fits the map", "What was checked", "Methods", "geodesic between points"):
        assert english[::-1] in html
    assert "سبتمبر 2022" in html
    with pytest.raises(InputError, match="expected one of en, uk"):
        words("qq")


def test_what_a_language_lacks_stays_english_and_says_so(tmp_path: Path, dispatches: geomap.Report) -> None:
    with further(toy_folder(tmp_path, only=("reason.judged", "fit.fits"))):
        html = reports.render_report(dispatches.assessment, Parts(), style=Style(language="qq"))
        assert in_page_words(message("fit.does_not_fit"), Style(language="qq")) == "does not fit the map"
    assert 'class="reason" dir="auto" lang="en"' in html
    assert "What was checked" in html


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('fit.unheard = "x"', "'fit.unheard' is unknown"),
        ('how.own_error = "{ratio}"', "has the gap {ratio}; expected of times"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, line: str, expected: str) -> None:
    home = toy_folder(tmp_path, only=())
    (home / "qq" / "messages.toml").write_text(line, encoding="utf-8")
    with further(home), pytest.raises(InputError, match=re.escape(expected)):
        words("qq")


# ── what stands in a gap ─────────────────────────────────────────────────────────────────────────────────────


def test_values_are_written_as_the_reader_reads_them() -> None:
    far = message("said.figure_converted", figure="37 miles", amount=Quantity(59.5, 59.5, "km"))
    assert str(far) == "37 miles (59.5 km)"
    assert render(far, Style(units=("imperial",))) == "37 miles (37 mi)"
    assert render(far, Style(units=("metric", "imperial"))) == "37 miles (59.5 km)"
    assert render(far, UKRAINIAN) == "«37 miles» (59,5 км)"
    assert render(message("reading.map_of", day=date(2022, 9, 1)), UKRAINIAN) == "за картою за 1 вересня 2022"
    assert str(message("times.ratio", ratio=Ratio(0.052))) == "0.052 times"
    assert str(message("times.ratio", ratio=Ratio(1234.0))) == "1,230 times"
    house = Style(spellings={"t:1": "Kyjiw"})
    assert render(message("what.area_of", place=Named("Kyiv", "t:1")), house) == "the area of Kyjiw"
    assert day(date(2022, 9, 10)) == "10 Sep 2022"
    assert number(12345.6, "uk") == "12\u00a0300"


def test_cards_read_as_words_of_a_claim() -> None:
    """Who did what to which place, denied or not; an advance names its end, and is never told to have come to it."""
    town = Mention(text="Lisna")
    base = Claim(
        id="c9", article="a1", kind=ClaimKind.CONTROL, quote="so it was", start=0, end=9,
        subject=(town,), actor="The Front",
    )  # fmt: skip
    for predicate, expected in (
        (Predicate.CAPTURED, "captured by the Front: Lisna"),
        (Predicate.WITHDREW, "left by the Front: Lisna"),
        (Predicate.CONTROLS, "held by the Front: Lisna"),
        (Predicate.ADVANCED, "advance by the Front: Lisna"),
    ):
        assert claim_in_words(replace(base, predicate=predicate)) == expected
    taken = replace(base, predicate=Predicate.CAPTURED)
    assert claim_in_words(replace(taken, polarity=Polarity.NEGATED)) == "not captured by the Front: Lisna"
    assert claim_in_words(replace(taken, polarity=Polarity.NEGATED), UKRAINIAN) == "захоплено: ні (The Front): Lisna"
    assert claim_in_words(replace(taken, actor="they")) == "captured: Lisna"
    reached = replace(
        base, kind=ClaimKind.ADVANCE, predicate=Predicate.REACHED, actor=None,
        subject=(Mention(text="Tanks"),), reference=town,
    )  # fmt: skip
    assert claim_in_words(reached) == "reached by Tanks: Lisna"
    sixty = Value(text="60 km", start=0, end=5, number=60, unit="km", si=60_000, si_unit="m")
    assert claim_in_words(replace(reached, value=sixty)) == "60 km (Lisna)"
    assert claim_in_words(replace(reached, kind=ClaimKind.DISTANCE, value=sixty)) == "60 km from Lisna"


def test_an_article_within_a_sentence_is_small() -> None:
    assert str(message("note.held_by", side="The Front")) == "held by the Front"
    assert str(message("note.held_by", side="Theodora")) == "held by Theodora"


def test_text_from_outside_stands_as_given_and_is_never_read() -> None:
    strange = "{place} {0.__class__} %s {"
    assert str(message("what.place", place=strange)) == strange
    assert render("An unheard-of {reason}.", UKRAINIAN) == "An unheard-of {reason}."
    made = replace(world.claims()[0].verdict, reason="An unheard-of reason.")
    page = reports.render_report(
        world.assessment(claims=(replace(world.claims()[0], verdict=made),)), Parts(), style=UKRAINIAN
    )
    assert 'class="reason" dir="auto" lang="en">An unheard-of reason.' in page


@given(st.text(max_size=200))
def test_no_value_breaks_a_line_or_hides_text(text: str) -> None:
    for value in (text, Quote(text), Named(text)):
        assert str(message("what.place", place=value)).isprintable()


def test_a_message_is_a_value() -> None:
    one, other = (message("reading.map_of", day=date(2022, 9, 1)) for _ in range(2))
    assert one == other
    assert len({one, other}) == 1
    assert "1 Sep" in one
