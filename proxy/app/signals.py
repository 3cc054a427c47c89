"""A service under signals: SIGTERM and SIGINT end it, SIGHUP reloads it, once it serves.

`cli` calls `run` with a settings file, or `serve` with settings it made itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from proxy.app.compose import Compiled, compile_all, recompile
from proxy.app.processes import supervise
from proxy.app.service import Service, Sockets
from proxy.app.unforeseen import unforeseen
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

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})  # it would end the process until a service hears it
    with unforeseen():
        settings = reread()
    set_up(settings.log.format, settings.log.level)
    if settings.workers == 1:
        uvloop.run(serve(settings, reread=reread, environ=environ))
        return
    with unforeseen():
        worker = _Worker(compile_all(settings, environ), reread, environ)
    supervise(settings, worker.work, worker.refresh)


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
    with unforeseen():
        service = Service(compile_all(settings, environ), reread=reread, environ=environ)
    await under_signals(service, started)


@dataclass(slots=True)
class _Worker:
    """What a forked worker does, and what the parent keeps ready for the next one."""

    compiled: Compiled
    reread: Callable[[], Settings]
    environ: Mapping[str, str]

    def refresh(self) -> None:
        """Compile anew in the parent, so that a worker that takes a dead one's place has what the others have."""
        with contextlib.suppress(StartError), unforeseen():  # the workers tell
            self.compiled = recompile(self.compiled, self.reread, self.environ)
            set_up(self.compiled.settings.log.format, self.compiled.settings.log.level)

    def work(self, sockets: Sockets, telemetry: Telemetry, parent: int) -> None:
        async def serving() -> None:
            service = Service(
                self.compiled,
                reread=self.reread,
                environ=self.environ,
                sockets=sockets,
                telemetry=telemetry,
                others=partial(os.kill, os.getppid(), signal.SIGHUP),
            )
            await under_signals(service, parent=parent)

        uvloop.run(serving())


async def under_signals(
    service: Service, started: Callable[[Service], None] | None = None, parent: int | None = None
) -> None:
    """Run a service until a signal ends it.

    Args:
        parent: a pipe's end that closes when the parent is gone, which ends the service too.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        if len(reloads) > 1:  # one is under way, and the one that waits will read what there is then
            return
        task = loop.create_task(_reload(service))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    loop.add_signal_handler(signal.SIGHUP, reload)
    if parent is not None:
        loop.add_reader(parent, ended.set)
    await service.start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    if started is not None:
        started(service)
    await ended.wait()
    if parent is not None:
        loop.remove_reader(parent)
    await service.stop()


async def _reload(service: Service) -> None:
    with contextlib.suppress(StartError):  # told by the service: log, metric and readiness
        await service.reload()
