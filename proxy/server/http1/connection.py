"""One connection: what arrives is parsed, requests are handled one after the other, answers go out in their order.

`server` makes one for each client. A single task serves the whole connection, so that a request costs neither a task
nor a timer. No more is parsed while a parsed request waits, and nothing is read while the client does not take its
answers, so that a client holds at most what one read brings. Nothing here decides about a request or logs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import cast

from proxy.errors import EventveilError
from proxy.server.http1.body import Room
from proxy.server.http1.crowd import Crowd
from proxy.server.http1.parser import Parser
from proxy.server.http1.request import Request
from proxy.server.http1.response import CONTINUE, Response, encode

__all__ = ["Connection", "ServerLimits", "Terms"]

SLICE_BYTES = 16384
"""Parsed at a time: llhttp cannot be stopped within, and 64 KiB hold thousands of the smallest requests."""

LINGERING_S = 2.0
"""How long a body that nobody wants is read on, so that the client sees the answer before the connection closes."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What one connection may ask, and how many there may be.

    Args:
        header_bytes: of one line, and of a head while it arrives.
        keepalive_timeout_s: a connection that is idle, that has not finished its headers, or that does not take its
            answers, is closed after this.
        connections: open at once.
        held_bytes: of the bodies of all requests that have no answer yet.
    """

    header_bytes: int
    keepalive_timeout_s: float
    connections: int
    held_bytes: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What all connections of a server share.

    Args:
        handle: answers a request; must not raise.
        refuse: answers what is no request.
    """

    handle: Callable[[Request], Awaitable[Response]]
    refuse: Callable[[EventveilError], Response]
    limits: ServerLimits
    crowd: Crowd[Connection]
    room: Room


class Connection(asyncio.Protocol):
    """One client.

    `deadline` is when the server ends it, in the loop's time; `ending` says that the answer under way is the last.
    """

    __slots__ = (
        "_blocked", "_held", "_loop", "_lost", "_parser", "_paused", "_queue", "_task", "_terms", "_transport",
        "_waiter", "deadline", "ending",
    )  # fmt: skip

    def __init__(self, terms: Terms, loop: asyncio.AbstractEventLoop) -> None:
        self._terms, self._loop = terms, loop
        self._queue: deque[Request | EventveilError] = deque()
        self._held = b""
        self._paused = self._blocked = self._lost = self.ending = False
        self._waiter: asyncio.Future[None] | None = None
        self.deadline = inf

    # --- what the event loop calls -----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start serving."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        name = transport.get_extra_info("peername")
        peer = str(name[0]) if isinstance(name, tuple) else ""
        self._parser = Parser(self._found, self._go_on, peer, self._terms.limits.header_bytes, self._terms.room)
        self._terms.crowd.join(self)
        self._rest()
        self._task = self._loop.create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, or keep it while a request waits already."""
        if self._parser.finished:
            self._parser.feed(data)  # read and forgotten
        elif self._queue or self._held:
            self._held += data
            self._pause()
        else:
            self._parse(data)

    def eof_received(self) -> None:
        """Let the transport close: an SDK that stops sending does not wait for its answer."""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Handle what arrived whole, though nobody waits for an answer: some SDKs write, and close without reading."""
        self._lost, self._blocked = True, False
        if not self._held:
            self._parser.end()
        self.stop()
        if self._task.done():
            self._terms.crowd.leave(self)
        else:
            self._task.add_done_callback(lambda _: self._terms.crowd.leave(self))

    def pause_writing(self) -> None:
        """Read no more from a client that does not take its answers."""
        self._blocked = True
        self._pause()

    def resume_writing(self) -> None:
        """Go on, with reading too: no request waits that would do it."""
        self._blocked = False
        self._catch_up()
        self._wake()

    # --- what the server calls ---------------------------------------------------------------------------------------

    @property
    def closing(self) -> bool:
        """Whether it is closed as soon as what is written has left."""
        return self._transport.is_closing()

    @property
    def idle(self) -> bool:
        """Whether no request is under way: it waits for one, or for the rest of its headers."""
        return self._waiter is not None and not self._queue and not self.ending

    def stop(self) -> None:
        """End after the next answer, or at once when there is no request."""
        self.ending = True
        if not self._queue and (self._waiter is not None or self._task.done()):
            self._transport.close()  # sends what is written first
        self._wake()

    def expire(self) -> None:
        """End: nothing came, or nothing was taken, in time."""
        if self._blocked or self.ending:
            self._transport.abort()
        elif not self._queue:
            self.stop()

    def abandon(self) -> None:
        """End at once, whatever is under way."""
        self._task.cancel()
        self._transport.abort()

    # --- in ----------------------------------------------------------------------------------------------------------

    def _parse(self, data: bytes) -> None:
        """Parse in slices, until a request waits; the rest is held."""
        position, parser = 0, self._parser
        try:
            while position < len(data) and not self._queue:
                parser.feed(data if len(data) <= SLICE_BYTES else data[position : position + SLICE_BYTES])
                position += SLICE_BYTES
        except EventveilError as error:
            self._queue.append(error)
            self._wake()
        self._held = data[position:]

    def _found(self, request: Request) -> None:
        self._queue.append(request)
        self._wake()

    def _catch_up(self) -> None:
        """Parse what was held as soon as no request waits, and read on."""
        if self._held and not self._queue:
            self._parse(self._held)
        if self._lost:
            if not self._held:
                self._parser.end()
        elif self._paused and not self._blocked and not self._held and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    def _pause(self) -> None:
        if not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(CONTINUE)

    # --- through and out ---------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Answer one request after the other, until there will be no other."""
        while True:
            while not self.ending and (self._blocked or not self._queue):
                self._rest()
                self._waiter = self._loop.create_future()
                await self._waiter
                self._waiter = None
            if not self._queue:
                return
            self.deadline = inf
            asked = self._queue.popleft()
            if self._held or self._paused:
                self._catch_up()
            if isinstance(asked, Request):
                try:
                    self._answer(asked, await self._response(asked))
                finally:
                    asked.body.drop()
            else:
                self._send(self._terms.refuse(asked), "close", whole=False)

    async def _response(self, request: Request) -> Response:
        try:
            return await self._terms.handle(request)
        except Exception:  # noqa: BLE001 - the last door: a handler that breaks its word says nothing to the client
            response = self._terms.refuse(EventveilError("to know what to do"))
            response.close = True
            return response

    def _answer(self, request: Request, response: Response) -> None:
        whole = request.body.complete
        ends = self.ending or response.close or not whole or not request.keep_alive
        option = "close" if ends else "keep-alive" if request.head.version == "1.0" else ""
        self._send(response, option, whole=whole, bare=request.method == "HEAD")

    def _send(self, response: Response, option: str, *, whole: bool, bare: bool = False) -> None:
        """Write an answer, and part from the client if it says `close`; `whole` says that the request is all there."""
        if self._transport.is_closing():
            return
        self._transport.write(encode(response, bare=bare, connection=option))
        if option == "close":
            self._part(gently=not whole or self._parser.overrun or bool(self._queue or self._held))

    def _part(self, *, gently: bool) -> None:
        """Close; gently when the client may still be sending, so that a reset does not overtake the answer."""
        for waiting in self._queue:
            if isinstance(waiting, Request):
                waiting.body.drop()
        self._queue.clear()
        self._held, self._parser.finished, self.ending = b"", True, True
        if not gently:
            self._rest()  # for a client that does not take its answer
            self._transport.close()
            return
        self.deadline = self._loop.time() + LINGERING_S
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._catch_up()

    def _rest(self) -> None:
        """Set the deadline of a connection that has nothing to do."""
        self.deadline = self._loop.time() + self._terms.limits.keepalive_timeout_s

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
