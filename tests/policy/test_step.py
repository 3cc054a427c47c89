from __future__ import annotations

import pytest

from proxy.policy.actions import GONE
from proxy.policy.step import Step, Treatment
from proxy.wire.dialect import Form

DROPPED = Treatment("rule", "PERSON", "drop", lambda _: GONE)
KEPT = Treatment("rule", "PERSON", "keep", lambda value: value)


@pytest.mark.parametrize(
    ("step", "part", "part_inside"),
    [
        (Step("event", ("a",), scans=True), "scanned", "nested"),
        (Step("event", ("a",)), "kept", "nested"),
        (Step("event", ("a",), DROPPED), "acts", "nested"),
        (Step("event", ("a",), DROPPED, scans=True), "pages", "nested"),
        (Step("event", ("a",), DROPPED, whole=True), "acts", "opens"),
        (Step("event", ("a",), KEPT, whole=True), "acts", "nested"),
        (Step("event", ("a",), form=Form.JSON), "opens", "opens"),
        (Step("event", ("a",), exempt=True), "exempt", "exempt"),
        (Step("event", ("a",), exempt=True, parted=True), "opens", "opens"),
    ],
)
def test_a_step_says_which_part_of_a_plan_it_is(step: Step, part: str, part_inside: str) -> None:
    """For a scalar, and for an object or array."""
    assert (part, part_inside) == (step.part, step.part_inside)


@pytest.mark.parametrize(
    ("step", "leaves"),
    [
        (Step("event", ("a",), DROPPED), False),
        (Step("event", ("a",), KEPT), True),
        (Step("event", ("a",), DROPPED, scans=True), True),
        (Step("event", ("a",), Treatment("rule", "PERSON", "drop", lambda _: GONE, shadow=True)), True),
    ],
)
def test_a_step_says_whether_a_clients_text_is_left(step: Step, leaves: bool) -> None:
    """What is still as the client wrote it is looked at."""
    assert leaves is step.leaves


def test_a_step_says_where_it_is() -> None:
    """The place that findings show is written once, for a step that does something."""
    assert ("rule", r"event.a\.b.c", "PERSON", "drop", 1) == Step("event", ("a.b", "c"), DROPPED).finding
    assert ("", "", "", "keep", 1) == Step("event", ("a",)).finding
