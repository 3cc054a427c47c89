"""Which header fields travel: from the client to the vendor, and from the vendor back. Lists, no judgement on values.

`dialect` looks single fields up, `scrub` builds the vendor's request with `forwardable`, `server.reply` the client's
answer with `answerable`. Both are allow-lists: a field that nobody thought of stays here. On a first-party domain the
browser adds the site's own session cookies and the full Referer to every analytics request, so a deny-list would leak.
"""

from __future__ import annotations

from functools import cache

from proxy.model import Headers

__all__ = ["answerable", "forwardable", "header"]

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Source: RFC 9110 section 7.6.1, and RFC 2616 section 13.5.1 for the older ones."""

_COMMON = frozenset({"accept", "content-encoding", "content-type", "user-agent"})
"""What every vendor needs to read the body; `user-agent` is an entity (USER_AGENT) and scrubbed as one."""

_ANSWERED = frozenset(
    {
        "cache-control",
        "content-encoding",
        "content-language",
        "content-type",
        "etag",
        "expires",
        "last-modified",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "x-rate-limit-limit",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-sentry-rate-limits",
    }
)
"""Meaning and caching of the body (RFC 9110 section 8, RFC 9111 section 5), and when to come again: `retry-after`
(RFC 9110 section 10.2.3; the SDKs of Segment, PostHog and RudderStack wait for it), `ratelimit`
(draft-ietf-httpapi-ratelimit-headers) and its older forms, Sentry's own (develop.sentry.dev, "Rate Limiting").

No `set-cookie` (the vendor would set it on the first-party site), no `location` (it would lead past this house), no
`server-timing`, no `access-control-*` (CORS is answered here). `content-encoding` returns since `delivery` passes the
answer's bytes on as they came."""


def header(headers: Headers, name: str) -> str:
    """Find the first value of a field.

    Args:
        name: lower case.

    Returns:
        The value as sent, empty when there is no such field.
    """
    for field, value in headers:
        if field.lower() == name:
            return value
    return ""


def forwardable(headers: Headers, allowed: frozenset[str]) -> Headers:
    """Keep the request's fields that may travel to the vendor.

    Args:
        allowed: lower case; the dialect's own fields, its authentication among them.

    Returns:
        The allowed fields in their order, never one that is hop-by-hop or named by `Connection`.
    """
    return _kept(headers, _travelling(allowed))


def answerable(headers: Headers) -> Headers:
    """Keep the vendor's response fields that may return to the client."""
    return _kept(headers, _ANSWERED)


@cache
def _travelling(allowed: frozenset[str]) -> frozenset[str]:
    return (_COMMON | allowed) - _HOP_BY_HOP


def _kept(headers: Headers, allowed: frozenset[str]) -> Headers:
    kept = tuple([pair for pair in headers if pair[0].lower() in allowed])
    connections = [value for field, value in headers if field.lower() == "connection"]
    if not connections:
        return kept
    named = {option.strip().lower() for value in connections for option in value.split(",")}
    return tuple(pair for pair in kept if pair[0].lower() not in named)
