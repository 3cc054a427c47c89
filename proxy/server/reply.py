"""What goes back to the SDK: the vendor's answer, eventveil's own in its place, or an error; CORS on all of them.

`handler` calls these; nothing here decides what is delivered. An error's body is a small JSON object that says
expected, got, where and never quotes the request.
"""

from __future__ import annotations

import re

import orjson
from aiohttp import hdrs, web

from proxy.delivery import Answer
from proxy.errors import EventveilError
from proxy.server.lanes import Origins
from proxy.wire.dialect import Ack

__all__ = ["acknowledged", "answered", "preflight", "refused", "with_cors"]

PASSED_BACK = frozenset(
    {"content-type", "content-encoding", "content-language", "retry-after", "cache-control", "etag", "last-modified"}
)
"""A vendor's headers that mean something to an SDK. Not Set-Cookie: it would name a person to the vendor next time. Not
Location: it would lead a browser past eventveil."""

EXPOSED = "Retry-After"
"""posthog-js and analytics-next honour it only when CORS shows it to them."""

PREFLIGHT_MAX_AGE_S = "600"

SERVER = "eventveil"
"""In place of the name and version of the interpreter and library."""

METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"})
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
"""A token. Source: RFC 9110 section 5.6.2."""
HEADER_NAMES_LIMIT = 64


def answered(answer: Answer) -> web.Response:
    """Give the vendor's status, body and the headers that mean something to an SDK."""
    response = web.Response(status=answer.status, body=answer.body)
    for name, value in answer.headers:
        if name.lower() in PASSED_BACK:
            response.headers.add(name, value)
    return response


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
