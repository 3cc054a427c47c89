"""The second pass: one look at each distinct value, and back to the records only when it found something.

Detectors say what a text holds; `Known` says where a value that a treatment removed stands once more. `policy.program`
calls `settle` after the walk. Nothing here outlives the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, compress
from operator import itemgetter
from typing import Any

from proxy.detect.detector import Detector, Span
from proxy.detect.knowledge import Known
from proxy.detect.layers import Views, unescaped
from proxy.policy.actions import GONE
from proxy.policy.documents import likely, opens
from proxy.policy.plan import Node, Plan, Renamed, Treatment
from proxy.policy.rewriting import Change, combine
from proxy.policy.walk import Column, Walk
from proxy.wire.dialect import Form

__all__ = ["Finder", "Looking", "settle"]


@dataclass(frozen=True, slots=True, eq=False)
class Looking:
    """What a text is looked at with.

    Args:
        detector: finds spans in texts.
        treatments: what is done to each entity that is found; an entity without one stays.
        allow: texts that are left alone.
        names: a model that finds names in free text; what it could not finish is dropped.
    """

    detector: Detector
    treatments: Mapping[str, Treatment]
    allow: frozenset[str]
    names: Finder | None = None


Finder = Callable[[Sequence[str]], tuple[Mapping[str, tuple[Span, ...]], Sequence[str]]]
"""Finds names in texts within a budget: the spans, and the texts that it did not come to."""

_OVERRUN = Treatment("budget", "UNKNOWN", "drop", lambda value: GONE)


def settle(walk: Walk, looking: Looking) -> set[int]:
    """Scan what the walk collected and write the changes into its records.

    Returns:
        Indices of records that cannot leave: a removed value stands in a field that the vendor needs as it is.
    """
    seen = _texts(walk.seen)
    if any(map(opens, filter(likely, seen))):
        _open_unannounced(walk)
        seen = _texts(walk.seen)
    plans = _plans(walk)
    changes = _changes(walk, looking, seen, plans)
    dropped = _write(walk, changes) if changes else set()
    renames = {id(holder): _rename(holder, names) for holder, names in _renames(walk, plans)}
    for document in reversed(walk.documents):
        document.close(renames.get(id(document.holder), {}).get(document.key, document.key))
    return dropped


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if value.__class__ is str]


def _plans(walk: Walk) -> list[Plan]:
    """Give the plans of the objects that were walked, each once, in the order in which they came."""
    return [plan for plan in dict.fromkeys(map(_PLAN, walk.columns)) if isinstance(plan, Plan)]


def _open_unannounced(walk: Walk) -> None:
    """Open what stands in fields of which nobody said that they hold a document.

    The list of columns grows while it is gone through: documents inside documents are found in the same loop.
    """
    opening = cache(opens)
    for holders, plan, records in walk.columns:
        for holder, record in zip(holders, records, strict=True):
            for key, text in _items(holder):
                if text.__class__ is str and text in walk.seen and opening(text):
                    node = _node(plan, key)
                    if node.outer is None or node.outer.scans:
                        walk.open(holder, key, node, Form.PLAIN, record, 0)


def _node(plan: Plan | Node, key: Any) -> Node:
    """Give the node of what stands in a field; items of an array have that of the array."""
    return plan.node.child(key, plan.node.step(key, plan.shown(key))) if isinstance(plan, Plan) else plan


def _items(holder: Any) -> Iterable[tuple[Any, Any]]:
    return list(holder.items() if isinstance(holder, dict) else enumerate(holder))


Changes = dict[Any, Change]


def _changes(walk: Walk, looking: Looking, seen: list[str], plans: Sequence[Plan]) -> Changes:
    """Find what must change; names of fields that repeat a removed value go to `walk.told`."""
    long_seen = _long(walk.seen) if len(seen) < len(walk.seen) else []
    if looking.allow:
        seen = [text for text in seen if text not in looking.allow]
    views: Views = {}
    spans = looking.detector.find(seen, views=views)
    late = _named(seen, spans, looking.names) if looking.names is not None else ()
    names: set[str] = set()
    numbers: dict[str, int] = {}
    walk.removed.extend(_addresses(spans, looking.treatments))
    if walk.removed:
        held = [text for text in _texts(walk.held) if text not in looking.allow]
        names = names.union(*[plan.names for plan in plans])
        numbers = {str(number): number for number in (*long_seen, *_long(walk.held))}
        for text, told in _known(dict.fromkeys(walk.removed)).find([*seen, *held, *names, *numbers], views).items():
            spans[text] = (*spans.get(text, ()), *told)
    changes: Changes = {
        text: change for text, found in spans.items() if (change := combine(text, found, looking.treatments, walk.made))
    }
    walk.told = {name: changes[name].renamed for name in names & changes.keys()}
    changes |= {numbers[text]: changes[text] for text in numbers.keys() & changes.keys()}
    changes |= {text: Change(GONE, (_OVERRUN,)) for text in late}
    changes |= _numbers(long_seen, looking)
    return changes


def _named(seen: Sequence[str], spans: dict[str, tuple[Span, ...]], names: Finder) -> Sequence[str]:
    """Add what the model finds in texts of several words; give those that it did not come to."""
    found, late = names([text for text in seen if " " in text])
    for text, told in found.items():
        spans[text] = (*spans.get(text, ()), *told)
    return late


def _addresses(spans: Mapping[str, Iterable[Span]], treatments: Mapping[str, Treatment]) -> Iterator[tuple[str, str]]:
    """Give the mail addresses that are taken out of texts: their local parts are names that other texts repeat."""
    treatment = treatments.get(_ADDRESS)
    if treatment is None or treatment.shadow:
        return
    for text, found in spans.items():
        for span in found:
            if span.entity == _ADDRESS:
                raw = text[span.start : span.end]
                view = unescaped(raw)
                yield (view.text if view else raw), _ADDRESS


_ADDRESS = "EMAIL_ADDRESS"


def _known(removed: Iterable[tuple[str, str]]) -> Known:
    known = Known()
    for value, entity in removed:
        known.add(value, entity)
    return known


SMALLEST_NUMBER = 1_000_000
"""No telephone, card or account number has fewer than seven digits."""


_PLAN = itemgetter(1)


def _long(values: Iterable[Any]) -> list[int]:
    return [v for v in values if v.__class__ is int and not -SMALLEST_NUMBER < v < SMALLEST_NUMBER]


def _numbers(long_seen: Iterable[int], looking: Looking) -> Changes:
    changes: Changes = {}
    for value in long_seen:
        entity = looking.detector.number(value)
        treatment = looking.treatments.get(entity or "")
        if treatment is not None:
            changes[value] = Change(value if treatment.shadow else treatment.apply(value), (treatment,))
    return changes


def _write(walk: Walk, changes: Changes) -> set[int]:
    """Write changed values into everything that was walked; give the records that cannot leave."""
    dropped: set[int] = set()
    for column in walk.columns:
        if not _disjoint(column, changes):
            dropped |= _rewritten(walk, column, changes)
    return dropped


def _disjoint(column: Column, changes: Changes) -> bool:
    """Tell whether nothing changes in any object or array of a column; one call in C, for mostly nothing does."""
    holders, plan, _ = column
    values: Iterable[Any] = chain.from_iterable(map(dict.values, holders) if isinstance(plan, Plan) else holders)
    if not isinstance(plan, Plan) or plan.nested:
        held = list(values)
        values = compress(held, map(_SCALARS.__contains__, map(type, held)))
    try:
        return changes.keys().isdisjoint(values)
    except TypeError:  # an object in a field that nobody looks into
        return False


_SCALARS = frozenset({str, int, float})


def _rewritten(walk: Walk, column: Column, changes: Changes) -> set[int]:
    """Write changed values into objects of one shape, or into arrays."""
    holders, plan, records = column
    dropped: set[int] = set()
    places: dict[Any, tuple[Node, list[Treatment]]] = {}
    for holder, record in zip(holders, records, strict=True):
        for key, value in _changing(holder, changes):
            change = changes[value]
            place = places.get(key)
            if place is None:
                place = places[key] = _node(plan, key), []
            node, done = place
            step = node.outer
            if step is not None and (step.exempt or step.reserved):
                if step.exempt or change.new == value:
                    continue
                dropped.add(record)
            else:
                _replace(holder, key, change)
            done += change.treatments
    for node, done in places.values():
        path = (node.kind, *node.place)
        for treatment in done:
            walk.text_hits[treatment.rule, path, treatment.entity, treatment.action] += 1
    return dropped


def _changing(holder: Any, changes: Changes) -> Sequence[tuple[Any, Any]]:
    """Give the places of an object or array whose value changes, in their order."""
    items = list(holder.items()) if holder.__class__ is dict else list(enumerate(holder))
    try:
        return [item for item in items if item[1] in changes]
    except TypeError:  # it holds objects itself
        return [item for item in items if item[1].__class__ in _SCALARS and item[1] in changes]


def _replace(holder: Any, key: Any, change: Change) -> None:
    if change.new is not GONE:
        holder[key] = change.new
    elif isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = f"[{change.treatments[0].entity}]"


def _renames(walk: Walk, plans: Iterable[Plan]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Give holders with the names in them that are personal: found so when planned, or told by this request."""
    personal = {plan for plan in plans if plan.renames or not walk.told.keys().isdisjoint(plan.names)}
    for holders, plan, _ in walk.columns if personal else ():
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


def _rename(holder: dict[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Rename fields in their order.

    Returns:
        Old name → new name; a name that is taken already gets a number.
    """
    items = list(holder.items())
    free = holder.keys() - names.keys()
    holder.clear()
    renamed = {}
    for name, value in items:
        new, number = names.get(name, name), 2
        while name in names and (new in holder or new in free):
            new, number = f"{names[name]}_{number}", number + 1
        holder[new] = value
        renamed[name] = new
    return renamed
