import pytest

from proxy.detect.credentials import ROWS
from proxy.detect.detector import Detector

DETECTOR = Detector()


@pytest.mark.parametrize(("row", "text", "value"), [(row, *case) for row in ROWS for case in row.examples])
def test_every_example_is_found_whole(row, text, value):
    """What a row gives as its example is found as exactly that value and entity."""
    found = [(text[span.start : span.end], span.entity) for span in DETECTOR.find((text,)).get(text, ())]
    assert (value, row.entity) in found


@pytest.mark.parametrize(("row", "text"), [(row, text) for row in ROWS for text in row.counters])
def test_no_counter_example_is_found(row, text):
    """What a row gives as its counter-example, that row leaves alone."""
    assert [] == [span.rule for span in DETECTOR.find((text,)).get(text, ()) if span.rule == row.id]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=required1", ["required1"]),
        ("?token=aaaaaaaa", []),
        ("password: null", []),
        ("?token=[hidden]", []),
        ("?access_token=p1_3_abcdefgh", []),
        ("password: ****word", []),
        ("bearer of bad news", []),
        ("basic information1", []),
    ],
)
def test_a_word_about_a_secret_is_no_secret(text, expected):
    """Placeholders, masks and our own pseudonyms stay."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
