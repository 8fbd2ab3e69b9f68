"""What one article may take of processor time and memory: the same in a corpus and on the command line."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from geomap.errors import InputError
from geomap.files import shown

ARTICLE_SECONDS = 600
"""Of processor time, not by the clock: a busy machine must not change the results. The longest article allowed, ten
million characters, takes 50; an ordinary one 0.02."""
MEMORY_BYTES = 8 * 2**30
"""The longest article allowed takes 2.5 GB. Without a limit the system would end whichever process it likes."""

_seconds: ContextVar[int | None] = ContextVar("article_seconds", default=None)


@contextmanager
def article_seconds(most: int | None) -> Iterator[None]:
    """Within this, ``article_within`` gives up after so many seconds; None, as outside: never."""
    token = _seconds.set(most)
    try:
        yield
    finally:
        _seconds.reset(token)


@contextmanager
def article_within(where: str) -> Iterator[None]:
    """Read an article within the limits that ``article_seconds`` has set.

    Without one, on Windows and in another thread than the first there are none: a library's user sets their own.

    Raises
    ------
    InputError
        It took more processor time or memory; a process that lives on can say so.
    """
    most = _seconds.get()
    if most is None or sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    advice = "expected an article of some thousand words. Split it, or raise geomap --article-seconds"

    def give_up(_number: int, _frame: object) -> None:
        raise InputError(f"{shown(where)}: took more than {most:,} s of processor time; {advice}")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, most)
    try:
        with _memory_within(MEMORY_BYTES):
            yield
    except MemoryError:
        raise InputError(f"{shown(where)}: took more than {MEMORY_BYTES >> 30} GB of memory; {advice}") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _memory_within(most: int) -> Iterator[None]:
    """Let this process have no more memory; what asks for more gets a ``MemoryError``."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    if before[0] == resource.RLIM_INFINITY or before[0] > most:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, before)
