"""Segment: analytics.js, and the Node and Python server SDKs.

    POST /v1/t        {"type": "track", "event", "userId", "anonymousId", "properties", "context", "messageId", …}
    POST /v1/batch    {"batch": [<such records>], "sentAt", "writeKey"}
    POST /v1/m        {"series": [<counters of the SDK itself>]}

Source: captures of @segment/analytics-next 1.84.3, @segment/analytics-node 3.1.0, segment-analytics-python 2.4.0;
Segment "Spec: Common Fields", "HTTP API", read 2026-11.
"""

from __future__ import annotations

from typing import Any

from proxy.errors import DocumentInvalid
from proxy.model import Batch, Document, Part, WireRequest
from proxy.wire.dialect import Access, Ack, Contract, Dialect, Field, Form, Found, Route
from proxy.wire.parts import CAMPAIGN, nobody

__all__ = ["RECORD", "SEGMENT"]

_RESERVED = Field(contract=Contract.RESERVED)
_TEXT = Field(form=Form.TEXT)
_URL = Field("URL")
_AGENT = Field("USER_AGENT")
_PLACE = Field("LOCATION_COARSE")

_PAGE = dict.fromkeys(("url", "path", "search", "referrer"), _URL)

_CONTEXT: dict[str, Field] = {
    "ip": Field("IP_ADDRESS"),
    "groupId": Field("ORG_ID"),
    "userAgent": _AGENT,
    **{f"userAgentData.{name}": _AGENT for name in "brands.brand brands.version platform model".split()},
    **{f"page.{name}": field for name, field in _PAGE.items()},
    **{f"campaign.{name}": Field("URL", parameter=parameter) for name, parameter in CAMPAIGN.items()},
    **{f"referrer.{name}": _URL for name in ("url", "link")},
    **dict.fromkeys(("device.id", "device.advertisingId", "device.token"), Field("DEVICE_ID")),
    **{f"device.{name}": _AGENT for name in ("manufacturer", "model", "type", "version", "brand")},
    "device.name": Field("PERSON"),
    **{f"os.{name}": _AGENT for name in ("name", "version")},
    **{f"location.{name}": _PLACE for name in ("city", "country", "region")},
    **{f"location.{name}": Field("LOCATION_PRECISE") for name in ("latitude", "longitude")},
    "timezone": _PLACE,
    **nobody("locale userAgentData.mobile library.* app.* screen.* network.* direct device.adTrackingEnabled"),
}  # fmt: skip

RECORD: dict[str, Field] = {
    **dict.fromkeys("messageId timestamp originalTimestamp sentAt receivedAt type writeKey".split(), _RESERVED),
    "userId": Field("USER_ID", Contract.IDENTITY),
    "previousId": Field("USER_ID", Contract.IDENTITY),
    "anonymousId": Field("DEVICE_ID", Contract.IDENTITY),
    "groupId": Field("ORG_ID", Contract.IDENTITY),
    **dict.fromkeys(("event", "name", "category"), _TEXT),
    **nobody("channel version integrations.* _metadata.*"),
    **{f"context.{name}": field for name, field in _CONTEXT.items()},
    **{f"properties.{name}": field for name, field in _PAGE.items()},
}  # fmt: skip
"""A record of Segment's shape, which RudderStack and Jitsu share."""

_KINDS = {"identify": "profile", "group": "group"}

_POST, _GET = frozenset({"POST"}), frozenset({"GET"})

_CALLS = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}

_ROUTES = (
    *(Route(call, f"/v1/{path}", auth=True) for short, call in _CALLS.items() for path in (short, call)),
    *(Route("batch", f"/v1/{path}", auth=True) for path in ("b", "batch", "import")),
    *(Route("metrics", f"/v1/{path}", kind="metric", auth=True) for path in ("m", "metrics")),
    Route("settings", "/v1/projects/{key}/settings", _GET, Access.PASS),
    Route("library", "/analytics.js/v1/{key}/{file}.js", _GET, Access.PASS),
    Route("library", "/next-integrations/{file...}", _GET, Access.PASS),
)  # fmt: skip


def _find(document: Document, route: Route) -> Found:
    """Find the records: the document itself, or the list inside its envelope."""
    if not isinstance(document, dict):
        raise DocumentInvalid("an object", "another JSON type", route.name)
    inner = {"batch": "batch", "metrics": "series"}.get(route.name)
    if inner is None:
        return Found([document], [_kind(document)])
    records = document.get(inner)
    if not isinstance(records, list):
        raise DocumentInvalid(f"an array `{inner}`", "none", route.name)
    kinds = ["metric"] * len(records) if route.kind == "metric" else [_kind(record) for record in records]
    return Found(records, kinds, [Part("envelope", document)])


def _kind(record: Any) -> str:
    return _KINDS.get(str(record.get("type")), "event") if isinstance(record, dict) else "event"


def _anonymize(batch: Batch) -> None:
    """Give every record an address of nobody: Segment fills a missing `context.ip` from the connection."""
    for record, kind in zip(batch.records, batch.kinds, strict=True):
        context = record.setdefault("context", {}) if kind != "metric" else None
        if isinstance(context, dict):
            context["ip"] = "0.0.0.0"  # noqa: S104 - an address that is nobody's, not one to listen on


def _ack(_route: Route, _request: WireRequest) -> Ack:
    return Ack(body=b'{"success":true}')


SEGMENT = Dialect(
    name="segment",
    routes=_ROUTES,
    catalogue={
        **dict.fromkeys(("event", "profile", "group"), RECORD),
        "metric": nobody("type metric value tags.*"),
        "envelope": {
            **dict.fromkeys(("batch", "series"), Field(form=Form.RECORDS)),
            **dict.fromkeys(("sentAt", "writeKey", "timestamp"), _RESERVED),
            **nobody("integrations.*"),
            **{f"context.{name}": field for name, field in _CONTEXT.items()},
        },
        "query": nobody("writeKey"),
    },
    scopes={
        "event": {"event": ("properties",), "profile": ("context.traits",)},
        "profile": {"profile": ("traits", "context.traits")},
        "group": {"group": ("traits",), "profile": ("context.traits",)},
    },
    find=_find,
    ack=_ack,
    anonymize=_anonymize,
)
