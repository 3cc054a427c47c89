"""Coarser values: what `generalize` makes of each kind of data.

`policy.actions` picks one function by entity and level when a policy compiles. Each takes a scalar and gives a coarser
one, or None when nothing coarser is left to tell; each gives its own results back unchanged.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

from proxy.detect.lexicon import tokens

__all__ = ["COARSER", "Scalar", "place_level"]

Scalar = str | int | float | bool

_PLACE_LEVELS = {
    "city": "city town village municipality locality ville stadt ort ciudad citta cidade plaats miasto mesto 市 城市",
    "region": "region state province provincia bundesland subdivision timezone regioncode regionname statecode "
    "statename federalstate stateprovince prefecture 省 省份 都道府県",
    "country": "country countrycode countryname countryiso pays land pais paese nation continent kraj 国 国家 국가",
}
"""Words of a name that tell how coarse its place is, the finest first: `country_city` is a city's."""


def place_level(name: str) -> str:
    """Tell how coarse the place in a field of this name is: `country`, `region` or, when nothing tells, `city`."""
    words = tokens(name)
    told = {word.rstrip("0123456789") for word in (*words, *map("".join, pairwise(words)))}
    return next((level for level, known in _PLACE_LEVELS.items() if not told.isdisjoint(known.split())), "city")


def _year(value: Scalar) -> Scalar | None:
    found = _YEAR.search(str(value))
    return int(found[0]) if found else None


def _decade(value: Scalar) -> Scalar | None:
    year = _year(value)
    return year // 10 * 10 if isinstance(year, int) else None


def _domain(value: Scalar) -> Scalar | None:
    """Keep `@` and the domain, so that the result is told from a name that stands where an address should."""
    domain = _DOMAIN.search(str(value).strip().lower())
    return domain[1] if domain else None


def _network(value: Scalar) -> Scalar | None:
    """Zero the host's part: /24 of IPv4, /48 of IPv6, as GA did with `anonymizeIp`."""
    try:
        address = ipaddress.ip_address(str(value).strip())
    except ValueError:
        return None
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address.packed, bits), strict=False).network_address)


def _degree(value: Scalar) -> Scalar | None:
    """Round a coordinate to whole degrees, some 100 km. A postcode, which is as precise a place, is none."""
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return round(degrees) if -_HALF_TURN <= degrees <= _HALF_TURN else None


_HALF_TURN = 180
"""Degrees of longitude on either side. Source: ISO 6709 section 6."""


# `re` and not `re2`, which takes no lone surrogates; no pattern goes back over what it has read.
_DOMAIN = re.compile(r"(@[^@\s,;:?&/<>()\"']+)>?$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NAME = re.compile(r"((?:\D*?[pe]1_[0-9a-f]{6}_[\w-]{22,})*)(\D*)").match
"""Up to the last pseudonym before the first number that is in none, and from there to that number."""
_BETWEEN = " \t\r\n\v\f/_-"
"""What stands between a product and its version, perhaps with a `v`: `Windows 10`, `app-v2`, `curl/8`."""

_SYSTEMS = (
    ("iPhone", "iPhone; CPU iPhone OS like Mac OS X"),
    ("iPad", "iPad; CPU OS like Mac OS X"),
    ("Android", "Linux; Android"),
    ("CrOS", "X11; CrOS x86_64"),
    ("Windows", "Windows NT 10.0; Win64; x64"),
    ("Macintosh", "Macintosh; Intel Mac OS X"),
    ("Linux", "X11; Linux x86_64"),
)
"""What tells a system in a User-Agent → how it is written again, the most telling first.
Source: RFC 9110 section 10.1.5 for the form; the captured browsers and Chrome's user-agent reduction for the words."""

_BROWSERS = ("Edg", "OPR", "SamsungBrowser", "CriOS", "FxiOS", "Firefox", "Chrome", "Safari")


def _family(value: Scalar) -> Scalar | None:
    """Keep the browser's and the system's family; a version alone has none."""
    text = str(value)
    if text.startswith(_BROWSER) and len(text) <= LONGEST_AGENT:
        return _known_agent(text)
    return _agent(text) if "/" in text else _before_version(text) or None


_BROWSER = "Mozilla/"
LONGEST_AGENT = 512
"""Characters. The longest that the captured browsers send has some 150."""


def _agent(text: str) -> str | None:
    """Write a User-Agent again by its families."""
    system = next((again for tell, again in _SYSTEMS if tell in text), "")
    browser = next((name for name in _BROWSERS if name + "/" in text), "")
    if not system and not browser:
        return _before_version(text.partition("/")[0]) or None
    mobile = " Mobile" if "Mobile" in text else ""
    comment = f" ({system})" if system else ""
    return f"Mozilla/5.0{comment}{f' {browser}/0.0' if browser else ''}{mobile}"


_known_agent = lru_cache(maxsize=1024)(_agent)
"""Remembers across requests: thousands share a browser's name. All else that a client writes is forgotten."""


def _before_version(text: str) -> str:
    """Cut a text where its first number begins: `Windows 10` → `Windows`. A pseudonym is no number."""
    found = _NAME(text)
    kept, name = found.groups() if found else ("", "")
    name = name.rstrip(_BETWEEN)
    while name.endswith("v") and name[-2:-1] in _BETWEEN:
        name = name[:-1].rstrip(_BETWEEN)
    return (kept + name).lstrip()


COARSER: dict[tuple[str, str], Callable[[Scalar], Scalar | None]] = {
    ("BIRTH_DATE", "year"): _year,
    ("BIRTH_DATE", "decade"): _decade,
    ("EMAIL_ADDRESS", "domain"): _domain,
    ("IP_ADDRESS", "network"): _network,
    ("LOCATION_PRECISE", "degree"): _degree,
    ("USER_AGENT", "family"): _family,
}
