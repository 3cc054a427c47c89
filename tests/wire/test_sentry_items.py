"""What Sentry's items hold: under `strict` the vendor's own fields stay, and those of a page are cut."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.wire.speaking import opened, request, sent

KEPT: dict[str, dict[str, Any]] = {
    "event": {
        "event_id": "e",
        "level": "error",
        "platform": "javascript",
        "exception": {"values": [{"type": "TypeError", "mechanism": {"handled": False}}]},
        "breadcrumbs": [{"category": "fetch", "data": {"method": "GET", "status_code": 500}}],
        "contexts": {"trace": {"trace_id": "t"}},
    },
    "session": {"sid": "s", "status": "ok", "errors": 0, "attrs": {"release": "1"}},
    "span": {"span_id": "1", "attributes": {"sentry.op": {"type": "string", "value": "ui"}}},
    "client_report": {"timestamp": 1, "discarded_events": [{"reason": "sample_rate", "quantity": 2}]},
}


@pytest.mark.parametrize("kind", KEPT)
def test_what_sentry_needs_stays_under_strict(kind: str) -> None:
    """Ids, levels, frames and counts are nobody's: they pass where everything unknown is dropped."""
    body = b'{"dsn":"x"}\n{"type":"%b"}\n%b' % (kind.encode(), orjson.dumps(KEPT[kind]))
    record = opened("sentry", sent("sentry", request("/api/1/envelope/", body), "strict")).records[0]
    record.pop("sdk", None)
    assert KEPT[kind] == record


def test_addresses_and_what_a_page_shows_are_cut() -> None:
    """URLs lose query and fragment wherever an item repeats them; selectors with texts of the page go."""
    item = {
        "attributes": {
            "url.full": {"type": "string", "value": "https://a.example/x?m=ada"},
            "browser.web_vital.inp.target": {"type": "string", "value": 'a[aria-label="Ada"]'},
        }
    }
    body = b'{"dsn":"x"}\n{"type":"span","item_count":1}\n{"items":[%b]}' % orjson.dumps(item)
    attributes = opened("sentry", sent("sentry", request("/api/1/envelope/", body))).records[0]["attributes"]
    assert "https://a.example/x" == attributes["url.full"]["value"]
    assert {"type": "string"} == attributes["browser.web_vital.inp.target"]


def test_addresses_are_cut_wherever_an_event_repeats_them() -> None:
    """Spans, the trace and breadcrumbs hold path and query apart from the URL, and what the page shows; none stays."""
    data = {"http.target": "/x?m=ada", "http.query": "?m=ada", "http.fragment": "ada", "lcp.element": 'a[title="ada"]'}
    event = {
        "breadcrumbs": {"values": [{"category": "http", "data": {**data, "http.method": "GET"}}]},
        "spans": [{"span_id": "1", "data": data}],
        "contexts": {"trace": {"data": data}, "app": {"device_app_hash": "2421fae1ac9237a8131e74883e52b0f7034a143f"}},
    }
    left = sent("sentry", request("/api/1/store/", orjson.dumps(event))).body
    assert [3, 0, 0] == [left.count(text) for text in (b'"http.target":"/x"', b"ada", b"2421fae1ac92")]
    assert b'"http.method":"GET"' in left


def test_what_a_site_writes_beside_the_sdks_fields_is_scrubbed() -> None:
    """OpenTelemetry's attributes hold cookies and addresses, a site's own ids and tags; none passes as the SDK's."""
    told = {
        "user_id": "u-7Qk2mZ0aV9", "customer_id": "ada@example.org", "http.client_ip": "203.0.113.84",
        "http.request.header.cookie": "s=3f9", "network.peer.address": "203.0.113.85", "device.id": "d-77",
        "sentry.note": "ada@example.org",
    }  # fmt: skip
    kept = {"http.request.method": "GET", "http.response.status_code": 200, "network.protocol.name": "h2"}
    values = {name: {"type": "string", "value": value} for name, value in (told | kept).items()}
    item = {"attributes": values, "tags": {"customer": "ada@example.org"}, "links": [{"attributes": values}]}
    body = b'{"dsn":"x"}\n{"type":"log","item_count":1}\n{"items":[%b]}' % orjson.dumps(item)
    record = opened("sentry", sent("sentry", request("/api/1/envelope/", body))).records[0]
    left = orjson.dumps(record).decode()
    assert [] == [value for value in told.values() if value in left]
    assert kept == {name: record["attributes"][name]["value"] for name in kept}
