from __future__ import annotations

import pytest

from proxy.policy.actions import GONE
from proxy.policy.step import Treatment
from proxy.policy.treatments import Treatments
from tests.policy.programs import KEYRING, policy


def made(text: str = "") -> Treatments:
    return Treatments(policy(text), "trial", KEYRING)


def test_a_treatment_is_made_once() -> None:
    """Each entity has one treatment, so that what is remembered of it is remembered once."""
    treatments = made()
    assert treatments.of_entity("USER_ID") is treatments.of_entity("USER_ID")
    assert treatments.unknown() is treatments.unknown()


def test_what_is_kept_needs_no_treatment() -> None:
    """`keep` costs nothing, and can be made where something must stand."""
    treatments = made("entities: {PERSON: keep}")
    assert treatments.of_entity("PERSON") is None
    assert ("keep", "ada", False) == (
        treatments.kept("PERSON").action,
        treatments.kept("PERSON").apply("ada"),
        treatments.kept("PERSON").tells,
    )


def test_an_entity_without_a_rule_is_dropped() -> None:
    """Silence is not keep."""
    treatment = made().of_entity("DE_PASSPORT")
    assert treatment is not None
    assert ("entities.DE_PASSPORT", GONE) == (treatment.rule, treatment.apply("x"))


@pytest.mark.parametrize(("name", "value"), [("country", "GB"), ("city", GONE)])
def test_a_place_is_as_coarse_as_its_name_says(name: str, value: object) -> None:
    """What a country's field holds stays under `generalize: country`, what a city's holds goes."""
    treatment = made().named("LOCATION_COARSE", name)
    assert treatment is not None
    assert value == treatment.apply("GB")


@pytest.mark.parametrize(
    ("text", "entity", "shadow"),
    [
        ("", "PERSON", False),
        ("mode: shadow", "PERSON", True),
        ("entities: {PERSON: {do: drop, mode: shadow}}", "PERSON", True),
        ("entities: {PERSON: {do: drop, mode: shadow}}", "USER_ID", False),
    ],
)
def test_shadow_is_the_policys_or_the_rules(text: str, entity: str, shadow: bool) -> None:
    """A rule in shadow mode only counts, and so does all of a policy in shadow mode."""
    treatment = made(text).of_entity(entity)
    assert treatment is not None
    assert shadow == treatment.shadow


def test_unknown_fields_follow_the_mode() -> None:
    """`unknown: drop` of a policy in shadow mode drops nothing."""
    assert [False, True] == [made(text).unknown().shadow for text in ("", "mode: shadow")]


@pytest.mark.parametrize(
    ("text", "entity", "scans", "tells"),
    [
        ("", "URL", True, False),
        ("", "USER_AGENT", True, False),
        ("entities: {URL: drop}", "URL", False, False),
        ("", "USER_ID", False, True),
        ("", "LOCATION_COARSE", True, False),
    ],
)
def test_what_follows_is_said_once(text: str, entity: str, scans: bool, tells: bool) -> None:
    """What was only cut is scanned; what is one person's is searched for; what thousands share is not."""
    treatment = made(text).of_entity(entity)
    assert isinstance(treatment, Treatment)
    assert (scans, tells) == (treatment.scans, treatment.tells)


def test_a_rule_of_the_policy_has_its_own() -> None:
    """A field rule's treatment bears the rule's id; one that keeps has none."""
    rules = "fields: [{id: a, where: event.a, do: mask}, {id: b, where: event.b, do: keep}]"
    one, other = (rule.spec for rule in policy(rules).fields)
    treatment = made(rules).of_rule(one, "LOCATION_COARSE", "x")
    assert treatment is not None
    assert ("a", "LOCATION_COARSE", "mask") == (treatment.rule, treatment.entity, treatment.action)
    assert made(rules).of_rule(other, "PERSON", "x") is None


@pytest.mark.parametrize(
    ("text", "action", "shadow"),
    [("", "hash", False), ("mode: shadow", "hash", True), ("entities: {IP_ADDRESS: keep}", None, None)],
)
def test_an_address_that_a_vendor_counts_by_has_a_pseudonym(text: str, action: str | None, shadow: bool | None) -> None:
    """Where a vendor tells visitors apart by address, another address stands, unless the policy keeps addresses."""
    treatment = made(text).counted()
    assert (action, shadow) == ((treatment.action, treatment.shadow) if treatment else (None, None))
    if treatment:
        one = treatment.apply("203.0.113.7")
        assert str(one).startswith("fd")
        assert one == treatment.apply(one)  # type: ignore[arg-type] # an address, not GONE
        assert GONE is treatment.apply("nobody")
