import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1984 Animal Farm Way", []),
        ("Section 4 Main Street Path", []),
        ("5 the Road", []),
        ("flat 2, 17 Oak Lane", ["flat 2, 17 Oak Lane"]),
    ],
)
def test_what_counts_things_is_no_address(text, expected):
    """A number before capitalised words is an address only when a street may carry it."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
