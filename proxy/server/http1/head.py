"""The header fields of one request: decoded once, and refused where two readers could differ about where it ends.

`parser` calls `read_head`. llhttp is strict by default (bare LF, folded lines, spaces before a colon, two lengths, a
length beside chunks, control characters are errors of its own); what it lets through and no SDK sends is refused here.
Nothing here does I/O or quotes a value.
"""

from __future__ import annotations

from typing import NamedTuple

from proxy.errors import HeadersTooLarge, WireError
from proxy.model import Headers

__all__ = ["Head", "read_head"]

VERSIONS = frozenset({"1.0", "1.1"})
"""llhttp also takes 0.9, which has no header fields and ends its line with a bare LF, and 2.0, which is not this."""

LENGTH_DIGITS = 18
"""Below 2**63, and far below what `int` refuses to read."""


class Head(NamedTuple):
    """What the header fields say.

    Args:
        version: as in `HTTP/1.1`.
        fields: decoded, in wire order; one that is not UTF-8 is left out.
        named: the same by lower-case name; the values of a repeated one with commas between them.
        size: bytes of all names and values, those left out too.
        length: announced for the body in bytes; 0 when nothing is, or it comes in chunks.
        chunked: the body comes in chunks.
    """

    version: str
    fields: Headers
    named: dict[str, str]
    size: int
    length: int
    chunked: bool

    @property
    def waits(self) -> bool:
        """The client sends its body only when it is told to. Source: RFC 9110 section 10.1.1."""
        return self.version == "1.1" and self.named.get("expect", "").lower() == "100-continue"


def read_head(version: str, fields: list[tuple[str, str]], size: int, line_limit: int) -> Head:
    """Check the header fields, and tell where the request ends.

    Args:
        version: as in `HTTP/1.1`.
        fields: names and values in wire order.
        size: bytes of all of them.
        line_limit: characters of one of them.

    Raises:
        WireError: 400, another version, or fields that leave it open where the request ends or for whom it is.
        HeadersTooLarge: 431, one field is over the limit.

    Source: RFC 9112 sections 3.2 and 6; RFC 9110 section 5.3 for repeated fields.
    """
    if version not in VERSIONS:
        raise WireError(expected="HTTP/1.1 or HTTP/1.0", got="another version", where="request line")
    if size > line_limit and any(len(name) + len(value) > line_limit for name, value in fields):
        raise HeadersTooLarge(expected="shorter lines", got="one over the limit", where="headers")
    named = {name.lower(): value for name, value in fields}
    if len(named) < len(fields):
        named = _with_commas(fields)
    _check_host(named, version)
    chunked = _is_chunked(named.get("transfer-encoding"), version)
    return Head(version, tuple(fields), named, size, _length(named), chunked)


def _with_commas(fields: list[tuple[str, str]]) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in fields:
        lowered = name.lower()
        named[lowered] = f"{named[lowered]}, {value}" if lowered in named else value
    return named


def _check_host(named: dict[str, str], version: str) -> None:
    host = named.get("host")
    if (host is None and version == "1.1") or (host is not None and "," in host):
        raise WireError(expected="one Host", got="none" if host is None else "several", where="headers")


def _is_chunked(coding: str | None, version: str) -> bool:
    """Tell whether the body comes in chunks; any other coding, and any coding in HTTP/1.0, is refused."""
    if coding is None:
        return False
    if version == "1.0" or coding.lower() != "chunked":
        raise WireError(expected="Transfer-Encoding: chunked, in HTTP/1.1", got="another coding", where="headers")
    return True


def _length(named: dict[str, str]) -> int:
    text = named.get("content-length")
    if text is None:
        return 0
    if not (text.isascii() and text.isdecimal()) or len(text) > LENGTH_DIGITS:
        raise WireError(expected=f"one length of at most {LENGTH_DIGITS} digits", got="another", where="headers")
    return int(text)
