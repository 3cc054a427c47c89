from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.keys.pseudonym import Pseudonymizer
from proxy.keys.shapes import SHAPES

KEY = bytes(range(32))
FORMS = {
    "hex16": st.from_regex("[0-9a-f]{16}", fullmatch=True),
    "numbers": st.from_regex(r"[0-9]{1,10}\.[1-9][0-9]{8,9}", fullmatch=True),
    "uuid": st.uuids().map(str),
}
EVERY = pytest.mark.parametrize("name", sorted(SHAPES))


def _pseudonyms(name: str, key: bytes = KEY) -> Pseudonymizer:
    return Pseudonymizer(key, "abc123", (SHAPES[name],))


def test_every_shape_is_tested() -> None:
    """A form that a vendor insists on has examples here."""
    assert set(FORMS) == set(SHAPES)


@EVERY
@given(data=st.data())
def test_a_pseudonym_keeps_the_form(name: str, data: st.DataObject) -> None:
    """An id leaves in the form it came in, and is known again when it comes back."""
    raw = data.draw(FORMS[name])
    token = _pseudonyms(name).token(raw)
    assert SHAPES[name].form.fullmatch(token)
    assert token == _pseudonyms(name).token(token)
    assert _pseudonyms(name).token(raw) == _pseudonyms(name).token(raw.upper())


@EVERY
@given(data=st.data())
def test_bits_come_back(name: str, data: st.DataObject) -> None:
    """What `write` makes of a pseudonym's bits, `read` gives back."""
    shape = SHAPES[name]
    bits = data.draw(st.integers(0, (1 << shape.body_bits + shape.tag_bits) - 1))
    assert bits == shape.read(shape.write(bits))
    assert shape.form.fullmatch(shape.write(bits))


@EVERY
def test_another_form_is_another_matter(name: str) -> None:
    """A value that is no id of the form is given up: it becomes an ordinary token."""
    assert SHAPES[name].pseudonym("user-42", lambda _: b"", lambda _: b"") is None


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("hex16", "37be42d094381d2e"),
        ("numbers", "1804289383.1795284954"),
        ("numbers", "1.100000000"),
        ("uuid", "cc0e3253-3603-4969-b1cf-824ce52199aa"),
        ("uuid", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_an_id_becomes_another(name: str, raw: str) -> None:
    """The raw id does not leave, and under another key it becomes something else."""
    token = _pseudonyms(name).token(raw)
    assert raw != token
    assert token != _pseudonyms(name, KEY[::-1]).token(raw)
