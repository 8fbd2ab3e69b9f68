"""The command line: parse, call, print. What is decided stands elsewhere.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 places left unresolved (``--strict``), 4 a claim does not fit
(``--fail-on does_not_fit``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.main
from typer.core import TyperGroup

from geomap import __version__
from geomap.errors import GeomapError
from geomap.files import shown
from geomap.printing import note

MAX_LINE = 500
"""Characters of an error: what is wrong and what to try fit in, a megabyte of somebody's input does not."""

GREETING = """geomap: from a news story to a checked map

  geomap report story.txt --published 2022-09-12 -o report.html   the whole job: map, claims, verdicts
  geomap check story.txt --control snapshots/                     every claim with its verdict
  geomap resolve Izyum                                            where is it? any spelling, any script

geomap --help lists every command; geomap COMMAND --help shows an example.
"""

COMMANDS = {
    "report": "stories.report",
    "map": "stories.draw_map",
    "check": "stories.check",
    "extract": "stories.extract",
    "toponyms": "stories.toponyms",
    "review": "stories.review",
    "compare": "stories.compare",
    "corpus": "stories.corpus",
    "resolve": "places.resolve",
    "distance": "places.distance",
    "hull": "places.hull",
    "area": "ground.area",
    "diff": "ground.diff",
    "series": "ground.series",
    "gazetteer": "gazetteer.app",
}
"""Command -> where it is written, in the order of the help."""

STYLE: dict[str, Any] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class Commands(Mapping[str, Any]):
    """Commands made when they are asked for: making all of them takes longer than ``geomap resolve`` has to."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            module, attribute = COMMANDS[name].split(".")
            made = getattr(import_module(f"geomap.cli.{module}"), attribute)
            if not isinstance(made, typer.Typer):
                alone = typer.Typer(add_completion=False, **STYLE)
                alone.command(name)(made)
                made = alone
            self._made[name] = typer.main.get_command(made)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Root(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = Commands()  # type: ignore[assignment]  # nothing is ever added to it


app = typer.Typer(
    name="geomap",
    cls=Root,
    help="From a news story to a checked map: find places and claims in articles, measure them, map them.",
    add_completion=True,
    **STYLE,
)


@app.callback(invoke_without_command=True)
def greet(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"geomap {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(GREETING, nl=False)


def main() -> None:
    """Run the command line; a ``GeomapError`` becomes one line on stderr and exit code 1."""
    try:
        app()
    except GeomapError as error:
        line = " ".join(shown(error).split())
        note(f"geomap: {line if len(line) <= MAX_LINE else line[:MAX_LINE] + '…'}")
        sys.exit(1)
    except BrokenPipeError:
        # the reader of the pipe left: nothing more to say, and nothing to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        note("geomap: stopped")
        sys.exit(130)
