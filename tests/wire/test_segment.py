"""Segment: routes long and short, the SDK's own counters, and a page that loads nobody else's code."""

from __future__ import annotations

import orjson
import pytest

from proxy.errors import EventveilError
from proxy.wire.segment import SEGMENT
from tests.wire.speaking import opened, request, sent

TRACK = {"type": "track", "userId": "ada-42", "messageId": "m", "properties": {"plan": "pro", "email": "a@example.org"}}


def test_one_person_is_one_pseudonym_on_every_route() -> None:
    """Single calls and batches join; an alias names the same pseudonym as before."""
    alias = {"type": "alias", "previousId": "ada-42", "userId": "x"}
    one = [
        opened("segment", sent("segment", request(path, orjson.dumps(TRACK)))).records[0]
        for path in ("/v1/t", "/v1/track")
    ]
    many = opened("segment", sent("segment", request("/v1/b", orjson.dumps({"batch": [TRACK, alias]})))).records
    ids = {record["userId"] for record in (*one, many[0])} | {many[1]["previousId"]}
    assert 1 == len(ids)
    assert {"ada-42"}.isdisjoint(ids)


def test_counters_of_the_sdk_pass_as_they_are() -> None:
    """Metrics hold numbers of the SDK itself."""
    body = b'{"series":[{"type":"Counter","metric":"invoke","value":1,"tags":{"library":"x"}}]}'
    assert body == sent("segment", request("/v1/m", body)).body


def test_settings_leave_no_code_of_others() -> None:
    """Integrations in the page, remote plugins and signals are off; Segment's own stays, or nothing is ever sent."""
    answer = orjson.dumps(
        {
            "integrations": {"Segment.io": {"apiKey": "k"}, "FullStory": {"org": "x"}},
            "remotePlugins": [{"url": "https://cdn.example/x.js"}],
            "autoInstrumentationSettings": {"sampleRate": 1},
            "plan": {},
        }
    )
    settings = orjson.loads(SEGMENT.answers["settings"](answer) or b"")
    assert {"Segment.io": {"apiKey": "k"}} == settings["integrations"]
    assert ([], {"sampleRate": 0}, {}) == (
        settings["remotePlugins"], settings["autoInstrumentationSettings"], settings["plan"],
    )  # fmt: skip


def test_settings_may_hold_what_orjson_cannot_write() -> None:
    """Long integers and half an emoji come through as they came."""
    answer = b'{"integrations":{"Segment.io":{"n":123456789012345678901234567890,"t":"\\ud83d"}}}'
    settings = SEGMENT.answers["settings"](answer) or b""
    assert b'{"Segment.io":{"n":123456789012345678901234567890,"t":"\\ud83d"}}' in settings


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"integrations":{"Segment.io":1}}'])
def test_settings_that_cannot_be_read_are_not_passed_on(answer: bytes) -> None:
    """Without Segment's own integration there is nothing to leave."""
    assert None is SEGMENT.answers["settings"](answer)


def test_answers_let_the_sdk_go_on() -> None:
    """Events are accepted; settings in Segment's place hold the one integration that the SDK waits for."""
    settings = SEGMENT.ack(SEGMENT.route("GET", "/v1/projects/k/settings"), request("/v1/projects/k/settings"))
    assert {"Segment.io": {}} == orjson.loads(settings.body)["integrations"]
    assert b'{"success":true}' == SEGMENT.ack(SEGMENT.route("POST", "/v1/t"), request("/v1/t")).body


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"[{}]"])
def test_what_is_none_of_segments_is_refused(body: bytes) -> None:
    """Anything but an object gives an error of ours."""
    for path in ("/v1/t", "/v1/batch", "/v1/m"):
        with pytest.raises(EventveilError):
            opened("segment", request(path, body))
