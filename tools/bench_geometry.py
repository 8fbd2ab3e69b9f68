"""Time geomap's geometry against what users pick today, each pair in the same run: ``make bench``.

Clock: process CPU time, methods in turn, median of several rounds, one thread. Ratios are what counts: other work on
the machine moves both sides alike. Peers that are not installed are named and left out.

    python tools/bench_geometry.py [--control FOLDER] [--days N] [--rounds N] [--growth]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import shape

from geomap import control, geodesy, hulls
from geomap.control import edges, faces, timemap

GEOD = geodesy.ellipsoid()
CONTROL = Path(__file__).resolve().parents[2] / "shared" / "data" / "control" / "daily"


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def in_turn(rounds: int, **methods: Callable[[], Any]) -> dict[str, float]:
    """Median CPU seconds of each method, the methods taking turns."""
    spent: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, run in methods.items():
            spent[name].append(timed(run)[0])
    return {name: statistics.median(times) for name, times in spent.items()}


def row(what: str, peer: str, ours: float, theirs: float, note: str = "") -> None:
    print(
        f"| {what} | {peer} | {ours * 1e3:,.2f} ms | {theirs * 1e3:,.1f} ms | {theirs / ours:.1f}x | {note} |",
        flush=True,
    )


# ── area ─────────────────────────────────────────────────────────────────────────────────────────────────────


def stars(n: int, corners: int = 16) -> Any:
    """Lopsided polygons of some 100 m to 10 km all over the globe."""
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-179, 179, n), rng.uniform(-75, 75, n)
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = rng.uniform(0.3, 1, (n, corners)) * rng.lognormal(-4, 1, (n, 1))
    x = lon[:, None] + radius * np.cos(turn) / np.cos(np.radians(lat))[:, None]
    ring = np.stack([x, lat[:, None] + radius * np.sin(turn)], axis=-1)
    return shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1))


def geod_area(polygons: Any) -> Any:
    return np.array([abs(GEOD.geometry_area_perimeter(p)[0]) for p in polygons])


def bench_area(days: list[Any], rounds: int) -> None:
    small = stars(100_000)
    for name, shapes, every in (
        ("control maps", np.array(days, dtype=object), 1),
        ("100,000 small polygons", small, 20),
    ):
        # Geod adds signed rings: turned the usual way, holes count as holes
        oriented = shapely.orient_polygons(shapes[::every])
        frame = gpd.GeoSeries(shapes, crs=4326)
        spent = in_turn(
            rounds,
            ours=lambda shapes=shapes: geodesy.area(shapes),
            geod=lambda oriented=oriented: geod_area(oriented),
            equal=lambda frame=frame: frame.to_crs(6933).area,
        )
        truth, found = geod_area(oriented), geodesy.area(shapes[::every])
        # under a square kilometre the loop itself is off by up to 1e-4 m²
        wide = truth > 1e6
        error = np.max(np.abs(found[wide] / truth[wide] - 1))
        equal = np.max(np.abs(frame.to_crs(6933).area.to_numpy()[::every][wide] / truth[wide] - 1))
        row(f"area, {name}", "pyproj Geod loop", spent["ours"], spent["geod"] * every, f"worst difference {error:.0e}")
        row(f"area, {name}", "to_crs(6933).area", spent["ours"], spent["equal"], f"the peer is off by {equal:.0e}")


# ── change series ────────────────────────────────────────────────────────────────────────────────────────────


def overlay_series(files: list[Path]) -> float:
    total, before = 0.0, None
    for file in files:
        after = gpd.read_file(f"/vsigzip/{file}")
        if before is not None:
            for a, b in ((after, before), (before, after)):
                total += gpd.overlay(a, b, how="difference").to_crs(6933).area.sum() / 1e6
        before = after
    return total


def shapely_series(files: list[Path]) -> float:
    total, before = 0.0, None
    for file in files:
        after = shape(json.loads(gzip.decompress(file.read_bytes()))["features"][0]["geometry"])
        if before is not None:
            for cut in (after.difference(before), before.difference(after)):
                total += abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(cut))[0]) / 1e6
        before = after
    return total


def bench_series(files: list[Path], rounds: int) -> None:
    control.series(files[:3])  # imports
    spent = in_turn(
        rounds,
        ours=lambda: control.series(files),
        overlay=lambda: overlay_series(files),
        shapely=lambda: shapely_series(files),
    )
    found = control.series(files)
    shapes = [control.ground(s) for s in control.read_control(files).snapshots]
    worst = 0.0
    for i, (a, b) in enumerate(pairwise(shapes)):
        naive = [geodesy.area(shapely.get_parts(d), edges="planar").sum() for d in (b - a, a - b)]
        ours = found[["gained_km2", "lost_km2"]].iloc[i + 1].to_numpy() * 1e6
        worst = max(worst, float(np.abs(ours - naive).max()))
    held, gained, lost = (found[c].to_numpy() * 1e6 for c in ("held_km2", "gained_km2", "lost_km2"))
    closure = np.abs(held[:-1] + gained[1:] - lost[1:] - held[1:]).max()
    what = f"change series, {len(files)} days, read and checked"
    row(what, "geopandas.overlay per pair", spent["ours"], spent["overlay"], f"to {worst:.0e} m² of GEOS")
    row(what, "shapely differences + Geod", spent["ours"], spent["shapely"], f"balances to {closure:.0e} m²")


def nudged(ground: Any, rng: np.random.Generator, share: float) -> Any:
    """The ground with a share of its vertices moved by a tenth of a metre."""
    polygons = []
    for polygon in shapely.get_parts(ground):
        rings = []
        for ring in shapely.get_rings(polygon):
            points = shapely.get_coordinates(ring)
            points += 1e-6 * np.outer(rng.random(len(points)) < share, [1.0, 0.7])
            points[-1] = points[0]
            rings.append(points)
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.MultiPolygon(polygons)


def bench_crossover(days: list[Any]) -> None:
    """Where cancelling edges stops paying: a growing share of one map's vertices moved by 1e-6 degrees."""
    before = days[0]
    rng = np.random.default_rng(0)
    print("\nShare of edges changed: cancelling against GEOS, ms a pair")
    most, crossed = faces.MOST_CHANGED, None
    for share in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0):
        after = nudged(before, rng, 1 - (1 - share) ** 0.5)  # an edge stays where both its vertices do
        faces.MOST_CHANGED = 2.0
        ours = statistics.median(timed(lambda after=after: edges.changes([before, after]))[0] for _ in range(9))
        faces.MOST_CHANGED = most
        geos = statistics.median(timed(lambda after=after: faces.differences(before, after))[0] for _ in range(9))
        crossed = crossed or (share if ours > geos else None)
        print(f"  {share:4.0%}  {ours * 1e3:6.1f}  {geos * 1e3:6.1f}", flush=True)
    print(
        f"  GEOS is faster from {f'{crossed:.0%}' if crossed else 'nowhere'} on; the code goes there from {most:.0%} on"
    )


# ── alpha shapes and time maps ───────────────────────────────────────────────────────────────────────────────


def bench_alpha(rounds: int) -> None:
    try:
        from alphashape import alphashape
    except ImportError:
        print("| alpha shape | alphashape | not installed: pip install alphashape | | | |")
        return
    rng = np.random.default_rng(3)
    for n in (1_000, 10_000):
        turn = rng.uniform(0.6, 2 * np.pi - 0.6, n)
        points = rng.uniform(0.6, 1.0, n)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        alpha = 0.15 * np.sqrt(n)
        spent = in_turn(
            rounds,
            ours=lambda points=points, alpha=alpha: hulls.alpha_shape(points, alpha),
            peer=lambda points=points, alpha=alpha: alphashape(points, alpha),
        )
        ratio = hulls.alpha_shape(points, alpha).area / alphashape(points, alpha).area
        row(
            f"alpha shape, {n:,} points",
            "alphashape",
            spent["ours"],
            spent["peer"],
            f"areas differ by {abs(ratio - 1):.0e}",
        )


def folium_page(days: list[tuple[str, Any]], path: Path) -> None:
    import folium
    from folium.plugins import TimestampedGeoJson
    from shapely.geometry import mapping

    features = [
        {"type": "Feature", "geometry": mapping(g), "properties": {"times": [d] * 1, "time": d}} for d, g in days
    ]
    page = folium.Map(location=[48, 36], zoom_start=6)
    TimestampedGeoJson({"type": "FeatureCollection", "features": features}, period="P1D", duration="P1D").add_to(page)
    page.save(str(path))


def bench_timemap(days: list[tuple[str, Any]], rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page, payload = Path(folder) / "folium.html", Path(folder) / "ours.json"
        spent = in_turn(
            rounds,
            ours=lambda: payload.write_text(json.dumps(timemap.encode(days))),
            peer=lambda: folium_page(days, page),
        )
        big, small = page.stat().st_size, payload.stat().st_size
    found = timemap.decode(timemap.encode(days))
    exact = all(
        shapely.equals_exact(shapely.normalize(g), shapely.normalize(timemap.quantised(shape_)))
        for (_, g), (_, shape_) in zip(found, days, strict=True)
    )
    note = f"{big / 1e6:.1f} MB against {small / 1e3:.1f} kB: {big / small:.0f}x smaller; exact: {exact}"
    row(f"time map, {len(days)} days", "folium TimestampedGeoJson", spent["ours"], spent["peer"], note)


LISTEN = """() => {
  // a day's work: the slider's own event until all listeners have run (rings, layers), then the frame it asked for,
  // from its first callback until what is posted from there comes round after painting; waiting for a frame is left out
  window.spent = [];
  let began = 0, handled = 0;
  window.addEventListener("input", () => {
    began = performance.now();
    requestAnimationFrame(() => {
      const frame = performance.now(), {port1, port2} = new MessageChannel();
      port1.onmessage = () => window.spent.push(handled + performance.now() - frame);
      port2.postMessage(0);
    });
  }, true);
  window.addEventListener("input", () => {
    document.getElementById("map").getBoundingClientRect();
    handled = performance.now() - began;
  });
}"""


DRAWN = "n => new Promise(done => { const look = () => spent.length >= n ? done() : setTimeout(look, 1); look(); })"


def bench_days(files: list[Path]) -> None:
    """What a change of day costs in Chromium: every day by the arrow key, forwards and back again."""
    browser = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if browser is None:
        print("| a day's change in the browser | | no Chromium on the path | | | |")
        return
    from playwright.sync_api import sync_playwright

    from geomap.measure import read_series, write_series_map

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "days.html"
        write_series_map(read_series(None, files), path)
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
        page.evaluate(LISTEN)
        page.focus("#time")
        steps = int(page.get_attribute("#time", "max") or 0)
        inside = page.context.new_cdp_session(page)
        inside.send("Performance.enable", {"timeDomain": "threadTicks"})
        cpu = [_busy(inside)]
        for key in [*["ArrowLeft"] * steps, *["ArrowRight"] * steps]:
            page.keyboard.press(key)
            page.evaluate(DRAWN, len(cpu))
            cpu.append(_busy(inside))
        clock = page.evaluate("window.spent")
        chromium.close()
    for what, spent in (("clock", clock), ("CPU of its thread", [1e3 * (b - a) for a, b in pairwise(cpu)])):
        spent.sort()
        median, p95 = statistics.median(spent), spent[int(0.95 * len(spent))]
        print(
            f"| a day's change, {steps + 1} days, {len(spent)} changes | 30 ms in Chromium, {what} | median "
            f"{median:.1f} ms | p95 {p95:.1f} ms | worst {spent[-1]:.1f} ms | decode and draw |",
            flush=True,
        )


def _busy(session: Any) -> float:
    """CPU seconds that the page's thread has worked: other programs on the machine do not count."""
    found = session.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in found if m["name"] == "TaskDuration"))


# ── growth ───────────────────────────────────────────────────────────────────────────────────────────────────


def bench_growth(folder: Path) -> None:
    """Area by polygons and series by days at three sizes, each in a process of its own for its peak of memory."""
    print("\n| size | a vertex, a day | peak MB before, after |\n|---|---|---|")
    for kind, sizes in (("polygons", (10_000, 100_000, 1_000_000)), ("days", (200, 632, 2_000))):
        for n in sizes:
            command = [sys.executable, __file__, "--control", str(folder), "--grow", kind, str(n)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)


def grow(kind: str, n: int, files: list[Path]) -> None:
    """One size of the growth curve."""
    if kind == "polygons":
        polygons = stars(n)
        before = peak_mb()
        spent, _ = timed(lambda: geodesy.area(polygons))
        print(f"| {n:,} polygons | {spent / (17 * n) * 1e9:.1f} ns | {before:.0f}, {peak_mb():.0f} |")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # the real days forwards, backwards, forwards: each step is one that happened
        order = [*range(len(files)), *range(len(files) - 2, 0, -1)]
        for i in range(n):
            day = date(2000, 1, 1) + timedelta(days=i)
            (folder / f"{day}.geojson.gz").symlink_to(files[order[i % len(order)]].resolve())
        control.series(files[:10])
        before = peak_mb()
        spent, found = timed(lambda: control.series(folder))
        assert len(found) == n
        print(f"| {n:,} days | {spent / n * 1e3:.2f} ms | {before:.0f}, {peak_mb():.0f} |")


def peak_mb() -> float:
    """Peak of this process alone: ``ru_maxrss`` of a child begins with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--control", type=Path, default=CONTROL, help="folder of daily control maps")
    parser.add_argument("--days", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="three sizes, up to 1 M polygons and 2,000 days")
    parser.add_argument("--grow", nargs=2, metavar=("KIND", "N"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    files = sorted(args.control.glob("*.geojson.gz"))[: args.days]
    if not files:
        sys.exit(f"{args.control}: no *.geojson.gz; expected a folder of daily control maps (--control)")
    if args.grow:
        grow(args.grow[0], int(args.grow[1]), files)
        return
    snapshots = control.read_control(files).snapshots
    shapes = [control.ground(s) for s in snapshots]
    dated = [(s.as_of.date().isoformat(), g) for s, g in zip(snapshots, shapes, strict=True)]
    print("| what | peer | geomap | peer takes | faster | |\n|---|---|---|---|---|---|")
    bench_area(shapes[:60], args.rounds)
    bench_series(files, args.rounds)
    bench_alpha(args.rounds)
    bench_timemap(dated, args.rounds)
    bench_days(files)
    bench_crossover(shapes)
    if args.growth:
        bench_growth(args.control)


if __name__ == "__main__":
    main()
