"""Delivery to a vendor, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from proxy.delivery.connection import LARGE_BYTES
from proxy.delivery.delivery import Timeouts
from proxy.delivery.direct import Client, Direct
from proxy.delivery.upstream import Upstream, tls_context
from proxy.errors import DeliveryError, EventveilError, Overloaded, UpstreamTimeout, UpstreamUnreachable
from proxy.model import Headers, Outcome, Report, Scrubbed, WireRequest
from tests.certificates import Authority
from tests.fakes import LOOPBACK, vendor

NOTHING = Report(0, 0, 0, ())


def _scrubbed(method: str = "POST", body: bytes = b"{}", headers: Headers = (), path: str = "/track") -> Scrubbed:
    return Scrubbed(WireRequest(method, path, "a=1", headers, body), NOTHING)


@asynccontextmanager
async def _direct(base: str, *, total_s: float = 5.0, **how: Any) -> AsyncIterator[tuple[Direct, list[int]]]:
    steps: list[int] = []

    def gauge(step: int) -> int:
        steps.append(step)
        return sum(steps)

    upstream = Upstream(base, how.pop("tls", None))
    given = {"in_flight_limit": 2, "answer_limit_bytes": 1000} | how
    async with Client() as client:
        yield Direct(client, upstream, Timeouts(2, total_s), gauge=gauge, **given), steps


async def test_the_vendor_gets_what_the_heart_made_and_nothing_else() -> None:
    """No header is added but those that the connection needs."""
    headers = (("content-type", "text/plain"), ("user-agent", "Firefox"), ("Host", "evil"), ("Content-Length", "7"))
    async with vendor() as fake, _direct(fake.url) as (direct, steps):
        receipt = await direct.deliver(_scrubbed(headers=headers))
    got = fake.received[0]
    assert ("POST", "/track?a=1", b"{}") == (got.method, got.target, got.body)
    expected = {"host": f"{LOOPBACK}:{fake.port}", "content-type": "text/plain", "user-agent": "Firefox"}
    assert expected | {"content-length": "2"} == {name.lower(): value for name, value in got.headers}
    assert (Outcome.FORWARDED, [1, -1]) == (receipt.outcome, steps)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_bare_request_stays_bare(method: str) -> None:
    """Without a body or headers nothing is invented: no User-Agent, Accept or Accept-Encoding."""
    async with vendor() as fake, _direct(fake.url) as (direct, _):
        await direct.deliver(_scrubbed(method, b""))
    assert {"host", "content-length"} >= {name.lower() for name, _ in fake.received[0].headers}


async def test_a_large_body_arrives_whole() -> None:
    """It is sent in pieces, with its length."""
    body = b"x" * (LARGE_BYTES + 1)
    async with vendor() as fake, _direct(fake.url) as (direct, _):
        await direct.deliver(_scrubbed(body=body))
    assert (body, str(len(body))) == (fake.received[0].body, fake.received[0].header("content-length"))


async def test_an_answer_comes_back_as_it_was() -> None:
    """Status, headers and a compressed body, untouched."""
    headers = {"Content-Type": "text/plain", "Content-Encoding": "gzip", "Retry-After": "7"}
    fake_vendor = vendor(status=503, headers=headers, body=b"\x1f\x8bnot really")
    async with fake_vendor as fake, _direct(fake.url) as (direct, _):
        answer = (await direct.deliver(_scrubbed())).answer
    assert answer is not None
    assert (503, b"\x1f\x8bnot really") == (answer.status, answer.body)
    assert headers.items() <= dict(answer.headers).items()


async def test_a_vendors_cookie_is_forgotten() -> None:
    """The next request does not carry it: it would join two people's events."""
    async with vendor(headers={"Set-Cookie": "id=1; Path=/"}) as fake, _direct(fake.url) as (direct, _):
        await direct.deliver(_scrubbed())
        await direct.deliver(_scrubbed())
    assert [None, None] == [got.header("cookie") for got in fake.received]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    """Events go where the operator said, or nowhere."""
    async with (
        vendor() as other,
        vendor(status=status, headers={"Location": other.url}) as fake,
        _direct(fake.url) as (direct, _),
    ):
        with pytest.raises(DeliveryError, match="redirect"):
            await direct.deliver(_scrubbed())
    assert (1, []) == (len(fake.received), other.received)


async def test_an_answer_over_the_limit_is_refused() -> None:
    """A vendor cannot fill the memory."""
    async with vendor(body=b"x" * 1001) as fake, _direct(fake.url) as (direct, steps):
        with pytest.raises(DeliveryError):
            await direct.deliver(_scrubbed())
    assert 0 == sum(steps)


async def test_one_request_too_many_is_refused() -> None:
    """It does not wait in line, and a place that becomes free is given again."""
    hold = asyncio.Event()
    async with vendor(hold=hold) as fake, _direct(fake.url, in_flight_limit=1) as (direct, steps):
        first = asyncio.create_task(direct.deliver(_scrubbed()))
        await fake.arrived.wait()
        with pytest.raises(Overloaded):
            await direct.deliver(_scrubbed())
        hold.set()
        await first
        await direct.deliver(_scrubbed())
    assert [1, 1, -1, -1, 1, -1] == steps


async def test_no_answer_in_time_is_a_timeout() -> None:
    """504, and the place is free again."""
    async with vendor(hold=asyncio.Event()) as fake, _direct(fake.url, total_s=0.05) as (direct, steps):
        with pytest.raises(UpstreamTimeout):
            await direct.deliver(_scrubbed())
        assert 0 == sum(steps)
        assert fake.hold is not None
        fake.hold.set()


async def test_a_connection_that_breaks_is_unreachable_and_not_tried_again() -> None:
    """502 after one request: whether the vendor took it nobody knows."""
    async with vendor(breaks=True) as fake, _direct(fake.url) as (direct, _):
        with pytest.raises(UpstreamUnreachable):
            await direct.deliver(_scrubbed())
    assert 1 == len(fake.received)


async def test_a_client_that_goes_away_frees_its_place() -> None:
    """Its request may be at the vendor or not; the next one is taken."""
    async with vendor(hold=asyncio.Event()) as fake, _direct(fake.url, in_flight_limit=1) as (direct, steps):
        for _ in range(2):
            waiting = asyncio.create_task(direct.deliver(_scrubbed()))
            await fake.arrived.wait()
            fake.arrived.clear()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert [1, -1, 1, -1] == steps
        assert fake.hold is not None
        fake.hold.set()


async def test_a_request_that_may_not_be_written_frees_its_place() -> None:
    """500, and nothing is sent."""
    async with vendor() as fake, _direct(fake.url) as (direct, steps):
        with pytest.raises(EventveilError, match="control characters"):
            await direct.deliver(_scrubbed(headers=(("a", "b\r\nc: d"),)))
    assert ([], [1, -1]) == (fake.received, steps)


async def test_the_vendor_is_called_by_its_name_and_below_its_path() -> None:
    """Host with a port that the scheme does not imply; the base's path before the request's own."""
    async with vendor() as fake, _direct(f"http://localhost:{fake.port}/eu/v1") as (direct, _):
        await direct.deliver(_scrubbed())
    got = fake.received[0]
    assert ("/eu/v1/track?a=1", f"localhost:{fake.port}") == (got.target, got.header("host"))


UNREACHABLE = {
    "nobody listens": "http://127.0.0.1:1",
    "no TLS there": "https://127.0.0.1:{port}",
}


@pytest.mark.parametrize("base", UNREACHABLE.values(), ids=UNREACHABLE)
async def test_a_vendor_that_is_not_there_is_unreachable(base: str) -> None:
    """502 with the kind of failure; no address in the text."""
    tls = tls_context(None) if base.startswith("https") else None
    async with vendor() as fake, _direct(base.format(port=fake.port), tls=tls) as (direct, _):
        with pytest.raises(UpstreamUnreachable) as caught:
            await direct.deliver(_scrubbed())
    assert not any(part in str(caught.value) for part in ("127.0.0.1", "/track"))


async def test_a_vendor_whose_authority_is_in_the_bundle_is_trusted(tmp_path: Path) -> None:
    """The same certificate without the bundle, or for another host, is not."""
    authority = Authority(tmp_path)
    trusting = tls_context(authority.bundle)
    async with vendor(tls=authority.issue("vendor").context()) as fake:
        async with _direct(fake.url, tls=trusting) as (direct, _):
            assert Outcome.FORWARDED is (await direct.deliver(_scrubbed())).outcome
        async with _direct(fake.url, tls=tls_context(None)) as (direct, _):
            with pytest.raises(UpstreamUnreachable, match="certificate"):
                await direct.deliver(_scrubbed())
    async with vendor(tls=authority.issue("other", "127.0.0.9").context()) as fake:
        async with _direct(fake.url, tls=trusting) as (direct, _):
            with pytest.raises(UpstreamUnreachable, match="certificate"):
                await direct.deliver(_scrubbed())
        assert [] == fake.received


async def test_nothing_is_not_delivered() -> None:
    """A request that the heart kept back never gets here."""
    async with _direct("http://127.0.0.1:1") as (direct, _):
        with pytest.raises(ValueError, match="nothing"):
            await direct.deliver(Scrubbed(None, NOTHING))
