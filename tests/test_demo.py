"""The first minute: a report without -o, the demo, and what a desk puts on its page."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from unittest import mock

import pytest
from command import assert_refused, files_in, run
from matplotlib.axes import Axes

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


HOSTILE_SVG = b"""<?xml version="1.0"?>
<!-- a logo --><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>"""


def test_what_a_desk_puts_on_its_page(story: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_bytes(HOSTILE_SVG)
    told = ["--title", "A <b>title</b>", "--source", "The Desk", "--url", "https://example.org/a", "--byline", "A <i>",
            "--headline", "Not <u>so</u> far", "--logo", "logo.svg"]  # fmt: skip
    for command, output in (("report", "page.html"), ("map", "map.html")):
        ran = run(command, story, *told, "-o", output)
        assert ran.code == 0, ran.err
        page = (tmp_path / output).read_text(encoding="utf-8")
        assert "Not &lt;u&gt;so&lt;/u&gt; far</h1>" in page
        assert "A &lt;i&gt;</p>" in page
        assert page.count("<img ") == 1
        assert 'src="data:image/svg+xml;base64,' in page
        for markup in ("alert(1)", "alert(2)", "<u>", "<b>title", "<i>"):
            assert markup not in page, "a logo is a picture, never markup of the page"
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "A &lt;b&gt;title&lt;/b&gt;</a>, " in page
    assert 'href="https://example.org/a"' in page
    found = json.loads(run("check", story, "--source", "The Desk", "--format", "json").out)
    assert found[0]["kind"] == "distance"


def test_a_record_that_says_its_title_keeps_it(story: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"id": "a", "text": STORY, "title": "Its own"}), encoding="utf-8")
    assert run("report", "a.json", "--title", "Another", "--source", "Desk", "-o", "r.json").code == 0
    (article,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["articles"]
    assert (article["title"], article["source"]) == ("Its own", "Desk")


@pytest.mark.parametrize(
    "content", [b"GIF89a", b"<html><svg></svg></html>", b"", b"<svgx/>", b"<svg>" + b" " * 600_000]
)
def test_a_logo_is_a_small_picture(story: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo.svg").write_bytes(content)
    assert_refused(run("report", story, "--logo", "logo.svg", "-o", "page.html"))
    assert files_in(tmp_path) == ["in", "in/story.txt", "logo.svg"]


def test_a_logo_is_not_written_over(story: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_bytes(HOSTILE_SVG)
    assert "is the input" in assert_refused(run("map", story, "--logo", "logo.svg", "-o", "logo.svg"))


def test_a_claim_alone(story: Path, tmp_path: Path) -> None:
    story.write_text(f"{STORY} Poltava is 90 km from Kharkiv.", encoding="utf-8")
    first, second = json.loads(run("check", story, "--format", "json").out)
    ran = run("map", story, "--claim", second["id"], "--size", "1200x675", "-o", "card.png")
    assert ran.code == 0, ran.err
    card = (tmp_path / "card.png").read_bytes()
    assert struct.unpack(">II", card[16:24]) == (1200, 675)
    assert run("map", story, "--claim", second["id"], "-o", "card.html").code == 0
    page = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert "Poltava is 90 km from Kharkiv" in page.partition('<h1 class="gm-title"')[2].partition("</h1>")[0]
    assert first["id"] not in page, "it is alone"
    line = assert_refused(run("map", story, "--claim", "none", "-o", "card.png"))
    assert second["id"] in line


@pytest.mark.parametrize("size", ["1200", "0x0", "99999x400", "axb", "²x400", "1200x675x2"])
def test_sizes_of_cards(story: Path, size: str) -> None:
    assert run("map", story, "--size", size, "-o", "card.png").code == 2
    assert run("map", story, "--size", "1200x675", "-o", "card.html").code == 2


def test_a_card_tells_claimed_and_measured(story: Path) -> None:
    import geomap

    report = geomap.report(text=STORY)
    (claim,) = report.assessment.claims
    drawn: list[str] = []
    with mock.patch("matplotlib.axes.Axes.text", autospec=True, side_effect=Axes.text) as text:
        report.alone(claim.id).save("card.svg", size=(1080, 1350))
        drawn = [str(call.args[3]) for call in text.call_args_list]
    assert any(words.startswith("says 470 km, measured 4") for words in drawn), drawn
    assert {"Lviv", "Kyiv"} <= set(drawn)


@pytest.mark.slow
def test_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("demo", "out")
    assert (ran.code, ran.out) == (0, "")
    assert files_in(tmp_path / "out") == ["dispatches.jsonl", "events.csv", "map.html", "report.html"]
    for name in files_in(tmp_path / "out"):
        assert f"out/{name}" in ran.err
    assert "geomap report out/dispatches.jsonl" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
