"""Plans: what to do with a dictionary of a known shape, decided once for each shape.

A `Node` is a place in a vendor's document where an object may stand. The first object of a new shape (`tuple(d)`, its
names in order) makes it build a `Plan`; the next ones only look it up. Names are classified once per node. Plans hold
names, never values, and a name that is itself personal is never remembered. `policy.program` runs plans;
`policy.compile` supplies the classification. What stands in a plan never changes; it is not frozen, as no step is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from proxy.errors import InflationLimit
from proxy.policy.step import PARTS, Part, Step, Treatment

__all__ = [
    "CONTAINERS",
    "Acts",
    "Block",
    "Classify",
    "Ground",
    "NewNames",
    "Node",
    "Plan",
    "Rename",
    "Renamed",
]

Values = Callable[[dict[str, Any]], tuple[Any, ...]]

CONTAINERS: frozenset[type] = frozenset({dict, list})
"""Types of values that hold values."""


class Renamed(NamedTuple):
    """What becomes of a field's name that is personal itself.

    Args:
        text: what stands in its place.
        shown: how findings and places show it; differs where a treatment in shadow mode left the name as it was.
        treatments: what was done to it.
    """

    text: str
    shown: str
    treatments: tuple[Treatment, ...]


Acts = tuple[tuple[str, Step], ...]
"""Fields, each with its step."""


@dataclass(slots=True, eq=False)
class Block:
    """Treated fields of a shape whose values come again together: a person's ids, or the addresses of a page.

    Args:
        acts: each name with its step.
        values: takes the fields' values out of an object, as a row.
    """

    acts: Acts
    values: Values


@dataclass(slots=True, eq=False)
class Plan:
    """What to do with an object of one shape.

    Args:
        fields: those without a treatment that held a scalar when the plan was built: first those that are scanned, up
            to `scans`, then those that stay.
        values: takes the values of `fields` out of an object in one call; None when there are none.
        blocks: fields with a treatment whose value was a scalar; a row of equal values is treated once in a request.
        opens: fields that take a closer look each time: with a document inside, dropped with all that is in them, or
            kept but for what a rule names within.
        nested: fields that held an object or an array when the plan was built.
        tried: rule, path, entity and action of what a rule in shadow mode would do.
        unknown: how many of its fields nobody has classified.
        names: of its fields that are in no catalogue.
        renames: names that are personal, and what stands in their place; such a plan is not remembered.
    """

    node: Node
    fields: tuple[str, ...]
    scans: int
    values: Values | None
    blocks: tuple[Block, ...]
    opens: tuple[tuple[str, Node], ...]
    nested: tuple[tuple[str, Node], ...]
    tried: tuple[tuple[str, tuple[str, ...], str, str], ...]
    unknown: int
    names: tuple[str, ...]
    renames: dict[str, Renamed]

    def shown(self, name: str) -> str | None:
        """Give what findings show in place of a name, None when it is nobody's."""
        renamed = self.renames.get(name)
        return None if renamed is None else renamed.shown

    def step(self, name: str) -> Step:
        """Give the step of one of its fields."""
        return self.node.step(name, self.shown(name))


Classify = Callable[["Node", str], Step]
"""From a node and a field's name, as it may be shown, to its step."""

Rename = Callable[[Sequence[str]], dict[str, Renamed]]
"""From names to what must stand in place of those that are personal themselves."""


ENTRY_BYTES = 400
"""What a name, a node or a plan of few names takes; measured."""

NAME_BYTES = 40
"""What a plan takes for a name, beside its characters; measured. Twice as much where the field holds an object."""


@dataclass(slots=True)
class Ground:
    """What all nodes of a program share.

    Args:
        limit: how many entries (plans, names, nodes) are remembered together; at the limit all are forgotten at once.
            A plan of many names counts as several. A site with 300 kinds of events of 30 properties needs some 3,000;
            50,000 take some 20 MB, at worst twice as much.
    """

    classify: Classify
    rename: Rename
    limit: int = 50_000
    size: int = 0
    roots: list[Node] = field(default_factory=list)

    def count(self, size: int = 0) -> None:
        """Count one more entry, with the bytes that it takes for names and places."""
        self.size += 1 + size // ENTRY_BYTES
        if self.size > self.limit:
            for root in self.roots:
                root.forget()
            self.size = 0


Shape = tuple[object, ...]
"""An object's names in their order; or that order, and the names of the fields with an object or array in them."""

LARGEST_SHAPE = 255
"""Mixpanel takes fewer than 255 properties an event; a larger object is a map from ids, whose names never come again.
Source: Mixpanel, "Import Events"."""

LONGEST_NAME = 128
"""A longer name is data, not a name."""


NAMES_LIMIT = 200_000
"""Names that one request may bring and no plan knows yet; some 500 bytes and 8 µs each. 2,000 imported events with 50
each that never came before, as maps from ids have them, are half of it."""


@dataclass(slots=True)
class NewNames:
    """How many new names one request may still bring, so that nobody fills the memory with them."""

    left: int = NAMES_LIMIT

    def take(self, count: int) -> None:
        """Count new names before they are classified.

        Raises:
            InflationLimit: 413, there are more than may be.
        """
        self.left -= count
        if self.left < 0:
            raise InflationLimit(f"at most {NAMES_LIMIT} names of fields that are new", "more", "record")


class Node:
    """A place where an object may stand.

    Args:
        kind: the catalogue part it belongs to.
        place: names from the record's root, as they may be shown.
        outer: the step of the field that holds this object; what it says is inherited where nothing else applies.

    Attributes:
        about: what `classify` remembers of the place.
    """

    __slots__ = ("_blocks", "_children", "_ground", "_plans", "_steps", "about", "kind", "outer", "place")

    def __init__(self, kind: str, ground: Ground, place: tuple[str, ...] = (), outer: Step | None = None) -> None:
        self.kind, self.place, self.outer = kind, place, outer
        self.about: object = None
        self._ground = ground
        self.forget()
        if not place:
            ground.roots.append(self)

    def forget(self) -> None:
        """Drop everything that was remembered below this node."""
        self._plans: dict[Shape, Plan] = {}
        self._steps: dict[str, Step] = {}
        self._children: dict[str, Node] = {}
        self._blocks: dict[tuple[str, ...], Block] = {}

    def plan(self, d: dict[str, Any], shape: Shape, new: NewNames) -> Plan:
        """Give the plan for an object and its shape, which is its names in their order.

        Raises:
            InflationLimit: 413, it has more new names than its request may still bring.
        """
        return self._plans.get(shape) or self._remembered(shape, d, new)

    def exact(self, d: dict[str, Any], new: NewNames) -> Plan:
        """Give the plan for an object's shape with objects and arrays in just the fields where it has them.

        Raises:
            InflationLimit: 413, as `plan`.
        """
        shape = (tuple(d), *[name for name, value in d.items() if value.__class__ in CONTAINERS])
        return self._plans.get(shape) or self._remembered(shape, d, new)

    def _remembered(self, shape: Shape, d: dict[str, Any], new: NewNames) -> Plan:
        plan = self._fresh(d, new)
        if not plan.renames and len(d) <= LARGEST_SHAPE and (not d or max(map(len, d)) <= LONGEST_NAME):
            self._ground.count(_size(d))
            self._plans[shape] = plan
        return plan

    def _fresh(self, d: dict[str, Any], new: NewNames) -> Plan:
        """Build the plan for just this object, its values' types included."""
        known = self._steps
        names = [name for name in d if name not in known]
        new.take(len(names))
        renames = self._ground.rename(names)
        steps: dict[str, Step] = {}
        parts: dict[Part, list[str]] = {part: [] for part in PARTS}
        tried, uncatalogued, unknown = [], [], 0
        for name, value in d.items():
            step = known.get(name) or self.step(name, renames[name].shown if name in renames else None)
            steps[name] = step
            parts[step.part_inside if value.__class__ in CONTAINERS else step.part].append(name)
            if step.tried is not None:
                tried.append(_trial(step, step.tried))
            if not step.catalogued:
                uncatalogued.append(name)
            unknown += step.unknown
        fields = parts["scanned"] + parts["kept"]
        return Plan(
            self,
            tuple(fields),
            len(parts["scanned"]),
            _getter(fields) if fields else None,
            # What changes with the page stands apart from what changes with the person.
            tuple([self._block(tuple(names), steps) for names in (parts["acts"], parts["pages"]) if names]),
            tuple([(name, self.child(name, steps[name])) for name in parts["opens"]]),
            tuple([(name, self.child(name, steps[name])) for name in parts["nested"]]),
            tuple(tried),
            unknown,
            tuple(uncatalogued),
            renames,
        )

    def _block(self, names: tuple[str, ...], steps: Mapping[str, Step]) -> Block:
        """Give the block of some fields; shapes share it, since the vendor's own fields are the same in all of them."""
        block = self._blocks.get(names)
        if block is None:
            block = Block(tuple([(name, steps[name]) for name in names]), _getter(names))
            if self._steps.keys() >= set(names):
                self._ground.count(_size(names))
                self._blocks[names] = block
        return block

    def step(self, name: str, shown: str | None = None) -> Step:
        """Classify a field.

        Args:
            shown: what stands in place of a name that is personal itself; such a name is not remembered.
        """
        step = self._steps.get(name)
        if step is None:
            step = self._ground.classify(self, name if shown is None else shown)
            if shown is None and len(name) <= LONGEST_NAME:
                self._ground.count(len(step.finding.where))
                self._steps[name] = step
        return step

    def child(self, name: str, step: Step) -> Node:
        """Give the node of the object in a field."""
        child = self._children.get(name)
        if child is None:
            child = Node(self.kind, self._ground, step.place, step)
            if name in self._steps:
                self._ground.count()
                self._children[name] = child
        return child


def _trial(step: Step, tried: Treatment) -> tuple[str, tuple[str, ...], str, str]:
    return tried.rule, (step.kind, *step.place), tried.entity, tried.action


def _size(names: Collection[str]) -> int:
    return sum(map(len, names)) + NAME_BYTES * len(names)


def _getter(names: Sequence[str]) -> Values:
    """Make an `itemgetter`, which gives a tuple by itself only from two names on."""
    if len(names) == 1:
        only = names[0]
        return lambda d: (d[only],)
    return itemgetter(*names)
