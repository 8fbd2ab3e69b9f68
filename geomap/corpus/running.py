"""Plan a corpus, work through its parts, go on where a run was stopped."""

from __future__ import annotations

import glob
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from geomap.corpus.engines import Engine, engine_for
from geomap.corpus.manifest import (
    MANIFEST,
    Input,
    Journal,
    Manifest,
    alone_in,
    finish,
    read_manifest,
    sweep,
)
from geomap.corpus.reading import (
    PART_RECORDS,
    File,
    Raw,
    Scan,
    Slice,
    Work,
    digest_of,
    plan_parts,
    read_slice,
    scan,
    stamp,
)
from geomap.corpus.tables import CLAIMS, FAILURES, TOPONYMS, write_part
from geomap.errors import GeomapError, InputError, OutputError, PlaceError
from geomap.files import shown, write_whole
from geomap.progress import Progress, silent


class Part(NamedTuple):
    number: int
    slices: list[Slice]


class Done(NamedTuple):
    """A finished part: what is in it, and the sizes of its files."""

    number: int
    counts: dict[str, int]
    sizes: dict[str, int]


def write_corpus(
    inputs: Iterable[str | Path],
    folder: str | Path,
    work: Work,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    part_records: int = PART_RECORDS,
    progress: Progress = silent,
    say: Callable[[str], None] = lambda line: None,
) -> Manifest:
    """Read every article of ``inputs`` into ``folder``: ``claims/``, ``toponyms/``, ``failures/``, ``manifest.json``.

    Started again after a stop of any kind, it does the parts that are missing. An article that cannot be read is a row
    of ``failures`` with the reason.

    Parameters
    ----------
    inputs
        Files, folders and glob patterns.
    work
        What is done with an article; sent to the workers.
    workers, scheduler
        That many processes on this machine, or the Dask scheduler at this address, whose workers must see the same
        paths; neither: this process.
    part_records
        Articles a part: more make fewer, larger files; a stop costs the part that was under way.
    progress, say
        Told how far it is, in articles; told lines for people.

    Raises
    ------
    InputError
        No input can be read, or one has changed since the run began.
    OutputError
        The folder holds something else, or cannot be written. What is done stays; start again to go on.
    """
    folder, base = Path(folder), str(Path.cwd())
    names = _names(inputs, folder, work)
    work.prepare()  # what is amiss with the installation is known before anything is written
    with engine_for(workers, scheduler, say) as engine:
        manifest = read_manifest(folder)
        made_with = work.describe()
        if manifest is None:
            _only_ours(folder)
            manifest = _planned(names, base, work, made_with, engine, progress, part_records)
        with alone_in(folder):
            if (found := read_manifest(folder)) is not None:
                manifest = _resumed(found, names, base, made_with, folder)
            else:
                write_whole(folder / MANIFEST, manifest.to_json())
            if manifest.complete:
                return manifest
            sweep(folder)
            _work_through(manifest, folder, base, work, engine, progress)
            sweep(folder)  # a worker that died midway left its half-written file
            finish(folder, manifest)
    return manifest


def _work_through(manifest: Manifest, folder: Path, base: str, work: Work, engine: Engine, progress: Progress) -> None:
    journal = Journal(folder)
    total = manifest.records
    read = sum(s.length for n in manifest.done for s in manifest.parts[n])
    progress("Reading articles", read, total)
    missing = (Part(n, slices) for n, slices in enumerate(manifest.parts) if n not in manifest.done)
    call = partial(run_part, folder=str(folder.absolute()), base=base, work=work)
    for done in engine.run(call, missing):
        journal.note(*done)
        manifest.done[done.number] = done.counts
        read += sum(s.length for s in manifest.parts[done.number])
        progress("Reading articles", read, total)


_ONE_AT_A_TIME = threading.Lock()
"""Workers may have many threads; parts hold the interpreter anyway, and one at a time bounds the memory."""


def run_part(part: Part, *, folder: str, base: str, work: Work) -> Done:
    """Work on a part and write its three files. Done twice, it writes the same."""
    with _ONE_AT_A_TIME:
        work.prepare()
        rows: dict[str, list[dict[str, Any]]] = {CLAIMS: [], TOPONYMS: [], FAILURES: []}
        articles = 0
        for piece in part.slices:
            for raw in read_slice(piece, base, work):
                found = _one(raw, work)
                if isinstance(found, dict):
                    rows[FAILURES].append(found)
                    continue
                articles += 1
                rows[TOPONYMS] += found.toponyms
                rows[CLAIMS] += found.claims
        counts = {"articles": articles, **{table: len(rows[table]) for table in (CLAIMS, TOPONYMS, FAILURES)}}
        return Done(part.number, counts, write_part(Path(folder), part.number, rows))


def _one(raw: Raw, work: Work) -> Any:
    """Rows of one record, or its row of failures: no article stops the run."""
    if raw.fields is None:
        return {"article": None, "where": raw.where, "reason": raw.error}
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
    given = raw.fields.get("id")
    return {"article": None if given is None else shown(given)[:200], "where": raw.where, "reason": reason[:500]}


# ── what is given ────────────────────────────────────────────────────────────────────────────────────────────


def _names(inputs: Iterable[str | Path], folder: Path, work: Work) -> list[str]:
    """Every input file once, in the order given; the corpus itself is no input."""
    output = folder.resolve()
    names: dict[str, None] = {}
    for given in inputs:
        if str(given) == "-":
            raise InputError("-: standard input cannot be read again after a stop; expected files. Save it to one")
        for path in work.find_files(_globbed(str(given))):
            if not path.resolve().is_relative_to(output):
                names[str(path)] = None
    if not names:
        raise InputError("no article file in what was given; expected .jsonl .csv .parquet .txt .md .html .json")
    return list(names)


def _globbed(given: str) -> list[str]:
    if Path(given).exists() or not glob.has_magic(given):
        return [given]
    found = sorted(glob.glob(given, recursive=True))
    if not found:
        raise InputError(f"{shown(given)}: no file has such a name; check the pattern")
    return found


def _planned(
    names: list[str],
    base: str,
    work: Work,
    made_with: dict[str, str],
    engine: Engine,
    progress: Progress,
    part_records: int,
) -> Manifest:
    scans: dict[str, Scan] = {}
    for seen in engine.run(partial(scan, work=work, part_records=part_records), (File(name, base) for name in names)):
        scans[seen.name] = seen
        progress("Scanning files", len(scans), len(names))
    ordered = [scans[name] for name in names]
    if not any(seen.records for seen in ordered):
        raise InputError(next((seen.broken for seen in ordered if seen.broken), f"{shown(names[0])}: no article in it"))
    return Manifest(
        made_with=made_with, inputs=[Input.of(s) for s in ordered], parts=list(plan_parts(ordered, part_records))
    )


def _only_ours(folder: Path) -> None:
    """A folder that holds something else is not written into."""
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in (CLAIMS, TOPONYMS, FAILURES) and not path.name.startswith("."):
                raise OutputError(
                    f"{shown(folder)}: holds {shown(path.name)!r} and no {MANIFEST}; expected a new folder or a "
                    "corpus. Choose another -o"
                )
    elif folder.exists():
        raise OutputError(f"{shown(folder)}: is a file; expected a folder. Choose another -o")


def _resumed(found: Manifest, names: list[str], base: str, made_with: dict[str, str], folder: Path) -> Manifest:
    """The run as it was planned, if what was given is what was planned for."""
    if found.made_with != made_with:
        key = min(k for k in {*found.made_with, *made_with} if found.made_with.get(k) != made_with.get(k))
        raise OutputError(
            f"{shown(folder)}: was made with {key} {shown(found.made_with.get(key))}, this is "
            f"{shown(made_with.get(key))}; results of both must not mix. Choose another -o"
        )
    planned = [i.name for i in found.inputs]
    if planned != names:
        odd = next(iter(sorted({*planned} ^ {*names})), names[0])
        how = "is new" if odd not in planned else "is missing" if odd not in names else "is in another place"
        raise InputError(
            f"{shown(odd)}: {how} among the inputs since this run began; expected the same files in the same order. "
            "Give them again, or choose another -o"
        )
    inputs = [_same(i, File(i.name, base)) for i in found.inputs]
    stamps = {i.name: i for i in inputs}
    found.inputs = inputs
    found.parts = [[s._replace(mtime_ns=stamps[s.name].mtime_ns) for s in part] for part in found.parts]
    return found


def _same(given: Input, file: File) -> Input:
    """The input, if its content is what was scanned: by size and time of change, else by hash."""
    now = stamp(file)
    if now == (given.size, given.mtime_ns):
        return given
    if now[0] != given.size or digest_of(file) != given.sha256:
        raise InputError(
            f"{file}: changed since this run began; expected the file as it was. Put it back, or choose another -o"
        )
    return replace(given, mtime_ns=now[1])
