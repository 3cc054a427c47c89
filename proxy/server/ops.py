"""The private port: probes, metrics, reload.

`app` serves it on its own address. `/livez` says that the event loop turns, `/readyz` that requests are accepted; a
vendor's troubles are not eventveil's and change neither. What changes state needs the token. Nothing here shows a value
of an event, a key or a setting.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson

from proxy.errors import StartError
from proxy.server.http1.request import Request
from proxy.server.http1.response import Response

__all__ = ["Ops"]

Status = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ops:
    """Serves the private port.

    Args:
        ready: tells whether requests are accepted, and what there is to say about it.
        metrics: Accept header → (text, content type).
        reload: takes settings and policies anew; raises StartError when they are not taken.
        token: gives what opens what changes state; None keeps it shut.
    """

    ready: Callable[[], tuple[bool, Status]]
    metrics: Callable[[str], Awaitable[tuple[bytes, str]]]
    reload: Callable[[], Awaitable[None]]
    token: Callable[[], bytes | None]

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        path = request.target.partition("?")[0]
        routes = {"/livez": self._livez, "/readyz": self._readyz, "/metrics": self._metrics}
        if path == "/-/reload":
            return await self._reload(request)
        if path not in routes:
            return _json(404, {"error": "route_unknown"})
        if request.method not in ("GET", "HEAD"):
            return _json(405, {"error": "method_not_allowed"}, ("Allow", "GET, HEAD"))
        return await routes[path](request)

    async def _livez(self, _request: Request) -> Response:
        return _json(200, {"alive": True})

    async def _readyz(self, _request: Request) -> Response:
        ready, status = self.ready()
        return _json(200 if ready else 503, {"ready": ready, **status})

    async def _metrics(self, request: Request) -> Response:
        text, content_type = await self.metrics(request.header("accept"))
        return Response(200, [("Content-Type", content_type)], text)

    async def _reload(self, request: Request) -> Response:
        if request.method != "POST":
            return _json(405, {"error": "method_not_allowed"}, ("Allow", "POST"))
        if not self._authorized(request.header("authorization")):
            return _json(401, {"error": "unauthorized"}, ("WWW-Authenticate", "Bearer"))
        try:
            await self.reload()
        except StartError as error:
            return _json(422, {"error": error.reason, "detail": str(error).splitlines()})
        return _json(200, {"reloaded": True})

    def _authorized(self, given: str) -> bool:
        scheme, _, token = given.partition(" ")
        wanted = self.token()
        if wanted is None or scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(token.strip().encode(), wanted)


def _json(status: int, content: Status, *headers: tuple[str, str]) -> Response:
    return Response(status, [("Content-Type", "application/json"), *headers], orjson.dumps(content))
