"""The stopwatch: CPU time of this process, the least of many short runs, as ratios within one run.

The least is what the code costs; everything above it is the machine. Two things are compared by running them in turn,
so that a machine that slows down slows both.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter_ns, process_time_ns

__all__ = ["least_us"]

ROUND_NS = 3_000_000
"""A round lasts about 3 ms: long against the clock's step, short against a neighbour's time slice."""


def least_us(jobs: Mapping[str, Callable[[], object]], rounds: int = 60) -> dict[str, float]:
    """Give the least CPU time of each job in µs, all jobs in turn, round by round.

    Args:
        jobs: by name; each is called many times.
        rounds: how often all are measured.
    """
    times = {name: _times(job) for name, job in jobs.items()}
    best = dict.fromkeys(jobs, float("inf"))
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, job in jobs.items():
                start = process_time_ns()
                for _ in range(times[name]):
                    job()
                best[name] = min(best[name], (process_time_ns() - start) / times[name] / 1000)
    finally:
        gc.enable()
    return best


def _times(job: Callable[[], object]) -> int:
    job()
    start = perf_counter_ns()
    job()
    return max(1, ROUND_NS // max(1, perf_counter_ns() - start))
