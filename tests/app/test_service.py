"""One process at work, inside the test's own loop, with the real heart."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

import orjson
import pytest
from prometheus_client.core import Metric

from proxy.app.compose import compile_all
from proxy.app.service import Service, open_sockets
from proxy.errors import SettingsError, StartError
from proxy.policy import Program
from proxy.settings import load
from proxy.telemetry import Collector, Telemetry
from tests.certificates import Authority
from tests.fakes import EVENT, Sdk, ask, get, post, sdk, vendor
from tests.running import TOKEN, write_settings

TRACK = post("/mp/track", EVENT)


@asynccontextmanager
async def _serving(path: Path) -> AsyncIterator[tuple[Service, int, int]]:
    compiled = compile_all(load(path, {}), {})
    service = Service(compiled, reread=lambda: load(path, {}), environ={})
    await service.start()
    ports = [address.rpartition(":")[2] for address in (service.public.address, service.private.address)]
    try:
        yield service, int(ports[0]) if ports[0].isdigit() else 0, int(ports[1])
    finally:
        await service.stop()


async def test_an_event_goes_through_and_is_counted(tmp_path: Path) -> None:
    """The vendor gets it without the person, the private port tells of it."""
    event = EVENT.replace(b'"u-1"', b'"u-1","email":"bob@example.com"')
    async with vendor() as fake, _serving(write_settings(tmp_path, fake.url)) as (_, port, private):
        assert 200 == (await ask(port, post("/mp/track", event))).status
        metrics = (await ask(private, get("/metrics"))).body.decode()
    assert b"bob@example.com" not in fake.received[0].body
    assert 'eventveil_records_total{lane="mp",outcome="forwarded",reason=""} 1.0' in metrics
    assert 'eventveil_records_unaccounted{lane="mp"} 0.0' in metrics
    assert 'eventveil_findings_total{action="hash",entity="EMAIL_ADDRESS",lane="mp"}' in metrics


async def test_what_is_no_http_is_counted_under_no_lane(tmp_path: Path) -> None:
    """The edge tells telemetry."""
    async with _serving(write_settings(tmp_path, "http://127.0.0.1:1")) as (_, port, private):
        await ask(port, b"nonsense\r\n\r\n")
        metrics = (await ask(private, get("/metrics"))).body.decode()
    assert 'eventveil_requests_total{lane="none",outcome="refused",reason="wire_invalid"} 1.0' in metrics


class _Watched(Collector):
    """Remembers where it is asked, and whether it is while it answers."""

    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__(telemetry, "1")
        self.seen: list[tuple[bool, bool]] = []
        self.busy = False

    def collect(self) -> Iterator[Metric]:
        self.seen.append((threading.current_thread() is threading.main_thread(), self.busy))
        self.busy = True
        yield from super().collect()
        self.busy = False


async def test_a_scrape_holds_up_no_request(tmp_path: Path) -> None:
    """It takes a millisecond for each lane, beside the event loop; a second one waits for the first."""
    async with _serving(write_settings(tmp_path, "http://127.0.0.1:1")) as (service, _, private):
        service._collector = watched = _Watched(service.telemetry)
        replies = await asyncio.gather(*(ask(private, get("/metrics")) for _ in range(3)))
    assert {200} == {reply.status for reply in replies}
    assert [(False, False)] * 3 == watched.seen


async def test_readiness_does_not_depend_on_the_vendor(tmp_path: Path) -> None:
    """A vendor that is away is told to its SDKs and to the metrics, not to the orchestrator."""
    async with _serving(write_settings(tmp_path, "http://127.0.0.1:1")) as (_, port, private):
        assert 502 == (await ask(port, TRACK)).status
        ready = await ask(private, get("/readyz"))
    assert (200, "taken") == (ready.status, orjson.loads(ready.body)["last_reload"])


async def test_a_port_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    """And leaves nothing open behind."""
    path = write_settings(tmp_path, "http://127.0.0.1:1")
    opened = open_sockets(load(path, {}))
    taken = opened.private.getsockname()[1]
    path.write_text(path.read_text().replace("private: {port: 0", f"private: {{port: {taken}"))
    with pytest.raises(SettingsError, match="in use"):
        Service(compile_all(load(path, {}), {}), environ={})
    opened.public.close()
    opened.private.close()


async def test_a_unix_socket_takes_the_place_of_the_port(tmp_path: Path) -> None:
    """The same requests, another door."""
    async with vendor() as fake:
        path = write_settings(tmp_path, fake.url)
        path.write_text(path.read_text().replace("listen: {port: 0}", "listen: {unix: public.sock}"))
        async with _serving(path):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "public.sock")
            client = Sdk(reader, writer)
            await client.send(TRACK)
            assert 200 == (await client.answer()).status
            writer.close()
            await writer.wait_closed()


async def test_tls_is_served_and_its_certificate_changes_while_it_runs(tmp_path: Path) -> None:
    """A new pair is taken, half a pair is told and not taken."""
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    path = write_settings(tmp_path, "http://127.0.0.1:1")
    tls = "listen: {port: 0, tls: {cert_file: server.pem, key_file: server.key}}"
    path.write_text(path.read_text().replace("listen: {port: 0}", tls))

    async def serial(port: int) -> str:
        context = ssl.create_default_context(cafile=authority.bundle)
        async with sdk(port, ssl=context) as client:
            await client.send(get("/mp/none"))
            assert 404 == (await client.answer()).status
            return str(client.writer.get_extra_info("peercert")["serialNumber"])

    def left_s(service: Service) -> float:
        store = service.telemetry.store
        return store.values[store.slot("certificate", ())] - time()

    async with _serving(path) as (service, port, _):
        first = await serial(port)
        assert 0 < left_s(service) <= 86_400
        authority.issue("other").cert_file.replace(pair.cert_file)
        service.check_certificate()
        assert first == await serial(port)
        authority.issue("server", last_day=9)
        service.check_certificate()
        assert first != await serial(port)
        assert 8 * 86_400 < left_s(service) <= 9 * 86_400
        authority.issue("server", last_day=5)
        await service.reload()
        assert 4 * 86_400 < left_s(service) <= 5 * 86_400


async def test_a_certificate_that_is_not_there_is_not_looked_for(tmp_path: Path) -> None:
    """Without TLS there is nothing to check."""
    async with _serving(write_settings(tmp_path, "http://127.0.0.1:1")) as (service, _, _):
        service.check_certificate()


async def test_a_reload_without_a_file_takes_the_policies_anew(tmp_path: Path) -> None:
    """Settings that came from nowhere stay; what they name is read again."""
    compiled = compile_all(load(write_settings(tmp_path, "http://127.0.0.1:1"), {}), {})
    told: list[int] = []
    service = Service(compiled, environ={}, others=lambda: told.append(1))
    await service.start()
    before = service.telemetry.policies
    await service.reload()
    assert (before, []) == (service.telemetry.policies, told)
    await service.stop()


async def test_a_lane_has_one_limit_for_all_that_is_at_its_vendor(tmp_path: Path) -> None:
    """What was sent before a reload counts after it, and so does a route's that has an upstream of its own."""
    hold = asyncio.Event()
    async with vendor(hold=hold) as fake:
        path = write_settings(tmp_path, fake.url, lanes={"/mp": "mixpanel"})
        more = f'in_flight: 2, upstreams: {{engage: "{fake.url}"}}'
        text = path.read_text().replace("answer_timeout_s: 0.5, ", "")
        path.write_text(text.replace("policy: balanced", more))
        async with _serving(path) as (service, port, _):
            waiting = []
            for target in ("/mp/track", "/mp/engage"):
                waiting.append(asyncio.create_task(ask(port, post(target, EVENT))))
                await fake.arrived.wait()
                fake.arrived.clear()
                await service.reload()
            assert 503 == (await ask(port, TRACK)).status
            assert 503 == (await ask(port, post("/mp/engage", EVENT))).status
            hold.set()
            assert [200, 200] == [(await task).status for task in waiting]
            assert 200 == (await ask(port, TRACK)).status


UNFORESEEN = {
    "while compiling": ("policy: balanced", f"policy: {'x' * 300}"),  # longer than a file's name may be
    "while taking over": ("policy: balanced", f"policy: strict, in_flight: {2**64}"),
}


@pytest.mark.parametrize(("before", "after"), UNFORESEEN.values(), ids=UNFORESEEN)
async def test_a_reload_that_fails_for_any_reason_is_refused(before: str, after: str, tmp_path: Path) -> None:
    """The old lanes stay; readiness, metric and whoever asked are told, and the next good one is taken."""
    path = write_settings(tmp_path, "http://127.0.0.1:1")
    good = path.read_text()
    async with _serving(path) as (service, _, private):
        policies = service.telemetry.policies
        path.write_text(good.replace(before, after))
        reply = await ask(private, post("/-/reload", b"", f"Authorization: Bearer {TOKEN}"))
        assert (422, "internal") == (reply.status, orjson.loads(reply.body)["error"])
        ready = orjson.loads((await ask(private, get("/readyz"))).body)
        metrics = (await ask(private, get("/metrics"))).body.decode()
        assert ("internal", policies) == (ready["last_reload"], service.telemetry.policies)
        assert "eventveil_config_last_reload_successful 0.0" in metrics
        path.write_text(good)
        await service.reload()
        assert "taken" == orjson.loads((await ask(private, get("/readyz"))).body)["last_reload"]


async def test_a_start_that_fails_for_any_reason_is_told(tmp_path: Path) -> None:
    """Kind and place of the error, as one that was thought of."""
    path = write_settings(tmp_path, "http://127.0.0.1:1")
    path.write_text(path.read_text().replace("policy: balanced", f"policy: balanced, in_flight: {2**64}"))
    settings = load(path, {})
    opened = open_sockets(settings)
    with pytest.raises(StartError, match=r"got ValueError \(.*compose.py:\d+ assemble\)"):
        await Service(compile_all(settings, {}), environ={}, sockets=opened).start()
    opened.public.close()
    opened.private.close()


async def test_a_canary_that_comes_through_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it serves, each program is tried once with values that must not pass; what passes stands in a metric."""
    tried: list[Program] = []

    def leaking(program: Program) -> list[str]:
        tried.append(program)
        return ["EMAIL_ADDRESS"]

    lanes = {"/mp": "mixpanel", "/app": "mixpanel", "/seg": "segment"}
    async with _serving(write_settings(tmp_path, "http://127.0.0.1:1", lanes=lanes)) as (service, _, private):
        service.check_canaries()
        good = (await ask(private, get("/metrics"))).body.decode()
        monkeypatch.setattr("proxy.app.service.leaks", leaking)
        service.check_canaries()
        bad = (await ask(private, get("/metrics"))).body.decode()
    assert "eventveil_canary_leaks 0.0" in good
    assert "eventveil_canary_leaks 3.0" in bad  # one in each lane
    assert 2 == len(tried)
