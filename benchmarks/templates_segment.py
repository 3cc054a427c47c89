"""Segment and the two that speak its language: RudderStack and Jitsu. One record, three envelopes.

Modelled on the captures of @segment/analytics-next, @rudderstack/analytics-js and @jitsu/js in `tests/captures`.
`templates` takes them into its table.
"""

from __future__ import annotations

from random import Random

import orjson

from benchmarks.template import AGENT, Event, Person, Template, name, post
from proxy.model import WireRequest

__all__ = ["JITSU", "RUDDERSTACK", "SEGMENT"]

_SENT = "2026-11-21T18:38:22.230Z"
_STAMP = 1795286302195


def _page(url: str) -> Event:
    return {"path": "/team", "referrer": "https://www.example.com/", "search": "", "title": "T", "url": url}


def _track(random: Random, person: Person, own: Event) -> Event:
    return {
        "timestamp": "2026-11-21T18:38:22.195Z", "type": "track", "event": name(random), "properties": own,
        "messageId": f"ajs-next-{_STAMP + random.randrange(10**6)}-{random.getrandbits(128):032x}",
        "userId": person.user, "anonymousId": person.device, "sentAt": _SENT,
    }  # fmt: skip


def _segment(random: Random, person: Person, page: str, own: Event) -> Event:
    return _track(random, person, own) | {
        "integrations": {"Segment.io": True}, "writeKey": "WRITEKEY",
        "context": {
            "page": _page(page), "userAgent": AGENT, "locale": "en-GB", "campaign": {"source": "mail"},
            "library": {"name": "analytics.js", "version": "npm:next-1.84.3"}, "timezone": "Europe/Berlin",
        },
        "_metadata": {"bundled": ["Segment.io"], "unbundled": []},
    }  # fmt: skip


def _segment_request(events: list[Event]) -> WireRequest:
    single = len(events) == 1
    document = events[0] if single else {"writeKey": "WRITEKEY", "batch": events, "sentAt": _SENT}
    return post("/v1/t" if single else "/v1/b", orjson.dumps(document), "text/plain")


def _rudderstack(random: Random, person: Person, page: str, own: Event) -> Event:
    return _track(random, person, own) | {
        "channel": "web", "integrations": {"All": True}, "originalTimestamp": _SENT,
        "context": {
            "traits": {"email": person.email, "name": person.name, "plan": "pro"}, "sessionId": _STAMP,
            "app": {"name": "RudderLabs JavaScript SDK", "version": "3.34.1", "installType": "npm"},
            "library": {"name": "RudderLabs JavaScript SDK", "version": "3.34.1", "variant": "bundled"},
            "userAgent": AGENT, "os": {"name": "", "version": ""}, "locale": "en-GB", "page": _page(page),
            "screen": {"width": 1280, "height": 800, "density": 1, "innerWidth": 1280, "innerHeight": 800},
            "campaign": {"source": "mail"},
        },
    }  # fmt: skip


def _rudderstack_request(events: list[Event]) -> WireRequest:
    single = len(events) == 1
    path, document = ("/v1/track", events[0]) if single else ("/v1/batch", {"batch": events, "sentAt": _SENT})
    kind = "application/json;charset=UTF-8"
    return post(path, orjson.dumps(document), kind, "", ("Authorization", "Basic V1JJVEVLRVk6"))


def _jitsu(random: Random, person: Person, page: str, own: Event) -> Event:
    return _track(random, person, own) | {
        "writeKey": "jkey:***",
        "context": {
            "library": {"name": "@jitsu/js", "version": "1.11.0", "env": "browser"}, "userAgent": AGENT,
            "locale": "en-GB", "screen": {"width": 1280, "height": 800, "innerWidth": 1280, "density": 1},
            "traits": {"email": person.email, "name": person.name, "plan": "pro"},
            "page": _page(page) | {"host": "console.example.org", "encoding": "UTF-8"}, "clientIds": {},
            "campaign": {"source": "mail"},
        },
    }  # fmt: skip


def _jitsu_request(events: list[Event]) -> WireRequest:
    single = len(events) == 1
    path, document = ("/api/s/track", events[0]) if single else ("/api/s/batch", {"batch": events})
    return post(path, orjson.dumps(document), "application/json", "", ("X-Write-Key", "jkey:jsecret"))


SEGMENT = Template(_segment, _segment_request)
RUDDERSTACK = Template(_rudderstack, _rudderstack_request)
JITSU = Template(_jitsu, _jitsu_request)
