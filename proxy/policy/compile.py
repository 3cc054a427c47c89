"""Policy + catalogue + keyring → `Program`.

Here every decision is made that an event would otherwise have to pay for. A policy that breaks the vendor's contract,
or lets a value of the canary corpus through, does not compile. Called by `app` at start and reload, and by the command
line; never while events run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from proxy.detect.detector import DEFAULT_REGIONS, Detector, Span
from proxy.detect.presidio import NameModel, presidio_rows
from proxy.detect.row import Row
from proxy.errors import PolicyError, SettingsError
from proxy.keys.keyring import Keyring
from proxy.policy.canary import leaks
from proxy.policy.catalogue import Index
from proxy.policy.contract import contract_faults
from proxy.policy.diagnostics import Diagnostic, render
from proxy.policy.entities import ENTITIES, PRESIDIO_ENTITIES
from proxy.policy.load import Policy
from proxy.policy.plan import Ground, Node, Rename, Renamed
from proxy.policy.program import Program
from proxy.policy.resolver import Resolver
from proxy.policy.rewriting import COPY, combine
from proxy.policy.settle import Finder, Looking
from proxy.policy.treatments import Treatments
from proxy.wire.dialect import Dialect

__all__ = ["compile_program"]


Clock = Callable[[], float]
"""Seconds that only go up, from wherever. The core has no clock: who has one hands it in."""


def compile_program(policy: Policy, dialect: Dialect, keyring: Keyring, clock: Clock = lambda: 0.0) -> Program:
    """Compile a policy for a dialect.

    Args:
        clock: for the time budget of a model that finds names; without one the budget never ends.

    Raises:
        PolicyError: the policy breaks the vendor's contract, or lets a canary through; with every diagnostic.
    """
    index = Index(dialect)
    treatments = Treatments(policy, dialect.name, keyring, dialect.shapes)
    resolver = Resolver(policy, index, treatments)
    faults = contract_faults(policy, index, resolver, dialect.name)
    if faults:
        raise PolicyError(render(faults))
    known = {*ENTITIES, *PRESIDIO_ENTITIES, *policy.entities, *(row.entity for row in policy.rows)}
    made = {entity: treatments.of_entity(entity) for entity in known}
    texts = {entity: treatment for entity, treatment in made.items() if treatment is not None}
    copies = {COPY + entity: replace(treatment, rule="taint") for entity, treatment in texts.items()}
    rows = (*policy.rows, *_presidio(policy))
    tried = frozenset(entity for entity, treatment in texts.items() if treatment.shadow)
    regions = policy.regions or DEFAULT_REGIONS
    detector = Detector(regions=regions, entities=frozenset(texts), extra=rows, tried=tried)
    names = _finder(policy, clock) if policy.names else None
    looking = Looking(detector, texts | copies, frozenset(policy.allow), names, policy.mode == "shadow")
    ground = Ground(resolver.classify, _renamer(looking))
    program = Program(
        policy=policy.name,
        fingerprint=policy.fingerprint,
        mode=_mode(policy),
        epoch=keyring.epoch,
        roots={kind: Node(kind, ground) for kind in ("event", *index.kinds)},
        looking=looking,
        on_error=policy.on_error,
        anonymizes="IP_ADDRESS" in texts and not texts["IP_ADDRESS"].shadow,
        guards=policy.unknown != "keep" and policy.mode == "enforce",
    )
    leaking = leaks(program)
    if leaking:
        got = f"expected no canary to pass, got {', '.join(leaking)}"
        raise PolicyError(str(Diagnostic(policy.place, "E501", got)))
    return program


def _mode(policy: Policy) -> str:
    """Say how far a policy is in force: a rule of it may be in shadow alone."""
    modes = {rule.mode for rule in policy.entities.values()} | {rule.spec.mode for rule in policy.fields}
    return "partial" if policy.mode == "enforce" and "shadow" in modes else policy.mode


def _presidio(policy: Policy) -> tuple[Row, ...]:
    try:
        return presidio_rows(PRESIDIO_ENTITIES & policy.entities.keys())
    except SettingsError as error:
        raise PolicyError(str(Diagnostic(policy.place, "E113", str(error)))) from error


def _finder(policy: Policy, clock: Clock) -> Finder:
    names = policy.names
    assert names is not None  # noqa: S101 - called only for a policy that names a model; for the type checker
    try:
        model = _model(names.model)
    except SettingsError as error:
        raise PolicyError(str(Diagnostic(policy.place, "E112", str(error)))) from error

    def find(texts: Sequence[str]) -> tuple[Mapping[str, tuple[Span, ...]], Sequence[str]]:
        end = clock() + names.budget_ms / 1000
        return model.find(texts, lambda: clock() > end)

    return find


_model = cache(NameModel)
"""A model is read once, whatever the number of lanes."""


def _renamer(looking: Looking) -> Rename:
    def rename(names: Sequence[str]) -> dict[str, Renamed]:
        """Give what must stand in place of field names that hold personal data themselves."""
        found = looking.detector.find([name for name in names if name not in looking.allow])
        changes = {name: combine(name, spans, looking.treatments) for name, spans in found.items()}
        return {name: change.renamed for name, change in changes.items() if change is not None}

    return rename
