"""A load: the requests that `eventveil demo` replays, and now and then a broken one, at a rate that rises and falls.

    python deploy/drills/load.py http://127.0.0.1:8080 --rate 40 --seconds 300

Lanes are expected at `/mixpanel` and `/segment`. It prints what it sent and how it was answered; it measures nothing,
the metrics of eventveil do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import aiohttp
from yarl import URL

CAPTURED = Path(__file__).resolve().parents[2] / "proxy" / "cli" / "demo_requests.jsonl"
MADE_ANEW = {"host", "content-length", "accept-encoding", "connection"}
BROKEN_EVERY = 50
WAVE_S = 120.0
UNDER_WAY = 64


class Sent(NamedTuple):
    """One request: method, path below the host, headers, body."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def captured() -> Iterator[Sent]:
    """Give the captured requests again and again, every fiftieth cut short."""
    requests = []
    for line in CAPTURED.read_text("utf-8").splitlines():
        entry = json.loads(line)
        request = entry["request"]
        target = f"/{entry['dialect']}{request['path']}?{request['query']}".rstrip("?")
        headers = tuple((name, value) for name, value in request["headers"] if name.lower() not in MADE_ANEW)
        requests.append(Sent(request["method"], target, headers, b64decode(request["body_b64"])))
    for number, sent in enumerate(cycle(requests)):
        yield sent._replace(body=sent.body[:-9]) if number % BROKEN_EVERY == BROKEN_EVERY - 1 else sent


async def load(base: str, rate: float, seconds: float) -> Counter[str]:
    """Send for so long, and count the answers by status."""
    answers: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    limit = asyncio.Semaphore(UNDER_WAY)
    began = loop.time()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:
        for sent in captured():
            since = loop.time() - began
            if since > seconds:
                break
            await limit.acquire()
            tasks.create_task(_send(session, base, sent, answers)).add_done_callback(lambda _: limit.release())
            await asyncio.sleep(1 / (rate * (1 + 0.6 * math.sin(2 * math.pi * since / WAVE_S))))
    return answers


async def _send(session: aiohttp.ClientSession, base: str, sent: Sent, answers: Counter[str]) -> None:
    url = URL(base + sent.target, encoded=True)
    try:
        async with session.request(sent.method, url, headers=sent.headers, data=sent.body or None) as answer:
            await answer.read()
            answers[str(answer.status)] += 1
    except aiohttp.ClientError as error:
        answers[type(error).__name__] += 1


def _main() -> None:
    parser = argparse.ArgumentParser(description="A load for eventveil.")
    parser.add_argument("base", help="eventveil's public address, http://HOST:PORT")
    parser.add_argument("--rate", type=float, default=40, help="requests a second, on average")
    parser.add_argument("--seconds", type=float, default=300)
    options = parser.parse_args()
    print(dict(asyncio.run(load(options.base, options.rate, options.seconds))))


if __name__ == "__main__":
    _main()
