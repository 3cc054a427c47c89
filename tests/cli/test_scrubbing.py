from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proxy.keys.keyring import Keyring
from tests.cli.commands import MAIL, Run, body, line, lines

GENERIC = ("scrub", "--dialect", "generic", "--ephemeral-key")


def answers(run: Run, *entries: Any, arguments: tuple[Any, ...] = GENERIC) -> list[dict[str, Any]]:
    status, out, err = run(*arguments, stdin=lines(*entries))
    assert (0, "") == (status, err)
    return [json.loads(answer) for answer in out.splitlines()]


def test_a_request_is_scrubbed(run: Run, tmp_path: Path) -> None:
    """One line in, one line out: outcome, the request as the vendor would get it, records and findings."""
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    request = line({"email": MAIL, "plan": "pro"}, query="a=1", headers=[["Cookie", "x"], ["User-Agent", "curl/8"]])
    (answer,) = answers(run, request, arguments=("scrub", "--dialect", "generic", "--keys", key))
    token = body(answer["request"])["email"]
    assert token.startswith(f"p1_{Keyring.read(key).epoch}_")
    assert {"email": token, "plan": "pro"} == body(answer["request"])
    assert ("POST", "/", "a=1") == tuple(answer["request"][name] for name in ("method", "path", "query"))
    assert "cookie" not in {name.lower() for name, _ in answer["request"]["headers"]}
    assert ("forwarded", "", {"received": 1, "forwarded": 1, "dropped": 0}) == (
        answer["outcome"],
        answer["reason"],
        answer["records"],
    )
    finding = {"rule": "entities.EMAIL_ADDRESS", "where": "event.email", "entity": "EMAIL_ADDRESS", "action": "hash"}
    assert {**finding, "count": 1} in answer["findings"]


def test_a_request_may_stand_inside(run: Run) -> None:
    """The same under `request`, as captures have it, is read the same."""
    (answer,) = answers(run, {"sdk": "x", "request": line({"plan": "pro"})})
    assert ("forwarded", {"plan": "pro"}) == (answer["outcome"], body(answer["request"]))


BAD: dict[str, Any] = {
    "no JSON": "{",
    "no object": "5",
    "a list": "[]",
    "nothing": "",
    "no path": {"method": "POST"},
    "no method": {"path": "/"},
    "a request that is none": {"request": 5},
    "headers that are none": line({}, headers=[5]),
    "no base64": line({}, body_b64="%%%"),
    "no text in base64's place": line({}, body_b64=5),
    "no document": line(b"{"),
    "no method of this vendor": line({}, method="DELETE"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_line_is_answered_and_the_next_is_read(run: Run, bad: Any) -> None:
    """A line that is no request is refused with a reason, in its place."""
    refused, forwarded = answers(run, bad, line({"plan": "pro"}))
    assert ("refused", None, [], {"received": 0, "forwarded": 0, "dropped": 0}) == tuple(
        refused[name] for name in ("outcome", "request", "findings", "records")
    )
    assert refused["reason"].isidentifier()
    assert refused["detail"].startswith("expected ")
    assert "forwarded" == forwarded["outcome"]


def test_a_bad_line_is_told_by_its_number_only(run: Run) -> None:
    """What was in a bad line is not repeated."""
    _, refused = answers(run, line({}), {"method": MAIL, "headers": MAIL})
    assert "(entry 2)" in refused["detail"]
    assert MAIL not in json.dumps(refused)


def test_what_leaves_nothing_is_dropped(run: Run, tmp_path: Path) -> None:
    """A request of which no record is left is not forwarded, and says so."""
    policy = tmp_path / "x.yaml"
    policy.write_text("policy: x\nextends: [base]\non_error: drop_record\n")
    deep: Any = 1
    for _ in range(50):
        deep = {"a": deep}
    (answer,) = answers(run, line(deep), arguments=(*GENERIC, "--policy", policy))
    assert ("dropped", "no_record_left", None) == (answer["outcome"], answer["reason"], answer["request"])
    assert {"received": 1, "forwarded": 0, "dropped": 1} == answer["records"]


def test_a_name_cut_in_half_is_no_obstacle(run: Run) -> None:
    """A finding's place may hold half an emoji; the answer is JSON all the same, and the next line is read."""
    half = b'{"x\\ud83d": {"email": "a.b@example.com"}}'
    first, second = answers(run, line(half), line({}))
    assert ["forwarded", "forwarded"] == [first["outcome"], second["outcome"]]
    assert {"event.x\ud83d.email"} == {finding["where"] for finding in first["findings"]}


def test_no_input_is_no_output(run: Run) -> None:
    """Nothing in, nothing out."""
    assert (0, "", "") == run(*GENERIC)
