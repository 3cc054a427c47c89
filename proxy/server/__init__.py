"""The edge: where SDKs and operators arrive.

`listener` holds sockets and TLS, `http1` is HTTP itself, `lanes` the routing, `intake` what comes in, `visitor` where
from, `handler` the way through, `workers` the heart's place, `reply` what goes back, `ops` the private port.
"""
