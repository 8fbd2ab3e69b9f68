"""Pages beside their peers on the same data: bytes, requests offline, axe faults, scripts that hostile text runs.

Run: python tools/bench_pages.py [--markdown]

The same places, polygons and hostile text go to geomap, to folium's ``save()``, to ``gdf.explore()`` and, where it is
installed, to leafmap. Each page opens from disk in headless Chromium with the network blocked. "Ready" is the time to
``data-ready`` (ours) or to the load event (theirs), which with a blocked network means a page without a map.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import hostile  # noqa: E402
import maps_world as world  # noqa: E402
import pages_browser as checks  # noqa: E402

LIMIT_BYTES, LIMIT_MS = 5_000_000, 2000
"""What a page of 60 dates and 5,000 shapes may take: notes/maps.md, check 22."""


@dataclass(frozen=True, slots=True)
class Line:
    """One page measured."""

    name: str
    bytes: int
    requests: int
    errors: int
    axe: str
    ready_ms: float
    focusable: int


def shapes() -> list[tuple[str, Any]]:
    """What every tool draws: the claims' measured polygons and the named places."""
    from shapely.geometry import Point

    made = world.assessment()
    drawn = [
        (e.what, e.geometry) for c in made.tested if c.verdict for e in c.verdict.evidence if e.geometry is not None
    ]
    held = made.control[0].snapshots[-1].frame.geometry
    drawn += [("held", held.iloc[0]), ("contested", held.iloc[1])]
    return drawn + [(t.text, Point(t.place.lon, t.place.lat)) for t in made.toponyms if t.place]


def frame(texts: Callable[[str], str] = str) -> Any:
    import geopandas

    drawn = shapes()
    return geopandas.GeoDataFrame({"name": [texts(n) for n, _ in drawn]}, geometry=[g for _, g in drawn], crs=4326)


def ours(path: Path, text: str = "") -> None:
    from geomap import maps

    made = world.assessment()
    path.write_bytes(
        maps.render_map(hostile.poison(made, text) if text else made, world.World()).encode("utf-8", "replace")
    )


def by_folium(path: Path, text: str = "") -> None:
    import folium

    made = folium.Map(location=[49.4, 37.1], zoom_start=8)
    for name, geometry in shapes():
        if geometry.geom_type == "Point":
            folium.Marker([geometry.y, geometry.x], popup=name + text, tooltip=name + text).add_to(made)
        else:
            folium.GeoJson(geometry.__geo_interface__, name=name + text, popup=folium.Popup(name + text)).add_to(made)
    folium.LayerControl().add_to(made)
    made.save(str(path))


def by_explore(path: Path, text: str = "") -> None:
    frame(lambda name: name + text).explore(column="name", popup=True).save(str(path))


def by_leafmap(path: Path, text: str = "") -> None:
    import leafmap.foliumap as leafmap

    made = leafmap.Map(center=[49.4, 37.1], zoom=8)
    made.add_gdf(frame(lambda name: name + text), layer_name="story" + text)
    made.to_html(str(path))


TOOLS: dict[str, Callable[..., None]] = {
    "geomap": ours,
    "folium .save()": by_folium,
    "gdf.explore()": by_explore,
    "leafmap": by_leafmap,
}


def measure(browser: Any, name: str, path: Path) -> Line:
    """Open a page with the network blocked, and count."""
    context = browser.new_context(viewport=checks.WIDE, offline=True)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(path.as_uri())
    page.wait_for_timeout(700)
    ready = page.evaluate(
        "window.geomap ? performance.getEntriesByName('geomap:ready')[0].startTime :"
        "performance.getEntriesByType('navigation')[0].loadEventEnd"
    )
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    serious = sum(v["impact"] in ("serious", "critical") for v in found)
    focusable = page.evaluate("document.querySelectorAll('path[tabindex=\"0\"]').length")
    context.close()
    away = [u for u in asked if not u.startswith(("file:", "data:", "blob:"))]
    axe = f"{serious} serious, {len(found) - serious} other"
    return Line(name, path.stat().st_size, len(away), len(errors), axe, ready, focusable)


async def scripts_run(pages: dict[str, list[Path]]) -> dict[str, tuple[int, int]]:
    """For each tool in how many of its pages a payload runs, and in how many the page's own script stops early.

    Run: on loading, hovering and opening every shape. The network is off, but Leaflet and the one use of jQuery are
    given to the peers where their pages ask for them: else nothing of theirs would run at all.
    """
    from playwright.async_api import async_playwright

    from geomap.maps.locked import leaflet

    given = {"leaflet.js": leaflet()[0], "jquery": JQUERY}

    async def give(route: Any) -> None:
        body = next(text for name, text in given.items() if name in route.request.url)
        await route.fulfill(body=body, content_type="text/javascript")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=checks.chromium(), args=["--no-sandbox"])
        context = await browser.new_context(viewport=checks.WIDE, offline=True)
        await context.route(re.compile(r"^https?://.*(leaflet\.js|jquery)"), give)
        turn = asyncio.Semaphore(TABS)

        async def tried(path: Path) -> tuple[bool, bool]:
            async with turn:
                page = await context.new_page()
                errors: list[object] = []
                page.on("pageerror", lambda error: errors.append(error))
                await page.goto(path.as_uri(), timeout=60_000)
                await page.wait_for_timeout(40)
                stopped = bool(errors)
                await page.evaluate(OPEN_ALL)
                await page.wait_for_timeout(40)
                ran = bool(await page.evaluate("window.ran && window.ran.length"))
                await page.close()
                return ran, stopped

        found = {}
        for tool, paths in pages.items():
            results = await asyncio.gather(*(tried(path) for path in paths))
            found[tool] = (sum(ran for ran, _ in results), sum(stopped for _, stopped in results))
        await browser.close()
    return found


def poisoned(draw: Callable[..., None], folder: Path, tool: str) -> list[Path]:
    """A page for each payload; none where the text stops the tool from writing one."""
    from jinja2 import TemplateError

    written = []
    for number, payload in enumerate(hostile.PAYLOADS):
        path = folder / f"{tool.split()[0]}-{number}.html"
        try:
            draw(path, " " + payload)
        except (ValueError, TemplateError):
            # folium compiles text as a template of its own
            continue
        written.append(path)
    return written


TABS = 4
"""Pages open at a time: most of a page's time is spent waiting."""
JQUERY = (
    "window.$=window.jQuery=h=>{const t=document.createElement('template');t.innerHTML=h;return[...t.content.children]}"
)
OPEN_ALL = """
for (const name of Object.keys(window)) {
  const thing = window[name];
  if (thing && typeof thing === 'object' && typeof L !== 'undefined' && thing instanceof L.Map)
    thing.eachLayer(l => { try { l.openTooltip && l.openTooltip(); l.openPopup && l.openPopup(); } catch (e) {} });
}
document.querySelectorAll('path[role=button]').forEach(p =>
  p.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})));
"""


def timed(browser: Any, name: str, made: Any, packed: Any, drawing: float, folder: Path) -> str:
    """One large page: seconds to pack its dates, seconds to draw it, bytes, and milliseconds until it is ready."""
    from geomap import maps

    path = folder / "large.html"
    start = time.perf_counter()
    path.write_text(maps.render_map(made, world.World(), time=packed), encoding="utf-8")
    drawn = time.perf_counter() - start
    ready = []
    for _ in range(3):
        with checks.opened(browser, path) as page:
            ready.append(page.evaluate("performance.getEntriesByName('geomap:ready')[0].startTime"))
    size, best = path.stat().st_size, sorted(ready)[1]
    kept = "within" if size < LIMIT_BYTES and best < LIMIT_MS else "OUTSIDE"
    return (
        f"{name}: packed in {drawing:.1f} s, drawn in {drawn:.1f} s, {size / 1e6:.2f} MB, ready in {best:.0f} ms "
        f"(median of 3; {kept} 5 MB and 2,000 ms)"
    )


def large(browser: Any, folder: Path) -> list[str]:
    """60 dates of 5,000 shapes of control; and 5,000 places, each a button with its card."""
    import test_pages_browser

    start = time.perf_counter()
    made, packed = test_pages_browser.many(60, 5000)
    packing = time.perf_counter() - start
    return [
        timed(browser, "60 dates of 5,000 shapes", made, packed, packing, folder),
        timed(browser, "the same and 5,000 places", test_pages_browser.many_places(made, 5000), packed, 0.0, folder),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("--skip-large", action="store_true", help="leave out 60 dates of 5,000 shapes")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    from playwright.sync_api import sync_playwright

    tools = {t: d for t, d in TOOLS.items() if t != "leafmap" or find_spec("leafmap") is not None}
    for tool in TOOLS.keys() - tools.keys():
        print(f"{tool} is not installed: left out", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = {tool: poisoned(draw, folder, tool) for tool, draw in tools.items()}
        run = asyncio.run(scripts_run(pages))
        heads = ["page", "kB", "requests", "script errors", "axe", "ready ms", "shapes by keyboard", "payloads run"]
        rows = []
        more: list[str] = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=checks.chromium(), args=["--no-sandbox"])
            for tool, draw in tools.items():
                path = folder / f"plain-{len(rows)}.html"
                draw(path)
                line = measure(browser, tool, path)
                ran, stopped = run[tool]
                broken = len(hostile.PAYLOADS) - len(pages[tool])
                told = f"{ran} of {len(hostile.PAYLOADS)}" + (f", {broken} break it" if broken else "")
                told += f"; its script stops early in {stopped}" if stopped else ""
                numbers = (line.bytes // 1000, line.requests, line.errors, line.axe, round(line.ready_ms))
                rows.append([tool, *(str(n) for n in numbers), str(line.focusable), told])
            if not options.skip_large:
                more = large(browser, folder)
            browser.close()
        if options.markdown:
            print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
            for row in rows:
                print("| " + " | ".join(row) + " |")
        else:
            widths = [max(len(r[i]) for r in [heads, *rows]) for i in range(len(heads))]
            for row in [heads, *rows]:
                print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        print("\n".join(more))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
