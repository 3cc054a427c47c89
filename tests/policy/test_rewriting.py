from __future__ import annotations

import pytest

from proxy.detect.detector import Span
from proxy.detect.knowledge import KNOWN
from proxy.policy.actions import GONE, Gone
from proxy.policy.rewriting import COPY, Change, combine
from proxy.policy.step import Treatment

DROP = Treatment("r", "PERSON", "drop", lambda _: GONE)
STAR = Treatment("s", "URL", "mask", lambda value: "*" * len(str(value)))
YEAR = Treatment("y", "BIRTH_DATE", "generalize", lambda _: 1988)
SHADOW = Treatment("t", "NRP", "drop", lambda _: GONE, shadow=True)
MADE = {"PERSON": DROP, "URL": STAR, "BIRTH_DATE": YEAR, "NRP": SHADOW}


def span(start: int, end: int, entity: str) -> Span:
    return Span(start, end, entity, "rule")


@pytest.mark.parametrize(
    ("spans", "new", "done"),
    [
        ([span(0, 3, "PERSON")], "[PERSON] abc xyz", (DROP,)),
        ([span(4, 7, "URL"), span(0, 3, "PERSON")], "[PERSON] *** xyz", (DROP, STAR)),
        ([span(0, 3, "PERSON"), span(0, 7, "URL")], "******* xyz", (STAR,)),
        ([span(0, 5, "URL"), span(4, 7, "PERSON")], "*****[PERSON] xyz", (STAR, DROP)),
        ([span(0, 3, "BIRTH_DATE")], "1988 abc xyz", (YEAR,)),
        ([span(0, 11, "BIRTH_DATE")], 1988, (YEAR,)),
        ([span(0, 11, "PERSON")], GONE, (DROP,)),
        ([span(0, 3, "NRP")], "ada abc xyz", (SHADOW,)),
        ([span(0, 11, "NRP")], "ada abc xyz", (SHADOW,)),
        ([span(0, 11, "NRP"), span(4, 7, "PERSON"), span(5, 8, "NRP")], "ada [PERSON] xyz", (SHADOW, DROP)),
        ([span(0, 11, "NRP"), span(0, 11, "PERSON")], GONE, (SHADOW, DROP)),
    ],
)
def test_a_text_is_rewritten(spans: list[Span], new: str | int | Gone, done: tuple[Treatment, ...]) -> None:
    """The span that starts first wins, then the longer; a whole text may become another scalar, or go."""
    assert Change(new, done) == combine("ada abc xyz", spans, MADE)


def test_what_has_no_treatment_stays() -> None:
    """A kind of data that the policy keeps changes nothing."""
    assert combine("ada", [span(0, 3, "OTHER")], MADE) is None
    assert combine("ada", [], MADE) is None


def test_a_copy_is_told_from_a_find() -> None:
    """What repeats a removed value is treated as its kind is, under a rule of its own."""
    copy = Treatment("taint", "PERSON", "drop", lambda _: GONE)
    known = Span(0, 3, "PERSON", KNOWN)
    assert Change("[PERSON] abc", (copy,)) == combine("ada abc", [known], {**MADE, f"{COPY}PERSON": copy})
    assert combine("ada abc", [known], MADE) is None


def test_something_stands_where_something_must() -> None:
    """In a name's place its kind stands, or what was made of it; findings never show what a shadow rule left."""
    assert ("[PERSON]", "[PERSON]") == Change(GONE, (DROP,)).renamed[:2]
    assert ("1988", "1988") == Change(1988, (YEAR,)).renamed[:2]
    assert ("ada", "[NRP]") == Change("ada", (SHADOW,)).renamed[:2]
