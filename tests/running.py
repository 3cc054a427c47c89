"""A real eventveil process: settings in a folder, signals, the log read as it is written."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes import Reply, ask, get

ROOT = Path(__file__).resolve().parent.parent
KEY = bytes(range(100, 132))
TOKEN = "correct-horse-battery"

START = """
import sys
from pathlib import Path
from proxy.app import run
from proxy.errors import StartError
try:
    run(Path(sys.argv[1]))
except StartError as error:
    sys.exit(str(error))
"""

SETTINGS = """
listen: {port: 0}
private: {port: 0, token_file: token}
keys: {file: key}
log: {access_sample: 1}
limits: {answer_timeout_s: 0.5, connect_timeout_s: 0.5, drain_timeout_s: 5}
lanes:
"""

LANE = """  - {{path: {path}, dialect: {dialect}, upstream: "{upstream}", policy: {policy}}}
"""

LANES = {"/mp": "mixpanel", "/seg": "segment"}


def write_settings(
    folder: Path, upstream: str, policy: str = "balanced", more: str = "", lanes: Mapping[str, str] = LANES
) -> Path:
    """Write settings, key and token into a folder."""
    (folder / "key").write_bytes(KEY)
    (folder / "token").write_text(TOKEN + "\n")
    path = folder / "eventveil.yaml"
    rows = [LANE.format(path=at, dialect=dialect, upstream=upstream, policy=policy) for at, dialect in lanes.items()]
    path.write_text(SETTINGS + "".join(rows) + more)
    return path


@dataclass(slots=True)
class Process:
    """One eventveil, or its parent when there are several workers."""

    process: asyncio.subprocess.Process
    lines: list[dict[str, Any]]
    port: int = 0
    private: int = 0

    async def until(self, event: str, times: int = 1) -> dict[str, Any]:
        """Read the log until an event stands in it."""
        assert self.process.stderr is not None
        seen = 0
        while line := await self.process.stderr.readline():
            text = line.decode()
            assert text.startswith("{"), text
            self.lines.append(json.loads(text))
            seen += self.lines[-1]["event"] == event
            if seen == times:
                return self.lines[-1]
        raise AssertionError(f"the process ended before {event}: {self.lines}")

    def signal(self, name: signal.Signals) -> None:
        self.process.send_signal(name)

    async def ended(self) -> int:
        """Read the rest of the log and give the exit status."""
        assert self.process.stderr is not None
        self.lines += [json.loads(line) for line in (await self.process.stderr.read()).splitlines()]
        return await self.process.wait()

    async def ops(self, path: str) -> Reply:
        return await ask(self.private, get(path))

    async def metric(self, start: str) -> float:
        """Read one value: the sum of all series whose line starts so."""
        lines = (await self.ops("/metrics")).body.decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(start))


@asynccontextmanager
async def eventveil(settings: Path, workers: int = 1, **environ: str) -> AsyncIterator[Process]:
    """Start a process and wait until every worker serves."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", START, str(settings), stderr=asyncio.subprocess.PIPE, env=environ, limit=2**20
    )
    running = Process(process, [])
    try:
        serving = await running.until("serving", workers)
        ports = [address.rpartition(":")[2] for address in serving["listen"]]
        running.port, running.private = int(ports[0]) if ports[0].isdigit() else 0, int(ports[1])
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
            await running.ended()
        process._transport.close()  # type: ignore[attr-defined]  # or the pipe is closed when nobody expects it
