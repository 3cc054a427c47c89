"""The heart: one request in, the same request without its people out.

`scrub_request` is pure. The server, `eventveil scrub`, the golden tests and the benchmarks all call this one function;
what happens around it (sockets, clocks, counters) happens elsewhere.
"""

from __future__ import annotations

from proxy.errors import FramingInvalid
from proxy.model import Part, Scrubbed, WireRequest
from proxy.policy.program import Program
from proxy.wire.dialect import Access, Dialect
from proxy.wire.headers import forwardable

__all__ = ["INFLATED_BYTES", "PLACE_BYTES", "scrub_request"]

INFLATED_BYTES = 20 << 20
"""Twice what the largest vendor limit allows (Mixpanel: 10 MB an import request; source: Import Events)."""

PLACE_BYTES = 100
"""A place that is looked at closely costs up to 240 µs: 0.16 s for what runs on the event loop, 50 s for the largest
request. 50 captured events in 87 KB, full of people, have 126."""

_AUTHORIZATION = frozenset({"authorization"})

_VISITOR = "x-forwarded-for"


def scrub_request(
    request: WireRequest, dialect: Dialect, program: Program, limit_bytes: int = INFLATED_BYTES
) -> Scrubbed:
    """Take the people out of a request.

    Args:
        request: as the client sent it; `path` below the lane's prefix.
        dialect: the vendor whose SDK sent it.
        program: compiled for this dialect.
        limit_bytes: how large the document may become when it is inflated; for each `PLACE_BYTES` of the limit one
            place in its texts may be looked at closely.

    Returns:
        The request to deliver, or None in its place when no record is left; and the report.

    Raises:
        WireError: 4xx, the request is none of this vendor's, or does not open.
        RecordRefused: 422, something could not be scrubbed and the policy says `on_error: refuse`.
    """
    route = dialect.route(request.method, request.path)
    batch = dialect.decode(request, route, limit_bytes)
    allowed = dialect.headers | _AUTHORIZATION if route.auth else dialect.headers
    travelling = forwardable(request.headers, allowed)
    headers = {name.lower(): value for name, value in travelling}
    if len(headers) != len(travelling):
        raise FramingInvalid("each header field once", "one that is repeated", "headers")
    if dialect.counts_by_address and request.peer:
        headers[_VISITOR] = request.peer
    batch.around.append(Part("header", headers))
    if dialect.place is not None and (request.country or request.region):
        dialect.place(batch, request.country, request.region)
    if program.anonymizes and dialect.anonymize is not None:
        dialect.anonymize(batch)
    report = program.run(batch, limit_bytes // PLACE_BYTES)
    if headers.get(_VISITOR) == request.peer:
        # Addresses are kept, or only counted: the vendor sees the proxy's, as behind any proxy, and not the client's.
        headers.pop(_VISITOR, None)
    if route.access is Access.EVENTS and not batch.records:
        return Scrubbed(None, report)
    sealed = batch.seal()
    return Scrubbed(WireRequest(sealed.method, sealed.path, sealed.query, tuple(headers.items()), sealed.body), report)
