"""Read articles in a stream: files of any size, records of bounded size, cut where a part can begin again.

Plain JSON Lines are cut at bytes, so that a part starts at once. Anything else is a stream whose records are counted:
a process keeps the stream that it read last, so that a following part goes on from there.
"""

from __future__ import annotations

import atexit
import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from geomap.errors import InputError
from geomap.files import read_bytes, shown

MAX_RECORD = 32 * 2**20
"""Bytes of one record. The longest article allowed is 10 million characters, 20 MB of Cyrillic; a longer line is a
fault or a bomb, and goes to failures unread."""
MAX_WHOLE = 64 * 2**20
"""Bytes, unpacked, of a file that cannot be streamed (.json, .html, .txt): parsed, it takes some five times that."""
PART_RECORDS = 1_000
"""Articles a part: ten seconds of work, which is what a kill costs."""
ARTICLE_BYTES = 8 * 2**10
"""Input bytes that a part has for each of its articles: a part of long ones ends sooner, and takes no more memory."""

LINES, TABLE, COLUMNS, WHOLE = "lines", "csv", "parquet", "whole"
_KINDS = {".jsonl": LINES, ".ndjson": LINES, ".csv": TABLE, ".parquet": COLUMNS}
_FIELDS = ("id", "text", "title", "source", "url", "published_on", "toponyms")
_BROKEN = (gzip.BadGzipFile, EOFError, zlib.error)


class Raw(NamedTuple):
    """A record before it is checked. ``error``: why it cannot be one."""

    where: str
    fields: dict[str, Any] | None
    error: str | None = None


class Rows(NamedTuple):
    """What one article gives: rows of the toponyms table and of the claims table."""

    toponyms: list[dict[str, Any]]
    claims: list[dict[str, Any]]


class Work(Protocol):
    """What is done with an article; a picklable value, sent to every worker."""

    def find_files(self, inputs: Iterable[str | Path]) -> Iterator[Path]:
        """Article files that inputs name."""

    def records_of(self, path: Path, data: bytes) -> Iterable[tuple[str, dict[str, Any]]]:
        """Split a file that is read whole into (where, fields)."""

    def describe(self) -> dict[str, str]:
        """What the results depend on beside the input, such as versions: a run is only resumed where all is equal."""

    def prepare(self) -> None:
        """Load what is loaded once a process."""

    def __call__(self, where: str, fields: dict[str, Any]) -> Rows:
        """Read one article; raises ``GeomapError`` where the record is none."""


class File(NamedTuple):
    """A file by the name that it was given, which results show, and the folder from which that name counts.

    Workers may stand in another folder, so they are told.
    """

    name: str
    base: str

    @property
    def path(self) -> Path:
        return Path(self.base, self.name)

    @property
    def kind(self) -> str:
        """How it is read, by its suffix."""
        return _KINDS.get(self.suffix, WHOLE)

    @property
    def suffix(self) -> str:
        return Path(self.path.name.removesuffix(".gz")).suffix.lower()

    def __str__(self) -> str:
        return shown(self.name)


class Cut(NamedTuple):
    """A place where a part may begin: record and line number, byte (plain lines only), bytes up to here."""

    record: int
    line: int
    byte: int
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A file seen once from end to end."""

    name: str
    size: int
    mtime_ns: int
    sha256: str
    records: int
    cuts: tuple[Cut, ...]
    broken: str | None = None


class Slice(NamedTuple):
    """``length`` records of a file, from the one numbered ``record`` (from 0); none where it breaks off, and why."""

    name: str
    size: int
    mtime_ns: int
    record: int
    line: int
    byte: int
    length: int
    broken: str | None = None


def stamp(file: File) -> tuple[int, int]:
    """Size and time of change, by which a file that changes under a run is noticed."""
    try:
        status = file.path.stat()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
    return status.st_size, status.st_mtime_ns


def digest_of(file: File) -> str:
    """SHA-256 of a file's bytes as they lie on disk."""
    with file.path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


# ── step 1: see a file once ──────────────────────────────────────────────────────────────────────────────────


def scan(file: File, work: Work, part_records: int = PART_RECORDS) -> Scan:
    """Hash a file, count its records and note where it can be cut; a broken file is broken, not an error."""
    if not file.path.is_file():
        raise InputError(f"{file}: no such file; expected a regular file, which can be read again")
    size, mtime_ns = stamp(file)
    cuts: list[Cut] = []
    records = 0
    broken = None
    weight_at_cut = weight = 0
    try:
        digest = digest_of(file)
        for at in _positions(file, work):
            if (
                not cuts
                or records - cuts[-1].record >= part_records
                or weight - weight_at_cut >= part_records * ARTICLE_BYTES
            ):
                cuts.append(Cut(records, at.line, at.byte, weight))
                weight_at_cut = weight
            records += 1
            weight += at.weight
    except InputError as error:
        broken = str(error)
    except PermissionError:
        raise InputError(f"{file}: no permission to read it") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
    if stamp(file) != (size, mtime_ns):
        raise InputError(f"{file}: changed while it was read; wait until it is written, then start again")
    return Scan(
        name=file.name,
        size=size,
        mtime_ns=mtime_ns,
        sha256=digest,
        records=records,
        cuts=(*cuts, Cut(records, 0, 0, weight)),
        broken=broken,
    )


class _At(NamedTuple):
    line: int
    byte: int
    weight: int


def _positions(file: File, work: Work) -> Iterator[_At]:
    """Where each record of a file stands, without parsing it where that can be helped."""
    kind = file.kind
    if kind == LINES:
        with _open(file) as opened:
            for line, byte, data, length in _lines(file, opened):
                if data is None or data.strip():
                    yield _At(line, byte, length)
    elif kind == TABLE:
        for number, row in _rows(file):
            yield _At(number, 0, sum(len(v) for v in row.values() if isinstance(v, str)))
    elif kind == COLUMNS:
        yield from _row_positions(file)
    elif file.suffix == ".json":
        for _where, record in _records_of(file, work):
            yield _At(0, 0, len(record.get("text") or "") if isinstance(record.get("text"), str) else 0)
    else:
        yield _At(0, 0, min(stamp(file)[0], MAX_WHOLE))


def _row_positions(file: File) -> Iterator[_At]:
    opened, _columns = _parquet(file)
    with opened:
        rows = opened.metadata.num_rows
        # text is most of it; what a row takes is only known on average without reading it
        weight = sum(opened.metadata.row_group(g).total_byte_size for g in range(opened.metadata.num_row_groups))
        each = weight // max(rows, 1)
        for _ in range(rows):
            yield _At(0, 0, each)


# ── steps 2 and 3: read a slice ──────────────────────────────────────────────────────────────────────────────


def plan_parts(scans: Iterable[Scan], part_records: int = PART_RECORDS) -> Iterator[list[Slice]]:
    """Parts of at most ``part_records`` records: a slice of a file, or small files together."""
    part: list[Slice] = []
    records = weight = 0
    for seen in scans:
        for cut, following in zip(seen.cuts, seen.cuts[1:], strict=False):
            count, more = following.record - cut.record, following.weight - cut.weight
            if part and (records + count > part_records or weight + more > part_records * ARTICLE_BYTES):
                yield part
                part, records, weight = [], 0, 0
            part.append(Slice(seen.name, seen.size, seen.mtime_ns, cut.record, cut.line, cut.byte, count))
            records, weight = records + count, weight + more
        if seen.broken:
            part.append(Slice(seen.name, seen.size, seen.mtime_ns, seen.records, 0, 0, 0, seen.broken))
    if part:
        yield part


class _Stream:
    """The stream that this process read last, so that the next slice of the same file goes on from there."""

    def __init__(self) -> None:
        self.key: tuple[File, int, int] | None = None
        self.record = 0
        self.records: Generator[Raw | tuple[str, bytes | None]] = _nothing()

    def close(self) -> None:
        self.key = None
        self.records.close()

    def take(self, piece: Slice, file: File, work: Work) -> Iterator[Raw]:
        key = (file, piece.size, piece.mtime_ns)
        if self.key != key or self.record > piece.record:
            self.close()
            self.key, self.record, self.records = key, 0, _stream(file, work)
        for _ in islice(self.records, piece.record - self.record):
            pass
        self.record = piece.record + piece.length
        taken = 0
        for item in islice(self.records, piece.length):
            taken += 1
            yield item if isinstance(item, Raw) else _parsed(*item)
        if taken != piece.length:
            raise InputError(_changed(file))


def _nothing() -> Generator[Raw | tuple[str, bytes | None]]:
    yield from ()


_last = _Stream()
atexit.register(_last.close)


def forget() -> None:
    """Drop the stream that was read last: it was left before the end of its slice."""
    _last.close()


def read_slice(piece: Slice, base: str, work: Work) -> Generator[Raw]:
    """Records of a slice in order.

    Raises
    ------
    InputError
        The file is not the one that was scanned.
    """
    file = File(piece.name, base)
    if stamp(file) != (piece.size, piece.mtime_ns):
        raise InputError(_changed(file))
    if piece.broken:
        yield Raw(str(file), None, piece.broken.removeprefix(f"{file}").removeprefix(": "))
        return
    ordinal = piece.record
    stem = file.path.name.removesuffix(".gz").rsplit(".", 1)[0]
    plain = file.kind == LINES and not _packed(file)
    for raw in _from_byte(piece, file) if plain else _last.take(piece, file, work):
        ordinal += 1
        if raw.fields is not None and raw.fields.get("id") in (None, ""):
            raw.fields["id"] = stem if file.kind == WHOLE and ordinal == 1 else f"{stem}-{ordinal}"
        if raw.fields is not None:
            raw.fields.setdefault("path", file.name)
        yield raw
    if stamp(file) != (piece.size, piece.mtime_ns):
        raise InputError(_changed(file))


def _changed(file: File) -> str:
    return (
        f"{file}: changed since this run began; expected the file as it was. "
        "Put it back, or start anew in another folder"
    )


def _from_byte(piece: Slice, file: File) -> Iterator[Raw]:
    with file.path.open("rb") as opened:
        opened.seek(piece.byte)
        left = piece.length
        for line, _byte, data, _length in _lines(file, opened, piece.line):
            if left and (data is None or data.strip()):
                left -= 1
                yield _parsed(f"{file}:{line}", data)
            if not left:
                return
        raise InputError(_changed(file))


def _stream(file: File, work: Work) -> Generator[Raw | tuple[str, bytes | None]]:
    """Every record of a file; lines unparsed, so that skipping them is cheap. What breaks it off was seen by scan."""
    kind = file.kind
    try:
        if kind == LINES:
            with _open(file) as opened:
                for line, _byte, data, _length in _lines(file, opened):
                    if data is None or data.strip():
                        yield f"{file}:{line}", data
        elif kind == TABLE:
            for number, row in _rows(file):
                yield _with_spans(f"{file}:{number}", row)
        elif kind == COLUMNS:
            yield from _parquet_rows(file)
        else:
            yield from _whole(file, work)
    except InputError:
        return


def _whole(file: File, work: Work) -> Iterator[Raw]:
    try:
        for where, record in _records_of(file, work):
            yield Raw(where, record)
    except InputError as error:
        # a .json that breaks was seen by scan and has no such record; any other file is one record, and it is bad
        yield Raw(str(file), None, str(error).removeprefix(f"{file}: "))


def _records_of(file: File, work: Work) -> Iterator[tuple[str, dict[str, Any]]]:
    """Records of a file read whole, named as given."""
    path = str(file.path)
    try:
        for where, record in work.records_of(file.path, read_bytes(file.path, limit=MAX_WHOLE)):
            yield where.replace(shown(path), str(file), 1), record
    except InputError as error:
        raise InputError(str(error).replace(shown(path), str(file), 1)) from None


def _parsed(where: str, line: bytes | None) -> Raw:
    if line is None:
        return Raw(where, None, f"longer than {MAX_RECORD // 2**20} MB; expected one article a line")
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return Raw(where, None, f"not UTF-8 ({error.reason} at byte {error.start}); convert the file")
    except RecursionError:
        return Raw(where, None, "JSON nested too deep; expected one flat record an article")
    except ValueError as error:
        return Raw(where, None, f"not JSON ({shown(error)})")
    if not isinstance(value, dict):
        return Raw(where, None, f"a JSON {type(value).__name__}; expected an object with id and text")
    return Raw(where, value)


def _with_spans(where: str, row: dict[str, Any]) -> Raw:
    if row.get("toponyms"):
        try:
            row["toponyms"] = json.loads(row["toponyms"])
        except (ValueError, RecursionError):
            return Raw(where, None, "toponyms is not JSON; expected a list of {start, end}")
    return Raw(where, row)


# ── formats ──────────────────────────────────────────────────────────────────────────────────────────────────


def _packed(file: File) -> bool:
    with file.path.open("rb") as opened:
        return opened.read(2) == b"\x1f\x8b"


def _open(file: File) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(file.path, "rb") if _packed(file) else file.path.open("rb")


def _lines(
    file: File, opened: gzip.GzipFile | io.BufferedReader, line: int = 1
) -> Iterator[tuple[int, int, bytes | None, int]]:
    """(line number, first byte, line or None where it is too long, length), holding one bounded line at a time."""
    byte = opened.tell()
    try:
        if byte == 0:
            if opened.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise InputError(f"{file}: UTF-16; expected UTF-8, convert it first")
            opened.seek(0)
        while data := opened.readline(MAX_RECORD):
            length = len(data)
            if length == MAX_RECORD and not data.endswith(b"\n"):
                while (rest := opened.readline(MAX_RECORD)) and not rest.endswith(b"\n"):
                    length += len(rest)
                yield line, byte, None, length + len(rest)
                length += len(rest)
            else:
                yield line, byte, data, length
            byte += length
            line += 1
    except _BROKEN as error:
        raise InputError(f"{file}:{line}: broken gzip ({shown(error)}); fetch it again") from None


def _rows(file: File) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, fields) of every row of a CSV."""
    csv.field_size_limit(MAX_RECORD)
    with _open(file) as opened:
        rows = csv.DictReader(io.TextIOWrapper(opened, encoding="utf-8-sig", newline=""))
        try:
            if "text" not in (rows.fieldnames or ()):
                columns = ", ".join(shown(c)[:40] for c in (rows.fieldnames or [])[:8])
                raise InputError(f"{file}:1: columns are {columns}; expected id and text")
            for row in rows:
                yield rows.line_num, {k: v for k, v in row.items() if k in _FIELDS}
        except csv.Error as error:
            raise InputError(f"{file}:{rows.line_num + 1}: not CSV ({shown(error)})") from None
        except UnicodeDecodeError as error:
            raise InputError(f"{file}:{rows.line_num + 1}: not UTF-8 ({error.reason}); convert the file") from None
        except _BROKEN as error:
            raise InputError(f"{file}:{rows.line_num + 1}: broken gzip ({shown(error)}); fetch it again") from None


def _parquet(file: File) -> tuple[Any, list[str]]:
    import pyarrow
    import pyarrow.parquet

    try:
        # read in pieces, not a column chunk at a time: a row group may be larger than memory
        opened = pyarrow.parquet.ParquetFile(file.path, pre_buffer=False, buffer_size=2**20)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{file}: not Parquet ({shown(error)[:200]})") from None
    names = opened.schema_arrow.names
    columns = [c for c in names if c in _FIELDS]
    if "text" not in columns:
        opened.close()
        raise InputError(f"{file}: columns are {', '.join(map(shown, names[:8]))}; expected id and text")
    return opened, columns


def _parquet_rows(file: File) -> Iterator[Raw]:
    import pyarrow

    opened, columns = _parquet(file)
    number = 0
    with opened:
        rows = opened.metadata.num_rows
        try:
            for batch in opened.iter_batches(batch_size=64, columns=columns):
                for record in batch.to_pylist():
                    number += 1
                    yield Raw(f"{file}:{number}", record)
        except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
            # scan saw the number of rows, not the rows: those that cannot be read are failures, one each
            reason = f"broken Parquet ({shown(error)[:200]})"
            for missing in range(number + 1, rows + 1):
                yield Raw(f"{file}:{missing}", None, reason)
