"""Many texts searched as one: joined with a sign that stands in no pattern, and places told apart again.

`detector` joins bytes, `knowledge` text; a search in C over all of them costs less than a call for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, count
from operator import add

__all__ = ["SEPARATOR", "starts"]

SEPARATOR = "\x00"


def starts(sizes: Iterable[int]) -> list[int]:
    """Give where each text starts in the joined one, and where one more would."""
    return list(map(add, accumulate(sizes, initial=0), count()))
