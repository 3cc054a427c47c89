"""The demo, as somebody runs it who has just cloned the project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_demo_shows_what_changes_and_ends() -> None:
    """`demo --once` shows before → after, delivers every request past an egress proxy, and ends with status 0."""
    done = subprocess.run(
        [sys.executable, "-m", "proxy", "demo", "--once"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "entities.USER_ID: hash" in done.stdout
    sent, received = (int(word) for word in done.stdout.splitlines()[-1].split() if word.isdigit())
    assert sent == received > 10
