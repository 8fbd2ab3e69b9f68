"""What a command writes is kept apart from what it reads, before either begins."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from geomap.errors import OutputError
from geomap.files import shown

OURS = b"Software\0geomap"
"""What the pictures that geomap draws say of themselves."""
OUR_PAGE = b'id="geomap-data"'
"""What every page that geomap makes holds."""
SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg")
"""What is read beside a .shp."""


class Read(NamedTuple):
    """A file that a command reads; or a folder, of which it reads the files with these suffixes."""

    path: Path
    suffixes: tuple[str, ...] = ()


Identity = tuple[int, int]


def keep_apart(writes: Iterable[Path | None], reads: Iterable[Read], *, to_stdout: bool = False) -> None:
    """Refuse an output that is an input, by whatever name or link, and two outputs that are one file.

    ``to_stdout``: an answer goes there, which the shell may have led into a file; ``-`` says so too.

    Raises
    ------
    OutputError
        Nothing has been written yet.
    """
    written: dict[Identity | str, Path] = {}
    for path in writes:
        if path is None:
            continue
        if str(path) == "-":
            if to_stdout:
                raise OutputError("-: two answers on standard output; expected one. Say where the other goes")
            to_stdout = True
            continue
        key = _identity(path) or os.path.realpath(path)
        if key in written:
            raise OutputError(f"{shown(path)}: would be written twice; expected a file of its own for each answer")
        written[key] = path
    if to_stdout and (key_of := _stdout_file()) is not None:
        written[key_of] = Path("standard output")
    existing = {key for key in written if not isinstance(key, str)}
    if not existing:
        return
    for read in reads:
        for found in _files(read):
            if (identity := _identity(found)) in existing:
                raise OutputError(
                    f"{shown(written[identity])}: is the input {shown(found)} too; it would be lost. Choose another -o"
                )


def check_own_page(page: Path) -> None:
    """Refuse to write a page under a name that nobody chose where another's file has that name already.

    Raises
    ------
    OutputError
        There is such a file and it is no page that geomap made.
    """
    try:
        ours = OUR_PAGE in page.read_bytes()
    except FileNotFoundError:
        return
    except OSError:
        return  # the writing says what is amiss
    if not ours:
        raise OutputError(f"{shown(page)}: exists and is no page of geomap's. Choose another place")


def check_side_picture(picture: Path) -> None:
    """Refuse to write a picture beside a text where another's picture has that name already.

    Raises
    ------
    OutputError
        There is such a file and it is none that geomap drew.
    """
    try:
        with picture.open("rb") as file:
            ours = not stat.S_ISREG(os.fstat(file.fileno()).st_mode) or OURS in file.read(2**16)
    except OSError:
        return  # none there; or the writing says what is amiss
    if not ours:
        raise OutputError(
            f"{shown(picture)}: is there already, no picture of geomap's; it would be lost. Choose another -o"
        )


def _files(read: Read) -> Iterator[Path]:
    if read.path.is_dir():
        for folder, _, names in os.walk(read.path):
            for name in names:
                if name.lower().removesuffix(".gz").endswith(read.suffixes):
                    yield Path(folder, name)
        return
    yield read.path
    if read.path.suffix.lower() == ".shp":
        yield from (read.path.with_suffix(suffix) for suffix in SHAPEFILE)


def _identity(path: Path) -> Identity | None:
    """A regular file's number on its disk; None where there is no such file."""
    with suppress(OSError, ValueError):
        status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            return status.st_dev, status.st_ino
    return None


def _stdout_file() -> Identity | None:
    with suppress(OSError, ValueError, AttributeError):
        status = os.fstat(sys.stdout.fileno())
        if stat.S_ISREG(status.st_mode):
            return status.st_dev, status.st_ino
    return None
