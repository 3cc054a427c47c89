"""Where the heart runs."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import threading
import zlib
from base64 import b64encode
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote

import pytest

from proxy.errors import FramingInvalid, InflationLimit, Overloaded
from proxy.keys.keyring import Keyring
from proxy.model import Report, Scrubbed, WireRequest
from proxy.policy import compile_program, load
from proxy.policy.program import Program
from proxy.scrub import scrub_request
from proxy.server.lanes import Lane, Origins
from proxy.server.workers import PATIENCE_S, THREADS, Workers
from proxy.telemetry import Telemetry
from proxy.wire.dialect import Dialect
from proxy.wire.registry import DIALECTS
from tests.fakes import Keeping, ManualClock

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
    assert [(not beside, (LANE.dialect, LANE.program, 99 if beside else 4))] == seen


BATCH = b'[{"n":"' + b"a" * 1000 + b'"}]'
PACKED = gzip.compress(BATCH)
GZIP = (("Content-Encoding", "gzip"),)


def _decoding(request: WireRequest, dialect: Dialect, _program: Program, limit_bytes: int) -> Scrubbed:
    dialect.decode(request, dialect.route(request.method, request.path), limit_bytes)
    return Scrubbed(request, Report(1, 1, 0, ()))


@pytest.mark.parametrize(
    ("dialect", "packed"),
    [
        ("generic", WireRequest("POST", "/", "", GZIP, PACKED)),
        ("generic", WireRequest("POST", "/", "", (), zlib.compress(BATCH))),
        ("posthog", WireRequest("POST", "/e/", "", (), b"data=" + quote(b64encode(PACKED)).encode())),
        ("posthog", WireRequest("GET", "/e/", f"data={quote(b64encode(PACKED))}", (), b"")),
    ],
)
async def test_what_inflates_past_the_limit_leaves_the_event_loop(dialect: str, packed: WireRequest) -> None:
    """What counts is the size inside, however it was packed; a packed body that stays small stays on the loop."""
    beside: list[bool] = []

    def heart(*given: Any) -> Scrubbed:
        scrubbed = _decoding(*given)
        beside.append(threading.current_thread() is not threading.main_thread())
        return scrubbed

    lane = replace(LANE, dialect=DIALECTS[dialect])
    for inline_bytes in (len(BATCH), len(BATCH) - 1):
        workers = Workers(inline_bytes, len(BATCH), heart)
        try:
            await workers.run(lane, packed)
        finally:
            workers.close()
    assert [False, True] == beside


async def test_what_inflates_past_every_limit_is_refused_by_the_larger_one() -> None:
    """The error of the try on the loop reaches nobody."""
    workers = Workers(100, 200, _decoding)
    try:
        with pytest.raises(InflationLimit, match="at most 200 bytes") as refused:
            await workers.run(LANE, WireRequest("POST", "/", "", GZIP, PACKED))
    finally:
        workers.close()
    assert refused.value.__context__ is None


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


async def test_what_waited_too_long_for_a_thread_is_refused() -> None:
    """Large bodies ahead take what they take; those behind are told in time, and cost nothing any more."""
    clock, begun, go_on = ManualClock(), threading.Semaphore(0), threading.Event()
    served: list[str] = []

    def heart(*given: Any) -> Scrubbed:
        begun.release()
        go_on.wait(30)
        served.append(given[0].path)
        return Scrubbed(given[0], Report(1, 1, 0, ()))

    workers = Workers(0, 99, heart, clock)

    def send(path: str) -> asyncio.Task[Scrubbed]:
        return asyncio.create_task(workers.run(LANE, WireRequest("POST", path, "", (), b"x")))

    ahead, late = [send("/ahead") for _ in range(THREADS)], [send("/late") for _ in range(5)]
    for _ in ahead:
        await asyncio.to_thread(begun.acquire)
    clock.now += PATIENCE_S + 1
    behind = send("/behind")
    await asyncio.sleep(0)
    go_on.set()
    got = await asyncio.gather(*late, return_exceptions=True)
    assert [Overloaded] * 5 == [type(error) for error in got]
    await asyncio.gather(*ahead, behind)
    workers.close()
    assert ["/ahead", "/ahead", "/behind"] == sorted(served)


async def test_threads_share_what_they_remember() -> None:
    """Requests that fill and empty a lane's plans at once leave as each does alone."""
    interval = sys.getswitchinterval()
    requests = [_person(number) for number in range(300)]

    def lane() -> Lane:
        program = compile_program(load("balanced"), LANE.dialect, Keyring.of(bytes(range(32))))
        program.roots["event"]._ground.limit = 60
        return replace(LANE, program=program)

    workers, shared, alone = Workers(0, 2**20), lane(), lane()
    sys.setswitchinterval(1e-6)
    try:
        together = await asyncio.gather(*[workers.run(shared, request) for request in requests])
    finally:
        sys.setswitchinterval(interval)
        workers.close()
    assert [scrub_request(request, alone.dialect, alone.program) for request in requests] == together


def _person(number: int) -> WireRequest:
    """Write a request in one of eleven shapes."""
    at = number % 11
    fields = {f"field_{at}": "x", "email": f"ada{number}@example.org", f"deep_{at}": {f"first_name_{at}": "Ada"}}
    return WireRequest("POST", "/", "", (), json.dumps(fields).encode())
