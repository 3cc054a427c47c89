r"""Sentry's envelopes: a header and items, each with a header of its own, JSON or bytes. `sentry` opens them here.

    {"sent_at":…,"dsn":…}\n
    {"type":"event"}\n            no `length`: the item ends at the next newline
    {"event_id":…}\n
    {"type":"replay_recording","length":2511}\n
    <2511 bytes>\n

Items of types that are not asked for are left out, unread; what stays is written as it came. Nothing is known here of
what an item means.

Source: Sentry, "Envelopes" (develop.sentry.dev/sdk/data-model/envelopes).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from proxy.errors import DocumentInvalid, FramingInvalid
from proxy.wire.compression import inflate
from proxy.wire.json_text import containers, limit, read, write

__all__ = ["Envelope", "Item", "open_envelope"]

ITEMS_LIMIT = 1_000
"""Relay takes at most 100 spans and 1,000 logs an item, and one event an envelope. Source: Relay, limits."""


@dataclass(slots=True)
class Item:
    """One item: its header and its document, both live."""

    header: dict[str, Any]
    document: dict[str, Any]


@dataclass(slots=True)
class Envelope:
    """An opened envelope; remove items from the list, then `seal`."""

    header: dict[str, Any]
    items: list[Item]
    _ends_with_newline: bool
    _closers: list[Callable[[bytes], bytes]]

    def seal(self) -> bytes:
        """Write what is left, in the compression it came in."""
        lines = [write(self.header)]
        for item in self.items:
            body = write(item.document)
            if "length" in item.header:
                item.header["length"] = len(body)
            lines += (write(item.header), body)
        text = b"\n".join(lines) + (b"\n" if self._ends_with_newline else b"")
        for close in reversed(self._closers):
            text = close(text)
        return text


def open_envelope(body: bytes, content_encoding: str, types: Collection[str], limit_bytes: int) -> Envelope:
    """Open an envelope.

    Args:
        types: of the items that stay.
        limit_bytes: how large it may become when it is inflated.

    Raises:
        WireError: 4xx, a layer that does not open, a line that is no JSON object, an item that is cut.
    """
    text, _, closers = inflate(body, content_encoding, limit_bytes)
    limit(containers(text))
    header, position = _line(text, 0)
    items: list[Item] = []
    count = 0
    while position < len(text):
        if text[position : position + 1] == b"\n":
            position += 1
            continue
        head, start = _line(text, position)
        end = _end(text, start, head)
        count += 1
        if count > ITEMS_LIMIT:
            raise FramingInvalid(expected=f"at most {ITEMS_LIMIT} items", got="more", where="envelope")
        if str(head.get("type")) in types:
            items.append(Item(head, _object(text[start:end])))
        position = end + 1
    return Envelope(header, items, text.endswith(b"\n"), list(closers))


def _line(text: bytes, start: int) -> tuple[dict[str, Any], int]:
    end = text.find(b"\n", start)
    end = len(text) if end < 0 else end
    return _object(text[start:end]), end + 1


def _end(text: bytes, start: int, header: dict[str, Any]) -> int:
    """Find where an item ends: after its length, or at the next newline."""
    length = header.get("length")
    if length is None:
        end = text.find(b"\n", start)
        return len(text) if end < 0 else end
    whole = type(length) is int and 0 <= length <= len(text) - start
    if not whole or text[start + length : start + length + 1] not in (b"", b"\n"):
        raise FramingInvalid(expected="an item as long as it says", got="one that is not", where="envelope")
    return start + int(length)


def _object(text: bytes) -> dict[str, Any]:
    document = read(text)
    if not isinstance(document, dict):
        raise DocumentInvalid(expected="an object", got="an array", where="envelope")
    return document
