from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from proxy.cli import keys
from proxy.cli.parser import main
from tests.cli.commands import Run

COMMANDS = ("serve", "demo", "check", "scrub", "explain", "keys", "schema")


def test_the_version_is_told(run: Run) -> None:
    """`--version` names the program and the installed version."""
    assert (0, f"eventveil {version('eventveil')}\n", "") == run("--version")


def test_help_knows_every_command(run: Run) -> None:
    """`--help` lists what can be done, and each command explains itself."""
    status, out, _ = run("--help")
    assert (0, []) == (status, [name for name in COMMANDS if name not in out])
    assert [0] * len(COMMANDS) == [run(name, "--help")[0] for name in COMMANDS]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("scrub",),
        ("scrub", "--dialect", "generic"),
        ("scrub", "--dialect", "generic", "--ephemeral-key", "--keys", "x"),
        ("check",),
        ("keys", "old", "x"),
        ("serve",),
        ("scrub", "--dialect", "generic", "--ephemeral-key", "--frob"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    """Who calls wrongly gets 2 and the usage, on standard error."""
    status, out, err = run(*arguments)
    assert (2, "") == (status, out)
    assert err.startswith("usage: eventveil")


def test_what_is_refused_is_status_1(run: Run) -> None:
    """What cannot be done is one line on standard error, without a traceback."""
    status, out, err = run("keys", "epoch", "/nowhere/at/all")
    assert (1, "", 1) == (status, out, err.count("\n"))
    assert err.startswith("expected a readable key file")


def test_an_interrupt_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a command the way a shell expects."""

    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(keys, "run", interrupted)
    assert 130 == main(["keys", "epoch", "x"])


@pytest.mark.parametrize("command", [["schema"], ["keys", "epoch"]])
def test_a_reader_that_has_enough_is_no_error(tmp_path: Path, command: list[str]) -> None:
    """`eventveil schema | head` ends without a word, however much was left: what was not read was not wanted."""
    file = tmp_path / "key"
    file.write_bytes(bytes(range(32)))
    reader, writer = os.pipe()
    os.close(reader)
    line = [sys.executable, "-m", "proxy", *command, *([str(file)] if command[0] == "keys" else [])]
    try:
        done = subprocess.run(line, stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)
    assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize("command", [["schema"], ["check", "nowhere.yaml"]])
def test_an_answer_that_cannot_be_written_is_status_1(command: list[str]) -> None:
    """A full disk, or an end that takes nothing, is one line on standard error, without a traceback."""
    line = [sys.executable, "-m", "proxy", *command]
    with Path(os.devnull).open("rb") as readable_only:
        done = subprocess.run(line, stdout=readable_only, stderr=subprocess.PIPE, check=False, text=True)
    told = [text for text in done.stderr.splitlines() if not text.endswith("diagnostics")]
    assert (1, ["expected input and output that last, got Bad file descriptor"]) == (done.returncode, told)


def test_what_a_terminal_cannot_show_is_escaped(tmp_path: Path) -> None:
    """A terminal with a small alphabet, and a file whose name is no UTF-8, are no reason to fail."""
    file = tmp_path / "a.yaml"
    file.write_text("policy: x\nentities: {\u00c9: drop}\n", encoding="utf-8")
    line = [sys.executable, "-m", "proxy", "check", str(file), os.fsdecode(b"/nowhere/caf\xe9.yaml")]
    environ = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(line, env=environ, capture_output=True, check=False, text=True)
    assert (1, "2 files, 2 diagnostics\n") == (done.returncode, done.stderr)
    content, name = done.stdout.splitlines()
    assert f"{file}:2:12: E202 expected an entity, got `\\xc9`" in content
    assert name.startswith("/nowhere/caf\\udce9.yaml:1:1: E100 ")


def test_nothing_more_is_written_to_who_has_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After a broken pipe the output goes nowhere, so that Python's last flush finds an open end."""

    def broken(_options: object) -> int:
        raise BrokenPipeError

    file = tmp_path / "out"
    monkeypatch.setattr(keys, "run", broken)
    with file.open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert 0 == main(["keys", "epoch", "x"])
        out.write("late")
    assert "" == file.read_text()


def test_help_is_light() -> None:
    """Nobody pays for a server, or for the policies, who only asks what there is."""
    code = "import sys; from proxy.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    heavy = "print([name for name in ('aiohttp', 'proxy.policy', 're2', 'pydantic') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + heavy], capture_output=True, check=True)
    assert b"[]" == done.stdout.splitlines()[-1]
