from __future__ import annotations

from pathlib import Path

import pytest

from proxy.keys.keyring import Keyring
from tests.cli.commands import Run


def test_a_new_key_is_one(run: Run, tmp_path: Path) -> None:
    """`keys new` writes 32 random bytes that only their owner reads, and prints the epoch, never the key."""
    file = tmp_path / "key"
    status, out, _ = run("keys", "new", file)
    assert (0, f"{Keyring.read(file).epoch}\n", 32, 0o400) == (
        status,
        out,
        file.stat().st_size,
        file.stat().st_mode & 0o777,
    )
    assert (0, out, "") == run("keys", "epoch", file)


def test_a_key_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    """A second `keys new` on the same file changes nothing: the pseudonyms of the first would be lost."""
    file = tmp_path / "key"
    run("keys", "new", file)
    before = file.read_bytes()
    status, out, err = run("keys", "new", file)
    assert (1, "", before) == (status, out, file.read_bytes())
    assert f"expected a place for a new file, got File exists ({file})\n" == err


@pytest.mark.parametrize("content", [b"", b"x" * 32, b"short", bytes(range(33))])
def test_what_is_no_key_has_no_epoch(run: Run, tmp_path: Path, content: bytes) -> None:
    """A file that cannot be a key is refused."""
    file = tmp_path / "key"
    file.write_bytes(content)
    status, out, err = run("keys", "epoch", file)
    assert (1, "") == (status, out)
    assert err.startswith("expected 32 random bytes")


def test_a_folder_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    """A key is not written where nothing is."""
    status, _, err = run("keys", "new", tmp_path / "none" / "key")
    assert (1, True) == (status, "No such file" in err)
