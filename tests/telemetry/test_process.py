"""The process' own pulse."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from proxy.telemetry import process
from proxy.telemetry.families import FAMILIES
from proxy.telemetry.meters import Telemetry
from proxy.telemetry.store import STORE_BYTES, Store, beats


def test_a_process_is_somewhere_between_a_megabyte_and_all_there_is() -> None:
    """On Linux; elsewhere it reads 0."""
    assert 2**20 < process.resident_bytes() < 2**40 or not process.STATM.exists()


def test_where_the_system_does_not_tell_it_reads_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No /proc, or one that says something else."""
    for content in (None, "", "1 x 2"):
        if content is not None:
            (tmp_path / "statm").write_text(content)
        monkeypatch.setattr(process, "STATM", tmp_path / "statm")
        assert 0 == process.resident_bytes()


async def test_the_pulse_is_measured_for_as_long_as_it_runs() -> None:
    """Each round observes one lag and the memory, and tells a parent that the loop turns."""
    memory = memoryview(bytearray(STORE_BYTES))
    telemetry = Telemetry(Store(memory))
    task = asyncio.create_task(process.watch(telemetry, interval_s=0))
    first = telemetry.store.slot("lag", (), FAMILIES["lag"].width)
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert sum(telemetry.store.values[first : first + 10]) > 1
    assert beats(memory) > 1
    assert telemetry.store.values[telemetry.store.slot("rss", ())] > 0
