from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import MAIL, Run, line, lines


def explained(run: Run, *entries: Any, dialect: str = "generic", policy: str | Path = "balanced") -> str:
    options = ("explain", "--dialect", dialect, "--ephemeral-key", "--policy", policy)
    status, out, err = run(*options, stdin=lines(*entries))
    assert (0, "") == (status, err)
    return out


def test_before_after_and_why(run: Run) -> None:
    """Each change shows what stood there, what stands there now and the rule; what did not change is not shown."""
    out = explained(run, line({"email": MAIL, "last_name": "Lovelace", "plan": "pro"}, "/collect"))
    assert out.startswith("POST /collect   1 records, 1 forwarded\n")
    assert f"  event.email\n    - {MAIL}\n    + p1_" in out
    assert "(entities.EMAIL_ADDRESS: hash)" in out
    assert "  event.last_name\n    - Lovelace\n    + -   (entities.PERSON: drop)\n" in out
    assert "plan" not in out


def test_each_item_of_an_array_is_shown(run: Run) -> None:
    """Objects in an array are told apart, though they share a place; scalars of one stand together."""
    out = explained(run, line({"users": [{"email": MAIL}, {"email": "c.d@example.com"}], "tags": [MAIL, "x"]}))
    assert (2, 1) == (out.count("event.users.email\n"), out.count("event.tags\n"))
    assert f'- ["{MAIL}","x"]' in out


def test_what_a_rule_took_with_it_is_explained(run: Run) -> None:
    """A field inside an object that was dropped, and a text in which a document changed, name the rule."""
    out = explained(run, line({"odd": {"a.b": 1}, "event": json.dumps({"email": MAIL})}), policy="strict")
    assert "  event.odd.a\\.b\n    - 1\n    + -   (unknown: drop)" in out
    assert "EMAIL_ADDRESS: drop" in out


def test_fields_that_nobody_has_classified_are_named_by_a_policy_that_drops_them(run: Run, tmp_path: Path) -> None:
    """What a scan lets pass is not shown; the same policy with `unknown: drop` names it, as the runbook says."""
    policy = tmp_path / "trial.yaml"
    policy.write_text("policy: trial\nextends: [balanced]\nunknown: drop\n")
    event = {"email": MAIL, "zzqx": "something new"}
    assert "zzqx" not in explained(run, line(event))
    assert "  event.zzqx\n    - something new\n    + -   (unknown: drop)" in explained(run, line(event), policy=policy)


def test_a_renamed_field_is_explained(run: Run) -> None:
    """A name that is personal goes, and its value stands under another."""
    out = explained(run, line({MAIL: 5}))
    assert "    - 5\n    + -   (under another name)" in out
    assert "    - -\n    + 5   (entities.EMAIL_ADDRESS: hash)" in out


def test_what_is_added_is_explained(run: Run) -> None:
    """The vendor is told not to geolocate, and why that stands there."""
    given = line([{"event": "x", "properties": {"token": "t", "distinct_id": "anon"}}], "/track")
    out = explained(run, given, dialect="mixpanel")
    assert "  query.ip\n    - -\n    + 0   (added, so that the vendor looks nothing up)" in out


def test_what_the_dialect_sets_is_explained(run: Run) -> None:
    """What an SDK asked for is turned off; that is no other name's value."""
    given = line([{"event": "x", "properties": {"token": "t", "distinct_id": "anon"}}], "/track", query="ip=1")
    out = explained(run, given, dialect="mixpanel")
    assert "  query.ip\n    - 1\n    + 0   (set by the dialect, so that the vendor adds nothing" in out


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (b'{"email":"a\\ud83d"}', "- a\\ud83d"),
        (b'{"user_id":123456789012345678901234567890}', "- 123456789012345678901234567890"),
        (b'{"email":[123456789012345678901234567890,"\\ud83d"]}', '- [123456789012345678901234567890,"\\ud83d"]'),
    ],
)
def test_what_utf8_and_64_bits_cannot_hold_is_shown(run: Run, given: bytes, shown: str) -> None:
    """Half an emoji and a long integer are shown as JSON writes them."""
    assert f"\n    {shown}\n" in explained(run, line(given))


def test_what_was_sent_does_not_drive_the_terminal(run: Run) -> None:
    """Escapes and line ends in values, names and paths are written out: anybody can send an event."""
    given = {"email": f"\x1b]0;x\x07{MAIL}\n+ fake", f"\x1b[2J{MAIL}": 1, "note": f"\u202e{MAIL}"}
    out = explained(run, line(given, "/a\x1bb"))
    assert out.startswith("POST /a\\x1bb   1 records")
    assert f"    - \\x1b]0;x\\x07{MAIL}\\n+ fake\n" in out
    assert f"    - \\u202e{MAIL}\n" in out
    assert [] == [sign for text in out.split("\n") for sign in text if not sign.isprintable()]
    assert "POST /\\r\n  refused" in explained(run, line([], "/\r"), dialect="segment")


def test_headers_that_a_rule_changed_are_shown(run: Run) -> None:
    """A browser's header is made coarser; headers that do not travel are no change of an event."""
    given = line({}, headers=[["User-Agent", "curl/8.1.2"], ["Cookie", "x=1"]])
    out = explained(run, given)
    assert "header.user-agent\n    - curl/8.1.2\n    + curl   (entities.USER_AGENT: generalize)" in out
    assert "cookie" not in out.lower()


def test_records_that_stay_are_not_compared_with_others(run: Run, tmp_path: Path) -> None:
    """Where a record was left out, the rest would stand beside the wrong ones: what was done is told without values."""
    policy = tmp_path / "x.yaml"
    policy.write_text("policy: x\nextends: [base]\non_error: drop_record\n")
    deep: Any = 1
    for _ in range(50):
        deep = {"a": deep}
    out = explained(run, line([deep, {"email": MAIL}]), policy=policy)
    assert out.startswith("POST /   2 records, 1 forwarded\n")
    assert "  event.email\n    1 x   (entities.EMAIL_ADDRESS: hash)\n" in out
    assert "    1 x   (on_error: drop)\n\n" in out
    out = explained(run, line([deep]), policy=policy)
    assert out.startswith("POST /   1 records, 0 forwarded\n  event.a.a.")


def test_what_dropped_a_record_is_explained(run: Run) -> None:
    """A removed value in a field that the vendor needs is told of, beside records that stay and alone."""
    tainted = {"event": "x", "properties": {"token": "t", "email": MAIL, "$insert_id": MAIL}}
    good = {"event": "x", "properties": {"token": "t"}}
    out = explained(run, line([tainted, good], "/track"), dialect="mixpanel")
    assert "2 records, 1 forwarded" in out
    assert "  event.properties.$insert_id\n    1 x   (taint: hash)\n" in out
    out = explained(run, line([tainted], "/track"), dialect="mixpanel")
    assert f"  event.properties.$insert_id\n    - {MAIL}\n    + -   (taint: hash)\n" in out
    assert "  event.event\n    - x\n    + -   (not sent, since no record is left)\n" in out


def test_long_values_are_cut(run: Run) -> None:
    """Three columns fit a terminal."""
    out = explained(run, line({"note": f"{MAIL} {'x' * 200}"}))
    assert all(len(text) < 120 for text in out.splitlines())
    assert "…" in out


def test_what_is_refused_is_explained(run: Run) -> None:
    """A request that is not taken says why, one that is none too, and the next is read."""
    out = explained(run, "{", line(b"{", "/x"), line({"email": MAIL}))
    first, second, third = out.split("\n\n", 2)
    assert first.startswith("refused (document_invalid): expected a JSON object")
    assert second.startswith("POST /x\n  refused (document_invalid): expected")
    assert third.startswith("POST /   1 records")
