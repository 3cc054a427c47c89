"""Copies of known values inside base64, which a search of the text does not see.

`knowledge` asks for them. A run of base64 may begin anywhere in what was encoded, so that it is read at each of its
four offsets; what reads as a known value at one of them holds it. Nothing here is remembered.

Source: RFC 4648 sections 4 and 5.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import re2
from pybase64 import b64decode

from proxy.detect.search import Search

__all__ = ["Hit", "coded_copies"]

Hit = tuple[int, int, str]
"""Start, end, entity."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_STANDARD = bytes(letter if letter in _LETTERS else ord(" ") for letter in range(256)).translate(
    bytes.maketrans(b"-_", b"+/")
)
"""Leaves the letters of base64, in its standard alphabet, and spaces between them."""
_AROUND = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_=-")
"""What belongs to the run around a copy; without the slash, which ends it in a URL."""
_SHORTEST_RUN = 12
_LONG_RUNS = Search(rf"[A-Za-z0-9+/]{{{_SHORTEST_RUN},}}", re2.Options())
_PAGE = 4096
"""Bytes; less is never worth a thought about how it is searched."""
_STRIDE = 16
_PROSE = 8
"""Bytes a word, with the space behind it; ids and URLs have longer ones."""
_OFFSETS = range(4)
_APART = b"AAAA"
"""Three zero bytes, between runs that are decoded together."""
_SHORTEST = 6
"""Bytes; shorter values stand in base64 by chance, too."""


def coded_copies(joined: str, values: Iterable[tuple[str, str]]) -> list[Hit]:
    """Find the base64 runs that hold a known value, whole: the letters at a value's edges still tell.

    Args:
        joined: all texts of a request, any separator that is no base64 between them.
        values: (value, entity).

    Returns:
        Places in `joined`, in no order; one run several times when it holds several values.
    """
    # Anything but ASCII becomes one byte that ends a run, so that places stay what they are.
    plain = joined.encode("ascii", "replace").translate(_STANDARD)
    runs = list(filter(_mixed, _long_runs(plain)))
    if not runs:
        return []
    together = _decoded(run[offset:] for offset in _OFFSETS for run in runs)
    standing = [(raw, entity) for raw, entity in _raw(values) if raw in together]
    return list(_placed(joined, plain, standing)) if standing else []


def _long_runs(plain: bytes) -> list[bytes]:
    """Give the runs that may hold a value. RE2 reads past the short words of prose; all else is told apart sooner."""
    sample = plain[::_STRIDE] if len(plain) > _PAGE else b""
    if sample.count(b" ") * _PROSE > len(sample):
        return [plain[start:end] for start, end in _LONG_RUNS.spans(plain)]
    return [run for run in plain.split() if len(run) >= _SHORTEST_RUN]


def _placed(joined: str, plain: bytes, standing: Sequence[tuple[bytes, str]]) -> Iterator[Hit]:
    """Yield where the runs are that hold a value."""
    runs = [(first, last) for first, last in _LONG_RUNS.spans(plain) if _mixed(plain[first:last])]
    widened: list[tuple[int, int]] = []
    for offset in _OFFSETS:
        together = _decoded(plain[first + offset : last] for first, last in runs)
        firsts = array("Q", accumulate([_size(last - first - offset) for first, last in runs], initial=0))
        for raw, entity in standing:
            reach = 0
            for at in _places(together, raw):
                run = bisect_right(firsts, at) - 1
                first, last = runs[run][0] + offset, runs[run][1]
                start = first + (at - firsts[run]) * 4 // 3
                end = first - (at - firsts[run] + len(raw)) * -4 // 3
                if reach < end <= last:  # a value with zero bytes may stand between two runs
                    around = _widened(joined, start, end, widened)
                    reach = around[1]
                    yield (*around, entity)


def _mixed(run: bytes) -> bool:
    """Tell base64 from words, numbers and dates: of text it mixes cases, of digits it may be capitals and digits."""
    if run.isupper():
        return run.isalnum() and not run.isalpha()
    return not (run.islower() or run.isdigit())


def _raw(values: Iterable[tuple[str, str]]) -> Iterator[tuple[bytes, str]]:
    for value, entity in values:
        raw = value.encode("utf-8", "surrogatepass")
        if len(raw) >= _SHORTEST:
            yield raw, entity


def _decoded(runs: Iterable[bytes]) -> bytes:
    """Decode runs in one call; a letter that no byte can follow from counts as zero bits."""
    return b64decode(b"".join([run + _APART[len(run) % 4 :] + _APART for run in runs]))


def _size(letters: int) -> int:
    """Give how many bytes `_decoded` makes of a run."""
    return letters // 4 * 3 + 2 * len(b64decode(_APART))


def _places(decoded: bytes, raw: bytes) -> Iterator[int]:
    """Yield where `raw` stands; of places that overlap the first."""
    at = decoded.find(raw)
    while at >= 0:
        yield at
        at = decoded.find(raw, at + len(raw))


def _widened(text: str, start: int, end: int, known: list[tuple[int, int]]) -> tuple[int, int]:
    """Widen a place to the whole run around it; `known` are the runs that were walked already, sorted."""
    at = bisect_right(known, (start, len(text)))
    if at and end <= known[at - 1][1]:
        return known[at - 1]
    while start > 0 and text[start - 1] in _AROUND:
        start -= 1
    while end < len(text) and text[end] in _AROUND:
        end += 1
    insort(known, (start, end))
    return start, end
