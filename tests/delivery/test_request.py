"""A scrubbed request becomes the bytes of a head."""

from __future__ import annotations

import pytest

from proxy.delivery.request import request_head
from proxy.delivery.upstream import Upstream
from proxy.errors import EventveilError
from proxy.model import Headers, WireRequest

VENDOR = Upstream("http://vendor.example:81/eu")
START = b"POST /eu/track?a=1 HTTP/1.1\r\nHost: vendor.example:81\r\n"


def _head(headers: Headers = (), method: str = "POST", body: bytes = b"{}", path: str = "/track") -> bytes:
    return request_head(VENDOR, WireRequest(method, path, "a=1", headers, body))


def test_a_request_goes_out_as_the_heart_made_it() -> None:
    """In its order and writing, between our Host and our Content-Length; repeated fields stay repeated."""
    headers = (("X-b", "1"), ("content-type", "text/plain; charset=UTF-8"), ("X-b", "2"), ("A", ""))
    expected = b"X-b: 1\r\ncontent-type: text/plain; charset=UTF-8\r\nX-b: 2\r\nA: \r\nContent-Length: 2\r\n\r\n"
    assert START + expected == _head(headers)


@pytest.mark.parametrize("name", ["Host", "content-length", "TRANSFER-ENCODING", "Connection", "eXpect"])
def test_fields_of_the_clients_connection_stay_behind(name: str) -> None:
    """In whatever case they are written."""
    assert START + b"Content-Length: 2\r\n\r\n" == _head(((name, "chunked"),))


LENGTHS = [
    ("GET", b"", b""),
    ("HEAD", b"", b""),
    ("OPTIONS", b"", b""),
    ("GET", b"ab", b"Content-Length: 2\r\n"),
    ("POST", b"", b"Content-Length: 0\r\n"),
    ("PUT", b"", b"Content-Length: 0\r\n"),
    ("PATCH", b"", b"Content-Length: 0\r\n"),
    ("DELETE", b"", b"Content-Length: 0\r\n"),
    ("POST", b"abc", b"Content-Length: 3\r\n"),
]


@pytest.mark.parametrize(("method", "body", "expected"), LENGTHS)
def test_a_length_is_told_where_one_is_expected(method: str, body: bytes, expected: bytes) -> None:
    """A GET without a body says nothing, a POST says 0."""
    start = START.replace(b"POST", method.encode())
    assert start + expected + b"\r\n" == _head(method=method, body=body)


VALUES = [
    ("caf\u00e9", b"caf\xc3\xa9"),
    ("a\tb", b"a\tb"),
    ("a\u00adb\u2028\u0085", b"a\xc2\xadb\xe2\x80\xa8\xc2\x85"),
    ("\U0001f600", b"\xf0\x9f\x98\x80"),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_values_go_out_in_utf_8(value: str, expected: bytes) -> None:
    """Also those that Python does not call printable; no byte of them is a control character."""
    assert START + b"a: " + expected + b"\r\nContent-Length: 2\r\n\r\n" == _head((("a", value),))


BREAKS = ["\r\n", "\n", "\r", "\0", "\x0b", "\x7f", "\x1b"]

NO_NAMES = ["", " ", "a b", "a:", ":a", "\u00e9", "a\u2028", "\uff41", "a\t", "(a)"]

INJECTED: list[tuple[str, Headers, str]] = [
    *[("POST", (("a", f"b{at}Evil: 1"),), "values") for at in BREAKS],
    *[("POST", (("a", f"{at}"),), "values") for at in BREAKS],
    *[("POST", ((f"a{at}Evil", "1"),), "name") for at in BREAKS],
    *[("POST", ((name, "1"),), "name") for name in NO_NAMES],
    *[("POST", ((f"Host{at}", "1"),), "name") for at in BREAKS],
    ("POST", (("a", "\ud800"),), "text"),
    *[(f"POST{at}Evil: 1", (), "method") for at in [*BREAKS, " "]],
    *[(method, (), "method") for method in ("", "P\u00d6ST", "GET /", "a:b")],
]  # fmt: skip


@pytest.mark.parametrize(("method", "headers", "word"), INJECTED)
def test_what_could_begin_another_line_is_not_sent(method: str, headers: Headers, word: str) -> None:
    """A mistake in the heart or a trick of the client ends as 500, and no byte of it is in the error."""
    with pytest.raises(EventveilError) as caught:
        _head((("first", "\u00ad"), *headers), method)
    assert (500, True, False) == (caught.value.status, word in caught.value.expected, "Evil" in str(caught.value))


@pytest.mark.parametrize("path", ["/a b", "/a\r\nEvil: 1", "/\u00e9", "/a\tb", "/a#b"])
def test_a_target_is_one_word(path: str) -> None:
    """Or the request line would be another."""
    with pytest.raises(EventveilError, match="printable ASCII"):
        _head(path=path)
