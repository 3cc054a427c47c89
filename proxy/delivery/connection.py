"""One connection to a vendor: a request goes out, an answer comes back, or it ends.

`pool` has connections made and gives each one request at a time. There is no task and no timer here: whoever sends
waits on one future, and `pool` calls `expire` when time is up. An exchange that ends in any way but a whole answer
closes the connection, and so does a byte that nobody asked for. Only of a new connection such bytes are kept, since
they are meant for nobody else: a vendor or balancer that has no room says so before it was asked.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import cast

from proxy.delivery.answer import AnswerReader
from proxy.delivery.delivery import Answer
from proxy.delivery.upstream import Origin
from proxy.errors import DeliveryError, UpstreamTimeout, UpstreamUnreachable

__all__ = ["LARGE_BYTES", "Connection"]

LARGE_BYTES = 2**20
"""Larger bodies go out in pieces that wait for the vendor to read, so that one does not hold up the event loop."""

PIECE_BYTES = 2**18
BAD_REQUEST = 400


class Connection(asyncio.Protocol):
    """Carries one exchange at a time.

    Args:
        origin: where it leads.
        opened, gone: told once each, when the connection can be written to and when it is closed.

    `pool` writes `deadline` before an exchange and `idle_since` after it, and reads `born`; all by the loop's clock.
    """

    __slots__ = (
        "_early", "_gone", "_is_new", "_loop", "_opened", "_poll", "_reader", "_room", "_transport", "_unasked",
        "_waiter", "born", "deadline", "idle_since", "origin",
    )  # fmt: skip

    def __init__(
        self, origin: Origin, opened: Callable[[Connection], None], gone: Callable[[Connection], None]
    ) -> None:
        self.origin = origin
        self._opened, self._gone = opened, gone
        self._loop = asyncio.get_running_loop()
        self.born = self.idle_since = self._loop.time()
        self.deadline = 0.0
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[Answer | DeliveryError] | None = None
        self._room: asyncio.Future[None] | None = None
        self._is_new, self._unasked = True, b""
        self._early = False  # the answer came before all of the request was sent, or something came behind it

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._waiter is not None

    @property
    def is_open(self) -> bool:
        """Whether it is, as far as the loop has seen."""
        return not self._transport.is_closing()

    def is_fresh(self) -> bool:
        """Whether it is open and silent as the kernel sees it; the loop may not have come round to the vendor's end."""
        return self.is_open and not self._poll.poll(0)

    async def exchange(self, head: bytes, body: bytes, reader: AnswerReader) -> Answer:
        """Send one request and read its answer.

        Raises:
            UpstreamTimeout: 504, `expire` was called.
            DeliveryError: 502, the connection broke, or what came is no answer for us.
        """
        unasked, self._unasked, self._is_new = self._unasked, b"", False
        if unasked:
            return _refusal(reader, unasked)
        if not self.is_open:
            raise _ended(None)
        self._reader, self._early = reader, False
        self._waiter = waiter = self._loop.create_future()
        kept = False
        try:
            if len(body) > LARGE_BYTES:
                await self._write_pieces(head, body, waiter)
            else:
                self._transport.write(head + body)
            got: Answer | DeliveryError = await waiter
            if isinstance(got, DeliveryError):
                raise got
            kept = reader.reusable and not self._early
            return got
        finally:
            self._reader = self._waiter = None
            if not kept:
                self.abort()

    def expire(self) -> None:
        """End the exchange: its time is up."""
        self._finish(UpstreamTimeout("an answer in time", "TimeoutError", "upstream"))
        self.abort()

    def abort(self) -> None:
        """Close without a word, and without waiting for the vendor's; an exchange under way fails."""
        self._transport.abort()

    async def _write_pieces(self, head: bytes, body: bytes, waiter: asyncio.Future[Answer | DeliveryError]) -> None:
        """Write as fast as the vendor reads, until it has answered: then the rest is not wanted."""
        self._transport.write(head)
        view = memoryview(body)
        for start in range(0, len(body), PIECE_BYTES):
            self._transport.write(view[start : start + PIECE_BYTES])
            if self._room is not None:
                await self._room
            else:
                await asyncio.sleep(0)
            if waiter.done():
                self._early = True
                return

    def _finish(self, outcome: Answer | DeliveryError) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(outcome)
        self.resume_writing()

    # --- called by the event loop ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        """Feed the reader; without one, or behind its answer, nobody wants to hear anything."""
        if self._reader is None or self._reader.answer is not None:
            self._early = True
            if self._is_new:
                self._unasked += data
            self.abort()
            return
        try:
            answer = self._reader.feed(data)
        except DeliveryError as error:
            self._finish(error)
            return
        if answer is not None:
            self._early = self._transport.get_write_buffer_size() > 0
            self._finish(answer)

    def eof_received(self) -> None:
        """Take the vendor's end; the transport then closes."""
        if self._reader is None or self._reader.answer is not None:
            return
        try:
            self._finish(self._reader.end())
        except DeliveryError as error:
            self._finish(error)

    def connection_lost(self, error: Exception | None) -> None:
        """Fail what is under way."""
        self._finish(_ended(error))
        self._gone(self)

    def pause_writing(self) -> None:
        """Let a large body wait."""
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        """Let it go on."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None


def _refusal(reader: AnswerReader, unasked: bytes) -> Answer:
    """Read what came before there was a request, which is then not sent: only a whole answer that refuses is believed.

    Raises:
        UpstreamUnreachable: 502, it is no such answer.
        DeliveryError: 502, it is none for us.
    """
    answer = reader.feed(unasked)
    if answer is None or answer.status < BAD_REQUEST:
        raise UpstreamUnreachable("an answer", "something else before the request", "upstream")
    return answer


def _ended(error: Exception | None) -> UpstreamUnreachable:
    got = type(error).__name__ if error else "the end of the connection"
    return UpstreamUnreachable("a whole answer", got, "upstream")
