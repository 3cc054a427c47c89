"""The browser runs when it is asked for by its path (`make test-sdk`), never as a part of `make test`."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the browser tests unless this folder, or something in it, was named."""
    places = (config.invocation_params.dir / str(arg).partition("::")[0] for arg in config.args)
    named = any(place.resolve().is_relative_to(HERE) for place in places)
    return True if collection_path.name == "test_sdks.py" and not named else None
