"""A dialect's catalogue, ready to be asked for a path."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from proxy.policy.selectors import Path, split
from proxy.wire.dialect import COMMON, Dialect, Field

__all__ = ["Index", "Shelf"]


class Index:
    """Answers which catalogued field stands at a path, and which of the policy's scopes it belongs to.

    Args:
        dialect: whose `catalogue` and `scopes` are read.
    """

    __slots__ = ("_exact", "_globs", "_inner", "_inner_globs", "_scopes", "kinds")

    def __init__(self, dialect: Dialect) -> None:
        catalogue = {**COMMON, **dialect.catalogue}
        self.kinds = tuple(catalogue)
        self._exact: dict[tuple[str, Path], dict[str, Field]] = {}
        self._globs: dict[tuple[str, int], list[tuple[Path, Field]]] = {}
        self._scopes = {
            kind: [
                (scope, split(prefix) if prefix else ()) for scope, prefixes in scopes.items() for prefix in prefixes
            ]
            for kind, scopes in dialect.scopes.items()
        }
        for kind, fields in catalogue.items():
            for text, field in fields.items():
                path = split(text)
                if "*" in text:
                    self._globs.setdefault((kind, len(path)), []).append((path, field))
                else:
                    self._exact.setdefault((kind, path[:-1]), {})[path[-1]] = field
        inner = [(kind, path[:-1]) for kind, path, _ in self]
        inner += [(kind, prefix) for kind, scopes in self._scopes.items() for _, prefix in scopes]
        holding = {(kind, path[:depth]) for kind, path in inner for depth in range(1, len(path) + 1)}
        self._inner: dict[tuple[str, Path], set[str]] = {}
        for kind, path in holding:
            self._inner.setdefault((kind, path[:-1]), set()).add(path[-1])
        self._inner_globs = tuple((kind, path) for kind, path in holding if any("*" in part for part in path))

    def __iter__(self) -> Iterator[tuple[str, Path, Field]]:
        """Give every catalogued field with its kind and path; `*` stands for any one name."""
        for (kind, path), fields in self._exact.items():
            yield from ((kind, (*path, name), field) for name, field in fields.items())
        yield from ((kind, path, field) for (kind, _), globs in self._globs.items() for path, field in globs)

    def shelf(self, kind: str, path: Path) -> Shelf:
        """Give what is said of the fields of the object at a path."""
        globs = self._globs.get((kind, len(path) + 1), ())
        fields = [(glob[-1], field) for glob, field in globs if _fits(glob[:-1], path)]
        inner = [glob[-1] for other, glob in self._inner_globs if other == kind and _fits(glob[:-1], path)]
        return Shelf(self._exact.get((kind, path), {}), tuple(fields), self._inner.get((kind, path), ()), tuple(inner))

    def field(self, kind: str, path: Path) -> Field | None:
        """Give the field at a path; an exact entry wins over one with `*`."""
        return self.shelf(kind, path[:-1]).field(path[-1])

    def places(self, kind: str, path: Path) -> list[tuple[str, Path]]:
        """Give the (scope, path) pairs by which a policy may speak of a place."""
        named = [
            (scope, path[len(prefix) :])
            for scope, prefix in self._scopes.get(kind, ())
            if len(path) > len(prefix) and _fits(prefix, path[: len(prefix)])
        ]
        return [*named, ("record", path), *([("query", path)] if kind == "query" else [])]

    def below(self, kind: str, path: Path) -> set[str]:
        """Give the policy's words for what lies at a place or below it: all that they name stands there."""
        return {
            scope
            for scope, prefix in self._scopes.get(kind, ())
            if len(path) <= len(prefix) and _fits(prefix[: len(path)], path)
        }


class Shelf:
    """What a catalogue says of the fields of one object: the entries with `*` are few, and the same for all of them.

    Args:
        exact: fields by name.
        globs: last parts of entries with `*` that fit the object, and their fields.
        holding: names of fields that hold something.
        holding_globs: last parts of such places with `*`.
    """

    __slots__ = ("_exact", "_globs", "_holding", "_holding_globs")

    def __init__(
        self,
        exact: Mapping[str, Field],
        globs: tuple[tuple[str, Field], ...],
        holding: Container[str],
        holding_globs: tuple[str, ...],
    ) -> None:
        self._exact, self._globs, self._holding, self._holding_globs = exact, globs, holding, holding_globs

    def field(self, name: str) -> Field | None:
        """Give what is said of a field; an exact entry wins over one with `*`."""
        exact = self._exact.get(name)
        if exact is not None or not self._globs:
            return exact
        return next((field for glob, field in self._globs if _is(glob, name)), None)

    def names(self, name: str) -> bool:
        """Tell whether an entry holds the very name; what a `*` stands for may be a client's word."""
        return name in self._exact

    def leads(self, name: str) -> bool:
        """Tell whether a field holds catalogued ones, or those that a scope of the policy speaks of."""
        if name in self._holding:
            return True
        return bool(self._holding_globs) and any(_is(glob, name) for glob in self._holding_globs)


def _is(part: str, name: str) -> bool:
    return part in (name, "*") or _begins(part, name)


def _fits(glob: Path, path: Path) -> bool:
    if glob == path:
        return True
    return len(glob) == len(path) and all(map(_is, glob, path))


def _begins(part: str, name: str) -> bool:
    if "*" not in part:
        return False
    before, _, after = part.partition("*")
    return len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after)
