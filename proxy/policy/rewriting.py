"""Texts rewritten where something was found in them.

`policy.settle` combines the spans of all finders into one `Change` for a text; applying it elsewhere is a lookup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from proxy.detect.detector import Span
from proxy.detect.knowledge import KNOWN
from proxy.detect.layers import View
from proxy.policy.actions import Apply, Gone
from proxy.policy.generalize import Scalar
from proxy.policy.plan import Renamed
from proxy.policy.step import Treatment

__all__ = ["COPY", "Change", "Made", "combine", "made_of"]

COPY = "copy:"
"""Stands before an entity for what is done to copies of a removed value: the same, under the rule `taint`."""


class Change(NamedTuple):
    """What becomes of one text wherever it stands.

    Args:
        new: what stands in its place; `GONE` when nothing of it may stay.
        treatments: what was done, once for each span; those in shadow mode are counted and left what they found.
    """

    new: Scalar | Gone
    treatments: tuple[Treatment, ...]

    @property
    def renamed(self) -> Renamed:
        """What becomes of a text where something must stand: a field's name."""
        mark = f"[{self.treatments[0].entity}]"
        text = mark if isinstance(self.new, Gone) else str(self.new)
        in_shadow = any(treatment.shadow for treatment in self.treatments)
        return Renamed(text, mark if in_shadow else text, self.treatments)


Made = dict[tuple[Apply, str], Scalar | Gone]
"""What an action made of a text in this request: a pseudonym is dearer than a look at what was made before."""


def combine(
    text: str,
    spans: Iterable[Span],
    treatments: Mapping[str, Treatment],
    made: Made | None = None,
    view: View | None = None,
) -> Change | None:
    """Rewrite a text. Where spans overlap, the first wins, then the longer; the rest of the other goes too.

    What is in shadow mode is only counted, and stands in nobody's way.

    Args:
        spans: from all finders, in any order.
        treatments: by entity, and by `copy:` with it for copies of removed values; a span without one stays.
        made: read first, and added to.
        view: through the text's escapes: `ada%40example.org` gets the pseudonym of `ada@example.org`.

    Returns:
        None when nothing changes.
    """
    parts: list[str] = []
    done: list[Treatment] = []
    end = tried = 0
    whole: Scalar | Gone | None = None
    made = {} if made is None else made
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        treatment = treatments.get(COPY + span.entity if span.rule == KNOWN else span.entity)
        if treatment is None or (tried if treatment.shadow else end) >= span.end:
            continue
        done.append(treatment)
        if treatment.shadow:
            tried = span.end
            continue
        start = max(span.start, end)
        found = text[start : span.end] if view is None else view.read(start, span.end)
        new = made_of(treatment.apply, found, made)
        if start == 0 and span.end == len(text):
            whole = new
        parts += (text[end:start], f"[{span.entity}]" if isinstance(new, Gone) else str(new))
        end = span.end
    if not done:
        return None
    return Change("".join((*parts, text[end:])) if whole is None else whole, tuple(done))


def made_of(apply: Apply, text: str, made: Made) -> Scalar | Gone:
    """Give what an action makes of a text, once in a request."""
    new = made.get((apply, text))
    if new is None:
        new = made[apply, text] = apply(text)
    return new
