"""A process under signals: a real one, with the real heart and a recording vendor."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.fakes import EVENT, Reply, ask, post, sdk, vendor
from tests.running import KEY, TOKEN, eventveil, write_settings

TRACK = post("/mp/track", EVENT)


async def test_a_term_signal_finishes_what_is_under_way(tmp_path: Path) -> None:
    """Not ready any more, nothing new accepted, the answer still arrives, exit status 0."""
    hold = asyncio.Event()
    async with vendor(hold=hold) as fake:
        settings = write_settings(tmp_path, fake.url)
        settings.write_text(settings.read_text().replace("answer_timeout_s: 0.5", "answer_timeout_s: 5"))
        async with eventveil(settings) as process, sdk(process.port) as client:
            await client.send(TRACK)
            await fake.arrived.wait()
            process.signal(signal.SIGTERM)
            await process.until("draining")
            assert 503 == (await process.ops("/readyz")).status
            assert 200 == (await process.ops("/livez")).status
            with pytest.raises(ConnectionRefusedError):
                await ask(process.port, TRACK)
            hold.set()
            reply = await client.answer()
            assert (200, "close") == (reply.status, reply.headers["connection"])
            assert 0 == await process.ended()


async def test_a_hangup_signal_takes_new_settings(tmp_path: Path) -> None:
    """The next request goes where the new file says."""
    async with vendor() as old, vendor() as new:
        settings = write_settings(tmp_path, old.url)
        async with eventveil(settings) as process:
            assert 200 == (await ask(process.port, TRACK)).status
            write_settings(tmp_path, new.url, policy="strict")
            process.signal(signal.SIGHUP)
            await process.until("reloaded")
            assert 200 == (await ask(process.port, TRACK)).status
            assert 1 == await process.metric('eventveil_policy_info{epoch="') - 1
            assert b'"strict"' in (await process.ops("/readyz")).body
    assert (1, 1) == (len(old.received), len(new.received))


async def _reload(process_port: int, token: str) -> Reply:
    return await ask(process_port, post("/-/reload", b"", f"Authorization: Bearer {token}"))


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_hangup_signal_during_the_start_reloads_after_it(workers: int, tmp_path: Path) -> None:
    """The key is a pipe that the start waits at, so the signal comes before anything serves."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1", more=f"workers: {workers}\n")
    key = tmp_path / "key"
    key.unlink()
    os.mkfifo(key)
    told = asyncio.create_task(asyncio.to_thread(_hang_up, key))
    async with eventveil(settings, workers=workers) as process:
        await told
        await process.until("reloaded", times=workers)


def _hang_up(key: Path) -> None:
    """Signal the child that reads the key, and only then give it."""
    with key.open("wb") as pipe:
        me = os.getpid()
        os.kill(int(Path(f"/proc/{me}/task/{me}/children").read_text().split()[-1]), signal.SIGHUP)
        key.unlink()
        key.write_bytes(KEY)
        pipe.write(KEY)


async def test_many_hangup_signals_are_two_reloads(tmp_path: Path) -> None:
    """The one under way, which waits for a pipe here, and one behind it that reads what the last signal was about."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1")
    key = tmp_path / "key"
    async with eventveil(settings) as process:
        key.unlink()
        os.mkfifo(key)
        process.signal(signal.SIGHUP)
        pipe = await asyncio.to_thread(key.open, "wb")
        for _ in range(20):
            process.signal(signal.SIGHUP)
            await process.ops("/livez")
        key.unlink()
        key.write_bytes(KEY)
        with pipe:
            pipe.write(KEY)
        assert 200 == (await _reload(process.private, TOKEN)).status  # behind all that wait
    assert 3 == sum(line["event"] == "reloaded" for line in process.lines)


async def test_a_reload_that_does_not_compile_changes_nothing(tmp_path: Path) -> None:
    """The old policy goes on; log, metric, readiness and answer say so; the next good one is taken."""
    async with vendor() as fake:
        settings = write_settings(tmp_path, fake.url)
        async with eventveil(settings) as process:
            await ask(process.port, TRACK)
            (tmp_path / "bad.yaml").write_text("policy: bad\nentities: {EMAIL_ADRESS: hash}\n")
            write_settings(tmp_path, fake.url, policy="bad.yaml")
            process.signal(signal.SIGHUP)
            refused = await process.until("reload refused")
            assert ("policy_invalid", True) == (refused["reason"], "EMAIL_ADDRESS" in str(refused["detail"]))
            assert 0 == await process.metric("eventveil_config_last_reload_successful")
            ready = await process.ops("/readyz")
            assert (200, True, True) == (ready.status, b"policy_invalid" in ready.body, b'"balanced"' in ready.body)
            assert 422 == (await _reload(process.private, TOKEN)).status
            assert 401 == (await _reload(process.private, "x" * 16)).status
            await ask(process.port, TRACK)
            write_settings(tmp_path, fake.url)
            assert 200 == (await _reload(process.private, TOKEN)).status
            assert 1 == await process.metric("eventveil_config_last_reload_successful")
    assert fake.received[0].body == fake.received[1].body


async def test_a_reload_takes_the_logs_level(tmp_path: Path) -> None:
    """Silent while it is `error`, heard again afterwards."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1")
    text = settings.read_text()
    async with eventveil(settings) as process:
        settings.write_text(text.replace("log: {", "log: {level: error, "))
        assert 200 == (await _reload(process.private, TOKEN)).status
        settings.write_text(text)
        assert 200 == (await _reload(process.private, TOKEN)).status
        await process.until("reloaded")
    assert ["serving", "reloaded", "draining", "stopped"] == [line["event"] for line in process.lines]


async def test_a_reload_cannot_move_a_port(tmp_path: Path) -> None:
    """What needs a restart says so, instead of being half taken."""
    async with vendor() as fake:
        settings = write_settings(tmp_path, fake.url)
        async with eventveil(settings) as process:
            write_settings(tmp_path, fake.url, more="workers: 2\n")
            process.signal(signal.SIGHUP)
            assert "restart" in str((await process.until("reload refused"))["detail"])


async def test_a_process_without_a_key_does_not_start(tmp_path: Path) -> None:
    """It ends with a word about it and has opened nothing."""
    settings = write_settings(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "key").unlink()
    with pytest.raises(AssertionError, match="key file"):
        async with eventveil(settings):
            pass


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_start_that_fails_for_any_reason_ends_with_one_line(workers: int, tmp_path: Path) -> None:
    """No traceback, and none of the names that libraries put into their messages."""
    name = "x" * 300  # longer than a file's name may be
    settings = write_settings(tmp_path, "http://127.0.0.1:1", policy=name, more=f"workers: {workers}\n")
    with pytest.raises(
        AssertionError, match=r"^expected settings and policies that can be taken, got OSError \(\S+ \w+\)\n$"
    ):
        async with eventveil(settings):
            pass
