"""`eventveil keys`: make a key file, or name the epoch of one. A key itself is never shown."""

from __future__ import annotations

import os
import secrets
import sys
from argparse import Namespace
from pathlib import Path

from proxy.errors import KeyringError
from proxy.keys.keyring import ROOT_KEY_BYTES, Keyring

__all__ = ["run"]


def run(options: Namespace) -> int:
    """Make a key file, or print the epoch of one.

    Raises:
        KeyringError: the file is there already, cannot be written, or holds no key.
    """
    if options.action == "new":
        _write(options.file)
    sys.stdout.write(f"{Keyring.read(options.file).epoch}\n")
    return 0


def _write(path: Path) -> None:
    """Write a new key that only its owner can read; never over an existing one, whose pseudonyms would be lost."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except OSError as error:
        raise KeyringError("a place for a new file", os.strerror(error.errno or 0), str(path)) from error
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(ROOT_KEY_BYTES))
