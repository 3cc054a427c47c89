"""Requests → integers."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import pytest

from proxy.errors import StartError
from proxy.model import Finding, Outcome, Report
from proxy.telemetry.families import FAMILIES, REASONS
from proxy.telemetry.meters import FINDING_SERIES, NO_LANE, LaneMeter, Telemetry, Visit
from proxy.telemetry.store import STORE_BYTES, Store

MS = 1_000_000


def _telemetry() -> tuple[Telemetry, LaneMeter]:
    telemetry = Telemetry(clock_ns=lambda: 77)
    return telemetry, telemetry.lane("mp", "mixpanel")


def _visit(meter: LaneMeter, **facts: object) -> Visit:
    visit = Visit("id", meter, 0, outcome=Outcome.FORWARDED)
    for name, value in facts.items():
        setattr(visit, name, value)
    return visit


def _histogram(telemetry: Telemetry, family: str, first: int) -> list[int]:
    return telemetry.store.values[first : first + FAMILIES[family].width].tolist()


def test_a_forwarded_request_is_counted_everywhere() -> None:
    """Request, records, bytes, findings, both latencies apart, the vendor's status and its last success."""
    telemetry, meter = _telemetry()
    findings = (Finding("r", "event.a", "EMAIL_ADDRESS", "hash", 3), Finding("taint", "body", "PERSON", "drop", 1))
    report = Report(5, 4, 1, (*findings, Finding("budget", "event.b", "UNKNOWN", "drop", 2)), unknown=6)
    visit = _visit(
        meter, report=report, bytes_in=100, bytes_out=80, read_ns=10 * MS, upstream_ns=30 * MS, upstream_status=200
    )
    telemetry.count(visit, now_ns=42 * MS)
    values = telemetry.store.values
    counted = {
        name: values[getattr(meter, name)]
        for name in ("received", "unknown", "taint", "budget", "bytes_in", "bytes_out", "last_success")
    }
    expected = {"received": 5, "unknown": 6, "taint": 1, "budget": 2, "bytes_in": 100, "bytes_out": 80}
    assert expected | {"last_success": 77} == counted
    assert (1, 4, 1) == (
        values[meter.requests[Outcome.FORWARDED, ""]],
        values[meter.records[Outcome.FORWARDED, ""]],
        values[meter.records[Outcome.DROPPED, ""]],
    )
    assert 3 == values[telemetry.store.slot("findings", ("mp", "EMAIL_ADDRESS", "hash"))]
    assert (1, 2 * MS) == (_histogram(telemetry, "added", meter.added)[2], values[meter.added + 13])
    assert (1, 30 * MS) == (_histogram(telemetry, "upstream", meter.upstream)[3], values[meter.upstream + 13])
    assert 1 == values[meter.responses[1]]


FATES = [*product([Outcome.FORWARDED, Outcome.SPOOLED, Outcome.DROPPED], [""]), *product([Outcome.REFUSED], REASONS)]


@pytest.mark.parametrize(("outcome", "reason"), FATES)
def test_every_record_has_exactly_one_outcome(outcome: Outcome, reason: str) -> None:
    """Whatever the request's fate, the outcomes add up to what was received."""
    telemetry, meter = _telemetry()
    telemetry.count(_visit(meter, outcome=outcome, reason=reason, report=Report(7, 5, 2, ())), 0)
    values = telemetry.store.values
    assert values[meter.received] == sum(values[slot] for slot in meter.records.values())
    assert 1 == sum(values[slot] for slot in meter.requests.values())


def test_a_request_refused_before_decoding_counts_no_record() -> None:
    """One request, no records, no latency of a heart that did not run."""
    telemetry, meter = _telemetry()
    telemetry.count(_visit(meter, outcome=Outcome.REFUSED, reason="framing_invalid"), 0)
    values = telemetry.store.values
    assert (0, 0) == (sum(values[slot] for slot in meter.records.values()), values[meter.added + 13])
    assert 1 == values[meter.requests[Outcome.REFUSED, "framing_invalid"]]


@pytest.mark.parametrize(
    ("status", "place", "timed", "succeeded"),
    [(100, 0, 1, 1), (204, 1, 1, 1), (304, 2, 1, 1), (404, 3, 1, 0), (503, 4, 1, 0), (0, 5, 0, 0), (999, 5, 1, 0)],
)
def test_a_vendors_status_has_a_class(status: int, place: int, timed: int, succeeded: int) -> None:
    """No answer is a class of its own; only an answer has a duration, only one below 400 is a success."""
    telemetry, meter = _telemetry()
    telemetry.count(_visit(meter, upstream_status=status, upstream_ns=5), 0)
    values = telemetry.store.values
    assert [int(index == place) for index in range(6)] == [values[slot] for slot in meter.responses]
    assert (timed, succeeded * 77) == (
        sum(_histogram(telemetry, "upstream", meter.upstream)[:-1]),
        values[meter.last_success],
    )


@pytest.mark.parametrize(("value", "bucket"), [(0, 0), (MS // 2, 0), (MS // 2 + 1, 1), (10**12, 12)])
def test_an_observation_falls_into_the_first_bucket_that_holds_it(value: int, bucket: int) -> None:
    """Bounds are inclusive, as Prometheus has them; the last takes the rest."""
    telemetry, meter = _telemetry()
    telemetry.observe("added", meter.added, value)
    expected = [int(index == bucket) for index in range(13)] + [value]
    assert expected == _histogram(telemetry, "added", meter.added)


def test_findings_stay_bounded() -> None:
    """A vocabulary that grows without end ends in `other`, and nothing is lost from the sum."""
    telemetry, meter = _telemetry()
    for number in range(FINDING_SERIES + 10):
        report = Report(1, 1, 0, (Finding("r", "event.a", f"ENTITY_{number}", "drop", 1),))
        telemetry.count(_visit(meter, report=report), 0)
    series = [entry for entry in telemetry.store.entries() if entry.family == "findings"]
    assert FINDING_SERIES + 1 == len(series)
    assert 10 == telemetry.store.values[telemetry.store.slot("findings", ("mp", "other", "other"))]


def test_no_request_fails_because_it_cannot_be_counted() -> None:
    """Where one lane more does not fit, what those that fit find does, and so does what belongs to no lane."""
    telemetry = Telemetry()
    meters: list[LaneMeter] = []
    with suppress(StartError):
        meters.extend(telemetry.lane(f"tenant-of-an-agency-{number:012}", "mixpanel") for number in range(10_000))
    assert 1000 < len(meters) < 10_000
    for number in range(2 * FINDING_SERIES):
        finding = Finding("r", "event.a", f"ENTITY_OF_AN_OPERATOR_{number:042}", "generalize", 1)
        telemetry.count(_visit(meters[number % len(meters)], report=Report(1, 1, 0, (finding,))), 0)
    telemetry.count(_visit(telemetry.lane(NO_LANE, NO_LANE)), 0)
    found = [entry for entry in telemetry.store.entries() if entry.family == "findings"]
    assert 2 * FINDING_SERIES == sum(telemetry.store.values[entry.first] for entry in found)


def test_a_lane_has_all_of_its_series_at_once() -> None:
    """A rate over a series that appears with its first event misses that event."""
    telemetry, meter = _telemetry()
    by_lane = {entry.family for entry in telemetry.store.entries() if "mp" in entry.labels}
    assert {key for key, family in FAMILIES.items() if "lane" in family.labels} - {"findings"} == by_lane
    assert meter is telemetry.lane("mp", "mixpanel")


def test_a_worker_that_starts_again_keeps_counters_and_not_gauges() -> None:
    """What was under way when it died is not under way any more."""
    memory = memoryview(bytearray(STORE_BYTES))
    first = Telemetry(Store(memory))
    meter = first.lane("mp", "mixpanel")
    first.add(meter.in_flight, 3)
    first.add(meter.received, 9)
    again = Telemetry(Store(memory))
    meter = again.lane("mp", "mixpanel")
    assert (0, 9) == (again.store.values[meter.in_flight], again.store.values[meter.received])


@pytest.mark.parametrize("taken", [True, False])
def test_a_reload_is_told_with_its_time(taken: bool) -> None:
    """Taken or not."""
    telemetry, _ = _telemetry()
    telemetry.reloaded(taken=taken)
    slots = [telemetry.store.slot(name, ()) for name in ("reload_ok", "reload_time")]
    assert [int(taken), 77] == [telemetry.store.values[slot] for slot in slots]
