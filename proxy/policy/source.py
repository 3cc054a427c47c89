"""YAML text → plain values, with the position of every one.

YAML 1.2 as ruamel.yaml resolves it: `no` and `on` are strings. A duplicate key, an alias, a tag or a key that is no
string is a diagnostic; all of a file are found in one reading. `policy.load` and `proxy.settings` read files through
here; nothing here knows what a policy is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from proxy.policy.diagnostics import Diagnostic, Place, did_you_mean

__all__ = ["Source", "read", "validate"]

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Source:
    """A file's values and where each stands.

    Args:
        value: dict, list, str, int, float, bool or None.
        places: path of keys and indices → position of the key (of the item in a list).
        diagnostics: what was wrong already while reading.
    """

    file: str
    value: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Give the position of a path, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.file, 1, 1))


def read(text: str, file: str) -> Source:
    """Read YAML text.

    Args:
        text: the file's content.
        file: its name, for diagnostics.
    """
    source = Source(file)
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        source.diagnostics.append(Diagnostic(place, "E101", f"expected YAML, got {error.problem or 'something else'}"))
        return source
    if node is not None:
        source.value = _value(node, (), source, yaml.constructor)
    return source


def _value(node: Node, path: Path, source: Source, constructor: SafeConstructor) -> Any:
    place = Place(source.file, node.start_mark.line + 1, node.start_mark.column + 1)
    source.places.setdefault(path, place)
    if isinstance(node, MappingNode):
        return _mapping(node, path, source, constructor)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, index), source, constructor) for index, item in enumerate(node.value)]
    if node.tag not in _SCALARS:
        source.diagnostics.append(
            Diagnostic(place, "E102", "expected a plain value, got a tag", "write it as a string")
        )
        return None
    return node.value if node.tag in _TEXT else constructor.construct_object(node)


_TEXT = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"})
_SCALARS = _TEXT | {f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null")}


def _mapping(node: MappingNode, path: Path, source: Source, constructor: SafeConstructor) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = Place(source.file, key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode):
            source.diagnostics.append(Diagnostic(place, "E103", "expected a key, got a list or mapping"))
            continue
        key = str(key_node.value)
        if key in result:
            first = source.places[(*path, key)]
            source.diagnostics.append(
                Diagnostic(place, "E104", f"expected each key once, got `{key}` again", f"first at line {first.line}")
            )
            continue
        source.places[(*path, key)] = place
        result[key] = _value(value_node, (*path, key), source, constructor)
    return result


Model = TypeVar("Model", bound=BaseModel)


def validate(source: Source, model: type[Model]) -> Model | None:
    """Check a source's value against a pydantic model; what is wrong is appended to its diagnostics.

    Returns:
        The model, or None when something was wrong, now or while reading.
    """
    try:
        valid = model.model_validate(source.value)
    except ValidationError as error:
        known = _field_names(model)
        source.diagnostics += [_diagnostic(source, detail, known) for detail in error.errors(include_url=False)]
        return None
    return None if source.diagnostics else valid


def _diagnostic(source: Source, detail: ErrorDetails, known: list[str]) -> Diagnostic:
    path = tuple(detail["loc"])
    place = source.place(path)
    if detail["type"] == "extra_forbidden":
        name = str(path[-1])
        return Diagnostic(place, "E105", f"expected a known key, got `{name}`", did_you_mean(name, known))
    if detail["type"] == "missing":
        return Diagnostic(place, "E106", f"expected the key `{path[-1]}`, got none")
    got = type(detail["input"]).__name__
    return Diagnostic(place, "E107", f"expected {detail['msg'].removeprefix('Input should be ')}, got a {got}")


def _field_names(model: type[BaseModel]) -> list[str]:
    """Collect the keys that a model and the models inside it know, from its JSON Schema."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
