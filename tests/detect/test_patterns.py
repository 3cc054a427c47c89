import pytest
import re2

from proxy.detect.detector import Detector
from proxy.detect.patterns import ROWS
from proxy.detect.search import Search

DETECTOR = Detector()


def test_every_row_has_an_id_of_its_own():
    """A finding names one row and no other."""
    assert len(ROWS) == len({row.id for row in ROWS})


def test_every_row_cites_its_source_and_proves_itself():
    """No row without a source, an example and, where it is not a literal prefix, a counter-example."""
    assert [] == [row.id for row in ROWS if not row.source or not row.examples]


def test_every_row_confirms_in_one_way():
    """A row has a check or a confirmation, never both."""
    assert [] == [row.id for row in ROWS if row.check and row.confirm]


@pytest.mark.parametrize(("row", "text", "value"), [(row, *case) for row in ROWS for case in row.examples])
def test_every_example_is_found_whole(row, text, value):
    """What a row gives as its example is found as exactly that value and entity."""
    found = [(text[span.start : span.end], span.entity) for span in DETECTOR.find((text,)).get(text, ())]
    assert (value, row.entity) in found


@pytest.mark.parametrize(("row", "text"), [(row, text) for row in ROWS for text in row.counters])
def test_no_counter_example_is_found(row, text):
    """What a row gives as its counter-example, that row leaves alone."""
    assert [] == [span.rule for span in DETECTOR.find((text,)).get(text, ()) if span.rule == row.id]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_row_reaches_into_the_next_text(row):
    """Wherever a text ends in the middle of an example, what is found ends with it."""
    search = Search(row.expression, re2.Options())
    cut = [f"{text[:at]}\0{text[at:]}".encode() for text, _ in row.examples for at in range(len(text) + 1)]
    assert [] == [raw for raw in cut for start, end in search.spans(raw) if b"\0" in raw[start:end]]
