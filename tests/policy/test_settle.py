from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Any

import pytest

from proxy.model import Part
from tests.policy.programs import TOKEN, event, places, program, run

MAIL = "a.b@example.com"
PHONE = "+44 20 7946 0958"


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_what_only_sounds_like_a_country_is_scanned() -> None:
    """A country stays, and whatever else a site writes into a field of that name goes as it does elsewhere."""
    record = {"email": MAIL, "country": "DE", "billing_country": MAIL, "land": "4111 1111 1111 1111"}
    left = event(program(), record)
    assert (["email", "country", "billing_country"], "DE") == (list(left), left["country"])
    assert left["email"] == left["billing_country"] != MAIL


def test_what_a_text_holds_is_replaced() -> None:
    """A find in free text is treated where it stands; alone in its field, or in an array, it goes by itself."""
    left = event(program(), {"a": f"call {PHONE} or {MAIL}", "b": PHONE, "c": ["x", PHONE]})
    assert left["a"].startswith(f"call [PHONE_NUMBER] or {TOKEN}")
    assert {"a": left["a"], "c": ["x", "[PHONE_NUMBER]"]} == left


def test_a_removed_value_is_found_again() -> None:
    """What was taken from one field stands in no other: text, name, number, or a field that nobody else looks at."""
    record = {
        "event": "x",
        "properties": {
            "$last_name": "Lovelace",
            "phone": 447911123456,
            "note": "Lovelace asked",
            "Lovelace visits": 3,
            "mp_lib": "Lovelace",
            "n": 447911123456,
            "m": 447911123457,
        },
    }
    (left,), report = run(program(dialect="mixpanel"), record)
    expected = {"note": "[PERSON] asked", "[PERSON] visits": 3, "m": 447911123457}
    assert {"event": "x", "properties": expected} == left
    assert "Lovelace" not in repr(report)


@pytest.mark.parametrize("address", ["mary.somerville@example.com", "mary.somerville%40example.com"])
def test_an_address_in_a_text_names_its_owner(address: str) -> None:
    """The words before the @ are a name in the texts beside it, unless addresses stay or are only counted."""
    record = {"a": f"from {address} today", "b": "Mary Somerville called"}
    assert "[PERSON] [PERSON] called" == event(program(), record)["b"]
    for text in ("entities: {EMAIL_ADDRESS: keep}", "entities: {EMAIL_ADDRESS: {do: hash, mode: shadow}}"):
        assert record["b"] == event(program(text), record)["b"]


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("SECRET", "password=078-05-1120"),
        ("US_SSN", "call 078-05-1120"),
        ("CREDIT_CARD", "tel 4111 1111 1111 1111"),
        ("EMAIL_ADDRESS", "first_name=Zoe.Quist@example.com"),
        ("PHONE_NUMBER", "call +44 20 7946 0958"),
        ("CREDIT_CARD", 4111111111111111),
    ],
)
def test_an_entity_in_shadow_takes_no_protection_away(entity: str, text: str | int) -> None:
    """Where a value is two things, and one of them is only counted, it is treated as the other."""
    record = {"x": text, "user_id": "+44 20 7946 0958", "device_id": 4111111111111111}
    records, report = run(program(f"entities: {{{entity}: {{do: drop, mode: shadow}}}}"), record)
    assert [event(program(f"entities: {{{entity}: keep}}"), record)] == records
    assert text != records[0]["x"]
    assert report.findings


def test_copies_of_what_a_rule_removed_are_those_of_a_kind() -> None:
    """A word of no kind may be anybody's and stays in other texts; whose kind is told goes there as its entity does."""
    record = {"codename": "Quillfeather", "title": "for Quillfeather"}
    rule = "{id: r, where: event.codename, do: drop%s}"
    assert {"title": "for Quillfeather"} == event(program(f"fields: [{rule % ''}]"), record)
    assert {"title": "for [PERSON]"} == event(program(f"fields: [{rule % ', entity: PERSON'}]"), record)


@pytest.mark.parametrize("spared", ["keep", "{do: drop, mode: shadow}"])
def test_a_value_of_two_kinds_is_removed_as_either(spared: str) -> None:
    """Copies go when one of the kinds that a removed value was is not kept, whichever was met first."""
    text = f"entities: {{EMAIL_ADDRESS: {spared}}}\nfields: [{{id: r, where: event.email, do: drop}}]"
    assert MAIL not in repr(event(program(text), {"email": MAIL, "user_id": MAIL, "title": f"of {MAIL}"}))


def test_an_address_that_stays_names_nobody() -> None:
    """What replaces an address may be one; its words are no name, the first time as little as the second."""
    scrubber = program("entities: {EMAIL_ADDRESS: {replace: nobody@example.com}}")
    first = event(scrubber, {"x": "write mary.s@example.org", "y": "nobody knows Mary"})
    assert {"x": "write nobody@example.com", "y": "nobody knows [PERSON]"} == first
    assert first == event(scrubber, first)


def test_what_is_allowed_may_be_a_name() -> None:
    """A text that no detector touches is none in the place of a field's name."""
    record = {"to": {MAIL: 1}, "x": f"write {MAIL}", "email": MAIL}
    left = event(program(f"allow: [{MAIL}]"), record)
    assert {MAIL: 1} == left["to"]
    assert MAIL not in repr(event(program(), record))


def test_a_number_is_a_card() -> None:
    """A payment card's number goes as text and as a number; others stay."""
    record = {"a": 4111111111111111, "b": "4111111111111111", "c": 1700000000, "d": 4111111111111112, "e": 1.5}
    assert {"c": 1700000000, "d": 4111111111111112, "e": 1.5} == event(program(), record)
    assert record == event(program("entities: {CREDIT_CARD: {do: drop, mode: shadow}}"), record)
    assert record == event(program("entities: {CREDIT_CARD: keep}"), record)


@pytest.mark.parametrize(
    ("record", "left"),
    [
        ({"a": 4111111111111111.0}, {}),
        ({"a": 4111111111111111.0, "b": 4111111111111111}, {}),
        ({"phone": "4155550132", "a": 4155550132.0, "b": 4155550132}, {}),
        ({"phone": 4155550132.0, "a": 4155550132, "b": "4155550132"}, {}),
        ({"a": 4111111111111112.0, "b": 1.5e300}, {"a": 4111111111111112.0, "b": 1.5e300}),
    ],
)
def test_a_whole_number_is_the_same_however_it_is_written(record: dict[str, Any], left: dict[str, Any]) -> None:
    """`4155550132.0` is the number `4155550132`: a card, a copy, and what copies are searched for."""
    assert left == event(program(), record)


def test_an_allowed_text_stays() -> None:
    """A text that the policy allows is left alone wherever it stands whole."""
    scrubber = program(f"allow: [{MAIL}]", "mixpanel")
    record = {"event": "x", "properties": {"note": MAIL, "mp_lib": MAIL, "email": MAIL, "other": f"see {MAIL}"}}
    left = event(scrubber, record)["properties"]
    assert (MAIL, MAIL) == (left["note"], left["mp_lib"])
    assert left["email"].startswith(TOKEN)
    assert MAIL not in left["other"]


DOCUMENTS = {
    "json": json.dumps({"email": MAIL, "n": 1.50}),
    "array": json.dumps([MAIL, {"last_name": "Lovelace"}]),
    "base64": b64(json.dumps({"email": MAIL})),
    "text": b64(f"mail {MAIL}\nnow"),
    "json in json": json.dumps({"a": json.dumps({"email": MAIL})}),
    "json in base64 in json": json.dumps({"a": b64(json.dumps({"b": [json.dumps({"email": MAIL})]}))}),
    "cut emoji": '{"email": "a.b@example.com", "x": "\\ud83d"}',
    "said twice": '{"a": "b", "a": "a.b@example.com"}',
    "broken": '{"a": "a.b@example.com"',
}


def layers(text: str) -> str:
    """Give a text with whatever is inside it."""
    found = [text]
    for candidate in found:
        with suppress(ValueError):
            found.append(b64decode(candidate, validate=True).decode())
        try:
            inner = json.loads(candidate)
        except ValueError:
            continue
        found += [piece for piece in _strings(inner) if piece not in found]
    return "\n".join(found)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items for text in _strings(item)]


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
@pytest.mark.parametrize(
    "wrap", [lambda text: {"x": text}, lambda text: {"x": ["y", text]}, lambda text: {"x": {"y": text}}]
)
def test_documents_in_texts_are_scrubbed(text: str, wrap: Any) -> None:
    """JSON and base64 inside a string, one inside the other, hold nobody afterwards and open as before."""
    left = event(program(), wrap(text))
    (scrubbed,) = [found for found in _strings(left) if found != "y"]
    assert MAIL not in layers(scrubbed)
    assert "Lovelace" not in layers(scrubbed)
    assert TOKEN in layers(scrubbed)


def test_of_a_name_that_comes_twice_the_first_value_stays_here() -> None:
    """Who reads the text may take the first value, which was not looked at: it does not leave."""
    assert {"x": '{"a":"b"}'} == event(program(), {"x": f'{{"a": "{MAIL}", "a": "b"}}'})


def test_a_value_that_is_escaped_joins_the_plain_one() -> None:
    """An address in a URL's path or in HTML gets the pseudonym that it has elsewhere."""
    record = {
        "a": f"to {MAIL}",
        "b": "to a.b%40example.com",
        "c": "to a.b&#64;example.com",
        "d": "/u/a%2Eb%40example.com",
    }
    left = event(program(), record)
    assert 1 == len({token.removeprefix("to ").removeprefix("/u/") for token in left.values()})
    assert all(TOKEN in text for text in left.values())


@pytest.mark.parametrize(("on_error", "left"), [("drop_field", {"a", "b", "c"}), ("drop_record", None)])
def test_texts_may_hold_so_many_objects_together(on_error: str, left: set[str] | None) -> None:
    """A text within the bound opens, the one that passes it with all before is not sent on."""
    record = dict.fromkeys("abc", f"[{'{},' * 90000}{{}}]")
    records, report = run(program(f"on_error: {on_error}"), record)
    assert ([left] if left else []) == [set(record) for record in records]
    assert [None] * len(records) == [record["c"] for record in records]
    assert ("event.c", "drop") in places(report)


def test_a_name_in_an_address_that_reads_like_ascii_is_found_again() -> None:
    """What of the local part stands behind a character of no width is a word of its title, too."""
    left = event(program(), {"a": "mail zoe.quist\u200b@x.example", "b": "Quist profile"})
    assert "Quist" not in left["b"]


def test_an_untouched_document_keeps_its_bytes() -> None:
    """A document in which nothing was found leaves as it came, while its neighbour is rewritten."""
    record = {"a": '{"x":  1.50}', "b": json.dumps({"email": MAIL}), "c": '{"n": 12345678901234567890123}'}
    left = event(program(), record)
    assert (record["a"], record["c"]) == (left["a"], left["c"])


def test_numbers_in_a_rewritten_document_stay() -> None:
    """An integer beyond 64 bits is not rounded because its neighbour was an address."""
    left = event(program(), {"a": '{"n":12345678901234567890123,"email":"a.b@example.com"}'})
    assert 12345678901234567890123 == json.loads(left["a"])["n"]


def test_what_nobody_scans_is_not_opened() -> None:
    """A vendor's own field is left as it is, though another field with the same text is opened."""
    text = json.dumps({"plan": "pro", "zip": "x"})
    left = event(program(dialect="mixpanel"), {"event": "x", "properties": {"mp_lib": text, "note": text}})
    assert text == left["properties"]["mp_lib"]


def test_a_copy_around_the_records_goes() -> None:
    """What a record gave away is removed from the query, too."""
    query = Part("query", {"q": "for Lovelace"})
    run(program(), {"last_name": "Lovelace"}, around=(query,))
    assert {"q": "for [PERSON]"} == query.node
