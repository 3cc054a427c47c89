"""Amplitude: people leave events and identifications, the address stays unknown, no replay starts from afar."""

from __future__ import annotations

from urllib.parse import quote

import orjson
import pytest

from proxy.errors import EventveilError, RouteRefused
from proxy.wire.amplitude import AMPLITUDE
from tests.wire.speaking import opened, request, sent

EVENT = {
    "event_type": "[Amplitude] Element Clicked",
    "user_id": "ada-42",
    "device_id": "d-1",
    "insert_id": "i-1",
    "time": 1795286000000,
    "ip": "$remote",
    "groups": {"company": "org-7"},
    "event_properties": {
        "[Amplitude] Element Text": "Open Ada",
        "[Amplitude] Element Tag": "a",
        "[Amplitude] Element Hierarchy": [
            {"tag": "a", "id": "out", "attrs": {"href": "/u?m=ada", "aria-label": "Ada", "type": "x"}}
        ],
        "[Amplitude] Page Location": "https://a.example/x?m=ada#ada",
        "plan": "pro",
    },
    "user_properties": {"$set": {"email": "ada@example.org"}, "$unset": {"referrer": "-"}},
}


def test_one_person_is_one_pseudonym_on_every_route() -> None:
    """Events, batches, identifications and mappings join."""
    one = orjson.dumps([EVENT])
    wires = [
        request("/2/httpapi", orjson.dumps({"api_key": "k", "events": [EVENT]})),
        request("/batch", orjson.dumps({"api_key": "k", "events": [EVENT]})),
        request("/identify", b"api_key=k&identification=" + quote(one).encode()),
        request("/usermap", b"api_key=k&mapping=" + quote(orjson.dumps([{"user_id": "ada-42"}])).encode()),
    ]
    ids = {opened("amplitude", sent("amplitude", wire)).records[0]["user_id"] for wire in wires}
    assert 1 == len(ids)
    assert {"ada-42"}.isdisjoint(ids)


def test_a_group_joins_with_the_groups_of_events() -> None:
    """The group's id is one pseudonym where it is described and where an event names it."""
    about = orjson.dumps({"group_type": "company", "group_value": "org-7", "group_properties": {"name": "Ada Ltd"}})
    record = opened(
        "amplitude", sent("amplitude", request("/groupidentify", b"api_key=k&identification=" + quote(about).encode()))
    ).records[0]
    event = opened("amplitude", sent("amplitude", request("/batch", orjson.dumps({"events": [EVENT]})))).records[0]
    assert event["groups"]["company"] == record["group_value"]
    assert "Ada Ltd" != record["group_properties"]["name"]


def test_ids_of_a_telephone_are_hashed() -> None:
    """The mobile SDKs send up to five ids of the device beside `device_id`; none leaves as it came."""
    ids = {name: f"31ac0887-{name}" for name in ("idfa", "idfv", "adid", "android_id", "android_app_set_id")}
    body = sent("amplitude", request("/2/httpapi", orjson.dumps({"events": [{"event_type": "a", **ids}]}))).body
    assert (5, 0) == (body.count(b'"p1_'), body.count(b"31ac0887"))


def test_a_screen_has_a_name_and_shows_nothing() -> None:
    """What the mobile SDKs read off a screen goes; the screen's own name is no person's."""
    shown = {"[Amplitude] Target Text": "Pay Ada", "[Amplitude] Target Accessibility Label": "Ada"}
    event = {"event_type": "a", "event_properties": {"[Amplitude] Screen Name": "Home", **shown}}
    wire = request("/2/httpapi", orjson.dumps({"events": [event]}))
    properties = opened("amplitude", sent("amplitude", wire)).records[0]["event_properties"]
    assert {"[Amplitude] Screen Name": "Home"} == properties


@pytest.mark.parametrize("policy", ["balanced", "strict"])
def test_what_network_and_download_tracking_record_is_cut(policy: str) -> None:
    """Bodies are JSON in a string and scanned as such; a fragment comes without its `#`, a link with its text."""
    body = {"[Amplitude] Request Body": '{"email":"ada@example.org"}', "[Amplitude] Response Body": '{"name":"Ada"}'}
    link = {"[Amplitude] Link Text": "Pay Ada", "[Amplitude] File Name": "/a.pdf?m=ada"}
    kept = {"[Amplitude] Status Code": 200, "[Amplitude] Request Method": "POST"}
    told = {**body, **link, "[Amplitude] URL Fragment": "ada", **kept}
    wire = request("/2/httpapi", orjson.dumps({"events": [{"event_type": "a", "event_properties": told}]}))
    properties = opened("amplitude", sent("amplitude", wire, policy)).records[0]["event_properties"]
    assert kept == {name: properties[name] for name in kept}
    assert "ada" not in orjson.dumps(properties).decode().lower()


def test_amplitude_is_not_asked_to_locate_anybody() -> None:
    """`$remote` is taken back; what the vendor needs, the page's structure and what is unset stay."""
    body = orjson.loads(
        sent("amplitude", request("/2/httpapi", orjson.dumps({"api_key": "k", "events": [EVENT]}))).body
    )
    record = body["events"][0]
    properties = record["event_properties"]
    assert "ip" not in record
    assert (1795286000000, "i-1", "k") == (record["time"], record["insert_id"], body["api_key"])
    assert {"[Amplitude] Element Hierarchy", "[Amplitude] Element Tag", "[Amplitude] Page Location", "plan"} == {
        *properties
    }
    assert [{"tag": "a", "id": "out", "attrs": {"href": "/u", "type": "x"}}] == properties[
        "[Amplitude] Element Hierarchy"
    ]
    assert "https://a.example/x" == properties["[Amplitude] Page Location"]
    assert {"referrer": "-"} == record["user_properties"]["$unset"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/sessions/v2/track"), ("POST", "/sessions/track"), ("POST", "/"), ("GET", "/sdk/v2/vardata")],
)
def test_replay_and_what_cannot_be_scrubbed_are_closed(method: str, path: str) -> None:
    """Recordings, the checksummed legacy route and Experiment are refused; the SDK is told that all is well."""
    wire = request(path, b"{}", method)
    with pytest.raises(RouteRefused):
        opened("amplitude", wire)
    assert 200 == orjson.loads(AMPLITUDE.ack(AMPLITUDE.route(method, path), wire).body)["code"]


def test_a_vendors_configuration_cannot_start_a_replay() -> None:
    """Sampling is off and elements are not captured, whatever came; the answer in Amplitude's place says the same."""
    replay = {"sr_sampling_config": {"sample_rate": 1, "capture_enabled": True}, "sr_privacy_config": {}}
    answer = orjson.dumps({"configs": {"analyticsSDK": {"browserSDK": {"autocapture": True}}, "sessionReplay": replay}})
    rewritten = orjson.loads(AMPLITUDE.answers["config"](answer) or b"")["configs"]
    wire = request("/config/k?config_group=browser", b"", "GET")
    own = orjson.loads(AMPLITUDE.ack(AMPLITUDE.route("GET", "/config/k"), wire).body)["configs"]
    for configs in (rewritten, own):
        assert {"capture_enabled": False, "sample_rate": 0} == configs["sessionReplay"]["sr_sampling_config"]
        assert False is configs["analyticsSDK"]["browserSDK"]["autocapture"]["elementInteractions"]
    assert "/config/k" == sent("amplitude", wire).path


@pytest.mark.parametrize("body", [b"", b"no", b"1", b"[1]", b'{"events":[1]}'])
def test_what_is_none_of_amplitudes_is_refused(body: bytes) -> None:
    """Anything but objects gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("amplitude", request("/2/httpapi", body))
