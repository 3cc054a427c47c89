"""Documents inside texts: JSON in a string, base64 of JSON or of plain text.

`policy.walk` opens them where the catalogue says so, `policy.settle` wherever a scanned text looks like one; both walk
what is inside as a part of the record and close it afterwards. A text that changes nowhere keeps its very bytes, unless
something in them was not read: of a name that comes twice the last value is, and others may read the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from pybase64 import b64decode, b64encode, urlsafe_b64encode

from proxy.errors import DocumentInvalid, InflationLimit
from proxy.wire.dialect import Form
from proxy.wire.json_text import NESTING_LIMIT, containers, has_each_name_once, read, read_lines, write, write_lines

__all__ = ["Document", "likely", "open_document", "opens"]

likely = re.compile(r"\s*[{\[\"]|[A-Za-z0-9+/_=-]{16,}\Z").match
"""Tells texts that may hold a document from others: JSON, or base64 from 16 characters on, since `a@b.example` takes as
many; what is shorter holds no address and is mostly a word."""

_TO_STANDARD = str.maketrans("-_", "+/")


@dataclass(slots=True)
class Document:
    """An opened document.

    Args:
        holder, key: the object or array and the place in it where the text stands.
        box: a list of one, the document; what is walked and changed.
        size: how many objects and arrays it may hold.
        before: the document's JSON when it was opened; empty when the text must be written anew.
        write: from the document to text.
    """

    holder: Any
    key: Any
    box: list[Any]
    size: int
    before: bytes
    write: Callable[[Any], str]

    def close(self, key: Any) -> None:
        """Write the document back under a key, which may have got another name, if anything in it changed."""
        if key in _keys(self.holder) and write(self.box[0]) != self.before:
            self.holder[key] = self.write(self.box[0])


def _keys(holder: Any) -> Container[Any]:
    return holder if isinstance(holder, dict) else range(len(holder))


def opens(text: str) -> bool:
    """Tell whether a text holds a document; what cannot is told apart without trying."""
    return likely(text) is not None and _opened(text, Form.PLAIN) is not None


_BRACKETS = frozenset("{[")


def open_document(holder: Any, key: Any, form: Form) -> Document | None:
    """Open the text in `holder[key]`, or give None when nothing is inside."""
    opened = _opened(holder[key], form)
    if opened is None:
        return None
    document, close, text = opened
    written = write(document)
    before = written if has_each_name_once(text, written) else b""
    return Document(holder, key, [document], containers(text), before, close)


def _opened(text: str, form: Form) -> Opened | None:
    for reader in _READERS[form]:
        opened = reader(text)
        if opened is not None:
            return opened
    return None


Opened = tuple[Any, Callable[[Any], str], bytes]
"""A document, how it becomes a text again, and the JSON that was read."""


def _json(text: str) -> Opened | None:
    first = text.lstrip()[:1]
    if first == '"':
        return _quoted(text)
    if first not in _BRACKETS:
        return None
    raw = text.encode("utf-8", "surrogatepass")
    document = _parsed(read, raw)
    if document is not None:
        return document, lambda changed: write(changed).decode(), raw
    documents = _parsed(read_lines, raw) if b"\n" in raw.strip() else None
    return None if documents is None else (documents, lambda changed: write_lines(changed).decode(), raw)


def _parsed(parse: Callable[[bytes], Any], raw: bytes) -> Any:
    """Parse JSON, or a document a line; of what nests too deep or holds too much give something that is too deep."""
    try:
        return parse(raw)
    except InflationLimit:
        return _bottomless()
    except DocumentInvalid as error:
        return _bottomless() if error.got == _TOO_DEEP else None


def _quoted(text: str) -> Opened | None:
    """Open a document that was made a JSON string, as `JSON.stringify` does when it is called twice."""
    said = _parsed(read, f"[{text}]".encode("utf-8", "surrogatepass"))
    if said is None or len(said) != 1:
        return None
    if not isinstance(said[0], str):
        return said, lambda changed: write(changed).decode(), b""
    opened = _json(said[0])
    if opened is None:
        return None
    document, close, raw = opened
    return document, lambda changed: write([close(changed)]).decode()[1:-1], raw


_TOO_DEEP = "a deeper nesting"
"""What `wire.json_text` says it got."""


def _bottomless() -> list[Any]:
    """Stand in for a document that nests too deep to be read: walked like one, it fails where that would."""
    document: list[Any] = []
    for _ in range(NESTING_LIMIT):
        document = [document]
    return document


def _base64(text: str) -> Opened | None:
    url_safe = "-" in text or "_" in text
    raw = _decoded(text.translate(_TO_STANDARD) if url_safe else text)
    if raw is None:
        return None
    encode = urlsafe_b64encode if url_safe else b64encode
    padded = text.endswith("=") or len(text) % 4 == 0

    def coded(changed: str) -> str:
        written = encode(changed.encode("utf-8", "surrogatepass")).decode()
        return written if padded else written.rstrip("=")

    inner = _json(raw)
    if inner is not None:
        document, close, text_inside = inner
        return document, lambda changed: coded(close(changed)), text_inside
    return [raw], lambda changed: coded("".join(map(str, changed))), write([raw])


def _decoded(text: str) -> str | None:
    """Decode base64 that holds text: printable UTF-8, in lines perhaps, and nothing else."""
    try:
        raw = b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except ValueError:
        return None
    return raw if raw.translate(_LINES).isprintable() or raw[:1] in _BRACKETS else None


_LINES = dict.fromkeys(map(ord, "\t\r\n"))


_READERS: dict[Form, tuple[Callable[[str], Opened | None], ...]] = {
    Form.PLAIN: (_json, _base64),
    Form.TEXT: (_json, _base64),
    Form.JSON: (_json,),
    Form.BASE64_JSON: (_base64,),
}
