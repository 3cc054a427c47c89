"""Base64 as analytics SDKs write it: standard or url-safe, padded or not. `framing` opens and closes layers of it.

Strict: a letter outside the alphabet, both alphabets mixed, or anything behind the padding is refused, because the
vendor's decoder may skip what ours would stop at. One exception: a space is taken for `+`, since that is what a query
parser makes of an unescaped `+`.
"""

from __future__ import annotations

from binascii import Error
from collections.abc import Callable
from functools import partial

from pybase64 import b64decode, b64encode

from proxy.errors import FramingInvalid

__all__ = ["open_base64"]

_TO_STANDARD = bytes.maketrans(b"-_ ", b"+/+")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def open_base64(text: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Decode base64.

    Returns:
        The bytes, and what encodes other bytes in the same alphabet and padding. Where the text shows no difference it
        is taken for padded standard, and where it is unpadded without a telling letter for url-safe (JWT's habit).

    Raises:
        FramingInvalid: 400, it is no base64.

    Source: RFC 4648 sections 4 and 5; RFC 7515 section 2 (url-safe without padding).
    """
    try:
        return _decoded(text), _close
    except Error:
        return _open_other(text)


def _decoded(text: bytes) -> bytes:
    return b64decode(text, validate=True)


def _open_other(text: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    standard = text.translate(_TO_STANDARD)
    has_url = b"-" in text or b"_" in text
    has_standard = b"+" in text or b"/" in text or b" " in text
    is_padded = text.endswith(b"=") or (len(text) % 4 == 0 and not has_url)
    if has_url and has_standard:
        raise FramingInvalid(expected="base64", got="letters of both alphabets", where="base64")
    try:
        data = _decoded(standard if is_padded else standard + b"=" * (-len(text) % 4))
    except Error:
        raise FramingInvalid(expected="base64", got=f"{len(text)} bytes that are none", where="base64") from None
    is_url = has_url or not (is_padded or has_standard)
    return data, partial(_close_other, is_url=is_url, is_padded=is_padded)


def _close(data: bytes) -> bytes:
    return b64encode(data)


def _close_other(data: bytes, *, is_url: bool, is_padded: bool) -> bytes:
    text = b64encode(data)
    if is_url:
        text = text.translate(_TO_URL)
    return text if is_padded else text.rstrip(b"=")
