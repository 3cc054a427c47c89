from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from proxy.errors import InflationLimit
from proxy.policy.actions import GONE
from proxy.policy.plan import LARGEST_SHAPE, LONGEST_NAME, Ground, NewNames, Node, Plan, Renamed
from proxy.policy.step import Step, Treatment
from proxy.wire.dialect import Form

DROPPED = Treatment("rule", "PERSON", "drop", lambda _: GONE)


def ground(limit: int = 1000, **forms: Form) -> tuple[Ground, list[str]]:
    """Make a ground that scans every field and tells what it was asked to classify; names with `@` are personal."""
    asked: list[str] = []

    def classify(node: Node, name: str) -> Step:
        asked.append(name)
        form = forms.get(name, Form.PLAIN)
        treatment = DROPPED if name == "email" else None
        scans, exempt = name != "held", name == "exempt"
        return Step(node.kind, (*node.place, name), treatment, scans=scans, form=form, exempt=exempt)

    def rename(names: Sequence[str]) -> dict[str, Renamed]:
        return {name: Renamed("[X]", "[X]", ()) for name in names if "@" in name}

    return Ground(classify, rename, limit), asked


def node(made: Ground) -> Node:
    return Node("event", made)


def _plan(root: Node, d: dict[str, Any]) -> Plan:
    return root.plan(d, tuple(d), NewNames())


def _exact(root: Node, d: dict[str, Any]) -> Plan:
    return root.exact(d, NewNames())


def test_a_shape_is_planned_once() -> None:
    """Objects with the same names in the same order share a plan, and a name is classified once for all shapes."""
    made, asked = ground()
    root = node(made)
    assert _plan(root, {"a": 1, "b": 2}) is _plan(root, {"a": "x", "b": None})
    assert _plan(root, {"b": 1, "a": 2}) is not _plan(root, {"a": 1, "b": 2})
    assert ["a", "b"] == asked


def test_a_plan_takes_values_in_one_call() -> None:
    """What is scanned, what is kept and what is gone into are told apart; exempt fields are in none."""
    made, _ = ground(doc=Form.JSON)
    d: dict[str, Any] = {"a": 1, "b": 2, "held": 3, "exempt": 4, "obj": {}, "doc": "{}", "list": []}
    plan = _plan(node(made), d)
    assert plan.values is not None
    assert ((1, 2, 3), 2) == (plan.values(d), plan.scans)
    assert ("a", "b", "held") == plan.fields
    assert ["doc"] == [name for name, _ in plan.opens]
    assert ["obj", "list"] == [name for name, _ in plan.nested]
    assert (None, (), ()) == ((empty := _plan(node(made), {})).values, empty.fields, empty.blocks)


def test_a_fresh_plan_sees_the_types() -> None:
    """Where an object came in a scalar's place, a plan for just this object goes into it."""
    made, _ = ground()
    root = node(made)
    assert () == _plan(root, {"a": 1}).nested
    assert () == _plan(root, {"a": {}}).nested
    assert ["a"] == [name for name, _ in _exact(root, {"a": {}}).nested]


def test_a_plan_for_other_types_is_remembered_too() -> None:
    """A field that is now an array and now a number has two plans, each made once."""
    root = node(ground()[0])
    plain, exact = _plan(root, {"a": 1, "b": 1}), _exact(root, {"a": [], "b": 1})
    assert [("a",), ()] == [tuple(name for name, _ in plan.nested) for plan in (exact, plain)]
    assert exact is _exact(root, {"a": {}, "b": 2}) is not _exact(root, {"a": [], "b": []})
    assert plain is _plan(root, {"a": [], "b": 1})


def test_a_personal_name_is_never_remembered() -> None:
    """Neither its plan nor its step nor the object inside outlives the object; its place is shown by another name."""
    made, asked = ground()
    root = node(made)
    first, second = (_plan(root, {"ada@example.com": {}, "plan": 1}) for _ in range(2))
    assert first is not second
    assert ["[X]", "plan", "[X]"] == asked
    (child,) = [child for _, child in first.nested]
    assert ("[X]",) == child.place
    assert child is not root.child("ada@example.com", root.step("ada@example.com", "[X]"))
    assert ("[X]", None) == (first.shown("ada@example.com"), first.shown("plan"))


@pytest.mark.parametrize(
    "d",
    [
        {f"id{number}": number for number in range(LARGEST_SHAPE + 1)},
        {"x" * (LONGEST_NAME + 1): 1},
    ],
    ids=["huge", "long"],
)
def test_a_map_of_ids_is_not_remembered(d: dict[str, Any]) -> None:
    """A huge object, or a name as long as data, is planned anew each time."""
    root = node(ground()[0])
    assert _plan(root, d) is not _plan(root, d)
    values = _plan(root, d).values
    assert values is not None
    assert tuple(d.values()) == values(d)


def test_new_names_are_bounded() -> None:
    """Known ones are not counted; names beyond the bound are refused before anything is made of them."""
    made, asked = ground()
    root, new = node(made), NewNames(3)
    for d in ({"a": 1, "b": 2}, {"b": 1, "a": 2, "c": 3}, {"c": 1}):
        root.plan(d, tuple(d), new)
    with pytest.raises(InflationLimit):
        root.exact({"a": 1, "d": 1}, new)
    assert ["a", "b", "c"] == asked


def test_memory_is_bounded() -> None:
    """At the limit all that was remembered is forgotten, at every depth, and everything goes on."""
    made, _ = ground(limit=20)
    root = node(made)
    kept = _plan(root, {"a": {"b": 1}})
    for number in range(100):
        plan = _plan(root, {f"n{number}": {"x": 1}})
        assert isinstance(plan, Plan)
        assert made.size <= made.limit
    assert kept is not _plan(root, {"a": {"b": 1}})


@pytest.mark.parametrize(("count", "name", "entries"), [(2, "a", 1), (200, "a", 22), (200, "a" * 120, 81)])
def test_a_plan_counts_as_what_it_holds(count: int, name: str, entries: int) -> None:
    """The same names in another order are as many entries as their plan is large."""
    made, _ = ground(limit=10_000)
    root = node(made)
    d = {f"{chr(0x100 + number)}{name}": 1 for number in range(count)}
    _plan(root, d)
    before = made.size
    _plan(root, dict(reversed(d.items())))
    assert entries == made.size - before


def test_the_same_object_has_one_node() -> None:
    """A nested object's node is remembered with its field, and begins where the field stands."""
    root = node(ground()[0])
    ((_, one),) = _plan(root, {"a": {}}).nested
    ((_, two),) = _exact(root, {"a": {}}).nested
    assert one is two
    assert (("a",), "event") == (one.place, one.kind)


def test_shapes_share_the_blocks_of_their_treated_fields() -> None:
    """Fields that two shapes have in common are treated once when their values come again in the other shape."""
    made, _ = ground()
    root = node(made)
    one, two = _plan(root, {"email": "a", "x": 1}), _plan(root, {"y": 1, "email": "b"})
    assert (1, True) == (len(one.blocks), one.blocks[0] is two.blocks[0])
