from __future__ import annotations

import pytest

from proxy.errors import PolicyError
from proxy.policy.canary import CANARIES, leaks
from proxy.policy.entities import ENTITIES
from tests.policy.programs import program


def test_canaries_are_entities() -> None:
    """Each canary is of a kind that a policy can speak of."""
    assert set() == CANARIES.keys() - ENTITIES.keys()


@pytest.mark.parametrize("dialect", ["generic", "mixpanel", "segment"])
def test_no_canary_passes(dialect: str) -> None:
    """A sound policy lets none through, bare or in a sentence."""
    assert [] == leaks(program(dialect=dialect))


def test_a_hole_is_seen() -> None:
    """A rule that keeps more than it should is caught before it serves, with the kinds that would pass."""
    with pytest.raises(PolicyError) as raised:
        program("fields: [{id: hole, where: event.zz*, do: keep}]")
    message = f"trial.yaml:1:1: E501 expected no canary to pass, got {', '.join(sorted(CANARIES))}"
    assert message == str(raised.value)


def test_what_a_policy_keeps_is_no_leak() -> None:
    """Who keeps an entity, only counts it, or keeps what nobody knows, has said so."""
    assert [] == leaks(program("entities: {PHONE_NUMBER: keep, EMAIL_ADDRESS: {do: hash, mode: shadow}}"))
    assert [] == leaks(program("unknown: keep"))
