"""The private port."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from proxy.errors import PolicyError
from proxy.server.http1.response import Response
from proxy.server.ops import Ops
from tests.fakes import body_of, get, parsed

TOKEN = "correct-horse-battery"


class _House:
    def __init__(self) -> None:
        self.accepting, self.reloads, self.broken = True, 0, False

    def ready(self) -> tuple[bool, Mapping[str, object]]:
        return self.accepting, {"last_reload": "taken"}

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        return b"up 1\n", f"text/plain; for={accept}"

    async def reload(self) -> None:
        self.reloads += 1
        if self.broken:
            raise PolicyError("shop.yaml:1:1: E100 one\nshop.yaml:2:1: E100 two")


async def _ask(house: _House, method: str, path: str, token: str | None = TOKEN, **headers: str) -> Response:
    ops = Ops(house.ready, house.metrics, house.reload, lambda: token.encode() if token else None)
    given = [f"{name}: {value}" for name, value in headers.items()]
    return await ops(parsed(get(path, *given, method=method)))


async def test_a_live_process_says_so_even_when_it_is_not_ready() -> None:
    """Liveness is about the event loop, readiness about accepting requests."""
    house = _House()
    house.accepting = False
    live, ready = await _ask(house, "GET", "/livez"), await _ask(house, "GET", "/readyz?verbose")
    assert (200, 503) == (live.status, ready.status)
    assert {"ready": False, "last_reload": "taken"} == body_of(ready)
    house.accepting = True
    assert 200 == (await _ask(house, "HEAD", "/readyz")).status


async def test_metrics_come_in_the_form_that_was_asked_for() -> None:
    """The scraper's Accept decides."""
    response = await _ask(_House(), "GET", "/metrics", Accept="openmetrics")
    assert (b"up 1\n", "text/plain; for=openmetrics") == (response.body, dict(response.headers)["Content-Type"])


REFUSED = [
    ("GET", "/", 404),
    ("GET", "/-/reload/", 404),
    ("POST", "/metrics", 405),
    ("GET", "/-/reload", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), REFUSED)
async def test_nothing_else_is_served(method: str, path: str, status: int) -> None:
    """Unknown paths and methods are refused, token or not."""
    house = _House()
    response = await _ask(house, method, path, Authorization=f"Bearer {TOKEN}")
    assert (status, 0) == (response.status, house.reloads)


GIVEN = [
    (TOKEN, f"Bearer {TOKEN}", 200),
    (TOKEN, f"bearer {TOKEN} ", 200),
    (TOKEN, f"Basic {TOKEN}", 401),
    (TOKEN, f"Bearer {TOKEN}x", 401),
    (TOKEN, f"Bearer {TOKEN[:-1]}", 401),
    (TOKEN, "Bearer ü", 401),
    (TOKEN, "", 401),
    (None, "Bearer ", 401),
    (None, f"Bearer {TOKEN}", 401),
]


@pytest.mark.parametrize(("token", "given", "status"), GIVEN)
async def test_a_reload_needs_the_token(token: str | None, given: str, status: int) -> None:
    """Exactly it; where none is configured nothing opens."""
    house = _House()
    response = await _ask(house, "POST", "/-/reload", token, Authorization=given)
    assert (status, int(status == 200)) == (response.status, house.reloads)


async def test_a_reload_that_is_not_taken_says_why() -> None:
    """Every diagnostic, a line each; whoever has the token may read the policies."""
    house = _House()
    house.broken = True
    response = await _ask(house, "POST", "/-/reload", Authorization=f"Bearer {TOKEN}")
    content = body_of(response)
    assert (422, "policy_invalid", 2) == (response.status, content["error"], len(content["detail"]))
