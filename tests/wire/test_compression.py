from __future__ import annotations

import gzip
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from proxy.errors import EncodingUnsupported, FramingInvalid, InflationLimit
from proxy.wire.compression import COMPRESSED_FIRST, inflate

LIMIT = 100_000
TEXT = b'[{"event":"Signed Up","properties":{"plan":"pro"}}]' * 20


def raw_deflate(text: bytes) -> bytes:
    return zlib.compress(text, 6, -15)


def zstd_stream(text: bytes) -> bytes:
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(text) + stream.flush()


CASES = [
    ("gzip", "gzip", gzip.compress(TEXT)),
    ("x-gzip", "gzip", gzip.compress(TEXT)),
    ("deflate", "deflate", zlib.compress(TEXT)),
    ("deflate", "deflate-raw", raw_deflate(TEXT)),
    ("br", "br", brotli.compress(TEXT)),
    ("zstd", "zstd", zstandard.compress(TEXT)),
    ("zstd", "zstd", zstd_stream(TEXT)),
]
NAMES = ["gzip", "x-gzip", "zlib", "raw deflate", "br", "zstd", "zstd of unknown size"]


@pytest.mark.parametrize(("token", "name", "data"), CASES, ids=NAMES)
def test_opens_what_the_header_declares_and_closes_it_again(token: str, name: str, data: bytes) -> None:
    """A declared coding is opened, and what closes it gives bytes that open to the same text, twice the same."""
    opened = inflate(data, token, LIMIT)
    closed = opened.closers[0](TEXT)
    assert (TEXT, (name,)) == opened[:2]
    assert (TEXT, (name,)) == inflate(closed, token, LIMIT)[:2]
    assert closed == opened.closers[0](TEXT)


@pytest.mark.parametrize(("token", "name", "data"), CASES, ids=NAMES)
def test_refuses_a_stream_that_is_cut_anywhere(token: str, name: str, data: bytes) -> None:
    """Every proper beginning of a stream is refused."""
    for end in range(len(data)):
        with pytest.raises(FramingInvalid):
            inflate(data[:end], token, LIMIT)


@pytest.mark.parametrize(("token", "name", "data"), CASES, ids=NAMES)
def test_refuses_what_stands_behind_a_stream(token: str, name: str, data: bytes) -> None:
    """Garbage, a zero byte and a second stream behind the first are refused."""
    for behind in (b"\0", b"garbage", data):
        with pytest.raises(FramingInvalid):
            inflate(data + behind, token, LIMIT)


@pytest.mark.parametrize(("token", "name", "data"), CASES, ids=NAMES)
def test_the_limit_is_the_last_size_that_opens(token: str, name: str, data: bytes) -> None:
    """A text of exactly the limit opens, one byte more is refused."""
    assert TEXT == inflate(data, token, len(TEXT)).data
    with pytest.raises(InflationLimit):
        inflate(data, token, len(TEXT) - 1)


@pytest.mark.parametrize("token", ["gzip", "deflate", "br", "zstd"])
def test_refuses_plain_text_under_a_declared_coding(token: str) -> None:
    """A header that lies is refused: the vendor gets the same header and would read other bytes."""
    with pytest.raises(FramingInvalid):
        inflate(TEXT, token, LIMIT)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (gzip.compress(TEXT), ("gzip",)),
        (zlib.compress(TEXT, 1), ("deflate",)),
        (zlib.compress(TEXT, 9), ("deflate",)),
        (zstandard.compress(TEXT), ("zstd",)),
        (gzip.compress(zlib.compress(TEXT)), ("gzip", "deflate")),
        (TEXT, ()),
        (b"x=1&data=2", ()),
        (b"", ()),
    ],
)
def test_recognises_codings_by_their_first_bytes(data: bytes, names: tuple[str, ...]) -> None:
    """What nothing declares is seen by its magic bytes, layer by layer."""
    assert names == inflate(data, "", LIMIT).names
    assert not names or data[:1] in COMPRESSED_FIRST


@pytest.mark.parametrize("declared", ["gzip, br", " GZIP ,, identity, br", "x-gzip,br"])
def test_peels_stacked_codings_from_the_last_one(declared: str) -> None:
    """`gzip, br` was gzip first, so br is opened first; case, spaces, empty elements and identity mean nothing."""
    data = brotli.compress(gzip.compress(TEXT))
    assert (TEXT, ("br", "gzip")) == inflate(data, declared, LIMIT)[:2]


@pytest.mark.parametrize("declared", ["compress", "aws-chunked", "gzip;q=1", "gzip br", "br, br, br, br", "zstd, exi"])
def test_refuses_a_coding_it_does_not_know(declared: str) -> None:
    """An unknown coding, and more of them than anybody stacks, are 415."""
    with pytest.raises(EncodingUnsupported):
        inflate(TEXT, declared, LIMIT)


def test_refuses_more_layers_than_anybody_stacks() -> None:
    """Compressions that only the bytes show count as well."""
    data = TEXT
    for _ in range(3):
        data = gzip.compress(data)
    assert 3 == len(inflate(data, "", LIMIT).names)
    with pytest.raises(FramingInvalid):
        inflate(gzip.compress(data), "", LIMIT)


def bomb(token: str, zeros: int) -> bytes:
    """A stream that inflates to that many zeros, made without them."""
    block = bytes(1 << 20)
    if token == "zstd":
        stream = zstandard.ZstdCompressor().compressobj()
        return b"".join(stream.compress(block) for _ in range(zeros >> 20)) + stream.flush()
    if token == "br":
        compressor = brotli.Compressor(quality=1)
        return bytes(b"".join(compressor.process(block) for _ in range(zeros >> 20)) + compressor.finish())
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31 if token == "gzip" else 15)
    return b"".join(deflater.compress(block) for _ in range(zeros >> 20)) + deflater.flush()


@pytest.mark.parametrize("token", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_costs_no_more_than_the_limit(token: str) -> None:
    """256 MB of zeros are refused with a small multiple of the 100 KB limit in memory."""
    data = bomb(token, 256 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(InflationLimit):
            inflate(data, token, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_zstd_frame_that_declares_a_huge_size_is_not_believed() -> None:
    """The declared size is checked before a byte of it is reserved."""
    frame = zstandard.ZstdCompressor().compress(bytes(1000))
    parameters = zstandard.get_frame_parameters(frame)
    assert 1000 == parameters.content_size
    huge = b"\x28\xb5\x2f\xfd\xe0" + (10**10).to_bytes(8, "little") + frame[6:]
    with pytest.raises(InflationLimit):
        inflate(huge, "zstd", LIMIT)


def test_a_zstd_window_beyond_the_rfc_is_refused() -> None:
    """RFC 9659 allows 8 MB; a larger window would cost its size in memory whatever the text."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, compression_level=1)
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    frame = stream.compress(TEXT) + stream.flush()
    with pytest.raises(FramingInvalid):
        inflate(frame, "zstd", LIMIT)
