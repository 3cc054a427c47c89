"""A form body (`data=…&verbose=1`) that carries the document in one of its fields. `framing` calls it.

The field's value is opened by its own rules, apart from the fields beside it (those are `params`): percent-encoded
base64 (browsers), base64 with raw `+` `/` `=` (mixpanel-node), percent-encoded JSON in which `+` is a space
(mixpanel-python, `urlencode`) or `%20` is (JavaScript, `encodeURIComponent`), and JSON that nobody encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from proxy.errors import FramingInvalid
from proxy.wire.params import Params

__all__ = ["Carried", "open_form"]

Close = Callable[[bytes], bytes]


class Carried(NamedTuple):
    """The carrier's value, decoded; the fields beside it, None when there are none; and the way back to a form."""

    value: bytes
    others: Params | None
    close: Close


def open_form(body: bytes, fields: tuple[str, ...]) -> Carried | None:
    """Take the document's field out of a form.

    Args:
        fields: names of fields that may carry a document.

    Returns:
        None when the body has no such field.

    Raises:
        FramingInvalid: 400, more than one field may carry the document: the vendor could read the other one.
    """
    for field in fields:
        name = field.encode() + b"="
        start = 0 if body.startswith(name) else body.find(b"&" + name) + 1
        if start or body.startswith(name):
            break
    else:
        return None
    start += len(name)
    end = body.find(b"&", start)
    if start == len(name) and end < 0:
        value, escape = _opened(body[start:])
        return Carried(value, None, lambda text: name + escape(text))
    end = len(body) if end < 0 else end
    value, escape = _opened(body[start:end])
    return Carried(value, *_beside(body[:start] + body[end:], field, fields, escape))


def _beside(emptied: bytes, field: str, fields: tuple[str, ...], escape: Close) -> tuple[Params, Close]:
    others = Params.parse(emptied.decode("utf-8", "surrogateescape"))
    carriers = [name for name in fields if name in others.values]
    if carriers != [field] or isinstance(others.values.pop(field), list):
        raise FramingInvalid(expected=f"one field {field}", got="more than one that could carry events", where="form")

    def close(text: bytes) -> bytes:
        rendered = others.render({field: escape(text).decode("utf-8", "surrogateescape")})
        return rendered.encode("utf-8", "surrogateescape")

    return others, close


def _opened(value: bytes) -> tuple[bytes, Close]:
    first = value.find(b"%")
    if value[:1].isalnum():
        if first < 0:
            return value, _as_is
        text = value[:first] + value[first:].replace(b"%3D", b"=").replace(b"%2B", b"+").replace(b"%2F", b"/")
        if b"%" not in text:
            return text, _escaped_base64
    text = unquote_to_bytes(value.replace(b"+", b" "))
    if text[:1].isalnum():
        return text, _escaped_base64
    if first != 0:
        return text, _bare
    return text, _escaped_plus if b"+" in value else _escaped


def _as_is(text: bytes) -> bytes:
    return text


def _escaped_base64(text: bytes) -> bytes:
    return text.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")


_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_ESCAPES = tuple(bytes([code]) if code in _SAFE else b"%%%02X" % code for code in range(256))
_ESCAPES_PLUS = tuple(b"+" if code == ord(" ") else escape for code, escape in enumerate(_ESCAPES))


def _escaped(text: bytes) -> bytes:
    return b"".join(map(_ESCAPES.__getitem__, text))


def _escaped_plus(text: bytes) -> bytes:
    return b"".join(map(_ESCAPES_PLUS.__getitem__, text))


def _bare(text: bytes) -> bytes:
    return text.replace(b"%", b"%25").replace(b"&", b"%26").replace(b"+", b"%2B")
