"""Real things on loopback that stand in for what is far away: a vendor that records, an SDK that speaks bytes, a clock.

Nothing here is a mock: the sockets are sockets. A test opens what it needs in an `async with` and reads what arrived.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import orjson
from aiohttp import web

from proxy.delivery import Client, Delivery, Direct, Timeouts, Upstream
from proxy.model import Batch, Headers, Report
from proxy.policy.program import Program
from proxy.server import reply
from proxy.server.handler import Handler
from proxy.server.http1.body import Room
from proxy.server.http1.connection import ServerLimits
from proxy.server.http1.parser import Parser
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response
from proxy.server.http1.server import Server
from proxy.server.intake import IntakeLimits
from proxy.server.lanes import Lane, Lanes, Origins
from proxy.server.listener import Listener, open_tcp
from proxy.server.workers import Workers
from proxy.telemetry import AccessLog, Telemetry
from proxy.wire.registry import DIALECTS

LOOPBACK = "127.0.0.1"

PATIENCE_S = 30.0
"""For anything that a test waits for: when it is over, something hangs."""


@dataclass(slots=True)
class ManualClock:
    """A clock that moves when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Received(NamedTuple):
    """One request as it reached the vendor."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)


@dataclass(slots=True)
class Vendor:
    """Records every request and answers each the same way.

    Args:
        hold: while it is set to an event, answers wait for it.
        breaks: the connection is cut in place of an answer.
    """

    port: int = 0
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b'{"status":1}'
    hold: asyncio.Event | None = None
    breaks: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{LOOPBACK}:{self.port}"

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = tuple((name.decode(), value.decode()) for name, value in request.raw_headers)
        self.received.append(Received(request.method, request.raw_path, headers, await request.content.read()))
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.breaks and request.transport is not None:
            request.transport.close()
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@asynccontextmanager
async def vendor(tls: ssl.SSLContext | None = None, **how: Any) -> AsyncIterator[Vendor]:
    """Open a vendor on a free port."""
    fake = Vendor(scheme="https" if tls else "http", **how)
    server = web.Server(fake, access_log=None, auto_decompress=False)
    opened = await asyncio.get_running_loop().create_server(server, LOOPBACK, 0, ssl=tls)
    fake.port = opened.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        opened.close()
        server.pre_shutdown()
        await server.shutdown(0.1)


class Reply(NamedTuple):
    """One HTTP answer, names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Sdk:
    """A client that writes bytes as they are and reads answers."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> Reply:
        """Read one whole answer."""
        async with asyncio.timeout(PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1)[:1] + line.split(": ", 1)[1:] for line in head[1:] if line)
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Reply(int(head[0].split()[1]), headers, body)

    async def exchange(self, data: bytes) -> Reply:
        """Send one request and read the answer."""
        await self.send(data)
        return await self.answer()

    async def rest(self) -> bytes:
        """Read until the other side closes."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.reader.read()
        except ConnectionError:
            return b""


@asynccontextmanager
async def sdk(port: int, **options: Any) -> AsyncIterator[Sdk]:
    """Connect to a port on loopback."""
    reader, writer = await asyncio.open_connection(options.pop("host", LOOPBACK), port, **options)
    try:
        yield Sdk(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def ask(port: int, data: bytes) -> Reply:
    """Send one request over a connection of its own and read the answer."""
    async with sdk(port) as client:
        await client.send(data)
        return await client.answer()


def body_of(response: Response) -> Any:
    """Read the JSON in a response that was not sent."""
    return orjson.loads(response.body)


def parsed(data: bytes, peer: str = "") -> Request:
    """Parse the first request of these bytes."""
    found: list[Request] = []
    Parser(found.append, lambda: None, peer, 2**20, Room(2**30)).feed(data)
    return found[0]


def post(path: str, body: bytes, *headers: str) -> bytes:
    """Write a POST request."""
    head = [f"POST {path} HTTP/1.1", "Host: shop.example", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    """Write a request without a body."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: shop.example", *headers]).encode() + b"\r\n\r\n"


@dataclass(slots=True)
class Keeping:
    """Stands in for a program: scrubs nothing; drops all records, raises, or reports as it is told."""

    dropping: bool = False
    raising: Callable[[], Exception] | None = None
    findings: tuple[Any, ...] = ()
    anonymizes: bool = False
    slow: bool = False
    policy: str = "keeping"

    def run(self, batch: Batch, places: int = 0) -> Report:
        received = len(batch.records)
        if self.raising is not None:
            raise self.raising()
        if self.dropping:
            batch.records.clear()
        kept = len(batch.records)
        return Report(received, kept, received - kept, self.findings)


@dataclass(slots=True)
class Serving:
    """A handler behind a real socket, and what it counts."""

    port: int
    handler: Handler
    telemetry: Telemetry
    listener: Listener
    program: Keeping

    def requests(self, lane: str, vendor_name: str) -> dict[tuple[str, str], int]:
        """Give the requests of a lane by outcome and reason, without zeros."""
        meter = self.telemetry.lane(lane, vendor_name)
        counts = {(fate[0].value, fate[1]): self.telemetry.store.values[slot] for fate, slot in meter.requests.items()}
        return {fate: count for fate, count in counts.items() if count}


LIMITS = IntakeLimits(body_bytes=2**20, header_bytes=16384, read_timeout_s=5.0)


@asynccontextmanager
async def serving(
    upstream: str,
    *,
    program: Keeping | None = None,
    limits: IntakeLimits = LIMITS,
    keepalive_timeout_s: float = 75.0,
    in_flight: int = 8,
    origins: tuple[str, ...] = ("*",),
    delivery: Delivery | None = None,
    inline_bytes: int = 65536,
    elsewhere: Mapping[str, str] | None = None,
) -> AsyncIterator[Serving]:
    """Serve Mixpanel below `/mp` and Segment below `/seg` with a heart that keeps everything."""
    keeping = program or Keeping()
    telemetry, client = Telemetry(), Client()
    lanes = []
    for dialect in ("mixpanel", "segment"):
        meter = telemetry.lane(dialect, dialect)

        def gauge(step: int, slot: int = meter.upstream_in_flight) -> int:
            return telemetry.add(slot, step)

        timeouts = Timeouts(connect_s=2, total_s=5)
        direct = delivery or Direct(client, Upstream(upstream), timeouts, in_flight, 2**20, gauge)
        prefix = {"mixpanel": "/mp", "segment": "/seg"}[dialect]
        fake = cast("Program", keeping)
        ends = {
            route: Direct(client, Upstream(base), timeouts, in_flight, 2**20, gauge)
            for route, base in (elsewhere or {}).items()
        }
        lanes.append(Lane(dialect, prefix, DIALECTS[dialect], fake, direct, Origins(origins), meter, ends))
    workers = Workers(inline_bytes, 2**20)
    handler = Handler(Lanes(lanes), workers, limits, telemetry, AccessLog(1.0))
    server = Server(handler, ServerLimits(limits.header_bytes, keepalive_timeout_s, 100, 2**24), reply.turned_away)
    opened = open_tcp(LOOPBACK, 0)
    listener = Listener(server, opened)
    await listener.open()
    try:
        yield Serving(int(listener.address.rpartition(":")[2]), handler, telemetry, listener, keeping)
    finally:
        await listener.close()
        workers.close()
        await client.close()


EVENT = b'data={"event":"Plan Selected","properties":{"token":"tok","distinct_id":"u-1","$insert_id":"i-1"}}'
