"""Segment: analytics.js, and the Node and Python server SDKs.

    POST /v1/t        {"type": "track", "event", "userId", "anonymousId", "properties", "context", "messageId", …}
    POST /v1/batch    {"batch": [<such records>], "sentAt", "writeKey"}
    POST /v1/m        {"series": [<counters of the SDK itself>]}

Source: captures of @segment/analytics-next 1.84.3, @segment/analytics-node 3.1.0, segment-analytics-python 2.4.0;
Segment "HTTP API", "Analytics.js: settings".
"""

from __future__ import annotations

import orjson

from proxy.model import Document, WireRequest
from proxy.wire.answers import AUTOCAPTURE_OFF, switched, with_switches
from proxy.wire.dialect import Access, Ack, Dialect, Field, Form, Found, Route
from proxy.wire.json_text import read, write
from proxy.wire.parts import nobody
from proxy.wire.places import placed
from proxy.wire.segment_shape import CALLS, SCOPES, anonymize, catalogue, find

__all__ = ["SEGMENT"]

_GET = frozenset({"GET"})

_ROUTES = (
    *(Route(call, f"/v1/{path}", auth=True) for call in CALLS for path in (call[0], call)),
    *(Route("batch", f"/v1/{path}", auth=True) for path in ("b", "batch", "import")),
    *(Route("metrics", f"/v1/{path}", kind="metric", auth=True) for path in ("m", "metrics")),
    Route("settings", "/v1/projects/{key}/settings", _GET, Access.PASS),
    Route("library", "/analytics.js/v1/{key}/{file}.js", _GET, Access.PASS),
    Route("library", "/next-integrations/{file...}", _GET, Access.PASS),
)

_SIGNALS = {"autoInstrumentationSettings": {"sampleRate": 0}}
"""Segment's autocapture. Source: @segment/analytics-signals, `CDNSettings`."""
_OFF = {"remotePlugins": [], "edgeFunction": {}, "enabledMiddleware": {}, **(_SIGNALS if AUTOCAPTURE_OFF else {})}
"""Code that Segment's side would have the page load: destinations in the browser, replay tools among them."""


def _find(document: Document, route: Route) -> Found:
    found = find(document, route, "series" if route.kind == "metric" else "batch")
    return Found(found.records, [route.kind] * len(found.records), found.around) if route.kind == "metric" else found


def _ack(route: Route, _request: WireRequest) -> Ack:
    """Say yes; as settings, the least that lets the SDK send."""
    if route.name == "settings":
        return Ack(body=orjson.dumps(with_switches({"integrations": {"Segment.io": {}}}, _OFF)))
    return Ack(body=b'{"success":true}')


def _own_integration(settings: bytes) -> bytes | None:
    """Leave no integration but Segment's own: the others run in the page and send past eventveil."""
    switched_off = switched(_OFF)(settings)
    document = read(switched_off) if switched_off else {}
    known = document.get("integrations") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(known, dict) or not isinstance(known.get("Segment.io"), dict):
        return None
    document["integrations"] = {"Segment.io": known["Segment.io"]}
    return write(document)


_CATALOGUE = catalogue({})

SEGMENT = Dialect(
    name="segment",
    routes=_ROUTES,
    catalogue={
        **_CATALOGUE,
        "metric": nobody("type metric value tags.*"),
        "envelope": {**_CATALOGUE["envelope"], "series": Field(form=Form.RECORDS)},
        "query": nobody("writeKey"),
    },
    scopes=SCOPES,
    find=_find,
    ack=_ack,
    answers={"settings": _own_integration},
    anonymize=anonymize,
    place=placed("event profile group", "context.location.country", "context.location.region"),
)
