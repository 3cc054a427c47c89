from __future__ import annotations

from benchmarks.example import README, SLOT, TELLING, example, filled


def test_the_example_is_what_the_command_gives() -> None:
    """The README's example is real output: `python -m benchmarks.example` writes it anew when this fails."""
    text = README.read_text("utf-8")
    assert filled(text) == text


def test_every_telling_place_is_still_in_the_captured_batch() -> None:
    """A place that no longer changes would silently vanish from the example."""
    assert len(TELLING) + 1 == len(example().splitlines())


def test_the_readme_has_one_place_for_the_example() -> None:
    """The markers stand there once, so that the command finds its place."""
    assert 1 == len(SLOT.findall(README.read_text("utf-8")))
