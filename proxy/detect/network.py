"""Rows for network and device addresses: IP v4 and v6, MAC, IMEI, advertising ids.

`patterns` puts these rows into the one table.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from proxy.detect.checksums import digits, luhn
from proxy.detect.row import Candidate, Found, Row, near

__all__ = ["ROWS"]

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}"
_VERSION_WORDS = ("version", "build", "release", "ver.", "firmware", "driver", "sdk", "revision")
_ADDRESS_WORDS = (
    "ip",
    "src",
    "dst",
    "addr",
    "host",
    "loopback",
    "unspecified",
    "local",
    "listen",
    "bind",
    "connect",
    "from",
)
_PRIVATE = ("0.", "10.", "127.", "172.", "192.168.")


def _v4(candidate: Candidate) -> Iterable[Found]:
    """Refuse versions: after the word, with more parts, and like `156.0.0.0`; the expression refuses `X/1.2.3.4`."""
    text, start, end = candidate.text, candidate.start, candidate.end
    before = text[start - 1 : start]
    if text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit():
        return  # five parts and more: an object identifier or a build number
    value = text[start:end]
    host = value.split("/")[0]
    if before == "/" and text[start - 2 : start - 1].isalnum() and all(len(part) == 1 for part in host.split(".")):
        return  # a release in a path: `/docs/1.2.3.4/`
    if host.startswith(("127.", "0.")) and before == "/":
        return  # the host of a URL on one's own machine names nobody
    whole = len(text) < 2 * len(host) and len(text.strip()) == len(host)  # no long text is read for each address
    if (host.endswith(".0.0.0") or (whole and host.endswith(".0"))) and not host.startswith(_PRIVATE):
        return  # a host address does not end in 0, a browser's reduced version does (Chromium, User-Agent reduction)
    if near(text, start, end, _VERSION_WORDS, 14) and not near(text, start, end, (" ip", "ip:", "ip=", "addr"), 20):
        return
    yield Found(start, end)


def _v6(candidate: Candidate) -> Iterable[Found]:
    """Trim to what the standard library accepts as an address; `::` alone needs a telling word."""
    text, start, end = candidate.text, candidate.start, candidate.end
    behind = text[end : end + 1]
    if behind.isalnum() or behind in {":", "_"} or (behind == "." and text[end + 1 : end + 2].isdigit()):
        return
    value = text[start:end]
    for cut in (value, value.split("/")[0]):
        host = cut.split("/")[0].split("%")[0]
        try:
            address = ipaddress.IPv6Address(host)
            if "/" in cut and int(cut.split("/")[1]) > 128:
                continue
        except ValueError:
            continue
        if len(host) < 4 and not near(text, start, start + len(cut), _ADDRESS_WORDS, 24) and "/" not in cut:
            return
        if not int(address) and len(host) > 4:
            return
        yield Found(start, start + len(cut))
        return


def _mac(value: str) -> bool:
    """Refuse the broadcast and the null address; one kind of separator only is the expression's work."""
    return len(set(value.replace(":", "").replace("-", "").replace(".", "").upper())) > 1


def _imei(value: str) -> bool:
    """Say whether 15 digits pass Luhn."""
    number = digits(value)
    return len(number) == 15 and luhn(number)


_HEX = "[0-9A-Fa-f]"
_GROUPS = rf"(?:{_HEX}{{0,4}}:){{2,7}}(?:{_V4}|{_HEX}{{0,4}})"

ROWS = (
    Row(
        id="ipv4",
        entity="IP_ADDRESS",
        expression=rf"(?:^|[^\w./\-]|[^\w][/\-]|/[\w\-]+/)({_V4}\b(?:/(?:3[0-2]|[12]?\d)\b)?)",
        source="RFC 791; RFC 4632 for the prefix length",
        examples=(
            ("my ip: 192.168.0.1", "192.168.0.1"),
            ("(192.0.2.1)", "192.0.2.1"),
            ("http://203.0.113.57/x", "203.0.113.57"),
            ("192.168.1.0/24", "192.168.1.0/24"),
            ("from 198.51.100.23.", "198.51.100.23"),
            ("ip=203.0.113.57&x=1", "203.0.113.57"),
            ("https://shop.example/u/203.0.113.84/orders", "203.0.113.84"),
        ),
        counters=(
            "256.256.256.256",
            "192.168.1",
            "Chrome/156.0.0.0 Safari",
            "156.0.0.0",
            "version 1.2.3.4",
            "v1.2.3.4",
            "/docs/1.2.3.4/index",
            "/api/2026.11.3.1",
            "2026.11.03.1",
            "text192.168.1.1",
            "IP192.168.1.1text",
        ),
        confirm=_v4,
        strength=70,
    ),
    Row(
        id="ipv6",
        entity="IP_ADDRESS",
        expression=rf"(?:^|[^\w:.])({_GROUPS}(?:%[0-9A-Za-z]+)?(?:/\d{{1,3}}\b)?)",
        trigger=r"(?:^|[^\w:.])[0-9A-Fa-f]*:[0-9A-Fa-f]*:",
        source="RFC 4291 section 2.2, RFC 4007 section 11 (zone)",
        examples=(
            ("my ip: 684D:1111:222:3333:4444:5555:6:77", "684D:1111:222:3333:4444:5555:6:77"),
            ("[2001:db8::1]:8080", "2001:db8::1"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("fe80::1%eth0/64", "fe80::1%eth0/64"),
            ("connecting from ip ::1", "::1"),
        ),
        counters=("std::cout", "12:34:56", "aa:bb:cc:dd:ee:ff", "Home :: Pricing", "2001::db8::1", ":::", "1:2:3:4"),
        confirm=_v6,
        strength=75,
    ),
    Row(
        id="mac",
        entity="MAC_ADDRESS",
        expression=(
            rf"(?:^|[^\w:.\-])({_HEX}{{2}}(?:(?::{_HEX}{{2}}){{5}}|(?:-{_HEX}{{2}}){{5}})|"
            rf"{_HEX}{{4}}\.{_HEX}{{4}}\.{_HEX}{{4}})"
            r"\b"
        ),
        trigger=(
            r"\b(?:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:|[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-"
            r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.)"
        ),
        source="IEEE 802-2014 section 8.1",
        examples=(("mac 00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"), ("aabb.ccdd.eeff", "aabb.ccdd.eeff")),
        counters=("FF:FF:FF:FF:FF:FF", "00:1A:2B:3C:4D", "10:2F:33-AC-29-C3"),
        check=_mac,
        strength=78,
    ),
    Row(
        id="imei",
        entity="DEVICE_ID",
        expression=r"(?:^|[^\w.])(\d{2}[ \-]?\d{6}[ \-]?\d{6}[ \-]?\d)\b",
        trigger=r"(?i)imei",
        source="3GPP TS 23.003 section 6.2.1",
        examples=(("IMEI: 490154203237518", "490154203237518"),),
        counters=("490154203237518", "IMEI: 490154203237519"),
        check=_imei,
        context=("imei",),
        strength=76,
    ),
    Row(
        id="advertising-id",
        entity="DEVICE_ID",
        expression=(
            r"(?i)(?:idfa|idfv|gaid|aaid|advertising[ _\-]?id|ad[ _\-]?id)\W{1,4}([0-9a-f]{8}(?:-[0-9a-f]{4})"
            r"{3}-[0-9a-f]{12})\b"
        ),
        trigger=r"(?i)idf[av]|gaid|aaid|advertising|ad[ _\-]?id",
        source="Apple ASIdentifierManager, Google Play services AdvertisingIdClient",
        examples=(("idfa=38400000-8CF0-11BD-B23E-10B96E40000D", "38400000-8CF0-11BD-B23E-10B96E40000D"),),
        counters=("38400000-8CF0-11BD-B23E-10B96E40000D",),
        strength=60,
    ),
)
