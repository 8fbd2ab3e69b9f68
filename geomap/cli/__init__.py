"""The command line: parse, call, print. What is decided stands elsewhere.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 places left unresolved (``--strict``), 4 a claim does not fit
(``--fail-on does_not_fit``).
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
import typer.main
from typer.core import TyperGroup

from geomap import __version__, limits
from geomap.errors import GeomapError
from geomap.files import one_line
from geomap.printing import note

GREETING = """geomap: from a news story to a checked map

  geomap demo                                                     the sample stories, checked: a page and a map
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
    "watch": "published.watch",
    "verify": "published.verify",
    "film": "film.film",
    "serve": "serving.serve",
    "mcp": "serving.mcp",
    "demo": "demo.demo",
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

    def invoke(self, ctx: Any) -> Any:
        """Run the command; stopped, it says so in one line of ours where typer has two of its own."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            _leave("geomap: stopped", 128 + (stop.args[0] if isinstance(stop, Stopped) else signal.SIGINT))


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
    article_seconds: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Processor time that one article may take, and with it 8 GB of memory; 0: as much as it likes.",
        ),
    ] = limits.ARTICLE_SECONDS,
) -> None:
    context.with_resource(limits.article_seconds(article_seconds or None))
    if version:
        typer.echo(f"geomap {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(GREETING, nl=False)


class Stopped(KeyboardInterrupt):
    """The system or another program asks this one to end (SIGTERM): cleaned up as for Ctrl-C."""


def main() -> None:
    """Run the command line; a ``GeomapError`` becomes one line on stderr and exit code 1."""
    with _stoppable():
        try:
            try:
                app()
            finally:
                _flush()
        except GeomapError as error:
            _leave(f"geomap: {one_line(error)}", 1)
        except BrokenPipeError:
            # the reader of the pipe left: nothing more to say, and nothing to say it to
            _leave(None, 0)
        except OSError as error:
            if error.errno not in FULL:
                raise
            _leave(f"geomap: nothing more can be written ({error.strerror}); make room, then start again", 1)


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""A disk that takes no more: no bug of ours, wherever it is met."""


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM and a closed terminal end the work as Ctrl-C does: what is half written goes, children too."""

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # once is enough: the second must not cut short what cleans up
        raise Stopped(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {}
    with suppress(ValueError):  # only the main thread is told of signals
        # nohup has SIGHUP ignored: that stays
        before = {n: signal.signal(n, stop) for n in numbers if signal.getsignal(n) is signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _flush() -> None:
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def _leave(line: str | None, code: int) -> NoReturn:
    """Say why, and exit; what standard output would not take is not tried again."""
    if line is not None:
        note(line)
    try:
        _flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
