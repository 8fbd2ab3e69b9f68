"""Where indexes live, and how one comes to be there: built beside, renamed when whole, one builder at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Literal

from geomap.errors import GazetteerError
from geomap.files import is_terminal
from geomap.gazetteer.index import FORMAT, Index

Build = Callable[[Path, Callable[[int], None]], None]
"""Fills an empty folder, telling how many rows are done."""

OLD_SECONDS = 30 * 86400
"""Indexes of other data that were built a month ago go when a new one comes: each takes some 45 MB."""
STALE_SECONDS = 3600
"""A build folder untouched for an hour was left by a process that died: builds take under a minute."""
QUIET_SECONDS = 1.0
"""Builds longer than this say what they do."""


@cache
def cache_folder() -> Path:
    """The folder for indexes: ``GEOMAP_CACHE``, else the user's cache, else a temporary one (said on stderr)."""
    if chosen := os.environ.get("GEOMAP_CACHE"):
        folder = Path(chosen)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GazetteerError(f"GEOMAP_CACHE={chosen}: cannot be written ({error.strerror})") from error
        return folder
    problem = "no home folder"
    with contextlib.suppress(RuntimeError):  # platformdirs cannot tell a home
        folder = user_folder("cache")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / (probe := f".probe-{os.getpid()}")).touch()
            (folder / probe).unlink()
            return folder
        except OSError as error:
            problem = f"{folder}: {error.strerror}"
    import tempfile

    folder = Path(tempfile.gettempdir()) / f"geomap-cache-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        folder = Path(tempfile.mkdtemp(prefix="geomap-cache-"))
    print(f"geomap: the gazetteer's index goes to {folder} ({problem}); set GEOMAP_CACHE to keep it", file=sys.stderr)
    return folder


def user_folder(kind: Literal["cache", "data"]) -> Path:
    """The user's folder for geomap; on Linux worked out here: a look-up takes less time than platformdirs loads."""
    if sys.platform == "linux":
        default = Path.home() / (".cache" if kind == "cache" else ".local/share")
        return Path(os.environ.get(f"XDG_{kind.upper()}_HOME", "").strip() or default) / "geomap"
    from platformdirs import user_cache_path, user_data_path

    return (user_cache_path if kind == "cache" else user_data_path)("geomap", appauthor=False)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held while building; the system lets go of it when the process dies, however it dies."""
    try:
        import fcntl
    except ImportError:  # Windows: two builders work in vain, and the first to rename wins
        yield
        return
    with path.open("w") as file:
        # a file system without locks: as above
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def open_or_build(name: str, build: Build, *, total: int | None = None) -> Index:
    """The index ``name`` of the cache, built first where it is missing, damaged or of another format.

    ``build`` fills an empty folder and reports rows done; ``total`` rows are expected.
    """
    final = cache_folder() / f"{name}-v{FORMAT}"
    with contextlib.suppress(GazetteerError):
        return Index(final)
    import secrets
    import shutil

    with _lock(cache_folder() / f"{name}.lock"):
        with contextlib.suppress(GazetteerError):
            return Index(final)  # another process built it meanwhile
        _remove_stale(name, final)
        partial = cache_folder() / f"{name}.partial-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            partial.mkdir()
            with progress(f"Indexing the gazetteer ({name}), once", total) as step:
                build(partial, step)
            sync(partial)
            if final.exists():  # damaged: out of the way first, since a full folder cannot be renamed over
                shutil.rmtree(final)
            try:
                partial.rename(final)
            except OSError:
                if not final.exists():
                    raise
        except OSError as error:
            problem = f"{partial}: the index cannot be written ({error.strerror})"
            raise GazetteerError(f"{problem}; set GEOMAP_CACHE to a folder with 60 MB free") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return Index(final)


def sync(folder: Path) -> None:
    """Have the system write a folder's files to disk: renamed before that, a power cut leaves an index of zeros."""
    for path in (*folder.iterdir(), *([] if sys.platform == "win32" else [folder])):
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _remove_stale(name: str, final: Path) -> None:
    """Leftovers of killed builds, and old indexes of the same kind."""
    import shutil
    import time

    for folder in cache_folder().glob(f"{name.partition('-')[0]}-*-v*"):
        with contextlib.suppress(OSError):
            if folder != final and time.time() - folder.stat().st_mtime > OLD_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    for folder in cache_folder().glob(f"{name}.partial-*"):
        with contextlib.suppress(OSError):
            if time.time() - max(p.stat().st_mtime for p in (folder, *folder.iterdir())) > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's stderr, one line elsewhere; nothing for what is done within a second."""
    if not is_terminal(sys.stderr):
        started, told = monotonic(), False

        def step(done: int) -> None:
            nonlocal told
            if not told and monotonic() - started > QUIET_SECONDS:
                told = True
                print(f"geomap: {title}…", file=sys.stderr)

        yield step
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)
