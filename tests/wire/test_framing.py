from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from proxy.errors import DocumentInvalid, EncodingUnsupported, FramingInvalid, InflationLimit, WireError
from proxy.wire.framing import Opened, open_document

LIMIT = 100_000
FIELDS = ("data",)
DOCUMENT = [{"event": "Signed Up", "properties": {"plan": "pro?>", "café": "👍👍"}}]
CHANGED = [{"event": "Signed Up", "properties": {"plan": "free??~~>>", "n": 123456789012345678901234567890}}]
TEXT = json.dumps(DOCUMENT, ensure_ascii=False, separators=(",", ":")).encode()
ESCAPED = json.dumps(DOCUMENT).encode()
CESU = TEXT.replace("👍".encode(), b"\xed\xa0\xbd\xed\xb1\x8d")
LINES = b'{"event":"a"}\n{"event":"b"}'
LINE_DOCUMENT = [{"event": "a"}, {"event": "b"}]

Wrap = Callable[[bytes], bytes]


def form(text: bytes) -> bytes:
    return b"data=" + quote_plus(text).encode()


def raw_deflate(text: bytes) -> bytes:
    return zlib.compress(text, 6, -15)


# body, Content-Encoding, document, layers
CASES: dict[str, tuple[bytes, str, object, tuple[str, ...]]] = {
    "JSON": (TEXT, "", DOCUMENT, ("json",)),
    "JSON, pretty": (json.dumps(DOCUMENT, indent=1).encode(), "", DOCUMENT, ("json",)),
    "JSON and a newline": (TEXT + b"\n", "", DOCUMENT, ("json",)),
    "JSON behind spaces": (b" \n" + TEXT, "", DOCUMENT, ("json",)),
    "JSON with a byte order mark": (b"\xef\xbb\xbf" + TEXT, "", DOCUMENT, ("json",)),
    "lines": (LINES, "", LINE_DOCUMENT, ("lines",)),
    "lines and a newline": (LINES + b"\n", "", LINE_DOCUMENT, ("lines",)),
    "lines behind spaces": (b" " + LINES, "identity", LINE_DOCUMENT, ("lines",)),
    "gzip": (gzip.compress(TEXT), "gzip", DOCUMENT, ("gzip", "json")),
    "gzip that nothing declares (posthog-js, rudder-node)": (gzip.compress(TEXT), "", DOCUMENT, ("gzip", "json")),
    "zlib": (zlib.compress(TEXT), "deflate", DOCUMENT, ("deflate", "json")),
    "zlib that nothing declares (datadog)": (zlib.compress(LINES + b"\n"), "", LINE_DOCUMENT, ("deflate", "lines")),
    "raw deflate": (raw_deflate(TEXT), "deflate", DOCUMENT, ("deflate-raw", "json")),
    "br": (brotli.compress(TEXT), "br", DOCUMENT, ("br", "json")),
    "zstd": (zstandard.compress(TEXT), "zstd", DOCUMENT, ("zstd", "json")),
    "zstd that nothing declares": (zstandard.compress(TEXT), "", DOCUMENT, ("zstd", "json")),
    "gzip, br": (brotli.compress(gzip.compress(TEXT)), "gzip, br", DOCUMENT, ("br", "gzip", "json")),
    "form of base64 (mixpanel-browser)": (form(b64encode(TEXT)), "", DOCUMENT, ("form", "base64", "json")),
    "form of CESU-8 (mixpanel-browser)": (form(b64encode(CESU)), "", DOCUMENT, ("form", "base64", "json")),
    "form of raw base64 (mixpanel-node)": (b"data=" + b64encode(TEXT), "", DOCUMENT, ("form", "base64", "json")),
    "form of raw unpadded base64": (
        b"data=" + b64encode(TEXT + b" ").rstrip(b"="),
        "",
        DOCUMENT,
        ("form", "base64", "json"),
    ),
    "form of url-safe base64": (b"data=" + urlsafe_b64encode(TEXT), "", DOCUMENT, ("form", "base64", "json")),
    "form of JSON (mixpanel-python)": (b"verbose=1&ip=0&" + form(ESCAPED), "", DOCUMENT, ("form", "json")),
    "form of JSON (encodeURIComponent)": (b"data=" + quote(TEXT).encode(), "", DOCUMENT, ("form", "json")),
    "form of JSON that nobody encoded": (b"data=" + TEXT, "", DOCUMENT, ("form", "json")),
    "form in gzip": (gzip.compress(form(b64encode(TEXT))), "", DOCUMENT, ("gzip", "form", "base64", "json")),
    "form of gzip": (form(b64encode(gzip.compress(TEXT))), "", DOCUMENT, ("form", "base64", "gzip", "json")),
    "base64": (b64encode(TEXT), "", DOCUMENT, ("base64", "json")),
    "base64 of a byte order mark": (b64encode(b"\xef\xbb\xbf" + TEXT), "", DOCUMENT, ("base64", "json")),
    "base64 whose plus became a space": (b64encode(TEXT).replace(b"+", b" "), "", DOCUMENT, ("base64", "json")),
    "base64 of zlib": (b64encode(zlib.compress(TEXT)), "", DOCUMENT, ("base64", "deflate", "json")),
    "base64 of zstd": (b64encode(zstandard.compress(TEXT)), "", DOCUMENT, ("base64", "zstd", "json")),
    "JSON that speaks of a form": (b'{"url":"/?a=1&data=e30="}', "", {"url": "/?a=1&data=e30="}, ("json",)),
}
OPAQUE = [name for name, case in CASES.items() if case[3] not in {("json",), ("lines",)}]


def opened(name: str) -> Opened:
    body, encoding, _, _ = CASES[name]
    return open_document(body, encoding, FIELDS, LIMIT)


@pytest.mark.parametrize("name", CASES)
def test_opens_every_layer(name: str) -> None:
    """Each framing that an SDK uses opens down to the document and says what it passed."""
    assert CASES[name][2:] == (opened(name).document, opened(name).layers)


@pytest.mark.parametrize("name", CASES)
def test_seals_what_nobody_changed_to_the_same(name: str) -> None:
    """Sealed and opened again it is the same document in the same layers; sealing once more changes no byte."""
    _, encoding, document, layers = CASES[name]
    sealed = opened(name).seal()
    again = open_document(sealed, encoding, FIELDS, LIMIT)
    assert (document, layers, sealed) == (again.document, again.layers, again.seal())


@pytest.mark.parametrize(
    "name",
    [
        "JSON",
        "JSON and a newline",
        "lines",
        "lines and a newline",
        "form of base64 (mixpanel-browser)",
        "form of raw base64 (mixpanel-node)",
        "form of raw unpadded base64",
        "form of url-safe base64",
        "form of JSON that nobody encoded",
        "base64",
    ],
)
def test_seals_compact_bodies_to_the_same_bytes(name: str) -> None:
    """Where JSON was compact and nothing was compressed, the body is the client's own, byte for byte."""
    expected = CASES[name][0].replace(b64encode(TEXT + b" ").rstrip(b"="), b64encode(TEXT).rstrip(b"="))
    assert expected == opened(name).seal()


@pytest.mark.parametrize("name", CASES)
def test_seals_the_document_as_it_is_now(name: str) -> None:
    """The document is live: what stands in it when it is sealed is what leaves."""
    document = opened(name)
    document.document.clear()
    if isinstance(document.document, list):
        document.document += CHANGED * 2
    expected = {} if isinstance(document.document, dict) else CHANGED * 2
    assert expected == open_document(document.seal(), CASES[name][1], FIELDS, LIMIT).document


@pytest.mark.parametrize("name", CASES)
def test_refuses_a_body_that_is_cut_anywhere(name: str) -> None:
    """No proper beginning opens to anything but the same document without what stood behind it."""
    body, encoding, document, _ = CASES[name]
    for end in range(len(body)):
        try:
            cut = open_document(body[:end], encoding, FIELDS, LIMIT).document
        except WireError:
            continue
        assert cut in (document, LINE_DOCUMENT[:1], LINE_DOCUMENT[0])


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("garbage", [b"\0", b"x", b"]", b"===", b"\x1f\x8b\x08", b"{}", b'"'])
def test_refuses_garbage_behind_a_body(name: str, garbage: bytes) -> None:
    """Nothing that stands behind a document is ignored."""
    body, encoding, _, _ = CASES[name]
    garbage = b"x" if body.endswith(b"\n") else garbage  # a document behind a newline is a line
    with pytest.raises(WireError):
        open_document(body + garbage, encoding, FIELDS, LIMIT)


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (b"", "", DocumentInvalid),
        (b"", "gzip", FramingInvalid),
        (b"data=", "", DocumentInvalid),
        (b"verbose=1", "", FramingInvalid),
        (b"data=!!!", "", FramingInvalid),
        (b"data=e30&data=e30", "", FramingInvalid),
        (b"d%61ta=e30", "", FramingInvalid),
        (b"data=" + b64encode(b"\xff\xfe"), "", DocumentInvalid),
        (b"data=" + b64encode(b'"text"'), "", DocumentInvalid),
        (b"data=%22text%22", "", DocumentInvalid),
        (b"data=null", "", DocumentInvalid),
        (b"12", "", DocumentInvalid),
        (b"-", "", DocumentInvalid),
        (b'"text"', "", DocumentInvalid),
        (b"\xff\xfe{\0}\0", "", FramingInvalid),
        (b"hello, world", "", FramingInvalid),
        (b"{}\n{", "", DocumentInvalid),
        (TEXT, "gzip", FramingInvalid),
        (TEXT, "compress", EncodingUnsupported),
        (b64encode(gzip.compress(bytes(LIMIT + 1))), "", InflationLimit),
        (gzip.compress(gzip.compress(bytes(LIMIT + 1))), "gzip", InflationLimit),
        (b64encode(gzip.compress(gzip.compress(TEXT))), "identity, gzip", FramingInvalid),
        (gzip.compress(gzip.compress(b64encode(gzip.compress(gzip.compress(TEXT))))), "", FramingInvalid),
    ],
)
def test_refuses(body: bytes, encoding: str, error: type[WireError]) -> None:
    """What does not open to the end is refused, and the error says nothing of what stood there."""
    with pytest.raises(error) as caught:
        open_document(body, encoding, FIELDS, LIMIT)
    assert "text" not in str(caught.value)
    assert "hello" not in str(caught.value)


def test_without_form_fields_a_form_is_no_document() -> None:
    """A vendor that uses no forms gets none read."""
    with pytest.raises(FramingInvalid):
        open_document(form(TEXT), "", (), LIMIT)


def test_lines_are_refused_where_the_vendor_has_none() -> None:
    """A caller that wants one document gets one or an error."""
    with pytest.raises(DocumentInvalid):
        open_document(LINES, "", FIELDS, LIMIT, lines=False)


def test_the_fields_beside_the_document_are_live() -> None:
    """A form's other fields can be read and changed, and keep their places around the document's."""
    document = open_document(b"ip=1&data=%5B%7B%7D%5D&verbose=1", "", FIELDS, LIMIT)
    assert document.form is not None
    assert {"ip": "1", "verbose": "1"} == document.form.values
    document.form.values["ip"] = "0"
    assert b"ip=0&data=%5B%7B%7D%5D&verbose=1" == document.seal()


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).map(lambda value: value if isinstance(value, dict) else [value])
COMPRESSIONS: list[tuple[str, str, Wrap]] = [
    ("", "", bytes),
    ("gzip", "gzip", gzip.compress),
    ("", "gzip", gzip.compress),
    ("deflate", "deflate", zlib.compress),
    ("", "deflate", zlib.compress),
    ("deflate", "deflate-raw", raw_deflate),
    ("br", "br", brotli.compress),
    ("zstd", "zstd", zstandard.compress),
]
FORMS: list[tuple[str, Wrap]] = [
    ("", bytes),
    ("form", form),
    ("form", lambda text: b"data=" + quote(text, safe="").encode()),
    ("form", lambda text: b"a=%41&" + form(text) + b"&&b"),
]
BASE64S: list[tuple[str, Wrap]] = [
    ("", bytes),
    ("base64", b64encode),
    ("base64", urlsafe_b64encode),
    ("base64", lambda text: b64encode(text).rstrip(b"=")),
    ("base64", lambda text: urlsafe_b64encode(text).rstrip(b"=")),
]
INNER: list[tuple[str, Wrap]] = [("", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress)]


@given(
    DOCUMENTS,
    st.sampled_from(COMPRESSIONS),
    st.sampled_from(FORMS),
    st.sampled_from(BASE64S),
    st.sampled_from(INNER),
)
def test_every_combination_of_layers_opens_and_closes(
    document: object,
    compression: tuple[str, str, Wrap],
    form: tuple[str, Wrap],
    base64: tuple[str, Wrap],
    inner: tuple[str, Wrap],
) -> None:
    """Any document in any layers is the same after open, seal, open; so are its layers and the next sealed bytes."""
    inner = inner if base64[0] else INNER[0]
    body = compression[2](form[1](base64[1](inner[1](json.dumps(document).encode()))))
    layers = tuple(name for name in (compression[1], form[0], base64[0], inner[0], "json") if name)
    first = open_document(body, compression[0], FIELDS, 10**6)
    sealed = first.seal()
    again = open_document(sealed, compression[0], FIELDS, 10**6)
    assert (document, layers) == (first.document, first.layers) == (again.document, again.layers)
    assert sealed == again.seal()


@given(
    st.one_of(
        st.binary(),
        st.binary().map(lambda data: b"data=" + data),
        st.binary().map(lambda data: b"data=" + b64encode(data)),
        st.binary().map(gzip.compress),
        st.tuples(st.sampled_from(list(CASES.values())), st.integers(0), st.integers(0, 255)).map(
            lambda hit: (
                hit[0][0][: hit[1] % len(hit[0][0])] + bytes([hit[2]]) + hit[0][0][hit[1] % len(hit[0][0]) + 1 :]
            )
        ),
    ),
    st.sampled_from(["", "gzip", "deflate", "br", "zstd", "gzip, br", "identity"]) | st.text(max_size=5),
)
def test_any_bytes_open_or_are_refused(body: bytes, encoding: str) -> None:
    """Nothing but an opened document that seals, or a WireError, comes out of any bytes."""
    try:
        document = open_document(body, encoding, FIELDS, LIMIT)
    except WireError:
        return
    assert document.document == open_document(document.seal(), encoding, FIELDS, LIMIT).document
