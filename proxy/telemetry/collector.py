"""Slots → Prometheus text, at the scrape and nowhere else.

`app` calls `exposition` for `/metrics`, beside the event loop and one at a time. Several workers' stores are merged as
each family's `merge` says, so that any worker answers for all. `_created` series are never made: they double the series
and say what a start time says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from proxy.telemetry.families import BUILD_INFO, COMPUTED, FAMILIES, POLICY_INFO, UNACCOUNTED, Family
from proxy.telemetry.meters import Telemetry
from proxy.telemetry.store import Store

__all__ = ["Collector", "exposition"]

Series = dict[tuple[str, ...], list[int]]
"""Label values → the merged slots of one series."""

MERGE = {"max": max, "min": min}


class Collector:
    """Reads a process' telemetry, and that of the workers beside it, whenever Prometheus asks."""

    def __init__(self, telemetry: Telemetry, version: str) -> None:
        self._telemetry = telemetry
        self._version = version

    def describe(self) -> Iterable[Metric]:
        """Name every family, without values."""
        return [_family(family, {}) for family in (*FAMILIES.values(), *COMPUTED)]

    def collect(self) -> Iterator[Metric]:
        """Give every family with its values of now."""
        merged = _merged(self._telemetry.stores)
        for key, family in FAMILIES.items():
            yield _family(family, merged[key])
        yield _family(UNACCOUNTED, _unaccounted(merged))
        facts = self._telemetry.policies
        infos: Series = {(fact.lane, fact.vendor, fact.policy, fact.hash, fact.mode, fact.epoch): [1] for fact in facts}
        yield _family(POLICY_INFO, infos)
        yield _family(BUILD_INFO, {(self._version,): [1]})


def exposition(collector: Collector, accept: str) -> tuple[bytes, str]:
    """Write all metrics in the format that the scraper asks for.

    Args:
        accept: the scraper's Accept header; one that asks for a version that is none gets the plain form.

    Returns:
        The text, and its content type.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    try:
        encoder, content_type = choose_encoder(accept)
    except TypeError:  # for the library a version that is no number is text, which it then compares with numbers
        encoder, content_type = choose_encoder("")
    return encoder(registry), content_type


def _merged(stores: Iterable[Store]) -> dict[str, Series]:
    merged: dict[str, Series] = {key: {} for key in FAMILIES}
    for worker, store in enumerate(stores):
        entries = store.entries()
        values = store.snapshot()
        for key, own_labels, first, width in entries:
            family = FAMILIES[key]
            fresh = values[first : first + width].tolist()
            labels = (*own_labels, str(worker)) if family.merge == "each" else own_labels
            known = merged[key].get(labels)
            if known is None:
                merged[key][labels] = fresh
            elif family.merge in MERGE:
                known[0] = MERGE[family.merge](known[0], fresh[0])
            else:
                known[:] = [one + other for one, other in zip(known, fresh, strict=True)]
    return merged


def _unaccounted(merged: dict[str, Series]) -> Series:
    open_records = {labels: [values[0]] for labels, values in merged["received"].items()}
    for (lane, *_), values in merged["records"].items():
        open_records[(lane,)][0] -= values[0]
    return open_records


def _family(family: Family, series: Series) -> Metric:
    names = (*family.labels, "worker") if family.merge == "each" else family.labels
    if family.kind == "histogram":
        return _histogram(family, names, series)
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    metric = kind(family.name, family.text, labels=names)
    for labels, values in series.items():
        metric.add_metric(labels, values[0] / family.scale if family.scale > 1 else values[0])
    return metric


def _histogram(family: Family, names: tuple[str, ...], series: Series) -> Metric:
    metric = HistogramMetricFamily(family.name, family.text, labels=names)
    bounds = [repr(bound / family.scale) for bound in family.buckets] + ["+Inf"]
    for labels, values in series.items():
        counts = accumulate(values[:-1])
        metric.add_metric(labels, list(zip(bounds, counts, strict=True)), values[-1] / family.scale)
    return metric
