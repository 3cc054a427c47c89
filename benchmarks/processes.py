"""Programs under measurement: started on a core of their own, read by pid, ended by pid.

A program gets a free port, and is up when the port takes a connection. Its CPU time is that of the process and all its
descendants, by the kernel's clock of each process (clock_getcpuclockid(3), nanoseconds), not by ticks. Everything
binds to 127.0.0.1. `systems` starts programs with this; nothing here knows what they do.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LOAD_CORE", "SERVER_CORE", "Missing", "Program", "free_port", "need", "running"]

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
"""The program under measurement has one core; load and vendor share the other. With one core, all share it."""

START_S, STOP_S = 20.0, 10.0


class Missing(Exception):
    """Something that is measured against is not on this machine; the text names it."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program."""

    pid: int
    port: int

    def pids(self) -> list[int]:
        """Give the process and all its descendants."""
        parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        family = [self.pid]
        for member in family:
            family += [pid for pid, parent in parents.items() if parent == member]
        return family

    def cpu_s(self) -> float:
        """Read the CPU time that the program has used, user and kernel, all processes and threads."""
        return sum(_cpu_s(pid) for pid in self.pids())

    def rss_mb(self) -> float:
        """Read what the program holds in memory now; pages that processes share are counted in each."""
        return sum(_rss_pages(pid) for pid in self.pids()) * os.sysconf("SC_PAGE_SIZE") / 2**20


def need(command: str) -> str:
    """Find a command.

    Raises:
        Missing: it is not installed.
    """
    found = shutil.which(command, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise Missing(f"{command} is not installed")
    return found


def free_port() -> int:
    """Find a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, cores: Sequence[int], folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run a program while the context is open.

    Args:
        port: the program is up when this takes a connection.
        cores: where it may run.
        folder: its working directory; what it writes goes to `log` there.

    Raises:
        Missing: it did not come up; the text ends with the last line that it wrote.
    """
    pinned = [need("taskset"), "-c", ",".join(map(str, cores)), *command]
    log = folder / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            pinned, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **(environ or {})}
        )
    try:
        _wait(process, port, log)
        yield Program(process.pid, port)
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = log.read_text("utf-8", "replace").strip().splitlines()
    raise Missing(f"it does not come up: {said[-1][:160] if said else 'without a word'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_S)


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
    except OSError:  # ended meanwhile
        return 0


def _cpu_s(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of another process. Source: linux/posix-timers.h
    except OSError:  # ended meanwhile
        return 0.0


def _rss_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except OSError:  # ended meanwhile
        return 0
