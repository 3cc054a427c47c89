from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from proxy.app.memory import give_back

PIECE_BYTES = 1000
PIECES = 50_000


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
