"""Changed values back into the records, and names of fields that changed.

`policy.settle` says what each text becomes; here it is written wherever the text stands, field by field for all objects
of one shape, since a change is in few fields and mostly in none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from proxy.policy.actions import GONE
from proxy.policy.plan import Node, Plan, Renamed
from proxy.policy.rewriting import Change
from proxy.policy.step import Step, Treatment
from proxy.policy.walk import Indices, Row, Walk

__all__ = ["Changes", "rename", "write"]

Changes = Mapping[Any, Change]
"""What becomes of each text or number that changes."""

Column = tuple[str, Sequence[Any]]
"""A field, and what stands in it in some objects."""

Place = tuple[Any, Any, Any, int]
"""An object or array, a name or index in it, what stands there, and the record."""

_SCALARS = frozenset({str, int, float})
"""Types of values that a change may be about."""


def write(walk: Walk, changes: Changes) -> set[int]:
    """Write changed values into everything that was walked.

    Returns:
        Indices of records that cannot leave: something changes in a field that the vendor needs as it is.
    """
    dropped: set[int] = set()
    unchanged = changes.keys().isdisjoint
    stirred = {row for known in walk.known.values() for row in known.values() if not unchanged(row.left)}
    for holders, plan, records, values, rows in walk.groups:
        if not isinstance(plan, Plan):
            dropped |= _into_arrays(walk, changes, plan, holders, records)
            continue
        for name, column in _columns(plan, values, rows, changes, stirred):
            step = plan.step(name)
            places = zip(holders, repeat(name), column, records, strict=False)
            dropped |= _rewritten(walk, changes, step, (step.kind, *step.place), places)
    for holder, name, node, record in walk.loose:
        if holder.get(name).__class__ in _SCALARS:
            place = holder, name, holder[name], record
            dropped |= _rewritten(walk, changes, node.outer, (node.kind, *node.place), (place,))
    return dropped


def _columns(
    plan: Plan, values: Sequence[Sequence[Any]], rows: Sequence[Sequence[Row]], changes: Changes, stirred: set[Row]
) -> Iterator[Column]:
    """Give the fields of objects of one shape in which something changes.

    Args:
        values: what stands in the fields without a treatment.
        rows: what treatments left in the others.
        stirred: rows in which something changes once more.
    """
    unchanged = changes.keys().isdisjoint
    if not unchanged(chain.from_iterable(values)):
        for name, column in zip(plan.fields, zip(*values, strict=True), strict=True):
            if not unchanged(column):
                yield name, column
    for block, done in zip(plan.blocks, rows, strict=True) if stirred else ():
        if not stirred.isdisjoint(done):
            for (name, _), column in zip(block.acts, zip(*[row.left for row in done], strict=True), strict=True):
                if not unchanged(column):
                    yield name, column


def _into_arrays(walk: Walk, changes: Changes, node: Node, arrays: Iterable[Any], records: Indices) -> set[int]:
    dropped: set[int] = set()
    for array, record in zip(arrays, records, strict=True):
        items = [item if item.__class__ in _SCALARS else None for item in array]
        if not changes.keys().isdisjoint(items):
            places = [(array, at, item, record) for at, item in enumerate(items)]
            dropped |= _rewritten(walk, changes, node.outer, (node.kind, *node.place), places)
    return dropped


def _rewritten(
    walk: Walk, changes: Changes, step: Step | None, path: tuple[str, ...], places: Iterable[Place]
) -> set[int]:
    """Write changed values into one field of some objects, or into an array; give the records that cannot leave."""
    dropped: set[int] = set()
    done: list[Treatment] = []
    for holder, key, value, record in places:
        change = changes.get(value)
        if change is None:
            continue
        if step is None or not (step.exempt or step.reserved):
            _replace(holder, key, change)
        elif step.exempt or change.new == value:
            continue
        else:
            dropped.add(record)
        done += change.treatments
    for treatment in done:
        walk.text_hits[treatment.rule, path, treatment.entity, treatment.action] += 1
    return dropped


def _replace(holder: Any, key: Any, change: Change) -> None:
    if change.new is not GONE:
        holder[key] = change.new
    elif isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = f"[{change.treatments[0].entity}]"


def rename(walk: Walk, plans: Iterable[Plan]) -> dict[int, dict[str, str]]:
    """Rename the fields whose names are personal.

    Args:
        plans: of all objects that were walked.

    Returns:
        Old name → new name of an object that has such fields, under its `id`.
    """
    return {id(holder): _renamed(holder, names) for holder, names in _renames(walk, plans)}


def _renames(walk: Walk, plans: Iterable[Plan]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Give holders with the names in them that are personal: found so when planned, or told by this request."""
    personal = {plan for plan in plans if plan.renames or not walk.told.keys().isdisjoint(plan.names)}
    for holders, plan, *_ in walk.groups if personal else ():
        if not isinstance(plan, Plan) or plan not in personal:
            continue
        told = {name: walk.told[name] for name in plan.names if name in walk.told}
        if told:
            plan.node.forget()  # it has learned a name that is a person's
        for holder in holders:
            names = {name: renamed for name, renamed in (told | plan.renames).items() if name in holder}
            _count(walk, (plan.node.kind, *plan.node.place), names.values())
            yield holder, {name: renamed.text for name, renamed in names.items()}


def _count(walk: Walk, path: tuple[str, ...], names: Iterable[Renamed]) -> None:
    """Count the names that changed; the holder's own place stands before each."""
    for renamed in names:
        for treatment in renamed.treatments:
            walk.text_hits[treatment.rule, (*path, renamed.shown), treatment.entity, treatment.action] += 1


def _renamed(holder: dict[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Rename fields in their order.

    Returns:
        Old name → new name; a name that is taken already gets a number.
    """
    items = list(holder.items())
    free = holder.keys() - names.keys()
    holder.clear()
    renamed = {}
    latest: defaultdict[str, int] = defaultdict(lambda: 1)
    for name, value in items:
        new = again = names.get(name, name)
        while name in names and (new in holder or new in free):
            latest[again] += 1
            new = f"{again}_{latest[again]}"
        holder[new] = value
        renamed[name] = new
    return renamed
