"""GA4: events in a query, in lines and in JSON; one client id everywhere; nothing for Google to locate."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

from proxy.errors import DocumentInvalid, EventveilError
from proxy.keys.shapes import SHAPES
from proxy.policy import compile_program, load_text
from proxy.scrub import scrub_request
from proxy.wire.dialect import Access
from proxy.wire.ga4 import GA4
from tests.captures.reading import KEYRING
from tests.wire.speaking import opened, request, sent

SHARED = "v=2&tid=G-1&cid=1804289383.1795284954&dl=http%3A%2F%2Fa.example%2Fx%3Femail%3Dada%2540example.org"
RULES = {"one": "event.secret", "other": "profile.tier"}
CLIENT = b'{"client_id":"1804289383.1795284954",'


@pytest.mark.parametrize(
    ("query", "body", "count"),
    [
        (f"{SHARED}&en=page_view", b"", 1),
        (SHARED, b"en=a&ep.x=1\r\nen=b&epn.y=2", 2),
        (SHARED, b"en=a\nen=b\n", 2),
        (f"{SHARED}&en=a&pr1=idA~nmB~k0buyer~v0Ada&uafvl=Chromium%3B156.0%7CBrand%3B8", b"", 1),
        (f"{SHARED}&en=a&pr1=x&pr2=idA~~&pr3=~k&pr4=idA~k0buyer~v0Ada~nmB&pr5=idA~idB&uafvl=A%3B1%7CA%3B2", b"", 1),
    ],
)
def test_an_unchanged_request_is_the_same(query: str, body: bytes, count: int) -> None:
    """One event in the query or several in lines: decode and seal give the same bytes."""
    wire = request(f"/g/collect?{query}", body)
    batch = opened("ga4", wire)
    assert (count, wire) == (len(batch.records), batch.seal())


def test_items_and_brands_are_objects() -> None:
    """A record shows what `pr1` and `uafvl` hold, custom parameters under their own names."""
    record = opened(
        "ga4", request("/g/collect?v=2&en=purchase&pr1=idA~nmB~k0buyer~v0Ada&uafvl=Chromium;156.0|Brand;8")
    ).records[0]
    assert {"id": "A", "nm": "B", "custom": {"buyer": "Ada"}} == record["pr1"]
    assert {"Chromium": "156.0", "Brand": "8"} == record["uafvl"]


def test_people_leave_a_query() -> None:
    """Names, addresses and versions go; the event, its numbers and its consent stay."""
    wire = request(
        f"/g/collect?{SHARED}&en=purchase&uid=user-7&_uip=203.0.113.7&gcd=13l3&ep.email=ada@example.org&ep.plan=team"
        "&up.name=Ada%20Lovelace&epn.value=3&pr1=idA~k0buyer~v0Ada%20Lovelace~k1size~v1L&uafvl=Chromium%3B156.0&uapv=6.1"
    )
    out = {name: values[0] for name, values in parse_qs(sent("ga4", wire).query).items()}
    assert {"uid", "cid", "ep.email"} < out.keys()
    assert not {"_uip", "up.name", "uafvl", "uapv"} & out.keys()
    assert "http://a.example/x" == out["dl"]
    assert "idA~k0size~v0L" == out["pr1"]
    assert ("purchase", "13l3", "team", "3") == (out["en"], out["gcd"], out["ep.plan"], out["epn.value"])


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("idA~k0buyer~v0Ada%20Lovelace~nmTee", "idA~nmTee"),
        ("k0buyer~v0Ada%20Lovelace~idA~k1size~v1L", "k0size~v0L~idA"),
        ("idA~nmgift%20for%20ada@example.org~idB", None),
        ("idA~k3note~v3ada@example.org", None),
    ],
)
def test_an_item_is_scanned_however_it_is_written(item: str, expected: str | None) -> None:
    """Custom parameters may stand anywhere in an item; one that cannot be taken apart is looked at as a text."""
    out = parse_qs(sent("ga4", request(f"/g/collect?{SHARED}&en=purchase&pr1={item}")).query)["pr1"][0]
    assert "ada@example.org" not in out
    assert expected in (out, None)


def test_brands_that_come_twice_are_no_way_past() -> None:
    """A list of brands that cannot be taken apart is made as coarse as any browser's name."""
    wire = request(f"/g/collect?{SHARED}&en=a&uafvl=Brand%3B8.1%7CBrand%3Bada@example.org")
    assert ["Brand;"] == parse_qs(sent("ga4", wire).query)["uafvl"]


@pytest.mark.parametrize("policy", ["balanced", "strict"])
def test_a_screen_has_a_name(policy: str) -> None:
    """The parameter that Google demands of a `screen_view` is no person's."""
    wire = request(f"/g/collect?{SHARED}&en=screen_view&ep.screen_name=Checkout")
    assert ["Checkout"] == parse_qs(sent("ga4", wire, policy).query)["ep.screen_name"]


def test_what_a_page_shows_and_where_a_form_goes_are_cut() -> None:
    """Google's tag reads a link's and a button's text by itself; the address of a form is one like any other."""
    shown = "ep.link_text=Statement+of+Ada&ep.form_submit_text=Pay+Ada"
    told = "ep.form_destination=https%3A%2F%2Fa.example%2Fx%3Fm%3Dada&ep.link_id=b"
    query = parse_qs(sent("ga4", request(f"/g/collect?{SHARED}&en=click&{shown}&{told}")).query)
    assert {"ep.form_destination": ["https://a.example/x"], "ep.link_id": ["b"]} == {
        name: query[name] for name in query if name.startswith("ep.")
    }


def test_an_app_is_told_by_its_firebase_id_under_strict() -> None:
    """Google answers 204 and drops what names no stream; an event says itself when it happened."""
    when = 1764590000123456
    body = {"app_instance_id": "0" * 32, "events": [{"name": "a", "timestamp_micros": when}]}
    out = sent("ga4", request("/mp/collect?firebase_app_id=1:12:ios:3f&api_secret=s", orjson.dumps(body)), "strict")
    assert "firebase_app_id=1:12:ios:3f&api_secret=s" == out.query
    assert [when] == [event["timestamp_micros"] for event in orjson.loads(out.body)["events"]]


def test_one_client_has_one_pseudonym_on_every_route() -> None:
    """Google's tag and its Measurement Protocol meet in a client id that is still two numbers."""
    query = parse_qs(sent("ga4", request(f"/g/collect?{SHARED}&en=a")).query)["cid"][0]
    body = orjson.loads(sent("ga4", request("/mp/collect?api_secret=s", CLIENT + b'"events":[{"name":"a"}]}')).body)
    assert query == body["client_id"]
    assert query != "1804289383.1795284954"
    assert SHAPES["numbers"].form.fullmatch(query)


def test_a_line_that_is_dropped_leaves_the_others() -> None:
    """An event leaves with its line end; the query that they share stays."""
    wire = request(f"/g/collect?{SHARED}", b"en=a&ep.x=1\r\nen=b&ep.plan=x\r\nen=c")
    batch = opened("ga4", wire)
    del batch.records[1]
    assert (SHARED, b"en=a&ep.x=1\r\nen=c") == (batch.seal().query, batch.seal().body)


def test_a_policy_speaks_of_an_events_own_words() -> None:
    """`event.secret` is `ep.secret`, `profile.tier` is `up.tier`."""
    rules = "".join(f"  - {{id: {name}, where: {place}, do: drop, because: x}}\n" for name, place in RULES.items())
    policy = load_text(f"policy: p\nextends: [base]\nfields:\n{rules}", "p.yaml")
    wire = request(f"/g/collect?{SHARED}", b"en=a&ep.secret=1&up.tier=2&ep.plan=3")
    out = scrub_request(wire, GA4, compile_program(policy, GA4, KEYRING)).request
    assert out is not None
    assert b"en=a&ep.plan=3" == out.body


def test_user_data_and_addresses_leave_the_measurement_protocol() -> None:
    """Unkeyed hashes are as good as what they hash; an address would be located; a country stays."""
    document = CLIENT + (
        b'"user_id":"u-1","ip_override":"203.0.113.7","user_data":{"sha256_email_address":["88d4"],"address":[{"city":"E",'
        b'"country":"DK"}]},"user_location":{"city":"E","country_id":"DK"},"user_properties":{"name":{"value":"Ada"},'
        b'"plan":{"value":"team"}},"events":[{"name":"login","params":{"method":"x","items":[{"item_id":"s"}]}}]}'
    )
    out: dict[str, Any] = orjson.loads(sent("ga4", request("/debug/mp/collect?measurement_id=G-1", document)).body)
    del out["client_id"], out["user_id"]
    assert {
        "user_data": {"sha256_email_address": [], "address": [{"country": "DK"}]},
        "user_location": {"country_id": "DK"},
        "user_properties": {"name": {}, "plan": {"value": "team"}},
        "events": [{"name": "login", "params": {"method": "x", "items": [{"item_id": "s"}]}}],
    } == out


def test_a_place_goes_where_google_reads_it() -> None:
    """A country that eventveil looked up stands in `user_location`; what the client says of itself wins."""
    wire = request("/mp/collect", CLIENT + b'"user_location":{"country_id":"DK"},"events":[{"name":"a"}]}')
    located = wire._replace(body=CLIENT + b'"events":[{"name":"a"}]}', country="IE", region="IE-L")
    assert {"country_id": "DK"} == orjson.loads(sent("ga4", wire._replace(country="IE")).body)["user_location"]
    assert {"country_id": "IE"} == orjson.loads(sent("ga4", located).body)["user_location"]
    region = orjson.loads(sent("ga4", located, "pseudonymous").body)["user_location"]
    assert {"country_id": "IE", "region_id": "IE-L"} == region


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/g/collect?v=2&tid=G-1", b""),
        ("/g/collect?v=2", b"en=a\r\nep.x=1"),
        ("/g/collect?v=2&en=a&ep=1", b""),
        ("/g/collect?v=2", b"\x1f\x8b\x08\xff"),
        ("/g/collect?v=2", b"en=\xff"),
        ("/mp/collect", b"[]"),
        ("/mp/collect", b'{"events":{}}'),
        ("/mp/collect", b'{"events":[1]}'),
    ],
)
def test_what_is_no_event_is_refused(target: str, body: bytes) -> None:
    """A request without an event's name, or with other bytes, gives an error of ours and nothing else."""
    with pytest.raises(EventveilError):
        opened("ga4", request(target, body))


def test_a_line_without_a_name_is_told() -> None:
    """The error names the route, not the line."""
    with pytest.raises(DocumentInvalid, match="collect"):
        opened("ga4", request("/g/collect?v=2", b"ep.x=ada@example.org"))


def test_libraries_pass_and_answers_are_googles() -> None:
    """gtag.js and gtm.js are fetched through; an answer in Google's place is 204."""
    assert {Access.PASS} == {GA4.route("GET", path).access for path in ("/gtag/js", "/gtm.js")}
    wire = request("/g/collect")
    assert 204 == GA4.ack(GA4.route("POST", "/g/collect"), wire).status
