"""The seven laws of the house, for every dialect that is registered and every policy that is shipped.

Nothing here names a vendor: `generating` makes requests from a dialect's own tables, and each of them goes through all
policies. A case that once broke a law stays as an example, or as a test of its own beside the code that was wrong.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy.errors import EventveilError, RecordRefused
from proxy.model import Scrubbed, WireRequest
from proxy.policy.spec import OnError
from proxy.scrub import scrub_request
from proxy.wire.registry import DIALECTS
from tests.captures.reading import POLICIES, decoded, differing, flat, keeping, program
from tests.laws.asking import asked, questions
from tests.laws.generating import HARMLESS, Sample, identified, identities, routes, samples
from tests.leaks import find

EVERY = pytest.mark.parametrize(
    ("name", "policy"), [(name, policy) for name in sorted(DIALECTS) for policy in POLICIES]
)
ON_ERROR: tuple[OnError, ...] = ("drop_field", "drop_record", "refuse")
EXAMPLES = max(10, 180 // len(DIALECTS))
"""For each law, dialect and policy. The laws together stay within a minute and a half on two cores."""

LAW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def _scrub(request: WireRequest, name: str, policy: str, on_error: OnError | None = None) -> Scrubbed:
    compiled = program(name, policy)
    return scrub_request(
        request, DIALECTS[name], replace(compiled, on_error=on_error) if on_error is not None else compiled
    )


def _same(one: WireRequest, other: WireRequest, name: str) -> bool:
    """Compare what two requests say, whatever the bytes of a compressed body."""
    first, second = decoded(one, DIALECTS[name]), decoded(other, DIALECTS[name])
    return (
        (one.method, one.path, one.query, sorted(one.headers))
        == (other.method, other.path, other.query, sorted(other.headers))
        and repr(first.records) == repr(second.records)
        and repr(first.around) == repr(second.around)
    )


@EVERY
@given(data=st.data())
@LAW
def test_round_trip(name: str, policy: str, data: st.DataObject) -> None:
    """Law 1: what no rule touches is the same after decode → encode; a policy that keeps all touches nothing."""
    sample = data.draw(samples(name))
    kept = scrub_request(sample.request, DIALECTS[name], keeping(name))
    assert kept.request is not None
    before, after = decoded(sample.request, DIALECTS[name]), decoded(kept.request, DIALECTS[name])
    assert (before.kinds, before.records, before.around) == (after.kinds, after.records, after.around)
    result = _scrub(sample.request, name, policy)
    if result.report.dropped == 0:
        assert [] == differing(sample.request, result, DIALECTS[name])


@EVERY
@given(data=st.data())
@LAW
def test_idempotence(name: str, policy: str, data: st.DataObject) -> None:
    """Law 2: scrubbing twice is scrubbing once."""
    sample = data.draw(samples(name))
    once = _scrub(sample.request, name, policy).request
    if once is not None:
        twice = _scrub(once, name, policy).request
        assert twice is not None
        assert _same(once, twice, name)


@EVERY
@given(data=st.data())
@LAW
def test_no_leak(name: str, policy: str, data: st.DataObject) -> None:
    """Law 3: a planted value that the policy covers is nowhere in the request that leaves, its findings or errors."""
    sample = data.draw(samples(name, plants=2))
    treatments = program(name, policy).looking.treatments
    covered = {value for entity, value in sample.planted if entity in treatments}
    result = _scrub(sample.request, name, policy)
    assert {} == (find(result.request, covered) if result.request else {})
    assert [] == [value for value in covered if value in repr(result.report)]


@EVERY
@given(data=st.data())
@LAW
def test_no_leak_beside_events(name: str, policy: str, data: st.DataObject) -> None:
    """Law 3, on routes that carry no events: what stands beside a question about flags or settings is covered too."""
    if not asked(name):
        return
    sample = data.draw(questions(name))
    treatments = program(name, policy).looking.treatments
    covered = {value for entity, value in sample.planted if entity in treatments}
    result = _scrub(sample.request, name, policy)
    assert result.request is not None
    assert {} == find(result.request, covered)
    assert [] == [value for value in covered if value in repr(result.report)]


@EVERY
@given(data=st.data())
@LAW
def test_no_leak_in_errors(name: str, policy: str, data: st.DataObject) -> None:
    """Law 3, for errors: what stops a request says kinds, sizes and places, never what stood in it."""
    sample = data.draw(samples(name))
    cut = data.draw(st.integers(0, max(0, len(sample.request.body) - 1)))
    request = sample.request
    broken = WireRequest(request.method, request.path, request.query, request.headers, request.body[:cut])
    said = _error_of(broken, name, policy)
    assert [] == [value for _, value in sample.planted if value in said]


def _error_of(request: WireRequest, name: str, policy: str) -> str:
    try:
        _scrub(request, name, policy)
    except EventveilError as error:
        return f"{error!s}{error!r}"
    return ""


@EVERY
@given(data=st.data())
@LAW
def test_locality(name: str, policy: str, data: st.DataObject) -> None:
    """Law 4: another word in a field that nobody treats changes that field and nothing else."""
    word, other = data.draw(st.permutations(("teal", "crimson", "ochre")))[:2]
    field = data.draw(st.sampled_from(HARMLESS))
    sample = data.draw(samples(name))
    first, second = (_with(sample, name, field, value) for value in (word, other))
    one, two = (_scrub(request, name, policy).request for request in (first, second))
    assert (one is None) == (two is None)
    if one is None or two is None:
        return
    left, right = decoded(one, DIALECTS[name]), decoded(two, DIALECTS[name])
    for record in (*left.records, *right.records):
        record.pop(field, None)
    assert (left.records, left.around) == (right.records, right.around)


def _with(sample: Sample, name: str, field: str, value: Any) -> WireRequest:
    """Set a field in the last record of a request."""
    batch = decoded(sample.request, DIALECTS[name])
    batch.records[-1][field] = value
    sealed = batch.seal()
    return WireRequest(sealed.method, sealed.path, sealed.query, sample.request.headers, sealed.body)


_PIECES = st.sampled_from(
    (
        b'{"event":"a"}',
        b"[",
        b"{",
        b"data=",
        b"%5B",
        b"e30=",
        b"\x1f\x8b\x08",
        b"\x78\x9c",
        b"\xed\xa0\xbd",
        b"\n",
        b"&",
        b"=",
    )
)
_BODIES = st.binary(max_size=64) | st.lists(_PIECES, max_size=6).map(b"".join)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(("Content-Type", "content-encoding", "User-Agent", "Authorization", "Cookie", "Connection")),
        st.sampled_from(("gzip", "br", "zstd", "deflate", "identity", "application/json")) | _TEXT,
    ),
    max_size=3,
).map(tuple)


@EVERY
@given(data=st.data())
@LAW
def test_totality(name: str, policy: str, data: st.DataObject) -> None:
    """Law 5: any request at all gives a result or an error of the house; nothing else comes out of the heart."""
    sample = data.draw(samples(name, plants=0))
    request = WireRequest(
        data.draw(st.sampled_from((sample.request.method, "GET", "POST", "PUT", "BREW"))),
        data.draw(st.sampled_from([sample.request.path] * 4 + [route.path for route in DIALECTS[name].routes]) | _TEXT),
        data.draw(_TEXT | st.sampled_from(("data=", "data=W10=", "verbose=1&verbose=1", "%ff=%ff"))),
        data.draw(_HEADERS),
        data.draw(st.just(sample.request.body) | _BODIES | _mutated(sample.request.body)),
    )
    try:
        result = _scrub(request, name, policy)
    except EventveilError:
        return
    assert result.request is None or isinstance(result.request.body, bytes)


def _mutated(body: bytes) -> st.SearchStrategy[bytes]:
    at = st.integers(0, max(0, len(body)))
    return st.tuples(at, at, st.binary(max_size=3)).map(lambda cut: body[: cut[0]] + cut[2] + body[cut[1] :])


@EVERY
@given(data=st.data())
@LAW
def test_conservation(name: str, policy: str, data: st.DataObject) -> None:
    """Law 6: received = forwarded + dropped for records, and as many leave as are said to; a refusal forwards none."""
    sample = data.draw(samples(name))
    deep: Any = "bottom"
    for _ in range(data.draw(st.sampled_from((0, 40)))):
        deep = {"a": deep}
    request = _with(sample, name, "zz_deep", deep)
    for on_error in ON_ERROR:
        try:
            result = _scrub(request, name, policy, on_error)
        except RecordRefused:
            assert on_error == "refuse"
            continue
        report = result.report
        left = decoded(result.request, DIALECTS[name]).records if result.request else []
        assert (sample.records, len(left)) == (report.received, report.forwarded)
        assert report.received == report.forwarded + report.dropped


_IDS = ("user-81342", "user-81343", "81342077", "orla@mail.example", "9b1c5f0e-7a1c-4b7e-8f00-6d1f0c2b9a77")


@EVERY
@given(data=st.data())
@LAW
def test_joins(name: str, policy: str, data: st.DataObject) -> None:
    """Law 7: in all places where a vendor keeps identities, equal ones have one pseudonym and others another."""
    places = identities(name)
    if not places:
        return
    first, second = (data.draw(st.sampled_from(places)) for _ in range(2))
    one, other = (data.draw(st.sampled_from(_IDS)) for _ in range(2))
    tokens = [
        _token(data.draw(st.sampled_from(identified(name, identity, value))), name, policy, identity.path)
        for identity, value in ((first, one), (second, other))
    ]
    assert one not in tokens[0]
    assert other not in tokens[1]
    if (first.domain, one) == (second.domain, other):
        assert tokens[0] == tokens[1]
    else:
        assert tokens[0] != tokens[1]


def _token(request: WireRequest, name: str, policy: str, path: tuple[str, ...]) -> str:
    """Give what stands at a place of the only record of a request that leaves."""
    sent = _scrub(request, name, policy).request
    assert sent is not None
    (record,) = decoded(sent, DIALECTS[name]).records
    (value,) = (value for place, value in flat(record) if place == path)
    return str(value)


@given(value=st.sampled_from(_IDS))
@settings(max_examples=len(_IDS), deadline=None)
def test_nothing_joins_across_vendors(value: str) -> None:
    """Law 7: no two vendors get the same pseudonym for the same identity."""
    given_to: dict[str, str] = {}
    for name in sorted(DIALECTS):
        for identity in identities(name):
            token = _token(identified(name, identity, value)[0], name, "balanced", identity.path)
            assert name == given_to.setdefault(token, name)


def test_laws_reach_every_dialect() -> None:
    """Each dialect has a request that the laws can make, and every shipped policy compiles for it."""
    assert [] == [name for name in DIALECTS if not routes(name)]
    assert [] == [(name, policy) for name in DIALECTS for policy in POLICIES if program(name, policy).policy != policy]
