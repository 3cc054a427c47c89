"""A policy as its author writes it: the YAML's shape, checked, with defaults, before anything is compiled.

`policy.load` builds a `PolicySpec` from each file and joins what it extends; `policy.compile` turns the result into
callables. `schema()` is the JSON Schema that editors use; the committed copy is kept equal by a test.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

__all__ = [
    "ACTIONS",
    "ActionSpec",
    "EntityRule",
    "Example",
    "FieldRule",
    "NamesSpec",
    "OnError",
    "PolicySpec",
    "Unknown",
    "schema",
]

ACTIONS = ("keep", "drop", "hash", "mask", "replace", "truncate", "generalize", "encrypt")
"""What may be done to a value; the closed list that findings and metrics use."""

ActionSpec = str | dict[str, Any]
"""`hash`, `{generalize: country}`, `{mask: {keep_last: 4}}`, or for URL the parts: `{query: …, fragment: drop}`."""

Unknown = Literal["scan", "drop", "keep"]
OnError = Literal["drop_field", "drop_record", "refuse"]
Mode = Literal["enforce", "shadow"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Example(_Strict):
    """What goes in and what must come out. `out` left away means that the field is gone.

    For `hash` and `encrypt` the word `<pseudonym>` stands for the token, which differs with every key.
    """

    into: Annotated[str | int | float | bool, Field(alias="in")]
    out: str | int | float | bool | None = None


class EntityRule(_Strict):
    """What happens to one kind of data, in the long form, with its reason and examples."""

    do: ActionSpec
    because: str = ""
    mode: Mode = "enforce"
    examples: list[Example] = []


class FieldRule(_Strict):
    """What happens at exact places; wins over entities.

    `where` is a selector: `event.plan`, `profile.address.*`, `any.internal_note`. `counterexamples` are selectors'
    places that the rule must not match. `entity` says what lives there, for actions that depend on it: levels of
    `generalize`, the parts of a URL, and the key of pseudonyms.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    where: str | list[str]
    do: ActionSpec
    entity: str = ""
    because: str = ""
    mode: Mode = "enforce"
    examples: list[Example] = []
    counterexamples: list[str] = []

    @property
    def places(self) -> list[str]:
        """Its selectors as they are written."""
        return [self.where] if isinstance(self.where, str) else self.where


def _form(value: Any) -> str:
    return "rule" if isinstance(value, EntityRule) or (isinstance(value, dict) and "do" in value) else "action"


EntitySpec = Annotated[
    Annotated[ActionSpec, Tag("action")] | Annotated[EntityRule, Tag("rule")],
    Discriminator(_form),
]


class NamesSpec(_Strict):
    """Names in free text by a spaCy model that is installed; it is never downloaded."""

    model: str
    """An installed package's name, or a directory."""
    budget_ms: Annotated[int, Field(ge=1, le=60_000)] = 50
    """For the texts of one request; a field that could not be looked at in time is dropped."""


class PolicySpec(_Strict):
    """One policy file."""

    policy: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    because: str = ""
    extends: list[str] = []
    entities: dict[str, EntitySpec] = {}
    fields: list[FieldRule] = []
    allow: list[str] = []
    """Values that no detector may touch: exact strings such as a support address that everybody knows."""
    unknown: Unknown | None = None
    on_error: OnError | None = None
    mode: Mode = "enforce"
    recognizers: list[str] = []
    """Recognizer registries in Presidio's own YAML, beside this file; their entities can be named in `entities`."""
    names: NamesSpec | None = None
    regions: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] | None = None
    """Countries (ISO 3166-1 alpha-2) whose national phone formats are recognised, the most likely first."""


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a policy file, for `yaml-language-server`."""
    generated = PolicySpec.model_json_schema(by_alias=True)
    action, _ = generated["properties"]["entities"]["additionalProperties"]["oneOf"]
    action["anyOf"][1]["not"] = {"required": ["do"]}  # else a long form is an action too, and `oneOf` takes just one
    return generated | {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "eventveil policy"}
