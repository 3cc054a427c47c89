"""What stands around a document: peeled layer by layer, and closed again the way the client had it.

    body ─▶ gzip deflate br zstd ─▶ form field ─▶ base64 ─▶ gzip … ─▶ JSON or lines of JSON ─▶ document

Any layer may be missing. `dialect` opens every request's body (or the query field that stands in for it) here. Headers
are believed where they say something, and the bytes are looked at where they do not: gzip travels as text/plain, forms
as text/plain, zlib without a word. What does not open to the end is refused; nothing is guessed past that.

How it stays cheap: a body that begins with `{` is read at once, and a form of one base64 field meets `bytes` methods
only. Each layer that was opened leaves one callable that closes it, so `seal` decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proxy.errors import DocumentInvalid
from proxy.model import Document
from proxy.wire.base64_text import open_base64
from proxy.wire.compression import CODINGS_LIMIT, COMPRESSED_FIRST, inflate
from proxy.wire.form import open_form
from proxy.wire.json_text import read, read_lines, write, write_lines
from proxy.wire.params import Params

__all__ = ["Opened", "open_document"]

Close = Callable[[bytes], bytes]

_BRACKETS = frozenset((b"{", b"["))
_PUNCTUATION = frozenset((b"{", b"[", b'"', b" ", b"\t", b"\r", b"\n", b"\xef", b""))
"""Begins JSON text (or its byte order mark) and neither a form nor base64."""
_TEXT = _PUNCTUATION.union(bytes([code]) for code in b"-0123456789tfn")
"""Begins JSON text, scalars included. No document's base64 begins so: `{` is `e`, `[` is `W`, gzip is `H`, zlib is `e`,
zstd is `K`, whitespace `I` or `C`; only a byte order mark is `77u`."""


@dataclass(slots=True)
class Opened:
    """An opened document and the way back.

    Args:
        document: live; what it holds when `seal` is called is what leaves.
        form: the fields beside the one that carried the document, live; None when there are none.
        layers: names from the outside in, such as `("gzip", "form", "base64", "json")`.
    """

    document: Document
    form: Params | None
    layers: tuple[str, ...]
    _write: Callable[[Document], bytes]
    _closers: list[Close]

    def seal(self) -> bytes:
        """Write the document as it is now, in all the layers that the client had around it."""
        text = self._write(self.document)
        for close in self._closers:
            text = close(text)
        return text


def open_document(
    body: bytes, content_encoding: str, form_fields: tuple[str, ...], limit_bytes: int, *, lines: bool = True
) -> Opened:
    """Peel every layer off a body, down to its document.

    Args:
        body: as it was sent.
        content_encoding: the header field's value, empty when there is none.
        form_fields: names of form fields that may carry the document; empty when the vendor uses no forms.
        limit_bytes: how large a layer may become when it is inflated.
        lines: newline-delimited JSON is a document too: a list.

    Raises:
        EncodingUnsupported: 415, a content coding that is not known.
        InflationLimit: 413, a layer inflates to more than the limit.
        FramingInvalid: 400, a layer does not open, or not to its end.
        DocumentInvalid: 400, what is inside is no JSON object, array or lines of them.
    """
    if not content_encoding and body[:1] in _BRACKETS:
        return _read(body, None, (), [], lines=lines)
    text, form = body, None
    layers: tuple[str, ...] = ()
    closers: list[Close] = []
    if content_encoding or body[:1] in COMPRESSED_FIRST:
        text, layers, closers = inflate(body, content_encoding, limit_bytes)
    if text[:1] not in _PUNCTUATION:
        room = CODINGS_LIMIT - len(layers)
        if form_fields and (carried := open_form(text, form_fields)):
            text, close, form = carried
            closers.append(close)
            layers += ("form",)
        if text[:1] not in _TEXT or text.startswith(b"77u"):
            text, close = open_base64(text)
            closers.append(close)
            layers += ("base64",)
            if text[:1] in COMPRESSED_FIRST:
                text, names, inner = inflate(text, "", limit_bytes, room)
                layers += names
                closers += inner
    return _read(text, form, layers, closers, lines=lines)


def _read(text: bytes, form: Params | None, layers: tuple[str, ...], closers: list[Close], *, lines: bool) -> Opened:
    if text.endswith(b"\n"):
        closers.append(_with_newline)
    closers.reverse()
    try:
        return Opened(read(text), form, (*layers, "json"), write, closers)
    except DocumentInvalid:
        if not lines or b"\n" not in text.strip():
            raise
    return Opened(read_lines(text), form, (*layers, "lines"), write_lines, closers)


def _with_newline(text: bytes) -> bytes:
    return text + b"\n"
