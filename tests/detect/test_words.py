from itertools import combinations

from proxy.detect import words


def test_a_strong_term_tells_one_thing():
    """No term stands under two entities of one table; the later would win by accident."""
    for table in (words.STRONG, words.LAST, words.ALONE):
        sets = {entity: set(terms.split()) for entity, terms in table.items()}
        assert [] == [(a, b, sets[a] & sets[b]) for a, b in combinations(sets, 2) if sets[a] & sets[b]]
