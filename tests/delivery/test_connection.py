"""One connection: whatever the vendor does, there is one answer or one error, and nothing is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from proxy.delivery.answer import AnswerReader
from proxy.delivery.connecting import connect
from proxy.delivery.connection import LARGE_BYTES, Connection
from proxy.delivery.delivery import Answer, Timeouts
from proxy.delivery.names import Names
from proxy.delivery.upstream import Origin, tls_context
from proxy.errors import DeliveryError, UpstreamTimeout, UpstreamUnreachable
from tests.certificates import Authority
from tests.delivery.raw import LOOPS, OK, RawVendor, Run, Turn, raw_vendor, until
from tests.fakes import LOOPBACK

on_both_loops = pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)


@asynccontextmanager
async def _connection(fake: RawVendor, bundle: Path | None = None) -> AsyncIterator[Connection]:
    gone = asyncio.Event()
    origin = Origin(LOOPBACK, fake.port, tls_context(bundle) if bundle else None)
    made = partial(Connection, origin, lambda connection: None, lambda connection: gone.set())
    connection = await connect(origin, Timeouts(5, 5), Names(), made)
    try:
        yield connection
    finally:
        connection.abort()
        await gone.wait()


async def _send(connection: Connection, body: bytes = b"{}", limit_bytes: int = 1000) -> Answer:
    head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    return await connection.exchange(head, body, AnswerReader(limit_bytes))


# name: what the vendor does, the body or what was expected instead, whether the connection is open afterwards
TURNS: dict[str, tuple[Turn, bytes | str, bool]] = {
    "an answer": (Turn(), b"ok", True),
    "drop by drop": (Turn(dripping=True), b"ok", True),
    "until the end": (Turn(b"HTTP/1.1 200 OK\r\n\r\nall", "close"), b"all", False),
    "a farewell": (Turn(OK.replace(b"200 OK\r\n", b"200 OK\r\nConnection: close\r\n"), "close"), b"ok", False),
    "more than asked": (Turn(OK + OK.replace(b"ok", b"no")), b"ok", False),
    "garbage behind": (Turn(OK + b"\0garbage"), b"ok", False),
    "garbage": (Turn(b"garbage"), "a whole answer", False),
    "both lengths": (Turn(OK.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")), "a whole answer", False),
    "nothing": (Turn(b"", "close"), "a whole answer", False),
    "a reset": (Turn(b"", "reset"), "a whole answer", False),
    "half a head": (Turn(OK[:20], "close"), "a whole answer", False),
    "half a body": (Turn(OK[:-1], "close"), "a whole answer", False),
    "half a body and a reset": (Turn(b"HTTP/1.1 200 OK\r\n\r\nall", "reset"), "a whole answer", False),
    "too much": (Turn(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001), "at most 1000 bytes", False),
    "another protocol": (Turn(b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), "an answer", False),
}  # fmt: skip


@pytest.mark.parametrize(("turn", "expected", "is_open"), TURNS.values(), ids=TURNS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
@on_both_loops
def test_an_exchange_ends_in_an_answer_or_an_error(
    run: Run, secure: bool, turn: Turn, expected: bytes | str, is_open: bool, tmp_path: Path
) -> None:
    """And the connection lives on only after a whole answer with nothing behind it."""
    authority = Authority(tmp_path) if secure else None
    tls = authority.issue("vendor").context() if authority else None

    async def exchange() -> None:
        async with (
            raw_vendor(turn, tls=tls) as fake,
            _connection(fake, authority.bundle if authority else None) as connection,
        ):
            try:
                got: bytes | str = (await _send(connection)).body
            except DeliveryError as error:
                got = error.expected
            assert (expected, is_open, False) == (got, connection.is_open, connection.busy)

    run(exchange())


@on_both_loops
def test_one_connection_carries_many_requests(run: Run) -> None:
    """One after the other, each with its own answer."""

    async def exchange() -> None:
        async with raw_vendor(Turn(OK), Turn(OK.replace(b"ok", b"no"))) as fake, _connection(fake) as connection:
            assert [b"ok", b"no"] == [(await _send(connection)).body for _ in range(2)]
        assert (1, [0, 0]) == (fake.connections, fake.used)

    run(exchange())


@on_both_loops
def test_a_large_body_goes_out_as_the_vendor_reads(run: Run) -> None:
    """It arrives whole; while the vendor does not read, most of it is not even handed to the loop."""
    body = bytes(range(256)) * (16 * LARGE_BYTES // 256)

    async def exchange() -> None:
        async with raw_vendor(reading=False) as fake, _connection(fake) as connection:
            sending = asyncio.create_task(_send(connection, body))
            await until(lambda: connection._room is not None)  # the kernel takes no more
            assert connection._transport.get_write_buffer_size() < LARGE_BYTES
            fake.reading.set()
            answer = await sending
            assert (b"ok", True) == (answer.body, connection.is_open)
        assert fake.requests[0].endswith(b"\r\n\r\n" + body)

    run(exchange())


@on_both_loops
def test_an_answer_before_the_whole_request_is_taken(run: Run) -> None:
    """413 is worth reading; what is left of the body stays here, and so the connection is of no more use."""
    refusal = Turn(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", early=True)

    async def exchange() -> None:
        async with raw_vendor(refusal) as fake, _connection(fake) as connection:
            answer = await _send(connection, b"x" * 16 * LARGE_BYTES)
            assert (413, False) == (answer.status, connection.is_open)

    run(exchange())


@on_both_loops
def test_a_vendor_that_goes_away_while_it_is_written_to(run: Run) -> None:
    """Fails the request at once, wherever the writing stood."""
    gone = Turn(b"", "reset", early=True)

    async def exchange() -> None:
        async with raw_vendor(gone) as fake, _connection(fake) as connection:
            with pytest.raises(UpstreamUnreachable):
                await _send(connection, b"x" * 16 * LARGE_BYTES)
            assert not connection.is_open

    run(exchange())


@pytest.mark.parametrize("answer", [b"", OK[:20], OK[:-1], b"HTTP/1.1 100 Continue\r\n\r\n"])
@on_both_loops
def test_what_takes_too_long_ends(run: Run, answer: bytes) -> None:
    """With 504, whatever part of the answer is there, and the vendor sees the connection close."""

    async def exchange() -> None:
        async with raw_vendor(Turn(answer)) as fake, _connection(fake) as connection:
            sending = asyncio.create_task(_send(connection))
            await fake.arrived.wait()
            connection.expire()
            with pytest.raises(UpstreamTimeout):
                await sending
            assert not connection.is_open
            await fake.ended.wait()

    run(exchange())


@pytest.mark.parametrize("length", [2, 16 * LARGE_BYTES])
@on_both_loops
def test_a_client_that_goes_away_takes_the_connection_along(run: Run, length: int) -> None:
    """Nobody would know whose answer comes next."""

    async def exchange() -> None:
        async with raw_vendor(Turn(b""), reading=False) as fake, _connection(fake) as connection:
            sending = asyncio.create_task(_send(connection, b"x" * length))
            await until(lambda: connection.busy and (length == 2 or connection._room is not None))
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            assert (True, False, False) == (sending.cancelled(), connection.is_open, connection.busy)
            fake.reading.set()
            await fake.ended.wait()

    run(exchange())


BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno"


@pytest.mark.parametrize(
    ("said", "expected"),
    [(BUSY, "7"), (BUSY + b"more", "7"), (BUSY[:-1], "an answer"), (OK, "an answer"), (b"hello", "a whole answer")],
)
@on_both_loops
def test_a_vendor_that_has_no_room_says_so_before_it_was_asked(run: Run, said: bytes, expected: str) -> None:
    """Its refusal is passed on, with the time to wait; nothing was sent, so nothing else is believed."""

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async def exchange() -> None:
        async with await asyncio.start_server(speak, LOOPBACK, 0) as server:
            fake = RawVendor((), server.sockets[0].getsockname()[1])
            async with _connection(fake) as connection:
                await until(lambda: not connection.is_open)
                try:
                    got = dict((await _send(connection)).headers)["Retry-After"]
                except DeliveryError as error:
                    got = error.expected
                assert (expected, False) == (got, connection.is_open)
                with pytest.raises(UpstreamUnreachable):
                    await _send(connection)

    run(exchange())


@on_both_loops
def test_an_idle_connection_that_hears_something_closes(run: Run) -> None:
    """What nobody asked for is never the answer to the next request; an end is an end."""

    async def exchange(last: bytes) -> None:
        async with raw_vendor() as fake, _connection(fake) as connection:
            await _send(connection)
            assert connection.is_fresh()
            fake.writers[0].write(last)
            if not last:
                fake.writers[0].close()
            await until(lambda: not connection.is_open)
            assert not connection.is_fresh()
            with pytest.raises(UpstreamUnreachable):
                await _send(connection)
        assert 1 == len(fake.requests)

    for last in (OK, b"\r\n", b""):
        run(exchange(last))
