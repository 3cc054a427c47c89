"""What a vendor needs of an event, held against a policy when it compiles.

A reserved field (token, insert id, time) may only be kept; an identity may be kept, hashed or encrypted, never left
out, because the vendor would then make one up from the address the request came from.
"""

from __future__ import annotations

from collections.abc import Iterator

from proxy.policy.actions import action_name
from proxy.policy.catalogue import Index
from proxy.policy.diagnostics import Diagnostic, Place
from proxy.policy.load import Policy, Rule
from proxy.policy.resolver import Resolver
from proxy.policy.selectors import dotted
from proxy.policy.treatments import UNNAMED
from proxy.wire.dialect import Contract, Field

__all__ = ["contract_faults"]

_ALLOWED = {
    Contract.RESERVED: frozenset({"keep"}),
    Contract.IDENTITY: frozenset({"keep", "hash", "encrypt"}),
}


def contract_faults(policy: Policy, index: Index, resolver: Resolver, vendor: str) -> list[Diagnostic]:
    """Find the rules that would make this vendor refuse events, or invent identities."""
    return [
        fault
        for kind, path, field in index
        if field.contract is not Contract.FREE
        for fault in _faults(policy, resolver, vendor, kind, path, field)
    ]


def _faults(
    policy: Policy, resolver: Resolver, vendor: str, kind: str, path: tuple[str, ...], field: Field
) -> list[Diagnostic]:
    allowed = _ALLOWED[field.contract]
    needs = f"to {' or '.join(sorted(allowed))} {dotted((kind, *path))}, which {vendor} needs"
    code = "E301" if field.contract is Contract.RESERVED else "E302"
    return [
        Diagnostic(place, code, f"expected {name} {needs}, got {action}")
        for name, place, action in _deciding(policy, resolver, kind, path, field)
        if action not in allowed
    ]


def _deciding(
    policy: Policy, resolver: Resolver, kind: str, path: tuple[str, ...], field: Field
) -> Iterator[tuple[str, Place, str]]:
    """Give what decides over a field: a rule, or those of the entities that may stand in it."""
    trial = resolver.trial(kind, path)
    if trial is not None:
        yield f"`{trial.spec.id}`", trial.place, action_name(trial.spec.do)
    rule = _rule(resolver, kind, path)
    if rule is not None:
        yield f"`{rule.spec.id}`", rule.place, action_name(rule.spec.do)
        return
    for entity in filter(None, dict.fromkeys((field.entity, *field.prefixes.values()))):
        action = action_name(policy.entities.get(entity, UNNAMED).do)
        yield f"the rule for {entity}", policy.places.get(entity, policy.place), action


def _rule(resolver: Resolver, kind: str, path: tuple[str, ...]) -> Rule | None:
    """Give the rule that decides over a place: of those on the way down the first that keeps or drops all below it."""
    rule = None
    for depth in range(1, len(path) + 1):
        rule = resolver.rule(kind, path[:depth]) or rule
        if rule is not None and action_name(rule.spec.do) in ("keep", "drop"):
            break
    return rule
