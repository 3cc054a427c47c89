"""Several workers that share one port: started, told the same, replaced when they die or hang, ended together.

The parent compiles once and forks, so that workers share the memory of models and tables; it serves nothing itself.
Each worker has sockets of its own (SO_REUSEPORT: the kernel spreads connections) and a store of its own in one shared
map, which any of them reads for `/metrics`. The parent keeps every socket until the end: a worker that is replaced
loses no connection that nobody had accepted yet.
"""

from __future__ import annotations

import logging
import mmap
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from proxy.app.memory import give_back
from proxy.app.service import Sockets, open_sockets
from proxy.app.unforeseen import unforeseen
from proxy.errors import StartError
from proxy.settings import Settings
from proxy.telemetry import STORE_BYTES, Store, Telemetry, beats, say, trace

__all__ = ["Replacements", "open_all", "supervise"]

Work = Callable[[Sockets, Telemetry, int], None]
"""What a worker does until a signal ends it, or the parent is gone and the pipe's end that it gets closes."""

ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
HEARD = ENDING | {signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM}

LOOK_S, LOOKS = 20.0, 3
"""A worker whose event loop has not turned at so many looks hangs: as long as a liveness probe of ours waits, which
reaches one worker and then another, and so ends none. A process that is suspended has missed one look, not three."""

GRACE_S = 5.0
"""Beyond the drain timeout, before a worker that does not end is killed."""


@dataclass(slots=True)
class Replacements:
    """Tells whether a worker that died is worth another.

    Args:
        limit: deaths within `window_s` after which something is plainly wrong.
    """

    limit: int = 5
    window_s: float = 30.0
    clock_s: Callable[[], float] = time.monotonic
    _deaths: list[float] = field(default_factory=list)

    def one_more(self) -> bool:
        """Count a death."""
        now = self.clock_s()
        self._deaths = [then for then in self._deaths if now - then < self.window_s] + [now]
        return len(self._deaths) < self.limit


def open_all(settings: Settings) -> list[Sockets]:
    """Open every worker's sockets; a port 0 becomes the same port for all.

    Raises:
        SettingsError: an address cannot be had.
    """
    alone = open_sockets(settings)  # where others share a port, nobody notices an instance that is there already
    alone.close()
    first = open_sockets(settings, shared=True)
    private = settings.private.model_copy(update={"port": first.private.getsockname()[1]})
    listen = settings.listen
    if listen.unix is None:
        listen = listen.model_copy(update={"port": first.public.getsockname()[1]})
    fixed = settings.model_copy(update={"listen": listen, "private": private})
    public = first.public if listen.unix else None
    return [first, *(open_sockets(fixed, shared=True, public=public) for _ in range(settings.workers - 1))]


def supervise(settings: Settings, work: Work, refresh: Callable[[], None]) -> None:
    """Run as many workers as the settings say until SIGTERM or SIGINT; SIGHUP is handed on.

    Args:
        work: runs in each worker.
        refresh: called in the parent after SIGHUP, for the workers still to come.

    Raises:
        StartError: an address cannot be had; workers die as fast as they are started.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)  # heard by sigwait, one at a time; nothing runs in between
    with unforeseen():
        sockets = open_all(settings)
    memory = memoryview(mmap.mmap(-1, settings.workers * STORE_BYTES))
    give_back()  # what is there now is never looked through, so its pages stay shared
    house = _Workers(sockets, memory, work)
    for number in range(settings.workers):
        house.start(number)
    signal.setitimer(signal.ITIMER_REAL, LOOK_S, LOOK_S)  # no worker inherits it
    replacements = Replacements()
    while True:
        heard = signal.sigwait(HEARD)
        if heard in ENDING:
            house.end(settings.limits.drain_timeout_s + GRACE_S)
            return
        if heard == signal.SIGHUP:
            house.tell(signal.SIGHUP)
            refresh()
            continue
        if heard == signal.SIGALRM:
            house.kill_hanging()
            continue
        for number in house.dead():
            say("worker died", logging.ERROR, worker=number)
            if not replacements.one_more():
                house.end(settings.limits.drain_timeout_s + GRACE_S)
                raise StartError("workers that stay", "several that died at once", "workers")
            house.start(number)


@dataclass(slots=True)
class _Workers:
    sockets: list[Sockets]
    memory: memoryview
    work: Work
    pids: dict[int, int] = field(default_factory=dict)
    pipe: tuple[int, int] = field(default_factory=os.pipe)
    looked: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Worker → its beats at the last look, and the looks since they changed."""

    def start(self, number: int) -> None:
        self.looked.pop(number, None)
        pid = os.fork()
        if pid == 0:
            os._exit(self._run(number))
        self.pids[pid] = number

    def _run(self, number: int) -> int:
        """Be a worker; give its exit status."""
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD - {signal.SIGHUP})  # `work` hears that when it serves
            count = len(self.sockets)
            stores = [Store(self._memory_of(other)) for other in range(count)]
            os.close(self.pipe[1])  # now only the parent holds it open
            self._leave_to_others(number)
            self.work(self.sockets[number], Telemetry(stores[number], stores), self.pipe[0])
        except StartError as error:
            say("worker failed", logging.ERROR, worker=number, reason=error.reason, detail=str(error).splitlines())
            return 1
        except BaseException as error:  # noqa: BLE001  # a fork must never return into the parent's code
            say("worker failed", logging.ERROR, worker=number, trace=trace(error))
            return 1
        return 0

    def _memory_of(self, number: int) -> memoryview:
        return self.memory[number * STORE_BYTES : (number + 1) * STORE_BYTES]

    def _leave_to_others(self, number: int) -> None:
        """Close the other workers' sockets: one that ends could not close its own while they are open here."""
        own = self.sockets[number]
        for sockets in self.sockets:
            if sockets is not own:
                sockets.private.close()
                if sockets.public is not own.public:
                    sockets.public.close()

    def tell(self, name: signal.Signals) -> None:
        for pid in self.pids:
            os.kill(pid, name)

    def kill_hanging(self) -> None:
        """Look at every worker; the kernel gives one that hangs its share of new connections, and nobody answers."""
        for pid, number in self.pids.items():
            now = beats(self._memory_of(number))
            before, still = self.looked.get(number, (-1, 0))
            still = still + 1 if now == before else 0
            self.looked[number] = now, still
            if still == LOOKS:
                say("worker hangs", logging.ERROR, worker=number)
                os.kill(pid, signal.SIGKILL)

    def dead(self) -> list[int]:
        """Give the numbers of workers that ended; several may have, behind one signal."""
        numbers = []
        with suppress(ChildProcessError):
            while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if pid in self.pids:
                    numbers.append(self.pids.pop(pid))
        return numbers

    def end(self, timeout_s: float) -> None:
        """Tell all to end, wait, and kill those that do not; what is new is turned away, as nobody would accept it."""
        for sockets in self.sockets:
            sockets.close()
        self.tell(signal.SIGTERM)
        deadline = time.monotonic() + timeout_s
        self.dead()
        while self.pids and (left := deadline - time.monotonic()) > 0:
            signal.setitimer(signal.ITIMER_REAL, left)  # and not sigtimedwait, which macOS lacks
            signal.sigwait({signal.SIGCHLD, signal.SIGALRM})
            self.dead()
        self.tell(signal.SIGKILL)
