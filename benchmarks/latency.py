"""What standing in the way adds to a request's time: open loop at fixed rates, through each system and past it.

`python -m benchmarks latency` runs `openloop` on the load's core, first straight to the vendor, then through each
system, at the same rate in the same run. What a system adds is the difference of the percentiles.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from benchmarks.corpus import Case
from benchmarks.paths import bodies
from benchmarks.processes import LOAD_CORE, Missing, need
from benchmarks.saturation import write
from benchmarks.systems import ROOT, SYSTEMS, System, sink, started

__all__ = ["RATES", "VENDOR", "measure"]

YIELDING = 10
"""Niceness of the generator: on the core they share the vendor goes first, or its wait would be counted as ours."""
RATES = (200, 500, 1000, 2000)
OFTEN = {1000: 3}
"""So many times the rounds of others: an aim is set for this rate, and one stall decides over a round."""
VENDOR = System("straight to the vendor", lambda _folder, _port, _upstream: [], scrubs=False)
THROUGH = ("eventveil direct", "eventveil ingest alone", "nginx pass-through", "bare aiohttp")


def measure(
    seconds: float = 3.0, rates: Sequence[int] = RATES, rounds: int = 3, case: Case | None = None
) -> list[dict[str, Any]]:
    """Give a row a system and rate, single Mixpanel events; of the rounds the one whose p99 is the median."""
    case = case or Case("mixpanel")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        with sink(folder) as vendor:
            rows += _at_rates(VENDOR, vendor.port, folder, case, (seconds, rates, rounds))
            for system in map(SYSTEMS.__getitem__, THROUGH):
                try:
                    with started(system, folder, vendor.port) as program:
                        rows += _at_rates(system, program.port, folder, case, (seconds, rates, rounds))
                except Missing as missing:
                    rows.append({"system": system.name, "missing": str(missing)})
    return rows


def _at_rates(
    system: System, port: int, folder: Path, case: Case, how: tuple[float, Sequence[int], int]
) -> list[dict[str, Any]]:
    seconds, rates, rounds = how
    requests = folder / "open" / system.name.replace(" ", "_")
    write(requests, system, case.dialect, bodies(case))
    _once(port, requests, 100, 1.0)  # warms up
    rows = []
    for rate in rates:
        times = rounds * OFTEN.get(rate, 1)
        runs = sorted([_once(port, requests, rate, seconds) for _ in range(times)], key=itemgetter("p99_ms"))
        rows.append({"system": system.name, "case": case.name} | runs[len(runs) // 2])
        if rows[-1]["achieved"] < 0.8 * rate:  # a higher rate would say no more
            break
    return rows


def _once(port: int, requests: Path, rate: int, seconds: float) -> dict[str, Any]:
    arguments = [str(port), str(requests), str(rate), str(seconds)]
    pinned = [need("nice"), "-n", str(YIELDING), need("taskset"), "-c", str(LOAD_CORE)]
    run = subprocess.run(  # noqa: S603 - the command is ours
        [*pinned, sys.executable, "-m", "benchmarks.openloop", *arguments],
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=seconds + 30,
    )
    measured: dict[str, Any] = orjson.loads(run.stdout)
    return measured
