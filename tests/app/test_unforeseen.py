"""Errors that nobody thought of, while settings are taken."""

from __future__ import annotations

import asyncio

import pytest

from proxy.app.unforeseen import unforeseen
from proxy.errors import SettingsError, StartError


def test_any_error_is_a_start_that_does_not_happen() -> None:
    """Its kind and the place in the code are told, what it says about the value is not."""
    text = r"^expected settings and policies that can be taken, got ValueError \(.*:\d+ "
    with pytest.raises(StartError, match=text) as caught, unforeseen():
        int("secret")
    assert ("internal", False) == (caught.value.reason, "secret" in str(caught.value))


def test_what_was_thought_of_stays_what_it_is() -> None:
    """An error of the house, a cancelled task, no error at all."""
    error = SettingsError("a port", "none", "listen")
    with pytest.raises(SettingsError) as caught, unforeseen():
        raise error
    assert error is caught.value
    with pytest.raises(asyncio.CancelledError), unforeseen():
        raise asyncio.CancelledError
    with unforeseen():
        pass
