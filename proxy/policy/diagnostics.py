"""What is wrong with a file, where, and how to mend it.

    policies/shop.yaml:12:5: E104 expected one of keep, drop, hash …, got a string (hint: did you mean `hash`?)

`policy.source` and `policy.compile` collect these, `proxy.settings` does the same for the settings file; all
diagnostics of a file are shown at once. A diagnostic quotes names and words of the *file*, which its author wrote; an
example's values stay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import NamedTuple

__all__ = ["Diagnostic", "Place", "did_you_mean", "render"]


class Place(NamedTuple):
    """A position in a file; line and column count from 1, 0 when there is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(NamedTuple):
    """One fault.

    Args:
        code: E1xx the file, E2xx a rule, E3xx a rule against a vendor's contract, E4xx an example.
        message: expected …, got ….
        hint: what to write instead; may be empty.
    """

    place: Place
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" (hint: {self.hint})" if self.hint else ""
        return f"{self.place}: {self.code} {self.message}{hint}"


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """Write diagnostics a line each, in file order."""
    return "\n".join(str(diagnostic) for diagnostic in sorted(set(diagnostics)))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Give a hint with the nearest known word, or with all of them when none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else "one of " + ", ".join(sorted(known))
