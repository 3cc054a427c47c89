"""The vendors' own SDKs in a real browser, through a real eventveil, to a vendor that records.

Run by `make test-sdk`; needs Chromium, Node and the packages of package-lock.json. Each SDK makes one visit in each of
two arrangements, and every test below looks at that one visit:

    same-origin    the site passes /px on to eventveil, with the visitor's cookies, address and full Referer
    cross-origin   eventveil has a host beside the site's; preflights, credentials, cookies of the domain
"""

from __future__ import annotations

import asyncio
import os
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from proxy.wire.registry import DIALECTS
from tests.fakes import Received
from tests.leaks import find
from tests.sdk.house import PREFIX, Visit, as_wire, bundled, lacking, visited
from tests.sdk.scenario import COOKIES, PERSON, PLANTED
from tests.sdk.sdks import SDKS, Sdk

FORWARDED = frozenset("host content-length content-type content-encoding accept user-agent authorization".split())
"""What an HTTP client needs, and what a vendor's route may ask for; nothing of the visitor."""

NEVER_SENT = frozenset({PERSON["password"]})
"""Typed into the page and sent by no SDK here: it must not arrive all the same."""

REPLAY = ("/record", "/s", "/sessions/v2/track")
CREDENTIALS = frozenset({"amplitude", "ga4", "matomo", "mixpanel-browser", "snowplow"})
"""SDKs that send cookies to another origin: with credentials, or by beacons."""


class Made(NamedTuple):
    """One SDK's visit."""

    name: str
    sdk: Sdk
    same_origin: bool
    visit: Visit


@pytest.fixture(scope="module", autouse=True)
def scripts() -> None:
    """Bundle the pages, or say why nothing of this can run here."""
    if missing := lacking():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {missing}; see `make test-sdk`")
    asyncio.run(bundled())


@pytest.fixture(
    scope="module",
    params=[(name, same_origin) for name in SDKS for same_origin in (False, True)],
    ids=lambda param: f"{param[0]}-{'same' if param[1] else 'cross'}-origin",
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Lead one SDK through its visit."""
    name, same_origin = request.param
    sdk = SDKS[name]
    folder = tmp_path_factory.mktemp("eventveil")

    def arrived(received: list[Received]) -> bool:
        return not sdk.missing(received)

    visit = asyncio.run(visited(folder, sdk.page, sdk.dialect, sdk.answers, arrived, same_origin=same_origin))
    return Made(name, sdk, same_origin, visit)


def test_nothing_planted_reaches_the_vendor(made: Made) -> None:
    """No name, address, number, id or secret of the visitor arrives, in any layer of any request."""
    hits = [(got.target.partition("?")[0], find(as_wire(got), PLANTED)) for got in made.visit.received]
    leaks = [hit for hit in hits if hit[1]]
    assert [] == leaks


def test_no_header_of_the_visitor_reaches_the_vendor(made: Made) -> None:
    """Cookies, Referer, client hints and addresses stay; who counts visitors by address gets one that is nobody's."""
    headers = [(name.lower(), value) for got in made.visit.received for name, value in got.headers]
    addresses = {ip_address(value) for name, value in headers if name == "x-forwarded-for"}
    assert set() == {name for name, _ in headers} - FORWARDED - {"x-forwarded-for"}
    assert DIALECTS[made.sdk.dialect].counts_by_address == bool(addresses)
    assert len(addresses) <= 1
    assert all(address in ip_network("fd00::/8") for address in addresses)


def test_all_events_arrive(made: Made) -> None:
    """What the page did is there, each thing as often as it was done, the beacon of the last moment too."""
    assert {} == made.sdk.missing(made.visit.received)
    counts = made.sdk.counts(made.visit.received)
    own = {name: count for name, count in made.sdk.expected.items() if count and name not in made.sdk.automatic}
    assert own == {name: count for name, count in counts.items() if name not in made.sdk.automatic}


def test_identities_join(made: Made) -> None:
    """One person, browser and organisation are one pseudonym each, over events, profile and group."""
    records = [record for record, _ in made.sdk.records(made.visit.received)]
    for read, own in ((made.sdk.users, "id"), (made.sdk.groups, "org"), (made.sdk.devices, "")):
        found = {value for record in records for value in read(record)}
        assert len(found) <= 1
        assert PERSON.get(own) not in found
    assert any(True for record in records for _ in made.sdk.users(record))


def test_the_sdk_is_content(made: Made) -> None:
    """Its queue is empty, the console silent, and the page's own exception is the only one."""
    report = made.visit.report
    assert False is report["waiting"]
    assert [] == report["console"]
    assert [PERSON["failure"]] == report["errors"]


def test_no_request_of_the_sdk_fails(made: Made) -> None:
    """Every answer that the browser saw is a success, preflights included."""
    ours = [seen for seen in made.visit.report["requests"] if urlsplit(seen.get("url", "")).path.startswith(PREFIX)]
    failed = [seen for seen in ours if seen.get("failed") or seen.get("status", 200) >= 400]
    assert [] == failed
    assert ours


def test_every_record_has_one_fate(made: Made) -> None:
    """Eventveil's own account of the visit adds up."""
    assert 'eventveil_records_unaccounted{lane="px-sdk"} 0.0' in made.visit.metrics


def test_session_replay_ends_at_eventveil(made: Made) -> None:
    """A page, or the vendor's own configuration, may turn it on; nothing of it arrives."""
    paths = {got.target.partition("?")[0].rstrip("/") for got in made.visit.received}
    assert set() == paths & set(REPLAY)
    refused = [line for line in made.visit.metrics.splitlines() if 'reason="route_refused"} ' in line]
    assert made.sdk.replay == any(not line.endswith(" 0.0") for line in refused)


def test_the_visitor_was_there_to_be_found(made: Made) -> None:
    """The SDK did send the person, and the browser the site's cookies: what did not arrive was taken out."""
    if made.same_origin:
        sent = {word for got in made.visit.sent for word in find(as_wire(got), PLANTED)}
        assert {PERSON["id"], PERSON["email"], PERSON["name"], COOKIES["session"]} <= sent
        return
    headers = [seen.get("headers", {}) for seen in made.visit.report["requests"] if PREFIX in seen.get("url", "")]
    cookies = {value for names in headers for name, value in names.items() if name.lower() == "cookie"}
    assert (made.name in CREDENTIALS) == any(COOKIES["session"] in value for value in cookies)
