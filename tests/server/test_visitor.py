"""Where a request comes from: whom eventveil believes, and what it looks up."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from proxy.errors import SettingsError
from proxy.server.http1.request import Request
from proxy.server.visitor import Places, Visitor, Visitors, open_places
from tests.fakes import EVENT, ask, get, parsed, post, serving, vendor

IRELAND = {"country": {"iso_code": "IE"}, "subdivisions": [{"iso_code": "L"}, {"iso_code": "D"}]}
MOVING = {"registered_country": {"iso_code": "DK"}}


def _request(*forwarded: str, remote: str = "192.0.2.1") -> Request:
    return parsed(get("/", *(f"X-Forwarded-For: {line}" for line in forwarded)), remote)


@pytest.mark.parametrize(
    ("hops", "remote", "forwarded", "expected"),
    [
        (0, "192.0.2.1", (), "192.0.2.1"),
        (0, "192.0.2.1", ("203.0.113.7",), "192.0.2.1"),
        (0, "", (), ""),
        (0, "fe80::1%eth0", (), "fe80::1"),
        (1, "192.0.2.1", ("203.0.113.7",), "203.0.113.7"),
        (1, "192.0.2.1", ("10.9.9.9, 203.0.113.7",), "203.0.113.7"),
        (2, "192.0.2.1", ("10.9.9.9, 203.0.113.7, 198.51.100.4",), "203.0.113.7"),
        (2, "192.0.2.1", ("10.9.9.9", "203.0.113.7, 198.51.100.4"), "203.0.113.7"),
        (1, "192.0.2.1", (), ""),
        (2, "192.0.2.1", ("203.0.113.7",), ""),
        (1, "192.0.2.1", ("unknown",), ""),
        (1, "192.0.2.1", ("203.0.113.7:51234",), "203.0.113.7"),
        (1, "192.0.2.1", ("[2001:db8::7]:443",), "2001:db8::7"),
        (1, "192.0.2.1", ("2001:DB8::7",), "2001:db8::7"),
        (0, "::ffff:192.0.2.1", (), "192.0.2.1"),
        (1, "192.0.2.1", ("[::ffff:cb00:7107]:443",), "203.0.113.7"),
        (1, "192.0.2.1", ("::203.0.113.7",), "::cb00:7107"),
    ],
)
def test_an_address_is_believed_as_far_as_the_operator_vouches(
    hops: int, remote: str, forwarded: tuple[str, ...], expected: str
) -> None:
    """The last-but-n entry is the client's when n proxies stand in front; what is missing or no address is nobody's."""
    assert Visitor(expected) == Visitors(hops).of(_request(*forwarded, remote=remote), located=True)


class FakeReader:
    """Answers from a table, and refuses what a database of IPv4 refuses."""

    def __init__(self, records: dict[str, Any]) -> None:
        self.records = records

    def get(self, ip_address: str) -> object:
        if ":" in ip_address:
            raise ValueError(ip_address)
        return self.records.get(ip_address)


@pytest.mark.parametrize(
    ("address", "level", "expected"),
    [
        ("203.0.113.7", "country", ("IE", "")),
        ("203.0.113.7", "region", ("IE", "IE-L")),
        ("203.0.113.8", "region", ("DK", "")),
        ("203.0.113.9", "region", ("", "")),
        ("203.0.113.10", "region", ("", "")),
        ("203.0.113.11", "region", ("", "")),
        ("2001:db8::7", "region", ("", "")),
        ("", "region", ("", "")),
    ],
)
def test_a_place_is_as_coarse_as_the_operator_wants(address: str, level: Any, expected: tuple[str, str]) -> None:
    """A record gives its country and, if asked, its first subdivision; an odd or missing one gives nothing."""
    odd = {"country": {"iso_code": 7}, "subdivisions": []}
    reader = FakeReader({"203.0.113.7": IRELAND, "203.0.113.8": MOVING, "203.0.113.9": odd, "203.0.113.10": "IE"})
    assert Visitor(address, *expected) == Places(reader, level).find(address)


def test_a_place_is_looked_up_only_where_a_vendor_takes_it() -> None:
    """A request that is not to be located is only asked for its address."""
    visitors = Visitors(places=Places(FakeReader({"192.0.2.1": IRELAND})))
    assert Visitor("192.0.2.1", "IE") == visitors.of(_request(), located=True)
    assert Visitor("192.0.2.1") == visitors.of(_request(), located=False)


SIZES = {"node_count": b"\xc4", "build_epoch": b"\x08\x02"}
"""Control bytes of an unsigned number of 32 and of 64 bits; all other numbers have 16."""


def _field(value: Any, name: str = "") -> bytes:
    """Write a value of the database's data section: maps, arrays, short strings and numbers.

    Source: MaxMind DB File Format Specification 2.0, "Output data section".
    """
    if isinstance(value, str):
        return bytes([2 << 5 | len(value)]) + value.encode()
    if isinstance(value, dict):
        return bytes([7 << 5 | len(value)]) + b"".join(_field(key) + _field(inner, key) for key, inner in value.items())
    if isinstance(value, list):
        return bytes([len(value), 11 - 7]) + b"".join(map(_field, value))
    control = SIZES.get(name, b"\xa2")
    return control + int(value).to_bytes(control[0] & 31, "big")


def _database(first_half: dict[str, Any]) -> bytes:
    """Write a database of one node: addresses below 128.0.0.0 have a record, the others none."""
    nodes = 1
    tree = struct.pack(">I", nodes + 16)[1:] + struct.pack(">I", nodes)[1:]
    about = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1,
        "database_type": "Test-Country",
        "description": {},
        "ip_version": 4,
        "languages": [],
        "node_count": nodes,
        "record_size": 24,
    }
    return tree + b"\0" * 16 + _field(first_half) + b"\xab\xcd\xefMaxMind.com" + _field(about)


def test_a_database_in_maxminds_format_is_read(tmp_path: Path) -> None:
    """The mounted file itself answers: one half of the internet in Ireland, the other nowhere."""
    path = tmp_path / "places.mmdb"
    path.write_bytes(_database(IRELAND))
    places = open_places(path, "region")
    assert Visitor("10.0.0.1", "IE", "IE-L") == places.find("10.0.0.1")
    assert Visitor("203.0.113.7") == places.find("203.0.113.7")
    assert Visitor("2001:db8::7") == places.find("2001:db8::7")


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    """A missing file or other bytes are told by kind and path when the process starts or reloads."""
    path = tmp_path / "places.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="MaxMind-format"):
        open_places(path, "country")


async def test_the_place_of_a_visitor_reaches_the_vendor_and_the_address_does_not() -> None:
    """From the socket to the vendor: X-Forwarded-For of a trusted proxy becomes a country in the event."""
    event = post("/mp/track", EVENT, "Content-Type: application/x-www-form-urlencoded", "X-Forwarded-For: 203.0.113.7")
    async with vendor() as fake, serving(fake.url) as served:
        served.handler.visitors = Visitors(1, Places(FakeReader({"203.0.113.7": IRELAND})))
        await ask(served.port, event)
    assert b'"mp_country_code":"IE"' in unquote_to_bytes(fake.received[0].body)
    assert b"203.0.113.7" not in repr(fake.received).encode()
