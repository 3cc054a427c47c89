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
        "supported_languages: [en]\nglobal_regex_flags: x\nrecognizers: []",
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


def registry_of(folder: Path, *patterns: str, flags: str = "") -> Path:
    """Write a registry with one recognizer of these expressions."""
    listed = "".join(f"\n      - {{name: p{number}, regex: '{one}', score: 1}}" for number, one in enumerate(patterns))
    path = folder / "own.yaml"
    path.write_text(
        f"supported_languages: [en]\n{flags}\nrecognizers:\n  - name: Badge\n    type: custom\n"
        f"    supported_entity: BADGE\n    supported_languages: [en]\n    patterns:{listed}\n",
        "utf-8",
    )
    return path


@pytest.mark.parametrize(
    ("pattern", "where"),
    [
        ("a{1001}", "operator's registry own.yaml, recognizer Badge, pattern p1"),
        (r"\d*", "operator's registry own.yaml, recognizer Badge, pattern p1"),
        ("(", "own.yaml, recognizer Badge, pattern p1"),
    ],
)
def test_a_refused_expression_is_named(tmp_path, pattern, where):
    """The fault says whose expression it is, without the expression."""
    with pytest.raises(SettingsError) as refused:
        operator_rows(registry_of(tmp_path, "BX", pattern))
    assert str(refused.value).endswith(f"({where})")


def test_a_recognizer_that_cannot_be_made_is_named(tmp_path):
    """A recognizer without an entity is told by its name, or by its number where it has none."""
    path = tmp_path / "own.yaml"
    for name, told in (("name: Staff, ", "recognizer Staff"), ("", "recognizer 1")):
        path.write_text(f"supported_languages: [en]\nrecognizers: [{{{name}type: custom, deny_list: [x]}}]", "utf-8")
        with pytest.raises(SettingsError, match=rf"\(own\.yaml, {told}\)"):
            operator_rows(path)


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [(r"(?:a|aa)+!", ""), (r"(?:a|aa)+!(?!x)", ""), (r"(?:a|aa)+!|é", ""), (r"(?:a|aa)+!", "global_regex_flags: 2")],
)
def test_an_expression_that_goes_back_without_end_is_stopped(tmp_path, pattern, flags):
    """What RE2 reads it confirms; what only `regex` reads and does not finish counts as found."""
    (row,) = operator_rows(registry_of(tmp_path, pattern, flags=flags))
    text = f"{'a' * 44}?{'a' * 44}!x"
    found = Detector(extra=(row,)).find([text]).get(text, ())
    assert ["BADGE"] == [span.entity for span in found]


def test_patience_with_an_expression_ends(tmp_path):
    """An expression that ran out of time twenty times is asked no more: what is like a value counts as one."""
    detector = Detector(extra=operator_rows(registry_of(tmp_path, r"(?:a|aa)+!(?!x)")))
    assert {} == detector.find(["aa!x"])
    slow = " ".join([f"{'a' * 60}!x"] * 2000)
    assert 2000 == len(detector.find([slow])[slow])
    assert ["aa!x"] == list(detector.find(["aa!x"]))


def test_a_long_candidate_is_confirmed_to_its_end(tmp_path):
    """A value behind hundreds of characters that the expression takes in is found."""
    rows = operator_rows(registry_of(tmp_path, r"\S*BX-\d{4}"))
    text = f"{'x' * 900}BX-1234"
    assert [Span(0, len(text), "BADGE", "Badge-0")] == list(Detector(extra=rows).find([text])[text])


def test_half_an_emoji_does_not_stop_a_search(tmp_path):
    """Places are right in a text that is no UTF-8, and letters beyond ASCII bound words."""
    rows = operator_rows(registry_of(tmp_path, r"\bBX-\d{4}", r"\bÜX-\d{4}\b"))
    text = "\ud83d BX-1234 ÜX-1234"
    assert ["BX-1234", "ÜX-1234"] == [text[span.start : span.end] for span in Detector(extra=rows).find([text])[text]]


def test_without_presidio_it_says_how_to_get_it(monkeypatch):
    """Where the package is missing, a policy that needs it is refused with what to install."""
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(SettingsError) as refused:
        presidio_rows(frozenset({"UK_NINO"}))
    assert "expected Presidio, got no package presidio_analyzer (pip install presidio-analyzer)" == str(refused.value)


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
