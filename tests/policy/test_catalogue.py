from __future__ import annotations

import pytest

from proxy.policy.catalogue import Index
from proxy.wire.dialect import Contract, Dialect, Field

PLAN, ANY, DEEP = Field(), Field("PERSON"), Field("URL")
DIALECT = Dialect(
    name="trial",
    routes=(),
    catalogue={
        "event": {"properties.plan": PLAN, "properties.*": ANY, "a.*.b": DEEP, r"x\.y": PLAN},
        "query": {"token": Field(contract=Contract.RESERVED)},
    },
    scopes={"event": {"event": ("", "properties"), "profile": ("traits.inner",)}},
)
INDEX = Index(DIALECT)


@pytest.mark.parametrize(
    ("kind", "path", "field"),
    [
        ("event", ("properties", "plan"), PLAN),
        ("event", ("properties", "other"), ANY),
        ("event", ("a", "x", "b"), DEEP),
        ("event", ("x.y",), PLAN),
        ("event", ("properties",), None),
        ("event", ("properties", "a", "b"), None),
        ("profile", ("properties", "plan"), None),
    ],
)
def test_a_field_is_found(kind: str, path: tuple[str, ...], field: Field | None) -> None:
    """An exact entry wins over `*`, which stands for one name."""
    assert field is INDEX.field(kind, path)


@pytest.mark.parametrize(
    ("kind", "path", "leads"),
    [
        ("event", ("properties",), True),
        ("event", ("a",), True),
        ("event", ("a", "anything"), True),
        ("event", ("traits",), True),
        ("event", ("traits", "inner"), True),
        ("event", ("traits", "other"), False),
        ("event", ("properties", "plan"), False),
        ("query", ("properties",), False),
    ],
)
def test_what_holds_fields_is_known(kind: str, path: tuple[str, ...], leads: bool) -> None:
    """The objects around catalogued fields and around what a scope names are the vendor's own."""
    assert leads == INDEX.shelf(kind, path[:-1]).leads(path[-1])


def test_a_place_has_several_names() -> None:
    """A policy may speak of a place by scope, by its path in the record, and of the query by its own."""
    both = [("event", ("properties", "x")), ("event", ("x",)), ("record", ("properties", "x"))]
    assert both == INDEX.places("event", ("properties", "x"))
    assert ("profile", ("x",)) in INDEX.places("event", ("traits", "inner", "x"))
    assert [("record", ("q",)), ("query", ("q",))] == INDEX.places("query", ("q",))


@pytest.mark.parametrize(
    ("path", "scopes"),
    [(("properties",), {"event"}), (("traits",), {"profile"}), (("traits", "inner"), {"profile"}), (("other",), set())],
)
def test_scopes_lie_below_places(path: tuple[str, ...], scopes: set[str]) -> None:
    """What holds all that a scope names, or is just that, is told from what lies within or beside it."""
    assert scopes == INDEX.below("event", path)
    assert set() == INDEX.below("query", path)


def test_every_field_is_given() -> None:
    """Whoever checks a policy sees all of the catalogue, what all vendors share included."""
    given = {(kind, path) for kind, path, _ in INDEX}
    assert {("event", ("properties", "*")), ("query", ("token",)), ("header", ("user-agent",))} <= given
    assert {"event", "query", "header", "path"} == set(INDEX.kinds)
