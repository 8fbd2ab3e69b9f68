"""The operations over HTTP: one address each, a description for programs and a page for people."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from geomap.errors import GeomapError, InputError, OutputError
from geomap.files import one_line, shown
from geomap.operations import OPERATIONS, Loaded, Operation
from geomap.serving import needed
from geomap.serving.describing import docs_page, openapi
from geomap.serving.workers import Answer, Busy, Lost, OutOfTime, Workers, answer

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MAX_BODY = 8 * 2**20
"""Bytes of a question: the polygons of a country's map; a long article has a fortieth."""
BODY_SECONDS = 20.0
"""A body that trickles in longer is given up: it would hold its place for ever."""
CONNECTIONS = 256
"""Open at once; more are told to come again."""
LOOPBACK = ("127.0.0.1", "localhost")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""On every answer."""
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

Say = Callable[[str], None]


class Refused(Exception):
    """A question that is not answered: the status, and the line that says why."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


def build_app(loaded: Loaded, workers: Workers, *, hosts: tuple[str, ...] = LOOPBACK, say: Say) -> Starlette:
    """The server's application.

    Parameters
    ----------
    loaded
        What quick look-ups are answered from, in this process.
    hosts
        Names by which it may be called: a page elsewhere that gives its own name our address gets nothing.
    say
        Told a line a question: method, address, status, time and size; never what was asked.
    """
    needed("starlette")
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Route

    async def described(request: Request) -> Response:
        return _sent(Answer(orjson.dumps(openapi()), "application/json"))

    async def page(request: Request) -> Response:
        sent = _sent(Answer(docs_page().encode(), "text/html; charset=utf-8"))
        sent.headers["Content-Security-Policy"] = PAGE_POLICY
        return sent

    async def health(request: Request) -> Response:
        return _sent(Answer(b'{"ok":true}', "application/json"))

    async def missing(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        found = shown(request.url.path)[:80]
        expected = "/openapi.json, /, or POST to one of " + ", ".join(f"/{name}" for name in OPERATIONS)
        return _refusal(status, f"{request.method[:10]} {found}: nothing there; expected {expected}")

    async def failed(request: Request, error: Exception) -> Response:
        return _refusal(500, f"a fault of geomap's own ({type(error).__name__}); please report it")

    routes = [Route("/", page), Route("/openapi.json", described), Route("/health", health)]
    routes += [
        Route(f"/{o.name}", _endpoint(o, loaded, workers, say), methods=["GET", "POST"] if o.quick else ["POST"])
        for o in OPERATIONS.values()
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
        exception_handlers={HTTPException: missing, Exception: failed},
    )


def _endpoint(operation: Operation, loaded: Loaded, workers: Workers, say: Say) -> Any:
    async def ask(request: Request) -> Response:
        began = time.perf_counter()
        try:
            given = _from_query(operation, request) if request.method == "GET" else await _from_body(request)
            if operation.quick:
                found = answer(operation.name, loaded, given)
            else:
                operation.arguments(given)  # what is refused need not wait for a worker
                found = await workers.ask(operation.name, given)
            sent = _sent(found)
        except Exception as error:
            sent = _refusal(*_status_of(error))
        except OutOfTime:
            sent = _refusal(503, "took longer than the server allows (--seconds); ask for less")
        spent = (time.perf_counter() - began) * 1000
        say(f"{request.method} /{operation.name} {sent.status_code} {spent:.0f} ms {len(sent.body)} bytes")
        return sent

    return ask


def _status_of(error: Exception) -> tuple[int, str]:
    """The status that an error becomes, and its line: of faults of ours the kind alone, for they may quote."""
    if isinstance(error, Refused):
        return error.status, str(error)
    if isinstance(error, GeomapError):
        return (422 if not isinstance(error, OutputError) else 500), one_line(error)
    if isinstance(error, Busy):
        return 503, "too many questions wait; ask again in a moment"
    if isinstance(error, Lost):
        return 500, "the process that worked on it ended; ask for less, or again"
    return 500, f"a fault of geomap's own ({type(error).__name__}); please report it"


async def _from_body(request: Request) -> object:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":  # other kinds a page elsewhere may send without asking
        raise Refused(415, f"content type is {shown(kind)[:40]!r}; expected application/json")
    try:
        body = await asyncio.wait_for(_body(request), BODY_SECONDS)
    except TimeoutError:
        raise Refused(408, f"the question took over {BODY_SECONDS:.0f} s to arrive; send it again") from None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"the question is not JSON ({shown(error)[:120]}); expected an object in UTF-8") from None


async def _body(request: Request) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > MAX_BODY:
            raise Refused(413, f"the question has over {MAX_BODY // 2**20} MB; expected less. Split it")
    return bytes(parts)


def _from_query(operation: Operation, request: Request) -> Mapping[str, Any]:
    """A question in the address: lists as repeated names, whole numbers in digits."""
    kinds = {p.name: p.schema["type"] for p in operation.parameters}
    given: dict[str, Any] = {}
    for name in dict.fromkeys(request.query_params.keys()):
        values = request.query_params.getlist(name)
        kind = kinds.get(name)
        if kind == "array":
            given[name] = values
        elif len(values) > 1:
            raise InputError(f"{shown(name)[:40]}: given {len(values)} times; expected once")
        elif kind == "integer" and values[0].isdecimal() and len(values[0]) < 10:
            given[name] = int(values[0])
        else:
            given[name] = values[0]
    return given


def _sent(found: Answer, status: int = 200) -> Response:
    from starlette.responses import Response

    return Response(found.body, status, media_type=found.media_type, headers=HEADERS)


def _refusal(status: int, line: str) -> Response:
    from starlette.responses import Response

    more = {"Retry-After": "1"} if status == 503 else {}
    return Response(orjson.dumps({"error": line}), status, media_type="application/json", headers=HEADERS | more)


# ── running it ───────────────────────────────────────────────────────────────────────────────────────────────


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    OutputError
        The port is taken, or the address is not this machine's.
    """
    try:
        opened = socket.create_server((host, port), backlog=CONNECTIONS)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(
            f"{shown(host)}:{port}: cannot listen there ({reason}); choose another --port, or --port 0 for any"
        ) from None
    # head and body leave apart: without this the body waits 40 ms for the other side to say that it has the head
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def serve(app: Starlette, opened: socket.socket) -> None:
    """Answer until the process is told to stop."""
    uvicorn = needed("uvicorn")
    config = uvicorn.Config(
        app, log_config=None, access_log=False, limit_concurrency=CONNECTIONS, timeout_keep_alive=20,
        server_header=False, lifespan="off", timeout_graceful_shutdown=5,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[opened])
