"""A dialect: which path is which route, and how a request opens and closes around its records."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from proxy.errors import DocumentInvalid, FramingInvalid, MethodNotAllowed, RouteRefused, RouteUnknown
from proxy.model import Document, WireRequest
from proxy.wire.dialect import Access, Ack, Dialect, Found, Route, one_or_many, plain_ack

LIMIT = 1 << 16
GET = frozenset({"GET"})


def _found(document: Document, route: Route) -> Found:
    """Take the letters of each event apart, and put them together when the document is closed."""
    found = one_or_many(document, route)

    def close() -> None:
        for record in found.records:
            record["letters"] = "".join(record["letters"])

    if route.name == "letters":
        for record in found.records:
            record["letters"] = list(record["letters"])
        found.close = close
    return found


VENDOR = Dialect(
    name="vendor",
    routes=(
        Route("track", "/track", frozenset({"GET", "POST"})),
        Route("letters", "/letters/"),
        Route("flags", "/flags", frozenset({"GET", "POST"}), Access.ASK, kind="asked"),
        Route("recorder", "/{version}/recorder-{hash}.js", GET, Access.REFUSE),
        Route("library", "/{version}/{file}.js", GET, Access.PASS),
        Route("rest", "/rest/{path...}", GET, Access.PASS),
    ),
    catalogue={},
    find=_found,
    form_fields=("data",),
)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/track", "track"),
        ("GET", "/track/", "track"),
        ("POST", "/letters", "letters"),
        ("GET", "/1.2/recorder-ab.js", "recorder"),
        ("GET", "/1.2/x.js", "library"),
        ("GET", "/rest/a/b/c", "rest"),
    ],
)
def test_a_path_is_one_route(method: str, path: str, name: str) -> None:
    """A trailing slash makes no difference; the first template that fits is the route."""
    assert name == VENDOR.route(method, path).name


@pytest.mark.parametrize("path", ["/", "/tracks", "/track/x", "/1/.js", "/1/x.js/y", "/x.js", "/rest", "/Track"])
def test_other_paths_are_unknown(path: str) -> None:
    """Nothing is forwarded because nobody thought of it."""
    with pytest.raises(RouteUnknown):
        VENDOR.route("GET", path)


def test_other_methods_are_refused() -> None:
    """A path that exists under another method says which."""
    with pytest.raises(MethodNotAllowed, match="POST"):
        VENDOR.route("PUT", "/letters")


def _open(method: str, target: str, body: bytes = b"") -> Any:
    path, _, query = target.partition("?")
    return VENDOR.decode(WireRequest(method, path, query, (), body), VENDOR.route(method, path), LIMIT)


def _cases() -> Iterator[tuple[str, str, bytes]]:
    event = b'{"a":1}'
    yield "POST", "/track?v=1", event
    yield "POST", "/track", b"[" + event + b"]"
    yield "POST", "/track", b"data=" + b64encode(event) + b"&v=1"
    yield "GET", "/track?v=1&data=" + b64encode(event).decode(), b""
    yield "POST", "/letters", b'{"letters":"abc"}'
    yield "POST", "/flags?v=2", b'{"id":"x"}'
    yield "GET", "/flags?v=2", b""
    yield "GET", "/1/x.js?v=2", b""


@pytest.mark.parametrize(("method", "target", "body"), list(_cases()))
def test_what_nobody_changed_closes_as_it_opened(method: str, target: str, body: bytes) -> None:
    """Method, path, query and body come out as they came, whatever carried the document."""
    sealed = _open(method, target, body).seal()
    path, _, query = target.partition("?")
    assert (method, path, query, body) == (
        sealed.method, sealed.path, sealed.query.replace("%3D%3D", "==").replace("%3D", "="), sealed.body,
    )  # fmt: skip


def test_a_string_that_was_taken_apart_is_put_together() -> None:
    """`close` runs before the document is written, so what changed inside is in the string."""
    batch = _open("POST", "/letters", b'{"letters":"abc"}')
    assert ["a", "b", "c"] == batch.records[0]["letters"]
    batch.records[0]["letters"].remove("b")
    assert b'{"letters":"ac"}' == batch.seal().body


def test_a_question_has_parts_and_no_records() -> None:
    """What is asked of a person is one part of the route's kind; without a document there is none."""
    batch = _open("POST", "/flags", b'{"id":"x"}')
    assert ([], ("asked", {"id": "x"})) == (batch.records, batch.around[0])
    assert "asked" not in {part.kind for part in _open("GET", "/flags").around}


def test_the_document_stands_in_one_place() -> None:
    """A document in the query and another in the body, of which the vendor could read either, are refused."""
    with pytest.raises(FramingInvalid):
        _open("POST", "/track?data=e30=", b"{}")


@pytest.mark.parametrize(("target", "body"), [("/track", b"[1]"), ("/track", b"[[]]"), ("/flags", b"[]")])
def test_records_are_objects(target: str, body: bytes) -> None:
    """Anything else in their place is refused."""
    with pytest.raises(DocumentInvalid):
        _open("POST", target, body)


def test_a_closed_route_is_not_opened() -> None:
    """It is refused before anything of the request is looked at."""
    with pytest.raises(RouteRefused):
        _open("GET", "/1/recorder-x.js?data=no")


def test_the_plain_answer_is_an_empty_object() -> None:
    """Most SDKs take 200 with JSON for success."""
    assert Ack(200, "application/json", b"{}") == plain_ack(
        VENDOR.routes[0], WireRequest("POST", "/track", "", (), b"")
    )
