"""Datadog and Sentry: what a page did and what went wrong on it, with the person who was there.

Modelled on the captures of @datadog/browser-rum and @sentry/browser in `tests/captures`. `templates` takes them into
its table.
"""

from __future__ import annotations

from random import Random

import orjson

from benchmarks.template import AGENT, Event, Person, Template, name, post, uuid
from proxy.model import WireRequest

__all__ = ["DATADOG", "SENTRY"]


def _datadog(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "type": "action", "date": 1795286847259, "source": "browser", "service": "console", "version": "7.41.2",
        "_dd": {"format_version": 2, "drift": -1, "sdk_name": "rum", "configuration": {"session_sample_rate": 100}},
        "application": {"id": "00000000-0000-4000-8000-00000000aaaa"},
        "view": {"in_foreground": True, "url": page, "referrer": "https://www.example.com/", "id": uuid(random)},
        "session": {"id": uuid(random), "type": "user"}, "tab": {"id": uuid(random)}, "context": own,
        "connectivity": {"status": "connected", "effective_type": "4g"},
        "usr": {"id": person.user, "name": person.name, "email": person.email, "anonymous_id": person.device},
        "display": {"viewport": {"width": 1280, "height": 800}},
        "action": {"id": uuid(random), "target": {"name": name(random)}, "type": "custom", "frustration": {"type": []}},
        "ddtags": "sdk_version:7.16.2,env:test,service:console,version:7.41.2",
    }  # fmt: skip


def _datadog_request(events: list[Event]) -> WireRequest:
    """Put an event into a line."""
    query = "ddsource=browser&dd-api-key=pub0123456789abcdef&dd-evp-origin-version=7.16.2&dd-evp-origin=browser"
    return post("/api/v2/rum", b"\n".join(map(orjson.dumps, events)), "text/plain;charset=UTF-8", query)


def _frame(random: Random) -> Event:
    return {"filename": "https://console.example.org/app.js", "function": "track", "in_app": True,
            "lineno": random.randrange(900), "colno": random.randrange(9000)}  # fmt: skip


def _sentry(random: Random, person: Person, page: str, own: Event) -> Event:
    message = name(random)
    return {
        "exception": {"values": [{
            "type": "Error", "value": message, "stacktrace": {"frames": [_frame(random) for _ in range(4)]},
            "mechanism": {"type": "generic", "handled": True},
        }]},
        "message": message, "level": "error", "event_id": f"{random.getrandbits(128):032x}", "platform": "javascript",
        "request": {"url": page, "headers": {"Referer": "https://www.example.com/", "User-Agent": AGENT}},
        "contexts": {"trace": {"span_id": f"{random.getrandbits(64):016x}", "trace_id": uuid(random).replace("-", "")},
                     "culture": {"locale": "en-GB", "timezone": "Europe/Berlin", "calendar": "gregory"}},
        "timestamp": 1795286934.126, "environment": "test", "release": "console@7.41.2",
        "sdk": {"name": "sentry.javascript.browser", "version": "11.12.0", "settings": {"infer_ip": "auto"}},
        "extra": own, "tags": {"src": "track"},
        "user": {"id": person.user, "email": person.email, "username": person.name, "ip_address": "{{auto}}"},
    }  # fmt: skip


def _sentry_request(events: list[Event]) -> WireRequest:
    head = {"event_id": events[0]["event_id"], "sent_at": "2026-11-21T18:48:54.126Z",
            "sdk": {"name": "sentry.javascript.browser", "version": "11.12.0"}}  # fmt: skip
    body = b"\n".join(map(orjson.dumps, (head, {"type": "event"}, events[0])))
    query = "sentry_version=7&sentry_key=pubkey0123456789abcdef&sentry_client=sentry.javascript.browser%2F11.12.0"
    return post("/api/4501/envelope/", body, "text/plain;charset=UTF-8", query)


DATADOG = Template(_datadog, _datadog_request)
SENTRY = Template(_sentry, _sentry_request, most=1)
"""An envelope holds one error. Source: develop.sentry.dev, "Envelope Items", 2026-11."""
