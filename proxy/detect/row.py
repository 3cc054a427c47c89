"""The shape of a row of the pattern tables: an expression, an entity, how a hit is confirmed, cases that prove it.

The tables (`contact`, `network`, …) are made of these, `patterns` puts them together, `detector` runs them. A row never
backtracks over client data: its expression is RE2's, and what runs after it in Python sees one bounded candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

__all__ = ["Candidate", "Confirm", "Found", "Row", "glued", "named_near", "near"]

_HYPHENS = ("-", "_")
REACH = 48
"""How many characters before and after a candidate count as its neighbourhood; Presidio looks at 5 words before."""


class Candidate(NamedTuple):
    """What an expression matched: `text[start:end]` is the candidate, `regions` the ISO 3166 codes to read it in."""

    text: str
    start: int
    end: int
    regions: tuple[str, ...]

    @property
    def value(self) -> str:
        """The candidate itself."""
        return self.text[self.start : self.end]


class Found(NamedTuple):
    """A confirmed place in the candidate's text; an empty `entity` means the row's own."""

    start: int
    end: int
    entity: str = ""


Confirm = Callable[[Candidate], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Row:
    """One pattern.

    Args:
        id: the rule's name in findings.
        entity: Presidio's name where it has one.
        expression: RE2; its first group, or all of it when it has none, is the candidate. No part of it may match NUL.
        source: the norm, authority or vendor document that the shape comes from.
        examples: (text, the value found in it).
        counters: texts in which this row finds nothing.
        check: says whether the candidate holds (checksum, range).
        confirm: instead of `check`, returns the places found in the candidate's text, trimmed or several.
        trigger: RE2; what the prefilter looks for instead of `expression`, for rows that mean nothing without a word.
        context: words of which one must stand near; empty when the shape tells enough.
        strength: 0…100; where two rows overlap, the stronger wins, then the longer.
    """

    id: str
    entity: str
    expression: str
    source: str
    examples: tuple[tuple[str, str], ...]
    counters: tuple[str, ...] = ()
    check: Callable[[str], bool] | None = None
    confirm: Confirm | None = None
    trigger: str = ""
    context: tuple[str, ...] = ()
    strength: int = 50

    def yielding(self) -> Row:
        """Give the row such that any other wins over it, but one that yields, too."""
        return replace(self, strength=self.strength - _STRONGEST - 1)


_STRONGEST = 100
"""The end of the scale of strengths."""


def near(text: str, start: int, end: int, words: tuple[str, ...], reach: int = REACH) -> bool:
    """Say whether one of `words` (lower case) stands within `reach` characters of `text[start:end]`."""
    window = (text[max(0, start - reach) : start] + " " + text[end : end + reach]).casefold()
    return any(word in window for word in words)


def named_near(text: str, start: int, end: int, words: tuple[str, ...], reach: int = REACH) -> bool:
    """Say the same of whole words and phrases, a plural counts: `bank`, not `embankment`."""
    window = f"{text[max(0, start - reach) : start]} {text[end : end + reach]}".casefold()
    spaced = f" {' '.join(''.join(char if char.isalnum() else ' ' for char in window).split())} "
    return any(f" {word} " in spaced or f" {word}s " in spaced for word in words)


def glued(text: str, start: int, end: int) -> bool:
    """Say whether a letter or digit, with or without a hyphen between, touches: a piece of a UUID or a part number."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalnum() or behind[:1].isalnum():
        return True
    return (before[-1:] in _HYPHENS and before[:1].isalnum()) or (behind[:1] in _HYPHENS and behind[1:].isalnum())
