from __future__ import annotations

import logging
import resource
from typing import Any

import pytest

from proxy.app.open_files import OTHERS, make_room

UNBOUNDED = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "warned"),
    [
        (1024, 1_048_576, [(100 + OTHERS, 1_048_576)], []),
        (1024, UNBOUNDED, [(100 + OTHERS, UNBOUNDED)], []),
        (1024, 1100, [(1100, 1100)], [{"detail": f"expected {100 + OTHERS}, got 1100"}]),
        (100 + OTHERS, 4096, [], []),
        (UNBOUNDED, UNBOUNDED, [], []),
    ],
)
def test_the_soft_limit_follows_the_connections(
    soft: int,
    hard: int,
    raised: list[Any],
    warned: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is raised as far as it must and may be, never lowered; what is missing is said."""
    set_to: list[Any] = []
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_to.append(limits))
    make_room(100)
    said = [getattr(record, "fields", None) for record in caplog.records if record.levelno == logging.WARNING]
    assert (raised, warned) == (set_to, said)
