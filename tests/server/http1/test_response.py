"""How an answer is written."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from proxy.server.http1.response import Response, encode

TYPED = ("Content-Type", "a/b")


def _written(response: Response, *, bare: bool = False, connection: str = "") -> tuple[str, dict[str, str], bytes]:
    head, _, body = encode(response, bare=bare, connection=connection).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines)
    assert parsedate_to_datetime(fields.pop("Date")).tzinfo is not None
    return first, fields, body


LENGTH = {"Content-Length": "2"}
WRITTEN: dict[str, tuple[Response, dict[str, object], tuple[str, dict[str, str], bytes]]] = {
    "with a body": (
        Response(200, [TYPED], b"ok"),
        {},
        ("HTTP/1.1 200 OK", {"Content-Type": "a/b"} | LENGTH, b"ok"),
    ),
    "of no type": (
        Response(200, [], b"ok"),
        {},
        ("HTTP/1.1 200 OK", {"Content-Type": "application/octet-stream"} | LENGTH, b"ok"),
    ),
    "of a type in lower case": (
        Response(200, [("content-type", "a/b")], b"ok"),
        {},
        ("HTTP/1.1 200 OK", {"content-type": "a/b"} | LENGTH, b"ok"),
    ),
    "that is empty": (Response(200), {}, ("HTTP/1.1 200 OK", {"Content-Length": "0"}, b"")),
    "to HEAD": (
        Response(200, [TYPED], b"ok"),
        {"bare": True},
        ("HTTP/1.1 200 OK", {"Content-Type": "a/b"} | LENGTH, b""),
    ),
    "without content": (Response(204, [], b"ok"), {}, ("HTTP/1.1 204 No Content", {}, b"")),
    "that is the same as before": (
        Response(304, [("ETag", "1")]),
        {},
        ("HTTP/1.1 304 Not Modified", {"ETag": "1"}, b""),
    ),
    "of a status that nobody named": (Response(299), {}, ("HTTP/1.1 299 ", {"Content-Length": "0"}, b"")),
    "that is the last": (
        Response(404),
        {"connection": "close"},
        ("HTTP/1.1 404 Not Found", {"Connection": "close", "Content-Length": "0"}, b""),
    ),
    "with letters of its own": (
        Response(200, [("ETag", "\xfc")]),
        {},
        ("HTTP/1.1 200 OK", {"ETag": "\xfc", "Content-Length": "0"}, b""),
    ),
}


@pytest.mark.parametrize(("response", "how", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_an_answer_is_framed_by_its_status_and_method(
    response: Response, how: dict[str, object], expected: tuple[str, dict[str, str], bytes]
) -> None:
    """A length wherever there may be a body, and never one where there is none."""
    assert expected == _written(response, **how)  # type: ignore[arg-type]  # one dictionary for both options


@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", "\0"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_field_that_would_break_out_of_its_line_is_left_out(sign: str, place: int) -> None:
    """A vendor's answer writes no second one; what stands beside it is kept."""
    broken = ["X-A", "1"]
    broken[place] += f"{sign}Set-Cookie: a=b"
    _, fields, body = _written(Response(200, [TYPED, (broken[0], broken[1])], b"ok"))
    assert ({"Content-Type": "a/b"} | LENGTH, b"ok") == (fields, body)
