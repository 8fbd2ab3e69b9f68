"""What is written: whole or not at all, through links, into devices, never over what was read or people decided."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from command import assert_refused, files_in, run

from geomap.errors import OutputError
from geomap.files import MARK, for_terminal, sweep, write_whole, writing
from geomap.outputs import Read, keep_apart

ROOT = Path(__file__).resolve().parent.parent
STORY = (
    "Troops advanced 5 km from Kyiv towards Brovary on Saturday, the ministry said. They took 300 square kilometres."
)
RECORD = {"id": "a", "text": STORY, "published_on": "2022-09-12"}
SHAPES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"status": "held", "date": "2022-09-10"},
            "geometry": {"type": "Polygon", "coordinates": [[[36, 49], [36.4, 49.1], [36.3, 49.5], [36, 49]]]},
        }
    ],
}


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.jsonl"
    path.write_text(json.dumps(RECORD) + "\n", "utf-8")
    return path


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    path = tmp_path / "2022-09-10.geojson"
    path.write_text(json.dumps(SHAPES), "utf-8")
    return path


def geomap(*arguments: object, **given: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own, as a shell starts it."""
    command = [sys.executable, "-m", "geomap", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output="stdout" not in given, timeout=120, **given)  # type: ignore[call-overload]


# ── through links, into devices ──────────────────────────────────────────────────────────────────────────────


def test_a_link_stays_a_link_and_the_file_behind_it_is_written(tmp_path: Path) -> None:
    real, link, dangling = tmp_path / "far" / "real.csv", tmp_path / "link.csv", tmp_path / "dangling.csv"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to("far/real.csv")
    dangling.symlink_to("far/made.csv")
    write_whole(link, "new")
    write_whole(dangling, "made")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert dangling.is_symlink()
    assert (tmp_path / "far" / "made.csv").read_text() == "made"


def test_a_device_and_a_pipe_get_the_bytes_and_stay_what_they_are(tmp_path: Path) -> None:
    write_whole(Path(os.devnull), "nothing")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    os.mkfifo(tmp_path / "pipe.csv")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe.csv").read_bytes()))
    reader.start()
    write_whole(tmp_path / "pipe.csv", "through")
    reader.join(timeout=30)
    assert got == [b"through"]
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe.csv").st_mode)


def test_what_cannot_be_written_says_so_in_one_line(tmp_path: Path, story: Path) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("loop.csv", "folder.csv", "story.jsonl/x.csv", "/dev/full"):
        line = assert_refused(run("extract", story, "--format", "csv", "-o", tmp_path / name))
        assert "cannot be written" in line or "folder" in line
    assert files_in(tmp_path) == ["folder.csv", "loop.csv", "story.jsonl"]
    with pytest.raises(OutputError, match="null byte"):
        write_whole(tmp_path / "no\0name.csv", "x")


def test_standard_output_is_minus_and_its_other_names(story: Path) -> None:
    plain = geomap("extract", story, "--format", "csv")
    for name in ("-", "/dev/stdout", "/proc/self/fd/1"):
        assert geomap("extract", story, "--format", "csv", "-o", name).stdout == plain.stdout
    assert geomap("distance", "Kyiv", "Lviv", "-o", "-").stdout.startswith(b"{")
    line = assert_refused(run("check", story, "--claimreview", "-"))
    assert "two answers on standard output" in line


def test_several_lines_may_be_appended_through_the_name_of_standard_output(tmp_path: Path, story: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("first\n")
    with log.open("ab") as opened:
        geomap("extract", story, "--format", "csv", "-o", "/dev/stdout", stdout=opened)
    assert log.read_text().startswith("first\nid,article")


# ── an output is no input ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["its name", "a roundabout path", "a hard link", "a symbolic link"])
def test_no_command_writes_over_what_it_reads(tmp_path: Path, story: Path, shapes: Path, way: str) -> None:
    def again(path: Path) -> Path:
        other = path.with_name(f"again-{path.name}")
        if way == "its name":
            return path
        if way == "a roundabout path":
            (tmp_path / "sub").mkdir(exist_ok=True)
            return tmp_path / "sub" / ".." / path.name
        if not other.exists():
            os.link(path, other) if way == "a hard link" else other.symlink_to(path.name)
        return other

    table = tmp_path / "story.csv"
    table.write_text(f'id,text\na,"{STORY}"\n')
    events = tmp_path / "events.csv"
    events.write_text("settlement,holder,date,source\nKyiv,UA,2022-09-10,wire\n")
    rules = tmp_path / "rules.toml"
    rules.write_text('property = "status"\nholder = "R"\nheld = ["held"]\n')
    later = tmp_path / "2022-09-12.geojson"
    later.write_text(json.dumps(SHAPES))
    report = tmp_path / "old.json"
    report.write_text("{}")
    commands: list[tuple[Path, list[object]]] = [
        (table, ["extract", table, "-o", again(table)]),
        (table, ["toponyms", table, "-o", again(table)]),
        (table, ["check", table, "-o", again(table)]),
        (table, ["review", table, "-o", again(table)]),
        (story, ["check", story, "--format", "json", "-o", again(story)]),
        (events, ["check", story, "--events", events, "-o", again(events)]),
        (events, ["check", story, "--events", events, "--claimreview", again(events)]),
        (events, ["report", story, "--claims", events, "-o", again(events)]),
        (rules, ["check", story, "--rules", rules, "--claimreview", again(rules)]),
        (shapes, ["check", story, "--control", f"ISW={tmp_path}", "--format", "geojson", "-o", again(shapes)]),
        (shapes, ["area", shapes, "--format", "json", "-o", again(shapes)]),
        (shapes, ["diff", shapes, later, "-o", again(shapes)]),
        (later, ["diff", shapes, later, "-o", again(later)]),
        (later, ["diff", f"A={shapes}", f"B={later}", "--sources", "-o", again(later)]),
        (shapes, ["series", tmp_path, "-o", again(shapes)]),
        (report, ["compare", report, report, "-o", again(report)]),
    ]
    for path, command in commands:
        before = path.read_bytes()
        line = assert_refused(run(*command))
        assert "it would be lost" in line, (command, line)
        assert path.read_bytes() == before


def test_the_configuration_of_the_folder_is_an_input(
    tmp_path: Path, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "geomap.toml").write_text("")
    assert "it would be lost" in assert_refused(run("check", story, "--format", "csv", "-o", "geomap.toml"))


def test_an_answer_appended_to_its_own_input_is_refused(story: Path) -> None:
    before = story.read_bytes()
    with story.open("ab") as opened:
        ran = geomap("extract", story, stdout=opened, stderr=subprocess.PIPE)
    assert ran.returncode == 1
    assert b"it would be lost" in ran.stderr
    assert story.read_bytes() == before


def test_two_answers_are_not_written_into_one_file(tmp_path: Path, story: Path) -> None:
    assert "written twice" in assert_refused(
        run("check", story, "-o", tmp_path / "x.json", "--claimreview", tmp_path / "x.json")
    )
    assert "written twice" in assert_refused(
        run(
            "series",
            story,
            "-o",
            tmp_path / "x.csv",
            "--format",
            "csv",
            "--map",
            tmp_path / "sub" / ".." / "x.html",
            "-o",
            tmp_path / "x.html",
        )
    )


def test_files_that_are_not_read_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.pdf").write_text("x")
    keep_apart([tmp_path / "in" / "notes.pdf", tmp_path / "new.csv"], [Read(tmp_path / "in", (".txt",))])
    with pytest.raises(OutputError, match="too"):
        keep_apart([tmp_path / "in" / "notes.pdf"], [Read(tmp_path / "in", (".pdf",))])


def test_python_saves_over_no_input_either(tmp_path: Path, story: Path) -> None:
    import geomap

    made = geomap.report(story)
    with pytest.raises(OutputError, match="it would be lost"):
        made.save_claimreview(story)
    link = tmp_path / "link.json"
    link.symlink_to(story)
    with pytest.raises(OutputError, match="it would be lost"):
        made.save(link)
    assert json.loads(story.read_text()) == RECORD


def test_a_text_takes_no_picture_of_anothers_along(tmp_path: Path, story: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n of somebody")
    line = assert_refused(run("report", story, "-o", tmp_path / "photo.md"))
    assert "photo.png" in line
    assert files_in(tmp_path) == ["photo.png", "story.jsonl"]
    assert run("report", story, "-o", tmp_path / "mine.md").code == 0
    assert run("report", story, "-o", tmp_path / "mine.md").code == 0, "its own it may replace"


def test_what_cannot_end_well_is_refused_before_it_begins(tmp_path: Path, story: Path, shapes: Path) -> None:
    assert "suffix" in assert_refused(run("report", story, "-o", tmp_path / "page.xyz"))
    assert "suffix" in assert_refused(run("check", story, "-o", tmp_path / "page.xyz"))
    assert ".html" in assert_refused(run("series", shapes, "--map", tmp_path / "m.svg", "-o", tmp_path / "s.csv"))
    line = assert_refused(run("report", story, "-o", tmp_path / "page.html", "--claimreview", tmp_path / "c.json"))
    assert "approved" in line
    assert "approved" in assert_refused(
        run("check", story, "-o", tmp_path / "c.csv", "--claimreview", tmp_path / "c.json")
    )
    assert files_in(tmp_path) == ["2022-09-10.geojson", "story.jsonl"]


def test_an_empty_answer_keeps_its_header(tmp_path: Path, shapes: Path) -> None:
    same = tmp_path / "2022-09-11.geojson"
    shutil.copy(shapes, same)
    assert run("diff", shapes, same, "--format", "csv").out.startswith("change,holder,area_km2\n")
    (tmp_path / "none.txt").write_text("Nothing to measure here.")
    assert run("extract", tmp_path / "none.txt", "--format", "csv").out.startswith("quote,kind")


# ── what people decided ──────────────────────────────────────────────────────────────────────────────────────


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_a_review_over_decisions_keeps_them(tmp_path: Path, story: Path) -> None:
    path = tmp_path / "decisions.csv"
    assert run("review", story, "-o", path).code == 0
    assert not path.with_name("decisions.csv.bak").exists()
    rows = rows_of(path)
    rows[0] |= {"decision": "drop", "by": "Ada", "note": "no place"}
    rows[1] |= {"note": "ask the desk"}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([*rows, rows[0] | {"quote": "an older text", "decision": "keep"}])
    decided = path.read_bytes()
    story.write_text(json.dumps(RECORD | {"text": STORY + " Later they left Lviv."}) + "\n")
    assert run("review", story, "-o", path).code == 0
    now = rows_of(path)
    assert [(r["quote"], r["by"]) for r in now if r["decision"]] == [
        (rows[0]["quote"], "Ada"),
        ("an older text", "Ada"),
    ]
    assert now[1]["note"] == "ask the desk"
    assert any(r["quote"] == "Lviv" for r in now)
    assert path.with_name("decisions.csv.bak").read_bytes() == decided
    again = path.read_bytes()
    assert run("review", story, "-o", path, "--decisions", path).code == 0
    assert path.read_bytes() == again
    assert path.with_name("decisions.csv.bak").read_bytes() == decided, "nothing changed: the copy stays"


def test_a_review_over_something_else_is_refused(tmp_path: Path, story: Path) -> None:
    other = tmp_path / "budget.csv"
    other.write_text("month,sum\nMay,5\n")
    assert "not written over it" in assert_refused(run("review", story, "-o", other))
    assert other.read_text() == "month,sum\nMay,5\n"
    decided, mine = tmp_path / "decided.csv", tmp_path / "mine.csv"
    for path in (decided, mine):
        assert run("review", story, "-o", path).code == 0
        path.write_text(path.read_text().replace(",mention,", ",mention,", 1))
        rows = rows_of(path)
        rows[0]["decision"] = "keep" if path == mine else "drop"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    before = decided.read_bytes()
    assert "decisions of its own" in assert_refused(run("review", story, "-o", decided, "--decisions", mine))
    assert decided.read_bytes() == before


# ── ends that nobody wished ──────────────────────────────────────────────────────────────────────────────────


def test_a_full_disk_behind_standard_output_is_one_line(story: Path) -> None:
    for arguments in (["extract", story], ["resolve", "Kyiv", "--format", "table"], ["--help"], ["--version"], []):
        with open("/dev/full", "wb") as full:
            ran = geomap(*arguments, stdout=full, stderr=subprocess.PIPE)
        assert ran.returncode == 1, arguments
        assert ran.stderr.count(b"\n") == 1, ran.stderr
        assert b"No space left" in ran.stderr


def test_a_closed_standard_output_is_one_line(story: Path) -> None:
    for closed, code in ((">&-", 1), (">&- 2>&-", 1), ("2>&-", 0), ("<&-", 0)):
        command = f'"{sys.executable}" -m geomap extract "{story}" {closed}'
        ran = subprocess.run(["sh", "-c", command], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
        assert ran.returncode == code, (closed, ran)
        assert b"Traceback" not in ran.stderr
    ran = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m geomap extract - <&-'],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert (ran.returncode, ran.stderr.count(b"\n")) == (1, 1)


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".geojson", ".csv", ".json", ".png"])
def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path, story: Path, suffix: str) -> None:
    target = tmp_path / f"report{suffix}"
    target.write_bytes(b"old")
    # a limit on the size of files stands for a full disk
    command = f'ulimit -f 1; trap "" XFSZ; exec "{sys.executable}" -m geomap report "{story}" -o "{target}"'
    ran = subprocess.run(["bash", "-c", command], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True)
    assert ran.returncode == 1, ran
    assert b"Traceback" not in ran.stderr, ran.stderr.decode()[-800:]
    assert ran.stderr.count(b"geomap: ") == 1
    assert target.read_bytes() == b"old"
    assert files_in(tmp_path) == [target.name, "story.jsonl"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopped_run_cleans_up_and_says_one_line(tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import sys, time; from pathlib import Path; from unittest import mock; import geomap.cli as cli\n"
        "from geomap.files import writing\n"
        "def slow(*given, **named):\n"
        "    with writing(Path(sys.argv[-1])) as beside:\n"
        "        beside.write_text('half'); print('half', flush=True); time.sleep(60)\n"
        "mock.patch('geomap.cli.stories.write_out', slow).start()\n"
        "mock.patch('geomap.pipeline.review', lambda *a, **b: '').start()\n"
        "cli.main()\n"
    )
    target = tmp_path / "out.csv"
    command = [sys.executable, "-c", script, "review", "x.txt", "-o", str(target)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline() == b"half\n"
        assert len(files_in(tmp_path)) == 1
        ran.send_signal(number)
        _, said = ran.communicate(timeout=30)
    assert (ran.returncode, said) == (128 + number, b"geomap: stopped\n")
    assert files_in(tmp_path) == []


def test_what_killed_runs_left_is_swept(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from geomap.files import writing\n"
        "with writing(Path(sys.argv[1])) as beside:\n"
        "    beside.write_text('half'); print('half', flush=True); time.sleep(60)\n"
    )
    target = tmp_path / "out.csv"
    command = [sys.executable, "-c", script, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}) as ran:
        assert ran.stdout is not None
        ran.stdout.readline()
        write_whole(tmp_path / "other.csv", "x")
        assert len(files_in(tmp_path)) == 2, "one that is being written stays"
        ran.kill()
    write_whole(tmp_path / "other.csv", "x")
    assert files_in(tmp_path) == ["other.csv"]
    (tmp_path / f".out{MARK}{os.getpid()}-00ff00ff.csv").write_text("its writer lives")
    (tmp_path / f".hidden-{os.getpid()}.csv").write_text("not ours")
    sweep(tmp_path)
    assert len(files_in(tmp_path)) == 3
    os.utime(tmp_path / f".out{MARK}{os.getpid()}-00ff00ff.csv", (time.time() - 7200,) * 2)
    sweep(tmp_path)
    assert files_in(tmp_path) == [f".hidden-{os.getpid()}.csv", "other.csv"]


def test_data_are_on_disk_before_they_take_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("synced"), sync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda self, to: (done.append("renamed"), replace(self, to))[1])
    with writing(tmp_path / "x.csv") as beside:
        beside.unlink()  # as some libraries do
        beside.write_text("new")
    assert done == ["synced", "renamed"]
    assert (tmp_path / "x.csv").read_text() == "new"


# ── terminals ────────────────────────────────────────────────────────────────────────────────────────────────

NASTY = "Kyiv \x1b]0;owned\x07\x1b[31m \x9b2J \u202eeslaf\u202c \x7f\u2066 5 km from Kyiv\u200f \U000e0041"


def on_terminal(*arguments: object) -> str:
    """What a terminal gets of a command's answer."""
    leader, follower = pty.openpty()
    got = bytearray()

    def read() -> None:
        try:
            while data := os.read(leader, 65536):
                got.extend(data)
        except OSError:  # Linux says so when the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    geomap(*arguments, stdout=follower, stderr=follower)
    os.close(follower)
    reader.join(timeout=30)
    os.close(leader)
    return got.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "table", "geojson", "review"])
def test_nothing_commands_a_terminal(tmp_path: Path, form: str) -> None:
    path = tmp_path / "story.jsonl"
    path.write_text(json.dumps(RECORD | {"id": f"a{NASTY}", "text": f"{STORY} {NASTY} and Lviv."}))
    seen = on_terminal("review", path) if form == "review" else on_terminal("toponyms", path, "--format", form)
    assert "Lviv" in seen
    bad = {c for c in seen if not c.isprintable() and c not in "\n\t\x1b"}
    bad |= {part for part in seen.split("\x1b")[1:] if form != "table" or not part.startswith(("[0m", "[1m"))}
    assert not bad
    if form in ("json", "geojson"):
        found = json.loads(seen)
        assert f"a{NASTY}" == (found[0]["article"] if form == "json" else found["features"][0]["properties"]["article"])
    elif form == "csv":
        assert "\\x1b]0;owned\\x07" in seen
    raw = geomap("toponyms", path, "--format", "csv").stdout.decode()
    assert NASTY in raw, "programs get it as it is"


def test_text_stays_readable_on_a_terminal() -> None:
    plain = "Київ, می\u200cخواهم\t“5\xa0km”\n"
    assert for_terminal(plain) == plain
    assert json.loads(for_terminal(json.dumps(NASTY, ensure_ascii=False), as_json=True)) == NASTY
