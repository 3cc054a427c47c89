import pytest

from proxy.detect.detector import Detector
from proxy.detect.network import ROWS

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
        ("app_1.2.3.4", []),
        ("myapp-1.2.3.4", []),
        ("build 10.1.2.3", []),
        ("version ip 10.1.2.3", ["10.1.2.3"]),
        ("1.2.3.4.5", []),
        ("http://127.0.0.1:80/", []),
        ("Chromium;156.0.0.0", []),
        ("1.2.3.0", []),
        ("10.0.0.0", ["10.0.0.0"]),
        ("::ffff:256.0.0.1", []),
        ("2001:db8::/9999", ["2001:db8::"]),
        ("2001:db8::/200", ["2001:db8::"]),
        ("0:0:0:0:0:0:0:0", []),
        ("::1", []),
        ("src=:: x", ["::"]),
        ("v1.2.3.4", []),
        ("2001:db8::/12x", ["2001:db8::"]),
    ],
)
def test_an_address_is_told_from_a_version(text, expected):
    """Addresses are taken where a host can stand, versions and identifiers are left."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
