"""Where a vendor is and how to get there."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from proxy.delivery.upstream import EgressProxy, Upstream, egress_proxy, tls_context
from proxy.errors import EventveilError, SettingsError

JOINED = [
    ("https://api.vendor.example", "/track/", "", "/track/"),
    ("https://api.vendor.example", "/track", "a=%41+%2B&b=%C3%A9&", "/track?a=%41+%2B&b=%C3%A9&"),
    ("https://vendor.example/eu", "/a%2Fb//c;d=1", "x?y", "/eu/a%2Fb//c;d=1?x?y"),
    ("http://[::1]:8080", "/", "data=a'b~c", "/?data=a'b~c"),
]


@pytest.mark.parametrize(("base", "path", "query", "expected"), JOINED)
def test_a_url_is_joined_byte_for_byte(base: str, path: str, query: str, expected: str) -> None:
    """What the heart made is what goes on the wire."""
    assert expected == Upstream(base).url(path, query).raw_path_qs


@pytest.mark.parametrize("path", ["/a b", "/a\r\nHost: evil.example", "/é", "/\x00"])
def test_what_is_no_target_is_not_sent(path: str) -> None:
    """A line break or a space would end the request line; such a path is a fault and nothing is forwarded."""
    with pytest.raises(EventveilError):
        Upstream("https://api.vendor.example").url(path, "")


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
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "NO_PROXY": "localhost,.vendor.example"}, None),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "no_proxy": "*"}, None),
    (HTTPS, {"HTTPS_PROXY": "http://proxy.corp:1", "NO_PROXY": "other.example"}, EgressProxy("http://proxy.corp:1")),
]


@pytest.mark.parametrize(("base", "environ", "expected"), PROXIES)
def test_the_egress_proxy_is_the_one_that_curl_would_take(
    base: str, environ: dict[str, str], expected: EgressProxy | None
) -> None:
    """By scheme, lower case first, unless the host is named as reached directly; credentials apart from the URL."""
    assert expected == egress_proxy(base, environ)


@pytest.mark.parametrize("value", ["socks5://proxy.corp:1080", "https://proxy.corp", "http://"])
def test_a_proxy_of_another_kind_stops_the_start(value: str) -> None:
    """Going around it in silence would be worse."""
    with pytest.raises(SettingsError):
        egress_proxy(HTTPS, {"HTTPS_PROXY": value})
