"""Whole paths, each named for the way a request takes: `mixpanel_single_to_direct`, `segment_batch50_to_ingest`.

`python -m benchmarks paths` starts each system on a core of its own between wrk and a native vendor, loads it with the
seeded requests of a case, and tells throughput, CPU per request and memory. Systems take turns, several rounds; the
least CPU of the rounds counts. What runs, runs on loopback for a bounded time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import SEED, Case, request
from benchmarks.processes import Missing, Program
from benchmarks.saturation import Saturated, saturate, write
from benchmarks.systems import SYSTEMS, sink, started
from proxy.model import WireRequest

__all__ = ["PATHS", "Way", "bodies", "measure"]

VARIETY = 32
"""Different requests a case; each is another person's."""

_DIRECT, _INGEST = "eventveil direct", "eventveil ingest alone"
_UNSCRUBBED = f"{_DIRECT}, unscrubbed", f"{_INGEST}, unscrubbed"
_PEERS = tuple(name for name, system in SYSTEMS.items() if not system.name.startswith("eventveil"))


@dataclass(frozen=True, slots=True)
class Way:
    """A case and the systems that it is sent through."""

    case: Case
    systems: tuple[str, ...]

    @property
    def name(self) -> str:
        """The way without its end: `mixpanel_single`."""
        framing = {"ga4": "_query", "posthog": "_gzip"}.get(self.case.dialect, "")
        return f"{self.case.dialect}{framing}_{'single' if self.case.events == 1 else f'batch{self.case.events}'}"


PATHS = (
    Way(Case("mixpanel"), (_DIRECT, _INGEST, *_UNSCRUBBED, *_PEERS)),
    Way(Case("mixpanel", 50), (_DIRECT, _INGEST, *_UNSCRUBBED, *_PEERS)),
    Way(Case("segment"), (_DIRECT,)),
    Way(Case("segment", 50), (_DIRECT, _INGEST)),
    Way(Case("ga4"), (_DIRECT, _INGEST)),
    Way(Case("posthog", 50), (_DIRECT,)),
    Way(Case("amplitude", 10), (_DIRECT,)),
    Way(Case("snowplow", 10), (_DIRECT,)),
    Way(Case("plausible"), (_DIRECT,)),
)


def bodies(case: Case) -> list[WireRequest]:
    """Make the requests of a case that take turns."""
    return [request(Case(case.dialect, case.events, seed=SEED + number)) for number in range(VARIETY)]


def measure(seconds: int = 2, rounds: int = 2, words: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Give a row a path and system.

    Args:
        words: only paths with one of these in their name.
    """
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        vendor = stack.enter_context(sink(folder))
        programs: dict[str, Program | Missing] = {}
        for path in PATHS:
            if words and not any(word in path.name for word in words):
                continue
            for system in path.systems:
                if system not in programs:
                    programs[system] = _up(stack, system, folder, vendor.port)
            rows += _path(path, programs, folder, seconds, rounds)
    return rows


def _up(stack: ExitStack, system: str, folder: Path, upstream: int) -> Program | Missing:
    try:
        return stack.enter_context(started(SYSTEMS[system], folder, upstream))
    except Missing as missing:
        return missing


def _path(
    path: Way, programs: dict[str, Program | Missing], folder: Path, seconds: int, rounds: int
) -> list[dict[str, Any]]:
    """Let the systems take turns."""
    runs: dict[str, list[Saturated] | str] = {}
    for turn in range(rounds + 1):
        for system in path.systems:
            program = programs[system]
            if isinstance(program, Missing):
                runs[system] = str(program)
                continue
            requests = folder / "requests" / path.name / system.replace(" ", "_")
            if not turn:
                write(requests, SYSTEMS[system], path.case.dialect, bodies(path.case))
            if isinstance(done := runs.setdefault(system, []), str):
                continue
            try:
                run = saturate(program, requests, seconds if turn else 1)
            except Missing as missing:
                runs[system] = str(missing)
                continue
            if turn:  # the first second warms up
                done.append(run)
    return [_row(path, system, run) for system, run in runs.items()]


def _row(path: Way, system: str, runs: list[Saturated] | str) -> dict[str, Any]:
    row: dict[str, Any] = {"path": path.name, "system": system, "events": path.case.events}
    if isinstance(runs, str):
        return row | {"missing": runs}
    best = {"rate": max(run.rate for run in runs), "cpu_us": min(run.cpu_us for run in runs)}
    return row | best | {"rss_mb": max(run.rss_mb for run in runs)}
