import pytest

from proxy.detect.detector import Detector
from proxy.detect.finance import ROWS

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
        ("a-4242424242424242", []),
        ("4242424242424242-abc", []),
        ("imei 4242424242424242", []),
        ("0000000000000000", []),
        ("4242424242424242.5", []),
        ("-4242424242424242-", ["4242424242424242"]),
        ("visa ........................ 1234567812345678", []),
        ("ZZ89370400440532013000", []),
        ("DE89370400440532013000x", []),
        ("DE89 3704 0044 0532 0130 0", []),
    ],
)
def test_a_number_inside_something_longer_is_no_card(text, expected):
    """Pieces of ids and IMEIs are not cards."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
