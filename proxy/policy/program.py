"""The compiled policy of one lane: it takes the people out of a batch, in place.

`Program.run` goes through a batch in two passes. The first walks each record by the plan of its shape: treatments are
applied, and the distinct values of everything else are collected. The second looks at those distinct values once,
whatever the number of records: detectors first, then a search for what the first pass removed. Only when something was
found are the records gone through again. Nothing is remembered from one request to the next but shapes and names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from proxy.errors import RecordRefused
from proxy.model import Batch, Finding, Report
from proxy.policy.plan import Node, Step
from proxy.policy.selectors import dotted
from proxy.policy.settle import Looking, settle
from proxy.policy.spec import OnError
from proxy.policy.walk import Dropped, Walk

__all__ = ["Program"]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One policy, joined with one dialect's catalogue and one keyring.

    Args:
        policy: its name.
        fingerprint: twelve hexadecimal digits of the policy with everything it extends.
        mode: `enforce` or `shadow`.
        epoch: the epoch of the pseudonyms.
        roots: the node of each record kind; a kind that is not listed uses `event`.
        looking: what texts are looked at with.
        on_error: what becomes of a field that could not be scrubbed.
        anonymizes: IP addresses are not kept, so the vendor is told not to look at the connection's either.
        guards: unknown fields are scanned or dropped in earnest, so no canary may pass.
    """

    policy: str
    fingerprint: str
    mode: str
    epoch: str
    roots: Mapping[str, Node]
    looking: Looking
    on_error: OnError
    anonymizes: bool
    guards: bool = True

    @property
    def slow(self) -> bool:
        """Whether a model looks at texts, so that the heart is better run beside the event loop."""
        return self.looking.names is not None

    def run(self, batch: Batch) -> Report:
        """Scrub a batch in place.

        Raises:
            RecordRefused: 422, a field could not be scrubbed and the policy says `on_error: refuse`, or it stands
                outside of any record.
        """
        received = len(batch.records)
        walk = Walk(self.on_error)
        gone = self._walked(walk, zip(range(received), batch.kinds, batch.records, strict=True))
        gone |= self._walked(walk, ((-1, *part) for part in batch.around))
        gone.update(settle(walk, self.looking))
        if -1 in gone:
            raise RecordRefused("parts that can be scrubbed", "one that cannot", "around the records")
        if gone:
            batch.kinds[:] = [kind for index, kind in enumerate(batch.kinds) if index not in gone]
            batch.records[:] = [record for index, record in enumerate(batch.records) if index not in gone]
        return Report(received, len(batch.records), received - len(batch.records), _findings(walk), walk.unknown)

    def _walked(self, walk: Walk, parts: Iterable[tuple[int, str, dict[str, Any]]]) -> set[int]:
        """Walk records, or what stands around them; give the indices of those that cannot leave."""
        gone = set()
        roots, event = self.roots, self.roots["event"]
        for index, kind, node in parts:
            try:
                walk.walk(roots.get(kind, event), node, index)
            except Dropped:
                gone.add(index)
        return gone


def _findings(walk: Walk) -> tuple[Finding, ...]:
    """Count what was done, by rule, place, entity and action."""
    steps: Counter[Step] = Counter(walk.hits)
    for row in walk.rows:
        if row.count:
            for step in row.hits:
                steps[step] += row.count
    counts: dict[tuple[str, str, str, str], int] = {}
    for step, count in steps.items():
        key = step.key
        if walk.told:
            rule, _, entity, action = key
            key = rule, _where(walk, (step.kind, *step.place)), entity, action
        counts[key] = counts.get(key, 0) + count
    for (rule, path, entity, action), count in walk.text_hits.items():
        key = rule, _where(walk, path), entity, action
        counts[key] = counts.get(key, 0) + count
    return tuple([Finding(*key, count) for key, count in counts.items()])


def _where(walk: Walk, path: tuple[str, ...]) -> str:
    """Write a place with its names as they leave."""
    if not walk.told:
        return dotted(path)
    return dotted(walk.told[name].shown if name in walk.told else name for name in path)
