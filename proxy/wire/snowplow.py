"""Snowplow: the JavaScript, Node and Python trackers.

    POST /com.snowplowanalytics.snowplow/tp2  {"schema": "iglu:…/payload_data/…", "data": [{"e": "ue", "uid", "ue_pr"}]}
    GET  /i?e=pv&url=…&uid=…&cx=…             one such event; `ue_px` and `cx` are base64url without padding

`ue_pr`, `co` and their base64 twins hold self-describing JSON. A record shows it by the name of its schema: a context
`iglu:com.acme/user/jsonschema/1-0-0` is `co.user`, a click on a link `ue_pr.link_click`. Enrich makes a bad row of an
event whose `sid` is no UUID, or whose context breaks its schema: hence `shapes`, and hence what somebody typed into a
form is hashed, not dropped.

Source: captures of @snowplow/browser-tracker 4.6.8, snowplow-node 4.8.0, snowplow-tracker 1.1.0; Snowplow "Tracker
protocol"; Enrich, Transform.scala; Iglu Central client_session/1-0-2.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import partial
from typing import Any

from proxy.errors import DocumentInvalid
from proxy.model import Batch, Document, Part, WireRequest
from proxy.wire.dialect import Access, Ack, Contract, Dialect, Field, Form, Found, Route
from proxy.wire.json_text import CONTAINERS_LIMIT, containers, has_each_name_once, read, write
from proxy.wire.pairs import Pairs
from proxy.wire.parts import PIXEL, RESERVED, below, every, nobody

__all__ = ["SNOWPLOW"]

_IDENTITY = Field("DEVICE_ID", Contract.IDENTITY)
_TYPED = Field("EMAIL_ADDRESS")
"""What somebody typed, or a button shows: the schema demands a value, and this entity is hashed unless a policy says
otherwise."""
_EVENTS, _CONTEXTS = "ue_pr ue_px", "co cx"

_TEXT = Field(form=Form.TEXT)
_FORM = "formId elementId nodeName type elementType elementClasses"
_SESSION = "sessionIndex eventIndex storageMechanism firstEventId firstEventTimestamp"
_BROWSER = "viewport documentSize resolution colorDepth cookiesEnabled online browserLanguage documentLanguage tabId"
_MOBILE = {
    **every("osType deviceManufacturer deviceModel", Field("USER_AGENT")),
    **every("appleIdfa appleIdfv openIdfa androidIdfa appSetId", Field("DEVICE_ID")),
    **nobody("osVersion carrier networkType networkTechnology appSetIdScope isPortrait resolution scale language"),
}
"""`osVersion` stays: of a version alone nothing coarser is left, and the schema demands one."""

_EVENT: dict[str, Field] = {
    **every("e eid tv dtm stm ttm", RESERVED),
    "uid": Field("USER_ID", Contract.IDENTITY),
    **every("duid nuid tnuid", _IDENTITY),
    **every("sid fp mac", Field("DEVICE_ID")),
    "ip": Field("IP_ADDRESS"),
    "ua": Field("USER_AGENT"),
    **every("url refr", Field("URL")),
    **every("tz tr_ci tr_st tr_co", Field("LOCATION_COARSE")),
    "page": Field(form=Form.WORDS),
    **every("se_ca se_ac ti_sk ti_nm ti_ca", _TEXT),
    **nobody(
        "p aid tna tid vid lang cookie res vp ds cd cs se_va pp_mix pp_max pp_miy pp_may f_pdf f_fla f_java f_dir f_qt "
        "f_realp f_wma f_gears f_ag tr_id tr_af tr_tt tr_tx tr_sh tr_cu ti_id ti_pr ti_qu ti_cu"
    ),
    **every("ue_pr co", Field(form=Form.JSON)),
    **every("ue_px cx", Field(form=Form.BASE64_JSON)),
    **below(f"{_EVENTS} {_CONTEXTS}", nobody("*")),
    **below(_EVENTS, every("link_click.targetUrl change_form.url", Field("URL"))),
    **below(_EVENTS, every("change_form.value focus_form.value submit_form.elements.value", _TYPED)),
    **below(_EVENTS, {"button_click.label": _TYPED, "link_click.elementContent": Field("SCREEN_TEXT")}),
    **below("ue_pr.change_form ue_px.change_form ue_pr.focus_form ue_px.focus_form", every(_FORM, _TEXT)),
    **below("ue_pr.submit_form ue_px.submit_form", every("formId formClasses", _TEXT)),
    **below("ue_pr.submit_form.elements ue_px.submit_form.elements", every("name nodeName type", _TEXT)),
    **below("co.client_session cx.client_session", every("userId sessionId previousSessionId", _IDENTITY)),
    **below("co.client_session cx.client_session", nobody(_SESSION)),
    **below(_CONTEXTS, nobody("web_page.id")),
    **below("co.browser_context cx.browser_context", nobody(_BROWSER)),
    **below("co.mobile_context cx.mobile_context", _MOBILE),
    **below("co.cookies cx.cookies", every("_ga __utm* session_cookies.session_cookie", Field("DEVICE_ID"))),
}
"""The tracker protocol's parameters, and what the trackers' own contexts and plugins put inside."""

_DEMANDED = {
    "mobile_context": ("osType", "osVersion", "deviceManufacturer", "deviceModel"),
    "geolocation_context": ("latitude", "longitude"),
}
"""What a context's schema demands and a policy may drop: the context is left out, or Enrich would refuse its event.
Source: Iglu Central, mobile_context/1-0-3, geolocation_context/1-1-0."""


Described = dict[str, Any]
"""Self-describing JSON: `schema` and `data`, and nothing beside them."""

_SCHEMA = re.compile(r"iglu:[\w.-]+/([\w-]+)/[\w-]+/\d{1,4}-\d{1,4}-\d{1,4}", re.ASCII).fullmatch
"""Source: Iglu, "Self-describing JSON schemas": vendor, name, format and version."""

_UNDESCRIBED = "undescribed"
"""The name by which JSON is shown that does not describe itself."""


def _unfold(records: list[Any]) -> Callable[[], None]:
    """Show self-describing JSON by the names of its schemas, other JSON whole; give what folds it again."""
    folds: list[Callable[[], None]] = []
    room = CONTAINERS_LIMIT
    for record in (record for record in records if isinstance(record, dict)):
        for name in f"{_EVENTS} {_CONTEXTS}".split():
            if opened := _opened(record.get(name), room):
                document, before, size = opened
                room -= size
                items = _items(document)
                if whole := list(filter(_is_whole, items)):
                    folds.append(partial(_leave_halves_out, record, name, whole))
                folds.append(partial(_fold, record, name, record[name], document, before, items))
                view: dict[str, list[Any]] = {}
                record[name] = view
                for item in items:
                    view.setdefault(_name(item), []).append(item["data"])

    def fold() -> None:
        for one in folds:
            one()

    return fold


def _opened(held: Any, room: int) -> tuple[Any, bytes, int] | None:
    """Read what one of the four fields holds, whatever it is.

    Args:
        room: for so many objects and arrays; a text that may hold more stays one, and is bounded like any other.

    Returns:
        The document; its JSON, empty when a lenient reader might find more in the text; and how many objects and arrays
        it may hold beside those of the body. None when it is no JSON.
    """
    if isinstance(held, dict | list):
        return held, b"", 0
    if not isinstance(held, str):
        return None
    try:
        # Collectors skip what is not base64 and stop at the padding, and so does Python.
        is_json = _is_json(held)
        raw = held.encode("utf-8", "surrogatepass") if is_json else urlsafe_b64decode(held + "==")
        size = containers(raw)
        document = read(raw) if size <= room else None
    except (DocumentInvalid, ValueError):
        return None
    if document is None:
        return None
    written = write(document)
    is_all = is_json or urlsafe_b64encode(raw).decode().rstrip("=") == held.rstrip("=")
    return document, written if is_all and has_each_name_once(raw, written) else b"", size


def _is_json(held: str) -> bool:
    return held.lstrip()[:1] in _BRACKETS


_BRACKETS = frozenset("{[")


def _items(document: Any) -> list[Described]:
    """Give what an event's or a list of contexts' envelope holds; all other JSON is one item without a schema."""
    data = document["data"] if _is_described(document) else None
    items: list[Any] = data if isinstance(data, list) else [data]
    if all(_is_described(item) and isinstance(item["data"], dict) for item in items):
        return items
    return [{"schema": f"/{_UNDESCRIBED}", "data": document}]


def _is_described(value: Any) -> bool:
    """Tell whether there is a schema, data and nothing else: what would stand beside them is not looked at."""
    if not isinstance(value, dict) or value.keys() != {"schema", "data"}:
        return False
    return isinstance(value["schema"], str) and _SCHEMA(value["schema"]) is not None


def _name(item: Described) -> str:
    return str(item["schema"]).split("/")[1]


def _is_whole(item: Described) -> bool:
    return _name(item) in _DEMANDED and all(field in item["data"] for field in _DEMANDED[_name(item)])


def _leave_halves_out(record: dict[str, Any], name: str, whole: list[Described]) -> None:
    """Take out of what is shown the items that were whole and are not any more."""
    view = record.get(name)
    halves = {id(item["data"]) for item in whole if not _is_whole(item)}
    if halves and isinstance(view, dict):
        for shown, datas in view.items():
            view[shown] = [data for data in datas if id(data) not in halves]


def _fold(record: dict[str, Any], name: str, held: Any, document: Any, before: bytes, items: list[Described]) -> None:
    """Put back what is left, under its schema's name still: a name that had to go takes its item along."""
    view = record.get(name)
    if not isinstance(view, dict):
        return
    left = {(shown, id(data)) for shown, datas in view.items() for data in datas}
    kept = [item for item in items if (_name(item), id(item["data"])) in left]
    if isinstance(document, dict) and document.get("data") is items:
        items[:] = kept
    elif not kept:
        del record[name]
        return
    record[name] = _closed(held, document, before)


def _closed(held: Any, document: Any, before: bytes) -> Any:
    if not isinstance(held, str):
        return document
    after = write(document)
    if after == before:
        return held
    return (after if _is_json(held) else urlsafe_b64encode(after).rstrip(b"=")).decode()


def _find(document: Document, route: Route) -> Found:
    records = document.get("data") if isinstance(document, dict) else None
    if not isinstance(records, list):
        raise DocumentInvalid("an object with an array `data`", "another JSON document", route.name)
    return Found(records, ["event"] * len(records), [Part("envelope", document)], _unfold(records))


def _decode(dialect: Dialect, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
    """Take the query for the event where it is one; everything else is JSON."""
    if request.method != "GET":
        return dialect.opened(request, route, limit_bytes)
    event = Pairs(request.query)
    if "e" not in event.record or request.body:
        raise DocumentInvalid("an event in the query alone", "none, or a body too", route.name)
    close = _unfold([event.record])

    def seal() -> WireRequest:
        close()
        return WireRequest(request.method, request.path, event.text(), request.headers, b"")

    return Batch([event.record], ["event"], [], seal)


def _ack(_route: Route, request: WireRequest) -> Ack:
    return PIXEL if request.method == "GET" else Ack(200, "text/plain", b"ok")


SNOWPLOW = Dialect(
    name="snowplow",
    routes=(
        Route("pixel", "/i", frozenset({"GET"})),
        Route("collect", "/{vendor}/{version}"),
        Route("library", "/{file}.js", frozenset({"GET"}), Access.PASS),
    ),
    catalogue={"event": _EVENT, "envelope": {"schema": RESERVED, "data": Field(form=Form.RECORDS)}},
    scopes={"event": {"event": ("ue_pr.*", "ue_px.*")}},
    find=_find,
    headers=frozenset({"sp-anonymous"}),
    ack=_ack,
    decoder=_decode,
    shapes=("uuid",),
)
