"""Passports: the same files give the same record, and whatever is changed is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command import assert_refused, run

SAMPLES = ("dispatches.jsonl", "events.csv")
ASKED = ("dispatches.jsonl", "--events", "events.csv", "--since", "2022-09-05")


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples, and the passport of their report."""
    folder = tmp_path_factory.mktemp("published")
    for name in SAMPLES:
        shutil.copy(root / "data" / "samples" / name, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        ran = run("report", *ASKED, "-o", "report.json", "--passport", "passport.json")
    assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    for path in made.iterdir():
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def edit(path: Path, change: Any) -> None:
    record = json.loads(path.read_text("utf-8"))
    change(record)
    path.write_text(json.dumps(record), "utf-8")


def test_a_passport_names_claims_files_and_how_they_were_made(made: Path) -> None:
    record = json.loads((made / "passport.json").read_text("utf-8"))
    report = json.loads((made / "report.json").read_text("utf-8"))
    assert [c["@id"] for c in record["hasPart"]] == [f"urn:geomap:claim:{c['id']}" for c in report["claims"]]
    assert {f["name"] for f in record["isBasedOn"]} >= set(SAMPLES)
    assert record["geomap:options"] == {"inputs": ["dispatches.jsonl"], "events": "events.csv", "since": "2022-09-05"}
    shapes = [e["geometry"]["type"] for c in record["hasPart"] for e in c["verdict"]["evidence"] if "geometry" in e]
    assert shapes
    assert str(made) not in (made / "passport.json").read_text("utf-8")


def test_it_comes_out_equal_again_and_with_the_same_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run("verify", folder / "passport.json")
    assert ran.code == 0, ran.out
    assert ran.out.startswith("equal: ")
    monkeypatch.chdir(folder)
    before = (folder / "passport.json").read_bytes()
    assert run("report", *ASKED, "-o", "again.json", "--passport", "passport.json").code == 0
    assert (folder / "passport.json").read_bytes() == before


def test_files_may_lie_elsewhere(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "passport.json"
    shutil.move(folder / "passport.json", elsewhere)
    assert "dispatches.jsonl: not there" in assert_refused(run("verify", elsewhere))
    assert run("verify", elsewhere, "--from", folder).code == 0


def test_a_changed_file_is_named(folder: Path) -> None:
    path = folder / "events.csv"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    ran = run("verify", folder / "passport.json")
    assert ran.code == 1
    assert "events.csv: not the same file" in ran.out


def test_a_changed_figure_is_named_then_and_now(folder: Path) -> None:
    def change(record: dict[str, Any]) -> None:
        record["hasPart"][0]["verdict"]["label"] = "fits_well"
        record["hasPart"][1]["@id"] = "urn:geomap:claim:other"

    edit(folder / "passport.json", change)
    ran = run("verify", folder / "passport.json")
    assert ran.code == 1
    assert 'differs in verdict.label ("fits_well" then, ' in ran.out
    assert "no longer found" in ran.out
    assert "not in the passport" in ran.out


def test_another_version_is_said_where_something_differs(folder: Path) -> None:
    def change(record: dict[str, Any]) -> None:
        record["creator"]["softwareVersion"] = "0.0.1"

    edit(folder / "passport.json", change)
    assert run("verify", folder / "passport.json").code == 0
    edit(folder / "passport.json", lambda r: r["hasPart"].pop())
    assert "made with geomap 0.0.1" in run("verify", folder / "passport.json").out


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.clear(),
        lambda r: r.pop("hasPart"),
        lambda r: r["hasPart"].append(7),
        lambda r: r["isBasedOn"].append({"name": 1, "sha256": "x"}),
        lambda r: r.update({"geomap:options": []}),
        lambda r: r.update({"geomap:format": "other"}),
        lambda r: r["geomap:options"].update(inputs="x"),
        lambda r: r["geomap:options"].update(inputs=[7]),
        lambda r: r["geomap:options"].update(inputs=["gone.txt"]),
        lambda r: r["geomap:options"].update(inputs=["../../../../../../../etc/hostname"]),
        lambda r: r["geomap:options"].update(inputs=["/etc/hostname"]),
        lambda r: r["geomap:options"].update(gazetteer="x"),
        lambda r: r["geomap:options"].update(progress="x"),
        lambda r: r["geomap:options"].update(published=7),
        lambda r: r["geomap:options"].update(region=["x"]),
        lambda r: r.update(creator={}),
    ],
)
def test_hostile_passports_are_one_line(folder: Path, change: Any) -> None:
    edit(folder / "passport.json", change)
    assert_refused(run("verify", folder / "passport.json"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_what_is_no_passport(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.json").write_bytes(content)
    assert "no passport" in assert_refused(run("verify", tmp_path / "p.json"))


def test_standard_input_has_no_passport(tmp_path: Path) -> None:
    ran = run("report", "-", "-o", tmp_path / "a.json", "--passport", tmp_path / "p.json", stdin=b"Kyiv is 10 km away.")
    assert "standard input" in assert_refused(ran)
    assert list(tmp_path.iterdir()) == []
