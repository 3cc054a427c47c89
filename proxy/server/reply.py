"""What goes back to the SDK: the vendor's answer, eventveil's own in its place, or an error; CORS on all of them.

`handler` calls these; nothing here decides what is delivered. An error's body is a small JSON object that says
expected, got, where and never quotes the request.
"""

from __future__ import annotations

import re

import orjson

from proxy.delivery import Answer
from proxy.errors import EventveilError, WireError
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response
from proxy.server.lanes import Origins
from proxy.wire.compression import inflate
from proxy.wire.dialect import Ack, Rewrite
from proxy.wire.headers import answerable, header

__all__ = ["EXPOSED", "acknowledged", "answered", "preflight", "refused", "turned_away", "with_cors"]

REPRESENTATION = frozenset({"content-encoding", "etag", "last-modified"})
"""Describe the vendor's bytes, not those that a rewrite made of them."""

EXPOSED = "Retry-After, X-Sentry-Rate-Limits"
"""The SDKs of PostHog, Segment and Sentry honour them, and can only when CORS shows them."""

OPENED_BYTES = 8 * 2**20
"""A vendor's configuration, decompressed; those seen are below 100 kB."""

PREFLIGHT_MAX_AGE_S = "600"

COMMON = (("Server", "eventveil"), ("Vary", "Origin"))
"""On every answer; the name stands in place of that of the interpreter and library."""

READABLE = (("Access-Control-Allow-Credentials", "true"), ("Access-Control-Expose-Headers", EXPOSED))

METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"})
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
"""A token. Source: RFC 9110 section 5.6.2."""
HEADER_NAMES_LIMIT = 64


def answered(answer: Answer, rewrite: Rewrite | None = None) -> Response | None:
    """Give the vendor's status, body and the headers that mean something to an SDK.

    Args:
        rewrite: takes switches out of this route's answers.

    Returns:
        The response; None when there is a rewrite and it cannot read the answer, which then goes to nobody.
    """
    headers, body = answerable(answer.headers), answer.body
    if rewrite is not None:
        rewritten = _rewritten(answer, rewrite)
        if rewritten is None:
            return None
        headers, body = tuple(pair for pair in headers if pair[0].lower() not in REPRESENTATION), rewritten
    return Response(answer.status, list(headers), body)


def _rewritten(answer: Answer, rewrite: Rewrite) -> bytes | None:
    if answer.status >= 400:
        return b""  # an SDK reads the status; what the vendor says beside it could hold a switch
    try:
        opened = inflate(answer.body, header(answer.headers, "content-encoding"), OPENED_BYTES)
    except WireError:
        return None
    return rewrite(opened.data)


def acknowledged(ack: Ack) -> Response:
    """Give the answer that keeps the vendor's SDKs content, in the vendor's place."""
    return Response(ack.status, [("Content-Type", ack.content_type)], ack.body)


def refused(error: EventveilError, allow: str = "") -> Response:
    """Give an error as JSON.

    Args:
        allow: methods that the route has, for 405.
    """
    content = {"error": error.reason, "expected": error.expected, "got": error.got, "where": error.where}
    body = orjson.dumps({name: text for name, text in content.items() if text})
    response = Response(error.status, [("Content-Type", "application/json")], body)
    if allow:
        response.headers.append(("Allow", allow))
    return response


def turned_away(error: EventveilError) -> Response:
    """Answer what was no HTTP: for nobody's page, since nobody's origin is known."""
    return with_cors(refused(error), "", None)


def preflight(request: Request) -> Response:
    """Answer an OPTIONS request, a preflight or not, with what was asked for, as far as that is well formed."""
    method = request.header("access-control-request-method")
    if method not in METHODS:
        return Response(204, [("Allow", "GET, POST, OPTIONS")])
    asked = request.header("access-control-request-headers").split(",")[:HEADER_NAMES_LIMIT]
    names = [name.strip().lower() for name in asked if HEADER_NAME.fullmatch(name.strip())]
    granted = [("Access-Control-Allow-Methods", method), ("Access-Control-Max-Age", PREFLIGHT_MAX_AGE_S)]
    if names:
        granted.append(("Access-Control-Allow-Headers", ", ".join(names)))
    return Response(204, granted)


def with_cors(response: Response, origin: str, origins: Origins | None) -> Response:
    """Let the page that asked read the answer, if its origin may.

    The origin is echoed and credentials are allowed: mixpanel-browser and Snowplow send them, and a browser then takes
    no `*`. What may be read is an acknowledgement; nobody is logged in here.

    Args:
        origin: the request's Origin header; empty when it has none.
        origins: those of the lane; None when the request is of none.
    """
    response.headers += COMMON
    if origin and origins is not None and origins.allow(origin):
        response.headers += READABLE
        response.headers.append(("Access-Control-Allow-Origin", origin))
    return response
