"""A vendor that takes everything and prints what it got: what a vendor would hold after a day of this traffic.

`compose.yaml` runs it with the image's own Python: `python vendor.py HOST PORT`. It plays no part in a real deployment.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from base64 import b64encode

from aiohttp import web

__all__ = ["vendor"]


async def _take(request: web.Request) -> web.Response:
    body = await request.read()
    try:
        shown = body.decode()
    except UnicodeDecodeError:
        shown = b64encode(body).decode()
    line = {"method": request.method, "target": request.raw_path, "headers": dict(request.headers), "body": shown}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return web.json_response({"status": 1})


def vendor() -> web.Application:
    """Make the vendor: every path, every method, always content."""
    application = web.Application(client_max_size=2**25)
    application.router.add_route("*", "/{path:.*}", _take)
    return application


async def _serve(host: str, port: int) -> None:
    runner = web.AppRunner(vendor(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
