"""Percent-encoding at the speed of `bytes` methods. `form` calls it for documents, `params` for values.

urllib looks at each byte, or each escape, in Python: 110 µs for a document of 1 KB, where parsing and writing the JSON
takes 4. Here decoding is one C function and encoding one replacement for each sign that occurs.
"""

from __future__ import annotations

from binascii import a2b_qp
from urllib.parse import unquote_to_bytes

__all__ = ["quoted", "unquoted"]

_TO_QP = bytes.maketrans(b"%+", b"= ")

_SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
"""Source: RFC 3986 section 2.3, unreserved characters."""
_ESCAPES = {bytes([code]): b"%%%02X" % code for code in range(256)}


def unquoted(text: bytes) -> bytes:
    """Decode a form's value: escapes, and `+` as a space. An escape that is none stays as it is.

    Source: WHATWG URL, 5.1 "application/x-www-form-urlencoded parsing" and 1.3 "percent-decode".
    """
    if not (b"=" in text or b"\n" in text or b"\r" in text):
        # Quoted-printable (RFC 2045 section 6.7) is percent-encoding with another sign, as long as nothing but escapes
        # begins with it. Each escape makes the text two bytes shorter; broken ones do not, and are left to urllib.
        value = a2b_qp(text.translate(_TO_QP))
        if len(text) - len(value) == 2 * text.count(b"%"):
            return value
    return unquote_to_bytes(text.replace(b"+", b" "))


def quoted(text: bytes, space: bytes = b"%20") -> bytes:
    """Encode a form's value; everything but unreserved characters becomes an escape.

    Args:
        space: what a space becomes, `%20` (JavaScript's encodeURIComponent) or `+` (Python's urlencode).
    """
    left = text.translate(None, _SAFE)
    sign = b"%" if b"%" in left else left[:1]  # `%` before the others, since what they become holds it
    while sign:
        text, left = text.replace(sign, _ESCAPES[sign]), left.translate(None, sign)
        sign = left[:1]
    return text if space == b"%20" else text.replace(b"%20", space)
