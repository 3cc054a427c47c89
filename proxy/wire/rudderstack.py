"""RudderStack: analytics-js, and the Node and Python server SDKs. Segment's shape, on routes of its own.

    POST /v1/track                     {"type": "track", "event", "userId", "anonymousId", "context": {"traits", …}, …}
    POST /v1/batch, /beacon/v1/batch   {"batch": [<such records>], "sentAt"}      gzip by default, even as a form
    GET  /sourceConfig                 must answer, or nothing is ever sent

Every record repeats all traits in its context. The header AnonymousId repeats an id and stays here.

Source: captures of @rudderstack/analytics-js 3.34.1, rudder-node 3.0.13, rudder-python 2.1.9; RudderStack "HTTP API",
"JavaScript SDK: source configuration".
"""

from __future__ import annotations

import orjson

from proxy.model import WireRequest
from proxy.wire.answers import switched, with_switches
from proxy.wire.dialect import Access, Ack, Dialect, Field, Route
from proxy.wire.parts import RESERVED, every, nobody
from proxy.wire.places import placed
from proxy.wire.segment_shape import CALLS, SCOPES, anonymize, catalogue, find

__all__ = ["RUDDERSTACK"]

_GET, _POST = frozenset({"GET"}), frozenset({"POST"})

_ROUTES = (
    *(Route(call, f"/v1/{call}", auth=True) for call in CALLS),
    *(Route("batch", path, auth=True) for path in ("/v1/batch", "/v1/import", "/beacon/v1/batch")),
    Route("config", "/sourceConfig", _GET, Access.PASS, auth=True),
    Route("library", "/v3/{file...}", _GET, Access.PASS),
    Route("metrics", "/rsaMetrics", _POST, Access.REFUSE),
    *(Route("pixel", f"/pixel/v1/{call}", _GET, Access.REFUSE) for call in ("track", "page")),
)

_UA_CH = "brands.brand brands.version fullVersionList.brand fullVersionList.version model platform platformVersion"
_CONTEXT = {
    "externalId.id": Field("USER_ID"),
    **every(" ".join(f"ua-ch.{name}" for name in _UA_CH.split()), Field("USER_AGENT")),
    **every("ua-ch.uaFullVersion ua-ch.architecture ua-ch.bitness", Field("USER_AGENT")),
    **nobody("externalId.type ua-ch.mobile ua-ch.wow64 autoTrack.page.pageViewId consentManagement.*"),
}

_OFF = {
    "source.destinations": [],
    "source.dataplanes": {},
    "source.config.statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}},
}
"""Destinations in the page (replay tools among them), servers that events would go to past eventveil, and reports of
errors with the addresses of pages. Destinations in the cloud are chosen by the server and do not stand here."""


def _ack(route: Route, _request: WireRequest) -> Ack:
    """Say OK; as configuration, a source that is enabled and has no destinations."""
    if route.name == "config":
        source = {"id": "eventveil", "name": "eventveil", "writeKey": "", "enabled": True, "workspaceId": "eventveil"}
        return Ack(body=orjson.dumps(with_switches({"source": {**source, "connections": [], "config": {}}}, _OFF)))
    return Ack(content_type="text/plain", body=b"OK")


RUDDERSTACK = Dialect(
    name="rudderstack",
    routes=_ROUTES,
    catalogue={
        **catalogue(_CONTEXT),
        "query": {**nobody("p v build lockIntegrationsVersion lockPluginsVersion"), "writeKey": RESERVED},
    },
    scopes=SCOPES,
    find=find,
    ack=_ack,
    answers={"config": switched(_OFF)},
    anonymize=anonymize,
    place=placed("event profile group", "context.location.country", "context.location.region"),
)
