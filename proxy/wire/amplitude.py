"""Amplitude: events of the browser, Node and Python SDKs; the Identify, Group Identify and User Mapping APIs.

    POST /2/httpapi /batch  {"api_key", "events": [{"event_type", "user_id", "device_id", "user_properties": {"$set"}}]}
    POST /identify          api_key=…&identification=[{"user_id", "user_properties"}]

Without `ip` Amplitude locates nobody; the browser SDK sends `"$remote"`: take the connection's address. The legacy
JavaScript SDK's route is closed: it signs its events with a checksum.

Source: captures of analytics-browser 2.47.0, analytics-node 1.5.73, amplitude-analytics (Python) 1.3.0; "HTTP V2 API".
"""

from __future__ import annotations

import orjson

from proxy.model import Batch, Document, Part, WireRequest
from proxy.wire.answers import AUTOCAPTURE_OFF, switched, with_switches
from proxy.wire.dialect import Access, Ack, Contract, Dialect, Field, Form, Found, Route
from proxy.wire.parts import RESERVED, UTM, below, every, nobody, parameters
from proxy.wire.places import placed

__all__ = ["AMPLITUDE"]

_REFUSED_IDS = frozenset(
    "anonymous nil none null n/a NaN undefined unknown true false [] {} lmy47d 0 -1 "
    "00000000-0000-0000-0000-000000000000".split()
) | {""}
"""Ids that Amplitude refuses. Source: Amplitude, "HTTP V2 API", section on invalid ids."""

_TEXT, _URL, _AGENT = Field(form=Form.TEXT), Field("URL"), Field("USER_AGENT")
_SCREEN, _PLACE = Field("SCREEN_TEXT"), Field("LOCATION_COARSE")
_USER = Field("USER_ID", Contract.IDENTITY, keep_values=_REFUSED_IDS)
_DEVICE = Field("DEVICE_ID", Contract.IDENTITY, keep_values=_REFUSED_IDS)
_GROUP = Field("ORG_ID", Contract.IDENTITY)
_TAGS = (*UTM, "rdt_cid", "ko_click_id")
_ORIGIN = {
    **every("referrer referring_domain initial_referrer initial_referring_domain", _URL),
    **parameters(_TAGS), **parameters(_TAGS, "initial_"),
}  # fmt: skip
"""Where a visitor came from: on events, and on users once and for each session."""


def _own(names: str, field: Field) -> dict[str, Field]:
    """Make entries for properties that Amplitude's SDK sets; their names hold blanks."""
    return {f"[Amplitude] {name}": field for name in names.split(", ")}


_HIERARCHY = {
    **every("id classes attrs.id attrs.class attrs.name", _TEXT),
    **every("attrs.href attrs.action attrs.src", _URL),
    **nobody("tag index indexOfType prevSib attrs.type attrs.method attrs.role"),
}
"""Other attributes are what an element shows."""

_AUTOMATIC = {
    **_ORIGIN,
    **_own("Page Location, Page URL, Page Path, Previous Page Location, Element Href, Form Destination", _URL),
    **_own("URL, URL Query, Link URL, File Name", _URL),
    **_own("Element Text, Element Aria Label, Element Parent Label, Element Attributes, Element Hierarchy", _SCREEN),
    **_own("Target Text, Target Accessibility Label, Link Text", _SCREEN),
    **_own("URL Fragment", _SCREEN),  # without its `#` it looks like a path, of which a policy keeps all
    **_own("Request Body, Response Body", Field(form=Form.WORDS)),
    **_own("Screen Name, Link ID", _TEXT),
    **{f"[Amplitude] Element Hierarchy.{name}": field for name, field in _HIERARCHY.items()},
    **_own("Element ID, Element Class, Element Path, Element Selector, Element Exposed, Session Replay ID", _TEXT),
    **_own("Element Tag, Form ID, Form Name, Page Domain, Page Counter, Page View ID, X, Y", Field()),
    **_own("Click Count, Duration, Status Code, Error Code, File Extension", Field()),
    **_own("Element Position *, * Page Type, Viewport *, Max Page *, Scroll *, Clicks.*, * Time", _TEXT),
    **_own("Request *, Response *, Session *, Frustration *", _TEXT),
    **nobody("$price $productId $quantity $revenue $revenueType $currency"),
}

_RECORD = {
    **every("api_key insert_id time client_upload_time", RESERVED),
    **every("user_id global_user_id", _USER),
    **every("device_id idfa idfv adid android_id android_app_set_id", _DEVICE),
    "groups.*": _GROUP, "event_type": _TEXT, "ip": Field("IP_ADDRESS"),
    **every("platform os_name os_version device_brand device_manufacturer device_model user_agent", _AGENT),
    **every("country region city dma", _PLACE), **every("location_lat location_lng", Field("LOCATION_PRECISE")),
    **nobody(
        "session_id event_id language library version version_name app_version carrier price quantity revenue currency "
        "productId revenueType plan.* ingestion_metadata.* partner_id start_version user_properties.$unset.* paying "
        "user_properties.$clearAll group_properties.$unset.* sequence_number unmap"
    ),
    **below("event_properties", _AUTOMATIC),
    **below("user_properties user_properties.$set user_properties.$setOnce", _ORIGIN),
    **below("group_properties group_properties.$set", {"name": Field("ORGANIZATION"), "website": _URL}),
}  # fmt: skip

_OPERATIONS = "$set $setOnce $add $append $prepend $preInsert $postInsert $remove".split()
_USER_PLACES = ("user_properties", *(f"user_properties.{name}" for name in _OPERATIONS))
_GROUP_PLACES = ("group_properties", *(f"group_properties.{name}" for name in _OPERATIONS))

_CLOSED = (
    ("replay", "/sessions/v2/track"), ("replay", "/sessions/track"), ("legacy", "/"),
    ("experiment", "/sdk/v2/vardata"), ("diagnostics", "/v1/capture"),
)  # fmt: skip
_GET = frozenset({"GET"})
_ROUTES = (
    *(Route("events", path) for path in ("/2/httpapi", "/httpapi", "/batch")),
    *(Route("profiles", path, kind="profile") for path in ("/identify", "/usermap")),
    Route("groups", "/groupidentify", kind="group"),
    *(Route("config", path, _GET, Access.PASS) for path in ("/config/{key}", "/config")),
    Route("library", "/libs/{file...}", _GET, Access.PASS),
    *(Route(name, path, frozenset({"GET", "POST"}), Access.REFUSE) for name, path in _CLOSED),
)

_BROWSER = "configs.analyticsSDK.browserSDK.autocapture"
_REPLAY = {"configs.sessionReplay.sr_sampling_config": {"capture_enabled": False, "sample_rate": 0}}
_PAGE = {f"{_BROWSER}.{name}Interactions": False for name in ("element", "form", "frustration")}
_OFF = {**_REPLAY, **(_PAGE if AUTOCAPTURE_OFF else {})}


def _find(document: Document, route: Route) -> Found:
    """Find the events in their envelope, or the identifications, one or many."""
    inner = document.get("events") if isinstance(document, dict) else None
    records = inner if isinstance(inner, list) else document if isinstance(document, list) else [document]
    around = [Part("envelope", document)] if records is inner else []
    return Found(records, [route.kind] * len(records), around)


def _anonymize(batch: Batch) -> None:
    """Take back what asks Amplitude to locate the address of the connection."""
    for record in batch.records:
        if record.get("ip") == "$remote":
            del record["ip"]


def _ack(route: Route, request: WireRequest) -> Ack:
    """Say 200 in JSON as well, without which the SDKs try again; as configuration, what `answers` leaves of none."""
    if route.name == "config":
        return Ack(body=orjson.dumps(with_switches({}, _OFF)))
    return Ack(body=orjson.dumps({"code": 200, "payload_size_bytes": len(request.body)}))


AMPLITUDE = Dialect(
    name="amplitude",
    routes=_ROUTES,
    catalogue={
        **dict.fromkeys(("event", "profile"), _RECORD),
        "group": {"group_type": Field(), "group_value": _GROUP, **_RECORD},
        "envelope": {**_RECORD, "events": Field(form=Form.RECORDS), **nobody("options.* request_metadata.*")},
        "query": {**nobody("config_group config_keys v"), "api_key": RESERVED},
    },
    scopes={
        "event": {"event": ("event_properties",), "profile": _USER_PLACES, "group": _GROUP_PLACES},
        "profile": {"profile": _USER_PLACES},
        "group": {"group": _GROUP_PLACES},
    },
    find=_find,
    form_fields=("event", "identification", "mapping"),
    ack=_ack,
    answers={"config": switched(_OFF)},
    anonymize=_anonymize,
    place=placed("event", "country", "region"),
)
