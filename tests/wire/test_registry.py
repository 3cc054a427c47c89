"""The dialects, as a table: each under its own name, each complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import proxy.wire
from proxy.errors import InflationLimit
from proxy.policy.catalogue import Index
from proxy.policy.entities import ENTITIES
from proxy.wire.dialect import Access, Field
from proxy.wire.json_text import CONTAINERS_LIMIT
from proxy.wire.registry import DIALECTS
from tests.wire.speaking import opened, request


def test_every_vendor_file_is_registered() -> None:
    """A file that makes a dialect stands in the table, under the dialect's name and the file's."""
    folder = Path(str(proxy.wire.__file__)).parent
    made = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"^[A-Z0-9_]+ = Dialect\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert set(DIALECTS) == made
    assert all(name == dialect.name == name.lower() for name, dialect in DIALECTS.items())


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_route_can_be_reached(name: str) -> None:
    """Each route finds itself by its own path, and none of the methods is OPTIONS, which the server answers."""
    dialect = DIALECTS[name]
    for route in dialect.routes:
        path = re.sub(r"\{[^}]*\}", "x1", route.path)
        for method in route.methods:
            assert route.name == dialect.route(method, path).name
        assert "OPTIONS" not in route.methods


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_catalogue_speaks_the_vocabulary(name: str) -> None:
    """Each entity is one that policies can name; every route with events has a kind that is catalogued."""
    dialect = DIALECTS[name]
    entities = {field.entity for _, _, field in Index(dialect) if field.entity}
    prefixed = {entity for _, _, field in Index(dialect) for entity in field.prefixes.values()}
    assert set() == (entities | prefixed) - set(ENTITIES)
    kinds = {route.kind for route in dialect.routes if route.access is Access.EVENTS}
    assert set() == kinds - set(dialect.catalogue)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_nothing_that_a_wildcard_stands_for_is_kept_unread(name: str) -> None:
    """What takes any name is not the vendor's word alone: it is scanned, or has an entity."""
    closed = [
        f"{kind}.{path}"
        for kind, catalogue in DIALECTS[name].catalogue.items()
        for path, field in catalogue.items()
        if "*" in path.rpartition(".")[2] and field == Field(contract=field.contract)
    ]
    assert [] == closed


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_no_dialect_lets_a_person_travel_in_headers(name: str) -> None:
    """Cookies, referers and addresses stay here, whatever a vendor's table says."""
    assert set() == DIALECTS[name].headers & {
        "cookie",
        "referer",
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "origin",
    }
    assert all(header == header.lower() for header in DIALECTS[name].headers)


HALF = CONTAINERS_LIMIT // 2
MANY = b"{}," * HALF + b"{}"
CHAINED = b'{"batch":[{"event":"e","properties":{"$elements_chain":"%b"}}]}'

OPENS_FAR = {
    "objects": ("segment", "/v1/batch", b'{"batch":[' + MANY + b"," + MANY + b"]}"),
    "objects, a line each": ("datadog", "/api/v2/rum", b"{}\n" * 2 * HALF + b"{}"),
    "objects in several items": (
        "sentry", "/api/1/envelope/", b'{"dsn":"https://a@b/1"}' + (b'\n{"type":"log"}\n{"items":[' + MANY + b"]}") * 2,
    ),
    "events, a line each": ("ga4", "/g/collect?v=2", b"en=a\n" * 2 * HALF + b"en=a\n"),
    "events of a bulk": ("matomo", "/matomo.php?idsite=1", b'{"requests":[' + b'"a",' * 2 * HALF + b'"a"]}'),
    "variables of events of a bulk": (
        "matomo", "/matomo.php?idsite=1", b'{"requests":["cvar=' + b"%5B" * HALF + b'","cvar=' + b"%5b" * HALF + b'"]}',
    ),
    "elements of chains": ("posthog", "/batch/", CHAINED % (b"a;" * 4 * HALF + b"a;;")),
    "attributes of an element": ("posthog", "/batch/", CHAINED % (b"a:" + b'b=\\"c\\"' * 16 * (HALF + 1))),
}  # fmt: skip
"""Dialect, target and body: a few bytes each time for what is hundreds of bytes when it is open."""


@pytest.mark.parametrize(("dialect", "target", "body"), OPENS_FAR.values(), ids=OPENS_FAR)
def test_what_opens_far_is_refused_before_it_opens(dialect: str, target: str, body: bytes) -> None:
    """A request of a few packed kilobytes must not fill a machine, in whichever of a vendor's forms."""
    with pytest.raises(InflationLimit):
        opened(dialect, request(target, body))
