"""Every golden file: what came in, what leaves, what is told about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.cases import FILES, Case, cases, outcome

CASES = [pytest.param(case, id=f"{path.stem}: {case['case']}") for path in FILES for case in cases(path)]
INCIDENT = {
    "account name",
    "email",
    "approximate location",
    "operating system and browser",
    "referring sites",
    "organisation and user ids",
    "IP address",
}


@pytest.mark.parametrize("case", CASES)
def test_golden(case: Case) -> None:
    """What the code makes of a golden request is what stands beside it."""
    expected = {name: case.get(name) for name in ("leaves", "records", "findings", "error") if name in case}
    assert expected == outcome(case)


def test_the_incident_is_covered() -> None:
    """Each of the seven kinds of data that were taken in November 2025 has its case."""
    (incident,) = (path for path in FILES if path.stem == "incident")
    assert INCIDENT == {case["case"] for case in cases(incident)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: Path(path).stem)
def test_each_case_says_why(path: Path) -> None:
    """A case has a name of its own and a reason to be there."""
    listed = cases(path)
    assert len(listed) == len({case["case"] for case in listed})
    assert [] == [case["case"] for case in listed if not case["because"]]
