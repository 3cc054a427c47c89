"""The service level objectives → `rules/slo.yaml`: recording rules and burn-rate alerts, named as Sloth names them.

`deploy.generate` writes it. Each objective is a row of a table; the windows and factors are those of the SRE workbook.
Nothing here talks to a Prometheus.

Source: Google, The Site Reliability Workbook, chapter 5, table 5-8; sloth.dev, "Prometheus generated rules", 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["BURN", "OBJECTIVES", "WINDOWS", "Objective", "text"]

PERIOD_DAYS = 30
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
BURN: dict[str, tuple[tuple[str, str, float], ...]] = {
    "page": (("5m", "1h", 14.4), ("30m", "6h", 6)),
    "ticket": (("2h", "1d", 3), ("6h", "3d", 1)),
}
"""Severity → (short window, long window, factor): 14.4 spends 2 % of a month's budget in an hour, 6 spends 5 % in six
hours, 3 spends 10 % in a day, 1 spends 10 % in three days."""

NOT_OURS = (
    "route_refused|route_unknown|method_not_allowed|read_timeout|wire_invalid"
    "|delivery_failed|upstream_unreachable|upstream_timeout"
)
"""Reasons that are no fault of eventveil: closed or unknown routes; requests that their clients never sent whole, as
pages do that are left; and the vendor's own failures, which EventveilVendorDown tells about."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One promise.

    Args:
        slo: its name.
        percent: of good requests, over 30 days.
        errors, total: rates of bad and of all requests; `<window>` stands for the window.
        alert: name of its alerts.
        summary, description: of the alerts.
    """

    slo: str
    percent: float
    errors: str
    total: str
    alert: str
    summary: str
    description: str

    @property
    def budget(self) -> str:
        """The share that may fail, without floating-point dust."""
        return f"{round((100 - self.percent) / 100, 6):g}"


_COUNTED = f'lane!="none",reason!~"{NOT_OURS}"'

OBJECTIVES = (
    Objective(
        slo="acceptance",
        percent=99.9,
        errors=f'sum(rate(eventveil_requests_total{{outcome="refused",{_COUNTED}}}[<window>]))',
        total=f"sum(rate(eventveil_requests_total{{{_COUNTED}}}[<window>]))",
        alert="EventveilAcceptanceBurn",
        summary="Requests are refused faster than the objective allows.",
        description=(
            "More than 0.1 % of requests were refused for a reason that is eventveil's to mend, fast enough to spend"
            " the month's budget early."
        ),
    ),
    Objective(
        slo="added-latency",
        percent=99,
        errors=(
            "(sum(rate(eventveil_added_latency_seconds_count[<window>]))"
            ' - sum(rate(eventveil_added_latency_seconds_bucket{le="0.025"}[<window>])))'
        ),
        total="sum(rate(eventveil_added_latency_seconds_count[<window>]))",
        alert="EventveilAddedLatencyBurn",
        summary="eventveil adds more time to requests than the objective allows.",
        description=(
            "More than 1 % of requests spent over 25 ms in eventveil, the vendor's time not counted, often enough to"
            " spend the month's budget early."
        ),
    ),
)

_HEAD = """\
# Written by `python -m deploy.generate` from deploy/prometheus/slo.py; change that file, not this one.
# Names and labels are Sloth's, so that its Grafana dashboards work with them.
groups:
"""


def text() -> str:
    """Write the rules file."""
    return _HEAD + "\n".join(line for objective in OBJECTIVES for line in _groups(objective)) + "\n"


def _groups(objective: Objective) -> Iterator[str]:
    yield f"  - name: eventveil-slo-{objective.slo}-sli"
    yield "    rules:"
    for window in WINDOWS:
        errors, total = (part.replace("<window>", window) for part in (objective.errors, objective.total))
        yield from _record(objective, f"slo:sli_error:ratio_rate{window}", f"{errors}\n/\n({total} > 0)", window)
    own = _selector(objective)
    month = f"{PERIOD_DAYS}d"
    over = f"slo:sli_error:ratio_rate5m{{{own}}}[{month}]"
    mean = f"sum_over_time({over})\n/ ignoring (sloth_window)\ncount_over_time({over})"
    yield from _record(objective, f"slo:sli_error:ratio_rate{month}", mean, month)
    yield f"  - name: eventveil-slo-{objective.slo}-meta"
    yield "    rules:"
    for name, expression in _meta(objective, own, month).items():
        yield from _record(objective, name, expression)
    yield f"  - name: eventveil-slo-{objective.slo}-alerts"
    yield "    rules:"
    for severity in BURN:
        yield from _alert(objective, severity)


def _meta(objective: Objective, own: str, month: str) -> dict[str, str]:
    on = "/ on (sloth_id, sloth_slo, sloth_service) group_left ()"
    return {
        "slo:objective:ratio": f"vector({round(objective.percent / 100, 6):g})",
        "slo:error_budget:ratio": f"vector({objective.budget})",
        "slo:time_period:days": f"vector({PERIOD_DAYS})",
        "slo:current_burn_rate:ratio": f"slo:sli_error:ratio_rate5m{{{own}}}\n{on}\nslo:error_budget:ratio{{{own}}}",
        "slo:period_burn_rate:ratio": (
            f"slo:sli_error:ratio_rate{month}{{{own}}}\n{on}\nslo:error_budget:ratio{{{own}}}"
        ),
        "slo:period_error_budget_remaining:ratio": f"1 - slo:period_burn_rate:ratio{{{own}}}",
        "sloth_slo_info": "vector(1)",
    }


def _selector(objective: Objective) -> str:
    return f'sloth_id="eventveil-{objective.slo}",sloth_service="eventveil",sloth_slo="{objective.slo}"'


def _record(objective: Objective, name: str, expression: str, window: str = "") -> Iterator[str]:
    yield f"      - record: {name}"
    yield "        expr: |"
    yield from (f"          {line}" for line in expression.splitlines())
    yield "        labels:"
    yield from (f"          {label}" for label in _labels(objective))
    if window:
        yield f"          sloth_window: {window}"
    if name == "sloth_slo_info":
        yield f'          sloth_objective: "{objective.percent:g}"'


def _labels(objective: Objective) -> tuple[str, ...]:
    return (
        f"sloth_id: eventveil-{objective.slo}",
        "sloth_service: eventveil",
        f"sloth_slo: {objective.slo}",
    )


def _alert(objective: Objective, severity: str) -> Iterator[str]:
    own = _selector(objective)
    pairs = [
        "(\n"
        f"  max(slo:sli_error:ratio_rate{short}{{{own}}} > ({factor:g} * {objective.budget})) without (sloth_window)\n"
        "  and\n"
        f"  max(slo:sli_error:ratio_rate{long}{{{own}}} > ({factor:g} * {objective.budget})) without (sloth_window)\n"
        ")"
        for short, long, factor in BURN[severity]
    ]
    yield f"      - alert: {objective.alert}"
    yield "        expr: |"
    yield from (f"          {line}" for line in "\nor\n".join(pairs).splitlines())
    yield "        labels:"
    yield f"          severity: {severity}"
    yield f"          sloth_severity: {severity}"
    yield "        annotations:"
    yield f'          summary: "{objective.summary}"'
    yield "          description: >-"
    yield f"            {objective.description}"
    yield f"          runbook_url: deploy/README.md#{objective.alert.lower()}"
