import pytest

from proxy.detect.detector import Detector
from proxy.detect.national import ROWS

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
        ("078051121", ["078051121"]),
        ("078051120", []),
        ("invoice 078-05-1123", []),
        ("078-05-1123-4", []),
        ("07-1234567", []),
        ("ssn 07-1234567", ["07-1234567"]),
        ("111.111.111-11", []),
        ("1 55 08 2A 168 025 50", ["1 55 08 2A 168 025 50"]),
    ],
)
def test_a_number_is_personal_in_its_range_and_place(text, expected):
    """Nine digits need a grouping, a word or a leading zero; other words win."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
