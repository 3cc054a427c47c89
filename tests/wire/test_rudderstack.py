"""RudderStack: beacons and gzip in a form's clothes, and a source that sends nowhere else."""

from __future__ import annotations

import gzip

import orjson
import pytest

from proxy.errors import EventveilError, RouteRefused
from proxy.wire.headers import header
from proxy.wire.rudderstack import RUDDERSTACK
from tests.wire.speaking import opened, request, sent

TRACK = {"type": "track", "userId": "ada-42", "anonymousId": "d-1", "context": {"traits": {"email": "a@example.org"}}}


def test_one_person_is_one_pseudonym_in_every_framing() -> None:
    """Single calls, batches, gzip sent as a form, and beacons join."""
    batch = orjson.dumps({"batch": [TRACK]})
    form = (("Content-Type", "application/x-www-form-urlencoded"), ("Content-Encoding", "gzip"))
    wires = [
        request("/v1/track", orjson.dumps(TRACK)),
        request("/v1/batch", gzip.compress(batch), headers=form),
        request("/beacon/v1/batch?writeKey=k", batch, headers=(("Content-Type", "text/plain"),)),
    ]
    ids = {opened("rudderstack", sent("rudderstack", wire)).records[0]["userId"] for wire in wires}
    assert 1 == len(ids)
    assert {"ada-42"}.isdisjoint(ids)


def test_an_empty_id_stays_empty() -> None:
    """A user whom nobody knows is not one person together with all others."""
    record = opened("rudderstack", sent("rudderstack", request("/v1/track", b'{"type":"track","userId":""}'))).records[
        0
    ]
    assert "" == record["userId"]


@pytest.mark.parametrize("policy", ["balanced", "strict"])
def test_an_external_id_keeps_its_type(policy: str) -> None:
    """A destination finds its own id by the type; the id is a pseudonym, the same as elsewhere."""
    external = {"type": "brazeExternalId", "id": "ada-42"}
    body = orjson.dumps({**TRACK, "context": {"externalId": [external]}})
    record = opened("rudderstack", sent("rudderstack", request("/v1/track", body), policy)).records[0]
    assert [{"type": "brazeExternalId", "id": record["userId"]}] == record["context"]["externalId"]


def test_the_key_travels_and_the_copied_id_does_not() -> None:
    """Authorization reaches the vendor; AnonymousId, which repeats an id in base64, stays here."""
    headers = (("Authorization", "Basic azo="), ("AnonymousId", "ZC0x"))
    out = sent("rudderstack", request("/v1/track", orjson.dumps(TRACK), headers=headers))
    assert ("Basic azo=", "") == (header(out.headers, "authorization"), header(out.headers, "anonymousid"))


def test_the_source_has_no_destination_but_eventveil() -> None:
    """Destinations in the page, other data planes and error reports are off, in the vendor's answer and in ours."""
    answer = {"source": {"id": "s", "destinations": [{"id": "hotjar"}], "dataplanes": {"US": [{"url": "https://x"}]}}}
    rewritten = orjson.loads(RUDDERSTACK.answers["config"](orjson.dumps(answer)) or b"")["source"]
    wire = request("/sourceConfig/?p=npm&writeKey=k", b"", "GET")
    own = orjson.loads(RUDDERSTACK.ack(RUDDERSTACK.route("GET", "/sourceConfig/"), wire).body)["source"]
    for source in (rewritten, own):
        assert ([], {}) == (source["destinations"], source["dataplanes"])
        assert {"enabled": False} == source["config"]["statsCollection"]["errors"]
    assert True is own["enabled"]
    assert "p=npm&writeKey=k" == sent("rudderstack", wire).query


def test_metrics_and_pixels_are_closed() -> None:
    """The SDK's reports about itself and events in an image's address are refused; events are answered OK."""
    for method, path in (("POST", "/rsaMetrics"), ("GET", "/pixel/v1/track")):
        with pytest.raises(RouteRefused):
            opened("rudderstack", request(path, b"{}", method))
    assert b"OK" == RUDDERSTACK.ack(RUDDERSTACK.route("POST", "/v1/track"), request("/v1/track")).body


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b'{"batch":1}'])
def test_what_is_none_of_rudderstacks_is_refused(body: bytes) -> None:
    """Anything but a batch gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("rudderstack", request("/v1/batch", body))
