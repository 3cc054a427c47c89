"""A request as it stands on the wire: head, and the body that may still be on its way.

`parser` makes it, `server.handler` and what it calls read it. A value; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from proxy.model import Headers
from proxy.server.http1.body import Body
from proxy.server.http1.head import Head

__all__ = ["Request"]


def _nobody_waits() -> None:
    """Stand in for `go_on` where there is no connection."""


@dataclass(slots=True)
class Request:
    """One request.

    Args:
        method: upper case.
        target: as sent, ASCII; any of the four forms of RFC 9112 section 3.2.
        head: what its header fields say.
        peer: the address that the connection comes from; empty for a Unix socket.
        keep_alive: another request may follow on the connection.
        go_on: tells a client that waits before it sends its body to send it.
    """

    method: str
    target: str
    head: Head
    body: Body
    peer: str = ""
    keep_alive: bool = True
    go_on: Callable[[], None] = _nobody_waits

    @property
    def headers(self) -> Headers:
        """All fields in wire order, but those whose value is not UTF-8."""
        return self.head.fields

    def header(self, name: str) -> str:
        """Give the value of a field, commas between several; empty when there is none. `name` is lower case."""
        return self.head.named.get(name, "")
