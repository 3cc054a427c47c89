import re

import pytest
import re2

from proxy.detect.relax import relaxed
from proxy.detect.search import Search
from proxy.errors import SettingsError


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"\b[A-Z]{3}\d{4}\b", "id ABC1234 x"),
        (r"(?<!\d)\d{3}(?!\d)", "a 123 b"),
        (r"(?=.*\d)[a-z\d]{5}", "ab1cd"),
        (r"(?<=no: )\d+", "no: 7"),
        (r"([:-])(?:\d{2}\1){2}", ":12:34:"),
        (r"(?P<sep>[- ])x\1y", "-x-y"),
        (r"(?>ab)c", "abc"),
        (r"a\Z", "a"),
        (r"[^]x]y[\]]", "ay]"),
        (r"[]a]", "]"),
        (r"\bÜber\b", "Über"),
        (r"(?!0(?:1|2))\d", "3"),
        (r"a.c", "a\nc"),
        (r"(?P<one>x)(y)\2", "xyy"),
        (r"\((a)\1", "(aa"),
        (r"[^a-]b", "cb"),
    ],
)
def test_a_relaxed_expression_matches_at_least_as_much(expression, text):
    """RE2 finds what Python's engine finds, look-arounds and back-references or not."""
    if "(?>" not in expression:
        assert re.search(expression, text, re.IGNORECASE | re.MULTILINE | re.DOTALL)
    assert re2.search(relaxed(expression), text)


@pytest.mark.parametrize(
    "expression",
    [
        r"a.*c",
        r"a[^x]c",
        r"a[^\]x]*c",
        r"a\Wc",
        r"a\Dc",
        r"a\Sc",
        r"a[\s\S]c",
        r"a[\d\D]c",
        r"a[\w\W]c",
        r"a[^[:alpha:]]c",
    ],
)
def test_a_match_does_not_cross_from_text_to_text(expression):
    """Dots and negated classes stop at the separator of texts."""
    assert re2.search(relaxed(expression), "a\x00c") is None


@pytest.mark.parametrize("neighbours", [("x", "y"), ("", "y"), ("x", "")])
@pytest.mark.parametrize(
    "expression",
    [
        r"^B\d$",
        r"\AB\d\Z",
        r"(?:^|\W)B\d",
        r"\W?B\d(?:\W|$)",
        r"\S*B\d",
        r"\D?B\d",
        r"(ID )?B\d",
        r"^?B\d",
        r"(?!x)?B\d",
    ],
)
def test_a_text_between_others_is_found_as_if_it_stood_alone(expression, neighbours):
    """Anchors hold at the ends of each text, and what is found begins and ends inside it."""
    before, behind = neighbours
    joined = f"{before}\0B7\0{behind}".encode()
    start = len(before) + 1
    assert [(start, start + 2)] == Search(relaxed(expression), re2.Options()).spans(joined)


@pytest.mark.parametrize("escape", [r"\D", r"\S", r"\W"])
def test_a_negated_class_loses_nothing_but_the_separator(escape):
    """What is written instead of a negated class takes every other character that the class takes."""
    search = re2.compile(relaxed(escape))
    wanted = {char for char in map(chr, (*range(1, 0x3000), 0x1F600)) if re.match(escape, char)}
    assert set() == {char for char in wanted if not search.fullmatch(char)}


@pytest.mark.parametrize("expression", [r"\x00a", r"[\x00-\x20]a", r"\0a", "\0a", r"\P{L}a"])
def test_what_takes_the_separator_is_refused(expression):
    """An expression that names the sign between texts, alone or in a range, stops the start."""
    with pytest.raises(SettingsError, match="cannot match NUL"):
        relaxed(expression)


@pytest.mark.parametrize("expression", [r"\d*", ".*", r"(B\d)?", "", "^$", r"\b", r"\b\d*\b", r"(?=B\d)", "a|"])
def test_what_can_match_no_character_is_refused(expression):
    """An expression that fits everywhere says nothing, and stops the start."""
    with pytest.raises(SettingsError, match="takes a character"):
        relaxed(expression)


def test_an_unclosed_look_ahead_goes_to_the_end():
    """What never closes is left out; the recognizer's own engine refuses it anyway."""
    assert re2.search(relaxed("x(?=abc"), "x")


@pytest.mark.parametrize("expression", [r"(", r"a{1001}", r"(?P=name)"])
def test_what_re2_cannot_read_is_refused(expression):
    """An expression that would never fire stops the start; the message does not repeat it."""
    with pytest.raises(SettingsError, match=f"an expression of {len(expression)} characters"):
        relaxed(expression)
