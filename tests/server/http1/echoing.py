"""A public port without lanes behind it: every request is answered with its own body, and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from proxy.errors import EventveilError
from proxy.server import reply
from proxy.server.http1.connection import ServerLimits
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response
from proxy.server.http1.server import Server
from proxy.server.intake import IntakeLimits, read_body
from proxy.server.listener import Listener, Tls, open_tcp
from tests.fakes import LOOPBACK, sdk

Accepted = tuple[str, str, bytes]
"""Method, target and body of a request that was read to its end."""

LAST = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
"""Sent behind everything else: it is answered when nothing before it took it for its own, and ends the connection."""

LIMITS = IntakeLimits(body_bytes=2**20, header_bytes=16384, read_timeout_s=5.0)


@dataclass(slots=True)
class Echo:
    """Answers and records.

    Args:
        port: where it listens.
        hold: while it is set to an event, answers wait for it.
        large: the body of each answer, in place of the request's own.
        raising: what it raises in place of an answer, against its word.
        accepted: requests that were read to their end.
        refused: reasons of those that were not, and of what was no HTTP.
        loud: what the event loop complained about.
    """

    limits: IntakeLimits = LIMITS
    hold: asyncio.Event | None = None
    large: bytes = b""
    status: int = 200
    raising: Exception | None = None
    port: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    loud: list[dict[str, Any]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _listener: Listener | None = None
    _server: Server | None = None

    async def __call__(self, request: Request) -> Response:
        self.arrived.set()
        if self.raising is not None:
            raise self.raising
        try:
            body = await read_body(request, self.limits)
        except EventveilError as error:
            self.refused.append(error.reason)
            return reply.refused(error)
        self.accepted.append((request.method, request.target, body))
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        return Response(self.status, [("Content-Type", "text/plain")], self.large or body)

    async def until(self, count: int) -> None:
        """Wait until so many requests are accepted."""
        while len(self.accepted) < count:
            self.arrived.clear()
            await self.arrived.wait()

    async def emptied(self) -> None:
        """Wait until no connection is open."""
        assert self._server is not None
        await self._server.crowd.empty.wait()

    def waiting(self) -> int:
        """Count the requests that are parsed and not yet handled."""
        assert self._server is not None
        return sum(len(connection._queue) for connection in self._server.crowd.members)

    def held(self) -> int:
        """Count the bytes of bodies that are held."""
        assert self._server is not None
        room = self._server._terms.room
        return room.limit_bytes - room.free

    async def close(self) -> None:
        """Close the port and all connections."""
        assert self._listener is not None
        await self._listener.close()

    def turn_away(self, error: EventveilError) -> Response:
        self.refused.append(error.reason)
        return reply.turned_away(error)


@asynccontextmanager
async def echoing(
    *,
    keepalive_timeout_s: float = 75.0,
    connections: int = 100,
    held_bytes: int = 2**24,
    tls: Tls | None = None,
    **how: Any,
) -> AsyncIterator[Echo]:
    """Open the port; nothing may be said to the event loop's exception handler."""
    echo = Echo(**how)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: echo.loud.append(context))
    limits = ServerLimits(echo.limits.header_bytes, keepalive_timeout_s, connections, held_bytes)
    server = Server(echo, limits, echo.turn_away)
    listener = Listener(server, open_tcp(LOOPBACK, 0), tls)
    echo._server, echo._listener = server, listener
    await listener.open()
    echo.port = int(listener.address.rpartition(":")[2])
    try:
        yield echo
    finally:
        await listener.close()
    assert [] == echo.loud


async def exchanged(echo: Echo, *pieces: bytes, last: bytes = LAST) -> list[int]:
    """Send pieces over one connection, a turn of the loop between them, then `last`; give the statuses of all answers.

    A connection that is closed by the server early is not an error: what it answered before counts.
    """
    async with sdk(echo.port) as client:
        for piece in (*pieces, last):
            client.writer.write(piece)
            await asyncio.sleep(0)
        return statuses(await client.rest())


async def turns(count: int = 50) -> None:
    """Let the event loop turn: what has reached the socket is read."""
    for _ in range(count):
        await asyncio.sleep(0)


def statuses(data: bytes) -> list[int]:
    """Take whole answers apart, each with a length or without a body."""
    found = []
    while data:
        head, _, data = data.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        found.append(int(lines[0].split()[1]))
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        data = data[length:]
    return found
