"""`eventveil demo`: captured SDK traffic through eventveil to a fake vendor, all on this machine.

Starts a vendor that takes everything, an eventveil with a fresh key in front of it, replays requests that real SDKs
made (`demo_requests.jsonl`; the people in them are invented), and shows what the vendor would have got.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from argparse import Namespace
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from yarl import URL

from proxy.app import serve
from proxy.app.service import Service
from proxy.cli.explaining import write
from proxy.cli.requests import Lane
from proxy.keys.keyring import Keyring
from proxy.model import WireRequest
from proxy.policy import compile_program, load
from proxy.settings import load as load_settings
from proxy.wire.registry import DIALECTS

__all__ = ["Sent", "run"]

SHOWN = 3
"""Requests that are printed before → after; the rest is only counted."""

_SETTINGS = """\
listen: {{port: 0}}
private: {{port: 0}}
keys: {{file: {folder}/key}}
log: {{format: console, level: warning}}
proxy_from_env: false # the vendor is on this machine
lanes:
"""
_LANE = "  - {{path: /{dialect}, dialect: {dialect}, upstream: '{vendor}'}}\n"


@dataclass(frozen=True, slots=True)
class Sent:
    """A captured request and the dialect of the SDK that made it."""

    dialect: str
    sdk: str
    request: WireRequest


def run(options: Namespace) -> int:
    """Run the demo; without `--once` it serves on until it is interrupted.

    Returns:
        0 when the vendor has received every request, else 1.
    """
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(_demo(Path(folder), once=options.once)) else 1


async def _demo(folder: Path, *, once: bool) -> bool:
    sent = list(_captured())
    received: list[int] = []
    vendor = web.AppRunner(_vendor(received), access_log=None)
    await vendor.setup()
    site = web.TCPSite(vendor, "127.0.0.1", 0)
    await site.start()
    key = folder / "key"
    keyring = Keyring.ephemeral()
    key.write_bytes(keyring.root)
    settings = folder / "eventveil.yaml"
    lanes = "".join(_LANE.format(dialect=name, vendor=site.name) for name in sorted({one.dialect for one in sent}))
    settings.write_text(_SETTINGS.format(folder=folder) + lanes)

    opened: asyncio.Future[Service] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(load_settings(settings, {}), started=opened.set_result))
    both: tuple[asyncio.Future[Any], ...] = (opened, serving)
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    await _replay(f"http://{opened.result().public.address}", sent)
    arrived = len(received)
    _show(sent, keyring)
    sys.stdout.write(f"{len(sent)} requests sent by the SDKs, {arrived} received by the vendor.\n")
    if once:
        signal.raise_signal(signal.SIGTERM)
    else:
        _invite(opened.result())
    await serving
    await vendor.cleanup()
    return arrived == len(sent)


def _captured() -> Iterator[Sent]:
    for line in (files("proxy.cli") / "demo_requests.jsonl").read_bytes().splitlines():
        entry = orjson.loads(line)
        request = entry["request"]
        headers = tuple((name, value) for name, value in request["headers"])
        body = b64decode(request["body_b64"])
        wire = WireRequest(request["method"], request["path"], request["query"], headers, body)
        yield Sent(entry["dialect"], entry["sdk"], wire)


def _vendor(received: list[int]) -> web.Application:
    async def take(request: web.Request) -> web.Response:
        received.append(len(await request.read()))
        return web.json_response({"status": 1})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", take)
    return application


async def _replay(address: str, sent: list[Sent]) -> None:
    """Send what the SDKs sent. Their Host, length and encoding headers are made anew by the client."""
    anew = {"host", "content-length", "accept-encoding", "connection"}
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for one in sent:
            request = one.request
            url = URL(f"{address}/{one.dialect}{request.path}?{request.query}".rstrip("?"), encoded=True)
            headers = [(name, value) for name, value in request.headers if name.lower() not in anew]
            async with session.request(request.method, url, headers=headers, data=request.body or None) as answer:
                await answer.read()


def _show(sent: list[Sent], keyring: Keyring) -> None:
    """Print the first requests before → after, by the same heart that the server runs."""
    policy = load("balanced")
    lanes = {name: Lane(DIALECTS[name], compile_program(policy, DIALECTS[name], keyring)) for name in DIALECTS}
    for one in sent[:SHOWN]:
        sys.stdout.write(f"{one.sdk}, policy balanced\n")
        lane = lanes[one.dialect]
        write(lane, one.request, lane.scrub(one.request))


def _invite(service: Service) -> None:
    sys.stdout.write(
        f"\nServing. Point an SDK at http://{service.public.address}/mixpanel or …/segment; "
        f"metrics at http://{service.private.address}/metrics. Ctrl-C ends it.\n"
    )
    sys.stdout.flush()
