"""Corpora under faults, with real processes: whatever is killed, the next run ends with the undisturbed run's files."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from geomap.corpus import read_corpus, write_corpus

sys.path.insert(0, str(Path(__file__).parent))
from corpus_standin import StandIn

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = str(ROOT / "tests" / "corpus_standin.py")
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
PATIENCE = 60.0
"""Seconds before a wait is a hang."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    lines = (json.dumps({"id": f"s-{n}", "text": f"Narva {n} Tartu"}) for n in range(240))
    path.write_text("\n".join(lines))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def undisturbed(source: Path, tmp_path: Path) -> dict[str, bytes]:
    write_corpus([source], tmp_path / "whole", StandIn(), part_records=20)
    return contents(tmp_path / "whole")


def start(*arguments: object, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, SCRIPT, *map(str, arguments)],
        env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=PATIENCE)
    assert out == ""
    return process.returncode, err


def wait_for_parts(folder: Path, parts: int) -> None:
    end = time.monotonic() + PATIENCE
    journal = folder / "progress.jsonl"
    while not (journal.exists() and journal.read_bytes().count(b"part") >= parts):
        assert time.monotonic() < end, "no part was finished"
        time.sleep(0.01)


def test_killed_clients_lose_and_double_nothing(source: Path, tmp_path: Path) -> None:
    expected = undisturbed(source, tmp_path)
    seed = random.Random(7)
    out = tmp_path / "out"
    kills = 0
    for _ in range(5):
        process = start(out, source, "--pause", 0.001)
        try:
            # from before the first import to somewhere among the parts
            process.communicate(timeout=seed.uniform(0.05, 1.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
    assert kills
    code, err = finish(start(out, source))
    assert (code, err) == (0, "")
    assert contents(out) == expected


@contextmanager
def cluster(tmp_path: Path, workers: int) -> Iterator[tuple[str, subprocess.Popen[str], list[subprocess.Popen[str]]]]:
    """A Dask scheduler and workers, each a process of its own."""
    pytest.importorskip("distributed", reason="Dask comes with the extra `corpus`")
    where = tmp_path / "scheduler.json"
    options = {"env": ENVIRONMENT, "stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "cwd": tmp_path}
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
             "--no-dashboard", "--scheduler-file", str(where)], **options,
        )
    ]  # fmt: skip
    try:
        worker = [
            sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(where), "--nthreads", "1",
            "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path),
        ]  # fmt: skip
        begun += [subprocess.Popen(worker, **options) for _ in range(workers)]
        end = time.monotonic() + PATIENCE
        while not where.exists() or not where.read_text():
            assert time.monotonic() < end, "no scheduler came up"
            time.sleep(0.05)
        yield json.loads(where.read_text())["address"], begun[0], begun[1:]
    finally:
        for process in begun:
            process.kill()
            process.wait()


def test_a_worker_dies_and_its_parts_are_done_by_another(source: Path, tmp_path: Path) -> None:
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    with cluster(tmp_path, 2) as (address, _scheduler, workers):
        client = start(out, source, "--scheduler", address, "--pause", 0.01)
        wait_for_parts(out, 3)
        workers[0].send_signal(signal.SIGKILL)
        code, err = finish(client)
    assert code == 0, err
    assert err.startswith("joined tcp://")
    assert contents(out) == expected


def test_the_scheduler_dies_and_a_later_run_goes_on(source: Path, tmp_path: Path) -> None:
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    with cluster(tmp_path, 1) as (address, scheduler, _workers):
        client = start(out, source, "--scheduler", address, "--pause", 0.01)
        wait_for_parts(out, 3)
        scheduler.send_signal(signal.SIGKILL)
        code, err = finish(client)
    assert code == 1
    assert "the scheduler is gone" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert 0 < len(read_corpus(out).parts) < 12
    code, err = finish(start(out, source))
    assert code == 0, err
    assert contents(out) == expected


def test_a_killed_client_of_a_local_cluster_leaves_a_folder_to_go_on_in(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask comes with the extra `corpus`")
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    client = start(out, source, "--workers", 2, "--pause", 0.01)
    wait_for_parts(out, 3)
    client.kill()
    _out, err = client.communicate()
    assert "2 workers, dashboard http://127.0.0.1:" in err
    assert 0 < len(read_corpus(out).parts) < 12
    code, err = finish(start(out, source, "--workers", 2))
    assert code == 0, err
    assert contents(out) == expected


def test_no_scheduler_is_one_line(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask comes with the extra `corpus`")
    code, err = finish(start(tmp_path / "out", source, "--scheduler", "nonsense://x"))
    assert code == 1
    assert len(err.splitlines()) == 1, err
    assert "no Dask scheduler answers" in err
    assert not (tmp_path / "out").exists()


def test_a_disk_that_fills_up(source: Path, tmp_path: Path) -> None:
    import resource

    def small() -> None:
        # a write past 4,096 bytes fails midway, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    code, err = finish(start(out, source, preexec_fn=small))
    assert code == 1
    assert len(err.splitlines()) == 1, err
    assert "cannot be written" in err
    assert "File too large" in err
    assert not list(out.rglob(".*"))
    code, err = finish(start(out, source))
    assert (code, err) == (0, "")
    assert contents(out) == expected


def test_two_first_runs_at_once(source: Path, tmp_path: Path) -> None:
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    both = [finish(p) for p in [start(out, source, "--pause", 0.002) for _ in range(2)]]
    assert sorted(code for code, _ in both) == [0, 1], both
    assert "another geomap corpus is writing here" in max(both)[1]
    assert contents(out) == expected
