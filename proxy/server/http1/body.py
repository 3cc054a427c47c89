"""The body of one request while it arrives.

`parser` feeds it, `server.intake` waits for it and takes it. It never looks at the bytes and sets no limit of its own.
"""

from __future__ import annotations

import asyncio

from proxy.errors import EventveilError

__all__ = ["Body"]


class Body:
    """Pieces until the last one; whole, or broken.

    `size` is how many bytes there are so far, `complete` whether there will be no more.
    """

    __slots__ = ("_error", "_limit", "_pieces", "_waiter", "complete", "size")

    def __init__(self) -> None:
        self.size, self.complete = 0, False
        self._pieces: list[bytes] = []
        self._error: EventveilError | None = None
        self._limit = 0
        self._waiter: asyncio.Future[None] | None = None

    def feed(self, piece: bytes) -> None:
        """Take a piece."""
        self._pieces.append(piece)
        self.size += len(piece)
        if self._waiter is not None and self.size > self._limit:
            self._wake()

    def finish(self) -> None:
        """Take note that this was all."""
        self.complete = True
        self._wake()

    def fail(self, error: EventveilError) -> None:
        """Take note that the rest will never come, or makes no sense."""
        if not self.complete and self._error is None:
            self._error = error
            self._wake()

    async def arrival(self, limit: int) -> None:
        """Wait until it is whole, broken, or larger than `limit` bytes; one waits at a time."""
        if self.complete or self._error is not None or self.size > limit:
            return
        self._limit = limit
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def whole(self) -> bytes:
        """Give all of it.

        Raises:
            EventveilError: it broke off, or its coding is invalid.
        """
        if self._error is not None:
            raise self._error
        return b"".join(self._pieces)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
