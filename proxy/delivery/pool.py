"""The process's connections to vendors: which are idle, which are late, how many there may be.

`direct` sends through one `Pool` that all lanes share and that outlives a reload. A request takes the connection that
became idle last (the others may then grow old and go) or opens one. It is never sent twice: a connection that the
vendor has closed is seen before the first byte is written and another is taken; one that closes later fails the
request, a GET too, since GETs carry events. The SDK sends it again, by the vendor's own rules against duplicates.

One timer for the whole pool looks every `SWEEP_S` for exchanges past their deadline and connections idle too long, so
that a request needs no timer of its own. It runs only while there are connections.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

from proxy.delivery.answer import AnswerReader
from proxy.delivery.connecting import connect
from proxy.delivery.connection import Connection
from proxy.delivery.delivery import Answer, Timeouts
from proxy.delivery.names import Names
from proxy.delivery.request import request_head
from proxy.delivery.upstream import Origin, Upstream
from proxy.errors import UpstreamUnreachable
from proxy.model import WireRequest

__all__ = ["Pool"]

SWEEP_S = 0.25

IDLE_S = 15.0
"""Vendors close after 60 s and more (nginx 75, AWS load balancers 60), Node after 5; aiohttp's client keeps 15."""

AGE_S = 240.0
"""A vendor that moves is followed within this, however busy a connection is."""

IDLE_LIMIT = 256
"""For each origin: as many as a lane has under way by default."""

CLOSING_S = 1.0


class Pool:
    """Connections, by origin. Made and closed within one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._names = Names()
        self._open: set[Connection] = set()
        self._idle: dict[Origin, list[Connection]] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._empty = asyncio.Event()

    async def exchange(self, upstream: Upstream, request: WireRequest, timeouts: Timeouts, limit_bytes: int) -> Answer:
        """Send a request and wait for its whole answer.

        Args:
            limit_bytes: of the answer's body.

        Raises:
            EventveilError: 500, the request is none that may be written.
            UpstreamTimeout: 504, no whole answer in time.
            DeliveryError: 502, no connection, or no answer for us.
        """
        head = request_head(upstream, request)
        deadline = self._loop.time() + timeouts.total_s
        connection = self._fresh(upstream.origin) or await self._new(upstream.origin, timeouts)
        connection.deadline = deadline
        reader = AnswerReader(limit_bytes, bodiless=request.method == "HEAD")
        try:
            return await connection.exchange(head, request.body, reader)
        finally:
            self._keep(connection)

    async def close(self) -> None:
        """Close all connections; what is under way fails."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._empty.clear()
        for connection in self._open:
            connection.abort()
        if self._open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), CLOSING_S)

    def _fresh(self, origin: Origin) -> Connection | None:
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if connection.is_fresh():
                return connection
            connection.abort()
        return None

    async def _new(self, origin: Origin, timeouts: Timeouts) -> Connection:
        if self._closed:
            raise UpstreamUnreachable("a process that goes on", "one that stops", "upstream")
        return await connect(origin, timeouts, self._names, partial(Connection, origin, self._opened, self._gone))

    def _opened(self, connection: Connection) -> None:
        self._open.add(connection)
        if self._closed:  # while it was being opened
            connection.abort()
        elif self._sweeper is None:
            self._sweeper = self._loop.call_later(SWEEP_S, self._sweep)

    def _keep(self, connection: Connection) -> None:
        """Keep a connection for the next request, if it is good for one."""
        if not connection.is_open:
            return
        now = self._loop.time()
        idle = self._idle.setdefault(connection.origin, [])
        if now - connection.born > AGE_S or len(idle) >= IDLE_LIMIT:
            connection.abort()
            return
        connection.idle_since = now
        idle.append(connection)

    def _gone(self, connection: Connection) -> None:
        self._open.discard(connection)
        idle = self._idle.get(connection.origin, [])
        if connection in idle:
            idle.remove(connection)
        if not idle:
            self._idle.pop(connection.origin, None)  # or each reload would leave its certificates here
        if not self._open:
            self._empty.set()

    def _sweep(self) -> None:
        now = self._loop.time()
        for connection in list(self._open):
            if connection.busy:
                if now >= connection.deadline:
                    connection.expire()
            elif now - connection.idle_since >= IDLE_S:
                connection.abort()
        self._sweeper = self._loop.call_later(SWEEP_S, self._sweep) if self._open else None
