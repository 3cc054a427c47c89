"""What the vendors' own SDKs sent, through a whole eventveil to a vendor that records."""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy.app.compose import compile_all
from proxy.app.service import Service
from proxy.model import WireRequest
from proxy.settings import load
from proxy.wire.registry import DIALECTS
from tests.captures.reading import CAPTURED, Line, is_refused, lines, scrubbed
from tests.fakes import Received, Reply, ask, get, sdk, vendor
from tests.running import write_settings

PREFIX = {"mixpanel": "/mp", "segment": "/seg"}
OF_THE_CONNECTION = {"host", "content-length"}


def _bytes(line: Line, prefix: str) -> bytes:
    """Write a captured request as it stood on the wire, for another host."""
    request = line.request
    target = f"{prefix}{request.path}?{request.query}" if request.query else f"{prefix}{request.path}"
    kept = [
        f"{name}: {value}" for name, value in request.headers if name.lower() not in {"content-length", "connection"}
    ]
    head = [f"{request.method} {target} HTTP/1.1", *kept, f"Content-Length: {len(request.body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + request.body


def _arrived(got: Received) -> WireRequest:
    path, _, query = got.target.partition("?")
    headers = tuple((name.lower(), value) for name, value in got.headers if name.lower() not in OF_THE_CONNECTION)
    return WireRequest(got.method, path, query, headers, got.body)


async def _replayed(dialect: str, settings: Path) -> tuple[list[Reply], str]:
    """Send every captured request over one connection; give the answers and the metrics."""
    service = Service(compile_all(load(settings, {}), {}), environ={})
    await service.start()
    public, private = (int(listener.address.rpartition(":")[2]) for listener in (service.public, service.private))
    try:
        replies = []
        async with sdk(public) as client:
            for line in lines(dialect):
                await client.send(_bytes(line, PREFIX[dialect]))
                replies.append(await client.answer())
        return replies, (await ask(private, get("/metrics"))).body.decode()
    finally:
        await service.stop()


@pytest.mark.parametrize("dialect", sorted(PREFIX))
async def test_the_vendor_gets_what_the_heart_made(dialect: str, tmp_path: Path) -> None:
    """Byte for byte, nothing added on the way; closed routes get nothing; every SDK is content; records add up."""
    async with vendor() as fake:
        replies, metrics = await _replayed(dialect, write_settings(tmp_path, fake.url))
    open_lines = [line for line in lines(dialect) if not is_refused(line.request, DIALECTS[dialect])]
    expected = [made for line in open_lines if (made := scrubbed(line, dialect, "balanced").request) is not None]
    arrived = [_arrived(got) for got in fake.received]
    assert {200} == {reply.status for reply in replies}
    assert len(expected) == len(arrived)
    assert [] == [line.number for line, one, other in zip(open_lines, expected, arrived, strict=True) if one != other]
    assert f'eventveil_records_unaccounted{{lane="{PREFIX[dialect][1:]}"}} 0.0' in metrics


@pytest.mark.parametrize("dialect", sorted(PREFIX))
async def test_no_planted_string_stands_in_the_metrics(dialect: str, tmp_path: Path) -> None:
    """Labels come from closed lists, whatever came in."""
    async with vendor() as fake:
        _, metrics = await _replayed(dialect, write_settings(tmp_path, fake.url))
    planted = {word for line in lines(dialect) for word in line.pii if len(word) > 5}
    assert set() == {word for word in planted if word in metrics}


def test_every_captured_dialect_has_a_lane_here() -> None:
    """A new vendor's captures are replayed over sockets too."""
    assert set(PREFIX) == set(CAPTURED)
