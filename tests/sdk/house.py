"""Everything around one browser: the site, a real eventveil process, a vendor that records, and the driver of Chromium.

`test_sdks` calls `visited`. All of it lives on loopback; what was started is ended by its own handle.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from proxy.model import WireRequest
from tests.fakes import LOOPBACK, Received
from tests.running import KEY, eventveil
from tests.sdk.scenario import ADDRESS, COOKIES, PAGES, PERSON, REFERER, page

__all__ = ["HERE", "PREFIX", "Answer", "Answers", "Visit", "as_wire", "bundled", "lacking", "visited"]

HERE = Path(__file__).resolve().parent
CHROMIUM = shutil.which("chromium") or ""
NODE = shutil.which("node") or ""
PREFIX = "/px/sdk"
VISIT_S = 60.0
"""A visit takes four to nine seconds on two busy cores."""
ARRIVAL_S = 20.0
"""How long the slowest SDK may take to send what it has. Source: its own flush and retry timers."""

SETTINGS = """
listen: {{port: 0, trusted_hops: {hops}}}
private: {{port: 0}}
keys: {{file: key}}
log: {{access_sample: 1}}
lanes:
  - {{path: {prefix}, dialect: {dialect}, upstream: "{upstream}", policy: balanced, origins: ["{origin}"]}}
"""

Answer = tuple[int, str, bytes]
"""Status, content type, body."""
Answers = Callable[[str, str], Answer]
"""From method and path to what the real vendor would say."""
Arrived = Callable[[list[Received]], bool]


@dataclass(slots=True)
class Visit:
    """What one visit left behind.

    Args:
        report: what the browser saw (drive.mjs).
        received: what the vendor got.
        sent: what the SDK sent, where the site passed it on (same origin).
        metrics: eventveil's own account.
    """

    report: dict[str, Any]
    received: list[Received]
    sent: list[Received]
    metrics: str
    log: list[dict[str, Any]]


@dataclass(slots=True)
class _Recorder:
    answers: Answers
    received: list[Received] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.received.append(await _received(request))
        self.arrived.set()
        status, kind, body = self.answers(request.method, request.path)
        return web.Response(status=status, body=body, headers={"Content-Type": kind} if kind else None)


@dataclass(slots=True)
class _Site:
    """The first party: pages, the SDK's bundle, and a reverse proxy to eventveil below /px, cookies and all."""

    script: Path
    session: aiohttp.ClientSession
    proxy: str = ""
    eventveil: str = ""
    sent: list[Received] = field(default_factory=list)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/px/"):
            return await self._pass_on(request)
        if request.path == "/sdk.js":
            return web.Response(body=self.script.read_bytes(), content_type="text/javascript")
        if request.path == "/favicon.ico":
            return web.Response(status=204)
        await request.content.read()
        return web.Response(text=page("/sdk.js", self.proxy), content_type="text/html")

    async def _pass_on(self, request: web.BaseRequest) -> web.StreamResponse:
        got = await _received(request)
        self.sent.append(got)
        headers = [*got.headers, ("X-Forwarded-For", ADDRESS), ("X-Real-IP", ADDRESS), ("Forwarded", f"for={ADDRESS}")]
        url = URL(self.eventveil + got.target, encoded=True)
        async with self.session.request(got.method, url, headers=headers, data=got.body or None) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _ANEW}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())


_ANEW = {"content-length", "transfer-encoding", "connection", "date"}


async def _received(request: web.BaseRequest) -> Received:
    headers = tuple((name.decode(), value.decode()) for name, value in request.raw_headers)
    return Received(request.method, request.raw_path, headers, await request.content.read())


def lacking() -> str:
    """Name what is not on this machine and nothing here runs without; empty when all is there."""
    packages = (HERE / "node_modules").exists()
    needed = {"Chromium (/usr/bin/chromium)": CHROMIUM, "Node.js": NODE, "npm packages": packages}
    return ", ".join(name for name, there in needed.items() if not there)


def as_wire(got: Received) -> WireRequest:
    """Take what arrived as a request that dialects and finders read."""
    path, _, query = got.target.partition("?")
    return WireRequest(got.method, path, query, got.headers, got.body)


async def bundled() -> None:
    """Write the scripts of all pages."""
    process = await asyncio.create_subprocess_exec(NODE, str(HERE / "bundle.mjs"))
    assert await process.wait() == 0
    process._transport.close()  # type: ignore[attr-defined]  # or it is closed when nobody expects it


@asynccontextmanager
async def _served(handle: Any) -> AsyncIterator[int]:
    server = web.Server(handle, access_log=None, auto_decompress=False)
    opened = await asyncio.get_running_loop().create_server(server, LOOPBACK, 0, ssl=None)
    try:
        yield opened.sockets[0].getsockname()[1]
    finally:
        opened.close()
        server.pre_shutdown()
        await server.shutdown(0.1)


async def visited(
    folder: Path, name: str, dialect: str, answers: Answers, arrived: Arrived, *, same_origin: bool
) -> Visit:
    """Lead a browser through the whole visit.

    Args:
        folder: for settings and key.
        name: of the page's script.
        answers: the vendor's.
        arrived: tells whether the vendor has all it should get.
        same_origin: eventveil is reached below a path of the site; else on a host of its own beside it.
    """
    vendor = _Recorder(answers)
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:
        site = _Site(HERE / "build" / f"{name}.js", session)
        async with _served(vendor) as vendor_port, _served(site) as site_port:
            origin = f"http://shop.example:{site_port}"
            upstream = f"http://{LOOPBACK}:{vendor_port}"
            settings = _settings(folder, dialect=dialect, upstream=upstream, origin=origin, hops=int(same_origin))
            async with eventveil(settings) as process:
                other = f"http://events.shop.example:{process.port}"
                site.eventveil = f"http://{LOOPBACK}:{process.port}"
                site.proxy = (origin if same_origin else other) + PREFIX
                report = await _driven(_scenario(origin, other), vendor, arrived)
                metrics = (await process.ops("/metrics")).body.decode()
    return Visit(report, vendor.received, site.sent, metrics, process.lines)


def _settings(folder: Path, **values: Any) -> Path:
    (folder / "key").write_bytes(KEY)
    path = folder / "eventveil.yaml"
    path.write_text(SETTINGS.format(prefix=PREFIX, **values))
    return path


def _scenario(origin: str, other: str) -> Mapping[str, Any]:
    everywhere = {"domain": ".shop.example", "path": "/"}
    return {
        "chromium": CHROMIUM,
        "site": origin,
        "secure": [origin, other],
        "pages": PAGES,
        "referer": REFERER,
        "person": PERSON,
        "cookies": [{"name": name, "value": value, **everywhere} for name, value in COOKIES.items()],
    }


async def _driven(scenario: Mapping[str, Any], vendor: _Recorder, arrived: Arrived) -> dict[str, Any]:
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    pipe = asyncio.subprocess.PIPE
    driver = await asyncio.create_subprocess_exec(
        NODE, str(HERE / "drive.mjs"), json.dumps(scenario), stdin=pipe, stdout=pipe, env=environ, limit=2**24
    )
    assert driver.stdin is not None
    assert driver.stdout is not None
    try:
        async with asyncio.timeout(VISIT_S):
            said = await driver.stdout.readline()
            assert said.strip() == b"left", said
            await _until(vendor, arrived)
            driver.stdin.write(b"\n")
            report: dict[str, Any] = json.loads(await driver.stdout.readline())
            return report
    finally:
        driver.stdin.close()
        if driver.returncode is None:
            driver.terminate()  # it takes its browser with it
        await driver.wait()
        driver._transport.close()  # type: ignore[attr-defined]  # or it is closed when nobody expects it


async def _until(vendor: _Recorder, arrived: Arrived) -> None:
    """Wait until everything is there; what is missing then is told by the test."""
    try:
        async with asyncio.timeout(ARRIVAL_S):
            while not arrived(vendor.received):
                vendor.arrived.clear()
                await vendor.arrived.wait()
    except TimeoutError:
        return
