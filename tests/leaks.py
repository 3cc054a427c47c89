r"""Where do given strings survive in a request? Looks through every layer, apart from product code.

The laws, the captures and the golden files ask it. It knows gzip, zlib, brotli, zstd, base64 (standard and url-safe),
forms, JSON and lines of JSON, JSON in strings, percent-encoding (as often as it was applied), HTML entities, `\u`
escapes, multipart and envelopes; the path, the query, header values and names of fields are looked at like values. It
shares no line with `proxy`, so that a layer which the product does not see is seen here.
"""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_to_bytes

import brotli
import zstandard

from proxy.model import WireRequest

__all__ = ["find", "layers", "occurs", "texts"]

Layer = tuple[str, str]
"""Where a text stands, and the text."""

DEEPEST = 9
ZLIB_HEADS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
BASE64_WITHIN = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
LABELLED_BASE64 = re.compile(r"(?:data:[^,]*;base64,|\w+ )([A-Za-z0-9+/=]{12,})")
PAIRS = re.compile(r"[^\s=]+=\S*")
ESCAPED = re.compile(r'\\u[0-9a-f]{4}|\\["/]', re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);", re.IGNORECASE)
PERCENT = re.compile(r"(?:%[0-9a-f]{2})+", re.IGNORECASE)
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI")
"""Words of these scripts have boundaries; Han and Kana have none."""


def find(request: WireRequest, needles: Iterable[str]) -> dict[str, list[str]]:
    """Give each string that occurs in a request, with the places where it does."""
    wanted = list(needles)
    hits: dict[str, list[str]] = {}
    for place, text in layers(request) if wanted else ():
        for needle in wanted:
            if needle in text and occurs(text, needle) and place not in hits.setdefault(needle, []):
                hits[needle].append(place)
    return {needle: places for needle, places in hits.items() if places}


def occurs(text: str, needle: str) -> bool:
    """Tell whether a string stands in a text on word boundaries: `Ada` is not in `Adapter`."""
    at = text.find(needle)
    while at >= 0:
        end = at + len(needle)
        if not _glued(text[at - 1 : at], needle[0]) and not _glued(text[end : end + 1], needle[-1]):
            return True
        at = text.find(needle, at + 1)
    return False


def _glued(one: str, other: str) -> bool:
    return bool(one) and (_script(one) or "") == _script(other)


def _script(char: str) -> str | None:
    if unicodedata.category(char).startswith("N"):
        return "NUMBER"
    word = unicodedata.name(char, "").partition(" ")[0]
    return word if char.isalpha() and word in SCRIPTS else None


def layers(request: WireRequest) -> Iterator[Layer]:
    """Give every text of a request, from what is on the wire down to what is inside what is inside."""
    yield from texts(request.path, "path")
    if request.query:
        yield from texts(request.query, "query")
        yield from texts("?" + request.query, "query")
    kind = coding = ""
    for name, value in request.headers:
        yield from texts(value, f"header:{name.lower()}")
        kind = value if name.lower() == "content-type" else kind
        coding = value if name.lower() == "content-encoding" else coding
    yield from _bytes(_OPENERS.get(coding, lambda raw: raw)(request.body), "body", 0, kind)


_OPENERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "zstd": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
}


def _inflated(raw: bytes, window: int) -> bytes | None:
    try:
        return zlib.decompressobj(window).decompress(raw)
    except zlib.error:
        return None


def _utf8(raw: bytes) -> str | None:
    """Read UTF-8, or CESU-8, in which mixpanel-browser's own encoder writes what lies beyond the basic plane."""
    try:
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _bytes(raw: bytes, place: str, depth: int, kind: str = "") -> Iterator[Layer]:
    if not raw or depth > DEEPEST:
        return
    for heads, window, name in (((b"\x1f\x8b",), 31, "gzip"), (ZLIB_HEADS, 15, "zlib")):
        inner = _inflated(raw, window) if raw.startswith(heads) else None
        if inner is not None:
            yield from _bytes(inner, f"{place}>{name}", depth + 1)
            return
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if boundary:
        yield from _parts(raw, boundary[1].encode(), place, depth)
        return
    text = _utf8(raw)
    if text is None and raw.startswith(b"{") and b"\n" in raw:
        yield from _envelope(raw, place, depth)
    else:
        yield from texts(raw.decode("latin-1") if text is None else text, place, depth + 1)


def _parts(raw: bytes, boundary: bytes, place: str, depth: int) -> Iterator[Layer]:
    for number, part in enumerate(raw.split(b"--" + boundary)):
        head, blank, body = part.partition(b"\r\n\r\n")
        if blank:
            yield f"{place}>part{number}:head", head.decode("utf-8", "replace")
            yield from _bytes(body.removesuffix(b"\r\n"), f"{place}>part{number}", depth + 1)


def _envelope(raw: bytes, place: str, depth: int) -> Iterator[Layer]:
    """Read lines of JSON, some of which say how many bytes of something else follow."""
    number = 0
    while raw:
        line, _, raw = raw.partition(b"\n")
        yield from _bytes(line, f"{place}>item{number}", depth + 1)
        header = _json(line.decode("utf-8", "replace"))
        length = dict(header).get("length") if isinstance(header, _Pairs) else None
        if isinstance(length, str):
            body, raw = raw[: int(length)], raw[int(length) + 1 :]
            for piece in (body, body.partition(b"\n")[2]):
                yield from _bytes(piece, f"{place}>item{number}:body", depth + 1)
        number += 1


class _Pairs(list[tuple[str, object]]):
    """A JSON object with every pair it has, a repeated name each time."""


def _json(text: str) -> object:
    try:
        value: object = json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return value


def _walk(value: object, place: str, depth: int) -> Iterator[Layer]:
    if isinstance(value, _Pairs):
        for name, inner in value:
            yield from texts(name, f"{place}.(name)", depth + 1)
            yield from _walk(inner, f"{place}.{name}", depth)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{place}[]", depth)
    elif value is not None:
        yield from texts(str(value), place, depth + 1)


def texts(text: str, place: str, depth: int = 0) -> Iterator[Layer]:
    """Give a text, and everything that can be decoded from it."""
    if not text or depth > DEEPEST:
        return
    yield place, text
    if text.startswith("\x1f\x8b"):
        yield from _bytes(text.encode("latin-1", "replace"), f"{place}>latin1", depth + 1)
        return
    inside = list(_documents(text.strip(), place, depth))
    if inside:
        yield from inside
        return
    for opened in (_percent, _pairs, _base64, _entities, _escapes):
        yield from opened(text, place, depth)


def _documents(text: str, place: str, depth: int) -> Iterator[Layer]:
    if not text.startswith(("{", "[", '"')):
        return
    whole = _json(text)
    lines = enumerate(text.split("\n")) if whole is None and "\n" in text else ()
    for number, value in ((number, _json(line)) for number, line in lines):
        yield from _walk(value, f"{place}>line{number}", depth + 1)
    if whole is not None and whole != text:
        yield from _walk(whole, f"{place}>json", depth + 1)


def _unquoted(text: str) -> str:
    return PERCENT.sub(lambda found: _utf8(unquote_to_bytes(found[0])) or found[0], text)


def _percent(text: str, place: str, depth: int) -> Iterator[Layer]:
    plain = _unquoted(text)
    if plain != text:
        yield from texts(plain, f"{place}>percent", depth + 1)
        yield f"{place}>percent+", plain.replace("+", " ")


def _pairs(text: str, place: str, depth: int) -> Iterator[Layer]:
    if not PAIRS.fullmatch(text.strip()):
        return
    query = text.strip().partition("?")[2] or text.strip().partition("#")[2] or text.strip()
    for name, _, value in (pair.partition("=") for pair in re.split("[&#;]", query)):
        for raw in {value, value.replace("+", " ")} if name else ():
            if raw != text:
                yield from texts(_unquoted(raw), f"{place}?{name}", depth + 1)


def _from_base64(text: str) -> bytes:
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _base64(text: str, place: str, depth: int) -> Iterator[Layer]:
    text = text.strip()
    if BASE64.fullmatch(text):
        yield from _decoded(text, f"{place}>base64", depth)
    elif all(BASE64.fullmatch(piece) for piece in text.split(".")):
        for piece in text.split("."):
            yield from _decoded(piece, f"{place}>base64", depth)
    elif labelled := LABELLED_BASE64.fullmatch(text):
        yield from _bytes(_from_base64(labelled[1]), f"{place}>base64", depth + 1)
    else:
        for found in BASE64_WITHIN.finditer(text.replace("RS_ENC_v3_", " ")):
            yield from _decoded(found[0], f"{place}>base64", depth)


def _decoded(text: str, place: str, depth: int) -> Iterator[Layer]:
    raw = _from_base64(text)
    if raw.startswith((b"\x1f\x8b", *ZLIB_HEADS)):
        yield from _bytes(raw, place, depth + 1)
        return
    inner = _utf8(raw)
    if inner and not CONTROL.search(inner):
        yield from texts(inner, place, depth + 1)


def _entities(text: str, place: str, depth: int) -> Iterator[Layer]:
    if ENTITY.search(text):
        yield from texts(html.unescape(text), f"{place}>html", depth + 1)


def _escapes(text: str, place: str, depth: int) -> Iterator[Layer]:
    if ESCAPED.search(text):
        plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
        yield from texts(plain.replace('\\"', '"').replace("\\/", "/"), f"{place}>escapes", depth + 1)
