"""The hot path of detection: the distinct strings of one batch in, the places of personal data out.

One `re2.Set` pass over all strings joined by NUL says which rows occur at all; most batches end there. Only a row that
occurs is searched for, and only what it found is confirmed by checksum, range and context. The program calls `find`
once a batch. This file knows no field names, keeps no value and decides no action.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import re2

from proxy.detect.finance import card
from proxy.detect.joined import SEPARATOR, starts
from proxy.detect.layers import DISGUISE, View, Views, base64_texts, opened
from proxy.detect.patterns import ROWS
from proxy.detect.row import Candidate, Found, Row, near
from proxy.detect.search import Search
from proxy.errors import InflationLimit

__all__ = ["DEFAULT_REGIONS", "MATCHES_LIMIT", "Detector", "Span", "apart"]

DEFAULT_REGIONS = ("US", "GB", "IE", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "AU", "IN", "BR", "JP", "CN", "IL")
"""Regions in whose national formats telephone numbers are read when a policy names none."""

_MAX_DEPTH = 2
"""How often an encoding is opened inside another: base64 of percent-encoded text, and one more."""
_ESCAPE = rf"%[0-9A-Fa-f]{{2}}|\\u[0-9A-Fa-f]{{4}}|&(?:#\d|#[xX]|amp;|quot;|nbsp;|commat;|shy;)|{DISGUISE}"
_HUMPS = r"[a-z0-9][A-Z][A-Za-z0-9+/_]*[a-z0-9][A-Z][A-Za-z0-9+/_]*[a-z0-9][A-Z]"
"""What shows that a string is worth opening: an escape, a disguise, or humps, as base64 has them and hex has not."""
MATCHES_LIMIT = 200_000
"""Places in the strings of one batch that the prefilter tells and a row confirms, which takes 2 to 240 µs each. 2,000
imported events with ten addresses, numbers and names each have a tenth of it."""
_SET_MEMORY_BYTES = 64 << 20
"""RE2 drops cached states when this is full; it is far above what the table needs (measured: below 4 MB)."""


class Span(NamedTuple):
    """`text[start:end]` is an `entity`, found by `rule`."""

    start: int
    end: int
    entity: str
    rule: str


class Detector:
    """Finds personal data in strings.

    Args:
        regions: ISO 3166 codes; national telephone formats are read in these.
        entities: the entities a policy does anything about; None means all of the table.
        extra: rows of Presidio's recognizers or an operator's, which take part in prefilter and confirmation like ours.
        tried: entities that are only counted; where they overlap with others, the others are found.
    """

    def __init__(
        self,
        *,
        regions: tuple[str, ...] = DEFAULT_REGIONS,
        entities: frozenset[str] | None = None,
        extra: Sequence[Row] = (),
        tried: frozenset[str] = frozenset(),
    ) -> None:
        self._regions = regions
        rows = [row for row in (*ROWS, *extra) if entities is None or row.entity in entities]
        self._rows = tuple([row.yielding() if row.entity in tried else row for row in rows])
        options = re2.Options()
        options.max_mem = _SET_MEMORY_BYTES
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for row in self._rows:
            self._set.Add(row.trigger or row.expression)
        self._escape: int = self._set.Add(_ESCAPE)
        self._humps: int = self._set.Add(_HUMPS)
        self._set.Compile()
        self._hump = Search(_HUMPS, options)
        self._searches = tuple((row, Search(row.expression, options)) for row in self._rows)

    def find(
        self, texts: Sequence[str], views: Views | None = None, limit: int = MATCHES_LIMIT
    ) -> dict[str, tuple[Span, ...]]:
        """Find personal data in the distinct strings of one batch.

        Args:
            texts: distinct strings; lone surrogates are allowed.
            views: strings that were opened already, and where more are noted.
            limit: how many places may be looked at closely.

        Returns:
            Only texts with hits; spans sorted by start, never overlapping, offsets in characters.

        Raises:
            InflationLimit: 413, there are more places than may be looked at closely.
        """
        return self._found(texts, _MAX_DEPTH, {} if views is None else views, limit)

    def _found(self, texts: Sequence[str], depth: int, views: Views, limit: int) -> dict[str, tuple[Span, ...]]:
        """Run the prefilter, then the rows that hit, then the same on what encodings hide, `depth` times."""
        together = SEPARATOR.join(texts)
        joined = together.encode("utf-8", "surrogatepass")
        hits = self._set.Match(joined)
        if hits is None:
            return {}
        found = self._direct(texts, joined, hits, limit)
        if depth and (self._escape in hits or self._humps in hits):
            escaped = opened(texts, together, views) if self._escape in hits else {}
            humped = self._humped(texts, joined) if self._humps in hits else ()
            coded = [(text, *run) for text in humped for run in base64_texts(text)]
            behind = {view.text for view in escaped.values()} | {decoded for *_, decoded in coded}
            inner = self._found(list(behind), depth - 1, views, limit)
            _carry(found, inner, escaped, coded)
        return found

    def _humped(self, texts: Sequence[str], joined: bytes) -> Iterable[str]:
        """Pick the texts that may hold base64."""
        firsts = starts(_sizes(texts, joined))
        return {texts[bisect_right(firsts, start) - 1]: None for start, _ in self._hump.spans(joined)}

    def _direct(
        self, texts: Sequence[str], joined: bytes, hits: Sequence[int], limit: int
    ) -> dict[str, tuple[Span, ...]]:
        """Search the rows that hit, and confirm."""
        matches: list[tuple[int, int, Row]] = []
        for row, search in [self._searches[index] for index in hits if index < len(self._rows)]:
            matches += [(start, end, row) for start, end in search.spans(joined)]
            if len(matches) > limit:
                raise InflationLimit(f"at most {limit} places to look at closely", "more", "texts")
        if not matches:
            return {}
        firsts = starts(_sizes(texts, joined))
        places: dict[int, list[tuple[int, int, Row]]] = {}
        for start, end, row in matches:
            at = bisect_right(firsts, start) - 1
            places.setdefault(at, []).append((start - firsts[at], end - firsts[at], row))
        spans = ((texts[at], _confirmed(texts[at], candidates, self._regions)) for at, candidates in places.items())
        return {text: confirmed for text, confirmed in spans if confirmed}

    def number(self, value: float) -> str | None:
        """Name the entity of a bare JSON number under an untelling key, when it is personal beyond doubt.

        Only a payment card is: 14…16 digits, a brand's first digits and a right Luhn digit. Timestamps in s, ms, µs
        and ns begin with 1, counters and prices are shorter.
        """
        if isinstance(value, int) and 10**13 <= value < 10**16 and card(str(value)):
            return "CREDIT_CARD"
        return None


def _carry(
    found: dict[str, tuple[Span, ...]],
    inner: Mapping[str, tuple[Span, ...]],
    escaped: Mapping[str, View],
    coded: Iterable[tuple[str, int, int, str]],
) -> None:
    """Add to `found` what stands behind escapes and base64, at its raw place."""
    if not inner:
        return
    spans: dict[str, list[Span]] = {}
    for text, view in escaped.items():
        for span in inner.get(view.text, ()):
            spans.setdefault(text, []).append(Span(*view.raw(span.start, span.end, text), span.entity, span.rule))
    for text, start, end, decoded in coded:
        for span in inner.get(decoded, ())[:1]:
            spans.setdefault(text, []).append(Span(start, end, span.entity, span.rule))
    for text, more in spans.items():
        found[text] = _longest((*found.get(text, ()), *more))


def _longest(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Keep the longest of spans that overlap."""
    return apart(sorted(spans, key=lambda span: (span.start - span.end, span.start)))


Place = TypeVar("Place", bound=tuple[Any, ...])
"""Start, end, and what stands there."""


def apart(places: Iterable[Place]) -> tuple[Place, ...]:
    """Keep, of places that overlap, the one that comes first; return them in the order of the text."""
    ordered = tuple(places)
    if len(ordered) > _MANY_PLACES:
        return _apart_many(ordered)
    kept: list[Place] = []
    for place in ordered:
        at = bisect_left(kept, place)
        free = at == len(kept) or kept[at][0] >= place[1]
        if free and (not at or kept[at - 1][1] <= place[0]):
            kept.insert(at, place)
    return tuple(kept)


_MANY_PLACES = 256
"""From here on it is cheaper to mark what is taken than to keep a list sorted, and the time stays linear."""


def _apart_many(places: Sequence[Place]) -> tuple[Place, ...]:
    taken = bytearray(max(map(itemgetter(1), places)))
    kept: list[Place] = []
    for place in places:
        start, end = place[0], place[1]
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(place)
    return tuple(sorted(kept))


def _sizes(texts: Sequence[str], joined: bytes) -> Iterable[int]:
    """Give how many bytes each text takes in the joined ones."""
    pieces = joined.split(b"\0")
    if len(pieces) == len(texts):
        return map(len, pieces)
    return [len(text.encode("utf-8", "surrogatepass")) for text in texts]  # a text holds the separator itself


def _confirmed(text: str, candidates: list[tuple[int, int, Row]], regions: tuple[str, ...]) -> tuple[Span, ...]:
    """Confirm candidates (byte offsets) of one text and keep the strongest where they overlap."""
    if not text.isascii():
        candidates = list(_in_characters(text, sorted(candidates, key=itemgetter(0, 1))))
    return _strongest(
        [
            (row.strength, Span(place.start, place.end, place.entity or row.entity, row.id))
            for start, end, row in candidates
            for place in _accepted(row, Candidate(text, start, end, regions))
        ]
    )


def _in_characters(text: str, candidates: Iterable[tuple[int, int, Row]]) -> Iterator[tuple[int, int, Row]]:
    """Turn byte offsets of candidates, sorted, into those of characters; each part of the text is read once."""
    raw = text.encode("utf-8", "surrogatepass")
    byte = at = 0
    for start, end, row in candidates:
        at += len(raw[byte:start].decode("utf-8", "surrogatepass"))
        byte = start
        yield at, at + len(raw[start:end].decode("utf-8", "surrogatepass")), row


def _accepted(row: Row, candidate: Candidate) -> Iterable[Found]:
    """Run a row's own confirmation on one candidate."""
    if row.context and not near(candidate.text, candidate.start, candidate.end, row.context):
        return ()
    if row.confirm is not None:
        return row.confirm(candidate)
    if row.check is not None and not row.check(candidate.value):
        return ()
    return (Found(candidate.start, candidate.end),)


def _strongest(spans: list[tuple[int, Span]]) -> tuple[Span, ...]:
    """Keep the strongest, then the longest, of spans that overlap."""
    if len(spans) == 1:
        return (spans[0][1],)
    return apart(
        span for _, span in sorted(spans, key=lambda item: (-item[0], item[1].start - item[1].end, item[1].start))
    )
