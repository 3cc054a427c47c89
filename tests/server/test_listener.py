"""Sockets and TLS."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from proxy.errors import SettingsError
from proxy.server import listener
from proxy.server.http1.connection import ServerLimits
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response
from proxy.server.http1.server import Server
from proxy.server.listener import Listener, Tls, address_of, open_tcp, open_unix
from proxy.server.reply import turned_away
from tests.certificates import Authority
from tests.fakes import LOOPBACK, Sdk, get, sdk


@asynccontextmanager
async def _listening(opened: socket.socket, tls: Tls | None = None, body: bytes = b"here") -> AsyncIterator[Listener]:
    async def handle(_request: Request) -> Response:
        return Response(200, [], body)

    listening = Listener(Server(handle, ServerLimits(1024, 75, 100, 2**20), turned_away), opened, tls)
    await listening.open()
    try:
        yield listening
    finally:
        await listening.close()


async def _here(client: Sdk) -> bytes:
    await client.send(get("/"))
    return (await client.answer()).body


def _port(opened: socket.socket) -> int:
    return int(opened.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "reached"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::1"), ("::", LOOPBACK)]
)
async def test_a_tcp_address_is_reached(host: str, reached: str) -> None:
    """IPv4, IPv6, and both through `::`."""
    opened = open_tcp(host, 0)
    async with _listening(opened), sdk(_port(opened), host=reached) as client:
        assert b"here" == await _here(client)


def test_an_address_is_named_as_one_writes_it(tmp_path: Path) -> None:
    """Brackets around IPv6, a word before a path."""
    for opened, expected in (
        (open_tcp(LOOPBACK, 0), "127.0.0.1:{}"),
        (open_tcp("::1", 0), "[::1]:{}"),
        (open_unix(tmp_path / "s"), f"unix:{tmp_path}/s"),
    ):
        with opened:
            assert expected.format(opened.getsockname()[1]) == address_of(opened)


def test_a_port_is_shared_only_when_all_say_so() -> None:
    """Two processes may take it together; a third that did not ask for it is refused."""
    with open_tcp(LOOPBACK, 0, shared=True) as first, open_tcp(LOOPBACK, _port(first), shared=True) as second:
        assert _port(first) == _port(second)
        with pytest.raises(SettingsError, match="in use"):
            open_tcp(LOOPBACK, _port(first))


def test_a_socket_that_the_system_does_not_give_is_told_with_its_address() -> None:
    """Of a family that it does not know, or because no file may be opened any more."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        with pytest.raises(SettingsError, match=r"got Too many open files \(127\.0\.0\.1:8080\)"):
            open_tcp(LOOPBACK, 8080)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_socket_path_that_is_too_long_is_told() -> None:
    """The system has 108 bytes for it, and Python no number for this error."""
    with pytest.raises(SettingsError, match="got AF_UNIX path too long"):
        open_unix(Path("/nowhere") / ("x" * 108))


def test_an_address_of_another_machine_is_refused() -> None:
    """The start stops with a word about it."""
    with pytest.raises(SettingsError):
        open_tcp("192.0.2.1", 0)
    with pytest.raises(SettingsError):
        open_tcp("a" * 70, 0)


async def test_a_unix_socket_is_reached_by_other_users(tmp_path: Path) -> None:
    """The SDK's process is not ours; one left by a stopped process is replaced."""
    path = tmp_path / "s"
    open_unix(path).close()
    async with _listening(open_unix(path)):
        assert 0o666 == path.stat().st_mode & 0o777
        reader, writer = await asyncio.open_unix_connection(path)
        assert b"here" == await _here(Sdk(reader, writer))
        writer.close()
        await writer.wait_closed()


def test_a_socket_at_which_somebody_listens_is_not_taken(tmp_path: Path) -> None:
    """Only one that a stopped process left behind is replaced."""
    path = tmp_path / "u"
    with open_unix(path), pytest.raises(SettingsError) as caught:
        open_unix(path)
    assert (str(path), os.strerror(errno.EADDRINUSE)) == (caught.value.where, caught.value.got)
    open_unix(path).close()


def test_a_file_that_is_no_socket_is_not_replaced(tmp_path: Path) -> None:
    """A typing mistake in the settings deletes nothing."""
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(SettingsError):
        open_unix(path)
    assert "data" == path.read_text()


async def test_what_is_open_stays_open_when_no_more_is_accepted() -> None:
    """A connection that is there may ask again; a new one is refused."""
    opened = open_tcp(LOOPBACK, 0)
    port = _port(opened)
    async with _listening(opened) as listener, sdk(port) as client:
        assert b"here" == await _here(client)
        listener.stop_accepting()
        assert b"here" == await _here(client)
        with pytest.raises(ConnectionRefusedError):
            async with sdk(port):
                pass


async def test_what_is_being_sent_is_sent_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing waits for a client that takes its answer, as long as it is told to."""
    monkeypatch.setattr(listener, "FLUSH_S", 0.0)
    size = 20_000_000
    with open_tcp(LOOPBACK, 0) as opened:
        async with _listening(opened, body=b"x" * size) as listening:
            reader, writer = await asyncio.open_connection(LOOPBACK, _port(opened), limit=4096)
            writer.write(get("/"))
            await reader.readuntil(b"\r\n\r\n")
            closing = asyncio.create_task(listening.close(30))
            await asyncio.sleep(0)
            assert size == len(await reader.readexactly(size))
            writer.close()
            await closing


async def _subject(port: int, bundle: Path) -> str:
    context = ssl.create_default_context(cafile=bundle)
    async with sdk(port, ssl=context) as client:
        assert b"here" == await _here(client)
        certificate = client.writer.get_extra_info("peercert")
        return str(certificate["subject"][0][0][1])


@pytest.mark.parametrize("kinds", [("ec", "ec"), ("ec", "rsa"), ("rsa", "ec")])
async def test_a_new_certificate_is_taken_while_connections_are_open(kinds: tuple[str, str], tmp_path: Path) -> None:
    """Old connections go on, new ones see the new certificate, also where its key is of another kind."""
    authority = Authority(tmp_path)
    old = authority.issue("old", kind=kinds[0])
    tls = Tls(old.cert_file, old.key_file)
    opened = open_tcp(LOOPBACK, 0)
    port = _port(opened)
    async with _listening(opened, tls), sdk(port, ssl=ssl.create_default_context(cafile=authority.bundle)) as client:
        assert ("old", False) == (await _subject(port, authority.bundle), tls.refresh())
        new = authority.issue("new", kind=kinds[1])
        new.cert_file.replace(old.cert_file)
        new.key_file.replace(old.key_file)
        assert (True, False) == (tls.refresh(), tls.refresh())
        assert "new" == await _subject(port, authority.bundle)
        assert b"here" == await _here(client)


def test_old_versions_of_tls_are_not_spoken(tmp_path: Path) -> None:
    """Neither by the first certificate nor by one that follows it, whatever this machine's OpenSSL would do."""
    authority = Authority(tmp_path)
    old = authority.issue("old")
    tls = Tls(old.cert_file, old.key_file)
    assert ssl.TLSVersion.TLSv1_2 == tls.context.minimum_version
    new = authority.issue("new")
    new.cert_file.replace(old.cert_file)
    new.key_file.replace(old.key_file)
    assert tls.refresh()
    assert ssl.TLSVersion.TLSv1_2 == tls._newest.minimum_version


async def test_half_a_new_certificate_changes_nothing(tmp_path: Path) -> None:
    """A certificate without its key is refused, and the old pair goes on serving."""
    authority = Authority(tmp_path)
    old = authority.issue("old")
    tls = Tls(old.cert_file, old.key_file)
    authority.issue("new").cert_file.replace(old.cert_file)
    opened = open_tcp(LOOPBACK, 0)
    async with _listening(opened, tls):
        with pytest.raises(SettingsError):
            tls.refresh()
        assert "old" == await _subject(_port(opened), authority.bundle)


@pytest.mark.parametrize("content", [None, "nothing"])
def test_a_certificate_that_is_none_stops_the_start(content: str | None, tmp_path: Path) -> None:
    """A missing file, and one that is no PEM; no terminal is asked for a passphrase."""
    pair = Authority(tmp_path).issue("old")
    pair.key_file.unlink()
    if content is not None:
        pair.key_file.write_text(content)
    with pytest.raises(SettingsError):
        Tls(pair.cert_file, pair.key_file)
