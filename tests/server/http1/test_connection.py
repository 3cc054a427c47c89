"""One connection over a real socket: order, back-pressure, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from proxy.server.listener import Tls
from tests.certificates import Authority
from tests.fakes import LOOPBACK, get, post, sdk
from tests.server.http1.echoing import LIMITS, echoing, exchanged, statuses, turns

OLD = b"GET /x HTTP/1.0\r\n"


async def test_one_task_serves_a_whole_connection() -> None:
    """A hundred requests leave neither a task nor a timer behind, and are answered over the same socket."""
    async with echoing() as echo, sdk(echo.port) as client:
        await client.send(post("/x", b"0"))
        assert b"0" == (await client.answer()).body
        before = len(asyncio.all_tasks())
        for number in range(100):
            await client.send(post("/x", b"%d" % number))
            reply = await client.answer()
            assert (b"%d" % number, None) == (reply.body, reply.headers.get("connection"))
        assert before == len(asyncio.all_tasks())


KEPT = {
    "HTTP/1.1": (get("/x"), None),
    "HTTP/1.1 that closes": (get("/x", "Connection: close"), "close"),
    "HTTP/1.0": (OLD + b"\r\n", "close"),
    "HTTP/1.0 that stays": (OLD + b"Connection: keep-alive\r\n\r\n", "keep-alive"),
}


@pytest.mark.parametrize(("data", "said"), KEPT.values(), ids=KEPT)
async def test_a_connection_stays_open_as_its_client_asks(data: bytes, said: str | None) -> None:
    """What is said in the answer is what happens."""
    async with echoing() as echo, sdk(echo.port) as client:
        await client.send(data)
        assert said == (await client.answer()).headers.get("connection")
        if said == "close":
            assert b"" == await client.rest()
        else:
            await client.send(get("/last", "Connection: close"))
            assert [200] == statuses(await client.rest())


@pytest.mark.parametrize(
    ("method", "status", "length", "body"),
    [("GET", 200, "5", b"large"), ("HEAD", 200, "5", b""), ("GET", 204, None, b""), ("HEAD", 204, None, b"")],
)
async def test_where_no_body_may_be_there_is_none(method: str, status: int, length: str | None, body: bytes) -> None:
    """The next answer begins right behind the head."""
    async with echoing(large=b"large", status=status) as echo, sdk(echo.port) as client:
        await client.send(get("/x", "Connection: close", method=method))
        head, _, rest = (await client.rest()).partition(b"\r\n\r\n")
        lengths = [line for line in head.decode().split("\r\n") if line.startswith("Content-Length")]
    assert ([f"Content-Length: {length}"] if length else [], body) == (lengths, rest)


async def test_requests_are_handled_one_after_the_other() -> None:
    """The second of a pipeline waits until the first has its answer."""
    hold = asyncio.Event()
    async with echoing(hold=hold) as echo, sdk(echo.port) as client:
        await client.send(post("/1", b"1") + get("/2") + post("/3", b"3", "Connection: close"))
        await echo.arrived.wait()
        await asyncio.sleep(0)
        assert [("POST", "/1", b"1")] == echo.accepted
        hold.set()
        assert [200, 200, 200] == statuses(await client.rest())
    assert ["/1", "/2", "/3"] == [target for _, target, _ in echo.accepted]


async def test_a_pipeline_of_thousands_is_answered() -> None:
    """In order, with a body here and there, though only a slice is parsed ahead."""
    sent = [post(f"/{number}", b"a" * 3000) if number % 100 == 0 else get(f"/{number}") for number in range(3000)]
    async with echoing() as echo:
        assert [200] * 3001 == await exchanged(echo, b"".join(sent))
    assert [f"/{number}" for number in range(3000)] == [target for _, target, _ in echo.accepted][:-1]


async def test_two_posts_in_one_segment_are_told_apart_wherever_it_is_cut() -> None:
    """Both arrive with their own bodies, answered in order."""
    data = post("/1", b"first") + post("/2", b"second")
    expected = [("POST", "/1", b"first"), ("POST", "/2", b"second"), ("GET", "/last", b"")]
    async with echoing() as echo:
        for cut in range(len(data)):
            echo.accepted.clear()
            assert [200] * 3 == await exchanged(echo, data[:cut], data[cut:])
            assert expected == echo.accepted


async def test_little_is_parsed_ahead() -> None:
    """While the first request of thousands is handled, a few hundred wait as requests, the others as bytes."""
    hold = asyncio.Event()
    async with echoing(hold=hold) as echo, sdk(echo.port) as client:
        client.writer.write(get("/x") * 10_000)
        await echo.arrived.wait()
        await turns()
        assert 0 < echo.waiting() < 500
        client.writer.transport.abort()
        hold.set()


async def test_a_large_body_arrives_whole() -> None:
    """In many slices, with another request right behind it."""
    body = bytes(range(256)) * 3000
    async with echoing() as echo:
        assert [200, 200] == await exchanged(echo, post("/x", body))
    assert ("POST", "/x", body) == echo.accepted[0]


async def test_a_client_that_does_not_read_is_not_read_either() -> None:
    """A pipeline of requests with large answers stops when nobody takes them; what waits is bounded."""
    async with echoing(large=b"a" * 100_000) as echo:
        with socket.create_connection((LOOPBACK, echo.port)) as client:
            client.setblocking(False)
            sent, idle = 0, 0
            while idle < 200 and sent < 2_000_000:
                try:
                    sent += client.send(get("/x") * 1000)
                    idle = 0
                except BlockingIOError:
                    idle += 1
                await asyncio.sleep(0)
            assert len(echo.accepted) < 200


async def test_a_client_that_read_a_large_answer_is_read_again() -> None:
    """Reading goes on when an answer that had to wait has left, though no request is under way."""
    async with echoing(large=b"a" * 2_000_000) as echo:
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)  # as Ethernet has it; loopback's is 64 KB
        client.connect((LOOPBACK, echo.port))
        client.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=client)
        for number in range(1, 4):
            writer.write(get(f"/{number}"))
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(2_000_000)
            assert number == len(echo.accepted)
        writer.close()
        await writer.wait_closed()


async def test_a_client_that_does_not_read_loses_its_connection() -> None:
    """After the time that an idle one has, whatever is still to be sent."""
    async with echoing(large=b"a" * 20_000_000, keepalive_timeout_s=0.05) as echo, sdk(echo.port) as client:
        await client.send(get("/x"))
        await echo.arrived.wait()
        await echo.emptied()
        assert len(await client.rest()) < 20_000_000


async def test_a_client_that_waits_in_vain_is_not_told_to_go_on() -> None:
    """One that sent its body with its head needs no 100."""
    async with echoing() as echo:
        assert [200, 200] == await exchanged(echo, post("/x", b"hello", "Expect: 100-continue"))


async def test_a_client_is_told_to_go_on_in_its_turn() -> None:
    """The answer to the request before comes first."""
    waiting = b"POST /2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    hold = asyncio.Event()
    async with echoing(hold=hold) as echo, sdk(echo.port) as client:
        await client.send(get("/1") + waiting)
        await echo.arrived.wait()
        hold.set()
        assert [200, 100] == [(await client.answer()).status for _ in range(2)]
        await client.send(b"2")
        assert b"2" == (await client.answer()).body


async def test_a_client_that_leaves_while_it_sends_is_told_to_the_reader() -> None:
    """Half a body is refused, and nobody complains to the event loop."""
    async with echoing() as echo, sdk(echo.port) as client:
        await client.send(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        await echo.arrived.wait()
    assert ([], ["wire_invalid"]) == (echo.accepted, echo.refused)


@pytest.mark.parametrize("reset", [False, True])
async def test_a_client_that_leaves_before_its_answer_harms_nobody(reset: bool) -> None:
    """What was sent whole is taken, though nobody hears of it: not every SDK waits. Half a request is not."""
    hold = asyncio.Event()
    async with echoing(hold=hold) as echo:
        async with sdk(echo.port) as client:
            await client.send(post("/1", b"1") + post("/2", b"2") + post("/3", b"3")[:-1])
            await echo.arrived.wait()
            if reset:
                client.writer.transport.abort()
        await turns()
        hold.set()
        await echo.emptied()
    assert ([("POST", "/1", b"1"), ("POST", "/2", b"2")], ["wire_invalid"]) == (echo.accepted, echo.refused)


@pytest.mark.parametrize(("size", "count"), [(1, 1), (100_000, 5)])
def test_a_client_that_has_gone_is_told_nothing(size: int, count: int) -> None:
    """Neither to go on nor to send more: uvloop, unlike asyncio's loop, raises when a closed transport is asked."""

    async def refused() -> list[str]:
        hold = asyncio.Event()
        async with echoing(hold=hold) as echo:
            async with sdk(echo.port) as client:
                waiting = b"POST /2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
                client.writer.write(post("/1", b"a" * size) * count + waiting)
                await echo.arrived.wait()
                await turns()
                client.writer.transport.abort()
            await turns()
            hold.set()
            await echo.emptied()
        assert [("POST", "/1", b"a" * size)] * count == echo.accepted
        return echo.refused

    assert ["wire_invalid"] == uvloop.run(refused(), debug=True)


async def test_a_client_that_writes_and_closes_is_heard() -> None:
    """Some SDKs do not wait for any answer: of a hundred requests in one go none is lost."""
    async with echoing() as echo:
        async with sdk(echo.port) as client:
            client.writer.write(post("/x", b"a" * 1000) * 100)
        await echo.until(100)
    assert ([("POST", "/x", b"a" * 1000)] * 100, []) == (echo.accepted, echo.refused)


async def test_a_client_that_is_refused_sees_why_while_it_still_sends() -> None:
    """The connection is not reset under its feet: what it sends on is read and forgotten."""
    async with echoing(limits=replace(LIMITS, body_bytes=10)) as echo, sdk(echo.port) as client:
        await client.send(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n")
        reply = await client.answer()
        await client.send(b"a" * 1_000_000)
        assert (413, "close", b"") == (reply.status, reply.headers["connection"], await client.rest())
    assert [] == echo.accepted


async def test_a_handler_that_raises_is_answered_in_our_form(caplog: pytest.LogCaptureFixture) -> None:
    """Handlers do not raise; if one does, its message stays in the process."""
    caplog.set_level(logging.DEBUG)
    async with echoing(raising=ValueError("bob@example.com")) as echo, sdk(echo.port) as client:
        await client.send(get("/x"))
        answer = await client.rest()
    assert ([500], ["internal"]) == (statuses(answer), echo.refused)
    assert "bob@" not in answer.decode() + caplog.text


async def test_tls_carries_the_same(tmp_path: Path) -> None:
    """Large bodies, refusals while the client still sends, and ends, where a connection cannot be half closed."""
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    context = ssl.create_default_context(cafile=authority.bundle)
    limits = replace(LIMITS, body_bytes=500_000)
    async with echoing(tls=Tls(pair.cert_file, pair.key_file), limits=limits) as echo:
        async with sdk(echo.port, ssl=context) as client:
            await client.send(post("/x", b"a" * 400_000) + get("/y", "Connection: close"))
            assert [200, 200] == statuses(await client.rest())
        async with sdk(echo.port, ssl=context) as client:
            await client.send(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n" + b"a" * 600_000)
            assert 413 == (await client.answer()).status
    assert 2 == len(echo.accepted)
