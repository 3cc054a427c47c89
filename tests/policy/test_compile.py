from __future__ import annotations

import pytest

from proxy.errors import PolicyError
from proxy.keys.keyring import Keyring
from proxy.policy import compile_program, load, load_text
from proxy.wire.registry import DIALECTS
from tests.policy.programs import KEYRING, TOKEN, event, program

MAIL = "a.b@example.com"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["base", "balanced", "strict", "pseudonymous"])
def test_shipped_policies_compile(name: str, dialect: str) -> None:
    """Every shipped policy serves every vendor."""
    assert name == compile_program(load(name), DIALECTS[dialect], KEYRING).policy


def test_silence_is_not_keep() -> None:
    """A policy that names no entity drops what it finds, whatever it was found by."""
    bare = compile_program(load_text("policy: bare\n", "bare.yaml"), DIALECTS["generic"], KEYRING)
    assert {"plan": "pro"} == event(bare, {"plan": "pro", "note": MAIL, "last_name": "Lovelace"})


def test_an_entity_that_is_kept_is_not_looked_for() -> None:
    """`keep` leaves a kind of data alone, in its fields and in texts."""
    record = {"email": MAIL, "note": f"write {MAIL}"}
    assert record == event(program("entities: {EMAIL_ADDRESS: keep}"), record)


def test_regions_decide_what_a_number_is() -> None:
    """A national number is read in the regions that the policy names."""
    record = {"note": "call 030 901820 now"}
    assert record != event(program("regions: [DE]"), record)


def test_vendors_and_keys_have_their_own_tokens() -> None:
    """Across two vendors, or two keys, nothing joins."""
    tokens = {
        event(compile_program(load("base"), DIALECTS[dialect], keyring), {"email": MAIL})["email"]
        for dialect in ("generic", "segment")
        for keyring in (KEYRING, Keyring.of(bytes(range(1, 33))))
    }
    assert 4 == len(tokens)
    assert 2 == sum(token.startswith(TOKEN) for token in tokens)


def test_contract_and_canary_are_asked() -> None:
    """A program that the vendor would refuse, or that leaks, is not made."""
    with pytest.raises(PolicyError, match="E301"):
        program("fields: [{id: a, where: event.token, do: drop}]", "mixpanel")
    with pytest.raises(PolicyError, match="E501"):
        program("fields: [{id: a, where: any.zz*, do: keep}]")
    assert "trial" == program("mode: shadow\nfields: [{id: a, where: any.zz*, do: keep}]").policy
