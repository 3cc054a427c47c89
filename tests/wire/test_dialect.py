"""Routes, templates and the way down to the records, on a vendor made of nothing but tables."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from proxy.errors import (
    DocumentInvalid,
    FramingInvalid,
    InflationLimit,
    MethodNotAllowed,
    RouteRefused,
    RouteUnknown,
    WireError,
)
from proxy.model import Batch, Part, WireRequest
from proxy.wire.dialect import Access, Ack, Dialect, Found, Route, one_or_many, plain_ack

LIMIT = 1 << 20
GET, EITHER = frozenset({"GET"}), frozenset({"GET", "POST"})
VENDOR = Dialect(
    name="vendor",
    routes=(
        Route("track", "/track", EITHER),
        Route("profile", "/v1/profile/", kind="profile"),
        Route("batch", "/batch/{key}"),
        Route("config", "/config/{key}/config.js", GET, Access.PASS),
        Route("script", "/lib/{name}.min.js", GET, Access.PASS),
        Route("recorder", "/recorder-{hash}.js", GET, Access.PASS),
        Route("static", "/static/{rest...}", GET, Access.PASS),
        Route("ask", "/flags", EITHER, Access.ASK, kind="question"),
        Route("replay", "/replay", access=Access.REFUSE),
    ),
    catalogue={"event": {}},
    form_fields=("data",),
)
EVENT = {"event": "a"}


def _ask(target: str, body: bytes = b"", method: str = "POST", **headers: str) -> WireRequest:
    path, _, query = target.partition("?")
    return WireRequest(
        method, path, query, tuple((name.replace("_", "-"), value) for name, value in headers.items()), body
    )


def _open(wire: WireRequest, dialect: Dialect = VENDOR) -> Batch:
    return dialect.decode(wire, dialect.route(wire.method, wire.path), LIMIT)


def _b64(document: Any) -> bytes:
    return b64encode(json.dumps(document).encode())


# --- routes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/track", "track"),
        ("GET", "/track/", "track"),
        ("POST", "/v1/profile", "profile"),
        ("POST", "/v1/profile/", "profile"),
        ("POST", "/batch/k1", "batch"),
        ("GET", "/config/k1/config.js", "config"),
        ("GET", "/lib/a.min.js", "script"),
        ("GET", "/recorder-Cz9.js", "recorder"),
        ("GET", "/static/1.2/a.js", "static"),
        ("GET", "/static/a", "static"),
    ],
)
def test_a_path_finds_its_route(method: str, path: str, name: str) -> None:
    """Exact paths and templates match, with or without a slash at the end."""
    assert name == VENDOR.route(method, path).name


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/Track",
        "/track/more",
        "/batch",
        "/batch/",
        "/batch/a/b",
        "/config/k1/config",
        "/config//config.js",
        "/lib/.min.js",
        "/lib/a.js",
        "/recorder-.js",
        "/static",
        "/static/",
        "/other",
    ],
)
def test_other_paths_have_no_route(path: str) -> None:
    """A place in a template takes at least one character and, unless it is the last, one segment."""
    with pytest.raises(RouteUnknown) as caught:
        VENDOR.route("GET", path)
    assert (404, "expected a route of vendor, got a path it does not have (path)") == (
        caught.value.status,
        str(caught.value),
    )


def test_another_method_is_told_which_are_right() -> None:
    """A path under a wrong method is 405, and the error names the right ones."""
    with pytest.raises(MethodNotAllowed) as caught:
        VENDOR.route("PUT", "/track")
    assert (405, "GET or POST") == (caught.value.status, caught.value.expected)


def test_a_closed_route_is_not_opened() -> None:
    """A route that is refused is refused before a byte of its body is looked at."""
    with pytest.raises(RouteRefused):
        _open(_ask("/replay", b"\x1f\x8b no gzip"))


# --- from bytes to records and back ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "body", "headers"),
    [
        ("/track", json.dumps([EVENT]).encode(), {}),
        ("/track?verbose=1", b"data=" + quote(_b64([EVENT])).encode(), {}),
        ("/track", b"data=" + _b64([EVENT]) + b"&verbose=1", {}),
        ("/track", b"data=" + quote(json.dumps([EVENT])).encode(), {}),
        ("/track", _b64([EVENT]), {}),
        ("/track", gzip.compress(json.dumps([EVENT]).encode()), {"content_encoding": "gzip"}),
        ("/track", gzip.compress(json.dumps([EVENT]).encode()), {"content_type": "text/plain"}),
        ("/track?ip=1&data=" + quote(_b64([EVENT]).decode()), b"", {}),
        ("/track?data=" + quote(json.dumps([EVENT])), b"", {}),
    ],
)
def test_records_are_found_in_every_framing(target: str, body: bytes, headers: dict[str, str]) -> None:
    """Body, form field or query field, bare or encoded: the records are live, and sealing writes them back in place."""
    wire = _ask(target, body, **headers)
    batch = _open(wire)
    assert ([EVENT], ["event"]) == (batch.records, batch.kinds)
    batch.records[0]["event"] = "b & c"
    sealed = batch.seal()
    assert [{"event": "b & c"}] == _open(sealed).records
    assert bool(wire.body) == bool(sealed.body)
    assert (wire.method, wire.path, wire.headers) == (sealed.method, sealed.path, sealed.headers)


def test_an_untouched_query_is_sealed_to_the_letter() -> None:
    """What nobody changed leaves as it came, however it was encoded."""
    wire = _ask("/track?a=%7e&b=+x&a=2&", json.dumps(EVENT).encode())
    assert "a=%7e&b=+x&a=2&" == _open(wire).seal().query


def test_fields_beside_the_document_are_parts() -> None:
    """The query and the form's other fields stand around the records, live."""
    batch = _open(_ask("/track?ip=1", b"data=" + _b64([EVENT]) + b"&user=u1"))
    assert [Part("query", {"ip": "1"}), Part("query", {"user": "u1"})] == batch.around
    batch.around[0].node["ip"] = "0"
    del batch.around[1].node["user"]
    sealed = batch.seal()
    assert ("ip=0", False) == (sealed.query, b"user" in sealed.body)


def test_a_record_that_leaves_the_list_leaves_the_request() -> None:
    """`records` is the document's own list."""
    batch = _open(_ask("/track", json.dumps([EVENT, {"event": "b"}]).encode()))
    del batch.records[0]
    assert [{"event": "b"}] == json.loads(batch.seal().body)


def test_places_in_a_path_are_parts() -> None:
    """What a client writes into a template's place is there to be scanned, on routes with events and without."""
    for wire in (_ask("/batch/ada@mail.example", b"[]"), _ask("/config/ada@mail.example/config.js", method="GET")):
        batch = _open(wire)
        part = next(part for part in batch.around if part.kind == "path")
        assert wire.path == part.node["path"]
        part.node["path"] = "/changed"
        assert "/changed" == batch.seal().path


def test_a_passing_request_has_no_body() -> None:
    """A route without events carries no body to the vendor, and no records."""
    batch = _open(_ask("/lib/a.min.js?v=1", b"something", method="GET"))
    assert ([], b"", "v=1") == (batch.records, batch.seal().body, batch.seal().query)


@pytest.mark.parametrize(
    ("target", "body", "around"),
    [
        ("/flags?a=1", b"", [Part("query", {"a": "1"}), Part("path", {})]),
        ("/flags?a=1", b'{"id":"u1"}', [Part("question", {"id": "u1"}), Part("query", {"a": "1"})]),
    ],
)
def test_a_question_is_a_part_and_no_record(target: str, body: bytes, around: list[Part]) -> None:
    """What an SDK asks about a person is scrubbed, and counts as no event."""
    batch = _open(_ask(target, body))
    assert ([], around) == (batch.records, batch.around)
    assert body == batch.seal().body


def test_a_finder_may_put_things_back() -> None:
    """What `find` took apart is closed before the document is written."""

    def find(document: Any, _route: Route) -> Found:
        inner = [json.loads(text) for text in document["lines"]]

        def close() -> None:
            document["lines"] = [json.dumps(record) for record in inner]

        return Found(inner, ["event"] * len(inner), close=close)

    dialect = Dialect("vendor", (Route("track", "/track"),), {}, find=find)
    batch = _open(_ask("/track", b'{"lines":["{\\"a\\":1}"]}'), dialect)
    batch.records[0]["a"] = 2
    assert {"lines": ['{"a": 2}']} == json.loads(batch.seal().body)


def test_a_decoder_takes_the_place_of_opening() -> None:
    """A vendor whose events are no JSON brings its own way, for routes that are open and have events."""
    mark = Batch([], [], [], lambda: _ask("/track"))
    dialect = Dialect("vendor", VENDOR.routes, {}, decoder=lambda *_: mark)
    assert mark is _open(_ask("/track"), dialect)
    assert mark is not _open(_ask("/lib/a.min.js", method="GET"), dialect)
    with pytest.raises(RouteRefused):
        _open(_ask("/replay"), dialect)


def test_what_the_tables_leave_out_has_a_default() -> None:
    """One record or many, and an empty object as an answer."""
    route = VENDOR.routes[1]
    assert Found([EVENT], ["profile"]) == one_or_many(EVENT, route)
    assert Found([EVENT, {}], ["profile", "profile"]) == one_or_many([EVENT, {}], route)
    assert Ack(200, "application/json", b"{}") == plain_ack(route, _ask("/track"))


# --- bad input -------------------------------------------------------------------------------------------------------

BOMB = gzip.compress(b'["' + b"a" * (4 * LIMIT) + b'"]')


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        (_ask("/track", b""), DocumentInvalid),
        (_ask("/track", b"42"), DocumentInvalid),
        (_ask("/track", b'"text"'), DocumentInvalid),
        (_ask("/track", b'["no object"]'), DocumentInvalid),
        (_ask("/track", b"[[]]"), DocumentInvalid),
        (_ask("/track", b'{"a":NaN}'), DocumentInvalid),
        (_ask("/track", b'{"a":\xff}'), DocumentInvalid),
        (_ask("/track", b'{"a":"\xff"}'), DocumentInvalid),
        (_ask("/track", b'{"a":' * 100_000), DocumentInvalid),
        (_ask("/track", b"[" * 100_000 + b"]" * 100_000), DocumentInvalid),
        (_ask("/track", gzip.compress(b"[{}]")[:-9], content_encoding="gzip"), FramingInvalid),
        (_ask("/track", gzip.compress(b"[{}]")[:12]), FramingInvalid),
        (_ask("/track", b"data=e30*"), FramingInvalid),
        (_ask("/track", b"data="), DocumentInvalid),
        (_ask("/track?data=!", b""), FramingInvalid),
        (_ask("/track?data=e30%3D", b"[]"), FramingInvalid),
        (_ask("/track?data=e30%3D&data=e30%3D", b""), WireError),
        (_ask("/track", b"data=e30%3D&data=e30%3D"), FramingInvalid),
        (_ask("/track", BOMB), InflationLimit),
        (_ask("/track", BOMB, content_encoding="gzip"), InflationLimit),
        (_ask("/flags", b"[]"), DocumentInvalid),
    ],
)
def test_bad_input_is_refused(wire: WireRequest, error: type[WireError]) -> None:
    """A clear 4xx, which says a kind, size or position and never what was sent."""
    with pytest.raises(error) as caught:
        _open(wire)
    assert 400 <= caught.value.status < 500
    assert len(str(caught.value)) < 120


def test_the_bomb_is_small() -> None:
    """What inflates beyond the limit came in well below it."""
    assert len(BOMB) < LIMIT // 100


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"n":123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
        (b'{"half":"\\ud83d"}', {"half": "\ud83d"}),
        (b'{"fox":"\xed\xa0\xbe\xed\xb6\x8a"}', {"fox": "\N{FOX FACE}"}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b"data=" + b64encode(b'{"a":"??>>"}'), {"a": "??>>"}),
        (b'data={"a":"1 2"}', {"a": "1 2"}),
    ],
)
def test_what_is_odd_but_sent_is_not_lost(body: bytes, expected: dict[str, Any]) -> None:
    """Long integers, half an emoji, CESU-8, a name given twice, raw `+` in a form: opened, and the same once sealed."""
    batch = _open(_ask("/track", body))
    assert [expected] == batch.records
    assert [expected] == _open(batch.seal()).records
