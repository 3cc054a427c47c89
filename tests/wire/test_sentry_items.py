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
