"""The command that shows geomap at work: the samples' report and map, from whatever is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.errors import OutputError
from geomap.files import read_bytes, shown, write_whole
from geomap.gazetteer.data import data_folder
from geomap.outputs import check_own_page
from geomap.printing import note, progress_bar

SAMPLES = ("dispatches.jsonl", "events.csv")
"""Stories, and the table that control maps are made from."""
PAGES = ("report", "map")
SINCE = "2022-09-05"
"""The day before the first change of hands that the sample tells."""


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="Where to write; made where it is missing.", show_default=True)
    ] = Path("geomap-demo"),
) -> None:
    """The samples' report and map, and the samples themselves to try.

    Example: geomap demo out
    """
    from geomap import pipeline

    _check(folder)
    for name in SAMPLES:
        write_whole(folder / name, _sample(name))
    story, events = (folder / name for name in SAMPLES)
    said = f"{shown(story)} --events {shown(events)} --since {SINCE}"
    note(f"wrote {shown(story)} and {shown(events)}; checking the stories ...")
    with progress_bar() as progress:
        made = pipeline.report(
            story, events=events, since=SINCE, command=f"geomap report {said}", progress=progress, say=note
        )
    for page in PAGES:
        made.save(folder / f"{page}.html", page=page)
        note(f"wrote {shown(folder / page)}.html")
    note(f"{made.summary}\nOpen both in a browser; no network is needed. Next: geomap check {said}")


def _check(folder: Path) -> None:
    """Refuse before the work begins to write over what is not the demo's."""
    for page in PAGES:
        check_own_page(folder / f"{page}.html")
    for name in SAMPLES:
        path = folder / name
        if path.exists() and read_bytes(path) != _sample(name):
            raise OutputError(f"{shown(path)}: is not the sample; it would be lost. Choose another folder")


def _sample(name: str) -> bytes:
    return read_bytes(data_folder().parent / "samples" / name)
