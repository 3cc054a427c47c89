from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from proxy.policy.load import shipped
from proxy.policy.source import Source, read, validate
from proxy.policy.spec import ACTIONS, EntityRule, PolicySpec, schema


def test_both_forms_of_an_entity_are_read() -> None:
    """`PERSON: drop` and the long form stand side by side; a mapping without `do` is an action."""
    entities = {"PERSON": "drop", "URL": {"query": "drop"}, "USER_ID": {"do": "hash", "because": "x"}}
    spec = PolicySpec.model_validate({"policy": "trial", "entities": entities})
    assert {"PERSON": "drop", "URL": {"query": "drop"}, "USER_ID": EntityRule(do="hash", because="x")} == spec.entities


def test_a_spec_in_hand_is_taken_as_it_is() -> None:
    """A rule that is one already needs no reading."""
    rule = EntityRule(do="hash")
    assert {"PERSON": rule} == PolicySpec(policy="trial", entities={"PERSON": rule}).entities


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": "Not A Name"},
        {"policy": "x", "unknown": "perhaps"},
        {"policy": "x", "mode": "dry"},
        {"policy": "x", "regions": ["gb"]},
        {"policy": "x", "fields": [{"id": "A b", "where": "event.x", "do": "drop"}]},
        {"policy": "x", "fields": [{"id": "a", "where": "event.x"}]},
        {"policy": "x", "entities": {"PERSON": {"do": "drop", "examples": [{"out": "x"}]}}},
        {"policy": "x", "entities": {"PERSON": {"do": "drop", "examples": [{"in": ["x"]}]}}},
        {"policy": "x", "color": "red"},
    ],
    ids=str,
)
def test_another_shape_is_refused(wrong: dict[str, object]) -> None:
    """Names, words and keys are a closed list."""
    with pytest.raises(ValidationError):
        PolicySpec.model_validate(wrong)


_TYPES: dict[str, Any] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def fits(value: object, part: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Tell whether a value fits what a JSON Schema uses of its words here."""
    if "$ref" in part:
        return fits(value, whole["$defs"][part["$ref"].rpartition("/")[2]], whole)
    kind = part.get("type")
    if kind == "null" or (kind and isinstance(value, bool) and kind != "boolean"):
        return value is None
    inner = part.get("properties", {})
    return (
        (kind is None or isinstance(value, _TYPES[kind]))
        and ("enum" not in part or value in part["enum"])
        and ("pattern" not in part or re.search(part["pattern"], str(value)) is not None)
        and ("anyOf" not in part or any(fits(value, arm, whole) for arm in part["anyOf"]))
        and ("oneOf" not in part or 1 == sum(fits(value, arm, whole) for arm in part["oneOf"]))
        and ("not" not in part or not fits(value, part["not"], whole))
        and (not isinstance(value, list) or all(fits(item, part.get("items", {}), whole) for item in value))
        and (not isinstance(value, dict) or set(part.get("required", ())) <= set(value))
        and (
            not isinstance(value, dict)
            or all(
                _key_fits(name, item, inner, part.get("additionalProperties", True), whole)
                for name, item in value.items()
            )
        )
    )


def _key_fits(name: str, item: object, inner: dict[str, Any], other: Any, whole: dict[str, Any]) -> bool:
    found = inner.get(name, other)
    return found if isinstance(found, bool) else fits(item, found, whole)


@pytest.mark.parametrize("file", sorted(shipped().glob("*.yaml")), ids=lambda file: file.stem)
def test_the_schema_takes_every_shipped_policy(file: Path) -> None:
    """An editor marks nothing in what is shipped."""
    assert fits(read(file.read_text("utf-8"), file.name).value, schema(), schema())


@pytest.mark.parametrize(
    ("content", "good"),
    [
        ({"entities": {"PERSON": "drop"}}, True),
        ({"entities": {"URL": {"query": {"keep": ["a"]}}}}, True),
        ({"entities": {"PERSON": {"do": "hash"}}}, True),
        ({"entities": {"PERSON": {"do": {"generalize": "x"}, "because": "x", "mode": "shadow"}}}, True),
        ({"entities": {"PERSON": {"do": "hash", "becase": "x"}}}, False),
        ({"entities": {"PERSON": {"do": "hash", "examples": [{"in": 3, "out": "3"}]}}}, True),
        ({"entities": {"PERSON": {"do": "hash", "examples": [{"into": 3}]}}}, False),
        ({"entities": {"PERSON": 3}}, False),
        ({"fields": [{"id": "a", "where": ["event.x"], "do": {"truncate": 3}}]}, True),
        ({"fields": [{"id": "a", "do": "drop"}]}, False),
        ({"names": {"model": "x", "budget_ms": 5}, "regions": ["GB"]}, True),
        ({"regions": ["gb"]}, False),
        ({"unknown": "scan", "on_error": None}, True),
        ({"colour": "red"}, False),
    ],
    ids=str,
)
def test_the_schema_takes_what_the_check_takes(content: dict[str, object], good: bool) -> None:
    """Short and long forms are right or wrong for both."""
    written = {"policy": "trial", **content}
    source = Source("trial.yaml", written)
    assert (good, good) == (fits(written, schema(), schema()), validate(source, PolicySpec) is not None)


def test_the_schema_speaks_yaml() -> None:
    """Editors are told the keys as they are written."""
    written = schema()
    assert {"in", "out"} == set(written["$defs"]["Example"]["properties"])
    assert False is written["additionalProperties"]
    assert 8 == len(ACTIONS)
