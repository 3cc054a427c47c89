from __future__ import annotations

import json

from proxy.cli.schema import text
from tests.cli.commands import Run


def test_the_schema_is_printed(run: Run) -> None:
    """What is printed is what is committed: one JSON document, sorted, with a newline behind it."""
    assert (0, text(), "") == run("schema")
    assert "eventveil policy" == json.loads(text())["title"]
