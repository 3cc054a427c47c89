"""Dashboard *Privacy*: what was found and what was done to it, what is new, what each vendor receives. A table."""

from __future__ import annotations

from deploy.grafana.panels import Board, Panel, Query, Row

__all__ = ["PRIVACY"]

RATE = "[$__rate_interval]"
VENDOR = "* on (job, instance, lane) group_left (vendor) eventveil_policy_info{<lane>}"
"""Tells a lane's vendor to a series that knows only the lane."""

NOW = Row(
    "Now",
    (
        Panel(
            "Canaries let through", "Kinds of data of the canary corpus that came out of a lane as they went in, at the"
            " last look. Anything but 0 is a leak.", "none",
            (Query("max(eventveil_canary_leaks{<job>})"),), "stat", 4, alarm=1,
        ),
        Panel(
            "Values treated", "Values a second to which a rule did something, `keep` left out.", "short",
            (Query(f'sum(rate(eventveil_findings_total{{<lane>,action!="keep"}}{RATE}))'),), "stat", 4,
        ),
        Panel(
            "Copies a record", "Removed values that stood a second time in the same request, and were treated there"
            " too.", "short",
            (Query(f"sum(rate(eventveil_taint_hits_total{{<lane>}}{RATE}))"
              f" / sum(rate(eventveil_records_received_total{{<lane>}}{RATE}))"),), "stat", 4,
        ),
        Panel(
            "Unknown fields a record", "Fields that neither policy, catalogue nor lexicon classifies. They are scanned"
            " or dropped, as the policy says.", "short",
            (Query(f"sum(rate(eventveil_unknown_fields_total{{<lane>}}{RATE}))"
              f" / sum(rate(eventveil_records_received_total{{<lane>}}{RATE}))"),), "stat", 4,
        ),
        Panel(
            "Detector overruns", "Fields given up, and dropped, by a detector out of time, in the time shown.", "none",
            (Query("sum(increase(eventveil_detector_budget_overruns_total{<lane>}[$__range]))"),), "stat", 4, alarm=1,
        ),
        Panel(
            "Lanes in shadow mode", "These lanes, or rules of them, count and do not scrub.", "none",
            (Query('count(eventveil_policy_info{<lane>,mode!="enforce"}) or vector(0)'),), "stat", 4, alarm=1,
        ),
        Panel(
            "Key epochs in use", "More than one: two keys are in use, and one person has two pseudonyms.", "none",
            (Query("count(count by (epoch) (eventveil_policy_info{<lane>}))"),), "stat", 4, alarm=2,
        ),
    ),
)  # fmt: skip

FINDINGS = Row(
    "Findings",
    (
        Panel(
            "By entity", "Which kinds of data the rules met, values a second.", "short",
            (Query(f"sum by (entity) (rate(eventveil_findings_total{{<lane>}}{RATE}))", "{{entity}}"),), stacked=True,
        ),
        Panel(
            "By action", "What was done to them, values a second.", "short",
            (Query(f"sum by (action) (rate(eventveil_findings_total{{<lane>}}{RATE}))", "{{action}}"),), stacked=True,
        ),
        Panel(
            "Entity and action", "Values in the time shown.", "short",
            (Query("sort_desc(sum by (entity, action) (increase(eventveil_findings_total{<lane>}[$__range])))"),),
            "table", columns=("entity", "action"),
        ),
    ),
)  # fmt: skip

NEW = Row(
    "New and refused",
    (
        Panel(
            "Unknown fields", "A step up means that somebody sends something new.", "short",
            (Query(f"sum by (lane) (rate(eventveil_unknown_fields_total{{<lane>}}{RATE}))", "{{lane}}"),),
        ),
        Panel(
            "Records refused or dropped", "What did not go to the vendor: dropped by the policy, or refused.", "short",
            (Query(f'sum by (lane, outcome) (rate(eventveil_records_total{{<lane>,outcome=~"refused|dropped"}}{RATE}))',
              "{{lane}} {{outcome}}"),), stacked=True,
        ),
        Panel(
            "Requests refused, by lane", "Refused requests forward nothing. Lane `none` belongs to no vendor.", "reqps",
            (Query(f'sum by (lane) (rate(eventveil_requests_total{{<lane>,outcome="refused"}}{RATE}))', "{{lane}}"),),
            stacked=True,
        ),
        Panel(
            "Taint hits, by lane", "Removed values found again elsewhere in the same request, and treated there too. A"
            " step up means a new place that repeats people.", "short",
            (Query(f"sum by (lane) (rate(eventveil_taint_hits_total{{<lane>}}{RATE}))", "{{lane}}"),), width=12,
        ),
        Panel(
            "Detector overruns, by lane", "Fields given up by a detector out of time. They are dropped.", "short",
            (Query(f"sum by (lane) (rate(eventveil_detector_budget_overruns_total{{<lane>}}{RATE}))", "{{lane}}"),),
            width=12,
        ),
    ),
)  # fmt: skip

POLICY = Row(
    "Policy and epoch",
    (
        Panel(
            "What lanes scrub with", "Policy, its hash with everything it extends, mode, and the epoch of the"
            " pseudonyms; the number of instances that use it.", "none",
            (Query("count by (lane, vendor, policy, hash, mode, epoch) (eventveil_policy_info{<lane>})"),),
            "table", 16, columns=("lane", "vendor", "policy", "hash", "mode", "epoch"),
        ),
        Panel(
            "Since the last reload", "How long ago each instance last tried a configuration.", "s",
            (Query("time() - eventveil_config_last_reload_timestamp_seconds{<job>}", "{{instance}}"),),
        ),
    ),
)  # fmt: skip

VENDORS = Row(
    "What each vendor receives",
    (
        Panel(
            "Records", "Records forwarded to each vendor, a second.", "short",
            (Query(f'sum by (vendor) (rate(eventveil_records_total{{<lane>,outcome="forwarded"}}{RATE}) {VENDOR})',
              "{{vendor}}"),), stacked=True,
        ),
        Panel(
            "Bytes", "Request bodies released for each vendor.", "Bps",
            (Query(f"sum by (vendor) (rate(eventveil_forwarded_bytes_total{{<lane>}}{RATE}) {VENDOR})", "{{vendor}}"),),
            stacked=True,
        ),
        Panel(
            "In what form", "What became of the values found: `hash` leaves a pseudonym, `generalize` something"
            " coarser, `drop` nothing, `keep` the value.", "short",
            (Query(f"sum by (vendor, action) (rate(eventveil_findings_total{{<lane>}}{RATE}) {VENDOR})",
              "{{vendor}} {{action}}"),),
        ),
        Panel(
            "By vendor, entity and action", "Values in the time shown. An entity under `keep` reaches the vendor as it"
            " is.", "short",
            (Query(f"sort_desc(sum by (vendor, entity, action) (increase(eventveil_findings_total{{<lane>}}[$__range])"
              f" {VENDOR}))"),), "table", 24, columns=("vendor", "entity", "action"),
        ),
    ),
)  # fmt: skip

PRIVACY = Board(
    "eventveil-privacy",
    "eventveil / Privacy",
    "What was found, what was done to it, what is new, and what each vendor receives.",
    (NOW, FINDINGS, NEW, POLICY, VENDORS),
)
