"""eventveil without a part of it. Run as `python -m benchmarks.stripped SETTINGS PART [PART]`.

The process is the product's own, started by its own composition root; in each lane one thing is exchanged or two.
Without `delivery` everything is taken at once, as a spool would: read, scrub, answer. Without `scrubbing` requests are
opened and sealed again, and nothing is looked at. `systems` starts both.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from benchmarks.unscrubbed import unscrubbed
from proxy.app import Service, serve
from proxy.delivery import Receipt
from proxy.model import Outcome, Scrubbed
from proxy.server.lanes import Lane, Lanes
from proxy.settings import load
from proxy.telemetry import set_up

__all__ = ["PARTS", "strip"]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A delivery that takes whatever it is handed."""

    async def deliver(self, scrubbed: Scrubbed) -> Receipt:
        assert scrubbed.request is not None
        return Receipt(Outcome.SPOOLED)


PARTS: Mapping[str, Callable[[Lane], Lane]] = {
    "delivery": lambda lane: replace(lane, delivery=_Taken()),
    "scrubbing": lambda lane: replace(lane, program=unscrubbed(lane.program)),
}
"""What can be taken out of a lane, and how."""


def strip(service: Service, parts: Sequence[str]) -> None:
    """Take parts out of every lane."""
    handler = service._handler  # noqa: SLF001 - no settings file can ask for this
    for part in parts:
        handler.lanes = Lanes(list(map(PARTS[part], handler.lanes)))


if __name__ == "__main__":
    settings, stripped = load(Path(sys.argv[1]), os.environ), sys.argv[2:]
    set_up(settings.log.format, settings.log.level)
    uvloop.run(serve(settings, started=lambda service: strip(service, stripped)))
