from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.keys.keyring import Keyring
from proxy.policy.actions import GONE, ActionError, Subject, action_name, make_action, url_parts
from proxy.policy.urls import UrlParts
from tests.policy.programs import KEYRING, TOKEN

COARSE = "LOCATION_COARSE"


def act(spec: Any, value: Any, entity: str = "PERSON", vendor: str = "generic", **subject: Any) -> Any:
    return make_action(spec, Subject(entity, vendor, **subject), KEYRING)(value)


@pytest.mark.parametrize(
    ("spec", "value", "result"),
    [
        ("keep", "ada", "ada"),
        ("keep", 1, 1),
        ("drop", "ada", GONE),
        ({"drop": None}, "", GONE),
        ("hash", "", ""),
        ("encrypt", "", ""),
        ("mask", "Ada L. 42", "*** *. **"),
        ({"mask": {"keep_last": 4}}, "4111 1111 1111 1234", "**** **** **** 1234"),
        ({"mask": {"keep_last": 9}}, "ada", "***"),
        ("mask", "प्रिया e\u0301", "****** **"),
        ({"mask": {"keep_last": 4}}, 3.5, "*.*"),
        ("mask", 4111, "****"),
        ("mask", True, "****"),
        ("replace", "ada", "[PERSON]"),
        ({"replace": "somebody"}, "ada", "somebody"),
        ({"replace": 0}, "ada", 0),
        ({"truncate": 3}, "Lovelace", "Lov"),
        ({"truncate": 9}, 1815.0, "1815"),
        ({"truncate": 9}, False, "false"),
    ],
)  # fmt: skip
def test_an_action_does_what_it_says(spec: Any, value: Any, result: Any) -> None:
    """Each action, on text and on other scalars."""
    assert result == act(spec, value)


@pytest.mark.parametrize(
    ("spec", "entity", "subject", "value", "result"),
    [
        ({"generalize": "year"}, "BIRTH_DATE", {}, "1988-03-14", 1988),
        ({"generalize": "year"}, "BIRTH_DATE", {}, "?", GONE),
        ({"generalize": "country"}, COARSE, {"level": "country"}, "GB", "GB"),
        ({"generalize": "country"}, COARSE, {"level": "region"}, "Kent", GONE),
        ({"generalize": "country"}, COARSE, {"level": "city"}, "Eastmere", GONE),
        ({"generalize": "region"}, COARSE, {"level": "country"}, "GB", "GB"),
        ({"generalize": "region"}, COARSE, {"level": "region"}, "Kent", "Kent"),
        ({"generalize": "region"}, COARSE, {"level": "city"}, "Eastmere", GONE),
        ({"generalize": "region"}, COARSE, {}, "Eastmere", GONE),
        ({"query": "drop"}, "URL", {}, "/a?b=c#d", "/a"),
        ({"query": "keep", "fragment": "keep"}, "URL", {}, "/a?b=c#d", "/a?b=c#d"),
        ({"path": "drop"}, "URL", {}, "https://x.example/a", "https://x.example/"),
        ({"query": {"keep": ["b"]}}, "URL", {}, "/a?b=c&d=e", "/a?b=c"),
        ({"query": {"keep": ["b"]}}, "URL", {"parameter": "b"}, "c", "c"),
        ({"query": {"keep": ["b"]}}, "URL", {"parameter": "d"}, "e", GONE),
        ({"query": "drop"}, "URL", {}, 5, 5),
    ],
)
def test_an_entity_is_made_coarser(spec: Any, entity: str, subject: dict[str, str], value: Any, result: Any) -> None:
    """Levels by entity, places by what their field says, URLs by their parts."""
    assert result == act(spec, value, entity, **subject)


EVERY: list[tuple[Any, str, dict[str, Any]]] = [
    ("keep", "PERSON", {}),
    ("hash", "USER_ID", {}),
    ("hash", "USER_ID", {"shapes": ("hex16", "uuid", "numbers")}),
    ("encrypt", "PERSON", {}),
    ("mask", "PERSON", {}),
    ({"mask": {"keep_last": 2}}, "PERSON", {}),
    ("replace", "PERSON", {}),
    ({"truncate": 2}, "PERSON", {}),
    ({"generalize": "decade"}, "BIRTH_DATE", {}),
    ({"generalize": "country"}, COARSE, {"level": "country"}),
    ({"query": {"keep": ["a"]}}, "URL", {}),
]
SCALARS = st.one_of(st.text(st.characters()), st.integers(), st.floats(allow_nan=False), st.booleans())


@pytest.mark.parametrize(("spec", "entity", "subject"), EVERY, ids=str)
@given(value=SCALARS)
def test_an_action_leaves_its_own_results(spec: Any, entity: str, subject: Any, value: Any) -> None:
    """Scrubbing twice is scrubbing once, for every action and scalar."""
    apply = make_action(spec, Subject(entity, "generic", **subject), KEYRING)
    once = apply(value)
    assert once is GONE or once == apply(once)  # type: ignore[arg-type] # mypy does not narrow by identity


def test_equal_values_join_within_a_vendor_only() -> None:
    """A number and its text are one identity, so are a device's id and a user's; others have other tokens."""
    token = act("hash", "42", "USER_ID")
    assert token.startswith(TOKEN)
    assert token == act("hash", 42, "USER_ID") == act("hash", 42.0, "USER_ID") == act("hash", "42", "DEVICE_ID")
    assert 4 == len(
        {token, act("hash", "42", "USER_ID", "ga4"), act("hash", "42", "ORG_ID"), act("hash", "42", "PERSON")}
    )
    assert act("hash", "42", "ORG_ID") == act("hash", "42", "ORGANIZATION")


def test_an_encrypted_value_is_not_the_hashed_one() -> None:
    """`encrypt` has keys of its own, per vendor and kind."""
    sealed = act("encrypt", "42", "USER_ID")
    assert sealed.startswith(f"e1_{KEYRING.epoch}_")
    assert 3 == len({sealed, act("encrypt", "42", "USER_ID", "ga4"), act("encrypt", "42")})


def test_another_key_gives_other_tokens() -> None:
    """A token of another key is a value like any other."""
    other = make_action("hash", Subject("USER_ID", "generic"), Keyring.of(bytes(range(1, 33))))
    assert act("hash", "42", "USER_ID") != other("42") != act("hash", other("42"), "USER_ID")


ONE_OF = "expected one of keep, drop, hash, mask, replace, truncate, generalize, encrypt, got"
MASK = "expected `mask` or `mask: {keep_last: n}`, a number of characters from 0"
TRUNCATE = "expected `truncate: n`, a number of characters from 1"
QUERY = "expected for a URL's query `keep`, `drop` or `{keep: [names]}`"
PARTS = "expected for URL `query: keep | drop | {keep: [names]}`, `fragment` and `path`: keep | drop"


@pytest.mark.parametrize(
    ("spec", "entity", "fault"),
    [
        ("hsah", "PERSON", f"{ONE_OF} `hsah`"),
        ("", "PERSON", f"{ONE_OF} ``"),
        ({}, "PERSON", f"{ONE_OF} ``"),
        ({"hsah": 1}, "PERSON", f"{ONE_OF} `hsah`"),
        ({"hash": None, "drop": None}, "PERSON", f"{ONE_OF} `hash`"),
        ("query", "URL", f"{ONE_OF} `query`"),
        ({"keep": ["utm_source"]}, "URL", "expected nothing after `keep`"),
        ({"drop": True}, "PERSON", "expected nothing after `drop`"),
        ({"hash": "sha1"}, "PERSON", "expected nothing after `hash`"),
        ({"encrypt": {}}, "PERSON", "expected nothing after `encrypt`"),
        ({"mask": 4}, "PERSON", MASK),
        ({"mask": {}}, "PERSON", MASK),
        ({"mask": {"keep_last": -1}}, "PERSON", MASK),
        ({"mask": {"keep_last": True}}, "PERSON", MASK),
        ({"mask": {"keep_last": "4"}}, "PERSON", MASK),
        ({"mask": {"keep_first": 4}}, "PERSON", MASK),
        ({"mask": {"keep_last": 4, "with": "x"}}, "PERSON", MASK),
        ({"replace": ["x"]}, "PERSON", "expected one value after `replace`"),
        ("truncate", "PERSON", TRUNCATE),
        ({"truncate": 0}, "PERSON", TRUNCATE),
        ({"truncate": True}, "PERSON", TRUNCATE),
        ({"truncate": "3"}, "PERSON", TRUNCATE),
        ("generalize", "BIRTH_DATE", "expected a level of BIRTH_DATE (year, decade), got none"),
        ({"generalize": "month"}, "BIRTH_DATE", "expected a level of BIRTH_DATE (year, decade), got `month`"),
        ({"generalize": "year"}, "PERSON", "expected a level of PERSON (it has none), got `year`"),
        ({"generalize": ["year"]}, "BIRTH_DATE", "expected a level of BIRTH_DATE (year, decade), got `['year']`"),
        ({"query": "drop"}, "PERSON", "expected an action for PERSON, got the parts of a URL"),
        ({"query": "drop", "hash": None}, "URL", PARTS),
        ({"fragment": "maybe"}, "URL", PARTS),
        ({"path": {"keep": []}}, "URL", PARTS),
        ({"query": "maybe"}, "URL", QUERY),
        ({"query": {"keep": "utm_source"}}, "URL", QUERY),
        ({"query": {"keep": [1]}}, "URL", QUERY),
        ({"query": {"keep": [], "drop": []}}, "URL", QUERY),
    ],
)
def test_wrong_words_are_refused(spec: Any, entity: str, fault: str) -> None:
    """Words that do not fit are an error with what would have been right, never an action that nobody meant."""
    with pytest.raises(ActionError) as raised:
        make_action(spec, Subject(entity, "generic"), KEYRING)
    assert fault == str(raised.value)


def test_an_action_has_one_name() -> None:
    """Findings and metrics see one of eight words; cutting a URL is `generalize`."""
    assert ["hash", "mask", "generalize"] == [action_name(spec) for spec in ("hash", {"mask": None}, {"query": "drop"})]


def test_parts_of_a_url_have_defaults() -> None:
    """What is not said of a URL is dropped, but for its path."""
    assert UrlParts(frozenset(), fragment=False, path="keep") == url_parts({})
