"""What Python users hold in their hands: records that show themselves, frames that go on."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import maps_world as world
import pandas as pd
import pytest
import shapely
from shapely.geometry import shape

import geomap
from geomap import hulls
from geomap.errors import GeomapError
from geomap.models import Claim, ClaimKind, Mention, Place
from geomap.reports import claims_frame, write_exports

TOWN = Place(id="t:1", name="Brid", lat=49.5, lon=36.25, feature="P.PPL", country="UA", admin1="Kharkiv")
REGION = replace(TOWN, id="t:2", name="Some oblast", lat=60.0, lon=100.0, feature="A.ADM1")
PAYLOAD = "<img src=x onerror=alert(1)>\x1b[31m"


def claim_on(*places: Place) -> Claim:
    about = tuple(Mention(text=p.name, place=p) for p in places)
    return Claim(id="c1", article="a", kind=ClaimKind.CONTROL, quote="q", start=0, end=1, subject=about)


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_records_are_geojson_features() -> None:
    assert shape(TOWN.__geo_interface__["geometry"]) == shapely.Point(36.25, 49.5)
    others = [replace(TOWN, id=f"t:{n}", lat=49.5 + n, lon=36.0 + n * n / 9) for n in range(1, 4)]
    hull = hulls.measure_hull([TOWN, *others], "convex")
    frame = gpd.GeoDataFrame.from_features([TOWN, hull, claim_on(TOWN)])
    assert list(frame.geom_type) == ["Point", "Polygon", "Point"]
    assert json.loads(json.dumps(TOWN.__geo_interface__))["properties"]["name"] == "Brid"


def test_records_show_themselves_as_text_alone() -> None:
    hostile = replace(TOWN, name=PAYLOAD, admin1=PAYLOAD, alternatives=(replace(TOWN, name=PAYLOAD),))
    claim = replace(claim_on(hostile), quote=PAYLOAD, source=(PAYLOAD,))
    hull = replace(hulls.measure_hull([TOWN, REGION, replace(TOWN, lat=50.0)], "convex"), places=(PAYLOAD,))
    for record in (hostile, claim, hull):
        told = record._repr_html_()
        assert "&lt;img" in told
        assert "<img" not in told
        assert "\x1b" not in told
    assert "36.2500" in TOWN._repr_html_()
    assert "population" not in TOWN._repr_html_(), "what is not known is left out"


# ── claims ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_region_is_never_a_point(tmp_path: Path) -> None:
    assert claim_on(REGION).geometry is None
    assert claim_on(REGION, TOWN).geometry == shapely.Point(36.25, 49.5)
    assert claim_on(REGION).__geo_interface__["geometry"] is None
    made = replace(world.assessment(), claims=(claim_on(REGION), claim_on(TOWN)))
    write_exports(made, tmp_path / "claims.geojson")
    features = json.loads((tmp_path / "claims.geojson").read_text("utf-8"))["features"]
    assert [f["geometry"] and f["geometry"]["type"] for f in features] == [None, "Point"]


def test_claims_go_on_as_json() -> None:
    frame = claims_frame(world.assessment())
    told = json.loads(frame.to_json())["features"]
    assert len(told) == len(frame)
    assert told[0]["properties"]["published_on"] == "2031-04-12"
    assert {f["properties"]["why_not"] for f in told} <= {None, *frame["why_not"].dropna()}
    part = frame[frame["kind"] == "area"]
    assert len(json.loads(part.to_json())["features"]) == len(part) > 0
    assert str(frame["published_on"].dtype).startswith("datetime"), "the frame itself stays as it is"


@pytest.mark.slow
def test_claims_are_explored() -> None:
    pytest.importorskip("mapclassify", reason="extra `explore`")
    frame = claims_frame(world.assessment())
    page = frame.explore(column="verdict_label").get_root().render()
    assert "2031-04-12" in page


# ── questions about a text ───────────────────────────────────────────────────────────────────────────────────

STORY = "Lviv is 470 km from Kyiv, in Ukraine. Lviv is 200 km from Kyiv."


def test_a_text_is_asked_by_frames() -> None:
    places = geomap.toponyms(STORY)
    assert [STORY[m.start : m.end] for m in places.itertuples()] == list(places["text"])
    assert list(places.loc[places["text"] == "Lviv", "place_country"].unique()) == ["UA"]
    assert places.loc[places["text"] == "Ukraine"].geometry.isna().all(), "a country is no point"
    judged, found = geomap.check(STORY), geomap.extract(STORY)
    assert list(found.columns) == list(judged.columns)
    assert list(found["id"]) == list(judged["id"])
    assert found["verdict_label"].isna().all()
    assert list(judged["verdict_label"]) == ["fits", "does_not_fit"]
    assert list(geomap.check("Nothing here.").columns) == list(judged.columns)


def test_the_stage_of_that_name_answers_too() -> None:
    code = "import geomap; from geomap.toponyms import find_toponyms; import geomap.toponyms as stage; "
    code += "print(len(geomap.toponyms('Kyiv')), stage.find_toponyms is find_toponyms)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout == "1 True\n", ran.stderr
    code = "import geomap; print(len(geomap.toponyms('Kyiv')), len(geomap.toponyms('Kyiv')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "1 1\n"


def test_a_table_of_articles() -> None:
    table = pd.DataFrame(
        {"text": [STORY, STORY], "published_on": [pd.Timestamp("2022-09-01"), None], "source": ["A", None]}
    )
    report = geomap.report(articles=table, text=STORY, source="B", published="2022-01-01")
    articles = report.assessment.articles
    assert [(a.id, a.source, str(a.published_on)) for a in articles] == [
        ("text", "B", "2022-01-01"), ("article-1", "A", "2022-09-01"), ("article-2", "B", "2022-01-01"),
    ]  # fmt: skip
    assert dict(zip(report.places["name"], report.places["mentions"], strict=True)) == {
        "Lviv": 6, "Kyiv": 6, "Ukraine": 3,
    }  # fmt: skip
    assert len(report.toponyms) == 15
    assert set(report.contradictions.iloc[0]["claims"]) < set(report.claims["id"])
    assert list(report.untested.columns) == ["claim", "article", "quote", "why_not"]
    assert len(report.unresolved) == 0
    rows = report.review()
    assert {"article", "quote", "decision"} <= set(rows.columns)
    assert len(rows) == 15 + len(report.claims)


def test_the_same_id_twice_stays_two_articles() -> None:
    report = geomap.report(articles=[{"id": "a", "text": STORY}, {"id": "a", "text": STORY}])
    assert [a.id for a in report.assessment.articles] == ["a", "a-2"]


def test_names_are_resolved_many_at_once() -> None:
    frame = geomap.resolve(["Izyum", "Qxzzkwvq"])
    assert list(frame["query"]) == ["Izyum", "Qxzzkwvq"]
    assert frame["country"].iloc[0] == "UA"
    assert pd.isna(frame["id"].iloc[1]), "what is nothing's name has a row without a place"
    several = geomap.resolve("Alexandria", limit=3)
    assert len(several) == 3
    assert several[0].id == geomap.resolve("Alexandria").id


def test_distances_are_km_azimuth_and_wind() -> None:
    km, azimuth, wind = geomap.distance("Lviv", "Kyiv")
    assert km == pytest.approx(469, abs=3)
    assert 75 < azimuth < 85
    assert wind == "E"
    assert geomap.distance("Kyiv", geomap.resolve("Lviv")).compass == "W"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (lambda: geomap.report(5), "found int; expected a path"),
        (lambda: geomap.report(), "nothing to read"),
        (lambda: geomap.report(pd.DataFrame({"text": ["x"]})), "articles="),
        (lambda: geomap.report("Two lines\nof a story"), "text="),
        (lambda: geomap.report(text=b"x"), "found bytes; expected str"),
        (lambda: geomap.report(articles=pd.DataFrame({"body": ["x"]})), "columns are body; expected text"),
        (lambda: geomap.report(articles=["x"]), "found str; expected a mapping"),
        (lambda: geomap.report(text="x", published=5), "expected a date"),
        (lambda: geomap.report(text="x", control=5), "found int; expected a path"),
        (lambda: geomap.check(5), "found int; expected str"),
        (lambda: geomap.toponyms(None), "found None; expected str"),
        (lambda: geomap.resolve(5), "found int; expected str"),
        (lambda: geomap.resolve(["Kyiv", 5]), "names[1]: found int; expected str"),
        (lambda: geomap.resolve("Kyiv", limit=0), "expected a whole number"),
        (lambda: geomap.distance("Kyiv", 5), "found int; expected str"),
        (lambda: geomap.hull("Kyiv"), "found str; expected a list"),
    ],
)
def test_a_wrong_type_is_one_line(wrong, expected: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(GeomapError) as refused:
        wrong()
    assert expected in str(refused.value)
    assert "\n" not in str(refused.value)
