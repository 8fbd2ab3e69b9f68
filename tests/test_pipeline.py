"""From stories to a checked page: the whole job, on real articles and control maps and on our own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import geomap
from geomap.config import read_config
from geomap.errors import InputError, PlaceError
from geomap.measure import named_controls
from geomap.models import Article, Claim, Code, Label, MentionKind
from geomap.results import Report


@pytest.fixture(scope="module")
def checked(shared: Path) -> Report:
    """Five real articles against a month of real control maps."""
    data = shared / "data"
    return geomap.report(data / "articles" / "articles.jsonl", control=data / "control" / "2022")


def said(report: Report, article: str, words: str, kind: str | None = None) -> Claim:
    """The claim of an article whose value or quote holds these words."""
    found = [
        c
        for c in report.assessment.claims
        if c.article.startswith(article)
        and (words in c.quote or (c.value is not None and words in c.value.text))
        and kind in (None, c.kind)
    ]
    assert found, f"no claim of {article} says {words!r}"
    return min(found, key=lambda c: len(c.quote))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("article", "words", "kind", "labels"),
    [
        ("003", "40km", "distance", {Label.DOES_NOT_FIT}),
        ("003", "more than 120km", "distance", {Label.DOES_NOT_FIT}),
        ("004", "around 150km", "distance", {Label.DOES_NOT_FIT}),
        ("003", "about 100km", "distance", {Label.ROUGHLY_FITS}),
        ("001", "2,500 square", "area", {Label.FITS}),
        ("001", "390 square", "area", {Label.ROUGHLY_FITS}),
        ("000", "1,160 square", "area", {Label.FITS}),
        ("002", "2,000 square", "area", {Label.FITS}),
        ("002", "1,500 square", "area", {Label.FITS}),
        ("002", "same size", "area", {Label.FITS}),
    ],
)
def test_figures_get_the_verdicts_of_the_rules(
    checked: Report, article: str, words: str, kind: str, labels: set[Label]
) -> None:
    claim = said(checked, article, words, kind)
    assert claim.verdict is not None
    assert claim.verdict.label in labels, claim.verdict.reason


@pytest.mark.shared
def test_codes_and_aspects_say_what_moved_a_verdict(checked: Report) -> None:
    wide = said(checked, "001", "2,500 square", "area").verdict
    assert wide is not None
    assert Code.WIDE in wide.codes
    split = said(checked, "003", "about 100km", "distance").verdict
    assert split is not None
    assert Code.DIRECTION in split.codes
    labels = {a.aspect: a.label for a in split.aspects}
    assert labels["distance"] is Label.FITS
    assert labels["direction"] is Label.DOES_NOT_FIT
    slip = said(checked, "004", "2,000km", "area")
    assert slip.value is not None
    assert slip.value.unit_corrected
    assert slip.value.si == pytest.approx(2e9)


@pytest.mark.shared
def test_an_article_that_contradicts_itself_is_told(checked: Report) -> None:
    within = [c for c in checked.assessment.contradictions if c.within_article]
    assert any(a.startswith("003") for c in within for a in c.articles)


@pytest.mark.shared
def test_every_literal_mention_resolves_rightly(checked: Report, shared: Path) -> None:
    from geomap import geodesy

    path = shared / "data" / "toponyms" / "articles_toponyms.jsonl"
    wrong = []
    found = {(t.article, t.start, t.end): t for t in checked.assessment.toponyms}
    for line in path.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        for mention in gold["toponyms"]:
            if mention["kind"] != "literal" or mention.get("lat") is None:
                continue
            span = (mention["start"], mention["end"])
            if any(o["start"] <= span[0] and span[1] <= o["end"] and o != mention for o in gold["toponyms"]):
                continue  # a name within a longer one ("Ukraine's second largest city"): the longer one is the mention
            ours = found.get((gold["id"], *span))
            place = ours.place if ours else None
            far = None
            if place is not None:
                far = geodesy.distance_km(place.lon, place.lat, mention["lon"], mention["lat"])
            if far is None or far > 161:
                wrong.append((gold["id"][:3], mention["text"], place and place.name, far and round(far)))
    assert wrong == []


@pytest.mark.shared
def test_demonyms_are_marked(checked: Report) -> None:
    kinds = {t.text: t.kind for t in checked.assessment.toponyms}
    assert kinds["Ukrainian"] is MentionKind.DEMONYM
    assert kinds["Russian"] is MentionKind.DEMONYM


@pytest.mark.shared
def test_no_claim_is_untraceable(checked: Report) -> None:
    texts = {a.id: a.text for a in checked.assessment.articles}
    for claim in checked.assessment.claims:
        assert texts[claim.article][claim.start : claim.end] == claim.quote
        assert claim.verdict is not None
        assert claim.verdict.reason
        assert claim.verdict.label is Label.NOT_TESTABLE or claim.verdict.evidence
        for item in claim.verdict.evidence:
            assert item.what
            assert item.source or item.role == "missing", claim.quote


@pytest.mark.shared
def test_without_control_maps_hulls_answer_or_say_what_is_missing(shared: Path) -> None:
    report = geomap.report(shared / "data" / "articles" / "articles.jsonl")
    areas = [c for c in report.assessment.claims if c.kind == "area" and c.value is not None and c.value.si]
    verdicts = [c.verdict for c in areas if c.verdict is not None]
    assert verdicts
    assert {v.label for v in verdicts} <= {Label.MAPS_CANNOT_SETTLE, Label.FITS, Label.NOT_TESTABLE}
    assert any(Code.HULL_ONLY in v.codes for v in verdicts)


def test_an_undated_story_is_not_dated(root: Path) -> None:
    report = geomap.report(root / "data" / "samples" / "undated.txt")
    assert report.assessment.articles[0].published_on is None
    fire = said(report, "undated", "45,000 acres", "area")
    assert fire.verdict is not None
    assert fire.verdict.label in {Label.MAPS_CANNOT_SETTLE, Label.NOT_TESTABLE}
    assert fire.date is None or fire.date.start is None
    assert "--published" in str(fire.verdict.reason) + " ".join(str(e.note) for e in fire.verdict.evidence)
    near = said(report, "undated", "30 miles south", "distance")
    assert near.verdict is not None
    assert near.verdict.label in {Label.FITS, Label.ROUGHLY_FITS}


@pytest.fixture(scope="module")
def samples(root: Path) -> Report:
    folder = root / "data" / "samples"
    return geomap.report(folder / "dispatches.jsonl", events=folder / "events.csv", since="2022-09-05")


def test_the_samples_tell_fitting_from_unfitting(samples: Report) -> None:
    labels = {c.verdict.label for c in samples.assessment.claims if c.verdict}
    assert {Label.FITS, Label.DOES_NOT_FIT} <= labels
    south = said(samples, "dispatch-4", "40km", "distance").verdict
    assert south is not None
    assert south.label is Label.DOES_NOT_FIT


def test_same_input_same_bytes(samples: Report, root: Path) -> None:
    folder = root / "data" / "samples"
    again = geomap.report(folder / "dispatches.jsonl", events=folder / "events.csv", since="2022-09-05")
    assert again.to_html() == samples.to_html()
    assert json.dumps(again.to_dict()) == json.dumps(samples.to_dict())


def test_an_articles_own_claims_as_events_improve_nothing(root: Path, tmp_path: Path) -> None:
    """Evidence is independent: what an article says cannot prove what it says."""
    text = "The army took Lyman on 1 October 2022, the ministry said. It took Izium on 11 September 2022."
    article = Article(id="a", text=text, source="Daily", published_on=date(2022, 10, 2))
    events = tmp_path / "events.csv"
    events.write_text(
        "settlement,holder,date,source\n"
        "Lyman,Russia,2022-05-01,Daily\nIzium,Russia,2022-04-01,Daily\n"
        "Lyman,Ukraine,2022-10-01,Daily\nIzium,Ukraine,2022-09-11,Daily\n",
        encoding="utf-8",
    )
    order = [Label.DOES_NOT_FIT, Label.NOT_TESTABLE, Label.MAPS_CANNOT_SETTLE, Label.ROUGHLY_FITS, Label.FITS]
    alone = {c.id: c for c in geomap.report([article]).assessment.claims}
    fed = {c.id: c for c in geomap.report([article], events=events).assessment.claims}
    assert alone
    assert alone.keys() == fed.keys()
    for key, claim in fed.items():
        before = alone[key].verdict
        assert claim.verdict is not None
        assert before is not None
        assert order.index(claim.verdict.label) <= order.index(before.label), claim.quote


@pytest.mark.slow
def test_saving_by_suffix(samples: Report, tmp_path: Path) -> None:
    import geopandas

    for suffix in ("html", "json", "csv", "geojson", "gpkg", "parquet", "png", "svg", "pdf", "md"):
        path = tmp_path / f"out.{suffix}"
        digest = samples.save(path)
        assert len(digest) == 64
        assert path.stat().st_size > 500, suffix
    frame = geopandas.read_parquet(tmp_path / "out.parquet")
    assert len(frame) == len(samples.assessment.claims)
    assert "verdict_label" in frame.columns
    assert "claimed_low_km2" in geopandas.read_file(tmp_path / "out.gpkg").columns
    record = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(record) == ["articles", "places", "claims", "contradictions", "untested", "unresolved", "methods"]
    assert not [p for p in tmp_path.iterdir() if not p.name.startswith("out.")]


@pytest.mark.shared
def test_sources_stand_against_each_other(checked: Report) -> None:
    pairs = checked.sources
    assert set(pairs.columns) == {"first", "second", "same_event", "progress", "contradicts"}
    assert (pairs["first"] < pairs["second"]).all()
    assert pairs["same_event"].sum() > 0
    assert "Source against source" in checked.to_html()


def test_a_notebook_gets_html_picture_and_words(samples: Report) -> None:
    bundle = samples._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert "sandbox=" in bundle["text/html"]
    assert bundle["text/plain"].startswith("<geomap.Report: ")


def test_stock_folium_things_go_on_the_map(samples: Report) -> None:
    import folium

    map_ = samples.map
    folium.Marker((49.0, 37.0), tooltip="ours").add_to(map_)
    assert "ours" in map_.get_root().render()


def test_named_controls(tmp_path: Path) -> None:
    odd = tmp_path / "a=b"
    odd.mkdir()
    assert named_controls(["ISW=maps", str(odd)]) == [("ISW", Path("maps")), (None, odd)]
    assert named_controls({"X": "y"}) == [("X", Path("y"))]
    assert named_controls(None) == []


def test_region_must_be_one() -> None:
    with pytest.raises(PlaceError, match="Kharkiv region"):
        geomap.report([Article(id="a", text="Nothing.")], region="Qqqqzzz")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[settings]\nabout = 'x'\n", "expected float"),
        ("[setting]\n", "expected \\[settings\\]"),
        ("[settings]\nabuot = 0.2\n", "unknown"),
        ("not toml", "not TOML"),
    ],
)
def test_config_errors_say_where(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "geomap.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_config(path)


def test_config_changes_settings_and_style(tmp_path: Path) -> None:
    path = tmp_path / "geomap.toml"
    path.write_text('[settings]\nabout = 0.2\ndozens = [20, 99]\n[style]\ncredit = "Desk"\n', encoding="utf-8")
    settings, style, _ = read_config(path)
    assert settings.about == 0.2
    assert settings.dozens == (20, 99)
    assert style.credit == "Desk"


def test_public_names() -> None:
    assert geomap.__all__ == sorted(geomap.__all__)
    for name in geomap.__all__:
        assert getattr(geomap, name) is not None
