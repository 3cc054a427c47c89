"""A vendor in asyncio, where there is no nginx: reads requests with a Content-Length and says 200. Keeps the last ones.

Run as `python -m benchmarks.sink PORT`; `fidelity` opens one in its own process to see what arrives.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import cast

import uvloop

from proxy.model import WireRequest

__all__ = ["Sink", "listen"]

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{"error":null,"status":1}'


class Sink(asyncio.Protocol):
    """One connection.

    Args:
        keep: is given each request; by default nothing is kept.
    """

    def __init__(self, keep: Callable[[WireRequest], None] | None = None) -> None:
        self._keep, self._buffer = keep, bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = tuple((line.partition(": ")[0], line.partition(": ")[2]) for line in lines)
            length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            if self._keep is not None:
                method, target, _ = first.split(" ", 2)
                path, _, query = target.partition("?")
                self._keep(WireRequest(method, path, query, headers, body))
            if self._transport is not None:
                self._transport.write(ANSWER)


async def listen(port: int, keep: Callable[[WireRequest], None] | None = None) -> asyncio.Server:
    """Open a vendor on loopback."""
    return await asyncio.get_running_loop().create_server(lambda: Sink(keep), "127.0.0.1", port, backlog=4096)


async def _main() -> None:
    server = await listen(int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main())
