r"""JSON text to a document and back, exactly: `orjson` where it is exact, the standard library where it is not.

`framing` calls it on the innermost layer. What orjson would lose or refuse, and clients do send, goes the slow way:

- integers beyond 64 bits (orjson reads a float; mixed up ids of one person with another's),
- lone surrogates, an emoji cut in half by a JavaScript `substr`: `\ud83d` escapes,
- CESU-8: mixpanel-browser's own base64 encoder writes each surrogate of a pair as three bytes. Pairs are joined into
  the character they mean; one that is alone leaves as its JSON escape, so what is written is always valid UTF-8.

Refused: other invalid UTF-8 and UTF-16, NaN and Infinity (no JSON, and 1e999 would become one), scalars, text behind
the document, nesting past `NESTING_LIMIT`. Of a duplicate name the last value wins, here and so in what leaves.
"""

from __future__ import annotations

import json
from itertools import chain, compress
from typing import Any, Never

import orjson

from proxy.errors import DocumentInvalid, InflationLimit
from proxy.model import Document

__all__ = [
    "CONTAINERS_LIMIT",
    "NESTING_LIMIT",
    "containers",
    "has_each_name_once",
    "limit",
    "read",
    "read_lines",
    "write",
    "write_lines",
]

NESTING_LIMIT = 200
"""Objects and arrays within each other. orjson writes 254 and reads 1024, CPython gives recursive code 1000 frames,
shared with the server's own; Mixpanel takes 3 (docs.mixpanel.com, "Import events"), Segment and PostHog name none."""

CONTAINERS_LIMIT = 200_000
"""Objects and arrays that one request opens into, however they are written: each record costs a kilobyte on its way,
`{},` is three bytes. 2,000 Mixpanel events of 25 properties have 4,001; the densest captured body has 26 in a kilobyte.
Brackets in strings count, too."""

_PAGE = 4096
_BOM = b"\xef\xbb\xbf"
_CONTAINERS = frozenset({dict, list})
_DIGITS = bytes(ord("0") if chr(code) in "0123456789" else ord(" ") for code in range(256))
_LONG = b"0" * 19
"""Integers of fewer than 19 digits fit 64 bits: 2**63 has 19, 2**64 has 20. In a string the digits only cost time."""
_STRIDE = 3
_RUN = b"0" * 6
"""19 digits in a row show as 6 in a row when each 3rd byte is looked at, the 13 of a time in ms never do: a third of
the time of looking at all."""


def read(text: bytes) -> Document:
    """Read one object or array.

    Args:
        text: UTF-8 or CESU-8, with or without a byte order mark.

    Raises:
        DocumentInvalid: 400, the text is not one such document.
        InflationLimit: 413, it opens into too many objects and arrays.
    """
    openers = containers(text)
    limit(openers)
    return _read(text, openers)


def _read(text: bytes, openers: int) -> Document:
    """Read one object or array whose brackets are counted."""
    try:
        if text[::_STRIDE].translate(_DIGITS).find(_RUN) >= 0 and text.translate(_DIGITS).find(_LONG) >= 0:
            document = _parsed_exactly(text)
        else:
            document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = _parsed_exactly(text)
    if type(document) not in _CONTAINERS:
        raise DocumentInvalid(expected="a JSON object or array", got="a scalar", where="json")
    if openers > NESTING_LIMIT:
        _check_nesting(document, openers)
    return document


def containers(text: bytes) -> int:
    """Count what may open an object or array."""
    # `replace` finds single bytes with memchr, `count` does not: a fifth of the time.
    return 2 * len(text) - len(text.replace(b"{", b"")) - len(text.replace(b"[", b""))


def limit(count: int, what: str = "objects and arrays", where: str = "json") -> None:
    """Refuse more than a request may open into, before there are any.

    Raises:
        InflationLimit: 413, they are more than `CONTAINERS_LIMIT`.
    """
    if count > CONTAINERS_LIMIT:
        raise InflationLimit(f"at most {CONTAINERS_LIMIT} {what}", "more", where)


def read_lines(text: bytes) -> list[Document]:
    """Read newline-delimited JSON; empty lines do not count.

    Raises:
        DocumentInvalid: 400, a line is no object or array.
        InflationLimit: 413, all together open into too many objects and arrays.

    Source: https://github.com/ndjson/ndjson-spec, version 1.0.0.
    """
    lines = [line for line in text.split(b"\n") if line.strip()]
    openers = list(map(containers, lines))
    limit(sum(openers))
    return list(map(_read, lines, openers))


def has_each_name_once(text: bytes, written: bytes) -> bool:
    """Tell whether nothing is missing from what was read: of names that come twice the first value is.

    Args:
        text: what was read, by `read` or `read_lines`.
        written: the same, written again.
    """
    return text.count(b'"') == written.count(b'"') and b"\\u0022" not in text


def write(document: Document) -> bytes:
    """Write a document compactly as valid UTF-8, a lone surrogate as its JSON escape.

    Raises:
        DocumentInvalid: 400, it holds something that JSON cannot say.
    """
    try:
        written = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return _written_exactly(document)
    # orjson keeps what it set aside for its result, a page at least, and a request may hold many small ones.
    return written if len(written) >= _PAGE else memoryview(written).tobytes()


def write_lines(documents: list[Document]) -> bytes:
    """Write one document a line, without a newline behind the last one."""
    return b"\n".join(map(write, documents))


def _parsed_exactly(text: bytes) -> Document:
    if not text:
        raise DocumentInvalid(expected="a JSON document", got="nothing", where="json")
    text = text.removeprefix(_BOM)
    try:
        return _DECODER.decode(text.decode())
    except UnicodeDecodeError:
        return _parsed_cesu(text)
    except (ValueError, RecursionError) as error:
        raise _no_json(error) from None


def _parsed_cesu(text: bytes) -> Document:
    try:
        units = text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        document = _DECODER.decode(units.decode("utf-16-le", "surrogatepass"))
        # One half as CESU-8 beside the other half as an escape becomes one character only when it is read once more.
        return _DECODER.decode(_written_exactly(document).decode())
    except (ValueError, RecursionError) as error:
        raise _no_json(error) from None


def _written_exactly(document: Document) -> bytes:
    # Only surrogates have no UTF-8, and they stand in strings only, where `backslashreplace` writes a JSON escape.
    return _ENCODER.encode(document).encode("utf-8", "backslashreplace")


def _no_json(error: ValueError | RecursionError) -> DocumentInvalid:
    got = f"an error at {error.pos}" if isinstance(error, json.JSONDecodeError) else _GOT.get(type(error), "a number")
    return DocumentInvalid(expected="a JSON document", got=got, where="json")


_GOT = {UnicodeDecodeError: "bytes that are no UTF-8", RecursionError: "a deeper nesting"}


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _no_constant(_name: str) -> Never:
    raise ValueError


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _check_nesting(document: Document, openers: int) -> None:
    """Walk down level by level, only as long as the brackets not yet met could still make a chain that is too long."""
    level: list[Any] = [document]
    for depth in range(1, NESTING_LIMIT + 1):
        openers -= len(level)
        if depth + openers <= NESTING_LIMIT:
            return
        inside = list(chain.from_iterable([node.values() if type(node) is dict else node for node in level]))
        level = list(compress(inside, map(_CONTAINERS.__contains__, map(type, inside))))
        if not level:
            return
    raise DocumentInvalid(expected=f"at most {NESTING_LIMIT} levels", got="a deeper nesting", where="json")
