"""PostHog: one pseudonym on every route, GeoIP off, nothing recorded from afar."""

from __future__ import annotations

import gzip
from base64 import b64encode
from typing import Any

import orjson
import pytest

from proxy.errors import EventveilError, RouteRefused
from proxy.wire.posthog import POSTHOG
from tests.wire.speaking import opened, request, sent

EVENT: dict[str, Any] = {
    "event": "Paid",
    "uuid": "u-1",
    "properties": {"distinct_id": "ada-42", "token": "phc_x", "plan": "pro"},
}
ASKED = {
    "token": "phc_x",
    "distinct_id": "ada-42",
    "groups": {"company": "org-7"},
    "person_properties": {
        "email": "ada@example.org",
        "plan": "pro",
        "$initial_current_url": "https://a.example/?u=ada",
    },
    "group_properties": {"company": {"name": "Ada Ltd", "employees": 7}},
}


def _distinct_id(path: str, body: bytes) -> str:
    batch = opened("posthog", sent("posthog", request(path, body)))
    node = batch.records[0] if batch.records else batch.around[0].node
    return str(node.get("distinct_id") or node["properties"]["distinct_id"])


def test_flags_carry_the_same_pseudonym_as_events() -> None:
    """Flags, decide, events of every framing: one person is one pseudonym, so flags are those of that person."""
    event, asked = orjson.dumps({"batch": [EVENT]}), orjson.dumps(ASKED)
    ids = {
        _distinct_id("/i/v0/e/", gzip.compress(event)),
        _distinct_id("/e/?compression=base64", b"data=" + b64encode(event).replace(b"=", b"%3D")),
        _distinct_id("/batch/", orjson.dumps([EVENT])),
        _distinct_id("/capture/", orjson.dumps(EVENT)),
        _distinct_id("/flags/?v=2", gzip.compress(asked)),
        _distinct_id("/decide/?v=3", asked),
    }
    assert 1 == len(ids)
    assert {"ada-42"}.isdisjoint(ids)


def test_what_is_asked_of_flags_is_scrubbed_and_no_record() -> None:
    """Properties of person and group are treated like those of events; the request counts no record."""
    batch = opened("posthog", sent("posthog", request("/flags/", orjson.dumps(ASKED))))
    node = batch.around[0].node
    assert [] == batch.records
    assert ("pro", "https://a.example/", 7) == (
        node["person_properties"]["plan"],
        node["person_properties"]["$initial_current_url"],
        node["group_properties"]["company"]["employees"],
    )
    assert b"ada" not in orjson.dumps(node)
    assert b"Ada" not in orjson.dumps(node)


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_flags_may_be_asked_without_anybody(body: bytes) -> None:
    """A question without a body, or with an empty one, passes."""
    assert "/flags/" == sent("posthog", request("/flags/", body, "POST" if body else "GET")).path


def test_a_telephones_model_is_no_id() -> None:
    """PostHog's mobile SDKs call the model a device's name: it is made coarser, and not looked for elsewhere."""
    properties = {"distinct_id": "d", "$device_name": "iPhone 17", "product": "iPhone case"}
    wire = request("/e/", orjson.dumps({"api_key": "k", "batch": [{"event": "a", "properties": properties}]}))
    out = opened("posthog", sent("posthog", wire)).records[0]["properties"]
    assert ("iPhone", "iPhone case") == (out["$device_name"], out["product"])


def test_geoip_is_off_in_events_and_flags() -> None:
    """PostHog is told not to locate the connection, in records that have no properties too; `$ip` is gone."""
    event = {**EVENT, "properties": {**EVENT["properties"], "$ip": "203.0.113.7"}}
    records = opened("posthog", sent("posthog", request("/e/", orjson.dumps([event, {"event": "a"}])))).records
    assert [True, True] == [record["properties"]["$geoip_disable"] for record in records]
    assert "$ip" not in records[0]["properties"]
    asked = opened("posthog", sent("posthog", request("/flags/", orjson.dumps(ASKED)))).around[0].node
    assert True is asked["geoip_disable"]


def test_properties_that_are_no_object_are_left_alone() -> None:
    """Nonsense of a client is scrubbed as what it is."""
    assert b'[{"properties":7}]' == sent("posthog", request("/e/", b'[{"properties":7}]')).body


def test_elements_keep_their_structure_and_lose_what_they_show() -> None:
    """Tag, classes, ids and positions of a click stay; text and other attributes go, addresses are cut."""
    chain = 'a.btn:attr__aria-label="Ada"attr__id="out"href="/u?ada=1"nth-child="6"text="Ada L";body:nth-child="2"'
    event = {**EVENT, "properties": {"distinct_id": "x", "$elements_chain": chain, "$el_text": "Ada L"}}
    body = orjson.loads(sent("posthog", request("/e/", orjson.dumps(event))).body)
    assert 'a.btn:attr__id="out"href="/u"nth-child="6";body:nth-child="2"' == body["properties"]["$elements_chain"]
    assert "$el_text" not in body["properties"]


def test_a_chain_that_cannot_be_read_goes_whole() -> None:
    """Nothing of a string in an unknown format is sent."""
    event = {**EVENT, "properties": {"distinct_id": "x", "$elements_chain": 'a:text="Ada'}}
    body = orjson.loads(sent("posthog", request("/e/", orjson.dumps(event))).body)
    assert "$elements_chain" not in body["properties"]


CLOSED = [
    ("POST", "/s/"),
    ("GET", "/static/lazy-recorder.js"),
    ("GET", "/static/1.449.2/posthog-recorder.js"),
    ("GET", "/array/phc_x/array.js"),
    ("GET", "/site_app/1/x/y"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_replay_and_code_of_the_vendors_choice_are_closed(method: str, path: str) -> None:
    """Recordings, recorders and scripts that carry a configuration of their own are refused, with a calm answer."""
    wire = request(path, b"", method)
    with pytest.raises(RouteRefused):
        opened("posthog", wire)
    assert 200 == POSTHOG.ack(POSTHOG.route(method, path), wire).status


def test_a_vendors_configuration_cannot_switch_recording_on() -> None:
    """As script, as JSON, and in the answer to flags: replay, autocapture, heat maps and site apps are off."""
    config = {"sessionRecording": {"endpoint": "/s/"}, "autocapture_opt_out": False, "heatmaps": True, "surveys": []}
    js = b"window._POSTHOG_REMOTE_CONFIG['phc_x'] = {config: %b, siteApps: [boot()]}" % orjson.dumps(config)
    rewritten = POSTHOG.answers["script"](js)
    assert rewritten is not None
    assert b'"sessionRecording":false' in rewritten
    assert b"boot()" not in rewritten
    for name in ("config", "flags"):
        answer = orjson.loads(POSTHOG.answers[name](orjson.dumps(config)) or b"")
        assert (False, True, False, [], []) == tuple(
            answer[switch] for switch in ("sessionRecording", "autocapture_opt_out", "heatmaps", "siteApps", "surveys")
        )


def test_answers_are_what_the_sdks_read() -> None:
    """Status 200 always; results by uuid for capture v1, flags, and a configuration that records nothing."""
    v1 = request("/i/v1/analytics/events", gzip.compress(orjson.dumps({"batch": [EVENT]})))
    cases = {
        ("POST", "/e/"): b'{"status":"Ok"}',
        ("GET", "/array/phc_x/config"): None,
        ("GET", "/array/phc_x/config.js"): None,
        ("POST", "/flags/"): None,
    }
    for (method, path), expected in cases.items():
        ack = POSTHOG.ack(POSTHOG.route(method, path), request(path, b"", method))
        assert 200 == ack.status
        assert expected in (None, ack.body)
        assert expected is not None or b'"sessionRecording":false' in ack.body
    assert b'{"results":{"u-1":{"result":"ok"}}}' == POSTHOG.ack(POSTHOG.route("POST", v1.path), v1).body


def test_library_scripts_and_side_questions_pass() -> None:
    """Scripts, surveys and the server SDK's flag definitions are asked of PostHog."""
    for path in ("/static/array.js", "/static/1.2.3/surveys.js", "/api/surveys/", "/api/feature_flag/local_evaluation"):
        assert path == sent("posthog", request(f"{path}?token=phc_x", b"", "GET")).path


def test_flag_definitions_are_asked_with_the_servers_key() -> None:
    """Server SDKs that evaluate flags themselves ask for the definitions, with cohorts and a key of their own."""
    headers = (("authorization", "Bearer phs_x"),)
    wire = request("/flags/definitions?token=phc_x&send_cohorts", b"", "GET", headers)
    assert wire == sent("posthog", wire, "strict")


@pytest.mark.parametrize("path", ["/e/", "/flags/", "/i/v1/analytics/events"])
@pytest.mark.parametrize("body", [b"no", b"1", b"[1]", b'{"batch":[1]}', b"\x1f\x8b\x08"])
def test_what_is_none_of_posthogs_is_refused(path: str, body: bytes) -> None:
    """Bad input gives an error of ours, or, where flags are asked, an object that is scrubbed."""
    if path == "/flags/" and body == b'{"batch":[1]}':
        return
    with pytest.raises(EventveilError):
        opened("posthog", request(path, body))
