"""`eventveil explain`: before → after → why, for a person at a terminal.

This is the one place that shows values of events: those of the input, to whoever gave them, on their own terminal.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import orjson

from proxy.cli.requests import Lane, open_lane, requests
from proxy.errors import EventveilError
from proxy.model import Finding, Scrubbed, WireRequest
from proxy.scrub import INFLATED_BYTES

__all__ = ["changes", "run", "write"]

WIDTH = 64
"""Longer values are cut: three columns fit a terminal."""

Place = tuple[str, ...]

_NO_RULE = "set by the dialect, so that the vendor adds nothing from the connection"


def run(options: Namespace) -> int:
    """Explain every request of the input."""
    lane = open_lane(options)
    for request in requests(options):
        if isinstance(request, EventveilError):
            sys.stdout.write(f"refused ({request.reason}): {request}\n\n")
            continue
        try:
            write(lane, request, lane.scrub(request))
        except EventveilError as error:
            sys.stdout.write(f"{request.method} {request.path}\n  refused ({error.reason}): {error}\n\n")
    return 0


def write(lane: Lane, request: WireRequest, scrubbed: Scrubbed) -> None:
    """Write one request's changes to standard output."""
    report = scrubbed.report
    out = [f"{request.method} {request.path}   {report.received} records, {report.forwarded} forwarded"]
    for place, before, after, why in changes(lane, request, scrubbed):
        out += [f"  {place}", f"    - {_cut(before)}", f"    + {_cut(after)}   ({why})"]
    sys.stdout.write("\n".join(out) + "\n\n")


def changes(lane: Lane, request: WireRequest, scrubbed: Scrubbed) -> Iterator[tuple[str, Any, Any, str]]:
    """Give each place that changed with what stood there, what stands there now (None: nothing), and the rule."""
    rules: dict[str, list[str]] = {}
    for finding in scrubbed.report.findings:
        rules.setdefault(finding.where, []).append(_rule(finding))
    before = _leaves(lane, request)
    after = _leaves(lane, scrubbed.request) if scrubbed.request is not None else {}
    told = set()
    for (record, place), value in before.items():
        new = after.get((record, place))
        where = ".".join(place)
        if new != value and (where, str(value)) not in told:
            told.add((where, str(value)))
            yield where, value, new, ", ".join(rules.get(where, [])) or _NO_RULE
    for (record, place), value in after.items():
        if (record, place) not in before and (".".join(place), "") not in told:
            told.add((".".join(place), ""))
            yield ".".join(place), None, value, _NO_RULE


def _rule(finding: Finding) -> str:
    return f"{finding.rule}: {finding.action}"


def _leaves(lane: Lane, request: WireRequest) -> dict[tuple[int, Place], Any]:
    """Open a request and list its scalars by record and place; array items are numbered."""
    batch = lane.dialect.decode(request, lane.dialect.route(request.method, request.path), INFLATED_BYTES)
    leaves: dict[tuple[int, Place], Any] = {}
    parts = [*zip(batch.kinds, batch.records, strict=True), *((part.kind, part.node) for part in batch.around)]
    for number, (kind, node) in enumerate(parts):
        records = [] if kind != "envelope" else [name for name, inner in node.items() if inner is batch.records]
        for place, value in _walk({name: inner for name, inner in node.items() if name not in records}, (kind,)):
            leaves[number, place] = value
    return leaves


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, (*place, name))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for item in value:
            yield from _walk(item, place)
    else:
        yield place, value


def _cut(value: Any) -> str:
    if value is None:
        return "-"
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
