"""The keyring: one root key read from a file, and every working key derived from it.

`app` and the command line read it once; `policy.compile` asks for one derived key per vendor and domain. A root key
leaves this file only as HKDF output. Nothing here writes a key or shows one.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from proxy.errors import KeyringError

__all__ = ["ROOT_KEY_BYTES", "Keyring"]

ROOT_KEY_BYTES = 32
"""As long as the hash that HKDF and HMAC use. Source: RFC 2104 section 3, RFC 5869 section 3.1."""

FINGERPRINT_BYTES = 3
"""Names an epoch, proves nothing: 24 bits tell a handful of epochs apart and give nothing of the key away."""

FEWEST_DISTINCT_BYTES = 8
"""32 random bytes hold fewer distinct values with a probability below 2^-100; a typed or repeated key does not."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The root key of one epoch.

    Args:
        root: 32 random bytes; never shown by `repr`.
        epoch: six hexadecimal digits that name the epoch, derived from the key: a new key file is a new epoch.
    """

    root: bytes = field(repr=False)
    epoch: str

    @classmethod
    def of(cls, root: bytes, where: str = "key") -> Keyring:
        """Take a root key, if it can be one.

        Raises:
            KeyringError: it is short, long, or plainly not random.
        """
        if len(root) != ROOT_KEY_BYTES:
            raise KeyringError(f"{ROOT_KEY_BYTES} random bytes", f"{len(root)} bytes", where)
        if len(set(root)) < FEWEST_DISTINCT_BYTES:
            raise KeyringError(f"{ROOT_KEY_BYTES} random bytes", "bytes that repeat", where)
        return cls(root, _derive(root, "epoch", FINGERPRINT_BYTES).hex())

    @classmethod
    def read(cls, path: Path) -> Keyring:
        """Read a key file: exactly 32 raw bytes, as `head -c 32 /dev/urandom` writes them.

        Raises:
            KeyringError: the file is missing or unreadable, or its content cannot be a key.
        """
        try:
            root = path.read_bytes()
        except OSError as error:
            raise KeyringError("a readable key file", os.strerror(error.errno or 0), str(path)) from error
        return cls.of(root, str(path))

    @classmethod
    def ephemeral(cls) -> Keyring:
        """Make a key that is gone with the process: for trying things out, never for serving."""
        return cls.of(secrets.token_bytes(ROOT_KEY_BYTES))

    def derive(self, vendor: str, purpose: str, size_bytes: int = 32) -> bytes:
        """Derive the working key of one vendor and purpose. Keys of two vendors have nothing in common.

        Source: RFC 5869 (HKDF-SHA256), info = `eventveil/v1 / vendor / purpose`.
        """
        return _derive(self.root, f"{vendor}/{purpose}", size_bytes)


def _derive(root: bytes, info: str, size_bytes: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=size_bytes, salt=None, info=b"eventveil/v1/" + info.encode()).derive(root)
