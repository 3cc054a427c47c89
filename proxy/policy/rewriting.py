"""Texts rewritten where something was found in them.

`policy.settle` combines the spans of all finders into one `Change` for a text; applying it elsewhere is a lookup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from proxy.detect.detector import Span
from proxy.policy.actions import Gone
from proxy.policy.generalize import Scalar
from proxy.policy.plan import Treatment

__all__ = ["Change", "combine"]


class Change(NamedTuple):
    """What becomes of one text wherever it stands.

    Args:
        new: what stands in its place; `GONE` when nothing of it may stay.
        treatments: what was done, once for each span; those in shadow mode are counted and left what they found.
    """

    new: Scalar | Gone
    treatments: tuple[Treatment, ...]

    @property
    def text(self) -> Scalar:
        """What to write where something must stand, such as a field's name."""
        return f"[{self.treatments[0].entity}]" if isinstance(self.new, Gone) else self.new


def combine(text: str, spans: Iterable[Span], treatments: Mapping[str, Treatment]) -> Change | None:
    """Rewrite a text. Where spans overlap, the one that starts first wins, then the longer.

    Args:
        spans: from all finders, in any order.
        treatments: by entity; a span whose entity has none stays as it is.

    Returns:
        None when nothing changes.
    """
    parts: list[str] = []
    done: list[Treatment] = []
    end = 0
    whole: Scalar | Gone | None = None
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        treatment = treatments.get(span.entity)
        if treatment is None or span.start < end:
            continue
        done.append(treatment)
        found = text[span.start : span.end]
        new = found if treatment.shadow else treatment.apply(found)
        if span.start == 0 and span.end == len(text):
            whole = new
        parts += (text[end : span.start], f"[{span.entity}]" if isinstance(new, Gone) else str(new))
        end = span.end
    if not done:
        return None
    return Change("".join((*parts, text[end:])) if whole is None else whole, tuple(done))
