"""Commands about what was published: recompute it, and watch what others publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geomap.files import shown
from geomap.printing import note, write_out


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
