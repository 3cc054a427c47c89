"""Where the heart runs."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, cast

import pytest

from proxy.errors import FramingInvalid
from proxy.model import Report, Scrubbed, WireRequest
from proxy.server.lanes import Lane, Origins
from proxy.server.workers import Workers
from proxy.telemetry import Telemetry
from proxy.wire.registry import DIALECTS
from tests.fakes import Keeping

LANE = Lane(
    "a", "", DIALECTS["generic"], cast("Any", Keeping()), cast("Any", None), Origins(()), Telemetry().lane("a", "x")
)


@pytest.mark.parametrize(("size", "beside"), [(4, False), (5, True)])
async def test_only_a_large_body_leaves_the_event_loop(size: int, beside: bool) -> None:
    """Up to the limit the heart runs where it was called, above it in a thread; it gets the same."""
    seen: list[Any] = []

    def heart(*given: Any) -> Scrubbed:
        seen.append((threading.current_thread() is threading.main_thread(), given[1:]))
        return Scrubbed(given[0], Report(1, 1, 0, ()))

    request = WireRequest("POST", "/", "", (), b"x" * size)
    workers = Workers(4, 99, heart)
    try:
        assert request is (await workers.run(LANE, request)).request
    finally:
        workers.close()
    assert [(not beside, (LANE.dialect, LANE.program, 99))] == seen


@pytest.mark.parametrize("inline_bytes", [0, 10])
async def test_an_error_of_the_heart_comes_through(inline_bytes: int) -> None:
    """A refusal in a thread is the same refusal."""

    def heart(*_given: Any) -> Scrubbed:
        raise FramingInvalid("gzip")

    workers = Workers(inline_bytes, 99, heart)
    with pytest.raises(FramingInvalid):
        await workers.run(LANE, WireRequest("POST", "/", "", (), b"x"))
    workers.close()


async def test_a_program_with_a_model_never_runs_on_the_loop() -> None:
    """Looking for names by a model takes too long for everybody else's requests."""
    beside: list[bool] = []

    def heart(*given: Any) -> Scrubbed:
        beside.append(threading.current_thread() is not threading.main_thread())
        return Scrubbed(given[0], Report(1, 1, 0, ()))

    workers = Workers(99, 99, heart)
    slow = replace(LANE, program=cast("Any", Keeping(slow=True)))
    try:
        await workers.run(slow, WireRequest("POST", "/", "", (), b"x"))
    finally:
        workers.close()
    assert [True] == beside
