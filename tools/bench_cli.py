"""Time ``geomap resolve NAME`` as a whole process, beside the same answer with every library imported at the start.

    python tools/bench_cli.py

CPU seconds (user and system) of the process, warm caches and compiled bytecode, runs interleaved, medians.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 15
LAZY = "import sys; from geomap.cli import main; sys.argv = ['geomap', 'resolve', 'Izyum', '--format', 'json']; main()"
EAGER = "import typer, rich.console, geopandas, shapely, pyproj, folium, geopy.distance, geopy.geocoders; "
CALLS = {"geomap resolve": LAZY, "the same, eager imports": EAGER + LAZY, "python alone": "pass"}


def cpu_ms(code: str) -> float:
    """CPU milliseconds of one process that runs ``code``."""
    # bytecode is written, as it is on a user's machine
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def main() -> None:
    spent: dict[str, list[float]] = {name: [] for name in CALLS}
    for code in CALLS.values():
        cpu_ms(code)  # caches and bytecode
    for _ in range(RUNS):
        for name, code in CALLS.items():
            spent[name].append(cpu_ms(code))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    for name, times in spent.items():
        print(f"{name:26} {medians[name]:7.0f} ms   (fastest {min(times):.0f})")
    print(f"ratio {medians['the same, eager imports'] / medians['geomap resolve']:.1f} (target: 10)")


if __name__ == "__main__":
    main()
