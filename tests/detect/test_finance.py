import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


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
