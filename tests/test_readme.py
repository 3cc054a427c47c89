from __future__ import annotations

import re

from benchmarks.example import README, SLOT, TELLING, example, filled
from proxy.policy import load_text
from proxy.wire.registry import DIALECTS


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


def test_the_policy_of_the_readme_compiles() -> None:
    """What the README shows as a policy is one, its examples included."""
    text = README.read_text(encoding="utf-8").partition("```yaml\npolicy:")[2].partition("```")[0]
    policy = load_text(f"policy:{text}", "README.md")
    assert ("shop", {"keep-plan", "drop-search"}) == (policy.name, {rule.spec.id for rule in policy.fields})


def test_a_path_that_is_given_apart_is_one_of_the_dialect() -> None:
    """The Node SDK of Segment joins host and path as URLs, so that a lane in the host would be lost."""
    (path,) = re.findall(r'path: "/seg(/[^"]+)"', README.read_text("utf-8"))
    assert "batch" == DIALECTS["segment"].route("POST", path).name
