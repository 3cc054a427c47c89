from __future__ import annotations

import ctypes
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from proxy.app.memory import give_back

PIECE_BYTES = 1000
PIECES = 50_000


class _Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def _resident_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc gives pages in between back")
def test_what_was_freed_goes_back() -> None:
    """Freed memory below a piece that is still held leaves the process."""
    pieces = [bytes(PIECE_BYTES) for _ in range(PIECES)]
    last = pieces[-1]
    del pieces
    before = _resident_kb()
    give_back()
    assert (PIECE_BYTES, True) == (len(last), before - _resident_kb() > PIECES * PIECE_BYTES // 2048)


def test_what_stays_is_set_aside() -> None:
    """Collections no longer look through it, so that they are short."""
    give_back()
    assert gc.get_freeze_count() > 10 * len(gc.get_objects())


def test_what_was_set_aside_may_go_later() -> None:
    """After a reload the old policies are nobody's; they do not pile up."""
    ring = _Ring()
    seen = weakref.ref(ring)
    give_back()
    del ring
    give_back()
    kept = seen() is not None
    give_back(again=True)
    assert (True, None) == (kept, seen())
