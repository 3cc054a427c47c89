"""What an event of each vendor looks like, and how its SDK frames a request of them: a row a dialect.

`corpus` calls it with seeded people and properties. Modelled on the captures in `tests/captures`; a dialect without a
row here (`generic` has no form of its own) is not measured. Segment and its kin, and the monitors, have files of their
own.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from random import Random
from urllib.parse import quote, urlencode

import orjson

from benchmarks.template import AGENT, Event, Person, Template, name, post, uuid
from benchmarks.templates_monitors import DATADOG, SENTRY
from benchmarks.templates_segment import JITSU, RUDDERSTACK, SEGMENT
from proxy.model import WireRequest

__all__ = ["TEMPLATES", "framed"]


def framed(dialect: str, events: list[Event]) -> WireRequest:
    """Put events into a request as the vendor's SDK does; what does not fit into one is left out."""
    template = TEMPLATES[dialect]
    return template.request(events[: template.most])


def _id(random: Random) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=16))


# --- the vendors, alphabetically -------------------------------------------------------------------------------------


def _amplitude(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "device_id": person.device, "user_id": person.user, "session_id": 1795286365150, "time": 1795286365211,
        "platform": "Web", "language": "en-GB", "ip": "$remote", "insert_id": uuid(random),
        "event_type": name(random), "event_id": random.randrange(900), "library": "amplitude-ts/2.47.0",
        "user_agent": AGENT, "user_properties": {"$set": {"plan": own["plan"], "role": "staff"}},
        "event_properties": {"[Amplitude] Page Location": page, "[Amplitude] Page Domain": "console.example.org",
                             "[Amplitude] Page Title": "Console", "referrer": "https://www.example.com/", **own},
    }  # fmt: skip


def _amplitude_request(events: list[Event]) -> WireRequest:
    document = {"api_key": "ampkey0123456789", "events": events, "options": {"min_id_length": 1}}
    return post("/2/httpapi", orjson.dumps(document), "application/json")


def _ga4(random: Random, person: Person, page: str, own: Event) -> Event:
    shared = {
        "v": 2, "tid": "G-BENCH00001", "gtm": "45je6bi1v898116370za200zd898116370", "_p": 1795284954107, "npa": 0,
        "cid": f"{int(person.device[:7], 16)}.1795284954", "uid": person.user, "ul": "en-gb", "sr": "1280x800",
        "uaa": "x86", "uab": 64, "uap": "Linux", "uapv": "6.1.0", "_s": 1, "sid": 1795284954, "sct": 1, "seg": 1,
        "dl": page, "dr": "https://www.example.com/", "dt": "Console", "en": name(random), "_ee": 1,
    }  # fmt: skip
    numbers = {name for name, value in own.items() if isinstance(value, int)}
    return shared | {f"{'epn' if name in numbers else 'ep'}.{name}": value for name, value in own.items()}


def _ga4_request(events: list[Event]) -> WireRequest:
    """Put one event into the query; more go into lines that share it."""
    if len(events) == 1:
        return post("/g/collect", b"", "text/plain;charset=UTF-8", urlencode(events[0], quote_via=quote))
    shared = {name: value for name, value in events[0].items() if name != "en" and "." not in name}
    lines = [{name: value for name, value in event.items() if name not in shared} for event in events]
    body = "\r\n".join(urlencode(line, quote_via=quote) for line in lines)
    return post("/g/collect", body.encode(), "text/plain;charset=UTF-8", urlencode(shared, quote_via=quote))


def _matomo(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "e_c": "console", "e_a": name(random), "e_n": "landing", "idsite": "7", "rec": "1", "ca": "1",
        "r": f"{random.randrange(10**6)}", "h": "19", "m": "51", "s": "10", "url": page, "uid": person.user,
        "urlref": "https://www.example.com/", "_id": person.device.replace("-", "")[:16], "_idn": "0",
        "send_image": "0", "pv_id": _id(random)[:6], "pf_net": "0", "pf_srv": "16", "pf_tfr": "1", "pf_dm1": "104",
        "dimension3": orjson.dumps(own).decode(), "cookie": "1", "res": "1280x800",
        "uadata": '{"formFactors":[],"fullVersionList":[],"mobile":false,"model":"","platform":"Linux"}',
    }  # fmt: skip


def _matomo_request(events: list[Event]) -> WireRequest:
    """Put one event into the query, more into the queries of a bulk request."""
    queries = [urlencode(event, quote_via=quote) for event in events]
    if len(queries) == 1:
        return post("/matomo.php", b"", "application/x-www-form-urlencoded; charset=utf-8", queries[0])
    return post("/matomo.php", orjson.dumps({"requests": [f"?{query}" for query in queries]}), "application/json")


def _mixpanel(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "event": name(random),
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
    return post("/track/", b"data=" + document.encode(), "application/x-www-form-urlencoded", query)


def _plausible(random: Random, person: Person, page: str, own: Event) -> Event:  # noqa: ARG001 - a row of the table
    return {"n": name(random), "v": 36, "u": page, "d": "console.example.org", "r": None, "p": own}


def _plausible_request(events: list[Event]) -> WireRequest:
    return post("/api/event", orjson.dumps(events[0]), "text/plain")


def _posthog(random: Random, person: Person, page: str, own: Event) -> Event:
    return {
        "uuid": uuid(random), "event": name(random), "timestamp": "2026-11-21T18:35:12.277Z",
        "properties": {
            "$os": "Linux", "$browser": "Chrome", "$device_type": "Desktop", "$timezone": "Europe/Berlin",
            "$current_url": page, "$host": "console.example.org", "$pathname": "/team", "$raw_user_agent": AGENT,
            "$browser_version": 142, "$browser_language": "en-GB", "$screen_height": 800, "$screen_width": 1280,
            "$lib": "web", "$lib_version": "1.449.2", "$insert_id": _id(random), "$time": 1795286112.277,
            "distinct_id": person.user, "$device_id": person.device, "$user_id": person.user,
            "$referrer": "https://www.example.com/", "$referring_domain": "www.example.com", "$is_identified": True,
            "$session_id": uuid(random), "token": "phc_bench", **own,
        },
    }  # fmt: skip


def _posthog_request(events: list[Event]) -> WireRequest:
    body = gzip.compress(orjson.dumps({"api_key": "phc_bench", "batch": events}), 6, mtime=0)
    return post("/e/", body, "text/plain", "compression=gzip-js&ver=1.449.2")


def _snowplow(random: Random, person: Person, page: str, own: Event) -> Event:
    event = {"schema": "iglu:com.acme/event/jsonschema/1-0-0", "data": {"name": name(random), **own}}
    wrapped = {"schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", "data": event}
    return {
        "e": "ue", "eid": uuid(random), "tv": "js-4.6.8", "tna": "sp1", "aid": "console", "p": "web", "cookie": "1",
        "cs": "UTF-8", "lang": "en-GB", "res": "1280x800", "cd": "24", "tz": "Europe/Berlin", "dtm": "1795286563119",
        "vid": "1", "sid": uuid(random), "duid": person.device, "uid": person.user, "url": page,
        "refr": "https://www.example.com/", "ue_pr": orjson.dumps(wrapped).decode(),
    }  # fmt: skip


def _snowplow_request(events: list[Event]) -> WireRequest:
    document = {"schema": "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4", "data": events}
    return post("/com.snowplowanalytics.snowplow/tp2", orjson.dumps(document), "application/json; charset=UTF-8")


TEMPLATES = {
    "amplitude": Template(_amplitude, _amplitude_request),
    "datadog": DATADOG,
    "ga4": Template(_ga4, _ga4_request),
    "jitsu": JITSU,
    "matomo": Template(_matomo, _matomo_request),
    "mixpanel": Template(_mixpanel, _mixpanel_request),
    "plausible": Template(_plausible, _plausible_request, most=1),
    "posthog": Template(_posthog, _posthog_request),
    "rudderstack": RUDDERSTACK,
    "segment": SEGMENT,
    "sentry": SENTRY,
    "snowplow": Template(_snowplow, _snowplow_request),
}
