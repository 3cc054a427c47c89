from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import cast

import orjson
import pytest
import re2

from benchmarks import gate, latency, soak
from benchmarks.core import KEY, adversary, heart, measure, program, subjects, texts
from benchmarks.corpus import Case, documents, request
from benchmarks.curves import rules_policy
from benchmarks.fidelity import sent
from benchmarks.measure import FEWEST_ROUNDS, least_us
from benchmarks.native import native
from benchmarks.openloop import Generator, percentile
from benchmarks.paths import PATHS
from benchmarks.processes import Missing, Program, free_port, need, running
from benchmarks.saturation import as_bytes
from benchmarks.sink import listen
from benchmarks.systems import SYSTEMS, started
from benchmarks.unscrubbed import unscrubbed
from proxy.model import Report, Scrubbed, WireRequest
from proxy.policy import compile_program, load, load_text
from proxy.scrub import INFLATED_BYTES, scrub_request
from proxy.wire.registry import DIALECTS


def test_jobs_take_turns() -> None:
    """Each job runs once before any runs again, so that a slow spell of the machine hits all alike."""
    ran: list[str] = []
    least_us({"a": lambda: ran.append("a"), "b": lambda: ran.append("b")}, rounds=3, limit_s=0.0)
    turns = [name for at, name in enumerate(ran) if at == 0 or ran[at - 1] != name]
    assert turns[-6:] == ["a", "b"] * 3
    assert FEWEST_ROUNDS == 5


def test_a_measurement_names_every_part() -> None:
    """A row holds the floor, the heart, its parts and their ratio."""
    subject = next(one for one in subjects() if one.name == "mixpanel_single_personal")
    row = measure(subject, limit_s=0.0)
    parts = {"orjson", "heart", "unscrubbed", "framing", "decode", "program", "encode", "detect", "token", "native"}
    assert parts | {"ratio", "unscrubbed_ratio", "native_ratio", "events", "bytes"} == set(row)
    assert row["heart"] > row["unscrubbed"] > row["orjson"] > 0
    assert row["heart"] > row["native"] > row["orjson"]


def test_calls_into_c_are_recorded_and_can_be_made_again() -> None:
    """All of one run, each as often as it was made; what recorded them is gone again."""
    loads, match = orjson.loads, re2.Set.Match
    wire, dialect = request(Case("mixpanel", 10)), DIALECTS["mixpanel"]
    compiled = partial(compile_program, load("balanced"), dialect, KEY)
    calls = [
        cast("partial[object]", call) for call in native(compiled, lambda made: scrub_request(wire, dialect, made))
    ]
    assert (loads, match) == (orjson.loads, re2.Set.Match)
    made = Counter(call.func.__name__ for call in calls)
    assert (1, 1, 1, 1) == (made["loads"], made["dumps"], made["b64decode"], made["b64encode"])
    assert made["mac"] >= 2
    assert made["Match"] > 1
    assert documents(Case("mixpanel", 10)) in [call() for call in calls]


def test_unscrubbed_is_opened_and_sealed_and_nothing_else() -> None:
    """What stands in a program's place lets every record through as it came."""
    case = Case("mixpanel", 10)
    wire, dialect = request(case), DIALECTS["mixpanel"]
    result = scrub_request(wire, dialect, unscrubbed(program("mixpanel")))
    assert result.request is not None
    batch = dialect.decode(result.request, dialect.route(wire.method, wire.path), INFLATED_BYTES)
    assert documents(case) == batch.records
    assert Report(10, 10, 0, (), 0) == result.report


@pytest.mark.parametrize(("name", "arrived"), [("eventveil direct", 1), ("eventveil ingest alone", 0)])
async def test_a_part_is_taken_out_of_what_is_served(name: str, arrived: int, tmp_path: Path) -> None:
    """Without scrubbing the vendor gets what was sent; without delivery it gets nothing, and the client an answer."""
    port, received = free_port(), list[WireRequest]()
    vendor = await listen(port, received.append)
    system, wire = SYSTEMS[f"{name}, unscrubbed"], request(Case("mixpanel"))
    with started(system, tmp_path, port) as program:
        reader, writer = await asyncio.open_connection("127.0.0.1", program.port)
        writer.write(as_bytes(wire, system.path("mixpanel", wire.path)))
        assert b"HTTP/1.1 200 OK" in await reader.readuntil(b"\r\n")
        writer.close()
    vendor.close()
    dialect = DIALECTS["mixpanel"]
    opened = [dialect.decode(one, dialect.route(one.method, one.path), INFLATED_BYTES) for one in received]
    assert [documents(Case("mixpanel"))] * arrived == [batch.records for batch in opened]


def test_the_shapes_of_the_adversary_are_new_in_each_call() -> None:
    """Names that were seen once never come again, so that nothing is measured from a memory."""
    job = heart(adversary(3))["heart"]
    told = [{finding.where for finding in cast("Scrubbed", job()).report.findings} for _ in range(2)]
    unknown = [cast("Scrubbed", job()).request for _ in range(2)]
    assert told[0] == told[1]
    assert unknown[0] != unknown[1]


def test_detectors_see_each_string_once() -> None:
    """The part `detect` gets what the program would give it: distinct strings of a batch."""
    assert ["a", "b"] == texts([{"x": "a", "y": ["b", {"z": "a"}]}, {"x": 1}])


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.99, 99.0), (0.999, 100.0), (1.0, 100.0), (0.0, 1.0)])
def test_a_percentile_is_a_value_that_was_seen(share: float, expected: float) -> None:
    """The smallest value that at least this share of all do not exceed."""
    assert expected == percentile([float(value) for value in range(1, 101)], share)


def test_nothing_has_no_percentile() -> None:
    """A run without answers gives 0, not an error."""
    assert 0.0 == percentile([], 0.99)


async def test_the_generator_counts_every_request() -> None:
    """What is offered is either answered or failed; requests take turns."""
    port, received = free_port(), list[WireRequest]()
    server = await listen(port, received.append)
    requests = [as_bytes(WireRequest("POST", "/", "", (), body), f"/{body.decode()}") for body in (b"a", b"b")]
    generator = Generator(requests, rate=400)
    await generator.run(port, 0.1)
    server.close()
    assert (40, 0) == (len(generator.latencies_s), generator.failed)
    assert [20, 20] == [sum(request.path == path for request in received) for path in ("/a", "/b")]


async def test_the_sink_reads_bodies_whole() -> None:
    """Requests in one piece and in many are the same to the vendor."""
    port, received = free_port(), list[WireRequest]()
    server = await listen(port, received.append)
    wire = as_bytes(WireRequest("POST", "/x", "a=1", (("X-A", "b"),), b"body"), "/x") * 2
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in (wire[:20], wire[20:70], wire[70:]):
        writer.write(piece)
        await writer.drain()
    for _ in range(2):
        await reader.readuntil(b'"status":1}')
    writer.close()
    server.close()
    assert [("/x", "a=1", b"body")] * 2 == [(one.path, one.query, one.body) for one in received]


def test_a_program_is_read_and_ended_by_its_pid(tmp_path: Path) -> None:
    """CPU time and memory are those of the program; when the context closes, it is gone."""
    port = free_port()
    script = f"import http.server as s; s.HTTPServer(('127.0.0.1', {port}), s.BaseHTTPRequestHandler).serve_forever()"
    with running([sys.executable, "-c", script], port, sorted(os.sched_getaffinity(0)), tmp_path) as program:
        assert program.pid in program.pids()
        assert program.cpu_s() > 0
        assert program.rss_mb() > 1
    assert not Path(f"/proc/{program.pid}").exists()
    assert 0.0 == Program(program.pid, port).cpu_s()


def test_a_program_that_does_not_start_is_missing(tmp_path: Path) -> None:
    """A peer that is broken is skipped with its last word, and the run goes on."""
    with (
        pytest.raises(Missing, match="no such peer"),
        running([sys.executable, "-c", "raise SystemExit('no such peer')"], free_port(), [0], tmp_path),
    ):
        raise AssertionError("it must not come up")


def test_a_command_that_is_not_there_is_missing_by_name() -> None:
    """The reason for skipping names what is missing."""
    with pytest.raises(Missing, match="no-such-command"):
        need("no-such-command")


def test_every_path_names_known_systems() -> None:
    """A path without its system would be a case that nobody measures."""
    assert set() == {system for path in PATHS for system in path.systems} - set(SYSTEMS)


def test_no_two_paths_share_a_name() -> None:
    """A name stands for one way."""
    assert len(PATHS) == len({path.name for path in PATHS})


def test_latency_is_compared_with_the_way_past() -> None:
    """The rate of the figure is one of those that are measured."""
    assert 1000 in latency.RATES
    assert set() == set(latency.THROUGH) - set(SYSTEMS)


def test_the_policy_of_many_rules_compiles() -> None:
    """The curve of rules measures policies that would be served."""
    program = compile_program(load_text(rules_policy(20), "many.yaml"), DIALECTS["mixpanel"], KEY)
    assert "many" == program.policy


def test_what_is_sent_for_fidelity_is_planted() -> None:
    """Every request holds something that must not arrive."""
    assert sent()
    assert all(line.pii for line in sent())


@pytest.mark.parametrize(
    ("read", "flat"),
    [
        ([50.0] * 9, True),
        ([50.0, 60, 70, 70, 70, 70, 70, 71, 70], True),
        ([50.0, 55, 60, 65, 70, 75, 80, 85, 90], False),
    ],
)
def test_memory_is_flat_when_it_stops_growing(read: list[float], flat: bool) -> None:
    """Growth at the start is warming up; growth at the end is a leak."""
    assert flat == soak.is_flat(read)


@pytest.mark.parametrize(("load", "lasts"), [("pass", False), ("import sys; sys.stdin.read()", True)])
def test_memory_is_told_for_as_long_as_there_was_a_load(load: str, lasts: bool) -> None:
    """A load that ended before its time did not last for it, so that its figure does not count."""
    seconds = 0.5
    with subprocess.Popen([sys.executable, "-c", load], stdin=subprocess.PIPE) as started:
        if not lasts:
            started.wait(30)
        read, lasted_s = soak.while_it_runs(started, lambda: 50.0, seconds)
        assert started.returncode is not None
    assert (lasts, {50.0}) == (lasted_s >= seconds, set(read))


def test_the_gate_has_a_ceiling_for_every_case() -> None:
    """A case without a ceiling would pass unseen."""
    assert set(gate.GATED) == set(orjson.loads(gate.CEILINGS.read_bytes()))


@pytest.mark.parametrize(("ceiling", "status"), [(1e9, 0), (1e-9, 1)])
def test_the_gate_fails_over_a_ceiling(
    ceiling: float, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 0 below the ceilings and with 1 above one, and says which."""
    (tmp_path / "gate.json").write_bytes(orjson.dumps({"mixpanel_single_personal": ceiling}))
    monkeypatch.setattr(gate, "CEILINGS", tmp_path / "gate.json")
    monkeypatch.setattr(gate, "GATED", ("mixpanel_single_personal",))
    monkeypatch.setattr(gate, "LIMIT_S", 0.0)
    assert status == gate.check()
    assert ("over" if status else "ok") in capsys.readouterr().out
