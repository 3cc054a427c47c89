from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.policy import generalize
from proxy.policy.generalize import COARSER, LONGEST_AGENT, Scalar, place_level

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1"
TOKEN = "p1_03d0f4_WQJV-DR-xEtisclYClvIhKi7-_v"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.86"


@pytest.mark.parametrize(
    ("entity", "level", "value", "coarse"),
    [
        ("BIRTH_DATE", "year", "1988-03-14", 1988),
        ("BIRTH_DATE", "year", "14.03.1988", 1988),
        ("BIRTH_DATE", "year", 1988, 1988),
        ("BIRTH_DATE", "year", "19880314", None),
        ("BIRTH_DATE", "year", 37, None),
        ("BIRTH_DATE", "decade", "1988-03-14", 1980),
        ("BIRTH_DATE", "decade", "yesterday", None),
        ("EMAIL_ADDRESS", "domain", "Ada@Example.COM", "@example.com"),
        ("EMAIL_ADDRESS", "domain", "a@b@example.com", "@example.com"),
        ("EMAIL_ADDRESS", "domain", "Ada Lovelace", None),
        ("EMAIL_ADDRESS", "domain", "ada@", None),
        ("EMAIL_ADDRESS", "domain", "@Ada Lovelace", None),
        ("IP_ADDRESS", "network", "203.0.113.77", "203.0.113.0"),
        ("IP_ADDRESS", "network", "203.0.113.255", "203.0.113.0"),
        ("IP_ADDRESS", "network", " 2001:db8:1:2::5 ", "2001:db8:1::"),
        ("IP_ADDRESS", "network", "2001:db8:1:ffff::5", "2001:db8:1::"),
        ("IP_ADDRESS", "network", "203.0.113", None),
        ("LOCATION_PRECISE", "degree", "54.890812", 55),
        ("LOCATION_PRECISE", "degree", -0.12, 0),
        ("LOCATION_PRECISE", "degree", "1 Example Street", None),
        ("LOCATION_PRECISE", "degree", "1e999", None),
        ("LOCATION_PRECISE", "degree", -180, -180),
        ("LOCATION_PRECISE", "degree", "90210", None),
        ("LOCATION_PRECISE", "degree", 94107, None),
        ("EMAIL_ADDRESS", "domain", "Ada <ada@example.com>", "@example.com"),
        ("EMAIL_ADDRESS", "domain", "ada@example.com,+442079460958", None),
        ("EMAIL_ADDRESS", "domain", "ada@example.com?cc=bob", None),
        ("LOCATION_PRECISE", "degree", "nan", None),
        ("USER_AGENT", "family", "Windows 10", "Windows"),
        ("USER_AGENT", "family", "Mac OS X 10.15.7", "Mac OS X"),
        ("USER_AGENT", "family", "Nav 3", "Nav"),
        ("USER_AGENT", "family", "app-v2", "app"),
        ("USER_AGENT", "family", TOKEN, TOKEN),
        ("USER_AGENT", "family", f" Nav {TOKEN} e1{TOKEN[2:]} v2 Pro", f"Nav {TOKEN} e1{TOKEN[2:]}"),
        ("USER_AGENT", "family", f"{TOKEN}/8.1", TOKEN),
        ("USER_AGENT", "family", "p1_03d0f4_short", "p"),
        ("USER_AGENT", "family", "131.0", None),
        ("USER_AGENT", "family", 131, None),
        ("USER_AGENT", "family", "curl/8.1", "curl"),
        ("USER_AGENT", "family", "/8.1", None),
        ("USER_AGENT", "family", SAFARI, "Mozilla/5.0 (iPhone; CPU iPhone OS like Mac OS X) Safari/0.0 Mobile"),
        ("USER_AGENT", "family", EDGE, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/0.0"),
        ("USER_AGENT", "family", "Firefox/131.0", "Mozilla/5.0 Firefox/0.0"),
        ("USER_AGENT", "family", "sdk/2 (Linux)", "Mozilla/5.0 (X11; Linux x86_64)"),
    ],
)  # fmt: skip
def test_values_become_coarser(entity: str, level: str, value: Scalar, coarse: Scalar | None) -> None:
    """Each level keeps what it says, and nothing of a value that it cannot read."""
    assert coarse == COARSER[entity, level](value)


SCALARS = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.ip_addresses().map(str), st.emails(), st.dates().map(str),
    st.sampled_from([SAFARI, EDGE, TOKEN, f"v {TOKEN} v1"]),
    st.sampled_from(["x v v1", " a1", "a 1/b", "v", "- v2", "\ud83d1988", "a@\ud83d"]),
    st.text("av12 /-_"),
)  # fmt: skip


@pytest.mark.parametrize("pair", sorted(COARSER), ids="-".join)
@given(value=SCALARS)
def test_a_coarse_value_stays(pair: tuple[str, str], value: Any) -> None:
    """What came out goes in again and comes out the same: scrubbing twice is scrubbing once."""
    coarse = COARSER[pair](value)
    assert coarse is None or coarse == COARSER[pair](coarse)


def test_nothing_but_browsers_is_remembered() -> None:
    """Texts of any length, devices' and people's names that hold a slash are forgotten at once."""
    family, remembered = COARSER["USER_AGENT", "family"], generalize._known_agent.cache_info
    generalize._known_agent.cache_clear()
    for text in ("Ada/Lovelace", "Nav 3", SAFARI + " " * LONGEST_AGENT, f" {SAFARI}"):
        family(text)
    assert 0 == remembered().currsize
    family(SAFARI)
    assert 1 == remembered().currsize


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("$city", "city"),
        ("mp_country_code", "country"),
        ("countryCode3", "country"),
        ("Land", "country"),
        ("国家", "country"),
        ("$region", "region"),
        ("geoip_subdivision_1_name", "region"),
        ("state", "region"),
        ("$timezone", "region"),
        ("time_zone", "region"),
        ("country_city", "city"),
        ("destination", "city"),
        ("landing_place", "city"),
        ("island", "city"),
        ("estate", "city"),
    ],
)
def test_a_name_tells_how_coarse_its_place_is(name: str, level: str) -> None:
    """Whole words tell, the finest first; where none does the place is taken for the finest."""
    assert level == place_level(name)
