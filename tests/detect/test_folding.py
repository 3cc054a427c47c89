# ruff: noqa: RUF001 - letters of many scripts
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.detect import folding
from proxy.detect.folding import fold, fold_origins, script


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


@given(st.text())
def test_each_folded_letter_has_an_origin(text):
    """For every letter of a folded text one letter of the text itself is named, and they stand in its order."""
    origins = list(fold_origins(text))
    assert (len(fold(text)), sorted(origins)) == (len(origins), origins)


def test_an_origin_is_the_letter_that_folded():
    """A letter that folds to two is named twice, one that folds to none never."""
    assert [0, 1, 1, 2, 4] == fold_origins("aæe\u0301x")
    assert range(4) == fold_origins("naïf")


def test_the_memory_of_characters_is_bounded(monkeypatch):
    """A full table still folds, it only remembers no more."""
    monkeypatch.setattr(folding, "_FOLDED", dict.fromkeys(map(chr, range(0x10000, 0x11000)), "x"))
    assert "e" == fold("é")
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
