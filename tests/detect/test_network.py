import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


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
        (" 1.2.3.0\n", []),
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


def test_a_long_text_is_not_read_for_each_address():
    """Ten million letters behind thousands of addresses are looked at once."""
    text = "1.2.3.4 " * 20_000 + "x " * 5_000_000
    (spans,) = Detector(entities=frozenset({"IP_ADDRESS"})).find([text]).values()
    assert 20_000 == len(spans)
