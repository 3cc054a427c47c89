"""What goes back to the SDK: the vendor's answer, eventveil's own in its place, or an error; CORS on all of them.

`handler` calls these; nothing here decides what is delivered. An error's body is a small JSON object that says
expected, got, where and never quotes the request.
"""

from __future__ import annotations

import re

import orjson
from aiohttp import hdrs, web

from proxy.delivery import Answer
from proxy.errors import EventveilError, WireError
from proxy.server.lanes import Origins
from proxy.wire.compression import inflate
from proxy.wire.dialect import Ack, Rewrite
from proxy.wire.headers import answerable, header

__all__ = ["EXPOSED", "acknowledged", "answered", "preflight", "refused", "with_cors"]

REPRESENTATION = frozenset({"content-encoding", "etag", "last-modified"})
"""Describe the vendor's bytes, not those that a rewrite made of them."""

EXPOSED = "Retry-After, X-Sentry-Rate-Limits"
"""The SDKs of PostHog, Segment and Sentry honour them, and can only when CORS shows them."""

OPENED_BYTES = 8 * 2**20
"""A vendor's configuration, decompressed; those seen are below 100 kB."""

PREFLIGHT_MAX_AGE_S = "600"

SERVER = "eventveil"
"""In place of the name and version of the interpreter and library."""

METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"})
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
"""A token. Source: RFC 9110 section 5.6.2."""
HEADER_NAMES_LIMIT = 64


def answered(answer: Answer, rewrite: Rewrite | None = None) -> web.Response | None:
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
    response = web.Response(status=answer.status, body=body)
    for name, value in headers:
        response.headers.add(name, value)
    return response


def _rewritten(answer: Answer, rewrite: Rewrite) -> bytes | None:
    if answer.status >= 400:
        return b""  # an SDK reads the status; what the vendor says beside it could hold a switch
    try:
        opened = inflate(answer.body, header(answer.headers, "content-encoding"), OPENED_BYTES)
    except WireError:
        return None
    return rewrite(opened.data)


def acknowledged(ack: Ack) -> web.Response:
    """Give the answer that keeps the vendor's SDKs content, in the vendor's place."""
    return web.Response(status=ack.status, body=ack.body, headers={hdrs.CONTENT_TYPE: ack.content_type})


def refused(error: EventveilError, allow: str = "") -> web.Response:
    """Give an error as JSON.

    Args:
        allow: methods that the route has, for 405.
    """
    content = {"error": error.reason, "expected": error.expected, "got": error.got, "where": error.where}
    body = orjson.dumps({name: text for name, text in content.items() if text})
    response = web.Response(status=error.status, body=body, headers={hdrs.CONTENT_TYPE: "application/json"})
    if allow:
        response.headers[hdrs.ALLOW] = allow
    return response


def preflight(request: web.BaseRequest) -> web.Response:
    """Answer an OPTIONS request, a preflight or not, with what was asked for, as far as that is well formed."""
    response = web.Response(status=204)
    method = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_METHOD, "")
    if method not in METHODS:
        response.headers[hdrs.ALLOW] = "GET, POST, OPTIONS"
        return response
    asked = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "").split(",")[:HEADER_NAMES_LIMIT]
    names = [name.strip().lower() for name in asked if HEADER_NAME.fullmatch(name.strip())]
    response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = method
    if names:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = ", ".join(names)
    response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = PREFLIGHT_MAX_AGE_S
    return response


def with_cors(response: web.Response, request: web.BaseRequest, origins: Origins | None) -> web.Response:
    """Let the page that asked read the answer, if its origin may.

    The origin is echoed and credentials are allowed: mixpanel-browser and Snowplow send them, and a browser then takes
    no `*`. What may be read is an acknowledgement; nobody is logged in here.
    """
    headers = response.headers
    headers[hdrs.SERVER] = SERVER
    headers[hdrs.VARY] = hdrs.ORIGIN
    origin = request.headers.get(hdrs.ORIGIN)
    if origin and origins is not None and origins.allow(origin):
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        headers[hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"
        headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
    return response
