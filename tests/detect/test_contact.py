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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.com" + ".Qqz" * 200_000, ["ada@example.com"]),
        ("ada@" + "Qqz." * 200_000 + "Qqz", []),
        ("!" * 2_000_000 + "ada@example.org", ["ada@example.org"]),
    ],
    ids=["labels", "no address", "signs"],
)
def test_a_long_neighbourhood_is_read_once(text, expected):
    """However much stands before an address or behind it, each of its characters is looked at once."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
