"""Where the pure heart runs: on the event loop, or beside it when a body is large, as sent or inflated.

A small request costs less than handing it to a thread; a large one would hold up every other connection. How large a
body is inside, and how much of it must be looked at closely, shows when it is opened: it is tried on the loop with the
limit that holds there, and what passes it goes to a thread.

Any thread may run the heart, several at once. What requests of a lane share, plans of shapes and a few memos, gains
entries that are the same whoever makes them, is dropped as a whole, and a request keeps what it has taken out of it.
`handler` calls `run`; `app` closes the threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from proxy.errors import InflationLimit, Overloaded
from proxy.model import Scrubbed, WireRequest
from proxy.policy.program import Program
from proxy.scrub import scrub_request
from proxy.server.lanes import Lane
from proxy.wire.dialect import Dialect

__all__ = ["Heart", "Workers"]

Heart = Callable[[WireRequest, Dialect, Program, int], Scrubbed]

THREADS = 2
"""The interpreter lock lets one run at a time; the second keeps a large body from waiting behind a huge one."""

PATIENCE_S = 10.0
"""For a thread to be free. SDKs give up after 10 s (PostHog's, Segment's for servers) or later."""


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="heart")


@dataclass(frozen=True, slots=True)
class Workers:
    """Runs the heart.

    Args:
        inline_bytes: bodies up to this size, as sent and inflated, are scrubbed on the event loop.
        inflated_bytes: how large a body may become when it is decompressed.
    """

    inline_bytes: int
    inflated_bytes: int
    heart: Heart = scrub_request
    clock_s: Callable[[], float] = monotonic
    threads: ThreadPoolExecutor = field(default_factory=_threads)

    async def run(self, lane: Lane, request: WireRequest) -> Scrubbed:
        """Scrub one request.

        Raises:
            Overloaded: 503, no thread was free in time.
            EventveilError: nothing of it may be forwarded.
        """
        if len(request.body) <= self.inline_bytes and not lane.program.slow:
            with suppress(InflationLimit):
                return self.heart(request, lane.dialect, lane.program, min(self.inline_bytes, self.inflated_bytes))
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, self._in_turn, lane, request, self.clock_s() + PATIENCE_S
        )

    def _in_turn(self, lane: Lane, request: WireRequest, until_s: float) -> Scrubbed:
        if self.clock_s() > until_s:
            raise Overloaded(f"a free thread within {PATIENCE_S:.0f} s", "none", "body")
        return self.heart(request, lane.dialect, lane.program, self.inflated_bytes)

    def close(self) -> None:
        """Let the threads go; what they still run is finished but nobody waits for it."""
        self.threads.shutdown(wait=False, cancel_futures=True)
