"""Settings → what a process serves with."""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy.app.compose import assemble, compile_all
from proxy.delivery import Client, EgressProxy
from proxy.errors import KeyringError, PolicyError, SettingsError, StartError
from proxy.settings import load
from proxy.telemetry import Telemetry
from tests.certificates import Authority
from tests.running import KEY, TOKEN, write_settings


def test_every_lane_gets_its_program_and_its_way(tmp_path: Path) -> None:
    """Policy, dialect and key joined; TLS where the URL says so, the proxy that the environment names, the token."""
    settings = load(write_settings(tmp_path, "https://api.vendor.example/"), {})
    compiled = compile_all(settings, {"HTTPS_PROXY": "http://proxy.corp:3128"})
    facts = [(fact.lane, fact.vendor, fact.policy, fact.mode) for fact in compiled.facts()]
    assert [("mp", "mixpanel", "balanced", "enforce"), ("seg", "segment", "balanced", "enforce")] == facts
    upstream = compiled.upstreams[0][""]
    assert ("https://api.vendor.example", EgressProxy("http://proxy.corp:3128")) == (upstream.base, upstream.proxy)
    assert (True, TOKEN.encode()) == (upstream.tls is not None, compiled.token)
    assert len({(fact.hash, fact.epoch) for fact in compiled.facts()}) == 1


def test_lanes_of_one_vendor_and_policy_share_a_program(tmp_path: Path) -> None:
    """Hundreds of them start as one does; another vendor's or another policy's is its own."""
    lanes = {"/a": "mixpanel", "/b": "mixpanel", "/c": "segment", "/d": "mixpanel"}
    path = write_settings(tmp_path, "http://127.0.0.1:1", lanes=lanes)
    text = path.read_text()
    path.write_text("strict".join(text.rsplit("balanced", 1)))
    first, second, other, strict = compile_all(load(path, {}), {}).programs
    assert first is second
    assert 3 == len({id(program) for program in (first, other, strict)})


def test_the_environments_proxy_can_be_ignored(tmp_path: Path) -> None:
    """And plain http has no TLS; without a token file there is no token."""
    path = write_settings(tmp_path, "http://vendor.example", more="proxy_from_env: false\n")
    path.write_text(path.read_text().replace(", token_file: token", ""))
    compiled = compile_all(load(path, {}), {"HTTP_PROXY": "http://proxy.corp:3128"})
    assert (None, None, None) == (compiled.upstreams[0][""].tls, compiled.upstreams[0][""].proxy, compiled.token)


async def test_lanes_are_bound_to_meters_and_deliveries(tmp_path: Path) -> None:
    """By prefix, with their limit published."""
    settings = load(write_settings(tmp_path, "http://127.0.0.1:1"), {})
    telemetry = Telemetry()
    async with Client() as client:
        lanes = assemble(compile_all(settings, {}), client, telemetry)
    found = lanes.find("/seg/v1/batch")
    assert found is not None
    assert ("seg", "segment", "/v1/batch") == (found[0].name, found[0].dialect.name, found[1])
    assert 256 == telemetry.store.values[telemetry.lane("seg", "segment").upstream_limit]


FILES: dict[str, tuple[str, bytes | None, type[StartError], str]] = {
    "no key": ("key", None, KeyringError, "key"),
    "a short key": ("key", KEY[:31], KeyringError, "31 bytes"),
    "a key of equal bytes": ("key", b"\0" * 32, KeyringError, "repeat"),
    "a short token": ("token", b"short", SettingsError, "16 characters"),
    "no token": ("token", None, SettingsError, "token"),
}


@pytest.mark.parametrize(("name", "content", "kind", "word"), FILES.values(), ids=FILES)
def test_what_could_do_harm_does_not_start(
    name: str, content: bytes | None, kind: type[StartError], word: str, tmp_path: Path
) -> None:
    """Without a key to trust there is no serving."""
    settings = load(write_settings(tmp_path, "http://127.0.0.1:1"), {})
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(kind, match=word):
        compile_all(settings, {})


def test_the_faults_of_all_policies_are_told_at_once(tmp_path: Path) -> None:
    """One that both lanes use is one fault; one that is missing is told where each lane names it."""
    path = write_settings(tmp_path, "http://127.0.0.1:1", policy="./broken.yaml")
    (tmp_path / "broken.yaml").write_text("policy: broken\nentities: {PERSON: hide}\n")
    with pytest.raises(PolicyError) as caught:
        compile_all(load(path, {}), {})
    assert 1 == len(str(caught.value).splitlines())
    path.write_text(path.read_text().replace("./broken.yaml", "missing"))
    with pytest.raises(PolicyError) as caught:
        compile_all(load(path, {}), {})
    lines = [number for number, line in enumerate(path.read_text().splitlines(), 1) if "missing" in line]
    assert [[str(path), str(line), "E100"] for line in lines] == [
        [*fault.split(":")[:2], fault.split()[1]] for fault in str(caught.value).splitlines()
    ]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Key, authorities, policies, routes, token, database and certificate; what stood in for a key serves nothing."""
    more = "ca_bundle: ca.pem\ngeo: {database: places.mmdb}\n"
    path = write_settings(tmp_path, "http://127.0.0.1:1", policy="balnced", more=more)
    tls = "listen: {tls: {cert_file: cert.pem, key_file: cert.key}}"
    lane = "dialect: mixpanel, upstreams: {libary: 'http://127.0.0.1:2'}"
    path.write_text(path.read_text().replace("listen: {port: 0}", tls).replace("dialect: mixpanel", lane))
    for name in ("key", "token"):
        (tmp_path / name).unlink()
    with pytest.raises(SettingsError) as caught:
        compile_all(load(path, {}), {})
    starts = [
        "expected a readable key",
        "expected CA",
        f"{path}:8:",
        f"{path}:9:",
        "expected routes",
        "expected a readable tok",
    ]
    starts += ["expected a MaxMind", "expected a certificate"]
    told = str(caught.value).splitlines()
    assert [True] * len(starts) == [line.startswith(start) for line, start in zip(told, starts, strict=True)]


def test_a_bundle_is_trusted_beside_the_systems(tmp_path: Path) -> None:
    """The corporate authority joins, the public ones stay."""
    bundle = Authority(tmp_path).bundle
    path = write_settings(tmp_path, "https://127.0.0.1:1")
    before = compile_all(load(path, {}), {}).upstreams[0][""].tls
    path.write_text(path.read_text() + f"ca_bundle: {bundle.name}\n")
    after = compile_all(load(path, {}), {}).upstreams[0][""].tls
    assert before is not None
    assert after is not None
    assert 1 == after.cert_store_stats()["x509_ca"] - before.cert_store_stats()["x509_ca"]


def test_a_route_may_have_a_host_of_its_own(tmp_path: Path) -> None:
    """Vendors serve libraries and configuration elsewhere; a route that the dialect does not have is an error."""
    path = write_settings(tmp_path, "http://127.0.0.1:1")
    text = path.read_text()
    lane = "dialect: mixpanel"
    path.write_text(text.replace(lane, f"{lane}, upstreams: {{library: 'http://127.0.0.1:2/cdn/'}}", 1))
    assert "http://127.0.0.1:2/cdn" == compile_all(load(path, {}), {}).upstreams[0]["library"].base
    path.write_text(text.replace(lane, f"{lane}, upstreams: {{libary: 'http://127.0.0.1:2'}}", 1))
    with pytest.raises(SettingsError, match=r"expected routes of mixpanel \(.*library.*\), got libary"):
        compile_all(load(path, {}), {})
