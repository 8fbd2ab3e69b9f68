"""Maps without a browser: what is drawn, where the picture is cut, what the page's data block holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import hostile
import maps_world as world
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import transform, union_all
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, shape
from shapely.geometry.polygon import orient

from geomap import maps
from geomap.errors import InputError, OutputError
from geomap.geodesy import area_m2
from geomap.maps import features
from geomap.maps.antimeridian import continued, straddles
from geomap.maps.boundaries import read_boundaries, with_boundaries
from geomap.maps.geometry import as_geojson, cut, for_display
from geomap.maps.locked import asset, policy, script_hash
from geomap.maps.payload import as_json, basemap_of, districts_of
from geomap.maps.sketch import Frame, claim_sketch, scale_bar
from geomap.models import AspectName, Assessment, Evidence, Label, MentionKind, Method, Named, message, report_record
from geomap.settings import PALETTE, Settings, Style
from geomap.wording import words


def data_of(html: str) -> dict:
    found = re.search(r'<script type="application/json" id="geomap-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found.group(1))


class Structure(HTMLParser):
    """Tags and attribute names in order: what a page is made of, whatever its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made.append((tag, tuple(name for name, _ in attrs)))


def structure(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Structure()
    parser.feed(html)
    return [(tag, names) for tag, names in parser.made if tag != "path" or "d" not in names]


# ── what is drawn ────────────────────────────────────────────────────────────────────────────────────────────


def test_every_literal_place_is_drawn_and_no_other() -> None:
    made = world.assessment()
    kinds = {t.place.id: t.kind for t in made.toponyms if t.place}
    drawn = features.shapes(made, world.World(), Style())
    assert {s.place for s in drawn if s.place} == {k for k, kind in kinds.items() if kind is MentionKind.LITERAL}
    said = replace(made, toponyms=tuple(replace(t, kind=MentionKind.ASSOCIATIVE) for t in made.toponyms), claims=())
    assert features.shapes(said, world.World(), Style()) == []


def test_ambiguous_places_are_hollow() -> None:
    drawn = {s.name: s.layer for s in features.shapes(world.assessment(), world.World(), Style()) if s.place}
    assert drawn["Lisna"] == "ambiguous"
    assert drawn["Kamin"] == "place"


def test_claims_on_the_same_ground_share_a_shape() -> None:
    made = world.assessment()
    twin = replace(made.claims[1], id="c2again")
    drawn = features.shapes(replace(made, claims=(*made.claims, twin)), world.World(), Style())
    change = [s for s in drawn if s.layer == "change"]
    assert len(change) == 1
    assert change[0].claims == ("c2area", "c2again")


def test_hulls_changes_and_lines_go_to_their_layers() -> None:
    layers = {s.layer: s.claims for s in features.shapes(world.assessment(), world.World(), Style()) if not s.place}
    assert layers == {"change": ("c2area",), "hull": ("c3area",), "line": ("c1distance",)}


@pytest.mark.parametrize(
    ("method", "layer"), [(Method.CHANGE, "change"), (Method.HULLS, "hull"), (Method.POLYGON, "area")]
)
@pytest.mark.parametrize("source", ["Spanish MoD", "A Hull and Thiessen map"])
@pytest.mark.parametrize("name", ["Spandau", "Kingston upon Hull", "Thiessenville"])
def test_a_layer_follows_the_method_whatever_names_say(method: Method, layer: str, source: str, name: str) -> None:
    what = message("what.gained_in", side=source, region=Named(name), start=date(2031, 4, 3), end=date(2031, 4, 12))
    shape = Polygon([(30.0, 48.1), (34.2, 47.6), (35.1, 50.3)])
    one = Evidence(
        what=what,
        measured=(1.0, 2.0),
        unit="km2",
        aspect=AspectName.AREA,
        method=message(method),
        source=source,
        geometry=shape,
    )
    assert features.evidence_layer(one) == layer


def test_the_picture_is_cut_around_what_was_checked() -> None:
    made = world.assessment()
    west, south, east, north = features.extent(made, world.World())
    for place in (world.KAMIN, world.BALKA):
        assert west < place.lon < east
        assert south < place.lat < north
    far = world.place("999", "Port Remote", -70.0, -30.0)
    stray = replace(made, toponyms=(*made.toponyms, replace(made.toponyms[0], place=far)))
    assert features.extent(stray, world.World()) == (west, south, east, north)


def test_a_story_without_places_still_has_an_extent() -> None:
    empty = replace(world.assessment(days=0), toponyms=(), claims=(), comparisons=())
    west, south, east, north = features.extent(empty, world.World())
    assert west < east
    assert south < north
    assert "geomap-data" in maps.render_map(empty, world.World())


def test_house_spelling_and_language_reach_the_map() -> None:
    style = Style(language="uk", spellings={world.KAMIN.id: "Камінь"}, units=("imperial", "metric"))
    html = maps.render_map(world.assessment(), world.World(), style=style)
    names = [f["properties"]["name"] for f in data_of(html)["features"]["features"]]
    assert "Камінь" in names
    assert 'lang="uk"' in html
    assert words("uk")["layer_change"] in html
    assert "кв. миль" in json.dumps(data_of(html), ensure_ascii=False)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_drawn_polygons_keep_their_area() -> None:
    data = data_of(maps.render_map(world.assessment(), world.World()))
    told = [f for f in data["features"]["features"] if "area_km2" in f["properties"]]
    assert len(told) == 2
    for feature in told:
        drawn = area_m2(shape(feature["geometry"])) / 1e6
        assert drawn == pytest.approx(feature["properties"]["area_km2"], rel=0.002)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 9), st.floats(40, 49)), min_size=30, max_size=80), st.floats(1e-4, 0.5))
def test_thinning_moves_no_area(points: list[tuple[float, float]], tolerance: float) -> None:
    ragged = Polygon([(0.01 * i, 45 + p[1] / 100) for i, p in enumerate(points)] + [(0.4, 44.0), (-0.3, 44.2)])
    if ragged.is_valid:
        thin = for_display(ragged, tolerance)
        assert area_m2(thin) == pytest.approx(area_m2(ragged), rel=0.0011)


def test_geojson_is_rounded_and_turns_the_right_way() -> None:
    clockwise = orient(Polygon([(36.123456789, 49), (37, 49.1), (36.9, 50)]), sign=-1.0)
    made = as_geojson(MultiPolygon([clockwise, Polygon([(1, 1), (2, 1.1), (1.5, 2)])]))
    outer = made["coordinates"][0][0]
    assert outer[0] == outer[-1]
    assert max(len(str(c).split(".")[1]) for ring in made["coordinates"][0] for p in ring for c in p) <= 5
    assert Polygon(outer).exterior.is_ccw


def test_cutting_leaves_what_lies_inside() -> None:
    bowtie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert cut(bowtie, (0.0, 0.0, 3.0, 3.0)).area == pytest.approx(2.0)
    assert cut(box(10, 10, 11, 11), (0.0, 0.0, 3.0, 3.0)).is_empty


def test_the_scale_bar_is_true_at_the_middle() -> None:
    frame = Frame((36.0, 49.0, 38.0, 50.0), 800, 600)
    length, text = scale_bar(frame, Style())
    kilometres = float(text.split()[0])
    x0, _ = frame.point(36.5, frame.middle)
    from geomap.geodesy import distance_km

    degrees = length / frame.scale / frame.narrow
    assert distance_km(36.5, frame.middle, 36.5 + degrees, frame.middle) == pytest.approx(kilometres, rel=0.002)
    assert x0 > 0


# ── colours ──────────────────────────────────────────────────────────────────────────────────────────────────


def _lab(colour: str, seen: tuple[tuple[float, float, float], ...] | None) -> tuple[float, float, float]:
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    line = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    if seen:
        line = [min(1.0, max(0.0, sum(m * c for m, c in zip(row, line, strict=True)))) for row in seen]
    r, g, b = line
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz]
    return (116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))


# Machado, Oliveira and Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1.0
PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))


@pytest.mark.parametrize("seen", [None, PROTAN, DEUTAN], ids=["all", "protan", "deutan"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_data_colours_stay_apart(mode: str, seen: tuple[tuple[float, float, float], ...] | None) -> None:
    colours = PALETTE
    if mode == "dark":
        colours = PALETTE | dict(re.findall(r"--([a-z]+):(#[0-9a-f]{6})", asset("theme.css").split("dark)")[1]))
        assert colours["held"] != PALETTE["held"]
    for one, other in combinations(("held", "contested", "change", "hull", "line", "ambiguous"), 2):
        a, b = _lab(colours[one], seen), _lab(colours[other], seen)
        assert sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 >= 12, (one, other)


RATING = {"ratingValue": 5, "bestRating": 5, "worstRating": 1, "alternateName": "Right"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"palette": {"held": "red;}"}},
        {"palette": {"nothing": "#000000"}},
        {"font": "x;}</style>"},
        {"units": ()},
        {"spellings": {"geonames:1": 4}},
        {"boundary_file": "b.geojson"},
        {"ratings": {"true": RATING}},
        {"ratings": {"fits": {"ratingValue": 5}}},
        {"ratings": {"fits": RATING | {"ratingValue": 6}}},
        {"ratings": {"fits": RATING | {"ratingValue": "5"}}},
        {"ratings": {"fits": RATING | {"alternateName": ""}}},
    ],
)
def test_style_refuses_what_is_no_style(wrong: dict) -> None:
    with pytest.raises(InputError):
        Style(**wrong)


# ── across the antimeridian ──────────────────────────────────────────────────────────────────────────────────

WEST_ISLAND = Polygon([(178.6, -17.0), (179.9, -16.4), (180.0, -16.5), (180.0, -17.3), (179.2, -17.6)])
EAST_ISLAND = Polygon([(-180.0, -16.5), (-178.9, -16.9), (-179.4, -17.5), (-180.0, -17.3)])


class Islands(world.World):
    """One island that the antimeridian cuts in two."""

    def basemap(self, bounds: tuple[float, float, float, float]) -> dict[str, gpd.GeoDataFrame]:
        assert -180 <= bounds[0] < bounds[2] <= 180
        parts = [part.intersection(box(*bounds)) for part in (WEST_ISLAND, EAST_ISLAND)]
        kept = [p for p in parts if not p.is_empty]
        frame = gpd.GeoDataFrame({"id": ["I"] * len(kept), "name": ["Isle"] * len(kept)}, geometry=kept, crs=4326)
        return {"countries": frame}


def over_the_seam() -> Assessment:
    """The valley's places, measurements and maps moved to both sides of 180."""
    made = world.assessment(days=2)

    def lon(x: float) -> float:
        moved = x + 142.95
        return moved - 360 if moved > 180 else moved

    def moved(geometry: Any) -> Any:
        whole = transform(geometry, lambda xy: xy + np.array([142.95, -66.0]))
        east = transform(whole.intersection(box(180, -90, 360, 90)), lambda xy: xy - np.array([360.0, 0.0]))
        return union_all([whole.intersection(box(-180, -90, 180, 90)), east])

    def there(place: Any) -> Any:
        return replace(place, lon=lon(place.lon), lat=place.lat - 66)

    def mention(m: Any) -> Any:
        return m and replace(m, place=there(m.place))

    claims = [
        replace(
            c,
            subject=tuple(mention(m) for m in c.subject),
            reference=mention(c.reference),
            verdict=c.verdict
            and replace(c.verdict, evidence=tuple(replace(e, geometry=moved(e.geometry)) for e in c.verdict.evidence)),
        )
        for c in made.claims
    ]
    shots = [
        replace(s, frame=s.frame.set_geometry([moved(g) for g in s.frame.geometry])) for s in made.control[0].snapshots
    ]
    return replace(
        made,
        claims=tuple(claims),
        toponyms=tuple(replace(t, place=t.place and there(t.place)) for t in made.toponyms),
        control=(replace(made.control[0], snapshots=tuple(shots)),),
    )


def test_stories_over_the_antimeridian_are_drawn_together() -> None:
    made = over_the_seam()
    assert straddles(made)
    assert not straddles(world.assessment())
    data = data_of(maps.render_map(made, Islands()))
    west, _, east, _ = data["map"]["bounds"]
    assert 0 < west < 180 < east < 360
    assert east - west < 6
    plain = data_of(maps.render_map(world.assessment(days=2), world.World()))
    for here, there in zip(data["features"]["features"], plain["features"]["features"], strict=True):
        if here["geometry"]["type"] == "Point" or here["properties"]["layer"] in ("hull", "change", "line"):
            one, other = shape(here["geometry"]), shape(there["geometry"])
            moved = transform(other, lambda xy: xy + np.array([142.95, -66.0]))
            assert one.bounds == pytest.approx(moved.bounds, abs=0.02), here["id"]
    # the island is one, without a border down its middle
    border = lines_of(data["map"]["base"], "border")
    seam = LineString([(180, -17.2), (180, -16.6)])
    assert border.intersection(seam.buffer(0.01)).length < 0.1
    assert border.bounds[0] < 179.5
    assert border.bounds[2] == pytest.approx(181.1, abs=0.01)
    # records keep longitudes that GeoJSON allows
    assert all(-180 <= p["lon"] <= 180 for p in data["places"])
    assert b"PNG" in maps.picture(made, Islands(), "png")[:8]


def test_shapes_over_greenwich_are_not_torn() -> None:
    torn = continued(MultiPolygon([box(-10, 50, 10, 55), box(170, 50, 180, 55), box(-180, 50, -170, 55)]))
    assert torn.area == pytest.approx(200)
    assert sorted(round(p.bounds[0]) for p in torn.geoms) == [0, 170, 350]


def test_districts_do_not_stand_in_for_their_city() -> None:
    rows = [
        ("geonames:13580034", "Right Bank", 352_000, 37.585, 47.115),
        ("geonames:701822", "Harbour", 230_000, 37.541, 47.095),
        ("geonames:702320", "Neighbour", 300_000, 37.60, 47.13),
        ("geonames:9000001", "New town", 150_000, 37.9, 47.4),
        ("own:1", "Mine", 900, 37.54, 47.1),
    ]
    frame = gpd.GeoDataFrame(
        {"id": [r[0] for r in rows], "name": [r[1] for r in rows], "population": [r[2] for r in rows]},
        geometry=[Point(*r[3:]) for r in rows],
        crs=4326,
    )
    assert districts_of(frame, Settings()) == {"geonames:13580034"}


# ── the house's borders ──────────────────────────────────────────────────────────────────────────────────────


def lines_of(base: list[dict], kind: str) -> Any:
    return union_all([shape(p["geometry"]) for p in base if p["kind"] == kind])


def test_house_borders_replace_the_basemaps(tmp_path: Path) -> None:
    made, style = world.assessment(), Style(borders="As the desk sees it", boundary_file=str(tmp_path / "b.geojson"))
    moved = [(37.2, 47.0), (37.6, 49.6), (37.1, 52.0)]
    frame = gpd.GeoDataFrame({"id": ["x", world.VALLEY.id]}, geometry=[LineString(moved), world.NEIGHBOUR], crs=4326)
    frame.to_crs(3857).to_file(tmp_path / "b.gpkg")
    frame.to_file(style.boundary_file)
    for path in (style.boundary_file, str(tmp_path / "b.gpkg")):
        house = with_boundaries(world.World(), replace(style, boundary_file=path))
        bounds = features.extent(made, house)
        base, labels = basemap_of(house, bounds, made)
        drawn, usual = lines_of(base, "border"), lines_of(basemap_of(world.World(), bounds, made)[0], "border")
        assert drawn.intersection(box(*bounds)).hausdorff_distance(LineString(moved).intersection(box(*bounds))) < 0.01
        assert not usual.equals(drawn)
        # one land without an outline of its own, no regions, no names of them
        assert [p["kind"] for p in base].count("far") == 1
        assert lines_of(base, "region").is_empty
        assert "region" not in {kind for *_, kind in labels}
        assert house.geometry(world.VALLEY.id).equals_exact(world.NEIGHBOUR, 1e-6)
        assert house.geometry("x") is None
    html = maps.render_map(made, world.World(), style=style)
    assert "As the desk sees it" in html
    assert maps.picture(made, world.World(), "png", style=style) != maps.picture(made, world.World(), "png")


def test_house_borders_refuse_what_are_none(tmp_path: Path) -> None:
    points, text, empty = (tmp_path / n for n in ("points.geojson", "text.geojson", "empty.geojson"))
    gpd.GeoDataFrame({"n": [1]}, geometry=[Point(1, 2)], crs=4326).to_file(points)
    text.write_text("no map", encoding="utf-8")
    empty.write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    for path in (points, text, empty, tmp_path / "none.geojson", tmp_path / "b.shp"):
        with pytest.raises(InputError, match=r"b\.shp|geojson"):
            read_boundaries(path)


# ── the locked page ──────────────────────────────────────────────────────────────────────────────────────────


def test_two_runs_write_the_same_page() -> None:
    first = maps.render_map(world.assessment(), world.World())
    again = maps.render_map(world.assessment(), world.World())
    assert first == again
    code = (
        "import sys; sys.path.insert(0, 'tests'); import maps_world as w; from geomap import maps;"
        "import hashlib; print(hashlib.sha256(maps.render_map(w.assessment(), w.World()).encode()).hexdigest())"
    )
    import hashlib

    root = Path(__file__).resolve().parent.parent
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert other.stdout.strip() == hashlib.sha256(first.encode()).hexdigest()


def test_the_policy_names_every_script_and_nothing_else() -> None:
    html = maps.render_map(world.assessment(), world.World())
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    content = re.search(r'Content-Security-Policy" content="([^"]*)"', html).group(1).replace("&#39;", "'")
    assert set(re.findall(r"'sha256-[^']+'", content)) == {script_hash(s) for s in scripts}
    assert str(policy(["x"], [])).count("default-src") == 1


def test_parts_that_need_the_network_are_refused_by_name() -> None:
    import folium
    from folium.plugins import HeatMap

    made = maps.draw_map(world.assessment(), world.World())
    HeatMap([[49, 37]]).add_to(made)
    with pytest.raises(OutputError, match="HeatMap loads https"):
        made.get_root().render()
    made = maps.draw_map(world.assessment(), world.World())
    made.get_root().header.add_child(folium.Element("<script src='https://example.org/x.js'></script>"))
    folium.Element("<script src='https://example.org/x.js'></script>")
    assert "example.org" not in made.get_root().render()


def test_tiles_open_the_policy_for_their_host_alone() -> None:
    html = maps.render_map(world.assessment(), world.World(), tiles="Esri.WorldGrayCanvas")
    policy_of = re.search(r'Content-Security-Policy" content="([^"]*)"', html).group(1)
    assert "img-src data: https://server.arcgisonline.com;" in policy_of
    assert "Esri" in html
    with pytest.raises(InputError, match="wants a key"):
        maps.render_map(world.assessment(), world.World(), tiles="Thunderforest.OpenCycleMap")
    with pytest.raises(InputError, match="no provider"):
        maps.render_map(world.assessment(), world.World(), tiles="Nobody.Nothing")


def test_the_data_block_is_the_report_and_its_shapes() -> None:
    data = data_of(maps.render_map(world.assessment(), world.World()))
    assert {"articles", "places", "claims", "contradictions", "untested", "unresolved", "methods"} <= set(data)
    assert data["features"]["type"] == "FeatureCollection"
    told = report_record(world.assessment())
    assert data["claims"] == json.loads(json.dumps(told["claims"]))
    assert "text" not in data["articles"][0]


def test_json_in_a_page_holds_no_markup() -> None:
    for payload in hostile.PAYLOADS:
        text = as_json({"x": payload, payload: 1})
        assert not set("<>&\u2028\u2029") & set(text)
        assert text.encode("utf-8")
        assert json.loads(text)["x"] == payload


def test_stepping_needs_two_dates() -> None:
    for days, slider in ((0, False), (1, False), (2, True)):
        html = maps.render_map(world.assessment(days=days), world.World())
        assert ('id="time"' in html) is slider
        assert ('id="swipe"' in html) is slider


# ── hostile text ─────────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_text_changes_no_markup() -> None:
    """Tags and attributes of the page are the same whatever stands in the 40 fields that come from outside."""
    made = world.assessment(days=2)
    plain = structure(maps.render_map(hostile.poison(made, " plain words"), world.World()))
    # three at a time: the report's test takes them one by one
    for number in range(0, len(hostile.PAYLOADS), 3):
        payload = " ".join(hostile.PAYLOADS[number : number + 3])
        page = maps.render_map(hostile.poison(made, " " + payload), world.World())
        assert structure(page) == plain, payload


def test_hostile_drawings_hold_text() -> None:
    made = hostile.poison(world.assessment(days=2), "<script>x</script>")
    for claim in made.claims:
        assert "<script" not in claim_sketch(claim, Style(), made)


# ── still pictures ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_still_pictures_are_whole_and_repeat(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"карта и map.{form}"
    maps.write_static(world.assessment(), world.World(), path, title="Valley $x^2$ <b>")
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[form]
    made = path.read_bytes()
    assert made.startswith(start)
    assert len(made) > 10_000
    maps.write_static(world.assessment(), world.World(), path, title="Valley $x^2$ <b>")
    assert path.read_bytes() == made
    if form == "svg":
        assert b"Kamin" in made


def test_still_pictures_refuse_other_suffixes(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.gif"):
        maps.write_static(world.assessment(), world.World(), tmp_path / "map.gif")
    assert list(tmp_path.iterdir()) == []


def test_the_alt_text_says_places_verdicts_and_maps() -> None:
    text = features.alt_text(world.assessment(), Style())
    assert "Kamin" in text
    assert "3 Apr 2031" in text
    assert Label.FITS in {c.verdict.label for c in world.assessment().tested if c.verdict}


def test_importing_maps_is_light() -> None:
    code = "import sys, geomap.maps; print(sorted({'folium', 'matplotlib', 'geopandas', 'shapely'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
