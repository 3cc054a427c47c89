"""The first pass over a batch: treatments are applied, everything else is collected for one look.

`policy.program` makes a `Walk` for each request, takes every record through it, hands it to `settle`, and lets it go:
whatever must not outlive the request stands here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proxy.errors import RecordRefused
from proxy.policy.actions import GONE, Gone
from proxy.policy.documents import Document, open_document
from proxy.policy.generalize import Scalar
from proxy.policy.plan import Block, Node, Plan, Renamed, Step, Treatment
from proxy.policy.rewriting import Made
from proxy.policy.spec import OnError
from proxy.policy.urls import personal
from proxy.wire.dialect import Form

__all__ = ["DEEPEST", "Dropped", "Holder", "Row", "Walk"]

DEEPEST = 32
"""Objects inside objects. Mixpanel and Segment flatten or refuse long before; Python's stack ends at 1,000 frames."""

Holder = tuple[Any, "Plan | Node", int]
"""An object with its plan, or an array with its node; and the index of the record it stands in."""


class Dropped(Exception):
    """A record is left out (`on_error: drop_record`). Caught by `Program.run`."""


def _repeats(value: Any) -> bool:
    """Tell whether equal values are the same value: 1 and True are equal and give different pseudonyms."""
    return value.__class__ is str or value is None or (value.__class__ in _NUMBERS and value not in (0, 1))


_NUMBERS = frozenset({int, float})
_TEXTS = frozenset({str, type(None)})


@dataclass(slots=True, eq=False)
class Row:
    """The result of treating one object's fields.

    Args:
        new, gone: values to copy, and names to take away.
        hits: the steps that did it.
        count: how often the row came again.
    """

    new: dict[str, Any]
    gone: tuple[str, ...]
    hits: list[Step]
    count: int = 0


def _row(block: Block, d: dict[str, Any], size: int, hits: list[Step]) -> Row:
    """Note what became of an object's fields; it had `size` of them before."""
    if len(d) == size:
        return Row(dict(zip(block.names, block.values(d), strict=True)), (), hits)
    new = {name: d[name] for name in block.names if name in d}
    return Row(new, tuple([name for name in block.names if name not in d]), hits)


class Walk:
    """What one request is being turned into.

    Attributes:
        seen: distinct values that the detectors look at.
        held: distinct values that stay, and only must hold no copy of a removed one.
        holders: every object that was walked, and every array with scalars in it.
        made: what actions made of texts.
        removed: (value, entity) of what a treatment took away, once each.
        documents: what was found inside texts and must be closed again, outermost first.
        hits: the step of every treatment that was applied; `rows` count those that came again, `text_hits` what has no
            step.
        told: names of fields that hold a removed value, and what stands in their place.
        unknown: fields that nobody has classified.
        record: the index of the record that is being walked.
    """

    __slots__ = (
        "_on_error", "_rows", "_texts", "documents", "held", "hits", "holders", "made", "record", "removed",
        "seen", "text_hits", "told", "unknown",
    )  # fmt: skip

    def __init__(self, on_error: OnError) -> None:
        self._on_error = on_error
        self.record = -1
        self._texts: dict[tuple[Step, str], tuple[Scalar | Gone, tuple[Step, ...]]] = {}
        self._rows: dict[tuple[Block, tuple[Any, ...]], Row] = {}
        self.seen: set[Any] = set()
        self.held: set[Any] = set()
        self.holders: list[Holder] = []
        self.made: Made = {}
        self.removed: list[tuple[str, str]] = []
        self.documents: list[Document] = []
        self.hits: list[Step] = []
        self.text_hits: Counter[tuple[str, tuple[str, ...], str, str]] = Counter()
        self.told: dict[str, Renamed] = {}
        self.unknown = 0

    @property
    def rows(self) -> Iterable[Row]:
        """The rows of treated fields that this request held."""
        return self._rows.values()

    def walk(self, node: Node, d: dict[str, Any], record: int) -> None:
        """Apply the treatments of one record and collect what is to be looked at.

        Args:
            record: its index in the batch, -1 for what stands around the records.

        Raises:
            Dropped: the record cannot be scrubbed and the policy says `on_error: drop_record`.
            RecordRefused: 422, the same with `on_error: refuse`.
        """
        self.record = record
        self._object(node, d, 0)

    def _object(self, node: Node, d: dict[str, Any], depth: int) -> None:
        """Walk an object; a row of treated fields that came before in this request is only copied.

        A batch is mostly one person's: the same ids, addresses and pages, record after record.
        """
        plan = node.plan(d)
        try:
            rows = self._gathered(plan, d)
        except TypeError:  # an object or array where a scalar was when the shape was planned
            plan = node.fresh(d)
            rows = self._gathered(plan, d)
        self.unknown += plan.unknown
        if plan.tried:
            self.text_hits.update(plan.tried)
        self.holders.append((d, plan, self.record))
        for block, values, row in rows:
            if row is None:
                self._treat(plan.node, block, values, d, depth)
                continue
            d.update(row.new)
            for name in row.gone:
                del d[name]
            row.count += 1
        for name, step in plan.opens:
            self._act(node, d, name, step, depth)
        for name, child in plan.nested:
            value = d[name]
            if value.__class__ is dict and depth < DEEPEST:
                self._object(child, value, depth + 1)
            else:
                self._inside(d, name, child, depth)

    def _gathered(self, plan: Plan, d: dict[str, Any]) -> list[tuple[Block, tuple[Any, ...], Row | None]]:
        """Collect an object's values; give its blocks, the values of each, and the row of them that came before."""
        if plan.scanned is not None:
            self.seen.update(plan.scanned(d))
        if plan.kept is not None:
            self.held.update(plan.kept(d))
        return [(block, values := block.values(d), self._rows.get((block, values))) for block in plan.blocks]

    def _treat(self, node: Node, block: Block, values: tuple[Any, ...], d: dict[str, Any], depth: int) -> None:
        """Treat a block of an object's fields for the first time, and remember the row."""
        before, size = len(self.hits), len(d)
        for (name, step), value in zip(block.acts, values, strict=True):
            if value.__class__ is not str:
                self._act(node, d, name, step, depth)
                continue
            done = self._texts.get((step, value))
            if done is None:
                done = self._texts[step, value] = self._treated(step, value)
            new, steps = done
            self.hits += steps
            if new is GONE:
                del d[name]
                continue
            d[name] = new
            if step.scans:
                self.seen.add(new)
        if _TEXTS.issuperset(map(type, values)) or all(map(_repeats, values)):
            self._rows[block, values] = _row(block, d, size, self.hits[before:])

    def _inside(self, holder: Any, key: Any, node: Node, depth: int) -> None:
        value = holder[key]
        kind = value.__class__
        if kind is not dict and kind is not list:
            self._collect(node.outer, value)
        elif depth >= DEEPEST:
            self._fail(holder, key, node)
        elif kind is dict:
            self._object(node, value, depth + 1)
        else:
            self._array(node, value, depth + 1)

    def _array(self, node: Node, items: list[Any], depth: int) -> None:
        step = node.outer
        treated = step is not None and step.treatment is not None
        scalars = False
        for index, item in enumerate(items):
            if item.__class__ is dict and depth < DEEPEST:
                self._object(node, item, depth + 1)
            elif item.__class__ is dict or item.__class__ is list:
                self._inside(items, index, node, depth)
            else:
                scalars = True
                if treated and step is not None and item is not None:
                    items[index], steps = self._treated(step, item)
                    self.hits += steps
                    if step.scans:
                        self.seen.add(items[index])
                else:
                    self._collect(step, item)
        if scalars:
            self.holders.append((items, node, self.record))
        if treated:
            items[:] = [item for item in items if item is not GONE]

    def _collect(self, step: Step | None, value: Any) -> None:
        (self.seen if step is None or step.scans else self.held).add(value)

    def _act(self, node: Node, d: dict[str, Any], name: str, step: Step, depth: int) -> None:
        value = d[name]
        kind = value.__class__
        if kind is dict or kind is list:
            self._act_inside(node, d, name, step, depth)
        elif step.treatment is None:
            if kind is not str or not self.open(d, name, node.child(name, step), step.form, depth):
                self._collect(step, value)
        elif kind is bool and not step.whole:
            self._collect(step, value)
        elif value is not None:
            d[name], steps = self._treated(step, value)
            self.hits += steps
            if d[name] is GONE:
                del d[name]
            elif step.scans:
                self.seen.add(d[name])

    def _act_inside(self, node: Node, d: dict[str, Any], name: str, step: Step, depth: int) -> None:
        treatment = step.treatment
        if not step.whole or treatment is None or treatment.action != "drop":
            self._inside(d, name, node.child(name, step), depth)
            return
        self.hits.append(step)
        if treatment.shadow:
            self._inside(d, name, node.child(name, step), depth)
        else:
            del d[name]

    def _treated(self, step: Step, value: Scalar) -> tuple[Scalar | Gone, tuple[Step, ...]]:
        """Say what becomes of a value, and which steps make it so."""
        if value in step.keep_values:
            return value, ()
        if value.__class__ is str:
            for prefix, other in step.prefixes:
                if str(value).startswith(prefix):
                    rest, steps = self._treated(other, str(value)[len(prefix) :])
                    return rest if isinstance(rest, Gone) else f"{prefix}{rest}", steps
        assert step.treatment is not None  # noqa: S101 - or the step would not be asked; for the type checker
        return self._applied(step.treatment, value), step.alone

    def _applied(self, treatment: Treatment, value: Scalar) -> Scalar | Gone:
        """Treat a value, and note what the rest of the request is searched for; a text once in a request."""
        if treatment.shadow:
            return value
        new = self.made.get((treatment.apply, value)) if value.__class__ is str else None
        if new is not None:
            return new
        new = treatment.apply(value)
        if value.__class__ is str:
            self.made[treatment.apply, value] = new
        if new != value:
            if treatment.tells:
                self.removed.append((str(value), treatment.entity))
            elif treatment.entity == "URL":
                self.removed.extend(personal(str(value), str(new)))
        return new

    def _fail(self, holder: Any, key: Any, node: Node) -> None:
        self.text_hits["on_error", (node.kind, *node.place), "UNKNOWN", "drop"] += 1
        if self._on_error == "refuse":
            raise RecordRefused(f"objects at most {DEEPEST} deep", "a deeper one", "record")
        if self._on_error == "drop_record":
            raise Dropped
        holder[key] = None

    def open(self, holder: Any, key: Any, node: Node, form: Form, depth: int) -> bool:
        """Open the document inside a text, if there is one, and walk it as a part of the record it stands in."""
        document = open_document(holder, key, form) if depth < DEEPEST else None
        if document is None:
            return False
        self.documents.append(document)
        self._inside(document.box, 0, node, depth)
        return True
