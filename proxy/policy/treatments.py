"""The treatments of one policy, for one vendor and keyring: each made once and shared, so that equal values stay equal.

`policy.resolver` asks for them while it classifies names; `policy.compile` for those of detected entities.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from proxy.keys.address import Addresser
from proxy.keys.keyring import Keyring
from proxy.policy.actions import GONE, Subject, action_name, make_action
from proxy.policy.generalize import place_level
from proxy.policy.load import Policy
from proxy.policy.spec import EntityRule, FieldRule
from proxy.policy.step import Treatment

__all__ = ["UNNAMED", "Treatments"]

TOO_COMMON = frozenset(
    {"LOCATION_COARSE", "NRP", "URL", "USER_AGENT", "UNKNOWN", "DATE_TIME", "SCREEN_TEXT", "FREE_TEXT"}
)
"""Entities whose values are shared by many people or are cut, not removed: no reason to search the request for them."""


_CUT = frozenset({"URL", "USER_AGENT", "LOCATION_COARSE"})
"""Entities of which text stays that is somebody's own: a path, the name that its owner gave to a telephone, whatever a
site writes into its `country`."""

_LEFT = {"generalize": _CUT, "truncate": _CUT | {"FREE_TEXT", "SCREEN_TEXT", "UNKNOWN"}}
"""What an action leaves a text of, which is scanned: a sentence that is cut may still begin with an address."""

UNNAMED = EntityRule(do="drop")
"""An entity that the policy does not name: silence must not mean keep."""


class Treatments:
    """Makes treatments, and remembers them.

    Args:
        policy: what is done to what.
        vendor: whose keys are derived.
        keyring: from what.
        shapes: forms in which the vendor takes ids.
    """

    def __init__(self, policy: Policy, vendor: str, keyring: Keyring, shapes: tuple[str, ...] = ()) -> None:
        self._policy, self._vendor, self._keyring, self._shapes = policy, vendor, keyring, shapes
        self._shadow = policy.mode == "shadow"
        self.of_entity = cache(self._of_entity)
        self.unknown = cache(self._unknown)
        self.counted = cache(self._counted)

    def _of_entity(self, entity: str, level: str = "", parameter: str = "") -> Treatment | None:
        """Give what is done to an entity, or None when it is kept.

        Args:
            level: how coarse the field already is, for places.
            parameter: the URL parameter that the field copies.
        """
        rule = self._policy.entities.get(entity, UNNAMED)
        return self._made(f"entities.{entity}", entity, rule, level, parameter)

    def named(self, entity: str, name: str, parameter: str = "") -> Treatment | None:
        """Give what is done to an entity in a field of this name."""
        level = place_level(name) if entity == "LOCATION_COARSE" else ""
        return self.of_entity(entity, level, parameter)

    def of_rule(self, rule: FieldRule, entity: str, name: str) -> Treatment | None:
        """Give what a field rule does in a field of this name, None when it keeps."""
        return self._made(rule.id, entity, rule, place_level(name) if entity == "LOCATION_COARSE" else "", "")

    def kept(self, entity: str) -> Treatment:
        """Give the treatment of an entity that is kept, for where something must be done to each value."""
        return Treatment(f"entities.{entity}", entity, "keep", lambda value: value, tells=False)

    def _counted(self) -> Treatment | None:
        """Give the treatment of addresses by which a vendor counts visitors, None when addresses are kept."""
        addresser = Addresser(self._keyring.derive(self._vendor, "hash/address"))
        made = self.of_entity("IP_ADDRESS")
        apply = lambda value: addresser.pseudonym(str(value)) or GONE  # noqa: E731 - has no name of its own
        return made and replace(made, action="hash", apply=apply, tells=False)

    def _unknown(self) -> Treatment:
        """Give the treatment of `unknown: drop`."""
        rule = EntityRule(do="drop", mode="shadow" if self._shadow else "enforce")
        made = self._made("unknown", "UNKNOWN", rule, "", "")
        assert made is not None  # noqa: S101 - drop always makes one; for the type checker
        return made

    def _made(
        self, rule_id: str, entity: str, rule: EntityRule | FieldRule, level: str, parameter: str
    ) -> Treatment | None:
        action = action_name(rule.do)
        if action == "keep":
            return None
        return Treatment(
            rule_id,
            entity,
            action,
            make_action(rule.do, Subject(entity, self._vendor, level, parameter, self._shapes), self._keyring),
            shadow=self._shadow or rule.mode == "shadow",
            scans=entity in _LEFT.get(action, ()),
            tells=entity not in TOO_COMMON,
        )
