"""Reading with a limit and writing whole: a reader never sees half a file, a bomb never fills the memory."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from geomap.errors import InputError, OutputError

MAX_BYTES = 512 * 2**20
"""A file larger than this, unpacked, is refused: no article or control map comes near it, a gzip bomb does."""


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Read a file whole, unpacking gzip by content; at most ``limit`` bytes unpacked."""
    import gzip

    try:
        if os.path.isdir(path):
            raise InputError(f"{shown(path)}: is a folder; expected a file")
        with path.open("rb") as raw:
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


def sha256(data: bytes) -> str:
    """Hex digest that names an input."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes | str) -> None:
    """Write beside and rename, so that ``path`` holds the old file or the new one and never a part."""
    with writing(path) as beside:
        # surrogateescape is never right for text from outside: a lone surrogate is written as its escape
        beside.write_bytes(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; on success it takes ``path``'s place, on failure it goes."""
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written ({error.strerror or error}); choose another -o") from None
    beside = Path(name)
    try:
        yield beside
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)
        beside.replace(path)
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written ({error.strerror or error}); choose another -o") from None
    finally:
        beside.unlink(missing_ok=True)


def shown(text: object) -> str:
    """Text from outside as a terminal may show it: control characters and lone surrogates escaped."""
    return "".join(
        c if c.isprintable() or c == " " else c.encode("unicode_escape", "backslashreplace").decode("ascii")
        for c in str(text)
    )


def broken_zip() -> tuple[type[Exception], ...]:
    """What a zip from outside may raise: damaged, cut short, of a later version, packed in an unknown way, locked."""
    import zipfile

    return zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters that make a spreadsheet run a cell (OWASP, CSV injection)."""


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe stands before what would start a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def write_stream(stream: TextIO, text: str) -> None:
    """Write text to a terminal or pipe whatever its encoding can hold."""
    encoding = stream.encoding or sys.getdefaultencoding()
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
