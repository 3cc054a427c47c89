from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest

from proxy.errors import InflationLimit, RecordRefused
from proxy.model import Part
from proxy.policy.plan import NAMES_LIMIT
from proxy.policy.walk import DEEPEST
from tests.policy.programs import TOKEN, batch, event, program, run

MAIL = "a.b@example.com"


def nested(depth: int, leaf: Any = 1, *, lists: bool = False) -> Any:
    for _ in range(depth):
        leaf = [leaf] if lists else {"a": leaf}
    return leaf


@pytest.mark.parametrize("lists", [False, True])
def test_what_is_deep_is_walked(lists: bool) -> None:
    """Down to the limit every scalar is scrubbed."""
    left = event(program(), {"x": nested(DEEPEST - 1, MAIL, lists=lists)})
    assert MAIL not in json.dumps(left)
    assert TOKEN in json.dumps(left)


@pytest.mark.parametrize("value", [nested(DEEPEST + 5, MAIL), nested(DEEPEST + 5, MAIL, lists=True)], ids=["{", "["])
@pytest.mark.parametrize(("on_error", "left"), [("drop_field", 2), ("drop_record", 1)])
def test_what_is_deeper_fails_as_the_policy_says(value: Any, on_error: str, left: int) -> None:
    """Past the limit the field goes, or the record; the others are not touched."""
    for text in (value, json.dumps(value)):
        records, report = run(program(f"on_error: {on_error}"), {"x": text}, {"y": 1})
        assert left == len(records) == report.forwarded
        assert {"y": 1} == records[-1]
        assert MAIL not in json.dumps(records)
        assert "on_error" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("deep", [nested(DEEPEST + 5), json.dumps(nested(DEEPEST + 5)), "[" * 3000 + "]" * 3000])
def test_what_is_deeper_may_refuse_the_request(deep: Any) -> None:
    """`on_error: refuse` refuses everything, with a reason that holds no value."""
    with pytest.raises(RecordRefused) as raised:
        program("on_error: refuse").run(batch({"x": deep}))
    assert f"expected objects at most {DEEPEST} deep, got a deeper one (record)" == str(raised.value)


@pytest.mark.parametrize("size", [NAMES_LIMIT + 1, 1000])
def test_new_names_of_a_request_are_bounded(size: int) -> None:
    """In one object or in many: each takes memory, and no event has so many."""
    made = program()
    names = map(str, range(NAMES_LIMIT + 1))
    records = [dict.fromkeys(islice(names, size), 1) for _ in range(NAMES_LIMIT // size + 1)]
    with pytest.raises(InflationLimit, match=f"{NAMES_LIMIT} names"):
        made.run(batch(*records))


@pytest.mark.parametrize("deep", [nested(DEEPEST + 5), json.dumps(nested(DEEPEST + 5))])
def test_around_the_records_there_is_no_record_to_drop(deep: Any) -> None:
    """What stands around all records and cannot be scrubbed refuses the request."""
    with pytest.raises(RecordRefused, match="around the records"):
        program("on_error: drop_record").run(batch({"x": 1}, around=(Part("envelope", {"x": deep}),)))


@pytest.mark.parametrize(
    ("record", "left"),
    [
        ({"email": {"value": MAIL}}, {"email": {"value": "T"}}),
        ({"emails": [MAIL, {"value": MAIL}, [MAIL]]}, {"emails": ["T", {"value": "T"}, ["T"]]}),
        ({"phones": ["+44 20 7946 0958", 5, True]}, {"phones": [True]}),
        ({"x": [MAIL, 1, None, [MAIL]]}, {"x": ["T", 1, None, ["T"]]}),
        ({"urls": [f"/u/{MAIL}?q=1", "/a#b"]}, {"urls": ["/u/T", "/a"]}),
        ({"user_id": 7, "email": None, "last_name": True}, {"user_id": "T", "email": None, "last_name": True}),
    ],
)
def test_containers_are_what_their_field_is(record: dict[str, Any], left: dict[str, Any]) -> None:
    """An object or array under a treated field is treated, item by item; nothing stays nothing."""
    text = json.dumps(event(program(), record))
    while TOKEN in text:
        at = text.index(TOKEN)
        text = text[:at] + "T" + text[at + len(TOKEN) + 27 :]
    assert left == json.loads(text)


def test_types_may_change_from_record_to_record() -> None:
    """A field that was a scalar, then an object, then a scalar again is scrubbed each time."""
    scrubber = program()
    shapes: list[Any] = [MAIL, {"x": MAIL}, [MAIL], MAIL, 5, {"x": [MAIL]}]
    for field in ("note", "email", "user", "other"):
        event(scrubber, {"other": {"x": 1}, "z": 1})  # one that is planned as an object first
        records, _ = run(scrubber, *({field: shape, "z": 1} for shape in (*shapes, *reversed(shapes))))
        assert MAIL not in json.dumps(records)
        assert 12 == len(records)


def test_a_number_is_scanned_where_an_address_was_expected() -> None:
    """What is no text cannot be cut down like a URL; it is looked at like any other value."""
    records, report = run(program(), {"url": 4111111111111111, "z": 1}, {"url": 12, "z": 1})
    assert ({"z": 1}, 12) == (records[0], records[1]["url"])
    assert "CREDIT_CARD" in {finding.entity for finding in report.findings}


def test_equal_rows_are_equal() -> None:
    """What is treated in one record comes out the same in the next, and is counted each time."""
    record = {"user_id": "u1", "email": MAIL, "phone": "+44 20 7946 0958", "plan": "pro"}
    records, report = run(program(), record, record, {**record, "user_id": "u2"}, record)
    assert records[0] == records[1] == records[3] != records[2]
    counts = {finding.where: finding.count for finding in report.findings}
    assert {"event.user_id": 4, "event.email": 4, "event.phone": 4} == counts


def test_shapes_keep_their_places() -> None:
    """Records are walked shape by shape and kind by kind, and leave in the order in which they came."""
    shapes = [{"n": 0, "email": MAIL}, {"n": 1, "user": {"email": MAIL}}, {"n": 2, "note": MAIL}]
    records, report = run(program(), *[{**shape, "n": at} for at, shape in enumerate(shapes * 3)])
    assert list(range(9)) == [record["n"] for record in records]
    assert MAIL not in json.dumps(records)
    counts = {finding.where: finding.count for finding in report.findings}
    assert {"event.email": 3, "event.user.email": 3, "event.note": 3} == counts


def test_a_value_may_be_missing_from_one_record_only() -> None:
    """Objects that share a shape may differ in what is dropped from them."""
    records, _ = run(program(), *[{"last_name": name, "z": 1} for name in ("Lovelace", None, "King", True)])
    assert [{"z": 1}, {"last_name": None, "z": 1}, {"z": 1}, {"last_name": True, "z": 1}] == records


def test_equal_numbers_may_be_different_values() -> None:
    """1, true and 1.0 are equal to Python; pseudonyms are those of their texts, and true names nobody."""
    records, _ = run(program(), *({"user_id": value} for value in (1, True, 1.0, "1", 0, False) * 2))
    one, true, whole, text, zero, false, *again = (record["user_id"] for record in records)
    assert one == whole == text != zero
    assert (True, False) == (true, false)
    assert [one, True, whole, text, zero, False] == again


def test_truth_values_name_nobody_in_arrays() -> None:
    """`true` in an array stays what it is, as it does in a field."""
    assert {"emails": [True, False], "phone": True} == event(program(), {"emails": [True, False], "phone": True})


def test_equal_numbers_keep_their_form() -> None:
    """Where nothing is changed, 156 and 156.0 in one batch stay what each of them is; where it is, they are one."""
    record = [{"user_id": value} for value in (156, 156.0, "156")]
    shadowed, _ = run(program("mode: shadow"), *record)
    assert ["156", "156.0", "'156'"] == [repr(left["user_id"]) for left in shadowed]
    records, _ = run(program(), *record)
    assert 1 == len({left["user_id"] for left in records})


def test_a_rule_acts_on_truth_values_too() -> None:
    """What an entity leaves alone, a rule for exactly this place does not."""
    rule = "fields: [{id: r, where: event.a, do: hash}, {id: s, where: event.b, do: drop}]"
    assert {"a": event(program(rule), {"a": "true"})["a"]} == event(program(rule), {"a": True, "b": False})


SHADOW = "fields: [{id: r, where: [event.a, event.email, event.x], do: drop, mode: shadow}"


def test_a_rule_in_shadow_takes_no_protection_away() -> None:
    """A rule that is only tried is counted where it would act; what happens there is what would happen without it."""
    record = {"a": {"plan": "pro", "email": MAIL}, "email": MAIL, "x": f"write {MAIL}", "y": 1}
    records, report = run(program(f"{SHADOW}]"), record, record)
    assert [event(program(), record)] * 2 == records
    counts = {finding.where: finding.count for finding in report.findings if finding.rule == "r"}
    assert {"event.a": 2, "event.email": 2, "event.x": 2} == counts


def test_a_rule_in_force_stands_behind_one_in_shadow() -> None:
    """The next rule decides as if the one in shadow were not there; behind one in force nothing is tried."""
    (left,), report = run(program(f"{SHADOW}, {{id: s, where: event.x, do: mask}}]"), {"x": "ab", "z": 1})
    assert {"x": "**", "z": 1} == left
    assert {"r", "s"} == {finding.rule for finding in report.findings}
    rules = "fields: [{id: s, where: event.x, do: mask}, {id: r, where: event.x, do: drop, mode: shadow}]"
    assert {"s"} == {finding.rule for finding in run(program(rules), {"x": "ab"})[1].findings}


def test_a_policy_in_shadow_changes_nothing_at_all() -> None:
    """Entities, unknown fields, names and copies stay; each is counted."""
    record = {"email": MAIL, "note": f"write {MAIL}", "last_name": "Lovelace", MAIL: 1, "odd": {"x": 1}}
    for text in ("mode: shadow", "mode: shadow\nunknown: drop"):
        records, report = run(program(text), record)
        assert [record] == records
        assert {"event.email", "event.last_name"} <= {finding.where for finding in report.findings}
        assert MAIL not in repr(report)


ONCE_MORE = '[{"a":1,"a":2}]'


@pytest.mark.parametrize(
    "deep", [nested(DEEPEST + 5), json.dumps(nested(DEEPEST + 5)), '{"a":' * 3000 + "1" + "}" * 3000, ONCE_MORE]
)
@pytest.mark.parametrize("on_error", ["drop_field", "drop_record", "refuse"])
def test_a_policy_in_shadow_fails_nothing(deep: Any, on_error: str) -> None:
    """What could not be scrubbed, or read but for a part, leaves as it came."""
    records, report = run(program(f"mode: shadow\non_error: {on_error}"), {"x": deep}, {"y": 1})
    assert [{"x": deep}, {"y": 1}] == records
    assert ("on_error" in {finding.rule for finding in report.findings}) == (deep != ONCE_MORE)


def test_announced_documents_are_opened() -> None:
    """A field that holds JSON by the vendor's word is walked as one, and is scanned where it is none."""
    for context in ('{"distinct_id":"u1","note":"a.b@example.com"}', "{broken a.b@example.com", "a.b@example.com"):
        query = Part("query", {"context": context})
        run(program(dialect="mixpanel"), around=(query,))
        assert TOKEN in query.node["context"]
        assert MAIL not in query.node["context"]
        assert "u1" not in query.node["context"]


def test_a_vendors_null_ids_stay() -> None:
    """An id that means nobody is nobody's."""
    properties = {"distinct_id": "anon", "$device_id": "0", "$user_id": "$device:"}
    left = event(program(dialect="mixpanel"), {"event": "x", "properties": properties})["properties"]
    assert properties == left
