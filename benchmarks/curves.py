"""How cost grows: with events per request, bytes per event, rules per policy, entities looked for, shapes, workers.

`python -m benchmarks curves` gives a list of points a curve; `plots` draws them. All but the last are CPU time of the
heart per event, the least of many rounds (see `measure`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.core import KEY, Subject, adversary, heart, texts
from benchmarks.corpus import Case, documents, request
from benchmarks.measure import least_us
from benchmarks.paths import bodies
from benchmarks.processes import Missing
from benchmarks.saturation import saturate, write
from benchmarks.systems import SYSTEMS, sink, started
from proxy.detect.detector import Detector
from proxy.policy import compile_program, load_text
from proxy.policy.entities import ENTITIES
from proxy.scrub import scrub_request
from proxy.wire.registry import DIALECTS

__all__ = ["CURVES", "rules_policy"]

Points = list[tuple[float, float]]
"""(what grows, cost)."""

LIMIT_S = 1.5


def rules_policy(rules: int) -> str:
    """Write a policy with so many field rules; events of the curve hold fields of a few of them."""
    rows = [
        f'  - {{id: "r{number}", where: event.step_0_{number}, do: drop, because: a rule, examples: [{{in: "x"}}]}}'
        for number in range(rules)
    ]
    return "\n".join(["policy: many", "because: the curve of rules", "extends: [balanced]", "fields:", *rows])


def _cost(case: Case) -> float:
    jobs = {"heart": heart(Subject(case.name, case.dialect, (request(case),), (documents(case),)))["heart"]}
    return least_us(jobs, limit_s=LIMIT_S)["heart"] / case.events


def _events() -> Points:
    return [(events, _cost(Case("mixpanel", events))) for events in (1, 2, 5, 10, 20, 50, 100, 500, 2000)]


def _bytes() -> Points:
    sizes = (0, 1024, 4096, 10 * 1024, 30 * 1024)
    return [(1 + size / 1024, _cost(Case("mixpanel", 10, padding_bytes=size))) for size in sizes]


def _rules() -> Points:
    case, dialect = Case("mixpanel", 50), DIALECTS["mixpanel"]
    wire = request(case)
    made = {
        f"{rules}": compile_program(load_text(rules_policy(rules), "many.yaml"), dialect, KEY)
        for rules in (10, 30, 100, 300, 1000)
    }
    jobs = {rules: partial(scrub_request, wire, dialect, program) for rules, program in made.items()}
    return [(float(rules), us / case.events) for rules, us in least_us(jobs, limit_s=2 * LIMIT_S).items()]


def _detectors() -> Points:
    case = Case("mixpanel", 50)
    found = texts(documents(case))
    entities = sorted(ENTITIES)
    sizes = sorted({0, 1, 2, 5, 10, len(entities)})
    made = {f"{size}": Detector(entities=frozenset(entities[:size])) for size in sizes}
    jobs = {size: partial(detector.find, found) for size, detector in made.items()}
    return [(float(size), us / case.events) for size, us in least_us(jobs, limit_s=2 * LIMIT_S).items()]


def _shapes() -> Points:
    points = [(float(shapes), _cost(Case("segment", 50, shapes=shapes))) for shapes in (1, 2, 5, 10, 25, 50)]
    every = adversary()
    return [*points, (1000.0, least_us({"heart": heart(every)["heart"]}, limit_s=LIMIT_S)["heart"] / every.events)]


def _workers() -> Points:
    return list(_rates())


def _rates() -> Iterator[tuple[float, float]]:
    """Give workers and requests a second. With two cores, load and vendor share them with the workers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's worker is another user
        with sink(folder) as vendor:
            for system in (SYSTEMS["eventveil direct"], SYSTEMS["eventveil direct, 2 workers"]):
                requests = folder / "requests" / str(system.workers)
                write(requests, system, "mixpanel", bodies(Case("mixpanel", 10)))
                try:
                    with started(system, folder, vendor.port) as program:
                        saturate(program, requests, 1)
                        yield system.workers, max(saturate(program, requests, 2).rate for _ in range(2))
                except Missing:
                    return


CURVES: dict[str, tuple[str, str, Callable[[], Points]]] = {
    "events": ("events per request", "µs per event", _events),
    "bytes": ("KB per event", "µs per event", _bytes),
    "rules": ("rules per policy", "µs per event", _rules),
    "detectors": ("entities looked for", "µs per event", _detectors),
    "shapes": ("shapes in the requests (1,000: each is new)", "µs per event", _shapes),
    "workers": ("workers", "requests of 10 events a second", _workers),
}
"""Name → what grows, what it costs, how it is measured."""
