"""The operations for programs: over HTTP, as tools over stdio, and the same answers as the command line."""

from __future__ import annotations

import asyncio
import json
import random
import runpy
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from command import assert_harmless, run
from geographiclib.geodesic import Geodesic
from starlette.testclient import TestClient

from geomap.errors import InputError, OutputError
from geomap.measure import open_gazetteer
from geomap.operations import OPERATIONS, Loaded
from geomap.serving import http, needed
from geomap.serving.describing import docs_page, openapi
from geomap.serving.workers import Lost, Setup, Workers

STORY = "Troops took Izium on Monday, about 115 km from Kharkiv, and hold 2,500 square kilometres, the mayor said."
TRIANGLE = {"type": "Polygon", "coordinates": [[[36, 49], [37.2, 49.1], [36.5, 49.9], [36, 49]]]}


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(Setup(), count=1, seconds=60)
    yield made
    made.close()


@pytest.fixture(scope="module")
def log() -> list[str]:
    return []


@pytest.fixture(scope="module")
def client(workers: Workers, log: list[str]) -> Iterator[TestClient]:
    loaded = Loaded(gazetteer=open_gazetteer())
    with TestClient(http.build_app(loaded, workers, say=log.append), base_url="http://127.0.0.1") as made:
        yield made


# ── one answer however it is put ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "given", "line"),
    [
        ("resolve", {"names": ["Izyum"], "limit": 2}, ["resolve", "Izyum", "--limit", "2"]),
        ("resolve", {"names": ["Lyman"], "near": "49, 37.8"}, ["resolve", "Lyman", "--near", "49, 37.8"]),
        ("distance", {"from": "Zolota Balka", "to": "Dudchany"}, ["distance", "Zolota Balka", "Dudchany"]),
        ("hull", {"places": ["Izium", "Kupiansk", "Balakliia"]}, ["hull", "Izium", "Kupiansk", "Balakliia"]),
        ("area", {"geojson": TRIANGLE}, ["area", "FILE.geojson"]),
        ("check", {"text": STORY, "published": "2022-09-12"}, ["check", "article.txt", "--published", "2022-09-12"]),
    ],
)
def test_the_server_says_what_the_command_line_says(
    client: TestClient, tmp_path: Path, name: str, given: dict[str, Any], line: list[str]
) -> None:
    (tmp_path / "FILE.geojson").write_text(json.dumps(TRIANGLE))
    (tmp_path / "article.txt").write_text(STORY)
    line = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in line]
    told = run(*line, "--format", "json")
    assert told.code == 0, told.err
    answered = client.post(f"/{name}", json=given)
    assert answered.status_code == 200, answered.text
    assert answered.json() == json.loads(told.out)


def test_a_report_is_the_record_or_the_page(client: TestClient) -> None:
    record = client.post("/report", json={"text": STORY, "published": "2022-09-12"}).json()
    assert {c["kind"] for c in record["claims"]} >= {"control", "area"}
    assert record["articles"][0]["published_on"] == "2022-09-12"
    page = client.post("/report", json={"text": STORY, "form": "html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'id="geomap-data"' in page.text


@pytest.mark.parametrize(
    ("name", "given", "line"),
    [
        ("resolve", {"names": ["Xqzzvyq"]}, ["resolve", "Xqzzvyq"]),
        ("distance", {"from": "Izium", "to": "95, 37"}, ["distance", "Izium", "95, 37"]),
        ("hull", {"places": ["Xqzzvyq"]}, ["hull", "Xqzzvyq"]),
        ("check", {"text": STORY, "published": "soon"}, ["check", "-", "--published", "soon"]),
        ("check", {"text": STORY, "region": "Xqzzvyq"}, ["check", "-", "--region", "Xqzzvyq"]),
    ],
)
def test_what_cannot_be_answered_gets_the_command_lines_line(
    client: TestClient, name: str, given: dict[str, Any], line: list[str]
) -> None:
    told = run(*line, stdin=STORY.encode())
    assert told.code == 1
    answered = client.post(f"/{name}", json=given)
    assert answered.status_code == 422
    assert f"geomap: {answered.json()['error']}" == told.err.strip()


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("resolve", {}),
        ("resolve", {"names": []}),
        ("resolve", {"names": "Izium"}),
        ("resolve", {"names": ["Izium"], "limit": 0}),
        ("resolve", {"names": ["Izium"], "limit": 10**400}),
        ("resolve", {"names": ["Izium"], "limit": True}),
        ("resolve", {"names": ["Izium"] * 101}),
        ("resolve", {"names": ["I" * 201]}),
        ("resolve", {"names": ["\x1b[31mIzium\u202e"]}),
        ("resolve", {"names": [{"a": 1}]}),
        ("resolve", {"names": ["Izium"], "country": "Ukraine"}),
        ("resolve", {"names": ["Izium"], "near": "\x00"}),
        ("distance", {"from": "Izium"}),
        ("distance", {"from": "Izium", "to": None}),
        ("distance", {"from": "Izium", "to": "Lyman", "via": "Kyiv"}),
        ("distance", ["Izium", "Lyman"]),
        ("hull", {"places": ["Izium"], "method": "magic"}),
        ("area", {"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [1, "x"], [1, 1], [0, 0]]]}}),
        ("area", {"geojson": {"type": "Point", "coordinates": [1, 2]}}),
        ("area", {"geojson": {"type": "FeatureCollection", "features": {}}}),
        ("area", {"geojson": {}}),
        ("check", {"text": ""}),
        ("check", {"text": "  \n"}),
        ("check", {"text": "a" * 200_001}),
        ("check", {"text": STORY, "since": "yesterday"}),
        ("report", {"text": STORY, "form": "pdf"}),
        ("report", 7),
    ],
)
def test_bad_questions_get_one_line(client: TestClient, name: str, given: object) -> None:
    body = json.dumps(given, ensure_ascii=True).encode()
    answered = client.post(f"/{name}", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answered.status_code < 500, answered.text
    line = answered.json()["error"]
    assert line
    assert "\n" not in line
    assert len(line) < 600
    assert_harmless(line)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"names": [NaN]}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"names": ["\\ud800"]}', "application/json", 400),
        (b'{"names": ["Izium"]}', "text/plain", 415),
        (b'{"names": ["Izium"]}', "", 415),
        (b" " * (http.MAX_BODY + 1), "application/json", 413),
    ],
)
def test_what_is_no_question_is_refused(client: TestClient, content: bytes, kind: str, status: int) -> None:
    answered = client.post("/resolve", content=content, headers={"Content-Type": kind})
    assert answered.status_code == status
    assert answered.json()["error"]


def test_addresses_of_nothing_and_other_names(client: TestClient) -> None:
    assert client.get("/nothing").status_code == 404
    assert client.get("/check").status_code == 405
    assert client.get("/health", headers={"Host": "elsewhere.example"}).status_code == 400
    assert client.get("/resolve", params={"names": ["Izium", "Lyman"], "limit": 1}).json()[1]["query"] == "Lyman"
    assert client.get("/resolve", params={"names": "Izium", "limit": "many"}).status_code == 422
    assert client.get("/distance", params=[("from", "Izium"), ("from", "Lyman")]).status_code == 422


def test_no_word_of_an_article_stands_in_the_log(client: TestClient, log: list[str]) -> None:
    client.post("/check", json={"text": STORY})
    client.get("/resolve", params={"names": "Balakliia"})
    assert any(line.startswith("POST /check 200 ") for line in log)
    assert not any(word in line for line in log for word in ("Izium", "mayor", "Balakliia", "names"))


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_what_runs_too_long_is_ended_and_the_next_is_answered() -> None:
    short = Workers(Setup(), count=1, seconds=0.05)
    told: list[str] = []
    try:
        with TestClient(http.build_app(Loaded(gazetteer=open_gazetteer()), short, say=told.append)) as client:
            client.base_url = "http://127.0.0.1"  # type: ignore[assignment]
            long = client.post("/check", json={"text": (STORY + " ") * 500})
            assert long.status_code == 503
            assert "longer" in long.json()["error"]
            assert client.post("/area", json={"geojson": TRIANGLE}).status_code == 200
    finally:
        short.close()


@pytest.mark.slow
def test_a_worker_that_dies_loses_its_question_and_no_other() -> None:
    made = Workers(Setup(), count=1, seconds=60)

    async def ask() -> None:
        asked = asyncio.ensure_future(made.ask("check", {"text": (STORY + " ") * 300}))
        await asyncio.sleep(0.05)
        for process in list(made._pool._processes.values()):
            process.kill()
        with pytest.raises(Lost):
            await asked
        assert json.loads((await made.ask("area", {"geojson": TRIANGLE})).body)[-1]["feature"] == "total"

    try:
        asyncio.run(ask())
    finally:
        made.close()


def test_a_taken_port_is_one_line() -> None:
    taken = http.listen("127.0.0.1", 0)
    with taken, pytest.raises(OutputError, match="choose another --port"):
        http.listen("127.0.0.1", taken.getsockname()[1])


def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(OutputError, match=r"pip install 'geomap-territory\[serve\]'"):
        needed("uvicorn")


# ── what describes it ────────────────────────────────────────────────────────────────────────────────────────


def test_the_description_is_openapi_and_true_of_the_table(client: TestClient) -> None:
    found = client.get("/openapi.json").json()
    assert found == json.loads(json.dumps(openapi()))
    assert found["openapi"].startswith("3.1")
    assert set(found["paths"]) == {f"/{name}" for name in OPERATIONS}
    for name, operation in OPERATIONS.items():
        body = found["paths"][f"/{name}"]["post"]["requestBody"]["content"]["application/json"]
        assert set(body["schema"]["properties"]) == {p.name for p in operation.parameters}
        assert operation.arguments(body["example"])


def test_every_example_is_answered(client: TestClient) -> None:
    for name, operation in OPERATIONS.items():
        assert client.post(f"/{name}", json=dict(operation.example)).status_code == 200, name


def test_every_operation_is_a_command_too() -> None:
    from geomap.cli import COMMANDS

    assert set(OPERATIONS) <= set(COMMANDS)


def test_the_page_asks_nothing_of_the_network(client: TestClient) -> None:
    page = client.get("/")
    assert page.text == docs_page()
    assert "src=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for operation in OPERATIONS.values():
        assert f'id="{operation.name}"' in page.text


def test_arguments_are_checked_before_anything_is_read() -> None:
    with pytest.raises(InputError, match="names is missing; expected names, near"):
        OPERATIONS["resolve"].arguments({})


# ── tools over stdio ─────────────────────────────────────────────────────────────────────────────────────────


def _exactly(count: int) -> list[tuple[str, str]]:
    chance = random.Random(21)
    point = lambda: f"{chance.uniform(-89, 89):.5f}, {chance.uniform(-180, 180):.5f}"  # noqa: E731
    return [(point(), point()) for _ in range(count)]


@pytest.mark.slow
def test_a_thousand_distances_bearings_and_areas_are_exact_over_stdio() -> None:
    from mcp import Client, StdioServerParameters

    async def ask() -> None:
        server = StdioServerParameters(command=sys.executable, args=["-m", "geomap", "mcp"])
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
            assert {t.name for t in tools} == set(OPERATIONS)
            for start, end in _exactly(900):
                said = await client.call_tool("distance", {"from": start, "to": end})
                record = json.loads(said.content[0].text)  # type: ignore[union-attr]
                (lat1, lon1), (lat2, lon2) = (map(float, p.split(", ")) for p in (start, end))
                # Karney's own library, not the one that geomap measures with
                exact = Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)
                assert record["km"] == pytest.approx(exact["s12"] / 1000, abs=0.00051)
                turn = abs(record["azimuth_deg"] - exact["azi1"]) % 360
                assert min(turn, 360 - turn) < 0.0051
            for number in range(100):
                corners = [[number, 10], [number + 1.5, 11], [number + 0.3, 12.5], [number, 10]]
                said = await client.call_tool("area", {"geojson": {"type": "Polygon", "coordinates": [corners]}})
                polygon = Geodesic.WGS84.Polygon()
                for (lon, lat), (east, north) in pairwise(corners):
                    for step in range(64):  # a file's edges are straight in degrees
                        polygon.AddPoint(lat + (north - lat) * step / 64, lon + (east - lon) * step / 64)
                total = json.loads(said.content[0].text)[-1]["area_km2"]  # type: ignore[union-attr]
                assert total == pytest.approx(abs(polygon.Compute()[2]) / 1e6, rel=1e-6)
            wrong = await client.call_tool("resolve", {"names": ["Xqzzvyq"]})
            assert wrong.is_error
            assert wrong.content[0].text.startswith("'Xqzzvyq': no such place")  # type: ignore[union-attr]
            unknown = await client.call_tool("nothing", {})
            assert unknown.is_error

    asyncio.run(ask())


# ── load ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_many_clients_lose_nothing(root: Path) -> None:
    bench = runpy.run_path(str(root / "tools" / "bench_serve.py"))
    with bench["served"]() as port:
        told = asyncio.run(bench["load"](port, 20, 200, 0.1))
    assert len(told) == 200
    assert {status for _, status, _ in told} == {200}
