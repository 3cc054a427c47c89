"""Any collector's JSON: every path, three methods, and nothing known but what names and values tell."""

from __future__ import annotations

import json

import pytest

from proxy.errors import MethodNotAllowed
from proxy.wire.registry import DIALECTS
from tests.wire.speaking import opened, request, sent


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/in", "/a/b/c/", "/hooks/7"])
def test_every_path_takes_records(method: str, path: str) -> None:
    """An in-house collector may have any path and any of the methods that carry a body."""
    assert [{"a": 1}] == opened("generic", request(path, b'{"a":1}', method)).records


def test_nothing_is_fetched_through_it() -> None:
    """A request without a body has no events: other methods are refused."""
    with pytest.raises(MethodNotAllowed):
        DIALECTS["generic"].route("GET", "/in")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"email":"ada@mail.example","plan":"pro"}', 1),
        (b'[{"email":"ada@mail.example"},{"plan":"pro"}]', 2),
        (b'{"email":"ada@mail.example"}\n{"plan":"pro"}\n', 2),
    ],
)
def test_objects_arrays_and_lines_are_scrubbed(body: bytes, expected: int) -> None:
    """One object, an array, or a line each: the address goes, the rest stays, in the same framing."""
    left = sent("generic", request("/in", body))
    assert expected == len(opened("generic", left).records)
    assert b"ada@" not in left.body
    assert b'"plan":"pro"' in left.body
    assert body.count(b"\n") == left.body.count(b"\n")


def test_a_person_in_the_path_or_query_goes() -> None:
    """Paths and queries of a collector that nobody knows are looked at like its bodies."""
    left = sent("generic", request("/users/ada@mail.example/events?who=ada%40mail.example&page=2", b"{}"))
    assert "ada" not in left.path + left.query
    assert left.path.startswith("/users/p1_")
    assert left.path.endswith("/events")
    assert left.query.endswith("&page=2")


def test_an_events_name_stays() -> None:
    """The event's name is scanned but kept, even where unknown fields are dropped."""
    left = sent("generic", request("/in", b'{"event":"signup","colour":"teal"}'), "strict")
    assert {"event": "signup"} == json.loads(left.body)
