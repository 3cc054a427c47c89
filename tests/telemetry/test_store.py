"""Integers in flat memory."""

from __future__ import annotations

import mmap

import pytest

from proxy.errors import StartError
from proxy.telemetry.store import STORE_BYTES, VALUES, Entry, Store


def test_a_series_keeps_its_slots() -> None:
    """The same family and labels give the same place, others another."""
    store = Store()
    places = [store.slot("a", ("x",)), store.slot("h", ("x",), 3), store.slot("a", ("y",)), store.slot("a", ("x",))]
    assert [0, 1, 4, 0] == places
    assert [Entry("a", ("x",), 0, 1), Entry("h", ("x",), 1, 3), Entry("a", ("y",), 4, 1)] == store.entries()


def test_another_process_reads_what_one_writes() -> None:
    """Two views of one shared map agree on series that came after both were made."""
    shared = memoryview(mmap.mmap(-1, STORE_BYTES))
    writer, reader = Store(shared), Store(shared)
    assert [] == reader.entries()
    writer.values[writer.slot("a", ("ü",))] += 7
    entry = reader.entries()[0]
    assert (("ü",), 7) == (entry.labels, reader.values[entry.first])


def test_a_worker_that_starts_again_finds_its_counters() -> None:
    """Counters go on where they were; a new series does not take an old one's place."""
    memory = memoryview(bytearray(STORE_BYTES))
    first = Store(memory)
    first.values[first.slot("a", ())] = 5
    again = Store(memory)
    assert (0, 5, 1) == (again.slot("a", ()), again.values[0], again.slot("b", ()))


def test_a_snapshot_stays_as_it_was() -> None:
    """What is counted while a scrape reads does not show in half of its series."""
    store = Store()
    first, other = store.slot("a", ()), store.slot("b", ())
    store.values[first] = 5
    taken = store.snapshot()
    store.values[first] = store.values[other] = 6
    assert [5, 0] == taken.tolist()


def test_room_can_be_left_for_others() -> None:
    """A series that would take the last place of those to come is refused, and they find it free."""
    store = Store()
    store.slot("a", (), VALUES - 1)
    with pytest.raises(StartError):
        store.slot("b", (), spare=1)
    assert VALUES - 1 == store.slot("c", ())


def test_a_full_store_says_so() -> None:
    """More series than there is room for is a mistake of configuration, not a silent overwrite."""
    store = Store()
    store.slot("a", (), VALUES)
    with pytest.raises(StartError):
        store.slot("b", ())
