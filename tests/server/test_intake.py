"""What is taken from an HTTP request, and how much. Broken bodies over a socket: tests/end_to_end/test_bad_input.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proxy.errors import HeadersTooLarge, WireError
from proxy.server.intake import Target, target, wire_headers
from tests.fakes import get, parsed

TARGETS = {
    "/track": ("/track", ""),
    "/track/?a=%41&b=+&b": ("/track/", "a=%41&b=+&b"),
    "/a%2Fb?x?y=1": ("/a%2Fb", "x?y=1"),
    "/track?a=../b": ("/track", "a=../b"),
    "/track?a=1#there": ("/track", "a=1"),
    "/.well-known/x..y/...": ("/.well-known/x..y/...", ""),
    "http://shop.example/track?a=1": ("/track", "a=1"),
}


@pytest.mark.parametrize(("raw", "expected"), TARGETS.items(), ids=TARGETS)
def test_a_target_is_taken_as_it_was_sent(raw: str, expected: tuple[str, str]) -> None:
    """Nothing is decoded, encoded or tidied up."""
    assert Target(*expected) == target(parsed(get(raw)))


REFUSED = [
    "*", "shop.example:443", "http://shop.example", "/a/../b", "/a/%2e%2E/b", "/a/.", "/a/.%2e", "/tr\xe4ck",
    "/a/..%2fb", "/a%2F..%2Fb", "/a/..%5Cb", "/a\\..\\b", "/a/..;/b", "/a/..;x=1/b", "/a/..%3b/b", "/../a",
]  # fmt: skip


@pytest.mark.parametrize("raw", REFUSED)
def test_a_target_that_is_no_plain_path_is_refused(raw: str) -> None:
    """Other forms, dot segments and anything but ASCII are 400."""
    request = replace(parsed(get("/")), target=raw)
    with pytest.raises(WireError):
        target(request)


def test_headers_are_taken_in_wire_order() -> None:
    """Repeated names stay; a value that is not UTF-8 goes no further."""
    request = parsed(b"GET / HTTP/1.0\r\nB: 1\r\na:2 \t\r\nB:   3\r\nCookie: M\xfcller\r\nc: \xc3\xbc\r\n\r\n")
    assert (("B", "1"), ("a", "2"), ("B", "3"), ("c", "ü")) == wire_headers(request, 1000)


def test_headers_over_the_limit_are_refused() -> None:
    """The request line counts with them."""
    request = parsed(f"GET /{'a' * 50} HTTP/1.0\r\nX-A: {'b' * 50}\r\n\r\n".encode())
    assert (("X-A", "b" * 50),) == wire_headers(request, 104)
    with pytest.raises(HeadersTooLarge):
        wire_headers(request, 103)
