"""The values that travel through the house: requests, batches, findings, reports. No behaviour.

`server.intake` and the command line make a `WireRequest`; a dialect turns it into a `Batch` of records, live views
into the vendor's own document; `scrub` returns a `Scrubbed`. Nothing here imports anything of the house.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = [
    "Batch",
    "Document",
    "Finding",
    "Headers",
    "Outcome",
    "Part",
    "Report",
    "Scrubbed",
    "WireRequest",
]

Headers = tuple[tuple[str, str], ...]
Document = Any
"""A JSON value as `orjson.loads` gives it: dict, list, str, int, float, bool or None."""


class Outcome(StrEnum):
    """The one fate of a record. Law 6: received = forwarded + spooled + dropped + refused."""

    FORWARDED = "forwarded"
    SPOOLED = "spooled"
    DROPPED = "dropped"
    REFUSED = "refused"


class WireRequest(NamedTuple):
    """One HTTP request, as a client sent it or as a vendor will receive it.

    Args:
        method: upper case.
        path: percent-encoded as on the wire, below the lane's prefix, starts with `/`.
        query: raw, without `?`; empty when there is none.
        headers: (name, value) pairs in wire order, names in any case.
        body: the bytes after transfer decoding, before content decoding.
        peer: the client's address, as far as it is known; never sent on. Empty on its way to a vendor.
        country, region: where that is, as ISO 3166 codes, when the operator has eventveil look it up; else empty.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    peer: str = ""
    country: str = ""
    region: str = ""


class Part(NamedTuple):
    """A dictionary of the document that the program scrubs in place.

    `kind` names the part of the dialect's catalogue that describes it: `event`, `profile`, `group` for records,
    `envelope` and `query` for what stands around them.
    """

    kind: str
    node: dict[str, Any]


@dataclass(slots=True)
class Batch:
    """The records of one request and the way back to bytes.

    `records` is the list that stands inside the document (or holds its single root), `kinds` runs beside it; a record
    leaves the request when it leaves that list. `seal` closes the document again in the client's own framing.
    """

    records: list[dict[str, Any]]
    kinds: list[str]
    around: list[Part]
    seal: Callable[[], WireRequest]


class Finding(NamedTuple):
    """What a rule did, how often; never to what value.

    Args:
        rule: the policy rule's id, or `entities.EMAIL_ADDRESS`, `unknown`, `on_error`, `taint`.
        where: the field's place with field names as they leave, such as `event.properties.email`.
        entity: the kind of data, by Presidio's name where it has one.
        action: one of `keep drop hash mask replace truncate generalize encrypt`.
        count: ≥ 1.
    """

    rule: str
    where: str
    entity: str
    action: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks a finding for


class Report(NamedTuple):
    """What the heart did to one request. Records: `received = forwarded + dropped`.

    Args:
        received, forwarded, dropped: records; `forwarded` means released for delivery.
        findings: each rule, place, entity and action once, with its count.
        unknown: fields met that neither policy, catalogue nor lexicon classifies.
    """

    received: int
    forwarded: int
    dropped: int
    findings: tuple[Finding, ...]
    unknown: int = 0


class Scrubbed(NamedTuple):
    """The heart's result. `request` is None when no record is left to deliver."""

    request: WireRequest | None
    report: Report
