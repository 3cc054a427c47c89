"""Jitsu: @jitsu/js, from a page and from a server. Segment's shape, on routes of its own.

    POST /api/s/track   {"type": "track", "event", "userId", "anonymousId", "context": {"traits", "clientIds", …}, …}

The answer to an event may name destinations that the page then loads; `answers` leaves none of them.

Source: captures of @jitsu/js 1.11.0; Jitsu "HTTP API", "JavaScript SDK: device destinations".
"""

from __future__ import annotations

from proxy.model import WireRequest
from proxy.wire.answers import switched
from proxy.wire.dialect import COMMON, Access, Ack, Dialect, Field, Route
from proxy.wire.parts import RESERVED, every, nobody
from proxy.wire.places import placed
from proxy.wire.segment_shape import CALLS, SCOPES, anonymize, catalogue, find

__all__ = ["JITSU"]

_ROUTES = (
    *(Route(call, f"/api/s/{path}") for call in CALLS for path in (call, f"s2s/{call}")),
    *(Route("batch", path) for path in ("/api/s/batch", "/api/s/s2s/batch")),
    Route("library", "/p.js", frozenset({"GET"}), Access.PASS),
)

_CONTEXT = {
    **every("clientIds.fbc clientIds.fbp clientIds.ga4.clientId clientIds.*", Field("DEVICE_ID")),
    **nobody("clientIds.ga4.sessionIds clientIds.firebase.appInstanceId.*"),
}


def _ack(_route: Route, _request: WireRequest) -> Ack:
    """Answer JSON; anything else is an error in the page's console."""
    return Ack(body=b'{"ok":true}')


JITSU = Dialect(
    name="jitsu",
    routes=_ROUTES,
    catalogue={
        **catalogue(_CONTEXT),
        "query": {"writekey": RESERVED},
        "header": {**COMMON["header"], "x-write-key": RESERVED},
    },
    scopes=SCOPES,
    find=find,
    headers=frozenset({"x-write-key"}),
    ack=_ack,
    answers=dict.fromkeys((*CALLS, "batch"), switched({"destinations": []})),
    anonymize=anonymize,
    place=placed("event profile group", "context.location.country", "context.location.region"),
)
