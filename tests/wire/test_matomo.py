"""Matomo: events in a query, a form and bulk JSON; visitor ids of 16 digits; recordings stay here."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import parse_qs, quote, urlencode

import orjson
import pytest

from proxy.errors import EventveilError, RouteRefused
from proxy.wire.dialect import Access
from proxy.wire.headers import header
from proxy.wire.matomo import MATOMO
from tests.wire.speaking import opened, request, sent

EVENT = "idsite=7&rec=1&_id=37be42d094381d2e&url=http%3A%2F%2Fa.example%2Fx%3Femail%3Dada&e_c=console&e_a=Saved"
VARIABLES = "%7B%221%22%3A%5B%22name%22%2C%22Ada%20Lovelace%22%5D%2C%222%22%3A%5B%22plan%22%2C%22team%22%5D%7D"


@pytest.mark.parametrize(
    ("query", "body", "count"),
    [
        (EVENT, b"", 1),
        ("", EVENT.encode(), 1),
        ("idsite=7&rec=1", b"url=x&_cvar=" + VARIABLES.encode(), 1),
        ("", orjson.dumps({"requests": ["?" + EVENT, EVENT], "token_auth": "0" * 32}), 2),
        (f"{EVENT}&_cvar=no&cvar=%7B%221%22%3A1%7D", b"", 1),
        (f"{EVENT}&_cvar=%7B%221%22%3A%5B1%2C2%5D%7D&cvar=%5B%5D", b"", 1),
    ],
)
def test_an_unchanged_request_is_the_same(query: str, body: bytes, count: int) -> None:
    """Query, form and bulk: decode and seal give the same bytes."""
    wire = request(f"/matomo.php?{query}", body)
    batch = opened("matomo", wire)
    assert (count, wire) == (len(batch.records), batch.seal())


def test_an_object_of_pairs_is_an_event_like_its_text() -> None:
    """Matomo's log importer writes objects: they are scrubbed, custom variables too, and sent on as pairs."""
    hit = {"idsite": 7, "rec": "1", "cid": "37be42d094381d2e", "cip": "203.0.113.84", "url": "http://a.example/x?m=ada"}
    hit["cvar"] = '{"1":["first name","Zoë Quist"],"2":["HTTP-code","200"]}'
    bulk = orjson.dumps({"token_auth": "0" * 32, "requests": [hit, "?" + urlencode(hit)]})
    one, other = orjson.loads(sent("matomo", request("/matomo.php", bulk)).body)["requests"]
    assert one == other
    left = {name: values[0] for name, values in parse_qs(one.removeprefix("?")).items()}
    assert ("7", "http://a.example/x", '{"2":["HTTP-code","200"]}') == (left["idsite"], left["url"], left["cvar"])
    assert "203.0.113.84" != left["cip"]


def test_people_leave_a_query() -> None:
    """A visitor's name goes out of a custom variable by its name, mail out of an address; the event stays."""
    wire = request(
        f"/matomo.php?{EVENT}&uid=ada&_cvar={VARIABLES}&_rcn=spring&_rck=ada%20lovelace&dimension1=ada@example.org"
    )
    out = {name: values[0] for name, values in parse_qs(sent("matomo", wire).query).items()}
    assert ("http://a.example/x", "console", "Saved", "spring") == (out["url"], out["e_c"], out["e_a"], out["_rcn"])
    assert '{"2":["plan","team"]}' == out["_cvar"]
    assert "_rck" not in out
    assert out["uid"].startswith("p1_")
    assert out["dimension1"].startswith("p1_")


@pytest.mark.parametrize(
    "variables",
    [
        '{"1": ["first name", "Zoë Quist"], "2": ["plan", "team"]}',
        '{"1":["first name","Zo\\u00eb Quist"],"2":["plan","team"]}',
        '{"1":["phone","0612345678"],"2":["plan","te\\u0061m"]}',
    ],
)
def test_variables_are_read_however_their_json_is_written(variables: str) -> None:
    """Server trackers put blanks between, and escapes in place of letters; a variable's name tells all the same."""
    out = parse_qs(sent("matomo", request(f"/matomo.php?{EVENT}&cvar={quote(variables)}")).query)
    assert ['{"2":["plan","team"]}'] == out["cvar"]


def test_emptied_variables_leave() -> None:
    """When the only custom variable goes, so does the parameter."""
    only = "%7B%221%22%3A%5B%22name%22%2C%22Ada%20Lovelace%22%5D%7D"
    assert "_cvar" not in sent("matomo", request(f"/matomo.php?{EVENT}&_cvar={only}")).query


def test_one_visitor_has_one_pseudonym_of_16_digits() -> None:
    """`_id` of a browser and `cid` of a server meet; Matomo takes both."""
    query = parse_qs(sent("matomo", request(f"/matomo.php?{EVENT}")).query)["_id"][0]
    bulk = orjson.dumps({"requests": ["?idsite=7&rec=1&cid=37BE42D094381D2E"]})
    text = orjson.loads(sent("matomo", request("/piwik.php", bulk)).body)["requests"][0]
    assert [query] == parse_qs(text.removeprefix("?"))["cid"]
    assert (16, True) == (len(query), query != "37be42d094381d2e")
    assert int(query, 16)


def test_nobodys_id_stays() -> None:
    """Sixteen zeros are not somebody: hashing them would make one visitor of all."""
    assert "_id=0000000000000000" in sent("matomo", request("/matomo.php?idsite=7&_id=0000000000000000")).query


def test_a_servers_visitors_stay_apart() -> None:
    """Each `cip` of a bulk request becomes an address of nobody's, and the browser's peer one in X-Forwarded-For."""
    events = [f"?idsite=7&rec=1&cip=203.0.113.{number}" for number in (7, 8, 7)]
    body = orjson.dumps({"requests": events, "token_auth": "0" * 32})
    texts = orjson.loads(sent("matomo", request("/matomo.php", body)).body)["requests"]
    addresses = [parse_qs(text)["cip"][0] for text in texts]
    assert 2 == len(set(addresses))
    assert all(ip_address(address) in ip_network("fd00::/8") for address in addresses)
    browser = sent("matomo", request(f"/matomo.php?{EVENT}", peer="203.0.113.7"))
    assert addresses[0] == header(browser.headers, "x-forwarded-for")
    assert "cip=&" in sent("matomo", request("/matomo.php?idsite=7&cip=&rec=1")).query + "cip=&"


def test_a_dropped_event_leaves_its_bulk_request() -> None:
    """The others keep their order and the token that vouches for them."""
    body = orjson.dumps({"requests": ["?idsite=7&a=1", "?idsite=7&a=2"], "token_auth": "0" * 32})
    batch = opened("matomo", request("/matomo.php", body))
    del batch.records[0]
    assert {"requests": ["?idsite=7&a=2"], "token_auth": "0" * 32} == orjson.loads(batch.seal().body)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", b""),
        ("rec=1", b""),
        ("", b"url=x"),
        ("", b"{"),
        ("", b"{}"),
        ("", b'{"requests":{}}'),
        ("", b'{"requests":[{"idsite":[7]}]}'),
        ("", b'{"requests":[{"rec":1}]}'),
        ("", b'{"requests":[7]}'),
        ("", b'{"requests":["?rec=1"]}'),
        ("idsite=7", b"\x1f\x8b\x08\xff"),
        ("idsite=7", b"\xff\xfe"),
    ],
)
def test_what_is_no_event_is_refused(query: str, body: bytes) -> None:
    """A request that says of no site that something happened gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("matomo", request(f"/matomo.php?{query}", body))


@pytest.mark.parametrize(
    ("query", "body"),
    [("idsite=7&hsr_ev=1", b""), ("", b"idsite=7&hsr_vid=x"), ("", b'{"requests":["?idsite=7&hsr_ev=x"]}')],
)
def test_a_session_recording_is_refused(query: str, body: bytes) -> None:
    """Heatmaps and recordings travel on the same route and go no further."""
    with pytest.raises(RouteRefused):
        opened("matomo", request(f"/matomo.php?{query}", body))


@pytest.mark.parametrize(
    ("target", "method", "body", "expected"),
    [
        ("/matomo.php?send_image=0", "POST", b"", (204, "text/plain")),
        ("/matomo.php", "POST", b"send_image=0", (204, "text/plain")),
        ("/matomo.php?send_image=1", "GET", b"", (200, "image/gif")),
        ("/matomo.php", "POST", b'{"requests":[]}', (200, "application/json")),
        ("/plugins/HeatmapSessionRecording/configs.php", "GET", b"", (200, "application/javascript")),
    ],
)
def test_answers_are_matomos(target: str, method: str, body: bytes, expected: tuple[int, str]) -> None:
    """A pixel, nothing, or a count, as it was asked for; no recording is configured."""
    wire = request(target, body, method)
    ack = MATOMO.ack(MATOMO.route(method, wire.path), wire)
    assert expected == (ack.status, ack.content_type)


def test_libraries_pass() -> None:
    """The tracker's script and tag manager containers are fetched through."""
    paths = ("/matomo.js", "/piwik.js", "/js/container_Ab12.js")
    assert {Access.PASS} == {MATOMO.route("GET", path).access for path in paths}
