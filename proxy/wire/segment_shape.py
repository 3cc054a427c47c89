"""Segment's shape of events, which RudderStack and Jitsu took over: the catalogue of a record, and where records stand.

    {"type": "track", "event", "userId", "anonymousId", "properties", "context", "messageId", …}
    {"batch": [<such records>], "sentAt", "writeKey"}

`segment`, `rudderstack` and `jitsu` build their dialects from these pieces; what only one of them sends stands there.

Source: Segment "Spec: Common Fields", "External IDs" (`context.externalIds`), "Amplitude destination" (a session is the
time of its begin).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proxy.errors import DocumentInvalid
from proxy.model import Batch, Document, Part
from proxy.wire.dialect import Contract, Field, Form, Found, Route
from proxy.wire.parts import CAMPAIGN, RESERVED, below, every, nobody

__all__ = ["CALLS", "SCOPES", "anonymize", "catalogue", "find"]

_TEXT, _URL, _AGENT, _PLACE = Field(form=Form.TEXT), Field("URL"), Field("USER_AGENT"), Field("LOCATION_COARSE")

_NOBODY = frozenset({""})
"""What RudderStack sends for a user it does not know; hashed it would be one person."""

_NOBODYS_ADDRESS = "0.0.0.0"  # noqa: S104 - an address that is nobody's, not one to listen on
"""Stands where the vendor would put the connection's, so it must not be taken out again like an address of somebody."""

_PAGE = every("url path search referrer tab_url initial_referrer referring_domain initial_referring_domain", _URL)

_CONTEXT: dict[str, Field] = {
    "ip": Field("IP_ADDRESS", keep_values=frozenset({_NOBODYS_ADDRESS})),
    "groupId": Field("ORG_ID"),
    "externalIds.id": Field("USER_ID"),
    "userAgent": _AGENT,
    **every(
        "userAgentData.brands.brand userAgentData.brands.version userAgentData.platform userAgentData.model", _AGENT
    ),
    **below("page", _PAGE),
    **{f"campaign.{name}": Field("URL", parameter=parameter) for name, parameter in CAMPAIGN.items()},
    **every("referrer.url referrer.link", _URL),
    **every("device.id device.advertisingId device.token", Field("DEVICE_ID")),
    **every("device.manufacturer device.model device.type device.version device.brand os.name os.version", _AGENT),
    "device.name": Field("PERSON"),
    **every("timezone location.city location.country location.region", _PLACE),
    **every("location.latitude location.longitude", Field("LOCATION_PRECISE")),
    **nobody(
        "locale userAgentData.mobile library.* app.* screen.* network.* direct device.adTrackingEnabled sessionId "
        "sessionStart page.encoding page.host externalIds.type externalIds.collection externalIds.encoding"
    ),
}

_RECORD: dict[str, Field] = {
    **every("messageId timestamp originalTimestamp sentAt receivedAt type writeKey", RESERVED),
    **every("userId previousId", Field("USER_ID", Contract.IDENTITY, keep_values=_NOBODY)),
    "anonymousId": Field("DEVICE_ID", Contract.IDENTITY, keep_values=frozenset({_NOBODYS_ADDRESS})),
    "groupId": Field("ORG_ID", Contract.IDENTITY, keep_values=_NOBODY),
    **every("event name category", _TEXT),
    **nobody("channel version integrations.* integrations.*.session_id _metadata.*"),
    **below("context", _CONTEXT),
    **below("properties", _PAGE),
}
"""A record."""

SCOPES: dict[str, dict[str, tuple[str, ...]]] = {
    "event": {"event": ("properties",), "profile": ("context.traits",)},
    "profile": {"profile": ("traits", "context.traits")},
    "group": {"group": ("traits",), "profile": ("context.traits",)},
}

CALLS = ("track", "identify", "page", "screen", "group", "alias")
"""What a record may be, and the route that takes it alone."""

_KINDS = {"identify": "profile", "group": "group"}


def catalogue(extra: Mapping[str, Field]) -> dict[str, Mapping[str, Field]]:
    """Make the catalogue of records and envelope, with what a vendor adds to the context."""
    record = {**_RECORD, **below("context", extra)}
    return {
        **dict.fromkeys(("event", "profile", "group"), record),
        "envelope": {
            "batch": Field(form=Form.RECORDS),
            **every("sentAt writeKey timestamp", RESERVED),
            **nobody("integrations.*"),
            **below("context", {**_CONTEXT, **extra}),
        },
    }


def find(document: Document, route: Route, inner: str = "batch") -> Found:
    """Find the records: the list inside its envelope, or on a route that takes one alone the document itself.

    Args:
        inner: the list's name on routes called `batch` or of another kind than `event`.
    """
    if not isinstance(document, dict):
        raise DocumentInvalid("an object", "another JSON type", route.name)
    if route.name in CALLS:
        return Found([document], [_kind(document)])
    records = document.get(inner)
    if not isinstance(records, list):
        raise DocumentInvalid(f"an array `{inner}`", "none", route.name)
    return Found(records, [_kind(record) for record in records], [Part("envelope", document)])


def _kind(record: Any) -> str:
    return _KINDS.get(str(record.get("type")), "event") if isinstance(record, dict) else "event"


def anonymize(batch: Batch) -> None:
    """Give every record an address of nobody: the vendor fills a missing `context.ip` from the connection."""
    for record, kind in zip(batch.records, batch.kinds, strict=True):
        context = record.setdefault("context", {}) if kind != "metric" else None
        if isinstance(context, dict):
            context["ip"] = _NOBODYS_ADDRESS
