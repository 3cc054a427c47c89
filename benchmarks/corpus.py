"""Seeded requests, modelled on what the SDKs were seen to send: the same fields, people that never lived.

A case says which vendor, how many events, how large, how personal and in how many shapes. The same seed gives the same
bytes, so two runs and two machines measure the same thing. What a vendor's event looks like, and how its SDK frames a
request, is in `templates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks.template import WORDS, Person
from benchmarks.templates import TEMPLATES, framed
from proxy.model import WireRequest

__all__ = ["Case", "documents", "request"]

SEED = 20251109
"""The day of the Mixpanel incident."""

_NAMES = ("Ada Lovelace", "Grace Hopper", "Zoë Ångström", "José Núñez", "Søren Kierk", "Mei Tanaka")


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request.

    Args:
        dialect: whose SDK sends it.
        events: how many in the request.
        padding_bytes: text added to each event; 0 leaves about 1 KB.
        personal: events hold names, addresses and ids; otherwise only what an SDK always sends.
        people: how many people the events of one request belong to; a browser has one.
        shapes: in how many shapes events come; 0 gives every event its own.
        seed: makes another request of the same kind; with `shapes` 0 its shapes are others too.
    """

    dialect: str
    events: int = 1
    padding_bytes: int = 0
    personal: bool = True
    people: int = 1
    shapes: int = 1
    seed: int = SEED

    @property
    def name(self) -> str:
        """A name for tables, such as `mixpanel_batch50_personal`."""
        parts = [self.dialect, f"batch{self.events}" if self.events > 1 else "single"]
        parts += [f"{self.padding_bytes // 1024}kb"] * bool(self.padding_bytes)
        parts += ["personal" if self.personal else "clean"]
        parts += [f"{self.people}people"] * (self.people > 1)
        parts += [] if self.shapes == 1 else ["every_shape_new" if not self.shapes else f"{self.shapes}shapes"]
        return "_".join(parts)


def documents(case: Case) -> list[dict[str, Any]]:
    """Make the events of a case as the vendor's JSON records."""
    random = Random(case.seed)  # noqa: S311 - seeded traffic, no secret
    people = [_person(random) for _ in range(case.people)]
    template = TEMPLATES[case.dialect]
    made = []
    for index in range(case.events):
        person = people[index % case.people]
        own = _custom(random, person, personal=case.personal)
        shape = f"{case.seed}_{index}" if case.shapes == 0 else f"{index % case.shapes}"
        own |= {f"step_{shape}_{extra}": extra for extra in range(3 if case.shapes != 1 else 0)}
        if case.padding_bytes:
            own["transcript"] = " ".join(random.choices(WORDS, k=case.padding_bytes // 7))
        made.append(template.event(random, person, _page(random, person, personal=case.personal), own))
    return made


def request(case: Case) -> WireRequest:
    """Make the request of a case, framed as the SDK frames it."""
    return framed(case.dialect, documents(case))


def _person(random: Random) -> Person:
    name = random.choice(_NAMES)
    key = f"{random.getrandbits(64):016x}"
    device = f"{key[:8]}-{key[8:12]}-4{key[1:4]}-8{key[4:7]}-{random.getrandbits(48):012x}"
    return Person(name, f"{name.split()[0].lower()}.{key[:4]}@example.com", f"user-{key[:10]}", device)


def _page(random: Random, person: Person, *, personal: bool) -> str:
    query = f"?email={quote(person.email)}&utm_source=mail" if personal else "?utm_source=mail"
    return f"https://console.example.org/{random.choice(WORDS)}{query}"


def _custom(random: Random, person: Person, *, personal: bool) -> dict[str, Any]:
    custom: dict[str, Any] = {
        "plan": random.choice(("free", "pro", "enterprise")),
        "seats": random.randrange(1, 50),
        "feature": random.choice(WORDS),
        "duration_ms": random.randrange(20, 9000),
        "cached": random.random() < 0.5,
        "build": "2026.11.03.1",
    }
    if personal:
        custom |= {"owner_email": person.email, "account_name": person.name, "note": f"called {person.name}"}
    return custom
