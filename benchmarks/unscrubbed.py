"""A program that looks at nothing: what the heart costs with it is opening a request and sealing it again.

`core` times it beside the heart, `stripped` serves with it. What is left of a `must` above it is what scrubbing may
cost.
"""

from __future__ import annotations

from dataclasses import fields

from proxy.model import Batch, Report
from proxy.policy import Program

__all__ = ["unscrubbed"]


class _Untouched(Program):
    """Takes a program's place and lets every record through."""

    __slots__ = ()

    def run(self, batch: Batch, places: int = 0) -> Report:  # noqa: ARG002 - a program's signature
        return Report(len(batch.records), len(batch.records), 0, (), 0)


def unscrubbed(program: Program) -> Program:
    """Give a program that stands where another stood, and looks at nothing."""
    return _Untouched(**{field.name: getattr(program, field.name) for field in fields(program)})
