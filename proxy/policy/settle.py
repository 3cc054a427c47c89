"""The second pass: one look at each distinct value, and back to the records only when it found something.

Detectors say what a text holds; `Known` says where a value that a treatment removed stands once more. `policy.program`
calls `settle` after the walk. Nothing here outlives the call.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from proxy.detect.detector import Detector, Span
from proxy.detect.knowledge import Known
from proxy.detect.layers import ESCAPES, Views
from proxy.policy.actions import GONE
from proxy.policy.documents import likely, opens
from proxy.policy.plan import Node, Plan
from proxy.policy.rewriting import Change, Made, combine, made_of
from proxy.policy.step import Treatment
from proxy.policy.walk import Walk
from proxy.policy.writing import rename, write
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
        shadow: nothing changes, whatever happens.
    """

    detector: Detector
    treatments: Mapping[str, Treatment]
    allow: frozenset[str]
    names: Finder | None = None
    shadow: bool = False


Finder = Callable[[Sequence[str]], tuple[Mapping[str, tuple[Span, ...]], Sequence[str]]]
"""Finds names in texts within a budget: the spans, and the texts that it did not come to."""

_OVERRUN = Treatment("budget", "UNKNOWN", "drop", lambda value: GONE)


def settle(walk: Walk, looking: Looking, places: int) -> set[int]:
    """Scan what the walk collected and write the changes into its records.

    Args:
        places: how many may be looked at closely.

    Returns:
        Indices of records that cannot leave: a removed value stands in a field that the vendor needs as it is.
    """
    seen = _texts(walk.seen)
    if any(map(opens, filter(likely, seen))):
        _open_unannounced(walk)
        seen = _texts(walk.seen)
    plans = _plans(walk)
    changes = _changes(walk, looking, seen, plans, places)
    dropped = write(walk, changes) if changes else set()
    names = rename(walk, plans)
    for document in () if looking.shadow else reversed(walk.documents):
        document.close(names.get(id(document.holder), {}).get(document.key, document.key))
    return dropped


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if value.__class__ is str]


def _plans(walk: Walk) -> list[Plan]:
    """Give the plans of the objects that were walked, each once, in the order in which they came."""
    return [plan for plan in dict.fromkeys(map(_PLAN, walk.groups)) if isinstance(plan, Plan)]


def _open_unannounced(walk: Walk) -> None:
    """Open what stands in fields of which nobody said that they hold a document.

    The list of groups grows while it is gone through: documents inside documents are found in the same loop. What was
    opened is looked at inside, and no longer as a text.
    """
    opening = cache(opens)
    within: set[str] = set()
    for holders, plan, records, *_ in walk.groups:
        for holder, record in zip(holders, records, strict=True):
            for key, text in _items(holder):
                if text.__class__ is str and text in walk.seen and opening(text):
                    node = _node(plan, key)
                    if node.outer is None or node.outer.scans:
                        walk.open(holder, key, node, Form.PLAIN, record, 0)
                        within.add(text)
    walk.seen -= within


def _node(plan: Plan | Node, key: Any) -> Node:
    """Give the node of what stands in a field; items of an array have that of the array."""
    return plan.node.child(key, plan.step(key)) if isinstance(plan, Plan) else plan


def _items(holder: Any) -> Iterable[tuple[Any, Any]]:
    return list(holder.items() if isinstance(holder, dict) else enumerate(holder))


def _changes(walk: Walk, looking: Looking, seen: list[str], plans: Sequence[Plan], places: int) -> dict[Any, Change]:
    """Find what must change; names of fields that repeat a removed value go to `walk.told`."""
    long_seen = _long(walk.seen) if len(seen) < len(walk.seen) else []
    if looking.allow:
        seen = [text for text in seen if text not in looking.allow]
    views: Views = {}
    spans = looking.detector.find(seen, views, places)
    late = _named(seen, spans, looking.names) if looking.names is not None else ()
    names: set[str] = set()
    numbers: dict[str, int] = {}
    walk.removed.extend(_addresses(spans, views, looking.treatments, walk.made))
    if walk.removed:
        held = [text for text in _texts(walk.held) if text not in looking.allow]
        names = names.union(*[plan.names for plan in plans]) - looking.allow
        numbers = {str(number): number for number in (*long_seen, *_long(walk.held))}
        removed = sorted(dict.fromkeys(walk.removed), key=lambda told: _spares(looking.treatments.get(told[1])))
        for text, told in _known(removed).find([*seen, *held, *names, *numbers], views).items():
            spans[text] = (*spans.get(text, ()), *told)
    changes: dict[Any, Change] = {
        text: change
        for text, found in spans.items()
        if (change := combine(text, found, looking.treatments, walk.made, views.get(text)))
    }
    walk.told = {name: changes[name].renamed for name in names & changes.keys()}
    changes |= {numbers[text]: changes[text] for text in numbers.keys() & changes.keys()}
    changes |= {text: Change(text if looking.shadow else GONE, (_OVERRUN,)) for text in late}
    changes |= _numbers(long_seen, looking, changes)
    return changes


def _named(seen: Sequence[str], spans: dict[str, tuple[Span, ...]], names: Finder) -> Sequence[str]:
    """Add what the model finds in texts of several words; give those that it did not come to."""
    found, late = names([text for text in seen if " " in text])
    for text, told in found.items():
        spans[text] = (*spans.get(text, ()), *told)
    return late


def _addresses(
    spans: Mapping[str, Iterable[Span]], views: Views, treatments: Mapping[str, Treatment], made: Made
) -> Iterator[tuple[str, str]]:
    """Give the mail addresses that are taken out of texts: their local parts are names that other texts repeat.

    What its action leaves as it is (`replace: nobody@example.com`, the second time) is no removed address.
    """
    treatment = treatments.get(_ADDRESS)
    if treatment is None or treatment.shadow:
        return
    for text, found in spans.items():
        for start, end, entity, _ in found:
            if entity == _ADDRESS:
                raw = text[start:end]
                view = None if raw.isascii() and ESCAPES.isdisjoint(raw) else views.get(text)
                address = view.read(start, end) if view else raw
                if made_of(treatment.apply, address, made) != address:
                    yield address, _ADDRESS


_ADDRESS = "EMAIL_ADDRESS"


def _spares(treatment: Treatment | None) -> bool:
    """Tell whether copies of an entity stay: where a value is of two, the other's are looked for first."""
    return treatment is None or treatment.shadow


def _known(removed: Iterable[tuple[str, str]]) -> Known:
    known = Known()
    for value, entity in removed:
        known.add(value, entity)
    return known


SMALLEST_NUMBER = 1_000_000
"""No telephone, card or account number has fewer than seven digits."""


_PLAN = itemgetter(1)


def _long(values: Iterable[Any]) -> list[int]:
    """Give the long whole numbers; `4155550132.0` is one, as pandas writes a column with gaps, and equal to its int."""
    others = [v for v in values if v.__class__ is not str]
    numbers = [v for v in others if v.__class__ is int or v.__class__ is float]
    return [int(v) for v in numbers if not -SMALLEST_NUMBER < v < SMALLEST_NUMBER and v == int(v)]


def _numbers(long_seen: Iterable[int], looking: Looking, known: Container[Any]) -> dict[Any, Change]:
    """Find numbers that are personal beyond doubt; an entity that is only counted leaves alone what is known."""
    changes: dict[Any, Change] = {}
    for value in long_seen:
        entity = looking.detector.number(value)
        treatment = looking.treatments.get(entity or "")
        if treatment is not None and not (treatment.shadow and value in known):
            changes[value] = Change(value if treatment.shadow else treatment.apply(value), (treatment,))
    return changes
