"""The first pass over a batch: treatments are applied, everything else is collected for one look.

Objects of one shape are walked together: what Python decides, it decides for a shape and for each distinct row of
values, and the rest is done in C for all of them. `policy.program` makes a `Walk` for each request, takes the records
through it, hands it to `settle`, and lets it go: whatever must not outlive the request stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

from proxy.errors import RecordRefused
from proxy.policy.actions import GONE, Gone, as_text
from proxy.policy.documents import Document, open_document
from proxy.policy.generalize import Scalar
from proxy.policy.plan import CONTAINERS, Acts, Block, NewNames, Node, Plan, Renamed
from proxy.policy.rewriting import Made
from proxy.policy.spec import OnError
from proxy.policy.step import Step
from proxy.policy.urls import personal
from proxy.wire.dialect import Form
from proxy.wire.json_text import CONTAINERS_LIMIT

__all__ = ["DEEPEST", "Indices", "Objects", "Row", "Walk"]

DEEPEST = 32
"""Objects inside objects. Mixpanel and Segment flatten or refuse long before; Python's stack ends at 1,000 frames."""

_TOO_DEEP = f"objects at most {DEEPEST} deep", "a deeper one"
_TOO_MUCH = f"at most {CONTAINERS_LIMIT} objects and arrays in texts", "more"

Objects = Sequence[dict[str, Any]]
Indices = Sequence[int]
"""The index in the batch of the record that each object stands in; -1 for what stands around the records."""

Key = tuple[Any, ...]
"""Tells rows of values apart."""


@dataclass(slots=True, eq=False)
class Row:
    """What becomes of an object's treated fields when they have certain values.

    Args:
        left: what stands in each field then; `GONE` where nothing does.
        new, gone: values to write, and names to take away.
        hits: the steps that do it.
        times: how often it became of an object.
    """

    left: list[Any]
    new: dict[str, Any]
    gone: list[str]
    hits: list[Step]
    times: int = 0


Outcome = tuple[Scalar | Gone | None, tuple[Step, ...]]
"""What becomes of a value, and which steps make it so."""

Group = tuple[Sequence[Any], "Plan | Node", Indices, Sequence[Sequence[Any]], Sequence[Sequence[Row]]]
"""Objects of one shape with their plan, their records, the values that each had in the plan's `fields`, and a row of
each for each of the plan's `blocks`; or arrays with their node and records."""


_OBJECTS, _ARRAYS = {dict}, {list}


class Walk:
    """What one request is being turned into.

    Attributes:
        seen: distinct values that the detectors look at.
        held: distinct values that stay, and only must hold no copy of a removed one.
        groups: every object that was walked, and every array with scalars in it.
        loose: fields that were looked at one by one: object, name, node, record.
        made: what actions made of texts.
        removed: (value, entity) of what a treatment took away, once each.
        documents: what was found inside texts and must be closed again, outermost first.
        known: what becomes of treated fields, by block and values.
        hits: steps applied elsewhere, once each time; `text_hits` what has no step.
        told: names of fields that hold a removed value, and what stands in their place.
        unknown: fields that nobody has classified.
        gone: records that are left out (`on_error: drop_record`).
    """

    __slots__ = (
        "_cut", "_new", "_on_error", "_shadow", "_within", "documents", "gone", "groups", "held", "hits", "known",
        "loose", "made", "removed", "seen", "text_hits", "told", "unknown",
    )  # fmt: skip

    def __init__(self, on_error: OnError, *, shadow: bool = False) -> None:
        self._on_error, self._shadow = on_error, shadow
        self.known: defaultdict[Block, dict[Key, Row]] = defaultdict(dict)
        self._cut: set[str] = set()
        self._within = 0
        self._new = NewNames()
        self.seen: set[Any] = set()
        self.held: set[Any] = set()
        self.groups: list[Group] = []
        self.loose: list[tuple[dict[str, Any], str, Node, int]] = []
        self.made: Made = {}
        self.removed: list[tuple[str, str]] = []
        self.documents: list[Document] = []
        self.hits: list[Step] = []
        self.text_hits: defaultdict[tuple[str, tuple[str, ...], str, str], int] = defaultdict(int)
        self.told: dict[str, Renamed] = {}
        self.unknown = 0
        self.gone: set[int] = set()

    def walk(self, node: Node, objects: Objects, records: Indices, depth: int = 0) -> None:
        """Apply the treatments to objects that stand at one place, and collect what is to be looked at.

        Args:
            depth: how many objects and arrays are around them.

        Raises:
            RecordRefused: 422, something cannot be scrubbed and the policy says `on_error: refuse`.
            InflationLimit: 413, there are more new names than one request may bring.
        """
        shapes = list(map(tuple, objects))
        if shapes.count(shapes[0]) == len(shapes):
            self._alike(node.plan(objects[0], shapes[0], self._new), objects, records, depth)
            return
        alike: dict[tuple[str, ...], list[int]] = {}
        for at, shape in enumerate(shapes):
            alike.setdefault(shape, []).append(at)
        for shape, places in alike.items():
            column = [objects[at] for at in places]
            self._alike(node.plan(column[0], shape, self._new), column, [records[at] for at in places], depth)

    def _alike(self, plan: Plan, objects: Objects, records: Indices, depth: int) -> None:
        """Walk objects of one shape."""
        values = list(map(plan.values, objects)) if plan.values is not None else []
        try:
            for row in values:
                self.seen.update(row[: plan.scans])
                self.held.update(row[plan.scans :])
            rows = [self._rows(block, objects) for block in plan.blocks]
        except TypeError:  # an object or array where a scalar was when the shape was planned
            for d, record in zip(objects, records, strict=True):
                self._alike(plan.node.exact(d, self._new), (d,), (record,), depth)
            return
        for done in rows:
            self._put(objects, done)
        self.groups.append((objects, plan, records, values, rows))
        self.unknown += plan.unknown * len(objects)
        for place in plan.tried:
            self.text_hits[place] += len(objects)
        for name, child in plan.opens:
            for d, record in zip(objects, records, strict=True):
                self._look(child, d, name, record, depth)
        for name, child in plan.nested:
            self._nested(child, objects, name, records, depth)

    def _rows(self, block: Block, objects: Objects) -> list[Row]:
        """Say what becomes of a block of fields in some objects.

        A batch is mostly one person's: the same ids, addresses and pages, record after record.

        Raises:
            TypeError: an object or array is among the values.
        """
        known, values_of = self.known[block], block.values
        return [known.get(values := values_of(d)) or self._known_row(block, values) for d in objects]

    def _known_row(self, block: Block, values: Key) -> Row:
        """Give the row for values, and remember it: under the values themselves, if nothing else is equal to them.

        1, 1.0 and True are equal and give different pseudonyms, so that 0 and 1 have the types in the key.
        """
        key = (values, *map(type, values)) if 0 in values or 1 in values else values
        known = self.known[block]
        row = known.get(key)
        if row is None:
            row = known[key] = self._row(block.acts, values)
        return row

    def _row(self, acts: Acts, values: Iterable[Any]) -> Row:
        """Treat the values of one object's fields."""
        left: list[Any] = []
        new: dict[str, Any] = {}
        gone: list[str] = []
        hits: list[Step] = []
        for (name, step), value in zip(acts, values, strict=True):
            result: Scalar | Gone | None
            if step.plain and value.__class__ is str:
                result = self._applied(step, value)
                hits.append(step)
            else:
                result, steps = self._treated(step, value)
                hits += steps
            left.append(result)
            if result is GONE:
                gone.append(name)
            elif result is not value:
                new[name] = result
            if step.leaves:
                self._collect(step, result)
        return Row(left, new, gone, hits)

    def _put(self, objects: Objects, rows: Iterable[Row]) -> None:
        """Write rows into their objects."""
        for d, row in zip(objects, rows, strict=True):
            row.times += 1
            d.update(row.new)
            for name in row.gone:
                del d[name]

    def _nested(self, node: Node, holders: Objects, name: str, records: Indices, depth: int) -> None:
        """Walk what stands in one field of some objects: mostly objects, or arrays, in all of them."""
        values = [holder[name] for holder in holders]
        kinds = {value.__class__ for value in values}
        if kinds == _OBJECTS and depth < DEEPEST:
            self.walk(node, values, records, depth + 1)
        elif kinds == _ARRAYS and depth < DEEPEST:
            self._arrays(node, values, records, depth + 1)
        else:
            for holder, record in zip(holders, records, strict=True):
                self._act(node, holder, name, record, depth)

    def _inside(self, holder: Any, key: Any, node: Node, record: int, depth: int) -> None:
        """Walk the object or array at a key."""
        value = holder[key]
        if depth >= DEEPEST:
            self._fail(holder, key, node, record)
        elif value.__class__ is dict:
            self.walk(node, (value,), (record,), depth + 1)
        else:
            self._arrays(node, (value,), (record,), depth + 1)

    def _arrays(self, node: Node, arrays: Sequence[Any], records: Indices, depth: int) -> None:
        """Walk arrays that stand at one place; the objects in them are walked together."""
        kinds = set(map(type, chain.from_iterable(arrays)))
        if kinds == _OBJECTS and depth < DEEPEST:
            inside = chain.from_iterable(map(repeat, records, map(len, arrays)))
            self.walk(node, list(chain.from_iterable(arrays)), list(inside), depth + 1)
            return
        if kinds & CONTAINERS:
            for items, record in zip(arrays, records, strict=True):
                for at, item in enumerate(items):
                    if item.__class__ in CONTAINERS:
                        self._inside(items, at, node, record, depth)
        if kinds - CONTAINERS:
            if node.outer is not None and node.outer.parted:
                self._open_items(node, arrays, records, depth)
            self._scalars(node.outer, arrays)
            self.groups.append((arrays, node, records, (), ()))

    def _open_items(self, node: Node, arrays: Sequence[list[Any]], records: Indices, depth: int) -> None:
        """Open the documents among items that are kept, but for what a rule names within."""
        for items, record in zip(arrays, records, strict=True):
            for at, item in enumerate(items):
                if item.__class__ is str:
                    self.open(items, at, node, Form.PLAIN, record, depth)

    def _scalars(self, step: Step | None, arrays: Sequence[list[Any]]) -> None:
        """Treat or collect what stands in arrays and is no object or array itself."""
        if step is None or step.treatment is None:
            aim = self.seen if step is None or step.scans else self.held
            aim.update([item for item in chain.from_iterable(arrays) if item.__class__ not in CONTAINERS])
            return
        for items in arrays:
            left = [item if item.__class__ in CONTAINERS else self._item(step, item) for item in items]
            items[:] = [item for item in left if item is not GONE]

    def _item(self, step: Step, value: Any) -> Any:
        new, steps = self._treated(step, value)
        self.hits += steps
        if step.leaves:
            self._collect(step, new)
        return new

    def _collect(self, step: Step | None, value: Any) -> None:
        (self.seen if step is None or step.scans else self.held).add(value)

    def _look(self, node: Node, d: dict[str, Any], name: str, record: int, depth: int) -> None:
        """Take a closer look at a field: it goes with all that is in it, or holds a document."""
        step, value = node.outer, d[name]
        if step is not None and step.drops and value.__class__ in CONTAINERS:
            self.hits.append(step)
            if step.treatment is not None and step.treatment.shadow:
                self._inside(d, name, node, record, depth)
            else:
                del d[name]
        elif step is not None and step.treatment is None and value.__class__ is str:
            if not self.open(d, name, node, step.form, record, depth):
                self._collect(step, value)
                self.loose.append((d, name, node, record))
        else:
            self._act(node, d, name, record, depth)

    def _act(self, node: Node, d: dict[str, Any], name: str, record: int, depth: int) -> None:
        """Walk into a field or treat it, whatever it holds this time."""
        step, value = node.outer, d[name]
        if value.__class__ in CONTAINERS:
            self._inside(d, name, node, record, depth)
            return
        if step is None or step.treatment is None:
            self._collect(step, value)
        else:
            row = self._row(((name, step),), (value,))
            self._put((d,), (row,))
            self.hits += row.hits
        self.loose.append((d, name, node, record))

    def _treated(self, step: Step, value: Scalar | None) -> Outcome:
        """Say what becomes of a value, and which steps make it so."""
        if value is None or value in step.keep_values or (value.__class__ is bool and not step.whole):
            return value, ()
        if value.__class__ is str:
            for prefix, other in step.prefixes:
                if str(value).startswith(prefix):
                    rest, steps = self._treated(other, str(value)[len(prefix) :])
                    return rest if isinstance(rest, Gone) else f"{prefix}{rest}", steps
        return self._applied(step, value), (step,)

    def _applied(self, step: Step, value: Scalar) -> Scalar | Gone:
        """Apply a step's treatment, and note what the rest of the request is searched for; a text once in a request."""
        treatment = step.treatment
        if treatment is None or treatment.shadow:
            return value
        if value.__class__ is not str:
            new = treatment.apply(value)
        else:
            made = treatment.apply, value
            known = self.made.get(made)
            if known is not None:
                return known
            new = self.made[made] = treatment.apply(value)
        if new != value:
            if treatment.tells:
                self.removed.append((as_text(value), treatment.entity))
            elif treatment.entity == "URL" and "=" in str(value):
                self.removed.extend(personal(str(value), str(new), self._cut))
        return new

    def _fail(self, holder: Any, key: Any, node: Node, record: int, fault: tuple[str, str] = _TOO_DEEP) -> None:
        self.text_hits["on_error", (node.kind, *node.place), "UNKNOWN", "drop"] += 1
        if self._shadow:
            return
        if self._on_error == "refuse":
            raise RecordRefused(*fault, "record")
        if self._on_error == "drop_record":
            self.gone.add(record)
        holder[key] = None

    def open(self, holder: Any, key: Any, node: Node, form: Form, record: int, depth: int) -> bool:
        """Open the document inside a text, if there is one, and walk it as a part of the record it stands in."""
        document = open_document(holder, key, form) if depth < DEEPEST else None
        if document is None:
            return False
        self._within += document.size
        if self._within > CONTAINERS_LIMIT:
            self._fail(holder, key, node, record, _TOO_MUCH)
            return True
        self.documents.append(document)
        self._inside(document.box, 0, node, record, depth)
        return True
