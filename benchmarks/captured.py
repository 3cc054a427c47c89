"""Requests made of captured ones: what mixpanel-browser really sent, one event each or fifty together.

The figure table of the README speaks of these. `core` and `gate` measure them. The captures are the tests' own; nothing
is fetched.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

import orjson

from benchmarks.template import AGENT
from proxy.errors import EventveilError
from proxy.model import WireRequest
from proxy.scrub import INFLATED_BYTES
from proxy.wire.registry import DIALECTS
from tests.captures.reading import lines

__all__ = ["batch", "browser_events", "singles"]

_HEADERS = (("Content-Type", "application/x-www-form-urlencoded"), ("User-Agent", AGENT), ("Accept", "*/*"))


def browser_events() -> list[dict[str, Any]]:
    """Give every event (no profile updates) that the captured mixpanel-browser sent to `/track`, in their order."""
    mixpanel = DIALECTS["mixpanel"]
    events = []
    for line in lines("mixpanel"):
        if line.sdk != "mixpanel-browser" or line.request.path.rstrip("/") != "/track":
            continue
        try:
            route = mixpanel.route(line.request.method, line.request.path)
            events += mixpanel.decode(line.request, route, INFLATED_BYTES).records
        except EventveilError:  # a capture of something that is refused is not what is measured
            continue
    return events


def batch(size: int = 50, start: int = 0) -> tuple[WireRequest, list[dict[str, Any]]]:
    """Make one request of `size` captured events in a row, starting anywhere.

    Returns:
        The request as the browser SDK frames it, and the events in it.
    """
    events = browser_events()
    chosen = list(islice(cycle(events), start % len(events), start % len(events) + size))
    return _framed(chosen), chosen


def singles(count: int = 32) -> list[tuple[WireRequest, list[dict[str, Any]]]]:
    """Make requests of one captured event each, spread over all of them."""
    events = browser_events()
    step = max(1, len(events) // count)
    return [(_framed([event]), [event]) for event in events[::step][:count]]


def _framed(events: Sequence[dict[str, Any]]) -> WireRequest:
    document = quote(b64encode(orjson.dumps(events)), safe="")
    return WireRequest("POST", "/track/", "verbose=1&ip=1&_=1795285912749", _HEADERS, b"data=" + document.encode())
