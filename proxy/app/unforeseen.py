"""An error that nobody thought of becomes a start or a reload that does not happen.

`signals`, `service`, `compose` and the command line's check put it around what takes settings: what a parser, a library
or the system raises over them must neither end a process that serves nor pass for a reload that was taken. The text
names kind and place, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from proxy.errors import StartError
from proxy.telemetry import trace

__all__ = ["unforeseen"]


@contextmanager
def unforeseen() -> Iterator[None]:
    """Let out no error but StartError.

    Raises:
        StartError: as it was raised inside, or in the place of any other `Exception`, which is its cause.
    """
    try:
        yield
    except StartError:
        raise
    except Exception as error:
        kind, place, *_ = trace(error)
        raise StartError("settings and policies that can be taken", kind, place) from error
