"""Where a vendor is and how to get there: base URL, TLS, egress proxy. Decided once at start, not per request.

`app` makes an `Upstream` for each lane; `pool` and `egress` ask it for targets. aiohttp's own `trust_env` is not used:
it reads ~/.netrc and would put somebody's password into a vendor's request, and it asks the environment again for every
request. Nothing here opens a connection.
"""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # public, missing in typeshed

from proxy.errors import EventveilError, SettingsError

__all__ = ["EgressProxy", "Origin", "Upstream", "egress_proxy", "tls_context"]


@dataclass(frozen=True, slots=True)
class EgressProxy:
    """A corporate proxy on the way out.

    Args:
        url: without credentials.
        authorization: value of Proxy-Authorization; empty when there is none.
    """

    url: str
    authorization: str = ""


class Origin(NamedTuple):
    """Where a connection leads; two requests to equal origins may share one.

    Args:
        host: name or address, IPv6 without brackets.
        port: 1 to 65535.
        tls: always verifies; None for plain http. A reload makes a new context, and with it new connections.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None


@dataclass(frozen=True, slots=True)
class Upstream:
    """A vendor's base URL and the way to it.

    Args:
        base: scheme, host and perhaps a path, without a trailing slash.
        tls: always verifies; there for https, and None for http.
        proxy: None when the vendor is reached directly.
        origin: taken from the base.
        authority: what the Host header says; without the port that the scheme implies.

    Raises:
        SettingsError: the base has no host, or a port that is none; or it says https and there is no TLS.
    """

    base: str
    tls: ssl.SSLContext | None = None
    proxy: EgressProxy | None = None
    origin: Origin = field(init=False)
    authority: str = field(init=False)
    _prefix: str = field(init=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.base)
            port, host = parts.port, parts.hostname
        except ValueError as error:
            raise SettingsError("a URL with host and port", "another form", "upstream") from error
        default = 80 if self.tls is None else 443
        if parts.scheme != ("http" if self.tls is None else "https"):
            raise SettingsError("TLS for https and only there", "the other", "upstream")
        if not host or port == 0:
            raise SettingsError("a URL with host and port", "one without", "upstream")
        named = f"[{host}]" if ":" in host else host.rstrip(".")
        object.__setattr__(self, "origin", Origin(host, port or default, self.tls))
        object.__setattr__(self, "authority", named if port in (None, default) else f"{named}:{port}")
        object.__setattr__(self, "_prefix", parts.path)

    def target(self, path: str, query: str) -> str:
        """Join the base's path with a path and query, byte for byte: nothing is encoded, decoded or tidied up.

        Raises:
            EventveilError: 500, it would not be one word of ASCII; the scrubber made something that is no target.
        """
        target = f"{path}?{query}" if query else path
        if not target.isascii() or not target.isprintable() or " " in target or "#" in target:
            raise EventveilError(expected="a target in printable ASCII", got="another character", where="upstream")
        return self._prefix + target


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Make the context that verifies vendors: the system's certificates, and those of a bundle beside them.

    Raises:
        SettingsError: the bundle cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996; Debian's Python leaves it to OpenSSL's settings
    if ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=ca_bundle)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError("CA certificates in PEM", type(error).__name__, str(ca_bundle)) from error
    return context


def egress_proxy(base: str, environ: Mapping[str, str]) -> EgressProxy | None:
    """Find the proxy for a vendor as curl does: HTTPS_PROXY or HTTP_PROXY, then ALL_PROXY, unless NO_PROXY names it.

    Raises:
        SettingsError: the variable holds no http URL.

    Source: everything.curl.dev/usingcurl/proxies/env.html, 2025: lower case wins over upper case.
    """
    parts = urlsplit(base)
    if _is_excepted(parts, _variable(environ, "no_proxy").replace(",", " ").split()):
        return None
    value = _variable(environ, f"{parts.scheme}_proxy") or _variable(environ, "all_proxy")
    if not value:
        return None
    where = f"environment:{parts.scheme}_proxy"
    try:
        proxy = urlsplit(value if "://" in value else f"http://{value}")
        usable = proxy.scheme == "http" and proxy.hostname and proxy.port != 0
    except ValueError as error:
        raise SettingsError("an http proxy", "a URL with another form of host or port", where) from error
    if not usable:
        raise SettingsError("an http proxy", "another kind of URL", where)
    host = proxy.netloc.rpartition("@")[2]
    if proxy.username is None:
        return EgressProxy(f"http://{host}")
    credentials = b":".join(map(unquote_to_bytes, (proxy.username, proxy.password or "")))
    return EgressProxy(f"http://{host}", f"Basic {b64encode(credentials).decode()}")


def _is_excepted(parts: SplitResult, listed: list[str]) -> bool:
    """Tell whether NO_PROXY names a host: itself, a domain that it is in, or a network that its address is in.

    A name is not resolved for this. Source: curl(1), NO_PROXY; networks since curl 7.86.
    """
    host = (parts.hostname or "").rstrip(".")
    for named in (host, f"{host}:{parts.port}"):
        if proxy_bypass_environment(named, {"no": ",".join(name.rstrip(".") for name in listed)}):
            return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _networks(listed))


def _networks(listed: list[str]) -> Iterator[IPv4Network | IPv6Network]:
    for text in listed:
        with suppress(ValueError):  # it is a name
            yield ip_network(text.strip("[]"), strict=False)


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""
