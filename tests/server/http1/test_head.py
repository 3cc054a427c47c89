"""What header fields say; over a socket: tests/end_to_end/test_smuggling.py."""

from __future__ import annotations

import pytest

from proxy.errors import HeadersTooLarge, WireError
from proxy.server.http1.head import Head, read_head

HOST = ("Host", "a")


def _read(*fields: tuple[str, str], version: str = "1.1", limit: int = 1000) -> Head:
    return read_head(version, list(fields), sum(len(name) + len(value) for name, value in fields), limit)


def test_fields_keep_their_order_and_are_found_by_any_case() -> None:
    """Repeated ones stay apart where they travel, and have commas between them where they are asked for."""
    head = _read(HOST, ("B", "1"), ("a", "2"), ("b", "3"))
    assert (HOST, ("B", "1"), ("a", "2"), ("b", "3")) == head.fields
    assert ({"host": "a", "b": "1, 3", "a": "2"}, 11) == (head.named, head.size)


FRAMED = {
    "nothing": ([], (0, False)),
    "a length": ([("Content-Length", "5")], (5, False)),
    "a length of nothing": ([("Content-Length", "0")], (0, False)),
    "the longest length": ([("Content-Length", "9" * 18)], (10**18 - 1, False)),
    "chunks": ([("Transfer-Encoding", "Chunked")], (0, True)),
}


@pytest.mark.parametrize(("fields", "expected"), FRAMED.values(), ids=FRAMED)
def test_the_end_of_a_body_is_known_from_its_head(fields: list[tuple[str, str]], expected: tuple[int, bool]) -> None:
    """By a length, by chunks, or there is none."""
    head = _read(HOST, *fields)
    assert expected == (head.length, head.chunked)


UNCLEAR = {
    "HTTP/0.9": ("0.9", [HOST]),
    "HTTP/2.0": ("2.0", [HOST]),
    "no Host": ("1.1", []),
    "two Hosts": ("1.1", [HOST, ("host", "a")]),
    "a list of Hosts": ("1.1", [("Host", "a,b")]),
    "a length of 19 digits": ("1.1", [HOST, ("Content-Length", "1" * 19)]),
    "a length in other digits": ("1.1", [HOST, ("Content-Length", "\u0665")]),
    "two lengths": ("1.1", [HOST, ("Content-Length", "5"), ("content-length", "5")]),
    "an empty length": ("1.1", [HOST, ("Content-Length", "")]),
    "another coding": ("1.1", [HOST, ("Transfer-Encoding", "gzip, chunked")]),
    "chunked twice": ("1.1", [HOST, ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")]),
    "an empty coding": ("1.1", [HOST, ("Transfer-Encoding", "")]),
    "chunks in HTTP/1.0": ("1.0", [("Transfer-Encoding", "chunked")]),
}


@pytest.mark.parametrize(("version", "fields"), UNCLEAR.values(), ids=UNCLEAR)
def test_a_head_that_leaves_something_open_is_refused(version: str, fields: list[tuple[str, str]]) -> None:
    """Whatever the parser below let through."""
    with pytest.raises(WireError):
        _read(*fields, version=version)


def test_a_field_over_the_limit_is_refused() -> None:
    """One field counts, not all of them: that is for whoever knows the lane."""
    many = [HOST, *((f"x-{number}", "a" * 90) for number in range(9))]
    assert 10 == len(_read(*many, limit=100).fields)
    with pytest.raises(HeadersTooLarge):
        _read(HOST, ("x-1", "a" * 98), limit=100)


@pytest.mark.parametrize(
    ("version", "value", "expected"),
    [
        ("1.1", "100-continue", True),
        ("1.1", "100-Continue", True),
        ("1.1", "tea", False),
        ("1.0", "100-continue", False),
    ],
)
def test_who_waits_to_be_told_says_so(version: str, value: str, expected: bool) -> None:
    """`Expect` means something in HTTP/1.1 only."""
    assert expected == _read(HOST, ("Expect", value), version=version).waits
