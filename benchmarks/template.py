"""What all templates of traffic share: the person in an event, how a template is built, ids, and a POST.

`templates`, `templates_segment` and `templates_monitors` hold the vendors' own; `corpus` asks `templates` for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from proxy.model import Headers, WireRequest

__all__ = ["AGENT", "WORDS", "Event", "Person", "Template", "name", "post", "uuid"]

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
WORDS = "billing settings team invoice export dashboard funnel report model prompt token usage seat plan".split()

Event = dict[str, Any]


class Person(NamedTuple):
    """Somebody who never lived."""

    name: str
    email: str
    user: str
    device: str


@dataclass(frozen=True, slots=True)
class Template:
    """How one vendor's traffic is made.

    Args:
        event: (random, person, page URL, properties of the site) → one record.
        request: records → the request that carries them.
        most: records in a request; None where the vendor names no bound that matters here.
    """

    event: Callable[[Random, Person, str, Event], Event]
    request: Callable[[list[Event]], WireRequest]
    most: int | None = None


def name(random: Random) -> str:
    """Name an event."""
    return f"{random.choice(WORDS).title()} Viewed"


def uuid(random: Random) -> str:
    """Draw a UUID of version 4."""
    key = f"{random.getrandbits(128):032x}"
    return f"{key[:8]}-{key[8:12]}-4{key[13:16]}-8{key[17:20]}-{key[20:]}"


def post(path: str, body: bytes, kind: str, query: str = "", *more: tuple[str, str]) -> WireRequest:
    """Post a body of a content type as a browser does."""
    headers: Headers = (("Content-Type", kind), ("User-Agent", AGENT), ("Accept", "*/*"), *more)
    return WireRequest("POST", path, query, headers, body)
