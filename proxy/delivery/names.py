"""Host names → addresses, each name in a thread of its own, so that none waits for another.

`pool` has one `Names` and `connecting` asks it. The event loop's own way shares a few threads among all names: one
vendor whose name servers are silent would keep every other vendor from being found, and the process from ending. Here
whoever asks for a name that is being looked up waits for the same answer. Nothing is remembered: the system's resolver
is where an operator caches.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

__all__ = ["Names"]

Found = list[tuple[Any, ...]]
"""As `socket.getaddrinfo` gives it."""


class Names:
    """Looks names up.

    Args:
        ask: the system's resolver, which blocks.
    """

    def __init__(self, ask: Callable[..., Found] = socket.getaddrinfo) -> None:
        self._ask = ask
        self._asked: dict[tuple[str, int], asyncio.Future[Found | Exception]] = {}

    async def find(self, host: str, port: int) -> Found:
        """Give the addresses of a name; an address is its own.

        Raises:
            OSError: it does not resolve.
            ValueError: it is no name.
        """
        with suppress(socket.gaierror):  # it is a name
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        asked = self._asked.get((host, port)) or self._start(host, port)
        got = await asyncio.shield(asked)  # who gives up leaves the others waiting
        if isinstance(got, Exception):
            raise got
        return got

    def _start(self, host: str, port: int) -> asyncio.Future[Found | Exception]:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[Found | Exception] = loop.create_future()

        def tell(got: Found | Exception) -> None:
            del self._asked[host, port]
            asked.set_result(got)

        def look_up() -> None:
            got: Found | Exception
            try:
                got = self._ask(host, port, type=socket.SOCK_STREAM)
            except (OSError, ValueError) as error:
                got = error
            with suppress(RuntimeError):  # the loop is closed, and nobody waits
                loop.call_soon_threadsafe(tell, got)

        Thread(target=look_up, name="name", daemon=True).start()  # no end waits for a name server
        self._asked[host, port] = asked
        return asked
