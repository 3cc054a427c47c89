"""Policy files → one joined `Policy`, checked as far as it can be without a vendor.

`load` reads a file and what it extends, later files winning; every fault of every file is collected before one
`PolicyError` is raised. `policy.compile` joins the result with a dialect. Shipped policies lie in `policies/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from phonenumbers import SUPPORTED_REGIONS

from proxy.detect.row import Row
from proxy.errors import PolicyError, SettingsError
from proxy.keys.keyring import Keyring
from proxy.policy.actions import GONE, ActionError, Gone, Subject, make_action
from proxy.policy.diagnostics import Diagnostic, Place, did_you_mean, render
from proxy.policy.entities import ENTITIES, PRESIDIO_ENTITIES
from proxy.policy.generalize import place_level
from proxy.policy.selectors import Selector, SelectorError
from proxy.policy.source import Source, read, validate
from proxy.policy.spec import EntityRule, Example, FieldRule, NamesSpec, OnError, PolicySpec, Unknown

__all__ = ["Policy", "Rule", "absent", "load", "load_text", "shipped"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A field rule with its selectors read and its place in the file."""

    spec: FieldRule
    selectors: tuple[Selector, ...]
    place: Place


@dataclass(slots=True)
class Policy:
    """A policy with everything it extends.

    Args:
        place: of the file itself.
        entities: entity → rule; `places` says where each stands.
        rows: an operator's recognizers, which take part like those of the house.
        names: the model that finds names in free text.
        fingerprint: twelve hexadecimal digits over all that decides anything.
    """

    name: str
    place: Place
    entities: dict[str, EntityRule] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    fields: list[Rule] = field(default_factory=list)
    allow: list[str] = field(default_factory=list)
    unknown: Unknown = "scan"
    on_error: OnError = "drop_field"
    mode: str = "enforce"
    regions: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    names: NamesSpec | None = None
    fingerprint: str = ""


def shipped() -> Path:
    """Give the folder of the shipped policies: beside the package in a checkout, inside it in a wheel."""
    package = Path(str(files("proxy")))
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"


def load(name_or_path: str, search: Iterable[Path] = ()) -> Policy:
    """Load a policy by name or path.

    Args:
        name_or_path: a shipped policy's name, or a path to a file (it ends in `.yaml` or `.yml`, or holds a slash).
        search: folders looked through before the shipped ones.

    Raises:
        PolicyError: with every diagnostic.
    """
    path = _find(name_or_path, [*search, shipped()])
    if path is None:
        raise PolicyError(str(absent(name_or_path, search, Place(name_or_path, 1, 1))))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}:1:1: E100 expected a readable UTF-8 file, got {type(error).__name__}") from error
    return load_text(text, str(path), search)


def absent(name_or_path: str, search: Iterable[Path], place: Place) -> Diagnostic | None:
    """Say that there is no such policy, with the nearest name; None when there is.

    Args:
        search: folders looked through before the shipped ones.
        place: where it is named.
    """
    folders = [*search, shipped()]
    if _find(name_or_path, folders) is not None:
        return None
    known = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
    return Diagnostic(place, "E100", "expected a policy, got no such file", did_you_mean(name_or_path, known))


def load_text(text: str, file: str, search: Iterable[Path] = ()) -> Policy:
    """Load a policy from text; `file` stands in diagnostics, and what it extends is looked for beside it.

    Args:
        search: folders looked through before the shipped ones.

    Raises:
        PolicyError: with every diagnostic.
    """
    diagnostics: list[Diagnostic] = []
    policy = Policy(name="", place=Place(file, 1, 1))
    path = Path(file).resolve()
    _Join(policy, [*search, shipped()], diagnostics).add(read(text, file), path, (path,))
    if diagnostics:
        raise PolicyError(render(diagnostics))
    policy.fingerprint = _fingerprint(policy)
    return policy


def _find(name: str, folders: Iterable[Path]) -> Path | None:
    if name.endswith((".yaml", ".yml")) or "/" in name:
        candidates = [*(folder / name for folder in folders), Path(name)]
    else:
        candidates = [folder / f"{name}.yaml" for folder in folders]
    return next((path for path in candidates if path.is_file()), None)


class _Join:
    """Joins a file with what it extends, each file once: who comes second to a common base overrides what it says."""

    def __init__(self, policy: Policy, folders: list[Path], faults: list[Diagnostic]) -> None:
        self._policy, self._folders, self._faults = policy, folders, faults
        self._joined: set[Path] = set()

    def add(self, source: Source, path: Path, above: tuple[Path, ...]) -> None:
        """Add a file, and before it what it extends, to the policy.

        Args:
            above: the file and those that lead to it.
        """
        self._joined.add(path)
        spec = validate(source, PolicySpec)
        self._faults += source.diagnostics
        if spec is None:
            return
        for index, name in enumerate(spec.extends):
            place = source.place(("extends", index))
            found = _find(name, [path.parent, *self._folders])
            if found is None:
                self._fault(place, "E108", f"expected a policy to extend, got `{name}`, which is not there")
            elif found.resolve() in above:
                self._fault(place, "E109", f"expected no circle, got `{name}`, which extends this file")
            elif found.resolve() not in self._joined:
                self._read(found, place, above)
        for index, name in enumerate(spec.recognizers):
            self._recognize(path.parent / name, source.place(("recognizers", index)))
        _add(self._policy, spec, source, self._faults)

    def _recognize(self, registry: Path, place: Place) -> None:
        from proxy.detect.presidio import operator_rows  # noqa: PLC0415 - Presidio is heavy, and only for whoever asks

        try:
            self._policy.rows += operator_rows(registry)
        except SettingsError as error:
            self._fault(place, _REGISTRY, str(error))

    def _read(self, path: Path, place: Place, above: tuple[Path, ...]) -> None:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._fault(place, "E100", f"expected a readable UTF-8 file, got {type(error).__name__}")
            return
        self.add(read(text, str(path)), path.resolve(), (*above, path.resolve()))

    def _fault(self, place: Place, code: str, message: str) -> None:
        self._faults.append(Diagnostic(place, code, message))


def _add(policy: Policy, spec: PolicySpec, source: Source, faults: list[Diagnostic]) -> None:
    policy.name, policy.mode, policy.place = spec.policy, spec.mode, Place(source.file, 1, 1)
    policy.allow += spec.allow
    policy.unknown = spec.unknown or policy.unknown
    policy.on_error = spec.on_error or policy.on_error
    policy.names = spec.names or policy.names
    policy.regions = tuple(spec.regions) if spec.regions is not None else policy.regions
    faults += _region_faults(spec, source)
    broken = any(fault.code == _REGISTRY for fault in faults)
    own = None if broken else frozenset(row.entity for row in policy.rows)
    for entity, rule in spec.entities.items():
        long = rule if isinstance(rule, EntityRule) else EntityRule(do=rule)
        policy.entities[entity] = long
        policy.places[entity] = source.place(("entities", entity))
        faults += _entity_faults(entity, long, policy.places[entity], own)
    rules = [_rule(rule, source.place(("fields", index)), own, faults) for index, rule in enumerate(spec.fields)]
    new = {rule.spec.id: rule for rule in rules}
    faults += [
        Diagnostic(rule.place, "E201", f"expected each id once, got `{rule.spec.id}` again")
        for rule in rules
        if new[rule.spec.id] is not rule
    ]
    policy.fields = [*rules, *(rule for rule in policy.fields if rule.spec.id not in new)]


_REGISTRY = "E111"
_COUNTRIES = {"UK": "GB", "EL": "GR", "EN": "GB"}
"""What is written for a country, and its code in ISO 3166-1."""


def _region_faults(spec: PolicySpec, source: Source) -> list[Diagnostic]:
    known = sorted(SUPPORTED_REGIONS)
    return [
        Diagnostic(
            source.place(("regions", index)),
            "E205",
            f"expected a country with telephones, got `{region}`",
            did_you_mean(_COUNTRIES.get(region, region), known),
        )
        for index, region in enumerate(spec.regions or ())
        if region not in SUPPORTED_REGIONS
    ]


def _entity_faults(
    entity: str, rule: EntityRule | FieldRule, place: Place, own: frozenset[str] | None
) -> list[Diagnostic]:
    """Check the name of an entity and what is done to it; `own` is None where a broken registry hides some names."""
    if own is not None and entity not in ENTITIES and entity not in PRESIDIO_ENTITIES and entity not in own:
        hint = did_you_mean(entity, [*ENTITIES, *PRESIDIO_ENTITIES, *own])
        return [Diagnostic(place, "E202", f"expected an entity, got `{entity}`", hint)]
    return _action_faults(rule, entity, place)


def _rule(rule: FieldRule, place: Place, own: frozenset[str] | None, faults: list[Diagnostic]) -> Rule:
    selectors = []
    for text in rule.places:
        try:
            selectors.append(Selector.parse(text))
        except SelectorError as error:
            faults.append(Diagnostic(place, "E203", f"{error}, in the selector of `{rule.id}`"))
    if rule.entity:
        faults += _entity_faults(rule.entity, rule, place, own)
    else:
        faults += _action_faults(rule, "UNKNOWN", place)
    for text in rule.counterexamples:
        try:
            other = Selector.parse(text)
        except SelectorError as error:
            faults.append(Diagnostic(place, "E203", f"{error}, in a counterexample of `{rule.id}`"))
            continue
        if any(_meet(selector, other) for selector in selectors):
            faults.append(
                Diagnostic(place, "E402", f"expected `{rule.id}` to leave its counterexample alone, got a match")
            )
    return Rule(rule, tuple(selectors), place)


def _meet(selector: Selector, other: Selector) -> bool:
    """Tell whether a selector names what a counterexample names, of which either may say `any`."""
    places = [(other.scope, other.steps), *([("record", other.steps)] if selector.scope == "any" else [])]
    return selector.matches(places) or (other.scope == "any" and other.matches([("record", selector.steps)]))


_TRIAL = Keyring.of(bytes(range(32)))
"""Stands in for the operator's key while a file is checked; no token it makes leaves the check."""


def _action_faults(rule: EntityRule | FieldRule, entity: str, place: Place) -> list[Diagnostic]:
    places = rule.places if isinstance(rule, FieldRule) else []
    name = places[0].rpartition(".")[2] if places else ""
    try:
        apply = make_action(rule.do, Subject(entity, "trial", level=place_level(name)), _TRIAL)
    except ActionError as error:
        return [Diagnostic(place, "E204", str(error))]
    return [
        Diagnostic(place, "E401", f"expected example {number} to come out as it says, got something else")
        for number, example in enumerate(rule.examples, 1)
        if not _holds(example, apply(example.into))
    ]


def _holds(example: Example, result: object) -> bool:
    if example.out == "<pseudonym>":
        return isinstance(result, str) and result.startswith((f"p1_{_TRIAL.epoch}_", f"e1_{_TRIAL.epoch}_"))
    return result is GONE if example.out is None else not isinstance(result, Gone) and result == example.out


def _fingerprint(policy: Policy) -> str:
    decides = {
        "entities": {entity: rule.model_dump(mode="json") for entity, rule in policy.entities.items()},
        "fields": [rule.spec.model_dump(mode="json", by_alias=True) for rule in policy.fields],
        "rest": [policy.allow, policy.unknown, policy.on_error, policy.mode, policy.regions],
        "finders": [[(row.id, row.expression) for row in policy.rows], policy.names and policy.names.model_dump()],
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:12]
