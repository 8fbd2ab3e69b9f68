"""Answers from processes of their own: long work never holds up a look-up, and what runs too long is ended."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from geomap.errors import GeomapError
from geomap.operations import OPERATIONS, Loaded

SECONDS = 60.0
"""An article of the largest size allowed takes ten on a slow machine, against a year of maps thirty."""
GRACE_SECONDS = 5.0
"""What stays in one call of a library longer than this after its time is ended with its process."""
WAITING = 64
"""Questions a worker that may wait for it: more would wait longer than their time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a process reads before it answers; paths, so that every process can read them itself."""

    control: tuple[str, ...] = ()
    events: str | None = None
    rules: str | None = None
    config: str | None = None

    def load(self) -> Loaded:
        """Read it all.

        Raises
        ------
        GeomapError
            A map, table or configuration cannot be read whole.
        """
        from geomap import measure
        from geomap.config import read_config

        gazetteer = measure.open_gazetteer()
        settings, style, _ = read_config(self.config)
        series = [
            measure.read_series(name, path, self.rules) for name, path in measure.named_controls(list(self.control))
        ]
        if self.events is not None:
            holder = series[0].holder if series else None
            series.append(measure.series_from_events(self.events, None, gazetteer, holder=holder))
        return Loaded(gazetteer=gazetteer, control=tuple(series), settings=settings, style=style)


class OutOfTime(BaseException):
    """The answer took longer than allowed. No ``Exception``: nothing on the way may take it for one of its own."""


class Busy(Exception):
    """Too many questions wait already."""


class Lost(Exception):
    """The process that worked on the answer ended: out of memory, or a fault in a library."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: JSON, or a page."""

    body: bytes
    media_type: str


def answer(name: str, loaded: Loaded, given: object) -> Answer:
    """Ask an operation here and now."""
    found = OPERATIONS[name].ask(loaded, given)
    if isinstance(found, str):
        return Answer(found.encode("utf-8", "backslashreplace"), "text/html; charset=utf-8")
    return Answer(
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace"), "application/json"
    )


class Workers:
    """Processes that answer questions, each for at most ``seconds``."""

    def __init__(self, setup: Setup, *, count: int | None = None, seconds: float = SECONDS) -> None:
        self._setup = setup
        self._count = count or max(1, (os.cpu_count() or 2) - 1)
        self._seconds = seconds
        self._waiting = 0
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # not forked: a process with threads that forks may hang
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self._count, mp_context=context, initializer=_begin, initargs=(self._setup,))
        for _ in range(self._count):
            pool.submit(_warm)  # reads its maps now, not when it is first asked
        return pool

    async def ask(self, name: str, given: object) -> Answer:
        """Answer in a process of its own.

        Raises
        ------
        GeomapError
            The question cannot be answered; the line says why.
        Busy, OutOfTime, Lost
            Too many wait; it took too long; its process ended.
        """
        if self._waiting >= self._count * WAITING:
            raise Busy
        self._waiting += 1
        pool = self._pool
        try:
            working = asyncio.wrap_future(pool.submit(_answer, name, given, self._seconds))
            # those that wait before it may each take their time
            patience = (self._seconds + GRACE_SECONDS) * (1 + self._waiting // self._count)
            return await asyncio.wait_for(working, patience)
        except BrokenProcessPool:
            self._renew(pool)
            raise Lost from None
        except TimeoutError:
            self._renew(pool)
            raise OutOfTime from None
        finally:
            self._waiting -= 1

    def _renew(self, broken: ProcessPoolExecutor) -> None:
        if broken is self._pool:  # else another question has done it
            self._pool = self._new_pool()
            _end(broken)

    def close(self) -> None:
        """End every process."""
        _end(self._pool)


def _end(pool: ProcessPoolExecutor) -> None:
    processes: list[Any] = list((getattr(pool, "_processes", None) or {}).values())
    for process in processes:
        process.kill()
    pool.shutdown(wait=True, cancel_futures=True)  # a moment: nobody works any more


# ── inside a worker ──────────────────────────────────────────────────────────────────────────────────────────

_loaded: Loaded | None = None


def _begin(setup: Setup) -> None:
    global _loaded
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    with suppress(AttributeError, OSError):
        os.nice(5)  # look-ups, in the server's own process, come first
    _loaded = setup.load()


def _warm() -> None:
    """Ask what is shown as an example once: libraries load when they are first used."""
    assert _loaded is not None
    for operation in OPERATIONS.values():
        operation.ask(_loaded, operation.example)


def _answer(name: str, given: object, seconds: float) -> Answer:
    assert _loaded is not None
    with _limited(seconds):
        try:
            return answer(name, _loaded, given)
        except GeomapError as error:
            raise type(error)(str(error)) from None  # without what hung on it: that does not travel


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTime`` where the block takes longer; where the system has no timers, the server alone counts."""
    set_timer: Callable[[int, float], Any] | None = getattr(signal, "setitimer", None)
    if set_timer is None:
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGALRM, stop)
    set_timer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        set_timer(signal.ITIMER_REAL, 0)
