"""Mixpanel: events, profile and group updates of the browser SDK, the snippet, and the Node and Python server SDKs.

    POST /track  data=<base64 of [{"event", "properties": {"token", "distinct_id", "time", "$insert_id", …}}]>
    POST /engage data=<base64 of [{"$token", "$distinct_id", "$set": {…}}]>        GET: the same in ?data=
    POST /groups data=<base64 of [{"$token", "$group_key", "$group_id", "$set": {…}}]>

Source: captures of mixpanel-browser 2.83.0, mixpanel (Node) 0.24.0, mixpanel (Python) 5.4.1; Mixpanel "Ingestion API",
"Default properties", "Simplified ID merge".
"""

from __future__ import annotations

import orjson

from proxy.model import Batch, WireRequest
from proxy.wire.answers import AUTOCAPTURE_OFF, switched, with_switches
from proxy.wire.dialect import Access, Ack, Contract, Dialect, Field, Form, Route
from proxy.wire.parts import RESERVED, UTM, below, every, nobody, parameters
from proxy.wire.places import placed

__all__ = ["MIXPANEL"]

_REFUSED_IDS = frozenset(
    "00000000-0000-0000-0000-000000000000 anon anonymous nil none null n/a na undefined unknown true false "
    "[] {} lmy47d -1 0".split()
) | {""}
"""distinct_ids that Mixpanel refuses. Hashing one would make a single person of everybody without an id.
Source: Mixpanel, "Import Events", section on invalid distinct_ids."""

_USER = Field(
    "USER_ID", Contract.IDENTITY, prefixes={"$device:": "DEVICE_ID"}, keep_values=_REFUSED_IDS
)  # fmt: skip
_DEVICE = Field("DEVICE_ID", Contract.IDENTITY, keep_values=_REFUSED_IDS)
_URL = Field("URL")
_AGENT = Field("USER_AGENT")

_PLACES = {
    "$city": Field("LOCATION_COARSE"),
    "$region": Field("LOCATION_COARSE"),
    "$country_code": Field("LOCATION_COARSE"),
    "mp_country_code": Field("LOCATION_COARSE"),
    "$timezone": Field("LOCATION_COARSE"),
    "$latitude": Field("LOCATION_PRECISE"),
    "$longitude": Field("LOCATION_PRECISE"),
    "ip": Field("IP_ADDRESS"),
    "$ip": Field("IP_ADDRESS"),
}


_AUTOMATIC = {
    **every("$os $browser $browser_version $os_version $device $model $user_agent $manufacturer $brand", _AGENT),
    **every("$ios_device_model $ios_version $android_model $android_brand $android_manufacturer", _AGENT),
    **every("$android_os $android_os_version", _AGENT),
    **every("$ios_ifa $ios_devices $android_devices", Field("DEVICE_ID")),
    **every("$current_url $referrer $initial_referrer $referring_domain $initial_referring_domain", _URL),
    **nobody("$screen_height $screen_width mp_lib $lib_version mp_sent_by_lib_version mp_processing_time_ms"),
    **_PLACES,
    **parameters(UTM),
    **parameters(UTM, "initial_"),
    "mp_keyword": Field("URL", parameter="q"),
}
"""Properties that the SDKs set by themselves, on events and profiles alike."""

_PAGE = {
    **every("$el_text $elements.$el_text $el_attr__*", Field("SCREEN_TEXT")),
    **below(
        "$elements $target", {"$attr-*": Field("SCREEN_TEXT"), "$attr-href": _URL, **nobody("$attr-type $attr-name")}
    ),
    **every("current_url_path current_url_search $pathname $el_attr__href $elements.$attr-href", _URL),
    **every("mp_page mp_referrer", _URL),
    **every("$el_classes $el_id $elements.$classes $elements.$id $target.$classes $target.$id", Field(form=Form.TEXT)),
    **nobody(
        "current_domain current_url_protocol $host $search_engine $mp_autocapture $event_type $mp_replay_id "
        "$viewportHeight $viewportWidth $pageHeight $pageWidth $clientX $clientY $offsetX $offsetY $pageX $pageY "
        "$screenX $screenY $x $y $el_tag_name $captured_for_heatmap $max_scroll_view_depth $max_scroll_percentage "
        "$fold_line_percentage $scroll_height $elements.$tag_name $elements.$nth_child $elements.$nth_of_type "
        "$target.$tag_name $target.$nth_child $target.$nth_of_type $el_attr__type $el_attr__name $el_attr__role"
    ),
}
"""Properties of page views and of autocapture."""

_EVENT = {
    **every("token time $insert_id", RESERVED),
    **every("distinct_id $user_id $anon_distinct_id $identified_id $anon_id $distinct_ids alias", _USER),
    "$device_id": _DEVICE,
    **_AUTOMATIC,
    **_PAGE,
}

_OPERATIONS = ("$set", "$set_once", "$append", "$union", "$remove", "$add")

_UPDATE = {
    "$token": RESERVED,
    "$time": RESERVED,
    "$ignore_time": RESERVED,
    "$ip": Field("IP_ADDRESS"),
    **{f"{operation}.{name}": field for operation in _OPERATIONS for name, field in _AUTOMATIC.items()},
}

_IDS = {
    **every("distinct_id $distinct_id $user_id user_id", _USER),
    **every("$device_id device_id", _DEVICE),
}

_QUERY = {
    **nobody("verbose ip _ img redirect callback strict compression mp_lib lib version $lib_version sdk_config format"),
    **every("token api_key project_id", RESERVED),
    **_IDS,
    "context": Field(form=Form.JSON),
    **{f"context.{name}": field for name, field in _IDS.items()},
}

_GET, _EITHER = frozenset({"GET"}), frozenset({"GET", "POST"})

_ROUTES = (
    Route("track", "/track", _EITHER),
    Route("engage", "/engage", _EITHER, kind="profile"),
    Route("groups", "/groups", _EITHER, kind="group"),
    Route("import", "/import", auth=True),
    Route("decide", "/decide", _GET, Access.PASS),
    *(Route("flags", path, _GET, Access.PASS, auth=True) for path in ("/flags", "/flags/definitions")),
    Route("settings", "/settings", _GET, Access.PASS, auth=True),
    Route("library", "/mixpanel.min.js", _GET, Access.PASS),
    Route("library", "/libs/{file}.js", _GET, Access.PASS),
    Route("recorder", "/mixpanel-recorder{hash}.js", _GET, Access.PASS),
    Route("record", "/record", frozenset({"POST"}), Access.REFUSE),
)


_CONFIG = "sdk_config.config"
_REPLAY = {
    "recording.is_enabled": False,
    f"{_CONFIG}.record_sessions_percent": 0,
    f"{_CONFIG}.record_heatmap_data": False,
}
_PAGES = {f"{_CONFIG}.autocapture": False, "config.enable_collect_everything": False}
_OFF = {**_REPLAY, **(_PAGES if AUTOCAPTURE_OFF else {})}
_ANSWERS = dict.fromkeys(("settings", "decide"), switched(_OFF))


def _anonymize(batch: Batch) -> None:
    """Tell Mixpanel not to geolocate the address the request comes from: `ip=0`, in the query and where it was sent."""
    queries = [part.node for part in batch.around if part.kind == "query"]
    for position, values in enumerate(queries):
        if position == 0 or "ip" in values:
            values["ip"] = "0"


def _ack(route: Route, request: WireRequest) -> Ack:
    """Say yes in the form that was asked for: `1`, or JSON with `verbose=1`; recorder and flags have their own."""
    if route.name in _ANSWERS:
        return Ack(body=orjson.dumps(with_switches({}, _OFF)))
    if route.name == "record":
        return Ack(body=b'{"code":200,"status":"OK"}')
    verbose = "verbose=1" in request.query or b"verbose=1" in request.body
    return Ack(body=b'{"error":null,"status":1}' if verbose else b"1")


MIXPANEL = Dialect(
    name="mixpanel",
    routes=_ROUTES,
    catalogue={
        "event": {"event": Field(form=Form.TEXT), **{f"properties.{name}": field for name, field in _EVENT.items()}},
        "profile": {**_IDS, **_UPDATE},
        "group": {"$group_key": Field(), "$group_id": Field("ORG_ID", Contract.IDENTITY), **_UPDATE},
        "query": _QUERY,
    },
    scopes={
        "event": {"event": ("properties",)},
        "profile": {"profile": _OPERATIONS},
        "group": {"group": _OPERATIONS},
    },
    form_fields=("data",),
    ack=_ack,
    answers=_ANSWERS,
    anonymize=_anonymize,
    place=placed("event", "properties.mp_country_code", "properties.$region"),
)
