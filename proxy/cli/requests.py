"""Requests from lines or from a browser's HAR export, and the lane that scrubs them: what `scrub` and `explain` share.

A line is `{"method", "path", "query", "headers": [[name, value]], "body_b64"}`, or the same under `"request"`.
"""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from base64 import b64decode
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from proxy.errors import DocumentInvalid, EventveilError
from proxy.keys.keyring import Keyring
from proxy.model import Scrubbed, WireRequest
from proxy.policy import Program, compile_program, load
from proxy.policy.diagnostics import did_you_mean
from proxy.scrub import scrub_request
from proxy.wire.dialect import Dialect
from proxy.wire.registry import DIALECTS

__all__ = ["Lane", "open_lane", "requests"]


@dataclass(frozen=True, slots=True)
class Lane:
    """A dialect and a program for it, without a network around them."""

    dialect: Dialect
    program: Program

    def scrub(self, request: WireRequest) -> Scrubbed:
        """Scrub one request; see `proxy.scrub.scrub_request`."""
        return scrub_request(request, self.dialect, self.program)


def open_lane(options: Namespace) -> Lane:
    """Make the lane that the options name.

    Raises:
        EventveilError: no such dialect, a policy that does not compile, a file that is no key.
    """
    dialect = DIALECTS.get(options.dialect)
    if dialect is None:
        hint = did_you_mean(options.dialect, list(DIALECTS))
        raise EventveilError("a dialect", f"`{options.dialect}`, {hint}", "--dialect")
    keyring = Keyring.read(options.keys) if options.keys else Keyring.ephemeral()
    return Lane(dialect, compile_program(load(options.policy), dialect, keyring))


def requests(options: Namespace) -> Iterator[WireRequest | EventveilError]:
    """Give each request of the input, or in its place the error that says why it is none."""
    entries = _har(options.har) if options.har else sys.stdin.buffer
    for number, entry in enumerate(entries, 1):
        try:
            yield _request(orjson.loads(entry) if isinstance(entry, bytes) else _har_request(entry), options.prefix)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            yield DocumentInvalid(_EXPECTED, f"something else ({type(error).__name__})", f"entry {number}")


_EXPECTED = 'a JSON object with "method", "path", "query", "headers" and "body_b64"'


def _request(entry: Any, prefix: str) -> WireRequest:
    fields = entry.get("request", entry)
    body = b64decode(fields.get("body_b64") or "", validate=True)
    headers = tuple((str(name), str(value)) for name, value in fields.get("headers") or ())
    path = str(fields["path"]).removeprefix(prefix) or "/"
    return WireRequest(str(fields["method"]).upper(), path, str(fields.get("query") or ""), headers, body)


def _har(path: Path) -> list[Any]:
    """Give the entries of a HAR file.

    Source: HTTP Archive (HAR) 1.2, `log.entries[].request`; "tools support and ignore a BOM".
    """
    try:
        entries = orjson.loads(path.read_bytes().removeprefix(BOM_UTF8))["log"]["entries"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DocumentInvalid("a HAR file with log.entries", type(error).__name__, str(path)) from error
    if not isinstance(entries, list):
        raise DocumentInvalid("a HAR file with log.entries", "something else there", str(path))
    return entries


def _har_request(entry: Any) -> dict[str, Any]:
    request = entry["request"]
    url = urlsplit(request["url"])
    headers = [[header["name"], header["value"]] for header in request["headers"]]
    packed = any(name.lower() == "content-encoding" for name, _ in headers)
    return {
        "method": request["method"],
        "path": url.path,
        "query": url.query,
        "headers": headers,
        "body_b64": _har_body(request.get("postData") or {}, packed=packed),
    }


def _har_body(post: dict[str, Any], *, packed: bool) -> str:
    from base64 import b64encode  # noqa: PLC0415 - HAR files only

    text = post.get("text") or ""
    if post.get("encoding") == "base64":
        return str(text)
    latin = text.isascii() or (max(text) <= "\xff" and (packed or _is_bytes(text)))
    return b64encode(text.encode("latin-1" if latin else "utf-8", "surrogatepass")).decode()


def _is_bytes(text: str) -> bool:
    """Tell a body whose bytes were written as characters from text: it holds control characters, or UTF-8."""
    if _CONTROL(text):
        return True
    try:
        text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return False
    return True


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]").search
"""What JSON and forms are free of, and gzip, zlib and zstd begin with or hold soon."""
