"""What Sentry's items hold: the catalogue of events, sessions, spans and logs. `sentry` finds the records.

Source: captures of @sentry/browser 11.12.0; Sentry "Event payloads", "Sessions", "Spans", "Logs".
"""

from __future__ import annotations

from proxy.wire.dialect import COMMON, Catalogue, Contract, Field, Form
from proxy.wire.parts import RESERVED, below, every, nobody

__all__ = ["CATALOGUE"]

_TEXT, _URL, _AGENT = Field(form=Form.TEXT), Field("URL"), Field("USER_AGENT")
_DEVICE = Field("DEVICE_ID")
_IP, _PLACE = Field("IP_ADDRESS"), Field("LOCATION_COARSE")
_USER = Field("USER_ID", Contract.IDENTITY)
_TYPED = Field("FREE_TEXT", form=Form.TEXT)
"""What a person wrote."""

_ATTRIBUTES = {
    **every(r"url\.full url\.path url\.query http\.url http\.target http\.query", _URL),
    **every(r"url previous_url lcp\.url http\.request\.header\.referer", _URL),
    **every(r"code\.file\.path browser\.script\.invoker sentry\.transaction sentry\.segment\.name", _URL),
    **every(r"user_agent\.original browser\.name browser\.version os\.name os\.version", _AGENT),
    **every(r"culture\.timezone", _PLACE), r"user\.id": Field("USER_ID"), r"user\.name": Field("PERSON"),
    **every(r"user\.ip_address client\.address source\.address network\.*\.address http\.client_ip net\.peer\.ip", _IP),
    **every(r"http\.request\.header\.cookie http\.request\.header\.authorization", Field("SECRET")),
    r"http\.response\.header\.set-cookie": Field("SECRET"), r"device\.id": _DEVICE,
    **every(r"sentry\.message\.*", _TEXT),
    **every(r"browser\.web_vital\.*\.target browser\.web_vital\.*\.element ui\.element*", Field("SCREEN_TEXT")),
    **every(r"lcp\.element cls\.source\.*", Field("SCREEN_TEXT")),
    **every(r"url\.fragment http\.fragment", Field("SCREEN_TEXT")),  # without its `#` it looks like a path
    **nobody(r"sentry\.* browser\.* device\.* culture\.* resource\.* url\.* server\.address"),
    **nobody(r"http\.method http\.status_code http\.flavor http\.request\.method http\.request\.method_original"),
    **nobody(r"http\.request\.same_origin http\.request\.time_to_first_byte http\.request\.*_start"),
    **nobody(r"http\.request\.*_end http\.request\.body\.*"),
    **nobody(r"http\.response\.status_code http\.response\.*size http\.response_*"),
    **nobody(r"network\.protocol\.* network\.connection\.* network\.transport network\.type"),
}  # fmt: skip
"""Of an attribute: its `value` in an item, the thing itself in `data` of an event's spans, trace and breadcrumbs.
OpenTelemetry's names stand here one by one: next to the method stands the cookie.
Source: OpenTelemetry semantic conventions 1.37, HTTP, network and device attributes; Sentry, "Span operations"
(`http.query`, `http.fragment`, `lcp.element`)."""

_FRAME = {
    **every("filename abs_path", _URL),
    **every("function module raw_function package context_line pre_context post_context", _TEXT),
    **nobody("lineno colno in_app platform lang *_addr debug_id module_metadata.* symbol"),
}
_BREADCRUMB = {
    **below("data", _ATTRIBUTES),
    **every("data.from data.to", _URL),
    **every("message data.message data.arguments", _TEXT),
    **nobody("category level type timestamp event_id data.method data.status_code data.__span data.logger data.*_size"),
}
_SPAN = {
    **below("data", _ATTRIBUTES),
    **every("description name", _URL),
    **nobody("op *span_id trace_id *timestamp status origin exclusive_time hash is_segment links.* parent_span_id"),
}
_EVENT = {
    **every("event_id timestamp start_timestamp", RESERVED),
    "user.id": _USER, "user.username": Field("USER_ID"), "user.ip_address": _IP, "user.geo.*": _PLACE,
    **every("request.url request.query_string request.headers.Referer transaction culprit urls", _URL),
    "request.headers.User-Agent": _AGENT, "request.cookies": Field("SECRET"), "request.env.REMOTE_ADDR": _IP,
    **every("message logentry.message logentry.formatted logentry.params fingerprint", _TEXT), "name": Field("PERSON"),
    **every("comments contexts.feedback.message", _TYPED), **every("contexts.device.name contexts.device.id", _DEVICE),
    "contexts.app.device_app_hash": _DEVICE, **below("contexts.trace.data", _ATTRIBUTES),
    **below("exception.values threads.values", {
        **every("type value module", _TEXT), **below("stacktrace.frames raw_stacktrace.frames", _FRAME),
        **nobody("thread_id id crashed current name mechanism.* mechanism.data.* mechanism.meta.*"),
    }),
    **below("breadcrumbs breadcrumbs.values", _BREADCRUMB), **below("spans", _SPAN),
    **every("contexts.browser.* contexts.os.* contexts.device.* contexts.runtime.*", _AGENT),
    "contexts.culture.timezone": _PLACE, "contexts.feedback.url": _URL, "contexts.feedback.name": Field("PERSON"),
    "contexts.feedback.contact_email": Field("EMAIL_ADDRESS"),
    **nobody(
        "type platform level logger release environment dist modules.* sdk.* sdk.packages.* sdk.settings.* "
        "request.method transaction_info.* measurements.*.* debug_meta.images.* contexts.culture.* contexts.trace.* "
        "contexts.feedback.* contexts.app.* contexts.cloud_resource.* contexts.profile.* segment_names trace_ids "
        "errors exception.values.mechanism.*"
    ),
}  # fmt: skip
_SESSION = {
    **every("sid started timestamp aggregates.started", RESERVED), **every("did aggregates.did", _USER),
    **every("attrs.ip_address ip_address", _IP), **every("attrs.user_agent user_agent", _AGENT),
    **nobody("init seq status errors duration abnormal_mechanism attrs.* aggregates.*"),
}  # fmt: skip
_RECORD = {
    **every("span_id trace_id timestamp start_timestamp end_timestamp", RESERVED), **_SPAN, "body": _TEXT,
    **below("attributes links.attributes", {f"{name}.value": field for name, field in _ATTRIBUTES.items()}),
    **below("attributes links.attributes", nobody("*.type *.unit")), **nobody("links.* severity_number level"),
}  # fmt: skip

CATALOGUE: Catalogue = {
    "event": _EVENT,
    "session": _SESSION,
    "span": _RECORD,
    "report": {**every("timestamp check_in_id", RESERVED), **nobody("* discarded_events.* monitor_config.*")},
    "envelope": {
        **every("event_id sent_at dsn", RESERVED),
        "trace.user_id": Field("USER_ID"),
        "trace.transaction": _URL,
        **nobody("sdk.* sdk.packages.* sdk.settings.* trace.*"),
    },
    "item": {**every("type length item_count", RESERVED), **nobody("content_type platform")},
    "container": nobody("version ingest_settings.*"),
    "query": {**nobody("sentry_version sentry_client"), "sentry_key": RESERVED},
    "header": {**COMMON["header"], "x-sentry-auth": RESERVED},
}
