"""Sentry's envelopes: items by length and by line, left out or written as they came."""

from __future__ import annotations

import gzip

import pytest

from proxy.errors import EventveilError, InflationLimit
from proxy.wire.envelope import ITEMS_LIMIT, open_envelope

LIMIT = 1 << 20
PLAIN = (
    b'{"dsn":"x"}\n{"type":"event"}\n{"a":1}\n'
    b'{"type":"replay_recording","length":4}\n\x00{\n}\n'
    b'{"type":"log","length":8}\n{"b":"\\n"}'
)


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("gzipped", [False, True])
def test_an_envelope_without_what_is_not_asked_for(end: bytes, gzipped: bool) -> None:
    """Items of other types are gone, bytes and all; the others, their lengths and the compression are as they were."""
    body = PLAIN.replace(b'"length":8', b'"length":10') + end
    envelope = open_envelope(gzip.compress(body) if gzipped else body, "", {"event", "log"}, LIMIT)
    assert [{"a": 1}, {"b": "\n"}] == [item.document for item in envelope.items]
    sealed = envelope.seal()
    text = gzip.decompress(sealed) if gzipped else sealed
    assert b'{"dsn":"x"}\n{"type":"event"}\n{"a":1}\n{"type":"log","length":10}\n{"b":"\\n"}' + end == text


def test_a_length_follows_what_is_written() -> None:
    """An item that says how long it is says so of what leaves."""
    envelope = open_envelope(b'{}\n{"type":"event","length":7}\n{"a":1}\n', "", {"event"}, LIMIT)
    envelope.items[0].document["a"] = "longer"
    assert b'{}\n{"type":"event","length":14}\n{"a":"longer"}\n' == envelope.seal()


def test_blank_lines_between_items_are_nothing() -> None:
    """Newlines behind an item are skipped."""
    assert 1 == len(open_envelope(b'{}\n\n\n{"type":"event"}\n{}\n\n', "", {"event"}, LIMIT).items)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no",
        b"[]\n",
        b'{}\n{"type":"event"}',
        b'{}\n{"type":"event"}\n[]',
        b'{}\n{"type":"event"}\nno',
        b'{}\n{"type":"event","length":99}\n{}',
        b'{}\n{"type":"event","length":-1}\n{}',
        b'{}\n{"type":"event","length":true}\n{}',
        b'{}\n{"type":"event","length":1}\n{}',
        b'{}\n{"type":"x","length":2}\n{}{}',
        b"{}\nno",
        b"{}" + b'\n{"type":"x"}\n{}' * (ITEMS_LIMIT + 1),
    ],
)
def test_what_is_no_envelope_is_refused(body: bytes) -> None:
    """A line that is no object, an item that is cut or longer than it says, or too many of them."""
    with pytest.raises(EventveilError):
        open_envelope(body, "", {"event"}, LIMIT)


def test_a_bomb_is_not_inflated() -> None:
    """The limit holds for envelopes too."""
    with pytest.raises(InflationLimit):
        open_envelope(gzip.compress(b" " * (LIMIT + 1)), "gzip", {"event"}, LIMIT)
