"""Segment's shape: where records stand, what they are, and the address that is nobody's."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from proxy.errors import DocumentInvalid
from proxy.model import Batch, WireRequest
from proxy.wire.dialect import Field, Route
from proxy.wire.segment_shape import anonymize, catalogue, find
from tests.wire.speaking import opened, request, sent

TRACK, BATCH = Route("track", "/t"), Route("batch", "/b")


@pytest.mark.parametrize(
    ("route", "document", "kinds", "around"),
    [
        (TRACK, {"type": "track"}, ["event"], 0),
        (TRACK, {"type": "identify", "batch": []}, ["profile"], 0),
        (BATCH, {"batch": [{"type": "group"}, {"type": ["x"]}, {}]}, ["group", "event", "event"], 1),
        (BATCH, {"batch": [7]}, ["event"], 1),
    ],
)
def test_records_are_found_and_named(route: Route, document: Any, kinds: list[str], around: int) -> None:
    """A route that takes one record takes the document itself; a batch is the list in its envelope."""
    found = find(document, route)
    assert (kinds, around) == (found.kinds, len(found.around))


@pytest.mark.parametrize(("route", "document"), [(TRACK, []), (BATCH, {}), (BATCH, {"batch": {}}), (BATCH, [{}])])
def test_other_documents_are_refused(route: Route, document: Any) -> None:
    """A list where an object belongs, or a batch without its list, is no document of this shape."""
    with pytest.raises(DocumentInvalid):
        find(document, route)


def test_an_id_is_a_pseudonym_and_its_kind_is_not() -> None:
    """Segment joins external ids by their type; a destination takes a session's number for its time."""
    external = {"id": "ada-42", "type": "customer_id", "collection": "users", "encoding": "none"}
    record = {
        "type": "track",
        "event": "customer_id asked",
        "userId": "ada-42",
        "context": {"externalIds": [external]},
        "integrations": {"Actions Amplitude": {"session_id": 1795286302941}},
    }
    out = opened("segment", sent("segment", request("/v1/t", orjson.dumps(record)))).records[0]
    assert [{**external, "id": out["userId"]}] == out["context"]["externalIds"]
    assert ("customer_id asked", record["integrations"]) == (out["event"], out["integrations"])


def test_every_record_gets_an_address_of_nobody() -> None:
    """The vendor has nothing to fill in; the SDK's own counters and nonsense are left alone."""
    records: list[dict[str, Any]] = [{}, {"context": {"ip": "203.0.113.7"}}, {"context": 5}, {}]
    kinds = ["event", "event", "event", "metric"]
    anonymize(Batch(records, kinds, [], lambda: WireRequest("POST", "/", "", (), b"")))
    nobodys = {"context": {"ip": "0.0.0.0"}}  # noqa: S104 - an address that is nobody's, not one to listen on
    assert [nobodys, nobodys, {"context": 5}, {}] == records


def test_a_vendors_own_fields_join_the_context() -> None:
    """What one vendor adds stands below the context of its records and of its envelope."""
    extra = catalogue({"ours": Field("DEVICE_ID")})
    assert all("context.ours" in extra[kind] for kind in ("event", "profile", "group", "envelope"))
