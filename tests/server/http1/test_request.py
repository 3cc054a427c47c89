"""A request as a value."""

from __future__ import annotations

from tests.fakes import get, parsed


def test_a_request_is_asked_for_its_fields_by_name() -> None:
    """In lower case; what it does not have is empty."""
    request = parsed(get("/a?b", "Origin: https://a.example", "X-A: 1", "x-a: 2"), "192.0.2.1")
    assert ("GET", "/a?b", "192.0.2.1", True) == (request.method, request.target, request.peer, request.keep_alive)
    assert ("https://a.example", "1, 2", "") == tuple(request.header(name) for name in ("origin", "x-a", "x-b"))
    assert (("Host", "shop.example"), ("Origin", "https://a.example"), ("X-A", "1"), ("x-a", "2")) == request.headers
    request.go_on()
