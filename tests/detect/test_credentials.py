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


def test_a_key_without_an_end_ends_with_its_text():
    """What a text cuts off goes whole, escaped or not, and never reaches into the next text."""
    texts = ["x -----BEGIN PRIVATE KEY-----\nMIIE", "y%20-----BEGIN PRIVATE KEY-----%0AMIIE", "z"]
    assert {text: [text[text.index("-----") :]] for text in texts[:2]} == {
        text: [text[span.start : span.end] for span in spans] for text, spans in DETECTOR.find(texts).items()
    }
