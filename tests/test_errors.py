"""The error tree: what each error answers, and that it says kinds and places only."""

from __future__ import annotations

import re

import pytest

from proxy import errors
from proxy.errors import DocumentInvalid, EventveilError, PolicyError, SettingsError, UpstreamTimeout

TREE = [
    (name, error)
    for name in errors.__all__
    if isinstance(error := getattr(errors, name), type) and issubclass(error, EventveilError)
]


def test_the_tree_is_drawn_as_it_is() -> None:
    """Every error stands in the drawing at the head of the file, with its status and reason where it has one."""
    drawn = {
        name: (int(status) if status else None, reason)
        for name, status, reason in re.findall(
            r"^[ │]*(?:[├└]── )?(\w+) +(\d{3})?(?: +)?(?:([a-z_]+)(?= {2}|$))?",
            str(errors.__doc__).partition("\n\n")[2],
            re.MULTILINE,
        )
    }
    for name, error in TREE:
        status, reason = drawn[name]
        assert status in (None, error.status), name
        assert reason in ("", error.reason), name


@pytest.mark.parametrize(("name", "error"), TREE)
def test_every_error_has_a_status_and_a_reason(name: str, error: type[EventveilError]) -> None:
    """A reason is a word for labels, a status an HTTP one."""
    assert 400 <= error.status < 600
    assert re.fullmatch(r"[a-z_]+", error.reason)


def test_reasons_tell_errors_apart() -> None:
    """Whoever reads a metric knows which error it was."""
    leaves = [error for _, error in TREE if not error.__subclasses__()]
    assert len(leaves) == len({error.reason for error in leaves})


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DocumentInvalid("an object", "a list", "track"), "expected an object, got a list (track)"),
        (DocumentInvalid("an object", where="track"), "expected an object (track)"),
        (UpstreamTimeout("an answer", "none"), "expected an answer, got none"),
        (SettingsError("a.yaml:1:1: E101\nb.yaml:2:1: E102"), "a.yaml:1:1: E101\nb.yaml:2:1: E102"),
        (SettingsError("a file", "a folder", "settings"), "expected a file, got a folder (settings)"),
        (PolicyError("a.yaml:1:1: E101\nb.yaml:2:1: E102"), "a.yaml:1:1: E101\nb.yaml:2:1: E102"),
    ],
)
def test_errors_say_expected_got_where(error: EventveilError, text: str) -> None:
    """In this order, leaving out what is not known; a policy's error is its diagnostics."""
    assert (text, (text,)) == (str(error), error.args)
