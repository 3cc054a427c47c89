"""Bytes of one connection → requests, in order. No I/O: `connection` feeds it what arrives.

A request is told of as soon as its head is there, so that an unknown route is refused before its body travels. llhttp
does the parsing with none of its leniencies on; `head` refuses what that still lets through. The first bytes that are
no HTTP end it: nothing behind them is looked at.
"""

from __future__ import annotations

from collections.abc import Callable

import httptools

from proxy.errors import EventveilError, HeadersTooLarge, WireError
from proxy.server.http1.body import Body, Room
from proxy.server.http1.head import Head, read_head
from proxy.server.http1.request import Request

__all__ = ["Parser"]

OWS = " \t"
"""llhttp leaves what follows a value. Source: RFC 9110 section 5.6.3."""


class Parser:
    """Parses one connection.

    Args:
        found: told about each request once its head is there.
        go_on: what a request's `go_on` does.
        peer: the address of the connection.
        header_bytes: of one line, and of what may arrive while neither head nor body gets on.
        room: what bodies take up.

    `finished` says that nothing more is parsed: the last request of the connection is there, or bytes made no sense.
    `overrun` says that more came nevertheless.
    """

    __slots__ = (
        "_body", "_fields", "_found", "_go_on", "_head", "_keep_alive", "_limit", "_llhttp", "_moved", "_offered",
        "_peer", "_room", "_size", "_stalled", "_target", "finished", "overrun",
    )  # fmt: skip

    def __init__(
        self, found: Callable[[Request], None], go_on: Callable[[], None], peer: str, header_bytes: int, room: Room
    ) -> None:
        self._found, self._go_on, self._peer, self._limit, self._room = found, go_on, peer, header_bytes, room
        self._llhttp: httptools.HttpRequestParser = httptools.HttpRequestParser(self)
        self._target, self._fields, self._size = b"", list[tuple[str, str]](), 0
        self._head: Head | None = None
        self._body: Body | None = None
        self._keep_alive = True
        self._offered = False
        self._moved = False
        self._stalled = 0
        self.finished = self.overrun = False

    def feed(self, data: bytes | memoryview) -> None:
        """Parse what arrived.

        Raises:
            EventveilError: 400, it is no HTTP; 431, a head that is too large. Not raised for a body that is broken:
                that is told to whoever reads it.
        """
        if self.finished:
            self.overrun = True
            return
        rest: bytes | memoryview | None = data
        try:
            while rest is not None and not self.finished:
                rest = self._fed(rest)
            self.overrun |= bool(rest)
            if self._moved:
                self._moved, self._stalled = False, 0
            else:
                self._bound(len(data))
        except EventveilError as error:
            self.finished = True
            if self._body is None:
                raise
            self._body.fail(error)

    def end(self) -> None:
        """Take note that the connection is gone."""
        self.finished = True
        if self._body is not None:
            self._body.fail(WireError(expected="a whole body", got="a closed connection", where="body"))

    def _fed(self, data: bytes | memoryview) -> bytes | memoryview | None:
        """Feed llhttp; give what it left because of an offer to change the protocol."""
        try:
            self._llhttp.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline()
            return data[upgrade.args[0] :]
        except httptools.HttpParserError as error:
            if self.finished:
                self.overrun = True
                return None
            ours = error.__context__
            raise ours if isinstance(ours, EventveilError) else _no_http(error) from None
        return None

    def _decline(self) -> None:
        """Go on in HTTP/1.1 when the client offered another protocol, h2c say, as a server may.

        llhttp takes what follows such a head for the other protocol. A parser that never saw the offer, only how the
        body is framed, reads on.

        Source: RFC 9110 section 7.8.
        """
        head, self._offered = self._head, False
        self._llhttp = httptools.HttpRequestParser(self)
        if head is not None:
            framing = b"Transfer-Encoding: chunked" if head.chunked else b"Content-Length: %d" % head.length
            self._llhttp.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing)

    def _bound(self, size: int) -> None:
        """Refuse heads, chunk extensions and trailers that never end: what no callback tells of piles up in llhttp."""
        self._stalled += size
        if self._stalled > self._limit and not self.finished:
            raise HeadersTooLarge(expected=f"at most {self._limit} bytes", got="more", where="headers")

    # --- what llhttp calls; a body that is under way tells trailers from headers -------------------------------------

    def on_url(self, piece: bytes) -> None:
        """Take a piece of the target."""
        if self._body is None:
            self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field; a trailer is nobody's."""
        if self._body is not None:
            return
        self._size += len(name) + len(value)
        try:
            self._fields.append((name.decode("ascii"), value.decode("utf-8").rstrip(OWS)))
        except UnicodeDecodeError:
            # A cookie of the site in Latin-1, say. No SDK sends such a field, and nothing needs it at the vendor.
            if name.lower() in _FRAMING:
                raise WireError(expected="a header in UTF-8", got="other bytes", where="headers") from None

    def on_headers_complete(self) -> None:
        """Check the head and tell of the request."""
        if self._body is not None:
            return  # what `_decline` wrote
        if self.finished:
            raise WireError(expected="no request", got="one behind the last", where="connection")
        llhttp, self._moved = self._llhttp, True
        method, version = llhttp.get_method().decode("ascii"), llhttp.get_http_version()
        if method == "CONNECT":
            raise WireError(expected="a method of a vendor", got="CONNECT", where="request line")
        if len(self._target) > self._limit:
            raise HeadersTooLarge(expected="a shorter target", got="one over the limit", where="request line")
        head = self._head = read_head(version, self._fields, self._size, self._limit)
        target = self._target.decode("ascii")
        self._target, self._fields, self._size = b"", [], 0
        self._offered, self._keep_alive = llhttp.should_upgrade(), llhttp.should_keep_alive()
        body = self._body = Body(self._room)
        self._found(Request(method, target, head, body, self._peer, self._keep_alive, self._go_on))

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        self._moved = True
        if self._body is not None:
            self._body.feed(piece)

    def on_message_complete(self) -> None:
        """Take note that the request is whole."""
        if self._offered or self._body is None:
            return
        self._moved = True
        self._body.finish()
        self._body = None
        self.finished = not self._keep_alive


_FRAMING = frozenset({b"host", b"content-length", b"transfer-encoding", b"connection"})
"""Fields that say where a request goes and ends; none of them is left out unread."""


def _no_http(error: httptools.HttpParserError) -> WireError:
    """Name the kind of error only: llhttp's own words may quote."""
    return WireError(expected="HTTP", got=type(error).__name__, where="request")
