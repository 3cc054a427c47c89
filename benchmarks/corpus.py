"""Seeded requests, modelled on what the SDKs were seen to send: the same fields, people that never lived.

A case says which vendor, how many events, how large, how personal and in how many shapes. The same seed gives the same
bytes, so two runs and two machines measure the same thing.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

import orjson

from proxy.model import Headers, WireRequest

__all__ = ["Case", "documents", "request"]

SEED = 20251109
"""The day of the Mixpanel incident."""

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
_NAMES = ("Ada Lovelace", "Grace Hopper", "Zoë Ångström", "José Núñez", "Søren Kierk", "Mei Tanaka")
_WORDS = "billing settings team invoice export dashboard funnel report model prompt token usage seat plan".split()


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
    """

    dialect: str
    events: int
    padding_bytes: int = 0
    personal: bool = True
    people: int = 1
    shapes: int = 1

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
    random = Random(SEED)  # noqa: S311 - seeded traffic, no secret
    people = [_person(random) for _ in range(case.people)]
    made = []
    for index in range(case.events):
        event = _EVENTS[case.dialect](random, people[index % case.people], case)
        shape = index if case.shapes == 0 else index % case.shapes
        place = event["properties"]
        place.update({f"step_{shape}_{extra}": extra for extra in range(3 if case.shapes != 1 else 0)})
        if case.padding_bytes:
            place["transcript"] = " ".join(random.choices(_WORDS, k=case.padding_bytes // 7))
        made.append(event)
    return made


def request(case: Case) -> WireRequest:
    """Make the request of a case, framed as the SDK frames it."""
    return _REQUESTS[case.dialect](documents(case))


def _person(random: Random) -> dict[str, str]:
    name = random.choice(_NAMES)
    key = f"{random.getrandbits(64):016x}"
    return {
        "name": name,
        "email": f"{name.split()[0].lower()}.{key[:4]}@example.com",
        "user": f"user-{key[:10]}",
        "device": f"{key[:8]}-{key[8:12]}-4{key[1:4]}-8{key[4:7]}-{random.getrandbits(48):012x}",
    }


def _page(person: dict[str, str], case: Case, random: Random) -> str:
    path = random.choice(_WORDS)
    query = f"?email={quote(person['email'])}&utm_source=mail" if case.personal else "?utm_source=mail"
    return f"https://console.example.org/{path}{query}"


def _custom(random: Random, person: dict[str, str], case: Case) -> dict[str, Any]:
    custom: dict[str, Any] = {
        "plan": random.choice(("free", "pro", "enterprise")),
        "seats": random.randrange(1, 50),
        "feature": random.choice(_WORDS),
        "duration_ms": random.randrange(20, 9000),
        "cached": random.random() < 0.5,
        "build": "2026.11.03.1",
    }
    if case.personal:
        custom |= {"owner_email": person["email"], "account_name": person["name"], "note": f"called {person['name']}"}
    return custom


def _mixpanel(random: Random, person: dict[str, str], case: Case) -> dict[str, Any]:
    page = _page(person, case, random)
    return {
        "event": f"{random.choice(_WORDS).title()} Viewed",
        "properties": {
            "$os": "Linux", "$browser": "Chrome", "$current_url": page, "$browser_version": 142,
            "$referrer": "https://www.example.com/", "$referring_domain": "www.example.com",
            "$screen_height": 800, "$screen_width": 1280, "mp_lib": "web", "$lib_version": "2.83.0",
            "$insert_id": "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=16)),
            "time": 1795285912.75 + random.randrange(9000) / 8, "distinct_id": person["user"],
            "$device_id": person["device"], "$user_id": person["user"],
            "$initial_referrer": "https://www.example.com/", "$initial_referring_domain": "www.example.com",
            **_custom(random, person, case),
            "token": "mptoken0123456789", "mp_sent_by_lib_version": "2.83.0",
        },
    }  # fmt: skip


def _segment(random: Random, person: dict[str, str], case: Case) -> dict[str, Any]:
    page = _page(person, case, random)
    return {
        "timestamp": "2026-11-21T18:38:22.195Z", "integrations": {"Segment.io": True}, "type": "track",
        "event": f"{random.choice(_WORDS).title()} Viewed",
        "properties": _custom(random, person, case),
        "context": {
            "page": {"path": "/team", "referrer": "https://www.example.com/", "search": "", "title": "Team", "url": page},
            "userAgent": _AGENT, "locale": "en-GB", "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
            "campaign": {"source": "mail"}, "timezone": "Europe/Berlin",
        },
        "messageId": f"ajs-next-{1795286302195 + random.randrange(10**6)}-{random.getrandbits(128):032x}",
        "userId": person["user"], "anonymousId": person["device"], "writeKey": "WRITEKEY",
        "sentAt": "2026-11-21T18:38:22.230Z", "_metadata": {"bundled": ["Segment.io"], "unbundled": []},
    }  # fmt: skip


def _mixpanel_request(events: list[dict[str, Any]]) -> WireRequest:
    document = quote(b64encode(orjson.dumps(events)), safe="")
    headers: Headers = (
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("User-Agent", _AGENT),
        ("Accept", "*/*"),
    )
    return WireRequest("POST", "/track/", "verbose=1&ip=1&_=1795285912749", headers, b"data=" + document.encode())


def _segment_request(events: list[dict[str, Any]]) -> WireRequest:
    headers: Headers = (("Content-Type", "text/plain"), ("User-Agent", _AGENT), ("Accept", "*/*"))
    single = len(events) == 1
    document = events[0] if single else {"writeKey": "WRITEKEY", "batch": events, "sentAt": "2026-11-21T18:38:22.230Z"}
    return WireRequest("POST", "/v1/t" if single else "/v1/b", "", headers, orjson.dumps(document))


_EVENTS: dict[str, Callable[[Random, dict[str, str], Case], dict[str, Any]]] = {
    "mixpanel": _mixpanel,
    "segment": _segment,
}
_REQUESTS: dict[str, Callable[[list[dict[str, Any]]], WireRequest]] = {
    "mixpanel": _mixpanel_request,
    "segment": _segment_request,
}
