"""A proxy of thirty lines on aiohttp, server and client, that passes everything on: what the frameworks alone cost.

Started as `python bare_aiohttp.py PORT UPSTREAM`. No policy, no limits, no metrics.
"""

from __future__ import annotations

import sys

import aiohttp
import uvloop
from aiohttp import web

DROPPED = {"host", "content-length", "transfer-encoding", "connection"}


async def proxy() -> web.Application:
    """Make the application with a session of its own."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    )
    upstream = sys.argv[2]

    async def pass_on(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in DROPPED}
        body = await request.read()
        async with session.request(request.method, upstream + request.path_qs, headers=headers, data=body) as answer:
            kind = answer.headers.get("Content-Type", "text/plain")
            return web.Response(status=answer.status, body=await answer.read(), headers={"Content-Type": kind})

    application = web.Application(client_max_size=2**24)
    application.router.add_route("*", "/{path:.*}", pass_on)
    return application


uvloop.install()
web.run_app(proxy(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=lambda *_: None)
