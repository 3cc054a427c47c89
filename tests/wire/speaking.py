"""What the dialects' tests share: a request in one line, and its way through the heart."""

from __future__ import annotations

from proxy.model import Batch, Headers, WireRequest
from proxy.scrub import INFLATED_BYTES, scrub_request
from proxy.wire.registry import DIALECTS
from tests.captures.reading import program

__all__ = ["opened", "request", "sent"]


def request(target: str, body: bytes = b"", method: str = "POST", headers: Headers = (), peer: str = "") -> WireRequest:
    """Make a request from a path with its query."""
    path, _, query = target.partition("?")
    return WireRequest(method, path, query, headers, body, peer)


def opened(dialect: str, wire: WireRequest) -> Batch:
    """Open a request as the heart does."""
    vendor = DIALECTS[dialect]
    return vendor.decode(wire, vendor.route(wire.method, wire.path), INFLATED_BYTES)


def sent(dialect: str, wire: WireRequest, policy: str = "balanced") -> WireRequest:
    """Send a request through a shipped policy."""
    result = scrub_request(wire, DIALECTS[dialect], program(dialect, policy)).request
    assert result is not None
    return result
