"""A form body (`data=…&verbose=1`) that carries the document in one of its fields. `framing` calls it.

The field's value is opened by its own rules, apart from the fields beside it (those are `params`): percent-encoded
base64 (browsers), base64 with raw `+` `/` `=` (mixpanel-node), percent-encoded JSON in which `+` is a space
(mixpanel-python, `urlencode`) or `%20` is (JavaScript, `encodeURIComponent`), and JSON that nobody encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

from proxy.errors import FramingInvalid
from proxy.wire.params import Params
from proxy.wire.percent import quoted, unquoted

__all__ = ["open_form"]

Close = Callable[[bytes], bytes]


def open_form(body: bytes, fields: tuple[str, ...]) -> tuple[bytes, Close, Params | None] | None:
    """Take the document's field out of a form.

    Args:
        fields: names of fields that may carry a document.

    Returns:
        The field's value, decoded; what makes a form of another value; the fields beside it, None when there are none.
        None when the body is no form with such a field.

    Raises:
        FramingInvalid: 400, more than one field may carry the document: the vendor could read the other one.
    """
    for name, head, inner, styles in _carriers(fields):
        if body.startswith(head):
            start = len(head)
            if body.find(b"&") < 0:  # `in` takes twice as long: it tries for a number first
                value, close = _opened(body[start:], styles)
                return value, close, None
        else:
            start = body.find(inner) + len(inner)
            if start < len(inner):
                continue
        end = body.find(b"&", start)
        end = len(body) if end < 0 else end
        value, escape = _opened(body[start:end], _styles(b""))
        others = _beside(body[:start] + body[end:], name, fields)
        return value, partial(_close, others, name, escape), others
    return None


class _Styles(NamedTuple):
    """How a value is written back, by how it came."""

    raw_base64: Close
    base64: Close
    bare: Close
    percent: Close
    plus: Close


def _base64(text: bytes) -> bytes:
    return text.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")


_ESCAPED = {b"%3D": b"=", b"%2B": b"+", b"%2F": b"/", b"%3d": b"=", b"%2b": b"+", b"%2f": b"/"}
"""The escapes that base64 needs. Source: RFC 4648 section 4; browsers write them in upper case, as RFC 3986 asks."""


def _bare(text: bytes) -> bytes:
    return text.replace(b"%", b"%25").replace(b"&", b"%26").replace(b"+", b"%2B")


@cache
def _carriers(fields: tuple[str, ...]) -> tuple[tuple[str, bytes, bytes, _Styles], ...]:
    """Prepare each name once for a dialect: a form's beginning, a later place, the styles of a form of one field."""
    heads = [(name, name.encode() + b"=") for name in fields]
    return tuple((name, head, b"&" + head, _styles(head)) for name, head in heads)


def _styles(head: bytes) -> _Styles:
    return _Styles(
        raw_base64=lambda text: head + text,
        base64=lambda text: head + _base64(text),
        bare=lambda text: head + _bare(text),
        percent=lambda text: head + quoted(text),
        plus=lambda text: head + quoted(text, b"+"),
    )


def _opened(value: bytes, styles: _Styles) -> tuple[bytes, Close]:
    first = value.find(b"%")
    if first < 0 and value[:1].isalnum():
        return value, styles.raw_base64
    if first > 0 and value[:1].isalnum():
        try:
            return _unescaped(value, first), styles.base64
        except KeyError:
            pass
    text = unquoted(value)
    if text[:1].isalnum():
        return text, styles.base64
    if first != 0:
        return text, styles.bare
    return text, styles.plus if b"+" in value else styles.percent


def _unescaped(value: bytes, at: int) -> bytes:
    """Decode the escapes of base64, the first of them at `at`. There are few, and `find` is quick between them.

    Raises:
        KeyError: there is an escape that base64 does not need.
    """
    parts: list[bytes] = []
    start = 0
    while at >= 0:
        parts += value[start:at], _ESCAPED[value[at : at + 3]]
        start = at + 3
        at = value.find(b"%", start)
    return b"".join((*parts, value[start:]))


def _beside(emptied: bytes, name: str, fields: tuple[str, ...]) -> Params:
    others = Params.parse(emptied.decode("utf-8", "surrogateescape"))
    if [field for field in fields if field in others.values] != [name] or others.values.pop(name) != "":
        raise FramingInvalid(expected=f"one field {name}", got="more than one that could carry events", where="form")
    return others


def _close(others: Params, name: str, escape: Close, text: bytes) -> bytes:
    rendered = others.render({name: escape(text).decode("utf-8", "surrogateescape")})
    return rendered.encode("utf-8", "surrogateescape")
