"""How a connection comes to be: name → addresses → the first that takes us → TLS. Errors become ours by one table.

`pool` calls `connect` when it has no connection left. Of several addresses the next is tried when one has not answered
soon (RFC 8305), so that a broken IPv6 route costs that and not the whole timeout; uvloop does not do that by itself.
Names are looked up for each new connection, since connections are few. Texts of foreign errors, which quote addresses
and names, end here.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from itertools import zip_longest

from proxy.delivery.connection import Connection
from proxy.delivery.delivery import Timeouts
from proxy.delivery.names import Names
from proxy.delivery.upstream import Origin
from proxy.errors import DeliveryError, UpstreamTimeout, UpstreamUnreachable

__all__ = ["connect"]

NEXT_ADDRESS_S, NEXT_ADDRESS_TLS_S = 0.25, 0.75
"""Source: RFC 8305 section 5, Connection Attempt Delay. TLS is part of an attempt here, so that it takes three round
trips and not one; a vendor on another continent must not be connected to twice each time."""

TRANSLATED: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "a connection in time"),
    (socket.gaierror, "a host name that resolves"),
    (ssl.SSLCertVerificationError, "a certificate that verifies"),
    (ssl.SSLError, "a TLS connection"),
    (OSError, "a connection"),
    (ValueError, "a host name that resolves"),
)
"""What went wrong → what was expected; the first that fits. A name that IDNA cannot encode is a ValueError."""


async def connect(origin: Origin, timeouts: Timeouts, names: Names, made: Callable[[], Connection]) -> Connection:
    """Open a connection.

    Args:
        names: finds the host's addresses.
        made: makes the protocol object, when there is a socket for it.

    Raises:
        UpstreamUnreachable: 502, no address, no connection, no trust.
        UpstreamTimeout: 504, the time for the whole answer is shorter than that for a connection, and is up.
    """
    try:
        async with asyncio.timeout(min(timeouts.connect_s, timeouts.total_s)):
            return await _open(origin, names, made)
    except TimeoutError as error:
        if timeouts.total_s < timeouts.connect_s:
            raise UpstreamTimeout("an answer in time", type(error).__name__, "upstream") from error
        raise _translated(error) from error
    except (OSError, ValueError) as error:
        raise _translated(error) from error


async def _open(origin: Origin, names: Names, made: Callable[[], Connection]) -> Connection:
    loop = asyncio.get_running_loop()
    name = origin.host.rstrip(".") if origin.tls is not None else None

    async def attempt(address: str) -> Connection:
        # By its address, not on a socket of ours: uvloop does not let go of that one when it is closed as it opens.
        _, made_one = await loop.create_connection(made, address, origin.port, ssl=origin.tls, server_hostname=name)
        return made_one

    found = await names.find(origin.host, origin.port)
    addresses = _in_turn([(family, str(address[0])) for family, _, _, _, address in found])
    return await _first(addresses, attempt, NEXT_ADDRESS_S if origin.tls is None else NEXT_ADDRESS_TLS_S)


def _in_turn(found: Iterable[tuple[int, str]]) -> list[str]:
    """Let IPv6 and IPv4 take turns, the family that the resolver prefers first. Source: RFC 8305 section 4."""
    families: dict[int, list[str]] = {}
    for family, address in found:
        families.setdefault(family, []).append(address)
    return [address for turn in zip_longest(*families.values()) for address in turn if address is not None]


async def _first(
    addresses: list[str], attempt: Callable[[str], Coroutine[None, None, Connection]], next_s: float
) -> Connection:
    """Give the first connection; the next address is tried when one has failed or takes long.

    Raises:
        Exception: of the last attempt, when all have failed.
    """
    left = deque(addresses)
    if len(left) == 1:
        return await attempt(left[0])
    running: set[asyncio.Task[Connection]] = set()
    failure: BaseException | None = None
    try:
        while left or running:
            if left:
                running.add(asyncio.create_task(attempt(left.popleft())))
            patience_s = next_s if left else None
            done, _ = await asyncio.wait(running, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                running.discard(task)
                failure = task.exception()
                if failure is None:
                    return task.result()
        raise failure or OSError
    finally:
        await _drop(running)


async def _drop(running: set[asyncio.Task[Connection]]) -> None:
    for task in running:
        task.cancel()
    for end in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(end, Connection):
            end.abort()


def _translated(error: Exception) -> DeliveryError:
    expected = next(expected for kind, expected in TRANSLATED if isinstance(error, kind))
    return UpstreamUnreachable(expected, type(error).__name__, "upstream")
