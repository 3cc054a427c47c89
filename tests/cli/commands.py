"""Commands run in this process, as `eventveil …` would, and requests for them."""

from __future__ import annotations

import io
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proxy.cli import main

Run = Callable[..., tuple[int, str, str]]

MAIL = "a.b@example.com"


def runner(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Give a function from arguments and input to exit status, output and errors."""

    def run(*arguments: str | Path, stdin: str | bytes = b"") -> tuple[int, str, str]:
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


def line(body: Any, path: str = "/", **more: Any) -> dict[str, Any]:
    """Write a request as a line holds it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {"method": "POST", "path": path, "query": "", "headers": [], "body_b64": b64encode(raw).decode(), **more}


def lines(*entries: Any) -> str:
    return "".join((entry if isinstance(entry, str) else json.dumps(entry)) + "\n" for entry in entries)


def body(request: dict[str, Any]) -> Any:
    """Open the body of a scrubbed request."""
    return json.loads(b64decode(request["body_b64"]))
