"""Integers in one flat piece of memory, one slot a number, with a directory that says what each slot is.

`meters` takes slots and adds to `values` on the hot path; `collector` reads. The memory is private to the process, or a
piece of a map that several workers share: each worker writes only its own store and reads the others'.

    bytes 0-7    directory length in bytes, written last, so that a reader never sees half an entry
    bytes 8-15   values in use
    bytes 16-23  beats: how often the event loop was seen to turn, for a parent that knows no directory
    directory    a JSON line each: [family, [label value, …], first slot, slots]
    values       signed 64-bit integers

A worker that starts again on the same memory finds its counters as they were. Nothing here knows Prometheus.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from proxy.errors import StartError

__all__ = ["STORE_BYTES", "Entry", "Store", "beats"]

HEAD_BYTES = 24
DIRECTORY_BYTES = 2**24
VALUES = 2**19
STORE_BYTES = HEAD_BYTES + DIRECTORY_BYTES + 8 * VALUES
"""20 MiB a worker, for some 2,900 lanes; memory that is never touched is never taken."""

ENTRY_BYTES = 256
"""Of the directory, kept free for each series that is still to come; half of it is what a long one takes."""


class Entry(NamedTuple):
    """One series: which family, which label values, where its slots are."""

    family: str
    labels: tuple[str, ...]
    first: int
    width: int


@dataclass(slots=True, init=False)
class Store:
    """One process' integers.

    Args:
        memory: `STORE_BYTES` bytes, zero when new; private memory by default.
    """

    values: memoryview[int]
    _memory: memoryview
    _head: memoryview[int]
    _slots: dict[tuple[str, tuple[str, ...]], int]
    _read_bytes: int
    _entries: list[Entry]

    def __init__(self, memory: memoryview | None = None) -> None:
        # A map, since its pages take no memory until somebody writes to them.
        self._memory = memoryview(mmap.mmap(-1, STORE_BYTES)) if memory is None else memory
        self._head = self._memory[:HEAD_BYTES].cast("q")
        self.values = self._memory[HEAD_BYTES + DIRECTORY_BYTES :].cast("q")
        self._read_bytes, self._entries = 0, []
        self._slots = {(entry.family, entry.labels): entry.first for entry in self.entries()}

    def slot(self, family: str, labels: tuple[str, ...], width: int = 1, *, spare: int = 0) -> int:
        """Take the first of `width` slots for a series; the same series gets the same slots again.

        Args:
            spare: so many more series must find room afterwards.

        Raises:
            StartError: no room is left; label values that should be bounded were not.
        """
        known = self._slots.get((family, labels))
        if known is not None:
            return known
        length, first, _ = self._head
        line = json.dumps([family, labels, first, width]).encode() + b"\n"
        if length + len(line) + spare * ENTRY_BYTES > DIRECTORY_BYTES or first + width + spare > VALUES:
            raise StartError("room for another series", f"{len(self._slots)} series", "metrics")
        start = HEAD_BYTES + length
        self._memory[start : start + len(line)] = line
        self._head[1] = first + width
        self._head[0] = length + len(line)
        self._slots[family, labels] = first
        return first

    def beat(self) -> None:
        """Tell that the event loop turns."""
        self._head[2] += 1

    def snapshot(self) -> memoryview[int]:
        """Copy all values in use at one go, so that those of one request are hardly ever torn apart."""
        return memoryview(self.values[: self._head[1]].tobytes()).cast("q")

    def entries(self) -> list[Entry]:
        """Give every series of this store; also of one that another process writes."""
        length = self._head[0]
        if length > self._read_bytes:
            fresh = bytes(self._memory[HEAD_BYTES + self._read_bytes : HEAD_BYTES + length])
            self._entries.extend(_parsed(fresh))
            self._read_bytes = length
        return self._entries


def beats(memory: memoryview) -> int:
    """Read a store's beats without its directory."""
    return memory[:HEAD_BYTES].cast("q")[2]


def _parsed(lines: bytes) -> Iterator[Entry]:
    for line in lines.splitlines():
        family, labels, first, width = json.loads(line)
        yield Entry(family, tuple(labels), first, width)
