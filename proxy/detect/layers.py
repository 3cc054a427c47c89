"""Views through the encodings that strings carry: percent, HTML, JSON and backslash escapes, base64.

`detector` and `knowledge` look through these views and need every place back in the raw string, so a view is the
decoded text with the raw offset of each of its characters. Only strings that show an escape are opened. Nothing here
parses documents: JSON inside a string is the scrubbing program's business.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = ["ESCAPES", "MAX_LAYERS", "View", "Views", "base64_texts", "opened", "unescaped"]

MAX_LAYERS = 3
"""How often a string is opened again: `%25252540` is three layers. Deeper is nobody's accident."""

_ESCAPE = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|(?:\\u[0-9A-Fa-f]{4})+|\\[\"\\/bfnrt]|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp|commat);|\+"
)
"""Anchored by its first character and without nested repetition, so `re` stays linear here."""

ESCAPES = frozenset("%\\&")
"""Every escape begins with one of them, but the space that is written `+` in a query."""
_SIGNS = (*ESCAPES, "+")
_SIGN = re.compile(f"[{re.escape(''.join(_SIGNS))}]").search

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_BACKSLASH = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class View(NamedTuple):
    """A decoded text; `offsets[i]` is where its character `i` starts in the raw string, with one more for the end."""

    text: str
    offsets: list[int]

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the raw string of `text[start:end]`."""
        return self.offsets[start], self.offsets[end]

    def read(self, start: int, end: int) -> str:
        """Return what stands at a place of the raw string, decoded."""
        return self.text[bisect_left(self.offsets, start) : bisect_left(self.offsets, end)]


def unescaped(text: str) -> View | None:
    """Open percent, HTML and backslash escapes, up to three layers; None when there are none.

    A `+` counts as a space where the string also has percent escapes or looks like a query (WHATWG URL, 5.1).
    """
    view = None
    for _ in range(MAX_LAYERS):
        if not ("%" in text or "\\" in text or ("&" in text and ";" in text) or ("+" in text and "=" in text)):
            break
        opened = _opened(text)
        if opened.text == text:
            break
        view = opened if view is None else View(opened.text, [view.offsets[at] for at in opened.offsets])
        text = opened.text
    return view


Views = dict[str, View | None]
"""Strings of one request that were opened, None where there was nothing to open."""


def opened(texts: Iterable[str], joined: str, views: Views) -> dict[str, View]:
    """Open the escapes of many strings, each once, however often it is asked for; give those that had some.

    Args:
        joined: all of them; where it shows no escape, none is looked at.
    """
    found: dict[str, View] = {}
    for text in filter(_SIGN, texts) if any(sign in joined for sign in _SIGNS) else ():
        if text not in views:
            views[text] = unescaped(text)
        if (view := views[text]) is not None:
            found[text] = view
    return found


def base64_texts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, decoded text) of each run that is base64, standard or url-safe, of readable UTF-8."""
    for match in _BASE64.finditer(text):
        run = match.group().rstrip("=")
        if run.islower() or run.isdigit() or (run.isalpha() and run[1:].islower()):
            continue  # words and hexadecimal; base64 of any text has capitals
        try:
            raw = base64.b64decode(run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4), validate=True)
            decoded = raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if decoded.isprintable() or not any(char < " " and char not in "\t\r\n" for char in decoded):
            yield match.start(), match.end(), decoded


def _opened(text: str) -> View:
    """Open one layer."""
    parts: list[str] = []
    offsets: list[int] = []
    at = 0
    plus = "%" in text or ("=" in text and " " not in text)
    for match in _ESCAPE.finditer(text):
        start, end = match.span()
        parts.append(text[at:start])
        offsets.extend(range(at, start))
        at = end
        for char, place in _decoded(match.group(), start, plus=plus):
            parts.append(char)
            offsets.append(place)
    parts.append(text[at:])
    offsets.extend(range(at, len(text) + 1))
    return View("".join(parts), offsets)


def _decoded(escape: str, start: int, *, plus: bool) -> Iterator[tuple[str, int]]:
    """Yield the characters of one run of escapes with their raw offsets; what does not decode stays as it is."""
    if escape[0] == "%":
        yield from _percent(escape, start)
    elif escape[:2] == "\\u":
        units = bytes.fromhex(escape.replace("\\u", "")).decode("utf-16-be", "surrogatepass")
        place = start
        for char in units:
            yield char, place
            place += 12 if ord(char) > 0xFFFF else 6
    elif escape[0] == "\\":
        yield _BACKSLASH.get(escape[1], escape[1]), start
    elif escape[0] == "&":
        yield html.unescape(escape)[:1], start
    else:
        yield (" " if plus else "+"), start


def _percent(escape: str, start: int) -> Iterator[tuple[str, int]]:
    """Decode `%C3%B8` as UTF-8; bytes that are none stay escaped."""
    raw = bytes.fromhex(escape.replace("%", ""))
    at = 0
    while at < len(raw):
        width = 1 if raw[at] < 0x80 else 2 if raw[at] < 0xE0 else 3 if raw[at] < 0xF0 else 4
        try:
            yield raw[at : at + width].decode("utf-8", "surrogatepass"), start + 3 * at
        except UnicodeDecodeError:
            width = 1
            for place in range(start + 3 * at, start + 3 * at + 3):
                yield escape[place - start], place
        at += width
