from __future__ import annotations

from proxy.policy.diagnostics import Diagnostic, Place, did_you_mean, render


def test_a_diagnostic_reads_like_a_compilers() -> None:
    """`file:line:column: code message (hint)`, so that an editor can jump to it."""
    place = Place("shop.yaml", 12, 5)
    assert "shop.yaml:12:5: E104 expected a, got b" == str(Diagnostic(place, "E104", "expected a, got b"))
    assert "shop.yaml:12:5: E104 a (hint: b)" == str(Diagnostic(place, "E104", "a", "b"))
    assert "shop.yaml:0:0" == str(Place("shop.yaml"))


def test_diagnostics_stand_in_file_order_once() -> None:
    """Line 9 comes before line 10, and the same fault is told once."""
    late, early = Diagnostic(Place("a", 10, 1), "E1", "x"), Diagnostic(Place("a", 9, 1), "E1", "x")
    assert "a:9:1: E1 x\na:10:1: E1 x" == render([late, early, late])


def test_a_hint_names_the_nearest_word() -> None:
    """A near word is asked for; without one all are listed."""
    assert "did you mean `hash`?" == did_you_mean("hsah", ["keep", "hash"])
    assert "one of hash, keep" == did_you_mean("zzz", ["keep", "hash"])
