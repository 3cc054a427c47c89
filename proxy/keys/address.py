"""Pseudonymous addresses, for vendors that tell visitors apart by where they connect from.

    203.0.113.7  →  fd3b:9d5e:…      8 bits fd, 88 bits HMAC-SHA256 of the address, 32 bits tag

An address of fd00::/8 is nobody's on the internet and lies in no country, so a vendor can count with it and locate
nothing. The same visitor has another one at every vendor and in every epoch. The tag tells an address that is a
pseudonym already. `policy.treatments` makes one `Addresser` a program; nothing here remembers an address.

Source: RFC 4193 section 3.1 (fd00::/8, locally assigned).
"""

from __future__ import annotations

import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address

__all__ = ["Addresser"]

BODY_BYTES = 11
"""88 bits: among 2^30 visitors two collide with a probability below 2^-28."""
TAG_BYTES = 4
PREFIX = b"\xfd"


class Addresser:
    """Turns addresses into pseudonymous ones under one key.

    Args:
        key: 32 bytes from `Keyring.derive`.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def pseudonym(self, text: str) -> str | None:
        """Give the pseudonym of an IPv4 or IPv6 address; a pseudonym of this key stays; None for what is no address."""
        try:
            address = ip_address(text.strip())
        except ValueError:
            return None
        if isinstance(address, IPv6Address):
            if self._made(address.packed):
                return address.compressed
            address = address.ipv4_mapped or address
        return IPv6Address(self._tagged(self._body(address))).compressed

    def _body(self, address: IPv4Address | IPv6Address) -> bytes:
        return PREFIX + hmac.digest(self._key, b"address" + address.packed, "sha256")[:BODY_BYTES]

    def _tagged(self, body: bytes) -> bytes:
        return body + hmac.digest(self._key, b"tag" + body, "sha256")[:TAG_BYTES]

    def _made(self, packed: bytes) -> bool:
        return packed.startswith(PREFIX) and hmac.compare_digest(self._tagged(packed[:-TAG_BYTES]), packed)
