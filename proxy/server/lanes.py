"""Lanes: which path prefix belongs to which vendor, policy and delivery.

`app` builds `Lanes` from the settings; `handler` looks one up for each request. Values and a lookup, no input or
output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from proxy.delivery import Delivery
from proxy.policy.program import Program
from proxy.telemetry import LaneMeter
from proxy.wire.dialect import Dialect

__all__ = ["Lane", "Lanes", "Origins"]


@dataclass(frozen=True, slots=True)
class Origins:
    """Which browser origins may read a lane's answers.

    Args:
        patterns: `*` for all, `https://shop.example`, `https://*.shop.example` for everything below, `null`.
    """

    patterns: tuple[str, ...]
    _exact: frozenset[str] = field(init=False, repr=False)
    _below: tuple[tuple[str, str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        below = [pattern.split("*", 1) for pattern in self.patterns if "://*." in pattern]
        object.__setattr__(self, "_exact", frozenset(pattern.lower() for pattern in self.patterns))
        object.__setattr__(self, "_below", tuple((scheme.lower(), domain.lower()) for scheme, domain in below))

    def allow(self, origin: str) -> bool:
        """Tell whether a page of this origin may read the answer. `origin` is the request's Origin header."""
        if "*" in self._exact or origin.lower() in self._exact:
            return True
        return any(
            origin.lower().startswith(scheme) and origin.lower().endswith(domain) for scheme, domain in self._below
        )


@dataclass(frozen=True, slots=True)
class Lane:
    """One path prefix and all that serves it.

    Args:
        prefix: without a trailing slash; empty for the lane that takes everything.
        delivery: to the vendor; `elsewhere` holds those of routes that the vendor has on another host.
    """

    name: str
    prefix: str
    dialect: Dialect
    program: Program
    delivery: Delivery
    origins: Origins
    meter: LaneMeter
    elsewhere: Mapping[str, Delivery] = field(default_factory=dict)


class Lanes:
    """All lanes of a process, found by the longest prefix."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._lanes = tuple(sorted(lanes, key=lambda lane: -len(lane.prefix)))

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes)

    def find(self, path: str) -> tuple[Lane, str] | None:
        """Find the lane of a path.

        Args:
            path: raw, as on the wire, starts with `/`.

        Returns:
            The lane and the path below its prefix, which starts with `/`; None when no lane has it.
        """
        for lane in self._lanes:
            size = len(lane.prefix)
            if path.startswith(lane.prefix) and path[size : size + 1] in ("/", ""):
                return lane, path[size:] or "/"
        return None
