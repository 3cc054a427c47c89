"""Latency at a fixed rate, open loop: requests are due by a schedule, and latency counts from when one was due.

A closed-loop tool waits while the server stalls and so never sends the requests that would have suffered. Here a
request that is due while all connections are busy waits in line, and its wait is counted. Offered and achieved rate are
told; an achieved rate below the offered one means that latencies grow without end and only say "too much".

Run as `python -m benchmarks.openloop PORT FOLDER RATE SECONDS`, on the load's core: prints one line of JSON. `latency`
starts it. The generator's own share is in every figure: compare with the same run straight to the vendor.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import deque
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import cast

import orjson
import uvloop

__all__ = ["Generator", "percentile"]

CONNECTIONS = 64
STEP_S = 0.0005
"""How often the schedule is looked at; one that is due in between waits for the next look, and that is counted."""
DRAIN_S = 5.0


class _Connection(asyncio.Protocol):
    """One keep-alive connection: a request, its answer, the next."""

    def __init__(self, generator: Generator) -> None:
        self._generator, self._due, self._buffer = generator, 0.0, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def send(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) >= end + 4 + length:
            good = self._buffer[9:10] == b"2"
            self._buffer = b""
            self._generator.done(self, perf_counter() - self._due, good=good)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._due:
            self._generator.failed += 1

    def close(self) -> None:
        self._due = 0.0
        if self._transport is not None:
            self._transport.close()


class Generator:
    """Sends at a rate and notes how long each request took from when it was due.

    Args:
        requests: whole requests as bytes, in turn.
        rate: a second.
    """

    def __init__(self, requests: list[bytes], rate: float) -> None:
        self._requests, self._rate = cycle(requests), rate
        self._free: deque[_Connection] = deque()
        self._waiting: deque[float] = deque()
        self.latencies_s: list[float] = []
        self.failed = 0

    def done(self, connection: _Connection, latency_s: float, *, good: bool) -> None:
        """Take note of an answer; the connection takes what waits."""
        self.latencies_s.append(latency_s)
        self.failed += not good
        if self._waiting:
            connection.send(next(self._requests), self._waiting.popleft())
        else:
            self._free.append(connection)

    async def run(self, port: int, seconds: float) -> float:
        """Send for some seconds, wait for the last answers.

        Returns:
            How long it took until the last answer, s.
        """
        loop = asyncio.get_running_loop()
        everyone = []
        for _ in range(CONNECTIONS):
            _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port)
            everyone.append(connection)
        self._free.extend(everyone)
        start, total = perf_counter(), int(self._rate * seconds)
        await self._send(start, total)
        while len(self.latencies_s) < total and perf_counter() - start < seconds + DRAIN_S:  # noqa: ASYNC110 - once
            await asyncio.sleep(0.01)
        took = perf_counter() - start
        self.failed += total - len(self.latencies_s)
        for connection in everyone:
            connection.close()
        return took

    async def _send(self, start: float, total: int) -> None:
        sent = 0
        while sent < total:
            due = min(total, int((perf_counter() - start) * self._rate) + 1)
            for number in range(sent, due):
                moment = start + number / self._rate
                if self._free:
                    self._free.popleft().send(next(self._requests), moment)
                else:
                    self._waiting.append(moment)
            sent = due
            await asyncio.sleep(STEP_S)


def percentile(sorted_values: list[float], share: float) -> float:
    """Give the smallest value that at least `share` of all are not above; 0.0 of none."""
    if not sorted_values:
        return 0.0
    return sorted_values[min(len(sorted_values) - 1, max(0, -int(-share * len(sorted_values) // 1) - 1))]


def main(port: int, folder: Path, rate: float, seconds: float) -> dict[str, float]:
    """Run one measurement, the collector off."""
    files = sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    generator = Generator([path.read_bytes() for path in files], rate)
    gc.disable()
    took = uvloop.run(generator.run(port, seconds))
    latencies = sorted(generator.latencies_s)
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "max": 1.0}
    return {
        "offered": rate,
        "achieved": len(latencies) / took,
        "failed": generator.failed,
        **{f"{name}_ms": percentile(latencies, share) * 1000 for name, share in shares.items()},
    }


if __name__ == "__main__":
    measured = main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
    sys.stdout.write(orjson.dumps(measured).decode() + "\n")
