# ruff: noqa: RUF001 - letters of many scripts
import pytest

from proxy.detect import folding
from proxy.detect.folding import _fold_char, fold, script


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada", "ada"),
        ("José MARÍA", "jose maria"),
        ("Ærøskøbing", "aeroskobing"),
        ("Straße", "strasse"),
        ("ИВАН", "иван"),
        ("渡辺", "渡辺"),
        ("e\u0301", "e"),
    ],
)
def test_case_accents_and_strokes_fold(text, expected):
    """Names fold to what people type when they have no accents."""
    assert expected == fold(text)


def test_one_character_folds_alone():
    """Folding by character agrees with folding the text."""
    assert ["a", "o", "o"] == [_fold_char(char) for char in "Aøø"]


def test_the_memory_of_characters_is_bounded(monkeypatch):
    """A full table still folds, it only remembers no more."""
    monkeypatch.setattr(folding, "_FOLDED", dict.fromkeys(map(chr, range(0x10000, 0x11000)), "x"))
    assert "e" == _fold_char("é")
    assert 4096 == len(folding._FOLDED)


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("a", "latin"),
        ("α", "greek"),
        ("я", "cyrillic"),
        ("م", "other"),
        ("渡", "cjk"),
        ("さ", "cjk"),
        ("한", "cjk"),
        ("ก", "cjk"),
    ],
)
def test_a_letter_has_a_script(char, expected):
    """Scripts are told apart as far as word boundaries need it."""
    assert expected == script(char)
