"""What can be typed: one table of commands, their options, and `main`, which runs one.

Nothing heavy is imported before a command is known: `eventveil --help` must not pay for a server.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.errors import EventveilError

__all__ = ["main"]

Options = argparse.Namespace

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: without the program's name; the process's own by default.

    Returns:
        The exit status: 0, 1 (no) or 2 (wrongly called).
    """
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):  # a name of a file need not be UTF-8, and half an emoji is not
        sys.stdout.reconfigure(errors="backslashreplace")
    command: Callable[[Options], int] = import_module(f"proxy.cli.{options.module}").run
    try:
        status = command(options)
        sys.stdout.flush()
    except EventveilError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        return _broken(error)
    except KeyboardInterrupt:
        return 130
    return status


def _broken(error: OSError) -> int:
    """Give the exit status when reading or writing ended: a reader that has had enough (`| head`) is no fault."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would fail once more at its end
    if isinstance(error, BrokenPipeError):
        return 0
    told = EventveilError("input and output that last", os.strerror(error.errno or 0), str(error.filename or ""))
    sys.stderr.write(f"{told}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eventveil", description="Takes the people out of analytics events on their way to the vendor."
    )
    parser.add_argument("--version", action="version", version=f"eventveil {version('eventveil')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_serve, _demo, _check, _scrub, _explain, _keys, _schema):
        add(commands)
    return parser


def _command(commands: Commands, name: str, module: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(module=module)
    return command


def _serve(commands: Commands) -> None:
    command = _command(commands, "serve", "serving", "Serve the lanes of a settings file until SIGTERM.")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help="settings, YAML")
    command.add_argument("--log-format", choices=("json", "console"), help="overrides the settings")


def _demo(commands: Commands) -> None:
    command = _command(commands, "demo", "demo", "Send captured SDK traffic through eventveil to a fake vendor.")
    command.add_argument("--once", action="store_true", help="end when the traffic is through")


def _check(commands: Commands) -> None:
    command = _command(commands, "check", "checking", "Check settings and policies; show every diagnostic.")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them")
    command.add_argument("--json", action="store_true", help="one JSON object for a machine")


def _scrub(commands: Commands) -> None:
    command = _command(commands, "scrub", "scrubbing", "Scrub requests: JSON lines in, JSON lines out.")
    _scrubbing(command)


def _explain(commands: Commands) -> None:
    command = _command(commands, "explain", "explaining", "Show what would change in a request, and why.")
    _scrubbing(command)


def _scrubbing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dialect", required=True, metavar="NAME", help="the vendor whose SDK made the requests")
    command.add_argument("--policy", default="balanced", metavar="NAME|FILE")
    command.add_argument("--prefix", default="", metavar="PATH", help="the lane's path, taken off each request's")
    keys = command.add_mutually_exclusive_group(required=True)
    keys.add_argument("--keys", type=Path, metavar="FILE", help="32 random bytes")
    keys.add_argument("--ephemeral-key", action="store_true", help="a key that is gone afterwards")
    command.add_argument("--har", type=Path, metavar="FILE", help="read a browser's HAR export instead of lines")


def _keys(commands: Commands) -> None:
    command = _command(commands, "keys", "keys", "Make a key file, or show the epoch of one.")
    command.add_argument("action", choices=("new", "epoch"))
    command.add_argument("file", type=Path, metavar="FILE")


def _schema(commands: Commands) -> None:
    _command(commands, "schema", "schema", "Print the JSON Schema of a policy file.")
