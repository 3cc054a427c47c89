"""The heart and its parts against an orjson round trip of the same JSON, on seeded and on captured requests.

`python -m benchmarks core` measures every case; `gate` takes some of them. CPU time, see `measure`. Parts that cannot
run alone are differences: a program needs a fresh batch each time, so what is told is both
together less decode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from typing import Any

import orjson

from benchmarks import captured
from benchmarks.corpus import Case, documents, request
from benchmarks.measure import Job, least_us
from benchmarks.native import native
from benchmarks.templates import TEMPLATES
from benchmarks.unscrubbed import unscrubbed
from proxy.errors import WireError
from proxy.keys.keyring import Keyring
from proxy.keys.pseudonym import Pseudonymizer
from proxy.model import Batch, WireRequest
from proxy.policy import Program, compile_program, load
from proxy.scrub import INFLATED_BYTES, scrub_request
from proxy.wire.framing import open_document
from proxy.wire.headers import header
from proxy.wire.registry import DIALECTS

__all__ = ["CASES", "KEY", "Measured", "Subject", "adversary", "heart", "measure", "program", "subjects", "texts"]

KEY = Keyring.of(bytes(range(32)))
"""Of the benchmarks only; the same each time, so that two runs do the same work."""

CASES = (
    *(Case("mixpanel", events) for events in (1, 10, 50, 2000)),
    Case("mixpanel", 50, personal=False),
    Case("mixpanel", 50, people=10),
    Case("mixpanel", 50, shapes=10),
    Case("mixpanel", 10, padding_bytes=30 * 1024),
    *(
        Case(dialect, events)
        for dialect in sorted(TEMPLATES.keys() - {"mixpanel"})
        for events in (1, 50)
        if events <= (TEMPLATES[dialect].most or events)
    ),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What one line of the table measures.

    Args:
        requests: run one after the other; a figure is for one event, the mean over all of them.
        documents: the JSON in them, for the orjson round trip.
        renewed: each call renames the fields `step_…`, so that no event ever has a shape that was seen before.
    """

    name: str
    dialect: str
    requests: tuple[WireRequest, ...]
    documents: tuple[Any, ...]
    renewed: bool = False

    @property
    def events(self) -> int:
        """How many events are in all requests together."""
        return sum(len(document) for document in self.documents)


Measured = dict[str, float]

TOKENS = 3
KEYS = [f"user-{number:010x}" for number in range(TOKENS)]
"""Ids that the part `keys` makes pseudonyms of."""


@cache
def program(dialect: str, policy: str = "balanced") -> Program:
    """Compile a shipped policy for a dialect, under the key of the benchmarks."""
    return _compiled(dialect, policy)


def _compiled(dialect: str, policy: str = "balanced") -> Program:
    return compile_program(load(policy), DIALECTS[dialect], KEY)


def subjects() -> list[Subject]:
    """Give everything that `measure` can be asked for: the captured ones first, then the seeded cases."""
    batches = [captured.batch(50, start) for start in (0, 50, 100)]
    singles = captured.singles()
    made = [
        Subject("captured_mixpanel_browser_batch50", "mixpanel", *_apart(batches)),
        Subject("captured_mixpanel_browser_single", "mixpanel", *_apart(singles)),
    ]
    return made + [_seeded(case) for case in CASES]


def adversary(events: int = 50) -> Subject:
    """Make a request in which no two events have the same shape, and whose shapes are new in each call.

    Segment's, since its body is plain JSON: renaming costs 1 % of what is measured.
    """
    return _seeded(Case("segment", events, shapes=0), renewed=True)


def _seeded(case: Case, *, renewed: bool = False) -> Subject:
    return Subject(case.name, case.dialect, (request(case),), (documents(case),), renewed)


def heart(subject: Subject) -> dict[str, Job]:
    """Give the two jobs whose ratio is the heart's price."""
    compiled, dialect = program(subject.dialect), DIALECTS[subject.dialect]
    bodies = [orjson.dumps(document) for document in subject.documents]
    return {
        "orjson": _job(lambda text: orjson.dumps(orjson.loads(text)), bodies),
        "heart": _job(_on_new(subject, lambda wire: scrub_request(wire, dialect, compiled)), subject.requests),
    }


def measure(subject: Subject, limit_s: float = 3.0) -> Measured:
    """Measure one subject.

    Returns:
        µs per event of the `orjson` round trip and of the `heart`, its parts `decode`, `program`, `encode`, and within
        the program `detect`; `unscrubbed`, the heart with a program that looks at nothing, and within it `framing`,
        layers and JSON opened and closed, where a body holds JSON; `native`, its calls into C alone; µs of one
        pseudonym, `token`; `ratio` of heart to orjson, `unscrubbed_ratio` and `native_ratio`. For the adversary also
        `new_shapes`, its ratio to as many events of one shape, the two in turn.
    """
    times = least_us(heart(subject) | _parts(subject), limit_s=limit_s)
    times["program"] -= times["decode"]
    times["encode"] -= times["decode"]
    token = times.pop("keys") / (TOKENS * len(subject.requests))
    events = subject.events
    return (
        {name: us / events for name, us in times.items()}
        | _beside(subject, limit_s)
        | {
            "token": token,
            "ratio": times["heart"] / times["orjson"],
            "unscrubbed_ratio": times["unscrubbed"] / times["orjson"],
            "native_ratio": times["native"] / times["orjson"],
            "events": events / len(subject.requests),
            "bytes": sum(map(_bytes, subject.requests)) / len(subject.requests),
        }
    )


def _beside(subject: Subject, limit_s: float) -> Measured:
    """Compare events that each have a new shape with as many of one shape."""
    if not subject.renewed:
        return {}
    alike = _seeded(Case(subject.dialect, subject.events))
    times = least_us({"new": heart(subject)["heart"], "alike": heart(alike)["heart"]}, rounds=200, limit_s=limit_s)
    return {"new_shapes": times["new"] / times["alike"]}


def texts(batch: list[Any]) -> list[str]:
    """Give the distinct strings of documents, as the detectors see them once a batch."""
    return list(dict.fromkeys(_strings(batch)))


def _parts(subject: Subject) -> dict[str, Job]:
    compiled, dialect = program(subject.dialect), DIALECTS[subject.dialect]
    routes = [dialect.route(wire.method, wire.path) for wire in subject.requests]
    token = Pseudonymizer(KEY.derive(subject.dialect, "bench"), KEY.epoch).token
    distinct = [texts(document) for document in subject.documents]

    def then(work: Callable[[Batch], object]) -> Job:
        job = _on_new(subject, lambda wire: work(dialect.decode(wire, routes[0], INFLATED_BYTES)))
        return _job(job, subject.requests)

    bare = unscrubbed(compiled)

    def run(again: Program) -> list[object]:
        return [scrub_request(wire, dialect, again) for wire in subject.requests]

    return _framing(subject) | {
        "native": partial(_all, native(partial(_compiled, subject.dialect), run)),
        "unscrubbed": _job(_on_new(subject, lambda wire: scrub_request(wire, dialect, bare)), subject.requests),
        "decode": then(lambda batch: None),
        "program": then(compiled.run),
        "encode": then(lambda batch: batch.seal()),
        "detect": _job(compiled.looking.detector.find, distinct),
        "keys": _job(lambda ids: [token(one) for one in ids], [KEYS for _ in subject.requests]),
    }


def _framing(subject: Subject) -> dict[str, Job]:
    """Open and close what stands around the documents, if that is a body of JSON and no query, form or envelope."""
    fields = DIALECTS[subject.dialect].form_fields

    def frame(wire: WireRequest) -> bytes:
        return open_document(wire.body, header(wire.headers, "content-encoding"), fields, INFLATED_BYTES).seal()

    try:
        list(map(frame, subject.requests))
    except WireError:
        return {}
    return {"framing": _job(frame, subject.requests)}


def _all(calls: Sequence[Job]) -> None:
    for call in calls:
        call()


def _job(work: Callable[[Any], object], arguments: Sequence[Any]) -> Job:
    """Make a job of all arguments; of a single one, without a loop around it."""
    if len(arguments) == 1:
        return partial(work, arguments[0])

    def run() -> None:
        for argument in arguments:
            work(argument)

    return run


def _on_new(subject: Subject, work: Callable[[WireRequest], object]) -> Callable[[WireRequest], object]:
    """Let `work` see fields of names that nobody has seen, where the subject wants it."""
    if not subject.renewed:
        return work

    def renewed(wire: WireRequest) -> object:
        body = wire.body.replace(b'"step_', b'"s%d_' % next(_NUMBERS))
        return work(WireRequest(wire.method, wire.path, wire.query, wire.headers, body))

    return renewed


_NUMBERS = count()
"""Shared by all jobs: what one has seen is not new to another."""


def _apart(pairs: Iterable[tuple[WireRequest, Any]]) -> tuple[tuple[WireRequest, ...], tuple[Any, ...]]:
    wires, made = zip(*pairs, strict=True)
    return wires, made


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


def _bytes(wire: WireRequest) -> int:
    return len(wire.body) + len(wire.query)
