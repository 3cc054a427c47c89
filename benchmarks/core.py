"""The heart and its parts against an orjson round trip of the same JSON, on seeded batches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import orjson

from benchmarks.corpus import Case, documents, request
from benchmarks.measure import least_us
from proxy.keys.keyring import Keyring
from proxy.policy import Program, compile_program, load
from proxy.scrub import INFLATED_BYTES, scrub_request
from proxy.wire.registry import DIALECTS

__all__ = ["CASES", "heart", "programs"]

CASES = (
    Case("mixpanel", 1),
    Case("mixpanel", 50),
    Case("mixpanel", 50, personal=False),
    Case("mixpanel", 50, people=10),
    Case("mixpanel", 50, shapes=0),
    Case("mixpanel", 2000),
    Case("mixpanel", 10, padding_bytes=30 * 1024),
    Case("segment", 1),
    Case("segment", 50),
    Case("segment", 50, personal=False),
)

_KEY = Keyring.of(bytes(range(32)))


def programs(dialect: str, policy: str = "balanced") -> Program:
    """Compile a shipped policy for a dialect, under a key of the benchmarks."""
    return compile_program(load(policy), DIALECTS[dialect], _KEY)


def heart(case: Case, rounds: int = 60) -> dict[str, float]:
    """Measure one case.

    Returns:
        µs of the `orjson` round trip, of `framing` alone (decode and seal with nothing between) and of the whole
        `heart`; `ratio` is heart to orjson.
    """
    wire = request(case)
    text = orjson.dumps(documents(case))
    dialect = DIALECTS[case.dialect]
    route = dialect.route(wire.method, wire.path)
    jobs: dict[str, Callable[[], object]] = {
        "orjson": lambda: orjson.dumps(orjson.loads(text)),
        "framing": lambda: dialect.decode(wire, route, INFLATED_BYTES).seal(),
        "heart": partial(scrub_request, wire, dialect, programs(case.dialect)),
    }
    measured = least_us(jobs, rounds)
    return measured | {"ratio": measured["heart"] / measured["orjson"]}
