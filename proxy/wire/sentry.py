"""Sentry: envelopes of the SDKs, sent to Sentry's own route or through a tunnel, and single events of older ones.

    POST /api/4501/envelope   a header, then items: event, transaction, feedback, session, span and log containers
    POST /tunnel              the same; the header's `dsn` names the project, and the request is sent to its route

Items of a replay, attachments (screenshots) and profiles are left out; the rest of their envelope is sent.

Source: captures of @sentry/browser 11.12.0; Sentry "Envelopes", "Tunnel", getsentry/sentry-javascript pull 17364
(`infer_ip`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from proxy.errors import DocumentInvalid
from proxy.model import Batch, Part, WireRequest
from proxy.wire.dialect import Access, Ack, Dialect, Route
from proxy.wire.envelope import Envelope, Item, open_envelope
from proxy.wire.headers import header
from proxy.wire.params import Params
from proxy.wire.sentry_items import CATALOGUE

__all__ = ["SENTRY"]

_KINDS = {
    **dict.fromkeys(("event", "transaction", "feedback", "user_report"), "event"),
    **dict.fromkeys(("session", "sessions"), "session"),
    **dict.fromkeys(("span", "log", "trace_metric"), "span"),
    **dict.fromkeys(("client_report", "check_in"), "report"),
}
"""The items that are sent, with the kind of their records. Any other type is left out."""

_GET, _EITHER = frozenset({"GET"}), frozenset({"GET", "POST"})
_CLOSED = "security csp-report minidump unreal attachments otlp playstation nel".split()
_ROUTES = (
    Route("envelope", "/api/{project}/envelope"),
    *(Route("tunnel", path) for path in ("/", "/tunnel")),
    Route("store", "/api/{project}/store"),
    *(Route("closed", f"/api/{{project}}/{path}", _EITHER, Access.REFUSE) for path in _CLOSED),
    Route("dialog", "/api/embed/error-page", _EITHER, Access.REFUSE),
    Route("library", "/{version}/{bundle}.min.js", _GET, Access.PASS),
)


def _decode(dialect: Dialect, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
    """Open an envelope down to its events, sessions, spans and logs; or the one event of an older SDK."""
    if route.name == "store":
        return dialect.opened(request, route, limit_bytes)
    envelope = open_envelope(request.body, header(request.headers, "content-encoding"), _KINDS, limit_bytes)
    query = Params.parse(request.query)
    path = request.path if route.name == "envelope" else _own_path(envelope.header, query)
    parts = [Part("envelope", envelope.header), *(Part("item", item.header) for item in envelope.items)]
    found: list[tuple[Any, str]] = []
    containers: list[tuple[Item, list[Any]]] = []
    for item in envelope.items:
        inner = item.document.pop("items", None)
        if isinstance(inner, list):
            containers.append((item, inner))
            parts.append(Part("container", item.document))
        elif inner is not None:
            raise DocumentInvalid("an array `items`", "another JSON type", route.name)
        found += [(record, _KINDS[item.header["type"]]) for record in ([item.document] if inner is None else inner)]
    records = [record for record, _ in found]
    if not all(isinstance(record, dict) for record in records):
        raise DocumentInvalid("records that are objects", "another JSON type", route.name)

    def seal() -> WireRequest:
        _put_back(envelope, containers, {id(record) for record in records})
        return WireRequest(request.method, path, query.render(), request.headers, envelope.seal())

    return Batch(records, [kind for _, kind in found], [*parts, Part("query", query.values)], seal)


def _put_back(envelope: Envelope, containers: list[tuple[Item, list[Any]]], kept: set[int]) -> None:
    """Put the records that are left into their containers, and leave out items that hold none."""
    for item, inner in containers:
        item.document["items"] = left = [record for record in inner if id(record) in kept]
        item.header["item_count"] = len(left)
    envelope.items[:] = [item for item in envelope.items if id(item.document) in kept or item.document.get("items")]


def _own_path(envelope: dict[str, Any], query: Params) -> str:
    """Read the vendor's route out of the DSN, as a tunnel must. Source: Sentry, "Tunnel"."""
    try:
        dsn = urlsplit(str(envelope.get("dsn")))
        key, project = dsn.username or "", dsn.path.rpartition("/")[2]
    except ValueError:
        key = project = ""
    if not (key.isalnum() and project.isdecimal() and (key + project).isascii()):
        raise DocumentInvalid("a DSN with a key and a project", "none", "envelope")
    query.values.update(sentry_version="7", sentry_key=key)
    return f"/api/{project}/envelope/"


_AUTO = "{{auto}}"
_ADDRESSES = ("user.ip_address", "client.address")


def _anonymize(batch: Batch) -> None:
    """Take back what asks Sentry to take the address of the connection, and forbid it to do so by itself."""
    for record, kind in zip(batch.records, batch.kinds, strict=True):
        for holder in (record.get("user"), record.get("attrs"), record):
            if isinstance(holder, dict) and holder.get("ip_address") == _AUTO:
                del holder["ip_address"]
        attributes = record.get("attributes")
        if isinstance(attributes, dict):
            for name in [name for name in _ADDRESSES if _AUTO in str(attributes.get(name))]:
                del attributes[name]
        if kind == "event":
            _never(record, "sdk", "settings")
    for part in batch.around:
        if part.kind == "container":
            _never(part.node, "ingest_settings")


def _never(node: dict[str, Any], *steps: str) -> None:
    for step in steps:
        inner = node.get(step)
        node[step] = node = inner if isinstance(inner, dict) else {}
    node["infer_ip"] = "never"


def _ack(_route: Route, _request: WireRequest) -> Ack:
    return Ack(body=b'{"id":"00000000000000000000000000000000"}')


SENTRY = Dialect(
    name="sentry",
    routes=_ROUTES,
    catalogue=CATALOGUE,
    scopes={
        "event": {"event": ("extra", "tags", "contexts"), "profile": ("user",)},
        "span": {"event": ("attributes",)},
    },
    headers=frozenset({"x-sentry-auth"}),
    ack=_ack,
    anonymize=_anonymize,
    decoder=_decode,
)
