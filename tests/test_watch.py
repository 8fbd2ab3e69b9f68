"""Watching feeds: against a server on loopback that answers, says nothing is new, lies, and breaks."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from command import assert_refused, files_in, run

pytest.importorskip("feedparser")


class Served:
    """What a server answers, by path, and what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.address = ""


@pytest.fixture
def server() -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, dict(self.headers.items())))
            status, headers, body = served.pages.get(self.path, (404, {}, b""))
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield served
    http.shutdown()
    http.server_close()
    thread.join()


def feed(outlet: str, *entries: tuple[str, str]) -> bytes:
    items = "".join(
        f"<item><guid>{key}</guid><title>Note {key}</title><description>{text}</description>"
        f"<pubDate>Sat, 10 Sep 2022 1{n}:00:00 GMT</pubDate></item>"
        for n, (key, text) in enumerate(entries)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{outlet}</title>{items}</channel></rss>".encode()


TOOK = "Ukrainian forces captured Izium on Saturday."
FAR = "Kupiansk lies 61 km from Izium, an officer said."
FARTHER = "Kupiansk lies 190 km from Izium, an officer said."


def said(ledger: Path) -> list[dict[str, Any]]:
    ran = run("watch", "--report", ledger, "--format", "json")
    assert ran.code == 0, ran.err
    import json

    found: list[dict[str, Any]] = json.loads(ran.out)
    return found


def test_entries_are_kept_once_and_nothing_new_is_asked_for_by_etag(server: Served, tmp_path: Path) -> None:
    server.pages["/a"] = (200, {"ETag": '"one"'}, feed("Paper", ("1", TOOK), ("2", FAR)))
    ledger = tmp_path / "ledger.sqlite"
    first = run("watch", f"{server.address}/a", "-o", ledger)
    assert first.code == 0, first.err
    assert "2 new entries, 0 changed" in first.err
    again = run("watch", f"{server.address}/a", "-o", ledger)
    assert "0 new entries, 0 changed" in again.err
    assert server.asked[1][1]["If-None-Match"] == '"one"'
    assert [path for path, _ in server.asked] == ["/a", "/a"]
    assert files_in(tmp_path) == ["ledger.sqlite"]


def test_two_outlets_agree_and_contradict(server: Served, tmp_path: Path) -> None:
    server.pages["/a"] = (200, {}, feed("Paper", ("1", TOOK), ("2", FAR)))
    server.pages["/b"] = (200, {}, feed("Wire", ("1", TOOK), ("9", FARTHER)))
    ledger = tmp_path / "ledger.sqlite"
    assert run("watch", f"{server.address}/a", f"{server.address}/b", "-o", ledger).code == 0
    found = said(ledger)
    assert {r["what"] for r in found} >= {"seen again", "contradicted"}
    again = next(r for r in found if r["what"] == "seen again")
    assert sorted(again["sources"]) == ["Paper", "Wire"]
    against = next(r for r in found if r["what"] == "contradicted")
    assert "190" in against["sentence"]


def test_a_changed_entry_is_a_correction(server: Served, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    for text in (FAR, FARTHER):
        server.pages["/a"] = (200, {}, feed("Paper", ("2", text)))
        assert run("watch", f"{server.address}/a", "-o", ledger).code == 0
    found = said(ledger)
    assert {r["what"] for r in found} == {"corrected"}
    assert {r["sources"][0] for r in found} == {"Paper"}
    assert any("190" in r["sentence"] for r in found)
    with sqlite3.connect(ledger) as base:
        versions = base.execute("SELECT version FROM entries ORDER BY version").fetchall()
    base.close()
    assert versions == [(1,), (2,)]


def test_a_feed_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "feed.rss").write_bytes(feed("Paper", ("1", TOOK)))
    assert run("watch", tmp_path / "feed.rss", "-o", tmp_path / "l.sqlite").code == 0


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ((500, {}, b"oops"), "answers with 500"),
        ((404, {}, b""), "answers with 404"),
        ((200, {}, b"<html><body>no feed</body></html>"), "without an entry"),
        ((200, {}, b""), "without an entry"),
        ((200, {"Content-Length": "99999"}, b"short"), "cut short"),
        ((200, {}, b"<!DOCTYPE x [<!ENTITY a 'b'>]><rss><channel><item/></channel></rss>"), "entities"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "redirects|answers with 302"),
        ((302, {"Location": "/a"}, b""), "redirect|answers with 302"),
    ],
)
def test_feeds_that_fail_are_one_line_and_leave_nothing(
    server: Served, tmp_path: Path, page: tuple[int, dict[str, str], bytes], says: str
) -> None:
    import re

    server.pages["/a"] = page
    ran = run("watch", f"{server.address}/a", "-o", tmp_path / "l.sqlite")
    assert ran.code == 1
    assert re.search(says, ran.err), ran.err
    assert "none of 1 feeds" in ran.err
    assert files_in(tmp_path) == []


def test_one_broken_feed_does_not_hold_up_another(server: Served, tmp_path: Path) -> None:
    server.pages["/b"] = (200, {}, feed("Wire", ("1", TOOK)))
    ran = run("watch", f"{server.address}/a", f"{server.address}/b", "-o", tmp_path / "l.sqlite")
    assert ran.code == 0
    assert "1 new entries, 0 changed, 1 feeds not read" in ran.err


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1:1/x", "gopher://x"])
def test_other_addresses_are_refused(tmp_path: Path, address: str) -> None:
    ran = run("watch", address, "-o", tmp_path / "l.sqlite")
    assert ran.code == 1
    assert "root:" not in ran.err
    assert files_in(tmp_path) == []


def test_another_file_is_never_taken_for_a_ledger(server: Served, tmp_path: Path) -> None:
    server.pages["/a"] = (200, {}, feed("Paper", ("1", TOOK)))
    other = tmp_path / "notes.txt"
    other.write_text("my notes, not a ledger")
    ran = run("watch", f"{server.address}/a", "-o", other)
    assert "no ledger" in assert_refused(ran)
    assert other.read_text() == "my notes, not a ledger"
    base = sqlite3.connect(tmp_path / "other.sqlite")
    base.execute("CREATE TABLE mine (x)")
    base.commit()
    base.close()
    assert "no ledger" in assert_refused(run("watch", f"{server.address}/a", "-o", tmp_path / "other.sqlite"))
    assert "no such ledger" in assert_refused(run("watch", "--report", tmp_path / "gone.sqlite"))


def test_wrong_usage(tmp_path: Path) -> None:
    assert run("watch").code == 2
    assert run("watch", "x.rss").code == 2
    assert run("watch", "-o", tmp_path / "l.sqlite").code == 2
    assert run("watch", "x.rss", "--report", tmp_path / "l.sqlite").code == 2
