"""False alarms on captured values that name nobody."""

from __future__ import annotations

from benchmarks.clean import changed


def test_clean_values_stay() -> None:
    """At most one in two hundred distinct clean texts of all captures would be changed by a detector."""
    total, hits = changed()
    assert total > 3000
    assert len(hits) / total <= 0.005
