"""An HTTP request → `WireRequest`, within limits.

`handler` asks for the target first and reads the body only once the route is known. Path, query and body are taken as
they were sent; nothing is decoded. A header that is not UTF-8 does not get further than here. Nothing is logged.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import NamedTuple

from aiohttp import HttpVersion11, StreamReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from proxy.errors import BodyTooLarge, HeadersTooLarge, ReadTimeout, WireError
from proxy.model import Headers

__all__ = ["IntakeLimits", "Target", "read_body", "target", "wire_headers"]

READ_ERRORS = (web.RequestPayloadError, HttpProcessingError, ConnectionError)
"""How aiohttp says that a body broke off or was no valid chunked coding."""

DOTS = frozenset({".", ".."})


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


def target(request: web.BaseRequest) -> Target:
    """Take the target apart.

    Raises:
        WireError: 400, it is no path (`*`, an authority), is not ASCII, or has dot segments, which could climb out of
            a base path.

    Source: RFC 9112 section 3.2 for the four forms of a target.
    """
    raw = request.raw_path
    if not raw.startswith("/"):
        _, separator, rest = raw.partition("://")
        slash = rest.find("/")
        if not separator or slash < 0:
            raise WireError(expected="a target that is a path", got="another form", where="request line")
        raw = rest[slash:]
    if not raw.isascii():
        raise WireError(expected="a target in ASCII", got="another character", where="request line")
    path, _, query = raw.partition("#")[0].partition("?")
    if "/." in path or "%2" in path:
        segments = path.replace("%2e", ".").replace("%2E", ".").split("/")
        if not DOTS.isdisjoint(segments):
            raise WireError(expected="a path without dot segments", got="one with them", where="request line")
    return Target(path, query)


def wire_headers(request: web.BaseRequest, limit_bytes: int) -> Headers:
    """Take the headers in wire order.

    Raises:
        HeadersTooLarge: 431, request line and headers together are over the limit.
    """
    raw = request.raw_headers
    if len(request.raw_path) + sum(len(name) + len(value) for name, value in raw) > limit_bytes:
        raise HeadersTooLarge(expected=f"at most {limit_bytes} bytes", got="more", where="headers")
    headers = []
    for name, value in raw:
        try:
            headers.append((name.decode("ascii"), value.decode("utf-8")))
        except UnicodeDecodeError:
            # A cookie of the site in Latin-1, say. No SDK sends such a header, and nothing needs it at the vendor.
            continue
    return tuple(headers)


async def read_body(request: web.BaseRequest, limits: IntakeLimits) -> bytes:
    """Read the whole body, chunked or not.

    Raises:
        BodyTooLarge: 413, more was announced, or sent, than is allowed.
        ReadTimeout: 408, it was not there in time.
        WireError: 400, it broke off, or its chunked coding is invalid.
    """
    if (request.content_length or 0) > limits.body_bytes:
        raise _too_large(limits)
    content = request.content
    try:
        if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue" and request.version >= HttpVersion11:
            await _continue(request)
        if content.is_eof() and content.exception() is None:
            body = content.read_nowait()
        else:
            async with asyncio.timeout(limits.read_timeout_s):
                body = await _pieces(content, limits)
    except TimeoutError as error:
        raise ReadTimeout(f"a whole body within {limits.read_timeout_s} s", "less", "body") from error
    except READ_ERRORS as error:
        raise WireError(expected="a whole body", got=type(error).__name__, where="body") from error
    if len(body) > limits.body_bytes:
        raise _too_large(limits)
    return body


async def _pieces(content: StreamReader, limits: IntakeLimits) -> bytes:
    body = bytearray()
    while piece := await content.readany():
        body += piece
        if len(body) > limits.body_bytes:
            raise _too_large(limits)
    return bytes(body)


async def _continue(request: web.BaseRequest) -> None:
    """Tell a client that waits before it sends its body to go on. Source: RFC 9110 section 10.1.1."""
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # or aiohttp would take the answer for begun


def _too_large(limits: IntakeLimits) -> BodyTooLarge:
    return BodyTooLarge(expected=f"at most {limits.body_bytes} bytes", got="more", where="body")
