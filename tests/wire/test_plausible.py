"""Plausible: events without an id, visitors counted by a pseudonymous address."""

from __future__ import annotations

from hashlib import sha256
from ipaddress import ip_address, ip_network

import orjson
import pytest

from proxy.errors import EventveilError
from proxy.model import WireRequest
from proxy.policy import compile_program, load_text
from proxy.scrub import scrub_request
from proxy.wire.dialect import Access
from proxy.wire.headers import header
from proxy.wire.plausible import PLAUSIBLE
from tests.captures.reading import KEEP_ALL, KEYRING
from tests.wire.speaking import opened, request, sent

PAGE = b'{"n":"pageview","u":"http://a.example/x?email=ada","d":"a.example","r":null,"h":1,"v":36,"sd":100,"e":782}'
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PAGE, b'{"n":"pageview","u":"http://a.example/x","d":"a.example","r":null,"h":1,"v":36,"sd":100,"e":782}'),
        (
            b'{"n":"Buy","d":"a","p":{"plan":"x","name":"b","email":""}}',
            b'{"n":"Buy","d":"a","p":{"plan":"x","name":"b","email":""}}',
        ),
        (
            b'{"name":"Buy","p":"{\\"plan\\":\\"x\\",\\"first_name\\":\\"Ada\\"}"}',
            b'{"name":"Buy","p":"{\\"plan\\":\\"x\\"}"}',
        ),
        (b'{"n":"Buy","p":"mail ada@example.org","$":{"amount":99,"currency":"EUR"}}', None),
    ],
)
def test_people_leave_properties_and_addresses_of_pages(body: bytes, expected: bytes | None) -> None:
    """Properties are scrubbed as an object, as JSON in a string and as plain text; numbers and revenue stay."""
    out = sent("plausible", request("/api/event", body)).body
    assert b"ada@" not in out
    if expected is not None:
        assert expected == out


def _event(peer: str, agent: str, page: bytes = PAGE) -> WireRequest:
    return request("/api/event", page, headers=(("User-Agent", agent), ("X-Forwarded-For", "10.9.9.9")), peer=peer)


def _visitors(events: list[tuple[str, WireRequest]]) -> int:
    """Count as Plausible does: a hash of address, browser, domain and the day's salt.

    Source: Plausible, "Data policy: how we count unique users without cookies", 2026-11.
    """
    seen = {
        sha256(f"salt{address}{header(event.headers, 'user-agent')}{orjson.loads(event.body)['d']}".encode()).digest()
        for address, event in events
    }
    return len(seen)


def test_as_many_visitors_are_counted_behind_eventveil() -> None:
    """60 visitors, three visits each: 60 without a proxy, 60 behind eventveil, 2 behind a proxy that says nothing."""
    people = [(f"203.0.113.{number}" if number % 2 else f"2001:db8::{number:x}", number % 3) for number in range(60)]
    visits = [_event(address, FIREFOX if browser else CHROME) for address, browser in people for _ in range(3)]
    forwarded = [sent("plausible", visit) for visit in visits]
    assert 60 == _visitors([(visit.peer, visit) for visit in visits])
    assert 60 == _visitors([(header(event.headers, "x-forwarded-for"), event) for event in forwarded])
    assert 2 == _visitors([("192.0.2.1", event) for event in forwarded])


def test_the_address_is_nobodys_and_the_real_one_nowhere() -> None:
    """What travels lies in fd00::/8; neither the peer nor what the client claims of itself is in the request."""
    out = sent("plausible", _event("203.0.113.7", CHROME))
    address = header(out.headers, "x-forwarded-for")
    assert ip_address(address) in ip_network("fd00::/8")
    assert "203.0.113.7" not in repr(out)
    assert "10.9.9.9" not in repr(out)


@pytest.mark.parametrize("text", [KEEP_ALL, "policy: p\nextends: [base]\nmode: shadow\n"])
def test_a_policy_that_keeps_addresses_does_not_hand_out_the_peers(text: str) -> None:
    """Where nothing replaces the address no header is made of it."""
    program = compile_program(load_text(text, "p.yaml"), PLAUSIBLE, KEYRING)
    out = scrub_request(_event("203.0.113.7", CHROME), PLAUSIBLE, program).request
    assert out is not None
    assert "" == header(out.headers, "x-forwarded-for")


def test_a_request_from_nowhere_gets_no_address() -> None:
    """A Unix socket, or the command line, has no peer."""
    assert "" == header(sent("plausible", _event("", CHROME)).headers, "x-forwarded-for")


def test_scripts_pass_and_the_answer_is_plausibles() -> None:
    """The script is fetched through; an answer in Plausible's place is 202 `ok`."""
    assert Access.PASS is PLAUSIBLE.route("GET", "/js/script.outbound-links.js").access
    ack = PLAUSIBLE.ack(PLAUSIBLE.route("POST", "/api/event"), request("/api/event"))
    assert (202, b"ok") == (ack.status, ack.body)


@pytest.mark.parametrize("body", [b"", b"no", b"1", b"[1]"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    """Anything but an object, or objects, gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("plausible", request("/api/event", body))
