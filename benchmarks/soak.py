"""Memory under load for ten minutes: is it small, is it flat? `python -m benchmarks soak`; not part of `make bench`.

Two lanes, as in the README. A fixed rate, open loop, of single events and batches, personal and of many shapes; memory
is read every few seconds. Flat means: the mean of the last third is at most 2 % above that of the second.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.corpus import Case, request
from benchmarks.paths import bodies
from benchmarks.processes import LOAD_CORE, need
from benchmarks.saturation import write
from benchmarks.systems import ROOT, SYSTEMS, sink, started

__all__ = ["is_flat", "measure", "while_it_runs"]

RATE = 150
STEP_S = 5.0


def measure(seconds: float = 600.0) -> dict[str, Any]:
    """Load for some seconds.

    Returns:
        `rss_mb` as read, its `peak_mb`, whether it stayed `flat`, and for how many `seconds` there was a load.
    """
    system = SYSTEMS["eventveil direct, 2 lanes"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        requests = folder / "requests"
        new = [request(Case("mixpanel", 10, shapes=0, seed=seed)) for seed in range(200)]
        write(requests, system, "mixpanel", [*bodies(Case("mixpanel")), *bodies(Case("mixpanel", 10)), *new])
        with sink(folder) as vendor, started(system, folder, vendor.port) as program:
            load = subprocess.Popen(  # noqa: S603 - the command is ours
                [need("taskset"), "-c", str(LOAD_CORE), sys.executable, "-m", "benchmarks.openloop",
                 str(program.port), str(requests), str(RATE), str(seconds)],
                stdout=subprocess.DEVNULL, cwd=ROOT,
            )  # fmt: skip
            read, lasted_s = while_it_runs(load, program.rss_mb, seconds)
    return {"seconds": lasted_s, "rate": RATE, "rss_mb": read, "peak_mb": max(read), "flat": is_flat(read)}


def while_it_runs(
    load: subprocess.Popen[bytes], read_mb: Callable[[], float], seconds: float
) -> tuple[list[float], float]:
    """Read memory for as long as a load runs, and end it after so many seconds.

    Returns:
        What was read, and for how many seconds the load ran: one that has failed says nothing about memory.
    """
    read, begun = [read_mb()], time.monotonic()
    try:
        while time.monotonic() < begun + seconds and load.poll() is None:
            time.sleep(min(STEP_S, seconds / 20))
            read.append(read_mb())
    finally:
        load.terminate()
        load.wait(10)
    return read, time.monotonic() - begun


def is_flat(read: list[float]) -> bool:
    """Tell whether memory stopped growing."""
    third = len(read) // 3
    return third > 0 and mean(read[-third:]) <= 1.02 * mean(read[third : 2 * third])
