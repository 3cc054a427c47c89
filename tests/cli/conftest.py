from __future__ import annotations

import pytest

from tests.cli.commands import Run, runner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a command line in this process."""
    return runner(monkeypatch, capfdbinary)
