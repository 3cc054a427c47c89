import pytest

from proxy.detect.detector import Detector

DETECTOR = Detector()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=required1", ["required1"]),
        ("?token=aaaaaaaa", []),
        ("password: null", []),
        ("?token=[hidden]", []),
        ("?access_token=p1_3_abcdefgh", []),
        ("password: ****word", []),
        ("bearer of bad news", []),
        ("basic information1", []),
    ],
)
def test_a_word_about_a_secret_is_no_secret(text, expected):
    """Placeholders, masks and our own pseudonyms stay."""
    assert expected == [text[span.start : span.end] for span in DETECTOR.find((text,)).get(text, ())]
