"""What every test gets: coroutine tests, hypothesis without a clock, and no way out of this machine."""

from __future__ import annotations

import asyncio
import inspect
import ipaddress
import os
import sys
from typing import Any

import hypothesis
import pytest

# A test that fails only on a busy machine teaches nothing: no deadline. Where CI is set the examples are the same in
# every run, so that a red run stays red until it is understood; at home they are new each time.
hypothesis.settings.register_profile("home", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "home")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests on a loop of their own; debug mode makes a forgotten await loud."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}), debug=True)
    return True


def _stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return  # a path is a Unix socket: this machine
    host = str(arguments[1][0])
    try:
        loopback = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        # Not an OSError: libraries that shrug at a missing network must not hide the attempt.
        raise AssertionError("a test tried to leave the loopback interface")


# Sees every connect() made from Python and from its asyncio loop; uvloop connects beneath it.
sys.addaudithook(_stay_on_loopback)
