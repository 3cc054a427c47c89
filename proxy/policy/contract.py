"""What a vendor needs of an event, held against a policy when it compiles.

A reserved field (token, insert id, time) may only be kept; an identity may be kept, hashed or encrypted, never left
out, because the vendor would then make one up from the address the request came from.
"""

from __future__ import annotations

from collections import defaultdict
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
_CODES = {Contract.RESERVED: "E301", Contract.IDENTITY: "E302"}


def contract_faults(policy: Policy, index: Index, resolver: Resolver, vendor: str) -> list[Diagnostic]:
    """Find the rules that would make this vendor refuse events, or invent identities; each once, with all it hits."""
    hit: defaultdict[tuple[Place, str, str, Contract], list[str]] = defaultdict(list)
    for kind, path, field in index:
        for name, place, action in _deciding(policy, resolver, kind, path, field):
            if action not in _ALLOWED[field.contract]:
                hit[place, name, action, field.contract].append(dotted((kind, *path)))
    return [
        Diagnostic(
            place,
            _CODES[contract],
            f"expected {name} {_needs(contract, fields, vendor)}, got {action}",
            "name it, or extend `base`" if place == policy.place else "",
        )
        for (place, name, action, contract), fields in hit.items()
    ]


def _needs(contract: Contract, fields: list[str], vendor: str) -> str:
    shown = next((field for field in fields if field.startswith("event.")), fields[0])
    others = f" and {len(fields) - 1} more" if len(fields) > 1 else ""
    return f"to {' or '.join(sorted(_ALLOWED[contract]))} {shown}{others}, which {vendor} needs"


def _deciding(
    policy: Policy, resolver: Resolver, kind: str, path: tuple[str, ...], field: Field
) -> Iterator[tuple[str, Place, str]]:
    """Give what decides over a field that the vendor needs: a rule, or those of the entities that may stand in it."""
    if field.contract is Contract.FREE:
        return
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
    """Give the rule that decides over a place: the last on the way down, unless one before it drops all below."""
    rule = None
    for depth in range(1, len(path) + 1):
        rule = resolver.rule(kind, path[:depth]) or rule
        if rule is not None and action_name(rule.spec.do) == "drop":
            break
    return rule
