"""Which lane a path belongs to, and whose pages may read its answers."""

from __future__ import annotations

from typing import cast

import pytest

from proxy.delivery import Delivery
from proxy.policy.program import Program
from proxy.server.lanes import Lane, Lanes, Origins
from proxy.telemetry import Telemetry
from proxy.wire.registry import DIALECTS
from tests.fakes import Keeping


def _lane(prefix: str) -> Lane:
    meter = Telemetry().lane("a", "generic")
    program, delivery = cast("Program", Keeping()), cast("Delivery", None)
    return Lane(prefix or "rest", prefix, DIALECTS["generic"], program, delivery, Origins(("*",)), meter)


PATHS = {
    "/mp": ("/mp", "/"),
    "/mp/": ("/mp", "/"),
    "/mp/track/": ("/mp", "/track/"),
    "/mp/eu/track": ("/mp/eu", "/track"),
    "/mp/eux": ("/mp", "/eux"),
    "/mpx/track": ("rest", "/mpx/track"),
    "/": ("rest", "/"),
    "/mp//track": ("/mp", "//track"),
}


@pytest.mark.parametrize(("path", "expected"), PATHS.items(), ids=PATHS)
def test_the_longest_prefix_has_the_path(path: str, expected: tuple[str, str]) -> None:
    """A prefix ends where a segment ends; what is below it starts with a slash."""
    found = Lanes([_lane("/mp"), _lane(""), _lane("/mp/eu")]).find(path)
    assert found is not None
    assert expected == (found[0].name, found[1])


def test_a_path_of_no_lane_has_none() -> None:
    """Nothing is guessed."""
    lanes = Lanes([_lane("/mp")])
    assert (None, ["/mp"]) == (lanes.find("/seg/track"), [lane.name for lane in lanes])


ORIGINS = [
    (("*",), "https://any.example", True),
    (("*",), "null", True),
    (("https://shop.example",), "https://shop.example", True),
    (("https://shop.example",), "HTTPS://Shop.example", True),
    (("https://shop.example",), "http://shop.example", False),
    (("https://shop.example",), "https://shop.example.evil.example", False),
    (("https://*.shop.example",), "https://a.b.shop.example", True),
    (("https://*.shop.example",), "https://shop.example", False),
    (("https://*.shop.example",), "https://evilshop.example", False),
    ((), "https://shop.example", False),
]


@pytest.mark.parametrize(("patterns", "origin", "allowed"), ORIGINS)
def test_an_origin_is_allowed_as_the_lane_says(patterns: tuple[str, ...], origin: str, allowed: bool) -> None:
    """Whole origins and everything below a domain; nothing that only looks alike."""
    assert allowed == Origins(patterns).allow(origin)
