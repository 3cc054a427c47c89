from __future__ import annotations

from typing import Any

import pytest

from proxy.model import Part
from tests.policy.programs import TOKEN, event, places, program, run

TWO_RULES = "fields: [{id: r, where: event.a.b, do: keep}, {id: s, where: event.a, do: mask}]"
MASKED = {"a": {"b": "**", "c": ["*", None, {"d": "*"}]}}
DROP = "unknown: drop\n"
COARSE = "fields: [{id: r, where: %s, entity: LOCATION_COARSE, do: {generalize: country}}]"
RULE = "fields: [{id: r, where: %s, do: %s}]"


@pytest.mark.parametrize(
    ("text", "record", "left"),
    [
        # a rule wins over the catalogue, the lexicon and the detectors
        (RULE % ("event.email", "keep"), {"email": "a.b@example.com"}, {"email": "a.b@example.com"}),
        (RULE % ("any.plan", "drop"), {"a": {"plan": "pro", "x": 1}}, {"a": {"x": 1}}),
        (RULE % ("event.address", "keep"), {"address": {"street": "1 Road", "x": ["a.b@example.com"]}}, None),
        (RULE % ("event.a", "drop"), {"a": {"b": 1}, "c": 1}, {"c": 1}),
        (RULE % ("event.a", "drop"), {"a": [1, {"b": 2}], "c": 1}, {"c": 1}),
        (RULE % ("event.a", "mask"), {"a": {"b": "xy", "c": [1, None, {"d": 2}]}}, MASKED),
        # of two rules the first wins, also inside an object that another treats
        (TWO_RULES, {"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": "*"}}),
        # a rule's level of a place is that of the field's name
        (COARSE % "event.*", {"country": "DE", "city": "Bonn"}, {"country": "DE"}),
        # a word in a name, and what stands around it
        ("", {"nachname": "Lovelace", "email_verified": True, "plan": "pro"}, {"email_verified": True, "plan": "pro"}),
        ("", {"last_name": {"value": "Lovelace", "x": "Byron"}}, {"last_name": {}}),
        ("", {"last_name": ["Lovelace", None, 3, ["Byron"]]}, {"last_name": [None, []]}),
        ("entities: {PERSON: keep}", {"last_name": "Lovelace"}, None),
        # what nobody knows
        ("unknown: keep", {"note": "a.b@example.com"}, None),
        ("unknown: drop", {"note": "x", "obj": {"plan": 1}, "event": "Signup"}, {"event": "Signup"}),
        (DROP + RULE % ("event.o.plan", "keep"), {"o": {"plan": 1, "y": {"z": 2}}, "p": {}}, {"o": {"plan": 1}}),
        (DROP + RULE % ("event.o.plan", "keep"), {"o": "text"}, {}),
    ],
)  # fmt: skip
def test_a_field_is_classified(text: str, record: dict[str, Any], left: dict[str, Any] | None) -> None:
    """Rule, catalogue, surroundings, word, unknown: the first that says something decides."""
    assert (record if left is None else left) == event(program(text), record)


def test_unknown_fields_go_and_the_vendors_objects_stay() -> None:
    """Under `unknown: drop` the object that holds what the vendor needs is gone through, not dropped."""
    record = {"event": "Signup", "properties": {"token": "t", "distinct_id": "u1", "odd": 1, "obj": {"token": "x"}}}
    left = event(program("unknown: drop", "mixpanel"), record)
    assert ["token", "distinct_id"] == list(left["properties"])
    assert "t" == left["properties"]["token"]
    assert left["properties"]["distinct_id"].startswith(TOKEN)


def test_only_fields_that_nobody_knows_count() -> None:
    """The report counts fields, not the vendor's own objects around them."""
    record = {"event": "Signup", "properties": {"token": "t", "distinct_id": "u1", "odd": 1, "obj": {"x": 1}}}
    for text in ("", "unknown: drop\nmode: shadow", "unknown: keep"):
        _, report = run(program(text, "mixpanel"), record)
        assert 3 == report.unknown


@pytest.mark.parametrize(("text", "scanned"), [("", True), ("unknown: drop", True), ("unknown: keep", False)])
def test_a_header_travels_and_is_scanned(text: str, scanned: bool) -> None:
    """An allow-listed header that nobody describes stays under `unknown: drop`, without the people in it."""
    around = Part("header", {"x-note": "a.b@example.com", "accept": "c.d@example.com"})
    run(program(text), around=(around,))
    assert scanned == around.node["x-note"].startswith(TOKEN)
    assert around.node["accept"].startswith(TOKEN)


@pytest.mark.parametrize(
    ("text", "user", "device"),
    [
        ("", True, True),
        ("entities: {DEVICE_ID: keep}", True, False),
        ("entities: {USER_ID: keep}", False, True),
        ("entities: {USER_ID: keep, DEVICE_ID: keep}", False, False),
    ],
)
def test_what_follows_a_prefix_is_its_own_entity(text: str, user: bool, device: bool) -> None:
    """`$device:` stays before a device's id; whatever the policy does with one does not touch the other."""
    scrubber = program(text, "mixpanel")

    def identity(value: str) -> str:
        left = event(scrubber, {"event": "x", "properties": {"distinct_id": value}})
        return str(left["properties"]["distinct_id"])

    assert user == identity("user-42").startswith(TOKEN)
    assert device == identity("$device:abc").startswith(f"$device:{TOKEN}")
    assert ["anon", ""] == [identity("anon"), identity("")]


def test_a_personal_name_is_judged_by_what_it_says() -> None:
    """A field whose name is a person's is classified by that name and shown by another."""
    left, report = run(program(), {"a.b@example.com": {"last_name": "Lovelace"}})
    (name,) = left[0]
    assert name.startswith(TOKEN)
    assert (f"event.{name}.last_name", "drop") in places(report)


def test_profiles_and_groups_know_whose_name_it_is() -> None:
    """A bare `name` is a person's in a profile, an organisation's in a group."""
    profile = event(program(dialect="mixpanel"), {"$set": {"name": "Ada"}}, "profile")
    group = event(program(dialect="mixpanel"), {"$set": {"name": "Acme Ltd"}}, "group")
    assert {"$set": {}} == profile
    assert group["$set"]["name"].startswith(TOKEN)


def test_records_are_no_part_of_their_envelope() -> None:
    """The list of records inside an envelope is walked record by record, not once more as a field of what is around."""
    records = [{"type": "track", "userId": "u1", "properties": {"email": "a.b@example.com"}}]
    around = Part("envelope", {"batch": records, "note": "c.d@example.com"})
    _, report = run(program(dialect="segment"), around=(around,))
    assert [{"type": "track", "userId": "u1", "properties": {"email": "a.b@example.com"}}] == around.node["batch"]
    assert {("envelope.note", "hash")} == places(report)


def test_what_replaced_a_name_tells_nothing_of_what_is_inside() -> None:
    """An object whose name was an address is no address: its numbers stay."""
    left = event(program(), {"by": {"203.0.113.9": {"value": 5, "last": 7}}})
    assert {"by": {"[IP_ADDRESS]": {"value": 5, "last": 7}}} == left


def test_what_a_wildcard_stands_for_is_a_clients_word() -> None:
    """A name below a catalogued object that takes any name is searched for what the request removed."""
    record = {"type": "track", "context": {"traits": {"lastName": "Lovelace"}}, "integrations": {"Lovelace": True}}
    left = event(program(dialect="segment"), record)
    assert {"[PERSON]": True} == left["integrations"]


MAIL = "a.b@example.com"
NO_NOTE, KEEP_FORM = "{id: d, where: WHERE, do: drop}", "{id: k, where: event.form, do: keep}"


@pytest.mark.parametrize("order", [(NO_NOTE, KEEP_FORM), (KEEP_FORM, NO_NOTE)])
@pytest.mark.parametrize("where", ["event.form.note", "event.form.inner.note", "event.form.**.note", "any.note"])
def test_a_field_of_its_own_rule_is_not_kept_with_the_object_around(order: tuple[str, str], where: str) -> None:
    """What the policy drops does not leave because it lies in what the policy keeps; all else in it stays as it is."""
    scrubber = program(f"fields: [{', '.join(order)}]".replace("WHERE", where))
    inside = {"email": MAIL, "note": MAIL, "list": [MAIL, {"a": MAIL}], "inner": {"note": MAIL, "b": MAIL}, "n": 4111}
    form = event(scrubber, {"form": inside, "other": MAIL})["form"]
    left = {"email": MAIL, "list": [MAIL, {"a": MAIL}], "n": 4111}
    assert left == {name: value for name, value in form.items() if name in left}
    assert MAIL == form["inner"]["b"]
    outer, inner = "note" in form, "note" in form["inner"]
    assert (where == "event.form.inner.note", where == "event.form.note") == (outer, inner)


def test_rules_for_items_of_a_kept_array_hold() -> None:
    """Objects in an array have the place of the array."""
    scrubber = program(f"fields: [{KEEP_FORM}, {NO_NOTE}]".replace("WHERE", "event.form.note"))
    left = event(scrubber, {"form": [MAIL, {"note": MAIL, "a": MAIL}]})
    assert {"form": [MAIL, {"a": MAIL}]} == left


def test_what_a_kept_field_held_before_hides_no_rule_within() -> None:
    """A field that was empty, a word or an array, and is an object the next time, is gone into."""
    rules = f"fields: [{KEEP_FORM}, {NO_NOTE}]".replace("WHERE", "event.form.note")
    scrubber = program(rules, extends="balanced")  # for no other test: what comes first is what matters
    inside = {"note": MAIL, "a": MAIL}
    forms: list[Any] = [None, "word", 7, [], inside, [inside], "word", inside]
    left = [event(scrubber, {"form": form})["form"] for form in forms]
    assert [None, "word", 7, [], {"a": MAIL}, [{"a": MAIL}], "word", {"a": MAIL}] == left


def test_rules_within_a_kept_text_hold() -> None:
    """JSON in a string is gone into as the object would be; where no rule names anything the bytes stay."""
    scrubber = program(f"fields: [{KEEP_FORM}, {NO_NOTE}]".replace("WHERE", "event.form.note"))
    for other in ('{"a": 1}', f"write {MAIL}", "YS5iQGV4YW1wbGUuY29t"):
        left = event(scrubber, {"form": '{"a": 1, "note": 2}', "other": MAIL})
        assert '{"a":1}' == left["form"]
        assert ['{"a":1}', other] == event(scrubber, {"form": ['{"a": 1, "note": 2}', other]})["form"]
        assert other == event(scrubber, {"form": other, "other": MAIL})["form"]


@pytest.mark.parametrize(
    ("dialect", "kept", "where", "record"),
    [
        ("generic", "record.properties", "event.note", {"event": "e", "properties": {"note": MAIL, "b": MAIL}}),
        ("segment", "record.context", "profile.note", {"type": "track", "context": {"traits": {"note": 1, "b": MAIL}}}),
    ],
)
def test_a_rule_in_another_scope_holds_within_what_is_kept(
    dialect: str, kept: str, where: str, record: dict[str, Any]
) -> None:
    """A vendor keeps events' and users' properties in an object; a rule for them holds when that is kept."""
    text = f"fields: [{{id: k, where: {kept}, do: keep}}, {{id: d, where: {where}, do: drop}}]"
    left = event(program(text, dialect), record)
    assert [{"b": MAIL}] == [left.get("properties") or left["context"]["traits"]]


@pytest.mark.parametrize(
    ("entities", "record"),
    [
        ("FREE_TEXT", {"message": f"write {MAIL}"}),
        ("POSTAL_ADDRESS", {"address": {"remark": f"write {MAIL}"}}),
        ("POSTAL_ADDRESS", {"address": [{"remark": {"x": MAIL}}]}),
        ("URL", {"url": f"/u/{MAIL}", "note": MAIL, "urls": [f"/u/{MAIL}", 1]}),
    ],
)
def test_an_entity_in_shadow_leaves_a_field_to_all_others(entities: str, record: dict[str, Any]) -> None:
    """What is only counted is scanned, and searched for what was removed, as if the policy kept it."""
    kept = event(program(f"entities: {{{entities}: keep}}"), record)
    (left,), report = run(program(f"entities: {{{entities}: {{do: drop, mode: shadow}}}}"), record)
    assert kept == left
    assert MAIL not in repr(left)
    assert f"entities.{entities}" in {finding.rule for finding in report.findings}


def test_an_identity_that_is_kept_is_searched_for_what_was_removed() -> None:
    """Where one of the ids that a field may hold is kept, a removed value does not stay in its place."""
    rule = "fields: [{id: r, where: event.note, do: hash, entity: EMAIL_ADDRESS}]"
    left = event(
        program(f"entities: {{USER_ID: keep, DEVICE_ID: hash}}\n{rule}", "mixpanel"),
        {"event": "x", "properties": {"distinct_id": MAIL, "note": MAIL}},
    )
    assert MAIL not in repr(left)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (RULE % ("event.landing", "{query: {keep: [ref]}}, entity: URL"), "landing", f"/u/{MAIL}?ref=a&x=1"),
        (RULE % ("event.comment", "{truncate: 60}"), "comment", f"write {MAIL} please"),
        (RULE % ("event.system", "{generalize: family}, entity: USER_AGENT"), "system", f"{MAIL} phone"),
        ("entities: {FREE_TEXT: {truncate: 60}}", "message", f"write {MAIL} please"),
        ("entities: {URL: {truncate: 60}}", "url", f"/u/{MAIL}"),
        ("entities: {USER_AGENT: {truncate: 60}}", "user_agent", f"telephone of {MAIL}"),
    ],
)
def test_what_is_left_of_a_text_is_scanned(text: str, name: str, value: str) -> None:
    """Whoever cuts a text, an entity's rule or a field's, says nothing about what stands in the rest."""
    left = event(program(text), {name: value})[name]
    assert TOKEN in left
    assert MAIL not in left
