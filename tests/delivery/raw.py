"""A vendor that speaks bytes: it reads requests by their length and answers each as it is told, well formed or not."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import uvloop

from proxy.model import Headers, WireRequest
from tests.fakes import LOOPBACK

LOOPS = {"asyncio": asyncio.run, "uvloop": uvloop.run}
"""asyncio's own loop is what other tests run on, uvloop is what eventveil runs on."""

Run = Callable[[Coroutine[Any, Any, None]], None]

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def post(body: bytes = b"{}", headers: Headers = (), method: str = "POST") -> WireRequest:
    """Make a request to send."""
    return WireRequest(method, "/track", "a=1", headers, body)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    while not condition():  # noqa: ASYNC110 - what a kernel buffers has no event
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Turn:
    """How one request is taken.

    Args:
        answer: `%BODY` in it stands for the request's.
        end: what becomes of the connection afterwards, without a word about it in the answer.
        early: the answer comes when the head is there, and the body is not read.
        dripping: byte by byte.
    """

    answer: bytes = OK
    end: Literal["", "close", "reset"] = ""
    early: bool = False
    dripping: bool = False


@dataclass(slots=True)
class RawVendor:
    """Takes its turns one after the other, the last one for ever.

    Args:
        used: for each request, the number of the connection that it came on.
        ended: set when a connection was closed by either side.
        arrived: set when a request is there.
        reading: while it is cleared, bodies are not read.
    """

    turns: tuple[Turn, ...]
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    connections: int = 0
    closed: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Event = field(default_factory=asyncio.Event)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        number, self.connections = self.connections, self.connections + 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while await self._take(reader, writer, number):
                    pass
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
        finally:
            self.closed += 1
            self.ended.set()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
        request = await reader.readuntil(b"\r\n\r\n")
        turn = self.turns[min(len(self.requests), len(self.turns) - 1)]
        length = LENGTH.search(request)
        if length and not turn.early:
            await self.reading.wait()
            request += await reader.readexactly(int(length[1]))
        self.requests.append(request)
        self.used.append(number)
        self.arrived.set()
        answer = turn.answer.replace(b"%BODY", request.partition(b"\r\n\r\n")[2])
        for piece in [answer[at : at + 1] for at in range(len(answer))] if turn.dripping else [answer]:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if turn.end == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        while turn.early and not turn.end and await reader.read(2**16):
            pass
        return not turn.end


@asynccontextmanager
async def raw_vendor(
    *turns: Turn, tls: ssl.SSLContext | None = None, host: str = LOOPBACK, reading: bool = True
) -> AsyncIterator[RawVendor]:
    """Open one on a free port."""
    fake = RawVendor(turns or (Turn(),))
    if reading:
        fake.reading.set()
    server = await asyncio.start_server(fake, host, 0, ssl=tls, limit=2**17)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for writer in fake.writers:
            with suppress(AttributeError):  # of asyncio before 3.11.5, where a TLS connection has ended already
                writer.transport.abort()
        await until(lambda: fake.closed == fake.connections)
