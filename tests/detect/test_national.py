import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


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
