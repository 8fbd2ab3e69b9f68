"""The command that makes films of control maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.cli.options import Config, Repair, Rules, keep_outputs_apart
from geomap.errors import InputError
from geomap.files import shown
from geomap.printing import note, progress_bar


def film(
    inputs: Annotated[
        list[str], typer.Argument(metavar="SNAPSHOTS...|REPORT.json", help="Control maps; a report for its places.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="A name in .mp4, .gif or .webp.")],
    size: Annotated[
        str | None, typer.Option(metavar="SHAPE", help="16:9 (default), 1:1, 9:16, or WIDTHxHEIGHT in pixels.")
    ] = None,
    days_per_second: Annotated[
        float | None, typer.Option(min=0.1, max=50, metavar="N", help="Default: the whole in some 24 seconds.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What stands above; default: whose ground, and when.")] = None,
    rules: Rules = None,
    repair: Repair = False,
    config: Config = None,
) -> None:
    """The change as a film: a frame a day, gaps shown as gaps, with captions (.vtt) and a poster (.png) beside it.

    Example: geomap film snapshots/ -o change.mp4

    Example: geomap film report.json snapshots/ --size 9:16 -o change.mp4
    """
    from geomap.config import read_config
    from geomap.film.making import Story, check_film, make_film, read_story, size_of
    from geomap.measure import named_controls, open_gazetteer, read_series

    check_film(output)
    size_of(size, output)
    reports = [name for name in inputs if _is_report(name)]
    maps = [name for name in inputs if name not in reports]
    keep_outputs_apart(output, output.with_suffix(".vtt"), output.with_suffix(".png"), maps=maps, files=[rules, config])
    keep_outputs_apart(output, files=[Path(name) for name in reports])
    story = read_story(Path(reports[0])) if reports else Story()
    if not maps:
        near = [Path(reports[0]).parent / name for name in story.files]
        maps = [str(path) for path in near if path.exists()]
    if not maps:
        raise InputError(
            f"{shown(inputs[0])}: a report names its maps and does not hold them; "
            f"give them too, as in geomap film {shown(inputs[0])} snapshots/ -o {shown(output.name)}"
        )
    _, style, _ = read_config(config)
    pairs = named_controls(maps)
    series = read_series(pairs[0][0], [path for _, path in pairs], rules, repair, say=note)
    with progress_bar() as progress:
        made = make_film(
            series, open_gazetteer(), output, story=story, style=style, title=title, size=size,
            days_per_second=days_per_second, progress=progress,
        )  # fmt: skip
    beside = ", ".join(shown(path.name) for path in made.beside)
    note(
        f"{made.alt}\nwrote {shown(output)} ({made.frames} days in {made.seconds:.0f} s) and {beside}\n"
        f"sha256 {made.sha256}"
    )


def _is_report(name: str) -> bool:
    """Whether a file is a report's record and no control map: both are JSON."""
    path = Path(name)
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open("rb") as opened:
        start = opened.read(200)
    return b'"articles"' in start
