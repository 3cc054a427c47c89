from __future__ import annotations

from pathlib import Path

import pytest

from proxy.errors import KeyringError
from proxy.keys.keyring import ROOT_KEY_BYTES, Keyring

ROOT = bytes(range(32))


@pytest.mark.parametrize(
    ("root", "got"),
    [
        (b"", "0 bytes"),
        (ROOT[:31], "31 bytes"),
        (ROOT + b"\n", "33 bytes"),
        (bytes(32), "bytes that repeat"),
        (b"abcdefg" * 4 + b"abcd", "bytes that repeat"),
    ],
)
def test_a_weak_key_is_refused(root: bytes, got: str) -> None:
    """What is short, long or plainly not random is no key, and the error holds no byte of it."""
    with pytest.raises(KeyringError) as raised:
        Keyring.of(root, "key file")
    assert f"expected 32 random bytes, got {got} (key file)" == str(raised.value)


def test_a_key_file_is_read(tmp_path: Path) -> None:
    """A file of exactly 32 bytes is a key."""
    file = tmp_path / "key"
    file.write_bytes(ROOT)
    assert Keyring.of(ROOT) == Keyring.read(file)


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    """No file, no key; the error names the path."""
    with pytest.raises(KeyringError, match=r"a readable key file.*No such file.*none"):
        Keyring.read(tmp_path / "none")


def test_a_directory_is_no_key(tmp_path: Path) -> None:
    """A directory in the key's place is refused, not read."""
    with pytest.raises(KeyringError, match="a readable key file"):
        Keyring.read(tmp_path)


def test_the_epoch_is_the_keys_own() -> None:
    """Equal keys have one epoch, a different key another; six hexadecimal digits."""
    assert Keyring.of(ROOT).epoch == Keyring.of(ROOT).epoch
    assert Keyring.of(ROOT).epoch != Keyring.of(ROOT[::-1]).epoch
    assert (6, True) == (len(Keyring.of(ROOT).epoch), set(Keyring.of(ROOT).epoch) <= set("0123456789abcdef"))


def test_derived_keys_have_nothing_in_common() -> None:
    """Another vendor or another purpose gives another key; the same gives the same."""
    keyring = Keyring.of(ROOT)
    pairs = [(vendor, purpose) for vendor in ("mixpanel", "segment") for purpose in ("hash/identity", "hash/PERSON")]
    assert len(pairs) == len({keyring.derive(*pair) for pair in pairs})
    assert keyring.derive("ga4", "x") == Keyring.of(ROOT).derive("ga4", "x")
    assert (32, 64) == (len(keyring.derive("ga4", "x")), len(keyring.derive("ga4", "x", 64)))
    assert ROOT not in {keyring.derive(*pair) for pair in pairs}


def test_the_root_is_not_shown() -> None:
    """`repr` of a keyring names its epoch and nothing else."""
    keyring = Keyring.of(ROOT)
    assert f"Keyring(epoch='{keyring.epoch}')" == repr(keyring)


def test_an_ephemeral_key_is_new() -> None:
    """Each ephemeral key is a key of its own."""
    assert Keyring.ephemeral().root != Keyring.ephemeral().root
    assert ROOT_KEY_BYTES == len(Keyring.ephemeral().root)
