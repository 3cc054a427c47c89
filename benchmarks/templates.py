"""What an event of each vendor looks like, and how its SDK frames a request of them: a row a dialect.

`corpus` calls it with seeded people and properties. Modelled on the captures in `tests/captures`; a dialect without a
row here (`generic` has no form of its own) is not measured.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from proxy.model import Headers, WireRequest

__all__ = ["AGENT", "TEMPLATES", "WORDS", "Person", "Template", "framed"]

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
    """

    event: Callable[[Random, Person, str, Event], Event]
    request: Callable[[list[Event]], WireRequest]


def framed(dialect: str, events: list[Event]) -> WireRequest:
    """Put events into a request as the vendor's SDK does."""
    return TEMPLATES[dialect].request(events)


def _name(random: Random) -> str:
    return f"{random.choice(WORDS).title()} Viewed"


def _id(random: Random) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=16))


def _uuid(random: Random) -> str:
    key = f"{random.getrandbits(128):032x}"
    return f"{key[:8]}-{key[8:12]}-4{key[13:16]}-8{key[17:20]}-{key[20:]}"


def _post(path: str, body: bytes, kind: str, query: str = "", *more: tuple[str, str]) -> WireRequest:
    headers: Headers = (("Content-Type", kind), ("User-Agent", AGENT), ("Accept", "*/*"), *more)
    return WireRequest("POST", path, query, headers, body)


# --- the vendors, alphabetically -------------------------------------------------------------------------------------


def _amplitude(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "device_id": person.device, "user_id": person.user, "session_id": 1795286365150, "time": 1795286365211,
        "platform": "Web", "language": "en-GB", "ip": "$remote", "insert_id": _uuid(random),
        "event_type": _name(random), "event_id": random.randrange(900), "library": "amplitude-ts/2.47.0",
        "user_agent": AGENT, "user_properties": {"$set": {"plan": own["plan"], "role": "staff"}},
        "event_properties": {"[Amplitude] Page Location": page, "[Amplitude] Page Domain": "console.example.org",
                             "[Amplitude] Page Title": "Console", "referrer": "https://www.example.com/", **own},
    }  # fmt: skip


def _amplitude_request(events: list[Event]) -> WireRequest:
    document = {"api_key": "ampkey0123456789", "events": events, "options": {"min_id_length": 1}}
    return _post("/2/httpapi", orjson.dumps(document), "application/json")


def _ga4(random: Random, person: Person, page: str, own: Event) -> Event:
    shared = {
        "v": 2, "tid": "G-BENCH00001", "gtm": "45je6bi1v898116370za200zd898116370", "_p": 1795284954107, "npa": 0,
        "cid": f"{int(person.device[:7], 16)}.1795284954", "uid": person.user, "ul": "en-gb", "sr": "1280x800",
        "uaa": "x86", "uab": 64, "uap": "Linux", "uapv": "6.1.0", "_s": 1, "sid": 1795284954, "sct": 1, "seg": 1,
        "dl": page, "dr": "https://www.example.com/", "dt": "Console", "en": _name(random), "_ee": 1,
    }  # fmt: skip
    numbers = {name for name, value in own.items() if isinstance(value, int)}
    return shared | {f"{'epn' if name in numbers else 'ep'}.{name}": value for name, value in own.items()}


def _ga4_request(events: list[Event]) -> WireRequest:
    """Put one event into the query; more go into lines that share it."""
    if len(events) == 1:
        return _post("/g/collect", b"", "text/plain;charset=UTF-8", urlencode(events[0], quote_via=quote))
    shared = {name: value for name, value in events[0].items() if name != "en" and "." not in name}
    lines = [{name: value for name, value in event.items() if name not in shared} for event in events]
    body = "\r\n".join(urlencode(line, quote_via=quote) for line in lines)
    return _post("/g/collect", body.encode(), "text/plain;charset=UTF-8", urlencode(shared, quote_via=quote))


def _mixpanel(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "event": _name(random),
        "properties": {
            "$os": "Linux", "$browser": "Chrome", "$current_url": page, "$browser_version": 142,
            "$referrer": "https://www.example.com/", "$referring_domain": "www.example.com",
            "$screen_height": 800, "$screen_width": 1280, "mp_lib": "web", "$lib_version": "2.83.0",
            "$insert_id": _id(random), "time": 1795285912.75 + random.randrange(9000) / 8,
            "distinct_id": person.user, "$device_id": person.device, "$user_id": person.user,
            "$initial_referrer": "https://www.example.com/", "$initial_referring_domain": "www.example.com",
            **own, "token": "mptoken0123456789", "mp_sent_by_lib_version": "2.83.0",
        },
    }  # fmt: skip


def _mixpanel_request(events: list[Event]) -> WireRequest:
    document = quote(b64encode(orjson.dumps(events)), safe="")
    query = "verbose=1&ip=1&_=1795285912749"
    return _post("/track/", b"data=" + document.encode(), "application/x-www-form-urlencoded", query)


def _plausible(random: Random, person: Person, page: str, own: Event) -> Event:  # noqa: ARG001 - a row of the table
    return {"n": _name(random), "v": 36, "u": page, "d": "console.example.org", "r": None, "p": own}


def _plausible_request(events: list[Event]) -> WireRequest:
    """Send the first: Plausible takes one event a request."""
    return _post("/api/event", orjson.dumps(events[0]), "text/plain")


def _posthog(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "uuid": _uuid(random), "event": _name(random), "timestamp": "2026-11-21T18:35:12.277Z",
        "properties": {
            "$os": "Linux", "$browser": "Chrome", "$device_type": "Desktop", "$timezone": "Europe/Berlin",
            "$current_url": page, "$host": "console.example.org", "$pathname": "/team", "$raw_user_agent": AGENT,
            "$browser_version": 142, "$browser_language": "en-GB", "$screen_height": 800, "$screen_width": 1280,
            "$lib": "web", "$lib_version": "1.449.2", "$insert_id": _id(random), "$time": 1795286112.277,
            "distinct_id": person.user, "$device_id": person.device, "$user_id": person.user,
            "$referrer": "https://www.example.com/", "$referring_domain": "www.example.com", "$is_identified": True,
            "$session_id": _uuid(random), "token": "phc_bench", **own,
        },
    }  # fmt: skip


def _posthog_request(events: list[Event]) -> WireRequest:
    body = gzip.compress(orjson.dumps({"api_key": "phc_bench", "batch": events}), 6, mtime=0)
    return _post("/e/", body, "text/plain", "compression=gzip-js&ver=1.449.2")


def _segment(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "timestamp": "2026-11-21T18:38:22.195Z", "integrations": {"Segment.io": True}, "type": "track",
        "event": _name(random), "properties": own,
        "context": {
            "page": {"path": "/team", "referrer": "https://www.example.com/", "search": "", "title": "T", "url": page},
            "userAgent": AGENT, "locale": "en-GB", "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
            "campaign": {"source": "mail"}, "timezone": "Europe/Berlin",
        },
        "messageId": f"ajs-next-{1795286302195 + random.randrange(10**6)}-{random.getrandbits(128):032x}",
        "userId": person.user, "anonymousId": person.device, "writeKey": "WRITEKEY",
        "sentAt": "2026-11-21T18:38:22.230Z", "_metadata": {"bundled": ["Segment.io"], "unbundled": []},
    }  # fmt: skip


def _segment_request(events: list[Event]) -> WireRequest:
    single = len(events) == 1
    document = events[0] if single else {"writeKey": "WRITEKEY", "batch": events, "sentAt": "2026-11-21T18:38:22.230Z"}
    return _post("/v1/t" if single else "/v1/b", orjson.dumps(document), "text/plain")


def _snowplow(random: Random, person: Person, page: str, own: Event) -> Event:
    event = {"schema": "iglu:com.acme/event/jsonschema/1-0-0", "data": {"name": _name(random), **own}}
    wrapped = {"schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", "data": event}
    return {
        "e": "ue", "eid": _uuid(random), "tv": "js-4.6.8", "tna": "sp1", "aid": "console", "p": "web", "cookie": "1",
        "cs": "UTF-8", "lang": "en-GB", "res": "1280x800", "cd": "24", "tz": "Europe/Berlin", "dtm": "1795286563119",
        "vid": "1", "sid": _uuid(random), "duid": person.device, "uid": person.user, "url": page,
        "refr": "https://www.example.com/", "ue_pr": orjson.dumps(wrapped).decode(),
    }  # fmt: skip


def _snowplow_request(events: list[Event]) -> WireRequest:
    document = {"schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", "data": events}
    return _post("/com.snowplowanalytics.snowplow/tp2", orjson.dumps(document), "application/json; charset=UTF-8")


TEMPLATES = {
    "amplitude": Template(_amplitude, _amplitude_request),
    "ga4": Template(_ga4, _ga4_request),
    "mixpanel": Template(_mixpanel, _mixpanel_request),
    "plausible": Template(_plausible, _plausible_request),
    "posthog": Template(_posthog, _posthog_request),
    "segment": Template(_segment, _segment_request),
    "snowplow": Template(_snowplow, _snowplow_request),
}
