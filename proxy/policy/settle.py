"""The second pass: one look at each distinct value, and back to the records only when it found something.

Detectors say what a text holds; `Known` says where a value that a treatment removed stands once more. `policy.program`
calls `settle` after the walk. Nothing here outlives the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from proxy.detect.detector import Detector
from proxy.detect.knowledge import Known
from proxy.policy.actions import GONE
from proxy.policy.documents import opens
from proxy.policy.plan import Node, Plan, Treatment
from proxy.policy.rewriting import Change, combine
from proxy.policy.walk import Walk
from proxy.wire.dialect import Form

__all__ = ["Looking", "settle"]


@dataclass(frozen=True, slots=True, eq=False)
class Looking:
    """What a text is looked at with.

    Args:
        detector: finds spans in texts.
        treatments: what is done to each entity that is found; an entity without one stays.
        allow: texts that are left alone.
    """

    detector: Detector
    treatments: Mapping[str, Treatment]
    allow: frozenset[str]


def settle(walk: Walk, looking: Looking) -> list[int]:
    """Scan what the walk collected and write the changes into its records.

    Returns:
        Indices of records that cannot leave: a removed value stands in a field that the vendor needs as it is.
    """
    _open_unannounced(walk)
    changes, told_names = _changes(walk, looking)
    dropped = _write(walk, changes) if changes else []
    renames = _renames(walk, told_names)
    for holder, _, _ in walk.holders if renames else ():
        _rename(holder, renames.get(id(holder)))
    for document in reversed(walk.documents):
        document.close(renames.get(id(document.holder), {}).get(document.key, document.key))
    return dropped


def _open_unannounced(walk: Walk) -> None:
    """Open what stands in fields of which nobody said that they hold a document.

    The list of holders grows while it is gone through: documents inside documents are found in the same loop.
    """
    if not any(text.__class__ is str and opens(text) for text in walk.seen):
        return
    for holder, plan, record in walk.holders:
        walk.record = record
        for key, text in _items(holder):
            if text.__class__ is str and text in walk.seen and opens(text):
                node = plan.node.child(key, plan.node.step(key)) if isinstance(plan, Plan) else plan
                walk.open(holder, key, node, Form.PLAIN, 0)


def _items(holder: Any) -> Iterable[tuple[Any, Any]]:
    return list(holder.items() if isinstance(holder, dict) else enumerate(holder))


Changes = dict[Any, Change]


def _changes(walk: Walk, looking: Looking) -> tuple[Changes, Changes]:
    """Find what must change: values, and names of fields that repeat a removed value."""
    seen = [text for text in walk.seen if text.__class__ is str]
    if looking.allow:
        seen = [text for text in seen if text not in looking.allow]
    spans = looking.detector.find(seen)
    names: set[str] = set()
    if walk.removed:
        held = [text for text in walk.held if text.__class__ is str]
        names = {
            name for plan in {plan for _, plan, _ in walk.holders} if isinstance(plan, Plan) for name in plan.names
        }
        for text, told in _known(walk.removed).find([*seen, *held, *names]).items():
            spans[text] = (*spans.get(text, ()), *told)
    changes = {text: change for text, found in spans.items() if (change := combine(text, found, looking.treatments))}
    changes |= _numbers(walk.seen, looking)
    return changes, {name: changes[name] for name in names & changes.keys()}


def _known(removed: Iterable[tuple[str, str]]) -> Known:
    known = Known()
    for value, entity in removed:
        known.add(value, entity)
    return known


SMALLEST_NUMBER = 1_000_000
"""No telephone, card or account number has fewer than seven digits."""


def _numbers(seen: set[Any], looking: Looking) -> Changes:
    changes: Changes = {}
    for value in seen:
        if value.__class__ is int and not -SMALLEST_NUMBER < value < SMALLEST_NUMBER:
            entity = looking.detector.number(value)
            treatment = looking.treatments.get(entity or "")
            if treatment is not None:
                changes[value] = Change(value if treatment.shadow else treatment.apply(value), (treatment,))
    return changes


def _write(walk: Walk, changes: Changes) -> list[int]:
    """Write changed values into everything that was walked."""
    dropped: set[int] = set()
    for holder, plan, record in walk.holders:
        items = holder.items() if holder.__class__ is dict else enumerate(holder)
        for key, value in [item for item in items if item[1].__class__ in _SCALARS and item[1] in changes]:
            change = changes[value]
            step = plan.node.step(str(key)) if isinstance(plan, Plan) else plan.outer
            if step is not None and step.reserved:
                dropped.add(record)
            elif step is None or not step.exempt:
                _replace(walk, holder, key, plan, change)
    return sorted(dropped)


_SCALARS = frozenset({str, int})


def _replace(walk: Walk, holder: Any, key: Any, plan: Plan | Node, change: Change) -> None:
    node = plan.node if isinstance(plan, Plan) else plan
    place = node.shown(key) if isinstance(holder, dict) else node.shown()
    for treatment in change.treatments:
        walk.text_hits[treatment.rule, place, treatment.entity, treatment.action] += 1
    if change.new is not GONE:
        holder[key] = change.new
    elif isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = f"[{change.treatments[0].entity}]"


def _renames(walk: Walk, told_names: Changes) -> dict[int, dict[str, str]]:
    """Collect, by holder, the names that are personal: found so when planned, or told by this request."""
    renames = {}
    for holder, plan, _ in walk.holders:
        if isinstance(plan, Plan) and (plan.renames or not told_names.keys().isdisjoint(plan.names)):
            told = {name: str(told_names[name].text) for name in plan.names if name in told_names}
            renames[id(holder)] = told | plan.renames
    return renames


def _rename(holder: Any, names: Mapping[str, str] | None) -> None:
    if not names:
        return
    items = [(names.get(name, name), value) for name, value in holder.items()]
    holder.clear()
    for name, value in items:
        taken = sum(1 for other in holder if other == name or other.startswith(f"{name}_"))
        holder[f"{name}_{taken + 1}" if taken and name in holder else name] = value
