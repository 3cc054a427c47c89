"""The gate: what the heart costs, held against ceilings that are committed; `python -m benchmarks gate`.

Ratios of CPU time within one process, jobs paired in turn (see `measure`), so that a slow or a busy machine slows both
sides. A case over its ceiling is measured again, three times at most, and the least counts: what is left of the noise
may only excuse a case, and the ceilings in `gate.json` stand 60 % above what was measured, so that a heart that costs
twice as much is seen. `--accept` writes them anew after a change that is meant.
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

from benchmarks.core import Subject, adversary, heart, subjects
from benchmarks.measure import least_us

__all__ = ["CEILINGS", "GATED", "accept", "check", "ratio"]

CEILINGS = Path(__file__).with_name("gate.json")

GATED = (
    "captured_mixpanel_browser_batch50",
    "captured_mixpanel_browser_single",
    "segment_batch50_personal",
    "ga4_single_personal",
    "segment_batch50_personal_every_shape_new",
)

TRIES = 3
LIMIT_S = 3.0
HEADROOM = 1.6


def ratio(subject: Subject) -> float:
    """Measure heart to orjson once."""
    times = least_us(heart(subject), rounds=200, limit_s=LIMIT_S)
    return times["heart"] / times["orjson"]


def check() -> int:
    """Hold every gated case against its ceiling.

    Returns:
        The exit status: 1 when a case is over its ceiling after all tries.
    """
    ceilings = orjson.loads(CEILINGS.read_bytes())
    over = 0
    for subject in _gated():
        ceiling, best = ceilings[subject.name], float("inf")
        for _ in range(TRIES):
            best = min(best, ratio(subject))
            if best <= ceiling:
                break
        over += best > ceiling
        print(
            f"{'over' if best > ceiling else 'ok  '}  {best:6.2f}  ceiling {ceiling:6.2f}  {subject.name}", flush=True
        )
    if over:
        print(f"{over} of {len(GATED)} cases cost more than their ceiling; see benchmarks/gate.py", file=sys.stderr)
    return int(over > 0)


def accept() -> int:
    """Write the ceilings anew: the least of all tries and head room."""
    made = {one.name: round(min(ratio(one) for _ in range(TRIES)) * HEADROOM, 2) for one in _gated()}
    CEILINGS.write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
    return 0


def _gated() -> list[Subject]:
    known = {subject.name: subject for subject in (*subjects(), adversary())}
    return [known[name] for name in GATED]
