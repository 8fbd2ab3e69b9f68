"""Work in a process of its own, which an article may end: by a crash in a C library, by its hunger, by never ending.

The process says where it is before each record. When it ends, or works too long at one, who asked learns where that was
and starts another; so no article ends a run, a worker of a cluster, or the process of a user's notebook.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, NamedTuple

from geomap.errors import GeomapError
from geomap.limits import ARTICLE_SECONDS, MEMORY_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one article may take. Processor time, not the clock: a busy machine must not change the results."""

    article_seconds: int = ARTICLE_SECONDS
    reading_seconds: int = 3600
    """For getting at a record: a part may begin far into a packed file, and an hour unpacks a terabyte."""
    waiting_factor: int = 6
    """What neither works nor ends is given up after so many times these seconds by the clock."""
    memory_bytes: int = MEMORY_BYTES


class Phase(StrEnum):
    """What the process is at."""

    START = "starting"
    READING = "reading"
    ARTICLE = "article"
    WRITING = "writing"


class At(NamedTuple):
    """Where the process is: before record ``ordinal`` of what it was asked to do."""

    phase: Phase
    ordinal: int = 0


Tell = Callable[[At], None]


def nobody(at: At) -> None:
    """Tell nobody: the work is done in the process that wants it."""


class DiedError(Exception):
    """The process ended, or was ended. ``certain``: it would end again, so there is no need to see it twice."""

    def __init__(self, at: At, how: str, *, certain: bool) -> None:
        super().__init__(f"{how} at {at.phase} {at.ordinal}")
        self.at, self.how, self.certain = at, how, certain


_OUT_OF_MEMORY = 86
"""Exit code that no other end of a Python process has."""
_WAITS = 60
"""A wait is cut in so many: a stopped and continued terminal job has then missed one of them, not all."""


# ── who asks ─────────────────────────────────────────────────────────────────────────────────────────────────


class _Child:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        code = f"import sys; sys.path[:] = {sys.path!r}; from geomap.corpus.own_process import serve; serve()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True
        )
        assert self.process.stdin
        assert self.process.stdout
        self._questions = self.process.stdin
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(self.process.stdout, self._answers), daemon=True).start()

    def ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        at = At(Phase.START)
        try:
            _send(self._questions, (self.limits, function, arguments))
        except OSError:
            raise self._ended(at) from None
        while True:
            answer = self._next(at)
            if answer is None:
                raise self._ended(at)
            kind, value = answer
            if kind == "at":
                at = value
            elif kind == "done":
                return value
            else:
                raise value

    def _next(self, at: At) -> Any:
        seconds = self.limits.waiting_factor * _seconds(at, self.limits)
        for _ in range(_WAITS):
            try:
                return self._answers.get(timeout=seconds / _WAITS)
            except queue.Empty:
                continue
        self.end()
        raise self._too_long(at)

    def _ended(self, at: At) -> DiedError:
        code = self.process.wait()
        self.end()
        if code == _OUT_OF_MEMORY:
            return DiedError(at, "ran out of memory", certain=False)
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return self._too_long(at)
        return DiedError(at, f"ended the process that read it ({_name(code)})", certain=False)

    def _too_long(self, at: At) -> DiedError:
        # one reason for both: which limit is met first depends on what else the machine does
        seconds, factor = _seconds(at, self.limits), self.limits.waiting_factor
        return DiedError(
            at, f"took more than {seconds:,} s of processor time, or {factor * seconds:,} s by the clock", certain=True
        )

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(OSError):  # what was still to be sent is lost with the process
            self._questions.close()


def _name(code: int) -> str:
    try:
        return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _seconds(at: At, limits: Limits) -> int:
    return limits.article_seconds if at.phase is Phase.ARTICLE else limits.reading_seconds


def _listen(stream: IO[bytes], answers: queue.SimpleQueue[Any]) -> None:
    with stream:
        while (answer := _receive(stream)) is not None:
            answers.put(answer)
    answers.put(None)


_kept: _Child | None = None
_ONE_AT_A_TIME = threading.Lock()
"""Workers may have many threads; parts hold the interpreter anyway, and one at a time bounds the memory."""


def call_apart(limits: Limits, function: Callable[..., Any], *arguments: Any) -> Any:
    """``function(*arguments, tell=...)`` in the process that is kept for it; it starts where there is none.

    Raises
    ------
    DiedError
        The process ended; the next call starts another.
    """
    global _kept
    with _ONE_AT_A_TIME:
        if _kept is not None and _kept.limits != limits:
            _end()
        if _kept is None:
            _kept = _Child(limits)
        try:
            return _kept.ask(function, arguments)
        except DiedError:
            _kept = None
            raise
        except BaseException as error:
            if not isinstance(error, Exception):
                _end()  # interrupted: it would go on with what nobody waits for
            raise


def end_apart() -> None:
    """End the process that is kept, if there is one."""
    with _ONE_AT_A_TIME:
        _end()


def _end() -> None:
    global _kept
    if _kept is not None:
        _kept.end()
        _kept = None


atexit.register(_end)  # without the lock: who still waits for an answer would hold up the end


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────────────────


def serve() -> None:
    """Answer questions from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked, who then ends this process
    # what a library prints must not stand among the answers
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_attend, args=(sys.stdin.buffer, questions), daemon=True).start()
    while True:
        try:
            question = questions.get()
            limits, function, arguments = pickle.loads(question)
            _keep_to(limits)

            def tell(at: At, limits: Limits = limits) -> None:
                _allow(_seconds(at, limits))
                try:
                    _send(answers, ("at", at))
                except BrokenPipeError:
                    os._exit(0)  # who asked is gone

            tell(At(Phase.START))
            answer = ("done", function(*arguments, tell=tell))
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except Exception as error:
            answer = ("raised", _sendable(error))
        _send(answers, answer)


def _attend(stream: IO[bytes], questions: queue.SimpleQueue[bytes]) -> None:
    """Hand on what is asked, and end this process with who asks, whatever it is in the middle of."""
    while (question := _receive(stream, load=False)) is not None:
        questions.put(question)
    os._exit(0)


def _keep_to(limits: Limits) -> None:
    if sys.platform == "win32":
        return  # only the clock ends a process there
    import resource

    for kind, most in ((resource.RLIMIT_DATA, limits.memory_bytes), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        # a core would put an article's text on disk
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _allow(seconds: int) -> None:
    """So much processor time from now; the system ends this process after it, whatever it is in."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _sendable(error: Exception) -> Exception:
    import traceback

    if not isinstance(error, (GeomapError, OSError)):
        error.add_note("in the process that worked apart:\n" + "".join(traceback.format_tb(error.__traceback__)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__} in the process that worked apart")
    return error


def _send(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value)
    stream.write(len(data).to_bytes(8, "little") + data)
    stream.flush()


def _receive(stream: IO[bytes], *, load: bool = True) -> Any:
    """The next value, or its bytes; None at the end of the stream, also where it ends midway."""
    length = stream.read(8)
    if len(length) < 8:
        return None
    data = stream.read(size := int.from_bytes(length, "little"))
    if len(data) < size:
        return None
    return pickle.loads(data) if load else data
