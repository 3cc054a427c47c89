from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.errors import DocumentInvalid, InflationLimit
from proxy.wire.json_text import CONTAINERS_LIMIT, NESTING_LIMIT, read, read_lines, write, write_lines

EMOJI = "👍"
HALF = "\ud83d"
CESU_EMOJI = b"\xed\xa0\xbd\xed\xb1\x8d"
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
TEXTS = st.text(st.characters(exclude_categories=[]))  # lone surrogates too
DOCUMENTS = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
).map(lambda value: value if isinstance(value, dict) else [value])


def joined(document: object) -> object:
    """Give the document as a JSON reader sees it: two halves side by side are one character."""
    return json.loads(json.dumps(document))


def nested(depth: int, opening: bytes = b"[", inside: bytes = b"", closing: bytes = b"]") -> bytes:
    return opening * depth + inside + closing * depth


# text, document, text again
READ = {
    "object": (b' {"a" : 1.50 }\r\n', {"a": 1.5}, b'{"a":1.5}'),
    "array": (b"[]", [], b"[]"),
    "byte order mark": (b'\xef\xbb\xbf{"a":1}', {"a": 1}, b'{"a":1}'),
    "last of duplicate names": (b'{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}, b'{"a":3,"b":2}'),
    "last of duplicate names, slow way": (
        b'{"a":1,"a":123456789012345678901}',
        {"a": 123456789012345678901},
        b'{"a":123456789012345678901}',
    ),
    "30 digits": (b'{"id":123456789012345678901234567890}', {"id": 123456789012345678901234567890}, None),
    "minus 2**63 - 1": (b"[-9223372036854775809]", [-9223372036854775809], None),
    "2**64": (b"[18446744073709551616]", [18446744073709551616], None),
    "2**64 - 1": (b"[18446744073709551615]", [18446744073709551615], None),
    "19 digits within a string": (b'["1234567890123456789"]', ["1234567890123456789"], None),
    "timestamps are no long integers": (
        b'{"a":1795285912749,"b":1795285912749}',
        {"a": 1795285912749, "b": 1795285912749},
        None,
    ),
    "whole float": (b"[1.0,-0.0,1e3]", [1.0, -0.0, 1000.0], b"[1.0,-0.0,1000.0]"),
    "pair as escapes": (b'["\\ud83d\\udc4d"]', [EMOJI], b'["' + EMOJI.encode() + b'"]'),
    "half as an escape": (b'["a\\ud83d"]', ["a" + HALF], None),
    "half as an escape in a name": (b'{"\\udc4d":1}', {"\udc4d": 1}, None),
    "pair as CESU-8": (b'["' + CESU_EMOJI + b'"]', [EMOJI], b'["' + EMOJI.encode() + b'"]'),
    "half as CESU-8": (b'["\xed\xa0\xbd!"]', [HALF + "!"], b'["\\ud83d!"]'),
    "pair, one half as an escape": (b'["\xed\xa0\xbd\\udc4d"]', [EMOJI], b'["' + EMOJI.encode() + b'"]'),
    "escaped backslash before a half": (b'["\\\\\xed\xa0\xbd"]', ["\\" + HALF], b'["\\\\\\ud83d"]'),
    "deepest": (nested(NESTING_LIMIT), json.loads(nested(NESTING_LIMIT)), nested(NESTING_LIMIT)),
    "brackets in text are no nesting": (b'["' + b"[{" * 500 + b'"]', ["[{" * 500], None),
    "many side by side": (b"[" + b'{"a":[{}]},' * 300 + b"{}]", [{"a": [{}]}] * 300 + [{}], None),
}

# text, kind that the error names
REFUSED = {
    "nothing": (b"", "nothing"),
    "spaces": (b"  ", "an error at 2"),
    "scalar": (b"12", "a scalar"),
    "long scalar": (b"123456789012345678901234567890", "a scalar"),
    "string": (b'"a"', "a scalar"),
    "null": (b"null", "a scalar"),
    "NaN": (b"[NaN]", "a number"),
    "Infinity": (b"[-Infinity]", "a number"),
    "infinite float": (b"[1e999]", "a number"),
    "infinite negative float": (b"[-1e999]", "a number"),
    "integer beyond what CPython converts": (b"[" + b"1" * 5000 + b"]", "a number"),
    "invalid UTF-8": (b'["\xff"]', "bytes that are no UTF-8"),
    "cut UTF-8": (b'["\xf0\x9f\x91"]', "bytes that are no UTF-8"),
    "overlong UTF-8": (b'["\xc0\xaf"]', "bytes that are no UTF-8"),
    "UTF-16": ('["a"]'.encode("utf-16"), "bytes that are no UTF-8"),
    "UTF-16 without a mark": ('["a"]'.encode("utf-16-le"), "an error at 1"),
    "half outside of a string": (b"[\xed\xa0\xbd]", "an error at 1"),
    "garbage behind": (b'{"a":1}x', "an error at 7"),
    "two documents": (b"{}{}", "an error at 2"),
    "single quotes": (b"{'a':1}", "an error at 1"),
    "raw control character": (b'["a\x01"]', "an error at 3"),
    "trailing comma": (b"[1,]", "an error at "),  # Python 3.13 means the comma, older ones what follows it
    "one level too deep": (nested(NESTING_LIMIT + 1), "a deeper nesting"),
    "too deep, objects": (nested(300, b'{"a":', b"1", b"}"), "a deeper nesting"),
    "too deep beside much": (b"[" + b"{}," * 400 + nested(300) + b"]", "a deeper nesting"),
    "100,000 levels": (nested(100_000), "a deeper nesting"),
    "100,000 levels of CESU-8": (nested(100_000, inside=b'"' + CESU_EMOJI + b'"'), "a deeper nesting"),
    "100,000 levels without an end": (b"[" * 100_000, "a deeper nesting"),
}


@pytest.mark.parametrize(("text", "document", "again"), READ.values(), ids=READ)
def test_reads_and_writes_exactly(text: bytes, document: object, again: bytes | None) -> None:
    """Nothing that clients send is lost on the way in or out, and what is written is valid UTF-8."""
    actual = read(text)
    assert document == actual
    assert (text if again is None else again) == write(actual)
    assert write(actual).decode("utf-8")


@pytest.mark.parametrize(("text", "got"), REFUSED.values(), ids=REFUSED)
def test_refuses_what_is_no_document(text: bytes, got: str) -> None:
    """What is no JSON object or array is 400, and the error names a kind or a position."""
    with pytest.raises(DocumentInvalid) as caught:
        read(text)
    assert 400 == caught.value.status
    assert caught.value.got.startswith(got)


@pytest.mark.parametrize("name", ["object", "30 digits", "half as CESU-8", "pair as escapes", "half as an escape"])
def test_refuses_a_document_that_is_cut_anywhere(name: str) -> None:
    """Every proper beginning of a document is refused."""
    text = READ[name][0].strip()
    for end in range(len(text)):
        with pytest.raises(DocumentInvalid):
            read(text[:end])


@pytest.mark.parametrize("before", range(8))
@pytest.mark.parametrize("sign", [b"", b"-"])
@pytest.mark.parametrize("digits", range(17, 26))
def test_integers_keep_every_digit_wherever_they_stand(before: int, sign: bytes, digits: int) -> None:
    """The look at each sixth byte misses no long integer, at no offset."""
    text = b'{"' + b"a" * before + b'":' + sign + b"9" * digits + b"}"
    assert text == write(read(text))


@given(DOCUMENTS)
def test_any_document_survives(document: object) -> None:
    """Whatever a document holds, lone surrogates and large integers included, it is the same after write and read."""
    assert joined(document) == read(write(document))


@given(DOCUMENTS)
def test_reads_what_the_standard_library_writes(document: object) -> None:
    r"""`\uXXXX` escapes for everything, as Python SDKs send, mean the same document."""
    assert joined(document) == read(json.dumps(document).encode())


@given(DOCUMENTS)
def test_reads_cesu(document: object) -> None:
    """A text whose surrogates are three bytes each, as mixpanel-browser sends, means the same document."""
    units = json.dumps(document, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    halves = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    cesu = b"".join(chr(half).encode("utf-8", "surrogatepass") for half in halves)
    assert joined(document) == read(cesu)


@given(st.binary() | st.text(alphabet='[]{}",:0123456789eE+-. \n\\udDCntf').map(str.encode))
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """Nothing but DocumentInvalid comes out of any bytes."""
    try:
        document = read(text)
    except DocumentInvalid:
        return
    assert document == read(write(document))


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        (b'{"a":1}\n{"a":2}', [{"a": 1}, {"a": 2}]),
        (b'{"a":1}\r\n\n[2]\r\n', [{"a": 1}, [2]]),
        (b'{"id":123456789012345678901}\n{"a":"\\ud83d"}\n', [{"id": 123456789012345678901}, {"a": HALF}]),
    ],
)
def test_reads_lines(text: bytes, documents: list[object]) -> None:
    """Each line is a document with the same exactness; empty lines do not count."""
    assert documents == read_lines(text)
    assert documents == read_lines(write_lines(documents))


@pytest.mark.parametrize("text", [b'{"a":1}\n2', b'{"a":1}\n{', b'{"a":\n1}', b"{},{}\n{}"])
def test_refuses_lines_of_which_one_is_no_document(text: bytes) -> None:
    """One bad line refuses all: what could not be understood is not forwarded."""
    with pytest.raises(DocumentInvalid):
        read_lines(text)


def test_a_walk_down_the_deepest_document_does_not_end_the_stack() -> None:
    """Code that recurses three frames a level stays below CPython's limit with room for a server around it."""
    assert 3 * NESTING_LIMIT < sys.getrecursionlimit() - 300


def test_what_is_written_takes_no_more_than_it_holds() -> None:
    """A request may hold many small documents; orjson's own results take a page each."""
    tracemalloc.start()
    kept = [write({"a": number}) for number in range(1000)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 100 * len(kept)


@pytest.mark.parametrize(("opened", "unit", "ends"), [(read, b"{},", b"[]"), (read_lines, b"{}\n", b"")])
def test_a_document_of_too_many_objects_is_refused_before_it_opens(
    opened: Callable[[bytes], object], unit: bytes, ends: bytes
) -> None:
    """Three bytes become a kilobyte on their way: a few thousand packed bytes must not fill a machine."""
    many = unit * CONTAINERS_LIMIT
    with pytest.raises(InflationLimit):
        opened(ends[:1] + many + b"{}" + ends[1:])
