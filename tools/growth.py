"""Growth bench: every command that reads maps, events or stories on input of a size and of four times that size.

    python tools/growth.py [--small] [NAME...]

Prints a row a command: processor seconds at the two sizes, how many times as long the larger took, and for ``area``
how many times as long as geopandas takes to read the file. Passed: at most 4.4 times for four times the work, ``area``
within five times of the reading. Inputs are made in a folder that goes afterwards.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

MOST = 4.4
"""Times as long for four times the work: linear, with a tenth for the machine's unrest."""
MOST_OF_READING = 5.0
RUNS = 2
"""The faster of two runs counts: others use the machine too."""


def polygons(path: Path, count: int) -> None:
    """A grid of slanted quadrilaterals that share edges, as parcels or hexagons do."""
    side = math.isqrt(count)
    step = 10.0 / side
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for i in range(count):
            x, y = 10 + step * (i % side), 40 + step * (i // side)
            lean = 0.2 * step
            ring = [[x + lean, y], [x + step + lean, y], [x + step, y + step], [x, y + step], [x + lean, y]]
            rounded = [[round(a, 6), round(b, 6)] for a, b in ring]
            geometry = {"type": "Polygon", "coordinates": [rounded]}
            row = {"type": "Feature", "properties": {"name": f"f{i}"}, "geometry": geometry}
            file.write(("," if i else "") + json.dumps(row))
        file.write("]}")


def maps(folder: Path, days: int) -> None:
    """A front line of some 600 vertices that moves a little each day."""
    folder.mkdir()
    for day in range(days):
        line = [[33 + 0.01 * i, 48 + 0.3 * math.sin(i / 40) + 0.002 * day * ((i // 50) % 2)] for i in range(600)]
        ring = [*line, [line[-1][0], 46.0], [33.0, 46.0], line[0]]
        row = {
            "type": "Feature",
            "properties": {"status": "held"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        name = (date(2020, 1, 1) + timedelta(days=day)).isoformat()
        (folder / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), "utf-8")


def stories(folder: Path, count: int) -> None:
    """Short stories, each with places and claims of its own numbers."""
    folder.mkdir()
    towns = ("Izium", "Kupiansk", "Balakliia", "Lyman", "Chuhuiv", "Vovchansk")
    for i in range(count):
        one, two = towns[i % 6], towns[(i + 1 + i // 6) % 6]
        text = (
            f"Ukrainian forces took {one} on {1 + i % 28} September 2022, officials said. The army advanced "
            f"{3 + i % 40} km from {one} towards {two}. More than {100 + i} square kilometres were retaken in the "
            "Kharkiv region.\n"
        )
        (folder / f"s{i:04}.txt").write_text(text, "utf-8")


def events(path: Path, count: int) -> None:
    """Reports of settlements that change hands, over a year, each with a point of its own."""
    side = math.isqrt(count // 4) + 1
    rows = ["settlement,holder,date,source,lat,lon"]
    for i in range(count):
        place = i // 4
        lat, lon = 47 + 4.0 * (place // side) / side, 33 + 5.0 * (place % side) / side
        on = date(2022, 1, 1) + timedelta(days=(7 * (i % 4) * 11 + place) % 365)
        rows.append(f"Village {place},{('Russia', 'Ukraine')[i % 2]},{on},Gazette,{lat:.5f},{lon:.5f}")
    path.write_text("\n".join(rows) + "\n", "utf-8")


def geomap(*arguments: object) -> float:
    """Processor seconds that a command takes, the fewer of two runs."""
    return seconds([sys.executable, "-m", "geomap", *map(str, arguments)])


def reading(path: Path) -> float:
    """Processor seconds that geopandas takes to read a file, with its start."""
    return seconds([sys.executable, "-c", f"import geopandas; geopandas.read_file({str(path)!r})"])


def seconds(command: list[str]) -> float:
    """Processor seconds of a command, its threads together: the clock also counts what else the machine does."""
    best = math.inf
    for _ in range(RUNS):
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr[-300:]}")
        best = min(best, ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime)
    return best


Bench = Callable[[Path, int], float]
STORY = "Ukrainian forces took Izium on 10 September 2022.\n"


def _area(folder: Path, size: int) -> float:
    path = folder / f"p{size}.geojson"
    polygons(path, size)
    taken, read = geomap("area", path, "-o", folder / "out.csv"), reading(path)
    print(f"  area of {size:,}: {taken:.1f} s, {taken / read:.1f} times the reading ({read:.1f} s)", flush=True)
    FAILED.extend([f"area of {size:,} polygons"] if taken > MOST_OF_READING * read else [])
    return taken


def _diff(folder: Path, size: int) -> float:
    one, two = folder / "2030-01-01.geojson", folder / "2030-01-02.geojson"
    polygons(one, size)
    polygons(two, size - size // 10)
    return geomap("diff", one, two, "-o", folder / "out.geojson")


def _series(folder: Path, size: int) -> float:
    maps(folder / f"m{size}", size)
    return geomap("series", folder / f"m{size}", "-o", folder / "out.csv")


def _check_maps(folder: Path, size: int) -> float:
    (folder / "story.txt").write_text(STORY, "utf-8")
    maps(folder / f"c{size}", size)
    return geomap("check", folder / "story.txt", "--control", folder / f"c{size}", "-o", folder / "out.csv")


def _check_stories(folder: Path, size: int) -> float:
    stories(folder / f"s{size}", size)
    return geomap("check", folder / f"s{size}", "--published", "2022-09-30", "-o", folder / "out.csv")


def _report(folder: Path, size: int) -> float:
    stories(folder / f"r{size}", size)
    return geomap("report", folder / f"r{size}", "--published", "2022-09-30", "-o", folder / "out.html")


def _events(folder: Path, size: int) -> float:
    (folder / "story.txt").write_text(STORY, "utf-8")
    events(folder / f"e{size}.csv", size)
    return geomap("check", folder / "story.txt", "--events", folder / f"e{size}.csv", "-o", folder / "out.csv")


BENCHES: dict[str, tuple[Bench, int]] = {
    "area": (_area, 250_000),
    "diff": (_diff, 250_000),
    "series": (_series, 250),
    "check-maps": (_check_maps, 250),
    "check-stories": (_check_stories, 60),
    "report-stories": (_report, 60),
    "check-events": (_events, 10_000),
}
FAILED: list[str] = []


def main() -> int:
    """Run the benches asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--small", action="store_true", help="a tenth of the sizes")
    asked = parser.parse_args()
    for name in asked.names or BENCHES:
        bench, size = BENCHES[name]
        size = max(size // 10, 6) if asked.small else size
        with tempfile.TemporaryDirectory() as folder:
            small, large = bench(Path(folder), size), bench(Path(folder), 4 * size)
        times = large / small
        print(f"{name:15} {size:>9,} {small:8.1f} s   {4 * size:>9,} {large:8.1f} s   {times:5.2f} times", flush=True)
        FAILED.extend([name] if times > MOST else [])
    tried = len(asked.names or BENCHES)
    print(
        f"tried {tried}, passed {tried - len(set(FAILED) & set(BENCHES))}"
        + (f"; failed: {', '.join(FAILED)}" if FAILED else "")
    )
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
