"""Sockets, TLS, and a server on top: what is open, how it stops, how a certificate changes while it runs.

`app` opens the sockets, hands them to a `Listener` and closes it in the end. Several processes share a TCP port when
each has a socket of its own with SO_REUSEPORT; a Unix socket is opened once and inherited. Nothing here knows what is
served.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import stat
from pathlib import Path

from cryptography import x509

from proxy.errors import SettingsError
from proxy.server.http1.server import Server

__all__ = ["Listener", "Tls", "address_of", "open_tcp", "open_unix"]

BACKLOG = 1024
HANDSHAKE_S = 10.0
"""For a TLS handshake at most, which no other deadline sees: the loop's own is a minute."""
FLUSH_S = 0.5
"""The least for answers that are written but not yet sent when everything closes."""


def open_tcp(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Listen on a TCP address.

    Args:
        host: an address or a name; `::` takes IPv4 as well, on systems that have both.
        port: 0 takes any free one.
        shared: other processes listen on the same port.

    Raises:
        SettingsError: the address cannot be had.
    """
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise SettingsError("an address of this machine", type(error).__name__, where) from error
    family, kind, _, _, address = found[0]
    try:
        opened = socket.socket(family, kind)
    except OSError as error:  # of a family that the kernel was started without, say
        raise SettingsError("an address that can be opened", _said(error), where) from error
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host != "::"))
    try:
        opened.bind(address)
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise SettingsError("a free address", _said(error), where) from error
    return opened


def _said(error: OSError) -> str:
    """Give the system's words; some errors are Python's and have no number."""
    return os.strerror(error.errno) if error.errno else str(error)


def open_unix(path: Path) -> socket.socket:
    """Listen on a Unix socket; one that a stopped process left behind is replaced, any other file is not.

    Raises:
        SettingsError: the path cannot be had, or another process listens there.
    """
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(path.lstat().st_mode):
                _leave_to_others(path)
                path.unlink()
        opened.bind(str(path))
        opened.listen(BACKLOG)
        path.chmod(0o666)  # the directory says who may reach it: the SDK's process is another user's
    except OSError as error:
        opened.close()
        raise SettingsError("a path for a socket", _said(error), str(path)) from error
    return opened


def _leave_to_others(path: Path) -> None:
    """Refuse a socket at which somebody answers.

    Raises:
        OSError: EADDRINUSE.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def address_of(opened: socket.socket) -> str:
    """Say where a socket listens, as an operator writes it."""
    name = opened.getsockname()
    if opened.family == socket.AF_UNIX:
        return f"unix:{name}"
    host = f"[{name[0]}]" if opened.family == socket.AF_INET6 else name[0]
    return f"{host}:{name[1]}"


class Tls:
    """The listener's certificate, read again when its files change.

    Each content has a context of its own: one that takes a second certificate keeps the first where the kinds of key
    differ, and goes on serving it. The listener has the first context, which hands every handshake to the newest.

    Args:
        cert_file: chain in PEM.
        key_file: private key in PEM, without a passphrase.

    `end_s` is when the certificate that is served ends, in seconds since 1970.

    Raises:
        SettingsError: the files are no matching pair.
    """

    def __init__(self, cert_file: Path, key_file: Path) -> None:
        self._files = cert_file, key_file
        self._seen = self._look()
        self.context, self.end_s = self._read()
        self._newest = self.context
        self.context.sni_callback = self._hand_on  # called without a name, too

    def refresh(self) -> bool:
        """Take new files over for connections from now on, if they changed.

        Returns:
            Whether they changed.

        Raises:
            SettingsError: they changed and are no matching pair; the old certificate stays.
        """
        seen = self._look()
        if seen == self._seen:
            return False
        self._seen = seen
        self._newest, self.end_s = self._read()
        return True

    def _hand_on(self, handshake: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        handshake.context = self._newest

    def _look(self) -> tuple[tuple[int, int, int], ...]:
        """Tell one content from the next; a mounted Secret changes by a symbolic link, so inodes count too."""
        try:
            found = [path.stat() for path in self._files]
        except OSError:
            return ()
        return tuple((status.st_mtime_ns, status.st_ino, status.st_size) for status in found)

    def _read(self) -> tuple[ssl.SSLContext, int]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996; Debian's Python leaves it to OpenSSL's settings
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(*self._files, password=_no_passphrase)
            served, *_ = x509.load_pem_x509_certificates(self._files[0].read_bytes())
            end = served.not_valid_after_utc
        except (OSError, ssl.SSLError, ValueError) as error:
            where = ", ".join(str(path) for path in self._files)
            raise SettingsError("a certificate and its key in PEM", type(error).__name__, where) from error
        return context, int(end.timestamp())


def _no_passphrase() -> str:
    """Keep OpenSSL from asking a terminal."""
    return ""


class Listener:
    """A server on a socket."""

    def __init__(self, server: Server, opened: socket.socket, tls: Tls | None = None) -> None:
        self._server, self._socket, self._tls = server, opened, tls
        self._accepting: asyncio.Server | None = None
        self.address = address_of(opened)

    async def open(self) -> None:
        """Accept connections."""
        loop = asyncio.get_running_loop()
        context = self._tls.context if self._tls else None
        create = loop.create_unix_server if self._socket.family == socket.AF_UNIX else loop.create_server
        handshake = min(HANDSHAKE_S, self._server.keepalive_timeout_s) if context else None
        self._accepting = await create(
            self._server, sock=self._socket, ssl=context, backlog=BACKLOG, ssl_handshake_timeout=handshake
        )

    def stop_accepting(self) -> None:
        """Close the socket; connections that are there stay and may ask again."""
        if self._accepting is not None:
            self._accepting.close()

    async def close(self, timeout_s: float = 0.0) -> None:
        """Close everything: idle connections at once, the others when what is written has been sent.

        Args:
            timeout_s: for sending; half a second is always given.
        """
        self.stop_accepting()
        self._server.pre_shutdown()
        await self._server.shutdown(max(FLUSH_S, timeout_s))
