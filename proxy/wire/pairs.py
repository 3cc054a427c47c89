"""Events written as `name=value` pairs: a query, a form, lines of forms, strings in a JSON array. GA4 and Matomo do.

A vendor's decoder takes the pairs of each event apart with `Pairs`, hands the records out, and asks for the texts again
when the request is sealed. Nothing here knows a vendor; a record that nobody changed gives its very text again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, NamedTuple

from proxy.errors import DocumentInvalid, FramingInvalid
from proxy.model import Batch, Part, WireRequest
from proxy.wire.compression import inflate
from proxy.wire.headers import header
from proxy.wire.params import Params

__all__ = ["Format", "Pairs", "Text", "batch_of", "open_text", "table"]


class Format(NamedTuple):
    """A vendor's own way to write something larger in one value.

    `read` gives None for a value that is not written so, or of which it would lose something: that one is not taken
    apart, but is a text, and its catalogue entry must say what becomes of it. `write` gives None when nothing is left.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str | None]


def table(between_rows: str, between_columns: str) -> Format:
    """Make the format of a table of two columns, such as `Chromium;156|Brand;8`; it becomes an object."""

    def read(text: str) -> dict[str, str] | None:
        rows = dict(row.partition(between_columns)[::2] for row in text.split(between_rows))
        return rows if write(rows) == text else None

    def write(rows: dict[str, str]) -> str | None:
        return between_rows.join(f"{name}{between_columns}{value}" for name, value in rows.items()) or None

    return Format(read, write)


_PACKED = {dict, NoneType}
"""What a record holds beside values and lists of them: groups, and what was emptied."""


class Pairs:
    """One event: live as `record`, written again by `text`.

    Args:
        text: the pairs as they came.
        groups: prefixes with a dot; `ep.plan` becomes `record["ep"]["plan"]`.
        formats: by name, for values that hold something larger.

    Raises:
        DocumentInvalid: 400, a group's name stands alone.
    """

    __slots__ = ("_formats", "_params", "record")

    def __init__(self, text: str, groups: tuple[str, ...] = (), formats: Mapping[str, Format] | None = None) -> None:
        self._params = Params.parse(text)
        self._formats: dict[str, Format] = {}
        self.record: dict[str, Any] = {}
        for name, value in self._params.values.items():
            group, dot, inner = name.partition(".") if groups else (name, "", "")
            if group in groups:
                if not dot:
                    raise DocumentInvalid(f"names after `{group}.`", "none", "pairs")
                self.record.setdefault(group, {})[inner] = value
            elif formats and name in formats and isinstance(value, str):
                self.record[name] = self._opened(name, value, formats[name])
            else:
                self.record[name] = value

    def _opened(self, name: str, value: str, format_: Format) -> Any:
        read = format_.read(value)
        if read is None:
            return value
        self._formats[name] = format_
        return read

    def text(self) -> str:
        """Write the pairs as the record is now."""
        if not self._formats and _PACKED.isdisjoint(map(type, self.record.values())):
            self._params.values = {**self.record}
            return self._params.render()
        values: dict[str, Any] = {}
        for name, live in self.record.items():
            value = self._formats[name].write(live) if name in self._formats and not isinstance(live, str) else live
            if isinstance(value, dict):
                values |= {f"{name}.{inner}": one for inner, one in value.items()}
            elif value is not None:
                values[name] = value
        self._params.values = values
        return self._params.render()


def batch_of(
    request: WireRequest, query: Pairs, events: list[Pairs], around: list[Part], body: Callable[[list[Pairs]], bytes]
) -> Batch:
    """Make the batch of a request of pairs.

    Args:
        query: written again; one of the events, or what stands around them.
        events: what the records are taken from.
        body: writes it with the events that are left.
    """

    def seal() -> WireRequest:
        records = {id(record) for record in batch.records}
        left = [event for event in events if id(event.record) in records]
        return WireRequest(request.method, request.path, query.text(), request.headers, body(left))

    batch = Batch([event.record for event in events], ["event"] * len(events), around, seal)
    return batch


class Text(NamedTuple):
    """A body that is text, and the way back to bytes in the client's own compression."""

    text: str
    close: Callable[[str], bytes]


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]").search


def open_text(request: WireRequest, limit_bytes: int, where: str) -> Text:
    """Open a body of pairs.

    Raises:
        DocumentInvalid: 400, it is no UTF-8, or has control characters: no client wrote pairs like that.
        WireError: 4xx, its compression does not open.
    """
    data, _, closers = inflate(request.body, header(request.headers, "content-encoding"), limit_bytes)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise DocumentInvalid("UTF-8", "other bytes", where) from error
    if _CONTROL(text):
        raise FramingInvalid("pairs of names and values", "control characters", where)

    def close(changed: str) -> bytes:
        sealed = changed.encode("utf-8", "surrogateescape")
        for closer in reversed(closers):
            sealed = closer(sealed)
        return sealed

    return Text(text, close)
