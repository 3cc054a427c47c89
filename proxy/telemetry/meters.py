"""What happened to a request → integers.

`server.handler` fills in a `Visit` while a request goes through and hands it to `Telemetry.count` exactly once,
whatever became of it; `app` tells about reloads and policies. On this path there are slots and additions, no locks,
no strings built, no Prometheus. All series of a lane exist at 0 as soon as the lane does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import time_ns

from proxy.model import Outcome, Report
from proxy.telemetry.families import FAMILIES, REASONS, STATUS_CLASSES
from proxy.telemetry.store import Store

__all__ = ["NO_LANE", "LaneMeter", "PolicyFact", "Telemetry", "Visit"]

NO_LANE = "none"
"""The lane of requests that belong to none: an unknown prefix, or bytes that are no HTTP."""

FINDING_SERIES = 2**13
"""Entities times actions times lanes stay far below; what is over it is counted as `other`. Lanes leave room for all of
them, so that no request fails because it cannot be counted."""


BY_LANE = ("received", "unknown", "taint", "budget", "bytes_in", "bytes_out", "preflights", "in_flight", "added")
BY_VENDOR = ("upstream", "upstream_in_flight", "upstream_limit", "last_success")
"""Families whose series a `LaneMeter` keeps under the same name."""


BY_RULE = frozenset({"taint", "budget"})
"""Findings whose rule is counted by itself, in the slot of the same name."""

BUCKETS = {key: family.buckets for key, family in FAMILIES.items() if family.buckets}


@dataclass(slots=True)
class Visit:
    """What is known of one request while it goes through the house. Holds no value of it.

    Args:
        id: names the request in logs and in the answer.
        started_ns, read_ns: monotonic clock at the head, and when the whole request was there.
        upstream_ns: time at the vendor.
        outcome, reason: the request's fate; a reason only when it was refused.
        report: what the heart did; None when the request never got that far.
        upstream_status: the vendor's status; 0 when it was asked and gave none, None when it was not asked.
    """

    id: str
    meter: LaneMeter
    started_ns: int
    read_ns: int = 0
    upstream_ns: int = 0
    route: str = ""
    outcome: Outcome = Outcome.REFUSED
    reason: str = ""
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    report: Report | None = None
    upstream_status: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """What a lane scrubs with; published as `eventveil_policy_info`."""

    lane: str
    vendor: str
    policy: str
    hash: str
    mode: str
    epoch: str


@dataclass(slots=True, init=False)
class LaneMeter:
    """The slots of one lane, looked up once."""

    lane: str
    vendor: str
    requests: dict[tuple[Outcome, str], int]
    records: dict[tuple[Outcome, str], int]
    findings: dict[tuple[str, str], int]
    responses: tuple[int, ...]
    received: int
    unknown: int
    taint: int
    budget: int
    bytes_in: int
    bytes_out: int
    preflights: int
    in_flight: int
    added: int
    upstream: int
    upstream_in_flight: int
    upstream_limit: int
    last_success: int

    def __init__(self, store: Store, lane: str, vendor: str) -> None:
        self.lane, self.vendor = lane, vendor

        def slot(family: str, *labels: str) -> int:
            return store.slot(family, labels, FAMILIES[family].width, spare=2 * FINDING_SERIES)

        fates: list[tuple[Outcome, str]] = [(outcome, "") for outcome in Outcome if outcome is not Outcome.REFUSED]
        fates += [(Outcome.REFUSED, reason) for reason in REASONS]
        self.requests = {fate: slot("requests", lane, *fate) for fate in fates}
        self.records = {fate: slot("records", lane, *fate) for fate in fates}
        self.findings = {}
        self.responses = tuple(slot("responses", lane, vendor, name) for name in STATUS_CLASSES)
        for name in BY_LANE:
            setattr(self, name, slot(name, lane))
        for name in BY_VENDOR:
            setattr(self, name, slot(name, lane, vendor))


@dataclass(slots=True)
class Telemetry:
    """One process' measurements.

    Args:
        store: where the integers live.
        stores: those of all workers, this one's among them; what `/metrics` shows.
        clock_ns: wall clock, for timestamps.
    """

    store: Store = field(default_factory=Store)
    stores: Sequence[Store] = ()
    clock_ns: Callable[[], int] = time_ns
    policies: tuple[PolicyFact, ...] = ()
    _meters: dict[tuple[str, str], LaneMeter] = field(default_factory=dict)
    _finding_series: int = 0

    def __post_init__(self) -> None:
        self.stores = self.stores or (self.store,)
        for entry in self.store.entries():
            if FAMILIES[entry.family].kind == "gauge":
                self.store.values[entry.first] = 0
        self.set("started", self.clock_ns())
        self.set("ready", 0)
        self.lane(NO_LANE, NO_LANE)  # while there is room: every request begins there

    def lane(self, name: str, vendor: str) -> LaneMeter:
        """Give a lane's slots; the first call creates all of its series at 0."""
        meter = self._meters.get((name, vendor))
        if meter is None:
            meter = self._meters[name, vendor] = LaneMeter(self.store, name, vendor)
        return meter

    def set(self, family: str, value: int) -> None:
        """Set a gauge that has no labels."""
        self.store.values[self.store.slot(family, ())] = value

    def add(self, slot: int, amount: int) -> int:
        """Add to a slot, a gauge's step up or down, or a counter that no visit carries; give what it then holds."""
        value = self.store.values[slot] + amount
        self.store.values[slot] = value
        return value

    def observe(self, family: str, first: int, value: int) -> None:
        """Count a value into a histogram's slots."""
        buckets, values = BUCKETS[family], self.store.values
        values[first + bisect_left(buckets, value)] += 1
        values[first + len(buckets) + 1] += value

    def reloaded(self, *, taken: bool) -> None:
        """Tell how the last reload (or the start) went."""
        self.set("reload_ok", int(taken))
        self.set("reload_time", self.clock_ns())

    def count(self, visit: Visit, now_ns: int) -> None:
        """Count one request, its records and its findings; called exactly once a request.

        Args:
            now_ns: the same monotonic clock as the visit's.
        """
        meter, values = visit.meter, self.store.values
        fate = visit.outcome, visit.reason
        values[meter.requests[fate]] += 1
        values[meter.bytes_in] += visit.bytes_in
        values[meter.bytes_out] += visit.bytes_out
        if visit.report is not None:
            self._count_report(meter, visit.report, fate)
            self.observe("added", meter.added, now_ns - visit.read_ns - visit.upstream_ns)
        if visit.upstream_status is not None:
            self._count_upstream(meter, visit.upstream_status, visit.upstream_ns)

    def _count_report(self, meter: LaneMeter, report: Report, fate: tuple[Outcome, str]) -> None:
        values = self.store.values
        values[meter.received] += report.received
        if report.dropped:
            values[meter.records[Outcome.DROPPED, ""]] += report.dropped
        values[meter.records[fate]] += report.forwarded
        values[meter.unknown] += report.unknown
        findings = meter.findings
        for finding in report.findings:
            entity, action, count = finding.entity, finding.action, finding.count
            slot = findings.get((entity, action))
            values[self._finding_slot(meter, entity, action) if slot is None else slot] += count
            if finding.rule in BY_RULE:
                values[getattr(meter, finding.rule)] += count

    def _count_upstream(self, meter: LaneMeter, status: int, spent_ns: int) -> None:
        values = self.store.values
        values[meter.responses[status // 100 - 1 if status < 600 else -1]] += 1  # -1 is `none`, also for 0
        if status:
            self.observe("upstream", meter.upstream, spent_ns)
            if status < 400:
                values[meter.last_success] = self.clock_ns()

    def _finding_slot(self, meter: LaneMeter, entity: str, action: str) -> int:
        bounded = (entity, action) if self._finding_series < FINDING_SERIES else ("other", "other")
        self._finding_series += 1
        slot = meter.findings[entity, action] = self.store.slot("findings", (meter.lane, *bounded))
        return slot
