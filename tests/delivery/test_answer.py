"""Bytes of a vendor become one answer, or an error."""

from __future__ import annotations

import gc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.delivery.answer import HEAD_BYTES, INTERIM_LIMIT, AnswerReader
from proxy.delivery.delivery import Answer
from proxy.errors import DeliveryError, UpstreamUnreachable

LIMIT = 100
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = (("Transfer-Encoding", "chunked"),)
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\nok"

# name: bytes on the wire, the answer, whether the connection may carry another request
WHOLE: dict[str, tuple[bytes, Answer, bool]] = {
    "a length": (
        b"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 2\r\nA: 2\r\n\r\nok",
        Answer(200, (("A", "1"), ("Content-Length", "2"), ("A", "2")), b"ok"),
        True,
    ),
    "nothing": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Answer(200, (("Content-Length", "0"),), b""), True),
    "no reason": (b"HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", Answer(503, (("Content-Length", "0"),), b""), True),
    "white space and Latin-1": (
        b"HTTP/1.1 400 \xe9\r\nA:  \xe9\tb \t\r\nB:\r\ncontent-length:0\r\n\r\n",
        Answer(400, (("A", "\xe9\tb"), ("B", ""), ("content-length", "0")), b""),
        True,
    ),
    "chunks": (CHUNKED + b"1\r\no\r\n1\r\nk\r\n0\r\n\r\n", Answer(200, CHUNKS, b"ok"), True),
    "extensions and trailers": (
        CHUNKED + b'2;a=b;c="d"\r\nok\r\n000;x\r\nServer-Timing: a\r\nSet-Cookie: x\r\n\r\n',
        Answer(200, CHUNKS, b"ok"),
        True,
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, (), b""), True),
    "not modified": (
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        Answer(304, (("Content-Length", "9"),), b""),
        True,
    ),
    "interim answers": (
        b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Hint\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, (("Content-Length", "2"),), b"ok"),
        True,
    ),
    "a farewell": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, (("Connection", "close"), ("Content-Length", "2")), b"ok"),
        False,
    ),
    "an old vendor": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, (("Connection", "keep-alive"), ("Content-Length", "2")), b"ok"),
        False,
    ),
    "a line break too many before": (
        b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, (("Content-Length", "2"),), b"ok"),
        True,
    ),
}


def _read(pieces: list[bytes], limit_bytes: int = LIMIT, *, bodiless: bool = False) -> tuple[Answer | None, bool]:
    reader = AnswerReader(limit_bytes, bodiless=bodiless)
    for piece in pieces:
        if reader.feed(piece) is not None:
            break
    return reader.answer, reader.reusable


@pytest.mark.parametrize(("wire", "answer", "reusable"), WHOLE.values(), ids=WHOLE)
def test_an_answer_is_read_whole_and_in_pieces(wire: bytes, answer: Answer, reusable: bool) -> None:
    """However it arrives, it is the same, and so is what becomes of the connection."""
    for pieces in ([wire], [wire[at : at + 1] for at in range(len(wire))]):
        assert (answer, reusable) == _read(pieces)


@given(name=st.sampled_from(sorted(WHOLE)), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_any_split_gives_the_same_answer(name: str, cuts: list[int]) -> None:
    """Where the network cuts means nothing."""
    wire, answer, reusable = WHOLE[name]
    marks = [0, *sorted(cuts), len(wire)]
    pieces = [wire[start:end] for start, end in pairwise(marks)]
    assert (answer, reusable) == _read(pieces)


@pytest.mark.parametrize(("wire", "answer", "reusable"), WHOLE.values(), ids=WHOLE)
def test_an_answer_that_breaks_off_is_none(wire: bytes, answer: Answer, reusable: bool) -> None:
    """At whichever byte it does."""
    for end in range(len(wire)):
        reader = AnswerReader(LIMIT)
        assert reader.feed(wire[:end]) is None
        with pytest.raises(UpstreamUnreachable, match="a whole answer"):
            reader.end()


def test_the_end_of_the_connection_ends_an_answer_without_a_length() -> None:
    """And nothing else does; the connection is then gone."""
    for body in (b"", b"o", b"ok"):
        reader = AnswerReader(LIMIT)
        assert reader.feed(UNTIL_CLOSE[:-2] + body) is None
        assert (Answer(200, (("Server", "a"),), body), False) == (reader.end(), reader.reusable)


def test_the_answer_to_a_head_has_no_body() -> None:
    """Its length speaks of another answer; whether one follows after all is not waited for."""
    wire = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    expected = Answer(200, (("Content-Length", "2"),), b"")
    for pieces in ([wire], [wire + b"ok"], [wire + b"okHTTP/1.1 200 OK\r\n"], [wire + b"x" * 200]):
        assert (expected, False) == _read(pieces, bodiless=True)


SURPLUS = [b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", b"\0", b"H", b"x" * HEAD_BYTES]


@pytest.mark.parametrize("more", SURPLUS)
@pytest.mark.parametrize("name", ["a length", "nothing", "chunks", "no content", "not modified", "a farewell"])
def test_bytes_behind_an_answer_end_the_connection(name: str, more: bytes) -> None:
    """They are no part of it, and nobody waits for what they say."""
    wire, answer, _ = WHOLE[name]
    assert (answer, False) == _read([wire + more])


LINE = b"HTTP/1.1 200 OK\r\n"
BOTH = "chunks and no other transfer coding"

# name: bytes on the wire, what is said to be expected
REFUSED: dict[str, tuple[bytes, str]] = {
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", "a whole answer"),
    "a request": (b"GET / HTTP/1.1\r\n\r\n", "a whole answer"),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x46", "a whole answer"),
    "another version": (b"HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n", "a whole answer"),
    "no status": (b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n", "a whole answer"),
    "two digits": (b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", "a whole answer"),
    "four digits": (b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", "a whole answer"),
    "status 0": (b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n", "an answer"),
    "status 600": (b"HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n", "an answer"),
    "another protocol": (b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\nhello", "an answer"),
    "101 without one": (b"HTTP/1.1 101 Go\r\n\r\n", "an answer"),
    "length and chunks": (LINE + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", "a whole answer"),
    "chunks and length": (LINE + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "a whole answer"),
    "two lengths": (LINE + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", "a whole answer"),
    "the same length twice": (LINE + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", "a whole answer"),
    "a list of lengths": (LINE + b"Content-Length: 2, 2\r\n\r\nok", "a whole answer"),
    "a signed length": (LINE + b"Content-Length: +2\r\n\r\nok", "a whole answer"),
    "a negative length": (LINE + b"Content-Length: -2\r\n\r\nok", "a whole answer"),
    "a hexadecimal length": (LINE + b"Content-Length: 0x2\r\n\r\nok", "a whole answer"),
    "an empty length": (LINE + b"Content-Length:\r\n\r\nok", "a whole answer"),
    "a length beyond 64 bits": (LINE + b"Content-Length: 18446744073709551618\r\n\r\nok", "a whole answer"),
    "a space before the colon": (LINE + b"Content-Length : 2\r\n\r\nok", "a whole answer"),
    "a space before a name": (LINE + b" A: b\r\nContent-Length: 2\r\n\r\nok", "a whole answer"),
    "a folded line": (LINE + b"A: b\r\n c\r\nContent-Length: 2\r\n\r\nok", "a whole answer"),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "a whole answer"),
    "a bare line feed": (LINE + b"A: b\nContent-Length: 2\r\n\r\nok", "a whole answer"),
    "a bare carriage return": (LINE + b"A: b\rContent-Length: 2\r\n\r\nok", "a whole answer"),
    "a zero byte": (LINE + b"A: b\0\r\nContent-Length: 2\r\n\r\nok", "a whole answer"),
    "gzip below the chunks": (LINE + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", BOTH),
    "chunks twice": (LINE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", BOTH),
    "a bad chunk size": (CHUNKED + b"zz\r\nok\r\n", "a whole answer"),
    "a signed chunk size": (CHUNKED + b"-2\r\nok\r\n", "a whole answer"),
    "a prefixed chunk size": (CHUNKED + b"0x2\r\nok\r\n", "a whole answer"),
    "a spaced chunk size": (CHUNKED + b"2 \r\nok\r\n", "a whole answer"),
    "an endless chunk size": (CHUNKED + b"f" * 17 + b"\r\nok\r\n", "a whole answer"),
    "an empty chunk size": (CHUNKED + b"\r\n", "a whole answer"),
    "a chunk that goes on": (CHUNKED + b"2\r\nokk\r\n0\r\n\r\n", "a whole answer"),
    "a chunk with a bare line feed": (CHUNKED + b"2\nok\r\n0\r\n\r\n", "a whole answer"),
    "an extension with a line feed": (CHUNKED + b'2;a="\nb"\r\nok\r\n0\r\n\r\n', "a whole answer"),
    "a length in the trailers": (CHUNKED + b"0\r\nContent-Length: 7\r\n\r\n", "a whole answer"),
    "too many interim answers": (b"HTTP/1.1 103 Early\r\n\r\n" * (INTERIM_LIMIT + 1), "an answer"),
    "a large body": (LINE + b"Content-Length: 101\r\n\r\n" + b"x" * 101, "at most 100 bytes"),
    "large chunks": (CHUNKED + b"33\r\n" + b"x" * 51 + b"\r\n33\r\n" + b"x" * 51 + b"\r\n", "at most 100 bytes"),
    "a large body without an end": (LINE + b"\r\n" + b"x" * 101, "at most 100 bytes"),
    "an endless name": (LINE + b"a" * HEAD_BYTES, "at most 65536 bytes of headers"),
    "an endless value": (LINE + b"a: " + b"b" * HEAD_BYTES, "at most 65536 bytes of headers"),
    "endless headers": (LINE + b"a: b\r\n" * (HEAD_BYTES // 6 + 1), "at most 65536 bytes of headers"),
    "an endless extension": (CHUNKED + b"2;" + b"a" * 2 * HEAD_BYTES, "at most 65536 bytes of headers"),
    "endless trailers": (CHUNKED + b"0\r\n" + b"a: b\r\n" * (HEAD_BYTES // 3), "at most 65536 bytes of headers"),
}


@pytest.mark.parametrize(("wire", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_answer_is_refused(wire: bytes, expected: str) -> None:
    """Whole and byte by byte, with the same error; nothing that could be read in two ways is read in one."""
    drips = (
        [wire[at : at + 1] for at in range(len(wire))] if len(wire) < 2000 else [wire[:1], wire[1:1000], wire[1000:]]
    )
    for pieces in ([wire], drips):
        with pytest.raises(DeliveryError) as caught:
            _read(pieces)
        assert (expected, "upstream") == (caught.value.expected, caught.value.where)


@given(
    name=st.sampled_from(sorted(WHOLE | REFUSED)),
    at=st.integers(0, 150),
    cut=st.integers(0, 20),
    put=st.binary(max_size=9),
)
def test_any_bytes_are_an_answer_or_our_error(name: str, at: int, cut: int, put: bytes) -> None:
    """Nothing else comes out, whatever a vendor, or somebody in its place, sends."""
    wire = (WHOLE | REFUSED)[name][0]
    reader = AnswerReader(LIMIT)
    try:
        answer = reader.feed(wire[:at] + put + wire[at + cut :]) or reader.end()
    except DeliveryError:
        return
    assert (True, True) == (200 <= answer.status <= 599, len(answer.body) <= LIMIT)


def test_another_transfer_coding_does_not_end_with_the_connection() -> None:
    """What came was not the body but something that it could be made from."""
    reader = AnswerReader(LIMIT)
    reader.feed(LINE + b"Transfer-Encoding: gzip\r\n\r\nhello")
    with pytest.raises(UpstreamUnreachable):
        reader.end()


def test_limits_are_what_is_still_taken() -> None:
    """A body of just as many bytes, and headers of one byte less than too many."""
    body = b"x" * LIMIT
    head = LINE + b"Content-Length: 100\r\nA: "
    filled = head + b"b" * (HEAD_BYTES - len(head) - 4) + b"\r\n\r\n"
    answer, reusable = _read([filled + body])
    assert answer is not None
    assert (HEAD_BYTES, body, True) == (len(filled), answer.body, reusable)
    chunks = b"".join(b"1;%s\r\nx\r\n" % (b"e" * 1000) for _ in range(LIMIT))
    assert body == getattr(_read([CHUNKED + chunks + b"0\r\n\r\n"])[0], "body", None)


def test_an_error_holds_nothing_of_an_answer() -> None:
    """Vendors put tokens and people into what they say."""
    for wire in (b"HTTP/1.1 200 OK\r\nBob : x\r\n", b"Bob", LINE + b"Content-Length: Bob\r\n", CHUNKED + b"Bob\r\n"):
        with pytest.raises(DeliveryError) as caught:
            _read([wire])
        assert "Bob" not in f"{caught.value} {caught.value.__cause__}"


def test_a_read_answer_leaves_the_collector_nothing() -> None:
    """Reader and parser hold each other, and thousands of them a second would wake it."""
    gc.collect()
    gc.disable()
    try:
        _read([WHOLE["a length"][0]])
        assert 0 == gc.collect()
    finally:
        gc.enable()
