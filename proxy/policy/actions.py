"""The eight actions, each made into one callable when a policy compiles.

`keep drop hash mask replace truncate generalize encrypt`: a table of factories, each from the words of the policy to a
function from a scalar to a scalar, or to `GONE`. Every function gives its own results back unchanged, which is what
makes scrubbing idempotent. `policy.compile` picks, `policy.program` calls; nothing here knows places or vendors' names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from proxy.keys.keyring import Keyring
from proxy.keys.pseudonym import Pseudonymizer, Sealer
from proxy.keys.shapes import SHAPES
from proxy.policy.entities import IDENTITIES, KEY_DOMAINS, LEVELS
from proxy.policy.generalize import COARSER, Scalar
from proxy.policy.spec import ACTIONS, ActionSpec
from proxy.policy.urls import UrlParts, cleaner

__all__ = ["GONE", "ActionError", "Apply", "Gone", "Subject", "action_name", "as_text", "make_action", "url_parts"]


class Gone:
    """The result of an action that leaves nothing; its only instance is `GONE`."""

    __slots__ = ()


GONE = Gone()

Apply = Callable[[Scalar], Scalar | Gone]


class ActionError(ValueError):
    """An action that cannot be made. Caught by `policy.compile`, which knows the line."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is made for.

    Args:
        entity: the kind of data.
        vendor: whose key pseudonyms get.
        level: how coarse the field already is (`country`, `region`, `city`), for places.
        parameter: the URL parameter that the field copies, or empty.
        shapes: forms in which the vendor takes ids, names of `proxy.keys.shapes`.
    """

    entity: str
    vendor: str
    level: str = ""
    parameter: str = ""
    shapes: tuple[str, ...] = ()


def action_name(spec: ActionSpec) -> str:
    """Give the action's name as findings and metrics show it.

    Raises:
        ActionError: it is none of the eight.
    """
    name = spec if isinstance(spec, str) else next(iter(spec), "")
    if isinstance(spec, dict) and name in _URL_KEYS:
        return "generalize"
    if name not in ACTIONS or (isinstance(spec, dict) and len(spec) != 1):
        raise ActionError(f"expected one of {', '.join(ACTIONS)}, got `{name}`")
    return name


def make_action(spec: ActionSpec, subject: Subject, keyring: Keyring) -> Apply:
    """Make the callable for an action.

    Raises:
        ActionError: the words after the action do not fit, or it cannot be done to this entity.
    """
    name = action_name(spec)
    if isinstance(spec, dict) and name not in spec:
        return _url(spec, subject)
    words = spec[name] if isinstance(spec, dict) else None
    if words is not None and name in _WORDLESS:
        raise ActionError(f"expected nothing after `{name}`")
    return _FACTORIES[name](words, subject, keyring)


_WORDLESS = frozenset({"keep", "drop", "hash", "encrypt"})
"""Words after these are a mistake that would be paid for: `URL: {keep: [utm_source]}` would keep all of a URL."""


def _keep(_words: Any, _subject: Subject, _keyring: Keyring) -> Apply:
    return lambda value: value


def _drop(_words: Any, _subject: Subject, _keyring: Keyring) -> Apply:
    return lambda value: GONE


def _hash(_words: Any, subject: Subject, keyring: Keyring) -> Apply:
    domain = KEY_DOMAINS.get(subject.entity, subject.entity)
    shapes = tuple(SHAPES[name] for name in subject.shapes) if subject.entity in IDENTITIES else ()
    token = Pseudonymizer(keyring.derive(subject.vendor, f"hash/{domain}"), keyring.epoch, shapes).token
    return lambda value: token(as_text(value)) if value != "" else value


def _encrypt(_words: Any, subject: Subject, keyring: Keyring) -> Apply:
    domain = KEY_DOMAINS.get(subject.entity, subject.entity)
    token = Sealer(keyring.derive(subject.vendor, f"encrypt/{domain}", 64), keyring.epoch).token
    return lambda value: token(as_text(value)) if value != "" else value


def _mask(words: Any, _subject: Subject, _keyring: Keyring) -> Apply:
    keep = 0 if words is None else words.get("keep_last") if isinstance(words, dict) and len(words) == 1 else None
    if not isinstance(keep, int) or isinstance(keep, bool) or keep < 0:
        raise ActionError("expected `mask` or `mask: {keep_last: n}`, a number of characters from 0")

    def mask(value: Scalar) -> Scalar:
        text = as_text(value)
        hidden = len(text) - keep if len(text) > keep else len(text)  # of a short value the end is all of it
        return "".join("*" if at < hidden and _tells(sign) else sign for at, sign in enumerate(text))

    return mask


def _tells(sign: str) -> bool:
    """Tell what is masked: letters and digits, and what scripts other than Latin write beside them (vowel signs)."""
    return sign.isalnum() or not sign.isascii()


def _replace(words: Any, subject: Subject, _keyring: Keyring) -> Apply:
    if words is not None and not isinstance(words, str | int | float | bool):
        raise ActionError("expected one value after `replace`")
    replacement = f"[{subject.entity}]" if words is None else words
    return lambda value: replacement


def _truncate(words: Any, _subject: Subject, _keyring: Keyring) -> Apply:
    if not isinstance(words, int) or isinstance(words, bool) or words < 1:
        raise ActionError("expected `truncate: n`, a number of characters from 1")
    return lambda value: as_text(value)[:words]


def _generalize(words: Any, subject: Subject, _keyring: Keyring) -> Apply:
    levels = LEVELS.get(subject.entity, ())
    if words not in levels:
        got = f"`{words}`" if words else "none"
        raise ActionError(f"expected a level of {subject.entity} ({', '.join(levels) or 'it has none'}), got {got}")
    if subject.entity == "LOCATION_COARSE":
        stays = levels.index(subject.level) <= levels.index(words) if subject.level in levels else False
        return (lambda value: value) if stays else (lambda value: GONE)
    coarser = COARSER[subject.entity, words]

    def generalize(value: Scalar) -> Scalar | Gone:
        result = coarser(value)
        return GONE if result is None else result

    return generalize


_URL_KEYS = ("query", "fragment", "path")


def url_parts(spec: Mapping[str, Any]) -> UrlParts:
    """Read the parts of a URL that stay.

    Raises:
        ActionError: a part's words do not fit.
    """
    query, fragment, path = spec.get("query", "drop"), spec.get("fragment", "drop"), spec.get("path", "keep")
    if set(spec) - set(_URL_KEYS) or fragment not in ("keep", "drop") or path not in ("keep", "drop"):
        raise ActionError("expected for URL `query: keep | drop | {keep: [names]}`, `fragment` and `path`: keep | drop")
    if query in ("keep", "drop"):
        return UrlParts(None if query == "keep" else frozenset(), fragment == "keep", path)
    names = query.get("keep") if isinstance(query, dict) and len(query) == 1 else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ActionError("expected for a URL's query `keep`, `drop` or `{keep: [names]}`")
    return UrlParts(frozenset(names), fragment == "keep", path)


def _url(spec: Mapping[str, Any], subject: Subject) -> Apply:
    if subject.entity != "URL":
        raise ActionError(f"expected an action for {subject.entity}, got the parts of a URL")
    parts = url_parts(spec)
    if subject.parameter:
        return (lambda value: value) if parts.keeps(subject.parameter) else (lambda value: GONE)
    clean = cleaner(parts)
    return lambda value: clean(value) if isinstance(value, str) else value


def as_text(value: Scalar) -> str:
    """Write a scalar as JSON would, so that a number and its text give the same pseudonym."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


_FACTORIES: dict[str, Callable[[Any, Subject, Keyring], Apply]] = {
    "keep": _keep,
    "drop": _drop,
    "hash": _hash,
    "mask": _mask,
    "replace": _replace,
    "truncate": _truncate,
    "generalize": _generalize,
    "encrypt": _encrypt,
}
