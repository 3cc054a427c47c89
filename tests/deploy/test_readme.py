from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from tests.deploy.test_prometheus import free_port
from tests.deploy.tools import DEPLOY, tool

README = (DEPLOY / "README.md").read_text("utf-8")
BASH = "/bin/bash"
PORTS = ("8080", "9090", "8000", "9091")


def blocks(section: str) -> list[str]:
    """Give the shell commands of a section, block by block."""
    body = README.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)


def _shims(folder: Path, prometheus: str) -> Path:
    """Stand in for what the section has installed: the environment that the test runs in."""
    folder.mkdir()
    python = shlex.quote(sys.executable)
    for name, command in {
        "make": "true",
        "eventveil": f'{python} -m proxy "$@"',
        "python": f'{python} "$@"',
        "prometheus": f'{shlex.quote(prometheus)} "$@"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\nexec {command}\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_first_section_can_be_followed_word_for_word(tmp_path: Path) -> None:
    """From nothing to an eventveil that scrubs and is scraped, by the commands as they stand, on free ports."""
    prometheus = tool("prometheus")
    commands = "\n".join(blocks("On one machine"))
    assert commands.startswith("make venv\n")
    for port in PORTS:
        assert port in commands
        commands = re.sub(rf"(?<=[:. ]){port}\b", str(free_port()), commands)
    shims = _shims(tmp_path / "bin", prometheus)
    (tmp_path / "deploy").symlink_to(DEPLOY)
    environment = os.environ | {"PATH": f"{shims}:{os.environ['PATH']}", "PYTHONPATH": str(DEPLOY.parent)}
    script = f"set -euo pipefail\n{commands}\ncat build/trial/vendor.jsonl\n"
    with (tmp_path / "told").open("w+") as told:
        followed = subprocess.Popen(
            [BASH, "-c", script], cwd=tmp_path, env=environment, stdout=told, stderr=told, start_new_session=True
        )
        try:
            status = followed.wait(90)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(followed.pid, signal.SIGTERM)  # what it left running, in a session of its own
        told.seek(0)
        text = told.read()
    assert 0 == status, text
    received = (tmp_path / "build" / "trial" / "vendor.jsonl").read_text()
    assert "Plan Selected" in received
    assert "utm_source=mail" in received
    assert [] == [value for value in ("ada@example", "7946", "203.0.113.7") if value in received]
    assert re.search(
        r'^eventveil_findings_total\{action="hash",entity="USER_ID",lane="segment"\} 1', text, re.MULTILINE
    )
    assert '"__name__":"eventveil_ready"' in text
