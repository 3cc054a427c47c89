"""The connections that are open, so that somebody can wait until there is none.

A `Connection` joins and leaves; `server` goes through them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Crowd"]

Member = TypeVar("Member")


class Crowd(Generic[Member]):
    """A set that tells when it is empty: `empty` is set while there is no member.

    Args:
        gauge: told of each one that comes (1) and goes (-1).
    """

    def __init__(self, gauge: Callable[[int], object] = lambda step: None) -> None:
        self.members: set[Member] = set()
        self._gauge = gauge
        self.empty = asyncio.Event()
        self.empty.set()

    def join(self, member: Member) -> None:
        """Take note of a new one."""
        self.members.add(member)
        self.empty.clear()
        self._gauge(1)

    def leave(self, member: Member) -> None:
        """Forget one."""
        if member in self.members:
            self.members.remove(member)
            self._gauge(-1)
        if not self.members:
            self.empty.set()
