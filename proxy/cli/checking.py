"""`eventveil check`: every diagnostic of settings and policy files, before they serve.

A file with `policy:` is a policy and is compiled for every dialect, one with `recognizers:` alone a registry of
recognizers that policies name; any other is read as settings, and whatever they name is read and compiled as at a
start. Nothing is listened on.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from proxy.app.compose import compile_all, listener_tls
from proxy.app.unforeseen import unforeseen
from proxy.errors import PolicyError, SettingsError, StartError
from proxy.keys.keyring import Keyring
from proxy.policy import Policy, compile_program, load_text
from proxy.policy.source import read
from proxy.settings import Settings
from proxy.settings import load as load_settings
from proxy.wire.registry import DIALECTS

__all__ = ["run"]


def run(options: Namespace) -> int:
    """Check files.

    Returns:
        0 when all are good, 1 when there is any diagnostic, 2 when there is nothing to check.
    """
    files = [file for path in options.paths for file in _files(path)]
    faults = list(dict.fromkeys(fault for file in files for fault in _faults(file)))
    if options.json:
        sys.stdout.write(json.dumps({"files": len(files), "diagnostics": faults}) + "\n")
    else:
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        sys.stderr.write(f"{len(files)} files, {len(faults)} diagnostics\n")
    if not files:
        sys.stderr.write("expected at least one YAML file, got none\n")
        return 2
    return 1 if faults else 0


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml"))
    else:
        yield path


def _faults(file: Path) -> list[str]:
    try:
        with unforeseen():
            _check(file)
    except StartError as error:
        return str(error).splitlines()
    return []


def _check(file: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        got = type(error).__name__
        raise PolicyError(f"{file}:1:1: E100 expected a readable UTF-8 file, got {got}") from error
    value = read(text, str(file)).value
    keys = value.keys() if isinstance(value, dict) else ()
    if "policy" in keys:
        _compile(load_text(text, str(file)))
    elif "recognizers" in keys and "lanes" not in keys:
        _read_registry(file)
    else:
        settings = load_settings(file, os.environ)
        compile_all(settings, os.environ)
        _check_certificate(settings)


def _check_certificate(settings: Settings) -> None:
    """Tell a certificate that has ended. A start takes it all the same: alerts know it, and no restart is an outage.

    Raises:
        SettingsError: it has.
    """
    tls = listener_tls(settings)
    if tls is not None and tls.end_s <= datetime.now(UTC).timestamp():
        ended = datetime.fromtimestamp(tls.end_s, UTC).date()
        raise SettingsError(
            "a certificate that has not ended", f"one that did on {ended}", str(settings.listen.tls.cert_file)
        )


def _read_registry(file: Path) -> None:
    from proxy.detect.presidio import operator_rows  # noqa: PLC0415 - Presidio is heavy, and only for whoever asks

    try:
        operator_rows(file)
    except SettingsError as error:
        raise PolicyError(f"{file}:1:1: E111 {error}") from error


def _compile(policy: Policy) -> None:
    """Compile a policy for every dialect, so that a broken contract with any vendor is seen."""
    keyring = Keyring.ephemeral()
    faults: list[str] = []
    for dialect in DIALECTS.values():
        try:
            compile_program(policy, dialect, keyring)
        except PolicyError as error:
            faults += str(error).splitlines()
    if faults:
        raise PolicyError("\n".join(dict.fromkeys(faults)))
