from __future__ import annotations

import json

import pytest

from tests.sdk.sdks import SDKS
from tests.sdk.table import HERE, README, ROWS, filled


def test_the_readme_shows_what_the_tests_run() -> None:
    """The table is the one that `python -m tests.sdk.table` writes."""
    readme = README.read_text("utf-8")
    assert filled(readme) == readme


def test_every_sdk_that_is_tested_has_a_line() -> None:
    """Each page has exactly one, with eventveil's address in it and nothing of the test."""
    assert {sdk.page for sdk in SDKS.values()} == {page.stem for page in (HERE / "pages").glob("*.js")} - {"visit"}
    assert len(SDKS) == len(ROWS)
    assert all("events.example.com" in line and "..." not in line and "PROXY" not in line for line in ROWS.values())


@pytest.mark.parametrize(
    "text", ["no table", "<!-- sdk-table --><!-- /sdk-table --><!-- sdk-table --><!-- /sdk-table -->"]
)
def test_a_text_without_one_pair_of_markers_is_no_readme(text: str) -> None:
    """The generator writes into a place that was made for it, or not at all."""
    with pytest.raises(ValueError, match="one pair"):
        filled(text)


def test_packages_are_pinned_and_have_no_address() -> None:
    """Each version is exact, and the lock says what a package holds, not where it lay."""
    package = json.loads((HERE / "package.json").read_text("utf-8"))
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    assert [] == [version for version in package["dependencies"].values() if not version[0].isdigit()]
    assert [] == [name for name, entry in lock["packages"].items() if "resolved" in entry]
    assert [] == [name for name, entry in lock["packages"].items() if name and not entry.get("integrity")]
