import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("?to=ada@example.org&x=1", ["ada@example.org"]),
        ("//x/y/ada@example.org", ["ada@example.org"]),
        ("'ada@example.org'", ["ada@example.org"]),
        ("logo@2x.png and a@b.svg", []),
        ("a=%40example.org", []),
        ("%20%3Cada@example.org", ["ada@example.org"]),
        ("a@b.zzzzq", []),
        ("ada@example.co.Zzzzq", ["ada@example.co"]),
        ("a@zzzzq.zzzzq", []),
        ("ada2 at example.org", ["ada2 at example.org"]),
        ("me at example.org", []),
        ("mail b at example.org", ["b at example.org"]),
    ],
)
def test_an_address_is_cut_out_of_what_stands_around_it(text, expected):
    """URL syntax, punctuation and glued words do not become part of an address."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
