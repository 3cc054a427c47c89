"""The policies that ship: they compile, say why, and are what the schema and the documentation say they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from proxy.cli.parser import main
from proxy.cli.schema import text
from proxy.policy import load, load_text
from proxy.policy.entities import ENTITIES
from proxy.policy.load import shipped
from tests.policy.programs import event, program

FILES = sorted(shipped().rglob("*.yaml"))
EVERY = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)

PAGE = (shipped() / "README.md").read_text("utf-8")
SHOWN = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

OBVIOUS = {"drop"}
"""Actions that need no reason: nothing is left."""


def _read(file: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(file.read_text("utf-8")))


def test_the_shipped_policies_are_these() -> None:
    """A base that the others extend, and three to choose from."""
    assert {"base", "balanced", "pseudonymous", "strict"} <= {file.stem for file in FILES}


def test_check_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """`eventveil check policies` is content: contracts, examples and canaries for every vendor."""
    assert 0 == main(["check", str(shipped())])
    assert "" == capsys.readouterr().out


def test_the_committed_schema_is_current() -> None:
    """Editors read the schema that the code would print."""
    assert text() == (shipped() / "policy.schema.json").read_text("utf-8")


@EVERY
def test_a_policy_fits_the_schema(file: Path) -> None:
    """What the loader takes, the schema takes: every key and word that a shipped policy uses stands in it."""
    schema = json.loads(text())
    assert [] == list(_misfits(_read(file), schema, schema["$defs"], file.name))


def _misfits(value: Any, schema: dict[str, Any], parts: dict[str, Any], where: str) -> Any:
    """Check what of JSON Schema pydantic writes: references, unions, types, words, items and properties."""
    if "$ref" in schema:
        yield from _misfits(value, parts[schema["$ref"].rpartition("/")[2]], parts, where)
        return
    arms = schema.get("anyOf") or schema.get("oneOf")
    if arms:
        tried = [list(_misfits(value, arm, parts, where)) for arm in arms]
        yield from [] if [] in tried else min(tried, key=len)
        return
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": float, "boolean": bool}
    if "type" in schema and not isinstance(value, kinds.get(schema["type"], type(None))):
        yield f"{where}: no {schema['type']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where}: none of the words"
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _misfits(item, schema.get("items", {}), parts, f"{where}[{index}]")
    elif isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{where}: without {name}" for name in schema.get("required", []) if name not in value)
        for name, inner in value.items():
            if name not in known and rest is False:
                yield f"{where}.{name}: unknown"
            else:
                within = known.get(name, rest if isinstance(rest, dict) else {})
                yield from _misfits(inner, within, parts, f"{where}.{name}")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"policy": 5},
        {"policy": "x", "unknown": "scn"},
        {"policy": "x", "color": "red"},
        {"policy": "x", "entities": {"PERSON": 5}},
        {"policy": "x", "fields": [{"id": "a"}]},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_loader_does(wrong: dict[str, Any]) -> None:
    """The check above can fail."""
    schema = json.loads(text())
    assert list(_misfits(wrong, schema, schema["$defs"], "x"))


@EVERY
def test_a_policy_is_named_like_its_file_and_says_why(file: Path) -> None:
    """A policy's name finds its file, and its first lines say what it is for and where its schema is."""
    policy = _read(file)
    assert file.stem == policy["policy"]
    assert policy["because"].endswith(".")
    assert file.read_text("utf-8").startswith("# yaml-language-server: $schema=")


@EVERY
def test_every_rule_has_its_reason_and_examples(file: Path) -> None:
    """A rule in the long form shows what it does; one that leaves something says why; a field rule says both."""
    policy = _read(file)
    silent = [
        name
        for name, rule in policy.get("entities", {}).items()
        if isinstance(rule, dict) and "do" in rule
        if not rule.get("examples") or not (rule.get("because") or rule["do"] in OBVIOUS)
    ]
    bare = [rule["id"] for rule in policy.get("fields", []) if not rule.get("because") or not rule.get("examples")]
    assert ([], []) == (silent, bare)


def test_base_speaks_of_everything() -> None:
    """Every entity of ours has an action in `base`, so that nothing hangs on a default."""
    assert ENTITIES.keys() == load("base").entities.keys()


def test_the_policy_of_the_page_is_one() -> None:
    """What the page shows is read, its examples included, but for what needs a file or a model of the reader's own."""
    text = re.sub(r"^(recognizers|names): .*\n", "", SHOWN[0], flags=re.MULTILINE)
    assert "shop" == load_text(text, "shop.yaml").name


def test_an_object_is_kept_but_for_one_field_as_the_page_says() -> None:
    """The field goes, what stands beside it stays as it came."""
    form = {"note": "Ada Lovelace called", "size": "for ada@example.com"}
    assert {"form": {"size": form["size"]}} == event(program(SHOWN[1]), {"form": form})


def test_the_page_knows_every_kind_of_diagnostic() -> None:
    """A code that is shown belongs to a kind that the page explains."""
    sources = "".join(path.read_text("utf-8") for path in (shipped().parent / "proxy").rglob("*.py"))
    told = set(re.findall(r"\b(E\d)xx\b", PAGE))
    assert told == {code[:2] for code in re.findall(r'"(E\d{3})"', sources)}


def test_national_ids_says_of_how_many_countries() -> None:
    """Presidio's names begin with a country; a routing number is a bank's in the United States."""
    countries = {name[:2] for name in _read(shipped() / "national_ids.yaml")["entities"]} - {"AB"}
    assert 16 == len(countries)
    assert "of sixteen countries" in PAGE


@EVERY
def test_nothing_is_kept_by_name(file: Path) -> None:
    """No shipped policy keeps a kind of personal data, keeps what nobody knows, or only counts."""
    policy = load(str(file))
    kept = [entity for entity, rule in policy.entities.items() if rule.do == "keep" or rule.mode != "enforce"]
    assert ["FREE_TEXT"] == kept  # it is scanned like any unknown field
    assert (True, "enforce") == (policy.unknown in ("scan", "drop"), policy.mode)


@pytest.mark.parametrize(
    ("name", "entity", "action"),
    [
        ("balanced", "EMAIL_ADDRESS", "hash"),
        ("balanced", "PERSON", "drop"),
        ("balanced", "IP_ADDRESS", "drop"),
        ("balanced", "LOCATION_COARSE", {"generalize": "country"}),
        ("strict", "EMAIL_ADDRESS", "drop"),
        ("strict", "USER_ID", "hash"),
        ("pseudonymous", "PERSON", "hash"),
        ("pseudonymous", "LOCATION_COARSE", {"generalize": "region"}),
    ],
)
def test_a_policy_does_what_it_is_named_for(name: str, entity: str, action: object) -> None:
    """The choice between the three is a choice between these."""
    assert action == load(name).entities[entity].do
