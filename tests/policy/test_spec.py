from __future__ import annotations

import pytest
from pydantic import ValidationError

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


def test_the_schema_speaks_yaml() -> None:
    """Editors are told the keys as they are written."""
    written = schema()
    assert {"in", "out"} == set(written["$defs"]["Example"]["properties"])
    assert False is written["additionalProperties"]
    assert 8 == len(ACTIONS)
