import re

import pytest
import re2

from proxy.detect.relax import relaxed
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
    ],
)
def test_a_relaxed_expression_matches_at_least_as_much(expression, text):
    """RE2 finds what Python's engine finds, look-arounds and back-references or not."""
    if "(?>" not in expression:
        assert re.search(expression, text, re.IGNORECASE | re.MULTILINE | re.DOTALL)
    assert re2.search(relaxed(expression), text)


@pytest.mark.parametrize("expression", [r"a.*c", r"a[^x]c", r"a[^\]x]*c"])
def test_a_match_does_not_cross_from_text_to_text(expression):
    """Dots and negated classes stop at the separator of texts."""
    assert re2.search(relaxed(expression), "a\x00c") is None


def test_an_unclosed_look_ahead_goes_to_the_end():
    """What never closes is left out; the recognizer's own engine refuses it anyway."""
    assert re2.search(relaxed("x(?=abc"), "x")


@pytest.mark.parametrize("expression", [r"(", r"a{1001}", r"(?P=name)"])
def test_what_re2_cannot_read_is_refused(expression):
    """An expression that would never fire stops the start; the message does not repeat it."""
    with pytest.raises(SettingsError, match=f"an expression of {len(expression)} characters"):
        relaxed(expression)
