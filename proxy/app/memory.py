"""What starting leaves behind is given back, and what stays is set aside.

Compiling the patterns of a policy takes some 30 MB for a moment; the C library keeps what was freed for later, and a
process that serves small requests never asks for it again. What is left lives as long as the process: looking for
garbage in it again and again would hold up requests for some 5 ms each time. `service` calls `give_back` after each
compilation.
"""

from __future__ import annotations

import ctypes
import gc

__all__ = ["give_back"]


def give_back(*, again: bool = False) -> None:
    """Collect what nobody holds, return free pages where the C library can (not musl, not macOS), set aside the rest.

    Args:
        again: what was set aside before may be nobody's by now. Workers that share its pages then get their own.

    Source: malloc_trim(3), glibc; gc.freeze, Python.
    """
    if again:
        gc.unfreeze()
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    gc.freeze()
