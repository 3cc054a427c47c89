"""A body while it arrives."""

from __future__ import annotations

import asyncio

import pytest

from proxy.errors import Overloaded, WireError
from proxy.server.http1.body import Body, Room


def _fed(*pieces: bytes) -> Body:
    body = Body(Room(100))
    for piece in pieces:
        body.feed(piece)
    return body


async def test_a_body_is_whole_when_it_is_finished() -> None:
    """Whoever waits goes on with the last piece, and gets all of them in order."""
    body = _fed(b"a", b"b")
    waiting = asyncio.create_task(body.arrival(10))
    await asyncio.sleep(0)
    assert (False, False) == (waiting.done(), body.complete)
    body.feed(b"c")
    body.finish()
    await waiting
    assert (b"abc", 3, True) == (body.whole(), body.size, body.complete)
    await body.arrival(10)


async def test_nobody_waits_for_more_than_may_come() -> None:
    """One byte over the limit ends the waiting, before and after it began."""
    body = _fed(b"ab")
    waiting = asyncio.create_task(body.arrival(2))
    await asyncio.sleep(0)
    body.feed(b"c")
    await waiting
    await body.arrival(2)
    assert (3, False) == (body.size, body.complete)


async def test_a_body_that_broke_is_not_given_out() -> None:
    """The first reason counts; one that comes after the end does not."""
    body = _fed(b"a")
    waiting = asyncio.create_task(body.arrival(2))
    await asyncio.sleep(0)
    body.fail(WireError("first"))
    body.fail(WireError("second"))
    await waiting
    with pytest.raises(WireError, match="first"):
        body.whole()
    good = _fed(b"a")
    good.finish()
    good.fail(WireError("late"))
    assert b"a" == good.whole()


async def test_who_stops_waiting_may_wait_again() -> None:
    """A timeout of the reader leaves the body as it was."""
    body = _fed(b"a")
    waiting = asyncio.create_task(body.arrival(2))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    body.feed(b"b")
    body.finish()
    await body.arrival(2)
    assert b"ab" == body.whole()


async def test_bodies_share_their_room() -> None:
    """One that does not fit breaks, and those that were there before it stay; what is dropped makes room again."""
    room = Room(10)
    bodies = first, second, third = Body(room), Body(room), Body(room)
    first.feed(b"123456")
    second.feed(b"78")
    third.feed(b"abc")
    with pytest.raises(Overloaded, match="at most 10 bytes in the bodies of all requests"):
        third.whole()
    first.feed(b"90")
    first.finish()
    assert (b"12345690", 0) == (first.whole(), room.free)
    for body in bodies * 2:
        body.drop()
    assert 10 == room.free


async def test_a_dropped_body_takes_no_more() -> None:
    """Whatever still comes is of a request that was answered."""
    room = Room(10)
    body = Body(room)
    body.feed(b"a")
    body.drop()
    body.feed(b"b")
    assert (10, 0) == (room.free, body.size)
    with pytest.raises(WireError, match="answered"):
        body.whole()
