"""One request from the socket to the answer: the same few lines for every lane.

    intake.read_body → workers.run → lane.delivery.deliver → telemetry.count → reply

`http1` calls a `Handler` for each request; `app` makes it and swaps its lanes on reload. Every path, the unexpected
ones too, ends in exactly one `telemetry.count` (of preflights only those that are refused: the others have a counter of
their own), and no error lets a request through.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass, field
from itertools import count
from time import monotonic_ns
from typing import NamedTuple

from proxy.delivery import Answer, Receipt
from proxy.errors import DeliveryError, EventveilError, MethodNotAllowed, Overloaded, RouteRefused, RouteUnknown
from proxy.model import Outcome, Scrubbed, WireRequest
from proxy.server import reply
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response
from proxy.server.intake import IntakeLimits, Target, read_body, target, wire_headers
from proxy.server.lanes import Lane, Lanes
from proxy.server.visitor import Visitors
from proxy.server.workers import Workers
from proxy.telemetry import NO_LANE, AccessLog, Telemetry, Visit, say, trace
from proxy.wire.dialect import Dialect

__all__ = ["Handler"]

OPTIONS = "OPTIONS"
REQUEST_ID = "X-Request-Id"
BAD_REQUEST = 400


class _Place(NamedTuple):
    """Where a request goes: its lane, and its target below the lane's prefix, raw."""

    lane: Lane
    path: str
    query: str


@dataclass(slots=True)
class Handler:
    """Serves SDKs.

    Args:
        lanes: replaced as a whole on reload; a request under way keeps the one it found.
        closing: answers then ask the client to close its connection.
        under_way: requests that have no answer yet.
        visitors: replaced as a whole on reload.
    """

    lanes: Lanes
    workers: Workers
    limits: IntakeLimits
    telemetry: Telemetry
    access: AccessLog
    closing: bool = False
    under_way: int = 0
    visitors: Visitors = field(default_factory=Visitors)
    _drained: asyncio.Event = field(default_factory=asyncio.Event)
    _ids: count[int] = field(default_factory=count)
    _process: str = field(default_factory=lambda: secrets.token_hex(4))

    async def __call__(self, request: Request) -> Response:
        """Answer one request, whatever it is."""
        no_lane = self.telemetry.lane(NO_LANE, NO_LANE)
        visit = Visit(f"{self._process}{next(self._ids):08x}", no_lane, monotonic_ns(), reason="aborted")
        self.under_way += 1
        try:
            response = await self._respond(request, visit)
            visit.status = response.status
        finally:
            self.under_way -= 1
            if self.closing and not self.under_way:
                self._drained.set()
            if request.method != OPTIONS or visit.status >= BAD_REQUEST:
                now_ns = monotonic_ns()
                self.telemetry.count(visit, now_ns)
                self.access.request(visit, now_ns)
        response.headers.append((REQUEST_ID, visit.id))
        response.close = self.closing
        return response

    async def drain(self, timeout_s: float) -> None:
        """Ask clients to close, and wait until no request is under way, at most `timeout_s`."""
        self.closing = True
        if self.under_way:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._drained.wait(), timeout_s)

    async def _respond(self, request: Request, visit: Visit) -> Response:
        origins = None
        try:
            place = self._find(target(request))
            visit.meter, origins = place.lane.meter, place.lane.origins
            if request.method == OPTIONS:
                self.telemetry.add(visit.meter.preflights, 1)
                response = reply.preflight(request)
            else:
                response = await self._through(request, place, visit)
        except EventveilError as error:
            visit.outcome, visit.reason = Outcome.REFUSED, error.reason
            response = reply.refused(error, self._allowed(error, request))
        except Exception as error:  # noqa: BLE001  # the last door: what gets here is told and answered
            # Nothing is forwarded that eventveil does not understand, its own mistakes included.
            say("unexpected", logging.ERROR, lane=visit.meter.lane, request_id=visit.id, trace=trace(error))
            visit.outcome, visit.reason = Outcome.REFUSED, EventveilError.reason
            response = reply.refused(EventveilError("to know what to do"))
        return reply.with_cors(response, request.header("origin"), origins)

    async def _through(self, request: Request, place: _Place, visit: Visit) -> Response:
        lane, path, query = place
        self.telemetry.add(visit.meter.in_flight, 1)
        try:
            route = lane.dialect.route(request.method, path)
            visit.route = route.name
            headers = wire_headers(request, self.limits.header_bytes)
            body = await read_body(request, self.limits)
            visit.read_ns, visit.bytes_in = monotonic_ns(), len(body)
            visitor = self.visitors.of(request, located=lane.dialect.place is not None)
            wire = WireRequest(request.method, path, query, headers, body, *visitor)
            answer = await self._scrub_and_deliver(lane, wire, visit)
            response = reply.answered(answer, lane.dialect.answers.get(route.name)) if answer else None
            return reply.acknowledged(lane.dialect.ack(route, wire)) if response is None else response
        finally:
            self.telemetry.add(visit.meter.in_flight, -1)

    async def _scrub_and_deliver(self, lane: Lane, wire: WireRequest, visit: Visit) -> Answer | None:
        """Run the heart and the delivery; None when eventveil answers in the vendor's place."""
        try:
            scrubbed = await self.workers.run(lane, wire)
        except RouteRefused as error:
            # The SDK would retry or complain; it is told that all is well, and the vendor nothing.
            visit.outcome, visit.reason = Outcome.REFUSED, error.reason
            return None
        visit.report = scrubbed.report
        if scrubbed.request is None:
            visit.outcome, visit.reason = Outcome.DROPPED, ""
            return None
        visit.bytes_out = len(scrubbed.request.body)
        receipt = await _delivered(lane, scrubbed, visit)
        visit.outcome, visit.reason = receipt.outcome, ""
        return receipt.answer

    def _find(self, asked: Target) -> _Place:
        found = self.lanes.find(asked.path)
        if found is None:
            raise RouteUnknown(expected="a path of one of the lanes", got="another one", where="path")
        return _Place(found[0], found[1], asked.query)

    def _allowed(self, error: EventveilError, request: Request) -> str:
        """Give the Allow header that 405 must have. Source: RFC 9110 section 15.5.6."""
        if not isinstance(error, MethodNotAllowed):
            return ""
        place = self._find(target(request))
        return ", ".join(sorted(_methods(place.lane.dialect, place.path)))


async def _delivered(lane: Lane, scrubbed: Scrubbed, visit: Visit) -> Receipt:
    """Deliver, and keep the vendor's time and status apart from ours."""
    sent_ns = monotonic_ns()
    try:
        receipt = await lane.elsewhere.get(visit.route, lane.delivery).deliver(scrubbed)
    except DeliveryError as error:
        visit.upstream_status = None if isinstance(error, Overloaded) else 0
        raise
    else:
        visit.upstream_status = receipt.answer.status if receipt.answer else None
        return receipt
    finally:
        if visit.upstream_status is not None:
            visit.upstream_ns = monotonic_ns() - sent_ns


def _methods(dialect: Dialect, path: str) -> set[str]:
    allowed = set()
    for method in {method for route in dialect.routes for method in route.methods}:
        try:
            dialect.route(method, path)
        except EventveilError:
            continue
        allowed.add(method)
    return allowed
