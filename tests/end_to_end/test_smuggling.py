"""Requests that two readers could take apart differently: each is refused, or means exactly one thing.

Raw bytes over a real socket; behind each row goes an innocent request, `LAST`. Where a row is refused, LAST is not
looked at any more; where it is taken, LAST is answered, so that nothing of the row was left over or took LAST with it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import uvloop

from tests.fakes import EVENT, get, post, sdk, serving, vendor
from tests.server.http1.echoing import LIMITS, Accepted, echoing, exchanged, statuses

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FIVE = b"5\r\nhello\r\n"
END = b"0\r\n\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"

POSTED: Accepted = ("POST", "/x", b"hello")
EMPTY: Accepted = ("POST", "/x", b"")
GOT: Accepted = ("GET", "/x", b"")


def _with(*fields: bytes, body: bytes = b"") -> bytes:
    return HEAD + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def _got(line: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join([line, b"Host: a", *fields, b"", b""])


REFUSED: dict[str, bytes] = {
    # Ends of lines. Source: RFC 9112 section 2.2.
    "bare LF behind the request line": b"GET /x HTTP/1.1\nHost: a\r\n\r\n",
    "bare LF behind a target without version": b"GET /x\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "bare LF behind a field": b"GET /x HTTP/1.1\r\nHost: a\n\r\n",
    "bare LF at the end of the head": b"GET /x HTTP/1.1\r\nHost: a\r\n\n",
    "bare LF everywhere": b"GET /x HTTP/1.1\nHost: a\n\n",
    "bare LF behind a chunk's size": CHUNKED + b"5\nhello\r\n" + END,
    "bare LF behind a chunk": CHUNKED + b"5\r\nhello\n" + END,
    "bare LF behind the last chunk's size": CHUNKED + FIVE + b"0\n\r\n",
    "bare LF behind the last chunk": CHUNKED + FIVE + b"0\r\n\n",
    "bare LF in a chunk extension": CHUNKED + b"5;a\nhello\r\n" + END,
    "bare LF in a quoted chunk extension": CHUNKED + b'5;a="b\nc"\r\nhello\r\n' + END,
    "bare LF behind a trailer": CHUNKED + b"0\r\nX: b\n\r\n",
    "bare CR in a value": _with(b"X: a\rb"),
    "bare CR that hides a field": _with(b"X: a\rTransfer-Encoding: chunked"),
    "bare CR everywhere": b"GET /x HTTP/1.1\rHost: a\r\r",
    "bare CR at the end of the head": b"GET /x HTTP/1.1\r\nHost: a\r\n\rX",
    "bare CR before CRLF": b"GET /x HTTP/1.1\r\nHost: a\r\r\n\r\n",
    "bare CR in a chunk extension": CHUNKED + b"5;a\rb\r\nhello\r\n" + END,
    "bare CR behind a chunk": CHUNKED + b"5\r\nhello\r" + END,
    # Where the body ends. Source: RFC 9112 section 6.
    "length, then chunks": _with(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=END),
    "chunks, then length": _with(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=END),
    "two lengths that are equal": _with(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
    "two lengths that differ": _with(b"Content-Length: 5", b"Content-Length: 0", body=b"hello"),
    "two lengths in a list": _with(b"Content-Length: 5, 5", body=b"hello"),
    "length with a plus": _with(b"Content-Length: +5", body=b"hello"),
    "length with a minus": _with(b"Content-Length: -5", body=b"hello"),
    "length with a space within": _with(b"Content-Length: 0 5", body=b"hello"),
    "length in hexadecimal": _with(b"Content-Length: 0x5", body=b"hello"),
    "length with an underscore": _with(b"Content-Length: 0_5", body=b"hello"),
    "length in other digits": _with("Content-Length: \u0665".encode(), body=b"hello"),
    "length with many leading zeros": _with(b"Content-Length: " + b"0" * 5000 + b"5", body=b"hello"),
    "length of 2**64": _with(b"Content-Length: 18446744073709551616", body=b"hello"),
    "length of 2**64 - 1": _with(b"Content-Length: 18446744073709551615", body=b"hello"),
    "length that is empty": _with(b"Content-Length:", body=b"hello"),
    "length that is a space": _with(b"Content-Length: ", body=b"hello"),
    "length on a folded line": _with(b"Content-Length:", b" 5", body=b"hello"),
    "coding identity": _with(b"Transfer-Encoding: identity", body=b"hello"),
    "coding identity and a length": _with(b"Transfer-Encoding: identity", b"Content-Length: 5", body=b"hello"),
    "chunked twice in a list": _with(b"Transfer-Encoding: chunked, chunked", body=END),
    "chunked twice": _with(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=END),
    "chunked not last": _with(b"Transfer-Encoding: chunked, identity", body=END),
    "another coding before chunked": _with(b"Transfer-Encoding: gzip, chunked", body=END),
    "another coding on a line before": _with(b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked", body=END),
    "an empty coding before chunked": _with(b"Transfer-Encoding: ,chunked", body=END),
    "coding xchunked": _with(b"Transfer-Encoding: xchunked", body=END),
    "coding chunkedx": _with(b"Transfer-Encoding: chunkedx", body=END),
    "coding in quotes": _with(b'Transfer-Encoding: "chunked"', body=END),
    "coding with a parameter": _with(b"Transfer-Encoding: chunked;q=1", body=END),
    "coding behind a vertical tab": _with(b"Transfer-Encoding: \x0bchunked", body=END),
    "coding behind a form feed": _with(b"Transfer-Encoding: \x0cchunked", body=END),
    "coding that is empty": _with(b"Transfer-Encoding:", body=END),
    "coding that is empty and a length": _with(b"Transfer-Encoding:", b"Content-Length: 5", body=b"hello"),
    "coding on a folded line": _with(b"Transfer-Encoding:", b" chunked", body=END),
    "coding with a space before the colon": _with(b"Transfer-Encoding : chunked", body=END),
    "coding that is no UTF-8": _with(b"Transfer-Encoding: \xff, chunked", body=END),
    "second Host that is no UTF-8": _with(b"Host: \xff"),
    "chunks in HTTP/1.0": CHUNKED.replace(b"/1.1", b"/1.0") + END,
    # Chunks. Source: RFC 9112 section 7.1.
    "chunk size over 64 bits": CHUNKED + b"fffffffffffffffff\r\nhello\r\n" + END,
    "chunk size with a minus": CHUNKED + b"-5\r\nhello\r\n" + END,
    "chunk size with a plus": CHUNKED + b"+5\r\nhello\r\n" + END,
    "chunk size with 0x": CHUNKED + b"0x5\r\nhello\r\n" + END,
    "chunk size with an underscore": CHUNKED + b"0_5\r\nhello\r\n" + END,
    "chunk size behind a space": CHUNKED + b" 5\r\nhello\r\n" + END,
    "chunk size before a space": CHUNKED + b"5 \r\nhello\r\n" + END,
    "chunk size before a tab": CHUNKED + b"5\t\r\nhello\r\n" + END,
    "chunk size that is empty": CHUNKED + b"\r\nhello\r\n" + END,
    "chunk extension behind a space": CHUNKED + b"5 ;a=b\r\nhello\r\n" + END,
    "chunk extension that is empty": CHUNKED + b"5;\r\nhello\r\n" + END,
    "chunk extension with a control character": CHUNKED + b"5;a=\x01\r\nhello\r\n" + END,
    "chunk without CRLF behind it": CHUNKED + b"5\r\nhello" + END,
    "chunk longer than it says": CHUNKED + b"4\r\nhello\r\n" + END,
    "last chunk without an end": CHUNKED + FIVE + b"0\r\n" + HIDDEN,
    "trailer with a length": CHUNKED + FIVE + b"0\r\nContent-Length: 5\r\n\r\n",
    "trailer with a coding": CHUNKED + FIVE + b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "trailer that is folded": CHUNKED + FIVE + b"0\r\nX: b\r\n c\r\n\r\n",
    "trailer without a colon": CHUNKED + FIVE + b"0\r\nX y\r\n\r\n",
    # Fields. Source: RFC 9112 section 5.
    "folded field": _with(b"X: a", b" b"),
    "folded first field": b"GET /x HTTP/1.1\r\n Host: a\r\n\r\n",
    "space before the colon": _with(b"X : a"),
    "tab before the colon": _with(b"X\t: a"),
    "no name": _with(b": a"),
    "no colon": _with(b"X"),
    "NUL in a value": _with(b"X: a\0b"),
    "NUL in a name": _with(b"X\0: a"),
    "control character in a value": _with(b"X: a\x01b"),
    "vertical tab in a value": _with(b"X: a\x0bb"),
    "DEL in a value": _with(b"X: a\x7fb"),
    "control character in a name": _with(b"X\x01: a"),
    "name that is not ASCII": _with(b"X\xe4: a"),
    "name with a bracket": _with(b"X(a): a"),
    # Request line. Source: RFC 9112 section 3.
    "tabs between the words": _got(b"GET\t/x\tHTTP/1.1"),
    "tab before the version": _got(b"GET /x\tHTTP/1.1"),
    "space behind the version": _got(b"GET /x HTTP/1.1 "),
    "space before the method": _got(b" GET /x HTTP/1.1"),
    "no version": b"GET /x\r\n\r\n",
    "no version, and fields": _got(b"GET /x"),
    "HTTP/0.9": _got(b"GET /x HTTP/0.9"),
    "HTTP/1.2": _got(b"GET /x HTTP/1.2"),
    "HTTP/1.10": _got(b"GET /x HTTP/1.10"),
    "HTTP/01.1": _got(b"GET /x HTTP/01.1"),
    "HTTP/1": _got(b"GET /x HTTP/1"),
    "HTTP/2.0": _got(b"GET /x HTTP/2.0"),
    "HTTP/2 with its preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http in lower case": _got(b"GET /x http/1.1"),
    "ICE": _got(b"GET /x ICE/1.0"),
    "method in lower case": _got(b"get /x HTTP/1.1"),
    "method that nobody knows": _got(b"BREW /x HTTP/1.1"),
    "no target": _got(b"GET HTTP/1.1"),
    "authority as a target": _got(b"GET a:443 HTTP/1.1"),
    "target with a NUL": _got(b"GET /x\0y HTTP/1.1"),
    "target with a control character": _got(b"GET /x\x01y HTTP/1.1"),
    "target with DEL": _got(b"GET /x\x7fy HTTP/1.1"),
    "target that is not ASCII": _got(b"GET /x\xe4y HTTP/1.1"),
    "CONNECT": _got(b"CONNECT a:443 HTTP/1.1") + HIDDEN,
    "CONNECT with a path": _got(b"CONNECT /x HTTP/1.1") + HIDDEN,
    "no Host": b"GET /x HTTP/1.1\r\n\r\n",
    "two Hosts": _got(b"GET /x HTTP/1.1", b"Host: a"),
    "two Hosts that differ": _got(b"GET /x HTTP/1.1", b"host: b"),
    "two Hosts in HTTP/1.0": _got(b"GET /x HTTP/1.0", b"Host: b"),
    "two Hosts in a list": b"GET /x HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
async def test_what_can_be_read_two_ways_is_refused(data: bytes) -> None:
    """400, the connection is closed, and neither the request nor anything behind it was taken."""
    async with echoing() as echo:
        got = await exchanged(echo, data)
    assert ([400], [], ["wire_invalid"]) == (got, echo.accepted, echo.refused)


LONG_EXTENSION = CHUNKED + b"5;" + b"a" * 60_000 + b"\r\nhello\r\n" + END
LONG_TRAILER = CHUNKED + FIVE + b"0\r\nX: " + b"a" * 60_000 + b"\r\n\r\n"
MANY_TRAILERS = CHUNKED + FIVE + b"0\r\n" + b"X: a\r\n" * 10_000 + b"\r\n"
TOO_LONG = {"extension": LONG_EXTENSION, "trailer": LONG_TRAILER, "trailers": MANY_TRAILERS}


@pytest.mark.parametrize("data", TOO_LONG.values(), ids=TOO_LONG)
async def test_what_stands_around_chunks_is_bounded(data: bytes) -> None:
    """Extensions and trailers are nobody's, and may not be longer than a head."""
    async with echoing() as echo:
        got = await exchanged(echo, data)
    assert ([431], [], ["headers_too_large"]) == (got, echo.accepted, echo.refused)


TAKEN: dict[str, tuple[bytes, Accepted]] = {
    "a length": (_with(b"Content-Length: 5", body=b"hello"), POSTED),
    "a length in other case": (_with(b"cOnTENT-length: 5", body=b"hello"), POSTED),
    "a length with spaces around it": (_with(b"Content-Length:   5 \t", body=b"hello"), POSTED),
    "a length with leading zeros": (_with(b"Content-Length: 005", body=b"hello"), POSTED),
    "chunks": (CHUNKED + FIVE + END, POSTED),
    "chunks in upper case": (_with(b"Transfer-Encoding: CHUNKED", body=FIVE + END), POSTED),
    "a coding behind a tab": (_with(b"Transfer-Encoding:\tchunked", body=FIVE + END), POSTED),
    "a coding before a space": (_with(b"Transfer-Encoding: chunked ", body=FIVE + END), POSTED),
    "a field that only looks like a coding": (
        _with(b"Transfer_Encoding: chunked", b"Content-Length: 5", body=b"hello"),
        POSTED,
    ),
    "a chunk size with leading zeros": (CHUNKED + b"00000000000000005\r\nhello\r\n" + END, POSTED),
    "a chunk size in upper case": (CHUNKED + b"A\r\nhellohello\r\n" + END, ("POST", "/x", b"hellohello")),
    "a chunk extension": (CHUNKED + b'5;a=b;c="d;e"\r\nhello\r\n' + END, POSTED),
    "a trailer": (CHUNKED + FIVE + b"0\r\nX: b\r\n\r\n", POSTED),
    "a trailer with another Host": (CHUNKED + FIVE + b"0\r\nHost: b\r\n\r\n", POSTED),
    "a trailer that offers another protocol": (
        CHUNKED + FIVE + b"0\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        POSTED,
    ),
    "a request hidden in a body": (
        _with(b"Content-Length: %d" % len(HIDDEN), body=HIDDEN),
        ("POST", "/x", HIDDEN),
    ),
    "a request hidden in a chunk": (
        CHUNKED + b"%x\r\n%b\r\n" % (len(HIDDEN), HIDDEN) + END,
        ("POST", "/x", HIDDEN),
    ),
    "a GET with a body": (_got(b"GET /x HTTP/1.1", b"Content-Length: 5") + b"hello", ("GET", "/x", b"hello")),
    "an offer of h2c with a length": (
        _with(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"Content-Length: 5", body=b"hello"),
        POSTED,
    ),
    "an offer of h2c with chunks": (
        _with(b"Connection: Upgrade", b"Upgrade: h2c", b"Transfer-Encoding: chunked", body=FIVE + END),
        POSTED,
    ),
    "an offer of h2c without a body": (_got(b"GET /x HTTP/1.1", b"Connection: Upgrade", b"Upgrade: h2c"), GOT),
    "an offer of websocket": (_got(b"GET /x HTTP/1.1", b"Connection: Upgrade", b"Upgrade: websocket"), GOT),
    "a request hidden behind an offer": (
        _with(b"Connection: Upgrade", b"Upgrade: h2c", b"Content-Length: %d" % len(HIDDEN), body=HIDDEN),
        ("POST", "/x", HIDDEN),
    ),
    "an Upgrade that Connection does not name": (_with(b"Upgrade: h2c", b"Content-Length: 5", body=b"hello"), POSTED),
    "an absolute target": (_got(b"GET http://b/x HTTP/1.1"), ("GET", "http://b/x", b"")),
    "an asterisk": (_got(b"OPTIONS * HTTP/1.1"), ("OPTIONS", "*", b"")),
    "an empty line before": (b"\r\n" + _got(b"GET /x HTTP/1.1"), GOT),
    "several spaces between the words": (_got(b"GET  /x  HTTP/1.1"), GOT),
    "an empty Host": (b"GET /x HTTP/1.1\r\nHost:\r\n\r\n", GOT),
    "HTTP/1.0 that stays": (b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", GOT),
    "no length and no chunks": (HEAD + b"\r\n", EMPTY),
}


@pytest.mark.parametrize(("data", "expected"), TAKEN.values(), ids=TAKEN)
async def test_what_can_be_read_one_way_is_taken_once(data: bytes, expected: Accepted) -> None:
    """With exactly this body; what comes behind it is a request of its own."""
    async with echoing() as echo:
        got = await exchanged(echo, data)
    assert ([200, 200], [expected, ("GET", "/last", b"")]) == (got, echo.accepted)


@pytest.mark.parametrize(("data", "expected"), TAKEN.values(), ids=TAKEN)
async def test_where_a_segment_ends_means_nothing(data: bytes, expected: Accepted) -> None:
    """The same requests arrive a byte at a time."""
    async with echoing() as echo:
        got = await exchanged(echo, *(data[i : i + 1] for i in range(len(data))))
    assert ([200, 200], [expected, ("GET", "/last", b"")]) == (got, echo.accepted)


GARBAGE = {
    "behind chunks": CHUNKED + FIVE + END + b"GARBAGE\r\n\r\n",
    "behind a length": _with(b"Content-Length: 5", body=b"helloX"),
    "behind a trailer that closes": CHUNKED + FIVE + b"0\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_behind_a_request_is_a_request_of_its_own(data: bytes) -> None:
    """The good request is answered, then the garbage is refused; LAST is not looked at."""
    async with echoing() as echo:
        got = await exchanged(echo, data)
    assert ([200, 400], [POSTED]) == (got, echo.accepted)


CLOSING = {
    "Connection: close": _with(b"Connection: close", b"Content-Length: 5", body=b"hello"),
    "close in a list": _with(b"Connection: keep-alive, close", b"Content-Length: 5", body=b"hello"),
    "HTTP/1.0": b"POST /x HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
    "close and an offer of h2c": _with(
        b"Connection: close, Upgrade", b"Upgrade: h2c", b"Content-Length: 5", body=b"hello"
    ),
}


@pytest.mark.parametrize("data", CLOSING.values(), ids=CLOSING)
async def test_nothing_behind_the_last_request_counts(data: bytes) -> None:
    """A request that closes is the last one, whatever else was sent with it."""
    async with echoing() as echo:
        got = await exchanged(echo, data + HIDDEN)
    assert ([200], [POSTED], []) == (got, echo.accepted, echo.refused)


async def test_a_body_that_never_comes_takes_nobody_elses_bytes_for_its_own_forever() -> None:
    """A length that is larger than what follows ends in 408, and the request that it swallowed is not seen either."""
    async with echoing(limits=replace(LIMITS, read_timeout_s=0.05)) as echo:
        got = await exchanged(echo, _with(b"Content-Length: 500", body=b"hello"))
    assert ([408], [], ["read_timeout"]) == (got, echo.accepted, echo.refused)


@pytest.mark.parametrize("size", [b"ffffffffffffffff", b"7fffffffffffffff", b"200000"])
async def test_a_chunk_that_is_larger_than_a_body_may_be_is_cut(size: bytes) -> None:
    """What is announced is never waited for: the bytes that came are counted."""
    async with echoing() as echo:
        got = await exchanged(echo, CHUNKED + size + b"\r\n" + b"a" * (2**20 + 1))
    assert ([413], []) == (got, echo.accepted)


async def test_the_product_itself_sees_what_its_port_sees() -> None:
    """Two events in one packet, the second hidden in no body, reach the vendor once each and in order."""
    first, second = post("/mp/track", EVENT), post("/mp/track", EVENT.replace(b"i-1", b"i-2"))
    async with vendor() as fake, serving(fake.url) as served, sdk(served.port) as client:
        await client.send(first + second + get("/mp/nothing", "Connection: close"))
        assert [200, 200, 404] == statuses(await client.rest())
    assert [True, True] == [mark in got.body for mark, got in zip((b"i-1", b"i-2"), fake.received, strict=True)]


ROWS = (
    [(data, [400]) for data in REFUSED.values()]
    + [(data, [200, 200]) for data, _ in TAKEN.values()]
    + [(data, [200, 400]) for data in GARBAGE.values()]
    + [(data + HIDDEN, [200]) for data in CLOSING.values()]
)


def test_the_products_own_event_loop_agrees() -> None:
    """Resets and ends of streams are told at other moments by uvloop than by asyncio; the answers are the same."""

    async def differing() -> list[bytes]:
        async with echoing() as echo:
            return [data for data, expected in ROWS if await exchanged(echo, data) != expected]

    assert [] == uvloop.run(differing(), debug=True)
