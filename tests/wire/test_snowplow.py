"""Snowplow: payloads of flat strings and what is packed inside them; ids that stay UUIDs."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, quote

import orjson
import pytest

from proxy.errors import EventveilError
from proxy.keys.shapes import SHAPES
from proxy.policy import compile_program, load_text
from proxy.scrub import scrub_request
from proxy.wire.dialect import Access
from proxy.wire.headers import header
from proxy.wire.snowplow import SNOWPLOW
from tests.captures.reading import KEYRING
from tests.wire.speaking import opened, request, sent

TP2 = "/com.snowplowanalytics.snowplow/tp2"
DEVICE = "cc0e3253-3603-4969-b1cf-824ce52199aa"
EVENT = "576f07fc-7e87-49c9-ba9f-bfa4358af40b"
SESSION = {"userId": DEVICE, "sessionId": "b096f788-60be-44c7-a2f2-b2ccd8a44484", "previousSessionId": None}


def _described(name: str, data: Any) -> dict[str, Any]:
    return {"schema": f"iglu:com.acme/{name}/jsonschema/1-0-0", "data": data}


def _event(*contexts: dict[str, Any], event: dict[str, Any] | None = None, **fields: str) -> dict[str, Any]:
    packed = {"ue_pr": orjson.dumps(_described("unstruct_event", event)).decode()} if event else {}
    return (
        {"e": "ue", "eid": EVENT}
        | fields
        | packed
        | {"co": orjson.dumps(_described("contexts", list(contexts))).decode()}
    )


def _payload(*events: dict[str, Any]) -> bytes:
    return orjson.dumps({"schema": "iglu:com.acme/payload_data/jsonschema/1-0-4", "data": events})


def _base64(document: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(document)).rstrip(b"=").decode()


def _scrubbed(event: dict[str, Any], policy: str = "balanced") -> dict[str, Any]:
    records = orjson.loads(sent("snowplow", request(TP2, _payload(event)), policy).body)["data"]
    return {name: _read(held) for name, held in records[0].items()}


def _read(held: Any) -> Any:
    return orjson.loads(held) if isinstance(held, str) and held.strip()[:1] in ("{", "[") else held


@pytest.mark.parametrize(
    "event",
    [
        _event(_described("user", {"plan": "x"}), _described("user", {"plan": "y"}), event=_described("buy", {"n": 1})),
        {"e": "pv", "co": "no JSON", "ue_pr": "{", "cx": "e30", "ue_px": "é"},
        {"e": "pv", "co": '{"schema":"x","data":[1]}', "ue_pr": '{"data":{"schema":"iglu:a/b","data":[]}}'},
        {"e": "pv", "co": '{ "schema": "iglu:a/b/c/d",  "data": [] }', "ue_pr": 7},
        {"e": "pv", "co": '{"data":[{"schema":["/"],"data":{}}]}', "ue_pr": '{"data":{"schema":7,"data":{}}}'},
        {"e": "pv", "cx": _base64(_described("contexts", [_described("user", {"plan": "x"})]))},
        {"e": "pv", "co": _described("contexts", [_described("user", {"plan": "x"})]), "ue_pr": [{"plan": "x"}]},
        {"e": "pv", "co": {"user": {"plan": "x"}}},
        _event(_described("mobile_context", {"osVersion": "17.0"})),
    ],
)
def test_an_unchanged_request_is_the_same(event: dict[str, Any]) -> None:
    """What is packed inside keeps its very text, readable or not."""
    wire = request(TP2, _payload(event))
    assert wire == opened("snowplow", wire).seal()


TRACKERS: dict[str, dict[str, Any]] = {
    "client_session": {**SESSION, "sessionIndex": 1, "storageMechanism": "COOKIE_1", "firstEventId": EVENT},
    "browser_context": {
        **dict.fromkeys(("viewport", "documentSize", "resolution"), "1280x800"),
        **dict.fromkeys(("cookiesEnabled", "online"), True),
        "colorDepth": 24,
    },
}
"""What the browser tracker sends with every event, with all that Iglu Central's schemas demand."""


@pytest.mark.parametrize("name", TRACKERS)
def test_the_trackers_own_contexts_keep_their_schemas_under_strict(name: str) -> None:
    """Enrich makes a bad row of an event whose context lacks what its schema demands: none is lost."""
    (context,) = _scrubbed(_event(_described(name, TRACKERS[name])), "strict")["co"]["data"]
    assert TRACKERS[name].keys() == context["data"].keys()


FORMS: dict[str, dict[str, Any]] = {
    "change_form": {"formId": "f", "elementId": "e", "nodeName": "INPUT", "type": "text"},
    "focus_form": {"formId": "f", "elementId": "e", "nodeName": "INPUT"},
    "submit_form": {"formId": "f", "elements": [{"name": "q", "nodeName": "INPUT", "type": "text"}]},
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_told_by_its_ids_under_strict(name: str) -> None:
    """Which form and field it was stays; what stands in it is another matter."""
    assert FORMS[name] == _scrubbed(_event(event=_described(name, FORMS[name])), "strict")["ue_pr"]["data"]["data"]


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("link_click", {"targetUrl": "https://a.example/", "elementContent": "Statement of Ada"}, "elementContent"),
        ("button_click", {"label": "Pay Ada", "id": "b"}, "label"),
    ],
)
def test_what_an_element_shows_does_not_leave(name: str, data: dict[str, Any], field: str) -> None:
    """A link's content goes; a button's label, which the schema demands, is a pseudonym."""
    left = _scrubbed(_event(event=_described(name, data)))["ue_pr"]["data"]["data"]
    assert "Ada" not in left.pop(field, "")
    assert left == {inner: value for inner, value in data.items() if inner != field}


MOBILE = {"osType": "ios", "osVersion": "17.0", "deviceManufacturer": "Apple", "deviceModel": "iPhone14,2"}


@pytest.mark.parametrize(
    ("policy", "name", "data", "left"),
    [
        ("balanced", "geolocation_context", {"latitude": 54.890812, "longitude": -1.254879, "speed": 2}, []),
        ("balanced", "mobile_context", MOBILE, [{**MOBILE, "deviceModel": "iPhone"}]),
        ("strict", "mobile_context", MOBILE, []),
    ],
)
def test_a_context_without_what_its_schema_demands_is_left_out(
    policy: str, name: str, data: dict[str, Any], left: list[dict[str, Any]]
) -> None:
    """The event goes on without the context, where with half of it Enrich would refuse the event."""
    page = _described("web_page", {"id": DEVICE})
    contexts = _scrubbed(_event(page, _described(name, data)), policy)["co"]["data"]
    assert [page["data"], *left] == [context["data"] for context in contexts]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cookies", {"_ga": "GA1.2.424273043.1737451027"}),
        ("cookies", {"session_cookies": [{"measurement_id": "G-1", "session_cookie": "GS1.1.1742200876.45.1"}]}),
        ("mobile_context", {**MOBILE, "appSetId": "31ac0887-8b0d-e858-3d66-2e36f043a3ce"}),
    ],
)
def test_what_other_tools_call_a_device_is_hashed(name: str, data: dict[str, Any]) -> None:
    """Cookies of Google Analytics and the id of a set of apps join a visitor across tools."""
    left = orjson.dumps(_scrubbed(_event(_described(name, data)))["co"]).decode()
    assert [] == [told for told in ("424273043", "1742200876", "31ac0887") if told in left]
    assert [] == [field for field in data if field not in left]


def test_a_context_says_by_its_schema_whose_name_it_holds() -> None:
    """`name` in a context `user` is a person's, in a context `page` it is not."""
    out = _scrubbed(
        _event(_described("user", {"name": "Ada Lovelace", "plan": "x"}), _described("page", {"name": "Billing"}))
    )
    assert [{"plan": "x"}, {"name": "Billing"}] == [context["data"] for context in out["co"]["data"]]


BESIDE = {"note": "ada@example.org"}
ADA = {"email": "Ada Lovelace", "plan": "x"}


@pytest.mark.parametrize("write", [lambda text: text, lambda text: f" \n{text}", orjson.loads])
@pytest.mark.parametrize(
    ("document", "plan"),
    [
        (_described("unstruct_event", _described("buy", {"plan": "x"})) | BESIDE, 1),
        (_described("unstruct_event", _described("buy", {"plan": "x"}) | BESIDE), 1),
        (_described("contexts", [_described("user", {"plan": "x"}) | BESIDE]), 1),
        (_described("contexts", [_described("user", {"plan": "x"}), "ada@example.org"]), 1),
        (_described("unstruct_event", {"schema": "iglu:ada@example.org", "data": {"plan": "x"}}), 1),
        (_described("unstruct_event", ADA), 1),
        (_described("unstruct_event", [ADA, ADA]), 2),
        (ADA, 1),
        ([ADA], 1),
    ],
)
def test_what_does_not_describe_itself_is_read_to_the_end(write: Any, document: Any, plan: int) -> None:
    """Beside schema and data, in their place or without them, names and texts are looked at as anywhere."""
    text = orjson.dumps(document).decode()
    for name in ("ue_pr", "co"):
        out = str(_scrubbed({"e": "ue", name: write(text)})[name])
        assert "ada" not in out.lower()
        assert plan == out.count("'plan': 'x'")


@pytest.mark.parametrize("spoil", [lambda text: f"{text[:9]}\n{text[9:]}", lambda text: f"{text}==ada@example.org"])
def test_of_base64_nothing_leaves_that_was_skipped(spoil: Any) -> None:
    """Collectors read past what is no base64; what leaves is what was read."""
    packed = _base64(_described("contexts", [_described("user", {"plan": "xx"})]))
    assert packed == _scrubbed({"e": "pv", "cx": spoil(packed)})["cx"]


@pytest.mark.parametrize("text", ['{"a":"ada@example.org","a":"x"}', '{"a":"","a":"\\u0022\\u0022"}'])
def test_of_names_that_come_twice_one_leaves(text: str) -> None:
    """The value that was not read does not leave with the text around it."""
    packed = urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    out = _scrubbed({"e": "ue", "ue_pr": text, "ue_px": packed})
    assert [orjson.loads(text)] * 2 == [out["ue_pr"], orjson.loads(urlsafe_b64decode(out["ue_px"] + "=="))]
    assert packed != out["ue_px"]


def test_a_schema_whose_name_is_personal_goes_with_its_data() -> None:
    """What the policy would not leave in a field's name does not leave in a schema's."""
    secret = "ghp" + "_" + "a1B2" * 9
    out = _scrubbed(
        _event(_described(secret, {"plan": "x"}), _described("page", {"n": 1}), event=_described(secret, {}))
    )
    assert [_described("page", {"n": 1})] == out["co"]["data"]
    assert "ue_pr" not in out


def test_what_nobody_described_can_be_dropped() -> None:
    """A rule that takes it out leaves no field."""
    batch = opened("snowplow", request(TP2, _payload({"e": "ue", "ue_pr": "[7]"})))
    del batch.records[0]["ue_pr"]["undescribed"]
    assert [{"e": "ue"}] == orjson.loads(batch.seal().body)["data"]


def test_ids_stay_uuids_and_meet() -> None:
    """Enrich takes `duid`, `sid` and the session's context; both places say the same."""
    out = _scrubbed(
        _event(_described("client_session", SESSION), duid=DEVICE, sid=SESSION["sessionId"] or "", uid="user-7")
    )
    session = out["co"]["data"][0]["data"]
    assert (out["duid"], out["sid"], None) == (session["userId"], session["sessionId"], session["previousSessionId"])
    assert all(SHAPES["uuid"].form.fullmatch(out[name]) and out[name] != DEVICE for name in ("duid", "sid"))
    assert EVENT == out["eid"]
    assert out["uid"].startswith("p1_")


def test_what_was_typed_into_a_form_is_hashed_where_the_schema_demands_it() -> None:
    """A changed field still has a value, and nobody can read it."""
    changed = {"formId": "profile", "elementId": "full_name", "nodeName": "INPUT", "value": "Ada Lovelace"}
    data = _scrubbed(_event(event=_described("change_form", changed)))["ue_pr"]["data"]["data"]
    assert {"formId": "profile", "elementId": "full_name", "nodeName": "INPUT"} == {
        n: data[n] for n in data if n != "value"
    }
    assert data["value"].startswith("p1_")


def test_people_leave_flat_fields() -> None:
    """Address, precise zone and a page's query go; a title is scanned like any text."""
    out = _scrubbed(
        _event(
            ip="203.0.113.7", tz="Europe/Berlin", url="http://a.example/x?q=ada", page="Hi ada@example.org", lang="en"
        )
    )
    assert not {"ip", "tz"} & out.keys()
    assert ("http://a.example/x", "en") == (out["url"], out["lang"])
    assert "ada@" not in out["page"]
    assert "page" not in _scrubbed(_event(page="Ada Lovelace"), "strict")


@pytest.mark.parametrize(("where", "left"), [("event.name", {"plan": "x"}), ("record.ue_pr.*", None)])
def test_a_policy_speaks_of_an_events_own_words(where: str, left: dict[str, str] | None) -> None:
    """`event.name` is a property whatever the schema; an event that is dropped whole takes its envelope along."""
    rule = f"  - {{id: one, where: '{where}', do: drop, because: x}}\n"
    policy = load_text(f"policy: p\nextends: [base]\nfields:\n{rule}", "p.yaml")
    wire = request(TP2, _payload(_event(event=_described("buy", {"name": "b", "plan": "x"}))))
    out = scrub_request(wire, SNOWPLOW, compile_program(policy, SNOWPLOW, KEYRING)).request
    assert out is not None
    event = orjson.loads(out.body)["data"][0]
    assert left == (orjson.loads(event["ue_pr"])["data"]["data"] if "ue_pr" in event else None)


def test_a_pixel_carries_an_event_in_its_query() -> None:
    """GET: base64url without padding opens and closes the same way."""
    contexts = _base64(_described("contexts", [_described("user", {"first_name": "Ada", "plan": "xy"})]))
    wire = request(f"/i?e=pv&uid=user-7&cx={quote(contexts)}", method="GET")
    assert wire == opened("snowplow", wire).seal()
    text = parse_qs(sent("snowplow", wire).query)["cx"][0]
    assert "=" not in text
    document = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert [{"plan": "xy"}] == [context["data"] for context in document["data"]]


def test_a_dropped_context_leaves_its_envelope() -> None:
    """Contexts that a rule takes out go with their schemas; the others stay in order."""
    wire = request(TP2, _payload(_event(_described("user", {"a": 1}), _described("page", {"b": 2}))))
    batch = opened("snowplow", wire)
    del batch.records[0]["co"]["user"]
    assert [_described("page", {"b": 2})] == orjson.loads(orjson.loads(batch.seal().body)["data"][0]["co"])["data"]
    batch = opened("snowplow", wire)
    del batch.records[0]["co"]
    assert "co" not in orjson.loads(batch.seal().body)["data"][0]


def test_the_anonymous_header_travels() -> None:
    """`SP-Anonymous: *` tells the collector to set no cookie."""
    wire = request(TP2, _payload(_event()), headers=(("SP-Anonymous", "*"), ("Cookie", "sp=ada")))
    assert (("sp-anonymous", "*"),) == sent("snowplow", wire).headers
    assert "" == header(sent("snowplow", wire).headers, "cookie")


@pytest.mark.parametrize(
    ("target", "method", "body"),
    [
        (TP2, "POST", b""),
        (TP2, "POST", b"[]"),
        (TP2, "POST", b'{"data":{}}'),
        (TP2, "POST", b'{"data":["e=pv"]}'),
        ("/i", "GET", b""),
        ("/i?e=pv", "GET", b"x"),
        ("/i?e=pv", "POST", b""),
        ("/r/tp2?u=http://x", "GET", b""),
        ("/a/b/c", "POST", b"{}"),
    ],
)
def test_what_is_no_event_is_refused(target: str, method: str, body: bytes) -> None:
    """Other documents, an empty pixel, redirects and longer paths give an error of ours."""
    with pytest.raises(EventveilError):
        opened("snowplow", request(target, body, method))


def test_custom_paths_and_libraries_are_known() -> None:
    """Any path of two segments takes payloads; the tracker's script passes; answers are a pixel or `ok`."""
    assert "collect" == SNOWPLOW.route("POST", "/acme/collect").name
    assert Access.PASS is SNOWPLOW.route("GET", "/sp.js").access
    pixel, collect = request("/i?e=pv", method="GET"), request(TP2)
    assert "image/gif" == SNOWPLOW.ack(SNOWPLOW.route("GET", "/i"), pixel).content_type
    assert b"ok" == SNOWPLOW.ack(SNOWPLOW.route("POST", TP2), collect).body


def test_contexts_are_opened_within_the_bounds_of_a_request() -> None:
    """What many events pack together is bounded as in texts of any vendor: what passes the bound does not leave."""
    packed = urlsafe_b64encode(b"[" + b"{}," * 90_000 + b"{}]").decode().rstrip("=")
    out = sent("snowplow", request(TP2, _payload(*[{"e": "pv", "cx": packed} for _ in range(6)])))
    left = [event["cx"] for event in orjson.loads(out.body)["data"]]
    assert [packed] * 4 + [None] * 2 == left
