"""An answer, and how it is written.

`server.reply` makes a `Response`, `connection` has it encoded. Framing (length, connection, date) is written here and
by nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time

__all__ = ["CONTINUE", "Response", "encode"]

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
"""Source: RFC 9110 section 10.1.1."""

BODILESS = frozenset({204, 304})
"""Source: RFC 9112 section 6.3."""

UNKNOWN_TYPE = "Content-Type: application/octet-stream"
"""A browser does not guess at it. Source: RFC 9110 section 8.3."""

BREAKING = ("\r", "\n", "\0")

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(slots=True)
class Response:
    """One answer.

    Args:
        status: 200 to 599.
        headers: names and values in the order in which they are written, without those that frame the answer.
        close: the connection ends with it.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    close: bool = False


def encode(response: Response, *, bare: bool, connection: str) -> bytes:
    """Write an answer.

    Args:
        bare: without its body, as HEAD asks for.
        connection: option of the Connection field, empty for none.
    """
    status, body = response.status, b"" if response.status in BODILESS else response.body
    lines = [STATUS_LINES.get(status) or f"HTTP/1.1 {status} "]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines.append(f"Date: {_date(int(time()))}")
    if connection:
        lines.append(f"Connection: {connection}")
    if body and not any(name.lower() == "content-type" for name, _ in response.headers):
        lines.append(UNKNOWN_TYPE)
    if status not in BODILESS:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        head = "\r\n".join(line for line in lines if not any(sign in line for sign in BREAKING))
    return b"%b\r\n\r\n%b" % (head.encode("latin-1", "replace"), b"" if bare else body)


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """Give the Date. Source: RFC 9110 section 6.6.1."""
    return formatdate(second, usegmt=True)
