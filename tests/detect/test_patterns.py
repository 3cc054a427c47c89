from proxy.detect.patterns import ROWS


def test_every_row_has_an_id_of_its_own():
    """A finding names one row and no other."""
    assert len(ROWS) == len({row.id for row in ROWS})


def test_every_row_cites_its_source_and_proves_itself():
    """No row without a source, an example and, where it is not a literal prefix, a counter-example."""
    assert [] == [row.id for row in ROWS if not row.source or not row.examples]


def test_every_row_confirms_in_one_way():
    """A row has a check or a confirmation, never both."""
    assert [] == [row.id for row in ROWS if row.check and row.confirm]
