"""What no heart on these libraries can do without: its calls into C, made again alone.

One run of the heart is recorded: JSON read and written, base64, what RE2 is asked, keyed hashes, each with what it was
given. `core` times those calls without the Python around them. A `must` below their time is out of reach of a heart
that makes them; what is between them and the heart is interpreted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import orjson

from benchmarks.measure import Job
from proxy.detect import copies
from proxy.detect.detector import Detector
from proxy.keys.pseudonym import BODY_BYTES, Pseudonymizer
from proxy.policy import Program, documents
from proxy.wire import base64_text

__all__ = ["native"]

_FUNCTIONS: tuple[tuple[Any, str], ...] = (
    *((orjson, name) for name in ("loads", "dumps")),
    *((module, name) for module in (base64_text, documents) for name in ("b64decode", "b64encode")),
    (copies, "b64decode"),
)


def native(compiled: Callable[[], Program], run: Callable[[Program], object]) -> list[Job]:
    """Record a run of the heart, and give its calls into C, each to be made again.

    Args:
        compiled: makes the program; called where its pseudonyms are recorded.
        run: the heart with a program; called twice, since the first time plans are made.
    """
    calls: list[Job] = []
    with _tokens(calls):
        program = compiled()
        run(program)
        calls.clear()
        with _recorded(calls, program.looking.detector):
            run(program)
    return calls


@contextmanager
def _tokens(calls: list[Job]) -> Iterator[None]:
    """Record the two hashes of each pseudonym."""
    token = Pseudonymizer.token

    def recorded(self: Pseudonymizer, value: str) -> str:
        raw = value.encode("utf-8", "surrogatepass")
        calls.extend((partial(self._body, raw), partial(self._tag, self._body(raw)[:BODY_BYTES])))
        return token(self, value)

    with patch.object(Pseudonymizer, "token", recorded):
        yield


@contextmanager
def _recorded(calls: list[Job], detector: Detector) -> Iterator[None]:
    """Record what is asked of orjson, pybase64 and RE2."""

    def recording(function: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*given: Any, **named: Any) -> Any:
            result = function(*given, **named)
            calls.append(partial(function, *given, **named))  # one that raises is not made again
            return result

        return recorded

    with ExitStack() as stack:
        for holder, name in _FUNCTIONS:
            stack.enter_context(patch.object(holder, name, recording(getattr(holder, name))))
        for search in (detector._hump, *(search for _, search in detector._searches), copies._LONG_RUNS):
            stack.enter_context(patch.object(search, "_match", recording(search._match)))
        prefilter = SimpleNamespace(Match=recording(detector._set.Match))
        stack.enter_context(patch.object(detector, "_set", prefilter))
        yield
