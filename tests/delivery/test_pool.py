"""Connections are used again, never for an answer that is not theirs, and all of them end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from proxy.delivery import pool as pooling
from proxy.delivery.delivery import Answer, Timeouts
from proxy.delivery.pool import Pool
from proxy.delivery.upstream import Upstream, tls_context
from proxy.errors import EventveilError, UpstreamTimeout, UpstreamUnreachable
from proxy.model import WireRequest
from tests.certificates import Authority
from tests.delivery.raw import LOOPS, OK, RawVendor, Run, Turn, post, raw_vendor, until

on_both_loops = pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)

ECHO = OK.replace(b"2\r\n\r\nok", b"4\r\n\r\n%BODY")
NO = OK.replace(b"ok", b"no")
FAREWELL = OK.replace(b"200 OK\r\n", b"200 OK\r\nConnection: close\r\n")


@asynccontextmanager
async def _pool() -> AsyncIterator[Pool]:
    pool = Pool()
    try:
        yield pool
    finally:
        await pool.close()


async def _ask(pool: Pool, fake: RawVendor, request: WireRequest | None = None, total_s: float = 5.0) -> Answer:
    upstream = Upstream(f"http://127.0.0.1:{fake.port}")
    return await pool.exchange(upstream, request or post(), Timeouts(5, total_s), 1000)


@on_both_loops
def test_requests_share_connections(run: Run) -> None:
    """One after the other on one; at the same time on as many, of which the last to be free is taken next."""

    async def ask() -> None:
        async with raw_vendor() as fake, _pool() as pool:
            for _ in range(3):
                await _ask(pool, fake)
            assert [0, 0, 0] == fake.used
            await asyncio.gather(*[_ask(pool, fake) for _ in range(3)])
            assert (3, [0, 1, 2]) == (fake.connections, sorted(fake.used[3:]))
            last = pool._idle[Upstream(f"http://127.0.0.1:{fake.port}").origin][-1]
            await _ask(pool, fake)
            assert last is pool._idle[last.origin][-1]

    run(ask())


# name: how the first request is taken, connections after the second
SECOND = {
    "kept": (Turn(), 1),
    "a farewell": (Turn(FAREWELL), 2),
    "an old vendor": (Turn(OK.replace(b"HTTP/1.1", b"HTTP/1.0")), 2),
    "closed without a word": (Turn(end="close"), 2),
    "reset without a word": (Turn(end="reset"), 2),
    "an answer too many": (Turn(OK + NO), 2),
    "garbage behind": (Turn(OK + b"garbage"), 2),
    "half an answer more": (Turn(OK + b"HTTP/1.1 200 O"), 2),
}


@pytest.mark.parametrize(("turn", "connections"), SECOND.values(), ids=SECOND)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
@on_both_loops
def test_the_next_request_gets_its_own_answer(
    run: Run, secure: bool, turn: Turn, connections: int, tmp_path: Path
) -> None:
    """On the same connection where that is sound, on another where it is not, and it is sent once."""
    authority = Authority(tmp_path)
    pair, tls = (authority.issue("vendor").context(), tls_context(authority.bundle)) if secure else (None, None)

    async def ask() -> None:
        async with raw_vendor(turn, Turn(NO), tls=pair) as fake, _pool() as pool:
            upstream = Upstream(f"http{'s' * secure}://127.0.0.1:{fake.port}", tls)
            bodies = []
            for _ in range(2):
                bodies.append((await pool.exchange(upstream, post(), Timeouts(5, 5), 1000)).body)
                if turn.end:
                    await fake.ended.wait()  # the vendor's end is there, whether or not our loop has seen it
        assert ([b"ok", b"no"], 2, connections) == (bodies, len(fake.requests), fake.connections)

    run(ask())


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("end", ["close", "reset"])
@on_both_loops
def test_a_request_that_was_written_is_not_sent_again(run: Run, end: Any, method: str) -> None:
    """The vendor took it and closed; whether it counted the events nobody knows. A GET carries events too."""

    async def ask() -> None:
        async with raw_vendor(Turn(), Turn(b"", end), Turn()) as fake, _pool() as pool:
            await _ask(pool, fake)
            with pytest.raises(UpstreamUnreachable, match="a whole answer"):
                await _ask(pool, fake, post(b"", method=method))
            assert [0, 0] == fake.used
            await _ask(pool, fake)
        assert [0, 0, 1] == fake.used

    run(ask())


@on_both_loops
def test_what_an_idle_connection_hears_is_no_answer(run: Run) -> None:
    """Not even when it comes just before the next request is written."""

    async def ask() -> None:
        async with raw_vendor(Turn(), Turn(NO)) as fake, _pool() as pool:
            await _ask(pool, fake)
            fake.writers[0].transport.write(OK)
            assert b"no" == (await _ask(pool, fake)).body
        assert [0, 1] == fake.used

    run(ask())


@on_both_loops
def test_the_answer_to_a_head_has_no_body(run: Run) -> None:
    """Its length speaks of one that does not come; the next request does not wait for it on the same connection."""

    async def ask() -> None:
        async with raw_vendor(Turn(OK[:-2]), Turn()) as fake, _pool() as pool:
            head = await _ask(pool, fake, post(b"", method="HEAD"))
            assert (200, b"") == (head.status, head.body)
            assert b"ok" == (await _ask(pool, fake)).body
        assert [0, 1] == fake.used

    run(ask())


MIXED = (
    Turn(ECHO),
    Turn(ECHO, "close"),
    Turn(ECHO + ECHO),
    Turn(b"", "reset"),
    Turn(ECHO + b"H"),
    Turn(b"HTTP/1.1 100 Continue\r\n\r\n" + ECHO, dripping=True),
    Turn(OK[:-1], "close"),
    Turn(ECHO + b"\r\n"),
)


@on_both_loops
def test_many_at_once_each_get_their_own_answer(run: Run) -> None:
    """Whatever the vendor does to the others: an answer is to this request, or there is none."""

    async def ask() -> None:
        async with raw_vendor(*MIXED * 40) as fake, _pool() as pool:

            async def one(number: int) -> bool:
                body = b"%04d" % number
                try:
                    assert body == (await _ask(pool, fake, post(body))).body
                except UpstreamUnreachable:
                    return False
                return True

            answered = [await asyncio.gather(*[one(10 * turn + number) for number in range(10)]) for turn in range(20)]
        good = sum(map(sum, answered))
        assert (True, True) == (len(fake.requests) <= 200, 100 <= good < 200)

    run(ask())


async def test_a_request_that_may_not_be_written_opens_nothing() -> None:
    """A mistake of the heart is 500, and the vendor hears of it in no way."""
    async with raw_vendor() as fake, _pool() as pool:
        with pytest.raises(EventveilError, match="control characters"):
            await _ask(pool, fake, post(headers=(("a", "b\r\nc: d"),)))
    assert (0, []) == (fake.connections, fake.requests)


@pytest.mark.parametrize("answer", [b"", OK[:30], OK[:-1]])
@on_both_loops
def test_no_whole_answer_in_time_is_a_timeout(run: Run, answer: bytes) -> None:
    """However much of it is there; the connection is closed and the next request takes another."""

    async def ask() -> None:
        async with raw_vendor(Turn(), Turn(answer), Turn()) as fake, _pool() as pool:
            await _ask(pool, fake)
            with pytest.raises(UpstreamTimeout):
                await _ask(pool, fake, total_s=0.01)
            await until(lambda: len(fake.requests) == 2)
            await _ask(pool, fake)
        assert [0, 0, 1] == fake.used

    run(ask())


async def test_an_idle_connection_is_closed_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """And when none is left, no timer runs."""
    monkeypatch.setattr(pooling, "IDLE_S", 0.0)
    async with raw_vendor() as fake, _pool() as pool:
        await _ask(pool, fake)
        await fake.ended.wait()
        await until(lambda: pool._sweeper is None)
        assert (set(), {}) == (pool._open, pool._idle)
        await _ask(pool, fake)
    assert [0, 1] == fake.used


async def test_a_connection_does_not_grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy it is: the vendor's name may lead elsewhere by now."""
    monkeypatch.setattr(pooling, "AGE_S", -1.0)
    async with raw_vendor() as fake, _pool() as pool:
        for _ in range(2):
            await _ask(pool, fake)
    assert [0, 1] == fake.used


async def test_not_more_than_so_many_are_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst does not leave its connections behind."""
    monkeypatch.setattr(pooling, "IDLE_LIMIT", 2)
    async with raw_vendor() as fake, _pool() as pool:
        await asyncio.gather(*[_ask(pool, fake) for _ in range(5)])
        await until(lambda: fake.closed == 3)
        assert (5, 2) == (fake.connections, sum(map(len, pool._idle.values())))


@on_both_loops
def test_closing_ends_what_is_under_way(run: Run) -> None:
    """With our error; nothing is sent afterwards, and no connection is left."""

    async def ask() -> None:
        async with raw_vendor(Turn(), Turn(b"")) as fake, _pool() as pool:
            await _ask(pool, fake)
            under_way = [asyncio.create_task(_ask(pool, fake)) for _ in range(2)]
            await until(lambda: len(fake.requests) == 3)
            opening = asyncio.create_task(_ask(pool, fake))
            await asyncio.sleep(0)
            await pool.close()
            ends = await asyncio.gather(*under_way, opening, return_exceptions=True)
            assert [UpstreamUnreachable] * 3 == [type(end) for end in ends]
            with pytest.raises(UpstreamUnreachable, match="one that stops"):
                await _ask(pool, fake)
            assert (set(), 3) == (pool._open, len(fake.requests))

    run(ask())


async def test_a_reload_leaves_no_certificates_behind(tmp_path: Path) -> None:
    """New settings have a new TLS context and so new connections; the old one goes with the last of its connections."""
    authority = Authority(tmp_path)
    async with raw_vendor() as plain, raw_vendor(tls=authority.issue("vendor").context()) as fake, _pool() as pool:
        await _ask(pool, plain)
        for _ in range(3):
            upstream = Upstream(f"https://127.0.0.1:{fake.port}", tls_context(authority.bundle))
            await pool.exchange(upstream, post(), Timeouts(5, 5), 1000)
        assert (3, 4) == (fake.connections, len(pool._idle))
        for writer in fake.writers:
            writer.transport.abort()
        await until(lambda: len(pool._open) == 1)
        assert 1 == len(pool._idle)
