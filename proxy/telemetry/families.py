"""Every metric that eventveil publishes, as one table. The only file that knows a metric's name.

`meters` takes slots for the series, `collector` turns slots into Prometheus families; dashboards, alerts and the
operator's documentation are tested against this table. A published name is a contract. No label ever holds anything of
an event: lanes, vendors and policies are named by the operator, all other labels come from closed lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proxy.errors import EventveilError, StartError

__all__ = [
    "BUILD_INFO",
    "COMPUTED",
    "FAMILIES",
    "NANOSECONDS",
    "POLICY_INFO",
    "REASONS",
    "STATUS_CLASSES",
    "UNACCOUNTED",
    "Family",
]

NANOSECONDS = 1_000_000_000
"""Slots are integers; time is kept in nanoseconds and published in seconds."""

MS = 1_000_000

ADDED_BUCKETS = tuple(int(ms * MS) for ms in (0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500))
"""Time in eventveil: 0.5 ms is a small request through an idle process."""

UPSTREAM_BUCKETS = tuple(int(ms * MS) for ms in (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 20000))
"""Time at the vendor: up to the default answer timeout."""

LAG_BUCKETS = tuple(int(ms * MS) for ms in (1, 2.5, 5, 10, 25, 50, 100, 250, 1000))

STATUS_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx", "none")
"""A vendor's answers; `none` when there was no answer."""


def _reasons(root: type[EventveilError]) -> set[str]:
    found = {root.reason}
    for child in root.__subclasses__():
        if child is not StartError:
            found |= _reasons(child)
    return found


REASONS = tuple(sorted(_reasons(EventveilError) | {"aborted"}))
"""Why a request or record was refused: the reason of an error, or `aborted` when the process stopped first."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Args:
        name: as published, with unit and `_total`.
        text: what it counts, for `# HELP`.
        labels: names, in the order in which label values are given.
        kind: what it is to Prometheus.
        merge: how several workers' slots become one value; `each` adds a label `worker`.
        scale: what the integer is divided by.
        buckets: upper bounds of a histogram, in the integer's unit.
    """

    name: str
    text: str
    labels: tuple[str, ...] = ()
    kind: Literal["counter", "gauge", "histogram"] = "counter"
    merge: Literal["sum", "max", "min", "each"] = "sum"
    scale: int = 1
    buckets: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """How many slots one series takes: a histogram has its buckets, one for what is above, and the sum."""
        return len(self.buckets) + 2 if self.buckets else 1


_LANE = ("lane",)
_VENDOR = ("lane", "vendor")

FAMILIES: dict[str, Family] = {
    "requests": Family("eventveil_requests_total", "Requests by outcome.", ("lane", "outcome", "reason")),
    "records": Family("eventveil_records_total", "Records by outcome.", ("lane", "outcome", "reason")),
    "received": Family("eventveil_records_received_total", "Records found in requests that decoded.", _LANE),
    "findings": Family("eventveil_findings_total", "What rules did to values.", ("lane", "entity", "action")),
    "unknown": Family("eventveil_unknown_fields_total", "Fields that nothing classifies.", _LANE),
    "taint": Family("eventveil_taint_hits_total", "Removed values found again elsewhere in the same request.", _LANE),
    "budget": Family("eventveil_detector_budget_overruns_total", "Fields given up by a detector out of time.", _LANE),
    "bytes_in": Family("eventveil_received_bytes_total", "Request bodies received.", _LANE),
    "bytes_out": Family("eventveil_forwarded_bytes_total", "Request bodies released for delivery.", _LANE),
    "preflights": Family("eventveil_preflights_total", "CORS preflights answered.", _LANE),
    "connections": Family("eventveil_open_connections", "Connections open at the public port.", (), "gauge"),
    "in_flight": Family("eventveil_in_flight_requests", "Requests in eventveil now.", _LANE, "gauge"),
    "added": Family(
        "eventveil_added_latency_seconds",
        "Time in eventveil from the whole request received to its answer, without the vendor's time.",
        _LANE,
        "histogram",
        scale=NANOSECONDS,
        buckets=ADDED_BUCKETS,
    ),
    "upstream": Family(
        "eventveil_upstream_latency_seconds",
        "Time from sending to the vendor's whole answer.",
        _VENDOR,
        "histogram",
        scale=NANOSECONDS,
        buckets=UPSTREAM_BUCKETS,
    ),
    "responses": Family("eventveil_upstream_responses_total", "Vendor answers by status.", (*_VENDOR, "class")),
    "upstream_in_flight": Family("eventveil_upstream_in_flight_requests", "Requests at the vendor.", _VENDOR, "gauge"),
    "upstream_limit": Family(
        "eventveil_upstream_in_flight_limit_requests", "Requests that may be at the vendor at once.", _VENDOR, "gauge"
    ),
    "last_success": Family(
        "eventveil_upstream_last_success_timestamp_seconds",
        "When the vendor last answered below 400; 0 before the first time.",
        _VENDOR,
        "gauge",
        "max",
        NANOSECONDS,
    ),
    "ready": Family("eventveil_ready", "1 while requests are accepted.", (), "gauge", "min"),
    "reload_ok": Family("eventveil_config_last_reload_successful", "1 when it was taken.", (), "gauge", "min"),
    "reload_time": Family(
        "eventveil_config_last_reload_timestamp_seconds",
        "When a configuration was last tried, taken or not.",
        (),
        "gauge",
        "max",
        NANOSECONDS,
    ),
    "certificate": Family(
        "eventveil_certificate_end_timestamp_seconds",
        "When the certificate ends that the public port serves; 0 without TLS.",
        (),
        "gauge",
        "min",
    ),
    "canary": Family(
        "eventveil_canary_leaks",
        "Kinds of data whose canary came through a lane's program at the last look, once a minute; reads 0.",
        (),
        "gauge",
        "max",
    ),
    "lag": Family(
        "eventveil_event_loop_lag_seconds",
        "How late the event loop ran a timer, twice a second.",
        (),
        "histogram",
        scale=NANOSECONDS,
        buckets=LAG_BUCKETS,
    ),
    "rss": Family("eventveil_resident_memory_bytes", "Resident memory.", (), "gauge", "each"),
    "started": Family(
        "eventveil_start_timestamp_seconds", "When the worker started.", (), "gauge", "each", NANOSECONDS
    ),
}

UNACCOUNTED = Family(
    "eventveil_records_unaccounted", "Records received that no outcome accounts for; reads 0.", _LANE, "gauge"
)
POLICY_INFO = Family(
    "eventveil_policy_info",
    "What a lane scrubs with now.",
    ("lane", "vendor", "policy", "hash", "mode", "epoch"),
    "gauge",
)
BUILD_INFO = Family("eventveil_build_info", "The version that runs.", ("version",), "gauge")

COMPUTED = (UNACCOUNTED, POLICY_INFO, BUILD_INFO)
"""Published beside `FAMILIES`; made at the scrape from what is there, not counted."""
