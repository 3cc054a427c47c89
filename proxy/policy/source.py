"""YAML text → plain values, with the position of every one.

YAML 1.2 as ruamel.yaml resolves it: `no` and `on` are strings. A duplicate key, an alias, a tag or a key that is a
list or mapping is a diagnostic; all of a file are found in one reading. `policy.load` and `proxy.settings` read files
through here; nothing here knows what a policy is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
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
        """Give the position of a path, or of the nearest thing around it; steps that the file does not have are passed.

        Such steps are pydantic's: the tag of a union's arm stands in its paths.
        """
        known: Path = ()
        for step in path:
            known = (*known, step) if (*known, step) in self.places else known
        return self.places.get(known, Place(self.file, 1, 1))


def read(text: str, file: str) -> Source:
    """Read YAML text.

    Args:
        text: the file's content.
        file: its name, for diagnostics.
    """
    source = Source(file)
    yaml = YAML(typ="safe", pure=True)
    try:
        source.diagnostics += _refused(yaml, text, file)
        node = None if source.diagnostics else yaml.compose(text)
    except YAMLError as error:
        source.diagnostics.append(_unreadable(error, text, file))
        return source
    if node is not None:
        source.value = _value(node, (), source, yaml.constructor)
    return source


_MAX_DEPTH = 50
"""Levels of a file; no policy needs ten, and what composes YAML calls itself for each."""
_HALF = re.compile("[\ud800-\udfff]")


def _refused(yaml: YAML, text: str, file: str) -> Iterator[Diagnostic]:
    """Find what no file may hold.

    Aliases: a few lines of them grow to any size, and a circle of them never ends. Half a character: it cannot be
    written out, in a diagnostic or elsewhere.
    """
    depth = 0
    for event in yaml.parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent):
            place = _at(file, event.start_mark)
            yield Diagnostic(place, "E110", "expected a value, got an alias", "write the value out")
        elif isinstance(event, ScalarEvent) and _HALF.search(event.value):
            yield Diagnostic(_at(file, event.start_mark), "E114", "expected characters, got half of one")
        elif depth > _MAX_DEPTH:
            yield Diagnostic(_at(file, event.start_mark), "E115", f"expected at most {_MAX_DEPTH} levels, got more")
            return


def _unreadable(error: YAMLError, text: str, file: str) -> Diagnostic:
    if isinstance(error, MarkedYAMLError):
        place = _at(file, error.problem_mark or error.context_mark)
        return Diagnostic(place, "E101", f"expected YAML: {error.problem or 'this is none'}")
    before = text[: getattr(error, "position", 0)]
    place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return Diagnostic(place, "E101", "expected YAML, got a character that it does not allow")


def _at(file: str, mark: Any) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)


def _value(node: Node, path: Path, source: Source, constructor: SafeConstructor) -> Any:
    place = _at(source.file, node.start_mark)
    source.places.setdefault(path, place)
    if isinstance(node, MappingNode):
        return _mapping(node, path, source, constructor)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, index), source, constructor) for index, item in enumerate(node.value)]
    try:
        return node.value if node.tag in _TEXT else _CONSTRUCTORS[str(node.tag)](constructor, node)
    except (KeyError, ValueError, IndexError):  # a tag that is none of YAML's own, or one that its value does not fit
        source.diagnostics.append(
            Diagnostic(place, "E102", "expected a plain value, got a tag", "write it as a string")
        )
        return None


_TEXT = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"})
_CONSTRUCTORS: dict[str, Callable[[SafeConstructor, Node], Any]] = {
    "tag:yaml.org,2002:int": SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": SafeConstructor.construct_yaml_float,
    "tag:yaml.org,2002:bool": SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:null": SafeConstructor.construct_yaml_null,
}


def _mapping(node: MappingNode, path: Path, source: Source, constructor: SafeConstructor) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = _at(source.file, key_node.start_mark)
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
    if source.value is None and source.diagnostics:
        return None  # it could not be read at all
    try:
        valid = model.model_validate(source.value)
    except ValidationError as error:
        known = _field_names(model)
        source.diagnostics += _merged(_diagnostic(source, detail, known) for detail in error.errors(include_url=False))
        return None
    return None if source.diagnostics else valid


def _merged(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Say in one diagnostic what the arms of a union expected of the same place, one each."""
    wanted: dict[tuple[Place, str], list[str]] = {}
    for place, code, message, hint in diagnostics:
        expected, got, rest = message.partition(", got ")
        if code == "E107":
            wanted.setdefault((place, got + rest), []).append(expected.removeprefix("expected "))
        else:
            yield Diagnostic(place, code, message, hint)
    for (place, got), expected_ones in wanted.items():
        yield Diagnostic(place, "E107", f"expected {' or '.join(dict.fromkeys(expected_ones))}{got}")


def _diagnostic(source: Source, detail: ErrorDetails, known: list[str]) -> Diagnostic:
    path = tuple(detail["loc"])
    place = source.place(path)
    if detail["type"] == "extra_forbidden":
        name = str(path[-1])
        hint = "it belongs elsewhere" if name in known else did_you_mean(name, known)
        return Diagnostic(place, "E105", f"expected a known key, got `{name}`", hint)
    if detail["type"] == "missing":
        return Diagnostic(place, "E106", f"expected the key `{path[-1]}`, got none")
    got = _KINDS.get(type(detail["input"]), "nothing")
    return Diagnostic(place, "E107", f"expected {_expected(detail['msg'])}, got {got}")


_KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "a string",
    bool: "a truth value",
    int: "a number",
    float: "a decimal",
}


def _expected(message: str) -> str:
    """Take pydantic's words for its own types out of a message, since an author writes YAML."""
    text = message.removeprefix("Input should be ").replace("String should match pattern", "a string that matches")
    text = re.split(", unable to parse|, got a number", text)[0].replace("a valid integer", "a whole number")
    text = re.sub(r"a valid dictionary(?: or instance of \w+)?", "a mapping", text)
    return text.replace("a valid tuple", "a list").replace("a valid ", "a ")


def _field_names(model: type[BaseModel]) -> list[str]:
    """Collect the keys that a model and the models inside it know, from its JSON Schema."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})
