"""Presidio inside the house: its recognizers as rows of our table, an operator's registry, names by a spaCy model.

`policy` asks for the rows of the entities a policy names and hands them to `Detector(extra=…)`. A recognizer's
expressions, relaxed for RE2, become prefilter; the recognizer itself, called directly and not through the engine,
confirms on a window around the hit with its own checksum. `presidio_analyzer` (100 MB, 2 s) and spaCy are imported
inside the functions: who needs neither pays for neither. Nothing here is ever fetched from the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Any, cast

import re2

from proxy.detect.detector import Span
from proxy.detect.relax import relaxed
from proxy.detect.row import Candidate, Found, Row, glued, named_near
from proxy.errors import SettingsError

__all__ = ["NameModel", "operator_rows", "presidio_rows"]

_OURS = frozenset(
    (
        "EMAIL_ADDRESS",
        "PHONE_NUMBER",
        "IP_ADDRESS",
        "CREDIT_CARD",
        "IBAN_CODE",
        "CRYPTO",
        "MAC_ADDRESS",
        "US_SSN",
        "URL",
        "UUID",
    )
)
"""Entities whose rows are wider than Presidio's recognizers; measured in benchmarks/README.md."""
_SURE = 0.5
"""Presidio's score from which a pattern without checksum is taken without a telling word."""
_WINDOW = 48
_TIMEOUT_S = 0.005
"""For one expression and one neighbourhood, in seconds of the processor; an honest one takes microseconds."""
_PATIENCE = 20
"""How often an expression may run out of time; then it is asked no more, and all that its prefilter finds counts.

Else a client that has found out could send a thousand such texts in one request.
"""
_FLAGS = re.DOTALL | re.MULTILINE | re.IGNORECASE
"""Presidio's own, unless a registry names others."""
_FAULTS = (ValueError, TypeError, KeyError, AttributeError)
"""What Presidio raises about a registry."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_SOURCE = "presidio-analyzer, predefined recognizers"
_LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "ORGANIZATION",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "NORP": "NRP",
}
"""spaCy's labels (OntoNotes 5 and WikiNER) and our entities."""


def presidio_rows(entities: frozenset[str]) -> tuple[Row, ...]:
    """Return the rows of Presidio's predefined recognizers for those of `entities` that the house has no rows for.

    Args:
        entities: the entities a policy names.

    Raises:
        SettingsError: Presidio is not installed.
    """
    if not entities - _OURS:
        return ()
    _presidio()
    from presidio_analyzer import PatternRecognizer, predefined_recognizers  # noqa: PLC0415 - heavy, only when named

    rows: list[Row] = []
    for name in predefined_recognizers.__all__:
        kind = getattr(predefined_recognizers, name)
        if isinstance(kind, type) and issubclass(kind, PatternRecognizer) and kind is not PatternRecognizer:
            recognizer: Any = cast("Any", kind)()
            if (entities - _OURS).intersection(recognizer.supported_entities):
                rows.extend(_rows(recognizer, _SOURCE, sure=_SURE))
    return tuple(rows)


def operator_rows(registry: Path) -> tuple[Row, ...]:
    """Return the rows of an operator's recognizer registry.

    A predefined recognizer for an entity of which the house has rows of its own adds none.

    Args:
        registry: a YAML file in Presidio's own format; its pattern and deny-list recognizers count.

    Raises:
        SettingsError: the file is no registry, an expression cannot be prefiltered, or Presidio is not installed.
    """
    if not registry.is_file():  # Presidio would load its defaults without a word
        raise SettingsError(expected="a Presidio recognizer registry", got="no file", where=registry.name)
    _presidio()
    from presidio_analyzer import PatternRecognizer  # noqa: PLC0415 - heavy, only when configured
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider  # noqa: PLC0415 - the same reason

    try:
        loaded = RecognizerRegistryProvider(conf_file=registry).create_recognizer_registry().recognizers
    except _FAULTS as error:
        where = ", ".join((registry.name, *_culprit(registry)))
        got = type(error).__name__
        raise SettingsError(expected="a Presidio recognizer registry", got=got, where=where) from None
    rows: list[Row] = []
    for recognizer in loaded:
        if not isinstance(recognizer, PatternRecognizer):
            raise SettingsError(expected="pattern and deny-list recognizers", got="another kind", where=registry.name)
        own = type(recognizer) is PatternRecognizer
        if own or not _OURS.issuperset(recognizer.supported_entities):
            rows.extend(_rows(recognizer, f"operator's registry {registry.name}", sure=0.0 if own else _SURE))
    return tuple(rows)


def _presidio() -> None:
    """Refuse to go on where Presidio is not installed."""
    try:
        import presidio_analyzer  # noqa: F401, PLC0415 - heavy, and asked for only here
    except ImportError:
        raise SettingsError(
            expected="Presidio", got="no package presidio_analyzer", where="pip install presidio-analyzer"
        ) from None


def _culprit(registry: Path) -> tuple[str, ...]:
    """Name the recognizer of a registry that cannot be made, and its pattern: Presidio's own words quote values."""
    from presidio_analyzer import Pattern  # noqa: PLC0415 - loaded by then
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider  # noqa: PLC0415 - the same reason
    from presidio_analyzer.recognizer_registry.recognizers_loader_utils import (  # noqa: PLC0415 - the same reason
        RecognizerConfigurationLoader,
    )

    made: list[str] = []
    with suppress(*_FAULTS):
        whole = RecognizerConfigurationLoader.get(conf_file=registry)
        for number, one in enumerate(whole["recognizers"], 1):
            made = [f"recognizer {number}"]
            made = [f"recognizer {one['name']}"]
            for pattern in one.get("patterns") or ():
                made = [made[0], f"pattern {pattern['name']}"]
                Pattern.from_dict(pattern)
            made = made[:1]
            RecognizerRegistryProvider(
                registry_configuration={**whole, "recognizers": [one]}
            ).create_recognizer_registry()
        made = []
    return tuple(made)


def _rows(recognizer: Any, source: str, *, sure: float) -> Iterable[Row]:
    """Make a row of each of a recognizer's expressions."""
    words = tuple(" ".join(word.casefold().replace("-", " ").split()) for word in recognizer.context or ())
    checked = type(recognizer).validate_result is not _validate()
    patterns = recognizer.patterns
    recognizer.patterns = [_bounded(pattern, recognizer.global_regex_flags, own=not sure) for pattern in patterns]
    for number, pattern in enumerate(patterns):
        digits_only = not re.search(r"[A-Za-z\- ]", re.sub(r"\\[A-Za-z]", "", pattern.regex))
        told_only = words and sure and (digits_only or (pattern.score < sure and not checked))
        yield Row(
            id=f"{recognizer.name}-{number}",
            entity=recognizer.supported_entities[0],
            expression=relaxed(pattern.regex, f"{source}, recognizer {recognizer.name}, pattern {pattern.name}"),
            source=source,
            examples=(),
            confirm=_confirmation(recognizer, words, sure),
            trigger=_told_by(words) if told_only else "",
            strength=52,
        )


def _validate() -> Any:
    """Return the method that a recognizer without checksum inherits."""
    from presidio_analyzer import PatternRecognizer  # noqa: PLC0415 - loaded by then

    return PatternRecognizer.validate_result


class _SlowError(Exception):
    """An expression did not come to an end in time; Presidio would take that for no hit."""


class _Bounded:
    """An expression as a recognizer searches with it, which cannot hold the process up.

    Args:
        compiled: of `re2` or of `regex`.
        limits: arguments of its `finditer`.
    """

    def __init__(self, compiled: Any, limits: dict[str, float]) -> None:
        self._compiled, self._limits = compiled, limits

    def finditer(self, text: str, timeout: float) -> Iterator[Any]:  # noqa: ARG002 - Presidio's is a minute
        """Give the matches.

        Raises:
            _SlowError: it takes too long.
        """
        if not text.isascii():
            text = _SURROGATE.sub("\ufffd", text)  # RE2 reads UTF-8, which half an emoji is not
        try:
            yield from self._compiled.finditer(text, **self._limits)
        except TimeoutError:
            raise _SlowError from None


def _bounded(pattern: Any, flags: int, *, own: bool) -> Any:
    r"""Copy a pattern, such that it is searched for by RE2 where that reads an operator's as it stands.

    RE2's `\b` knows ASCII letters only, so that what is written with others stays with `regex`.
    """
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with Presidio

    bounded = copy(pattern)
    bounded.compiled_with_flags = flags
    bounded.compiled_regex = _Bounded(regex.compile(pattern.regex, flags), {"timeout": _TIMEOUT_S})
    if own and flags == _FLAGS and pattern.regex.isascii():
        options = re2.Options()
        options.log_errors = False
        with suppress(re2.error):
            bounded.compiled_regex = _Bounded(re2.compile(f"(?ims:{pattern.regex})", options), {})
    return bounded


def _told_by(words: tuple[str, ...]) -> str:
    """Return a trigger for whole words; between the words of a phrase may stand anything that is no letter."""
    quoted = (
        "".join(char if char.isalnum() else r"\W+" if char == " " else f"\\{char}" for char in word) for word in words
    )
    return relaxed(rf"\b(?:{'|'.join(quoted)})s?\b")


def _confirmation(recognizer: Any, words: tuple[str, ...], sure: float) -> Callable[[Candidate], Iterable[Found]]:
    """Close over a recognizer that looks at the neighbourhood of a candidate."""
    entity = recognizer.supported_entities[0]

    late = 0

    def confirm(candidate: Candidate) -> Iterable[Found]:
        nonlocal late
        text, start, end, _ = candidate
        if late >= _PATIENCE:
            return (Found(start, end),)
        first = max(0, start - _WINDOW)
        try:
            results = recognizer.analyze(text[first : end + _WINDOW], [entity], None)
        except _SlowError:
            late += 1
            return (Found(start, end),)
        places = ((first + result.start, first + result.end, result.score) for result in results)
        return [
            Found(low, high)
            for low, high, score in places
            if low < end
            and high > start
            and not (sure and glued(text, low, high))
            and (_shaped(text[low:high], score, sure) or named_near(text, low, high, words))
        ]

    return confirm


def _shaped(value: str, score: float, sure: float) -> bool:
    """Say whether a result stands without a telling word: sure enough, and for ours more than a run of digits."""
    return score >= sure and (not sure or not value.isdecimal())


class NameModel:
    """Names in free text by a spaCy model that the operator has installed.

    The caller runs `find` off the event loop and drops every field whose text came back unfinished.

    Args:
        model: an installed package's name or a directory.

    Raises:
        SettingsError: there is no such model. It is never downloaded.
    """

    def __init__(self, model: str) -> None:
        import spacy  # noqa: PLC0415 - heavy, only when a model is configured

        try:
            self._nlp = spacy.load(model, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler"])
        except OSError:
            raise SettingsError(
                expected="an installed spaCy model", got="none of that name", where="detect.model"
            ) from None

    def find(
        self, texts: Sequence[str], expired: Callable[[], bool]
    ) -> tuple[dict[str, tuple[Span, ...]], tuple[str, ...]]:
        """Find names, organisations and places until the time is up.

        Args:
            texts: distinct strings.
            expired: asked before each text; the core has no clock of its own.

        Returns:
            The spans of texts with hits, and the texts that were not looked at any more.
        """
        found: dict[str, tuple[Span, ...]] = {}
        for at, text in enumerate(texts):
            if expired():
                return found, tuple(texts[at:])
            spans = tuple(
                Span(ent.start_char, ent.end_char, _LABELS[ent.label_], "spacy")
                for ent in self._nlp(text).ents
                if ent.label_ in _LABELS
            )
            if spans:
                found[text] = spans
        return found, ()
