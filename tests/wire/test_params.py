from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.wire.params import Params

QUERIES = st.text() | st.text(alphabet="ab=&+%2fC3A9é;# \udc80\ud83d")

# raw, values
PARSED = [
    ("", {}),
    ("verbose=1&ip=1&_=1795285912749", {"verbose": "1", "ip": "1", "_": "1795285912749"}),
    ("a=x+y%20z%2B", {"a": "x y z+"}),
    ("a+b%3D=c", {"a b=": "c"}),
    ("a=1=2", {"a": "1=2"}),
    ("flag&other", {"flag": "", "other": ""}),
    ("a=1&b=2&a=3&a=", {"a": ["1", "3", ""], "b": "2"}),
    ("a=1&a=1", {"a": ["1", "1"]}),
    ("&&a=1&", {"a": "1"}),
    ("=x", {"": "x"}),
    ("a=%C3%A9%F0%9F%91%8D", {"a": "é👍"}),
    ("a=%FF%80", {"a": "\udcff\udc80"}),
    ("a=%ED%A0%BD", {"a": "\udced\udca0\udcbd"}),
    ("a=%zz%4", {"a": "%zz%4"}),
    ("a=é", {"a": "é"}),
    ("a=\udcc3%A9", {"a": "é"}),
    ("a=%41\ud83d+", {"a": "A\ud83d "}),
    ("a=1;b=2", {"a": "1;b=2"}),
]

# raw, name, value now, raw again
CHANGED = [
    ("a=%41&b=x%20y", "a", "B", "a=B&b=x%20y"),
    ("a=1&b=2", "b", "x y&=+%é", "a=1&b=x%20y%26%3D%2B%25%C3%A9"),
    ("a%5B%5D=1", "a[]", "2", "a%5B%5D=2"),
    ("flag&a=1", "flag", "on", "flag=on&a=1"),
    ("a=1", "new", "x", "a=1&new=x"),
    ("a=1", "new name", ["x", "y"], "a=1&new%20name=x&new%20name=y"),
    ("", "ip", "0", "ip=0"),
    ("ip=1", "ip", 0, "ip=0"),
    ("a=1&b=2&a=%33", "a", ["1", "3"], "a=1&b=2&a=%33"),
    ("a=1&b=2&a=%33", "a", ["1", "4"], "a=1&b=2&a=4"),
    ("a=1&b=2&a=%33", "a", ["3"], "a=3&b=2"),
    ("a=1&b=2&a=%33", "a", "1", "a=1&b=2"),
    ("a=1&b=2", "a", ["1", "3"], "a=1&b=2&a=3"),
    ("a=%FF", "b", "\udcff", "a=%FF&b=%FF"),
    ("a=1", "a", "\ud83d\udcff", "a=%ED%A0%BD%ED%B3%BF"),
]


@pytest.mark.parametrize(("raw", "values"), PARSED)
def test_decodes_values(raw: str, values: dict[str, Any]) -> None:
    """Names and values are decoded as forms are, bytes that are no UTF-8 kept apart, repeated names listed."""
    assert values == Params.parse(raw).values


def test_a_name_may_come_as_often_as_fits() -> None:
    """Hundreds of thousands of pairs of one name are read and written one by one, none of them over and over."""
    count = 500_000
    params = Params.parse("&a" * count)
    assert [""] * count == params.values["a"]
    params.values["a"] = [*params.values["a"][1:], "z"]
    assert "&a" * (count - 1) + "&a=z" == params.render()


@pytest.mark.parametrize("raw", [raw for raw, _ in PARSED])
def test_what_nobody_changed_leaves_as_it_came(raw: str) -> None:
    """A parsed text renders to itself, also when everything was set to an equal value."""
    params = Params.parse(raw)
    params.values = {name: [*value] if isinstance(value, list) else value for name, value in params.values.items()}
    assert raw == params.render()


@given(QUERIES)
def test_any_text_comes_back(raw: str) -> None:
    """`render(parse(x)) == x`, whatever x is."""
    assert raw == Params.parse(raw).render()


@given(QUERIES)
def test_an_addition_changes_nothing_else(raw: str) -> None:
    """When something is added, all that was there stays as it came, in its order."""
    params = Params.parse(raw)
    params.values["added"] = "x"
    assert (raw + "&added=x" if raw else "added=x") == params.render()


@given(QUERIES, st.text())
def test_any_value_arrives(raw: str, value: str) -> None:
    """Whatever the new value is, the rendered text decodes to it."""
    params = Params.parse(raw)
    params.values["added"] = value
    assert params.values == Params.parse(params.render()).values


@pytest.mark.parametrize(("raw", "name", "value", "again"), CHANGED)
def test_only_what_changed_is_written_anew(raw: str, name: str, value: Any, again: str) -> None:
    """A changed value is percent-encoded in its place, an added one stands at the end, the rest is as it came."""
    params = Params.parse(raw)
    params.values[name] = value
    assert again == params.render()


def test_a_list_changed_in_place_is_seen() -> None:
    """The values are live down to the items of a repeated name."""
    params = Params.parse("a=1&a=2")
    values = params.values["a"]
    assert isinstance(values, list)
    values[1] = "3"
    assert "a=1&a=3" == params.render()


def test_a_removed_name_is_left_out_everywhere() -> None:
    """All pairs of a removed name go, spelled in any way."""
    params = Params.parse("a=1&email=x&b=2&%65mail=y&&c")
    del params.values["email"]
    assert "a=1&b=2&&c" == params.render()


def test_a_name_taken_out_and_put_back_keeps_its_place() -> None:
    """The carrier of a document is removed while records are scrubbed, and returns to where it was."""
    params = Params.parse("ip=1&data=old&verbose=1")
    params.values.pop("data")
    params.values["data"] = "new=="
    assert "ip=1&data=new%3D%3D&verbose=1" == params.render()


@pytest.mark.parametrize(
    ("raw", "again"),
    [
        ("a=1&data=&b=2", "a=1&data=x+/=&b=2"),
        ("a=1&d%61ta=", "a=1&d%61ta=x+/="),
        ("a=1", "a=1&data=x+/="),
        ("data=&data=", "data=x+/="),
    ],
)
def test_a_raw_value_is_written_as_it_is(raw: str, again: str) -> None:
    """What is encoded already is not encoded again, and stands once, in its field's place."""
    params = Params.parse(raw)
    params.values.pop("data", None)
    assert again == params.render({"data": "x+/="})
