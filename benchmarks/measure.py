"""The stopwatch: CPU time of this process, the least of many short rounds, as ratios within one run.

The least is what the code costs; everything above it is the machine: another process on the core, a cold cache, a lower
clock. Jobs that are compared are run in turn, round by round, so that a machine that slows down slows all of them, and
only their ratio is told. The garbage collector runs between rounds, never inside one; what it costs in a server is in
the whole-path figures. A round is one job for about 3 ms.

`core`, `libraries`, `curves` and `gate` call `least_us`. Nothing here prints.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import monotonic, perf_counter_ns, process_time_ns

__all__ = ["Job", "least_us"]

Job = Callable[[], object]

ROUND_NS = 3_000_000
"""A round lasts about 3 ms: long against the clock's step, short against a neighbour's time slice."""

FEWEST_ROUNDS = 5


def least_us(jobs: Mapping[str, Job], rounds: int = 60, limit_s: float = 3.0) -> dict[str, float]:
    """Give the least CPU time of each job in µs, all jobs in turn, round by round.

    Args:
        jobs: by name; each is called many times.
        rounds: how often all are measured.
        limit_s: wall time after which no further round begins, five rounds apart.
    """
    times = {name: _times(job) for name, job in jobs.items()}
    best = dict.fromkeys(jobs, float("inf"))
    end = monotonic() + limit_s
    gc.collect()
    gc.disable()
    try:
        for done in range(rounds):
            if done >= FEWEST_ROUNDS and monotonic() > end:
                break
            for name, job in jobs.items():
                best[name] = min(best[name], _round_ns(job, times[name]) / times[name] / 1000)
            if done % 8 == 7:
                gc.collect()
    finally:
        gc.enable()
    return best


def _round_ns(job: Job, times: int) -> int:
    start = process_time_ns()
    for _ in range(times):
        job()
    return process_time_ns() - start


def _times(job: Job) -> int:
    job()
    start = perf_counter_ns()
    job()
    return max(1, ROUND_NS // max(1, perf_counter_ns() - start))
