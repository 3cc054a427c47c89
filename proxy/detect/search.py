"""All places of an RE2 expression in bytes, without an object for each.

`detector` searches for its rows with it. `finditer` of the library makes a match object for each place and asks it for
its groups: half of the time of a search that finds something.
"""

from __future__ import annotations

import re2

__all__ = ["Search"]

_ANYWHERE = re2._Anchor.UNANCHORED  # noqa: SLF001 - the library has no other name for it


class Search:
    """An expression that was compiled to be searched for.

    Args:
        expression: as RE2 writes it; where it has a group, the place is that of the first.
        options: of the library.

    Raises:
        re2.error: the expression is none.
    """

    __slots__ = ("_group", "_match")

    def __init__(self, expression: str, options: re2.Options) -> None:
        compiled = re2.compile(expression, options)
        self._group = 1 if compiled.groups else 0
        self._match = compiled._regexp.Match  # noqa: SLF001 - what the library's own methods call

    def spans(self, raw: bytes) -> list[tuple[int, int]]:
        """Give the places in their order; one where the group takes no part is (-1, -1)."""
        match, group, size = self._match, self._group, len(raw)
        spans, at = [], 0
        while at <= size:
            found = match(_ANYWHERE, raw, at, size)
            start, end = found[0]
            if start < 0:
                break
            spans.append(found[group])
            at = max(end, start + 1)
        return spans
