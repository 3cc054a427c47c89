"""Matomo: matomo.js (piwik.js) and the server trackers.

    POST /matomo.php?idsite=7&rec=1&url=…&_id=…&uid=…      sendBeacon: the event in the query, no body; or GET
    POST /matomo.php   idsite=7&rec=1&url=…                a form, when it is long
    POST /matomo.php   {"requests": ["?idsite=7&…"], "token_auth": "…"}
    POST /matomo.php   {"requests": [{"idsite": "7", …}], …}          the log importer; sent on as the line above

Visitor ids are 16 hexadecimal digits; anything else as `cid` is an error. Without one, Matomo counts visitors by
address and browser: the address is `cip`, which a server's tracker states, or X-Forwarded-For's, where
`proxy_client_headers[]` in Matomo's configuration says so.

Source: captures of matomo.js 5.2.0-b5 and matomo-tracker 2.2.4; Matomo "Tracking HTTP API"; core/Tracker/Request.php;
matomo-log-analytics, import_logs.py (`_record_hits`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from proxy.errors import DocumentInvalid, RouteRefused
from proxy.model import Batch, Part, WireRequest
from proxy.wire.dialect import Access, Ack, Contract, Dialect, Field, Form, Route
from proxy.wire.framing import open_document
from proxy.wire.headers import header
from proxy.wire.json_text import limit, read, write
from proxy.wire.pairs import Format, Pairs, batch_of, open_text
from proxy.wire.parts import PIXEL, RESERVED, below, every, nobody

__all__ = ["MATOMO"]


def _variables(text: str) -> Any:
    """Read `{"1": ["plan", "team"]}` as `{"1": {"plan": "team"}}`, so that a variable's name tells what it holds."""
    try:
        slots = read(text.encode("utf-8", "surrogatepass"))
    except DocumentInvalid:
        return None
    if not isinstance(slots, dict) or not all(map(_is_variable, slots.values())):
        return None
    return {slot: {name: value} for slot, (name, value) in slots.items()} or None


def _is_variable(pair: Any) -> bool:
    """Tell a name and its value, which is no object or array: one that were would be read past all bounds."""
    return (
        isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and not isinstance(pair[1], dict | list)
    )


def _write_variables(slots: dict[str, dict[str, Any]]) -> str | None:
    left = {slot: list(pair) for slot, pairs in slots.items() for pair in pairs.items()}
    return write(left).decode() if left else None


_BRACKETS = ("[", "%5B", "%5b")
"""What each variable begins with."""

_FORMATS = dict.fromkeys(("_cvar", "cvar"), Format(_variables, _write_variables))

_AGENT = Field("USER_AGENT")

_EVENT: dict[str, Field] = {
    **every("idsite rec token_auth cdt cdo", RESERVED),
    "uid": Field("USER_ID", Contract.IDENTITY),
    **every("_id cid", Field("DEVICE_ID", Contract.IDENTITY, keep_values=frozenset({"0" * 16}))),
    "cip": Field("IP_ADDRESS", counted=True),
    **every("country region city", Field("LOCATION_COARSE")),
    **every("lat long", Field("LOCATION_PRECISE")),
    **every("url urlref _ref link download c_t ma_re", Field("URL")),
    "_rcn": Field("URL", parameter="utm_campaign"),
    "_rck": Field("URL", parameter="utm_term"),
    "action_name": Field(form=Form.WORDS),
    **every("e_c e_a c_n ec_id ma_ti", Field(form=Form.TEXT)),
    **every("ec_items uadata _cvar cvar", Field(form=Form.JSON)),
    "_cvar.*.name": Field("PERSON"),
    "ua": _AGENT,
    **below("uadata", every("platform platformVersion model", _AGENT)),
    **below("uadata.brands uadata.fullVersionList", every("brand version", _AGENT)),
    **nobody(
        "apiv r rand send_image h m s cookie res lang cs pv_id ca new_visit ping bots fla java pdf qt realp wma ag "
        "gears dir pf_net pf_srv pf_tfr pf_dm1 pf_dm2 pf_onl gt_ms _idn _idts _idvc _viewts _ects _refts e_v idgoal "
        "revenue ec_st ec_tx ec_sh ec_dt search_count uadata.mobile uadata.formFactors ma_id ma_mt ma_pn ma_st "
        "ma_le ma_ps ma_ttp ma_w ma_h ma_fs ma_se"
    ),
}  # fmt: skip

_EITHER, _GET = frozenset({"GET", "POST"}), frozenset({"GET"})

_ROUTES = (
    *(Route("track", path, _EITHER) for path in ("/matomo.php", "/piwik.php")),
    *(Route("library", f"{path}.js", _GET, Access.PASS) for path in ("/matomo", "/piwik", "/js/container_{id}")),
    Route("recorder", "/plugins/HeatmapSessionRecording/{file...}", _GET, Access.REFUSE),
)


def _decode(_dialect: Dialect, request: WireRequest, route: Route, limit_bytes: int) -> Batch:
    query = _pairs(request.query)
    around = [Part("event", query.record)]
    if not request.body:
        batch = batch_of(request, query, [query], [], lambda _: b"")
    elif request.body.lstrip()[:1] == b"{":
        batch = _bulk(request, query, around, limit_bytes)
    else:
        body = open_text(request, limit_bytes, route.name)
        form = _pairs(body.text)
        batch = batch_of(request, query, [form], around, lambda _: body.close(form.text()))
    if not all("idsite" in record or "idsite" in query.record for record in batch.records):
        raise DocumentInvalid("an event with an `idsite`", "none", route.name)
    if any(name.startswith("hsr_") for record in batch.records for name in record):
        raise RouteRefused("an event", "a session recording", route.name)
    return batch


def _bulk(request: WireRequest, query: Pairs, around: list[Part], limit_bytes: int) -> Batch:
    opened = open_document(request.body, header(request.headers, "content-encoding"), (), limit_bytes, lines=False)
    document = opened.document
    items = document.get("requests")
    if not isinstance(items, list):
        raise DocumentInvalid("an array `requests`", "something else", "bulk")
    texts = list(map(_text, items))
    together = "".join(texts)
    limit(len(texts) + sum(map(together.count, _BRACKETS)), "events and variables", "bulk")
    marked = {_pairs(text.removeprefix("?")): text.startswith("?") for text in texts}

    def body(left: list[Pairs]) -> bytes:
        document["requests"] = ["?" * marked[event] + event.text() for event in left]
        return opened.seal()

    batch = batch_of(request, query, [*marked], [*around, Part("envelope", document)], body)
    document["requests"] = batch.records
    return batch


_PLAIN = frozenset({str, int, float})


def _text(item: Any) -> str:
    """Give an event of a bulk as pairs; Matomo reads an object of them as it reads their text."""
    if isinstance(item, str):
        return item
    if not isinstance(item, dict) or not _PLAIN.issuperset(map(type, item.values())):
        raise DocumentInvalid("`requests` that are pairs of names and values", "something else", "bulk")
    return "?" + urlencode(item, errors="surrogatepass")


def _pairs(text: str) -> Pairs:
    return Pairs(text, formats=_FORMATS)


def _ack(route: Route, request: WireRequest) -> Ack:
    if route.name == "recorder":
        return Ack(content_type="application/javascript", body=b"")
    if request.body.lstrip()[:1] == b"{":
        return Ack(body=b'{"status":"success","tracked":1,"invalid":0}')
    silent = "send_image=0" in request.query or b"send_image=0" in request.body
    return Ack(204, "text/plain", b"") if silent else PIXEL


MATOMO = Dialect(
    name="matomo",
    routes=_ROUTES,
    catalogue={"event": _EVENT, "envelope": {"requests": Field(form=Form.RECORDS), "token_auth": RESERVED}},
    scopes={"event": {"event": ("cvar.*",), "profile": ("_cvar.*",)}},
    ack=_ack,
    decoder=_decode,
    shapes=("hex16",),
    counts_by_address=True,
)
