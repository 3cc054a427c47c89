"""The connections that are open, so that somebody can wait until there is none.

A `Connection` joins and leaves; `server` goes through them.
"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

__all__ = ["Crowd"]

Member = TypeVar("Member")


class Crowd(Generic[Member]):
    """A set that tells when it is empty: `empty` is set while there is no member."""

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self.empty = asyncio.Event()
        self.empty.set()

    def join(self, member: Member) -> None:
        """Take note of a new one."""
        self.members.add(member)
        self.empty.clear()

    def leave(self, member: Member) -> None:
        """Forget one."""
        self.members.discard(member)
        if not self.members:
            self.empty.set()
