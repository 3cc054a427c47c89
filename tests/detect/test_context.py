import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


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
