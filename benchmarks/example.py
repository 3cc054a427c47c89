"""`python -m benchmarks.example`: write the example of the README, one captured batch before and after.

The batch is mixpanel-browser's own, of an invented person who signs up; the policy is `balanced`, the key is fixed, the
changes are those that `eventveil explain` shows, a telling dozen of them. `tests/test_readme.py` holds the README
to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proxy.cli.explaining import changes
from proxy.cli.requests import Lane
from proxy.wire.registry import DIALECTS
from tests.captures.reading import Line, decoded, lines, program

__all__ = ["README", "SLOT", "example", "filled"]

README = Path(__file__).resolve().parent.parent / "README.md"
SLOT = re.compile(r"(<!-- example[^>]*-->\n)(.*?)(<!-- /example -->)", re.DOTALL)

TELLING = (
    ("event.properties.$current_url", "http"),
    ("event.properties.utm_term", ""),
    ("event.properties.$device_id", ""),
    ("event.properties.distinct_id", "user-"),
    ("event.properties.$user_id", "user-"),
    ("event.properties.email", ""),
    ("event.properties.user.email", ""),
    ("event.properties.user.name", ""),
    ("event.properties.user.phone", ""),
    ("event.properties.user.address.line1", ""),
    ("event.properties.org.id", ""),
    ("query.ip", ""),
    ("header.user-agent", ""),
)
"""Places that are shown, each once: the first whose value begins so."""

BEFORE, AFTER = 40, 42
"""Widths of the columns; with the place a line is as wide as the page."""


def example() -> str:
    """Give the lines of the example, changes of one request."""
    line, dialect = _line(), DIALECTS["mixpanel"]
    lane = Lane(dialect, program("mixpanel", "balanced"))
    scrubbed = lane.scrub(line.request)
    made = list(changes(lane, line.request, scrubbed))
    report = scrubbed.report
    head = f"{line.request.method} {line.request.path}   {report.received} records, {report.forwarded} forwarded"
    rows = [
        f"{place.removeprefix('event.properties.'):20} {_cut(before, BEFORE):{BEFORE}} → {_cut(after, AFTER)}"
        for place, before, after in _telling(made)
    ]
    return "\n".join([head, *rows]) + "\n"


def filled(readme: str) -> str:
    """Put the example into a README's text."""
    return SLOT.sub(lambda slot: f"{slot[1]}```\n{example()}```\n{slot[3]}", readme)


def _line() -> Line:
    """Find the batch: the first of the browser that identifies somebody."""
    dialect = DIALECTS["mixpanel"]
    for line in lines("mixpanel"):
        if line.sdk == "mixpanel-browser" and line.request.path.startswith("/track"):
            events = {record.get("event") for record in decoded(line.request, dialect).records}
            if "$identify" in events:
                return line
    raise LookupError("no captured batch identifies anybody")


def _telling(made: list[tuple[str, Any, Any, str]]) -> Iterator[tuple[str, Any, Any]]:
    for place, start in TELLING:
        found = ((before, after) for where, before, after, _ in made if where == place)
        for before, after in found:
            if str(before).startswith(start):
                yield place, before, after
                break


def _cut(value: Any, width: int) -> str:
    text = "(gone)" if value is None else str(value)
    return text if len(text) <= width else text[: width - 1] + "…"


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
    print(example(), end="")
