"""Nothing asks the network unless a flag does, and nothing repeats an article's text where logs end up."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path
from typing import Any

import pytest
from command import run

from geomap.corpus import write_corpus
from geomap.harvest import Harvest

TEXT = (
    "Firefighters said on Monday that the blaze near Redding, California, had burned 4,100 acres. It stood 12 km "
    "north of Anderson. See https://example.org/fire and <img src='https://example.org/x.png'>."
)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every way to an address, a lookup of one included, is noted and refused."""
    asked: list[Any] = []

    def refuse(*address: Any, **more: Any) -> Any:
        asked.append(address)
        raise OSError("no network in this test")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    return asked


def test_no_command_asks_the_network(no_network: list[Any], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    story = tmp_path / "story.json"
    story.write_text(json.dumps({"id": "a", "url": "https://example.org/a", "text": TEXT}))
    page = tmp_path / "story.html"
    page.write_text(f"<html><body><article><p>{TEXT}</p><p>{TEXT}</p></article></body></html>")
    for arguments in (
        ["report", story, page, "--published", "2021-07-05", "-o", tmp_path / "r.html"],
        ["report", story, "--published", "2021-07-05", "-o", tmp_path / "r.json"],
        ["map", story, "-o", tmp_path / "m.html"],
        ["check", story, "--published", "2021-07-05", "-o", tmp_path / "c.json"],
        ["extract", story, "-o", tmp_path / "e.json"],
        ["toponyms", story, "-o", tmp_path / "t.json"],
        ["review", story, "-o", tmp_path / "d.csv"],
        ["corpus", story, "-o", tmp_path / "corpus"],
        ["resolve", "Redding"],
        ["distance", "Redding", "Anderson"],
        ["hull", "Redding", "Anderson", "Chico"],
    ):
        ran = run(*arguments)
        assert ran.code == 0, ran.err
        assert no_network == [], arguments
        said = ran.err + caplog.text
        for words in ("Firefighters", "4,100 acres", "blaze near"):
            assert (
                words not in said.replace("burned 4,100 acres", "") if arguments[0] == "report" else words not in said
            )
    for made in ("r.html", "m.html"):
        text = (tmp_path / made).read_text("utf-8")
        assert 'src="http' not in text
        assert "<img src='https" not in text


def test_reading_for_a_corpus_asks_no_network(no_network: list[Any], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"id": "a", "text": TEXT}))
    # in this process, where the network is watched; `make test-offline` watches the other one
    write_corpus([tmp_path / "a.json"], tmp_path / "corpus", Harvest(), limits=None)
    assert no_network == []


def test_online_is_asked_for_and_answers_in_one_line(no_network: list[Any]) -> None:
    ran = run("resolve", "Redding", "--online", "--contact", "desk@example.org")
    assert ran.code in (0, 1)
    assert len(ran.err.splitlines()) <= 1
    assert "Traceback" not in ran.err
    assert no_network, "the flag is what opens the network"
