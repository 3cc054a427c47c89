"""Sentry: records within envelopes, a tunnel's own route, no replay and no address."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from proxy.errors import DocumentInvalid, EventveilError, RouteRefused
from proxy.policy import compile_program, load_text
from proxy.scrub import scrub_request
from proxy.wire.sentry import SENTRY
from tests.captures.reading import KEYRING, program
from tests.wire.speaking import opened, request, sent

PATH = "/api/4501/envelope/?sentry_version=7&sentry_key=pub"
EVENT = {
    "event_id": "e",
    "user": {"id": "ada-42", "ip_address": "{{auto}}"},
    "request": {"url": "https://a.example/?m=ada"},
}
SPANS = {
    "version": 2,
    "ingest_settings": {"infer_ip": "auto"},
    "items": [
        {"span_id": "1", "attributes": {"user.id": {"type": "string", "value": "ada-42"}}},
        {"span_id": "2", "attributes": {"user.ip_address": {"type": "string", "value": "{{auto}}"}}},
    ],
}


def _envelope(*items: tuple[str, Any], head: object = None) -> bytes:
    lines = [orjson.dumps(head or {"event_id": "e", "dsn": "https://pub@o1.ingest.example/4501"})]
    for kind, document in items:
        count = {"item_count": len(document["items"])} if isinstance(document.get("items"), list) else {}
        lines += (orjson.dumps({"type": kind, **count}), orjson.dumps(document))
    return b"\n".join(lines) + b"\n"


def _lines(body: bytes) -> list[Any]:
    return [orjson.loads(line) for line in body.splitlines()]


def test_one_person_is_one_pseudonym_in_every_item() -> None:
    """Event, session, span and the older store route join."""
    body = _envelope(("event", EVENT), ("session", {"sid": "s", "did": "ada-42"}), ("span", SPANS))
    event, session, span, _ = opened("sentry", sent("sentry", request(PATH, body))).records
    store = opened("sentry", sent("sentry", request("/api/4501/store/", orjson.dumps(EVENT)))).records[0]
    ids = {
        event["user"]["id"], session["did"], span["attributes"]["user.id"]["value"], store["user"]["id"],
    }  # fmt: skip
    assert 1 == len(ids)
    assert {"ada-42"}.isdisjoint(ids)


def test_sentry_is_not_asked_to_take_the_address() -> None:
    """`{{auto}}` is gone from users, sessions and spans, and inference is forbidden where nobody asked for it."""
    session = {"sid": "s", "attrs": {"ip_address": "{{auto}}", "release": "1"}}
    body = _envelope(("event", EVENT), ("session", session), ("span", SPANS), ("event", {"event_id": "f", "sdk": 5}))
    _, _, event, _, session, head, spans, _, other = _lines(sent("sentry", request(PATH, body)).body)
    assert {"id"} == {*event["user"]}
    assert ("never", "never") == (event["sdk"]["settings"]["infer_ip"], other["sdk"]["settings"]["infer_ip"])
    assert {"release": "1"} == session["attrs"]
    assert ({"infer_ip": "never"}, 2, {}) == (
        spans["ingest_settings"],
        head["item_count"],
        spans["items"][1]["attributes"],
    )


def test_who_gives_feedback_is_nobody() -> None:
    """The name in a user report goes as the one in feedback does; its text stays where the policy keeps free text."""
    report = {"event_id": "e", "name": "Zoe Quist", "email": "q@mail.example", "comments": "No button, Zoe"}
    out = _lines(sent("sentry", request(PATH, _envelope(("user_report", report)))).body)[2]
    assert ("No button, [PERSON]", False) == (out["comments"], "name" in out)
    assert out["email"].startswith("p1_")


def test_what_people_typed_is_free_text() -> None:
    """`FREE_TEXT: drop` holds for feedback and user reports."""
    policy = load_text("policy: shut\nbecause: a\nextends: [balanced]\nentities: {FREE_TEXT: drop}", "shut.yaml")
    typed = {"event_id": "e", "comments": "typed", "contexts": {"feedback": {"message": "typed"}}}
    wire = request(PATH, _envelope(("user_report", typed), ("feedback", typed)))
    shut = scrub_request(wire, SENTRY, compile_program(policy, SENTRY, KEYRING)).request
    assert shut is not None
    assert b"typed" not in shut.body


def test_a_device_is_a_pseudonym() -> None:
    """What somebody called a telephone, and the id of an installation, are no browser's name."""
    device = {"name": "Zoe's telephone", "id": "cc0e3253-3603-4969-b1cf-824ce52199aa", "model": "Pixel 9"}
    body = _envelope(("event", {"event_id": "e", "contexts": {"device": device}}))
    out = _lines(sent("sentry", request(PATH, body)).body)[2]["contexts"]["device"]
    assert ("p1_", "p1_", "Pixel") == (out["name"][:3], out["id"][:3], out["model"])


def test_replays_screenshots_and_profiles_are_left_out() -> None:
    """The rest of their envelope is sent; an envelope of nothing else is not."""
    replay = ("replay_event", {"replay_id": "r", "urls": ["https://a.example/?m=ada"]})
    body = _envelope(("event", {"event_id": "e"}), replay) + b'{"type":"attachment","length":3}\n\x89PN\n'
    out = sent("sentry", request(PATH, body))
    assert [{"type": "event"}, {"event_id": "e", "sdk": {"settings": {"infer_ip": "never"}}}] == _lines(out.body)[1:]
    assert None is scrub_request(request(PATH, _envelope(replay)), SENTRY, program("sentry", "balanced")).request


def test_a_record_that_is_left_out_leaves_its_container() -> None:
    """A container says how many are left; one that holds none is left out, and so is an event."""
    batch = opened("sentry", request(PATH, _envelope(("event", EVENT), ("span", SPANS), ("log", SPANS))))
    batch.records[:] = [batch.records[2]]
    sealed = batch.seal().body
    _, head, span = _lines(sealed)
    assert sealed == batch.seal().body
    assert ({"type": "span", "item_count": 1}, ["2"]) == (head, [record["span_id"] for record in span["items"]])


@pytest.mark.parametrize("path", ["/tunnel", "/"])
def test_a_tunnel_is_sent_to_the_projects_route(path: str) -> None:
    """The DSN in the header names project and key, as Sentry's own tunnels read it."""
    out = sent("sentry", request(path, _envelope(("event", EVENT))))
    assert ("/api/4501/envelope/", "sentry_version=7&sentry_key=pub") == (out.path, out.query)


@pytest.mark.parametrize(
    "dsn",
    [
        None,
        5,
        "",
        "https://o1.example/4501",
        "https://pub@o1.example/../x",
        "https://p/b@x/1",
        "https://[",
        "https://pub@x/٤",
    ],
)
def test_a_tunnel_without_a_dsn_is_refused(dsn: object) -> None:
    """Nothing is made into a path that is not a key and a project."""
    with pytest.raises(DocumentInvalid):
        opened("sentry", request("/tunnel", _envelope(("event", EVENT), head={"dsn": dsn})))


@pytest.mark.parametrize("path", ["/api/4501/security/", "/api/4501/minidump/", "/api/embed/error-page/"])
def test_other_intakes_are_closed(path: str) -> None:
    """Reports that eventveil does not open are refused, and the SDK is given an id."""
    with pytest.raises(RouteRefused):
        opened("sentry", request(path, b"x"))
    assert {"id": "0" * 32} == orjson.loads(SENTRY.ack(SENTRY.route("POST", path), request(path)).body)


@pytest.mark.parametrize(
    "body",
    [b"", b"no", b"{}\n{", _envelope(("span", {"items": [1]})), _envelope(("span", {"items": {}}))],
)
def test_what_is_none_of_sentrys_is_refused(body: bytes) -> None:
    """Anything but an envelope of objects gives an error of ours."""
    with pytest.raises(EventveilError):
        opened("sentry", request(PATH, body))


def test_an_empty_container_holds_no_record() -> None:
    """It is left out with nothing to count."""
    assert [] == opened("sentry", request(PATH, _envelope(("log", {"items": []})))).records
