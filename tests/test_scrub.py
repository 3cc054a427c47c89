"""The heart, called as the server calls it: which headers travel, what no record means, what the laws once found."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from proxy.errors import FramingInvalid, InflationLimit, RecordRefused, RouteRefused
from proxy.model import Finding, Headers, Scrubbed, WireRequest
from proxy.policy import compile_program, load_text
from proxy.policy.load import shipped
from proxy.scrub import INFLATED_BYTES, PLACE_BYTES, scrub_request
from proxy.wire.dialect import Dialect, Route
from proxy.wire.registry import DIALECTS
from tests.captures.reading import KEYRING, keeping, program
from tests.leaks import find

EVENT = b'{"event":"a","properties":{"token":"t","time":1,"distinct_id":"u1"}}'
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0.6613.120 Safari/537.36"


def _scrub(target: str, body: bytes = EVENT, dialect: str = "mixpanel", headers: Headers = (), **more: str) -> Scrubbed:
    path, _, query = target.partition("?")
    request = WireRequest(more.pop("method", "POST"), path, query, headers, body, **more)
    return scrub_request(request, DIALECTS[dialect], program(dialect, "balanced"))


def _sent(
    target: str, body: bytes = EVENT, dialect: str = "mixpanel", headers: Headers = (), **more: str
) -> WireRequest:
    request = _scrub(target, body, dialect, headers, **more).request
    assert request is not None
    return request


# --- headers ---------------------------------------------------------------------------------------------------------

OF_THE_SITE: Headers = (
    ("Cookie", "session=s3cr3t; last_login=ada@mail.example"),
    ("Referer", "https://app.example/users/ada"),
    ("X-Forwarded-For", "203.0.113.9"),
    ("Forwarded", "for=203.0.113.9"),
    ("X-Real-IP", "203.0.113.9"),
    ("Origin", "https://app.example"),
    ("X-Session", "s3cr3t"),
    ("Host", "t.app.example"),
    ("Connection", "keep-alive"),
    ("Accept-Language", "gd-GB"),
)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_what_is_the_sites_stays_here(name: str) -> None:
    """Cookies, the page's address, the client's and whatever nobody listed travel to no vendor."""
    route = next(route for route in DIALECTS[name].routes if route.access.value == "pass" or name == "generic")
    path = route.path.replace("{file}", "a").replace("{key}", "k").replace("{hash}", "h")
    request = WireRequest(min(route.methods), path, "", OF_THE_SITE, b"{}")
    sent = scrub_request(request, DIALECTS[name], program(name, "balanced")).request
    assert sent is not None
    assert {} == dict(sent.headers)


@pytest.mark.parametrize(("target", "travels"), [("/import", True), ("/track", False)])
def test_authorization_travels_where_the_sdk_authenticates_itself(target: str, travels: bool) -> None:
    """A vendor's own Basic goes to the routes that ask for it; the first-party site's goes nowhere."""
    sent = _sent(target, headers=(("Authorization", "Basic c2VjcmV0Og=="),))
    assert ({"authorization": "Basic c2VjcmV0Og=="} if travels else {}) == dict(sent.headers)


def test_common_headers_travel_coarser() -> None:
    """What tells how to read the body is kept; the browser is named by its family."""
    sent = _sent("/track", headers=(("Content-Type", "text/plain"), ("Accept", "*/*"), ("User-Agent", CHROME)))
    expected = {
        "content-type": "text/plain",
        "accept": "*/*",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/0.0",
    }
    assert expected == dict(sent.headers)


def test_a_person_in_a_common_header_goes() -> None:
    """A header that travels is looked at like any text."""
    sent = _sent("/track", headers=(("Accept", "text/html; by=ada@mail.example"),))
    assert "ada" not in sent.headers[0][1]


def test_a_header_that_comes_twice_is_refused() -> None:
    """Of two fields with one name the vendor might read the other one."""
    with pytest.raises(FramingInvalid):
        _scrub("/track", headers=(("Content-Type", "text/plain"), ("content-type", "application/json")))


# --- where the client is ---------------------------------------------------------------------------------------------


def test_the_vendor_is_told_not_to_locate_the_client() -> None:
    """Mixpanel's `ip=0` is set or added; under a policy that keeps addresses it is left as it came."""
    assert ("ip=0", "verbose=1&ip=0") == (_sent("/track").query, _sent("/track?verbose=1&ip=1").query)
    request = WireRequest("POST", "/track", "ip=1", (), EVENT)
    kept = scrub_request(request, DIALECTS["mixpanel"], keeping("mixpanel")).request
    assert kept is not None
    assert "ip=1" == kept.query


def test_segment_gets_the_address_of_nobody() -> None:
    """Without an address in the event Segment would take the connection's."""
    body = b'{"batch":[{"type":"track","context":{"ip":"203.0.113.9"}},{"type":"track"}]}'
    batch = json.loads(_sent("/v1/batch", body, "segment").body)["batch"]
    assert ["0.0.0.0", "0.0.0.0"] == [record["context"]["ip"] for record in batch]  # noqa: S104 - an address in an event


COUNTING = Dialect("counting", (Route("in", "/in"),), {"event": {}, "header": {}}, counts_by_address=True)


@pytest.mark.parametrize("peer", ["203.0.113.9", ""])
def test_a_kept_address_is_still_not_sent_on(peer: str) -> None:
    """A vendor that counts by address never sees the client's own, not even where addresses are kept."""
    keep = load_text("policy: keeps\nextends: [base]\nentities: {IP_ADDRESS: keep}\n", "keeps.yaml", [shipped()])
    request = WireRequest("POST", "/in", "", (), b"{}", peer)
    result = scrub_request(request, COUNTING, compile_program(keep, COUNTING, KEYRING)).request
    assert result is not None
    assert () == result.headers


def test_a_country_that_was_looked_up_is_written_where_the_vendor_reads_it() -> None:
    """Whoever asks eventveil to look up a country finds it in the event, as coarse as the policy says."""
    (record,) = [json.loads(_sent("/track", peer="203.0.113.9", country="GB", region="ENG").body)]
    assert ("GB", False) == (record["properties"]["mp_country_code"], "203.0.113.9" in str(record))


# --- what leaves, and what does not ----------------------------------------------------------------------------------


def test_nothing_is_delivered_when_no_record_is_left() -> None:
    """A request whose records were all dropped, or that held none, has no result but its report."""
    deep: Any = 1
    for _ in range(40):
        deep = {"a": deep}
    dropping = replace(program("generic", "balanced"), on_error="drop_record")
    body = json.dumps([{"deep": deep}]).encode()
    result = scrub_request(WireRequest("POST", "/in", "", (), body), DIALECTS["generic"], dropping)
    assert (None, 1, 0, 1) == (result.request, result.report.received, result.report.forwarded, result.report.dropped)
    assert _scrub("/track", b"[]").request is None


def test_a_passing_request_needs_no_record() -> None:
    """Flags and settings have no events; they are delivered with a scrubbed query."""
    context = "%7B%22distinct_id%22%3A%22user-81342%22%7D"
    result = _scrub(f"/flags/?token=t&context={context}", b"", method="GET")
    assert result.request is not None
    assert ("user-81342" not in result.request.query, 0) == (True, result.report.received)


def test_a_closed_route_is_refused() -> None:
    """Session replay is nothing that could be scrubbed."""
    with pytest.raises(RouteRefused):
        _scrub("/record", b"[]")


def test_the_limit_is_the_callers() -> None:
    """How large a document may become is said by whoever has the memory."""
    body = gzip.compress(b"[" + b" " * 5_000 + b"]")
    with pytest.raises(InflationLimit):
        scrub_request(WireRequest("POST", "/track", "", (), body), DIALECTS["mixpanel"], keeping("mixpanel"), 4_000)
    assert INFLATED_BYTES > 10_000_000


def test_what_stands_around_the_records_cannot_be_left_out() -> None:
    """Where a person cannot be taken out of the query, the request is refused: no record could be dropped for it."""
    body = b'{"event":"a","properties":{"email":"ada@mail.example"}}'
    with pytest.raises(RecordRefused):
        _scrub("/track?token=ada@mail.example", body)


# --- identities ------------------------------------------------------------------------------------------------------


def test_a_device_is_the_same_behind_its_prefix() -> None:
    """`$device:` stays, since Mixpanel merges by it, and what follows is the pseudonym that `$device_id` has."""
    event = {"event": "a", "properties": {"distinct_id": "$device:d-1", "$device_id": "d-1", "$user_id": "u1"}}
    left = json.loads(_sent("/track", json.dumps(event).encode()).body)["properties"]
    assert f"$device:{left['$device_id']}" == left["distinct_id"]
    assert left["$device_id"] != left["$user_id"]
    assert left["$user_id"].startswith("p1_")


@pytest.mark.parametrize("refused", ["anon", "null", "0", "{}", "00000000-0000-0000-0000-000000000000", ""])
def test_ids_that_mixpanel_refuses_stay_refused(refused: str) -> None:
    """Hashed, they would make one person of everybody who has no id."""
    event = {"event": "a", "properties": {"distinct_id": refused}}
    left = json.loads(_sent("/track", json.dumps(event).encode()).body)
    assert refused == left["properties"]["distinct_id"]


# --- found by the laws -----------------------------------------------------------------------------------------------


def test_a_replaced_name_tells_nothing_the_second_time() -> None:
    """`[CREDIT_CARD]` as a field's name is no field that holds a card: scrubbing twice is scrubbing once."""
    once = _sent("/in", b'{"seen":{"4111 1111 1111 1111":1,"at 5555555555554444":2}}', "generic")
    assert {"seen": {"[CREDIT_CARD]": 1, "at [CREDIT_CARD]": 2}} == json.loads(once.body)
    assert once == _sent("/in", once.body, "generic")


def test_a_replaced_name_is_a_finding() -> None:
    """The report says of each name that was replaced where it stood, without it."""
    findings = _scrub("/in", b'{"seen":{"203.0.113.9":1}}', "generic").report.findings
    assert (Finding("entities.IP_ADDRESS", "event.seen.[IP_ADDRESS]", "IP_ADDRESS", "drop", 1),) == findings


def test_a_name_left_by_shadow_mode_is_not_told() -> None:
    """What is only counted leaves as it came, and still stands in no finding."""
    shadow = load_text("policy: shadow\nextends: [base]\nmode: shadow\n", "shadow.yaml", [shipped()])
    compiled = compile_program(shadow, DIALECTS["generic"], KEYRING)
    body = b'{"seen":{"203.0.113.9":{"first_name":"Orla"}}}'
    result = scrub_request(WireRequest("POST", "/in", "", (), body), DIALECTS["generic"], compiled)
    assert result.request is not None
    assert body == result.request.body
    assert "203.0.113.9" not in repr(result.report)


def test_a_query_of_any_vendor_is_called_query() -> None:
    """Findings about parameters say so, also where the catalogue knows none."""
    (finding,) = _scrub("/in?email=ada%40mail.example", b"{}", "generic").report.findings
    assert "query.email" == finding.where


@pytest.mark.parametrize("query", ["%80", "%80=1", "a=%ff", "\ud83d=1"])
def test_a_query_that_is_no_text_is_scrubbed_all_the_same(query: str) -> None:
    """Bytes that are no UTF-8 in a name or value of the query stop nothing."""
    assert _sent(f"/track?{query}").query.startswith(query[:1])


def test_an_address_in_a_templates_place_goes() -> None:
    """A path that clients write into is scanned, on routes with events too."""
    sent = _sent("/users/ada@mail.example/events", b"{}", "generic")
    assert {} == find(sent, ["ada@mail.example", "ada"])


def test_how_much_is_looked_at_closely_follows_the_size_that_is_allowed() -> None:
    """What is all numbers is no event: on the event loop it would hold up everybody else's."""
    event = {"event": "a", "properties": {"token": "t", "distinct_id": "u1", "said": "ada@mail.example " * 21}}
    request = WireRequest("POST", "/track", "", (), json.dumps(event).encode())
    for_mixpanel = DIALECTS["mixpanel"], program("mixpanel", "balanced")
    with pytest.raises(InflationLimit, match="at most 20 places"):
        scrub_request(request, *for_mixpanel, 20 * PLACE_BYTES)
    scrubbed = scrub_request(request, *for_mixpanel, 21 * PLACE_BYTES).request
    assert scrubbed is not None
    assert b"ada@" not in scrubbed.body
