"""What of the planted people reaches the vendor, per system: speed is never told without it.

`python -m benchmarks fidelity` sends the captured requests of mixpanel-browser, as the browser sent them, through each
system to a vendor in this process, and looks for every planted string in every layer of what arrives. The finder is the
tests' own (`tests/leaks.py`) and shares no line with the product.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.processes import Missing, free_port
from benchmarks.saturation import as_bytes
from benchmarks.sink import listen
from benchmarks.systems import SYSTEMS, System, started
from proxy.model import WireRequest
from tests.captures.reading import Line, lines
from tests.leaks import find

__all__ = ["measure", "sent"]

OURS = "eventveil direct"
"""What others are held against; its other forms leave the same, or are no product."""
_HOP = frozenset({"host", "content-length", "connection", "accept-encoding"})
ANSWER_S = 10.0


def measure() -> list[dict[str, Any]]:
    """Give a row a system: requests sent and received, strings planted in them, strings left."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        for system in SYSTEMS.values():
            if system.name.startswith("eventveil") and system.name != OURS:
                continue
            try:
                rows.append({"system": system.name, "scrubs": system.scrubs} | asyncio.run(_through(system, folder)))
            except Missing as missing:
                rows.append({"system": system.name, "missing": str(missing)})
    return rows


def sent() -> list[Line]:
    """Give the captured requests that carry events or profiles and something planted."""
    return [line for line in lines("mixpanel") if line.sdk == "mixpanel-browser" and line.request.body and line.pii]


async def _through(system: System, folder: Path) -> dict[str, int]:
    received: list[WireRequest] = []
    port = free_port()
    vendor = await listen(port, received.append)
    planted = left = arrived = 0
    try:
        context = started(system, folder, port)
        program = await asyncio.to_thread(context.__enter__)
        try:
            for line in sent():
                received.clear()
                await _ask(program.port, as_bytes(_as_sent(line), system.path("mixpanel", line.request.path)))
                arrived += bool(received)
                planted += len(line.pii)
                left += len({needle for request in received for needle in find(request, line.pii)})
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)
    finally:
        vendor.close()
    return {"requests": len(sent()), "received": arrived, "planted": planted, "left": left}


def _as_sent(line: Line) -> WireRequest:
    kept: Iterator[tuple[str, str]] = ((n, v) for n, v in line.request.headers if n.lower() not in _HOP)
    return WireRequest(line.request.method, line.request.path, line.request.query, tuple(kept), line.request.body)


async def _ask(port: int, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), ANSWER_S)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
