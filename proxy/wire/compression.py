"""Content codings: gzip, deflate, br and zstd, opened within a limit and closed again. `framing` calls it.

The limit holds while inflating, not after: each decompressor stops one byte past it, so that a bomb of 1 MB that
inflates to 10 GB costs what an honest body of the limit's size costs. A stream must end where the body ends: one that
is cut, or has anything behind it (a second gzip member too), is refused, since the vendor might read another document
in it than the one that was scrubbed.

Closing is deterministic: no clock in the gzip header, fixed levels. The levels are the fastest ones that still
compress. On 50 captured events gzip at level 1 takes two fifths of the time of level 6 and a fifth more bytes, brotli
at 0 a fifth of the time of its 1; what was sent crosses the vendor's wire once and is kept nowhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple

import brotli
import zstandard

from proxy.errors import EncodingUnsupported, FramingInvalid, InflationLimit

__all__ = ["CODINGS_LIMIT", "COMPRESSED_FIRST", "Coding", "Inflated", "inflate"]

CODINGS_LIMIT = 3
"""Compressions around one document, all layers together. No captured SDK has more than one; `gzip, br` is legal."""

_ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
"""Source: RFC 9659, the window that the `zstd` content coding may ask for."""

_LEVEL = 1
_BROTLI_QUALITY = 0


class Coding(NamedTuple):
    """One compression. `open` takes the bytes and the limit; both raise what `framing.open_document` raises."""

    name: str
    open: Callable[[bytes, int], bytes]
    close: Callable[[bytes], bytes]


class Inflated(NamedTuple):
    """What was inside; the codings around it, and what closes each, outermost first."""

    data: bytes
    names: tuple[str, ...]
    closers: list[Callable[[bytes], bytes]]


def _inflate(data: bytes, limit_bytes: int, wbits: int, name: str) -> bytes:
    stream = zlib.decompressobj(wbits)
    try:
        text = stream.decompress(data, limit_bytes + 1)
    except zlib.error as error:
        raise _broken(name) from error
    _within(len(text), limit_bytes, name)
    if not stream.eof:
        raise _cut(name)
    if stream.unused_data:
        raise FramingInvalid(expected="one stream", got=f"{len(stream.unused_data)} bytes behind it", where=name)
    return text


def _open_gzip(data: bytes, limit_bytes: int) -> bytes:
    return _inflate(data, limit_bytes, zlib.MAX_WBITS | 16, "gzip")


def _open_zlib(data: bytes, limit_bytes: int) -> bytes:
    return _inflate(data, limit_bytes, zlib.MAX_WBITS, "deflate")


def _open_raw_deflate(data: bytes, limit_bytes: int) -> bytes:
    return _inflate(data, limit_bytes, -zlib.MAX_WBITS, "deflate")


def _open_brotli(data: bytes, limit_bytes: int) -> bytes:
    stream = brotli.Decompressor()
    try:
        text = bytes(stream.process(data, output_buffer_limit=limit_bytes + 1))
    except brotli.error as error:
        raise _broken("br") from error
    _within(len(text), limit_bytes, "br")
    if not stream.is_finished():
        raise _cut("br")
    return text


def _open_zstd(data: bytes, limit_bytes: int) -> bytes:
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
        size = zstandard.frame_content_size(data)
        if size < 0:  # the frame does not say; `decompress` wants to know, and only the stream reader stops in time
            size = len(reader.stream_reader(data).read(limit_bytes + 1))
        _within(size, limit_bytes, "zstd")
        return reader.decompress(data, max_output_size=max(size, 1), allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise _broken("zstd") from error


def _within(size: int, limit_bytes: int, name: str) -> None:
    if size > limit_bytes:
        raise InflationLimit(expected=f"at most {limit_bytes} bytes inflated", got="more", where=name)


def _cut(name: str) -> FramingInvalid:
    return FramingInvalid(expected="a whole stream", got="one that goes on where the body ends", where=name)


def _broken(name: str) -> FramingInvalid:
    return FramingInvalid(expected=f"a {name} stream", got="bytes that are none, or broken ones", where=name)


def _close_gzip(text: bytes) -> bytes:
    return zlib.compress(text, _LEVEL, zlib.MAX_WBITS | 16)


def _close_zlib(text: bytes) -> bytes:
    return zlib.compress(text, _LEVEL)


def _close_raw_deflate(text: bytes) -> bytes:
    return zlib.compress(text, _LEVEL, -zlib.MAX_WBITS)


def _close_brotli(text: bytes) -> bytes:
    return bytes(brotli.compress(text, quality=_BROTLI_QUALITY))


def _close_zstd(text: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(text)


_GZIP = Coding("gzip", _open_gzip, _close_gzip)
_ZLIB = Coding("deflate", _open_zlib, _close_zlib)
_RAW_DEFLATE = Coding("deflate-raw", _open_raw_deflate, _close_raw_deflate)
_BROTLI = Coding("br", _open_brotli, _close_brotli)
_ZSTD = Coding("zstd", _open_zstd, _close_zstd)

_BY_TOKEN = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB, "br": _BROTLI, "zstd": _ZSTD}
"""Source: RFC 9110 section 8.4.1, RFC 7932, RFC 8878."""

_MAGIC = (
    (b"\x1f\x8b\x08", _GZIP),  # RFC 1952 section 2.3.1
    (b"\x28\xb5\x2f\xfd", _ZSTD),  # RFC 8878 section 3.1.1
    *((b"\x78" + flags, _ZLIB) for flags in (b"\x01", b"\x5e", b"\x9c", b"\xda")),  # RFC 1950 section 2.2, window 32 K
)
COMPRESSED_FIRST = frozenset(magic[:1] for magic, _ in _MAGIC)
"""First bytes that are worth a call of `inflate` where nothing is declared."""


def inflate(data: bytes, content_encoding: str, limit_bytes: int, room: int = CODINGS_LIMIT) -> Inflated:
    """Peel compressions: those that the client declares, then those that the first bytes show.

    SDKs send gzip as text/plain without saying so, hence the look at the bytes. What is declared must be there: plain
    text under `Content-Encoding: gzip` is refused, since the same field goes to the vendor, and one who believes it
    would read other bytes than those that were scrubbed.

    Args:
        content_encoding: the field's value, codings in the order in which they were applied; may be empty.
        limit_bytes: how large each layer may become.
        room: how many layers there may be.

    Raises:
        EncodingUnsupported: 415, an unknown coding or too many declared.
        InflationLimit: 413, a layer becomes larger than the limit.
        FramingInvalid: 400, a layer is broken, cut, followed by something, or one too many.
    """
    codings: list[Coding] = []
    for declared in _declared(content_encoding, room) if content_encoding else ():
        coding = _flavour(declared, data)
        data = coding.open(data, limit_bytes)
        codings.append(coding)
    while coding_seen := _sniffed(data):
        if len(codings) >= room:
            raise FramingInvalid(expected=f"at most {CODINGS_LIMIT} compressions", got="more", where=coding_seen.name)
        data = coding_seen.open(data, limit_bytes)
        codings.append(coding_seen)
    return Inflated(data, tuple(coding.name for coding in codings), [coding.close for coding in codings])


def _declared(content_encoding: str, room: int) -> list[Coding]:
    tokens = [part.strip().lower() for part in content_encoding.split(",")]
    tokens = [token for token in tokens if token not in ("", "identity")]
    if len(tokens) > room or not all(token in _BY_TOKEN for token in tokens):
        raise EncodingUnsupported(
            expected=f"at most {room} of {', '.join(_BY_TOKEN)}", got="another", where="content-encoding"
        )
    return [_BY_TOKEN[token] for token in reversed(tokens)]


def _sniffed(data: bytes) -> Coding | None:
    return next((coding for magic, coding in _MAGIC if data.startswith(magic)), None)


def _flavour(coding: Coding, data: bytes) -> Coding:
    """Tell raw deflate from zlib, both of which clients call `deflate`: a zlib header is a multiple of 31.

    Source: RFC 1950 section 2.2; RFC 9110 section 8.4.1.2 notes the clients that leave the zlib wrapper out.
    """
    is_zlib = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return _RAW_DEFLATE if coding is _ZLIB and not is_zlib else coding
