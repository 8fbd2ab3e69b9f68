"""Runs a geomap command in this process, as the shell would see it."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from geomap.cli import main


class Ran(NamedTuple):
    """Exit code, and what stood on stdout and stderr."""

    code: int
    out: str
    err: str


def run(*arguments: object, stdin: bytes = b"") -> Ran:
    """Run ``geomap ARGUMENTS``; a bug's exception is let through."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["geomap", *map(str, arguments)]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    return Ran(code, *(s.buffer.getvalue().decode() for s in (out, err)))


def assert_refused(ran: Ran, code: int = 1) -> str:
    """It failed with one line that a terminal may show, and gave no data; returns the line."""
    assert ran.code == code, (ran.code, ran.out[:300], ran.err[-600:])
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert len(lines[0]) < 600, lines[0]
    assert_harmless(ran.err)
    return lines[0]


def assert_harmless(text: str) -> None:
    """No character that moves the cursor, colours, rings or turns the writing direction."""
    bad = {c for c in text if c not in "\n\r\t" and not c.isprintable()}
    assert not bad, bad


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))
