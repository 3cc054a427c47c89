"""A scrubbed request → the head that goes on the wire: request line, fields, Host and Content-Length.

`pool` calls `request_head` for each request. What the heart made goes out as it is, and nothing is added but what the
next connection needs. A name or value that could end its line, and with it begin a header or a request that nobody
scrubbed, stops the request here, before a byte of it is sent.
"""

from __future__ import annotations

import re
from functools import lru_cache

from proxy.delivery.upstream import Upstream
from proxy.errors import EventveilError
from proxy.model import Headers, WireRequest

__all__ = ["NOT_OURS", "request_head"]

NOT_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect"})
"""Belong to one connection; those of the next one are written anew. Source: RFC 9110 section 7.6.1."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Source: RFC 9110 section 5.6.2."""

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What no field value holds; a tab may stand in it. Source: RFC 9110 section 5.5."""

WITHOUT_A_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Say nothing of a length when they have no body; the others say 0. Source: RFC 9110 section 8.6."""

NAMES_LIMIT = 512
"""Header names that are remembered. They come from the dialects' lists, in lower case, as `scrub` writes them."""


def request_head(upstream: Upstream, request: WireRequest) -> bytes:
    """Write everything before the body.

    Returns:
        Bytes that end with the empty line; values in UTF-8.

    Raises:
        EventveilError: 500, method, target, a name or a value is not what HTTP allows.
    """
    if not _is_token(request.method):
        raise _refused("a method")
    lines = [f"{request.method} {upstream.target(request.path, request.query)} HTTP/1.1\r\nHost: {upstream.authority}"]
    lines += _fields(request.headers)
    if request.body or request.method not in WITHOUT_A_BODY:
        lines.append(f"Content-Length: {len(request.body)}")
    lines.append("\r\n")
    try:
        return "\r\n".join(lines).encode()
    except UnicodeEncodeError as error:
        raise _refused("header values that are text") from error


def _fields(headers: Headers) -> list[str]:
    lines = [f"{start}{value}" for name, value in headers if (start := _line_start(name))]
    together = "".join(lines)
    # Printable is the usual case and ten times as quick to see; a tab or a soft hyphen is not printable but allowed.
    if not together.isprintable() and CONTROL.search(together):
        raise _refused("header values without control characters")
    return lines


@lru_cache(NAMES_LIMIT)
def _line_start(name: str) -> str:
    """Give how a field's line begins; empty for a field that is not ours to send."""
    if not _is_token(name):
        raise _refused("a header name")
    return "" if name.lower() in NOT_OURS else f"{name}: "


@lru_cache(NAMES_LIMIT)
def _is_token(text: str) -> bool:
    return TOKEN.fullmatch(text) is not None


def _refused(expected: str) -> EventveilError:
    return EventveilError(expected=expected, got="another character", where="upstream")
