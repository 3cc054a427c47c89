"""`python -m benchmarks.quality --corpora DIR`: what eventveil and its peers find in other people's test cases.

DIR (or CORPORA) holds JSON lines with `text` and expected spans, and field names with their kind; it is no
part of this repository. One run asks every engine the same questions and prints markdown. A peer that is installed
neither here nor for `--peer-python` is left out by name. Definitions: *coverage* is the share of true spans that
detections of any kind cover whole, *recall* the share that one touches, *precision* the share of detections in the
texts of an entity that touch a true span. Speed is texts a second on clean short texts, best of five, one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

Spans = list[tuple[int, int]]
Engine = Callable[[str, str], Spans]
"""A text and a region (empty when nobody names one) to the places found."""

CLEAN = [
    f"{text} {letter}"
    for text in (
        "Checkout Completed",
        "plan_pro",
        "button clicked",
        "product list page",
        "/products?sort=price",
        "modern",
    )
    for letter in "abcdefghijklmnopqrstuvwxyz"
]
FILTERS = {
    "CreditCardFilter": "card",
    "StreetAddressFilter": "street address",
    "PhoneNumberFilter": "phone",
    "SsnFilter": "US SSN",
    "IbanCodeFilter": "IBAN",
    "IpAddressFilter": "IP",
    "EmailAddressFilter": "email",
    "MacAddressFilter": "MAC",
}
SCOPES = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IP_ADDRESS": "IP",
    "IBAN_CODE": "IBAN",
    "US_SSN": "US SSN",
    "MAC_ADDRESS": "MAC",
    "CRYPTO": "wallet",
}
PERSONAL_NAMES = frozenset(
    (
        "person first_name last_name organization address street_address street_name building_number zipcode city "
        "state country coordinate latitude longitude bban aba iban credit_card_number date_of_birth ssn passport itin "
        "driver_license license_plate email phone_number gender job ip_address mac_address imei password name_male"
    ).split()
)
HARMLESS_NAMES = frozenset(
    "currency_code day_of_week date date_time string boolean color random_number airline".split()
)


class Case(NamedTuple):
    """One text of a group with its true spans."""

    group: str
    text: str
    spans: Spans
    region: str


class Score(NamedTuple):
    """What an engine found in one group, in shares of one."""

    recall: float
    precision: float
    coverage: float


def read(corpora: Path, name: str) -> list[dict[str, Any]]:
    """Read one file of the corpora; one that is not there has no cases."""
    path = corpora / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def cases(corpora: Path) -> Iterator[Case]:
    """Give the cases whose place is known, by entity."""
    for row in read(corpora, "presidio_tests.jsonl") + read(corpora, "phileas_filter_tests.jsonl"):
        spans = [(span["start"], span["end"]) for span in row.get("expected", ())]
        group = FILTERS.get(row.get("filter", ""), "") or SCOPES.get((row.get("scope") or [""])[0], "")
        if group and "text" in row and bool(row.get("expected_count")) == bool(spans):
            yield Case(group, row["text"], spans, "")
    for row in read(corpora, "phonenumbers.jsonl"):
        if row["kind"] == "example":
            group = "phone, national format" if row["format"] == "NATIONAL" else "phone, international"
            yield Case(group, row["text"], [(0, len(row["text"]))], row["region"])
        elif row.get("set") == "IMPOSSIBLE_CASES":
            yield Case("phone, national format", row["text"], [], row["region"])


def score(engine: Engine, chosen: list[Case]) -> Score:
    """Ask one engine about the cases of one group."""
    true = touched = covered = hits = right = 0
    for case in chosen:
        found = engine(case.text, case.region)
        true += len(case.spans)
        touched += sum(any(low < end and high > start for low, high in found) for start, end in case.spans)
        covered += sum(any(low <= start and high >= end for low, high in found) for start, end in case.spans)
        hits += len(found)
        right += sum(any(low < end and high > start for start, end in case.spans) for low, high in found)
    return Score(touched / max(true, 1), right / hits if hits else 1.0, covered / max(true, 1))


def speed(engine: Engine) -> float:
    """Return texts a second on clean short texts, asked one by one."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for text in CLEAN:
            engine(text, "")
        best = min(best, time.perf_counter() - start)
    return len(CLEAN) / best


def eventveil() -> Engine:
    """Our rows and nothing else: no field names, no knowledge of the request."""
    from proxy.detect.detector import DEFAULT_REGIONS, Detector  # noqa: PLC0415 - a peer's interpreter has no eventveil

    made: dict[str, Detector] = {}

    def find(text: str, region: str) -> Spans:
        if region not in made:
            made[region] = Detector(regions=(region,) if region else DEFAULT_REGIONS)
        return [(span.start, span.end) for span in made[region].find((text,)).get(text, ())]

    return find


def presidio() -> Engine:
    """Presidio's predefined pattern recognizers through its engine, with a no-op NLP engine and no network."""
    import tldextract  # noqa: PLC0415 - a peer, loaded when it is asked
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415 - the same reason
    from presidio_analyzer.nlp_engine import NoOpNlpEngine  # noqa: PLC0415 - the same reason
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer  # noqa: PLC0415 - the same reason

    tldextract.__dict__["extract"] = tldextract.TLDExtract(suffix_list_urls=())  # its default fetches a list
    nlp = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=nlp)
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])
    phones: dict[str, Any] = {}

    def find(text: str, region: str) -> Spans:
        hits = engine.analyze(text, language="en")
        if region:  # the engine's own knows eight regions; one that is told the region finds what it can
            if region not in phones:
                phones[region] = PhoneRecognizer(supported_regions=(region,))
            hits = hits + phones[region].analyze(text, ["PHONE_NUMBER"], None)
        return [(hit.start, hit.end) for hit in hits]

    return find


def scrubadub() -> Engine:
    """The default detectors of scrubadub."""
    peer: Any = import_module("scrubadub")

    scrubber = peer.Scrubber()
    return lambda text, _: [(filth.beg, filth.end) for filth in scrubber.iter_filth(text)]


def datafog() -> Engine:
    """The regular expressions of datafog."""
    peer: Any = import_module("datafog")

    return lambda text, _: [(hit.start, hit.end) for hit in peer.scan(text).entities]


def sentry_relay() -> Engine:
    """Relay's pattern rules on every string; places are read back from what is left of the text."""
    strip: Any = import_module("sentry_relay.processing").pii_strip_event

    rules = ["@ip", "@email", "@creditcard", "@iban", "@usssn", "@mac", "@imei", "@urlauth", "@pemkey", "@bearer"]
    config = {"applications": {"$string": rules}}

    def find(text: str, _: str) -> Spans:
        answer = strip(config, {"extra": {"x": text}})
        left = answer["extra"]["x"]
        marks = answer.get("_meta", {}).get("extra", {}).get("x", {}).get("", {}).get("rem", [])
        spans: Spans = []
        at = 0
        for number, (*_, start, end) in enumerate(marks):
            begin = at + start - (marks[number - 1][3] if number else 0)
            following = left[end : marks[number + 1][2] if number + 1 < len(marks) else len(left)]
            stop = text.find(following, begin) if following else len(text)
            at = stop if stop >= 0 else len(text)
            spans.append((begin, at))
        return spans

    return find


ENGINES: dict[str, tuple[str, Callable[[], Engine]]] = {
    "eventveil": ("eventveil", eventveil),
    "Presidio (no-op NLP)": ("presidio-analyzer", presidio),
    "scrubadub": ("scrubadub", scrubadub),
    "datafog": ("datafog", datafog),
    "sentry-relay": ("sentry-relay", sentry_relay),
}


def measure(name: str, corpora: Path) -> dict[str, Any] | None:
    """Measure one engine in this interpreter; None when it is not installed."""
    package, make = ENGINES[name]
    try:
        engine = make()
    except ImportError:
        return None
    groups: dict[str, list[Case]] = {}
    for case in cases(corpora):
        groups.setdefault(case.group, []).append(case)
    scores = {group: score(engine, chosen) for group, chosen in groups.items()}
    try:
        number = version(package)
    except PackageNotFoundError:
        number = "this checkout"
    return {
        "version": number,
        "scores": scores,
        "speed": speed(engine),
        "cases": {g: len(c) for g, c in groups.items()},
    }


def elsewhere(name: str, corpora: Path, python: str) -> dict[str, Any] | None:
    """Measure one engine in another interpreter."""
    command = [python, __file__, "--corpora", str(corpora), "--answer", name]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - the interpreter the caller names
    found = re.search(rb"^\{.*\}$", done.stdout, re.MULTILINE)
    return json.loads(found[0]) if found else None


def names(corpora: Path) -> str:
    """Return coverage and precision of the field lexicon, as a sentence."""
    from proxy.detect.lexicon import classify, free_text  # noqa: PLC0415 - a peer's interpreter has no eventveil

    rows = read(corpora, "privy_field_aliases.jsonl")
    personal = [bool(classify(row["key"])) for row in rows if row["pii_type"] in PERSONAL_NAMES]
    harmless = [bool(classify(row["key"])) for row in rows if row["pii_type"] in HARMLESS_NAMES]
    auto = [
        row["key"] for row in read(corpora, "sentry_conventions_attributes.jsonl") if row["apply_scrubbing"] == "auto"
    ]
    told = sum(classify(key) is not None for key in auto)
    text = sum(classify(key) is not None or free_text(key) for key in auto)
    hits = sum(personal) + sum(harmless)
    return (
        f"Field names (eventveil): privy aliases coverage {sum(personal) / max(len(personal), 1):.3f}, precision "
        f"{sum(personal) / max(hits, 1):.3f}; sentry-conventions *auto* {len(auto)}: {told} told, {text} told or text."
    )


def table(results: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Give the lines of the markdown table: recall / precision / coverage."""
    yield "| entity (cases) | " + " | ".join(f"{name} {result['version']}" for name, result in results.items()) + " |"
    yield "|---" * (len(results) + 1) + "|"
    first = next(iter(results.values()))
    for group, count in first["cases"].items():
        cells = (" / ".join(f"{share:.2f}" for share in result["scores"][group]) for result in results.values())
        yield f"| {group} ({count}) | " + " | ".join(cells) + " |"
    yield (
        "| clean short texts a second | " + " | ".join(f"{result['speed']:,.0f}" for result in results.values()) + " |"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("CORPORA"))
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter of an environment with the peers")
    parser.add_argument("--answer", choices=tuple(ENGINES), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.corpora or not Path(arguments.corpora).is_dir():
        parser.error("--corpora or CORPORA must name the folder of the test cases")
    corpora = Path(arguments.corpora)
    if arguments.answer:
        print(json.dumps(measure(arguments.answer, corpora)))
        return
    results = {name: measure(name, corpora) or elsewhere(name, corpora, arguments.peer_python) for name in ENGINES}
    present = {name: result for name, result in results.items() if result}
    print("\n".join(table(present)), f"\nRecall / precision / coverage. {names(corpora)}", sep="\n")
    for name in results.keys() - present.keys():
        print(f"Not installed, left out: {name}.")


if __name__ == "__main__":
    main()
