"""The seam behind the heart: what takes a scrubbed request and answers for it.

`server.handler` calls `deliver` and knows nothing of what is behind: the vendor itself (`direct`), or a durable spool.
Values and a Protocol only; nothing here does input or output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from proxy.model import Headers, Outcome, Scrubbed

__all__ = ["Answer", "Delivery", "Receipt", "Timeouts"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor said.

    Args:
        status: HTTP status, 200 to 599.
        headers: all of them, in wire order; `server.reply` decides which travel back.
        body: as on the wire, content encoding left on.
    """

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the records that the heart released.

    Args:
        outcome: `FORWARDED` or `SPOOLED`, for all of them.
        answer: the vendor's; None when the vendor has not been asked yet, and eventveil answers in its place.
    """

    outcome: Outcome
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a vendor is waited for.

    Args:
        connect_s: until there is a connection, TLS included.
        total_s: until the whole answer is there, connecting included; kept late by at most half a second, never early.
    """

    connect_s: float
    total_s: float


class Delivery(Protocol):
    """One end. It never sees a request that the heart has not released."""

    async def deliver(self, scrubbed: Scrubbed) -> Receipt:
        """Take responsibility for a request whose `request` is not None.

        Raises:
            DeliveryError: 502 to 504; nobody took it, and the client is told so.
        """
        ...
