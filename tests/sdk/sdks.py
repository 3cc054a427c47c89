"""The SDKs under test, as a table: page, dialect, what the vendor answers, which events must arrive, who is in them.

`test_sdks` runs every row in both arrangements. A row reads what reached the vendor through the dialect's own decoder;
that nothing else is in there is the finder's part (`tests/leaks.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proxy.errors import EventveilError
from proxy.wire.registry import DIALECTS
from tests.fakes import Received
from tests.sdk import vendors
from tests.sdk.house import Answers, as_wire

__all__ = ["SDKS", "Sdk"]

Record = Mapping[str, Any]
OURS = dict.fromkeys(("Plan Selected", "Form Submitted", "Error Shown", "Page Left"), 1)
"""What `pages/*.js` track by these names, once each."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """One SDK.

    Args:
        page: script in pages/ without its ending.
        names: what a record is called; its kind when it has no name of its own.
        expected: how many records of each name arrive.
        automatic: names of records that the SDK makes by itself, in any number; of those that are expected, so many
            at least.
        unique: tells the copies of one record, which SDKs send twice, from another record.
        users, devices, groups: where a record names the person, the browser and the organisation.
        replay: the SDK does send what it has recorded, and eventveil refuses it; that of others is never switched on.
    """

    page: str
    dialect: str
    answers: Answers
    names: Callable[[Record, str], str]
    expected: Mapping[str, int]
    automatic: frozenset[str]
    unique: Callable[[Record], Any]
    users: Callable[[Record], Iterator[Any]]
    devices: Callable[[Record], Iterator[Any]]
    groups: Callable[[Record], Iterator[Any]]
    replay: bool = False

    def records(self, received: list[Received]) -> Iterator[tuple[Record, str]]:
        """Give every record that reached the vendor once, with its kind."""
        dialect, seen = DIALECTS[self.dialect], set()
        for wire in map(as_wire, received):
            try:
                batch = dialect.decode(wire, dialect.route(wire.method, wire.path), 2**24)
            except EventveilError:  # a question, not events
                continue
            for record, kind in zip(batch.records, batch.kinds, strict=True):
                mark = self.unique(record)
                if mark is None or mark not in seen:
                    seen.add(mark)
                    yield record, kind

    def counts(self, received: list[Received]) -> Counter[str]:
        """Count the records that reached the vendor by name."""
        return Counter(self.names(record, kind) for record, kind in self.records(received))

    def missing(self, received: list[Received]) -> dict[str, int]:
        """Say which records have not arrived."""
        counts = self.counts(received)
        return {name: count for name, count in self.expected.items() if counts[name] < count}


def _at(*paths: str) -> Callable[[Record], Iterator[Any]]:
    """Read values at dotted paths, where there are any; into JSON strings and the first item of arrays."""

    def read(record: Record) -> Iterator[Any]:
        for path in paths:
            value: Any = record
            for step in path.split("."):
                value = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
                value = value[0] if isinstance(value, list) and value else value
                value = value.get(step) if isinstance(value, dict) else None
            yield from filter(None, value if isinstance(value, list) else [value])

    return read


def _snowplow_name(record: Record, _kind: str) -> str:
    """Give the name of a self-describing event's schema, of a structured event's action, or the kind of event."""
    return next(iter(record["ue_pr"])) if "ue_pr" in record else str(record.get("se_ac") or record["e"])


SDKS: Mapping[str, Sdk] = {
    "mixpanel-browser": Sdk(
        page="mixpanel-browser",
        dialect="mixpanel",
        answers=vendors.mixpanel,
        names=lambda record, kind: str(record.get("event", kind)),
        expected={"$mp_web_page_view": 3, "$identify": 1, "profile": 1, "group": 1, **OURS},
        automatic=frozenset(
            [f"$mp_{name}" for name in "click submit input_change page_leave dead_click scroll rage_click".split()]
            + ["profile"]
        ),
        unique=lambda record: record.get("properties", {}).get("$insert_id"),
        users=_at("properties.$user_id", "$user_id"),
        devices=_at("properties.$device_id", "$device_id"),
        groups=_at("properties.company", "$group_id", "$set.company"),
        replay=True,
    ),
    "segment": Sdk(
        page="segment",
        dialect="segment",
        answers=vendors.segment,
        names=lambda record, kind: str(record.get("event") or record.get("type") or kind),
        expected={"page": 3, "identify": 1, "group": 1, **OURS},
        automatic=frozenset({"Counter"}),
        unique=lambda record: record.get("messageId"),
        users=_at("userId"),
        devices=_at("anonymousId"),
        groups=_at("groupId", "context.groupId"),
    ),
    "rudderstack": Sdk(
        page="rudderstack",
        dialect="rudderstack",
        answers=vendors.rudderstack,
        names=lambda record, kind: str(record.get("event") or record.get("type") or kind),
        expected={"page": 3, "identify": 1, "group": 1, **OURS},
        automatic=frozenset(),
        unique=lambda record: record.get("messageId"),
        users=_at("userId"),
        devices=_at("anonymousId"),
        groups=_at("groupId"),
    ),
    "posthog": Sdk(
        page="posthog",
        dialect="posthog",
        answers=vendors.posthog,
        names=lambda record, kind: str(record.get("event", kind)),
        expected={"$pageview": 3, "$identify": 1, "$groupidentify": 1, "$exception": 1, **OURS} | {"Error Shown": 0},
        automatic=frozenset(
            "$autocapture $pageleave $rageclick $dead_click $web_vitals $feature_flag_called $$heatmap $set".split()
        ),
        unique=lambda record: record.get("uuid"),
        users=_at("properties.$user_id", "properties.$set.$user_id", "$user_id"),
        devices=_at("properties.$device_id", "$device_id"),
        groups=_at("properties.$groups.company", "properties.$group_key", "$groups.company"),
    ),
    "amplitude": Sdk(
        page="amplitude",
        dialect="amplitude",
        answers=vendors.amplitude,
        names=lambda record, _kind: str(record.get("event_type")),
        expected={"[Amplitude] Page Viewed": 3, "$identify": 1, "$groupidentify": 1, **OURS},
        automatic=frozenset(
            [f"[Amplitude] {name}" for name in ("Element Clicked", "Element Changed", "Form Started", "Form Submitted")]
            + ["session_start", "session_end", "$identify"]
        ),
        unique=lambda record: record.get("insert_id"),
        users=_at("user_id"),
        devices=_at("device_id"),
        groups=_at("groups.company"),
    ),
    "snowplow": Sdk(
        page="snowplow",
        dialect="snowplow",
        answers=vendors.accepting,
        names=_snowplow_name,
        expected={"pv": 3, "identify": 1, "group": 1, "Plan Selected": 1, "form": 1, "error": 1, "page_left": 1},
        automatic=frozenset({"pp", "focus_form", "change_form", "submit_form"}),
        unique=lambda record: record.get("eid"),
        users=_at("uid"),
        devices=_at("duid"),
        groups=_at("ue_pr.group.group_id"),
    ),
    "plausible": Sdk(
        page="plausible",
        dialect="plausible",
        answers=vendors.accepting,
        names=lambda record, _kind: str(record["n"]),
        expected={"pageview": 3, "Signup": 1, "Joined": 1, **OURS},
        automatic=frozenset({"engagement", "Form: Submission"}),
        unique=lambda record: None,
        users=_at("p.user_id"),
        devices=_at(),
        groups=_at("p.company"),
    ),
    "plausible-tracker": Sdk(
        page="plausible-tracker",
        dialect="plausible",
        answers=vendors.accepting,
        names=lambda record, _kind: str(record["n"]),
        expected={"pageview": 3, "Signup": 1, "Joined": 1, **OURS} | {"Page Left": 0},
        automatic=frozenset(),
        unique=lambda record: None,
        users=_at("p.user_id"),
        devices=_at(),
        groups=_at("p.company"),
    ),
    "matomo": Sdk(
        page="matomo",
        dialect="matomo",
        answers=vendors.accepting,
        names=lambda record, _kind: str(record.get("e_a") or ("link" if "link" in record else "page")),
        expected={"page": 3, "Signup": 1, "Joined": 1, "link": 1, **OURS},
        automatic=frozenset(),
        unique=lambda record: None,
        users=_at("uid"),
        devices=_at("_id"),
        groups=_at("_cvar.3.company_id"),
    ),
    "ga4": Sdk(
        page="ga4",
        dialect="ga4",
        answers=vendors.accepting,
        names=lambda record, _kind: str(record["en"]),
        expected={"page_view": 3, "login": 1, "join_group": 1, "plan_selected": 1, "form_submit": 1, "exception": 1,
                  "page_left": 1},
        automatic=frozenset(),
        unique=lambda record: None,
        users=_at("uid"),
        devices=_at("cid"),
        groups=_at("ep.group_id"),
    ),
}  # fmt: skip
