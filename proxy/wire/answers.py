"""The remote-config firewall: a vendor's answer to an SDK, with some of its switches off.

A dialect's `answers` hold rewrites made here; `server.reply` applies them. What is off stays off whatever the vendor
says: session replay is never forwarded, so no page should record it, and no answer may make a page load a third party's
script or send its events past eventveil. An answer that cannot be read is not passed on: the SDK gets `ack` instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from proxy.errors import DocumentInvalid
from proxy.wire.dialect import Rewrite
from proxy.wire.json_text import read, write

__all__ = ["AUTOCAPTURE_OFF", "assigned", "script", "switched", "with_switches"]

AUTOCAPTURE_OFF = True
"""Whether answers switch autocapture off too, which reads what a page shows on its elements."""


def with_switches(document: dict[str, Any], switches: Mapping[str, Any]) -> dict[str, Any]:
    """Set switches in a document, in place; objects on the way are made where there are none.

    Args:
        switches: dotted path → the value that the SDK shall read there.
    """
    for path, value in switches.items():
        *steps, last = path.split(".")
        node = document
        for step in steps:
            inner = node.get(step)
            node[step] = inner if isinstance(inner, dict) else {}
            node = node[step]
        node[last] = value
    return document


def switched(switches: Mapping[str, Any]) -> Rewrite:
    """Make the rewrite of an answer that is a JSON object."""

    def rewrite(body: bytes) -> bytes | None:
        try:
            document = read(body)
        except DocumentInvalid:
            return None
        return write(with_switches(document, switches)) if isinstance(document, dict) else None

    return rewrite


def assigned(variable: str, member: str, switches: Mapping[str, Any]) -> Rewrite:
    """Make the rewrite of a script that assigns `window.<variable>[<key>] = {<member>: <JSON>, …}`.

    Only the JSON is taken over. Whatever code stands around it is written anew, so it cannot do anything else.
    """
    head = re.compile(rf"{variable}\[['\"]([\w-]{{1,128}})['\"]\]\s*=\s*\{{\s*{member}\s*:\s*")

    def rewrite(body: bytes) -> bytes | None:
        try:
            text = body.decode()
            found = head.search(text)
            document = json.JSONDecoder().raw_decode(text, found.end())[0] if found else None
        except (ValueError, RecursionError):
            return None
        if found is None or not isinstance(document, dict):
            return None
        return script(variable, found[1], member, with_switches(document, switches))

    return rewrite


def script(variable: str, key: str, member: str, document: Mapping[str, Any]) -> bytes:
    """Write the script that `assigned` reads."""
    return b"(function(){var c=window.%b=window.%b||{};c[%b]={%b:%b,siteApps:[]}})();" % (
        variable.encode(), variable.encode(), orjson.dumps(key), member.encode(),
        write(dict(document)).replace(b"<", b"\\u003c"),
    )  # fmt: skip
