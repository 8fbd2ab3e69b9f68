"""Corpora: every format, every cut, every stop gives the same rows; what cannot be read is named and passed over."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
from command import run
from corpus_standin import StandIn
from hypothesis import given, settings
from hypothesis import strategies as st

from geomap.articles import article_from, read_articles
from geomap.corpus import read_corpus, verify_corpus
from geomap.corpus import write_corpus as write_corpus_apart
from geomap.corpus.manifest import read_manifest
from geomap.corpus.reading import MAX_RECORD, File, plan_parts, read_slice, scan
from geomap.corpus.tables import TABLES, write_part
from geomap.errors import InputError, OutputError

write_corpus = partial(write_corpus_apart, limits=None)
"""In this process: what processes of their own add is tested with faults, in test_corpus_faults."""

RECORDS = [
    {"id": "n-1", "text": "Narva saw 12 and Tartu 40 on that day", "published_on": "2023-05-06", "source": "Daily"},
    {"id": "n-2", "text": "Näljas Õhtu — Õismäe lost 7", "title": "Õ"},
    {"id": "n-3", "text": "nothing of interest"},
    {"id": "n-4", "text": "Valga, then Võru, then 3 more\nin a second line, \"quoted\""},
]  # fmt: skip


def as_lines(records: list[Any]) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


def as_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text", "published_on", "source", "title"])
        writer.writeheader()
        writer.writerows(RECORDS)


WRITERS: dict[str, Callable[[Path], None]] = {
    "a.jsonl": lambda p: p.write_bytes(as_lines(RECORDS)) and None,
    "b.jsonl.gz": lambda p: p.write_bytes(gzip.compress(as_lines(RECORDS))) and None,
    "c.csv": as_csv,
    "d.parquet": lambda p: pandas.DataFrame(RECORDS).to_parquet(p, row_group_size=2),
    "e.json": lambda p: p.write_text(json.dumps(RECORDS)) and None,
    "f.ndjson": lambda p: p.write_bytes(b"\xef\xbb\xbf" + as_lines(RECORDS).replace(b"\n", b"\r\n\r\n")) and None,
}


def rows_of(folder: Path) -> list[tuple[Any, ...]]:
    corpus = read_corpus(folder)
    mentions = corpus.toponyms[["article", "start", "end", "text"]].itertuples(index=False)
    claims = corpus.claims[["article", "start", "end", "quote"]].itertuples(index=False)
    return [*map(tuple, mentions), *map(tuple, claims)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("part_records", [1, 3, 1000])
def test_every_format_gives_the_same_rows(name: str, part_records: int, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    manifest = write_corpus([tmp_path / name], tmp_path / "out", StandIn(), part_records=part_records)
    assert manifest.complete
    assert manifest.totals == {"articles": 4, "claims": 4, "toponyms": 7, "failures": 0}
    assert len(manifest.parts) == -(-4 // part_records)
    (tmp_path / "plain.jsonl").write_bytes(as_lines(RECORDS))
    write_corpus([tmp_path / "plain.jsonl"], tmp_path / "plain", StandIn())
    assert rows_of(tmp_path / "out") == rows_of(tmp_path / "plain")


def test_folders_and_patterns_give_what_read_articles_gives(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    (archive / "deep").mkdir(parents=True)
    for name in ("a.jsonl", "c.csv"):
        WRITERS[name](archive / name)
    (archive / "deep" / "x.txt").write_text("Haapsalu has 10")
    (archive / "deep" / "y.html").write_text("<html><body><article><p>Paide, " + "and so on " * 30 + "</article>")
    (archive / ".hidden.txt").write_text("Nowhere")
    (archive / "no-ids.jsonl").write_text('{"text": "Rakvere"}\n\n{"text": "Keila", "id": ""}\n')
    write_corpus([archive], tmp_path / "folder", StandIn())
    write_corpus([str(archive / "**" / "*.*")], tmp_path / "pattern", StandIn())
    ids = [a.id for a in read_articles([archive])]
    assert "no-ids-2" in ids
    found = read_corpus(tmp_path / "folder").toponyms["article"].unique()
    assert {re.sub(r"^(n-\d)-2$", r"\1", i) for i in ids} - {"n-3"} == set(found)
    assert sorted(rows_of(tmp_path / "folder")) == sorted(rows_of(tmp_path / "pattern"))
    assert len(read_manifest(tmp_path / "folder").parts) == 1, "small files share a part"


def test_rows_say_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    WRITERS["a.jsonl"](Path("a.jsonl"))
    (tmp_path / "b").mkdir()
    Path("b/list.json").write_text(json.dumps(RECORDS[:1]))
    write_corpus(["a.jsonl", "b"], "out", StandIn())
    where = read_corpus("out").toponyms["where"]
    assert where.iloc[0] == "a.jsonl:1"
    assert where.iloc[-1] == "b/list.json[1]"


line = st.one_of(
    st.sampled_from([b"", b"  ", b"{", b"[1]", b"\xff{}", b'{"id": 1}', b'{"text": "\\ud800 Aa 1"}']),
    st.text(max_size=30).map(lambda t: json.dumps({"text": t}, ensure_ascii=False).encode("utf-8", "replace")),
)


@given(
    lines=st.lists(line, max_size=40),
    ends=st.sampled_from([b"\n", b"\r\n"]),
    last=st.booleans(),
    packed=st.booleans(),
    part_records=st.integers(1, 12),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_parts_hold_each_record_once_wherever_they_are_cut(
    lines: list[bytes], ends: bytes, last: bool, packed: bool, part_records: int, data: st.DataObject
) -> None:
    body = ends.join(lines) + (ends if last else b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.jsonl")
        path.write_bytes(gzip.compress(body) if packed else body)
        seen = scan(File("x.jsonl", folder), StandIn(), part_records)
        assert seen.records == sum(1 for line in lines if line.strip()), seen
        parts = list(plan_parts([seen], part_records))
        assert all(sum(s.length for s in part) <= part_records for part in parts)
        read = {
            n: [raw for piece in parts[n] for raw in read_slice(piece, folder, StandIn())]
            for n in data.draw(st.permutations(range(len(parts))))
        }
        whole = scan(File("x.jsonl", folder), StandIn())
        once = [raw for part in plan_parts([whole]) for p in part for raw in read_slice(p, folder, StandIn())]
        assert [raw for n in range(len(parts)) for raw in read[n]] == once
        numbers = [n for n, line in enumerate(lines, 1) if line.strip()]
        assert [raw.where for raw in once] == [f"x.jsonl:{n}" for n in numbers]


# ── what cannot be read ──────────────────────────────────────────────────────────────────────────────────────


def test_bad_articles_are_failures_with_a_reason_that_quotes_nothing(tmp_path: Path) -> None:
    bad = [
        b'{"id": "ok", "text": "Narva 1"}',
        b"not json",
        b'{"id": "e", "text": "  "}',
        b'{"id": "esc\\u001b[31m", "text": 5}',
        b'{"id": "c", "text": "PLEASE CRASH Secretville"}',
        b"[" * 100_000,
        b'{"id": "d", "text": "Aa", "toponyms": "soon"}',
        b"\xff\xfe\xfd",
        b'{"text": "' + b"A" * (MAX_RECORD + 10) + b'"}',
        b'{"id": "s", "text": "Aa", "toponyms": [{"start": 5, "end": 2}]}',
        b'{"id": "last", "text": "Narva 2"}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(bad))
    manifest = write_corpus([tmp_path / "in.jsonl"], tmp_path / "out", StandIn(), part_records=3)
    corpus = read_corpus(tmp_path / "out")
    assert manifest.totals["articles"] == 2
    assert list(corpus.toponyms["article"]) == ["ok", "last"]
    reasons = dict(zip(corpus.failures["where"].str.rpartition(":")[2], corpus.failures["reason"], strict=True))
    assert set(reasons) == {str(n) for n in range(2, 11)}
    for number, words in {
        "2": "not JSON", "3": "empty", "4": "text of type int", "5": "a bug", "6": "nested too deep",
        "7": "toponyms is a str", "8": "not UTF-8", "9": "longer than 32 MB", "10": "toponym {",
    }.items():  # fmt: skip
        assert words in reasons[number], number
    assert "Secretville" not in "".join(reasons.values())
    assert "\x1b" not in "".join(corpus.failures["article"].fillna(""))


def test_a_file_that_breaks_off_gives_what_it_holds(tmp_path: Path) -> None:
    lines = as_lines([{"id": f"g-{n}", "text": f"Narva {n} {os.urandom(40).hex()}"} for n in range(400)])
    packed = gzip.compress(lines)
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "no.parquet").write_bytes(b"PAR1 nothing")
    (tmp_path / "open.csv").write_text('id,text\n1,Narva\n2,"Tartu')
    WRITERS["a.jsonl"](tmp_path / "z.jsonl")
    manifest = write_corpus([tmp_path], tmp_path / "out", StandIn(), part_records=50)
    failures = read_corpus(tmp_path / "out").failures
    assert 50 < manifest.totals["articles"] - 4 < 350
    assert [f for f in failures["reason"] if "broken gzip" in f]
    assert [f for f in failures["reason"] if "not Parquet" in f]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.parquet", b"PAR1", "not Parquet"),
        ("x.csv", b"a,b\n1,2\n", "columns are a, b"),
        ("x.jsonl.gz", b"\x1f\x8b\x08", "broken gzip"),
        ("x.json", b"[" * 100_000, "nested too deep"),
        ("x.jsonl", b"", "no article"),
        ("x.jsonl", "{}".encode("utf-16"), "UTF-16"),
    ],
)
def test_nothing_is_written_where_nothing_can_be_read(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=words):
        write_corpus([tmp_path / name], tmp_path / "out", StandIn())
    assert not (tmp_path / "out").exists()


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for given_input, words in (("-", "standard input"), ("no*such", "no file"), (tmp_path / "x.jsonl", "no such file")):
        with pytest.raises(InputError, match=words):
            write_corpus([given_input], tmp_path / "out", StandIn())
    assert not (tmp_path / "out").exists()


# ── stopped and started again ────────────────────────────────────────────────────────────────────────────────


class StopError(Exception):
    """Stands for any end of a run."""


def stopping_after(articles: int) -> Callable[[str, int, int], None]:
    def tell(what: str, done: int, total: int) -> None:
        if what == "Reading articles" and done >= articles:
            raise StopError

    return tell


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_bytes(as_lines([{"id": f"s-{n}", "text": f"Narva {n} Tartu"} for n in range(50)]))
    return path


def test_a_stopped_run_goes_on_and_ends_the_same(source: Path, tmp_path: Path) -> None:
    write_corpus([source], tmp_path / "whole", StandIn(), part_records=7)
    out = tmp_path / "out"
    for stop in (0, 8, 30):
        with pytest.raises(StopError):
            write_corpus([source], out, StandIn(), part_records=7, progress=stopping_after(stop))
        (out / ".writing-abc").mkdir(exist_ok=True)
        (out / ".writing-abc" / "claims-part-000003-abc.parquet").write_bytes(b"half")
        half = read_corpus(out)
        assert not half.complete
        assert len(half.claims) == half.totals["claims"] < 50
    assert half.totals["articles"] > 0
    # a line torn in the middle, a part whose file is gone, and a line of nonsense
    with (out / "progress.jsonl").open("ab") as file:
        file.write(b'{"part": 99, "counts": {}}\n{"part": 6, "cou')
    (out / "toponyms" / "part-000001.parquet").unlink()
    write_corpus([source], out, StandIn(), part_records=1000)
    assert contents(out) == contents(tmp_path / "whole")
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    assert write_corpus([source], out, StandIn()).complete
    assert before == {p: p.stat().st_mtime_ns for p in out.rglob("*")}


def test_what_a_worker_left_half_written_is_swept_when_another_did_its_part(source: Path, tmp_path: Path) -> None:
    write_corpus([source], tmp_path / "whole", StandIn(), part_records=7)
    out = tmp_path / "out"

    def killed_midway(what: str, done: int, total: int) -> None:
        if what == "Reading articles" and done:
            (next(out.glob(".writing-*")) / "toponyms-part-000003-abc.parquet").write_bytes(b"half")

    write_corpus([source], out, StandIn(), part_records=7, progress=killed_midway)
    assert contents(out) == contents(tmp_path / "whole")


def test_a_lost_worker_of_an_earlier_run_writes_nothing(source: Path, tmp_path: Path) -> None:
    out, staging = tmp_path / "out", []

    def remember(what: str, done: int, total: int) -> None:
        staging[:] = out.glob(".writing-*")
        if what == "Reading articles" and done:
            raise StopError

    with pytest.raises(StopError):
        write_corpus([source], out, StandIn(), part_records=7, progress=remember)
    write_corpus([source], out, StandIn())
    before = contents(out)
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    with pytest.raises(OutputError, match="cannot be written"):
        write_part(out, staging[0], 3, rows)
    assert contents(out) == before


def test_a_run_killed_after_its_last_manifest_leaves_nothing_behind(source: Path, tmp_path: Path) -> None:
    write_corpus([source], tmp_path / "whole", StandIn())
    out = tmp_path / "out"
    write_corpus([source], out, StandIn())
    (out / "progress.jsonl").write_text("{}\n")
    (out / ".writing-abc").mkdir()
    write_corpus([source], out, StandIn())
    assert contents(out) == contents(tmp_path / "whole")
    assert not list(out.glob(".*"))


def test_an_input_that_changed_is_refused_and_a_touched_one_is_not(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(StopError):
        write_corpus([source], out, StandIn(), part_records=7, progress=stopping_after(8))
    given_text = source.read_bytes()
    source.write_bytes(given_text)
    os.utime(source, ns=(1, 1))
    with pytest.raises(StopError):
        write_corpus([source], out, StandIn(), progress=stopping_after(20))
    before = contents(out)
    for changed in (given_text.replace(b"Narva 49", b"Valga 49"), given_text + b"\n"):
        source.write_bytes(changed)
        with pytest.raises(InputError, match=r"in\.jsonl: changed since this run began"):
            write_corpus([source], out, StandIn())
    source.write_bytes(given_text)
    (tmp_path / "more.jsonl").write_bytes(given_text)
    for inputs, words in (([source, tmp_path / "more.jsonl"], "is new"), ([tmp_path / "more.jsonl"], "is missing")):
        with pytest.raises(InputError, match=words):
            write_corpus(inputs, out, StandIn())
    with pytest.raises(OutputError, match="was made with stand-in 1, this is 2"):
        write_corpus([source], out, StandIn(label="2"))
    assert contents(out) == before
    assert write_corpus([source], out, StandIn()).totals["articles"] == 50


def test_an_input_that_changes_under_the_run_is_noticed(source: Path, tmp_path: Path) -> None:
    def change(what: str, done: int, total: int) -> None:
        if what == "Reading articles" and done >= 14:
            source.write_bytes(source.read_bytes().replace(b"Tartu", b"Valga"))

    with pytest.raises(InputError, match=r"in\.jsonl: changed since"):
        write_corpus([source], tmp_path / "out", StandIn(), part_records=7, progress=change)


def test_two_runs_do_not_write_into_one_folder(source: Path, tmp_path: Path) -> None:
    refused: list[str] = []

    def again(what: str, done: int, total: int) -> None:
        if what == "Reading articles" and done == 0:
            with pytest.raises(OutputError, match="another geomap corpus is writing here") as found:
                write_corpus([source], tmp_path / "out", StandIn())
            refused.append(str(found.value))

    assert write_corpus([source], tmp_path / "out", StandIn(), progress=again).complete
    assert refused


def test_a_folder_of_something_else_is_left_alone(source: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("1")
    with pytest.raises(OutputError, match="holds 'chapter"):
        write_corpus([source], tmp_path / "thesis", StandIn())
    assert contents(tmp_path / "thesis") == {"chapter.txt": b"1"}
    with pytest.raises(OutputError, match="is a file"):
        write_corpus([source], tmp_path / "thesis" / "chapter.txt", StandIn())
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "manifest.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match="not a corpus manifest"):
        write_corpus([source], tmp_path / "odd", StandIn())
    with pytest.raises(InputError, match=r"no manifest\.json"):
        read_corpus(tmp_path / "thesis")


def test_the_corpus_inside_its_own_input_is_no_input(source: Path, tmp_path: Path) -> None:
    with pytest.raises(StopError):
        write_corpus([tmp_path], tmp_path / "out", StandIn(), part_records=7, progress=stopping_after(8))
    assert write_corpus([tmp_path], tmp_path / "out", StandIn()).totals["articles"] == 50


def test_a_full_disk_is_said_and_the_run_goes_on_later(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet

    write = pyarrow.parquet.write_table
    calls = []

    def full(table: Any, path: Path, **options: Any) -> None:
        calls.append(path)
        if len(calls) > 7:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(table, path, **options)

    monkeypatch.setattr(pyarrow.parquet, "write_table", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_corpus([source], tmp_path / "out", StandIn(), part_records=7)
    assert not list((tmp_path / "out").rglob(".*"))
    assert len(read_corpus(tmp_path / "out").parts) == 2
    monkeypatch.undo()
    write_corpus([source], tmp_path / "out", StandIn())
    write_corpus([source], tmp_path / "whole", StandIn(), part_records=7)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────


def test_tables_are_typed_and_read_by_others(tmp_path: Path) -> None:
    WRITERS["a.jsonl"](tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_text('{"id": "half\\ud800", "text": "\\ud83d Aa 5"}')
    write_corpus([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], tmp_path / "out", StandIn())
    corpus = read_corpus(tmp_path / "out")
    assert corpus.toponyms.crs == "EPSG:4326"
    one = corpus.toponyms.iloc[0]
    assert (one.geometry.x, one.geometry.y) == (one["lon"], one["lat"])
    assert corpus.claims["published_on"].iloc[0] == date(2023, 5, 6)
    assert corpus.claims.geometry.isna().all(), "no place, no point"
    assert corpus.claims["article"].iloc[-1] == "half\ufffd"
    assert len(corpus.failures) == 0
    part = geopandas.read_parquet(tmp_path / "out" / "toponyms" / "part-000000.parquet")
    assert part.crs.equals("OGC:CRS84")
    assert list(part.total_bounds) == list(corpus.toponyms.total_bounds)
    assert len(pandas.read_parquet(tmp_path / "out" / "claims")) == len(corpus.claims)


def test_ids_and_dates_are_those_of_read_articles(tmp_path: Path) -> None:
    WRITERS["a.jsonl"](tmp_path / "a.jsonl")
    one = read_articles([tmp_path / "a.jsonl"])[0]
    raw = next(
        read_slice(next(plan_parts([scan(File("a.jsonl", str(tmp_path)), StandIn())]))[0], str(tmp_path), StandIn())
    )
    other = article_from(raw.where, raw.fields or {})
    assert (one.id, one.text, one.published_on, one.source) == (other.id, other.text, other.published_on, other.source)


# ── parts that are no longer what was written ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("harm", ["cut", "zeroed", "swapped", "deleted", "one bit"])
@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_part_of_a_finished_corpus_is_done_again(source: Path, tmp_path: Path, harm: str, table: str) -> None:
    out, said = tmp_path / "out", []
    write_corpus([source], out, StandIn(), part_records=20)
    expected = contents(out)
    assert verify_corpus(out) == []
    first, second = (out / table / f"part-{n:06d}.parquet" for n in (0, 1))
    before = first.read_bytes()
    if harm == "cut":
        os.truncate(first, len(before) // 2)
    elif harm == "zeroed":
        first.write_bytes(bytes(len(before)))
    elif harm == "swapped":
        first.write_bytes(second.read_bytes())
        second.write_bytes(before)
    elif harm == "deleted":
        first.unlink()
    else:
        first.write_bytes(before[:50] + bytes([before[50] ^ 1]) + before[51:])
    amiss = verify_corpus(out)
    if first.exists() and contents(out) == expected:
        assert amiss == []  # two empty tables of failures are the same
        return
    assert len(amiss) == (2 if harm == "swapped" else 1)
    assert str(first) in amiss[0]
    manifest = write_corpus([source], out, StandIn(), part_records=20, say=said.append)
    assert manifest.complete
    assert contents(out) == expected
    assert said == [f"{line}; its part is done again" for line in amiss]
    if harm in ("cut", "deleted"):
        first.unlink()
        with pytest.raises(InputError, match=r"part-000000\.parquet: missing; start the same"):
            _ = getattr(read_corpus(out), table)


@pytest.mark.parametrize("harm", ["cut", "zeroed", "gone"])
def test_a_damaged_manifest_says_so(source: Path, tmp_path: Path, harm: str) -> None:
    out = tmp_path / "out"
    write_corpus([source], out, StandIn(), part_records=20)
    path = out / "manifest.json"
    size = path.stat().st_size
    if harm == "cut":
        os.truncate(path, size // 2)
    elif harm == "zeroed":
        path.write_bytes(bytes(size))
    else:
        path.unlink()
        with pytest.raises(InputError, match=r"no manifest\.json"):
            verify_corpus(out)
        assert write_corpus([source], out, StandIn(), part_records=20).complete
        return
    for call in (lambda: verify_corpus(out), lambda: write_corpus([source], out, StandIn()), lambda: read_corpus(out)):
        with pytest.raises(InputError, match="manifest"):
            call()


def test_repeated_ids_are_counted_and_told(tmp_path: Path) -> None:
    records = [{"id": f"n-{n % 7}", "text": f"Narva {n}"} for n in range(10)]
    (tmp_path / "in.jsonl").write_bytes(as_lines(records))
    made = write_corpus([tmp_path / "in.jsonl"], tmp_path / "out", StandIn(), part_records=3)
    assert made.repeated == 3
    assert read_corpus(tmp_path / "out").repeated_ids == 3
    ran = run("corpus", tmp_path / "in.jsonl", "-o", tmp_path / "told")
    assert "3 articles bear ids that another has" in ran.err


def test_verifying_from_the_command_line(source: Path, tmp_path: Path) -> None:
    write_corpus([source], tmp_path / "out", StandIn(), part_records=20)
    ran = run("corpus", "--verify", "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (0, f"{tmp_path / 'out'}: whole\n")
    (tmp_path / "out" / "claims" / "part-000001.parquet").unlink()
    ran = run("corpus", "--verify", "-o", tmp_path / "out")
    assert ran.code == 1
    assert "part-000001.parquet: missing or unreadable\n" in ran.err
    assert "1 amiss" in ran.err
    assert run("corpus", "--verify", "-o", tmp_path / "none").code == 1
    assert run("corpus", "-o", tmp_path / "none").code == 2
