"""Load on ``geomap serve`` over loopback: many clients, look-ups and short articles mixed, nothing lost.

``python tools/bench_serve.py [--clients 50] [--requests 2000] [--pause 0.25]``: each client asks, reads the answer,
pauses as people and their programs do (``--pause`` seconds on average, the same pauses each run), and asks again on
the same connection. Every tenth question is a short article to check, the others are look-ups and distances.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PLACES = [
    "Izium",
    "Kupiansk",
    "Balakliia",
    "Kherson",
    "Lyman",
    "Bakhmut",
    "Kyiv",
    "Odesa",
    "Dnipro",
    "Харків",
    "Aleppo",
]
ARTICLES = [
    "Troops took {a} on Monday, about {n} km from {b}, the governor said. Fighting goes on near {c}.",
    "Some {n} square kilometres changed hands between {a} and {b} in a week, a spokesman said.",
    "The column stopped {n} km north of {a}. {b} and {c} stay in government hands.",
]


@contextmanager
def served(*options: str) -> Iterator[int]:
    """A server in a process of its own on a free port, which is given."""
    command = [sys.executable, "-m", "geomap", "serve", "--port", "0", "--quiet", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"http://[^:]+:(\d+)/", said)
        if found is None:
            raise RuntimeError(f"geomap serve did not start: {said}")
        yield int(found[1])
    finally:
        process.terminate()
        process.communicate(timeout=30)


async def ask(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, given: object) -> int:
    """Ask on an open connection; the status of the answer, once all of it is here."""
    body = json.dumps(given).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"content-length: (\d+)", answered, re.I)
    assert length is not None, answered
    json.loads(await reader.readexactly(int(length[1])))
    return int(answered.split(" ", 2)[1])


def question(number: int, chance: random.Random) -> tuple[str, object]:
    """The number's path and body."""
    a, b, c = chance.sample(PLACES, 3)
    if number % 10 == 9:
        text = chance.choice(ARTICLES).format(a=a, b=b, c=c, n=chance.randrange(10, 400))
        return "/check", {"text": text, "published": "2022-09-12"}
    if number % 2:
        return "/distance", {"from": a, "to": b}
    return "/resolve", {"names": [a]}


async def client(port: int, number: int, asked: int, pause: float) -> list[tuple[str, int, float]]:
    """Path, status and milliseconds of each question of one client."""
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * pause * 2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = []
    for turn in range(asked):
        path, given = question(number + turn, chance)
        began = time.perf_counter()
        status = await ask(port, reader, writer, path, given)
        told.append((path, status, (time.perf_counter() - began) * 1000))
        await asyncio.sleep(chance.random() * pause * 2)
    writer.close()
    return told


async def load(port: int, clients: int, requests: int, pause: float) -> list[tuple[str, int, float]]:
    """All answers of all clients."""
    each = await asyncio.gather(*(client(port, n, requests // clients, pause) for n in range(clients)))
    return [answer for told in each for answer in told]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--pause", type=float, default=0.25)
    given = parser.parse_args()
    with served() as port:
        asyncio.run(load(port, 4, 80, 0.05))  # its processes have read what they need
        began = time.perf_counter()
        told = asyncio.run(load(port, given.clients, given.requests, given.pause))
        spent = time.perf_counter() - began
    lost = given.requests // given.clients * given.clients - sum(status == 200 for _, status, _ in told)
    print(f"{given.clients} clients, {len(told)} questions in {spent:.1f} s ({len(told) / spent:.0f}/s), lost {lost}")
    for name, paths in (("look-up", {"/resolve", "/distance"}), ("article", {"/check"})):
        times = [ms for path, _, ms in told if path in paths]
        print(
            f"{name:8} {len(times):5}  median {statistics.median(times):6.1f} ms  "
            f"p95 {percentile(times, 0.95):6.1f} ms  p99 {percentile(times, 0.99):6.1f} ms"
        )


if __name__ == "__main__":
    main()
