"""What one request tells about its people: values known to be personal, found again wherever else they stand in it.

The program adds what a rule removed and what a person's field holds, then asks for the places in the strings that stay:
page titles, URLs, event names, free text. The same serves as taint check on what goes out. Found plain, case- and
accent-folded, in parts, percent-encoded, escaped, and in base64 that begins anywhere. A `Known` lives as long as one
request; it is never shared, stored or logged.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import not_

from proxy.detect.copies import Hit, coded_copies
from proxy.detect.detector import Span, apart
from proxy.detect.folding import fold, fold_origins, script
from proxy.detect.joined import SEPARATOR, starts
from proxy.detect.layers import Views, opened
from proxy.detect.stopwords import COMMON, NO_NEEDLES

__all__ = ["KNOWN", "Known"]

KNOWN = "known"
"""The rule of every span that a `Known` finds."""
_DULL = NO_NEEDLES | COMMON
_NUMBERED = frozenset({"LOCATION_PRECISE", "PHONE_NUMBER", "BIRTH_DATE", "CREDIT_CARD", "IBAN_CODE", "US_SSN"})
"""Entities whose values hold a digit; without one it is words (`location: Checkout`), as names of events hold them."""
_WHOLE_MIN = 4
_DIGITS_MIN = 7
"""Shorter runs of digits are counters and prices, too."""
_MAX_NEEDLES = 512
"""A request that names more people is searched for the first of them; the rest were removed where they stood."""
_PARTS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_OVERLAP = 1 << 16
"""Characters of places that overlap; more than that, as `aa…` has in `aaa…`, are no longer told apart: all are hits."""
_MARKS = frozenset({"Mn", "Mc"})
_LOCAL = re.compile(r"[.\-_+]")
_WORD = re.compile(r"[a-z]+|[0-9]+")
"""Letters and digits are no word together: `ada1` holds `ada`."""
_HEX = re.compile(r"[a-f]+").fullmatch
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}").fullmatch
_ID_REACH = 36
"""Characters of a UUID, RFC 9562 section 4."""
_MANY_NEEDLES = 128
"""From here on a set of the texts' words is cheaper than to search for each needle: some 30 ns a character."""


class Known:
    """The personal values of one request.

    Args:
        values: (value, entity) pairs to start with.
    """

    __slots__ = ("_exact", "_needles", "_values")

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        self._needles: dict[str, str] = {}
        self._exact: dict[str, str] = {}
        self._values: list[tuple[str, str]] = []
        for value, entity in values:
            self.add(value, entity)

    def __len__(self) -> int:
        return len(self._needles) + len(self._exact)

    def add(self, value: str, entity: str) -> None:
        """Remember a value, and of names and addresses the parts that tell.

        Args:
            value: as it stood in the field.
            entity: decides the parts: PERSON its words, EMAIL_ADDRESS the words of its local part. Words of a host are
                everybody's.
        """
        value = value.strip()
        if len(self) >= _MAX_NEEDLES:
            return
        if _tells(value) and not _says_otherwise(value, entity):
            self._whole(value, entity)
        elif entity != "PERSON":
            return
        if entity == "PERSON":
            for part in _parts(value.rpartition("@")[0] or value) if "://" not in value else ():
                self._part(part, entity)
        elif entity == "EMAIL_ADDRESS" and "@" in value:
            local = value.rpartition("@")[0]
            if _tells(local) and not local.isdigit():
                self._whole(local, entity)
            for part in _LOCAL.split(local):
                if not any(map(str.isdigit, part)):
                    self._part(part, "PERSON")

    def find(self, texts: Sequence[str], views: Views | None = None) -> dict[str, tuple[Span, ...]]:
        """Find the known values in the distinct strings of one request.

        Args:
            views: strings that were opened already, and where more are noted.

        Returns:
            Only texts with hits; spans sorted by start, never overlapping; the rule is `known`.
        """
        if not len(self):
            return {}
        joined = SEPARATOR.join(texts)
        escaped = opened(texts, joined, {} if views is None else views)
        behind = {view.text for view in escaped.values()}.difference(texts)
        found = self._plain([*texts, *behind] if behind else texts)
        for text, hit in _placed(coded_copies(joined, self._values), texts):
            found.setdefault(text, []).append(hit)
        for text, view in escaped.items():
            hits = [(*view.raw(start, end, text), entity) for start, end, entity in found.get(view.text, ())]
            if hits:
                found[text] = found.get(text, []) + hits
        return {text: _longest(hits) for text, hits in found.items() if text not in behind}

    def _whole(self, value: str, entity: str) -> None:
        """Remember a whole value, and its digits when it is a number people write in groups."""
        self._needles.setdefault(fold(value), entity)
        if "-" in value and _UUID(value):
            self._needles.setdefault(fold(value.replace("-", "")), entity)
        if entity in _GROUPED:
            compact = "".join(char for char in value if char.isalnum())
            if len(compact) >= _DIGITS_MIN:
                self._needles.setdefault(fold(compact), entity)
        if len(self._values) < _MAX_NEEDLES:  # many spellings may fold to one needle
            self._values.append((value, entity))

    def _part(self, part: str, entity: str) -> None:
        """Remember a word of a name; a word that is also a common one only as it is written, capitalised."""
        folded = fold(part)
        latin = folded.isascii()
        if len(folded) < (3 if latin else 2) or folded in NO_NEEDLES:
            return
        if folded in COMMON:
            if part[0].isupper():
                self._exact.setdefault(part, entity)
            return
        self._needles.setdefault(folded, entity)

    def _plain(self, texts: Sequence[str]) -> dict[str, list[Hit]]:
        """Find what stands in texts as they read.

        ASCII goes apart: one wide character makes a search four times as dear, and ASCII folds letter for letter.
        """
        found: dict[str, list[Hit]] = {}
        joined = SEPARATOR.join(texts)
        parts = [(joined, texts)]
        if not joined.isascii():
            narrow = list(map(str.isascii, texts))
            split = list(compress(texts, narrow)), list(compress(texts, map(not_, narrow)))
            parts = [(SEPARATOR.join(part), part) for part in split]
        for joined, part in parts:
            for text, hit in _placed(self._standing(joined), part):
                found.setdefault(text, []).append(hit)
        return found

    def _standing(self, joined: str) -> list[Hit]:
        """Find the places of needles, folded, and of exact words, on word boundaries."""
        folded = fold(joined)
        needles = self._needles if len(self._needles) < _MANY_NEEDLES else self._likely(folded)
        hits = [hit for needle in needles if needle in folded for hit in _words(folded, needle, needles[needle])]
        if hits and not joined.isascii():
            origins = fold_origins(joined)
            hits = [(origins[start], _end(origins, end, len(joined)), entity) for start, end, entity in hits]
        exact = [hit for word in self._exact if word in joined for hit in _words(joined, word, self._exact[word])]
        return hits + exact

    def _likely(self, folded: str) -> Mapping[str, str]:
        """Pick the needles whose first word stands in the texts."""
        words = set(_WORD.findall(folded))
        return {
            needle: entity
            for needle, entity in self._needles.items()
            if (word := _WORD.search(needle)) is None or word[0] in words
        }


_GROUPED = frozenset({"PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN"})


def _parts(name: str) -> list[str]:
    """Give the words of a name; a vowel sign or an accent of its own (Mn, Mc) goes on with its word."""
    if name.isascii():
        return _PARTS.findall(name)
    letters = "".join(["a" if unicodedata.category(char) in _MARKS else char for char in name])
    return [name[word.start() : word.end()] for word in _PARTS.finditer(letters)]


def _end(origins: Sequence[int], end: int, size: int) -> int:
    """Give where what was folded ends: an accent that folds to nothing goes with its letter."""
    return max(origins[end - 1] + 1, origins[end] if end < len(origins) else size)


def _words(text: str, word: str, entity: str) -> list[Hit]:
    """Find `word` in `text`, on word boundaries; one of hex letters not inside an id."""
    hits = []
    spare = _OVERLAP
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        # Most words stand between signs; only beside a letter or digit is there something to decide.
        if spare < 0 or not (
            (text[at - 1 : at].isalnum() and _glued(text, at)) or (text[end : end + 1].isalnum() and _glued(text, end))
        ):
            hits.append((at, end, entity))
        following = text.find(word, at + 1 if spare >= 0 else end)
        if following < end:
            spare -= len(word)
        at = following
    if hits and _HEX(word):
        return [hit for hit in hits if not _in_id(text, *hit[:2])]
    return hits


def _placed(hits: Sequence[Hit], texts: Sequence[str]) -> list[tuple[str, Hit]]:
    """Turn places in the joined texts into places in each text."""
    if not hits:
        return []
    firsts = starts(map(len, texts))
    placed = []
    for start, end, entity in hits:
        at = bisect_right(firsts, start) - 1
        if end < firsts[at + 1]:  # a value may hold the separator itself
            placed.append((texts[at], (start - firsts[at], end - firsts[at], entity)))
    return placed


def _longest(hits: list[Hit]) -> tuple[Span, ...]:
    """Keep the longest of hits that overlap."""
    if len(hits) == 1:
        return (Span(*hits[0], KNOWN),)
    longest = sorted(dict.fromkeys(hits), key=lambda hit: (hit[0] - hit[1], hit[0]))
    return tuple([Span(*hit, KNOWN) for hit in apart(longest)])


def _tells(value: str) -> bool:
    """Say whether a value is telling enough to be searched for: not `42`, `true`, `admin`."""
    if value.isdecimal():
        return len(value) >= _DIGITS_MIN
    if value.isascii():
        return len(value) >= _WHOLE_MIN and value.lower() not in _DULL
    return len(value) >= 2


def _says_otherwise(value: str, entity: str) -> bool:
    """Say whether a value is plainly none of its entity: no digit where one must be, `header` for an address."""
    if entity not in _NUMBERED and entity != "POSTAL_ADDRESS":
        return False
    if not value.isascii() or any(map(str.isdigit, value)):
        return False
    return entity in _NUMBERED or value.count(" ") <= value.islower()


def _in_id(text: str, start: int, end: int) -> bool:
    """Say whether hex letters stand in a UUID, or in a run of 16 or more hex digits with other letters beside them."""
    first = max(0, start - _ID_REACH)
    start, end = start - first, end - first
    for found in _ID.finditer(text[first : first + end + _ID_REACH]):
        if found.start() <= start and end <= found.end():
            rest = found[0][: start - found.start()] + found[0][end - found.start() :]
            return rest.strip("0123456789") != ""
    return False


def _glued(text: str, at: int) -> bool:
    """Say whether the characters on both sides of `at` belong to one word; CJK words have no boundaries."""
    left, right = text[at - 1], text[at]
    if left.isdigit() and right.isdigit():
        return True
    return left.isalpha() and right.isalpha() and script(left) == script(right) != "cjk"
