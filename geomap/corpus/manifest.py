"""What a corpus folder was made from, which of its parts are done, and that one run at a time writes into it.

``manifest.json`` is written when the plan stands, and again when all is done. Between the two, ``progress.jsonl`` gets
a line a finished part, after the part's files stand: a part without its line is done again, into the same files.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geomap.corpus.reading import Scan, Slice
from geomap.corpus.tables import TABLES, Seal, part_path, repeated_ids, seal_of
from geomap.errors import InputError, OutputError
from geomap.files import read_bytes, shown, sweep, write_whole
from geomap.schema import checked

FORMAT = 2
"""Raise when columns, cutting or what is kept of parts change: older folders are then not gone on with."""
MANIFEST, JOURNAL = "manifest.json", "progress.jsonl"
_COUNTS = ("articles", "claims", "toponyms", "failures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """An input file by name and content."""

    name: str
    size: int
    mtime_ns: int
    sha256: str
    records: int
    broken: str | None = None

    @classmethod
    def of(cls, seen: Scan) -> Input:
        return cls(
            name=seen.name,
            size=seen.size,
            mtime_ns=seen.mtime_ns,
            sha256=seen.sha256,
            records=seen.records,
            broken=seen.broken,
        )


@dataclass(slots=True, kw_only=True)
class Manifest:
    """A run: made by ``made_with`` from ``inputs`` in ``parts``; ``done`` maps a part's number to its counts.

    ``seals``: of each part done, size and hash of its files. ``repeated``: articles whose id an earlier one has, known
    when all is done.
    """

    made_with: dict[str, str]
    inputs: list[Input]
    parts: list[list[Slice]]
    done: dict[int, dict[str, int]] = field(default_factory=dict)
    seals: dict[int, dict[str, Seal]] = field(default_factory=dict)
    complete: bool = False
    repeated: int | None = None

    @property
    def totals(self) -> dict[str, int]:
        """Articles read, claims, toponyms and failures so far."""
        return {name: sum(counts[name] for counts in self.done.values()) for name in _COUNTS}

    @property
    def records(self) -> int:
        return sum(i.records for i in self.inputs)

    def to_json(self) -> str:
        """JSON with an input and a part a line, so that a long one can be read and compared."""
        numbers = {i.name: n for n, i in enumerate(self.inputs)}
        head = {
            "format": FORMAT, "complete": self.complete, "made_with": self.made_with, "totals": self.totals,
            "repeated_ids": self.repeated,
        }  # fmt: skip
        inputs = [asdict(i) for i in self.inputs]
        parts = [
            {
                "slices": [[numbers[s.name], s.record, s.line, s.byte, s.length] for s in part],
                **({"done": self.done[n], "files": self.seals.get(n, {})} if n in self.done else {}),
            }
            for n, part in enumerate(self.parts)
        ]
        lists = (f'"{name}": [\n{_by_line(rows)}\n]' for name, rows in (("inputs", inputs), ("parts", parts)))
        return f"{json.dumps(head, ensure_ascii=False)[:-1]},\n{','.join(lists)}}}\n"


def _by_line(rows: list[dict[str, Any]]) -> str:
    return ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a corpus folder with the parts done so far; None where there is none."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        value = json.loads(read_bytes(path))
        if value["format"] != FORMAT:
            raise OutputError(
                f"{shown(path)}: format {shown(value['format'])}; this geomap writes {FORMAT}. Use another folder"
            )
        saved = checked(value, _Saved, shown(path))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{shown(path)}: not a corpus manifest ({type(error).__name__}); use another folder") from None
    manifest = _from_saved(saved, shown(path))
    if not manifest.complete:
        _take_journal(folder, manifest)
    return manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    slices: list[tuple[int, int, int, int, int]]
    done: dict[str, int] | None = None
    files: dict[str, Seal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    """``manifest.json`` as it must be."""

    complete: bool
    made_with: dict[str, str]
    inputs: list[Input]
    parts: list[_Part]
    repeated_ids: int | None = None


def _from_saved(saved: _Saved, where: str) -> Manifest:
    def slice_of(n: int, record: int, line: int, byte: int, length: int) -> Slice:
        if not 0 <= n < len(saved.inputs):
            raise InputError(f"{where}: not a corpus manifest (a part of input {n}); use another folder")
        given = saved.inputs[n]
        broken = None if length else given.broken
        return Slice(given.name, given.size, given.mtime_ns, record, line, byte, length, broken)

    manifest = Manifest(
        made_with=saved.made_with,
        inputs=saved.inputs,
        parts=[[slice_of(*cut) for cut in part.slices] for part in saved.parts],
        complete=saved.complete,
        repeated=saved.repeated_ids,
    )
    for n, part in enumerate(saved.parts):
        if part.done is not None:
            manifest.done[n] = {name: part.done.get(name, 0) for name in _COUNTS}
            manifest.seals[n] = part.files
    return manifest


def _take_journal(folder: Path, manifest: Manifest) -> None:
    """Parts whose line is whole; a torn last line is a part not done."""
    path = folder / JOURNAL
    if not path.exists():
        return
    for line in path.read_bytes().split(b"\n"):
        try:
            noted = checked(json.loads(line), _Noted, "a line")
        except (ValueError, RecursionError, InputError):
            continue
        if 0 <= noted.part < len(manifest.parts) and set(noted.counts) == set(_COUNTS):
            manifest.done[noted.part], manifest.seals[noted.part] = noted.counts, noted.files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """A line of ``progress.jsonl``."""

    part: int
    counts: dict[str, int]
    files: dict[str, Seal]


def broken_files(folder: Path, manifest: Manifest) -> Iterator[tuple[int, Path, str]]:
    """Files of parts done that are not what was written: (part, path, what is amiss); every file is hashed."""
    for number in sorted(manifest.done):
        for table in TABLES:
            path, sealed = part_path(folder, table, number), manifest.seals.get(number, {}).get(table)
            found = seal_of(path)
            if found is None:
                yield number, path, "missing or unreadable"
            elif sealed is None:
                yield number, path, "never sealed"
            elif found[0] != sealed[0]:
                yield number, path, f"{found[0]:,} bytes, expected {sealed[0]:,}"
            elif found[1] != sealed[1]:
                yield number, path, "of its size, but not what was written"


class Journal:
    """Notes finished parts, one line each, on disk before the next is begun."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL
        try:
            with self._path.open("ab") as file:
                # a line torn by a kill must not swallow the next one
                if file.tell():
                    file.write(b"\n")
        except OSError as error:
            raise OutputError(f"{shown(self._path)}: cannot be written ({error.strerror or error})") from None

    def note(self, number: int, counts: dict[str, int], seals: dict[str, Seal]) -> None:
        line = json.dumps({"part": number, "counts": counts, "files": seals}) + "\n"
        try:
            with self._path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{shown(self._path)}: cannot be written ({error.strerror or error})") from None


def finish(folder: Path, manifest: Manifest) -> None:
    """Write the last manifest, then drop the journal that it replaces."""
    manifest.complete = True
    manifest.repeated = repeated_ids(folder, sorted(manifest.done))
    manifest.done = dict(sorted(manifest.done.items()))
    write_whole(folder / MANIFEST, manifest.to_json())
    tidy(folder)


def tidy(folder: Path) -> None:
    """Drop what a complete corpus needs no more; a run killed after its last manifest has left it."""
    (folder / JOURNAL).unlink(missing_ok=True)
    _sweep(folder)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other runs out of the folder while this process writes; a killed process keeps nobody out."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = None if sys.platform == "win32" else os.open(folder, os.O_RDONLY)  # folders cannot be locked there
    except OSError as error:
        raise OutputError(
            f"{shown(folder)}: cannot be written ({error.strerror or error}); choose another -o"
        ) from None
    if lock is None:
        yield
        return
    import fcntl

    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(
                f"{shown(folder)}: another geomap corpus is writing here; wait for it, or choose another -o"
            ) from None
        yield
    finally:
        os.close(lock)


@contextmanager
def staging_in(folder: Path) -> Iterator[Path]:
    """A folder for what is half written, this run's alone.

    Those of earlier runs go first. A worker that such a run has lost but that still lives finds no place to write to
    and nothing to rename; and since no file is removed while its writer counts, none is removed from under one.
    """
    _sweep(folder)
    staging = folder / f".writing-{secrets.token_hex(4)}"
    try:
        for path in (*(folder / table for table in TABLES), staging):
            path.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{shown(folder)}: cannot be written ({error.strerror or error}); choose another -o"
        ) from None
    try:
        yield staging
    finally:
        _remove(staging)


def _sweep(folder: Path) -> None:
    """Remove what killed runs left half written."""
    sweep(folder)
    for path in (*folder.glob(".writing-*"), *folder.glob(".swept-*")):
        _remove(path)


def _remove(staging: Path) -> None:
    # renamed first: nothing new can come into it while it is emptied
    swept = staging.with_name(f".swept-{secrets.token_hex(4)}")
    with suppress(OSError):
        staging.rename(swept)
    for path in (swept, staging):
        shutil.rmtree(path, ignore_errors=True)
