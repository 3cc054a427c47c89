import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first_name=Zoe&last_name=Quist&city=x", ["Zoe", "Quist"]),
        ('user {\\"first_name\\":\\"Zoe\\",\\"plan\\":1}', ["Zoe"]),
        ("last_name=p1_78b6c4_WNMNxzrxg3tfSJIG1PVHphLsgEQ", []),
        ("last_name=e1_78b6c4_WNMNxzrxg3tfSJIG1PVHphLsgEQ", []),
        ("First name: Zoe signed up", ["Zoe"]),
    ],
)
def test_a_word_that_assigns_a_name_tells_it(text, expected):
    """In forms, in objects that were printed and behind escapes; a pseudonym is no name."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
