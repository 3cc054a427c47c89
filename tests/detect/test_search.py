from __future__ import annotations

import re

import pytest
import re2

from proxy.detect.search import Search


def spans(expression: str, raw: bytes) -> list[tuple[int, int]]:
    return Search(expression, re2.Options()).spans(raw)


@pytest.mark.parametrize(
    ("expression", "raw", "expected"),
    [
        ("ab+", b"abb xab", [(0, 3), (5, 7)]),
        ("ab+", b"none", []),
        ("ab+", b"", []),
        ("x(a+)", b"xaa xa", [(1, 3), (5, 6)]),
        ("x(a+)?", b"x xa", [(-1, -1), (3, 4)]),
        ("a*", b"ba", [(0, 0), (1, 2), (2, 2)]),
    ],
)
def test_every_place_is_given_once(expression: str, raw: bytes, expected: list[tuple[int, int]]) -> None:
    """In order, that of the group where there is one; a place without length moves on."""
    assert expected == spans(expression, raw)


@pytest.mark.parametrize("expression", ["[a-z]+@[a-z]+", r"\d{2,4}", "a|ab", r"\bb"])
def test_places_are_those_of_the_standard_library(expression: str) -> None:
    """Without groups and lengths of zero, both libraries find the same."""
    raw = b"ada@b c@d 12345 ab \xc3\xa9 9 b 00"
    assert [match.span() for match in re.finditer(expression.encode(), raw)] == spans(expression, raw)
