"""What the vendors' own SDKs sent, through the heart under `balanced`: nobody is left in it, and it is still theirs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from proxy.errors import RouteRefused
from proxy.keys.pseudonym import Pseudonymizer
from proxy.keys.shapes import SHAPES
from proxy.model import WireRequest
from proxy.policy.catalogue import Index
from proxy.policy.entities import IDENTITIES
from proxy.scrub import INFLATED_BYTES, scrub_request
from proxy.wire.dialect import Access, Contract
from proxy.wire.framing import open_document
from proxy.wire.headers import header
from proxy.wire.registry import DIALECTS
from tests.captures.excused import EXCUSED
from tests.captures.reading import (
    CAPTURED,
    KEYRING,
    Line,
    decoded,
    differing,
    flat,
    is_refused,
    keeping,
    lines,
    scrubbed,
)
from tests.leaks import find, occurs, texts

EVERY = pytest.mark.parametrize("dialect", CAPTURED)
POLICY = "balanced"


@cache
def _open_lines(dialect: str) -> tuple[Line, ...]:
    return tuple(line for line in lines(dialect) if not is_refused(line.request, DIALECTS[dialect]))


@EVERY
def test_every_file_has_its_dialect(dialect: str) -> None:
    """A file of captures is named after a dialect that is registered, and holds more than refusals."""
    assert dialect in DIALECTS
    assert _open_lines(dialect)


# --- nobody is left in it --------------------------------------------------------------------------------------------


class Survivors(NamedTuple):
    leaked: set[tuple[str, str]]
    excused: set[tuple[str, str]]


@cache
def _survivors(dialect: str) -> Survivors:
    """Look for the planted strings of every line; excused places are looked at by themselves and taken out first."""
    found = Survivors(set(), set())
    for line in _open_lines(dialect):
        sent = scrubbed(line, dialect, POLICY).request
        if sent is None or not find(sent, line.pii):
            continue
        batch = decoded(sent, DIALECTS[dialect])
        nodes = [*batch.records, *(part.node for part in batch.around)]
        for excuse in EXCUSED.get(dialect, ()):
            for text in [text for node in nodes for text in _taken(node, excuse.place)]:
                for string in line.pii:
                    if any(occurs(layer, string) for _, layer in texts(text, "")):
                        covered = any(string.casefold() in known.casefold() for known in excuse.strings)
                        (found.excused if covered else found.leaked).add((".".join(excuse.place), string))
        rest = batch.seal()
        left = WireRequest(rest.method, rest.path, rest.query, sent.headers, rest.body)
        for string, places in find(left, line.pii).items():
            found.leaked.add((max(places, key=len), string))
    return found


def _taken(node: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Take the texts at a place out of a record, and give them."""
    if isinstance(node, list):
        for item in node:
            yield from _taken(item, path)
    elif isinstance(node, dict) and path and path[0] in node:
        if len(path) > 1:
            yield from _taken(node[path[0]], path[1:])
        else:
            yield from (str(text) for _, text in flat(node.pop(path[0])))


@EVERY
def test_no_planted_string_survives(dialect: str) -> None:
    """No planted personal string is left in any decoded layer of what leaves, but for what is excused."""
    assert set() == _survivors(dialect).leaked


@EVERY
def test_no_excuse_is_stale(dialect: str) -> None:
    """An excuse that hides nothing any more goes."""
    needed = {place for place, _ in _survivors(dialect).excused}
    assert {".".join(excuse.place) for excuse in EXCUSED.get(dialect, ())} == needed


# --- and it is still the vendor's ------------------------------------------------------------------------------------


@EVERY
def test_what_no_finding_names_is_equal(dialect: str) -> None:
    """Each record of each request comes out, in order, with every value equal of which no finding speaks."""
    wrong = {}
    for line in _open_lines(dialect):
        result = scrubbed(line, dialect, POLICY)
        places = differing(line.request, result, DIALECTS[dialect])
        if places or result.report.dropped:
            wrong[line.number] = places
    assert {} == wrong


@EVERY
def test_what_the_vendor_needs_is_equal(dialect: str) -> None:
    """Token, time, insert id and whatever else is reserved come out as they came, with the event's name."""
    vendor = DIALECTS[dialect]
    needed = [
        (kind, path)
        for kind, path, field in Index(vendor)
        if field.contract is Contract.RESERVED or path in {("event",), ("type",)}
    ]
    for line in _open_lines(dialect):
        sent = scrubbed(line, dialect, POLICY).request
        assert sent is not None
        before, after = decoded(line.request, vendor), decoded(sent, vendor)
        for kind, one, other in zip(before.kinds, before.records, after.records, strict=True):
            for where in (path for needed_kind, path in needed if needed_kind == kind):
                assert _at(one, where) == _at(other, where), (line.number, kind, where)


def _at(record: Any, path: tuple[str, ...]) -> list[Any]:
    return [value for place, value in flat(record) if place == path]


@EVERY
def test_the_framing_is_the_clients(dialect: str) -> None:
    """Compressed stays compressed, a form stays a form, base64 stays base64; nothing is added to the path."""
    vendor = DIALECTS[dialect]
    for line in _open_lines(dialect):
        sent = scrubbed(line, dialect, POLICY).request
        assert sent is not None
        # Datadog's `ddforward` and Sentry's tunnel name the vendor's own path inside a request: that one is asked for.
        own = decoded(line.request, vendor).seal().path if vendor.decoder else line.request.path
        assert (line.request.method, own) == (sent.method, sent.path)
        for name in ("content-type", "content-encoding"):
            assert header(line.request.headers, name) == header(sent.headers, name)
        route = vendor.route(line.request.method, line.request.path)
        if vendor.decoder is None and route.access is Access.EVENTS:
            assert _framing(line.request, vendor.form_fields) == _framing(sent, vendor.form_fields)


def _framing(request: WireRequest, fields: tuple[str, ...]) -> tuple[str, ...]:
    if not request.body:
        return ("query",)
    return open_document(request.body, header(request.headers, "content-encoding"), fields, INFLATED_BYTES).layers


@EVERY
def test_a_policy_that_keeps_everything_changes_nothing(dialect: str) -> None:
    """Under `keep` for all, records and what stands around them are the same after decode → seal → decode."""
    vendor = DIALECTS[dialect]
    for line in _open_lines(dialect):
        result = scrub_request(line.request, vendor, keeping(dialect))
        assert result.request is not None
        before, after = decoded(line.request, vendor), decoded(result.request, vendor)
        assert (before.records, before.kinds) == (after.records, after.kinds)
        assert before.around == after.around
        assert () == result.report.findings


# --- joins -----------------------------------------------------------------------------------------------------------


@cache
def _tokens(dialect: str) -> frozenset[tuple[str, str, str]]:
    """Give (key domain, identity, pseudonym) for every identity in every place where the vendor keeps one."""
    vendor = DIALECTS[dialect]
    index = Index(vendor)
    found = set()
    for line in _open_lines(dialect):
        sent = scrubbed(line, dialect, POLICY).request
        assert sent is not None
        before, after = decoded(line.request, vendor), decoded(sent, vendor)
        for kind, one, other in zip(before.kinds, before.records, after.records, strict=True):
            for place in {place for place, _ in flat(one)}:
                field = index.field(kind, place)
                if field is None or field.contract is not Contract.IDENTITY:
                    continue
                domain = "identity" if field.entity in IDENTITIES else str(field.entity)
                for raw, token in zip(_at(one, place), _at(other, place), strict=True):
                    if raw in (None, "") or raw in field.keep_values:
                        continue
                    prefix = next((prefix for prefix in field.prefixes if str(raw).startswith(prefix)), "")
                    found.add((domain, str(raw).removeprefix(prefix), str(token).removeprefix(prefix)))
    return frozenset(found)


@EVERY
def test_equal_identities_stay_equal_and_others_different(dialect: str) -> None:
    """On every route of a vendor one id has one pseudonym, and two ids have two."""
    by_id: dict[tuple[str, str], set[str]] = {}
    by_token: dict[str, set[tuple[str, str]]] = {}
    for domain, raw, token in _tokens(dialect):
        by_id.setdefault((domain, raw), set()).add(token)
        by_token.setdefault(token, set()).add((domain, raw))
    assert by_id or all(field.contract is not Contract.IDENTITY for _, _, field in Index(DIALECTS[dialect]))
    assert {} == {raw: tokens for raw, tokens in by_id.items() if len(tokens) > 1}
    assert {} == {token: raws for token, raws in by_token.items() if len(raws) > 1}


@EVERY
def test_every_identity_became_a_pseudonym_of_this_key(dialect: str) -> None:
    """Behind the prefixes that a vendor needs stands a token that this vendor's key made."""
    domains = {"identity": "identity", "ORG_ID": "organization"}
    shapes = tuple(SHAPES[name] for name in DIALECTS[dialect].shapes)
    made = {
        domain: Pseudonymizer(KEYRING.derive(dialect, f"hash/{purpose}"), KEYRING.epoch, shapes).made
        for domain, purpose in domains.items()
    }
    assert [] == [token for domain, _, token in _tokens(dialect) if not made[domain](token)]


def test_two_vendors_share_no_pseudonym() -> None:
    """What two vendors hold about one person cannot be joined by comparing."""
    seen: dict[str, str] = {}
    for dialect in CAPTURED:
        for token in {token for _, _, token in _tokens(dialect)}:
            assert dialect == seen.setdefault(token, dialect)


# --- closed routes ---------------------------------------------------------------------------------------------------


@EVERY
def test_closed_routes_stay_closed(dialect: str) -> None:
    """A captured request to a route that is closed (session replay) is refused before its body is opened."""
    closed = [line for line in lines(dialect) if is_refused(line.request, DIALECTS[dialect])]
    for line in closed:
        with pytest.raises(RouteRefused):
            scrubbed(line, dialect, POLICY)
