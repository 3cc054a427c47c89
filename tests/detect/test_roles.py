from proxy.detect import roles


def test_nobody_is_a_person_and_an_organisation():
    """A word before `name` decides for one of both."""
    assert frozenset() == roles.OF_PEOPLE & roles.OF_ORGANIZATIONS


def test_vetoes_are_single_folded_words():
    """Vetoes are compared with folded words, so they stand as such."""
    vetoes = roles.VETO_FIRST | roles.VETO_LAST | roles.TEXT
    assert [] == [word for word in vetoes if word != word.casefold() or " " in word]
