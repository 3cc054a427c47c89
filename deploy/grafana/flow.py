"""Dashboard *Flow*: what comes in, what goes out, whether both agree, and where the time is spent. A table."""

from __future__ import annotations

from deploy.grafana.panels import Board, Panel, Query, Row

__all__ = ["FLOW"]

RATE = "[$__rate_interval]"


def _quantiles(metric: str, places: str, legend: str) -> tuple[Query, ...]:
    return tuple(
        Query(
            f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket{{{places}}}{RATE})))", f"{legend} p{name}"
        )
        for share, name in (Query("0.5", "50"), ("0.9", "90"), ("0.99", "99"))
    )


NOW = Row(
    "Now",
    (
        Panel(
            "Requests in", "Requests a second that SDKs send, whatever becomes of them.", "reqps",
            (Query(f"sum(rate(eventveil_requests_total{{<lane>}}{RATE}))"),), "stat", 4,
        ),
        Panel(
            "Not refused", "Share of requests that were forwarded, spooled or dropped by the policy.", "percentunit",
            (Query(f'1 - sum(rate(eventveil_requests_total{{<lane>,outcome="refused"}}{RATE}))'
              f" / sum(rate(eventveil_requests_total{{<lane>}}{RATE}))"),), "stat", 4,
            alarm=0.99, alarm_below=True,
        ),
        Panel(
            "Records unaccounted", "Received minus all outcomes. Anything but 0 is a defect.", "none",
            (Query("sum(eventveil_records_unaccounted{<lane>})"),), "stat", 4, alarm=1,
        ),
        Panel(
            "Time added, p99", "Time in eventveil, from the whole request received to its answer; the vendor's time is"
            " not in it.", "s",
            _quantiles("eventveil_added_latency_seconds", "<lane>", "added")[-1:], "stat", 4, alarm=0.025,
        ),
        Panel(
            "Instances not ready", "Instances that accept no requests now.", "none",
            (Query("count(eventveil_ready{<job>}) - sum(eventveil_ready{<job>})"),), "stat", 4, alarm=1,
        ),
        Panel(
            "Reloads refused", "Instances whose last configuration was refused; the old one serves.", "none",
            (Query("count(eventveil_config_last_reload_successful{<job>})"
              " - sum(eventveil_config_last_reload_successful{<job>})"),), "stat", 4, alarm=1,
        ),
    ),
)  # fmt: skip

INCOMING = Row(
    "In: from SDKs",
    (
        Panel(
            "Requests by outcome", "The one fate of each request.", "reqps",
            (Query(f"sum by (outcome) (rate(eventveil_requests_total{{<lane>}}{RATE}))", "{{outcome}}"),), stacked=True,
        ),
        Panel(
            "Requests refused, by reason", "Why requests were refused. `route_refused` is closed by default, such as"
            " session replay; the SDK is told that all is well.", "reqps",
            (Query(f'sum by (reason) (rate(eventveil_requests_total{{<lane>,outcome="refused"}}{RATE})) > 0'
              " or on () vector(0)", "{{reason}}"),),
            stacked=True,
        ),
        Panel(
            "Requests by lane", "Where the traffic goes. Lane `none` is what belongs to no lane.", "reqps",
            (Query(f"sum by (lane) (rate(eventveil_requests_total{{<lane>}}{RATE}))", "{{lane}}"),), stacked=True,
        ),
        Panel(
            "Records by outcome", "The one fate of each event, profile update or group update.", "short",
            (Query(f"sum by (outcome) (rate(eventveil_records_total{{<lane>}}{RATE}))", "{{outcome}}"),), stacked=True,
        ),
        Panel(
            "Bytes", "Request bodies received, and released for delivery.", "Bps",
            (Query(f"sum(rate(eventveil_received_bytes_total{{<lane>}}{RATE}))", "in"),
             Query(f"sum(rate(eventveil_forwarded_bytes_total{{<lane>}}{RATE}))", "out")),
        ),
        Panel(
            "Under way, and preflights", "Requests in eventveil now, and CORS preflights a second, which no other panel"
            " counts.", "short",
            (Query("sum(eventveil_in_flight_requests{<lane>})", "requests under way"),
             Query(f"sum(rate(eventveil_preflights_total{{<lane>}}{RATE}))", "preflights a second")),
        ),
    ),
)  # fmt: skip

OUTGOING = Row(
    "Out: to vendors",
    (
        Panel(
            "Answers by class", "What vendors answered; `none` is no answer.", "reqps",
            (Query(f"sum by (class) (rate(eventveil_upstream_responses_total{{<vendor>}}{RATE}))", "{{class}}"),),
            stacked=True,
        ),
        Panel(
            "Bad answers", "Share of vendors' answers that were 5xx, or none at all.", "percentunit",
            (Query(f'sum by (vendor) (rate(eventveil_upstream_responses_total{{<vendor>,class=~"5xx|none"}}{RATE}))'
              f" / sum by (vendor) (rate(eventveil_upstream_responses_total{{<vendor>}}{RATE}))", "{{vendor}}"),),
        ),
        Panel(
            "Time at the vendor", "From sending to the vendor's whole answer.", "s",
            _quantiles("eventveil_upstream_latency_seconds", "<vendor>", "vendor"),
        ),
    ),
)  # fmt: skip

CONSERVATION = Row(
    "Conservation",
    (
        Panel(
            "Received and accounted for", "Both lines are one line: each record has exactly one outcome.", "short",
            (Query(f"sum(rate(eventveil_records_received_total{{<lane>}}{RATE}))", "received"),
             Query(f"sum(rate(eventveil_records_total{{<lane>}}{RATE}))", "all outcomes")), width=12,
        ),
        Panel(
            "Records unaccounted, by lane", "Received minus all outcomes since the start. Reads 0.", "none",
            (Query("sum by (lane) (eventveil_records_unaccounted{<lane>})", "{{lane}}"),), width=12,
        ),
    ),
)  # fmt: skip

TIME = Row(
    "Where the time goes",
    (
        Panel(
            "Time added by eventveil", "From the whole request received to its answer, without the vendor's time.", "s",
            _quantiles("eventveil_added_latency_seconds", "<lane>", "added"),
        ),
        Panel(
            "Mean request", "How long a request takes on average, and whose time that is.", "s",
            (Query(f"sum(rate(eventveil_added_latency_seconds_sum{{<lane>}}{RATE}))"
              f" / sum(rate(eventveil_added_latency_seconds_count{{<lane>}}{RATE}))", "eventveil"),
             Query(f"sum(rate(eventveil_upstream_latency_seconds_sum{{<vendor>}}{RATE}))"
              f" / sum(rate(eventveil_upstream_latency_seconds_count{{<vendor>}}{RATE}))", "vendor")), stacked=True,
        ),
        Panel(
            "Event loop", "How late a timer runs. Every request of the process waits that long.", "s",
            _quantiles("eventveil_event_loop_lag_seconds", "<job>", "lag"),
        ),
    ),
)  # fmt: skip

OBJECTIVES = Row(
    "Objectives (all instances)",
    (
        Panel(
            "Burn rate", "1 spends the budget of 30 days in 30 days. From the recording rules.", "short",
            (Query('slo:current_burn_rate:ratio{sloth_service="eventveil"}', "{{sloth_slo}}"),), width=12,
        ),
        Panel(
            "Budget left", "Share of the 30 days' budget that is left. From the recording rules.", "percentunit",
            (Query('slo:period_error_budget_remaining:ratio{sloth_service="eventveil"}', "{{sloth_slo}}"),),
            width=12, least=None,
        ),
    ),
)  # fmt: skip

PROCESS = Row(
    "Process",
    (
        Panel(
            "Resident memory", "By instance and worker.", "bytes",
            (Query("sum by (instance, worker) (eventveil_resident_memory_bytes{<job>})", "{{instance}} {{worker}}"),),
            width=5,
        ),
        Panel(
            "Open connections", "At the public port.", "short",
            (Query("sum by (instance) (eventveil_open_connections{<job>})", "{{instance}}"),), width=5,
        ),
        Panel(
            "Up since", "How long each instance's oldest worker has been running.", "s",
            (Query("time() - min by (instance) (eventveil_start_timestamp_seconds{<job>})", "{{instance}}"),), width=5,
        ),
        Panel(
            "Certificate", "How long the certificate still holds that each instance serves; none without TLS.", "s",
            (Query("(eventveil_certificate_end_timestamp_seconds{<job>} > 0) - time()", "{{instance}}"),), width=5,
            least=None,
        ),
        Panel(
            "Versions", "Instances by version.", "none",
            (Query("count by (version) (eventveil_build_info{<job>})", "{{version}}"),), "table", width=4,
            columns=("version",),
        ),
    ),
)  # fmt: skip

FLOW = Board(
    "eventveil-flow",
    "eventveil / Flow",
    "What comes in, what goes out, whether both agree, and where the time is spent.",
    (NOW, INCOMING, OUTGOING, CONSERVATION, TIME, OBJECTIVES, PROCESS),
)
