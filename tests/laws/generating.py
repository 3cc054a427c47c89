"""Requests of any dialect, made from its own tables, with people planted in them. The laws draw from here.

A newly registered dialect is met without a new line: its routes and catalogue say what its requests look like, and
which of a few document shapes it takes is found by trying. A dialect that opens no document of ours (it has a decoder
of its own) is fed from its captures: opened, changed, sealed again.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from proxy.errors import EventveilError
from proxy.model import WireRequest
from proxy.policy.canary import CANARIES
from proxy.policy.catalogue import Index
from proxy.policy.entities import IDENTITIES
from proxy.policy.selectors import split
from proxy.wire.dialect import Access, Catalogue, Contract, Dialect, Field, Form, Route
from proxy.wire.registry import DIALECTS
from tests.captures.reading import CAPTURED, decoded, lines
from tests.laws.describing import sent

__all__ = [
    "DETECTED",
    "HARMLESS",
    "PEOPLE",
    "Identity",
    "Sample",
    "identified",
    "identities",
    "put",
    "routes",
    "samples",
]

DETECTED: dict[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": ("orla.quenneville@mail.example", "t.brightwater+shop@example.co.uk", "ines_valdoro@example.org"),
    "IP_ADDRESS": ("203.0.113.84", "198.51.100.201", "2001:db8:85a3::8a2e:370:7334"),
    "CREDIT_CARD": ("4111 1111 1111 1111", "5555555555554444", "378282246310005"),
    "IBAN_CODE": ("GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"),
    "PHONE_NUMBER": ("+44 20 7946 0958", "+1 202 555 0143", "+353 20 915 5511"),
    "SECRET": (CANARIES["SECRET"],),
}
"""Values that tell by themselves, wherever they stand. Invented, or reserved for documentation: see `policy.canary`."""

PEOPLE = ("Orla Quenneville", "Tamsin Brightwater", "Inés Valdoro", "Priya Venkatanarayan", "Ansgar Holmström")
"""Names tell only where a field's name says so, and wherever they are repeated in the same request."""

TELLING = ("first_name", "fullName", "Nachname", "customer_name", "apellidos")
HARMLESS = ("zz_colour", "planTier", "widget", "x1", "qty")
"""Names that tell nothing."""

_VALUES: dict[str, tuple[Any, ...]] = {
    "USER_ID": ("user-81342", "81342077", "u/81342"),
    "DEVICE_ID": ("9b1c5f0e-7a1c-4b7e-8f00-6d1f0c2b9a77", "dev-773312"),
    "ORG_ID": ("org-55120", "northwind-55120"),
    "ORGANIZATION": ("Fennimore Outfitters", "Quillpost"),
    "PERSON": PEOPLE,
    "LOCATION": ("Eastmere",),
    "LOCATION_PRECISE": ("54.890812", 54.890812, -1.254879),
    "POSTAL_ADDRESS": ("14 Quarrystone Lane, Eastmere",),
    "BIRTH_DATE": ("1988-03-14",),
    "LOCATION_COARSE": ("Eastmere", "GB"),
    "URL": ("https://shop.example/p/7?utm_source=mail&ref=zz#top", "/p/7?ref=zz", "$direct"),
    "USER_AGENT": ("Windows 10", "Firefox", "128.0", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0"),
    **DETECTED,
}

_DULL = st.one_of(
    st.sampled_from(("teal", "large", "checkout", "", "a b", "ünï", "\N{FOX FACE}", "100%", "x+y=z&w")),
    st.integers(-999_999, 999_999),
    st.booleans(),
    st.none(),
    st.sampled_from((0.5, -2.25, 1e21, 12345678901234567890123)),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A request with what was planted in it.

    Args:
        planted: (entity, string) pairs; no policy that does anything about the entity may let the string through.
        records: how many the request holds.
    """

    request: WireRequest
    planted: tuple[tuple[str, str], ...] = ()
    records: int = 0


# --- where a value may stand -----------------------------------------------------------------------------------------

Place = Callable[[str], Any]


def _in_path(value: str) -> str:
    """Put a value into a URL's path; what is digits only behind a word, since `lib/4.17.21.1/a.js` is a version."""
    before = "from " if re.fullmatch(r"[+\d. ]+", value) else ""
    return f"https://shop.example/u/{quote(before + value, safe='')}/orders"


_TEXTS: tuple[Place, ...] = (
    lambda value: value,
    lambda value: f"please tell {value} about it",
    lambda value: f"https://shop.example/p?who={quote(value, safe='')}&utm_source=mail",
    _in_path,
    lambda value: json.dumps({"inner": value, "n": [1, 2]}),
    lambda value: json.dumps({"inner": json.dumps([value])}),
    lambda value: b64encode(json.dumps({"inner": value}).encode()).decode(),
)
_PLACES: tuple[Place, ...] = (
    *_TEXTS,
    lambda value: [value, "teal"],
    lambda value: {"a": {"b": [{"c": value}, 3]}},
    lambda value: {value: 1},
    lambda value: {"a": {value: {"n": True}}},
    lambda value: {f"seen {value}": "teal"},
)


def _digits(value: str) -> Any:
    """Give a card's number as a JSON number."""
    compact = value.replace(" ", "")
    return int(compact) if compact.isdecimal() else value


# --- what a dialect's documents look like ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """How records become a request of a route."""

    route: Route
    build: Callable[[list[dict[str, Any]]], WireRequest]
    most: int
    is_flat: bool = False


def _documents(dialect: Dialect) -> Iterator[tuple[int, Callable[[list[dict[str, Any]]], Any]]]:
    yield 3, lambda records: records
    yield 1, lambda records: records[0]
    envelope = dialect.catalogue.get("envelope", {})
    for name in (name for name, field in envelope.items() if field.form is Form.RECORDS):
        yield 3, lambda records, name=name: {"zz_sent": 1, name: records}  # type: ignore[misc] # binds its own name


def _carried(dialect: Dialect, route: Route, document: Any) -> Iterator[WireRequest]:
    path = route.path.replace("{path...}", "in").replace("{", "").replace("}", "").replace("...", "")
    method = max(route.methods)
    text = json.dumps(document)
    yield WireRequest(method, path, "verbose=1", (("Content-Type", "application/json"),), text.encode())
    yield WireRequest(method, path, "", (("Content-Encoding", "gzip"),), gzip.compress(text.encode(), mtime=0))
    if isinstance(document, list):
        yield WireRequest(method, path, "", (), "\n".join(json.dumps(record) for record in document).encode())
    for name in dialect.form_fields:
        body = f"{name}={quote(b64encode(text.encode()).decode(), safe='')}".encode()
        yield WireRequest(method, path, "", (("Content-Type", "application/x-www-form-urlencoded"),), body)
        yield WireRequest(method, path, "", (), f"{name}={quote(text, safe='')}&verbose=1".encode())
        if "GET" in route.methods:
            query = f"ip=1&{name}={quote(b64encode(text.encode()).decode(), safe='')}"
            yield WireRequest("GET", path, query, (), b"")


@cache
def _shapes(name: str) -> tuple[_Shape, ...]:
    """Find by trying which documents the routes of a dialect take."""
    dialect = DIALECTS[name]
    found = [
        shape
        for route in dialect.routes
        if route.access is Access.EVENTS
        for most, wrap in _documents(dialect)
        for shape in _fitting(dialect, route, most, wrap)
    ]
    return tuple(found or _from_captures(dialect))


def _fitting(
    dialect: Dialect, route: Route, most: int, wrap: Callable[[list[dict[str, Any]]], Any]
) -> Iterator[_Shape]:
    trial = [{"zz_trial": number} for number in range(most)]
    for way, request in enumerate(_carried(dialect, route, wrap(trial))):

        def build(records: list[dict[str, Any]], way: int = way) -> WireRequest:
            return list(_carried(dialect, route, wrap([sent(dialect.name, record) for record in records])))[way]

        try:
            batch = decoded(request, dialect)
        except EventveilError:
            continue
        if batch.records == trial:
            yield _Shape(route, build, most)


def _from_captures(dialect: Dialect) -> Iterator[_Shape]:
    assert dialect.name in CAPTURED, f"{dialect.name} takes none of the documents we can make, and has no captures"
    for line in lines(dialect.name)[::10]:
        route = dialect.route(line.request.method, line.request.path)
        if route.access is not Access.EVENTS or not decoded(line.request, dialect).records:
            continue

        def build(records: list[dict[str, Any]], request: WireRequest = line.request) -> WireRequest:
            batch = decoded(request, dialect)
            for record, new in zip(batch.records, records, strict=False):
                record.update(new)
            sealed = batch.seal()
            return WireRequest(sealed.method, sealed.path, sealed.query, request.headers, sealed.body)

        most = min(3, len(decoded(line.request, dialect).records))
        yield _Shape(route, build, most, is_flat=not _takes(dialect, build, {"zz_trial": {"a": [1]}}))


def _takes(dialect: Dialect, build: Callable[[list[dict[str, Any]]], WireRequest], record: dict[str, Any]) -> bool:
    try:
        records = decoded(build([record]), dialect).records
    except (EventveilError, TypeError, ValueError):
        return False
    return bool(records) and all(records[0].get(name) == value for name, value in record.items())


def routes(name: str) -> list[str]:
    """Give the names of a dialect's routes that the laws reach."""
    return sorted({shape.route.name for shape in _shapes(name)})


# --- records ---------------------------------------------------------------------------------------------------------


_ANY = "zz_any"
"""Stands where a table takes any name."""


def _record_kinds(catalogue: Catalogue) -> list[str]:
    return sorted(catalogue.keys() - {"header", "query", "path", "envelope"})


@cache
def _fields(name: str) -> tuple[tuple[tuple[str, ...], Field], ...]:
    """Give the places that a dialect's catalogue knows in records, `*` filled in, parents of others left out.

    So is a `*` right inside a document: it stands for objects, each of which has a name.
    """
    catalogue = DIALECTS[name].catalogue
    fields = [(split(text), field) for kind in _record_kinds(catalogue) for text, field in catalogue[kind].items()]
    documents = {path for path, field in fields if field.form in (Form.JSON, Form.BASE64_JSON)}
    known = {
        tuple(_ANY if step == "*" else step for step in path): field
        for path, field in fields
        if not (path[-1] == "*" and path[:-1] in documents)
    }
    parents = {path[:size] for path in known for size in range(1, len(path))}
    return tuple((path, field) for path, field in known.items() if path not in parents)


def put(record: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a value in nested objects, making those that are missing."""
    for step in path[:-1]:
        inner = record.setdefault(step, {})
        record = inner if isinstance(inner, dict) else record
    record[path[-1]] = value


def _value(draw: DrawFn, field: Field) -> Any:
    if field.entity is None or field.contract is Contract.RESERVED:
        return draw(st.sampled_from(("zz-reserved-1", 1764590000, "click", True)))
    value = draw(st.sampled_from(_VALUES.get(field.entity, ("zz-other",))))
    prefix = draw(st.sampled_from(("", *field.prefixes))) if field.prefixes and isinstance(value, str) else ""
    return f"{prefix}{value}"


@cache
def _homes(name: str) -> tuple[tuple[str, ...], ...]:
    """Give the places where this vendor's clients put words of their own."""
    scopes = DIALECTS[name].scopes.values()
    prefixes = {prefix for scope in scopes for listed in scope.values() for prefix in listed}
    return ((), *sorted(split(prefix.replace("*", _ANY)) for prefix in prefixes if prefix))


def _plant(draw: DrawFn, name: str, record: dict[str, Any], *, is_flat: bool) -> list[tuple[str, str]]:
    home = () if is_flat else draw(st.sampled_from(_homes(name)))
    places = _TEXTS if is_flat else _PLACES
    if draw(st.integers(0, 3)) == 0:
        person = draw(st.sampled_from(PEOPLE))
        put(record, (*home, f"{draw(st.sampled_from(TELLING))}_{PEOPLE.index(person)}"), person)
        if draw(st.booleans()):
            put(record, (*home, "zz_note"), f"a parcel for {person}")
        return [("PERSON", person)]
    entity = draw(st.sampled_from(sorted(DETECTED)))
    value = draw(st.sampled_from(DETECTED[entity]))
    place = draw(st.sampled_from((*places, _digits) if entity == "CREDIT_CARD" else places))
    put(record, (*home, draw(st.sampled_from(HARMLESS))), place(value))
    return [(entity, value)]


@st.composite
def _records(
    draw: DrawFn, name: str, *, plants: int, is_flat: bool = False
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    record: dict[str, Any] = {}
    known = (
        () if is_flat else draw(st.lists(st.sampled_from(_fields(name)), max_size=5, unique_by=lambda item: item[0]))
    )
    for path, field in known:
        put(record, path, _value(draw, field))
    home = () if is_flat else draw(st.sampled_from(_homes(name)))
    dull = (
        _DULL.map(str)
        if is_flat
        else _DULL | st.lists(_DULL, max_size=3) | st.dictionaries(st.sampled_from(HARMLESS), _DULL, max_size=2)
    )
    for word, value in draw(st.dictionaries(st.sampled_from(HARMLESS), dull, max_size=3)).items():
        put(record, (*home, word), value)
    planted = [pair for _ in range(plants) for pair in _plant(draw, name, record, is_flat=is_flat)]
    return record, planted


@st.composite
def samples(draw: DrawFn, name: str, plants: int = 1) -> Sample:
    """Draw a request of a dialect.

    Args:
        plants: how many personal values are planted in each record, beside those in fields that the catalogue knows.
    """
    shape = draw(st.sampled_from(_shapes(name)))
    strategy: SearchStrategy[Any] = _records(name, plants=plants, is_flat=shape.is_flat)
    drawn = draw(st.lists(strategy, min_size=1, max_size=shape.most))
    request = shape.build([record for record, _ in drawn])
    records = len(decoded(request, DIALECTS[name]).records)
    return Sample(request, tuple(pair for _, planted in drawn for pair in planted), records)


@dataclass(frozen=True, slots=True)
class Identity:
    """A place where the vendor keeps an identity, and which of them join: those of one domain."""

    kind: str
    path: tuple[str, ...]
    domain: str


@cache
def identities(name: str) -> tuple[Identity, ...]:
    """Give the places of every identity that the vendor may not do without, where a request can be made with it."""
    found = [
        Identity(kind, path, "person" if field.entity in IDENTITIES else str(field.entity))
        for kind, path, field in Index(DIALECTS[name])
        if field.contract is Contract.IDENTITY and kind in _record_kinds(DIALECTS[name].catalogue)
    ]
    return tuple(identity for identity in found if identified(name, identity, "trial"))


def identified(name: str, identity: Identity, value: str) -> list[WireRequest]:
    """Make a request with an identity in its place, for each way that the dialect can carry it."""
    record: dict[str, Any] = {}
    put(record, identity.path, value)
    requests = [shape.build([record]) for shape in _shapes(name)]
    return [request for request in requests if decoded(request, DIALECTS[name]).kinds == [identity.kind]]
