from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest

from proxy.detect.detector import Span
from proxy.errors import PolicyError, SettingsError
from proxy.keys.keyring import Keyring
from proxy.policy import compile_program, load, load_text
from proxy.wire.registry import DIALECTS
from tests.policy.programs import KEYRING, REGISTRY, TOKEN, event, program, run

MAIL = "a.b@example.com"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["base", "balanced", "strict", "pseudonymous"])
def test_shipped_policies_compile(name: str, dialect: str) -> None:
    """Every shipped policy serves every vendor."""
    assert name == compile_program(load(name), DIALECTS[dialect], KEYRING).policy


def test_silence_is_not_keep() -> None:
    """A policy that names no entity drops what it finds, whatever it was found by."""
    bare = compile_program(load_text("policy: bare\n", "bare.yaml"), DIALECTS["generic"], KEYRING)
    assert {"plan": "pro"} == event(bare, {"plan": "pro", "note": MAIL, "last_name": "Lovelace"})


def test_an_entity_that_is_kept_is_not_looked_for() -> None:
    """`keep` leaves a kind of data alone, in its fields and in texts."""
    record = {"email": MAIL, "note": f"write {MAIL}"}
    assert record == event(program("entities: {EMAIL_ADDRESS: keep}"), record)


def test_regions_decide_what_a_number_is() -> None:
    """A national number is read in the regions that the policy names."""
    record = {"note": "call 030 901820 now"}
    assert record != event(program("regions: [DE]"), record)


def test_vendors_and_keys_have_their_own_tokens() -> None:
    """Across two vendors, or two keys, nothing joins."""
    tokens = {
        event(compile_program(load("base"), DIALECTS[dialect], keyring), {"email": MAIL})["email"]
        for dialect in ("generic", "segment")
        for keyring in (KEYRING, Keyring.of(bytes(range(1, 33))))
    }
    assert 4 == len(tokens)
    assert 2 == sum(token.startswith(TOKEN) for token in tokens)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("", "enforce"),
        ("mode: shadow", "shadow"),
        ("entities: {EMAIL_ADDRESS: {do: hash, mode: shadow}}", "partial"),
        ("fields: [{id: a, where: event.a, do: drop, mode: shadow}]", "partial"),
        ("mode: shadow\nfields: [{id: a, where: event.a, do: drop, mode: shadow}]", "shadow"),
    ],
)
def test_a_program_says_how_far_it_is_in_force(text: str, mode: str) -> None:
    """A single rule in shadow mode is told too."""
    assert mode == program(text).mode


def test_contract_and_canary_are_asked() -> None:
    """A program that the vendor would refuse, or that leaks, is not made."""
    with pytest.raises(PolicyError, match="E301"):
        program("fields: [{id: a, where: event.token, do: drop}]", "mixpanel")
    with pytest.raises(PolicyError, match="E501"):
        program("fields: [{id: a, where: any.zz*, do: keep}]")
    assert "trial" == program("mode: shadow\nfields: [{id: a, where: any.zz*, do: keep}]").policy


def test_an_operators_recognizer_takes_part(tmp_path: Path) -> None:
    """A registry in Presidio's own format brings entities that the policy can speak of, and drops those it does not."""
    (tmp_path / "own.yaml").write_text(REGISTRY)
    for text, left in (("entities: {BADGE: hash}", f"see {TOKEN}"), ("", "see [BADGE]")):
        spoken = load_text(f"policy: a\nextends: [base]\nrecognizers: [own.yaml]\n{text}", str(tmp_path / "a.yaml"))
        made = compile_program(spoken, DIALECTS["generic"], KEYRING)
        assert event(made, {"note": "see BX-1234"})["note"].startswith(left)


def test_a_registry_that_is_not_there_is_a_diagnostic(tmp_path: Path) -> None:
    """A recognizer file that cannot be read stops the policy, with the line that names it."""
    with pytest.raises(PolicyError, match=r"a.yaml:2:15: E111 expected a Presidio recognizer registry, got no file"):
        load_text("policy: a\nrecognizers: [own.yaml]", str(tmp_path / "a.yaml"))


def test_a_broken_registry_is_the_only_fault(tmp_path: Path) -> None:
    """What it would have brought is not called unknown; an unknown entity without it is."""
    (tmp_path / "own.yaml").write_text(REGISTRY.replace("BX-", "(?P=x)"))
    text = "policy: a\nrecognizers: [own.yaml]\nentities: {BADGE: hash}"
    with pytest.raises(PolicyError) as refused:
        load_text(text, str(tmp_path / "a.yaml"))
    assert [" E111 "] == re.findall(r" E\d+ ", str(refused.value))
    assert "recognizer Badge, pattern badge" in str(refused.value)


def test_a_field_rule_may_speak_of_an_operators_entity(tmp_path: Path) -> None:
    """What a registry brings can be said to live in a field; what stands for nothing known cannot."""
    (tmp_path / "own.yaml").write_text(REGISTRY)
    rule = "fields: [{id: a, where: event.door, entity: %s, do: hash}]"
    text = f"policy: a\nextends: [base]\nrecognizers: [own.yaml]\n{rule}"
    made = compile_program(load_text(text % "BADGE", str(tmp_path / "a.yaml")), DIALECTS["generic"], KEYRING)
    assert event(made, {"door": "BX-1234"})["door"].startswith(TOKEN)
    with pytest.raises(PolicyError, match="E202 expected an entity, got `UNKNOWN`"):
        load_text(text % "UNKNOWN", str(tmp_path / "a.yaml"))


def test_a_policy_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Presidio a policy that names its entities does not compile, and says how to install it."""
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(PolicyError, match=r"1:1: E113 expected Presidio, got .* \(pip install presidio-analyzer\)"):
        program("entities: {UK_NHS: hash, US_NPI: hash}")


def test_an_entity_of_presidio_brings_its_recognizer() -> None:
    """Naming one of Presidio's entities is enough."""
    assert "nino [UK_NINO]" == event(program("entities: {UK_NINO: drop}"), {"note": "nino YS795168B"})["note"]


class Names:
    """Stands in for a model: knows one name, and takes a second a text."""

    def __init__(self, _model: str) -> None:
        self.asked: list[Sequence[str]] = []

    def find(
        self, texts: Sequence[str], expired: Callable[[], bool]
    ) -> tuple[dict[str, tuple[Span, ...]], tuple[str, ...]]:
        done = [text for text in texts if not expired()]
        spans: dict[str, tuple[Span, ...]] = {
            text: (Span(text.index("Grendel"), text.index("Grendel") + 7, "PERSON", "spacy"),)
            for text in done
            if "Grendel" in text
        }
        return spans, tuple(text for text in texts if text not in done)


@pytest.mark.parametrize(
    ("budget_ms", "left", "mode"),
    [
        (5000, {"note": "called [PERSON] back", "plan": "pro"}, "enforce"),
        (1, {"plan": "pro"}, "enforce"),
        (1, {"note": "called Grendel back", "plan": "pro"}, "shadow"),
    ],
)
def test_what_a_model_could_not_finish_is_dropped(
    monkeypatch: pytest.MonkeyPatch, budget_ms: int, left: dict[str, str], mode: str
) -> None:
    """A model finds names within its budget; a field it did not come to leaves with nothing in it, if not in shadow."""
    monkeypatch.setattr("proxy.policy.compile._model", Names)
    text = f"policy: a\nextends: [base]\nnames: {{model: none, budget_ms: {budget_ms}}}\nmode: {mode}\n"
    seconds = count()
    made = compile_program(load_text(text, "a.yaml"), DIALECTS["generic"], KEYRING, lambda: float(next(seconds)))
    assert made.slow
    records, report = run(made, {"note": "called Grendel back", "plan": "pro"})
    assert [left] == records
    assert ("budget" in {finding.rule for finding in report.findings}) is (budget_ms == 1)


def test_a_model_that_is_not_there_does_not_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model is never downloaded: its absence is a diagnostic."""

    def absent(_model: str) -> Names:
        raise SettingsError("an installed spaCy model", "none of that name")

    monkeypatch.setattr("proxy.policy.compile._model", absent)
    with pytest.raises(PolicyError, match="E112 expected an installed spaCy model"):
        program("names: {model: missing}")
