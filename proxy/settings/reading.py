"""Settings file + environment → `Settings`, or all that is wrong with them at once.

`app` and `cli` call `load`, again on every reload. Nothing is written, no other file is opened.

A scalar outside `lanes` may be overridden by an environment variable: `EVENTVEIL_`, the section, the name
(`EVENTVEIL_LISTEN_PORT`, `EVENTVEIL_KEYS_FILE`, `EVENTVEIL_WORKERS`). Its value is read as YAML where a number, a truth
value or a list is expected.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from proxy.errors import SettingsError
from proxy.policy.diagnostics import Diagnostic, Place, did_you_mean, render
from proxy.policy.source import Source, read, validate
from proxy.settings.model import LimitSettings, Settings, label_of
from proxy.telemetry import NO_LANE
from proxy.wire.registry import DIALECTS

__all__ = ["load", "variables"]

PREFIX = "EVENTVEIL_"

KUBERNETES = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$")
"""What Kubernetes puts into every pod beside a Service that is called `eventveil…`; no typing mistakes of ours.
Source: kubernetes.io/docs/concepts/services-networking/service/#environment-variables, 2025."""


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read the settings file, lay the environment over it, and check the result.

    Args:
        path: the YAML file.
        environ: usually `os.environ`; only names that start with `EVENTVEIL_` are looked at.

    Returns:
        The settings; file names in them are relative to the settings file's directory.

    Raises:
        SettingsError: the file cannot be read, or holds faults; the text has them all, a line each.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError("a readable settings file", os.strerror(error.errno or 0), str(path)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("UTF-8", f"another byte at {error.start}", str(path)) from error
    source = read(text, str(path))
    if source.value is None:
        if source.diagnostics:
            raise SettingsError(render(source.diagnostics))
        source.value = {}
    if isinstance(source.value, dict):
        _overlay(source, environ)
        source.diagnostics += _conflicts(source)
    settings = validate(source, Settings)
    if settings is None:
        raise SettingsError(render(source.diagnostics))
    places = (source.place(("lanes", index, "policy")) for index in range(len(settings.lanes)))
    lanes = tuple(lane.naming(place) for lane, place in zip(settings.lanes, places, strict=True))
    return _beside(settings.model_copy(update={"lanes": lanes}), path.parent)


def variables() -> dict[str, tuple[tuple[str, ...], FieldInfo]]:
    """Give every environment variable that is read → where in the settings it goes, and the field it sets."""
    return {PREFIX + "_".join(path).upper(): (path, info) for path, info in _leaves(Settings, ())}


def _leaves(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _leaves(info.annotation, (*path, name))
        elif name != "lanes":
            yield (*path, name), info


def _overlay(source: Source, environ: Mapping[str, str]) -> None:
    known = variables()
    for name in sorted(name for name in environ if name.startswith(PREFIX)):
        place = Place(f"environment:{name}")
        if name not in known:
            if not KUBERNETES.search(name):
                hint = did_you_mean(name, sorted(known))
                source.diagnostics.append(Diagnostic(place, "E105", f"expected a known variable, got `{name}`", hint))
            continue
        path, info = known[name]
        node = source.value
        for part in path[:-1]:
            node = node.setdefault(part, {}) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node[path[-1]] = _from_text(environ[name], info)
            source.places |= {path[:size]: place for size in range(1, len(path)) if path[:size] not in source.places}
            source.places[path] = place


def _from_text(text: str, info: FieldInfo) -> Any:
    if re.search(r"\b(int|float|bool|tuple)\b", str(info.annotation)):
        return read(text, "environment").value
    return text


def _conflicts(source: Source) -> Iterator[Diagnostic]:
    """Find what no single field can know: lanes that claim the same, half a TLS, no room."""
    lanes = source.value.get("lanes")
    yield from _lane_conflicts(source, lanes if isinstance(lanes, list) else [])
    tls = (source.value.get("listen") or {}).get("tls") if isinstance(source.value.get("listen"), dict) else None
    if isinstance(tls, dict) and len({"cert_file", "key_file"} & {key for key in tls if tls[key]}) == 1:
        yield Diagnostic(source.place(("listen", "tls")), "E122", "expected cert_file and key_file, got one of them")
    limits = source.value.get("limits")
    if isinstance(limits, dict):
        body, held = (
            limits.get(name, LimitSettings.model_fields[name].default) for name in ("body_bytes", "held_bytes")
        )
        if isinstance(body, int) and isinstance(held, int) and held < body:
            where = source.place(("limits", "held_bytes" if "held_bytes" in limits else "body_bytes"))
            yield Diagnostic(where, "E123", "expected held_bytes to be body_bytes at least, got less")


def _lane_conflicts(source: Source, lanes: list[Any]) -> Iterator[Diagnostic]:
    """Find unknown dialects, and lanes that share a path or a name: requests and metrics could not tell them apart."""
    paths: set[str] = set()
    labels = {NO_LANE}  # which requests of no lane are counted under, and alerts leave out
    for index, lane in enumerate(lanes):
        given = lane if isinstance(lane, dict) else {}
        texts = (given.get(key) for key in ("name", "path", "dialect"))
        name, path, dialect = (text if isinstance(text, str) else "" for text in texts)
        if dialect and dialect not in DIALECTS:
            hint = did_you_mean(dialect, sorted(DIALECTS))
            place = source.place(("lanes", index, "dialect"))
            yield Diagnostic(place, "E120", f"expected a known dialect, got `{dialect}`", hint)
        if not path:
            continue
        prefix, label = path.rstrip("/"), label_of(name, path, dialect)
        again = prefix in paths
        if again:
            place = source.place(("lanes", index, "path"))
            yield Diagnostic(place, "E121", "expected a path of its own, got it again")
        if label in labels and (name or not again):
            place = source.place(("lanes", index, "name" if name else "path"))
            got = f"expected a name of its own, got `{label}`, which is taken"
            yield Diagnostic(place, "E121", got, "give another `name`" if name else "give it a `name`")
        paths.add(prefix)
        labels.add(label)


Model = TypeVar("Model", bound=BaseModel)


def _beside(settings: Settings, directory: Path) -> Settings:
    """Take every file name in the settings from the directory that the settings file stands in."""

    def moved(model: Model) -> Model:
        changes: dict[str, Any] = {}
        for name in type(model).model_fields:
            value = getattr(model, name)
            if name == "policy" and (value.endswith((".yaml", ".yml")) or "/" in value):
                changes[name] = str(directory / value)
            elif isinstance(value, Path):
                changes[name] = directory / value
            elif isinstance(value, BaseModel):
                changes[name] = moved(value)
            elif isinstance(value, tuple):
                changes[name] = tuple(
                    directory / item if isinstance(item, Path) else moved(item) if isinstance(item, BaseModel) else item
                    for item in value
                )
        return model.model_copy(update=changes)

    return moved(settings)
