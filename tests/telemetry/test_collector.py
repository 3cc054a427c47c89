"""Slots → Prometheus text."""

from __future__ import annotations

import mmap
from functools import partial

import pytest
from prometheus_client.parser import text_string_to_metric_families

from proxy.model import Finding, Outcome, Report
from proxy.telemetry.collector import Collector, exposition
from proxy.telemetry.families import COMPUTED, FAMILIES
from proxy.telemetry.meters import PolicyFact, Telemetry, Visit
from proxy.telemetry.store import STORE_BYTES, Store


def _text(telemetry: Telemetry) -> str:
    return exposition(Collector(telemetry, "1.2.3"), "")[0].decode()


def _value(text: str, name: str, **labels: str) -> float:
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    found = [sample.value for sample in samples if sample.name == name and sample.labels == labels]
    assert 1 == len(found), (name, labels)
    return found[0]


def _visited(telemetry: Telemetry, report: Report) -> None:
    meter = telemetry.lane("mp", "mixpanel")
    visit = Visit("id", meter, 0, outcome=Outcome.FORWARDED, report=report, upstream_status=200, upstream_ns=7_000_000)
    telemetry.count(visit, 9_000_000)


def test_every_family_is_published() -> None:
    """With help and type, also where nothing happened yet."""
    telemetry = Telemetry()
    telemetry.lane("mp", "mixpanel")
    described = {family.name for family in text_string_to_metric_families(_text(telemetry))}
    expected = {family.name.removesuffix("_total") for family in (*FAMILIES.values(), *COMPUTED)}
    assert expected == described


def test_values_come_out_in_base_units() -> None:
    """Seconds, cumulated buckets, counts of findings."""
    telemetry = Telemetry()
    _visited(telemetry, Report(2, 2, 0, (Finding("r", "event.a", "PERSON", "drop", 4),)))
    text = _text(telemetry)
    lane = {"lane": "mp"}
    assert 1 == _value(text, "eventveil_requests_total", **lane, outcome="forwarded", reason="")
    assert 4 == _value(text, "eventveil_findings_total", **lane, entity="PERSON", action="drop")
    assert 0.002 == _value(text, "eventveil_added_latency_seconds_sum", **lane)
    assert [0, 1, 1] == [
        _value(text, "eventveil_added_latency_seconds_bucket", **lane, le=bound)
        for bound in ("0.001", "0.0025", "+Inf")
    ]
    assert 1 == _value(text, "eventveil_upstream_latency_seconds_count", **lane, vendor="mixpanel")


def test_records_that_no_outcome_accounts_for_are_seen() -> None:
    """It reads 0; a heart that loses a record moves it."""
    telemetry = Telemetry()
    _visited(telemetry, Report(5, 4, 1, ()))
    assert 0 == _value(_text(telemetry), "eventveil_records_unaccounted", lane="mp")
    _visited(telemetry, Report(5, 4, 0, ()))
    assert 1 == _value(_text(telemetry), "eventveil_records_unaccounted", lane="mp")


def test_workers_are_one() -> None:
    """Counters and histograms add up, gauges join as each says, memory stays apart; any worker answers for all."""
    shared = memoryview(mmap.mmap(-1, 2 * STORE_BYTES))
    stores = Store(shared[:STORE_BYTES]), Store(shared[STORE_BYTES:])
    workers = [Telemetry(store, stores, clock_ns=partial(int, number)) for number, store in enumerate(stores)]
    for number, worker in enumerate(workers):
        _visited(worker, Report(number + 1, number + 1, 0, ()))
        worker.set("rss", 100 + number)
        worker.set("ready", number)
        worker.reloaded(taken=True)
    texts = [_text(worker) for worker in workers]
    assert texts[0] == texts[1]
    assert 3 == _value(texts[0], "eventveil_records_received_total", lane="mp")
    assert 2 == _value(texts[0], "eventveil_added_latency_seconds_bucket", lane="mp", le="+Inf")
    assert (0, 1) == (
        _value(texts[0], "eventveil_ready"),
        _value(texts[0], "eventveil_config_last_reload_timestamp_seconds") * 1e9,
    )
    assert [100, 101] == [_value(texts[0], "eventveil_resident_memory_bytes", worker=name) for name in "01"]


def test_what_scrubs_is_named() -> None:
    """Policy, hash, mode and epoch by lane, and the version."""
    telemetry = Telemetry()
    telemetry.policies = (PolicyFact("mp", "mixpanel", "balanced", "abc", "shadow", "e1"),)
    labels = {"lane": "mp", "vendor": "mixpanel", "policy": "balanced", "hash": "abc", "mode": "shadow", "epoch": "e1"}
    text = _text(telemetry)
    assert (1, 1) == (
        _value(text, "eventveil_policy_info", **labels),
        _value(text, "eventveil_build_info", version="1.2.3"),
    )


def test_nothing_is_created() -> None:
    """No `_created` series, in neither format."""
    telemetry = Telemetry()
    _visited(telemetry, Report(1, 1, 0, ()))
    text, content_type = exposition(Collector(telemetry, "1"), "application/openmetrics-text; version=1.0.0")
    assert (False, True) == (b"_created" in text, "openmetrics" in content_type)
    assert "_created" not in _text(telemetry)


@pytest.mark.parametrize("version", ["é", "²", "1.x", '"1.0.0"'])
def test_a_version_that_is_none_gets_the_plain_form(version: str) -> None:
    """Whatever stands in the scraper's Accept, it is answered."""
    collector = Collector(Telemetry(), "1")
    _, expected = exposition(collector, "")
    for form in ("application/openmetrics-text", "text/plain"):
        assert expected == exposition(collector, f"{form}; version={version}")[1]
