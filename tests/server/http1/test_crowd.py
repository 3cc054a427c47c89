"""Who is there."""

from __future__ import annotations

from proxy.server.http1.crowd import Crowd


async def test_a_crowd_says_when_it_is_empty() -> None:
    """At first, and when the last one has left; who leaves twice, or never came, changes nothing."""
    steps: list[int] = []
    crowd = Crowd[str](steps.append)
    seen = [crowd.empty.is_set()]
    for step, member in ((crowd.join, "a"), (crowd.join, "b"), (crowd.leave, "a"), (crowd.leave, "a")):
        step(member)
        seen.append(crowd.empty.is_set())
    crowd.leave("b")
    assert ([True, False, False, False, False], True) == (seen, crowd.empty.is_set())
    assert [1, 1, -1, -1] == steps
