"""What a vendor's SDKs speak, as tables: routes, catalogue, framing hints, acknowledgement.

A vendor file builds one `Dialect` from these tables plus, where its documents need it, one small function that finds
the records. `scrub` calls `route`, `decode` and the batch's `seal`; `server.reply` calls `ack`; `policy.compile` reads
the catalogue. A dialect does no input or output and knows no policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from proxy.errors import DocumentInvalid, FramingInvalid, MethodNotAllowed, RouteRefused, RouteUnknown
from proxy.model import Batch, Document, Part, WireRequest
from proxy.wire.framing import open_document
from proxy.wire.headers import header
from proxy.wire.params import Params

__all__ = [
    "COMMON",
    "Access",
    "Ack",
    "Catalogue",
    "Contract",
    "Dialect",
    "Field",
    "Form",
    "Found",
    "Rewrite",
    "Route",
    "one_or_many",
    "plain_ack",
]


class Access(StrEnum):
    """What becomes of a request on a route."""

    EVENTS = "events"
    """Its records are scrubbed and delivered."""
    ASK = "ask"
    """A question about a person (feature flags): its document is scrubbed as one part of `Route.kind` and passed. It
    holds no records; without a body it is passed like PASS."""
    PASS = "pass"
    """Not events, but the SDK needs it: passed without a body, query and headers scrubbed."""
    REFUSE = "refuse"
    """Known and closed; the SDK gets `ack`, the vendor nothing."""


class Contract(StrEnum):
    """What the vendor demands of a field; a policy that breaks it does not compile."""

    FREE = "free"
    IDENTITY = "identity"
    """May be hashed or encrypted, never left out: the vendor would invent one from the IP address."""
    RESERVED = "reserved"
    """Not to be touched: the vendor needs it as it is to accept the event (token, insert id, time)."""


class Form(StrEnum):
    """What a field's string holds inside."""

    PLAIN = "plain"
    JSON = "json"
    BASE64_JSON = "base64_json"
    TEXT = "text"
    """Free text that the vendor needs (an event's name): scanned, whatever the policy does with unknown fields."""
    WORDS = "words"
    """Words that the vendor can do without (a page's title): like a field that nobody has classified, whatever its name
    sounds like (`page`)."""
    RECORDS = "records"
    """The records themselves, inside an envelope: walked one by one, not as a part of it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A named place in a vendor's document.

    Args:
        entity: the kind of data that lives there; None says that it is nobody's and is kept unread.
        contract: what the vendor demands of it.
        form: what its string holds; a document inside is scrubbed as a part of this one.
        prefixes: what may stand before an identity and stays there, with the entity of what follows
            (`{"$device:": "DEVICE_ID"}`).
        keep_values: values that identify nobody and mean something to the vendor (`anon`, `null`).
        parameter: the URL parameter whose value an SDK copied into this field (`utm_term`); it stays when the policy
            keeps that parameter in URLs.
        counted: an address by which the vendor tells visitors apart: whatever the policy does with addresses, short of
            keeping them, here it puts a pseudonymous one.
    """

    entity: str | None = None
    contract: Contract = Contract.FREE
    form: Form = Form.PLAIN
    prefixes: Mapping[str, str] = field(default_factory=dict)
    keep_values: frozenset[str] = frozenset()
    parameter: str = ""
    counted: bool = False


Catalogue = Mapping[str, Mapping[str, Field]]
"""Record kind → dotted path (`properties.$email`; `*` any one name, `$feature/*` one that begins so; `\\.` a dot within
a name) → field."""

COMMON: Catalogue = {
    "header": {
        "user-agent": Field("USER_AGENT"),
        "x-forwarded-for": Field("IP_ADDRESS", counted=True),
        "authorization": Field(contract=Contract.RESERVED),
        "accept": Field(form=Form.TEXT),
        "content-type": Field(form=Form.TEXT),
        "content-encoding": Field(form=Form.TEXT),
    },
    "path": {"path": Field(form=Form.TEXT)},
    "query": {},
}
"""What every request has around its document. A header travels only when it is allow-listed; its value is scanned."""

Scopes = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Record kind → a policy's word (`event`, `profile`, `group`) → where it lives (`properties`, `context.traits`; `*` is
any one name)."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path that the vendor's SDKs ask for.

    Args:
        name: unique within the dialect; stands in metrics and logs in place of the path.
        path: below the lane's prefix. `{x}` stands for a segment or a part of one, a last `{x...}` for all that follow;
            a trailing slash makes no difference.
        methods: what the SDKs use; OPTIONS is answered by the server for every route.
        kind: catalogue part of its records, or of what it asks.
        auth: the SDK authenticates itself to the vendor here: its Authorization header travels.
    """

    name: str
    path: str
    methods: frozenset[str] = frozenset({"POST"})
    access: Access = Access.EVENTS
    kind: str = "event"
    auth: bool = False


@dataclass(frozen=True, slots=True)
class Ack:
    """An answer that eventveil gives in the vendor's place."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"


def plain_ack(_route: Route, _request: WireRequest) -> Ack:
    """Answer 200 with an empty JSON object, which most SDKs take for success."""
    return Ack()


Rewrite = Callable[[bytes], bytes | None]
"""From a vendor's answer to the same without some of its switches; None when it cannot be read."""


@dataclass(slots=True)
class Found:
    """The live list of records in a document, a kind for each, and the parts around them.

    Args:
        close: called before the document is written; puts back what `find` took apart (a format within a string).
    """

    records: list[dict[str, Any]]
    kinds: list[str]
    around: list[Part] = field(default_factory=list)
    close: Callable[[], None] | None = None


def one_or_many(document: Document, route: Route) -> Found:
    """Take a document that is a record, or a list of records, all of the route's kind."""
    records = document if isinstance(document, list) else [document]
    return Found(records, [route.kind] * len(records))


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vendor, as tables.

    Args:
        name: the vendor's, lower case; stands in YAML, labels and key derivation.
        routes: every path that is answered; all others are refused.
        catalogue, scopes: what lives where.
        find: finds the records in an opened document.
        form_fields: names of form or query fields that may hold the document.
        headers: request headers, lower case, that travel to the vendor beyond the common ones.
        ack: the answer that keeps this vendor's SDKs from retrying.
        answers: by the name of a route, what takes the switches out of the vendor's answer that would turn on what is
            never forwarded (session replay); see `wire.answers`.
        anonymize: turns off what the vendor would add from the connection (geolocation by IP); called unless the
            policy keeps IP_ADDRESS.
        decoder: takes the place of `opened` for vendors whose event is no JSON document (GA4, Matomo); called with
            the dialect, the request, its route, and how large the document may become; it may call `opened` for the
            routes that are JSON after all.
        shapes: forms in which the vendor takes ids (`hex16`, `numbers`, `uuid` of `proxy.keys.shapes`): an id that has
            the form keeps it when it is hashed.
        counts_by_address: the vendor counts visitors by address and browser; it gets a pseudonymous address in
            X-Forwarded-For, or everybody behind the proxy would be one visitor.
        place: writes a country and region (ISO codes, either may be empty) that eventveil looked up itself to where the
            vendor reads them; see `wire.places`.
    """

    name: str
    routes: tuple[Route, ...]
    catalogue: Catalogue
    scopes: Scopes = field(default_factory=dict)
    find: Callable[[Document, Route], Found] = one_or_many
    form_fields: tuple[str, ...] = ()
    headers: frozenset[str] = frozenset()
    ack: Callable[[Route, WireRequest], Ack] = plain_ack
    answers: Mapping[str, Rewrite] = field(default_factory=dict)
    anonymize: Callable[[Batch], None] | None = None
    decoder: Callable[[Dialect, WireRequest, Route, int], Batch] | None = None
    shapes: tuple[str, ...] = ()
    counts_by_address: bool = False
    place: Callable[[Batch, str, str], None] | None = None
    _exact: dict[str, Route] = field(init=False, default_factory=dict, repr=False)
    _templates: list[tuple[tuple[str, ...], Route]] = field(init=False, default_factory=list, repr=False)

    def __post_init__(self) -> None:
        for route in self.routes:
            path = route.path.rstrip("/")
            if "{" in path:
                self._templates.append((tuple(path.split("/")), route))
            else:
                self._exact[path] = route

    def route(self, method: str, path: str) -> Route:
        """Find the route of a request.

        Raises:
            RouteUnknown: 404, no such path.
            MethodNotAllowed: 405, the path exists under another method.
        """
        route = self._exact.get(path.rstrip("/")) or self._by_template(path)
        if route is None:
            raise RouteUnknown(expected=f"a route of {self.name}", got="a path it does not have", where="path")
        if method not in route.methods:
            raise MethodNotAllowed(expected=" or ".join(sorted(route.methods)), got="another method", where=route.name)
        return route

    def _by_template(self, path: str) -> Route | None:
        segments = tuple(path.rstrip("/").split("/"))
        return next((route for template, route in self._templates if _matches(template, segments)), None)

    def decode(self, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
        """Open a request down to its records.

        Args:
            limit_bytes: how large the document may become when it is inflated.

        Raises:
            RouteRefused: 403, the route is closed.
            WireError: 4xx, the body does not open or holds no records of this vendor.
        """
        if route.access is Access.REFUSE:
            raise RouteRefused(expected="an open route", got="one that is closed", where=route.name)
        if route.access is Access.PASS:
            return _passing(request, route)
        if self.decoder is not None:
            return self.decoder(self, request, route, limit_bytes)
        return self.opened(request, route, limit_bytes)

    def opened(self, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
        """Open a request whose events are a JSON document, in the body or in a field of the query.

        Raises:
            WireError: 4xx, the body does not open or holds no records of this vendor.
        """
        query = Params.parse(request.query)
        carrier = next((name for name in self.form_fields if name in query.values), None)
        if carrier and request.body:
            raise FramingInvalid("one document", "one in the query and one in the body", route.name)
        if route.access is Access.ASK and not carrier and not request.body:
            return _passing(request, route)
        source = str(query.values.pop(carrier)).encode("utf-8", "surrogateescape") if carrier else request.body
        fields = () if carrier else self.form_fields
        opened = open_document(source, header(request.headers, "content-encoding"), fields, limit_bytes)
        found = _asked(opened.document, route) if route.access is Access.ASK else self.find(opened.document, route)
        if not all(type(record) is dict for record in found.records):
            raise DocumentInvalid(expected="records that are objects", got="another JSON type", where=route.name)
        around = [*found.around, Part("query", query.values)]
        if opened.form is not None:
            around.append(Part("query", opened.form.values))
        target = _target(request, route)
        if target:
            around.append(Part("path", target))

        def seal() -> WireRequest:
            if found.close is not None:
                found.close()
            sealed = opened.seal()
            path = target.get("path", request.path)
            if carrier:
                query.values[carrier] = sealed.decode("utf-8", "surrogateescape")
                return WireRequest(request.method, path, query.render(), request.headers, b"")
            return WireRequest(request.method, path, query.render(), request.headers, sealed)

        return Batch(found.records, found.kinds, around, seal)


def _asked(document: Document, route: Route) -> Found:
    if not isinstance(document, dict):
        raise DocumentInvalid(expected="an object", got="an array", where=route.name)
    return Found([], [], [Part(route.kind, document)])


def _passing(request: WireRequest, route: Route) -> Batch:
    """Take a request without records."""
    query = Params.parse(request.query)
    target = _target(request, route)

    def seal() -> WireRequest:
        return WireRequest(request.method, target.get("path", request.path), query.render(), request.headers, b"")

    return Batch([], [], [Part("query", query.values), Part("path", target)], seal)


def _target(request: WireRequest, route: Route) -> dict[str, str]:
    """Give the path as a part, where clients fill places of a template: it is scanned like a text."""
    return {"path": request.path} if "{" in route.path else {}


def _matches(template: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    for position, part in enumerate(template):
        if part.endswith("...}"):
            return len(segments) > position
        if position >= len(segments) or not _fits(part, segments[position]):
            return False
    return len(template) == len(segments)


def _fits(part: str, segment: str) -> bool:
    before, brace, rest = part.partition("{")
    if not brace:
        return part == segment
    after = rest.partition("}")[2]
    return len(segment) > len(before) + len(after) and segment.startswith(before) and segment.endswith(after)
