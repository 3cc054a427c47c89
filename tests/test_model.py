"""Values without behaviour: frozen, small, and nothing of the house imported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from proxy import model
from proxy.model import Finding, Outcome, Part, Report, Scrubbed, WireRequest

FROZEN = [
    WireRequest("POST", "/track", "", (), b""),
    Finding("entities.URL", "event.url", "URL", "drop", 1),
    Report(1, 1, 0, ()),
    Scrubbed(None, Report(0, 0, 0, ())),
]


@pytest.mark.parametrize("value", FROZEN, ids=lambda value: type(value).__name__)
def test_values_do_not_change(value: Any) -> None:
    """What one step was given, another finds as it was."""
    assert not hasattr(value, "__dict__")
    with pytest.raises(AttributeError):
        setattr(value, type(value).__match_args__[0], None)


def test_a_client_is_not_known_unless_somebody_says_so() -> None:
    """Address, country and region of a request are empty until the edge fills them in."""
    request = WireRequest("POST", "/track", "", (), b"")
    assert ("", "", "") == (request.peer, request.country, request.region)


def test_every_record_has_one_of_four_fates() -> None:
    """The closed list of law 6."""
    assert {"forwarded", "spooled", "dropped", "refused"} == {str(outcome) for outcome in Outcome}


def test_a_part_is_the_documents_own_dictionary() -> None:
    """Scrubbing a part scrubs the document."""
    document = {"a": 1}
    assert document is Part("query", document).node


def test_the_model_knows_nobody() -> None:
    """It stands at the foot of the ladder: nothing of the house is imported."""
    tree = ast.parse(Path(str(model.__file__)).read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(str(module).startswith("proxy") for module in imported)
