"""PostHog: events, profiles, groups and flags of posthog-js, the snippet, and the Node and Python server SDKs.

    POST /e /i/v0/e /batch  {"api_key", "batch": [{"event", "uuid", "properties": {"distinct_id", "token", …}, "$set"}]}
    POST /flags             {"token", "distinct_id", "groups", "person_properties", "group_properties"}   no records

Source: captures of posthog-js 1.449.2, posthog-node 5.70.0, posthog-python 7.91.1; PostHog "Capture API", "Identifying
users" (ids that are refused), "GeoIP enrichment" (`$geoip_disable`).
"""

from __future__ import annotations

import orjson

from proxy.errors import DocumentInvalid
from proxy.model import Batch, Document, Part, WireRequest
from proxy.wire.answers import AUTOCAPTURE_OFF, assigned, script, switched
from proxy.wire.dialect import COMMON, Access, Ack, Contract, Dialect, Field, Form, Found, Route
from proxy.wire.parts import RESERVED, below, every, nobody
from proxy.wire.places import placed
from proxy.wire.posthog_page import AUTOMATIC, PAGE, unpack

__all__ = ["POSTHOG"]

_REFUSED_IDS = frozenset(
    "anonymous guest distinctid distinct_id id not_authenticated email undefined true false null none None nil 0 NaN "
    "00000000-0000-0000-0000-000000000000".split()
) | {"", "[object Object]"}
"""distinct_ids that PostHog does not merge. Source: PostHog, "Identifying users"."""

_TEXT, _URL = Field(form=Form.TEXT), Field("URL")
_USER = Field("USER_ID", Contract.IDENTITY, keep_values=_REFUSED_IDS)
_DEVICE = Field("DEVICE_ID", Contract.IDENTITY, keep_values=_REFUSED_IDS)
_GROUP = Field("ORG_ID", Contract.IDENTITY)
_EVENT = {
    **every("token $insert_id $time", RESERVED), **every("distinct_id $user_id $anon_distinct_id alias", _USER),
    "$device_id": _DEVICE, "$group_key": _GROUP, "$groups.*": _GROUP, **AUTOMATIC,
    "$group_set.name": Field("ORGANIZATION"), "$group_set.website": _URL, **PAGE,
    **nobody(
        "$group_type $session_id $window_id $pageview_id $process_person_profile $is_identified $config_defaults "
        "$configured_session_timeout_ms $initialization_time $last_posthog_reset $recording_status $sdk_* $lib_* "
        "$debug_* $replay_* $session_recording_* $*_server_side $active_feature_flags $feature_flag $feature_flag_* "
        "$feature_flag_payloads.* $survey_id $survey_name $survey_iteration* locally_evaluated"
    ),
}  # fmt: skip

_TOP = {
    **every("uuid timestamp api_key token sent_at offset created_at", RESERVED),
    **every("distinct_id $distinct_id $anon_distinct_id", _USER), **every("$device_id device_id", _DEVICE),
    **every("$token", RESERVED), "event": _TEXT, **below("$set $set_once", AUTOMATIC),
    **nobody("type library library_version historical_migration options.* $unset"),
}  # fmt: skip
_ASKED = {
    **_TOP, "groups.*": _GROUP, "person_properties.distinct_id": _USER, **below("person_properties", AUTOMATIC),
    "group_properties.*.name": Field("ORGANIZATION"), "group_properties.*.website": _URL,
    **nobody("group_properties.* evaluation_runtime flag_keys_to_evaluate geoip_disable timezone evaluation_contexts"),
}  # fmt: skip

_HEADERS = frozenset({f"posthog-{name}" for name in ("sdk-info", "attempt", "request-id", "request-timestamp")})
_GET, _EITHER = frozenset({"GET"}), frozenset({"GET", "POST"})
_EVENTS = "/e /i/v0/e /batch /capture /track /i/v1/analytics/events".split()
_DEFINITIONS = ("/flags/definitions", "/api/feature_flag/local_evaluation")
_ASIDE = ("surveys", "early_access_features", "web_experiments")
_ROUTES = (
    *(Route("capture", path, _EITHER, auth="v1" in path) for path in _EVENTS),
    Route("engage", "/engage", _EITHER, kind="profile"),
    *(Route("flags", path, _EITHER, Access.ASK, kind="asked") for path in ("/flags", "/decide")),
    Route("config", "/array/{key}/config", _GET, Access.PASS),
    Route("script", "/array/{key}/config.js", _GET, Access.PASS),
    Route("bundle", "/array/{key}/array.js", _GET, Access.REFUSE),
    Route("recorder", "/static/{name}recorder.js", _GET, Access.REFUSE),
    Route("recorder", "/static/{version}/{name}recorder.js", _GET, Access.REFUSE),
    Route("library", "/static/{file...}", _GET, Access.PASS),
    *(Route(name, f"/api/{name}", _GET, Access.PASS) for name in _ASIDE),
    *(Route("local_evaluation", path, _GET, Access.PASS, auth=True) for path in _DEFINITIONS),
    Route("site_app", "/site_app/{file...}", _GET, Access.REFUSE),
    Route("replay", "/s", _EITHER, Access.REFUSE),
)  # fmt: skip

_REPLAY = {"sessionRecording": False, "siteApps": []}
"""Recording the page, and scripts that the vendor's side chose to inject into it."""
_AUTOCAPTURE = {"autocapture_opt_out": True, "heatmaps": False, "captureDeadClicks": False}
_OFF = {**_REPLAY, **_AUTOCAPTURE} if AUTOCAPTURE_OFF else _REPLAY
_VARIABLE = "_POSTHOG_REMOTE_CONFIG"
_ACK_BYTES = 20 << 20


def _find(document: Document, route: Route) -> Found:
    """Find the events in their envelope, bare in a list, or alone."""
    inner = document.get("batch") if isinstance(document, dict) else None
    records = inner if isinstance(inner, list) else document if isinstance(document, list) else [document]
    if not all(isinstance(record, dict) for record in records):
        raise DocumentInvalid("events that are objects", "another JSON type", route.name)
    around = [Part("envelope", document)] if records is inner else []
    return Found(records, [route.kind] * len(records), around, unpack(records))


def _anonymize(batch: Batch) -> None:
    """Tell PostHog not to look the address up from which the request comes."""
    for record in batch.records:
        properties = record.setdefault("properties", {})
        if isinstance(properties, dict):
            properties["$geoip_disable"] = True
    for part in batch.around:
        if part.kind == "asked":
            part.node["geoip_disable"] = True


def _ack(route: Route, request: WireRequest) -> Ack:
    """Answer 200, which alone counts; with what the route's SDKs read: results by uuid, flags, a configuration."""
    config = {"supportedCompression": ["gzip", "gzip-js"], "surveys": False, **_REPLAY, **_AUTOCAPTURE}
    if route.name == "script":
        key = request.path.split("/")[2]
        return Ack(content_type="application/javascript", body=script(_VARIABLE, key, "config", config))
    if route.path.endswith(".js") or route.name == "site_app":
        return Ack(content_type="application/javascript", body=b"")
    bodies: dict[str, object] = {"config": config, "flags": {"flags": {}, "featureFlags": {}, **config}}
    if "/v1/" in route.path:
        records = POSTHOG.decode(request, route, _ACK_BYTES).records
        bodies["capture"] = {"results": {str(record.get("uuid")): {"result": "ok"} for record in records}}
    return Ack(body=orjson.dumps(bodies.get(route.name, {"status": "Ok"})))


POSTHOG = Dialect(
    name="posthog",
    routes=_ROUTES,
    catalogue={
        "event": {**_TOP, **below("properties", _EVENT), **below("properties.$set properties.$set_once", AUTOMATIC)},
        "profile": {**_TOP, **below("properties", _EVENT)},
        "asked": _ASKED,
        "envelope": {**_TOP, "batch": Field(form=Form.RECORDS)},
        "query": {
            **nobody("ip _ send_cohorts ver v retry_count compression lib beacon config send_feature_flags"),
            **_TOP,
        },
        "header": {**COMMON["header"], **dict.fromkeys(_HEADERS, _TEXT)},
    },
    scopes={
        "event": {
            "event": ("properties",),
            "profile": ("$set", "$set_once", "properties.$set", "properties.$set_once"),
            "group": ("properties.$group_set",),
        },
        "profile": {"profile": ("$set", "$set_once")},
        "asked": {"profile": ("person_properties",), "group": ("group_properties",)},
    },
    find=_find,
    form_fields=("data",),
    headers=_HEADERS,
    ack=_ack,
    answers={"script": assigned(_VARIABLE, "config", _OFF), **dict.fromkeys(("config", "flags"), switched(_OFF))},
    anonymize=_anonymize,
    place=placed("event", "properties.$geoip_country_code", "properties.$geoip_subdivision_1_code"),
)
