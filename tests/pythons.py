"""The tests with other Pythons of this machine; `python -m tests.pythons`, or `make test-pythons`.

A pattern of `re` matches something else before 3.11.5, Debian's ssl leaves to OpenSSL what others decide: what holds
with one Python is not known of another. Taken are the oldest and the newest that pyproject.toml names as supported and
that are here, on the PATH, where Debian has its own, or among pyenv's. Each gets an environment in `.cache/pythons`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from tests.running import ROOT

__all__ = ["main"]

_TELL = "import ensurepip, venv, platform; print(platform.python_version())"
_SUPPORTED = re.compile(r'"Programming Language :: Python :: (3\.\d+)"')

Version = tuple[int, ...]


def main() -> int:
    """Run them; make's variable ARGS narrows, as for `make test`.

    Returns:
        The exit status: of the first Python with which a test fails.
    """
    found = {version: place for version, place in _found() if version != sys.version_info[:3]}
    if not found:
        print("test-pythons: skipped, there is no other Python here")
    for version in sorted({min(found), max(found)} if found else ()):
        name = ".".join(map(str, version))
        print(f"\n== Python {name}", flush=True)
        make = [str(which("make")), "--no-print-directory", "test", f"VENV=.cache/pythons/{name}"]
        made = subprocess.run([*make, f"PYTHON={found[version]}"], cwd=ROOT, check=False)
        if made.returncode:
            return made.returncode
    return 0


def _found() -> Iterator[tuple[Version, str]]:
    """Give the supported Pythons that run and can make an environment."""
    supported = _SUPPORTED.findall((ROOT / "pyproject.toml").read_text())
    places = [which(f"python{minor}") for minor in supported]
    places += ["/usr/bin/python3", *map(str, _of_pyenv())]
    for place in filter(None, places):
        try:
            told = subprocess.run([place, "-c", _TELL], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if told.returncode == 0 and told.stdout.rpartition(".")[0] in supported:
            yield tuple(map(int, told.stdout.split("."))), place


def _of_pyenv() -> Iterator[Path]:
    root = os.environ.get("PYENV_ROOT", "")
    return Path(root).glob("versions/*/bin/python3") if root else iter(())


if __name__ == "__main__":
    sys.exit(main())
