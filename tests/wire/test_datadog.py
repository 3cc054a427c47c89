"""Datadog: lines of events, plain and deflated, direct and inside `ddforward`; no replay."""

from __future__ import annotations

import zlib
from urllib.parse import quote

import orjson
import pytest

from proxy.errors import EventveilError, RouteRefused, RouteUnknown
from proxy.wire.datadog import DATADOG
from tests.wire.speaking import opened, request, sent

VIEW = {"type": "view", "date": 1, "view": {"url": "https://a.example/x?m=ada", "id": "v"}, "usr": {"id": "ada-42"}}
CLICK = {
    "type": "action",
    "action": {"type": "click", "target": {"name": "Open Ada"}},
    "_dd": {"action": {"target": {"selector": '[data-who="ada"]', "width": 7}}},
}
CUSTOM = {"type": "action", "action": {"type": "custom", "target": {"name": "Plan Chosen"}}, "context": {"plan": "pro"}}
LINES = b"\n".join(orjson.dumps(event) for event in (VIEW, CLICK, CUSTOM))
INNER = "/api/v2/rum?ddsource=browser&dd-api-key=pub0123456789abcdef&dd-evp-encoding=deflate"


@pytest.mark.parametrize("body", [LINES, zlib.compress(LINES)])
def test_lines_keep_their_framing_and_lose_people(body: bytes) -> None:
    """Lines stay lines, deflated stays deflated; a click loses the name that the page gave it, a custom action none."""
    out = sent("datadog", request(INNER, body))
    assert body[:1] == out.body[:1]
    view, click, custom = opened("datadog", out).records
    assert ("https://a.example/x", 1, "v") == (view["view"]["url"], view["date"], view["view"]["id"])
    assert "ada-42" != view["usr"]["id"]
    assert {"type": "click", "target": {}} == click["action"]
    assert {"width": 7} == click["_dd"]["action"]["target"]
    assert CUSTOM == custom


@pytest.mark.parametrize("path", ["/", "/dd", "/any/path"])
def test_a_forwarded_request_is_sent_to_the_path_inside(path: str) -> None:
    """What `ddforward` names is asked of the intake, with the same pseudonyms as a direct request."""
    direct = sent("datadog", request(INNER, LINES))
    through = sent("datadog", request(f"{path}?ddforward={quote(INNER, safe='')}", LINES))
    assert (direct.path, direct.query, direct.body) == (through.path, through.query, through.body)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("/api/v2/replay", RouteRefused),
        ("/api/v2/profile", RouteRefused),
        ("/?ddforward=%2Fapi%2Fv2%2Freplay%3Fx%3D1", RouteRefused),
        ("/dd", RouteUnknown),
        ("/dd?ddforward=", RouteUnknown),
        ("/dd?ddforward=%2Felsewhere", RouteUnknown),
        ("/dd?ddforward=https%3A%2F%2Fevil.example%2Fapi%2Fv2%2Frum", RouteUnknown),
        ("/dd?ddforward=%2Fapi%2Fv2%2Frum&ddforward=%2Fapi%2Fv2%2Flogs", RouteUnknown),
    ],
)
def test_nothing_else_is_forwarded(target: str, error: type[EventveilError]) -> None:
    """Replay is refused however it is asked for, and so is any path that is not the intake's."""
    with pytest.raises(error):
        opened("datadog", request(target, b"--x\r\n"))


def test_the_largest_image_is_an_address_like_any_other() -> None:
    """What a view's vitals say was painted last loses its query."""
    view = {"type": "view", "view": {"performance": {"lcp": {"resource_url": "https://a.example/i?m=ada"}}}}
    assert b'"https://a.example/i"' in sent("datadog", request(INNER, orjson.dumps(view))).body


def test_the_key_of_the_mobile_sdks_travels() -> None:
    """They send it as a header, without which the intake says 403; a hash of what was scrubbed stays here."""
    told = (("dd-api-key", "pub0123456789abcdef"), ("dd-evp-origin", "ios"), ("dd-request-id", "576f07fc"))
    wire = request("/api/v2/rum?ddsource=ios", LINES, headers=(*told, ("dd-idempotency-key", "2fd4e1c67a2d28fc")))
    assert told == sent("datadog", wire, "strict").headers


def test_tags_are_scanned() -> None:
    """A site tags as it likes, in the query and in events."""
    tags = "env:prod,user:ada@example.org"
    out = sent("datadog", request(f"/api/v2/logs?ddtags={tags}", orjson.dumps({"message": "a", "ddtags": tags})))
    assert "ada" not in out.query
    assert b"ada" not in out.body


def test_a_vendors_configuration_records_nothing() -> None:
    """Sample rates of replay and profiling are zero and clicks are not tracked; events are answered 202."""
    wire = request("/v1/0000.json", b"", "GET")
    answer = DATADOG.answers["config"](b'{"rum":{"sessionReplaySampleRate":100,"env":"x"}}')
    own = DATADOG.ack(DATADOG.route("GET", wire.path), wire).body
    for config in (orjson.loads(answer or b"")["rum"], orjson.loads(own)["rum"]):
        assert (0, 0, False) == tuple(
            config[name] for name in ("sessionReplaySampleRate", "profilingSampleRate", "trackUserInteractions")
        )
    assert 202 == DATADOG.ack(DATADOG.route("POST", "/api/v2/rum"), request("/api/v2/rum")).status


@pytest.mark.parametrize("body", [b"", b"no", b"1", b"[1]", b'{"a":1}\nno'])
def test_what_is_none_of_datadogs_is_refused(body: bytes) -> None:
    """Anything but objects gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("datadog", request("/api/v2/rum", body))
