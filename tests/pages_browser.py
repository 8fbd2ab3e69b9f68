"""What every page must do in a browser, as checks that raise: used on good pages and on pages with planted faults."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 760}


def chromium() -> str:
    """The browser's path; a missing browser fails, unless GEOMAP_NO_BROWSER=1 says that it is known to be missing."""
    path = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if path is None:
        if os.environ.get("GEOMAP_NO_BROWSER") == "1":
            pytest.skip("no Chromium, and GEOMAP_NO_BROWSER=1: pages were NOT checked in a browser")
        pytest.fail(
            "no chromium, chromium-browser or google-chrome on the path; install one (Debian: apt-get install "
            "chromium), or set GEOMAP_NO_BROWSER=1 to go without and leave the pages unchecked"
        )
    return path


@contextmanager
def opened(browser: Any, path: Any, *, ready: bool = True, patience: int = 30_000, **options: Any) -> Iterator[Any]:
    """A page from disk, with what it asked for and complained of in ``page.asked`` and ``page.errors``.

    ``patience``: milliseconds to wait for what should be there; a machine under load takes many.
    """
    context = browser.new_context(**({"viewport": WIDE} | options))
    page = context.new_page()
    page.set_default_timeout(patience)
    page.asked, page.errors = [], []
    page.on("request", lambda r: page.asked.append(r.url))
    page.on("console", lambda m: page.errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: page.errors.append(str(e)))
    try:
        page.goto(path.as_uri())
        if ready:
            page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=60_000)
        yield page
    finally:
        context.close()


def data_of(page: Any) -> dict[str, Any]:
    return json.loads(page.evaluate("document.getElementById('geomap-data').textContent"))


def states(page: Any) -> dict[str, int]:
    """How many shapes of control are drawn, by class, in the pane of the chosen date."""
    return page.evaluate(
        "Object.fromEntries(['held','contested'].map(k => [k, document.querySelectorAll("
        "'.leaflet-after-pane path.gm-' + k).length]))"
    )


def outline(page: Any) -> str:
    return page.evaluate("document.querySelector('.leaflet-after-pane path.gm-held')?.getAttribute('d')")


# ── the checks, numbered as in the notes ─────────────────────────────────────────────────────────────────────


def check_1_no_request(page: Any) -> None:
    if page.query_selector("#next"):
        page.click("#prev")
        page.click("#next")
    away = [u for u in page.asked if not u.startswith(("file:", "data:"))]
    assert away == []
    assert page.errors == []


def check_2_nothing_remote(html: str) -> None:
    markup = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"<script[^>]+src\s*=", html)
    assert not re.search(r"<(link|iframe|object|embed|base)\b", markup)
    assert not re.search(r"<img[^>]+src=(?![\"']?data:)", markup)
    assert not re.search(r"url\(\s*(?![\"']?(?:data:|#))", markup)
    assert "@import" not in markup


def check_3_policy(page: Any) -> None:
    policy = page.get_attribute('meta[http-equiv="Content-Security-Policy"]', "content") or ""
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    page.evaluate(
        "(() => { const d = document.createElement('div'); d.innerHTML = '<img src=data:x onerror=\"window.ran=1\">';"
        "document.body.append(d); const s = document.createElement('script'); s.textContent = 'window.ran=2';"
        "document.body.append(s); })()"
    )
    page.wait_for_timeout(60)
    assert page.evaluate("window.ran") is None


def check_4_document(page: Any) -> None:
    assert page.get_attribute("html", "lang")
    assert page.title().strip()
    assert page.evaluate("document.characterSet") == "UTF-8"
    viewport = page.get_attribute('meta[name="viewport"]', "content") or ""
    assert "width=device-width" in viewport
    assert "user-scalable" not in viewport
    assert "maximum-scale" not in viewport
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1


def check_5_axe(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    bad = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")]
    assert bad == []


def check_7_links(page: Any) -> None:
    for link in page.evaluate(
        "[...document.querySelectorAll('a[href]')].map(a => [a.getAttribute('href'), a.target, a.rel])"
    ):
        href, target, rel = link
        assert re.match(r"(https?://|#)", href), href
        if not href.startswith("#"):
            assert target == "_blank"
            assert "noopener" in rel


def check_8_layers(page: Any) -> None:
    for box in page.query_selector_all("#layers input[type=checkbox]"):
        name = box.get_attribute("value")
        count = f"document.querySelectorAll('.leaflet-pane path.gm-{name}').length"
        before = page.evaluate(count)
        assert before > 0, name
        box.click()
        assert page.evaluate(count) == 0, name
        box.click()
        assert page.evaluate(count) == before, name


def check_9_swipe(page: Any) -> None:
    clip = "document.querySelector('.leaflet-after-pane').style.clip"
    swipe = page.locator("#swipe")
    swipe.focus()
    start = page.evaluate(clip)
    page.keyboard.press("ArrowRight")
    one = page.evaluate(clip)
    assert one != start
    assert page.evaluate("document.querySelectorAll('.leaflet-before-pane path').length") > 0
    page.keyboard.press("End")
    whole = page.evaluate(clip)
    assert whole not in (start, one)
    box = swipe.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    half = page.evaluate(clip)
    assert half not in (start, one, whole)
    assert 40 <= int(swipe.input_value()) <= 60
    page.locator("#swipe").focus()
    page.keyboard.press("Home")


def check_10_one_state_a_step(page: Any) -> None:
    slider = page.locator("#time")
    slider.focus()
    page.keyboard.press("Home")
    steps = int(slider.get_attribute("max")) + 1
    dates, outlines = [], []
    for number in range(min(steps, 12)):
        assert slider.input_value() == str(number)
        assert states(page)["held"] == 1
        assert states(page)["contested"] <= 1
        dates.append(page.inner_text("#date"))
        outlines.append(outline(page))
        page.keyboard.press("ArrowRight")
    assert len(set(dates)) == len(dates)
    assert len(set(outlines)) == len(outlines)
    page.keyboard.press("End")
    assert slider.input_value() == str(steps - 1)
    page.keyboard.press("Home")
    assert page.inner_text("#date") == dates[0]


def check_11_play(page: Any) -> None:
    slider, button = page.locator("#time"), page.locator("#play")
    before = slider.input_value()
    page.wait_for_timeout(300)
    assert slider.input_value() == before, "it plays by itself"
    assert button.get_attribute("aria-pressed") == "false"
    slider.focus()
    page.keyboard.press("Home")
    page.clock.install()
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    page.clock.run_for(1100)
    assert slider.input_value() == "1"
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    page.clock.run_for(3000)
    assert slider.input_value() == "1"


def check_11_slow(page: Any) -> None:
    """With reduced motion asked for, playing is slower."""
    page.locator("#time").focus()
    page.keyboard.press("Home")
    page.clock.install()
    page.click("#play")
    page.clock.run_for(1100)
    assert page.locator("#time").input_value() == "0"
    page.clock.run_for(1500)
    assert page.locator("#time").input_value() == "1"


def check_12_keyboard(page: Any) -> None:
    """From the search box backwards or forwards: Tab reaches a shape, Enter opens, Esc closes, focus returns."""
    page.locator(".leaflet-control-zoom-out").focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("[document.activeElement.tagName, document.activeElement.getAttribute('role')]")
        if here == ["path", "button"]:
            break
    assert here == ["path", "button"]
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup").count() == 1
    assert page.evaluate("!!document.activeElement.closest('.leaflet-popup')")
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-popup").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == label
    shapes = page.evaluate(
        "[...document.querySelectorAll('path.gm-shape')].map(p => [p.getAttribute('role'), p.getAttribute('tabindex'),"
        "p.getAttribute('aria-label')])"
    )
    assert shapes
    assert all(role == "button" and tab == "0" and name for role, tab, name in shapes)


def check_13_popup(page: Any, wanted: list[str]) -> None:
    path = page.locator("path.gm-change").first
    path.focus()
    page.keyboard.press("Enter")
    text = page.inner_text(".leaflet-popup")
    for part in wanted:
        assert part in text, part
    assert page.locator(".leaflet-popup a[href^='https://']").count() >= 1
    page.keyboard.press("Escape")


def check_14_legend(page: Any) -> None:
    labels = [t.strip() for t in page.locator("#layers label").all_text_contents()]
    legend = [t.strip() for t in page.locator("#legend li").all_text_contents()]
    assert labels == legend
    assert labels
    looks = page.evaluate(
        "[...document.querySelectorAll('#legend li svg > *')].map(s => { const c = getComputedStyle(s);"
        "return [s.tagName, c.strokeDasharray, c.strokeWidth, c.fill[0] == 'u' ? c.fill : c.fillOpacity].join() })"
    )
    assert len(set(looks)) == len(looks), looks


def check_16_scale_credit_crs(page: Any, credit: str) -> None:
    assert re.search(r"\d+\s?(km|m)", page.inner_text(".leaflet-control-scale"))
    text = page.inner_text(".gm-credit")
    assert credit in text
    assert "EPSG:3857" in text


def check_17_search(page: Any, name: str) -> None:
    page.fill("#q", name)
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup").count() == 1
    assert name in page.inner_text(".leaflet-popup")
    page.keyboard.press("Escape")


def check_18_address(browser: Any, path: Any) -> None:
    with opened(browser, path) as page:
        page.click(".leaflet-control-zoom-in")
        page.click(".leaflet-control-zoom-in")
        page.click("#prev")
        page.click("#prev")
        box = page.locator("#layers input").first
        box.click()
        address = page.evaluate("location.href")
        date, off = page.inner_text("#date"), box.get_attribute("value")
        assert "#map=" in address
        page.goto("about:blank")
        page.goto(address)
        page.wait_for_selector('html[data-ready="1"]', state="attached")
        assert page.inner_text("#date") == date
        assert not page.locator(f"#layers input[value={off}]").is_checked()
        page.click("#next")
        page.click("#prev")
        assert page.evaluate("location.href") == address


def check_19_phone(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    small = page.evaluate(
        "[...document.querySelectorAll('button,input,select,summary,#layers label,.leaflet-bar a')].filter(e => {"
        "const b = e.getBoundingClientRect(); return b.width && (b.width < 24 || b.height < 24) })"
        ".map(e => e.outerHTML)"
    )
    assert small == []


def check_20_frame(browser: Any, path: Any, tmp_path: Any) -> None:
    for width in (320, 600, 1200):
        host = tmp_path / f"host-{width}.html"
        host.write_text(
            f'<!DOCTYPE html><title>host</title><iframe id="f" sandbox="allow-scripts" width="{width}" height="100" '
            f'src="{path.name}"></iframe><script>addEventListener("message", e => {{ if (e.data.type === '
            '"geomap:resize") document.getElementById("f").height = window.told = e.data.height })</script>',
            encoding="utf-8",
        )
        with opened(browser, host, ready=False) as page:
            page.wait_for_function("window.told > 400")
            inner = page.frames[1]
            inner.wait_for_selector('html[data-ready="1"]', state="attached")
            assert inner.evaluate("document.documentElement.scrollWidth") <= width


def check_21_print(page: Any, also: tuple[str, ...] = ("#legend", ".gm-credit")) -> None:
    page.emulate_media(media="print")
    hidden = ("#time", "#prev", "#next", "#play", "#swipe", "#q", "#layers", ".leaflet-control-zoom")
    assert [s for s in hidden if page.locator(s).count() and page.locator(s).first.is_visible()] == []
    assert [s for s in also if not page.locator(s).first.is_visible()] == []
    assert len(page.pdf(print_background=True)) > 20_000
    page.emulate_media(media="screen")


def check_23_no_script(browser: Any, path: Any, wanted: list[str]) -> None:
    with opened(browser, path, ready=False, java_script_enabled=False) as page:
        text = page.inner_text("body")
        for part in wanted:
            assert part in text, part


def check_24_same_numbers(page: Any) -> None:
    from shapely.geometry import shape

    from geomap.geodesy import area_m2
    from geomap.wording import quantity

    data = data_of(page)
    assert data["features"]["features"]
    for feature in data["features"]["features"]:
        told = feature["properties"].get("area_km2")
        if told:
            drawn = area_m2(shape(feature["geometry"])) / 1e6
            assert abs(drawn - told) <= 0.002 * told
    for claim in data["claims"]:
        for aspect in claim["verdict"]["aspects"][:1] if claim["verdict"] else ():
            row = page.locator(f"#claim-{claim['id']}")
            if row.count():
                assert quantity(tuple(aspect["measured"]), aspect["unit"]) in row.inner_text()
