"""How often a detector touches a captured value that names nobody: `python -m benchmarks.clean`.

Every distinct text of every captured request that holds none of the planted strings, in any decoding, goes through the
detectors of the shipped `balanced` policy. What catalogue and lexicon do to fields is not counted: that is by name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from proxy.detect.detector import Span
from proxy.policy.rewriting import combine
from proxy.wire.registry import DIALECTS
from tests.captures.reading import CAPTURED, Line, decoded, flat, is_refused, lines, program

__all__ = ["changed"]


def changed() -> tuple[int, dict[str, tuple[Span, ...]]]:
    """Give how many distinct clean texts there are, and those that would change, with what was found in them."""
    looking = program("generic", "balanced").looking
    clean = sorted({text for dialect in CAPTURED for line in lines(dialect) for text in _texts(line, dialect)})
    found = looking.detector.find(clean)
    return len(clean), {text: spans for text, spans in found.items() if combine(text, spans, looking.treatments)}


def _texts(line: Line, dialect: str) -> Iterator[str]:
    if is_refused(line.request, DIALECTS[dialect]):
        return
    planted = {word.casefold() for word in (*line.pii, *line.ids)}
    batch = decoded(line.request, DIALECTS[dialect])
    for node in (*batch.records, *(part.node for part in batch.around if part.kind != "header")):
        for _, value in flat(node):
            if isinstance(value, str) and not any(word in view for view in _views(value) for word in planted):
                yield value


def _views(text: str) -> tuple[str, ...]:
    once = unquote(text)
    return tuple(view.casefold() for view in (text, once, unquote(once), unescape(once)))


if __name__ == "__main__":
    total, hits = changed()
    sys.stdout.write(f"{len(hits)} of {total} distinct clean texts would change: {len(hits) / total:.2%}\n")
    for text, spans in sorted(hits.items()):
        told = ", ".join(f"{span.entity} {text[span.start : span.end]!r}" for span in spans)
        sys.stdout.write(f"  {text[:100]!r}: {told}\n")
