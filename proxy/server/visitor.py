"""Where a request comes from, asked once and sent to nobody: the client's address, and the country it lies in.

`handler` puts both into the `WireRequest`; the heart makes a pseudonym of the one and gives the other to the policy.
X-Forwarded-For is believed only as far as the operator vouches for the proxies in front. Nothing here logs.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import maxminddb

from proxy.errors import SettingsError
from proxy.server.http1.request import Request

__all__ = ["Level", "Places", "Reader", "Visitor", "Visitors", "open_places"]

Level = Literal["country", "region"]

FORWARDED = "x-forwarded-for"


class Visitor(NamedTuple):
    """Where a request comes from; each part is empty when it is not known.

    Args:
        address: IPv4 or IPv6.
        country: ISO 3166-1 alpha-2.
        region: ISO 3166-2.
    """

    address: str = ""
    country: str = ""
    region: str = ""


class Reader(Protocol):
    """What is asked of a database of places."""

    def get(self, ip_address: str) -> object:
        """Give an address's record, None when it has none.

        Raises:
            ValueError: it is no address, or an IPv6 one in a database of IPv4.
        """


@dataclass(frozen=True, slots=True)
class Places:
    """A MaxMind-format database and how much of it is used.

    Args:
        level: `country`, or `region` for both.
    """

    reader: Reader
    level: Level = "country"

    def find(self, address: str) -> Visitor:
        """Look an address up."""
        try:
            record = self.reader.get(address) if address else None
        except (ValueError, maxminddb.InvalidDatabaseError):
            record = None
        country = _code(record, "country") or _code(record, "registered_country")
        region = _code(record, "subdivisions") if self.level == "region" else ""
        return Visitor(address, country, f"{country}-{region}" if country and region else "")


def open_places(database: Path, level: Level) -> Places:
    """Open a database, such as GeoLite2-Country or DB-IP's.

    Raises:
        SettingsError: there is none, or it is no such database.
    """
    try:
        return Places(maxminddb.open_database(str(database)), level)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        raise SettingsError("a MaxMind-format database", type(error).__name__, str(database)) from error


def _code(record: object, name: str) -> str:
    """Read `country.iso_code`, or that of the first of several subdivisions."""
    place = record.get(name) if isinstance(record, dict) else None
    place = place[0] if isinstance(place, list) and place else place
    code = place.get("iso_code") if isinstance(place, dict) else None
    return code if isinstance(code, str) else ""


@dataclass(frozen=True, slots=True)
class Visitors:
    """Says where requests come from.

    Args:
        trusted_hops: proxies in front, each of which adds the address it sees to X-Forwarded-For; with 0 only the
            connection is believed.
        places: None looks nothing up.
    """

    trusted_hops: int = 0
    places: Places | None = None

    def of(self, request: Request, *, located: bool) -> Visitor:
        """Say where a request comes from.

        Args:
            located: the country is asked for, too.
        """
        address = _address(self._stated(request))
        return self.places.find(address) if located and self.places is not None else Visitor(address)

    def _stated(self, request: Request) -> str:
        if not self.trusted_hops:
            return request.peer
        hops = request.header(FORWARDED).split(",")
        return hops[-self.trusted_hops] if len(hops) >= self.trusted_hops else ""


def _address(text: str) -> str:
    """Take the address out of `1.2.3.4`, `1.2.3.4:5678`, `[::1]:443`; empty when there is none.

    A socket that takes both families says `::ffff:1.2.3.4` of the same visitor. Source: RFC 4291 section 2.5.5.2.
    """
    text = text.strip()
    try:
        socket.inet_pton(socket.AF_INET, text)  # a hundredth of what `ipaddress` takes, for what nearly all are
    except (OSError, ValueError):
        return _other_address(text)
    else:
        return text


def _other_address(text: str) -> str:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
