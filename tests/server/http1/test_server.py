"""All connections together: how they end."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from proxy.server.http1.server import LOOK_AGAIN_S
from tests.fakes import Sdk, get, post, sdk
from tests.server.http1.echoing import LIMITS, echoing, statuses, turns

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "start", [b"", b"\r\n", HEAD, get("/one") + HEAD], ids=["silence", "a line", "half", "a second"]
)
async def test_a_client_that_says_little_loses_its_connection(start: bytes) -> None:
    """Idle, or with half a head: it is closed without a word."""
    async with echoing(keepalive_timeout_s=0.05) as echo, sdk(echo.port) as client:
        await client.send(start)
        assert [200] * start.count(b"/one") == statuses(await client.rest())


DRIPPED = {"a head": (HEAD + b"X: ", []), "a body": (HEAD + b"Content-Length: 999999\r\n\r\n", [408])}


@pytest.mark.parametrize(("start", "expected"), DRIPPED.values(), ids=DRIPPED)
async def test_a_client_that_drips_gains_no_time(start: bytes, expected: list[int]) -> None:
    """Whatever comes a byte at a time, the time is for all of it."""
    limits = replace(LIMITS, read_timeout_s=0.05, header_bytes=2**30)
    async with echoing(keepalive_timeout_s=0.05, limits=limits) as echo, sdk(echo.port) as client:
        await client.send(start)
        ended = asyncio.create_task(client.rest())
        while not ended.done() and not client.writer.is_closing():
            client.writer.write(b"a")
            await turns(1)
        assert (expected, []) == (statuses(await ended), echo.accepted)


async def test_a_request_under_way_is_not_hurried() -> None:
    """The timeout is for clients, not for vendors."""
    hold = asyncio.Event()
    async with echoing(keepalive_timeout_s=0.02, hold=hold) as echo, sdk(echo.port) as client, sdk(echo.port) as idle:
        await client.send(post("/x", b"1"))
        await echo.arrived.wait()
        assert b"" == await idle.rest()
        hold.set()
        assert b"1" == (await client.answer()).body


async def test_a_client_that_was_refused_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that neither reads nor closes is cut off after the time to linger."""
    monkeypatch.setattr("proxy.server.http1.connection.LINGERING_S", 0.01)
    async with echoing(keepalive_timeout_s=0.04) as echo, sdk(echo.port) as client:
        await client.send(b"nonsense\r\n\r\n")
        await echo.emptied()
        assert ([400], ["wire_invalid"]) == (statuses(await client.rest()), echo.refused)


async def _opened(stack: AsyncExitStack, port: int, data: bytes, count: int) -> list[Sdk]:
    clients = [await stack.enter_async_context(sdk(port)) for _ in range(count)]
    for client in clients:
        await client.send(data)
    return clients


async def test_many_connections_end_in_order() -> None:
    """Idle ones at once, those at work after their answer, which says that it is the last."""
    hold = asyncio.Event()
    async with echoing(hold=hold) as echo, AsyncExitStack() as stack:
        idle = await _opened(stack, echo.port, b"", 50)
        busy = await _opened(stack, echo.port, post("/x", b"1") + post("/x", b"2"), 50)
        await echo.until(len(busy))
        closing = asyncio.create_task(echo.close())
        assert [b""] * 50 == [await client.rest() for client in idle]
        hold.set()
        replies = [await client.answer() for client in busy]
        await closing
        assert [b""] * 50 == [await client.rest() for client in busy]
    assert [(b"1", "close")] * 50 == [(reply.body, reply.headers["connection"]) for reply in replies]


async def test_what_does_not_end_is_ended() -> None:
    """Requests without an answer and clients that read nothing keep nobody."""
    async with echoing(hold=asyncio.Event()) as echo, AsyncExitStack() as stack:
        clients = await _opened(stack, echo.port, post("/x", b"1"), 20)
        clients += await _opened(stack, echo.port, HEAD, 5)
        await echo.until(20)
        await echo.close()
        assert [b""] * 25 == [await client.rest() for client in clients]
        assert set() == {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def test_idle_connections_make_room() -> None:
    """At the bound the client that has waited longest loses its connection; the others and the new one are served."""
    async with echoing(connections=2) as echo, sdk(echo.port) as first:
        assert 200 == (await first.exchange(post("/x", b"1"))).status
        async with sdk(echo.port) as second:
            await second.send(HEAD)
            await turns()
            async with sdk(echo.port) as third:
                assert 200 == (await third.exchange(post("/x", b"3"))).status
                assert b"" == await first.rest()
                assert b"2" == (await second.exchange(b"Content-Length: 1\r\n\r\n2")).body
    assert [] == echo.refused


async def test_a_burst_ends_no_more_than_it_needs() -> None:
    """New connections that come in one turn of the loop do not each end idle ones for the same room."""
    async with echoing(connections=32) as echo, AsyncExitStack() as stack:
        idle = [await stack.enter_async_context(sdk(echo.port)) for _ in range(32)]
        await turns()
        assert echo._server is not None
        for _ in range(8):
            echo._server()
        await turns()
        assert 30 == sum(not client.reader.at_eof() for client in idle)


async def test_one_connection_too_many_is_told() -> None:
    """Where all are at work a new one gets 503 and is closed; those at work are not hurt."""
    hold = asyncio.Event()
    async with echoing(connections=1, hold=hold) as echo, sdk(echo.port) as client:
        await client.send(post("/x", b"1"))
        await echo.until(1)
        async with sdk(echo.port) as late:
            assert [503] == statuses(await late.rest())
        hold.set()
        assert b"1" == (await client.answer()).body
        await client.writer.drain()
        async with sdk(echo.port) as again:
            assert 200 == (await again.exchange(post("/x", b"2"))).status
    assert ["overloaded"] == echo.refused


async def test_turning_away_costs_no_look_at_all_connections() -> None:
    """Where all were at work a moment ago they are taken to be still, for as long as looking is worth."""
    hold = asyncio.Event()
    async with echoing(connections=1, hold=hold) as echo, sdk(echo.port) as client:
        await client.send(post("/x", b"1"))
        await echo.until(1)
        assert echo._server is not None
        before = asyncio.get_running_loop().time()
        assert not echo._server._made_room()
        assert before + LOOK_AGAIN_S <= echo._server._look_at
        echo._server._look_at += 60
        hold.set()
        assert b"1" == (await client.answer()).body
        async with sdk(echo.port) as late:
            assert [503] == statuses(await late.rest())


def _large(path: str, size: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode()


async def test_bodies_that_arrive_together_are_bounded() -> None:
    """One that does not fit is answered 503 and its connection closed; the others arrive, and there is room again."""
    async with echoing(held_bytes=30_000) as echo, AsyncExitStack() as stack:
        one, two, three = [await stack.enter_async_context(sdk(echo.port)) for _ in range(3)]
        await one.send(_large("/one", 20_000) + b"a" * 15_000)
        await two.send(_large("/two", 12_000) + b"b" * 10_000)
        await turns()
        await three.send(_large("/three", 9_000) + b"c" * 6_000)
        refused = await three.answer()
        assert (503, "close", ["overloaded"]) == (refused.status, refused.headers.get("connection"), echo.refused)
        await one.send(b"a" * 5_000)
        assert b"a" * 20_000 == (await one.answer()).body
        await two.send(b"b" * 2_000)
        assert b"b" * 12_000 == (await two.answer()).body
        for _ in range(5):
            await one.send(post("/again", b"d" * 30_000))
            assert b"d" * 30_000 == (await one.answer()).body


async def test_a_client_that_leaves_gives_its_room_back() -> None:
    """In the middle of a body, or with a second request behind the one that is handled."""
    hold = asyncio.Event()
    async with echoing(held_bytes=10_000, hold=hold) as echo:
        async with sdk(echo.port) as gone:
            await gone.send(post("/x", b"1") + _large("/y", 9_999) + b"a" * 9_000)
            await echo.until(1)
            gone.writer.transport.abort()
        hold.set()
        await echo.emptied()
        async with sdk(echo.port) as client:
            await client.send(post("/x", b"a" * 10_000))
            assert 200 == (await client.answer()).status


async def test_an_idle_connection_holds_no_body() -> None:
    """What was sent with the last request is gone with its answer."""
    async with echoing() as echo, sdk(echo.port) as client:
        await client.send(post("/x", b"a" * 100_000))
        await client.answer()
        await turns()
        assert echo.held() == 0
