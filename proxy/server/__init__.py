"""The edge: where SDKs and operators arrive.

`listener` holds sockets and TLS, `http1` the public port's HTTP, `lanes` the routing, `intake` what comes in, `visitor`
where from, `handler` the way through, `workers` the heart's place, `reply` what goes back. `edge` is the private port's
HTTP, on aiohttp, and `ops` what is served there.
"""
