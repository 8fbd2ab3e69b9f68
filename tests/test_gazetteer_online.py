"""Nominatim, against a server on loopback that behaves like it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from geomap.errors import InputError, NetworkError
from geomap.gazetteer import cache, find_online, online

ANSWER = {
    "place_id": 1, "licence": "Data © OpenStreetMap contributors, ODbL 1.0", "osm_type": "relation", "osm_id": 42,
    "lat": "49.2088", "lon": "37.2485", "class": "boundary", "type": "administrative", "addresstype": "town",
    "importance": 0.51, "name": "Izium", "display_name": "Izium, Kharkiv Oblast, Ukraine",
    "address": {"town": "Izium", "state": "Kharkiv Oblast", "country": "Ukraine", "country_code": "ua"},
    "boundingbox": ["49.1", "49.3", "37.1", "37.4"],
}  # fmt: skip


class Nominatim(ThreadingHTTPServer):
    """Answers searches; ``status`` and ``body`` say otherwise; refuses who names nobody or comes too often."""

    status = 200
    body: bytes | None = None
    delay = 0.0
    strict = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[float, str, dict[str, list[str]]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Nominatim

    def do_GET(self) -> None:
        query = parse_qs(urlparse(self.path).query)
        now, agent = time.monotonic(), self.headers.get("User-Agent", "")
        early = bool(self.server.seen) and now - self.server.seen[-1][0] < 0.95
        self.server.seen.append((now, agent, query))
        time.sleep(self.server.delay)
        status = self.server.status
        if self.server.strict and early:
            status = 429
        if "@" not in agent and "http" not in agent:
            status = 403
        found = [ANSWER] if query.get("q", [""])[0].startswith("Iz") else []
        body = self.server.body if self.server.body is not None else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # who asked has gone

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nominatim]:
    monkeypatch.setenv("GEOMAP_CACHE", str(tmp_path))
    cache.cache_folder.cache_clear()
    monkeypatch.setattr(online, "_last_request", 0.0)
    running = Nominatim()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()
    cache.cache_folder.cache_clear()


def ask(server: Nominatim, name: str, **options: object) -> list[object]:
    host = f"127.0.0.1:{server.server_address[1]}"
    defaults = {"contact": "desk@paper.example", "domain": host, "scheme": "http", "wait": lambda seconds: None}
    return find_online(name, **(defaults | options))  # type: ignore[arg-type, return-value]


def test_an_answer_becomes_a_place(server: Nominatim) -> None:
    (place,) = ask(server, "Izium", country="UA")
    assert place.id == "osm:relation/42"
    assert (place.name, place.lat, place.lon, place.country) == ("Izium", 49.2088, 37.2485, "UA")
    assert (place.admin1, place.feature, place.score) == ("Kharkiv Oblast", "P.PPL", 0.51)
    assert place.source == "Nominatim"
    assert "OpenStreetMap" in online.ATTRIBUTION
    _, agent, query = server.seen[0]
    assert agent.startswith("geomap/")
    assert "desk@paper.example" in agent
    assert query["countrycodes"] == ["ua"]


def test_answers_are_kept_on_disk_nothing_found_too(server: Nominatim) -> None:
    assert ask(server, "Izium") == ask(server, "Izium")
    assert ask(server, "Nowhere") == ask(server, " Nowhere ") == []
    assert len(server.seen) == 2
    ask(server, "Izium", limit=1)
    assert len(server.seen) == 3


def test_a_damaged_answer_on_disk_is_asked_again(server: Nominatim, tmp_path: Path) -> None:
    first = ask(server, "Izium")
    (kept,) = (tmp_path / "nominatim").iterdir()
    kept.write_text('[{"osm_')
    assert ask(server, "Izium") == first
    assert len(server.seen) == 2


def test_no_more_than_one_request_a_second(server: Nominatim) -> None:
    server.strict = True
    for name in ("Izium", "Izmail"):
        assert ask(server, name, wait=time.sleep)
    (one, _, _), (two, _, _) = server.seen
    assert two - one >= 0.95


def test_the_server_would_refuse_who_does_not_wait(server: Nominatim) -> None:
    server.strict = True
    ask(server, "Izium")
    with pytest.raises(NetworkError, match="too many requests"):
        ask(server, "Izmail")  # this ``wait`` does not wait


@pytest.mark.parametrize(
    ("status", "message"),
    [(429, "too many requests.*wait a few minutes"), (403, "refused.*contact"), (500, "cannot be asked"),
     (503, "busy, or no answer")],
)  # fmt: skip
def test_refusals_are_one_clear_line(server: Nominatim, tmp_path: Path, status: int, message: str) -> None:
    server.status = status
    server.body = b"<html>\x1b[31mUsage policy</html>"
    with pytest.raises(NetworkError, match=message) as refused:
        ask(server, "Izium")
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert not (tmp_path / "nominatim").exists()


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"error": "x"}', b'[{"lat": "1"}]', b"[1]", b"\xff"])
def test_what_is_no_answer_is_said(server: Nominatim, body: bytes) -> None:
    server.body = body
    with pytest.raises(NetworkError):
        ask(server, "Izium")


def test_silence_is_said(server: Nominatim, monkeypatch: pytest.MonkeyPatch) -> None:
    server.delay = 1.0
    monkeypatch.setattr(online, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(NetworkError, match=r"no answer within 0\.2 s"):
        ask(server, "Izium")


def test_no_server_is_said(tmp_path: Path, server: Nominatim) -> None:
    with pytest.raises(NetworkError, match="cannot be asked"):
        ask(server, "Izium", domain="127.0.0.1:1")


@pytest.mark.parametrize("contact", ["", "  "])
def test_a_contact_is_required(server: Nominatim, contact: str) -> None:
    with pytest.raises(InputError, match="contact"):
        ask(server, "Izium", contact=contact)
    assert server.seen == []
