"""What one request tells about its people: values known to be personal, found again wherever else they stand in it.

The program adds what a rule removed and what a person's field holds, then asks for the places in the strings that stay:
page titles, URLs, event names, free text. The same serves as taint check on what goes out. Found plain, case- and
accent-folded, in parts, percent-encoded, escaped, and as base64 at any of its three alignments. A `Known` lives as long
as one request; it is never shared, stored or logged.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pybase64 import b64encode_as_string

from proxy.detect.detector import Span, apart
from proxy.detect.folding import fold, fold_char, script
from proxy.detect.layers import View, Views, look_through
from proxy.detect.stopwords import COMMON, NO_NEEDLES

__all__ = ["KNOWN", "Known"]

KNOWN = "known"
"""The rule of every span that a `Known` finds."""
_DULL = NO_NEEDLES | COMMON
_SEPARATOR = "\x00"
_WHOLE_MIN = 4
_ALIGNMENTS = ((b"", 0), (b"\0", 2), (b"\0\0", 3))
"""What may stand before a value within base64, and how many letters that takes. Source: RFC 4648 section 4."""
_URL_SAFE = str.maketrans("+/", "-_")
_DIGITS_MIN = 7
"""Shorter runs of digits are counters and prices, too."""
_MAX_NEEDLES = 512
"""A request that names more people is searched for the first of them; the rest were removed where they stood."""
_PARTS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_=-")
"""Without the slash: in a URL it ends the run."""
_LOCAL = re.compile(r"[.\-_+]")
_WORD = re.compile(r"[a-z]+|[0-9]+")
"""Letters and digits are no word together: `ada1` holds `ada`."""
_CODED = re.compile(r"[A-Za-z0-9+/_-]{12,}")


class Known:
    """The personal values of one request.

    Args:
        values: (value, entity) pairs to start with.
    """

    __slots__ = ("_exact", "_needles", "_values")

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        self._needles: dict[str, tuple[str, str]] = {}
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
            entity: decides the parts: PERSON its words, EMAIL_ADDRESS the words of its local part.
        """
        value = value.strip()
        if len(self) >= _MAX_NEEDLES:
            return
        if _tells(value):
            self._whole(value, entity)
        elif entity != "PERSON":
            return
        if entity == "PERSON":
            for part in _PARTS.findall(value):
                self._part(part, entity)
        elif entity == "EMAIL_ADDRESS" and "@" in value:
            local = value.rpartition("@")[0]
            if _tells(local) and not local.isdigit():
                self._whole(local, entity)
            for part in _LOCAL.split(local):
                if not any(char.isdigit() for char in part):
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
        memo: Views = {} if views is None else views
        opened = {text: view for text in texts if (view := look_through(text, memo)) is not None}
        joined = _SEPARATOR.join(texts)
        behind = _SEPARATOR.join(view.text for view in opened.values())
        folded = fold(joined)
        present = self._present(joined, behind, folded, fold(behind))
        if present is None:
            return {}
        suspects = present.suspects(texts, folded, opened) if len(folded) == len(joined) else texts
        return {text: spans for text in suspects if (spans := present.spans(text, opened.get(text)))}

    def survives(self, text: str) -> bool:
        """Say whether a known value stands in `text`, as one taint check on what goes out."""
        return bool(self.find((text,)))

    def _whole(self, value: str, entity: str) -> None:
        """Remember a whole value, its digits when it is a number people write in groups, and its base64 forms."""
        self._needle(fold(value), entity)
        if entity in {"PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN"}:
            compact = "".join(char for char in value if char.isalnum())
            if len(compact) >= _DIGITS_MIN:
                self._needle(fold(compact), entity)
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
        self._needle(folded, entity)

    def _needle(self, folded: str, entity: str) -> None:
        word = _WORD.search(folded)
        self._needles.setdefault(folded, (entity, word[0] if word else ""))

    def _present(self, joined: str, behind: str, folded: str, folded_behind: str) -> _Present | None:
        """Narrow everything that is known down to what stands somewhere in the texts: mostly nothing.

        A value can only stand where its first word does, so one set of words spares a search for most of them.
        """
        words = {*_WORD.findall(folded), *_WORD.findall(folded_behind), ""}
        needles = {
            needle: entity
            for needle, (entity, word) in self._needles.items()
            if word in words and (needle in folded or needle in folded_behind)
        }
        exact = {word: entity for word, entity in self._exact.items() if word in joined or word in behind}
        encoded = self._encoded(_SEPARATOR.join(run for run in _CODED.findall(joined) if _may_be_coded(run)))
        return _Present(needles, exact, encoded) if needles or exact or encoded else None

    def _encoded(self, runs: str) -> dict[str, str]:
        """Give the base64 forms of known values that stand in these runs, at any of the three alignments."""
        if not runs:
            return {}
        forms = ((form, entity) for value, entity in self._values for form in _base64_forms(value))
        return {form: entity for form, entity in forms if form in runs}


def _may_be_coded(run: str) -> bool:
    """Tell base64 from words, hexadecimal and constants: base64 of any text mixes the cases."""
    return run.lower() != run != run.upper()


def _base64_forms(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogatepass")
    for shift, (before, first) in enumerate(_ALIGNMENTS) if len(raw) > 5 else ():
        coded = b64encode_as_string(before + raw)
        form = coded[first : len(coded) - (0, 3, 2)[(shift + len(raw)) % 3]].rstrip("=")
        yield form
        if "+" in form or "/" in form:
            yield form.translate(_URL_SAFE)


@dataclass(frozen=True, slots=True)
class _Present:
    """What of the known stands somewhere in a request's texts."""

    needles: dict[str, str]
    exact: dict[str, str]
    encoded: dict[str, str]

    def suspects(self, texts: Sequence[str], folded: str, opened: Mapping[str, View]) -> list[str]:
        """Pick the texts that need a closer look.

        Args:
            folded: all texts joined and folded, character for character.
            opened: those that hide something behind escapes.
        """
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        places = [at for needle in self.needles for at in _places(folded, needle)]
        picked = {bisect_right(starts, at) - 1 for at in places}
        telling = (*self.exact, *self.encoded)
        picked.update(at for at, text in enumerate(texts) if text in opened or any(word in text for word in telling))
        return [texts[at] for at in sorted(picked)]

    def spans(self, text: str, view: View | None) -> tuple[Span, ...]:
        """Find every known value in one text, on word boundaries, longest first."""
        hits = list(self._plain(text))
        if view is not None:
            hits.extend((*view.raw(start, end), entity) for start, end, entity in self._plain(view.text))
        for coded, entity in self.encoded.items():
            hits.extend((*_run(text, at, at + len(coded)), entity) for at in _places(text, coded))
        longest = sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0]))
        return apart(Span(start, end, entity, KNOWN) for start, end, entity in longest)

    def _plain(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield the places of needles in a text as it reads."""
        folded, offsets = _folded_with_offsets(text)
        for needle, entity in self.needles.items():
            for at in _places(folded, needle):
                end = at + len(needle)
                if not _glued(folded, at) and not _glued(folded, end):
                    yield offsets[at], offsets[end - 1] + 1, entity
        for word, entity in self.exact.items():
            for at in _places(text, word):
                if not _glued(text, at) and not _glued(text, at + len(word)):
                    yield at, at + len(word), entity


def _folded_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """Fold a text, and say for each folded character from where it comes."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    pieces = [fold_char(char) for char in text]
    return "".join(pieces), [*(at for at, piece in enumerate(pieces) for _ in piece), len(text)]


def _run(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a place to the whole run of base64 around it: the letters at its edges still tell."""
    while start > 0 and text[start - 1] in _BASE64:
        start -= 1
    while end < len(text) and text[end] in _BASE64:
        end += 1
    return start, end


def _tells(value: str) -> bool:
    """Say whether a value is telling enough to be searched for: not `42`, `true`, `admin`."""
    if value.isdecimal():
        return len(value) >= _DIGITS_MIN
    if value.isascii():
        return len(value) >= _WHOLE_MIN and value.lower() not in _DULL
    return len(value) >= 2


def _places(text: str, needle: str) -> Iterator[int]:
    """Yield where `needle` starts in `text`."""
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def _glued(text: str, at: int) -> bool:
    """Say whether the characters on both sides of `at` belong to one word; CJK words have no boundaries."""
    if at <= 0 or at >= len(text):
        return False
    left, right = text[at - 1], text[at]
    if left.isdigit() and right.isdigit():
        return True
    return left.isalpha() and right.isalpha() and script(left) == script(right) != "cjk"
