"""Commands about what was published: recompute it, and watch what others publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.cli.options import FormatOption, keep_outputs_apart
from geomap.errors import OutputError
from geomap.files import shown
from geomap.printing import emit, note, write_out


def verify(
    passport: Annotated[Path, typer.Argument(metavar="PASSPORT.json", help="From geomap report --passport.")],
    folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Where its files are; default: here, else beside it."),
    ] = None,
) -> None:
    """Recompute a published claim from its files: equal, or what differs (exit 1).

    Example: geomap verify passport.json --from evidence/
    """
    from geomap.passport import verify_passport

    found = verify_passport(passport, folder=folder)
    if not found.differences:
        write_out(f"equal: {found.claims} claims from {found.files} files\n", None)
        return
    write_out("".join(f"{line}\n" for line in found.differences), None)
    note(f"{shown(passport)}: {len(found.differences)} differences")
    raise typer.Exit(1)


def watch(
    feeds: Annotated[
        list[str] | None, typer.Argument(metavar="FEED...", help="Addresses (http, https) or files of RSS or Atom.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="LEDGER", help="The ledger to keep what is new in.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="LEDGER", help="Ask no feed; print what the ledger shows.")
    ] = None,
    form: FormatOption = None,
) -> None:
    """Claims across outlets and days: seen again, figure changed, contradicted, corrected.

    Each feed is asked once a run; run it from a timer. Nothing else is fetched.

    Example: geomap watch https://example.org/feed.xml -o ledger.sqlite

    Example: geomap watch --report ledger.sqlite --format csv
    """
    from geomap import watch as watching

    if (report is None) == (output is None) or bool(feeds) != (output is not None):
        raise typer.BadParameter("expected FEED... with -o LEDGER, or --report LEDGER")
    if report is not None:
        columns = {"what": "what", "sources": "sources", "says": "sentence", "articles": "articles"}
        emit(watching.ledger_records(report), columns, form)
        return
    assert output is not None
    assert feeds is not None
    if str(output) == "-":
        raise OutputError("-: a ledger does not go to standard output; expected a file's name")
    keep_outputs_apart(output, files=[Path(feed) for feed in feeds if "://" not in feed])
    counted = watching.watch(feeds, output, say=note)
    failed = f", {counted.failed} feeds not read" if counted.failed else ""
    note(f"wrote {shown(output)}: {counted.new} new entries, {counted.changed} changed{failed}")
