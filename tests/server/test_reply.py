"""What goes back to an SDK."""

from __future__ import annotations

import gzip

import pytest

from proxy.delivery import Answer
from proxy.errors import BodyTooLarge, HeadersTooLarge, MethodNotAllowed
from proxy.server import reply
from proxy.server.lanes import Origins
from proxy.wire.dialect import Ack
from tests.fakes import body_of, get, parsed


def test_a_vendors_answer_keeps_status_body_and_the_headers_that_sdks_read() -> None:
    """Cookies, redirects and the vendor's own CORS stay behind."""
    headers = (
        ("Content-Type", "text/javascript"),
        ("Content-Encoding", "gzip"),
        ("Retry-After", "10"),
        ("Set-Cookie", "id=1"),
        ("Location", "https://vendor.example"),
        ("Access-Control-Allow-Origin", "*"),
        ("Server", "vendor"),
    )
    response = reply.answered(Answer(429, headers, b"body"))
    assert response is not None
    kept = {"Content-Type": "text/javascript", "Content-Encoding": "gzip", "Retry-After": "10"}
    assert (429, b"body", kept) == (response.status, response.body, dict(response.headers))


def _shout(body: bytes) -> bytes | None:
    return body.upper() if body.isalpha() else None


REWRITTEN: dict[str, tuple[Answer, tuple[int, bytes, dict[str, str]] | None]] = {
    "plain": (Answer(200, (("Content-Type", "a/b"), ("ETag", "1")), b"on"), (200, b"ON", {"Content-Type": "a/b"})),
    "compressed": (Answer(200, (("Content-Encoding", "gzip"),), gzip.compress(b"on")), (200, b"ON", {})),
    "compressed in silence": (Answer(200, (), gzip.compress(b"on")), (200, b"ON", {})),
    "an error": (Answer(503, (("Retry-After", "9"),), b"switch on"), (503, b"", {"Retry-After": "9"})),
    "one that cannot be read": (Answer(200, (), b"<html>"), None),
    "one that does not open": (Answer(200, (("Content-Encoding", "gzip"),), b"on"), None),
    "one in a coding that nobody knows": (Answer(200, (("Content-Encoding", "rot13"),), b"ba"), None),
}


@pytest.mark.parametrize(("answer", "expected"), REWRITTEN.values(), ids=REWRITTEN)
def test_a_rewrite_leaves_nothing_of_the_vendors_own_body(
    answer: Answer, expected: tuple[int, bytes, dict[str, str]] | None
) -> None:
    """What it made goes out, described anew; what it cannot read goes to nobody; an error keeps its status alone."""
    response = reply.answered(answer, _shout)
    assert expected == (response and (response.status, response.body, dict(response.headers)))


def test_an_acknowledgement_is_what_the_dialect_says() -> None:
    """Status, type and body are the vendor's words."""
    response = reply.acknowledged(Ack(202, "text/plain", b"1"))
    assert (202, "text/plain", b"1") == (response.status, dict(response.headers)["Content-Type"], response.body)


def test_an_error_says_expected_got_and_where() -> None:
    """As JSON, without what is empty."""
    response = reply.refused(BodyTooLarge("at most 10 bytes", "more", "body"))
    expected = {"error": "body_too_large", "expected": "at most 10 bytes", "got": "more", "where": "body"}
    assert (413, expected) == (response.status, body_of(response))
    response = reply.refused(MethodNotAllowed("POST"), "POST")
    assert ("POST", {"error", "expected"}) == (dict(response.headers)["Allow"], set(body_of(response)))


ASKED = {
    "as the SDKs ask": (
        {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, X-Retry-Count"},
        ("POST", "authorization, x-retry-count", "600", None),
    ),
    "without headers": ({"Access-Control-Request-Method": "GET"}, ("GET", None, "600", None)),
    "with names that are none": (
        {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "a b,ok,<x>," + "l" * 65},
        ("GET", "ok", "600", None),
    ),
    "with more names than any SDK has": (
        {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "a," * 500},
        ("GET", ", ".join("a" * 64), "600", None),
    ),
    "for a method that is none": ({"Access-Control-Request-Method": "BREW"}, (None, None, None, "GET, POST, OPTIONS")),
    "by nobody": ({}, (None, None, None, "GET, POST, OPTIONS")),
}


@pytest.mark.parametrize(("headers", "expected"), ASKED.values(), ids=ASKED)
def test_a_preflight_is_granted_what_it_asks_for_within_bounds(
    headers: dict[str, str], expected: tuple[str | None, ...]
) -> None:
    """The method and the well-formed header names are echoed, for ten minutes."""
    response = reply.preflight(
        parsed(get("/", *(f"{name}: {value}" for name, value in headers.items()), method="OPTIONS"))
    )
    given = dict(response.headers)
    names = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age", "Allow"
    assert (204, expected) == (response.status, tuple(given.get(name) for name in names))


@pytest.mark.parametrize(
    ("origin", "origins", "allowed"),
    [
        ("https://a.example", Origins(("*",)), "https://a.example"),
        ("https://a.example", Origins(()), None),
        ("https://a.example", None, None),
        ("", Origins(("*",)), None),
    ],
)
def test_cors_is_for_pages_that_may(origin: str, origins: Origins | None, allowed: str | None) -> None:
    """The origin is echoed, never `*`; caches are told; the library's name is not."""
    headers = dict(reply.with_cors(reply.acknowledged(Ack()), origin, origins).headers)
    assert allowed == headers.get("Access-Control-Allow-Origin")
    assert (allowed and reply.EXPOSED) == headers.get("Access-Control-Expose-Headers")
    assert (allowed and "true") == headers.get("Access-Control-Allow-Credentials")
    assert ("Origin", "eventveil") == (headers["Vary"], headers["Server"])


def test_what_is_no_http_is_answered_like_any_error() -> None:
    """The reason as JSON, and the two headers that every answer has."""
    response = reply.turned_away(HeadersTooLarge("less", "more", "headers"))
    assert (431, "headers_too_large") == (response.status, body_of(response)["error"])
    expected = {"Content-Type": "application/json", "Server": "eventveil", "Vary": "Origin"}
    assert expected == dict(response.headers)
