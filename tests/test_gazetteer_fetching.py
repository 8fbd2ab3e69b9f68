"""Country dumps, fetched from a server on loopback that holds one in the true format, and breaks in every way."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geomap.errors import InputError, NetworkError
from geomap.gazetteer import Gazetteer, fetching, get_countries, info, read_gazetteer
from geomap.gazetteer.index import Index

LINES = (
    "366000\tKhiwai\tKhiwai\tKhuwayy,خوي\t13.07\t29.22\tP\tPPL\tSD\t\t50\t\t\t\t0\t\t590\tAfrica/Khartoum\t2020-01-01",
    "366001\tJabal Bonn\tJabal Bonn\tBonn\t13.1\t29.3\tT\tMT\tSD\t\t50\t\t\t\t0\t\t610\tAfrica/Khartoum\t2020-01-01",
)


def dump(name: str = "SD", lines: tuple[str, ...] = LINES) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "the columns\n")
        archive.writestr(f"{name}.txt", "".join(f"{line}\n" for line in lines))
    return buffer.getvalue()


class Server(ThreadingHTTPServer):
    """Serves ``SD.zip`` with an ETag and ranges; ``cut`` closes the connection after so many bytes."""

    status = 200
    cut: int | None = None
    etag = '"one"'
    ranges = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = dump()
        self.asked: list[tuple[str, str | None]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/dump"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers.get("Range")
        server.asked.append((self.path, wanted))
        if server.status != 200 or self.path != "/dump/SD.zip":
            self.send_error(server.status if server.status != 200 else 404)
            return
        start = 0
        if wanted and server.ranges and self.headers.get("If-Range") == server.etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(server.body):
                self.send_error(416)
                return
        part = server.body[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("ETag", server.etag)
        self.send_header("Last-Modified", "Fri, 27 Nov 2026 03:00:00 GMT")
        self.end_headers()
        self.wfile.write(part if server.cut is None else part[: server.cut])

    def log_message(self, *parts: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for what is fetched; the index stays where it is."""
    monkeypatch.setattr(fetching.cache, "cache_folder", lambda: tmp_path)
    return tmp_path


def test_a_country_becomes_a_layer_with_its_origin(server: Server, home: Path) -> None:
    told: list[str] = []
    [folder] = get_countries(["sd", "SD"], source=server.address, folder=home / "layers", say=told.append)
    digest = hashlib.sha256(server.body).hexdigest()
    origin = Index(folder).meta["origin"]
    assert origin["sha256"] == digest
    assert origin["url"] == f"{server.address}/SD.zip"
    assert origin["licence"] == "CC BY 4.0"
    assert len(told) == 1
    assert digest in told[0]
    assert "27 Nov 2026" in told[0]
    assert not list((home / "dumps").iterdir()), "what is built is not kept twice"
    gazetteer = Gazetteer([Index(folder), read_gazetteer().base])
    assert gazetteer.find("Khiwai")[0].country == "SD"
    assert gazetteer.provenance()[0].licence == "CC BY 4.0"
    assert info([folder])["layers"][0]["retrieved_at"] == origin["retrieved_at"]


def test_what_was_cut_off_goes_on_where_it_stopped(server: Server, home: Path) -> None:
    server.cut = 100
    with pytest.raises(NetworkError, match="run it again"):
        get_countries(["SD"], source=server.address, folder=home / "layers")
    assert (home / "dumps" / "SD.part").stat().st_size == 100
    server.cut = None
    get_countries(["SD"], source=server.address, folder=home / "layers")
    assert [wanted for _, wanted in server.asked] == [None, "bytes=100-"]
    assert (home / "layers" / "dump-sd" / "meta.json").is_file()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, home: Path, ranges: bool) -> None:
    server.cut = 100
    with pytest.raises(NetworkError):
        get_countries(["SD"], source=server.address, folder=home / "layers")
    server.cut, server.etag, server.ranges = None, '"two"', ranges
    server.body = dump(lines=LINES[:1])
    [folder] = get_countries(["SD"], source=server.address, folder=home / "layers")
    assert Index(folder).count == 1


def test_a_whole_part_that_was_not_built_is_fetched_anew(server: Server, home: Path) -> None:
    (home / "dumps").mkdir()
    (home / "dumps" / "SD.part").write_bytes(b"x" * (len(server.body) + 5))
    (home / "dumps" / "SD.json").write_text(json.dumps({"url": f"{server.address}/SD.zip", "tag": server.etag}))
    [folder] = get_countries(["SD"], source=server.address, folder=home / "layers")
    assert Index(folder).count == 2


@pytest.mark.parametrize(("status", "words"), [(404, "no such file there"), (503, "answers 503"), (403, "answers 403")])
def test_a_refusal_is_one_line(server: Server, home: Path, status: int, words: str) -> None:
    server.status = status
    with pytest.raises(NetworkError, match=words):
        get_countries(["SD"], source=server.address, folder=home / "layers")
    assert not (home / "layers").exists()


@pytest.mark.parametrize("body", [b"<html>sign in</html>", dump(lines=("no\tdump",)), b""])
def test_what_is_no_dump_is_refused_and_not_kept(server: Server, home: Path, body: bytes) -> None:
    server.body = body
    with pytest.raises(InputError):
        get_countries(["SD"], source=server.address, folder=home / "layers")
    assert not list((home / "dumps").glob("*.zip"))
    assert not list((home / "layers").glob("dump-*"))


def test_nobody_there(home: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be fetched"):
        get_countries(["SD"], source="http://127.0.0.1:9/dump", folder=home)


@pytest.mark.parametrize("code", ["XX", "Sudan", "", "../", "U"])
def test_a_code_that_is_no_country_asks_nobody(server: Server, home: Path, code: str) -> None:
    with pytest.raises(InputError, match="no country"):
        get_countries(["SD", code], source=server.address, folder=home)
    assert server.asked == []


def test_only_the_web_is_asked(home: Path) -> None:
    with pytest.raises(InputError, match="https://"):
        get_countries(["SD"], source="file:///etc", folder=home)


def test_more_than_a_dump_can_hold_is_refused(server: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 50)
    with pytest.raises(InputError, match="expected a country's dump"):
        get_countries(["SD"], source=server.address, folder=home)
