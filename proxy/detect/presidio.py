"""Presidio inside the house: its recognizers as rows of our table, an operator's registry, names by a spaCy model.

`policy` asks for the rows of the entities a policy names and hands them to `Detector(extra=…)`. A recognizer's
expressions, relaxed for RE2, become prefilter; the recognizer itself, called directly and not through the engine,
confirms on a window around the hit with its own checksum. `presidio_analyzer` (100 MB, 2 s) and spaCy are imported
inside the functions: who needs neither pays for neither. Nothing here is ever fetched from the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

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
_MAX_CANDIDATE = 256
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
    """
    if not entities - _OURS:
        return ()
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
        SettingsError: the file is no registry, or an expression is none that RE2 reads.
    """
    from presidio_analyzer import PatternRecognizer  # noqa: PLC0415 - heavy, only when configured
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider  # noqa: PLC0415 - the same reason

    if not registry.is_file():  # Presidio would load its defaults without a word
        raise SettingsError(expected="a Presidio recognizer registry", got="no file", where=registry.name)
    try:
        loaded = RecognizerRegistryProvider(conf_file=registry).create_recognizer_registry().recognizers
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        got = type(error).__name__
        raise SettingsError(expected="a Presidio recognizer registry", got=got, where=registry.name) from None
    rows: list[Row] = []
    for recognizer in loaded:
        if not isinstance(recognizer, PatternRecognizer):
            raise SettingsError(expected="pattern and deny-list recognizers", got="another kind", where=registry.name)
        own = type(recognizer) is PatternRecognizer
        if own or not _OURS.issuperset(recognizer.supported_entities):
            rows.extend(_rows(recognizer, f"operator's registry {registry.name}", sure=0.0 if own else _SURE))
    return tuple(rows)


def _rows(recognizer: Any, source: str, *, sure: float) -> Iterable[Row]:
    """Make a row of each of a recognizer's expressions."""
    words = tuple(" ".join(word.casefold().replace("-", " ").split()) for word in recognizer.context or ())
    checked = type(recognizer).validate_result is not _validate()
    for number, pattern in enumerate(recognizer.patterns):
        digits_only = not re.search(r"[A-Za-z\- ]", re.sub(r"\\[A-Za-z]", "", pattern.regex))
        told_only = words and sure and (digits_only or (pattern.score < sure and not checked))
        yield Row(
            id=f"{recognizer.name}-{number}",
            entity=recognizer.supported_entities[0],
            expression=relaxed(pattern.regex),
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


def _told_by(words: tuple[str, ...]) -> str:
    """Return a trigger for whole words; between the words of a phrase may stand anything that is no letter."""
    quoted = (
        "".join(char if char.isalnum() else r"\W+" if char == " " else f"\\{char}" for char in word) for word in words
    )
    return relaxed(rf"\b(?:{'|'.join(quoted)})s?\b")


def _confirmation(recognizer: Any, words: tuple[str, ...], sure: float) -> Callable[[Candidate], Iterable[Found]]:
    """Close over a recognizer that looks at the neighbourhood of a candidate."""
    entity = recognizer.supported_entities[0]

    def confirm(candidate: Candidate) -> Iterable[Found]:
        text, start = candidate.text, candidate.start
        end = min(candidate.end, start + _MAX_CANDIDATE)
        first = max(0, start - _WINDOW)
        for result in recognizer.analyze(text[first : end + _WINDOW], [entity], None):
            low, high = first + result.start, first + result.end
            if low >= end or high <= start or (sure and glued(text, low, high)):
                continue
            if _shaped(text[low:high], result.score, sure) or named_near(text, low, high, words):
                yield Found(low, high)

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
