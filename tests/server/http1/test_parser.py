"""Bytes to requests, without a socket; the table of what is refused: tests/end_to_end/test_smuggling.py."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.errors import EventveilError, HeadersTooLarge, WireError
from proxy.server.http1.body import Room
from proxy.server.http1.parser import Parser
from proxy.server.http1.request import Request
from tests.fakes import get, post

LIMIT = 1000

Seen = tuple[str, str, tuple[tuple[str, str], ...], bytes | str | None]
"""Method, target, fields, and the body: whole, the reason why it broke, or None while it is under way."""


def _body(request: Request) -> bytes | str | None:
    try:
        whole = request.body.whole()
    except EventveilError as error:
        return error.reason
    return whole if request.body.complete else None


def _parsed(*pieces: bytes, limit: int = LIMIT) -> tuple[list[Seen], str]:
    """Feed pieces; give the requests and the reason of what was none."""
    found: list[Request] = []
    parser = Parser(found.append, lambda: None, "", limit, Room(2**30))
    reason = ""
    try:
        for piece in pieces:
            if not parser.finished:
                parser.feed(piece)
    except EventveilError as error:
        reason = error.reason
    return [(request.method, request.target, request.headers, _body(request)) for request in found], reason


CHUNKS = (
    b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;a=b\r\n!\r\n0\r\nX: b\r\n\r\n"
)
OFFER = post("/o", b"body", "Connection: Upgrade", "Upgrade: h2c")
STREAM = post("/a", b"one", "Cookie: M\u00fcller") + get("/b?c=d") + CHUNKS + OFFER + get("/last", "Connection: close")
SEEN, NO_REASON = _parsed(STREAM)


def test_requests_are_found_in_their_order() -> None:
    """Each with its own body; trailers are nobody's."""
    expected = [("POST", "/a", b"one"), ("GET", "/b?c=d", b""), ("POST", "/c", b"hello!"), ("POST", "/o", b"body")]
    expected.append(("GET", "/last", b""))
    assert (expected, "") == ([(method, target, body) for method, target, _, body in SEEN], NO_REASON)
    assert (("Host", "a"), ("Transfer-Encoding", "chunked")) == SEEN[2][2]


def test_a_cut_changes_nothing() -> None:
    """Wherever it falls."""
    assert [] == [cut for cut in range(len(STREAM)) if _parsed(STREAM[:cut], STREAM[cut:]) != (SEEN, "")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_cuts_change_nothing(cuts: list[int]) -> None:
    """Any number of them, empty pieces too."""
    edges = sorted([0, *cuts, len(STREAM)])
    assert (SEEN, "") == _parsed(*(STREAM[start:end] for start, end in pairwise(edges)))


ALPHABET = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b" ",
    b"\0",
    b":",
    b",",
    b"0",
    b"5",
    b"a",
    b"GET / HTTP/1.1",
    b"Host: a",
]
ALPHABET += [b"POST /x HTTP/1.1\r\nHost: a\r\n", b"Content-Length: 5", b"Transfer-Encoding: chunked", b"chunked"]
ALPHABET += [
    b"Connection: Upgrade",
    b"Upgrade: h2c",
    b"hello",
    b"0\r\n\r\n",
    b"HTTP/1.0",
    b"Expect: 100-continue",
    b"\xff",
]
NOISE = st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(ALPHABET), max_size=25).map(b"".join))


@given(NOISE, st.integers(0, 200))
def test_any_bytes_give_requests_or_one_refusal(data: bytes, cut: int) -> None:
    """Nothing else is ever raised, and where the cut falls does not decide what was sent."""
    whole, in_two = _parsed(data), _parsed(data[:cut], data[cut:])
    assert whole == in_two


def test_a_request_is_told_of_before_its_body() -> None:
    """Whoever refuses its route need not wait."""
    assert ([("POST", "/a", None)], "") == _short(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")


def _short(*pieces: bytes, limit: int = LIMIT) -> tuple[list[tuple[str, str, bytes | str | None]], str]:
    seen, reason = _parsed(*pieces, limit=limit)
    return [(method, target, body) for method, target, _, body in seen], reason


def test_a_body_that_makes_no_sense_is_told_to_its_reader() -> None:
    """Its request was found already; nothing behind it is looked at."""
    assert ([("POST", "/c", "wire_invalid")], "") == _short(CHUNKS.replace(b"5\r\n", b"6\r\n"), get("/b"))


LARGE = {
    "a target": [b"GET /" + b"a" * 1000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"],
    "a field": [get("/", "X-A: " + "a" * 1000)],
    "a target that never ends": [b"GET /", *[b"a" * 400] * 3],
    "a name that never ends": [b"GET / HTTP/1.1\r\nX", *[b"a" * 400] * 3],
    "a value that never ends": [b"GET / HTTP/1.1\r\nX: ", *[b"a" * 400] * 3],
    "fields that never end": [b"GET / HTTP/1.1\r\n", *[b"X: a\r\n" * 60] * 3],
    "empty lines that never end": [b"\r\n" * 200] * 3,
}


@pytest.mark.parametrize("pieces", LARGE.values(), ids=LARGE)
def test_a_head_is_bounded_while_it_arrives(pieces: list[bytes]) -> None:
    """What the parser below keeps to itself counts, too."""
    assert ([], "headers_too_large") == _parsed(*pieces)


def test_what_stands_around_chunks_is_bounded() -> None:
    """Extensions and trailers that never end; many small chunks are fine."""
    head = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    broken = [("POST", "/c", "headers_too_large")]
    assert (broken, "") == _short(head + b"5;", *[b"a" * 400] * 3)
    assert (broken, "") == _short(head + b"0\r\nX: ", *[b"a" * 400] * 3)
    assert ([("POST", "/c", b"a" * 3000)], "") == _short(head, *[b"1\r\na\r\n" * 100] * 30, b"0\r\n\r\n")


async def test_a_lost_connection_breaks_the_body_that_was_under_way() -> None:
    """Nobody waits for it any longer, and half a body is not given out."""
    found: list[Request] = []
    parser = Parser(found.append, lambda: None, "", LIMIT, Room(2**30))
    parser.feed(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
    waiting = asyncio.create_task(found[0].body.arrival(10))
    await asyncio.sleep(0)
    parser.end()
    await waiting
    with pytest.raises(WireError, match="a closed connection"):
        found[0].body.whole()


def test_an_error_never_quotes() -> None:
    """What the parser below says in its own words is not passed on."""
    with pytest.raises(WireError) as caught:
        Parser(lambda _: None, lambda: None, "", LIMIT, Room(2**30)).feed(b"bob@example.com\r\n\r\n")
    assert ("HttpParserInvalidMethodError", True) == (caught.value.got, caught.value.__suppress_context__)
    with pytest.raises(HeadersTooLarge) as large:
        Parser(lambda _: None, lambda: None, "", LIMIT, Room(2**30)).feed(get("/" + "bob@example.com" * 99))
    assert "bob" not in str(large.value)
