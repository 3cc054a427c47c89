"""One process at work: two ports, lanes behind them, reload and an end that loses nothing.

    start:  compile → private port → public port → ready
    reload: compile aside → swap the lanes; what does not compile changes nothing and is told by readiness and a metric
    stop:   not ready → stop accepting → finish what is under way, bounded → close

`app.serve` runs a `Service` under signals; tests run it without.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import count

from proxy.app.compose import Compiled, assemble, listener_tls, recompile
from proxy.app.memory import give_back
from proxy.app.open_files import make_room
from proxy.app.unforeseen import unforeseen
from proxy.delivery import Client
from proxy.errors import EventveilError, SettingsError, StartError
from proxy.model import Outcome
from proxy.policy.canary import leaks
from proxy.server import reply
from proxy.server.handler import Handler
from proxy.server.http1.connection import ServerLimits
from proxy.server.http1.response import Response
from proxy.server.http1.server import Server
from proxy.server.intake import IntakeLimits
from proxy.server.lanes import Lanes
from proxy.server.listener import Listener, open_tcp, open_unix
from proxy.server.ops import Ops
from proxy.server.workers import Workers
from proxy.settings import Settings
from proxy.telemetry import NO_LANE, AccessLog, Collector, Telemetry, exposition, say, set_up, watch

__all__ = ["Service", "Sockets", "open_sockets"]

TICK_S = 5.0
"""How often the certificate's files are looked at."""

CANARY_TICKS = 12
"""Once a minute: a dozen small texts for each program, some 2 ms."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """What a process listens on."""

    public: socket.socket
    private: socket.socket

    def close(self) -> None:
        """Let go of them; those that another process holds stay open there."""
        self.public.close()
        self.private.close()


def open_sockets(settings: Settings, *, shared: bool = False, public: socket.socket | None = None) -> Sockets:
    """Listen on both addresses.

    Args:
        shared: several processes do.
        public: open already; a Unix socket that all workers share.

    Raises:
        SettingsError: one of them cannot be had.
    """
    listen, private = settings.listen, settings.private
    if public is None:
        public = open_unix(listen.unix) if listen.unix else open_tcp(listen.host, listen.port, shared=shared)
    try:
        return Sockets(public, open_tcp(private.host, private.port, shared=shared))
    except SettingsError:
        public.close()
        raise


class Service:
    """A process that serves.

    Args:
        compiled: what it starts with.
        reread: reads the settings anew for a reload; None when they came from nowhere.
        environ: where egress proxies are named.
        sockets: already bound; opened from the settings by default.
        others: tells all workers to reload, this one among them; None when there is no other.
    """

    def __init__(
        self,
        compiled: Compiled,
        *,
        reread: Callable[[], Settings] | None = None,
        environ: Mapping[str, str] = os.environ,
        sockets: Sockets | None = None,
        telemetry: Telemetry | None = None,
        others: Callable[[], None] | None = None,
    ) -> None:
        self._compiled, self._reread, self._environ = compiled, reread, environ
        self.telemetry = telemetry or Telemetry()
        self._collector = Collector(self.telemetry, _version())
        self._ready = False
        self._fault = ""
        self._reloading, self._scraping = asyncio.Lock(), asyncio.Lock()
        self._asked: asyncio.Future[StartError | None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._tls = listener_tls(compiled.settings)
        opened = sockets or open_sockets(compiled.settings)
        self._client = Client()
        self._handler = _handler(compiled.settings, self.telemetry)
        gauge = partial(self.telemetry.add, self.telemetry.store.slot("connections", ()))
        self.public = Listener(self._server(self._handler, gauge), opened.public, self._tls)
        self._others = others
        ops = Ops(self._status, self._metrics, self._reload_everywhere, lambda: self._compiled.token)
        self.private = Listener(self._server(ops), opened.private)

    async def start(self) -> None:
        """Open both ports.

        Raises:
            StartError: the process cannot serve these settings.
        """
        with unforeseen():
            self._take(self._compiled)
            make_room(self._compiled.settings.limits.connections)
        self.check_canaries()
        self._tell_certificate()
        self.telemetry.reloaded(taken=True)
        await self.private.open()
        await self.public.open()
        self._tasks = [asyncio.create_task(watch(self.telemetry)), asyncio.create_task(self._tick())]
        give_back()
        self._set_ready(ready=True)
        say("serving", listen=[self.public.address, self.private.address])

    async def reload(self) -> None:
        """Take settings and policies anew; what is under way goes on with the old ones.

        Raises:
            StartError: they are not taken; the old ones stay.
        """
        async with self._reloading:
            asked, self._asked = self._asked, None
            fault = await self._reload()
            if asked is not None:
                asked.set_result(fault)
            if fault is not None:
                raise fault

    async def _reload(self) -> StartError | None:
        try:
            with unforeseen():
                compiled = await asyncio.to_thread(recompile, self._compiled, self._reread, self._environ)
                if self._tls is not None:
                    self._tls.refresh()
                    self._tell_certificate()
                self._take(compiled)
        except StartError as error:
            self._fault = error.reason
            self.telemetry.reloaded(taken=False)
            say("reload refused", logging.ERROR, reason=error.reason, detail=str(error).splitlines())
            return error
        self._fault = ""
        self.telemetry.reloaded(taken=True)
        give_back(again=True)
        say("reloaded")
        return None

    async def _reload_everywhere(self) -> None:
        """Reload, and where there are other workers have all of them do so once; this one's outcome is the answer."""
        if self._others is None:
            await self.reload()
            return
        asked = self._asked = self._asked or asyncio.get_running_loop().create_future()
        self._others()
        fault = await asyncio.shield(asked)  # the next reload to begin tells whoever waits
        if fault is not None:
            raise fault

    async def stop(self) -> None:
        """Stop accepting, finish what is under way within the time allowed, and close."""
        self._set_ready(ready=False)
        say("draining", under_way=self._handler.under_way)
        self.public.stop_accepting()
        loop = asyncio.get_running_loop()
        end = loop.time() + self._compiled.settings.limits.drain_timeout_s
        await self._handler.drain(end - loop.time())
        say("stopped", under_way=self._handler.under_way)
        await self.public.close(end - loop.time())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._handler.workers.close()
        await self._client.close()
        await self.private.close()

    def check_certificate(self) -> None:
        """Take over a changed certificate; one that is none is told in the log, and the old one stays."""
        if self._tls is None:
            return
        try:
            if self._tls.refresh():
                self._tell_certificate()
                say("certificate taken")
        except StartError as error:
            say("certificate refused", logging.ERROR, reason=error.reason, detail=str(error))

    def _tell_certificate(self) -> None:
        self.telemetry.set("certificate", self._tls.end_s if self._tls else 0)

    def check_canaries(self) -> None:
        """Send the canary corpus through every lane's program; what comes through pages somebody."""
        programs = self._compiled.programs
        leaking = {program: len(leaks(program)) for program in set(programs)}  # lanes share them
        found = sum(leaking[program] for program in programs)
        self.telemetry.set("canary", found)
        if found:
            say("canary leaks", logging.ERROR)

    async def _tick(self) -> None:
        for tick in count(1):
            await asyncio.sleep(TICK_S)
            self.check_certificate()
            if tick % CANARY_TICKS == 0:
                self.check_canaries()

    def _take(self, compiled: Compiled) -> None:
        settings = compiled.settings
        lanes = assemble(compiled, self._client, self.telemetry)
        handler = self._handler
        handler.lanes, handler.limits, handler.access = lanes, _intake(settings), AccessLog(settings.log.access_sample)
        handler.workers = replace(
            handler.workers,
            inline_bytes=settings.limits.inline_bytes,
            inflated_bytes=settings.limits.inflated_bytes,
        )
        handler.visitors = compiled.visitors
        self.telemetry.policies = compiled.facts()
        if settings.log != self._compiled.settings.log:
            set_up(settings.log.format, settings.log.level)
        self._compiled = compiled

    def _set_ready(self, *, ready: bool) -> None:
        self._ready = ready
        self.telemetry.set("ready", int(ready))

    def _status(self) -> tuple[bool, Mapping[str, object]]:
        lanes = [
            {"lane": fact.lane, "policy": fact.policy, "hash": fact.hash, "mode": fact.mode}
            for fact in self.telemetry.policies
        ]
        status = {"draining": self._handler.closing, "last_reload": self._fault or "taken", "lanes": lanes}
        return self._ready, status

    async def _metrics(self, accept: str) -> tuple[bytes, str]:
        async with self._scraping:  # one at a time, beside the loop: a hundred lanes take 100 ms
            return await asyncio.to_thread(exposition, self._collector, accept)

    def _server(self, handle: Handler | Ops, gauge: Callable[[int], object] = lambda step: None) -> Server:
        limits = self._compiled.settings.limits
        bounds = ServerLimits(limits.header_bytes, limits.keepalive_timeout_s, limits.connections, limits.held_bytes)
        return Server(handle, bounds, self._turn_away, gauge)

    def _turn_away(self, error: EventveilError) -> Response:
        meter = self.telemetry.lane(NO_LANE, NO_LANE)
        self.telemetry.add(meter.requests[Outcome.REFUSED, error.reason], 1)
        return reply.turned_away(error)


def _handler(settings: Settings, telemetry: Telemetry) -> Handler:
    limits = settings.limits
    workers = Workers(limits.inline_bytes, limits.inflated_bytes)
    return Handler(Lanes(()), workers, _intake(settings), telemetry, AccessLog(settings.log.access_sample))


def _intake(settings: Settings) -> IntakeLimits:
    limits = settings.limits
    return IntakeLimits(limits.body_bytes, limits.header_bytes, limits.read_timeout_s)


def _version() -> str:
    try:
        return version("eventveil")
    except PackageNotFoundError:
        return "unknown"
