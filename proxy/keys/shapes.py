"""Forms in which a vendor takes an id, and pseudonyms written in them.

    hex16     37be42d094381d2e                        40 bits of body, 24 of tag
    numbers   1804289383.1795284954                   37 bits of body, 24 of tag
    uuid      cc0e3253-3603-4969-b1cf-824ce52199aa    90 bits of body, 32 of tag

Matomo refuses a `cid` that is not 16 hexadecimal digits, Snowplow a `sid` that is no UUID, GA4 warns of a client id
that is not two numbers. An id that came in such a form leaves in it; any other becomes an ordinary token, as it was
none of the vendor's before. `pseudonym` asks; nothing here holds a key.

The tag says, to the holder of the key, that a value is a pseudonym already; that is what keeps scrubbing idempotent. It
takes bits from the body: of a million ids in 40 bits, one pair collides with even odds; and one raw id in 2^24 is taken
for a pseudonym and stays. Encryption that keeps the form has no collisions, but cannot tell its own results.

Source: Matomo, core/Tracker/Request.php (`LENGTH_HEX_ID_STRING`), js/piwik.js; Snowplow Enrich, Transform.scala
(`validateUuid`), iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2; Google Analytics, "Validate
events" (`ENFORCE_RECOMMENDATIONS`); RFC 9562 section 5.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["SHAPES", "Shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A form of ids.

    Args:
        name: separates its tags from those of other shapes.
        form: what an id of this form looks like, in lower case.
        body_bits, tag_bits: what a pseudonym holds.
        write: from `body_bits + tag_bits` bits to an id.
        read: back; only of use where `write` of it gives the id again.
    """

    name: str
    form: re.Pattern[str]
    body_bits: int
    tag_bits: int
    write: Callable[[int], str]
    read: Callable[[str], int]

    def pseudonym(self, text: str, body: Callable[[bytes], bytes], tag: Callable[[bytes], bytes]) -> str | None:
        """Give the pseudonym of an id, or None when it has another form. A pseudonym of these keys stays.

        Args:
            body, tag: HMAC-SHA256 under two keys.
        """
        text = text.lower()
        if self.form.fullmatch(text) is None:
            return None
        bits = self.read(text)
        if self.write(bits) == text and self._with_tag(bits >> self.tag_bits, tag) == bits:
            return text
        return self.write(self._with_tag(_leading(body(text.encode()), self.body_bits), tag))

    def _with_tag(self, body: int, tag: Callable[[bytes], bytes]) -> int:
        mac = tag(f"{self.name}/{body:x}".encode())
        return body << self.tag_bits | _leading(mac, self.tag_bits)


def _leading(mac: bytes, bits: int) -> int:
    return int.from_bytes(mac) >> (len(mac) * 8 - bits)


EARLIEST = 1_000_000_000
"""The second number of a client id is the time of the first visit; 10^9 and 30 bits give the years 2001 to 2035."""


def _write_numbers(bits: int) -> str:
    return f"{bits >> 30}.{EARLIEST + (bits & (1 << 30) - 1)}"


def _read_numbers(text: str) -> int:
    random, _, time = text.partition(".")
    return int(random) << 30 | max(int(time) - EARLIEST, 0)


def _write_uuid(bits: int) -> str:
    digits = f"{bits >> 74:012x}4{bits >> 62 & 0xFFF:03x}{0x8000000000000000 | bits & (1 << 62) - 1:016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _read_uuid(text: str) -> int:
    digits = text.replace("-", "")
    return int(digits[:12], 16) << 74 | int(digits[13:16], 16) << 62 | int(digits[16:], 16) & (1 << 62) - 1


_ALL = (
    Shape("hex16", re.compile("[0-9a-f]{16}"), 40, 24, "{:016x}".format, lambda text: int(text, 16)),
    Shape("numbers", re.compile(r"\d{1,10}\.[1-9]\d{8,9}", re.ASCII), 37, 24, _write_numbers, _read_numbers),
    Shape("uuid", re.compile("[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"), 90, 32, _write_uuid, _read_uuid),
)

SHAPES: Mapping[str, Shape] = {shape.name: shape for shape in _ALL}
"""By name, as a dialect's `shapes` lists them."""
