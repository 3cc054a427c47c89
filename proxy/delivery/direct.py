"""The first end: the vendor itself, while the client waits.

`app` opens one `Client` for the whole process, gives it to every lane's `Direct` and closes it in the end. `Direct`
counts and limits what is under way and judges the answer; `pool` carries the request, or `egress` where there is a
proxy on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from proxy.delivery.delivery import Answer, Receipt, Timeouts
from proxy.delivery.pool import Pool
from proxy.delivery.upstream import Upstream
from proxy.errors import DeliveryError, Overloaded
from proxy.model import Outcome, Scrubbed, WireRequest

if TYPE_CHECKING:
    from proxy.delivery.egress import Egress

__all__ = ["Client", "Direct"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Client:
    """What a process sends with; made within its event loop, closed by who made it."""

    def __init__(self) -> None:
        self._pool = Pool()
        self._egress: Egress | None = None

    async def exchange(self, upstream: Upstream, request: WireRequest, timeouts: Timeouts, limit_bytes: int) -> Answer:
        """Send a request the vendor's way and wait for its whole answer.

        Raises:
            EventveilError: 500, the request is none that may be written.
            UpstreamTimeout: 504, no whole answer in time.
            DeliveryError: 502, no connection, or no answer for us.
        """
        way = self._pool if upstream.proxy is None else self._through_a_proxy()
        return await way.exchange(upstream, request, timeouts, limit_bytes)

    async def close(self) -> None:
        """Close every connection; what is under way fails."""
        await self._pool.close()
        if self._egress is not None:
            await self._egress.close()

    def _through_a_proxy(self) -> Egress:
        if self._egress is None:
            from proxy.delivery.egress import Egress  # noqa: PLC0415 - heavy, only where a proxy is on the way

            self._egress = Egress()
        return self._egress

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@dataclass(frozen=True, slots=True)
class Direct:
    """Delivery to a vendor over HTTP.

    Args:
        client: shared; not closed here.
        in_flight_limit: requests under way at once; one more is refused, not queued.
        answer_limit_bytes: of the vendor's body.
        gauge: told +1 and -1; gives how many are then under way, with those of other ends of the lane and those that
            began before a reload.
    """

    client: Client
    upstream: Upstream
    timeouts: Timeouts
    in_flight_limit: int
    answer_limit_bytes: int
    gauge: Callable[[int], int]

    async def deliver(self, scrubbed: Scrubbed) -> Receipt:
        """Send the request and wait for the vendor's whole answer.

        Raises:
            EventveilError: 500, the scrubber made something that is no request.
            Overloaded: 503, too many are under way.
            UpstreamTimeout: 504, no whole answer in time.
            UpstreamUnreachable: 502, no connection, no trust in its certificate, or it broke.
            DeliveryError: 502, the answer is a redirect, too large, or not for us.
        """
        if scrubbed.request is None:
            raise ValueError("nothing to deliver")
        under_way = self.gauge(1)
        try:
            if under_way > self.in_flight_limit:
                raise Overloaded(f"at most {self.in_flight_limit} requests under way", "one more", "upstream")
            answer = await self.client.exchange(self.upstream, scrubbed.request, self.timeouts, self.answer_limit_bytes)
        finally:
            self.gauge(-1)
        if answer.status in REDIRECTS:
            # Following it, or letting a browser do so, would carry events to a place that nobody configured.
            raise DeliveryError(expected="an answer", got=f"a redirect, {answer.status}", where="upstream")
        return Receipt(Outcome.FORWARDED, answer)
