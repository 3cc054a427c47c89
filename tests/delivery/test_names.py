"""How names become addresses, and that none waits for another."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from proxy.delivery.names import Names
from tests.delivery.raw import LOOPS, Run, until

on_both_loops = pytest.mark.parametrize("run", LOOPS.values(), ids=LOOPS)


class Resolver:
    """Answers at once, but for names that begin with `silent`: those when it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.told = threading.Event()

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host.startswith("silent"):
            self.told.wait(30)
        if host == "nobody.test":
            raise socket.gaierror(socket.EAI_NONAME, "nobody.test")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", port))]


@on_both_loops
def test_a_silent_name_server_keeps_no_other_name_waiting(run: Run) -> None:
    """However many requests ask for however many silent names."""
    resolver = Resolver()

    async def reach() -> None:
        names = Names(resolver)
        waiting = [asyncio.create_task(names.find(f"silent{number % 10}.test", 80)) for number in range(100)]
        assert "192.0.2.1" == (await names.find("vendor.test", 443))[0][4][0]
        resolver.told.set()
        assert 100 == len(await asyncio.gather(*waiting))

    run(reach())
    assert 11 == len(resolver.asked)


@on_both_loops
def test_who_gives_up_leaves_the_others_waiting(run: Run) -> None:
    """One look-up serves all that ask meanwhile; the next one asks again."""
    resolver = Resolver()

    async def reach() -> None:
        names = Names(resolver)
        first, second = (asyncio.create_task(names.find("silent.test", 80)) for _ in range(2))
        await until(lambda: bool(resolver.asked))
        first.cancel()
        resolver.told.set()
        assert 80 == (await second)[0][4][1]
        assert first.cancelled()
        await names.find("silent.test", 80)

    run(reach())
    assert ["silent.test"] * 2 == resolver.asked


@on_both_loops
def test_the_end_of_the_loop_waits_for_no_name_server(run: Run) -> None:
    """And an answer that comes afterwards harms nobody."""
    resolver = Resolver()

    async def reach() -> None:
        asyncio.create_task(Names(resolver).find("silent.test", 80)).add_done_callback(lambda task: task.cancelled())
        await until(lambda: bool(resolver.asked))

    run(reach())
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "name"]
    assert thread.daemon
    resolver.told.set()
    thread.join()


async def test_a_name_without_an_address_is_told_to_all_that_ask() -> None:
    """And asked for again by the next one."""
    resolver = Resolver()
    names = Names(resolver)
    for _ in range(2):
        got = await asyncio.gather(*(names.find("nobody.test", 80) for _ in range(3)), return_exceptions=True)
        assert [socket.gaierror] * 3 == [type(error) for error in got]
    assert 2 == len(resolver.asked)


@pytest.mark.parametrize(("host", "family"), [("192.0.2.7", socket.AF_INET), ("2001:db8::7", socket.AF_INET6)])
async def test_an_address_asks_nobody(host: str, family: int) -> None:
    """It is its own."""
    resolver = Resolver()
    found = await Names(resolver).find(host, 443)
    assert ([(family, host)], []) == ([(row[0], row[4][0]) for row in found], resolver.asked)
