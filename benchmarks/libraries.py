"""Peers that run in this process: Presidio, Relay's scrubber and scrubadub, each configured by its own manual.

`python -m benchmarks libraries` times each against the heart on the same texts or events, in one run. A library that is
not installed is skipped by name. Presidio runs without a model of names, which makes it much faster and blind to names
in text; that is to its favour here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from random import Random
from typing import Any

import orjson

from benchmarks.core import program
from benchmarks.corpus import SEED, Case, documents, request
from benchmarks.measure import Job, least_us
from benchmarks.template import WORDS
from benchmarks.templates import framed
from proxy.model import WireRequest
from proxy.scrub import scrub_request
from proxy.wire.registry import DIALECTS

__all__ = ["measure"]

TEXTS = 200
RELAY = {
    "rules": {"identities": {"type": "anything", "redaction": {"method": "hash"}}},
    "applications": {
        "$string": ["@email", "@ip", "@creditcard", "@iban", "@usssn", "@phone_us", "@mac", "@pemkey", "@userpath"],
        "extra.**.distinct_id || extra.**.'$user_id' || extra.**.'$device_id'": ["identities"],
        "extra.**.owner_email || extra.**.account_name": ["identities"],
    },
}
"""Source: docs.sentry.io, "Advanced Data Scrubbing", and develop.sentry.dev, "PII Configuration", 2026-11."""


def measure(limit_s: float = 4.0) -> list[dict[str, Any]]:
    """Give a row a peer and material: µs of a text or event for peer and heart, or why it is missing."""
    rows: list[dict[str, Any]] = []
    for peer, unit, make in _PEERS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # theirs, about themselves
                jobs, count, heart_count = make()
                times = least_us(jobs, rounds=40, limit_s=limit_s)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a peer, the others are measured
            rows.append({"peer": peer, "missing": f"{type(error).__name__}: {error}".splitlines()[0][:120]})
            continue
        rows.append({"peer": peer, "unit": unit, "us": times["peer"] / count, "heart_us": times["heart"] / heart_count})
    return rows


Made = tuple[dict[str, Job], int, int]


def _clean() -> list[str]:
    """Make short texts without anything personal, no two alike."""
    random = Random(SEED)  # noqa: S311 - seeded traffic, no secret
    return [f"{' '.join(random.choices(WORDS, k=4))} {number}" for number in range(TEXTS)]


def _personal() -> list[str]:
    """Make short texts with an address or a number in each."""
    random = Random(SEED)  # noqa: S311 - seeded traffic, no secret
    made: Iterator[str] = (f"{random.choice(WORDS)} for user{number}@example.com" for number in range(TEXTS))
    return list(made)


def _heart(request: WireRequest, dialect: str = "mixpanel") -> Job:
    return partial(scrub_request, request, DIALECTS[dialect], program(dialect))


def _carrying(texts: list[str], each: int = 20) -> WireRequest:
    """Put texts into events, some of them each, under names that nobody has classified."""
    events = documents(Case("mixpanel", len(texts) // each, personal=False))
    for at, event in enumerate(events):
        event["properties"] |= {f"text_{place}": text for place, text in enumerate(texts[at * each : (at + 1) * each])}
    return framed("mixpanel", events)


def _presidio(texts: list[str]) -> Made:
    presidio: Any = import_module("presidio_analyzer")
    tldextract: Any = import_module("tldextract")
    # Or Presidio's recognizer of addresses asks the Internet for a list; the one in the package is used.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    nlp = import_module("presidio_analyzer.nlp_engine").SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": "blank"}]
    )
    nlp.nlp = {"en": import_module("spacy").blank("en")}
    batch = presidio.BatchAnalyzerEngine(presidio.AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]))
    jobs = {"peer": lambda: batch.analyze_iterator(texts, "en"), "heart": _heart(_carrying(texts))}
    return jobs, len(texts), len(texts)


def _scrubadub(texts: list[str]) -> Made:
    scrubber = import_module("scrubadub").Scrubber()
    jobs = {"peer": lambda: [scrubber.clean(text) for text in texts], "heart": _heart(_carrying(texts))}
    return jobs, len(texts), len(texts)


def _relay(case: Case) -> Made:
    pii_strip_event = import_module("sentry_relay.processing").pii_strip_event
    body = orjson.dumps({"extra": {"batch": documents(case)}})

    def strip() -> bytes:
        event = pii_strip_event(RELAY, orjson.loads(body), lambda value: orjson.dumps(value).decode(), orjson.loads)
        return orjson.dumps(event)

    planted = [event["properties"]["owner_email"].encode() for event in documents(case)]
    assert not any(email in strip() for email in planted), "Relay is not configured as meant"
    return {"peer": strip, "heart": _heart(request(case))}, case.events, case.events


_PEERS: tuple[tuple[str, str, Callable[[], Made]], ...] = (
    ("Presidio, clean short text", "text", lambda: _presidio(_clean())),
    ("Presidio, text with an address", "text", lambda: _presidio(_personal())),
    ("scrubadub, clean short text", "text", lambda: _scrubadub(_clean())),
    ("scrubadub, text with an address", "text", lambda: _scrubadub(_personal())),
    ("sentry-relay, batch of 50", "event", lambda: _relay(Case("mixpanel", 50))),
    ("sentry-relay, single event", "event", lambda: _relay(Case("mixpanel"))),
)
