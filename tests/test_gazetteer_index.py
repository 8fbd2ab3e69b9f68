"""The index file: what goes in comes out, built once, whole or not at all."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from geomap.errors import GazetteerError
from geomap.gazetteer import cache, checking, data, index, normalise, shipped, writing
from geomap.gazetteer.index import ALTERNATE, PRIMARY, Index, Row, signature
from geomap.gazetteer.writing import write_index


def rows(count: int = 300) -> list[Row]:
    chance = random.Random(7)
    syllables = ["ka", "no", "ri", "stan", "burg", "lo", "mi", "zhe", "ow", "by", "sk", "ul", "ba", "ter"]
    made = []
    for i in range(count):
        name = "".join(chance.choices(syllables, k=chance.randint(2, 4))).title()
        alternates = [(name[::-1], ALTERNATE), (f"{name} {i % 7}", PRIMARY)]
        made.append(
            Row(
                i * 3 + 1 if i % 5 else f"geomap:row-{i}", name, alternates, 40 + i / 100, -20 - i / 50,
                "P.PPL" if i % 2 else "A.ADM1", "UA" if i % 3 else "PL", f"{i % 4:02d}", "", i * 10, i / 100, "test",
            )
        )  # fmt: skip
    return made


@pytest.fixture
def small(tmp_path: Path) -> Index:
    write_index(rows(), tmp_path, {"name": "small"})
    return Index(tmp_path)


def test_every_row_is_found_by_every_name_and_id(small: Index) -> None:
    for number, row in enumerate(rows()):
        assert small.name(number) == row.name
        assert small.row(small.id(number)) == number
        assert (number, PRIMARY) in small.rows(normalise(row.name))
        for name, kind in row.alternates:
            assert any(n == number and k <= kind for n, k in small.rows(normalise(name)))
        assert small.column("lat")[number] == row.lat
        assert small.column("lon")[number] == row.lon
        assert small.features[small.column("feature")[number]] == row.feature
        assert small.admin1s[small.column("admin1")[number]] == f"{row.country}.{row.admin1}"
    assert small.row("geonames:999999") is None
    assert small.row("geomap:none") is None
    assert small.row("") is None
    assert small.row("geonames:" + "9" * 400) is None


def test_prefixes_are_of_whole_words(small: Index) -> None:
    name = normalise(rows()[0].name)
    assert small.has(name)
    assert small.has_prefix(name)  # "<name> 0" is an alternate
    assert not small.has_prefix(name[:-1])
    assert not small.has_prefix(f"{name} 0")


def test_runs_and_shards_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole := tmp_path / "whole").mkdir()
    write_index(rows(), whole, {})
    monkeypatch.setattr(writing, "BATCH", 30)
    monkeypatch.setattr(writing, "RUN", 50)
    monkeypatch.setattr(writing, "SHARD", 40)
    (cut := tmp_path / "cut").mkdir()
    write_index(rows(), cut, {})
    one, many = Index(whole), Index(cut)
    assert len(many.meta["shards"]["keys"]) > 10
    assert not list(cut.glob("*.run*"))
    for row in rows():
        for name in (row.name, *(a for a, _ in row.alternates)):
            key = normalise(name)
            assert sorted(one.rows(key)) == sorted(many.rows(key))
            assert one.has_prefix(key) == many.has_prefix(key)
    for wrong in ("kanori", "lomistan", "burgzhe"):
        assert one.similar(wrong) == many.similar(wrong)


def test_an_empty_index_answers(tmp_path: Path) -> None:
    write_index([], tmp_path, {})
    empty = Index(tmp_path)
    assert empty.rows("kyiv") == []
    assert not empty.has("kyiv")
    assert not empty.has_prefix("kyiv")
    assert empty.similar("kyiv") == []
    assert empty.row("geonames:1") is None


@given(st.text("abcdefghijklmnop xyz", min_size=4, max_size=12), st.data())
def test_two_edits_never_escape_the_signature(word: str, draw: st.DataObject) -> None:
    other = list(word)
    for _ in range(2):
        at = draw.draw(st.integers(0, len(other)))
        edit = draw.draw(st.sampled_from("ids"))
        letter = draw.draw(st.sampled_from("abcxyz1é"))
        if edit == "i":
            other.insert(at, letter)
        elif other and at < len(other):
            other[at : at + 1] = [] if edit == "d" else [letter]
    assert (signature(word) ^ signature("".join(other))).bit_count() <= 4


@given(st.lists(st.text("abcdefghijklmnop xyz0189.-", max_size=20), max_size=9))
def test_signatures_of_many_keys_are_those_of_each(keys: list[str]) -> None:
    assert writing.signatures_of(keys).tolist() == [signature(key) for key in keys]


@settings(max_examples=30, deadline=None)
@given(draw=st.data())
def test_fuzzy_look_up_loses_nothing(tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "fuzzy"
    if not folder.exists():
        folder.mkdir()
        write_index(rows(2000), folder, {})
    small = Index(folder)
    keys = {normalise(n) for r in rows(2000) for n in (r.name, *(a for a, _ in r.alternates))}
    keys = {k for k in keys if len(k) >= index.FUZZY_MIN}
    wanted = list(draw.draw(st.sampled_from(sorted(keys))))
    for _ in range(2):
        wanted[draw.draw(st.integers(0, len(wanted) - 1))] = draw.draw(st.sampled_from(["", "a", "k", "zz"]))
    word = "".join(wanted)
    scan = sorted((d, k) for k in keys if (d := Levenshtein.distance(word, k)) <= 2)
    assert small.similar(word) == scan


# ── built once, whole or not at all ──────────────────────────────────────────────────────────────────────────

BUILDER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_gazetteer_index import rows
from geomap.gazetteer import cache
from geomap.gazetteer.writing import write_index

def build(folder, step):
    with open({log!r}, "a") as file:
        file.write("built\\n")
    write_index(rows(), folder, {{}})
    time.sleep({seconds})

print(cache.open_or_build("tiny", build).count)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("GEOMAP_CACHE", str(folder))
    cache.cache_folder.cache_clear()
    yield folder
    cache.cache_folder.cache_clear()


def _start(home: Path, seconds: float) -> subprocess.Popen[str]:
    tests = Path(__file__).resolve().parent
    script = BUILDER.format(tests=str(tests), log=str(home.parent / "log"), seconds=seconds)
    environment = os.environ | {"GEOMAP_CACHE": str(home), "PYTHONPATH": str(tests.parent)}
    return subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _build(folder: Path, step: Callable[[int], None]) -> None:
    write_index(rows(), folder, {})


def test_two_processes_build_once(home: Path) -> None:
    workers = [_start(home, 1.0) for _ in range(2)]
    outputs = [worker.communicate(timeout=60) for worker in workers]
    assert [out.strip() for out, _ in outputs] == ["300", "300"], outputs
    assert (home.parent / "log").read_text() == "built\n"
    assert not list(home.glob("*partial*"))


def test_a_killed_build_leaves_no_index(home: Path) -> None:
    worker = _start(home, 60)
    deadline = time.monotonic() + 30
    while not list(home.glob("tiny.partial-*/meta.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=10)
    assert not (home / f"tiny-v{index.FORMAT}").exists()
    left = list(home.glob("tiny.partial-*"))
    assert len(left) == 1
    long_ago = time.time() - 2 * cache.STALE_SECONDS
    for path in (*left[0].iterdir(), left[0]):
        os.utime(path, (long_ago, long_ago))
    assert cache.open_or_build("tiny", _build).count == 300
    assert not list(home.glob("*partial*"))


@pytest.mark.parametrize("harm", ["short", "gone", "json", "format"])
def test_a_damaged_index_is_built_again(home: Path, harm: str) -> None:
    folder = cache.open_or_build("tiny", _build).folder
    if harm == "short":
        os.truncate(folder / "lat.col", 8)
    elif harm == "gone":
        (folder / "keys.0.trie").unlink()
    elif harm == "json":
        (folder / "meta.json").write_text('{"name": ')
    else:
        meta = json.loads((folder / "meta.json").read_text())
        (folder / "meta.json").write_text(json.dumps(meta | {"format": 0}))
    with pytest.raises(GazetteerError, match="tiny"):
        Index(folder)
    assert cache.open_or_build("tiny", _build).rows(normalise(rows()[3].name))


@pytest.mark.parametrize("harm", ["one bit", "zeros", "swapped"])
def test_an_index_with_other_contents_of_the_same_size_is_built_again(home: Path, harm: str) -> None:
    for name in ("keys.0.trie", "loose.0.trie", "fuzzy.0.trie", "lat.col", "names.utf8", "extra.json", "meta.json"):
        path = cache.open_or_build("tiny", _build).folder / name
        before, times = path.read_bytes(), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
        if harm == "one bit":
            after = bytearray(before)
            after[len(before) // 2] ^= 1
        elif harm == "zeros":
            after = bytes(len(before))
        else:
            half = len(before) // 2
            after = before[half:] + before[:half]
        if after == before:
            continue  # an empty or one-valued file
        path.write_bytes(after)
        os.utime(path, ns=times)  # nor does the time of change tell
        with pytest.raises(GazetteerError, match=r"tiny.*(damaged|not a gazetteer|version)"):
            Index(path.parent)
        assert cache.open_or_build("tiny", _build).rows(normalise(rows()[3].name))
        assert path.read_bytes() == before


def test_an_index_is_hashed_once_a_day_and_when_the_machine_was_started_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = cache.open_or_build("tiny", _build).folder
    hashed: list[str] = []
    real = checking._digest
    monkeypatch.setattr(checking, "_digest", lambda path: hashed.append(path.name) or real(path))
    Index(folder)
    assert hashed == []
    stamp = json.loads((folder / checking.CHECKED).read_text())
    for late in (
        {"at": stamp["at"] - 2 * checking.DAY_SECONDS},
        {"seen": ["another start", stamp["seen"][1]]},
        {"at": None},
    ):
        (folder / checking.CHECKED).write_text(json.dumps(stamp | late))
        hashed.clear()
        Index(folder)
        assert "keys.0.trie" in hashed
        hashed.clear()
        Index(folder)
        assert hashed == []


def test_a_build_that_fails_leaves_nothing(home: Path) -> None:
    def fail(folder: Path, step: Callable[[int], None]) -> None:
        (folder / "lat.col").write_bytes(b"")
        raise OSError(28, "No space left on device")

    with pytest.raises(GazetteerError, match=r"No space left.*GEOMAP_CACHE"):
        cache.open_or_build("tiny", fail)
    assert [p.suffix for p in home.iterdir()] == [".lock"]


def test_without_a_home_the_index_goes_to_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GEOMAP_CACHE", raising=False)
    blocked = tmp_path / "file"
    blocked.write_text("no folder can be made under a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    cache.cache_folder.cache_clear()
    folder = cache.cache_folder()
    cache.cache_folder.cache_clear()
    assert folder.is_dir()
    assert tmp_path in folder.parents
    note = capsys.readouterr().err
    assert note.count("\n") == 1
    assert "set GEOMAP_CACHE" in note


def test_a_cache_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path / "file"))
    cache.cache_folder.cache_clear()
    with pytest.raises(GazetteerError, match="GEOMAP_CACHE"):
        cache.cache_folder()
    cache.cache_folder.cache_clear()


# ── shipped data ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_damaged_data_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("registry.json", "aliases.csv", "demonyms.csv"):
        shutil.copy(data.data_folder() / name, tmp_path / name)
    monkeypatch.setattr(data, "data_folder", lambda: tmp_path)
    assert data.read_csv("aliases.csv")
    with (tmp_path / "aliases.csv").open("a") as file:
        file.write("UA,Ruritania,none\n")
    with pytest.raises(GazetteerError, match=r"aliases\.csv: damaged.*expected.*install"):
        data.read_csv("aliases.csv")
    (tmp_path / "demonyms.csv").unlink()
    with pytest.raises(GazetteerError, match=r"demonyms\.csv: missing"):
        data.read_csv("demonyms.csv")


def test_the_registry_names_every_data_file(root: Path) -> None:
    folder = root / "data" / "gazetteer"
    files = {p.name for p in folder.iterdir() if p.suffix in (".parquet", ".csv")}
    assert files == set(data.registry())
    assert sum((folder / name).stat().st_size for name in files) <= 15e6
    for name in files:
        data.read_bytes(name)


# ── the index that comes along ───────────────────────────────────────────────────────────────────────────────


def test_the_index_is_prebuilt_once_and_replaces_older_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def build(folder: Path, step: Callable[[int], None]) -> None:
        built.append(folder)
        write_index(rows(), folder, {})

    monkeypatch.setattr(shipped, "build", build)
    (tmp_path / "base-00000000-v1").mkdir()
    folder = shipped.prebuild(tmp_path)
    assert shipped.prebuild(tmp_path) == folder
    assert len(built) == 1
    assert list(tmp_path.iterdir()) == [folder]
    assert folder.name == shipped.index_folder().name
    (folder / "names.utf8").write_bytes(b"damaged")
    shipped.prebuild(tmp_path)
    assert len(built) == 2
    assert Index(folder).count == 300


def test_without_tables_a_missing_index_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "data_folder", lambda: tmp_path)
    (tmp_path / "registry.json").write_text("{}")
    with pytest.raises(GazetteerError, match="install geomap again"):
        shipped.build(tmp_path, lambda done: None)
