"""eventveil that delivers to nobody: read, scrub, answer. Run as `python -m benchmarks.ingest SETTINGS`.

The process is the product's own, started by its own composition root; only each lane's delivery is exchanged for one
that takes everything at once, as a spool would. `systems` starts it to tell the price of the edge and the heart alone.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from proxy.app import Service, serve
from proxy.delivery import Receipt
from proxy.model import Outcome, Scrubbed
from proxy.server.lanes import Lanes
from proxy.settings import load
from proxy.telemetry import set_up

__all__ = ["Taken", "exchange"]


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that takes whatever it is handed."""

    async def deliver(self, scrubbed: Scrubbed) -> Receipt:
        """Say yes."""
        assert scrubbed.request is not None
        return Receipt(Outcome.SPOOLED)


def exchange(service: Service) -> None:
    """Put the delivery that takes everything into every lane."""
    handler = service._handler  # noqa: SLF001 - no settings file can ask for this
    handler.lanes = Lanes([replace(lane, delivery=Taken()) for lane in handler.lanes])


if __name__ == "__main__":
    settings = load(Path(sys.argv[1]), os.environ)
    set_up(settings.log.format, settings.log.level)
    uvloop.run(serve(settings, started=exchange))
