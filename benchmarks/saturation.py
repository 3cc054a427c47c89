"""Throughput at saturation, and what a request costs the program that serves it: wrk on one core, that on another.

wrk is closed-loop: as many requests are under way as there are connections, and it waits when the server stalls. So its
throughput and the CPU time per request are told, and its latency is not; that is `openloop`'s.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.processes import LOAD_CORE, Missing, Program, need
from benchmarks.systems import System
from proxy.model import WireRequest

__all__ = ["Saturated", "as_bytes", "saturate", "write"]

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Saturated:
    """What one run gave.

    Args:
        rate: requests a second that were answered.
        cpu_us: CPU time of the program, a request.
        rss_mb: after the run.
    """

    rate: float
    cpu_us: float
    rss_mb: float


def as_bytes(request: WireRequest, path: str, host: str = "127.0.0.1") -> bytes:
    """Write a request as HTTP/1.1, at another path."""
    target = f"{path}?{request.query}" if request.query else path
    headers = [("Host", host), *request.headers, ("Content-Length", str(len(request.body)))]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{request.method} {target} HTTP/1.1\r\n{head}\r\n".encode() + request.body


def write(folder: Path, system: System, dialect: str, requests: Sequence[WireRequest]) -> None:
    """Write the requests of a case for `load.lua`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, request in enumerate(requests, 1):
        (folder / str(number)).write_bytes(as_bytes(request, system.path(dialect, request.path)))


def saturate(program: Program, folder: Path, seconds: int) -> Saturated:
    """Load a program as fast as it answers.

    Args:
        folder: what `write` wrote.

    Raises:
        Missing: there is no wrk; or requests failed, and what was measured is not what was meant.
    """
    address = f"http://127.0.0.1:{program.port}"
    wrk = [need("taskset"), "-c", str(LOAD_CORE), need("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    before = program.cpu_s()
    run = subprocess.run(  # noqa: S603 - the command is ours
        [*wrk, "--timeout", "10s", "-s", str(SCRIPT), address, "--", str(folder)],
        capture_output=True,
        check=False,
        text=True,
        timeout=seconds + 30,
    )
    used = program.cpu_s() - before
    line = next((line for line in run.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise Missing(f"wrk said nothing: {run.stderr.strip()[:120]}")
    result = orjson.loads(line.removeprefix("RESULT "))
    if result["errors"] or not result["requests"]:
        raise Missing(f"{result['errors']} of {result['requests']} requests failed")
    return Saturated(result["requests"] / result["us"] * 1e6, used / result["requests"] * 1e6, program.rss_mb())
