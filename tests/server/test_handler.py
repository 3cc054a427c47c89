"""The way through, over real sockets, with a heart that keeps everything."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import unquote_to_bytes

import pytest

from proxy.delivery import Receipt
from proxy.errors import RecordRefused
from proxy.model import Outcome, Scrubbed
from proxy.telemetry.logs import JsonFormatter
from tests.fakes import EVENT, Keeping, ask, get, post, sdk, serving, vendor

TRACK = post("/mp/track/?verbose=1&ip=1", EVENT, "Content-Type: application/x-www-form-urlencoded")


async def test_a_good_request_reaches_the_vendor_and_its_answer_the_client() -> None:
    """Method, path below the prefix, query and body arrive as sent; status, body and type come back."""
    fake_vendor = vendor(status=202, body=b"accepted", headers={"Content-Type": "text/plain"})
    async with fake_vendor as fake, serving(fake.url) as served:
        reply = await ask(served.port, TRACK)
    assert (202, b"accepted", "text/plain") == (reply.status, reply.body, reply.headers["content-type"])
    assert [("POST", "/track/?verbose=1&ip=1")] == [(got.method, got.target) for got in fake.received]
    assert unquote_to_bytes(EVENT) == unquote_to_bytes(fake.received[0].body)


async def test_each_request_has_one_outcome() -> None:
    """What was counted is what happened: forwarded, dropped, refused with its reason, the vendor's fault apart."""
    async with vendor() as fake, serving(fake.url) as served:
        await ask(served.port, TRACK)
        await ask(served.port, post("/mp/unknown", b""))
        await ask(served.port, get("/mp/track", method="DELETE"))
        await ask(served.port, post("/mp/track", b"data=###"))
        served.program.dropping = True
        await ask(served.port, TRACK)
        fake.breaks, served.program.dropping = True, False
        await ask(served.port, TRACK)
        counted = served.requests("mixpanel", "mixpanel")
    expected = {
        ("forwarded", ""): 1,
        ("dropped", ""): 1,
        ("refused", "route_unknown"): 1,
        ("refused", "method_not_allowed"): 1,
        ("refused", "framing_invalid"): 1,
        ("refused", "upstream_unreachable"): 1,
    }
    assert expected == counted


async def test_a_request_of_no_lane_is_counted_under_none() -> None:
    """Counting needs no lane."""
    async with serving("http://127.0.0.1:9") as served:
        assert 404 == (await ask(served.port, get("/"))).status
        assert {("refused", "route_unknown"): 1} == served.requests("none", "none")


async def test_a_preflight_that_is_refused_is_counted() -> None:
    """A path of no lane is the commonest mistake in setting up an SDK, and browsers ask for it by OPTIONS."""
    async with serving("http://127.0.0.1:9") as served:
        asked = get("/nope", "Origin: https://a.example", "Access-Control-Request-Method: POST", method="OPTIONS")
        assert 404 == (await ask(served.port, asked)).status
        assert {("refused", "route_unknown"): 1} == served.requests("none", "none")


async def test_a_request_without_records_left_is_acknowledged_and_not_delivered() -> None:
    """The SDK hears the vendor's own word for success, so that it does not try again."""
    async with vendor() as fake, serving(fake.url, program=Keeping(dropping=True)) as served:
        reply = await ask(served.port, TRACK)
    assert (200, []) == (reply.status, fake.received)
    assert b'"status":1' in reply.body.replace(b" ", b"")


async def test_a_closed_route_is_acknowledged_and_not_delivered() -> None:
    """Session replay is refused without the SDK noticing; the counter knows."""
    async with vendor() as fake, serving(fake.url) as served:
        reply = await ask(served.port, post("/mp/record/?distinct_id=u-1", b"[]"))
        assert {("refused", "route_refused"): 1} == served.requests("mixpanel", "mixpanel")
    assert (200, []) == (reply.status, fake.received)


async def test_a_method_that_is_not_allowed_is_told_which_are() -> None:
    """405 carries Allow."""
    async with serving("http://127.0.0.1:9") as served:
        reply = await ask(served.port, get("/seg/v1/batch", method="PUT"))
    assert (405, "POST") == (reply.status, reply.headers["allow"])


async def test_a_mistake_of_our_own_forwards_nothing_and_is_logged_without_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unexpected exception becomes 500; its text, which may quote an event, is nowhere."""
    caplog.set_level(logging.DEBUG)
    program = Keeping(raising=lambda: KeyError("bob@example.com"))
    async with vendor() as fake, serving(fake.url, program=program) as served:
        reply = await ask(served.port, TRACK)
        assert {("refused", "internal"): 1} == served.requests("mixpanel", "mixpanel")
    lines = [JsonFormatter().format(record) for record in caplog.records if record.msg == "unexpected"]
    assert (500, [], 1) == (reply.status, fake.received, len(lines))
    assert ("KeyError" in lines[0], "bob@example.com" in lines[0] + str(reply.body)) == (True, False)


async def test_a_refusal_by_policy_is_told_with_its_reason() -> None:
    """`on_error: refuse` reaches the client as 422."""
    program = Keeping(raising=lambda: RecordRefused("a record that can be scrubbed"))
    async with serving("http://127.0.0.1:9", program=program) as served:
        reply = await ask(served.port, TRACK)
    assert (422, True) == (reply.status, b"record_refused" in reply.body)


async def test_a_full_upstream_is_told_at_once() -> None:
    """One request more than may be under way gets 503 and is not queued."""
    hold = asyncio.Event()
    async with vendor(hold=hold) as fake, serving(fake.url, in_flight=1) as served:
        first = asyncio.create_task(ask(served.port, TRACK))
        await fake.arrived.wait()
        assert 503 == (await ask(served.port, TRACK)).status
        hold.set()
        assert 200 == (await first).status


class _Spool:
    async def deliver(self, scrubbed: Scrubbed) -> Receipt:
        return Receipt(Outcome.SPOOLED)


async def test_a_delivery_without_an_answer_is_acknowledged() -> None:
    """An end that keeps the request for later has eventveil answer in the vendor's place."""
    async with serving("http://127.0.0.1:9", delivery=_Spool()) as served:
        assert 200 == (await ask(served.port, TRACK)).status
        assert {("spooled", ""): 1} == served.requests("mixpanel", "mixpanel")


async def test_a_large_body_takes_the_same_way_in_a_thread() -> None:
    """Where the heart runs changes nothing of what it does."""
    async with vendor() as fake, serving(fake.url, inline_bytes=0) as served:
        assert 200 == (await ask(served.port, TRACK)).status
    assert 1 == len(fake.received)


async def test_every_answer_names_its_request() -> None:
    """Good and bad answers carry an id, each another."""
    async with vendor() as fake, serving(fake.url) as served:
        ids = {(await ask(served.port, data)).headers["x-request-id"] for data in (TRACK, get("/mp/no"), get("/"))}
    assert 3 == len(ids)


ORIGIN = "Origin: https://shop.example"

ASKED = {
    "good": (TRACK.replace(b"\r\n\r\n", b"\r\n" + ORIGIN.encode() + b"\r\n\r\n", 1), 200),
    "unknown route": (post("/mp/nothing", b"", ORIGIN), 404),
    "bad body": (post("/mp/track", b"data=###", ORIGIN), 400),
    "preflight": (get("/mp/track", ORIGIN, "Access-Control-Request-Method: POST", method="OPTIONS"), 204),
}


@pytest.mark.parametrize(("data", "status"), ASKED.values(), ids=ASKED)
@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        (("*",), True),
        (("https://shop.example",), True),
        (("https://*.example",), True),
        (("https://b.example",), False),
    ],
)
async def test_a_page_may_read_every_answer_if_its_origin_may(
    data: bytes, status: int, origins: tuple[str, ...], allowed: bool
) -> None:
    """Errors too: without the headers a browser reports a network failure, and Mixpanel's SDK then drops the batch."""
    async with vendor() as fake, serving(fake.url, origins=origins) as served:
        reply = await ask(served.port, data)
    echoed = reply.headers.get("access-control-allow-origin"), reply.headers.get("access-control-allow-credentials")
    assert (status, "Origin") == (reply.status, reply.headers["vary"])
    assert (("https://shop.example", "true") if allowed else (None, None)) == echoed


async def test_a_preflight_asks_nobody() -> None:
    """It is answered here, counted apart, and is no request."""
    async with vendor() as fake, serving(fake.url) as served:
        await ask(served.port, ASKED["preflight"][0])
        meter = served.telemetry.lane("mixpanel", "mixpanel")
        assert 1 == served.telemetry.store.values[meter.preflights]
        assert ({}, []) == (served.requests("mixpanel", "mixpanel"), fake.received)


async def test_draining_finishes_what_is_under_way_and_closes_connections() -> None:
    """The answer arrives, and tells the client not to ask here again."""
    hold = asyncio.Event()
    async with vendor(hold=hold) as fake, serving(fake.url) as served, sdk(served.port) as client:
        await client.send(TRACK)
        await fake.arrived.wait()
        drained = asyncio.create_task(served.handler.drain(5))
        await asyncio.sleep(0)
        assert not drained.done()
        hold.set()
        reply = await client.answer()
        await drained
    assert (200, "close", 0) == (reply.status, reply.headers["connection"], served.handler.under_way)


async def test_draining_ends_when_its_time_is_over() -> None:
    """A vendor that never answers does not keep the process; its request is counted as aborted."""
    async with vendor(hold=asyncio.Event()) as fake, serving(fake.url) as served, sdk(served.port) as client:
        await client.send(TRACK)
        await fake.arrived.wait()
        await served.handler.drain(0.01)
        assert 1 == served.handler.under_way
        await served.listener.close()
        assert {("refused", "aborted"): 1} == served.requests("mixpanel", "mixpanel")
        fake.hold = None
        assert b"" == await client.rest()


PLANTED = ("bob@example.com", "203.0.113.77", "sk_live_planted", "Robert-Planted", "planted-cookie", "planted-query")


async def test_nothing_of_an_event_stands_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    """Good, bad and broken requests full of planted values leave no trace of them, not even unformatted."""
    caplog.set_level(logging.DEBUG)
    body = EVENT.replace(b'"u-1"', b'"bob@example.com","ip":"203.0.113.77","Robert-Planted":"sk_live_planted"')
    extra = "Cookie: planted-cookie=1", "Referer: https://a.example/?planted-query"
    requests = [
        post("/mp/track?planted-query=bob@example.com", body, *extra),
        post("/mp/track?planted-query=1", body[:-9], *extra),
        post("/mp/bob@example.com", body, *extra),
        post("/bob@example.com", body, *extra),
        post("/mp/track", body, "X-Bad: bob@example.com\0"),
        get("/mp/bob@example.com" + "a" * 20_000),
        post("/mp/track", body, "Content-Encoding: planted-query"),
    ]
    async with vendor() as fake, serving(fake.url) as served:
        for data in requests:
            await ask(served.port, data)
        fake.breaks = True
        await ask(served.port, requests[0])
        served.program.raising = lambda: ValueError("bob@example.com")
        await ask(served.port, requests[0])
    everything = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert len(caplog.records) >= len(requests) - 2
    assert [] == [value for value in PLANTED if value in everything]


async def test_a_route_with_a_host_of_its_own_goes_there() -> None:
    """Everything else of the lane goes to the lane's own vendor."""
    async with vendor() as fake, vendor() as other, serving(fake.url, elsewhere={"track": other.url}) as served:
        await ask(served.port, TRACK)
    assert (0, 1) == (len(fake.received), len(other.received))
