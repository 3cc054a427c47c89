import pytest

from proxy.detect.contact import ROWS
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
