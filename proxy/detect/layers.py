"""Views through the encodings that strings carry: percent, HTML, JSON and backslash escapes, base64.

`detector` and `knowledge` look through these views and need every place back in the raw string, so a view is the
decoded text with its way back. Only strings that show an escape are opened. Nothing here parses documents: JSON inside
a string is the scrubbing program's business.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = ["DISGUISE", "ESCAPES", "MAX_LAYERS", "View", "Views", "base64_texts", "opened", "unescaped"]

MAX_LAYERS = 3
"""How often a string is opened again: `%25252540` is three layers. Deeper is nobody's accident."""

_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
"""Characters of no width: where a long word may break, which way to read. Source: Unicode 16, category Cf."""
_BLANKS, _DASHES = "\u00a0\u2000-\u200a\u202f\u205f\u3000", "\u2010-\u2015\u2212"
_WIDE = "\uff0d\uff0e\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
"""Letters, digits, hyphen and stop as wide as ideographs. Source: Unicode 16, Halfwidth and Fullwidth Forms."""
DISGUISE = rf"[{_UNSEEN}{_WIDE}]|[0-9A-Za-z][{_BLANKS}][0-9A-Za-z]|[0-9][{_DASHES}][0-9]"
"""Shows a text that reads like ASCII and is not: `4111\u202f1111`, a hyphen that does not break. RE2 reads it, too."""
_DISGUISED = re.compile(DISGUISE).search
_WIDTHLESS = "".join(re.findall(f"[{_UNSEEN}]", "".join(map(chr, range(0x10000)))))

_ESCAPE = re.compile(
    r"(?:%[0-9A-Fa-f]{2})++|(?:\\u[0-9A-Fa-f]{4})++|\\[\"\\/bfnrt]|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp|commat|shy);|\+"
    rf"|[{_UNSEEN}{_WIDE}{_BLANKS}{_DASHES}]"
)
"""Anchored by its first character and without nested repetition, so `re` stays linear here; possessive, since it would
remember 100 bytes for each escape of a run."""

ESCAPES = frozenset("%\\&")
"""Every escape begins with one of them, but the space that is written `+` in a query."""
_SIGNS = (*ESCAPES, "+")
_SIGN = re.compile(f"[{re.escape(''.join(_SIGNS))}{_UNSEEN}{_WIDE}{_BLANKS}{_DASHES}]").search
"""One set, which `re` looks for ten times as fast as for anything that goes on behind it."""

_BASE64 = tuple(re.compile(rf"[A-Za-z0-9{signs}]{{12,}}={{0,2}}") for signs in ("+/_-", "+_-", "+"))
"""Runs of base64; what does not decode is taken apart where a path (`/u/YWRh…/edit`) or a name (`id_YWRh…`) may end."""
_BACKSLASH = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class View(NamedTuple):
    """A decoded text and its way back: a place is kept behind each escape only, since all else is as long as it was.

    Args:
        text: the decoded one.
        places: in `text`, rising; from each of them on characters stand one to one.
        origins: where these places are in the string that was decoded.
        outer: what that string is itself a view of; None when it is the raw one.
    """

    text: str
    places: array[int]
    origins: array[int]
    outer: View | None

    def raw(self, start: int, end: int, raw: str) -> tuple[int, int]:
        """Return the place in the raw string of `text[start:end]`, without what is unseen behind it."""
        start, end = self._origin(start), self._origin(end)
        if self.outer is not None:
            return self.outer.raw(start, end, raw)
        return start, start + len(raw[start:end].rstrip(_WIDTHLESS))

    def read(self, start: int, end: int) -> str:
        """Return what stands at a place of the raw string, decoded."""
        return self.text[self.place(start) : self.place(end)]

    def _origin(self, place: int) -> int:
        at = bisect_right(self.places, place) - 1
        return self.origins[at] + place - self.places[at]

    def place(self, raw: int) -> int:
        """Return the first place in `text` that does not stand before `raw` in the raw string."""
        origin = raw if self.outer is None else self.outer.place(raw)
        at = bisect_right(self.origins, origin) - 1
        place = self.places[at] + origin - self.origins[at]
        return min((place, *self.places[at + 1 : at + 2]))


def unescaped(text: str) -> View | None:
    """Open percent, HTML and backslash escapes and disguises, up to three layers; None when there are none.

    A `+` counts as a space where the string also has percent escapes or looks like a query (WHATWG URL, 5.1).
    """
    view = None
    for _ in range(MAX_LAYERS):
        if not _shows(text):
            break
        opened = _opened(text, view)
        if opened.text == text:
            break
        view = opened
        text = opened.text
    return view


def _shows(text: str) -> bool:
    """Say whether a text may have something to open."""
    if "%" in text or "\\" in text or ("&" in text and ";" in text) or ("+" in text and "=" in text):
        return True
    return not text.isascii() and _DISGUISED(text) is not None


Views = dict[str, View | None]
"""Strings of one request that were opened, None where there was nothing to open."""


def opened(texts: Iterable[str], joined: str, views: Views) -> dict[str, View]:
    """Open the escapes of many strings, each once, however often it is asked for; give those that had some.

    Args:
        joined: all of them; where it shows no escape, none is looked at.
    """
    found: dict[str, View] = {}
    for text in filter(_SIGN, texts) if any(sign in joined for sign in _SIGNS) or not joined.isascii() else ():
        if text not in views:
            views[text] = unescaped(text)
        if (view := views[text]) is not None:
            found[text] = view
    return found


def base64_texts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, decoded text) of each run that is base64, standard or url-safe, of readable UTF-8."""
    yield from _base64_within(text, 0, len(text), _BASE64)


def _base64_within(
    text: str, start: int, end: int, runs: tuple[re.Pattern[str], ...]
) -> Iterator[tuple[int, int, str]]:
    for match in runs[0].finditer(text, start, end):
        decoded = _readable(match.group().rstrip("="))
        if decoded is not None:
            yield match.start(), match.end(), decoded
        elif len(runs) > 1:
            yield from _base64_within(text, match.start(), match.end(), runs[1:])


def _readable(run: str) -> str | None:
    """Decode a run that holds readable text; words and hexadecimal do not, since base64 of any text has capitals."""
    if run.islower() or run.isdigit() or (run.isalpha() and run[1:].islower()):
        return None
    try:
        raw = base64.b64decode(run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4), validate=True)
        decoded = raw.decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return None if any(char < " " and char not in "\t\r\n" for char in decoded) else decoded


def _opened(text: str, outer: View | None) -> View:
    """Open one layer."""
    parts: list[str] = []
    places, origins = array("Q", (0,)), array("Q", (0,))
    place = at = 0
    plus = "%" in text or ("=" in text and " " not in text)
    for match in _ESCAPE.finditer(text):
        start = match.start()
        parts.append(text[at:start])
        place += start - at
        at = start
        for chars, width in _decoded(match.group(), plus=plus):
            parts.append(chars)
            place += len(chars)
            at += width
            if width != len(chars):
                places.append(place)
                origins.append(at)
    parts.append(text[at:])
    return View("".join(parts), places, origins, outer)


def _decoded(escape: str, *, plus: bool) -> Iterator[tuple[str, int]]:
    """Yield what one run of escapes means, each with its raw width; what does not decode stays as it is."""
    if escape[0] == "%":
        yield from _percent(escape)
    elif escape[:2] == "\\u":
        units = bytes.fromhex(escape.replace("\\u", "")).decode("utf-16-be", "surrogatepass")
        for char in units:
            yield char, 12 if ord(char) > 0xFFFF else 6
    elif escape[0] == "\\":
        yield _BACKSLASH.get(escape[1], escape[1]), 2
    elif escape[0] == "&":
        yield html.unescape(escape), len(escape)  # nothing at all where it names a control character
    elif escape[0] == "+":
        yield (" " if plus else "+"), 1
    else:
        yield _plain(escape), 1


def _plain(sign: str) -> str:
    """Write a disguise in ASCII."""
    if unicodedata.category(sign) == "Cf":
        return ""
    known = unicodedata.normalize("NFKC", sign)
    return known if known.isascii() else "-"


def _percent(escape: str) -> Iterator[tuple[str, int]]:
    """Decode `%C3%B8` as UTF-8; bytes that are none stay escaped."""
    raw = bytes.fromhex(escape.replace("%", ""))
    at = 0
    while at < len(raw):
        width = 1 if raw[at] < 0x80 else 2 if raw[at] < 0xE0 else 3 if raw[at] < 0xF0 else 4
        try:
            yield raw[at : at + width].decode("utf-8", "surrogatepass"), 3 * width
        except UnicodeDecodeError:
            width = 1
            yield escape[3 * at : 3 * at + 3], 3
        at += width
