"""Delivery through a corporate proxy, over real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from proxy.delivery.connection import LARGE_BYTES
from proxy.delivery.delivery import Answer, Timeouts
from proxy.delivery.direct import Client
from proxy.delivery.egress import _translated, _url
from proxy.delivery.upstream import EgressProxy, Upstream, tls_context
from proxy.errors import DeliveryError, UpstreamTimeout, UpstreamUnreachable
from proxy.model import WireRequest
from tests.certificates import Authority
from tests.fakes import LOOPBACK, vendor


async def _sent(
    base: str, proxy: EgressProxy, tls: ssl.SSLContext | None = None, body: bytes = b"{}", limit_bytes: int = 1000
) -> Answer:
    async with Client() as client:
        request = WireRequest("POST", "/track", "a=1", (("content-type", "text/plain"),), body)
        return await client.exchange(Upstream(base, tls, proxy), request, Timeouts(2, 5), limit_bytes)


TRANSLATED = [
    (aiohttp.ConnectionTimeoutError("https://a/?bob"), UpstreamUnreachable, "a connection in time"),
    (aiohttp.ServerTimeoutError("https://a/?bob"), UpstreamTimeout, "an answer in time"),
    (TimeoutError("https://a/?bob"), UpstreamTimeout, "an answer in time"),
    (aiohttp.ClientPayloadError("https://a/?bob"), UpstreamUnreachable, "a whole answer"),
    (aiohttp.ClientOSError("https://a/?bob"), UpstreamUnreachable, "a whole answer"),
    (ConnectionResetError("https://a/?bob"), UpstreamUnreachable, "a whole answer"),
]


@pytest.mark.parametrize(("theirs", "ours", "expected"), TRANSLATED)
def test_a_foreign_error_becomes_one_of_ours(theirs: Exception, ours: type[DeliveryError], expected: str) -> None:
    """By its kind; its text stays behind."""
    error = _translated(theirs)
    assert (ours, expected, type(theirs).__name__) == (type(error), error.expected, error.got)


async def test_a_request_goes_through_the_egress_proxy() -> None:
    """The proxy gets the absolute URL and the credentials that were configured for it."""
    async with vendor() as corporate:
        way = EgressProxy(corporate.url, "Basic dTpw")
        await _sent("http://vendor.invalid", way)
    got = corporate.received[0]
    assert ("http://vendor.invalid/track?a=1", "Basic dTpw") == (got.target, got.header("proxy-authorization"))


@pytest.mark.parametrize(
    ("base", "path", "query", "expected"),
    [
        ("http://vendor.example:8080/eu", "/a%2Fb//c;d=1", "x?y&data=a'b~c", "/eu/a%2Fb//c;d=1?x?y&data=a'b~c"),
        ("http://[::1]:8080", "/", "a=%41+%2B&b=%C3%A9&", "/?a=%41+%2B&b=%C3%A9&"),
    ],
)
def test_a_url_is_joined_byte_for_byte(base: str, path: str, query: str, expected: str) -> None:
    """Nothing of it is encoded, decoded or tidied up on its way through aiohttp."""
    url = _url(Upstream(base), WireRequest("GET", path, query, (), b""))
    assert (expected, f"{base.removesuffix('/eu')}{expected}") == (url.raw_path_qs, str(url))


@asynccontextmanager
async def _connect_proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """Open a proxy that tunnels and keeps the heads of what it was asked."""
    heads: list[str] = []
    tunnels: list[asyncio.Task[None]] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        host, _, port = heads[-1].split()[1].partition(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        tunnels.append(asyncio.create_task(pipe(there, writer)))
        await pipe(reader, back)

    async with await asyncio.start_server(serve, LOOPBACK, 0) as server:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}", heads
        await asyncio.gather(*tunnels)


async def test_a_tls_vendor_is_reached_through_a_tunnel(tmp_path: Path) -> None:
    """The proxy sees host, port and its own credentials; the vendor sees the request and no credentials."""
    authority = Authority(tmp_path)
    async with vendor(tls=authority.issue("vendor").context()) as fake, _connect_proxy() as (proxy, heads):
        way = EgressProxy(proxy, "Basic dTpw")
        await _sent(fake.url, way, tls_context(authority.bundle))
    assert heads[0].startswith(f"CONNECT {LOOPBACK}:{fake.port} HTTP/1.1")
    assert "Proxy-Authorization: Basic dTpw" in heads[0]
    assert (1, 1, None) == (len(heads), len(fake.received), fake.received[0].header("proxy-authorization"))


async def test_nothing_is_added_on_the_way() -> None:
    """No header of aiohttp's own but those that the connection needs; a large body arrives whole, with its length."""
    body = b"x" * (LARGE_BYTES + 1)
    async with vendor() as corporate:
        answer = await _sent("http://vendor.invalid", EgressProxy(corporate.url), body=body)
    got = corporate.received[0]
    expected = {"host": "vendor.invalid", "content-type": "text/plain", "content-length": str(len(body))}
    assert expected == {name.lower(): value for name, value in got.headers}
    assert (200, True) == (answer.status, body == got.body)


async def test_an_answer_over_the_limit_is_refused() -> None:
    """A vendor cannot fill the memory, nor can a proxy."""
    async with vendor(body=b"x" * 1001) as corporate:
        with pytest.raises(DeliveryError, match="at most 1000 bytes"):
            await _sent("http://vendor.invalid", EgressProxy(corporate.url))


async def test_a_proxy_that_is_not_there_is_told_as_such() -> None:
    """502 with the kind of failure; no address in the text."""
    with pytest.raises(UpstreamUnreachable, match="the egress proxy") as caught:
        await _sent("http://vendor.invalid", EgressProxy("http://127.0.0.1:1"))
    assert "127.0.0.1" not in str(caught.value)


async def test_no_request_is_sent_twice() -> None:
    """A GET on a connection that breaks is told as an error: it may carry an event."""
    seen = []

    async def breaking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", b""):
            with suppress(asyncio.IncompleteReadError):
                seen.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(breaking, LOOPBACK, 0) as server, Client() as client:
        way = EgressProxy(f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}")
        upstream = Upstream("http://vendor.invalid", None, way)
        first, second = (WireRequest("GET", "/track", f"data={name}", (), b"") for name in "ab")
        await client.exchange(upstream, first, Timeouts(2, 5), 1000)
        with pytest.raises(UpstreamUnreachable):
            await client.exchange(upstream, second, Timeouts(2, 5), 1000)
    assert [b"http://vendor.invalid/track?data=a", b"http://vendor.invalid/track?data=b"] == seen
