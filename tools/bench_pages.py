"""Pages beside their peers on the same data: bytes, requests offline, axe faults, scripts that hostile text runs.

Run: python tools/bench_pages.py [--markdown]

The same places, polygons and hostile text go to geomap, to folium's ``save()``, to ``gdf.explore()`` and, where it is
installed, to leafmap. Each page opens from disk in headless Chromium with the network blocked. "Ready" is the time to
``data-ready`` (ours) or to the load event (theirs), which with a blocked network means a page without a map.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
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
        "window.geomap ? performance.getEntriesByType('navigation')[0].domComplete :"
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


def scripts_run(browser: Any, draw: Callable[..., None], folder: Path) -> tuple[int, int, int]:
    """How many payloads run, how many stop the page from being written, in how many its script stops early.

    Run: on loading, hovering and opening every shape. The network is blocked, but Leaflet and the one use of jQuery
    are given to the peers where their pages ask for them: else nothing of theirs would run at all.
    """
    from jinja2 import TemplateError

    from geomap.maps.locked import leaflet

    ran = broken = stopped = 0
    context = browser.new_context(viewport=checks.WIDE)
    library = leaflet()[0]

    def give(route: Any) -> None:
        if "leaflet.js" in route.request.url:
            route.fulfill(body=library, content_type="text/javascript")
        elif "jquery" in route.request.url:
            route.fulfill(body=JQUERY, content_type="text/javascript")
        else:
            route.abort()

    context.route("http*://**/*", give)
    for number, payload in enumerate(hostile.PAYLOADS):
        path = folder / f"hostile-{number}.html"
        try:
            draw(path, " " + payload)
        except (ValueError, TemplateError):
            # folium compiles text as a template of its own
            broken += 1
            continue
        page = context.new_page()
        errors: list[object] = []
        page.on("pageerror", lambda error, kept=errors: kept.append(error))
        page.goto(path.as_uri())
        page.wait_for_timeout(40)
        stopped += bool(errors)
        page.evaluate(OPEN_ALL)
        page.wait_for_timeout(40)
        ran += bool(page.evaluate("window.ran && window.ran.length"))
        page.close()
    context.close()
    return ran, broken, stopped


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


def large(browser: Any, folder: Path) -> str:
    """60 dates of 5,000 shapes: bytes and time to ready."""
    import test_pages_browser

    from geomap import maps

    made, packed = test_pages_browser.many(60, 5000)
    path = folder / "large.html"
    path.write_text(maps.render_map(made, world.World(), time=packed), encoding="utf-8")
    with checks.opened(browser, path, ready=False) as page:
        page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=20_000)
        ready = page.evaluate("performance.now()")
    size = path.stat().st_size
    kept = "within" if size < LIMIT_BYTES and ready < LIMIT_MS else "OUTSIDE"
    return f"60 dates of 5,000 shapes: {size / 1e6:.2f} MB, ready in {ready:.0f} ms ({kept} 5 MB and 2,000 ms)"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("--skip-large", action="store_true", help="leave out 60 dates of 5,000 shapes")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=checks.chromium(), args=["--no-sandbox"])
        heads = ["page", "kB", "requests", "script errors", "axe", "ready ms", "shapes by keyboard", "payloads run"]
        rows = []
        for tool, draw in TOOLS.items():
            if tool == "leafmap" and find_spec("leafmap") is None:
                print("leafmap is not installed: left out", file=sys.stderr)
                continue
            path = folder / f"{len(rows)}.html"
            draw(path)
            line = measure(browser, tool, path)
            ran, broken, stopped = scripts_run(browser, draw, folder)
            told = f"{ran} of {len(hostile.PAYLOADS)}" + (f", {broken} break it" if broken else "")
            told += f"; its script stops early in {stopped}" if stopped else ""
            numbers = (line.bytes // 1000, line.requests, line.errors, line.axe, round(line.ready_ms), line.focusable)
            rows.append([tool, *(str(n) for n in numbers), told])
        if options.markdown:
            print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
            for row in rows:
                print("| " + " | ".join(row) + " |")
        else:
            widths = [max(len(r[i]) for r in [heads, *rows]) for i in range(len(heads))]
            for row in [heads, *rows]:
                print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if not options.skip_large:
            print(large(browser, folder))
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
