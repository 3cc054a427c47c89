"""An HTTP request → `WireRequest`, within limits.

`handler` asks for the target first and reads the body only once the route is known. Path, query and body are taken as
they were sent; nothing is decoded. Nothing is logged.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import NamedTuple

from proxy.errors import BodyTooLarge, HeadersTooLarge, ReadTimeout, WireError
from proxy.model import Headers
from proxy.server.http1.body import Body
from proxy.server.http1.request import Request

__all__ = ["IntakeLimits", "Target", "read_body", "target", "wire_headers"]

_SLASH = r"[/\\]|%2[fF]|%5[cC]"
_DOTS = re.compile(rf"(?:{_SLASH})(?:\.|%2[eE]){{1,2}}(?:{_SLASH}|;|%3[bB]|\Z)")
"""Segments of dots as any server behind may read them: nginx after it has decoded the path, Windows with backslashes,
Tomcat without what follows a semicolon."""


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """How much a client may send, and how slowly.

    Args:
        body_bytes: as sent, before decompression.
        header_bytes: request line and headers together.
        read_timeout_s: for the whole body.
    """

    body_bytes: int
    header_bytes: int
    read_timeout_s: float


class Target(NamedTuple):
    """What a request asks for: path and query, raw; no fragment, no authority."""

    path: str
    query: str


def target(request: Request) -> Target:
    """Take the target apart.

    Raises:
        WireError: 400, it is no path (`*`, an authority), is not ASCII, or has dot segments, which could climb out of
            a base path.

    Source: RFC 9112 section 3.2 for the four forms of a target.
    """
    raw = request.target
    if not raw.startswith("/"):
        _, separator, rest = raw.partition("://")
        slash = rest.find("/")
        if not separator or slash < 0:
            raise WireError(expected="a target that is a path", got="another form", where="request line")
        raw = rest[slash:]
    if not raw.isascii():
        raise WireError(expected="a target in ASCII", got="another character", where="request line")
    path, _, query = (raw.partition("#")[0] if "#" in raw else raw).partition("?")
    if ("." in path or "%" in path) and _DOTS.search(path):
        raise WireError(expected="a path without dot segments", got="one with them", where="request line")
    return Target(path, query)


def wire_headers(request: Request, limit_bytes: int) -> Headers:
    """Take the headers in wire order.

    Raises:
        HeadersTooLarge: 431, request line and headers together are over the limit.
    """
    if len(request.target) + request.head.size > limit_bytes:
        raise HeadersTooLarge(expected=f"at most {limit_bytes} bytes", got="more", where="headers")
    return request.headers


async def read_body(request: Request, limits: IntakeLimits) -> bytes:
    """Read the whole body, chunked or not.

    Raises:
        BodyTooLarge: 413, more was announced, or sent, than is allowed.
        ReadTimeout: 408, it was not there in time.
        WireError: 400, it broke off, or its chunked coding is invalid.

    Source: RFC 9110 section 10.1.1 for clients that wait before they send a body.
    """
    body = request.body
    if request.head.length > limits.body_bytes:
        raise _too_large(limits)
    if not body.complete:
        if request.head.waits:
            request.go_on()
        await _arrival(body, limits)
    if body.size > limits.body_bytes:
        raise _too_large(limits)
    return body.whole()


async def _arrival(body: Body, limits: IntakeLimits) -> None:
    try:
        async with asyncio.timeout(limits.read_timeout_s):
            await body.arrival(limits.body_bytes)
    except TimeoutError as error:
        raise ReadTimeout(f"a whole body within {limits.read_timeout_s} s", "less", "body") from error


def _too_large(limits: IntakeLimits) -> BodyTooLarge:
    return BodyTooLarge(expected=f"at most {limits.body_bytes} bytes", got="more", where="body")
