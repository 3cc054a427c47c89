"""Dashboard *Vendors*: answers, latency and saturation of each vendor. A table."""

from __future__ import annotations

from deploy.grafana.panels import Board, Panel, Query, Row

__all__ = ["VENDORS"]

RATE = "[$__rate_interval]"
DELIVERY = "delivery_failed|overloaded|upstream_timeout|upstream_unreachable"


def _by_vendor(share: str) -> tuple[Query, ...]:
    buckets = f"sum by (vendor, le) (rate(eventveil_upstream_latency_seconds_bucket{{<vendor>}}{RATE}))"
    return (Query(f"histogram_quantile({share}, {buckets})", "{{vendor}}"),)


ANSWERS = Row(
    "Answers",
    (
        Panel(
            "Requests by vendor", "Answers a second, failures included.", "reqps",
            (Query(f"sum by (vendor) (rate(eventveil_upstream_responses_total{{<vendor>}}{RATE}))", "{{vendor}}"),),
            stacked=True,
        ),
        Panel(
            "Answers by vendor and class", "`none`: no connection, no answer in time, or one that broke.", "reqps",
            (Query(f"sum by (vendor, class) (rate(eventveil_upstream_responses_total{{<vendor>}}{RATE}))",
              "{{vendor}} {{class}}"),), stacked=True,
        ),
        Panel(
            "Good answers", "Share of answers below 400.", "percentunit",
            (Query(f'sum by (vendor) (rate(eventveil_upstream_responses_total{{<vendor>,class=~"[123]xx"}}{RATE}))'
              f" / sum by (vendor) (rate(eventveil_upstream_responses_total{{<vendor>}}{RATE}))", "{{vendor}}"),),
        ),
        Panel(
            "Not delivered, by reason", "Requests that were scrubbed and did not reach the vendor.", "reqps",
            (Query(f'sum by (lane, reason) (rate(eventveil_requests_total{{<lane>,reason=~"{DELIVERY}"}}{RATE})) > 0'
              f" or on () vector(0)",
              "{{lane}} {{reason}}"),), width=12,
        ),
        Panel(
            "Since the last good answer", "Age of the last answer below 400. Without a first one, since 1970.", "s",
            (Query("time() - max by (lane, vendor) (eventveil_upstream_last_success_timestamp_seconds{<vendor>})",
              "{{lane}} {{vendor}}"),), "bargauge", 12, alarm=300,
        ),
    ),
)  # fmt: skip

LATENCY = Row(
    "Latency",
    (
        Panel("p50", "Half of the answers are faster.", "s", _by_vendor("0.5")),
        Panel("p99", "One answer in a hundred is slower.", "s", _by_vendor("0.99")),
        Panel(
            "Mean", "Time at the vendor, on average.", "s",
            (Query(f"sum by (vendor) (rate(eventveil_upstream_latency_seconds_sum{{<vendor>}}{RATE}))"
              f" / sum by (vendor) (rate(eventveil_upstream_latency_seconds_count{{<vendor>}}{RATE}))",
              "{{vendor}}"),),
        ),
    ),
)  # fmt: skip

SATURATION = Row(
    "Saturation",
    (
        Panel(
            "Share of the limit taken", "Requests under way to the vendor, of those that may be. At 100 % the next is"
            " answered 503.", "percentunit",
            (Query("max by (lane, vendor) (eventveil_upstream_in_flight_requests{<vendor>}"
              " / eventveil_upstream_in_flight_limit_requests{<vendor>})", "{{lane}} {{vendor}}"),), alarm=0.8,
        ),
        Panel(
            "Under way", "Requests at the vendor now, all instances together.", "none",
            (Query("sum by (lane, vendor) (eventveil_upstream_in_flight_requests{<vendor>})", "{{lane}} {{vendor}}"),),
        ),
        Panel(
            "Overloaded", "Requests answered 503 because the limit was taken.", "reqps",
            (Query(f'sum by (lane) (rate(eventveil_requests_total{{<lane>,reason="overloaded"}}{RATE}))', "{{lane}}"),),
        ),
    ),
)  # fmt: skip

VENDORS = Board(
    "eventveil-vendors",
    "eventveil / Vendors",
    "Answers, latency and saturation of each vendor.",
    (ANSWERS, LATENCY, SATURATION),
)
