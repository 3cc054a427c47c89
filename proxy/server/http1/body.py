"""The body of one request while it arrives.

`parser` feeds it, `server.intake` waits for it and takes it. It never looks at the bytes and sets no limit of its own.
"""

from __future__ import annotations

import asyncio

from proxy.errors import EventveilError, Overloaded, WireError

__all__ = ["Body", "Room"]


class Room:
    """What the bodies of all connections may take together, so that many large ones do not end the process.

    `free` is how many bytes are left.
    """

    __slots__ = ("free", "limit_bytes")

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = self.free = limit_bytes


class Body:
    """Pieces until the last one; whole, or broken. `complete` says that there will be no more.

    It breaks, too, with a piece for which there is no room (`Overloaded`, 503).
    """

    __slots__ = ("_data", "_error", "_limit", "_room", "_waiter", "complete")

    def __init__(self, room: Room) -> None:
        self._room = room
        self.complete = False
        self._data: bytes | bytearray = b""
        self._error: EventveilError | None = None
        self._limit = 0
        self._waiter: asyncio.Future[None] | None = None

    @property
    def size(self) -> int:
        """How many bytes there are so far."""
        return len(self._data)

    def feed(self, piece: bytes) -> None:
        """Take a piece; a million of two bytes take no more room than one of two million."""
        if self._error is not None:
            return
        if len(piece) > self._room.free:
            limit = self._room.limit_bytes
            self.fail(Overloaded(f"at most {limit} bytes in the bodies of all requests", "one piece more", "body"))
            return
        self._room.free -= len(piece)
        if not self._data:
            self._data = piece
        elif isinstance(self._data, bytearray):
            self._data += piece
        else:
            self._data = bytearray(self._data + piece)
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
        whole = self._data = bytes(self._data)
        return whole

    def drop(self) -> None:
        """Let go of what there is, and of what may still come: the request is answered."""
        if not self.complete:
            self.fail(WireError("a body of a request that waits", "one whose request is answered", "body"))
        self._room.free += len(self._data)
        self._data = b""

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
