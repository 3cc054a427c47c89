"""The first end: the vendor itself, while the client waits.

One aiohttp session serves the whole process; `app` opens and closes it. A request goes out as the heart made it, with
no header, cookie, redirect or retry of aiohttp's own. Errors of aiohttp are translated here by one table, and their
texts, which quote URLs, end here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from multidict import CIMultiDict

from proxy.delivery.delivery import Answer, Receipt
from proxy.delivery.upstream import Upstream
from proxy.errors import DeliveryError, Overloaded, UpstreamTimeout, UpstreamUnreachable
from proxy.model import Outcome, Scrubbed, WireRequest

__all__ = ["Direct", "open_session"]

NOT_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect"})
"""Belong to one connection; aiohttp writes those of the next one. Source: RFC 9110 section 7.6.1."""

ADDED_BY_AIOHTTP = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

LARGE_BYTES = 2**20
"""Larger bodies go out in pieces, so that one of them does not hold up the event loop.
Source: aiohttp/payload.py, TOO_LARGE_BYTES_BODY."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def open_session() -> aiohttp.ClientSession:
    """Open the session that all lanes of a process share. The caller closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=ADDED_BY_AIOHTTP,
    )


@dataclass(slots=True)
class Direct:
    """Delivery to a vendor over HTTP.

    Args:
        session: shared; not closed here.
        timeout: `connect` to reach the vendor, `total` until its whole answer is there.
        in_flight_limit: requests under way at once; one more is refused, not queued.
        answer_limit_bytes: of the vendor's body.
        gauge: told +1 and -1.
    """

    session: aiohttp.ClientSession
    upstream: Upstream
    timeout: aiohttp.ClientTimeout
    in_flight_limit: int
    answer_limit_bytes: int
    gauge: Callable[[int], None]
    _in_flight: int = 0

    async def deliver(self, scrubbed: Scrubbed) -> Receipt:
        """Send the request and wait for the vendor's whole answer.

        Raises:
            Overloaded: 503, too many are under way.
            UpstreamTimeout: 504, no whole answer in time.
            UpstreamUnreachable: 502, no connection, no trust in its certificate, or it broke.
            DeliveryError: 502, the answer is a redirect or too large.
        """
        if scrubbed.request is None:
            raise ValueError("nothing to deliver")
        if self._in_flight >= self.in_flight_limit:
            raise Overloaded(expected="a free place", got=f"{self._in_flight} requests under way", where="upstream")
        self._count(1)
        try:
            return Receipt(Outcome.FORWARDED, await self._exchange(scrubbed.request))
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error) from error
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        self._in_flight += step
        self.gauge(step)

    async def _exchange(self, request: WireRequest) -> Answer:
        headers = CIMultiDict((name, value) for name, value in request.headers if name.lower() not in NOT_OURS)
        proxy_headers = None
        upstream = self.upstream
        if upstream.proxy is not None and upstream.proxy.authorization:
            # To a TLS vendor only the CONNECT carries it; a plain request is itself the one that the proxy reads.
            proxy_headers = {"Proxy-Authorization": upstream.proxy.authorization}
            if upstream.tls is None:
                headers.extend(proxy_headers)
        async with self.session.request(
            request.method,
            upstream.url(request.path, request.query),
            headers=headers,
            data=BytesIO(request.body) if len(request.body) > LARGE_BYTES else request.body or None,
            timeout=self.timeout,
            allow_redirects=False,
            ssl=upstream.tls or True,
            proxy=upstream.proxy.url if upstream.proxy else None,
            proxy_headers=proxy_headers,
        ) as response:
            if response.status in REDIRECTS:
                # Following it, or letting a browser do so, would carry events to a place that nobody configured.
                raise DeliveryError(expected="an answer", got=f"a redirect, {response.status}", where="upstream")
            body = await self._body(response)
            return Answer(response.status, _headers(response), body)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > self.answer_limit_bytes:
                raise DeliveryError(f"at most {self.answer_limit_bytes} bytes", "a larger answer", "upstream")
        return bytes(body)


def _headers(response: aiohttp.ClientResponse) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers)


TRANSLATED: tuple[tuple[type[Exception], type[DeliveryError], str], ...] = (
    (aiohttp.ConnectionTimeoutError, UpstreamUnreachable, "a connection in time"),
    (TimeoutError, UpstreamTimeout, "an answer in time"),
    (aiohttp.ClientConnectorDNSError, UpstreamUnreachable, "a host name that resolves"),
    (aiohttp.ClientConnectorCertificateError, UpstreamUnreachable, "a certificate that verifies"),
    (aiohttp.ClientSSLError, UpstreamUnreachable, "a TLS connection"),
    (aiohttp.ClientProxyConnectionError, UpstreamUnreachable, "a connection to the egress proxy"),
    (aiohttp.ClientHttpProxyError, UpstreamUnreachable, "a tunnel through the egress proxy"),
    (aiohttp.ClientConnectorError, UpstreamUnreachable, "a connection"),
    (Exception, UpstreamUnreachable, "a whole answer"),
)
"""aiohttp's error → ours; the first that fits."""


def _translated(error: Exception) -> DeliveryError:
    kind, expected = next((ours, expected) for theirs, ours, expected in TRANSLATED if isinstance(error, theirs))
    return kind(expected=expected, got=type(error).__name__, where="upstream")
