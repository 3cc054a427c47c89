from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proxy.detect.joined import SEPARATOR, starts


@given(st.lists(st.text(), min_size=1))
def test_each_text_is_where_it_is_said_to_start(texts: list[str]) -> None:
    """Places in the joined text lead back to each, whatever it holds; the last one is where another would start."""
    joined = SEPARATOR.join(texts)
    *firsts, behind = starts(map(len, texts))
    assert (texts, len(joined) + 1) == (
        [joined[first : first + len(text)] for first, text in zip(firsts, texts, strict=True)],
        behind,
    )


def test_without_texts_there_is_one_place() -> None:
    """Nothing joined ends where it begins."""
    assert [0] == starts([])
