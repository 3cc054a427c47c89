"""Bytes out: the ends that scrubbed requests are handed to.

`delivery` is the seam, `direct` sends to the vendor while the client waits, `upstream` knows where the vendor is.

    direct ─▶ pool ─▶ connection   request → bytes, bytes → answer; `names` finds, `connecting` opens
         └──▶ egress               through a corporate proxy, by aiohttp
"""

from proxy.delivery.delivery import Answer, Delivery, Receipt, Timeouts
from proxy.delivery.direct import Client, Direct
from proxy.delivery.upstream import EgressProxy, Upstream, egress_proxy, tls_context

__all__ = [
    "Answer",
    "Client",
    "Delivery",
    "Direct",
    "EgressProxy",
    "Receipt",
    "Timeouts",
    "Upstream",
    "egress_proxy",
    "tls_context",
]
