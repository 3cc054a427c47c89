from __future__ import annotations

import pytest

from proxy.errors import FramingInvalid
from proxy.wire.form import open_form

FIELDS = ("data", "payload")
JSON = b'{"a": "+&%"}'

# body, value, another value, the body that carries it
FORMS = {
    "percent-encoded base64": (b"data=e30%3D", b"e30=", b"e+/=", b"data=e%2B%2F%3D"),
    "lower-case escapes": (b"data=e30%3d", b"e30=", b"e+/=", b"data=e%2B%2F%3D"),
    "escapes and a raw plus": (b"data=e3+%2F%3D", b"e3+/=", b"e+/=", b"data=e%2B%2F%3D"),
    "escaped letters": (b"data=%65y%2B", b"ey+", b"e+/=", b"data=e%2B%2F%3D"),
    "raw base64": (b"data=e3+/=", b"e3+/=", b"e+/=", b"data=e+/="),
    "urlencode": (b"data=%7B%22a%22%3A+1%7D", b'{"a": 1}', JSON, b"data=%7B%22a%22%3A+%22%2B%26%25%22%7D"),
    "encodeURIComponent": (b"data=%5B%20%5D", b"[ ]", JSON, b"data=%7B%22a%22%3A%20%22%2B%26%25%22%7D"),
    "JSON that nobody encoded": (b'data={"a":+1}', b'{"a": 1}', JSON, b'data={"a": "%2B%26%25"}'),
    "JSON with a few escapes": (b'data={"a":"%26"}', b'{"a":"&"}', JSON, b'data={"a": "%2B%26%25"}'),
    "nothing": (b"data=", b"", JSON, b'data={"a": "%2B%26%25"}'),
    "the other name": (b"payload=e30", b"e30", b"e+/=", b"payload=e+/="),
    "fields behind": (b"data=e30&verbose=1&ip=0", b"e30", b"e+/=", b"data=e+/=&verbose=1&ip=0"),
    "fields before": (b"verbose=1&data=e30%3D", b"e30=", b"e+/=", b"verbose=1&data=e%2B%2F%3D"),
    "fields around": (b"a=%41&data=%7B+%7D&&b", b"{ }", b"{+ }", b"a=%41&data=%7B%2B+%7D&&b"),
    "bytes that are no UTF-8": (b"a=\xff%FF&data=[]", b"[]", b'["\xff"]', b'a=\xff%FF&data=["\xff"]'),
    "a name that ends in the field's": (b"metadata=1&data=e30", b"e30", b"e+/=", b"metadata=1&data=e+/="),
}


@pytest.mark.parametrize(("body", "value", "other", "again"), FORMS.values(), ids=FORMS)
def test_takes_the_document_out_and_puts_another_in(body: bytes, value: bytes, other: bytes, again: bytes) -> None:
    """The field's value is decoded as its client encoded it, and another is encoded the same way in the same place."""
    opened = open_form(body, FIELDS)
    assert opened is not None
    assert (value, again) == (opened[0], opened[1](other))


@pytest.mark.parametrize("body", [b"", b"data", b"dat=1", b"metadata=1", b"eyJhIjoxfQ==", b"d%61ta=e30", b"&data"])
def test_a_body_without_the_field_is_no_form(body: bytes) -> None:
    """Only a field spelled as the dialect spells it carries a document; what else it could be, others decide."""
    assert open_form(body, FIELDS) is None


@pytest.mark.parametrize(
    "body",
    [b"data=e30&data=e30", b"data=&data=", b"a=1&data=e30&d%61ta=e30", b"data=e30&payload=e30", b"payload=1&data=e30"],
)
def test_refuses_two_fields_that_could_carry_a_document(body: bytes) -> None:
    """The vendor could read the one that was not scrubbed, however its name is spelled."""
    with pytest.raises(FramingInvalid):
        open_form(body, FIELDS)


def test_the_fields_beside_are_live() -> None:
    """What is changed in them leaves in their place; the document's own field is not among them."""
    opened = open_form(b"ip=1&data=e30&api_key=k", FIELDS)
    assert opened is not None
    _, close, others = opened
    assert others is not None
    assert {"ip": "1", "api_key": "k"} == others.values
    others.values["ip"] = "0"
    del others.values["api_key"]
    assert b"ip=0&data=e30" == close(b"e30")


def test_a_form_of_one_field_has_none_beside_it() -> None:
    """The usual case makes no parameters at all."""
    opened = open_form(b"data=e30", FIELDS)
    assert opened is not None
    assert opened[2] is None
