"""Plan a corpus, work through its parts, go on where a run was stopped."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from geomap.corpus.engines import Certificates, Engine, engine_for
from geomap.corpus.manifest import (
    MANIFEST,
    Input,
    Journal,
    Manifest,
    alone_in,
    broken_files,
    finish,
    read_manifest,
    staging_in,
    tidy,
)
from geomap.corpus.own_process import Limits
from geomap.corpus.parts import Job, Part, describe, scan_within, work_part
from geomap.corpus.reading import PART_RECORDS, File, Scan, Work, digest_of, plan_parts, stamp
from geomap.corpus.tables import CLAIMS, FAILURES, TOPONYMS
from geomap.errors import InputError, OutputError
from geomap.files import shown, write_whole
from geomap.progress import Progress, silent


def write_corpus(
    inputs: Iterable[str | Path],
    folder: str | Path,
    work: Work,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    certificates: Certificates | None = None,
    part_records: int = PART_RECORDS,
    limits: Limits | None = Limits(),  # noqa: B008, frozen
    progress: Progress = silent,
    say: Callable[[str], None] = lambda line: None,
) -> Manifest:
    """Read every article of ``inputs`` into ``folder``: ``claims/``, ``toponyms/``, ``failures/``, ``manifest.json``.

    Started again after a stop of any kind, it does the parts that are missing. An article that cannot be read, that
    ends the process which reads it or takes more than ``limits`` allow, is a row of ``failures`` with the reason.

    Parameters
    ----------
    inputs
        Files, folders and glob patterns.
    work
        What is done with an article; sent to the workers, and to the processes that they do it in.
    workers, scheduler
        That many processes on this machine, or the Dask scheduler at this address, whose workers must see the same
        paths; neither: one process beside this one.
    certificates
        By which client and scheduler know each other over ``tls://``; else those of Dask's configuration.
    part_records
        Articles a part: more make fewer, larger files; a stop costs the part that was under way.
    limits
        What one article may take. None: no process beside the workers', or beside this one; an article that ends it
        ends the run.
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
    with engine_for(workers, scheduler, say, certificates) as engine:
        # what is amiss with the installation is known before anything is written
        made_with = next(iter(engine.run(partial(describe, limits=limits), [work])))
        manifest = read_manifest(folder)
        if manifest is None:
            _only_ours(folder)
            call = partial(scan_within, work=work, part_records=part_records, limits=limits)
            manifest = _planned(names, base, made_with, engine, call, progress, part_records)
        with alone_in(folder):
            if (found := read_manifest(folder)) is not None:
                manifest = _resumed(found, names, base, made_with, folder)
            else:
                write_whole(folder / MANIFEST, manifest.to_json())
            _drop_broken(manifest, folder, say)
            if manifest.complete:
                tidy(folder)
                return manifest
            with staging_in(folder) as staging:
                job = Job(folder=folder.absolute(), staging=staging.absolute(), base=base, work=work, limits=limits)
                _work_through(manifest, folder, job, engine, progress)
            finish(folder, manifest)
    return manifest


def verify_corpus(folder: str | Path) -> list[str]:
    """Hash every file of a corpus folder's finished parts; a line for each that is not what was written.

    Raises
    ------
    InputError
        The folder holds no corpus.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(f"{shown(folder)}: no {MANIFEST}; expected a folder that `geomap corpus` wrote")
    missing = [n for n in range(len(manifest.parts)) if n not in manifest.done]
    lines = [f"{shown(path)}: {amiss}" for _, path, amiss in broken_files(folder, manifest)]
    return [*lines, *(f"part {number}: not done yet" for number in missing)]


def _drop_broken(manifest: Manifest, folder: Path, say: Callable[[str], None]) -> None:
    """Parts whose files are no longer what was written are to be done again."""
    for number, path, amiss in list(broken_files(folder, manifest)):
        say(f"{shown(path)}: {amiss}; its part is done again")
        manifest.done.pop(number, None)
        manifest.seals.pop(number, None)
    if manifest.complete and len(manifest.done) < len(manifest.parts):
        manifest.complete = False
        # noted before the work: killed in the midst of it, the folder must not say that it is whole
        write_whole(folder / MANIFEST, manifest.to_json())


def _work_through(manifest: Manifest, folder: Path, job: Job, engine: Engine, progress: Progress) -> None:
    journal = Journal(folder)
    total = manifest.records
    read = sum(s.length for n in manifest.done for s in manifest.parts[n])
    progress("Reading articles", read, total)
    missing = (Part(n, slices) for n, slices in enumerate(manifest.parts) if n not in manifest.done)
    for done in engine.run(partial(work_part, job=job), missing):
        journal.note(*done)
        manifest.done[done.number], manifest.seals[done.number] = done.counts, done.seals
        read += sum(s.length for s in manifest.parts[done.number])
        progress("Reading articles", read, total)


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
    made_with: dict[str, str],
    engine: Engine,
    call: Callable[[File], Scan],
    progress: Progress,
    part_records: int,
) -> Manifest:
    scans: dict[str, Scan] = {}
    for seen in engine.run(call, (File(name, base) for name in names), ahead=True):
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
