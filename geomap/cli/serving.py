"""Commands that answer programs: over HTTP, and as tools over standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomap.cli.options import Config, Control, Events, Rules
from geomap.files import shown
from geomap.printing import note

if TYPE_CHECKING:
    from geomap.serving.workers import Setup

WorkerCount = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="Processes for long work; default: one core less.")
]
Seconds = Annotated[float, typer.Option("--seconds", min=1, max=3600, help="Longest time an answer may take.")]


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine only when told.")
    ] = "127.0.0.1",
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    config: Config = None,
    workers: WorkerCount = None,
    seconds: Seconds = 60,
    quiet: Annotated[bool, typer.Option("--quiet", help="No line a question.")] = False,
) -> None:
    """Answer programs over HTTP, on this machine alone unless told.

    resolve, distance, hull, area, check and report; / is a page about them, /openapi.json its twin for programs. No
    article is kept, and none of its words stand in the log.

    Example: geomap serve --port 8765 --control snapshots/
    """
    from geomap.serving import needed
    from geomap.serving.workers import Workers

    for module in ("starlette", "uvicorn"):
        needed(module)
    from geomap.serving import http

    opened = http.listen(host, port)
    setup = _setup(control, events, rules, config)
    loaded = setup.load()
    here = opened.getsockname()[1]
    if host not in http.LOOPBACK:
        note(f"{shown(host)}: others than this machine can ask; there is no password. Put one before it")
    note(f"geomap answers on http://{shown(host)}:{here}/ (what can be asked: /openapi.json); Ctrl-C ends it")
    asked = Workers(setup, count=workers, seconds=seconds)
    try:
        hosts = http.LOOPBACK if host in http.LOOPBACK else ("*",)
        http.serve(http.build_app(loaded, asked, hosts=hosts, say=(lambda line: None) if quiet else note), opened)
    finally:
        asked.close()


def mcp(
    control: Control = None,
    events: Events = None,
    rules: Rules = None,
    config: Config = None,
    workers: WorkerCount = 1,
    seconds: Seconds = 60,
) -> None:
    """Tools for assistants, over standard input and output (Model Context Protocol); no network.

    resolve, distance, hull, area, check and report, as `geomap serve` has them.

    Example: geomap mcp --control snapshots/
    """
    from geomap.serving import needed
    from geomap.serving.workers import Workers

    needed("mcp")
    from geomap.serving.tools import run

    setup = _setup(control, events, rules, config)
    loaded = setup.load()
    asked = Workers(setup, count=workers, seconds=seconds)
    try:
        run(loaded, asked)
    finally:
        asked.close()


def _setup(control: list[str] | None, events: Path | None, rules: Path | None, config: Path | None) -> Setup:
    from geomap.serving.workers import Setup

    paths = [str(p) if p is not None else None for p in (events, rules, config)]
    return Setup(control=tuple(control or ()), events=paths[0], rules=paths[1], config=paths[2])
