"""Catalogue pieces that several vendors share."""

from __future__ import annotations

from proxy.wire.dialect import Contract, Field
from proxy.wire.parts import CAMPAIGN, RESERVED, UTM, below, every, nobody, parameters

URL = Field("URL")


def test_entries_are_made_from_words() -> None:
    """Names are separated by blanks; what is nobody's has no entity, and a copied parameter knows its name."""
    assert {"a": Field(), "b.*": Field()} == nobody("a b.*")
    assert {"a": URL, "b": URL} == every("a b", URL)
    assert {"x.a": URL, "y.z.a": URL} == below("x y.z", {"a": URL})
    assert {"initial_gclid": Field("URL", parameter="gclid")} == parameters(["gclid"], "initial_")


def test_a_campaign_is_named_as_segment_names_it() -> None:
    """`utm_campaign` is `name` below a campaign; every tag has its parameter."""
    assert ("utm_campaign", "utm_term") == (CAMPAIGN["name"], CAMPAIGN["term"])
    assert {*UTM} == {*CAMPAIGN.values()}


def test_reserved_is_not_to_be_touched() -> None:
    """It has no entity, so only a rule of the policy could touch it, and that does not compile."""
    assert (None, Contract.RESERVED) == (RESERVED.entity, RESERVED.contract)
