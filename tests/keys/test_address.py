"""Pseudonymous addresses: one a visitor, nobody's on the internet, known again when they come back."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from proxy.keys.address import Addresser

ONE, OTHER = Addresser(bytes(range(32))), Addresser(bytes(range(1, 33)))
ANY = st.ip_addresses().map(str)


@given(ANY)
def test_an_address_becomes_one_of_nobody(text: str) -> None:
    """Every address lands in fd00::/8, not on itself, and stays there the second time."""
    token = ONE.pseudonym(text)
    assert token is not None
    assert ip_address(token) in ip_network("fd00::/8")
    assert token != text
    assert token == ONE.pseudonym(token) == ONE.pseudonym(token.upper())


def _plain(text: str) -> object:
    """Read IPv4 within IPv6 as what it is."""
    address = ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


@given(ANY, ANY)
@example("0.0.0.0", "::ffff:0:0")  # noqa: S104 - an address to tell apart, not one to listen on
def test_equal_addresses_stay_equal_and_others_different(one: str, other: str) -> None:
    """Two visitors are two, whatever the key; two keys have nothing in common."""
    assert (_plain(one) == _plain(other)) == (ONE.pseudonym(one) == ONE.pseudonym(other))
    assert ONE.pseudonym(one) != OTHER.pseudonym(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("203.0.113.7", " 203.0.113.7"), ("203.0.113.7", "::ffff:203.0.113.7"), ("2001:DB8::7", "2001:db8:0::7")],
)
def test_one_address_has_many_spellings_and_one_pseudonym(one: str, other: str) -> None:
    """Blanks, capitals, zeros and IPv4 within IPv6 make no new visitor."""
    assert ONE.pseudonym(one) == ONE.pseudonym(other)


@pytest.mark.parametrize("text", ["", "unknown", "203.0.113", "203.0.113.7:80", "_hidden"])
def test_what_is_no_address_has_no_pseudonym(text: str) -> None:
    """Nothing is made of words."""
    assert ONE.pseudonym(text) is None
