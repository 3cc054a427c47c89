"""`eventveil explain`: before → after → why, for a person at a terminal.

This is the one place that shows values of events: those of the input, to whoever gave them, on their own terminal.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from proxy.cli.requests import Lane, open_lane, requests
from proxy.errors import EventveilError
from proxy.model import Part, Report, Scrubbed, WireRequest
from proxy.policy.selectors import dotted
from proxy.scrub import INFLATED_BYTES
from proxy.wire import json_text

__all__ = ["changes", "run", "write"]

WIDTH = 64
"""Longer values are cut: three columns fit a terminal."""

Place = tuple[str, ...]

_NO_RULE = {
    (True, True): "set by the dialect, so that the vendor adds nothing from the connection",
    (True, False): "under another name",
    (False, True): "added, so that the vendor looks nothing up",
}
"""Why something changed without a rule, by whether anything stood there before, and stands there now."""
_NOTHING_LEFT = "not sent, since no record is left"


def run(options: Namespace) -> int:
    """Explain every request of the input."""
    lane = open_lane(options)
    for request in requests(options):
        if isinstance(request, EventveilError):
            _say(f"refused ({request.reason}): {request}")
            continue
        try:
            write(lane, request, lane.scrub(request))
        except EventveilError as error:
            _say(f"{request.method} {request.path}", f"  refused ({error.reason}): {error}")
    return 0


def write(lane: Lane, request: WireRequest, scrubbed: Scrubbed) -> None:
    """Write one request's changes to standard output."""
    report = scrubbed.report
    out = [f"{request.method} {request.path}   {report.received} records, {report.forwarded} forwarded"]
    shown = set()
    for place, before, after, why in changes(lane, request, scrubbed):
        shown.add(place)
        out += [f"  {place}", f"    - {_cut(before)}", f"    + {_cut(after)}   ({why})"]
    if not _is_whole(report):
        others = [finding for finding in report.findings if finding.where not in shown]
        for found in others:
            out += [f"  {found.where}", f"    {found.count} x   ({found.rule}: {found.action})"]
    _say(*out)


def _say(*lines: str) -> None:
    """Write lines with an empty one behind them; what anybody sent neither drives the terminal nor begins a line."""
    sys.stdout.writelines(f"{''.join(map(_escaped, line))}\n" for line in (*lines, ""))


def _escaped(sign: str) -> str:
    return sign if sign.isprintable() else ascii(sign)[1:-1]


def changes(lane: Lane, request: WireRequest, scrubbed: Scrubbed) -> Iterator[tuple[str, Any, Any, str]]:
    """Give each place that changed with what stood there, what stands there now (None: nothing), and the rule."""
    rules: dict[str, list[str]] = {}
    for finding in scrubbed.report.findings:
        rules.setdefault(finding.where, []).append(f"{finding.rule}: {finding.action}")
    before = _leaves(lane, request)
    after = _leaves(lane, scrubbed.request) if scrubbed.request is not None else {}
    told = set()
    for key in _shown(before, after, scrubbed.report):
        place, value = before.get(key, (None, None))
        new_place, new = after.get(key, (None, None))
        where = place or new_place or ()
        no_rule = _NO_RULE[place is not None, new_place is not None] if scrubbed.request else _NOTHING_LEFT
        why = _why(rules, where) or no_rule
        line = (dotted(where), str(value), why)
        if new != value and line not in told and (where[0] != "header" or _why(rules, where)):
            told.add(line)
            yield dotted(where), value, new, why


Key = tuple[Any, ...]
Leaves = dict[Key, tuple[Place, Any]]
"""The part's or record's number, names and indices down to a scalar → its place as a policy speaks of it, its value."""


def _shown(before: Leaves, after: Leaves, report: Report) -> list[Key]:
    """Give the keys to compare, of records only when they can be."""
    together = _is_whole(report)
    return [key for key in dict.fromkeys([*before, *after]) if together or key[0] == AROUND]


def _is_whole(report: Report) -> bool:
    """Tell whether all records left or none did; otherwise they stand under the numbers of others."""
    return not report.forwarded or not report.dropped


def _why(rules: dict[str, list[str]], place: Place) -> str:
    """Find the rules that acted at a place, around it (a dropped subtree) or inside it (a document in a text)."""
    for depth in range(len(place), 0, -1):
        if dotted(place[:depth]) in rules:
            return ", ".join(rules[dotted(place[:depth])])
    inside = [rule for where, found in rules.items() if where.startswith(f"{dotted(place)}.") for rule in found]
    return ", ".join(dict.fromkeys(inside))


def _leaves(lane: Lane, request: WireRequest) -> Leaves:
    """Open a request and list its scalars; an array of scalars counts as one."""
    batch = lane.dialect.decode(request, lane.dialect.route(request.method, request.path), INFLATED_BYTES)
    around = [*batch.around, Part("header", {name.lower(): value for name, value in request.headers})]
    leaves: Leaves = {}
    for number, (kind, record) in enumerate(zip(batch.kinds, batch.records, strict=True)):
        leaves |= {(RECORD, number, *key): leaf for key, leaf in _walk(record, (kind,), ())}
    for number, part in enumerate(around):
        node = {name: inner for name, inner in part.node.items() if inner is not batch.records}
        leaves |= {(AROUND, number, *key): leaf for key, leaf in _walk(node, (part.kind,), ())}
    return leaves


RECORD, AROUND = 0, 1


def _walk(value: Any, place: Place, key: Key) -> Iterator[tuple[Key, tuple[Place, Any]]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, (*place, name), (*key, name))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, item in enumerate(value):
            yield from _walk(item, place, (*key, index))
    else:
        yield key, (place, value)


def _cut(value: Any) -> str:
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json_text.write(value).decode()
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
