import random
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from proxy.detect.detector import Detector, Span
from proxy.detect.presidio import NameModel, operator_rows, presidio_rows
from proxy.errors import SettingsError

NATIONAL = frozenset(
    {"UK_NINO", "ES_NIF", "IT_FISCAL_CODE", "PL_PESEL", "AU_TFN", "IN_PAN", "US_PASSPORT", "US_DRIVER_LICENSE"}
)

REGISTRY = r"""
supported_languages: [en]
recognizers:
  - name: Badge
    type: custom
    supported_entity: BADGE
    supported_languages: [en]
    patterns:
      - {name: badge, regex: '(?<!\w)BX-\d{4}(?!\w)', score: 0.3}
    context: [badge]
  - name: Staff
    type: custom
    supported_entity: STAFF
    supported_languages: [en]
    deny_list: [Grendel, Beowulf]
  - {name: UkNinoRecognizer, type: predefined}
  - {name: EmailRecognizer, type: predefined}
"""


@pytest.fixture(scope="module")
def national():
    return Detector(extra=presidio_rows(NATIONAL))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nino YS795168B today", [("YS795168B", "UK_NINO")]),
        ("nino DI729995Y", []),
        ("NIF 55555555K", [("55555555K", "ES_NIF")]),
        ("NIF 55555555A", []),
        ("MRTMTT91D08F205J", [("MRTMTT91D08F205J", "IT_FISCAL_CODE")]),
        ("pesel 44051401359", [("44051401359", "PL_PESEL")]),
        ("44051401359", []),
        ("tfn 876 543 210", [("876 543 210", "AU_TFN")]),
        ("my passport number is 912803456", [("912803456", "US_PASSPORT")]),
        ("order 912803456", []),
        ("8c87e19e-YS795168B-1", []),
    ],
)
def test_presidios_recognizers_confirm_our_prefilter(national, text, expected):
    """A national id is taken with its checksum or a telling word, and not as a piece of something longer."""
    found = [(text[span.start : span.end], span.entity) for span in national.find([text]).get(text, ())]
    assert expected == [hit for hit in found if hit[1] in NATIONAL]


def test_entities_of_our_own_need_no_presidio():
    """Where our rows are wider, Presidio adds none and is not imported."""
    assert () == presidio_rows(frozenset({"EMAIL_ADDRESS"}))
    code = (
        "import sys; from proxy.detect.presidio import presidio_rows as rows;"
        "assert rows(frozenset({'EMAIL_ADDRESS', 'CREDIT_CARD'})) == (); assert 'presidio_analyzer' not in sys.modules"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode


def test_an_unknown_entity_adds_no_row():
    """A name that no recognizer supports adds nothing."""
    assert () == presidio_rows(frozenset({"NOBODY_SUPPORTS_THIS"}))


def test_an_operators_registry_takes_part(tmp_path):
    """Recognizers in Presidio's own format find through our prefilter, deny-lists and look-arounds included."""
    registry = tmp_path / "recognizers.yaml"
    registry.write_text(REGISTRY, "utf-8")
    detector = Detector(extra=operator_rows(registry))
    texts = ["door BX-1234", "BX-12345", "call grendel", "nino YS795168B", "ada@example.org"]
    found = {text: [(text[s.start : s.end], s.entity) for s in spans] for text, spans in detector.find(texts).items()}
    expected = {
        "door BX-1234": [("BX-1234", "BADGE")],
        "call grendel": [("grendel", "STAFF")],
        "nino YS795168B": [("YS795168B", "UK_NINO")],
        "ada@example.org": [("ada@example.org", "EMAIL_ADDRESS")],
    }
    assert expected == found


@pytest.mark.parametrize(
    "content",
    [
        "recognizers: 7",
        "nothing: here",
        "[",
        "7",
        "supported_languages: [en]\nrecognizers:\n  - {name: SpacyRecognizer, type: predefined}",
        (
            "supported_languages: [en]\nrecognizers:\n  - {name: X, type: custom, supported_entity: X, "
            "supported_languages: [en], patterns: [{name: x, regex: 'a{1001}', score: 1}]}"
        ),
    ],
)
def test_a_registry_that_cannot_work_stops_the_start(tmp_path, content):
    """What is no registry, or holds what cannot be prefiltered, is an error and not a silent hole."""
    registry = tmp_path / "recognizers.yaml"
    registry.write_text(content, "utf-8")
    with pytest.raises(SettingsError):
        operator_rows(registry)


def test_a_registry_that_is_not_there_stops_the_start(tmp_path):
    """A missing file is named, its folder is not."""
    with pytest.raises(SettingsError, match=r"gone\.yaml") as refused:
        operator_rows(tmp_path / "gone.yaml")
    assert str(tmp_path) not in str(refused.value)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Train a model that knows one name and one thing, in a second or two."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import spacy
        from spacy.training import Example

        random.seed(7)
        nlp = spacy.blank("en")
        nlp.add_pipe("ner")
        cases: list[tuple[str, dict[str, Any]]] = [
            ("Grendel opened the file", {"entities": [(0, 7, "PERSON")]}),
            ("report for Grendel", {"entities": [(11, 18, "PERSON")]}),
            ("Heorot burned", {"entities": [(0, 6, "FAC")]}),
            ("the file is open", {"entities": []}),
        ]
        examples = [Example.from_dict(nlp.make_doc(text), marks) for text, marks in cases]
        nlp.initialize(lambda: examples)
        for _ in range(40):
            nlp.update(examples)
        path = tmp_path_factory.mktemp("model") / "tiny"
        nlp.to_disk(path)
    return str(path)


def test_a_model_finds_names_and_passes_over_other_labels(model):
    """Persons, organisations and places of a model become our entities; its other labels do not count."""
    found, unfinished = NameModel(model).find(
        ["report for Grendel", "Heorot burned", "the file is open"], lambda: False
    )
    assert ({"report for Grendel": (Span(11, 18, "PERSON", "spacy"),)}, ()) == (found, unfinished)


def test_what_the_time_did_not_allow_comes_back(model):
    """Texts that were not looked at are named, so that the caller drops their fields."""
    answers = iter([False, True])
    found, unfinished = NameModel(model).find(
        ["report for Grendel", "Grendel opened the file", "x"], lambda: next(answers)
    )
    assert (["report for Grendel"], ("Grendel opened the file", "x")) == (list(found), unfinished)


def test_a_model_is_never_fetched():
    """A model that is not installed stops the start."""
    with pytest.raises(SettingsError, match="installed spaCy model"):
        NameModel("en_core_web_nobody_has_this")
