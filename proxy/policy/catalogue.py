"""A dialect's catalogue, ready to be asked for a path."""

from __future__ import annotations

from collections.abc import Iterator

from proxy.policy.selectors import Path, split
from proxy.wire.dialect import COMMON, Dialect, Field

__all__ = ["Index"]


class Index:
    """Answers which catalogued field stands at a path, and which of the policy's scopes it belongs to.

    Args:
        dialect: whose `catalogue` and `scopes` are read.
    """

    __slots__ = ("_exact", "_globs", "_inner", "_inner_globs", "_scopes", "kinds")

    def __init__(self, dialect: Dialect) -> None:
        catalogue = {**COMMON, **dialect.catalogue}
        self.kinds = tuple(catalogue)
        self._exact: dict[tuple[str, Path], Field] = {}
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
                    self._exact[kind, path] = field
        inner = [(kind, path[:-1]) for kind, path, _ in self]
        inner += [(kind, prefix) for kind, scopes in self._scopes.items() for _, prefix in scopes]
        self._inner = frozenset((kind, path[:depth]) for kind, path in inner for depth in range(1, len(path) + 1))
        self._inner_globs = tuple((kind, path) for kind, path in self._inner if any("*" in part for part in path))

    def __iter__(self) -> Iterator[tuple[str, Path, Field]]:
        """Give every catalogued field with its kind and path; `*` stands for any one name."""
        yield from ((kind, path, field) for (kind, path), field in self._exact.items())
        yield from ((kind, path, field) for (kind, _), globs in self._globs.items() for path, field in globs)

    def field(self, kind: str, path: Path) -> Field | None:
        """Give the field at a path; an exact entry wins over one with `*`."""
        globs = self._globs.get((kind, len(path)), ())
        return self._exact.get((kind, path)) or next((field for glob, field in globs if _fits(glob, path)), None)

    def leads(self, kind: str, path: Path) -> bool:
        """Tell whether a place holds catalogued fields, or those that a scope of the policy speaks of."""
        return (kind, path) in self._inner or any(
            kind == other and _fits(inner, path) for other, inner in self._inner_globs
        )

    def places(self, kind: str, path: Path) -> list[tuple[str, Path]]:
        """Give the (scope, path) pairs by which a policy may speak of a place."""
        named = [
            (scope, path[len(prefix) :])
            for scope, prefix in self._scopes.get(kind, ())
            if len(path) > len(prefix) and _fits(prefix, path[: len(prefix)])
        ]
        return [*named, ("record", path), *([("query", path)] if kind == "query" else [])]


def _fits(glob: Path, path: Path) -> bool:
    if glob == path:
        return True
    return len(glob) == len(path) and not [
        part for part, name in zip(glob, path, strict=True) if part not in (name, "*") and not _begins(part, name)
    ]


def _begins(part: str, name: str) -> bool:
    if "*" not in part:
        return False
    before, _, after = part.partition("*")
    return len(name) >= len(before) + len(after) and name.startswith(before) and name.endswith(after)
