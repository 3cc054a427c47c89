"""Memory that starting took and running does not need, given back to the system.

Compiling the patterns of a policy takes some 30 MB for a moment; the C library keeps what was freed for later, and a
process that serves small requests never asks for it again. `service` calls `give_back` after each compilation.
"""

from __future__ import annotations

import ctypes
import gc

__all__ = ["give_back"]


def give_back() -> None:
    """Collect what nobody holds and return free pages; where the C library cannot (musl, macOS), only the first.

    Source: malloc_trim(3), glibc.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
