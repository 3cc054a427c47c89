"""A place that eventveil looked up is written where the vendor reads it, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from proxy.model import Batch, Part
from proxy.wire.dialect import Access
from proxy.wire.places import placed
from proxy.wire.registry import DIALECTS
from tests.captures.reading import CAPTURED, lines
from tests.wire.speaking import opened, request, sent


@pytest.mark.parametrize(
    ("record", "codes", "expected"),
    [
        ({}, ("IE", "IE-L"), {"a": {"country": "IE", "region": "IE-L"}}),
        ({}, ("IE", ""), {"a": {"country": "IE"}}),
        ({"a": {"country": "DK"}}, ("IE", ""), {"a": {"country": "DK"}}),
        ({"a": "text"}, ("IE", ""), {"a": "text"}),
        ({"a": None}, ("IE", ""), {"a": None}),
    ],
)
def test_a_place_is_written_beside_what_the_client_says(
    record: dict[str, Any], codes: tuple[str, str], expected: dict[str, Any]
) -> None:
    """Missing objects are made, given values stay, odd ones are left alone."""
    batch = Batch([record], ["event"], [], lambda: request("/"))
    placed("event", "a.country", "a.region")(batch, *codes)
    assert [expected] == batch.records


def test_only_the_named_kinds_get_a_place() -> None:
    """Records and what stands around them are told apart by their kinds; a vendor may have no region."""
    around = Part("envelope", {})
    batch = Batch([{}, {}], ["event", "group"], [around, Part("query", {})], lambda: request("/"))
    placed("event envelope", "country")(batch, "IE", "IE-L")
    assert ([{"country": "IE"}, {}], {"country": "IE"}, {}) == (batch.records, around.node, batch.around[1].node)


@pytest.mark.parametrize(
    "name", sorted(name for name, dialect in DIALECTS.items() if dialect.place and name in CAPTURED)
)
def test_a_country_reaches_every_vendor_that_takes_one(name: str) -> None:
    """What the vendors' own SDKs sent leaves with the country, and under `balanced` without the region."""
    located = 0
    for line in lines(name):
        if DIALECTS[name].route(line.request.method, line.request.path).access is not Access.EVENTS:
            continue
        out = sent(name, line.request._replace(country="IE", region="IE-L"))
        batch = opened(name, out)
        shown = repr((batch.records, [part.node for part in batch.around]))
        located += "'IE'" in shown
        assert "IE-L" not in shown
    assert located
