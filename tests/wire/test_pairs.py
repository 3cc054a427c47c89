"""Events written as pairs: what nobody changed gives its very text again, and odd texts end in an error of ours."""

from __future__ import annotations

import gzip

import pytest

from proxy.errors import DocumentInvalid, EventveilError, FramingInvalid
from proxy.model import WireRequest
from proxy.wire.pairs import Format, Pairs, open_text, table

GROUPS = ("ep", "up")
FORMATS = {"list": table("|", ";"), "odd": Format(lambda _: None, lambda _: None)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a=1&a=2&ep.b=%20x+y&c",
        "ep.a=1&z=%ff&up.b=2&ep.c=3",
        "list=Chromium%3B156%7CBrand%3B8",
        "list=Chromium;156",
        "list=no+table",
        "list=a;1&list=b;2",
        "list=a;1|a;2",
        "odd=1",
        "&&x=1&",
    ],
)
def test_unchanged_pairs_are_the_same_text(text: str) -> None:
    """Order, escapes, repeated and empty names stay where no value changed."""
    assert text == Pairs(text, GROUPS, FORMATS).text()


def test_a_record_shows_groups_and_formats() -> None:
    """Names with a group's prefix become an object, a vendor's own notation what it says."""
    record = Pairs("en=x&ep.plan=team&ep.seats=3&list=Chromium;156|Brand;8", GROUPS, FORMATS).record
    shown = {"en": "x", "ep": {"plan": "team", "seats": "3"}, "list": {"Chromium": "156", "Brand": "8"}}
    assert shown == record


def test_changes_are_written_where_they_were() -> None:
    """Changed values are encoded in place, removed ones leave, added ones come last."""
    pairs = Pairs("en=x&ep.plan=team&ep.mail=a&up.b=1&list=A;1|B;2&c=3", GROUPS, FORMATS)
    pairs.record["ep"]["mail"] = "p1 &"
    del pairs.record["up"], pairs.record["list"]["A"]
    pairs.record["c"] = 7
    pairs.record["d"] = "new"
    assert "en=x&ep.plan=team&ep.mail=p1%20%26&list=B%3B2&c=7&d=new" == pairs.text()


def test_a_format_of_which_nothing_is_left_leaves() -> None:
    """An emptied table is no parameter any more; one that was replaced by a text is written as it is."""
    pairs = Pairs("list=A;1&x=1", GROUPS, FORMATS)
    pairs.record["list"].clear()
    assert "x=1" == pairs.text()
    pairs.record["list"] = "gone"
    assert "list=gone&x=1" == pairs.text()


def test_a_group_without_a_name_is_refused() -> None:
    """`ep=1` beside `ep.a=1` has no place in a record."""
    with pytest.raises(DocumentInvalid):
        Pairs("ep.a=1&ep=1", GROUPS)


def _request(body: bytes, encoding: str = "") -> WireRequest:
    return WireRequest("POST", "/", "", (("Content-Encoding", encoding),) if encoding else (), body)


@pytest.mark.parametrize(
    ("encoding", "body"), [("", b"a=1"), ("gzip", gzip.compress(b"a=1")), ("", gzip.compress(b"a=1"))]
)
def test_a_body_is_text_whatever_is_around_it(encoding: str, body: bytes) -> None:
    """Compressed bodies open, announced or not, and close in the same coding."""
    opened = open_text(_request(body, encoding), 100, "test")
    closed = opened.close("b=2")
    assert ("a=1", b"b=2") == (opened.text, gzip.decompress(closed) if body[:1] == b"\x1f" else closed)


@pytest.mark.parametrize(
    ("body", "error"),
    [(b"\xff\xfe", DocumentInvalid), (b"a=\x00", FramingInvalid), (gzip.compress(b"a" * 101), EventveilError)],
)
def test_a_body_that_is_no_text_is_refused(body: bytes, error: type[EventveilError]) -> None:
    """Other bytes, control characters and more than the limit go no further."""
    with pytest.raises(error):
        open_text(_request(body), 100, "test")
