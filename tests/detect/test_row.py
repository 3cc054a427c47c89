import pytest

from proxy.detect.row import Candidate, glued, named_near, near


def test_a_candidate_knows_its_value():
    """A candidate's value is the text between its ends."""
    assert "ada" == Candidate("hi ada!", 3, 6, ()).value


@pytest.mark.parametrize(
    ("text", "words", "reach", "expected"),
    [
        ("my IBAN: x", ("iban",), 48, True),
        ("x is my iban", ("iban",), 48, True),
        ("iban " + "." * 50 + "x", ("iban",), 48, False),
        ("iban ..x", ("iban",), 3, False),
        ("x", (), 48, False),
    ],
)
def test_a_word_is_near_within_reach(text, words, reach, expected):
    """Words count within their reach, before and behind, in any case."""
    at = text.rindex("x") if not text.startswith("x") else 0
    assert expected is near(text, at, at + 1, words, reach)


@pytest.mark.parametrize(
    ("text", "expected"), [("the bank: x", True), ("embankment x", False), ("banks x", True), ("bank-no x", True)]
)
def test_a_named_word_is_whole(text, expected):
    """Inside another word a word tells nothing."""
    assert expected is named_near(text, text.rindex("x"), len(text), ("bank",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x", False), ("ax", True), ("x1", True), ("a-x", True), ("x_b", True), ("- x -", False), (" x-", False)],
)
def test_a_piece_of_a_longer_token_is_glued(text, expected):
    """Letters and digits that touch, with or without a hyphen, make one token."""
    assert expected is glued(text, text.index("x"), text.index("x") + 1)
