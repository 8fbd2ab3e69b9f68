"""Corpora under faults, with real processes: whatever is killed, the next run ends with the undisturbed run's files."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from geomap.corpus import Limits, read_corpus, write_corpus
from geomap.corpus.engines import OnDask
from geomap.errors import GeomapError, InputError, NetworkError

sys.path.insert(0, str(Path(__file__).parent))
from corpus_standin import StandIn

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
PATIENCE = 300.0
"""Seconds before a wait is a hang: a loaded machine is no fault."""
PARTS, OPEN_PARTS = 12, 3
"""Parts of the source, and how many of them stand before the first article that waits at the gate."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    lines = (
        json.dumps({"id": f"s-{n}", "text": f"Narva {n} Tartu" + " GATE" * (n >= 20 * OPEN_PARTS)})
        for n in range(20 * PARTS)
    )
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """Until this file is there, a run that was told of it gets no further than the first parts."""
    return tmp_path / "gate"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def undisturbed(source: Path, tmp_path: Path) -> dict[str, bytes]:
    write_corpus([source], tmp_path / "whole", StandIn(), part_records=20, limits=None)
    return contents(tmp_path / "whole")


def start(*arguments: object, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "corpus_standin", *map(str, arguments)],
        env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=PATIENCE)
    assert out == ""
    return process.returncode, err


def wait_until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def wait_for_parts(folder: Path, parts: int = OPEN_PARTS) -> None:
    journal = folder / "progress.jsonl"
    wait_until(lambda: journal.exists() and journal.read_bytes().count(b"part") >= parts, "no part was finished")


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
def cluster(
    tmp_path: Path, workers: int, *tls: str
) -> Iterator[tuple[str, subprocess.Popen[str], list[subprocess.Popen[str]]]]:
    """A Dask scheduler and workers, each a process of its own."""
    pytest.importorskip("distributed", reason="Dask comes with the extra `corpus`")
    where = tmp_path / "scheduler.json"
    options = {"env": ENVIRONMENT, "stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "cwd": tmp_path}
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
             "--no-dashboard", "--scheduler-file", str(where), *tls], **options,
        )
    ]  # fmt: skip
    try:
        wait_until(lambda: address_in(where) != "", "no scheduler came up")
        worker = [
            sys.executable, "-m", "distributed.cli.dask_worker", address_in(where), "--nthreads", "1",
            "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path), *tls,
        ]  # fmt: skip
        begun += [subprocess.Popen(worker, **options) for _ in range(workers)]
        yield address_in(where), begun[0], begun[1:]
    finally:
        for process in begun:
            process.kill()
            process.wait()


def address_in(scheduler_file: Path) -> str:
    """The scheduler's address; empty until the file is whole."""
    try:
        return str(json.loads(scheduler_file.read_text())["address"])
    except (OSError, ValueError):
        return ""


def certify(folder: Path) -> None:
    """An authority of its own, and a certificate for this machine that it signs: ca.pem, cert.pem, key.pem."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import IPv4Address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def built(subject: str, key: Any, signer: Any, *, authority: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
        usage = dict.fromkeys(
            ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        builder = x509.CertificateBuilder(
            issuer_name=name("tests"), subject_name=name(subject), public_key=key.public_key(),
            serial_number=x509.random_serial_number(), not_valid_before=now - timedelta(days=1),
            not_valid_after=now + timedelta(days=1),
        )  # fmt: skip
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        builder = builder.add_extension(
            x509.KeyUsage(digital_signature=True, key_encipherment=not authority, key_cert_sign=authority,
                          crl_sign=authority, **usage), critical=True,
        )  # fmt: skip
        return builder.add_extension(names, critical=False).sign(signer, hashes.SHA256())

    folder.mkdir()
    above, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(built("tests", above, above, authority=True).public_bytes(pem))
    (folder / "cert.pem").write_bytes(built("machine", own, above, authority=False).public_bytes(pem))
    (folder / "key.pem").write_bytes(
        own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def test_a_scheduler_over_tls_takes_who_shows_its_authoritys_certificate(source: Path, tmp_path: Path) -> None:
    expected = undisturbed(source, tmp_path)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    certify(ours)
    certify(theirs)
    files = {"--tls-ca-file": "ca.pem", "--tls-cert": "cert.pem", "--tls-key": "key.pem"}
    tls = ["--protocol", "tls", *(word for option, name in files.items() for word in (option, str(ours / name)))]
    with cluster(tmp_path, 1, *tls) as (address, _scheduler, _workers):
        assert address.startswith("tls://")
        code, err = finish(start(tmp_path / "out", source, "--scheduler", address, "--certificates", ours))
        assert code == 0, err
        assert err.startswith("joined tls://")
        code, err = finish(start(tmp_path / "no", source, "--scheduler", address, "--certificates", theirs))
        assert code == 1, err
        assert err.splitlines()[-1].startswith(f"{address}: no Dask scheduler answers that our certificates know")
        code, err = finish(start(tmp_path / "no", source, "--scheduler", address))
        assert (code, err.count("\n")) == (1, 1)
        assert "needs certificates" in err
        plain = address.replace("tls://", "tcp://")
        code, err = finish(start(tmp_path / "no", source, "--scheduler", plain, "--certificates", ours))
        assert (code, "certificates are for tls://" in err) == (1, True)
    assert contents(tmp_path / "out") == expected
    assert not (tmp_path / "no").exists()


def test_a_worker_dies_and_its_parts_are_done_by_another(source: Path, tmp_path: Path, gate: Path) -> None:
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    with cluster(tmp_path, 2) as (address, _scheduler, workers):
        client = start(out, source, "--scheduler", address, "--gate", gate)
        wait_for_parts(out)
        workers[0].send_signal(signal.SIGKILL)
        gate.touch()
        code, err = finish(client)
    assert code == 0, err
    assert err.startswith("joined tcp://")
    assert contents(out) == expected


def test_the_scheduler_dies_and_a_later_run_goes_on(source: Path, tmp_path: Path, gate: Path) -> None:
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    with cluster(tmp_path, 1) as (address, scheduler, _workers):
        client = start(out, source, "--scheduler", address, "--gate", gate)
        wait_for_parts(out)
        scheduler.send_signal(signal.SIGKILL)
        code, err = finish(client)
    assert code == 1
    assert "the scheduler is gone" in err.splitlines()[-1]
    assert "Traceback" not in err
    assert len(read_corpus(out).parts) == OPEN_PARTS
    gate.touch()
    code, err = finish(start(out, source))
    assert code == 0, err
    assert contents(out) == expected


def test_a_killed_client_of_a_local_cluster_leaves_a_folder_to_go_on_in(
    source: Path, tmp_path: Path, gate: Path
) -> None:
    pytest.importorskip("distributed", reason="Dask comes with the extra `corpus`")
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    client = start(out, source, "--workers", 2, "--gate", gate)
    wait_for_parts(out)
    client.kill()
    _out, err = client.communicate()
    assert "2 workers, dashboard http://127.0.0.1:" in err
    assert len(read_corpus(out).parts) == OPEN_PARTS
    gate.touch()
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


def test_two_first_runs_at_once(source: Path, tmp_path: Path, gate: Path) -> None:
    expected = undisturbed(source, tmp_path)
    out = tmp_path / "out"
    both = [start(out, source, "--gate", gate) for _ in range(2)]
    wait_until(lambda: any(p.poll() is not None for p in both), "none was refused")
    gate.touch()
    ended = [finish(p) for p in both]
    assert sorted(code for code, _ in ended) == [0, 1], ended
    assert "another geomap corpus is writing here" in max(ended)[1]
    assert contents(out) == expected


# ── articles that end the process which reads them ───────────────────────────────────────────────────────────


POISON = {
    3: ("PLEASE DIE", "ended the process that read it (SIGABRT), twice"),
    11: ("PLEASE EXIT", "ended the process that read it (exit code 3), twice"),
    12: ("PLEASE GROW", "ran out of memory, twice"),
    28: ("PLEASE SPIN", "took more than 1 s of processor time, or 100 s by the clock"),
}


@pytest.fixture
def poisoned(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    texts = (f"Narva {n} Tartu {POISON.get(n, ('',))[0]}" for n in range(40))
    path.write_text("\n".join(json.dumps({"id": f"s-{n}", "text": text}) for n, text in enumerate(texts)))
    return path


def test_an_article_that_ends_its_process_is_a_failure_and_the_run_goes_on(poisoned: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "out", ("--article-seconds", 1)
    code, err = finish(start(out, poisoned, *options))
    assert code == 0, err
    corpus = read_corpus(out)
    assert corpus.totals == {"articles": 36, "claims": 36, "toponyms": 72, "failures": 4}
    assert list(zip(corpus.failures["article"], corpus.failures["reason"], strict=True)) == [
        (f"s-{n}", reason) for n, (_, reason) in POISON.items()
    ]
    with cluster(tmp_path, 2) as (address, _scheduler, workers):
        code, err = finish(start(tmp_path / "cluster", poisoned, "--scheduler", address, *options))
        assert code == 0, err
        assert [w.poll() for w in workers] == [None, None], "a worker died of it"
    assert contents(tmp_path / "cluster") == contents(out)


def test_a_process_killed_by_chance_costs_no_article(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "fall.jsonl"
    path.write_text("\n".join(json.dumps({"id": f"s-{n}", "text": "Narva 5 PLEASE FALL"}) for n in range(20)))
    work = StandIn(once=str(tmp_path / "fallen"))
    manifest = write_corpus([path], tmp_path / "out", work, part_records=7)
    assert (tmp_path / "fallen").exists()
    assert manifest.totals == {"articles": 20, "claims": 20, "toponyms": 60, "failures": 0}


def test_an_article_that_only_waits_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "wait.jsonl"
    path.write_text('{"id": "a", "text": "Narva 1"}\n{"id": "w", "text": "PLEASE WAIT"}\n{"id": "b", "text": "Aa 2"}')
    write_corpus([path], tmp_path / "out", StandIn(), limits=Limits(article_seconds=1, waiting_factor=12))
    corpus = read_corpus(tmp_path / "out")
    assert list(corpus.failures["reason"]) == ["took more than 1 s of processor time, or 12 s by the clock"]
    assert list(corpus.claims["article"]) == ["a", "b"]


class Unreadable(StandIn):
    """Files that end the process which parses them."""

    def records_of(self, path: Path, data: bytes) -> Any:
        if b"PLEASE DIE" in data:
            os.abort()
        return super().records_of(path, data)


def test_a_file_that_ends_its_reader_is_a_failure_and_the_others_are_read(tmp_path: Path) -> None:
    for name, text in {
        "a.txt": "Narva 1",
        "b.txt": "PLEASE DIE",
        "c.json": '["PLEASE DIE"]',
        "d.txt": "Tartu 2",
    }.items():
        (tmp_path / name).write_text(text)
    write_corpus(sorted(tmp_path.glob("?.*")), tmp_path / "out", Unreadable())
    corpus = read_corpus(tmp_path / "out")
    assert list(corpus.claims["article"]) == ["a", "d"]
    assert [Path(w).name for w in corpus.failures["where"]] == ["b.txt", "c.json"]
    assert list(corpus.failures["reason"]) == ["ended the process that read it (SIGABRT), twice"] * 2


class Unable(StandIn):
    """Work whose gazetteer is broken."""

    def prepare(self) -> None:
        os.abort()


def test_work_that_cannot_begin_writes_nothing(source: Path, tmp_path: Path) -> None:
    with pytest.raises(
        GeomapError, match=r"ended the process that read it \(SIGABRT\), twice before it read an article"
    ):
        write_corpus([source], tmp_path / "out", Unable())
    assert not (tmp_path / "out").exists()


def test_a_bug_in_the_work_is_raised_as_it_is(source: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in\.jsonl: changed since this run began"):
        write_corpus([source], tmp_path / "out", StandIn(), part_records=20, progress=_changing(source))


def _changing(source: Path) -> Callable[[str, int, int], None]:
    def change(what: str, done: int, total: int) -> None:
        if what == "Reading articles" and done:
            source.write_text(source.read_text().replace("Tartu", "Valga"))

    return change


# ── what a cluster may do between two looks ──────────────────────────────────────────────────────────────────


class Future:
    """A future that is ready at once; ``lost``: the worker that held its result died since."""

    def __init__(self, value: int, *, lost: bool = False, ready: bool = True) -> None:
        self.value, self.status, self.ready = value, "lost" if lost else "finished", ready

    def add_done_callback(self, call: Callable[[Any], None]) -> None:
        if self.ready:
            call(self)

    def exception(self) -> None:
        self.status = "finished"  # done again by another worker, which exception() and result() wait for

    def result(self) -> int:
        assert self.status == "finished"
        return self.value

    def release(self) -> None:
        pass


class Client:
    """A cluster of so many threads, which may grow, lose results, or go away."""

    def __init__(self, threads: list[int], *, lost: bool = False, ready: bool = True, status: str = "running") -> None:
        self.threads, self.lost, self.ready, self.status = threads, lost, ready, status
        self.under_way = self.most = 0

    def nthreads(self) -> dict[str, int]:
        return {"tcp://a": self.threads.pop(0) if len(self.threads) > 1 else self.threads[0]}

    def submit(self, call: Callable[[int], int], item: int, *, pure: bool) -> Future:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        return Future(call(item), lost=self.lost, ready=self.ready)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="Dask comes with the extra `corpus`")
    monkeypatch.setattr("geomap.corpus.engines.ASK_AGAIN_SECONDS", 0.0)


def test_a_result_that_was_lost_with_its_worker_is_waited_for(looks: None) -> None:
    assert sorted(OnDask(Client([2], lost=True), "x").run(abs, range(20))) == list(range(20))


@pytest.mark.parametrize(("ahead", "most"), [(False, 40), (True, 2 * 40 + 2)])
def test_workers_that_come_late_are_given_work(ahead: bool, most: int, looks: None) -> None:
    client = Client([0, 0, 40])
    for _ in OnDask(client, "x").run(abs, range(300), ahead=ahead):
        client.under_way -= 1
    assert client.most == most


def test_a_scheduler_that_goes_without_a_word_is_noticed(looks: None) -> None:
    with pytest.raises(NetworkError, match="the scheduler is gone"):
        list(OnDask(Client([2], ready=False, status="closed"), "x").run(abs, range(20)))
