"""Requests that no SDK should send, and some that few servers expect, over a real socket."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from tests.fakes import EVENT, LIMITS, ask, get, post, sdk, serving, vendor

GOOD = post("/mp/track", EVENT)
HEAD = b"POST /mp/track HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(EVENT), EVENT)
LENGTH = b"Content-Length: %d\r\n\r\n" % len(EVENT)
TRUNCATED = gzip.compress(b"[" + EVENT * 50 + b"]")[:-20]

REFUSED = {
    "a route that the vendor does not have": (post("/mp/nothing", EVENT), 404, "route_unknown"),
    "a path of no lane": (post("/elsewhere", EVENT), 404, "route_unknown"),
    "a prefix that only looks like a lane": (post("/mpx/track", EVENT), 404, "route_unknown"),
    "a method that the route does not have": (get("/mp/track", method="DELETE"), 405, "method_not_allowed"),
    "a path that climbs": (post("/mp/../mp/track", EVENT), 400, "wire_invalid"),
    "a path that climbs in percent code": (post("/mp/%2e%2E/track", EVENT), 400, "wire_invalid"),
    "a target that is no path": (get("*", method="OPTIONS"), 400, "wire_invalid"),
    "a target that is an authority": (get("api.vendor.example:443", method="CONNECT"), 400, "wire_invalid"),
    "a target in UTF-8": (GOOD.replace(b"/track", b"/tr\xc3\xa4ck"), 400, "wire_invalid"),
    "a header of 5 MB": (HEAD + b"X-Large: " + b"a" * 5_000_000 + b"\r\n\r\n", 431, "headers_too_large"),
    "many headers that are too much together": (
        HEAD + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(50)) + b"\r\n",
        431,
        "headers_too_large",
    ),
    "a request line of 100 kB": (get("/mp/track?data=" + "a" * 100_000), 431, "headers_too_large"),
    "a header with a null byte": (HEAD + b"X: a\0b\r\n\r\n", 400, "wire_invalid"),
    "a folded header": (HEAD + b"X-A: b\r\n  folded\r\n" + LENGTH + EVENT, 400, "wire_invalid"),
    "a length and chunks": (HEAD + b"Content-Length: 4\r\n" + CHUNKED + CHUNKS, 400, "wire_invalid"),
    "two lengths": (HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 400, "wire_invalid"),
    "a negative length": (HEAD + b"Content-Length: -4\r\n\r\n", 400, "wire_invalid"),
    "a length over the limit": (HEAD + b"Content-Length: 99999999999\r\n\r\n", 413, "body_too_large"),
    "chunks over the limit": (HEAD + CHUNKED + b"200000\r\n" + b"a" * 0x200000 + b"\r\n", 413, "body_too_large"),
    "chunks that are none": (HEAD + CHUNKED + b"zz\r\nabc\r\n", 400, "wire_invalid"),
    "chunks without an end": (HEAD + CHUNKED + b"5\r\ndata=\r\n", 408, "read_timeout"),
    "a body that stops": (HEAD + b"Content-Length: 400\r\n\r\ndata=", 408, "read_timeout"),
    "an empty body": (post("/mp/track", b""), 400, "document_invalid"),
    "truncated gzip": (post("/mp/track", TRUNCATED, "Content-Encoding: gzip"), 400, "framing_invalid"),
    "truncated gzip that says nothing": (post("/seg/v1/batch", TRUNCATED), 400, "framing_invalid"),
    "a coding that nobody knows": (post("/mp/track", EVENT, "Content-Encoding: rot13"), 415, "encoding_unsupported"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "wire_invalid"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "wire_invalid"),
}


@pytest.mark.parametrize(("data", "status", "reason"), REFUSED.values(), ids=REFUSED)
async def test_what_is_not_understood_is_refused_and_not_forwarded(data: bytes, status: int, reason: str) -> None:
    """The client gets a status and a reason, the vendor nothing, and the next request is served."""
    limits = replace(LIMITS, read_timeout_s=0.05)
    async with vendor() as fake, serving(fake.url, limits=limits) as served:
        reply = await ask(served.port, data)
        assert (status, True) == (reply.status, f'"error":"{reason}"'.encode() in reply.body)
        assert [] == fake.received
        assert 200 == (await ask(served.port, GOOD)).status
        assert 0 == served.handler.under_way


async def test_a_small_body_over_a_smaller_limit_is_refused() -> None:
    """Also when it arrives in one piece and without a length."""
    async with vendor() as fake, serving(fake.url, limits=replace(LIMITS, body_bytes=10)) as served:
        assert 413 == (await ask(served.port, HEAD + CHUNKED + CHUNKS)).status
    assert [] == fake.received


SERVED = {
    "HTTP/1.0": b"POST /mp/track HTTP/1.0\r\n" + LENGTH + EVENT,
    "chunks": HEAD + CHUNKED + CHUNKS,
    "an absolute target": b"POST http://a.example/mp/track HTTP/1.1\r\nHost: a\r\n" + LENGTH + EVENT,
    "an offer of HTTP/2": HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + LENGTH + EVENT,
    "a cookie in Latin-1": HEAD + b"Cookie: name=M\xfcller\r\n" + LENGTH + EVENT,
}


@pytest.mark.parametrize("data", SERVED.values(), ids=SERVED)
async def test_what_is_unusual_and_right_is_served(data: bytes) -> None:
    """Old and odd clients get through."""
    async with vendor() as fake, serving(fake.url) as served:
        assert 200 == (await ask(served.port, data)).status
    assert 1 == len(fake.received)


async def test_pipelined_requests_are_answered_in_order() -> None:
    """Three requests in one packet get three answers, the refused one in its place."""
    async with vendor() as fake, serving(fake.url) as served, sdk(served.port) as client:
        await client.send(GOOD + post("/mp/nothing", b"") + GOOD)
        assert [200, 404, 200] == [(await client.answer()).status for _ in range(3)]
    assert 2 == len(fake.received)


async def test_a_client_that_waits_to_send_is_told_to_go_on() -> None:
    """`Expect: 100-continue` gets 100, then the answer."""
    async with vendor() as fake, serving(fake.url) as served, sdk(served.port) as client:
        await client.send(HEAD + b"Expect: 100-continue\r\n" + LENGTH)
        assert 100 == (await client.answer()).status
        await client.send(EVENT)
        assert 200 == (await client.answer()).status
    assert 1 == len(fake.received)


async def test_a_client_that_waits_to_send_too_much_is_refused_at_once() -> None:
    """No 100 comes before a 413: the body never travels."""
    async with vendor() as fake, serving(fake.url) as served, sdk(served.port) as client:
        await client.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
        reply = await client.answer()
    assert (413, "close", []) == (reply.status, reply.headers["connection"], fake.received)


@pytest.mark.parametrize("start", [b"", HEAD], ids=["silence", "half a head"])
async def test_a_client_that_does_not_finish_its_head_loses_its_connection(start: bytes) -> None:
    """Nobody holds a connection by saying little."""
    async with vendor() as fake, serving(fake.url, keepalive_timeout_s=0.05) as served, sdk(served.port) as client:
        await client.send(start)
        assert b"" == await client.rest()
    assert [] == fake.received


async def test_a_client_that_leaves_in_the_middle_harms_nobody() -> None:
    """A connection cut within the body forwards nothing and is counted."""
    async with vendor() as fake, serving(fake.url) as served:
        async with sdk(served.port) as client:
            await client.send(HEAD + b"Content-Length: 400\r\n\r\ndata=")
            assert 200 == (await ask(served.port, GOOD)).status
        await served.listener.close()
        assert {("forwarded", ""): 1, ("refused", "wire_invalid"): 1} == served.requests("mixpanel", "mixpanel")
    assert 1 == len(fake.received)
