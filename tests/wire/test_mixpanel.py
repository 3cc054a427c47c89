"""Mixpanel: one pseudonym on every route, ids that are no ids, no location, nothing recorded from afar."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import orjson
import pytest

from proxy.errors import EventveilError, RouteRefused
from proxy.wire.mixpanel import MIXPANEL
from tests.wire.speaking import opened, request, sent

EVENT = {"event": "Paid", "properties": {"token": "t", "distinct_id": "ada-42", "$insert_id": "i", "plan": "pro"}}


def _form(document: object) -> bytes:
    return b"data=" + quote(b64encode(orjson.dumps(document)).decode(), safe="").encode()


def test_one_person_is_one_pseudonym_on_every_route() -> None:
    """Events, profiles and flags join, in a form, in JSON and in the query."""
    event = opened("mixpanel", sent("mixpanel", request("/track/?verbose=1", _form([EVENT])))).records[0]
    json = opened("mixpanel", sent("mixpanel", request("/import", orjson.dumps([EVENT])))).records[0]
    profile = {"$token": "t", "$distinct_id": "ada-42", "$set": {"plan": "pro"}}
    engage = opened("mixpanel", sent("mixpanel", request("/engage/", _form(profile)))).records[0]
    flags = sent("mixpanel", request("/flags/?context=" + quote('{"distinct_id":"ada-42"}'), b"", "GET")).query
    ids = {event["properties"]["distinct_id"], json["properties"]["distinct_id"], engage["$distinct_id"]}
    assert 1 == len(ids)
    assert ids.pop() in flags
    assert "ada-42" not in flags


@pytest.mark.parametrize(("raw", "kept"), [("anon", True), ("", True), ("$device:5f0e", False), ("ada-42", False)])
def test_ids_that_are_no_ids_stay(raw: str, kept: bool) -> None:
    """What Mixpanel refuses as an id is not made into a person; the prefix of a device stays before its pseudonym."""
    body = orjson.dumps([{"event": "a", "properties": {"distinct_id": raw}}])
    new = opened("mixpanel", sent("mixpanel", request("/import", body))).records[0]["properties"]["distinct_id"]
    assert kept == (raw == new)
    assert raw.startswith("$device:") == new.startswith("$device:")


def test_a_telephone_is_told_by_its_family_and_a_pseudonym() -> None:
    """Advertising ids and push tokens of the mobile SDKs are hashed; who made the telephone is nobody's name."""
    mobile = {"$manufacturer": "Apple", "$model": "iPhone17,1", "$ios_ifa": "AEBE52E7-03EE-455A-B3C4-E57283966239"}
    event = {"event": "Apple Watch", "properties": {"distinct_id": "ada-42", **mobile}}
    tokens = {"$ios_devices": ["f1e2d3c4b5a69788"], "$android_devices": ["APA91bHun4MxP5"]}
    update = {"$token": "t", "$distinct_id": "ada-42", "$union": tokens, "$set": mobile}
    track = opened("mixpanel", sent("mixpanel", request("/import", orjson.dumps([event])))).records[0]
    engage = opened("mixpanel", sent("mixpanel", request("/engage", orjson.dumps([update])))).records[0]
    assert ("Apple Watch", "Apple", "iPhone") == (track["event"], *[engage["$set"][name] for name in [*mobile][:2]])
    ids = [track["properties"]["$ios_ifa"], *(value for values in engage["$union"].values() for value in values)]
    assert ["p1_"] * 3 == [value[:3] for value in ids]


def test_flag_definitions_are_asked_with_the_servers_key() -> None:
    """The server SDKs evaluate flags themselves and authenticate to ask for their definitions."""
    headers = (("authorization", "Basic dDo="),)
    out = sent("mixpanel", request("/flags/definitions?mp_lib=python&token=t", b"", "GET", headers), "strict")
    assert ("/flags/definitions", "mp_lib=python&token=t&ip=0", headers) == (out.path, out.query, out.headers)


def test_mixpanel_is_told_not_to_locate_anybody() -> None:
    """`ip=0` in the query, and in the form where the client had it there."""
    assert "verbose=1&ip=0" == sent("mixpanel", request("/track/?verbose=1&ip=1", _form([EVENT]))).query
    form = sent("mixpanel", request("/track", _form([EVENT]) + b"&ip=1"))
    assert ("ip=0", True) == (form.query, form.body.endswith(b"&ip=0"))
    assert b"ip" not in sent("mixpanel", request("/track", _form([EVENT]) + b"&verbose=1")).body


def test_what_autocapture_read_off_a_page_goes() -> None:
    """Texts and labels of elements are dropped; tags, names and the path of a link stay."""
    elements = [{"$tag_name": "a", "$attr-aria-label": "Ada", "$attr-href": "/u?m=ada", "$attr-type": "x"}]
    shown = {"$el_text": "Open Ada", "$el_attr__title": "Open Ada", "$el_attr__type": "submit"}
    event = {"event": "$mp_click", "properties": {"distinct_id": "d", **shown, "$elements": elements}}
    properties = opened("mixpanel", sent("mixpanel", request("/track", _form(event)))).records[0]["properties"]
    assert {"$el_text", "$el_attr__title"}.isdisjoint(properties)
    assert "submit" == properties["$el_attr__type"]
    assert [{"$tag_name": "a", "$attr-href": "/u", "$attr-type": "x"}] == properties["$elements"]


def test_a_vendors_settings_cannot_start_a_recording() -> None:
    """Recording and autocapture are off in Mixpanel's answer and in the one given in its place."""
    answer = b'{"sdk_config":{"config":{"record_sessions_percent":100,"autocapture":true,"batch_size":9}}}'
    wire = request("/settings/", b"", "GET")
    own = MIXPANEL.ack(MIXPANEL.route("GET", "/settings/"), wire).body
    for body in (MIXPANEL.answers["settings"](answer) or b"", own):
        config = orjson.loads(body)["sdk_config"]["config"]
        assert (0, False) == (config["record_sessions_percent"], config["autocapture"])
    with pytest.raises(RouteRefused):
        opened("mixpanel", request("/record/", b"x"))


@pytest.mark.parametrize(
    ("target", "body", "expected"),
    [
        ("/track/?verbose=1", b"", b'{"error":null,"status":1}'),
        ("/track", b"data=x&verbose=1", b'{"error":null,"status":1}'),
        ("/track/?ip=1", b"data=x", b"1"),
        ("/record/", b"", b'{"code":200,"status":"OK"}'),
    ],
)
def test_answers_have_the_form_that_was_asked_for(target: str, body: bytes, expected: bytes) -> None:
    """`1`, or JSON with `verbose=1`; the recorder has a form of its own."""
    wire = request(target, body)
    assert expected == MIXPANEL.ack(MIXPANEL.route("POST", wire.path), wire).body


@pytest.mark.parametrize("body", [b"", b"no", b"data=", b"data=bm8=", b"data=[1]", b"data={}&data={}"])
def test_what_is_none_of_mixpanels_is_refused(body: bytes) -> None:
    """Anything but objects gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("mixpanel", request("/track", body))
