"""A mitmproxy addon that scrubs like `scrub.lua`. Runs in mitmproxy's own environment, in reverse mode.

Source: docs.mitmproxy.org, "Addons", "Event hooks: request", 2026-11.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import quote, unquote

KEY = b"a key of the benchmarks only......"
IDS = {"distinct_id", "$user_id", "$device_id", "userId", "anonymousId", "user_id", "device_id"}
DROPPED = {"owner_email", "account_name", "email", "name", "phone", "$email", "$name", "ip"}
URLS = {"$current_url", "$referrer", "$initial_referrer", "url", "referrer"}
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


def walk(node: Any) -> Any:
    """Give a document without what the names say is personal."""
    if isinstance(node, dict):
        return {name: _field(name, value) for name, value in node.items() if name not in DROPPED}
    if isinstance(node, list):
        return [walk(item) for item in node]
    return EMAIL.sub("[EMAIL]", node) if isinstance(node, str) else node


def _field(name: str, value: Any) -> Any:
    if name in IDS and not isinstance(value, dict | list):
        return b64encode(hmac.digest(KEY, str(value).encode(), "sha1")).decode().rstrip("=")
    return walk(value.partition("?")[0] if name in URLS and isinstance(value, str) else value)


class Scrub:
    """The addon."""

    def request(self, flow: Any) -> None:
        """Scrub a request before it is sent on; one that does not open is answered here."""
        body = flow.request.content
        if not body:
            return
        form = body.startswith(b"data=")
        text = unquote(body[5:].decode()).encode() if form else body
        packed = text.lstrip()[:1] not in (b"[", b"{")
        out = json.dumps(walk(json.loads(b64decode(text) if packed else text))).encode()
        out = b64encode(out) if packed else out
        flow.request.content = b"data=" + quote(out, safe="").encode() if form else out
        if "ip" in flow.request.query:
            flow.request.query["ip"] = "0"
        for name in ("cookie", "referer"):
            flow.request.headers.pop(name, None)


addons = [Scrub()]
