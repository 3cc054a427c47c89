"""The process' own pulse: how late the event loop runs, how much memory is resident.

`app` keeps `watch` running; nothing here opens a socket or knows a request.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from proxy.telemetry.families import FAMILIES, NANOSECONDS
from proxy.telemetry.meters import Telemetry

__all__ = ["resident_bytes", "watch"]

INTERVAL_S = 0.5
STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Read the resident memory of this process; 0 where the system does not tell (no /proc).

    Source: proc(5), `statm`: second field, in pages.
    """
    try:
        return int(STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


async def watch(telemetry: Telemetry, interval_s: float = INTERVAL_S) -> None:
    """Measure for as long as the task runs."""
    loop = asyncio.get_running_loop()
    slots = telemetry.store.slot("lag", (), FAMILIES["lag"].width)
    while True:
        telemetry.store.beat()
        telemetry.set("rss", resident_bytes())
        due = loop.time() + interval_s
        await asyncio.sleep(interval_s)
        telemetry.observe("lag", slots, max(0, int((loop.time() - due) * NANOSECONDS)))
