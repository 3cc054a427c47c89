from proxy.detect.stopwords import COMMON, NO_NEEDLES


def test_a_word_is_common_or_no_needle():
    """What is never searched for needs no rule about its capital."""
    assert frozenset() == COMMON & NO_NEEDLES


def test_stop_words_are_folded():
    """Stop words are compared with folded words."""
    assert [] == [word for word in COMMON | NO_NEEDLES if word != word.casefold()]
