from __future__ import annotations

import pytest

from benchmarks import captured
from benchmarks.core import adversary, program, subjects
from benchmarks.corpus import Case, documents, request
from benchmarks.templates import TEMPLATES
from proxy.scrub import scrub_request
from proxy.wire.registry import DIALECTS
from tests.leaks import find

PLANTED = ("Lovelace", "Hopper", "Ångström", "Núñez", "Kierk", "Tanaka", "example.com")


@pytest.mark.parametrize("dialect", sorted(TEMPLATES))
@pytest.mark.parametrize("events", [1, 10, 50])
def test_the_same_case_is_the_same_bytes(dialect: str, events: int) -> None:
    """Two runs, and two machines, measure the same traffic."""
    assert request(Case(dialect, events)) == request(Case(dialect, events))


@pytest.mark.parametrize("dialect", sorted(TEMPLATES))
def test_another_seed_is_another_request(dialect: str) -> None:
    """The requests of a whole-path case differ, so that nothing is measured from a memory."""
    assert request(Case(dialect, 5)) != request(Case(dialect, 5, seed=1))


@pytest.mark.parametrize("dialect", sorted(TEMPLATES))
def test_seeded_traffic_goes_through_the_heart(dialect: str) -> None:
    """Every event that a template makes is one for its dialect, and is forwarded."""
    scrubbed = scrub_request(request(Case(dialect, 10)), DIALECTS[dialect], program(dialect))
    expected = TEMPLATES[dialect].most or 10
    assert (expected, expected) == (scrubbed.report.received, scrubbed.report.forwarded)
    assert scrubbed.report.findings


@pytest.mark.parametrize("dialect", sorted(TEMPLATES))
def test_what_is_measured_is_scrubbed(dialect: str) -> None:
    """No name or address of a seeded person survives: the cost that is told is that of the work that is promised."""
    scrubbed = scrub_request(request(Case(dialect, 10)), DIALECTS[dialect], program(dialect))
    assert scrubbed.request is not None
    kept = {"example.com"} & set(find(scrubbed.request, PLANTED))  # the referrer's host is nobody's
    assert {} == {needle: where for needle, where in find(scrubbed.request, PLANTED).items() if needle not in kept}


def test_a_clean_case_names_nobody() -> None:
    """What is called clean holds no name and no address."""
    assert {} == find(request(Case("mixpanel", 10, personal=False)), PLANTED[:-1])


def test_padding_makes_an_event_as_large_as_it_says() -> None:
    """30 KB events are between 20 and 40 KB."""
    (event,) = documents(Case("mixpanel", 1, padding_bytes=30 * 1024))
    assert 20 * 1024 < len(str(event)) < 40 * 1024


def test_every_event_of_the_adversary_has_its_own_shape() -> None:
    """No two events share their names in order."""
    shapes = [tuple(event["properties"]) for event in adversary(20).documents[0]]
    assert len(shapes) == len(set(shapes))


def test_captured_batches_are_the_browsers_own() -> None:
    """The figures of the README speak of events that mixpanel-browser sent."""
    wire, events = captured.batch(50)
    scrubbed = scrub_request(wire, DIALECTS["mixpanel"], program("mixpanel"))
    assert (50, 50) == (len(events), scrubbed.report.received)
    assert all(event["properties"]["mp_lib"] == "web" for event in events)


def test_captured_singles_differ() -> None:
    """Single events are spread over the captures."""
    assert 32 == len({wire.body for wire, _ in captured.singles(32)})


def test_no_two_subjects_share_a_name() -> None:
    """A name stands for one case."""
    names = [subject.name for subject in subjects()]
    assert len(names) == len(set(names))
