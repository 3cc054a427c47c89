from __future__ import annotations

from typing import Any

import pytest

from benchmarks.figures import FIGURES, Figure, Value, shown
from benchmarks.report import QUALITY, README, render

ABOUT = {
    "date": "2026-11-21 21:00 UTC", "commit": "abc", "took_s": 1.0, "quick": False, "load": "0.1", "machine": "m",
    "python": "p", "versions": "v",
}  # fmt: skip

LESS = Figure("less", 2.5, 2.0, lambda found: 0.0)
MORE = Figure("more", 5, 10, lambda found: 0.0, more=True)


@pytest.mark.parametrize(
    ("figure", "value", "verdict"),
    [
        (LESS, 2.0, "goal"),
        (LESS, 2.1, "must"),
        (LESS, 2.6, "**falls short**"),
        (MORE, 10.0, "goal"),
        (MORE, 5.0, "must"),
        (MORE, 4.9, "**falls short**"),
        (MORE, "does not keep up", "**falls short**"),
        (MORE, None, "not measured"),
    ],
)
def test_a_figure_says_what_it_reaches(figure: Figure, value: Value, verdict: str) -> None:
    """Goal, must, or that it falls short; what has no number though it was measured falls short too."""
    assert verdict == figure.verdict(value)


def test_no_figure_is_read_from_nothing() -> None:
    """Without results every figure is told as not measured, and none as reached."""
    assert [None] * len(FIGURES) == [figure.measured({}) for figure in FIGURES]


@pytest.mark.parametrize(("value", "text"), [(None, "-"), (1.234, "1.23"), (1234.5, "1234"), ("no", "no")])
def test_values_are_written_short(value: Value, text: str) -> None:
    """Two decimals, none for what is large."""
    assert text == shown(value)


def _latency(system: str, achieved: float, p99: float) -> dict[str, Any]:
    row: dict[str, Any] = {"system": system, "offered": 1000.0, "achieved": achieved, "failed": 0}
    return row | {f"{name}_ms": p99 for name in ("p50", "p90", "p99", "p999", "max")}


@pytest.mark.parametrize(("achieved", "expected"), [(999.0, 1.5), (400.0, "does not keep up (400/s)")])
def test_latency_counts_only_at_the_rate_that_was_offered(achieved: float, expected: Value) -> None:
    """A system that falls behind has no latency, however its percentiles look."""
    rows = [_latency("straight to the vendor", 1000.0, 0.5), _latency("eventveil direct", achieved, 2.0)]
    figure = next(figure for figure in FIGURES if "p99" in figure.name)
    assert expected == figure.measured({"latency": {"rows": rows}})


@pytest.mark.parametrize(
    ("seconds", "flat", "expected"), [(600, True, 55.0), (600, False, "55, growing"), (20, True, None)]
)
def test_memory_counts_after_ten_minutes(seconds: int, flat: bool, expected: Value) -> None:
    """A short run is told as none, and memory that grows has no figure."""
    rows = {"seconds": seconds, "flat": flat, "peak_mb": 55.0}
    figure = next(figure for figure in FIGURES if "RSS" in figure.name)
    assert expected == figure.measured({"soak": {"rows": rows}})


def test_a_peer_that_is_missing_is_named() -> None:
    """What was skipped stands in the README with its reason."""
    rows = [{"peer": "scrubadub", "missing": "ModuleNotFoundError: No module named 'scrubadub'"}]
    text = render({"libraries": {"about": ABOUT, "rows": rows}}, [], "")
    assert "Skipped: scrubadub (ModuleNotFoundError: No module named 'scrubadub')" in text


def test_what_cannot_be_spared_is_told_beside_the_figure() -> None:
    """What is left when nothing is looked at, or nothing interpreted, stands in the figure's line, where measured."""
    row = {"ratio": 20.0, "unscrubbed_ratio": 6.5, "native_ratio": 4.0}
    figure = FIGURES[1]
    found = {"core": {"rows": {"captured_mixpanel_browser_single": row}}}
    assert (20.0, 6.5, 4.0) == (figure.measured(found), figure.unscrubbed(found), figure.native(found))
    assert (None, None) == (figure.unscrubbed({}), LESS.unscrubbed(found))
    assert (None, None) == (figure.native({}), LESS.native(found))


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("eventveil direct", "`p_to_direct`"),
        ("eventveil ingest alone", "`p_to_ingest`"),
        ("eventveil ingest alone, unscrubbed", "`p_to_ingest`, unscrubbed"),
        ("bare aiohttp", "p: bare aiohttp"),
    ],
)
def test_a_way_is_named_for_where_it_leads(system: str, name: str) -> None:
    """Ours by its end, a peer's by the peer."""
    row = {"path": "p", "system": system, "events": 1, "rate": 1.0, "cpu_us": 2.0, "rss_mb": 3.0}
    text = render({"paths": {"about": ABOUT, "rows": [row]}}, [], "")
    assert f"| {name} | 1 | 2 | 2.0 | 3 |" in text


def test_a_busy_machine_is_marked() -> None:
    """Numbers of a machine that had other work say so."""
    text = render({"libraries": {"about": ABOUT | {"load": "3.2", "quick": True}, "rows": []}}, [], "")
    assert "quick run, **the machine was busy** (3.2 cores of others)" in text


def test_what_quality_wrote_is_kept() -> None:
    """The slot of the other command survives a run of this one."""
    found = QUALITY.search(render({}, [], "| entity |\n"))
    assert found is not None
    assert "| entity |\n" == found[1]


def test_the_readme_holds_every_figure() -> None:
    """The README was written by this code: each figure stands there with its aims."""
    text = README.read_text("utf-8")
    missing = [one.name for one in FIGURES if f"| {one.name} | {one.aim(one.must)} | {one.aim(one.goal)} |" not in text]
    assert [] == missing
