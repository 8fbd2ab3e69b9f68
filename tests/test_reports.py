"""Reports without a browser: finding, page, Markdown, tables, ClaimReview, publication, corrections."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import hostile
import maps_world as world
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from test_maps import structure

from geomap import maps, reports
from geomap.config import read_config
from geomap.errors import InputError, OutputError, PublishError
from geomap.models import Assessment, Label, Verdict, report_record
from geomap.reports.chart import series_chart
from geomap.reports.findings import in_order, leading_findings, missing, publishable, summary_sentence
from geomap.reports.markdown import escape_markdown
from geomap.reports.page import safe_url
from geomap.settings import Style
from geomap.wording import claim_in_words, context, day, fold, number, quantity

HOUSE = Style(caption="The valley on 14 April", credit="The Valley Desk")


class Parts:
    """An empty map: reports are tested without it."""

    csp = css = body = scripts = Markup("")
    sketches: dict[str, Markup] = {}  # noqa: RUF012
    alt = "A map."


def page(made: Assessment | None = None, **options: Any) -> str:
    return reports.render_report(made or world.assessment(), Parts(), **options)


def approved(made: Assessment) -> Assessment:
    claims = tuple(replace(c, checked_by="Ada Novak", checked_on=date(2031, 4, 15)) for c in made.claims)
    return replace(made, claims=claims)


def labelled(made: Assessment, *labels: Label) -> Assessment:
    claims = tuple(
        replace(c, verdict=replace(c.verdict or Verdict(label=label, reason="x"), label=label))
        for c, label in zip(made.claims, labels, strict=False)
    )
    return replace(made, claims=claims)


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def text_of(html: str) -> str:
    parser = Text()
    parser.feed(html)
    return " ".join("".join(parser.parts).split())


# ── the finding ──────────────────────────────────────────────────────────────────────────────────────────────

F, R, D, M, N = Label.FITS, Label.ROUGHLY_FITS, Label.DOES_NOT_FIT, Label.MAPS_CANNOT_SETTLE, Label.NOT_TESTABLE


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ((F, F, D, N), "1 of 3 claims checked does not fit the map"),
        ((D, F, D, M), "2 of 3 claims checked do not fit the map"),
        ((D, M, N), "The one claim that maps could settle does not fit"),
        ((F, F, M), "All 2 claims that maps could settle fit"),
        ((F, M), "The one claim that maps could settle fits"),
        ((F, R, R), "1 of 3 claims checked fit the map, the rest roughly"),
        ((M, M), "Maps cannot settle the claims of this text yet"),
        ((N, N), "No claim in this text could be tested on a map"),
        ((), "No claim in this text could be tested on a map"),
    ],
)
def test_the_headline_counts_what_was_settled(labels: tuple[Label, ...], sentence: str) -> None:
    made = replace(world.assessment(), claims=world.assessment().claims[: len(labels)])
    assert summary_sentence(labelled(made, *labels)) == sentence


def test_what_does_not_fit_is_read_first() -> None:
    made = labelled(world.assessment(), F, D, M, R, N)
    assert [c.id for c in in_order(made)] == ["c2area", "c4near", "c1distance", "c3area"]
    html = page(made)
    assert html.index('id="claim-c2area"') < html.index('id="claim-c1distance"') < html.index('id="claim-c3area"')


def test_a_bare_figure_is_told_with_its_words() -> None:
    made = labelled(world.assessment(), F, F, D)
    told = leading_findings(made, Style())[0][1]
    assert "called the figure a fantasy and spoke of 120 sq km" in told


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_claim_stands_once_with_its_quote_and_verdict() -> None:
    made = world.assessment()
    html = page(made)
    for claim in made.claims:
        assert html.count(f'id="claim-{claim.id}"') == 1
        assert f"<mark>{claim.quote}</mark>" in html
    for name in ("claims", "contradictions", "untested", "unresolved", "methods"):
        assert html.count(f'id="{name}"') == 1


def test_the_page_names_what_is_open_and_how_it_was_made() -> None:
    text = text_of(page())
    for part in (
        "Draft, not reviewed",
        "It names no village; add --control to test a siege.",
        "no date is given; say --published",
        "Valley: no place of that name in the gazetteer",
        "geomap report stories/valley-1.txt --control maps/ -o report.html",
        "cd" * 32,
        "EPSG:4326",
        "licence: CC BY 4.0",
        "Checked by machine only",
        "Officials speak of more than 15,000 square kilometres, Ilan Petrossian of 120.",
        "Would fit: the whole of April instead of nine days",
    ):
        assert part in text, part
    assert [c for _, claims in missing(world.assessment(), Style()) for c in claims] == list(
        world.assessment().untested
    )


def test_reviewed_pages_say_by_whom() -> None:
    text = text_of(page(approved(world.assessment())))
    assert "Draft" not in text
    assert "Checked by Ada Novak, 15 Apr 2031" in text
    half = replace(
        world.assessment(), claims=(*approved(world.assessment()).claims[:2], *world.assessment().claims[2:])
    )
    assert "Draft, not reviewed" in text_of(page(half))


def test_unknown_licences_are_shown() -> None:
    made = world.assessment()
    source = replace(world.SOURCE, licence=None, name="Unnamed")
    assert "licence not stated" in text_of(page(replace(made, methods=replace(made.methods, data=(source,)))))


def test_pages_speak_ukrainian() -> None:
    html = page(style=Style(language="uk"))
    assert '<html lang="uk">' in html
    text = text_of(html)
    assert "Чернетка, не перевірена людиною" in text
    assert "Не відповідає карті" in text
    assert "15 000 км²".replace(" ", "\u00a0", 1) in html


def test_corrections_stand_on_the_page() -> None:
    note = reports.Correction(on=date(2031, 4, 16), lines=("“<b>x</b>”: verdict changed",))
    html = page(corrections=[note])
    assert "Correction of 16 Apr 2031" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=1&c=2", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("https://a.example/\njavascript:x", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, kept: bool) -> None:
    assert (safe_url(url) is not None) is kept


RAW = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What must reach no page as it is: controls, marks that turn what follows, lone surrogates."""


def test_nothing_that_hides_or_turns_text_reaches_a_page() -> None:
    made = hostile.poison(world.assessment(days=2), " a\u202eb\u2066c\x1b[31md\x9be\ud800f\x00g")
    parts = maps.page_parts(made, world.World())
    for text in (reports.render_report(made, parts), maps.render_map(made, world.World())):
        assert not RAW.search(text)
        assert "a\ufffdb\ufffdc\ufffd[31md\ufffde\ufffdf\ufffdg" in text
        # the record in the page still says what the text said
        data = json.loads(re.findall(r'id="geomap-data">(.*?)</script>', text, re.DOTALL)[0])
        assert any("a\u202eb\u2066c\x1b[31md\x9be" in a["title"] for a in data["articles"])
        shown = [json.dumps(f["properties"], ensure_ascii=False) for f in data["features"]["features"]]
        assert not any(RAW.search(card) for card in shown)
    told = reports.render_markdown(made)
    assert not RAW.search(told)
    assert fold("\u200fשלום\u200f क्‍ष می‌خواهم") == "\u200fשלום\u200f क्‍ष می‌خواهم"


def test_hostile_text_changes_no_markup() -> None:
    made = approved(world.assessment(days=2))
    style = Style(caption="c", credit="d", borders="e")
    note = reports.Correction(on=None, lines=("x",))
    rows = {"n": [{"date": "2031-04-03", "held_km2": 5.0, "source": "s"}, {"date": "2031-04-04", "held_km2": 6.0}]}
    plain = structure(page(hostile.poison(made, " words"), style=style, corrections=[note], series=rows))
    for payload in hostile.PAYLOADS:
        bad = replace(style, caption=payload, credit=payload, borders=payload)
        poisoned = hostile.poison(made, " " + payload)
        notes = [reports.Correction(on=None, lines=(payload,))]
        named = {payload: [r | {"source": payload} for r in rows["n"]]}
        html = page(poisoned, style=bad, corrections=notes, series=named, title=payload)
        got = [tag for tag in structure(html) if tag[0] != "path"]
        want = [tag for tag in plain if tag[0] != "path"]
        if " ".join(payload.split()).startswith(("https://", "http://")):
            continue
        assert _without_seam(got) == _without_seam(want), payload
        assert fold(payload)[:20] in text_of(html)
        assert not RAW.search(html), payload


def _without_seam(tags: list[Any]) -> list[Any]:
    """Both rows of the poisoned chart have one source: its mark of a changed source goes."""
    return [t for t in tags if t[0] != "text"]


# ── words and numbers ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("span", "unit", "text"),
    [
        ((1.66e9, 5.16e9), "m2", "1,660–5,160 km²"),
        ((26200, 26240), "m", "26.2 km"),
        ((120000, None), "m", "more than 120 km"),
        ((None, 5000), "m", "up to 5 km"),
        ((None, None), "m", "not measured"),
        ((1.0, 1.0), "share", "as stated"),
        ((0.0, 0.0), "share", "not as stated"),
        ((0.0, 1.0), "share", "as stated on part of these dates"),
        ((0.3, 0.45), "share", "30–45% as stated"),
        ((157.5, 202.5), "deg", "158–202°"),
        ((3, 4), "parsec", "3–4 parsec"),
        ((0, 0.3), "km", "0–0.3 km"),
    ],
)
def test_quantities_read_well(span: tuple[float | None, float | None], unit: str, text: str) -> None:
    assert quantity(span, unit) == text


def test_quantities_follow_the_house() -> None:
    assert quantity((2.59e9, 2.59e9), "m2", Style(units=("imperial", "metric"))) == "1,000 sq mi (2,590 km²)"
    assert quantity((2.59e9, 2.59e9), "m2", Style(language="uk")) == "2\u00a0590 км²"


@given(st.floats(1, 1e7))
def test_numbers_keep_three_digits(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.0051)


@given(st.text(), st.integers(0, 40), st.integers(0, 40))
def test_contexts_hold_the_quote(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    before, quote, after = context(text, start, end)
    assert quote == fold(text[start:end])
    assert "\n" not in before + after


def test_claims_in_plain_words() -> None:
    assert [claim_in_words(c) for c in world.claims()] == [
        "about 28 km, south of Kamin",
        "more than 15,000 km²",
        "120 km²",
        "besieged: Lisna",
        "contested: Берегове",
    ]


@pytest.mark.parametrize("given_", [None, "soon", "2031-04-03", "2031-04-03T18:00:00+00:00"])
def test_days_in_words(given_: str | None) -> None:
    expected = {None: "", "soon": "soon"}.get(given_, "3 Apr 2031")
    assert day(given_) == expected


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_markdown_says_the_same() -> None:
    made = world.assessment()
    markdown = reports.render_markdown(made, picture="map.png", alt="The valley")
    plain = markdown.replace("\\", "")
    assert markdown.startswith("# 1 of 2 claims checked does not fit the map\n")
    assert "![The valley](map.png)" in markdown
    html = text_of(page(made))
    for claim in made.tested:
        shown = quantity(claim.verdict.aspects[0].measured, claim.verdict.aspects[0].unit)
        assert shown in plain
        assert shown in html
    assert len([line for line in markdown.splitlines() if line.startswith("| ")]) == 1 + len(made.tested)


def test_markdown_holds_no_markup_from_outside() -> None:
    for payload in [*hostile.PAYLOADS, "# head", "- item", "1. item", "> q", "[a](b)", "| x |", "---", "http://a.b"]:
        shown = escape_markdown(payload)
        assert "<" not in shown
        assert "\n" not in shown
        assert not re.search(r"(?<!\\)[\[\]|`*_]", shown), payload
        assert not re.match(r"[#>=+-]|\d+[.)]", shown), payload
        assert not re.search(r"(?<!\\)://", shown)
    poisoned = hostile.poison(world.assessment(), " | <script>x</script>\n# y [z](javascript:x)")
    markdown = reports.render_markdown(poisoned)
    assert "<script" not in markdown
    assert not re.search(r"(?<!\\)\]\(javascript", markdown)
    assert len(re.findall(r"^# ", markdown, re.MULTILINE)) == 1


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_frames_have_the_same_typed_columns_whatever_the_claims() -> None:
    full = reports.claims_frame(world.assessment())
    empty = reports.claims_frame(replace(world.assessment(), claims=()))
    assert dict(full.dtypes) == dict(empty.dtypes)
    assert full.crs.to_epsg() == empty.crs.to_epsg() == 4326
    row = full.set_index("id").loc["c2area"]
    assert row["verdict_label"] == "does_not_fit"
    assert row["claimed_low_km2"] == pytest.approx(15000)
    assert row["measured_low_km2"] < row["measured_high_km2"]
    assert row["published_on"].date() == date(2031, 4, 12)
    assert full.geometry.geom_type.iloc[0] == "LineString"


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson"])
def test_map_files_keep_columns_and_repeat(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"claims.{suffix}"
    reports.write_exports(world.assessment(), path)
    first = path.read_bytes()
    reports.write_exports(world.assessment(), path)
    assert path.read_bytes() == first
    back = gpd.read_parquet(path) if suffix == "parquet" else gpd.read_file(path)
    frame = reports.claims_frame(world.assessment())
    assert list(back.columns) == list(frame.columns)
    assert list(back["verdict_label"].fillna("")) == list(frame["verdict_label"].fillna(""))
    assert list(back["measured_high_km2"].round(6)) == pytest.approx(
        list(frame["measured_high_km2"].round(6)), nan_ok=True
    )
    assert back.crs.to_epsg() == 4326


def test_geojson_follows_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "claims.geojson"
    reports.write_exports(world.assessment(), path)
    made = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in made
    polygon = next(f for f in made["features"] if f["geometry"] and f["geometry"]["type"] == "Polygon")
    ring = polygon["geometry"]["coordinates"][0]
    assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring)) < 0
    assert all(len(str(c).split(".")[-1]) <= 7 for p in ring for c in p)


def test_csv_runs_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    for start in ("=", "+", "-", "@", "\t=", " =", "\n="):
        reports.write_exports(hostile.poison(_prefixed(world.assessment(), f"{start}1+1"), ""), path)
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))
        assert len(rows) == 5
        assert rows[0]["article_title"].startswith("'")
        for row in rows:
            for name, cell in row.items():
                assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r")), (name, cell)
    assert float(rows[1]["claimed_low_km2"]) == 15000
    assert rows[0]["geometry"].startswith("LINESTRING")


def _prefixed(made: Assessment, start: str) -> Assessment:
    article = replace(made.articles[0], title=start + "title", source=start + "outlet")
    claims = tuple(replace(c, source=(start + "speaker",), actor=start) for c in made.claims)
    return replace(made, articles=(article,), claims=claims)


def test_exports_refuse_other_suffixes(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.xlsx"):
        reports.write_exports(world.assessment(), tmp_path / "a.xlsx")


def test_hostile_text_survives_every_file(tmp_path: Path) -> None:
    made = hostile.poison(world.assessment(days=2), hostile.PAYLOADS[-1] + "\x00")
    for suffix in ("csv", "geojson", "gpkg", "parquet"):
        reports.write_exports(made, tmp_path / f"a.{suffix}")
    assert len(gpd.read_file(tmp_path / "a.gpkg")) == 5


def test_report_records_have_the_agreed_parts() -> None:
    made = reports.to_report_record(world.assessment())
    assert list(made) == ["articles", "places", "claims", "contradictions", "untested", "unresolved", "methods"]
    assert json.loads(json.dumps(made, allow_nan=False)) == json.loads(json.dumps(made))
    assert made["untested"][1]["why_not"] == "no date is given; say --published"
    assert made["methods"]["inputs"][0]["path"] == "valley-1.txt"
    assert {p["id"] for p in made["places"]} == {t.place.id for t in world.assessment().toponyms if t.place}


# ── publication ──────────────────────────────────────────────────────────────────────────────────────────────


def test_publication_draws_approved_claims_only() -> None:
    made = world.assessment()
    one = replace(made, claims=(replace(made.claims[0], checked_by="Ada Novak"), *made.claims[1:]))
    shown = publishable(one, HOUSE)
    assert [c.id for c in shown.claims] == ["c1distance"]
    assert shown.comparisons == ()
    html = reports.render_report(shown, maps.page_parts(shown, world.World(), style=HOUSE), style=HOUSE)
    assert "fantasy" not in text_of(html)
    assert "The Valley Desk" in text_of(html)


@pytest.mark.parametrize(
    ("made", "style", "lacks"),
    [
        (world.assessment(), HOUSE, "none of 5 claims is approved"),
        (approved(world.assessment()), Style(credit="x"), "no caption"),
        (approved(world.assessment()), Style(caption="x"), "no credit"),
        (
            replace(
                approved(world.assessment()),
                methods=replace(world.assessment().methods, data=(replace(world.SOURCE, licence=None),)),
            ),
            HOUSE,
            "states no licence",
        ),
    ],
)
def test_publication_demands_what_it_needs(made: Assessment, style: Style, lacks: str) -> None:
    with pytest.raises(PublishError, match=lacks):
        publishable(made, style)


def test_claimreview_speaks_for_people_only() -> None:
    made = approved(world.assessment())
    graph = reports.claim_review(made, style=HOUSE, url="https://desk.example/valley")["@graph"]
    assert [g["claimReviewed"] for g in graph] == [c.quote for c in made.tested]
    assert graph[0]["reviewRating"] == {"@type": "Rating", "alternateName": "Fits the map"}
    assert graph[0]["url"] == "https://desk.example/valley#claim-c1distance"
    assert graph[0]["itemReviewed"]["author"]["name"] == "The general staff"
    false = {"ratingValue": 1, "bestRating": 5, "worstRating": 1, "alternateName": "False by our scale"}
    rated = reports.claim_review(made, style=replace(HOUSE, ratings={"does_not_fit": false}))["@graph"]
    assert rated[1]["reviewRating"] == {"@type": "Rating", **false}
    assert rated[0]["reviewRating"] == {"@type": "Rating", "alternateName": "Fits the map"}
    with pytest.raises(PublishError, match="no tested claim"):
        reports.claim_review(world.assessment(), style=HOUSE)
    with pytest.raises(PublishError, match="credit"):
        reports.claim_review(made)


# ── house style ──────────────────────────────────────────────────────────────────────────────────────────────

TOML = """
[style]
language = "uk"
units = ["imperial", "metric"]
font = "Georgia, serif"
caption = "Долина"
credit = "Редакція"
borders = "Кордони за даними редакції <b>"
boundary_file = "borders.geojson"
[style.palette]
held = "#123456"
[style.spellings]
"geonames:101" = "Камінь-на-Сулі"
[style.ratings.does_not_fit]
ratingValue = 1
bestRating = 5
worstRating = 1
alternateName = "Неправда"
"""


def test_a_houses_file_rules_every_output(tmp_path: Path) -> None:
    made = approved(world.assessment())
    (tmp_path / "geomap.toml").write_text(TOML, encoding="utf-8")
    gpd.GeoDataFrame({"n": [1]}, geometry=[world.RIVER], crs=4326).to_file(tmp_path / "borders.geojson")
    _, style, _ = read_config(tmp_path / "geomap.toml")
    html = reports.render_report(made, maps.page_parts(made, world.World(), style=style), style=style)
    assert '<html lang="uk">' in html
    assert "--held:#123456" in html
    assert "--sans:Georgia, serif" in html
    assert html.count("Кордони за даними редакції &lt;b&gt;") == 2
    assert "Камінь-на-Сулі" in html
    assert re.search(r"кв\. миль \([\d\s,–]+ км²\)", html)
    assert "Долина" in html
    assert "Камінь-на-Сулі" in maps.alt_text(made, style)
    rated = reports.claim_review(made, style=style)["@graph"][1]
    assert rated["reviewRating"]["alternateName"] == "Неправда"
    assert rated["inLanguage"] == "uk"
    # the picture speaks the same words in the same colours
    picture = maps.picture(made, world.World(), "svg", style=style).decode("utf-8")
    assert "#123456" in picture
    assert "Камінь-на-Сулі" in picture


def test_the_example_of_a_houses_file_can_be_read() -> None:
    settings, style, _ = read_config(Path(__file__).parent.parent / "docs" / "geomap.toml")
    assert style.units == ("metric", "imperial")
    assert style.ratings["does_not_fit"]["ratingValue"] == 2
    assert settings.rough_gap == 0.15


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────────────


def test_corrections_name_what_a_reader_would_notice() -> None:
    old = world.assessment()
    assert reports.compare_reports(report_record(old), report_record(old)).lines == ()
    first = old.claims[0]
    other = replace(first, verdict=replace(first.verdict, label=Label.DOES_NOT_FIT))
    new = replace(old, claims=(other, *old.claims[2:]), methods=replace(old.methods, version="0.2.0"))
    note = reports.compare_reports(report_record(old), report_record(new), on=date(2031, 4, 20))
    assert note.lines == (
        "“Dovha Balka, some 28 km south of Kamin”: verdict was “Fits the map”, is now “Does not fit the map”.",
        "Removed: “the ground won back at more than 15,000 square kilometres” — Does not fit the map",
        "Made with geomap 0.2.0; before with 0.1.0.",
    )
    assert reports.render_correction(note).startswith("## Correction of 20 Apr 2031\n\n- “Dovha Balka")


def test_corrections_see_moved_measurements_and_places() -> None:
    old = report_record(world.assessment())
    new = json.loads(json.dumps(old))
    new["claims"][1]["verdict"]["aspects"][0]["measured"] = [1e9, 2e9]
    new["claims"][0]["reference"]["place"]["lat"] = 50.5
    lines = reports.compare_reports(old, new).lines
    assert any("is now 1,000–2,000 km²" in line for line in lines)
    assert any(line.startswith("Kamin: was Kamin (49.410, 37.020), is now Kamin (50.500") for line in lines)


def test_corrections_refuse_what_is_no_report() -> None:
    with pytest.raises(InputError, match="old report: no 'articles'"):
        reports.compare_reports({}, report_record(world.assessment()))


def test_notes_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    for n, payload in enumerate(["1. first", "- a", "# b", "a \\ b &lt; <i>", *hostile.PAYLOADS]):
        said = fold(f"x {payload} y")
        note = reports.Correction(on=date(2031, 4, 16), lines=(said, payload.strip() if n < 4 else "z"))
        path.write_text(reports.render_correction(note), encoding="utf-8")
        (read,) = reports.read_corrections(path)
        assert (read.title, read.lines[0]) == ("Correction of 16 Apr 2031", said)
        assert read.lines[1] == note.lines[1]


def test_notes_edited_by_hand_stand_on_page_and_in_markdown(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(
        "\ufeff## Correction of 16 Apr 2031\n\nWe misread <b>one</b>\nfigure.\n\n* and its unit\n"
        "# Earlier\n- [x](javascript:1)\n## empty\n",
        encoding="utf-8",
    )
    notes = reports.read_corrections(path)
    assert [(n.title, n.lines) for n in notes] == [
        ("Correction of 16 Apr 2031", ("We misread <b>one</b> figure.", "and its unit")),
        ("Earlier", ("[x](javascript:1)",)),
    ]
    assert "We misread &lt;b&gt;one&lt;/b&gt; figure." in page(corrections=notes)
    told = reports.render_markdown(world.assessment(), corrections=notes)
    assert "## Correction of 16 Apr 2031" in told
    assert "\\[x\\](javascript:1)" in told
    for text in ("", "## heading alone\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="says nothing"):
            reports.read_corrections(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        reports.read_corrections(path)


# ── the chart ────────────────────────────────────────────────────────────────────────────────────────────────


def test_charts_break_at_gaps_and_mark_seams() -> None:
    days = ["2031-04-03", "2031-04-04", "2031-04-10", "2031-04-11"]
    rows = [
        {"date": d, "held_km2": 100 - i, "contested_km2": 3, "source": "A" if i < 3 else "B"}
        for i, d in enumerate(days)
    ]
    chart = series_chart(rows, Style())
    assert chart.count('class="held"') == 1
    assert "no map" in chart
    assert "source changes" in chart
    assert series_chart(rows[:1], Style()) == ""
