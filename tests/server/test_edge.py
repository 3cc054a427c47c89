"""What happens to bytes that are no HTTP; all the ways of that: tests/end_to_end/test_bad_input.py."""

from __future__ import annotations

import logging

import pytest
from aiohttp import web

from proxy.errors import EventveilError
from proxy.server.edge import Edge, EdgeLimits
from proxy.server.listener import Listener, open_tcp
from tests.fakes import LOOPBACK, get, sdk


async def _served(handle: object, data: bytes) -> tuple[int, str, list[str]]:
    told: list[EventveilError] = []
    edge = Edge(handle, EdgeLimits(1024, 75), told.append)  # type: ignore[arg-type]  # a handler that breaks its word
    listener = Listener(edge, open_tcp(LOOPBACK, 0))
    await listener.open()
    try:
        async with sdk(int(listener.address.rpartition(":")[2])) as client:
            await client.send(data)
            reply = await client.answer()
            assert b"" == await client.rest()
    finally:
        await listener.close()
    return reply.status, reply.body.decode(), [error.reason for error in told]


async def _fine(_request: web.BaseRequest) -> web.Response:
    return web.Response()


async def _broken(_request: web.BaseRequest) -> web.Response:
    raise ValueError("bob@example.com")


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"bob@example.com\r\n\r\n", 400, "wire_invalid"),
        (get("/" + "bob@example.com" * 100), 431, "headers_too_large"),
    ],
)
async def test_what_is_no_http_is_answered_counted_and_not_quoted(
    data: bytes, status: int, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer has our form, whoever counts is told, and neither answer nor log holds the bytes."""
    caplog.set_level(logging.DEBUG)
    got, body, told = await _served(_fine, data)
    assert (status, [reason], False) == (got, told, "bob@" in body + caplog.text)


async def test_a_handler_that_raises_is_answered_in_our_form(caplog: pytest.LogCaptureFixture) -> None:
    """Handlers do not raise; if one does, its message stays in the process."""
    caplog.set_level(logging.DEBUG)
    got, body, told = await _served(_broken, get("/"))
    assert (500, ["internal"], False) == (got, told, "bob@" in body + caplog.text)
