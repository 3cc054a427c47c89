from __future__ import annotations

import base64

import pytest

from proxy.detect.copies import coded_copies

ADA = ("ada.king@example.org", "EMAIL_ADDRESS")
USER = ("subjects?>~~~?>ada", "USER_ID")


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("shift", range(3))
def test_a_value_is_found_at_every_alignment(shift: int) -> None:
    """Three alignments of base64 hide the same value; its whole run is found at each."""
    coded = _coded("x" * shift + ADA[0] + "yy")
    joined = f"?d {coded}\0clean"
    assert {coded} == {joined[start:end] for start, end, _ in coded_copies(joined, [ADA])}


@pytest.mark.parametrize("cut", range(4))
def test_a_run_that_began_earlier_is_read_at_each_offset(cut: int) -> None:
    """Base64 cut out of a longer run still gives its values away."""
    assert coded_copies(_coded("xyzxyz" + ADA[0])[cut:], [ADA])


def test_the_url_safe_alphabet_hides_nothing() -> None:
    """The same bytes are found in both alphabets."""
    coded = base64.urlsafe_b64encode(USER[0].encode()).decode()
    assert (True, [(0, len(coded), "USER_ID")]) == ("_" in coded or "-" in coded, coded_copies(coded, [USER]))


def test_digits_have_no_small_letters_in_base64() -> None:
    """Capitals and digits alone are base64, too: of a number."""
    assert [(0, 15, "USER_ID")] == coded_copies("id=NDE1MTA0ODU1", [("415104855", "USER_ID")])


def test_letters_beyond_ascii_move_no_place() -> None:
    """A wide letter, an emoji and half of one before a run count as one character each."""
    coded = _coded(ADA[0])
    joined = f"é渡🦊\ud83d {coded}é"
    assert [(5, 5 + len(coded), ADA[1])] == coded_copies(joined, [ADA])


def test_each_run_and_each_value_has_its_place() -> None:
    """Two runs, and two values in one, are told apart."""
    bob = ("bob-1815-x", "USER_ID")
    joined = f"{_coded('to: ' + ADA[0])}\0{_coded(bob[0] + ' and ' + ADA[0])}"
    found = {(start, entity) for start, _, entity in coded_copies(joined, [ADA, bob])}
    second = joined.index("\0") + 1
    assert {(0, "EMAIL_ADDRESS"), (second, "EMAIL_ADDRESS"), (second, "USER_ID")} == found


def test_a_run_is_searched_once_however_many_values_stand_in_it() -> None:
    """Thousands of places in one run are one place for each value, and runs that hold none are not read again."""
    values = [(f"w{number:06x}q", "USER_ID") for number in range(500)]
    coded = _coded(" ".join(value for value, _ in values) * 20)
    joined = f"{coded} {'AbAbAbAbAb12 ' * 20_000}"
    assert [(0, len(coded), "USER_ID")] * 500 == coded_copies(joined, values)


def test_a_value_that_repeats_itself_is_not_read_at_each_letter() -> None:
    """Places that overlap are one."""
    coded = _coded("a" * 200_000)
    assert {(0, len(coded), "USER_ID")} == set(coded_copies(coded, [("a" * 50_000, "USER_ID")]))


def test_a_value_with_zero_bytes_stands_in_one_run() -> None:
    """What is put between runs to decode them together is no part of any."""
    value = ("ada\0\0\0\0\0\0king", "USER_ID")
    apart = f"{_coded('xyzada')}AAAA {_coded('kingkingking')}"
    whole = _coded(f"xyz{value[0]}")
    assert ([], [(0, len(whole), "USER_ID")]) == (coded_copies(apart, [value]), coded_copies(whole, [value]))


def test_runs_of_one_path_are_widened_apart() -> None:
    """A slash ends what a place is widened to; a value that stands across it takes both sides."""
    left, right = _coded("x" * 30 + ADA[0]), _coded(ADA[0] + "y" * 30)
    joined = f"{left}/{right}"
    found = {place[:2] for place in coded_copies(joined, [ADA])}
    assert {(0, len(left)), (len(left) + 1, len(joined))} == found


@pytest.mark.parametrize(
    ("joined", "values"),
    [
        ("nothing that could be coded", [ADA]),
        ("adakingexampleorg", [ADA]),
        (_coded("somebody else altogether"), [ADA]),
        (_coded("ada is short"), [("ada", "PERSON")]),
        (_coded(ADA[0]), []),
    ],
)
def test_what_holds_no_value_gives_nothing(joined: str, values: list[tuple[str, str]]) -> None:
    """Words, other people's base64, and values so short that they stand anywhere give no place."""
    assert [] == coded_copies(joined, values)


@pytest.mark.parametrize("filling", ["to be or not ", "0123456789abcdef0123 "], ids=["prose", "ids"])
def test_a_long_text_hides_nothing(filling: str) -> None:
    """However many words stand around it, and however long they are."""
    before = filling * 1000
    coded = _coded(ADA[0])
    assert [(len(before), len(before) + len(coded), ADA[1])] == coded_copies(f"{before}{coded} {before}", [ADA])
