"""All connections of a port: it makes them, bounds their number, ends those that take too long, and closes them.

`app` makes one for each port and hands it to a `Listener`. One sweep takes the place of a timer for each connection.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from heapq import nsmallest
from operator import attrgetter
from typing import cast

from proxy.errors import EventveilError, Overloaded
from proxy.server.http1.body import Room
from proxy.server.http1.connection import Connection, ServerLimits, Terms
from proxy.server.http1.crowd import Crowd
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response, encode

__all__ = ["Server"]

SWEEP_S = 1.0
"""At most; a deadline is kept to within this, or to within a quarter of the timeout where that is less."""

ENDED_TOGETHER = 1 / 16
"""The share of all connections that are ended when there are too many, so that looking for them is seldom."""

LOOK_AGAIN_S = 5e-6
"""For each connection, which takes 0.25 µs to look at: where none was idle, they are not all looked at again for the
next one that is turned away."""


class Server:
    """Makes one protocol object for each connection.

    Args:
        handle: answers a request; must not raise.
        refuse: counts what was no HTTP, or one too many, and gives the answer to it.
        gauge: told of each connection that comes (1) and goes (-1).

    `crowd` holds the connections that are open.
    """

    def __init__(
        self,
        handle: Callable[[Request], Awaitable[Response]],
        limits: ServerLimits,
        refuse: Callable[[EventveilError], Response],
        gauge: Callable[[int], object] = lambda step: None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.crowd = Crowd[Connection](gauge)
        self._terms = Terms(handle, refuse, limits, self.crowd, Room(limits.held_bytes))
        self._period_s = min(SWEEP_S, limits.keepalive_timeout_s / 4)
        self._timer: asyncio.TimerHandle | None = None
        self._look_at = 0.0

    @property
    def keepalive_timeout_s(self) -> float:
        """How long a connection may say nothing."""
        return self._terms.limits.keepalive_timeout_s

    def __call__(self) -> asyncio.Protocol:
        """Make the protocol of a new connection; where there are too many, one that turns it away or ends idle ones."""
        if len(self.crowd.members) >= self._terms.limits.connections and not self._made_room():
            return _TurnedAway(self._terms)
        if self._timer is None:
            self._timer = self._loop.call_later(self._period_s, self._sweep)
        return Connection(self._terms, self._loop)

    def pre_shutdown(self) -> None:
        """Close idle connections, and the others after the answer that is under way."""
        for connection in tuple(self.crowd.members):
            connection.stop()

    async def shutdown(self, timeout: float) -> None:  # noqa: ASYNC109 - a part of the work, not a limit to it
        """Give answers `timeout` seconds to be made and sent, and end what is left."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.crowd.empty.wait(), timeout)
        for connection in tuple(self.crowd.members):
            connection.abandon()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.crowd.empty.wait(), timeout)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _made_room(self) -> bool:
        """End the idle connections that have waited longest; False when there is none, or was none just now.

        Those that are closing count as gone: many new ones may come before the loop turns.
        """
        now = self._loop.time()
        if now < self._look_at:
            return False
        staying = [connection for connection in self.crowd.members if not connection.closing]
        if len(staying) < self._terms.limits.connections:
            return True
        idle = [connection for connection in staying if connection.idle]
        longest = nsmallest(max(1, int(len(idle) * ENDED_TOGETHER)), idle, key=attrgetter("deadline"))
        for connection in longest:
            connection.stop()
        if not longest:
            self._look_at = now + len(staying) * LOOK_AGAIN_S
        return bool(longest)

    def _sweep(self) -> None:
        now = self._loop.time()
        for connection in tuple(self.crowd.members):
            if connection.deadline <= now:
                connection.expire()
        self._timer = self._loop.call_later(self._period_s, self._sweep) if self.crowd.members else None


class _TurnedAway(asyncio.Protocol):
    """One connection too many: it is told so and closed, and holds nothing."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer before anything was asked."""
        answer = self._terms.refuse(Overloaded(f"at most {self._terms.limits.connections} connections", "one more"))
        written = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        written.write(encode(answer, bare=False, connection="close"))
        written.close()
