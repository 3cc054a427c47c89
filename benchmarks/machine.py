"""On what, with what and when something was measured; no number is told without it.

`__main__` stores it with each part, `report` writes it down.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["BUSY", "describe", "load"]

BUSY = 0.2
"""Cores that others use while we rest, above which a run is marked as one of a busy machine."""

REST_S = 2.0

_PACKAGES = "orjson aiohttp uvloop google-re2 presidio-analyzer sentry-relay scrubadub".split()
_TOOLS = {
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
    "node": ("node", "--version"),
    "mitmproxy": (".cache/bench/mitmproxy/bin/mitmdump", "--version"),
}


def describe() -> dict[str, str]:
    """Give machine, versions and date."""
    model = next((row.partition(": ")[2] for row in _lines("/proc/cpuinfo") if row.startswith("model name")), "unknown")
    memory = next((int(row.split()[1]) // 2**20 for row in _lines("/proc/meminfo") if row.startswith("MemTotal")), 0)
    packages = {name: _version(name) for name in _PACKAGES}
    tools = {name: _said(*command) for name, command in _TOOLS.items()}
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{model}, {len(os.sched_getaffinity(0))} cores, {memory} GB, Linux {platform.release()}",
        "python": f"{platform.python_implementation()} {sys.version.split()[0]}",
        "commit": _said("git", "describe", "--always", "--dirty"),
        "versions": ", ".join(f"{name} {found}" for name, found in (packages | tools).items() if found),
    }


def load() -> float:
    """Rest, and give how many cores others used meanwhile. The load average would count what we ran just before."""
    idle, total = _jiffies()
    time.sleep(REST_S)
    idle_after, total_after = _jiffies()
    cores = os.cpu_count() or 1
    return cores * (1 - (idle_after - idle) / max(1, total_after - total))


def _jiffies() -> tuple[int, int]:
    """Give idle and all time since the machine started. Source: proc(5), /proc/stat: user nice system idle iowait."""
    fields = [int(field) for field in _lines("/proc/stat")[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def _lines(path: str) -> list[str]:
    try:
        return [row.replace("\t", "").strip() for row in Path(path).read_text("utf-8").splitlines()]
    except OSError:
        return []


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _said(*command: str) -> str:
    """Give the first line that a tool says of itself, or the version in it; empty without it."""
    root = Path(__file__).resolve().parent.parent
    found = (
        str(root / command[0])
        if "/" in command[0]
        else shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
    )
    if not found or not Path(found).exists():
        return ""
    run = subprocess.run(  # noqa: S603 - the command is ours
        [found, *command[1:]], capture_output=True, check=False, text=True, timeout=30, cwd=root
    )
    first = (run.stdout or run.stderr).splitlines()[:1] or [""]
    words = [word for word in first[0].replace("/", " ").split() if any(sign.isdigit() for sign in word)]
    return words[0] if words else first[0]
