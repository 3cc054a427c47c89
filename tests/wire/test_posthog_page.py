"""Formats within PostHog's properties: what is taken apart is put together as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.wire.posthog_page import close_chain, open_chain, unpack

BUTTON = 'button.btn.primary:attr__id="b"nth-child="4"text="Save \\"all\\"; now"'


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        ("a", [{"name": "a"}]),
        ("a;body", [{"name": "a"}, {"name": "body"}]),
        (BUTTON, [{"name": "button.btn.primary", "attr__id": "b", "nth-child": "4", "text": 'Save "all"; now'}]),
        ('a.md:flex:attr__x-on:click="y"', [{"name": "a.md:flex", "attr__x-on:click": "y"}]),
        ('a:href="/u?a=1;b=2"', [{"name": "a", "href": "/u?a=1;b=2"}]),
        ("", None),
        (5, None),
        (None, None),
        (";", None),
        ("a;", None),
        ('a"b', None),
        ('a:text="open', None),
        ('a:text="x"text="y"', None),
        ('a:b:own="x"text="y"', [{"name": "a:b", "own": "x", "text": "y"}]),
        pytest.param(f'{"a:" * 300_000}"', None, id="colons"),
    ],
)
def test_a_chain_opens_to_elements_and_closes_to_itself(chain: Any, expected: list[dict[str, str]] | None) -> None:
    """Tag and classes stay together, each attribute stands alone; what would not come out as it went in stays shut."""
    opened = open_chain(chain)
    assert expected == opened
    assert opened is None or close_chain(opened) == chain


@given(st.text(alphabet='ab.:;"=\\ -_', max_size=60))
def test_any_text_opens_exactly_or_not_at_all(chain: str) -> None:
    """Whatever a client sends as a chain, nothing is lost or made up on the way."""
    opened = open_chain(chain)
    assert opened is None or close_chain(opened) == chain


def test_elements_lose_what_was_taken() -> None:
    """An element without its text is still an element; one without a name has none."""
    elements = open_chain(f"{BUTTON};body")
    assert elements is not None
    del elements[0]["text"], elements[1]["name"]
    assert 'button.btn.primary:attr__id="b"nth-child="4";' == close_chain(elements)


def test_events_are_unpacked_and_packed_in_place() -> None:
    """Chains and heat maps are open in between; a heat map's pages that became one share their points."""
    points = {"http://a/?u=1": [{"x": 1}], "http://a/?u=2": [{"x": 2}]}
    records: list[dict[str, Any]] = [
        {"properties": {"$elements_chain": BUTTON, "$heatmap_data": points}},
        {"properties": {"$elements_chain": ";", "$heatmap_data": 5}},
        {"properties": {"$elements_chain": "a"}},
        {"properties": None},
        {},
    ]
    close = unpack(records)
    assert close is not None
    for page in records[0]["properties"]["$heatmap_data"]:
        page["url"] = "http://a/"
    del records[2]["properties"]["$elements_chain"]
    close()
    close()
    assert [
        {"properties": {"$elements_chain": BUTTON, "$heatmap_data": {"http://a/": [{"x": 1}, {"x": 2}]}}},
        {"properties": {"$elements_chain": ";", "$heatmap_data": 5}},
        {"properties": {}},
        {"properties": None},
        {},
    ] == records


def test_nothing_to_unpack_costs_no_closing() -> None:
    """Events without such formats have nothing to close."""
    assert None is unpack([{"properties": {"plan": "pro"}}])
