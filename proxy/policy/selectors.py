"""Selectors: how a policy names places, whatever the vendor.

    event.plan                     the property `plan` of an event, wherever this vendor keeps properties
    profile.address.*              one step below a user's `address`
    group.name, query.token        a group's trait, a query parameter
    record.context.page.url        a path in the vendor's own record
    any.internal_note              that name at any depth of any record
    event.utm_*, event.**.email    `*` for any part of a name; `**` for any number of steps
    event."[Amplitude] Page URL"   quotes around a name with dots or spaces

Items of an array have the place of the array. `policy.compile` asks `matches` once per field name, never per event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

import re2

__all__ = ["SCOPES", "Path", "Selector", "SelectorError", "dotted", "split"]

Path = tuple[str, ...]

SCOPES = ("event", "profile", "group", "query", "record", "any")

_STEP = re2.compile(r'"([^"]+)"|((?:[^."\\]|\\.)+)')
_ESCAPED = re2.compile(r"\\(.)")


class SelectorError(ValueError):
    """Text that is no selector. Caught by `policy.load`, which knows the line."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One place, or many by wildcard.

    Args:
        scope: one of `SCOPES`.
        steps: the names below it; `*` in them stands for anything.
    """

    scope: str
    steps: Path

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read a selector.

        Raises:
            SelectorError: with what was expected and what was there.
        """
        scope, *steps = split(text)
        if scope not in SCOPES:
            raise SelectorError(f"expected one of {', '.join(SCOPES)} before the first dot, got `{scope}`")
        if not steps:
            raise SelectorError(f"expected a field after `{scope}.`, got none")
        return cls(scope, tuple(steps))

    def __str__(self) -> str:
        return dotted((self.scope, *self.steps))

    def matches(self, places: Iterable[tuple[str, Path]]) -> bool:
        """Tell whether the selector names a field that is known under these (scope, path) pairs."""
        return any(
            (self.scope == scope and _match(self.steps, path))
            or (self.scope == "any" and scope == "record" and _match(("**", *self.steps), path))
            for scope, path in places
        )

    def leads(self, places: Iterable[tuple[str, Path]]) -> bool:
        """Tell whether a field below one of these places is named, step by step: `any` and `**` lead nowhere."""
        return "**" not in self.steps and any(
            self.scope == scope and len(path) < len(self.steps) and _match(self.steps[: len(path)], path)
            for scope, path in places
        )

    def reaches(self, places: Iterable[tuple[str, Path]]) -> bool:
        """Tell whether a field below one of these places may be named, at whatever depth."""
        if self.scope == "any":
            return True
        if "**" in self.steps:
            return any(self.scope == scope for scope, _ in places)
        return self.leads(places)


def split(text: str) -> Path:
    r"""Split dotted text into names; `\.` is a dot within a name (any sign may be escaped), quotes hold a whole one.

    Raises:
        SelectorError: a name is empty, or a quote stays open.
    """
    steps: list[str] = []
    position = 0
    while True:
        found = _STEP.match(text, position)
        if found is None:
            raise SelectorError(f"expected a name at character {position + 1}")
        steps.append(found[1] or _ESCAPED.sub(r"\1", found[2]))
        position = found.end()
        if position == len(text):
            return tuple(steps)
        if text[position] != ".":
            raise SelectorError(f"expected a dot at character {position + 1}")
        position += 1


def dotted(path: Iterable[str]) -> str:
    """Write names with dots between them, such that `split` gives them back."""
    return ".".join(name.replace("\\", "\\\\").replace(".", "\\.").replace('"', '\\"') for name in path)


def _match(steps: Path, path: Path) -> bool:
    if not steps:
        return not path
    if steps[0] == "**":
        return any(_match(steps[1:], path[skipped:]) for skipped in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], _glob(steps[0])) and _match(steps[1:], path[1:])


@cache
def _glob(step: str) -> str:
    """Escape what `fnmatch` reads into a name beyond `*`; names of properties do hold brackets."""
    return step.replace("[", "[[]").replace("?", "[?]")
