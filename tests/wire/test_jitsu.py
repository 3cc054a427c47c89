"""Jitsu: Segment's shape on its own routes, with the key in a header."""

from __future__ import annotations

import orjson
import pytest

from proxy.errors import EventveilError
from proxy.wire.headers import header
from proxy.wire.jitsu import JITSU
from tests.wire.speaking import opened, request, sent


def test_people_leave_and_the_key_travels() -> None:
    """Ids and traits are scrubbed, client ids of other vendors too; the write key reaches Jitsu."""
    event = {
        "type": "track",
        "userId": "ada",
        "context": {"traits": {"email": "a@b.example"}, "clientIds": {"fbp": "f"}},
    }
    for path in ("/api/s/track", "/api/s/s2s/track"):
        out = sent("jitsu", request(path, orjson.dumps(event), headers=(("X-Write-Key", "id:secret"),)))
        record = orjson.loads(out.body)
        assert "id:secret" == header(out.headers, "x-write-key")
        assert {"ada", "a@b.example", "f"}.isdisjoint(
            {record["userId"], record["context"]["traits"]["email"], record["context"]["clientIds"]["fbp"]}
        )


def test_an_answer_names_no_destination_for_the_page() -> None:
    """What Jitsu would have the page load is taken out of its answer; ours is JSON."""
    answer = b'{"ok":true,"destinations":[{"id":"logrocket"}]}'
    assert {"ok": True, "destinations": []} == orjson.loads(JITSU.answers["track"](answer) or b"")
    assert b'{"ok":true}' == JITSU.ack(JITSU.route("POST", "/api/s/page"), request("/api/s/page")).body


@pytest.mark.parametrize("body", [b"", b"no", b"[]"])
def test_what_is_none_of_jitsus_is_refused(body: bytes) -> None:
    """Anything but an object gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("jitsu", request("/api/s/track", body))
