"""The captured requests, one file a vendor, and programs to send them through.

A file `<dialect>.jsonl.gz` in this folder is found by itself; its name says which dialect speaks. Each line is a
request of the vendor's own SDK, the answer of the recorder, the planted personal strings in it (`pii`) and its ids.
The laws and the golden files take their programs from here too: one key, each program compiled once.
"""

from __future__ import annotations

import gzip
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any

import orjson

from proxy.keys.keyring import Keyring
from proxy.model import Batch, Part, Scrubbed, WireRequest
from proxy.policy import Policy, Program, compile_program, load, load_text
from proxy.policy.entities import ENTITIES, PRESIDIO_ENTITIES
from proxy.policy.load import shipped
from proxy.policy.selectors import dotted
from proxy.scrub import INFLATED_BYTES, scrub_request
from proxy.wire.dialect import Access, Dialect
from proxy.wire.registry import DIALECTS

__all__ = [
    "CAPTURED",
    "KEEP_ALL",
    "KEYRING",
    "POLICIES",
    "Line",
    "decoded",
    "differing",
    "flat",
    "is_refused",
    "keeping",
    "lines",
    "program",
    "scrubbed",
]

HERE = Path(__file__).parent
CAPTURED = sorted(path.name.removesuffix(".jsonl.gz") for path in HERE.glob("*.jsonl.gz"))
POLICIES = sorted(path.stem for path in shipped().glob("*.yaml"))
KEYRING = Keyring.of(bytes(range(100, 132)))
"""Always the same, so that a token may stand in a golden file."""

REPLACED = re.compile(r"\[[A-Z_]+\]|p1_")

KEEP_ALL = "\n".join(
    ["policy: keep-all", "unknown: keep", "entities:"]
    + [f"  {entity}: keep" for entity in (*ENTITIES, *sorted(PRESIDIO_ENTITIES))]
)


@dataclass(frozen=True, slots=True)
class Line:
    """One captured request, its path below the prefix that it was sent to."""

    number: int
    sdk: str
    scenario: str
    request: WireRequest
    pii: tuple[str, ...]
    ids: tuple[str, ...]


@cache
def lines(dialect: str) -> tuple[Line, ...]:
    """Read the captures of a dialect, preflights left out: the server answers those by itself."""
    rows = gzip.decompress((HERE / f"{dialect}.jsonl.gz").read_bytes()).splitlines()
    parsed = (_line(number, orjson.loads(row)) for number, row in enumerate(rows, 1))
    return tuple(line for line in parsed if line.request.method != "OPTIONS")


def _line(number: int, row: Mapping[str, Any]) -> Line:
    sent = row["request"]
    request = WireRequest(
        sent["method"],
        sent["path"].removeprefix("/px"),
        sent["query"],
        tuple((name, value) for name, value in sent["headers"]),
        b64decode(sent["body_b64"] or ""),
    )
    return Line(number, row["sdk"], row["scenario"], request, tuple(row["pii"]), tuple(row["ids"]))


@cache
def program(dialect: str, policy: str) -> Program:
    """Compile a shipped policy for a dialect."""
    return compile_program(load(policy), DIALECTS[dialect], KEYRING)


@cache
def keeping(dialect: str) -> Program:
    """Compile the policy that keeps everything."""
    joined: Policy = load_text(KEEP_ALL, "keep-all.yaml")
    return compile_program(joined, DIALECTS[dialect], KEYRING)


@cache
def scrubbed(line: Line, dialect: str, policy: str, peer: str = "") -> Scrubbed:
    """Send a line through a shipped policy, as if it came from an address."""
    return scrub_request(line.request._replace(peer=peer), DIALECTS[dialect], program(dialect, policy))


def decoded(request: WireRequest, dialect: Dialect) -> Batch:
    """Open a request, as sent or as forwarded."""
    return dialect.decode(request, dialect.route(request.method, request.path), INFLATED_BYTES)


def flat(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every scalar of a document with its place; items of an array have the place of the array."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, (*place, name))
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner, place)
    else:
        yield place, value


def differing(request: WireRequest, result: Scrubbed, dialect: Dialect) -> list[str]:
    """Give the places that came out different though no finding names them, a place above or one below.

    The request is opened and, as `scrub` does it, told not to be located by the vendor; what then differs from the
    request that leaves must be somebody's doing.
    """
    assert result.request is not None
    before, after = decoded(request, dialect), decoded(result.request, dialect)
    if dialect.anonymize is not None:
        dialect.anonymize(before)
    named = [_named(finding.where) for finding in result.report.findings]
    assert before.kinds == after.kinds
    pairs = [
        *((kind, one, other) for kind, one, other in zip(before.kinds, before.records, after.records, strict=True)),
        *(
            (part.kind, _without(part.node, before), _without(other.node, after))
            for part, other in zip_longest(before.around, after.around, fillvalue=Part("query", {}))
        ),
    ]
    return sorted(
        {
            place
            for kind, one, other in pairs
            for place in _changed(kind, one, other)
            if not any(f"{place}.".startswith(f"{name}.") or f"{name}.".startswith(f"{place}.") for name in named)
        }
    )


def _named(where: str) -> str:
    """Give the place that a finding speaks of; where a name was replaced, the object around it."""
    return ".".join(takewhile(lambda name: not REPLACED.search(name), where.split(".")))


def _without(node: dict[str, Any], batch: Batch) -> dict[str, Any]:
    """Leave the records out of their envelope: they are compared one by one."""
    return {name: value for name, value in node.items() if value is not batch.records}


def _changed(kind: str, one: Any, other: Any) -> set[str]:
    sides: list[dict[str, list[Any]]] = []
    for document in (one, other):
        grouped: dict[str, list[Any]] = {}
        for place, value in flat(document):
            grouped.setdefault(dotted((kind, *place)), []).append(value)
        sides.append(grouped)
    before, after = sides
    return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}


def is_refused(request: WireRequest, dialect: Dialect) -> bool:
    """Tell whether the dialect keeps the route of a request closed."""
    return dialect.route(request.method, request.path).access is Access.REFUSE
