"""Where a vendor is and how to get there."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from proxy.delivery.upstream import EgressProxy, Upstream, egress_proxy, tls_context
from proxy.errors import EventveilError, SettingsError

TLS = tls_context(None)

JOINED = [
    ("https://api.vendor.example", "/track/", "", "/track/"),
    ("https://api.vendor.example", "/track", "a=%41+%2B&b=%C3%A9&", "/track?a=%41+%2B&b=%C3%A9&"),
    ("https://vendor.example/eu", "/a%2Fb//c;d=1", "x?y", "/eu/a%2Fb//c;d=1?x?y"),
    ("http://[::1]:8080", "/", "data=a'b~c", "/?data=a'b~c"),
]


@pytest.mark.parametrize(("base", "path", "query", "expected"), JOINED)
def test_a_target_is_joined_byte_for_byte(base: str, path: str, query: str, expected: str) -> None:
    """What the heart made is what goes on the wire."""
    upstream = Upstream(base, TLS if base.startswith("https") else None)
    assert expected == upstream.target(path, query)


@pytest.mark.parametrize("path", ["/a b", "/a\r\nHost: evil.example", "/é", "/\x00", "/a#b"])
def test_what_is_no_target_is_not_sent(path: str) -> None:
    """A line break or a space would end the request line; such a path is a fault and nothing is forwarded."""
    upstream = Upstream("https://api.vendor.example", TLS)
    for given in ((path, ""), ("/", path)):
        with pytest.raises(EventveilError, match="printable ASCII"):
            upstream.target(*given)


REACHED = [
    ("http://vendor.example", "vendor.example", 80, "vendor.example"),
    ("http://vendor.example:80/eu", "vendor.example", 80, "vendor.example"),
    ("http://Vendor.Example:443", "vendor.example", 443, "vendor.example:443"),
    ("https://vendor.example", "vendor.example", 443, "vendor.example"),
    ("https://vendor.example:8443", "vendor.example", 8443, "vendor.example:8443"),
    ("https://vendor.example.", "vendor.example.", 443, "vendor.example"),
    ("http://[::1]:8080", "::1", 8080, "[::1]:8080"),
    ("https://[::1]", "::1", 443, "[::1]"),
]


@pytest.mark.parametrize(("base", "host", "port", "authority"), REACHED)
def test_a_base_says_where_to_connect_and_what_to_call_it(base: str, host: str, port: int, authority: str) -> None:
    """IPv6 has brackets in the Host header only; a port that the scheme implies is not named."""
    tls = TLS if base.startswith("https") else None
    upstream = Upstream(base, tls)
    assert ((host, port, tls), authority) == (upstream.origin, upstream.authority)


@pytest.mark.parametrize("base", ["http://", "http://a:0", "http://a:65536", "http://[::1", "http://[a]"])
def test_a_base_that_leads_nowhere_stops_the_start(base: str) -> None:
    """Not the first request."""
    with pytest.raises(SettingsError, match="host and port"):
        Upstream(base)


@pytest.mark.parametrize(("base", "tls"), [("https://a", None), ("http://a", tls_context(None))])
def test_https_without_tls_is_not_possible(base: str, tls: ssl.SSLContext | None) -> None:
    """A mistake in the composition must not send events in the clear."""
    with pytest.raises(SettingsError, match="TLS for https"):
        Upstream(base, tls)


def test_certificates_are_always_verified() -> None:
    """Names too, and nothing below TLS 1.2."""
    context = tls_context(None)
    assert (ssl.CERT_REQUIRED, True) == (context.verify_mode, context.check_hostname)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_bundle_that_is_none_stops_the_start(tmp_path: Path) -> None:
    """A missing file, and one without a certificate."""
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(SettingsError, match=name):
            tls_context(tmp_path / name)


HTTPS = "https://api.vendor.example"

PROXIES: list[tuple[str, dict[str, str], EgressProxy | None]] = [
    (HTTPS, {}, None),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:3128"}, EgressProxy("http://proxy.corp:3128")),
    (HTTPS, {"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"}, EgressProxy("http://a:1")),
    (HTTPS, {"ALL_PROXY": "proxy.corp:3128"}, EgressProxy("http://proxy.corp:3128")),
    (HTTPS, {"HTTP_PROXY": "http://proxy.corp:3128"}, None),
    ("http://api.vendor.example", {"HTTP_PROXY": "http://proxy.corp:3128"}, EgressProxy("http://proxy.corp:3128")),
    (HTTPS, {"HTTPS_PROXY": "http://u:p%40ss@proxy.corp:1"}, EgressProxy("http://proxy.corp:1", "Basic dTpwQHNz")),
    (HTTPS, {"HTTPS_PROXY": "http://u:%C3%BC@proxy.corp:1"}, EgressProxy("http://proxy.corp:1", "Basic dTrDvA==")),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "NO_PROXY": "localhost,.vendor.example"}, None),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "no_proxy": "*"}, None),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "NO_PROXY": "other.example"}, EgressProxy("http://proxy.corp:1")),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "NO_PROXY": "localhost .vendor.example"}, None),
    ("https://api.vendor.example.:8443", {"ALL_PROXY": "proxy.corp", "NO_PROXY": "vendor.example"}, None),
    (HTTPS, {"ALL_PROXY": "proxy.corp", "NO_PROXY": "vendor.example."}, None),
    ("https://10.1.2.3:8443", {"ALL_PROXY": "proxy.corp", "NO_PROXY": "vendor.example,10.0.0.0/8"}, None),
    (
        "https://10.1.2.3",
        {"ALL_PROXY": "proxy.corp", "NO_PROXY": "10.2.0.0/16, fd00::/8"},
        EgressProxy("http://proxy.corp"),
    ),
    ("https://10.1.2.3", {"ALL_PROXY": "proxy.corp", "NO_PROXY": "10.0.0.0/99"}, EgressProxy("http://proxy.corp")),
    ("https://[fd12::7]:8443", {"ALL_PROXY": "proxy.corp", "NO_PROXY": "10.0.0.0/8 fd00::/8"}, None),
    ("https://[fd12::7]", {"ALL_PROXY": "proxy.corp", "NO_PROXY": "FD12::0007"}, None),
]


@pytest.mark.parametrize(("base", "environ", "expected"), PROXIES)
def test_the_egress_proxy_is_the_one_that_curl_would_take(
    base: str, environ: dict[str, str], expected: EgressProxy | None
) -> None:
    """By scheme, lower case first, unless the host is named as reached directly; credentials apart from the URL."""
    assert expected == egress_proxy(base, environ)


@pytest.mark.parametrize(
    "value",
    ["socks5://proxy.corp:1080", "https://proxy.corp", "http://", "proxy.corp:99999", "http://[::1:3128", "proxy:0"],
)
def test_a_proxy_of_another_kind_stops_the_start(value: str) -> None:
    """Going around it in silence would be worse, and so would a process that serves and delivers nothing."""
    with pytest.raises(SettingsError, match="environment:https_proxy"):
        egress_proxy(HTTPS, {"HTTPS_PROXY": value})
