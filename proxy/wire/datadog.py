"""Datadog: RUM events and logs of the browser SDKs and of the mobile ones, which send key and origin as headers.

    POST /api/v2/rum  {"type": "action", "view": {"url", …}, "usr": {"id", …}, "context", …}     lines, maybe deflated
    POST /api/v2/logs {"message", "view": {"url", …}, "usr", …}
    POST /            ?ddforward=<such a path with its query, percent-encoded>    any path, with `proxy: URL`

What is inside `ddforward` is what is sent on. Datadog locates the address that reaches its intake, which is
eventveil's: no address of a client is forwarded, and there is nothing to switch off.

Source: captures of @datadog/browser-rum and browser-logs 7.16.2; Datadog "Proxy your browser RUM data", "RUM browser
data collected"; dd-sdk-android, RequestFactory (headers).
"""

from __future__ import annotations

import orjson

from proxy.errors import RouteUnknown
from proxy.model import Batch, Document, WireRequest
from proxy.wire.answers import AUTOCAPTURE_OFF, switched, with_switches
from proxy.wire.dialect import COMMON, Access, Ack, Contract, Dialect, Field, Form, Found, Route
from proxy.wire.params import Params
from proxy.wire.parts import RESERVED, below, every, nobody

__all__ = ["DATADOG"]

_TEXT, _URL, _AGENT, _SCREEN = Field(form=Form.TEXT), Field("URL"), Field("USER_AGENT"), Field("SCREEN_TEXT")
_USER = Field("USER_ID", Contract.IDENTITY)
_DEVICE = Field("DEVICE_ID", Contract.IDENTITY)

_VIEW = {
    **every("url referrer name url_path url_details.*", _URL),
    "performance.*.resource_url": _URL,
    **every("performance.*.target_selector *_target_selector", _SCREEN),
    **nobody("* *.count custom_timings.* performance.*.* performance.*.sub_parts.* in_foreground_periods.*"),
}
_ERROR = {
    **every("message stack handling_stack kind type causes.message causes.stack causes.type fingerprint", _TEXT),
    **every("resource.url csp.*", _URL),
    **nobody("*"),
}
_RECORD = {
    **every("date type application.id application_id", RESERVED),
    **every("usr.id", _USER),
    **every("usr.anonymous_id", _DEVICE),
    "account.id": Field("ORG_ID", Contract.IDENTITY),
    "account.name": Field("ORGANIZATION"),
    "account.website": _URL,
    **below("view", _VIEW),
    **below("error", _ERROR),
    **every("resource.url http.url http.referer long_task.scripts.source_url long_task.scripts.invoker", _URL),
    **every("ddtags message action.target.name action.name telemetry.message telemetry.error.stack vital.name", _TEXT),
    **every("os.name os.version os.version_major device.type device.name device.model device.brand", _AGENT),
    **every("http.useragent browser.name browser.version", _AGENT),
    **every("device.time_zone geo.country geo.city", Field("LOCATION_COARSE")),
    **every("network.client.ip", Field("IP_ADDRESS")),
    **every("_dd.action.target.selector _dd.action.target.composed_path_selector", _SCREEN),
    **below("_dd", nobody("* *.* action.*.* configuration.* page_states.* replay_stats.*")),
    **nobody(
        "session.* session_id view_id service version source status origin logger.* device.locale "
        "device.locales connectivity.* display.*.* action.* action.*.* user_action.* resource.* resource.*.* "
        "resource.response.headers.* resource.graphql.operationType long_task.* long_task.scripts.* telemetry.* "
        "telemetry.*.* experimental_features tab.id http.method http.status_code feature_flags.* synthetics.* "
        "container.* vital.* privacy.*"
    ),
}
_CLICK = {**_RECORD, "action.target.name": _SCREEN}
"""An action that the SDK made of a click; its name is what the element shows. A custom one is named by the site.
Selectors hold attributes and their values (`[action="\\/u\\?m\\=ada\\%40…"]`), escaped past any detector."""

_PLACES = {"event": ("context", ""), "profile": ("usr",), "group": ("account",)}

_HEADERS = frozenset({"dd-evp-origin", "dd-evp-origin-version", "dd-request-id"})
"""`dd-idempotency-key` stays here: it is a hash without a key of what was scrubbed."""
_POST = frozenset({"POST"})
_ROUTES = (
    Route("rum", "/api/v2/rum"),
    Route("logs", "/api/v2/logs"),
    *(Route(name, f"/api/v2/{name}", _POST, Access.REFUSE) for name in ("replay", "profile", "debugger")),
    Route("config", "/v1/{id}.json", frozenset({"GET"}), Access.PASS),
    Route("forward", "/"),
    Route("forward", "/{path...}"),
)

_REPLAY = {
    "rum.sessionReplaySampleRate": 0,
    "rum.profilingSampleRate": 0,
    "rum.startSessionReplayRecordingManually": True,
}
_CLICKS = {"rum.trackUserInteractions": False}
_OFF = {**_REPLAY, **(_CLICKS if AUTOCAPTURE_OFF else {})}


def _decode(dialect: Dialect, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
    """Open the request, or the one that stands in `ddforward`."""
    if route.name != "forward":
        return dialect.opened(request, route, limit_bytes)
    target = Params.parse(request.query).values.get("ddforward")
    path, _, query = target.partition("?") if isinstance(target, str) else ("", "", "")
    inner = dialect.route(request.method, path) if path else route
    if inner.name == "forward":
        raise RouteUnknown("one ddforward with a path of Datadog's intake", "none", route.name)
    return dialect.decode(request._replace(path=path, query=query), inner, limit_bytes)


def _find(document: Document, _route: Route) -> Found:
    """Take the events, one or many; clicks apart."""
    records = document if isinstance(document, list) else [document]
    return Found(records, [_kind(record) for record in records])


def _kind(record: Document) -> str:
    action = record.get("action") if isinstance(record, dict) and record.get("type") == "action" else None
    return "click" if isinstance(action, dict) and action.get("type") != "custom" else "event"


def _ack(route: Route, _request: WireRequest) -> Ack:
    """Answer 202 as the intake does; as configuration, one that records nothing."""
    if route.name == "config":
        return Ack(body=orjson.dumps(with_switches({}, _OFF)))
    return Ack(202, body=b'{"request_id":"00000000-0000-4000-8000-000000000000"}')


DATADOG = Dialect(
    name="datadog",
    routes=_ROUTES,
    catalogue={
        "event": _RECORD,
        "click": _CLICK,
        "query": {**nobody(r"ddsource dd-* batch_time _dd\.*"), "ddtags": _TEXT, "dd-api-key": RESERVED},
        "header": {**COMMON["header"], **dict.fromkeys(_HEADERS, _TEXT), "dd-api-key": RESERVED},
    },
    scopes={"event": _PLACES, "click": _PLACES},
    find=_find,
    headers=_HEADERS | {"dd-api-key"},
    ack=_ack,
    answers={"config": switched(_OFF)},
    decoder=_decode,
)
