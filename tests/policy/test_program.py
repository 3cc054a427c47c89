from __future__ import annotations

import pytest

from proxy.errors import RecordRefused
from proxy.model import Part
from tests.policy.programs import KEYRING, TOKEN, batch, program, run

MAIL = "a.b@example.com"


def test_a_program_says_what_it_is() -> None:
    """Readiness and metrics can tell which policy, mode and epoch are at work."""
    scrubber = program("mode: shadow")
    assert ("trial", "shadow", KEYRING.epoch, 12) == (
        scrubber.policy,
        scrubber.mode,
        scrubber.epoch,
        len(scrubber.fingerprint),
    )


@pytest.mark.parametrize(
    ("text", "anonymizes"),
    [
        ("", True),
        ("entities: {IP_ADDRESS: {generalize: network}}", True),
        ("entities: {IP_ADDRESS: keep}", False),
        ("entities: {IP_ADDRESS: {do: drop, mode: shadow}}", False),
        ("mode: shadow", False),
    ],
)
def test_the_vendor_is_told_not_to_look(text: str, anonymizes: bool) -> None:
    """Unless the policy keeps addresses, or only counts, the vendor must not use the connection's."""
    assert anonymizes == program(text).anonymizes


def test_a_report_counts() -> None:
    """Records, findings by rule, place, entity and action, and unknown fields."""
    records, report = run(program(), {"email": MAIL, "odd": 1}, {"email": MAIL, "odd": 2}, {})
    assert (3, 3, 0, 2) == (report.received, report.forwarded, report.dropped, report.unknown)
    (finding,) = report.findings
    assert ("entities.EMAIL_ADDRESS", "event.email", "EMAIL_ADDRESS", "hash", 2) == (
        finding.rule,
        finding.where,
        finding.entity,
        finding.action,
        finding.count,
    )
    assert {} == records[2]


def test_kinds_run_beside_records() -> None:
    """A record that is left out takes its kind with it; a kind that nobody describes is an event."""
    one = batch({"x": 1}, {"x": "[" * 40 + "]" * 40}, {"x": 2})
    one.kinds[:] = ["event", "strange", "profile"]
    program("on_error: drop_record").run(one)
    assert (["event", "profile"], [{"x": 1}, {"x": 2}]) == (one.kinds, one.records)


def test_nothing_is_left_of_a_request() -> None:
    """An empty batch is scrubbed to an empty batch."""
    assert ([], 0) == (run(program())[0], run(program())[1].received)


def test_taint_around_the_records_refuses() -> None:
    """A removed value in a field around the records that must stay as it is refuses the request."""
    query = Part("query", {"token": MAIL, "q": MAIL})
    with pytest.raises(RecordRefused, match="around the records"):
        program(dialect="mixpanel").run(batch({"event": "x"}, around=(query,)))


def test_scrubbing_twice_is_scrubbing_once() -> None:
    """A program finds nothing to do in what it did, names included."""
    record = {"email": MAIL, "note": f"from {MAIL} +44 20 7946 0958", MAIL: [1], "url": "/a?b#c", "user_id": 5}
    once, _ = run(program(), record)
    twice, _ = run(program(), *once)
    assert once == twice
    assert TOKEN in once[0]["note"]


def test_requests_do_not_know_each_other() -> None:
    """What one request told of a person is forgotten in the next."""
    scrubber = program()
    run(scrubber, {"last_name": "Lovelace"})
    assert [{"note": "Lovelace"}] == run(scrubber, {"note": "Lovelace"})[0]
