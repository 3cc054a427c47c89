"""`eventveil scrub`: one JSON line for each request, with the request as the vendor would get it."""

from __future__ import annotations

import sys
from argparse import Namespace
from base64 import b64encode
from typing import Any

from proxy.cli.requests import Lane, open_lane, requests
from proxy.errors import EventveilError
from proxy.model import Outcome, WireRequest
from proxy.wire.json_text import write

__all__ = ["run"]


def run(options: Namespace) -> int:
    """Scrub every request of the input. A bad one is answered like any other, and the next is read."""
    lane = open_lane(options)
    for request in requests(options):
        sys.stdout.buffer.write(write(_answer(lane, request)) + b"\n")
        sys.stdout.buffer.flush()
    return 0


def _answer(lane: Lane, request: WireRequest | EventveilError) -> dict[str, Any]:
    if isinstance(request, EventveilError):
        return _refused(request)
    try:
        scrubbed = lane.scrub(request)
    except EventveilError as error:
        return _refused(error)
    report = scrubbed.report
    return {
        "outcome": Outcome.DROPPED if scrubbed.request is None else Outcome.FORWARDED,
        "reason": "no_record_left" if scrubbed.request is None else "",
        "request": scrubbed.request and _form(scrubbed.request),
        "records": {"received": report.received, "forwarded": report.forwarded, "dropped": report.dropped},
        "findings": [finding._asdict() for finding in report.findings],
    }


def _refused(error: EventveilError) -> dict[str, Any]:
    return {
        "outcome": Outcome.REFUSED,
        "reason": error.reason,
        "detail": str(error),
        "request": None,
        "records": {"received": 0, "forwarded": 0, "dropped": 0},
        "findings": [],
    }


def _form(request: WireRequest) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": [list(pair) for pair in request.headers],
        "body_b64": b64encode(request.body).decode(),
    }
