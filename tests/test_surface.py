"""What Python users hold in their hands: records that show themselves, frames that go on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import maps_world as world
import pytest
import shapely
from shapely.geometry import shape

from geomap import hulls
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
