"""Reading with a limit and writing whole: a reader never sees half a file, a bomb never fills the memory."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import time
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from geomap.errors import InputError, OutputError

MAX_BYTES = 512 * 2**20
"""A file larger than this, unpacked, is refused: no article or control map comes near it, a gzip bomb does."""


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Read a file whole, unpacking gzip by content; at most ``limit`` bytes unpacked."""
    import gzip

    try:
        if os.path.isdir(path):
            raise InputError(f"{shown(path)}: is a folder; expected a file")
        with _opened(path, limit) as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if not packed:
                data = raw.read(limit + 1)
            else:
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    data = unpacked.read(limit + 1)
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: no such file; check the path") from None
    except PermissionError:
        raise InputError(f"{shown(path)}: no permission to read it") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{shown(path)}: broken gzip ({error}); fetch it again") from None
    except OSError as error:
        raise InputError(f"{shown(path)[:200]}: cannot be read ({error.strerror or error})") from None
    except ValueError:
        raise InputError(f"{shown(path)}: no such file; a name cannot hold NUL") from None
    if len(data) > limit:
        raise InputError(f"{shown(path)}: more than {limit // 2**20} MB unpacked; expected less. Split it")
    return data


OPEN_PIPES = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Pipes that the shell has opened for us, as in ``geomap check <(unzip -p a.zip)``: somebody writes into them."""


def _opened(path: Path, limit: int) -> BinaryIO:
    """Open a file to read and seek in; a pipe is read up, and what may never end or begin is refused."""
    mode = os.stat(path).st_mode
    if stat.S_ISREG(mode):
        return path.open("rb")
    if not stat.S_ISFIFO(mode) or not str(path).startswith(OPEN_PIPES):
        raise InputError(f"{shown(path)}: no regular file; expected one that can be read to its end")
    with path.open("rb") as pipe:
        return io.BytesIO(pipe.read(limit + 1))


def sha256(data: bytes) -> str:
    """Hex digest that names an input."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes | str) -> None:
    """Write beside and rename, so that ``path`` holds the old file or the new one and never a part."""
    with writing(path) as beside:
        # surrogateescape is never right for text from outside: a lone surrogate is written as its escape
        beside.write_bytes(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)


MARK = "-geomap-"
"""Stands in the names of half-written files, so that those of killed runs are known."""
ABANDONED_SECONDS = 3600
"""A half-written file that nobody holds goes after an hour even where its writer's number lives on as another's."""


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path to write to; on success it takes ``path``'s place with its permissions, on failure it goes.

    A symbolic link is followed: the file behind it is written. What is no regular file (a device, a pipe, standard
    output by another name) is never replaced: the bytes are written into it. ``-`` is standard output.
    """
    try:
        target, status = _followed(Path("/dev/stdout") if str(path) == "-" else path)
        straight = status is not None and (not stat.S_ISREG(status.st_mode) or _is_stdout(status))
        if status is not None and not os.access(target, os.W_OK):
            raise OutputError(f"{shown(path)}: no permission to write it; choose another -o")
        with _straight(target) if straight else _beside(target) as beside:
            yield beside
    except ValueError as error:  # NUL in a name
        raise OutputError(f"{shown(path)}: cannot be written ({error}); choose another -o") from None
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written ({error.strerror or error}); choose another -o") from None


def _followed(path: Path) -> tuple[Path, os.stat_result | None]:
    """The file that a path means at the end of its links, and what it is; None where it is yet to be made."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return Path(os.path.realpath(path)), None
    if stat.S_ISDIR(status.st_mode):
        raise OutputError(f"{shown(path)}: is a folder; expected a file's name. Choose another -o")
    # not realpath: a pipe behind /dev/stdout has no name of its own
    return (Path(os.path.realpath(path)) if stat.S_ISREG(status.st_mode) else path), status


def _is_stdout(status: os.stat_result) -> bool:
    try:
        return sys.stdout is not None and os.path.samestat(status, os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError):  # no file behind it, or closed
        return False


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    beside, handle = _held(target)
    try:
        yield beside
        with beside.open("rb+") as written:  # by its name: a library may have made the file anew
            os.fsync(written.fileno())
        beside.chmod(_mode_for(target))
        if sys.platform == "win32":  # a file that is open cannot be renamed there
            os.close(handle)
            handle = -1
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
        if handle >= 0:
            os.close(handle)


@contextmanager
def _straight(target: Path) -> Iterator[Path]:
    """Write elsewhere first, then all at once into what cannot be replaced: libraries seek, and devices do not."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="geomap-") as folder:
        beside = Path(folder) / f"output{target.suffix}"
        yield beside
        data = beside.read_bytes()
    if _is_stdout(os.stat(target)):
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    else:
        with target.open("wb") as opened:
            opened.write(data)


def _mode_for(target: Path) -> int:
    """The permissions of the file that is replaced, else those of any new file."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _held(target: Path) -> tuple[Path, int]:
    """A new file beside the target, locked while this process lives: so tells ``sweep`` it from one that was left."""
    import secrets

    while True:
        name = f".{target.stem[:40]}{MARK}{os.getpid()}-{secrets.token_hex(4)}{target.suffix[:20]}"
        beside = target.with_name(name)
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if _lock(handle) and os.fstat(handle).st_nlink:
            return beside, handle
        os.close(handle)  # swept in the moment before it was locked


def _lock(handle: int) -> bool:
    """Lock an open file, or say that another process has; true where the system knows no locks."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def sweep(folder: Path) -> None:
    """Remove half-written files that killed runs left in a folder."""
    with suppress(OSError), os.scandir(folder) as entries:
        left = [e.path for e in entries if e.name.startswith(".") and MARK in e.name]
    for path in left:
        with suppress(OSError), open(path, "rb") as opened:
            if _is_abandoned(path, opened.fileno()):
                os.unlink(path)


def _is_abandoned(path: str, handle: int) -> bool:
    if not _lock(handle):
        return False
    if time.time() - os.fstat(handle).st_mtime > ABANDONED_SECONDS:
        return True
    number = path.rpartition(MARK)[2].partition("-")[0]
    if sys.platform == "win32" or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def shown(text: object) -> str:
    """Text from outside as a terminal may show it: control characters and lone surrogates escaped."""
    return "".join(
        c if c.isprintable() or c == " " else c.encode("unicode_escape", "backslashreplace").decode("ascii")
        for c in str(text)
    )


MAX_LINE = 500
"""Characters of an error: what is wrong and what to try fit in, a megabyte of somebody's input does not."""


def one_line(error: Exception) -> str:
    """An error as people are told it: one line, no control character, not longer than reads."""
    line = " ".join(shown(error).split())
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"


def broken_zip() -> tuple[type[Exception], ...]:
    """What a zip from outside may raise: damaged, cut short, of a later version, packed in an unknown way, locked."""
    import zipfile

    return zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError


_HALF = re.compile("[\ud800-\udfff]")


def without_halves(text: str) -> str:
    """Text with � for each half of a surrogate pair: JSON may hold one alone, no file and no hash can."""
    return _HALF.sub("\ufffd", text)


MAX_CELL = 40_000_000
"""Characters of a cell: the longest article allowed, four times over. The csv module's own limit is 131,072, and cells
of whole articles are longer."""


def read_table(
    text: str, name: str, *, delimiter: str = ",", largest: int = MAX_CELL, error: type[InputError] = InputError
) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """Columns of a CSV, and each row with its line number; cells that a row lacks are empty.

    Raises
    ------
    InputError
        Or ``error``, while rows are read: it is no CSV.
    """
    import csv

    csv.field_size_limit(largest)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)

    def rows() -> Iterator[tuple[int, dict[str, str]]]:
        csv.field_size_limit(largest)  # it is one for all readers of this process
        try:
            for row in reader:
                yield reader.line_num, {k: v or "" for k, v in row.items() if k is not None}
        except csv.Error as broken:
            raise error(f"{name}:{reader.line_num + 1}: not CSV ({broken}); expected a table with commas") from None

    try:
        return list(reader.fieldnames or ()), rows()
    except csv.Error as broken:
        raise error(f"{name}:1: not CSV ({broken}); expected a table with commas") from None


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that make a spreadsheet run a cell (OWASP, CSV injection)."""


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe stands before what would start a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def is_terminal(stream: TextIO | None) -> bool:
    """Whether people read a stream; a closed one nobody reads."""
    return stream is not None and not stream.closed and stream.isatty()


_IN_SCRIPT = re.compile("[<>&\u2028\u2029\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def escape_for_script(text: str) -> str:
    """JSON that is safe inside a page's script element: no "<", no line separators, nothing that turns or hides text.

    They are written as JSON's escapes, so that it stays the same JSON.
    """
    return _IN_SCRIPT.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text)


JOINERS = "\u200c\u200d"
"""Invisible and harmless: Persian and the languages of India are not written without them."""


def for_terminal(text: str, *, as_json: bool = False) -> str:
    """Text of which no character moves the cursor, colours, rings or turns the direction; lines stay lines.

    ``as_json``: what is escaped is escaped as JSON has it, so that the text stays the same JSON.
    """
    return "".join(
        c if c.isprintable() or c in "\n\t" or c in JOINERS or unicodedata.category(c) == "Zs" else _escaped(c, as_json)
        for c in text
    )


def _escaped(character: str, as_json: bool) -> str:
    if not as_json:
        return character.encode("unicode_escape", "backslashreplace").decode("ascii")
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4))


def write_stream(stream: TextIO | None, text: str, *, as_json: bool = False) -> None:
    """Write text to a terminal or pipe whatever its encoding can hold; to a terminal, nothing that commands it."""
    if stream is None:  # closed by who started us
        return
    encoding = stream.encoding or sys.getdefaultencoding()
    if is_terminal(stream):
        text = for_terminal(text, as_json=as_json)
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def write_stdout(text: str, *, as_json: bool = False) -> None:
    """Write to standard output, all of it.

    Raises
    ------
    OutputError
        It is closed, or its disk is full.
    """
    if sys.stdout is None or sys.stdout.closed:
        raise OutputError("standard output is closed; expected a place for the answer. Say where with -o")
    try:
        write_stream(sys.stdout, text, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"standard output: cannot be written ({error.strerror or error}); say where with -o"
        ) from None
