"""The figures that the project holds itself to: name, what must be, what is aimed for, and where it is read off.

`report` prints them. `must` and `goal` were set before the code was made fast; they are not moved to what was reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["FIGURES", "Figure", "Results", "Value", "shown"]

Results = Mapping[str, Any]
"""Part → {"about": …, "rows": …} as `__main__` keeps them."""

Value = float | str | None
"""A figure; a text says why there is no number but something was measured; None when it was not."""

Reader = Callable[[Results], Value]

SINGLE, BATCH = "captured_mixpanel_browser_single", "captured_mixpanel_browser_batch50"
"""The cases that stand for single events and for batches."""
RATE = 1000
"""Requests a second at which latency is held against its aim."""
SOAK_S = 600
"""A shorter run says nothing about memory."""
BEHIND = 0.98
"""An achieved rate below this share of the offered one means that the system does not keep up."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Args:
        read: results → value; a missing part raises LookupError.
        more: more is better.
        without: the same figure when nothing is looked at, HTTP and framing alone; None where that says nothing.
        floor: the same figure when nothing is interpreted, the calls into C alone; None where that is not known.
    """

    name: str
    must: float
    goal: float
    read: Reader
    more: bool = False
    without: Reader | None = None
    floor: Reader | None = None

    def measured(self, found: Results) -> Value:
        """Read the figure, None when what it needs was not measured."""
        return _read(self.read, found)

    def unscrubbed(self, found: Results) -> Value:
        """Read the figure of requests that are only passed on, None when there is none or it was not measured."""
        return None if self.without is None else _read(self.without, found)

    def native(self, found: Results) -> Value:
        """Read the figure of the calls into C alone, None when there is none or it was not measured."""
        return None if self.floor is None else _read(self.floor, found)

    def aim(self, value: float) -> str:
        """Write an aim with its direction."""
        return f"{'≥' if self.more else '≤'} {value:g}"

    def verdict(self, value: Value) -> str:
        """Say what a value means."""
        if value is None:
            return "not measured"
        if isinstance(value, str):
            return "**falls short**"
        if self._reaches(value, self.goal):
            return "goal"
        return "must" if self._reaches(value, self.must) else "**falls short**"

    def _reaches(self, value: float, aim: float) -> bool:
        return value >= aim if self.more else value <= aim


def shown(value: Value) -> str:
    """Write a value for the table."""
    return (
        value if isinstance(value, str) else "-" if value is None else f"{value:.2f}" if value < 100 else f"{value:.0f}"
    )


def _read(read: Reader, found: Results) -> Value:
    try:
        return read(found)
    except LookupError:
        return None


def _core(case: str, part: str = "ratio") -> Reader:
    return lambda found: float(found["core"]["rows"][case][part])


def _library(peer: str) -> Reader:
    def read(found: Results) -> Value:
        row = _one(found["libraries"]["rows"], peer=peer)
        return float(row["us"] / row["heart_us"])

    return read


def _cpu(path: str, ours: str, theirs: str) -> Reader:
    def read(found: Results) -> Value:
        rows = found["paths"]["rows"]
        return float(_one(rows, path=path, system=ours)["cpu_us"] / _one(rows, path=path, system=theirs)["cpu_us"])

    return read


def _rules(found: Results) -> Value:
    points = found["curves"]["rows"]["rules"]
    return float(points[-1][1] / points[0][1])


def _shapes(found: Results) -> Value:
    return float(found["core"]["rows"]["segment_batch50_personal_every_shape_new"]["new_shapes"])


def _added_p99(found: Results) -> Value:
    rows = found["latency"]["rows"]
    past = _one(rows, system="straight to the vendor", offered=RATE)
    try:
        ours = _one(rows, system="eventveil direct", offered=RATE)
    except LookupError:
        return "does not keep up"
    if ours["achieved"] < BEHIND * RATE:
        return f"does not keep up ({ours['achieved']:,.0f}/s)"
    return float(ours["p99_ms"] - past["p99_ms"])


def _rss(found: Results) -> Value:
    rows = found["soak"]["rows"]
    if rows["seconds"] < SOAK_S:
        return None
    peak = float(rows["peak_mb"])
    return peak if rows["flat"] else f"{peak:.0f}, growing"


def _one(rows: list[dict[str, Any]], **fields: object) -> dict[str, Any]:
    for row in rows:
        if "missing" not in row and all(row.get(name) == value for name, value in fields.items()):
            return row
    raise LookupError(str(fields))


_DIRECT, _INGEST, _PASS = "eventveil direct", "eventveil ingest alone", "nginx pass-through"


def _of_heart(name: str, must: float, goal: float, case: str) -> Figure:
    return Figure(
        name, must, goal, _core(case), without=_core(case, "unscrubbed_ratio"), floor=_core(case, "native_ratio")
    )


def _of_path(name: str, must: float, goal: float, path: str, ours: str, theirs: str) -> Figure:
    return Figure(name, must, goal, _cpu(path, ours, theirs), without=_cpu(path, f"{ours}, unscrubbed", theirs))


FIGURES = (
    _of_heart("heart / orjson round trip, captured browser batches of 50", 2.5, 2.0, BATCH),
    _of_heart("heart / orjson round trip, single events", 2.5, 2.0, SINGLE),
    Figure("heart events/s / sentry-relay library (batched)", 5, 10, _library("sentry-relay, batch of 50"), more=True),
    Figure("heart texts/s / Presidio, clean short text", 100, 300, _library("Presidio, clean short text"), more=True),
    _of_path("direct mode CPU per request / bare aiohttp proxy", 1.15, 0.5, "mixpanel_single", _DIRECT, "bare aiohttp"),
    _of_path("direct mode CPU per single-event request / nginx pass-through", 5, 2, "mixpanel_single", _DIRECT, _PASS),
    _of_path("ingest alone CPU per single-event request / nginx pass-through", 2.5, 1.0,
             "mixpanel_single", _INGEST, _PASS),
    _of_path("batch of 50 through direct mode, CPU / nginx + Lua scrub", 1.0, 0.5,
             "mixpanel_batch50", _DIRECT, "nginx + Lua scrub"),
    Figure("1,000 rules / 10 rules", 1.2, 1.05, _rules),
    Figure("every event a new shape / one shape", 3, 2, _shapes),
    Figure("added p99 at 1,000 req/s open loop, ms", 3, 1, _added_p99),
    Figure("RSS, no NER, after 10 min of load, flat, MB", 90, 60, _rss),
)  # fmt: skip
