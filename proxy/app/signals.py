"""A service under signals: SIGTERM and SIGINT end it, SIGHUP reloads it.

`cli` calls `run` with a settings file, or `serve` with settings it made itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import uvloop

from proxy.app.compose import compile_all
from proxy.app.processes import supervise
from proxy.app.service import Service, Sockets
from proxy.errors import StartError
from proxy.settings import Settings, load
from proxy.telemetry import Telemetry, set_up

__all__ = ["run", "serve", "under_signals"]


def run(path: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Serve what a settings file says, until SIGTERM or SIGINT; SIGHUP reads it again.

    Raises:
        StartError: the process does not start; the text says all that is wrong.
    """

    def reread() -> Settings:
        return load(path, environ)

    settings = reread()
    set_up(settings.log.format, settings.log.level)
    if settings.workers == 1:
        uvloop.run(serve(settings, reread=reread, environ=environ))
        return
    compiled = compile_all(settings, environ)

    def work(sockets: Sockets, telemetry: Telemetry) -> None:
        async def serving() -> None:
            tell = partial(os.kill, os.getppid(), signal.SIGHUP)
            service = Service(
                compiled, reread=reread, environ=environ, sockets=sockets, telemetry=telemetry, others=tell
            )
            await under_signals(service)

        uvloop.run(serving())

    supervise(settings, work)


async def serve(
    settings: Settings,
    *,
    reread: Callable[[], Settings] | None = None,
    environ: Mapping[str, str] = os.environ,
    started: Callable[[Service], None] | None = None,
) -> None:
    """Serve in this process until SIGTERM or SIGINT.

    Args:
        reread: reads the settings anew when SIGHUP comes; without it the same settings and the policies are.
        started: told when both ports are open, with the service; its listeners know the ports that 0 became.

    Raises:
        StartError: the process does not start.
    """
    compiled = compile_all(settings, environ)
    service = Service(compiled, reread=reread, environ=environ)
    await under_signals(service, started)


async def under_signals(service: Service, started: Callable[[Service], None] | None = None) -> None:
    """Run a service until a signal ends it."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = loop.create_task(_reload(service))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    await service.start()
    if started is not None:
        started(service)
    await ended.wait()
    await service.stop()


async def _reload(service: Service) -> None:
    with contextlib.suppress(StartError):  # told by the service: log, metric and readiness
        await service.reload()
