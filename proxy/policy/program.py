"""The compiled policy of one lane: it takes the people out of a batch, in place.

`Program.run` goes through a batch in two passes. The first walks each record by the plan of its shape: treatments are
applied, and the distinct values of everything else are collected. The second looks at those distinct values once,
whatever the number of records: detectors first, then a search for what the first pass removed. Only when something was
found are the records gone through again. Nothing is remembered from one request to the next but shapes and names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proxy.detect.detector import MATCHES_LIMIT
from proxy.errors import RecordRefused
from proxy.model import Batch, Finding, Report
from proxy.policy.plan import Node
from proxy.policy.selectors import dotted
from proxy.policy.settle import Looking, settle
from proxy.policy.spec import OnError
from proxy.policy.step import Step
from proxy.policy.walk import Indices, Objects, Walk

__all__ = ["Program"]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One policy, joined with one dialect's catalogue and one keyring.

    Args:
        policy: its name.
        fingerprint: twelve hexadecimal digits of the policy with everything it extends.
        mode: `enforce`, `shadow`, or `partial` where a rule is in shadow mode.
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

    def run(self, batch: Batch, places: int = MATCHES_LIMIT) -> Report:
        """Scrub a batch in place.

        Args:
            places: how many in its texts may be looked at closely.

        Raises:
            RecordRefused: 422, a field could not be scrubbed and the policy says `on_error: refuse`, or it stands
                outside of any record.
            InflationLimit: 413, it holds more new names than one request may have, or more places.
        """
        received = len(batch.records)
        walk = Walk(self.on_error, shadow=self.mode == "shadow")
        for kind, objects, records in _by_kind(batch):
            walk.walk(self.roots.get(kind) or self.roots["event"], objects, records)
        tainted = settle(walk, self.looking, places)
        gone = walk.gone | tainted
        if -1 in gone:
            raise RecordRefused("parts that can be scrubbed", "one that cannot", "around the records")
        if gone:
            batch.kinds[:] = [kind for index, kind in enumerate(batch.kinds) if index not in gone]
            batch.records[:] = [record for index, record in enumerate(batch.records) if index not in gone]
        return Report(received, len(batch.records), received - len(batch.records), _findings(walk), walk.unknown)


def _by_kind(batch: Batch) -> Iterator[tuple[str, Objects, Indices]]:
    """Give the records of each kind, then what stands around them."""
    kinds, records = batch.kinds, batch.records
    for kind in dict.fromkeys(kinds):
        if kinds.count(kind) == len(kinds):
            yield kind, records, range(len(records))
        else:
            places = [at for at, other in enumerate(kinds) if other == kind]
            yield kind, [records[at] for at in places], places
    for kind, node in batch.around:
        yield kind, (node,), (-1,)


def _findings(walk: Walk) -> tuple[Finding, ...]:
    """Count what was done, by rule, place, entity and action."""
    steps: dict[Step, int] = {}
    for step in walk.hits:
        steps[step] = steps.get(step, 0) + 1
    for known in walk.known.values():
        for row in known.values():
            for step in row.hits:
                steps[step] = steps.get(step, 0) + row.times
    counts: dict[Finding, int] = {}
    for step, times in steps.items():
        finding = _of_step(walk, step) if walk.told else step.finding
        counts[finding] = counts.get(finding, 0) + times
    for (rule, path, entity, action), times in walk.text_hits.items():
        finding = Finding(rule, _where(walk, path), entity, action, 1)
        counts[finding] = counts.get(finding, 0) + times
    return tuple([finding if times == 1 else finding._replace(count=times) for finding, times in counts.items()])


def _of_step(walk: Walk, step: Step) -> Finding:
    """Report a step with the names around it as they leave."""
    return step.finding._replace(where=_where(walk, (step.kind, *step.place)))


def _where(walk: Walk, path: tuple[str, ...]) -> str:
    """Write a place with its names as they leave."""
    if not walk.told:
        return dotted(path)
    return dotted(walk.told[name].shown if name in walk.told else name for name in path)
