"""The first minute: a report without -o, and the demo."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from command import assert_refused, files_in, run

STORY = "Lviv is 470 km from Kyiv."


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_a_report_without_an_output_is_named_after_its_story(story: Path, tmp_path: Path) -> None:
    ran = run("report", story)
    assert (ran.code, ran.out) == (0, "")
    assert "wrote story.html" in ran.err
    assert 'id="geomap-data"' in (tmp_path / "story.html").read_text(encoding="utf-8")
    assert run("report", story).code == 0, "its own page it may replace"
    assert files_in(tmp_path) == ["in", "in/story.txt", "story.html"]


def test_what_is_not_geomaps_is_not_written_over(story: Path, tmp_path: Path) -> None:
    mine = tmp_path / "story.html"
    mine.write_text("<p>mine</p>", encoding="utf-8")
    assert "no page of geomap's" in assert_refused(run("report", story))
    assert mine.read_text(encoding="utf-8") == "<p>mine</p>"


def test_a_page_on_standard_output_is_asked_for(story: Path, tmp_path: Path) -> None:
    ran = run("report", story, "-o", "-")
    assert ran.code == 0
    assert 'id="geomap-data"' in ran.out
    assert files_in(tmp_path) == ["in", "in/story.txt"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (["in/story.txt.gz"], "story.html"),
        (["in"], "in.html"),
        (["in/story.txt", "in/story.txt"], "report.html"),
        (["."], None),
        (["-"], "report.html"),
    ],
)
def test_names_of_pages(story: Path, tmp_path: Path, given: list[str], name: str | None) -> None:
    from geomap.cli.stories import _page_named_after

    (tmp_path / "in" / "story.txt.gz").write_bytes(gzip.compress(STORY.encode()))
    assert _page_named_after(given).name == (name or f"{tmp_path.name}.html")


def test_the_demo_keeps_others_files(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("mine", encoding="utf-8")
    assert "not the sample" in assert_refused(run("demo", tmp_path))
    (tmp_path / "events.csv").unlink()
    (tmp_path / "map.html").write_text("mine", encoding="utf-8")
    assert "no page of geomap's" in assert_refused(run("demo", tmp_path))
    assert files_in(tmp_path) == ["map.html"]


@pytest.mark.slow
def test_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("demo", "out")
    assert (ran.code, ran.out) == (0, "")
    assert files_in(tmp_path / "out") == ["dispatches.jsonl", "events.csv", "map.html", "report.html"]
    for name in files_in(tmp_path / "out"):
        assert f"out/{name}" in ran.err
    assert "geomap report out/dispatches.jsonl" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
