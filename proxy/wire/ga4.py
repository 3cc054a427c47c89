"""Google Analytics 4: gtag.js and the Measurement Protocol.

    POST /g/collect?v=2&tid=G-…&cid=…&dl=…&en=page_view&ep.plan=team        one event in the query, no body; or GET
    POST /g/collect?v=2&tid=G-…&cid=…&dl=…         en=…&ep.…  en=…&epn.…    more, a line each; they share the query
    POST /mp/collect?measurement_id=…&api_secret=…        {"client_id", "user_id", "events": [{"name", "params"}]}
    POST /mp/collect?firebase_app_id=…&api_secret=…       {"app_instance_id", …}

`ep epn up upn` become objects of the record. Google takes `<number>.<number>` for a client id and warns of others
when it validates, hence `shapes`. Google looks at nobody's X-Forwarded-For and has no `ip=0`: what it sees is the
proxy's address.

Source: Google "Measurement Protocol reference", "Enhanced measurement events" (`link_text`, `form_destination`),
"Send user-provided data", "Set up user location"; `/g/collect` as public collectors describe it: gtag.js itself has no
published format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from proxy.errors import DocumentInvalid
from proxy.model import Batch, Document, Part, WireRequest
from proxy.wire.dialect import Access, Ack, Contract, Dialect, Field, Form, Found, Route
from proxy.wire.json_text import limit
from proxy.wire.pairs import Format, Pairs, batch_of, open_text, table
from proxy.wire.parts import RESERVED, below, every, nobody
from proxy.wire.places import placed

__all__ = ["GA4"]

_ITEMS = [f"pr{number}" for number in range(1, 201)]
"""An event has at most 200 items. Source: Google, "Measure ecommerce"."""


def _read_item(text: str) -> dict[str, Any] | None:
    """Read `idA~nmB~k0buyer~v0Ada` as `{"id": "A", "nm": "B", "custom": {"buyer": "Ada"}}`, in any order."""
    pieces = text.split("~")
    pairs = [(f"{piece:2}"[:2], piece[2:]) for piece in pieces]
    names = {mark[1]: name for mark, name in pairs if mark[:1] == "k"}
    item: dict[str, Any] = {}
    for mark, value in pairs:
        if mark[:1] == "v" and mark[1] in names:
            item.setdefault("custom", {})[names[mark[1]]] = value
        elif mark[:1] not in ("k", "v"):
            item[mark] = value
    return item if sorted(_pieces(item)) == sorted(pieces) else None


def _write_item(item: dict[str, Any]) -> str | None:
    return "~".join(_pieces(item)) or None


def _pieces(item: dict[str, Any]) -> Iterator[str]:
    for mark, value in item.items():
        if mark == "custom":
            for at, (name, inner) in enumerate(value.items()):
                yield f"k{at}{name}"
                yield f"v{at}{inner}"
        else:
            yield f"{mark}{value}"


_FORMATS = {"uafvl": table("|", ";")} | dict.fromkeys(_ITEMS, Format(_read_item, _write_item))
_GROUPS = ("ep", "epn", "up", "upn")
_PARAMETERS = ("ep", "epn", "params")
_URLS = "page_location page_referrer page_path link_url video_url form_destination"

_IDS = {
    **every("uid user_id", Field("USER_ID", Contract.IDENTITY)),
    **every("cid client_id app_instance_id", Field("DEVICE_ID", Contract.IDENTITY)),
}
_AGENT, _PLACE = Field("USER_AGENT"), Field("LOCATION_COARSE")
_HASHED = Field("PERSON")
"""An unkeyed SHA-256 of an address, number or name says as much as the thing itself; goes where names go."""

_EVENT = {
    **every("v tid timestamp_micros", RESERVED),
    **_IDS,
    **every("ecid auid fid", Field("DEVICE_ID")),
    **every("en name ep.screen_name params.screen_name", Field(form=Form.TEXT)),
    **every("_uip uip ip_override", Field("IP_ADDRESS")),
    "em": _HASHED,
    **every("dl dr", Field("URL")),
    **below("ep params", every("link_text form_submit_text", Field("SCREEN_TEXT"))),
    **below("ep epn params", every(_URLS, Field("URL"))),
    **every("uam uap uapv ua uafvl uafvl.*", _AGENT),
    **nobody(
        "ep epn up upn params uaa uab uamb uaw gtm _p gcd gcs npa dma dma_cps cu ul sr sid sct seg _s _ss "
        "_nsi _fv _ee _eu _et _c _dbg are frm pscdl tfd ir tag_exp _z _rdi _gaz ep.currency epn.value "
        "params.session_id params.engagement_time_msec params.currency params.value params.debug_mode"
    ),
    **every(" ".join(_ITEMS), Field(form=Form.TEXT)),
    **below(" ".join(_ITEMS), nobody("custom id pr qt lp")),
    **below("params", nobody("items items.item_id items.price items.quantity items.index")),
}  # fmt: skip

_ENVELOPE = {
    **_IDS,
    **every("timestamp_micros validation_behavior", RESERVED),
    "ip_override": Field("IP_ADDRESS"),
    "events": Field(form=Form.RECORDS),
    **below("user_data", every("sha256_email_address sha256_phone_number", _HASHED)),
    **below("user_data.address", every("sha256_first_name sha256_last_name sha256_street", _HASHED)),
    **below("user_data.address", every("city region country", _PLACE)),
    **below("user_location", every("city region_id country_id continent_id subcontinent_id", _PLACE)),
    **below("device", every("operating_system operating_system_version model brand browser browser_version", _AGENT)),
    **nobody("user_data user_data.address user_location user_properties device non_personalized_ads consent consent.*"),
    **below("device", nobody("category language screen_resolution")),
}

_EITHER, _GET = frozenset({"GET", "POST"}), frozenset({"GET"})

_ROUTES = (
    Route("collect", "/g/collect", _EITHER),
    *(Route("measurement", path) for path in ("/mp/collect", "/debug/mp/collect")),
    *(Route("library", path, _GET, Access.PASS) for path in ("/gtag/js", "/gtm.js")),
)


def _decode(dialect: Dialect, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
    if route.name != "collect":
        return dialect.opened(request, route, limit_bytes)
    query = Pairs(request.query, _GROUPS, _FORMATS)
    body = open_text(request, limit_bytes, route.name)
    limit(body.text.count("\n"), "events", route.name)
    pieces = re.split("(\r?\n)", body.text)
    both = zip(pieces[::2], [*pieces[1::2], ""], strict=True)
    ends = {Pairs(text, _GROUPS, _FORMATS): end for text, end in both if text}
    if not all("en" in event.record or "en" in query.record for event in ends or [query]):
        raise DocumentInvalid("events with a name", "one without", route.name)

    def write(left: list[Pairs]) -> bytes:
        return body.close("".join(event.text() + ends[event] for event in left if event in ends))

    around = [Part("event", query.record)] if ends else []
    return batch_of(request, query, [*ends] or [query], around, write)


def _find(document: Document, route: Route) -> Found:
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise DocumentInvalid("an object with an array `events`", "another JSON document", route.name)
    return Found(events, ["event"] * len(events), [Part("envelope", document)])


def _anonymize(batch: Batch) -> None:
    """Take out every address that Google would locate."""
    for node in (*batch.records, *(part.node for part in batch.around)):
        for name in ("_uip", "uip", "ip_override"):
            node.pop(name, None)


def _ack(_route: Route, _request: WireRequest) -> Ack:
    return Ack(204, "text/plain", b"")


GA4 = Dialect(
    name="ga4",
    routes=_ROUTES,
    catalogue={
        "event": _EVENT,
        "envelope": _ENVELOPE,
        "query": every("measurement_id firebase_app_id api_secret", RESERVED),
    },
    scopes={"event": {"event": _PARAMETERS, "profile": ("up", "upn")}, "envelope": {"profile": ("user_properties",)}},
    find=_find,
    ack=_ack,
    anonymize=_anonymize,
    decoder=_decode,
    shapes=("numbers",),
    place=placed("envelope", "user_location.country_id", "user_location.region_id"),
)
