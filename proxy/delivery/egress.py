"""The way through a corporate proxy: CONNECT tunnels, absolute targets, proxy authentication. aiohttp's client does it.

`direct` sends here what has an egress proxy, and imports this file with the first such request, since aiohttp takes
12 MB; everything else goes through `pool`, which costs a fifth. A request goes out as the heart made it, with no
header, cookie, redirect or retry of aiohttp's own. Errors of aiohttp are translated by one table, and their texts,
which quote URLs, end here.
"""

from __future__ import annotations

from io import BytesIO

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from proxy.delivery.connection import LARGE_BYTES
from proxy.delivery.delivery import Answer, Timeouts
from proxy.delivery.request import NOT_OURS
from proxy.delivery.upstream import Upstream
from proxy.errors import DeliveryError, UpstreamTimeout, UpstreamUnreachable
from proxy.model import Headers, WireRequest

__all__ = ["Egress"]

ADDED_BY_AIOHTTP = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class Egress:
    """Connections through egress proxies, for the whole process."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def exchange(self, upstream: Upstream, request: WireRequest, timeouts: Timeouts, limit_bytes: int) -> Answer:
        """Send a request and wait for its whole answer.

        Args:
            limit_bytes: of the answer's body.

        Raises:
            EventveilError: 500, the target is none that may be written.
            UpstreamTimeout: 504, no whole answer in time.
            DeliveryError: 502, no connection or tunnel, or no answer for us.
        """
        if self._session is None:
            self._session = _open_session()
        headers, proxy_headers = _headers(upstream, request)
        try:
            async with self._session.request(
                request.method,
                _url(upstream, request),
                headers=headers,
                # In pieces, so that a large one does not hold up the event loop.
                data=BytesIO(request.body) if len(request.body) > LARGE_BYTES else request.body or None,
                timeout=aiohttp.ClientTimeout(total=timeouts.total_s, connect=timeouts.connect_s),
                allow_redirects=False,
                ssl=upstream.tls or True,
                proxy=upstream.proxy.url if upstream.proxy else None,
                proxy_headers=proxy_headers,
            ) as response:
                return Answer(response.status, _raw(response), await _body(response, limit_bytes))
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error) from error

    async def close(self) -> None:
        """Close the session, if there is one."""
        if self._session is not None:
            await self._session.close()


def _open_session() -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=ADDED_BY_AIOHTTP,
    )
    session._retry_connection = False  # noqa: SLF001 - no other way: a GET carries events too, and is sent once
    return session


def _url(upstream: Upstream, request: WireRequest) -> URL:
    """Give the URL, byte for byte."""
    scheme = "http" if upstream.tls is None else "https"
    target = upstream.target(request.path, request.query)
    return URL(f"{scheme}://{upstream.authority}{target}", encoded=True)


def _headers(upstream: Upstream, request: WireRequest) -> tuple[CIMultiDict[str], dict[str, str] | None]:
    """Give the request's headers, and those for the proxy alone."""
    headers = CIMultiDict((name, value) for name, value in request.headers if name.lower() not in NOT_OURS)
    if upstream.proxy is None or not upstream.proxy.authorization:
        return headers, None
    # To a TLS vendor only the CONNECT carries it; a plain request is itself the one that the proxy reads.
    for_proxy = {"Proxy-Authorization": upstream.proxy.authorization}
    if upstream.tls is None:
        headers.extend(for_proxy)
    return headers, for_proxy


def _raw(response: aiohttp.ClientResponse) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers)


async def _body(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > limit_bytes:
            raise DeliveryError(f"at most {limit_bytes} bytes", "a larger answer", "upstream")
    return bytes(body)


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
