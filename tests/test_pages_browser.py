"""Every page in headless Chromium: the 25 checks, on the report and on the map, and planted faults that break them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hostile
import maps_world as world
import pages_browser as checks
import pytest

from geomap import maps, reports
from geomap.geodesy import area_m2
from geomap.maps import locked
from geomap.models import Assessment
from geomap.wording import fold

pytestmark = pytest.mark.browser

KINDS = ("report", "map")


def series_rows(made: Assessment) -> dict[str, list[dict[str, Any]]]:
    return {
        c.name: [
            {
                "date": s.as_of.isoformat(),
                "held_km2": area_m2(s.frame.geometry.iloc[0]) / 1e6,
                "contested_km2": area_m2(s.frame.geometry.iloc[1]) / 1e6,
                "unknown_km2": 0.0,
                "source": c.name,
            }
            for s in c.snapshots
        ]
        for c in made.control
    }


def page_of(kind: str, made: Assessment | None = None) -> str:
    made = made or world.assessment()
    if kind == "map":
        return maps.render_map(made, world.World())
    return reports.render_report(made, maps.page_parts(made, world.World()), series=series_rows(made))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = checks.chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    # a folder with a space and letters beyond ASCII: pages open from anywhere
    folder = tmp_path_factory.mktemp("сторінки і pages")
    made = {kind: folder / f"{kind}.html" for kind in KINDS}
    for kind, path in made.items():
        path.write_text(page_of(kind), encoding="utf-8")
    return made


@pytest.fixture(params=KINDS)
def page(request: pytest.FixtureRequest, browser: Any, pages: dict[str, Path]) -> Iterator[Any]:
    with checks.opened(browser, pages[request.param]) as shown:
        shown.kind = request.param
        yield shown


WANTED = ["more than 15,000 km²", "km²", "Does not fit the map", "12 Apr 2031", "The Valley Courier"]


def test_pages_ask_for_nothing(page: Any) -> None:
    checks.check_1_no_request(page)
    checks.check_3_policy(page)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_hold_nothing_remote(pages: dict[str, Path], kind: str) -> None:
    checks.check_2_nothing_remote(pages[kind].read_text(encoding="utf-8"))


def test_pages_are_sound_documents(page: Any) -> None:
    checks.check_4_document(page)
    checks.check_7_links(page)
    checks.check_14_legend(page)
    checks.check_16_scale_credit_crs(page, "GeoNames")
    checks.check_24_same_numbers(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [checks.WIDE, checks.PHONE], ids=["1280", "375"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], kind: str, size: dict[str, int], scheme: str) -> None:
    with checks.opened(browser, pages[kind], viewport=size, color_scheme=scheme) as page:
        checks.check_5_axe(page)
        page.locator("path.gm-change").first.focus()
        page.keyboard.press("Enter")
        checks.check_5_axe(page)


def test_layers_swipe_and_dates(page: Any) -> None:
    checks.check_8_layers(page)
    checks.check_9_swipe(page)
    checks.check_10_one_state_a_step(page)


def test_play_waits_to_be_asked(browser: Any, pages: dict[str, Path]) -> None:
    with checks.opened(browser, pages["map"]) as page:
        checks.check_11_play(page)
    with checks.opened(browser, pages["map"], reduced_motion="reduce") as page:
        checks.check_11_slow(page)


def test_keyboard_popups_and_search(page: Any) -> None:
    checks.check_12_keyboard(page)
    checks.check_13_popup(page, WANTED)
    checks.check_17_search(page, "Dovha Balka")
    checks.check_17_search(page, "Берегове")
    checks.check_17_search(page, "مدينة الوادي")


def test_search_finds_the_town_before_its_region(browser: Any, tmp_path: Path) -> None:
    made = world.assessment(days=0)
    region = replace(world.VALLEY, name="Kamin", feature="A.ADM1")
    named = replace(made.toponyms[0], place=region)
    path = tmp_path / "twins.html"
    path.write_text(maps.render_map(replace(made, toponyms=(named, *made.toponyms)), world.World()), encoding="utf-8")
    with checks.opened(browser, path) as page:
        assert page.locator("path.gm-area[aria-label^='Kamin']").count() == 1
        page.fill("#q", "Kamin")
        page.keyboard.press("Enter")
        assert "Upper Valley" in page.inner_text(".leaflet-popup")


def test_ambiguous_places_show_their_runners_up(page: Any) -> None:
    hollow = page.locator("path.gm-shape.gm-ambiguous")
    assert hollow.count() == 1
    hollow.focus()
    page.keyboard.press("Enter")
    assert "Lower Valley" in page.inner_text(".leaflet-popup")
    assert page.locator("path.gm-other-line").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("path.gm-other-line").count() == 0


def test_gaps_and_seams_are_said(page: Any) -> None:
    page.locator("#time").focus()
    page.keyboard.press("Home")
    notes = set()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        notes.add(page.inner_text("#gm-date-note"))
    assert "no map from 7 Apr 2031 to 11 Apr 2031" in notes


@pytest.mark.parametrize("kind", KINDS)
def test_addresses_restore_the_view(browser: Any, pages: dict[str, Path], kind: str) -> None:
    checks.check_18_address(browser, pages[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_phones(browser: Any, pages: dict[str, Path], kind: str) -> None:
    with checks.opened(browser, pages[kind], viewport=checks.PHONE, has_touch=True) as page:
        checks.check_19_phone(page)


def test_claims_are_short_on_phones_and_whole_on_paper(browser: Any, pages: dict[str, Path]) -> None:
    rows = "#claims tr:not(.band)"
    reason = "#claim-c2area .reason"
    for script in (True, False):
        with checks.opened(
            browser, pages["report"], ready=script, viewport=checks.PHONE, java_script_enabled=script
        ) as page:
            count = page.locator(rows).count() - 1
            heights = [page.locator(rows).nth(n + 1).bounding_box()["height"] for n in range(count)]
            assert max(heights) < 330
            assert not page.locator(reason).is_visible()
            gist = page.locator("#claim-c2area summary")
            assert "Does not fit the map" in gist.inner_text()
            assert gist.bounding_box()["height"] >= 44
            gist.click()
            assert page.locator(reason).is_visible()
            gist.click()
            assert not page.locator(reason).is_visible()
            if script:
                page.emulate_media(media="print")
                assert [r for r in page.locator(f"{rows} .reason").all() if not r.is_visible()] == []
                assert not gist.is_visible()
    with checks.opened(browser, pages["report"]) as page:
        assert page.locator(reason).is_visible()
        assert not page.locator("#claim-c2area summary").is_visible()
    # an address that names a claim opens it
    with checks.opened(browser, pages["report"], viewport=checks.PHONE) as page:
        page.goto(pages["report"].as_uri() + "#claim-c2area")
        page.locator(reason).wait_for(state="visible")


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_that_names_a_claim_moves_the_map(browser: Any, pages: dict[str, Path], kind: str) -> None:
    address = pages[kind].as_uri()
    with checks.opened(browser, pages[kind]) as page:
        whole = page.locator("#map .leaflet-control-scale-line").first.inner_text()
        page.goto(address + "#claim-c2area")
        page.wait_for_function(
            "t => document.querySelector('#map .leaflet-control-scale-line').textContent !== t", arg=whole
        )
        assert page.url.endswith("#claim-c2area"), "the address stays what was asked for"
        near = page.locator("#map .leaflet-control-scale-line").first.inner_text()
        page.goto("about:blank")
        page.goto(address + "#claim-c2area")
        page.wait_for_selector("html[data-ready]")
        assert page.locator("#map .leaflet-control-scale-line").first.inner_text() == near, "from the start too"
        page.goto(address + "#claim-%ZZ")
        page.goto(address + "#claim-none")
        assert page.locator("#map .leaflet-control-scale-line").first.inner_text() == near, "no claim, no move"
        assert page.errors == []


def test_frames_learn_their_height(browser: Any, pages: dict[str, Path]) -> None:
    checks.check_20_frame(browser, pages["map"], pages["map"].parent)


def test_pasted_snippets_resize_their_frame(browser: Any, pages: dict[str, Path]) -> None:
    for script in (True, False):
        host = pages["map"].parent / f"article-{script}.html"
        snippet = maps.embed_snippet("map.html", 'A "map"', script=script, height=500)
        host.write_text(f"<!DOCTYPE html><title>t</title><p>Text</p>{snippet}", encoding="utf-8")
        with checks.opened(browser, host, ready=False) as page:
            page.frames[1].wait_for_selector('html[data-ready="1"]', state="attached")
            if script:
                page.wait_for_function("Number(document.querySelector('iframe').height) > 600")
            else:
                assert page.get_attribute("iframe", "height") == "500"


def test_print(page: Any) -> None:
    also = ("#legend", ".gm-credit", "#methods") if page.kind == "report" else ("#legend", ".gm-credit")
    checks.check_21_print(page, also)


def test_no_script(browser: Any, pages: dict[str, Path]) -> None:
    checks.check_23_no_script(
        browser, pages["report"], [*WANTED, "needs JavaScript", "no date is given", "SHA-256", "Checked by machine"]
    )
    checks.check_23_no_script(browser, pages["map"], ["needs JavaScript", "Does not fit the map", "Held by Nordland"])


def test_forced_colours_and_zoom(browser: Any, pages: dict[str, Path]) -> None:
    with checks.opened(browser, pages["report"], forced_colors="active") as page:
        assert page.locator("#layers input").first.is_visible()
        checks.check_5_axe(page)
    # 200 % on a 1280 screen is a page of 640
    with checks.opened(browser, pages["report"], viewport={"width": 640, "height": 450}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_one_date_has_no_slider(browser: Any, tmp_path: Path) -> None:
    for days in (0, 1):
        path = tmp_path / f"{days}.html"
        path.write_text(page_of("map", world.assessment(days=days)), encoding="utf-8")
        with checks.opened(browser, path) as page:
            assert page.locator("#time, #swipe").count() == 0
            assert checks.states(page)["held"] == days
            assert page.errors == []


def test_control_past_the_antimeridian_is_drawn_on(browser: Any, tmp_path: Path) -> None:
    from test_maps import Islands, over_the_seam

    from geomap.control.timemap import encode_series

    made = over_the_seam()
    path = tmp_path / "seam.html"
    path.write_text(maps.render_map(made, Islands(), time=[encode_series(c) for c in made.control]), encoding="utf-8")
    with checks.opened(browser, path) as page:
        assert page.errors == []
        frame = page.locator("#map").bounding_box()
        for name in ("held", "place", "hull"):
            shape = page.locator(f"path.gm-{name}").first.bounding_box()
            assert frame["x"] - frame["width"] < shape["x"] < frame["x"] + frame["width"]
        # the held ground reaches over both halves of the map, in one piece or two, and not around the world
        held = page.locator(".leaflet-after-pane path.gm-held").bounding_box()
        assert frame["width"] / 2 < held["width"] < 4 * frame["width"]
        checks.check_10_one_state_a_step(page)


# ── hostile text ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("part", range(8))
def test_hostile_text_runs_nowhere(browser: Any, tmp_path: Path, part: int) -> None:
    """Every payload in every field of report and map: none runs, all show as text, in the page and in its pop-ups."""
    payloads = hostile.PAYLOADS[part::8]
    path = tmp_path / "report.html"
    poisoned = hostile.poison(world.assessment(days=2), " " + " ".join(payloads))
    text = page_of("report", poisoned)
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
    with checks.opened(browser, path) as page:
        shown = page.inner_text("main")
        for payload in payloads:
            # controls, lone surrogates and marks that turn text are shown as U+FFFD
            assert fold(payload) in " ".join(shown.split()), payload
        for name in ("change", "hull", "line", "place", "ambiguous"):
            page.locator(f"path.gm-shape.gm-{name}").first.focus()
            page.keyboard.press("Enter")
            assert page.locator(".leaflet-popup").count() == 1
            assert (
                page.evaluate("document.querySelectorAll('.leaflet-popup :is(img,script,iframe,form,input)').length")
                == 0
            )
            page.keyboard.press("Escape")
        page.locator("#time").focus()
        page.keyboard.press("Home")
        page.mouse.move(600, 500)
        assert page.evaluate("window.ran") is None
        assert page.errors == []
        assert [u for u in page.asked if not u.startswith(("file:", "data:"))] == []
        checks.check_7_links(page)


def test_stock_folium_runs_what_we_show(browser: Any, tmp_path: Path) -> None:
    """The payloads are live: the same text in a plain page that trusts it does run."""
    path = tmp_path / "naive.html"
    path.write_text("<!DOCTYPE html><title>t</title>" + " ".join(hostile.PAYLOADS[:4]), encoding="utf-8")
    with checks.opened(browser, path, ready=False) as page:
        page.wait_for_function("window.ran && window.ran.length >= 2")


# ── many dates, many shapes ──────────────────────────────────────────────────────────────────────────────────


def many(days: int, shapes: int) -> tuple[Assessment, list[dict[str, Any]]]:
    """``days`` maps of a front of ``shapes`` pieces, packed as the pipeline packs them."""
    import numpy as np
    from shapely import polygons, transform
    from shapely.geometry import MultiPolygon

    from geomap.control.timemap import encode

    rng = np.random.default_rng(7)
    middles = rng.uniform((36.2, 48.8), (37.9, 49.9), (shapes, 2))
    corners = np.array([(0, 0), (0.006, 0.001), (0.007, 0.006), (0.001, 0.005), (0, 0)])
    rings = middles[:, None, :] + corners[None, :, :] * rng.uniform(0.5, 1.5, (shapes, 1, 1))
    pieces = polygons(rings)
    made = world.assessment(days=days)
    states = []
    for day in range(days):
        east = np.array([0.0004 * (day % 9), 0.0])
        moved = transform(pieces[:50], lambda xy, east=east: xy + east)
        states.append(MultiPolygon([*moved, *pieces[50 : max(0, shapes - 3 * day)]]))
    dates = [s.as_of for s in made.control[0].snapshots]
    grey = [(when, world.front(float(n % 12))) for n, when in enumerate(dates)]
    return made, [{"held": encode(zip(dates, states, strict=True)), "contested": encode(grey)}]


def many_places(made: Assessment, count: int) -> Assessment:
    """The same with ``count`` more places, each a shape that opens a card."""
    import numpy as np

    spots = np.random.default_rng(3).uniform((36.2, 48.8), (37.9, 49.9), (count, 2)).tolist()
    more = [
        replace(made.toponyms[1], place=world.place(str(20_000 + n), f"Selo {n}", lon, lat))
        for n, (lon, lat) in enumerate(spots)
    ]
    return replace(made, toponyms=(*made.toponyms, *more))


def test_packed_days_unpack_to_the_same_rings(browser: Any, tmp_path: Path) -> None:
    from geomap.control.timemap import decode

    made, packed = many(9, 40)
    path = tmp_path / "packed.html"
    path.write_text(maps.render_map(made, world.World(), time=packed), encoding="utf-8")
    with checks.opened(browser, path) as page:
        assert page.errors == []
        for layer in packed[0].values():
            unpacked = page.evaluate(
                "async p => (await geomap.unpack(p)).map(rings => rings.map(r => [r.shell, r.points]))", layer
            )
            for rings, (_, wanted) in zip(unpacked, decode(layer), strict=True):
                assert sum(shell for shell, _ in rings) == len(wanted.geoms)
                told = [p.exterior.coords[:-1] for p in wanted.geoms]
                got = [[(x / 1e5, y / 1e5) for x, y in points] for shell, points in rings if shell]
                assert got == [[pytest.approx(c) for c in ring] for ring in told]


def test_sixty_dates_of_five_thousand_shapes(browser: Any, tmp_path: Path) -> None:
    # tools/bench_pages.py prints how soon this page is ready
    made, packed = many(60, 5000)
    path = tmp_path / "many.html"
    path.write_text(maps.render_map(many_places(made, 1000), world.World(), time=packed), encoding="utf-8")
    assert path.stat().st_size < 5_000_000
    with checks.opened(browser, path) as page:
        assert page.errors == []
        checks.check_10_one_state_a_step(page)
        # four listeners serve them all: any of them still opens by keyboard and by mouse
        shape = page.locator("path.gm-place").nth(700)
        shape.focus()
        page.keyboard.press("Enter")
        assert page.inner_text(".leaflet-popup h3") == shape.get_attribute("aria-label")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.id") == shape.get_attribute("data-id")
        named = page.evaluate("[...document.querySelectorAll('.gm-name')].filter(n => !n.hidden).length")
        assert 20 < named < 700


# ── faults that a check must catch ───────────────────────────────────────────────────────────────────────────


def fault(name: str, old: str, new: str) -> Callable[[str], str]:
    def asset(wanted: str) -> str:
        text = REAL(wanted)
        if wanted == name:
            assert old in text, f"the fault is not planted: {old!r} is not in {name}"
            text = text.replace(old, new)
        return text

    return asset


REAL = locked.asset.__wrapped__
FAULTS: dict[str, tuple[Callable[[str], str], Callable[[Any], None]]] = {
    "request": (
        fault("map.css", ".gm-stage{", ".gm-stage{background:url(https://example.org/x.png);"),
        checks.check_1_no_request,
    ),
    "axe": (fault("map.html", "<label for=\"q\">{{ w['search'] }}</label>", ""), checks.check_5_axe),
    "layers": (fault("map.js", "groups[id].remove()", "null"), checks.check_8_layers),
    "swipe": (fault("map.js", "var x = nw.x + size.x * time.swipe / 100", "var x = nw.x"), checks.check_9_swipe),
    "states": (
        fault("map.js", "group.removeLayer(time[side + kind]); ", ""),
        checks.check_10_one_state_a_step,
    ),
    "label": (fault("map.js", '$("date").textContent = step.label;', ""), checks.check_10_one_state_a_step),
    "autoplay": (fault("map.js", "restore();\n    goTo", "restore(); play(true);\n    goTo"), checks.check_11_play),
    "tabindex": (fault("map.js", 'path.setAttribute("tabindex", "0");', ""), checks.check_12_keyboard),
    "escape": (fault("map.js", 'event.key === "Escape" && shut()', "false"), checks.check_12_keyboard),
    "focus": (
        fault("map.js", "if (path) path.focus({ preventScroll: true });", "document.body.focus();"),
        checks.check_12_keyboard,
    ),
    "popup": (fault("map.js", "rows(claim.rows)", '""'), lambda p: checks.check_13_popup(p, WANTED)),
    "legend": (fault("map.css", ".gm-hull{", ".gm-hull,.gm-held{"), checks.check_14_legend),
    "scale": (
        fault("map.js", "L.control.scale({ imperial: view.imperial }).addTo(map);", ""),
        lambda p: checks.check_16_scale_credit_crs(p, "GeoNames"),
    ),
    "search": (fault("map.js", "open(item.layer, at);", ""), lambda p: checks.check_17_search(p, "Kamin")),
    "print": (fault("map.css", "@media print{", "@media nothing{"), checks.check_21_print),
    "zoom lock": (
        fault("page.html", "initial-scale=1", "initial-scale=1, user-scalable=no"),
        checks.check_4_document,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_faults_are_caught(name: str, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from playwright.sync_api import Error

    asset, check = FAULTS[name]
    monkeypatch.setattr(locked, "asset", asset)
    path = tmp_path / "map.html"
    path.write_text(page_of("map"), encoding="utf-8")
    with checks.opened(browser, path, patience=4000) as page, pytest.raises((AssertionError, Error)):
        check(page)


def test_a_missing_policy_is_caught(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    from playwright.sync_api import Error

    text = pages["map"].read_text(encoding="utf-8")
    start = text.index('<meta http-equiv="Content-Security')
    path = tmp_path / "map.html"
    path.write_text(text[:start] + text[text.index(">", start) + 1 :], encoding="utf-8")
    with checks.opened(browser, path, patience=2000) as page, pytest.raises((AssertionError, Error)):
        checks.check_3_policy(page)


# ── what users add in Python ─────────────────────────────────────────────────────────────────────────────────


def test_stock_folium_parts_work_offline(browser: Any, tmp_path: Path) -> None:
    import folium

    made = maps.draw_map(world.assessment(), world.World())
    folium.Marker([49.4, 37.3], popup="a pop-up of the user's", tooltip="tip", icon=folium.Icon(color="green")).add_to(
        made
    )
    folium.Marker([49.3, 37.3]).add_to(made)
    spot = {"type": "Feature", "properties": {"n": "x"}, "geometry": {"type": "Point", "coordinates": [37.2, 49.5]}}
    folium.GeoJson(
        {"type": "FeatureCollection", "features": [spot]},
        tooltip=folium.GeoJsonTooltip(["n"]),
    ).add_to(made)
    folium.CircleMarker([49.35, 37.4], popup=folium.Popup("<b>bold</b>")).add_to(made)
    folium.LayerControl().add_to(made)
    path = tmp_path / "own.html"
    made.save(str(path))
    with checks.opened(browser, path) as page:
        assert [u for u in page.asked if not u.startswith(("file:", "data:"))] == []
        assert page.errors == []
        assert page.locator(".leaflet-marker-icon").count() == 3
        assert page.locator(".gm-pin").count() == 1
        page.locator(".gm-pin").click()
        assert "a pop-up of the user's" in page.inner_text(".leaflet-popup")
        pictures = page.evaluate("[...document.querySelectorAll('img.leaflet-marker-icon')].map(i => i.naturalWidth)")
        assert pictures
        assert all(pictures)


# ── the real articles ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def real_pages(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Report and map of the five articles against every sixth control map: enough dates, a fifth of the time."""
    import geomap

    folder = tmp_path_factory.mktemp("real")
    control = folder / "control"
    control.mkdir()
    for path in sorted((shared / "data" / "control" / "2022").iterdir())[::6]:
        (control / path.name).symlink_to(path)
    report = geomap.report(shared / "data" / "articles" / "articles.jsonl", control=control)
    for kind in KINDS:
        report.save(folder / f"{kind}.html", page=kind)
    return {kind: folder / f"{kind}.html" for kind in KINDS}


@pytest.mark.shared
@pytest.mark.parametrize("kind", KINDS)
def test_real_pages_pass_the_checks(browser: Any, real_pages: dict[str, Path], kind: str) -> None:
    path = real_pages[kind]
    assert path.stat().st_size < 5_000_000
    checks.check_2_nothing_remote(path.read_text(encoding="utf-8"))
    with checks.opened(browser, path) as page:
        checks.check_1_no_request(page)
        checks.check_4_document(page)
        checks.check_7_links(page)
        checks.check_14_legend(page)
        checks.check_16_scale_credit_crs(page, "GeoNames")
        checks.check_24_same_numbers(page)
        checks.check_8_layers(page)
        checks.check_9_swipe(page)
        checks.check_10_one_state_a_step(page)
        checks.check_12_keyboard(page)
        for name in ("Dudchany", "Zolota Balka", "Vovchansk"):
            checks.check_17_search(page, name)
        checks.check_3_policy(page)
        checks.check_21_print(page)
    checks.check_18_address(browser, path)
    # light and dark, wide and narrow, once each over the two pages: the synthetic pages take every pair
    schemes = ("light", "dark") if kind == "report" else ("dark", "light")
    for size, scheme in zip((checks.WIDE, checks.PHONE), schemes, strict=True):
        with checks.opened(browser, path, viewport=size, color_scheme=scheme) as page:
            checks.check_5_axe(page)
            if size is checks.PHONE:
                checks.check_19_phone(page)
    checks.check_23_no_script(browser, path, ["needs JavaScript", "Does not fit the map", "26.7–29.8 km"])
