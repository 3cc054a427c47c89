"""How a connection comes to be, and all the ways in which it does not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from proxy.delivery.answer import AnswerReader
from proxy.delivery.connecting import _first, _in_turn, _translated, connect
from proxy.delivery.connection import Connection
from proxy.delivery.delivery import Timeouts
from proxy.delivery.names import Names
from proxy.delivery.upstream import Origin, tls_context
from proxy.errors import DeliveryError, UpstreamTimeout, UpstreamUnreachable
from tests.certificates import Authority
from tests.delivery.raw import LOOPS, Run, raw_vendor, until
from tests.fakes import LOOPBACK

TIMEOUTS = Timeouts(5, 5)
REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"

on_both_loops = pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)


async def _connected(host: str, port: int, tls: ssl.SSLContext | None, timeouts: Timeouts = TIMEOUTS) -> bytes:
    """Connect and exchange one request; wait until the connection is gone."""
    gone = asyncio.Event()
    origin = Origin(host, port, tls)
    made = partial(Connection, origin, lambda connection: None, lambda connection: gone.set())
    connection = await connect(origin, timeouts, Names(), made)
    answer = await connection.exchange(REQUEST, b"", AnswerReader(100))
    connection.abort()
    await gone.wait()
    return answer.body


async def _refused(host: str, port: int, tls: ssl.SSLContext | None, timeouts: Timeouts = TIMEOUTS) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await _connected(host, port, tls, timeouts)
    return caught.value


@on_both_loops
def test_a_vendor_is_reached_with_and_without_tls(run: Run, tmp_path: Path) -> None:
    """By an address or by a name of which one address answers."""
    authority = Authority(tmp_path)
    trusting = tls_context(authority.bundle)

    async def reach() -> None:
        async with raw_vendor() as fake:
            assert b"ok" == await _connected(LOOPBACK, fake.port, None)
            assert b"ok" == await _connected("localhost", fake.port, None)
        async with raw_vendor(tls=authority.issue("vendor").context()) as fake:
            assert b"ok" == await _connected(LOOPBACK, fake.port, trusting)

    run(reach())


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
@on_both_loops
def test_a_vendor_is_reached_by_ipv6(run: Run) -> None:
    """An address literal, without its brackets."""

    async def reach() -> None:
        async with raw_vendor(host="::1") as fake:
            assert b"ok" == await _connected("::1", fake.port, None)

    run(reach())


@on_both_loops
def test_only_a_certificate_that_verifies_is_trusted(run: Run, tmp_path: Path) -> None:
    """Not one of an unknown authority, not one for another host, not one of yesterday; no request is sent."""
    authority = Authority(tmp_path)
    trusting = tls_context(authority.bundle)
    cases = [
        (authority.issue("unknown"), tls_context(None)),
        (authority.issue("other", "127.0.0.9"), trusting),
        (authority.issue("old", last_day=-1), trusting),
    ]

    async def reach() -> None:
        for pair, tls in cases:
            async with raw_vendor(tls=pair.context()) as fake:
                error = await _refused(LOOPBACK, fake.port, tls)
            expected = (UpstreamUnreachable, "a certificate that verifies", "SSLCertVerificationError")
            assert (*expected, []) == (type(error), error.expected, error.got, fake.requests)

    run(reach())


async def _nobody(attempt: Callable[[int], Awaitable[DeliveryError]]) -> DeliveryError:
    with socket.create_server((LOOPBACK, 0)) as closed:
        port = closed.getsockname()[1]
    return await attempt(port)


async def _plain(attempt: Callable[[int], Awaitable[DeliveryError]]) -> DeliveryError:
    closed = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        closed.set()

    async with await asyncio.start_server(refuse, LOOPBACK, 0) as server:
        error = await attempt(server.sockets[0].getsockname()[1])
        await closed.wait()
    return error


async def _silent(attempt: Callable[[int], Awaitable[DeliveryError]]) -> DeliveryError:
    with socket.create_server((LOOPBACK, 0)) as silent:
        return await attempt(silent.getsockname()[1])


class Case(NamedTuple):
    """Who is there, how it is tried, and what comes of it."""

    who: Callable[[Callable[[int], Awaitable[DeliveryError]]], Awaitable[DeliveryError]]
    host: str
    secure: bool
    timeouts: Timeouts
    kind: type[DeliveryError]
    expected: str


UNREACHED = {
    "nobody listens": Case(_nobody, LOOPBACK, False, TIMEOUTS, UpstreamUnreachable, "a connection"),
    "no name at all": Case(_nobody, "a" * 64, False, TIMEOUTS, UpstreamUnreachable, "a host name that resolves"),
    "no TLS there": Case(_plain, LOOPBACK, True, TIMEOUTS, UpstreamUnreachable, "a TLS connection"),
    "no word": Case(_silent, LOOPBACK, True, Timeouts(0.05, 5), UpstreamUnreachable, "a connection in time"),
    "no time": Case(_silent, LOOPBACK, True, Timeouts(5, 0.05), UpstreamTimeout, "an answer in time"),
}


@pytest.mark.parametrize("case", UNREACHED.values(), ids=UNREACHED)
@on_both_loops
def test_what_went_wrong_is_told_by_its_kind(run: Run, case: Case) -> None:
    """No address, no name, no text of the system in it."""
    tls = tls_context(None) if case.secure else None

    async def reach() -> None:
        error = await case.who(lambda port: _refused(case.host, port, tls, case.timeouts))
        assert (case.kind, case.expected) == (type(error), error.expected)
        assert error.got.isidentifier()

    run(reach())


FOREIGN = [
    (socket.gaierror(-2, "bob"), "a host name that resolves"),
    (UnicodeError("bob"), "a host name that resolves"),
    (TimeoutError("bob"), "a connection in time"),
    (ssl.SSLCertVerificationError("bob"), "a certificate that verifies"),
    (ssl.SSLEOFError("bob"), "a TLS connection"),
    (ConnectionResetError("bob"), "a connection"),
]


@pytest.mark.parametrize(("foreign", "expected"), FOREIGN)
def test_a_foreign_error_becomes_one_of_ours(foreign: Exception, expected: str) -> None:
    """By its kind; its text stays behind."""
    error = _translated(foreign)
    assert (expected, type(foreign).__name__, False) == (error.expected, error.got, "bob" in str(error))


TURNS = [
    ([(6, "a"), (6, "b"), (4, "c"), (4, "d"), (4, "e")], ["a", "c", "b", "d", "e"]),
    ([(4, "c"), (6, "a")], ["c", "a"]),
    ([(4, "c")], ["c"]),
    ([], []),
]


@pytest.mark.parametrize(("found", "expected"), TURNS)
def test_both_families_take_turns(found: list[tuple[int, str]], expected: list[str]) -> None:
    """A broken IPv6 costs one quarter of a second, not one for each of its addresses."""
    assert expected == _in_turn(found)


# addresses: `slow` never answers, `dead` fails, `good` and `late` connect
RACES = [
    (["good"], "good"),
    (["dead", "good"], "good"),
    (["slow", "good"], "good"),
    (["slow", "dead", "slow", "good", "good"], "good"),
    (["good", "slow"], "good"),
    (["dead"], ConnectionRefusedError),
    (["dead", "dead"], ConnectionRefusedError),
    ([], OSError),
]


@pytest.mark.parametrize(("addresses", "expected"), RACES)
async def test_the_first_address_that_answers_is_taken(addresses: list[str], expected: str | type[OSError]) -> None:
    """And the attempts at the others end before it is given."""
    running = 0

    async def attempt(address: str) -> Connection:
        nonlocal running
        running += 1
        try:
            if address == "dead":
                raise ConnectionRefusedError
            if address == "slow":
                await asyncio.Event().wait()
            return Connection(Origin(address, 1, None), lambda connection: None, lambda connection: None)
        finally:
            running -= 1

    try:
        got: str | type[Exception] = (await _first(addresses, attempt, 0.01)).origin.host
    except OSError as error:
        got = type(error)
    assert (expected, 0) == (got, running)


async def test_a_connection_that_comes_too_late_is_closed() -> None:
    """Two addresses answered at once: one is used, the other does not stay open behind it."""
    gone: list[Connection] = []
    both = asyncio.Barrier(2)
    async with raw_vendor() as fake:
        origin = Origin(LOOPBACK, fake.port, None)

        async def attempt(address: str) -> Connection:
            made = partial(Connection, origin, lambda one: None, gone.append)
            connection = await connect(origin, TIMEOUTS, Names(), made)
            await both.wait()
            return connection

        connection = await _first(["one", "other"], attempt, 0.01)
        await until(lambda: len(gone) == 1)
        assert connection.is_open
        connection.abort()
        await until(lambda: len(gone) == 2)
