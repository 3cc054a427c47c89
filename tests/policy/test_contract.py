from __future__ import annotations

import pytest

from proxy.errors import PolicyError
from proxy.policy import compile_program, load_text
from proxy.wire.registry import DIALECTS
from tests.policy.programs import KEYRING, program


def faults(text: str, dialect: str = "mixpanel") -> list[str]:
    with pytest.raises(PolicyError) as raised:
        program(text, dialect)
    return str(raised.value).splitlines()


@pytest.mark.parametrize("do", ["drop", "hash", "mask", "encrypt", "{truncate: 3}", "{replace: x}"])
def test_a_reserved_field_is_kept(do: str) -> None:
    """A rule that touches what the vendor needs does not compile, and is named with its place."""
    found = faults(f"fields: [{{id: touch, where: event.token, do: {do}}}]")
    action = do.strip("{").partition(":")[0]
    message = f"expected `touch` to keep event.properties.token, which mixpanel needs, got {action}"
    assert [f"trial.yaml:3:10: E301 {message}"] == found


@pytest.mark.parametrize("do", ["drop", "mask", "{truncate: 3}", "replace"])
def test_an_identity_is_not_left_out(do: str) -> None:
    """An identity may be hashed or encrypted, else the vendor would invent one; a rule is told once."""
    (found,) = faults(f"entities: {{USER_ID: {do}}}")
    action = do.strip("{").partition(":")[0]
    place = (
        "trial.yaml:3:12: E302 expected the rule for USER_ID to encrypt or hash or keep event.properties.distinct_id"
    )
    assert found.startswith(f"{place} and ")
    assert found.endswith(f" more, which mixpanel needs, got {action}")


def test_what_may_stand_behind_a_prefix_is_not_left_out() -> None:
    """`$device:…` in a user's place is a device's: dropping devices would leave the identity out."""
    (found,) = faults("entities: {DEVICE_ID: drop}")
    place = "trial.yaml:3:12: E302 expected the rule for DEVICE_ID"
    assert found.startswith(f"{place} to encrypt or hash or keep event.properties.distinct_id and ")


@pytest.mark.parametrize(
    "text",
    [
        "fields: [{id: a, where: event.token, do: keep}]",
        "fields: [{id: a, where: event.distinct_id, do: encrypt}]",
        "entities: {USER_ID: encrypt, DEVICE_ID: keep, ORG_ID: keep}",
        "fields: [{id: a, where: record.properties, do: keep}]",
    ],
)
def test_what_the_vendor_takes_compiles(text: str) -> None:
    """Keeping is always allowed, and a rule decides before an entity does."""
    assert "trial" == program(text, "mixpanel").policy


@pytest.mark.parametrize("do", ["drop", "mask"])
def test_a_rule_above_a_reserved_field_touches_it(do: str) -> None:
    """To drop or treat an object is to drop or treat what the vendor needs in it."""
    found = faults(f"fields: [{{id: above, where: record.properties, do: {do}}}]")
    message = f"expected `above` to keep event.properties.token and 2 more, which mixpanel needs, got {do}"
    assert f"trial.yaml:3:10: E301 {message}" in found


def test_a_rule_below_touches_a_reserved_field_that_is_kept_above() -> None:
    """What a rule names within an object that another keeps is done, and held to the contract."""
    rules = "{id: above, where: record.properties, do: keep}, {id: below, where: record.properties.token, do: drop}"
    (found,) = faults(f"fields: [{rules}]")
    assert "E301 expected `below` to keep event.properties.token, which mixpanel needs, got drop" in found


def test_a_rule_below_wins_over_one_that_treats() -> None:
    """A field's own rule decides where the one above goes through the object; not where that drops it whole."""
    names = "token time $insert_id distinct_id $user_id $anon_distinct_id $identified_id $anon_id $distinct_ids alias"
    where = ", ".join(f"record.properties.{name}" for name in [*names.split(), "$device_id"])
    own = f"{{id: own, where: [{where}], do: keep}}"
    assert "trial" == program(f"fields: [{own}, {{id: above, where: record.properties, do: mask}}]", "mixpanel").policy
    assert faults(f"fields: [{own}, {{id: above, where: record.properties, do: drop}}]")


def test_an_entity_that_is_not_named_is_dropped() -> None:
    """A policy that says nothing of identities would leave them out."""
    told = r"x\.yaml:1:1: E302 expected the rule for USER_ID to encrypt.*\(hint: name it, or extend `base`\)"
    with pytest.raises(PolicyError, match=told):
        compile_program(load_text("policy: x\n", "x.yaml"), DIALECTS["mixpanel"], KEYRING)


def test_a_rule_in_shadow_is_held_to_the_contract() -> None:
    """What could never be enforced need not be tried."""
    found = faults("fields: [{id: touch, where: event.token, do: drop, mode: shadow}]")
    assert ["trial.yaml:3:10: E301"] == [fault.partition(" expected")[0] for fault in found]
