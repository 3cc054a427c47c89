import pytest

from proxy.detect.context import ROWS
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
        ("Dear Customer Support", []),
        ("Hi ADA", []),
        ("Hello May", []),
        ("10.1234 10.1234", []),
    ],
)
def test_a_cue_needs_a_name_behind_it(text, expected):
    """Roles, months and shouting behind a cue are no names."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
