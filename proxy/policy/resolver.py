"""Which rule, catalogue entry or telling word classifies a field: the first that does, in this order.

    a `fields` rule → the dialect's catalogue → what the object around it is → the field lexicon → `unknown`

Called by a `Node` once for each name it meets, never per event; detectors come after, since they look at values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from proxy.detect.lexicon import Around, around, classify, classify_words, free_words, tokens
from proxy.policy.catalogue import Index, Shelf
from proxy.policy.entities import ENTITIES, PRESIDIO_ENTITIES
from proxy.policy.load import Policy, Rule
from proxy.policy.plan import Node
from proxy.policy.step import Step
from proxy.policy.treatments import Treatments
from proxy.wire.dialect import Contract, Field, Form

__all__ = ["Resolver"]

_PEOPLE = {"profile": ("profile",), "group": ("group",)}
"""What a record kind tells about a bare `name` in it."""

_REPLACED = re.compile(rf"\[(?:{'|'.join((*ENTITIES, *sorted(PRESIDIO_ENTITIES)))})\]|[pe]1_[0-9a-f]{{6}}_[\w-]+")
"""What stands in place of a personal name. It tells nothing, or a second pass would take `[EMAIL_ADDRESS]` for a field
that holds one. `re`, since RE2 takes no name with half an emoji; the pattern never goes back."""


def _tell_tale(name: str) -> str:
    """Give what of a name may tell something."""
    return _REPLACED.sub("", name) if "[" in name or "p1_" in name or "e1_" in name else name


_SUBJECTS = frozenset(
    "user users member members invitee invitees admin admins owner owners customer customers contact contacts person "
    "people employee employees company companies org organization organizations organisation account accounts team "
    "teams tenant author authors recipient recipients sender inviter assignee assignees".split()
)
"""Objects that hold more than what names them: a company has a plan, an invitee a role."""

_PARTS = frozenset(
    "first last given family middle full prefix suffix maiden legal preferred short long display official value values "
    "text raw formatted current previous old new other label title initials".split()
)


def _is_part(outer: str, name: str) -> bool:
    """Tell whether a field nobody knows is a part of the personal object around it: `last_name: {x}`, `dob: {day}`."""
    return _SUBJECTS.isdisjoint(tokens(outer)) or not _PARTS.isdisjoint(tokens(name))


class _About(NamedTuple):
    """What is the same for all names at a node: what the catalogue says there, and what the names around tell."""

    shelf: Shelf
    words: Around


class Resolver:
    """Answers for one policy and one dialect.

    Args:
        policy, index, treatments: what it is made of.
    """

    def __init__(self, policy: Policy, index: Index, treatments: Treatments) -> None:
        self._policy, self._index, self._treatments = policy, index, treatments

    def classify(self, node: Node, name: str) -> Step:
        """Decide what happens to a field.

        Args:
            node: where it stands.
            name: its name as it may stand in findings and in paths: of one that is personal itself, what replaces it.
        """
        path = (*node.place, name)
        if not self._policy.fields:
            return self._decided(node, path, name, None)
        rule, trial = self.rule(node.kind, path), self.trial(node.kind, path)
        step = self._decided(node, path, name, rule)
        return step if trial is None else replace(step, tried=self._by_rule(trial, node.kind, path, name).treatment)

    def _decided(self, node: Node, path: tuple[str, ...], name: str, rule: Rule | None) -> Step:
        if rule is not None:
            return self._by_rule(rule, node.kind, path, name)
        if node.outer is not None and node.outer.whole:
            parted = node.outer.parted and self._is_parted(node.kind, path)
            return replace(node.outer, place=path, parted=parted)
        about = self._about(node)
        field = about.shelf.field(name)
        if field is None:
            return self._by_word(node, path, name, about)
        if field.form is Form.WORDS:
            return self._unknown(node, path, about)
        return self._by_catalogue(field, node.kind, path, catalogued=about.shelf.names(name))

    def _about(self, node: Node) -> _About:
        """Give what is the same for all names at a node."""
        if not isinstance(node.about, _About):
            kinds = _PEOPLE.get(node.kind, ())
            scopes = self._index.places(node.kind, (*node.place, "")) if kinds else []
            # A group's traits stand in a group, whatever the vendor calls the object.
            own = any(scope in kinds and len(rest) == 1 for scope, rest in scopes)
            words = around(kinds if own else (*kinds, *map(_tell_tale, node.place)))
            node.about = _About(self._index.shelf(node.kind, node.place), words)
        return node.about

    def rule(self, kind: str, path: tuple[str, ...]) -> Rule | None:
        """Give the first `fields` rule that names a place and is in force."""
        return next((rule for rule in self._rules(kind, path) if not self._is_trial(rule)), None)

    def trial(self, kind: str, path: tuple[str, ...]) -> Rule | None:
        """Give the rule in shadow mode that would decide over a place: it changes nothing, protection included."""
        rule = next(self._rules(kind, path), None)
        return rule if rule is not None and self._is_trial(rule) else None

    def _rules(self, kind: str, path: tuple[str, ...]) -> Iterator[Rule]:
        fields = self._policy.fields
        places = self._index.places(kind, path) if fields else []
        return (rule for rule in fields if any(selector.matches(places) for selector in rule.selectors))

    def _is_trial(self, rule: Rule) -> bool:
        return rule.spec.mode == "shadow" and self._policy.mode == "enforce"

    def _by_rule(self, rule: Rule, kind: str, path: tuple[str, ...], name: str) -> Step:
        field = self._index.field(kind, path)
        entity = rule.spec.entity or (field.entity if field else None) or classify(name, path[:-1]) or "UNKNOWN"
        treatment = self._treatments.of_rule(rule.spec, entity, name)
        if treatment is None:
            return Step(kind, path, exempt=True, whole=True, parted=self._is_parted(kind, path))
        return Step(kind, path, treatment, scans=treatment.scans, whole=True)

    def _by_catalogue(self, field: Field, kind: str, path: tuple[str, ...], *, catalogued: bool) -> Step:
        if field.form is Form.RECORDS:
            return Step(kind, path, exempt=True, catalogued=catalogued)
        if field.contract is Contract.RESERVED:
            return Step(kind, path, catalogued=catalogued, reserved=True)
        treatment = self._treatments.named(field.entity, path[-1], field.parameter) if field.entity else None
        treatment = self._treatments.counted() if field.counted else treatment
        after = {prefix: self._treatments.named(entity, path[-1]) for prefix, entity in field.prefixes.items()}
        prefixes = tuple(
            (prefix, Step(kind, path, made or self._treatments.kept(field.prefixes[prefix]), catalogued=True))
            for prefix, made in after.items()
        )
        if treatment is None and any(after.values()):
            treatment = self._treatments.kept(str(field.entity))
        return Step(
            kind,
            path,
            treatment,
            scans=field.form is not Form.PLAIN or bool(treatment and treatment.scans),
            form=field.form,
            catalogued=catalogued,
            prefixes=prefixes,
            keep_values=field.keep_values,
        )

    def _by_word(self, node: Node, path: tuple[str, ...], name: str, about: _About) -> Step:
        words = tokens(_tell_tale(name))
        entity = classify_words(words, about.words)
        if entity is not None:
            treatment = self._treatments.named(entity, name)
            return Step(node.kind, path, treatment, scans=bool(treatment and treatment.scans))
        outer = node.outer.treatment if node.outer is not None else None
        if (
            node.outer is not None
            and outer not in (None, self._treatments.unknown())
            and _is_part(node.place[-1], name)
        ):
            if outer.shadow:
                return replace(self._unknown(node, path, about), tried=outer)
            return replace(node.outer, place=path, catalogued=False)
        typed = self._treatments.named("FREE_TEXT", name) if free_words(words) else None
        if typed is None:
            return self._unknown(node, path, about)
        if typed.shadow:
            return replace(self._unknown(node, path, about), tried=typed)
        return Step(node.kind, path, typed, scans=typed.scans)

    def _unknown(self, node: Node, path: tuple[str, ...], about: _About) -> Step:
        leads = about.shelf.leads(path[-1])
        if self._policy.unknown != "drop" or node.kind == "header":
            return Step(node.kind, path, scans=self._policy.unknown != "keep", unknown=not leads)
        whole = not leads and not self._leads(node.kind, path)
        return Step(node.kind, path, self._treatments.unknown(), unknown=not leads, whole=whole)

    def _is_parted(self, kind: str, path: tuple[str, ...]) -> bool:
        """Tell whether a rule may name something below a place."""
        places, below = self._index.places(kind, path), self._index.below(kind, path)
        selectors = (selector for rule in self._policy.fields for selector in rule.selectors)
        return any(selector.scope in below or selector.reaches(places) for selector in selectors)

    def _leads(self, kind: str, path: tuple[str, ...]) -> bool:
        """Tell whether a rule speaks of something below a place: then the object there is gone through."""
        places = self._index.places(kind, path)
        return any(selector.leads(places) for rule in self._policy.fields for selector in rule.selectors)
