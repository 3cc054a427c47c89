from __future__ import annotations

import json
from typing import Any

import pytest

from tests.policy.programs import TOKEN, event, places, program, run

MAIL = "a.b@example.com"
PHONE = "+44 20 7946 0958"


@pytest.mark.parametrize(
    "place",
    [
        {"x": PHONE},
        {"x": ["a", PHONE, {"y": PHONE}]},
        {"x": [["a"], [PHONE, None, 1]]},
        {"x": {"y": PHONE}},
        {"page_url": f"/call/{PHONE}?q=1"},
        {"urls": [f"/call/{PHONE}?q=1", "/"]},
        {"x": json.dumps({"y": PHONE})},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("beside", [{"x": 1}, {"x": {"z": 1}}, {"x": ["a"]}, {"page_url": "/a"}, {}], ids=json.dumps)
def test_a_change_is_written_wherever_the_text_stands(place: dict[str, Any], beside: dict[str, Any]) -> None:
    """In one object of several, whatever the same field holds in the others, and what does not change stays."""
    fine = {"a": 1, "b": "b", **beside}
    fresh = program.__wrapped__()  # the first object says how its shape is planned
    records, report = run(fresh, fine, {"a": 1, "b": PHONE, **place}, fine, {"a": PHONE, "b": "b", **place})
    assert [fine, fine] == [records[0], records[2]]
    assert PHONE not in json.dumps(records)
    assert "b" not in records[1]
    assert "a" not in records[3]
    assert sum(finding.entity == "PHONE_NUMBER" for finding in report.findings) >= 2


def test_a_record_leaves_whole_or_not() -> None:
    """A removed value in a field that the vendor needs as it is drops the record, and only that one."""
    fine = {"event": "x", "properties": {"token": "t", "note": "fine"}}
    tainted = {"event": "x", "properties": {"token": MAIL, "note": MAIL}}
    records, report = run(program(dialect="mixpanel"), fine, tainted, fine)
    assert [fine, fine] == records
    assert (3, 2, 1) == (report.received, report.forwarded, report.dropped)
    shadowed, _ = run(program("mode: shadow", "mixpanel"), tainted)
    assert [tainted] == shadowed


def test_what_a_rule_keeps_stays() -> None:
    """A field that the policy exempts is not changed, whatever was removed elsewhere or is found beside it."""
    scrubber = program("fields: [{id: r, where: [event.kept, event.blob], do: keep}]")
    record = {"kept": MAIL, "blob": json.dumps({"email": MAIL}), "email": MAIL, "note": json.dumps({"email": MAIL})}
    left = event(scrubber, record)
    assert (record["kept"], record["blob"]) == (left["kept"], left["blob"])
    assert MAIL not in left["note"]


def test_personal_names_are_renamed() -> None:
    """A name that is personal is replaced in its place; the value is scrubbed, and the finding names nobody."""
    scrubber = program()
    for _ in range(3):  # nothing of the first request may make the second one blind
        (left,), report = run(scrubber, {"a": 1, MAIL: f"write {MAIL}", "z": 2})
        first, name, last = left
        assert ("a", True, "z") == (first, name.startswith(TOKEN), last)
        assert MAIL not in json.dumps(left) + repr(report)
        assert (f"event.{name}", "hash") in places(report)


def test_names_that_become_equal_are_numbered() -> None:
    """No value is lost when two names are replaced by one, or by one that is there already."""
    one, two = PHONE, "+44 20 7946 0959"
    left = event(program(), {"[PHONE_NUMBER]_2": "c", one: "a", two: "b", "[PHONE_NUMBER]": "d"})
    assert {"[PHONE_NUMBER]_2": "c", "[PHONE_NUMBER]_3": "a", "[PHONE_NUMBER]_4": "b", "[PHONE_NUMBER]": "d"} == left
    assert left == event(program(), left)


def test_very_many_names_become_equal() -> None:
    """Each gets the next number: none is tried again for every name."""
    left = event(program(), {f"{20 + at // 100}.{at % 100 + 1}.113.77": at for at in range(10_000)})
    assert ("[IP_ADDRESS]", "[IP_ADDRESS]_10000", 9_999) == (*list(left)[::9_999], left["[IP_ADDRESS]_10000"])


def test_documents_under_renamed_fields_are_closed_there() -> None:
    """A document follows its field to the new name, also when that got a number."""
    one, two = PHONE, "+44 20 7946 0959"
    record = {one: json.dumps({"email": MAIL}), two: json.dumps({"email": "c.d@example.com"}), "x": "{}"}
    left = event(program(), record)
    assert ["[PHONE_NUMBER]", "[PHONE_NUMBER]_2", "x"] == list(left)
    assert [True, True] == [TOKEN in left[name] for name in list(left)[:2]]


def test_names_told_by_the_request_are_forgotten() -> None:
    """A name that only this request told to be personal is replaced here, and judged anew in the next."""
    scrubber = program()
    told, report = run(scrubber, {"last_name": "Lovelace", "Lovelace visits": {"email": MAIL}})
    assert ["[PERSON] visits"] == list(told[0])
    assert "Lovelace" not in repr(report)
    assert {"Lovelace visits": 1} == event(scrubber, {"Lovelace visits": 1})
