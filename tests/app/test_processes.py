"""Several workers that share a port."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest

from proxy.app.processes import Replacements, _Workers, open_all
from proxy.errors import SettingsError
from proxy.settings import load
from proxy.telemetry import STORE_BYTES, Store
from tests.delivery.raw import until
from tests.fakes import EVENT, ManualClock, ask, post, sdk, vendor
from tests.running import TOKEN, Process, eventveil, write_settings


def test_deaths_are_forgiven_when_they_are_far_apart() -> None:
    """The fifth within the window is one too many."""
    clock = ManualClock()
    replacements = Replacements(clock_s=clock)
    assert [True, True, True, True, False] == [replacements.one_more() for _ in range(5)]
    clock.now += 31
    assert replacements.one_more()


@pytest.mark.parametrize("listen", ["{port: 0}", "{unix: s}"])
def test_all_workers_have_sockets_of_one_address(listen: str, tmp_path: Path) -> None:
    """A free port is chosen once; a Unix socket is one for all."""
    path = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 3\n")
    path.write_text(path.read_text().replace("listen: {port: 0}", f"listen: {listen}"))
    opened = open_all(load(path, {}))
    publics = {str(sockets.public.getsockname()) for sockets in opened}
    privates = {sockets.private.fileno() for sockets in opened}
    assert (1, 3) == (len(publics), len(privates))
    for sockets in opened:
        sockets.close()


def test_workers_do_not_share_the_ports_of_another_instance(tmp_path: Path) -> None:
    """A second one would take half of the requests, perhaps with another policy."""
    path = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n")
    opened = open_all(load(path, {}))
    port = opened[0].public.getsockname()[1]
    path.write_text(path.read_text().replace("listen: {port: 0}", f"listen: {{port: {port}}}"))
    with pytest.raises(SettingsError, match="in use"):
        open_all(load(path, {}))
    for sockets in opened:
        sockets.close()


def test_a_worker_that_cannot_start_says_why(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """What it expected, and not only where it stopped: the files may have changed since the others started."""

    def work(*_: object) -> None:
        raise SettingsError("a certificate and its key in PEM", "FileNotFoundError", "cert.pem")

    opened = open_all(load(write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n"), {}))
    house = _Workers(opened, memoryview(bytearray(2 * STORE_BYTES)), work)
    assert 1 == house._run(0)
    os.close(house.pipe[0])
    opened[0].close()
    (told,) = caplog.records
    expected = {"worker": 0, "reason": "settings_invalid"}
    assert (
        expected | {"detail": ["expected a certificate and its key in PEM, got FileNotFoundError (cert.pem)"]}
        == (told.__dict__["fields"])
    )


def test_a_worker_that_hangs_is_killed(caplog: pytest.LogCaptureFixture) -> None:
    """At the third look that finds it where it was; one that turns is left, and so is a new one at the first looks."""
    memory = memoryview(bytearray(2 * STORE_BYTES))
    turning = Store(memory[STORE_BYTES:])
    command = [sys.executable, "-c", "input()"]
    with Popen(command, stdin=PIPE) as hanging, Popen(command, stdin=PIPE) as well:
        house = _Workers([], memory, lambda *_: None, {hanging.pid: 0, well.pid: 1})
        for _ in range(3):
            house.kill_hanging()
            turning.beat()
        assert (None, []) == (hanging.poll(), caplog.records)
        house.kill_hanging()
        assert (-signal.SIGKILL, 0) == (hanging.wait(), caplog.records[0].__dict__["fields"]["worker"])
        assert None is well.poll()
        well.kill()
    for end in house.pipe:
        os.close(end)


STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"


def test_a_worker_that_does_not_end_is_killed() -> None:
    """When the time is over in which others ended, and not before."""
    with (
        Popen([sys.executable, "-c", STUBBORN], stdin=PIPE, stdout=PIPE) as stubborn,
        Popen([sys.executable, "-c", "input()"], stdin=PIPE) as well,
    ):
        assert stubborn.stdout is not None
        assert b"\n" == stubborn.stdout.readline()
        house = _Workers([], memoryview(b""), lambda *_: None, {stubborn.pid: 0, well.pid: 1})
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGALRM})
        house.end(0.2)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        assert ({stubborn.pid: 0}, -signal.SIGKILL) == (house.pids, stubborn.wait())
    for end in house.pipe:
        os.close(end)


async def test_a_look_at_workers_that_turn_ends_nobody(tmp_path: Path) -> None:
    """The parent looks now and then."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n")
    async with eventveil(settings, workers=2) as process:
        process.signal(signal.SIGALRM)
        process.signal(signal.SIGHUP)
        await process.until("reloaded", times=2)
    assert set() == {line["event"] for line in process.lines} & {"worker hangs", "worker died"}


async def test_a_refused_reload_is_told_by_every_worker(tmp_path: Path) -> None:
    """Whichever answers: all were asked, and all keep what they had."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n")
    async with eventveil(settings, workers=2) as process:
        settings.write_text(settings.read_text().replace("balanced", "nonsuch"))
        refused = await ask(process.private, post("/-/reload", b"", f"Authorization: Bearer {TOKEN}"))
        await process.until("reload refused", times=2)
        assert 422 == refused.status
        assert {True} == {b'"policy_invalid"' in (await process.ops("/readyz")).body for _ in range(8)}


async def test_a_reload_that_one_worker_is_asked_for_is_one_in_each(tmp_path: Path) -> None:
    """The worker that answers does not compile everything a second time."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 3\n")
    async with eventveil(settings, workers=3) as process:
        reply = await ask(process.private, post("/-/reload", b"", f"Authorization: Bearer {TOKEN}"))
        await process.until("reloaded", times=3)
        process.signal(signal.SIGTERM)
        await process.ended()
    assert (200, 3) == (reply.status, sum(line["event"] == "reloaded" for line in process.lines))


async def _replace_one(process: Process) -> dict[str, Any]:
    """Kill the first worker and wait for the one that takes its place."""
    os.kill(_children(process.process.pid)[0], signal.SIGKILL)
    died = await process.until("worker died")
    await process.until("serving")
    return died


async def _sent(port: int, times: int) -> None:
    for _ in range(times):
        assert 200 == (await ask(port, post("/mp/track", EVENT))).status


async def test_workers_serve_count_reload_and_end_as_one(tmp_path: Path) -> None:
    """Any worker's metrics tell of all, a dead worker is replaced with its counters, reload and end reach everybody."""
    async with vendor() as fake:
        settings = write_settings(tmp_path, fake.url, more="workers: 2\n")
        async with eventveil(settings, workers=2) as process:
            pids = _children(process.process.pid)
            await _sent(process.port, 20)
            assert {20.0} == {await process.metric('eventveil_records_received_total{lane="mp"}') for _ in range(8)}
            assert 0 == await process.metric("eventveil_records_unaccounted")
            died = await _replace_one(process)
            await _sent(process.port, 10)
            assert 30 == await process.metric('eventveil_records_received_total{lane="mp"}')
            assert (0, True) == (died["worker"], pids[1] in _children(process.process.pid))
            write_settings(tmp_path, fake.url, policy="strict", more="workers: 2\n")
            await ask(process.private, post("/-/reload", b"", f"Authorization: Bearer {TOKEN}"))
            await process.until("reloaded", times=2)
            await _replace_one(process)
            policies = {b'"strict"' in (await process.ops("/readyz")).body for _ in range(8)}
            assert {True} == policies
            process.signal(signal.SIGTERM)
            assert 0 == await process.ended()
            assert 2 == sum(line["event"] == "stopped" for line in process.lines)


async def test_an_end_turns_new_connections_away_whichever_worker_they_are_meant_for(tmp_path: Path) -> None:
    """Nobody would accept them while one worker finishes: a load balancer could not tell and try elsewhere."""
    hold = asyncio.Event()
    async with vendor(hold=hold) as fake:
        settings = write_settings(tmp_path, fake.url, more="workers: 3\n")
        settings.write_text(settings.read_text().replace("answer_timeout_s: 0.5", "answer_timeout_s: 5"))
        async with eventveil(settings, workers=3) as process, sdk(process.port) as client:
            await client.send(post("/mp/track", EVENT))
            await fake.arrived.wait()
            process.signal(signal.SIGTERM)
            await until(lambda: len(_children(process.process.pid)) == 1)
            for _ in range(16):
                with pytest.raises(ConnectionRefusedError):
                    await ask(process.port, post("/mp/track", EVENT))
            assert {200} == {(await process.ops("/livez")).status for _ in range(16)}
            hold.set()
            assert 200 == (await client.answer()).status
            assert 0 == await process.ended()


async def test_workers_and_their_parent_outlive_a_reload_that_fails_for_any_reason(tmp_path: Path) -> None:
    """Every worker refuses it and says so; the parent still replaces one that dies."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n")
    async with eventveil(settings, workers=2) as process:
        write_settings(tmp_path, "http://127.0.0.1:1", policy="x" * 300, more="workers: 2\n")
        process.signal(signal.SIGHUP)
        assert "internal" == (await process.until("reload refused", times=2))["reason"]
        assert {True} == {b'"internal"' in (await process.ops("/readyz")).body for _ in range(8)}
        assert 0 == await process.metric("eventveil_config_last_reload_successful")
        assert 0 == (await _replace_one(process))["worker"]


async def test_workers_and_their_parent_take_over_how_the_log_is_written(tmp_path: Path) -> None:
    """A reload's new format is that of its own line already, and of what the parent says later."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n")
    async with eventveil(settings, workers=2) as process:
        settings.write_text(settings.read_text().replace("log: {", "log: {format: console, "))
        process.signal(signal.SIGHUP)
        assert ["info reloaded", "info reloaded"] == [await _console(process), await _console(process)]
        os.kill(_children(process.process.pid)[0], signal.SIGKILL)
        assert "error worker died worker=0" == await _console(process)
        process.process.kill()
        assert process.process.stderr is not None
        await process.process.stderr.read()


async def _console(process: Process) -> str:
    """Read a line for people, without its time."""
    assert process.process.stderr is not None
    return " ".join((await process.process.stderr.readline()).decode().split()[1:])


async def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    """Killed without a chance to tell them, it still takes them along; nobody serves an old policy for ever."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more="workers: 2\n")
    async with eventveil(settings, workers=2) as process:
        process.signal(signal.SIGKILL)
        assert -signal.SIGKILL == await process.ended()  # the log ends when the last worker has
        assert 2 == sum(line["event"] == "stopped" for line in process.lines)


def _children(pid: int) -> list[int]:
    return sorted(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
