"""Work on one part, within limits: what an article does to the process that reads it, it does to that process alone."""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from geomap.corpus.own_process import At, DiedError, Limits, Phase, Tell, call_apart, nobody
from geomap.corpus.reading import Cut, File, Raw, Scan, Slice, Work, digest_of, forget, read_slice, scan, stamp
from geomap.corpus.tables import CLAIMS, FAILURES, TOPONYMS, Seal, write_part
from geomap.errors import GeomapError, InputError, PlaceError
from geomap.files import shown

R = TypeVar("R")


class Part(NamedTuple):
    number: int
    slices: list[Slice]


class Done(NamedTuple):
    """A finished part: what is in it, and the seals of its files."""

    number: int
    counts: dict[str, int]
    seals: dict[str, Seal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is the same for all parts of a run."""

    folder: Path
    staging: Path
    base: str
    work: Work
    limits: Limits | None


@dataclass(slots=True)
class Amiss:
    """Records of a part that ended a process: ordinal -> reason. Past ``unreadable`` ones, their slice is not read."""

    articles: dict[int, str] = field(default_factory=dict)
    unreadable: dict[int, str] = field(default_factory=dict)


# ── within limits ────────────────────────────────────────────────────────────────────────────────────────────


def work_part(part: Part, *, job: Job) -> Done:
    """Work on a part and write its three files. Done twice, it writes the same.

    Each time the process ends, the part is begun again; a record at which it ended twice is left out, so a part ends
    after at most twice as many processes as it has records.
    """
    if job.limits is None:
        with _ONE_AT_A_TIME:
            return run_part(part, job, Amiss())
    amiss = Amiss()
    ended: Counter[At] = Counter()
    while True:
        try:
            done: Done = call_apart(job.limits, run_part, part, job, amiss)
            return done
        except DiedError as death:
            ended[death.at] += 1
            if not _settled(death, ended[death.at]):
                continue
            if death.at.phase is Phase.ARTICLE:
                amiss.articles[death.at.ordinal] = _reason(death)
            elif death.at.phase is Phase.READING:
                amiss.unreadable[death.at.ordinal] = _reason(death)
            else:
                raise GeomapError(
                    f"part {part.number}: {death.at.phase} {_reason(death)}; expected a process to do it. "
                    "Look at this machine's memory, then start the same command again to go on"
                ) from None


_ONE_AT_A_TIME = threading.Lock()
"""Workers may have many threads; parts hold the interpreter anyway, and one at a time bounds the memory."""


def scan_within(file: File, *, work: Work, part_records: int, limits: Limits | None) -> Scan:
    """``scan``; a file that ends the process which reads it is a broken file."""
    if limits is None:
        return scan(file, work, part_records)

    def broken(reason: str) -> Scan:
        size, mtime_ns = stamp(file)
        return Scan(
            name=file.name, size=size, mtime_ns=mtime_ns, sha256=digest_of(file), records=0, cuts=(Cut(0, 0, 0, 0),),
            broken=f"{file}: {reason}",
        )  # fmt: skip

    return _twice(limits, broken, scan_told, file, work, part_records)


def describe(work: Work, *, limits: Limits | None) -> dict[str, str]:
    """What the results depend on; raises what keeps the work from being done at all."""

    def unable(reason: str) -> dict[str, str]:
        raise GeomapError(f"{reason} before it read an article; expected it to live. Try `geomap gazetteer info`")

    return prepared(work) if limits is None else _twice(limits, unable, prepared, work)


def _twice(limits: Limits, otherwise: Callable[[str], R], function: Callable[..., R], *arguments: Any) -> R:
    deaths = 0
    while True:
        try:
            found: R = call_apart(limits, function, *arguments)
            return found
        except DiedError as death:
            deaths += 1
            if _settled(death, deaths):
                return otherwise(_reason(death))


def _settled(death: DiedError, times: int) -> bool:
    # once may be chance: a process killed by hand, or by a system short of memory for other reasons
    return death.certain or times > 1


def _reason(death: DiedError) -> str:
    return death.how if death.certain else f"{death.how}, twice"


# ── in the process that does it ──────────────────────────────────────────────────────────────────────────────


def prepared(work: Work, *, tell: Tell = nobody) -> dict[str, str]:
    """Load what is loaded once a process, and say what the results depend on."""
    work.prepare()
    return work.describe()


def scan_told(file: File, work: Work, part_records: int, *, tell: Tell = nobody) -> Scan:
    """``scan``, saying that it reads."""
    tell(At(Phase.READING))
    return scan(file, work, part_records)


def run_part(part: Part, job: Job, amiss: Amiss, *, tell: Tell = nobody) -> Done:
    """Read a part's records, all but those known to be amiss, and write its three files."""
    job.work.prepare()
    rows: dict[str, list[dict[str, Any]]] = {CLAIMS: [], TOPONYMS: [], FAILURES: []}
    ids: list[str] = []
    ordinal = 0
    for piece in part.slices:
        records = read_slice(piece, job.base, job.work)
        while True:
            tell(At(Phase.READING, ordinal))
            if (reason := amiss.unreadable.get(ordinal)) is not None:
                # the rest of this slice lies behind it
                rows[FAILURES].append(_failure(None, str(File(piece.name, job.base)), reason))
                records.close()
                forget()
                ordinal += 1
                break
            if (raw := next(records, None)) is None:
                ordinal += 1  # a slice's end has a number too: what ends the process after it lies in the next
                break
            tell(At(Phase.ARTICLE, ordinal))
            found = _one(raw, job.work, amiss.articles.get(ordinal))
            ordinal += 1
            if isinstance(found, dict):
                rows[FAILURES].append(found)
                continue
            ids.append(str((raw.fields or {}).get("id")))
            rows[TOPONYMS] += found.toponyms
            rows[CLAIMS] += found.claims
    tell(At(Phase.WRITING))
    counts = {"articles": len(ids), **{table: len(rows[table]) for table in (CLAIMS, TOPONYMS, FAILURES)}}
    return Done(part.number, counts, write_part(job.folder, job.staging, part.number, rows, ids))


def _one(raw: Raw, work: Work, reason: str | None) -> Any:
    """Rows of one record, or its row of failures: no article stops the run."""
    if raw.fields is None:
        return _failure(None, raw.where, raw.error or "")
    if reason is None:
        try:
            return work(raw.where, raw.fields)
        except (InputError, PlaceError) as error:
            reason = shown(str(error)).removeprefix(f"{raw.where}: ")
        except (GeomapError, OSError, MemoryError):
            # not the article's fault: on a sounder machine it may do well, so the part stays to be done
            raise
        except Exception as error:  # a bug in one article's reading must not cost the other millions
            last = traceback.extract_tb(error.__traceback__)[-1]
            # the place in the code, not the message, which may quote the article
            reason = f"a bug, please report it: {type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
    return _failure(raw.fields.get("id"), raw.where, reason)


def _failure(article: object, where: str, reason: str) -> dict[str, Any]:
    return {"article": None if article is None else shown(article)[:200], "where": where, "reason": reason[:500]}
