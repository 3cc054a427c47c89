"""Bytes out: the ends that scrubbed requests are handed to.

`delivery` is the seam, `direct` sends to the vendor while the client waits, `upstream` knows where the vendor is.
"""

from proxy.delivery.delivery import Answer, Delivery, Receipt
from proxy.delivery.direct import Direct, open_session
from proxy.delivery.upstream import EgressProxy, Upstream, egress_proxy, tls_context

__all__ = [
    "Answer",
    "Delivery",
    "Direct",
    "EgressProxy",
    "Receipt",
    "Upstream",
    "egress_proxy",
    "open_session",
    "tls_context",
]
