from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.policy.documents import open_document, opens
from proxy.wire.dialect import Form

DEEP = "[" * 5000 + "]" * 5000
TEXT = "name: ada, no JSON"


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "form", "inside"),
    [
        ('{"a": 1}', Form.PLAIN, {"a": 1}),
        ("[1, 2]", Form.JSON, [1, 2]),
        ('{"n": 10000000000000000000000000}', Form.PLAIN, {"n": 10**25}),
        ('{"a": "\\ud83d"}', Form.PLAIN, {"a": "\ud83d"}),
        ('\n {"a": 1}', Form.JSON, {"a": 1}),
        (json.dumps('{"a": 1}'), Form.PLAIN, {"a": 1}),
        (json.dumps(json.dumps(' {"a": 1}')), Form.PLAIN, {"a": 1}),
        ('{"a": 1}\n\n{"a": 2}\n', Form.PLAIN, [{"a": 1}, {"a": 2}]),
        (b64('\n{"a": 1, "b": 2}'), Form.PLAIN, {"a": 1, "b": 2}),
        (b64('{"a": 1}'), Form.BASE64_JSON, {"a": 1}),
        (b64('{"a": 1, "b": 2}'), Form.TEXT, {"a": 1, "b": 2}),
        (b64(TEXT), Form.PLAIN, [TEXT]),
        (b64("two lines\nof text\t\r\n"), Form.PLAIN, ["two lines\nof text\t\r\n"]),
        (urlsafe_b64encode("ÿÿÿ>>>???ÿÿÿ ada".encode()).decode(), Form.PLAIN, ["ÿÿÿ>>>???ÿÿÿ ada"]),
        (b64(TEXT).rstrip("="), Form.PLAIN, [TEXT]),
    ],
)
def test_a_document_is_opened(text: str, form: Form, inside: Any) -> None:
    """JSON, twice written or one a line, base64 of JSON and of text open; whole numbers and cut emoji stay so."""
    document = open_document({"x": text}, "x", form)
    assert document is not None
    assert inside == document.box[0]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("plain words", Form.PLAIN),
        ("{no json}", Form.PLAIN),
        ('"scalar"', Form.JSON),
        ('"quoted" words', Form.PLAIN),
        ('"one", "two"', Form.PLAIN),
        ('{"a": 1}\nand words', Form.PLAIN),
        ("", Form.JSON),
        (b64(TEXT), Form.JSON),
        ("a", Form.BASE64_JSON),
        ("AAAAAAAAAAAAAAAAAAAAAA==", Form.PLAIN),
        ("p1_03d0f4_1bpg4YbiU82r_lgmWPaJuHog8CY", Form.PLAIN),
        ("gibberish-that-is-no-text", Form.PLAIN),
    ],
)
def test_what_is_no_document_stays_shut(text: str, form: Form) -> None:
    """Words, broken JSON and bytes that are no text are left to the detectors."""
    assert open_document({"x": text}, "x", form) is None


@pytest.mark.parametrize(
    ("text", "may"),
    [("{}", True), ("[1]", True), ("{no", False), (b64(TEXT), True), ("YWRh", False), (TEXT, False), ("ü" * 16, False)],
)
def test_a_text_tells_whether_it_opens(text: str, may: bool) -> None:
    """Short texts and words are told apart without trying."""
    assert may == opens(text)


TEXTS = [
    '{"a": "b",  "c": [1.50]}',
    ' "{\\"a\\":  1}"',
    '{"a": 1}\n\n{"a":  2}',
    b64('{"a":  "b"}'),
    b64(TEXT),
    b64(TEXT).rstrip("="),
]


@pytest.mark.parametrize("text", TEXTS)
def test_an_untouched_document_keeps_its_bytes(text: str) -> None:
    """Spaces, the spelling of numbers and padding stay when nothing inside changed."""
    holder = {"x": text}
    document = open_document(holder, "x", Form.PLAIN)
    assert document is not None
    document.close("x")
    assert {"x": text} == holder


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ('{"a": "b"}', '{"a":"z"}'),
        (json.dumps('{"a": "b"}'), json.dumps('{"a":"z"}')),
        (b64('{"a": "b", "c": 1}'), b64('{"a":"z","c":1}')),
        (b64('{"a": "b", "c": 1}').rstrip("="), b64('{"a":"z","c":1}').rstrip("=")),
    ],
)
def test_a_changed_document_is_closed_as_it_was(text: str, closed: str) -> None:
    """What was opened is written back in the same layers."""
    holder = {"x": text}
    document = open_document(holder, "x", Form.PLAIN)
    assert document is not None
    document.box[0]["a"] = "z"
    document.close("x")
    assert {"x": closed} == holder


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ('{"a": "ada",  "a": 1}', '{"a":1}'),
        ('{"b": {"a": "ada", "\\u0061": []}}', '{"b":{"a":[]}}'),
        (json.dumps('{"a": "ada", "a": 1}'), json.dumps('{"a":1}')),
        ('{"a": "ada", "a": 1}\n[]', '{"a":1}\n[]'),
        (b64('{"a": "ada", "a": 1}'), b64('{"a":1}')),
    ],
)
def test_of_names_that_come_twice_one_leaves(text: str, closed: str) -> None:
    """The first value was not looked at, and a reader of the text may take that one."""
    holder = {"x": text}
    document = open_document(holder, "x", Form.PLAIN)
    assert document is not None
    document.close("x")
    assert {"x": closed} == holder


@pytest.mark.parametrize(("left", "text"), [(["b"], "b"), ([1988], "1988"), ([], "")])
def test_a_changed_text_is_coded_again(left: list[Any], text: str) -> None:
    """Base64 of text holds what is left of the text, be it nothing."""
    holder = {"x": b64(TEXT)}
    document = open_document(holder, "x", Form.PLAIN)
    assert document is not None
    document.box[0][:] = left
    document.close("x")
    assert {"x": b64(text)} == holder


def test_a_document_follows_its_field() -> None:
    """It is written under the field's new name, into an array's place, and nowhere once the field is gone."""
    holder: dict[str, Any] = {"x": "[1]"}
    items = ["[1]"]
    one, two = open_document(holder, "x", Form.PLAIN), open_document(items, 0, Form.PLAIN)
    assert one is not None
    assert two is not None
    one.box[0], two.box[0] = [2], [3]
    holder = one.holder
    holder["y"] = holder.pop("x")
    one.close("x")
    assert {"y": "[1]"} == holder
    one.close("y")
    two.close(0)
    assert ({"y": "[2]"}, ["[3]"]) == (holder, items)


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        b64(DEEP),
        f'{{"a": 1}}\n{DEEP}',
        json.dumps(DEEP),
        '{"a":' * 300 + "1" + "}" * 300,
        f"[{'[],' * 200_000}[]]",
        f'"{"[" * 200_001}"',
    ],
)
def test_a_document_without_end_opens_onto_one(text: str) -> None:
    """What nests too deep to be read, or holds too much, is no plain text: it opens onto something as deep."""
    document = open_document({"x": text}, "x", Form.PLAIN)
    assert document is not None
    inside, depth = document.box[0], 0
    while inside:
        inside, depth = inside[0], depth + 1
    assert depth >= 200


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(document=st.lists(JSON) | st.dictionaries(st.text(), JSON), coded=st.booleans())
def test_every_document_opens(document: Any, coded: bool) -> None:
    """Whatever JSON is inside, it is what was put in."""
    text = json.dumps(document)
    opened = open_document({"x": b64(text) if coded else text}, "x", Form.BASE64_JSON if coded else Form.JSON)
    assert opened is not None
    assert document == opened.box[0]
