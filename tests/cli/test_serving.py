from __future__ import annotations

from pathlib import Path

import pytest

from proxy.cli import serving
from tests.cli.commands import Run


@pytest.mark.parametrize(("arguments", "expected"), [((), None), (("--log-format", "json"), "json")])
def test_serve_hands_over(run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], expected: str) -> None:
    """`serve` gives the settings file and the environment to the service; an option stands above the environment."""
    seen: list[tuple[Path, str | None]] = []
    monkeypatch.setattr(serving, "serve", lambda path, env: seen.append((path, env.get("EVENTVEIL_LOG_FORMAT"))))
    assert 0 == run("serve", "--config", "x.yaml", *arguments)[0]
    assert [(Path("x.yaml"), expected)] == seen


def test_settings_that_are_not_there_are_told(run: Run, tmp_path: Path) -> None:
    """A process without settings does not start."""
    status, out, err = run("serve", "--config", tmp_path / "none.yaml")
    assert (1, "") == (status, out)
    assert "expected a readable settings file" in err
