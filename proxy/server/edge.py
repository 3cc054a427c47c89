"""The private port's HTTP: aiohttp's server with its manners changed, nothing of a request in a log, our own errors.

`app` makes an `Edge` for it; the public port has `http1`. What is no HTTP never reaches a handler; it is answered
here and counted by whoever `refusing` is. aiohttp's own access log and its logging of bad requests, which quotes them,
are off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from proxy.errors import EventveilError, HeadersTooLarge, WireError
from proxy.server import reply

__all__ = ["Edge", "EdgeLimits"]

LINGERING_S = 2.0
"""How long a body that nobody wants is read on, so that the client sees the answer before the connection closes."""


@dataclass(frozen=True, slots=True)
class EdgeLimits:
    """What one connection may ask.

    Args:
        header_bytes: of one line, and of all headers together.
        keepalive_timeout_s: a connection that is idle, or that has not finished its headers, is closed after this.
    """

    header_bytes: int
    keepalive_timeout_s: float


class Edge(web.Server):
    """Makes one protocol object for each connection.

    Args:
        handle: answers a request; must not raise.
        refusing: told about every request that was no HTTP.
    """

    def __init__(
        self,
        handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        limits: EdgeLimits,
        refusing: Callable[[EventveilError], None],
    ) -> None:
        super().__init__(
            handle,
            loop=asyncio.get_running_loop(),
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=limits.keepalive_timeout_s,
            lingering_time=LINGERING_S,
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
        )
        self.refusing = refusing

    def __call__(self) -> web.RequestHandler:
        """Make the protocol of a new connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    __slots__ = ("_edge",)

    def __init__(self, edge: Edge, **options: object) -> None:
        super().__init__(edge, **options)  # type: ignore[arg-type]  # as aiohttp's own Server does
        self._edge = edge

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,  # noqa: ARG002  # aiohttp's signature
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002  # quotes the request
    ) -> web.StreamResponse:
        """Answer what is no HTTP, without a word of it in the answer or a log."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun")
        error = _as_ours(exc)
        self._edge.refusing(error)
        answer = reply.turned_away(error)
        response = web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)
        response.force_close()
        return response


def _as_ours(error: BaseException | None) -> EventveilError:
    if isinstance(error, LineTooLong):
        return HeadersTooLarge(expected="shorter lines", got="one over the limit", where="headers")
    if isinstance(error, HttpProcessingError):
        return WireError(expected="HTTP", got=type(error).__name__, where="request head")
    return EventveilError("to know what to do")
