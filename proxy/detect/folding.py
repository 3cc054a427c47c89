"""Letters compared as people compare them: without case, accents and strokes.

`knowledge` folds names and the texts it searches for them. This file remembers single characters, never a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain, repeat

__all__ = ["fold", "fold_origins", "script"]

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """Fold case and accents of a text; ASCII takes the short way."""
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(_fold_run, text.lower())


def _fold_run(run: re.Match[str]) -> str:
    return "".join(map(_fold_char, run[0]))


def fold_origins(text: str) -> Sequence[int]:
    """Say for each character of the folded text where it comes from: letters fold to none, to one or to several."""
    if all(len(_fold_char(char)) == 1 for char in set().union(*_NOT_ASCII.findall(text))):
        return range(len(text))
    origins: list[int] = []
    at = 0
    for run in _NOT_ASCII.finditer(text):
        start, end = run.span()
        origins.extend(range(at, start))
        sizes = map(len, map(_fold_char, run[0]))
        origins.extend(chain.from_iterable(map(repeat, range(start, end), sizes)))
        at = end
    origins.extend(range(at, len(text)))
    return origins


def _fold_char(char: str) -> str:
    """Fold one character beyond ASCII; may return none or several."""
    known = _FOLDED.get(char)
    if known is None:
        known = "".join(c for c in unicodedata.normalize("NFKD", char).casefold() if not unicodedata.combining(c))
        known = _STROKES.get(known, known)
        if len(_FOLDED) < 4096:
            _FOLDED[char] = known
    return known


_STROKES = {"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "\u0131": "i", "œ": "oe", "ð": "d", "þ": "th"}
_FOLDED: dict[str, str] = {}
"""Single characters and how they fold: no client data, at most 4,096 of them."""


def script(char: str) -> str:
    """Name the script of a letter as far as word boundaries care: `latin`, `greek`, `cyrillic`, `cjk` or `other`."""
    code = ord(char)
    if 0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or 0x0E00 <= code <= 0x0E7F or 0xF900 <= code <= 0xFAFF:
        return "cjk"
    return "latin" if code < 0x250 else "greek" if code < 0x400 else "cyrillic" if code < 0x530 else "other"
