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
from tests.fakes import LOOPBACK, Received, Reply, ask, get, sdk, vendor
from tests.running import write_settings

PREFIX = "/px"
OF_THE_CONNECTION = {"host", "content-length"}


def _bytes(line: Line) -> bytes:
    """Write a captured request as it stood on the wire, for another host."""
    request = line.request
    target = f"{PREFIX}{request.path}" + (f"?{request.query}" if request.query else "")
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
                await client.send(_bytes(line))
                replies.append(await client.answer())
        return replies, (await ask(private, get("/metrics"))).body.decode()
    finally:
        await service.stop()


@pytest.mark.parametrize("dialect", CAPTURED)
async def test_the_vendor_gets_what_the_heart_made(dialect: str, tmp_path: Path) -> None:
    """Byte for byte, nothing added on the way; closed routes get nothing, every SDK is content, records add up.

    And no planted string stands in the metrics: labels come from closed lists, whatever came in.
    """
    async with vendor() as fake:
        settings = write_settings(tmp_path, fake.url, lanes={PREFIX: dialect})
        replies, metrics = await _replayed(dialect, settings)
    open_lines = [line for line in lines(dialect) if not is_refused(line.request, DIALECTS[dialect])]
    results = [(line.number, scrubbed(line, dialect, "balanced", LOOPBACK).request) for line in open_lines]
    made = [(number, result) for number, result in results if result]
    arrived = [_arrived(got) for got in fake.received]
    assert {200} == {reply.status for reply in replies}
    assert len(made) == len(arrived)
    assert [] == [number for (number, one), other in zip(made, arrived, strict=True) if one != other]
    assert 'eventveil_records_unaccounted{lane="px"} 0.0' in metrics
    planted = {word for line in lines(dialect) for word in line.pii if len(word) > 5}
    assert set() == {word for word in planted if word in metrics}
