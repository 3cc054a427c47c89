from __future__ import annotations

import pytest

from proxy.wire.headers import answerable, forwardable, header

REQUEST = (
    ("Host", "collect.example.org"),
    ("Content-Type", "text/plain"),
    ("content-encoding", "gzip"),
    ("User-Agent", "Mozilla/5.0"),
    ("Accept", "*/*"),
    ("Authorization", "Basic dG9rZW46"),
    ("Cookie", "session=1; last_login=jane@example.com"),
    ("Referer", "https://console.example.org/u/jane"),
    ("Origin", "https://console.example.org"),
    ("Accept-Language", "de-CH"),
    ("X-Forwarded-For", "203.0.113.7"),
    ("Forwarded", "for=203.0.113.7"),
    ("Via", "1.1 edge"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-CH-UA-Model", "Pixel 9"),
    ("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("X-Client-Url", "https://console.example.org/u/jane"),
    ("X-Write-Key", "id:secret"),
)


@pytest.mark.parametrize(
    ("name", "value"), [("content-type", "text/plain"), ("host", "collect.example.org"), ("te", "")]
)
def test_finds_a_field_in_any_case(name: str, value: str) -> None:
    """A field is found whatever its case on the wire; one that is absent is empty."""
    assert value == header(REQUEST, name)


def test_finds_the_first_of_two() -> None:
    """Of a repeated field the first value counts."""
    assert "1" == header((("A", "1"), ("a", "2")), "a")


def test_only_the_common_fields_travel() -> None:
    """Without a dialect's word nothing that names the visitor, the site or the way here travels."""
    names = [name for name, _ in forwardable(REQUEST, frozenset())]
    assert ["Content-Type", "content-encoding", "User-Agent", "Accept"] == names


def test_a_dialects_own_fields_travel_in_their_place() -> None:
    """What the dialect allows is added, in wire order and as it was written."""
    travelling = forwardable(REQUEST, frozenset({"authorization", "x-write-key"}))
    assert REQUEST[1:6] + REQUEST[-1:] == travelling


@pytest.mark.parametrize(
    "name",
    [
        "Connection",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
    ],
)
def test_hop_by_hop_fields_never_travel(name: str) -> None:
    """A dialect cannot allow what belongs to one connection."""
    assert () == forwardable(((name, "x"),), frozenset({name.lower()}))


def test_fields_named_by_connection_never_travel() -> None:
    """What Connection names is hop-by-hop too, in any case, in each of several fields."""
    headers = (
        ("Connection", "close, X-One"),
        ("connection", " x-two"),
        ("X-One", "1"),
        ("x-Two", "2"),
        ("X-Three", "3"),
    )
    assert (("X-Three", "3"),) == forwardable(headers, frozenset({"x-one", "x-two", "x-three"}))


def test_the_vendors_answer_keeps_its_meaning_and_loses_its_cookies() -> None:
    """Body, caching and when to come again return to the client; cookies, timing, redirects and CORS do not."""
    kept = (
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
        ("Retry-After", "10"),
        ("Cache-Control", "no-store"),
        ("ETag", '"1"'),
        ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("X-RateLimit-Remaining", "0"),
        ("X-Sentry-Rate-Limits", "60:error:organization"),
    )
    lost = (
        ("Set-Cookie", "id=1"),
        ("Server-Timing", "edge;dur=1"),
        ("Access-Control-Allow-Origin", "*"),
        ("Location", "https://vendor.example/login"),
        ("Content-Length", "2"),
        ("Transfer-Encoding", "chunked"),
        ("Server", "nginx"),
        ("Strict-Transport-Security", "max-age=1"),
    )
    assert kept == answerable(lost + kept)
