from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from proxy.policy.diagnostics import render
from proxy.policy.source import read, validate


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


class Shop(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    sizes: list[Inner] = []
    either: str | dict[str, str] = ""
    mode: bool = False


def _faults(text: str) -> list[str]:
    return [str(one) for one in sorted(read(text, "f").diagnostics)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: no\nb: on\nc: yes", {"a": "no", "b": "on", "c": "yes"}),
        ("a: true\nb: 1\nc: 1.5\nd:\ne: ~", {"a": True, "b": 1, "c": 1.5, "d": None, "e": None}),
        ("a: 2026-11-21\nb: 0123\nc: 12:30", {"a": "2026-11-21", "b": 123, "c": "12:30"}),
        ("1: x\nno: y", {"1": "x", "no": "y"}),
        ("- [a, {b: c}]", [["a", {"b": "c"}]]),
        ("a: &anchor b", {"a": "b"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    ],
)
def test_yaml_is_plain_values(text: str, value: object) -> None:
    """`no` is a string, a date is a string, a key is a string; numbers, truth values and nothing are what they are."""
    source = read(text, "f")
    assert (value, []) == (source.value, source.diagnostics)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("a: 1\nb: 2\na: 3", ["f:3:1: E104 expected each key once, got `a` again (hint: first at line 1)"]),
        ("a: {x: 1, x: 2}", ["f:1:11: E104 expected each key once, got `x` again (hint: first at line 1)"]),
        ("a: !x b", ["f:1:4: E102 expected a plain value, got a tag (hint: write it as a string)"]),
        ("a: !!int b", ["f:1:4: E102 expected a plain value, got a tag (hint: write it as a string)"]),
        ("a: !!binary aGk=", ["f:1:4: E102 expected a plain value, got a tag (hint: write it as a string)"]),
        ('a: !!int ""', ["f:1:4: E102 expected a plain value, got a tag (hint: write it as a string)"]),
        ('a: !!float ""', ["f:1:4: E102 expected a plain value, got a tag (hint: write it as a string)"]),
        ("[" * 3000, ["f:1:51: E115 expected at most 50 levels, got more"]),
        ("- " * 2000 + "x", ["f:1:101: E115 expected at most 50 levels, got more"]),
        ("[" * 50 + "]" * 50, []),
        (r'a: "\ud800"', ["f:1:4: E114 expected characters, got half of one"]),
        (r'"\ud800": a', ["f:1:1: E114 expected characters, got half of one"]),
        ("[a]: b", ["f:1:1: E103 expected a key, got a list or mapping"]),
        (
            "a: &x b\nc: *x\nd: *x",
            [f"f:{at}:4: E110 expected a value, got an alias (hint: write the value out)" for at in (2, 3)],
        ),
        ("a: &x [*x]", ["f:1:8: E110 expected a value, got an alias (hint: write the value out)"]),
        ("a: [b", ["f:1:6: E101 expected YAML: expected ',' or ']', but got '<stream end>'"]),
        ("a: b\n---\nc: d", ["f:2:1: E101 expected YAML: but found another document"]),
        ("ok: 1\na: \x07", ["f:2:4: E101 expected YAML, got a character that it does not allow"]),
    ],
)
def test_what_yaml_must_not_hold(text: str, faults: list[str]) -> None:
    """Duplicate keys, tags, aliases, odd keys and broken YAML are diagnostics with their place."""
    assert faults == _faults(text)


def test_all_faults_of_a_file_are_found_at_once() -> None:
    """A second fault does not wait for the first to be mended."""
    assert ["f:2:1", "f:3:4"] == [fault.split(": ")[0] for fault in _faults("a: 1\na: 2\nb: !x y\n")]


def test_a_place_is_that_of_the_key_or_item() -> None:
    """A value is found at its key, an item at itself, and what is not there at what is around it."""
    source = read("a:\n  b: 1\nc:\n  - x\n  - y\n", "f")
    paths: list[tuple[str | int, ...]] = [("a", "b"), ("c", 1), ("a", "rule", "b"), ("a", "gone"), ("gone",), ()]
    assert ["f:2:3", "f:5:5", "f:2:3", "f:1:1", "f:1:1", "f:1:1"] == [str(source.place(path)) for path in paths]
    assert "f:1:1" == str(read("", "f").place(("a",)))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("name: x", ""),
        ("name: x\nsize: 1", "f:2:1: E105 expected a known key, got `size` (hint: it belongs elsewhere)"),
        ("name: x\nsizs: []", "f:2:1: E105 expected a known key, got `sizs` (hint: did you mean `sizes`?)"),
        ("{}", "f:1:1: E106 expected the key `name`, got none"),
        ("name: x\nsizes:\n  - size: big", "f:3:5: E107 expected a whole number, got a string"),
        ("name: [x]", "f:1:1: E107 expected a string, got a list"),
        ("name: {}", "f:1:1: E107 expected a string, got a mapping"),
        ("name:", "f:1:1: E107 expected a string, got nothing"),
        ("name: true", "f:1:1: E107 expected a string, got a truth value"),
        ("name: 1.5", "f:1:1: E107 expected a string, got a decimal"),
        ("name: x\nsizes:\n  - size: 2.5", "f:3:5: E107 expected a whole number, got a decimal"),
        ("name: x\neither: 5", "f:2:1: E107 expected a string or a mapping, got a number"),
        ("name: x\nname: y", "f:2:1: E104 expected each key once, got `name` again (hint: first at line 1)"),
        ("[", "f:1:2: E101 expected YAML: expected the node content, but found '<stream end>'"),
        ("- x", "f:1:1: E107 expected a mapping, got a list"),
        ("", "f:1:1: E107 expected a mapping, got nothing"),
    ],
)  # fmt: skip
def test_a_model_is_checked(text: str, faults: str) -> None:
    """Unknown keys, missing keys and wrong kinds are told in the words of somebody who writes YAML."""
    source = read(text, "f")
    valid = validate(source, Shop)
    assert (faults, not faults) == (render(source.diagnostics), valid is not None)
