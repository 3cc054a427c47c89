from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from proxy.errors import PolicyError
from proxy.policy.diagnostics import Place
from proxy.policy.load import absent, load, load_text, shipped
from tests.policy.programs import policy


def faults(text: str, *search: Path) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        load_text(text, "shop.yaml", search)
    return str(raised.value).splitlines()


DIFFERS = "E401 expected example {} to come out as it says, got something else"
AGAIN = "expected a name at character"
SCOPE = "expected one of event, profile, group, query, record, any before the first dot, got `plan`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "entities: {EMIAL_ADDRESS: hash}",
            ["2:12: E202 expected an entity, got `EMIAL_ADDRESS` (hint: did you mean `EMAIL_ADDRESS`?)"],
        ),
        ("entities: {PERSON: {truncate: 0}}", ["2:12: E204 expected `truncate: n`, a number of characters from 1"]),
        (
            "entities: {PERSON: {do: drop, becuase: x}}",
            ["2:31: E105 expected a known key, got `becuase` (hint: did you mean `because`?)"],
        ),
        ("entities: {PERSON: {do: drop, examples: [{in: A, out: A}]}}", [f"2:12: {DIFFERS.format(1)}"]),
        ("entities: {PERSON: {do: mask, examples: [{in: A, out: '*'}, {in: A}]}}", [f"2:12: {DIFFERS.format(2)}"]),
        ("entities: {PERSON: {do: hash, examples: [{in: A, out: A}]}}", [f"2:12: {DIFFERS.format(1)}"]),
        ("entities: {PERSON: {do: mask, examples: [{in: A, out: <pseudonym>}]}}", [f"2:12: {DIFFERS.format(1)}"]),
        ("fields: [{id: a, where: plan, do: keep}]", [f"2:10: E203 {SCOPE}, in the selector of `a`"]),
        (
            "fields: [{id: a, where: [event.a, event..b], do: keep}]",
            [f"2:10: E203 {AGAIN} 7, in the selector of `a`"],
        ),
        (
            "fields: [{id: a, where: event.a, do: keep, counterexamples: ['']}]",
            [f"2:10: E203 {AGAIN} 1, in a counterexample of `a`"],
        ),
        (
            "fields: [{id: a, where: event.a*, do: keep, counterexamples: [event.b, event.ab]}]",
            ["2:10: E402 expected `a` to leave its counterexample alone, got a match"],
        ),
        (
            "fields: [{id: a, where: any.note, do: keep, counterexamples: [event.plan, event.note]}]",
            ["2:10: E402 expected `a` to leave its counterexample alone, got a match"],
        ),
        (
            "fields: [{id: a, where: event.a.note, do: keep, counterexamples: [any.plan, any.note]}]",
            ["2:10: E402 expected `a` to leave its counterexample alone, got a match"],
        ),
        (
            "regions: [GB, UK]",
            ["2:15: E205 expected a country with telephones, got `UK` (hint: did you mean `GB`?)"],
        ),
        (
            "fields: [{id: a, where: event.a, do: keep, examples: [{in: pro, out: free}]}]",
            [f"2:10: {DIFFERS.format(1)}"],
        ),
        (
            "fields:\n- {id: a, where: event.a, do: keep}\n- {id: a, where: event.b, do: keep}",
            ["3:3: E201 expected each id once, got `a` again"],
        ),
        ("extends: [nobody]", ["2:11: E108 expected a policy to extend, got `nobody`, which is not there"]),
        (
            "unknown: scn\nmode: enfroce",
            [
                "2:1: E107 expected 'scan', 'drop' or 'keep', got a string",
                "3:1: E107 expected 'enforce' or 'shadow', got a string",
            ],
        ),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, expected: list[str]) -> None:
    """Every fault has file, line, column, what was expected and what was there."""
    assert expected == [fault.removeprefix("shop.yaml:") for fault in faults(f"policy: x\n{text}")]


def test_all_faults_are_told_at_once() -> None:
    """Faults of entities, fields and what is extended come together, in file order."""
    text = "policy: x\nextends: [none]\nentities: {PERSN: drop, URL: hsah}\nfields:\n- {id: a, where: x, do: keep}\n"
    assert ["2:11", "3:12", "3:25", "5:3"] == [
        fault.split(": ")[0].removeprefix("shop.yaml:") for fault in faults(text)
    ]


@pytest.mark.parametrize(("where", "out"), [("event.country", "DE"), ("[event.city, event.country]", "null")])
def test_an_example_of_a_place_stands_in_the_field_it_is_for(where: str, out: str) -> None:
    """What a level leaves of a place is told by the name of the rule's first field, as in an event."""
    rule = f"id: a, where: {where}, entity: LOCATION_COARSE, do: {{generalize: country}}"
    assert policy(f"fields: [{{{rule}, examples: [{{in: DE, out: {out}}}]}}]").fields


def test_no_is_a_value_like_any_other() -> None:
    """`no` in `allow` is the word, not false."""
    assert ["no", "on"] == policy("allow: [no, on]").allow


def test_what_is_extended_is_overridden(tmp_path: Path) -> None:
    """The later word wins; field rules come first and replace those of the same id; `allow` adds up."""
    (tmp_path / "one.yaml").write_text(
        "policy: one\nextends: [base]\nallow: [a]\nunknown: keep\non_error: refuse\nregions: [DE]\nmode: shadow\n"
        "entities: {PERSON: hash}\nfields: [{id: a, where: event.a, do: drop}, {id: b, where: event.b, do: drop}]\n"
    )
    text = "policy: two\nextends: [one]\nallow: [b]\nunknown: drop\nfields: [{id: b, where: event.b, do: keep}]\n"
    two = load_text(text, str(tmp_path / "two.yaml"))
    assert ("two", "drop", "refuse", "enforce", ("DE",)) == (two.name, two.unknown, two.on_error, two.mode, two.regions)
    assert ["a", "b"] == two.allow
    assert [("b", "keep"), ("a", "drop")] == [(rule.spec.id, rule.spec.do) for rule in two.fields]
    assert ("hash", "hash") == (two.entities["PERSON"].do, two.entities["USER_ID"].do)
    assert str(tmp_path / "one.yaml") == two.places["PERSON"].file


def test_a_common_base_is_joined_once(tmp_path: Path) -> None:
    """Who extends two policies of one base keeps what the first says: the base does not come back over it."""
    (tmp_path / "extra.yaml").write_text("policy: extra\nextends: [base]\nentities: {NRP: mask}\n")
    joined = load_text("policy: x\nextends: [strict, extra]\n", str(tmp_path / "x.yaml"))
    assert ("drop", "mask") == (joined.entities["EMAIL_ADDRESS"].do, joined.entities["NRP"].do)


@pytest.mark.parametrize("name", ["self", "self.yaml", "./self.yaml"])
def test_a_circle_is_told(tmp_path: Path, name: str) -> None:
    """A file that extends itself, under whatever name, is refused."""
    file = tmp_path / "self.yaml"
    file.write_text(f"policy: self\nextends: [{name}]\n")
    with pytest.raises(PolicyError) as raised:
        load(str(file))
    assert f"{file}:2:11: E109 expected no circle, got `{name}`, which extends this file" == str(raised.value)


def test_a_wider_circle_is_told(tmp_path: Path) -> None:
    """Two files that extend each other are refused where the circle closes."""
    (tmp_path / "a.yaml").write_text("policy: a\nextends: [b]\n")
    (tmp_path / "b.yaml").write_text("policy: b\nextends: [a]\n")
    with pytest.raises(PolicyError, match=r"b\.yaml:2:11: E109"):
        load(str(tmp_path / "a.yaml"))


def test_faults_of_what_is_extended_are_its_own(tmp_path: Path) -> None:
    """A fault in an extended file names that file; the others are told beside it."""
    (tmp_path / "broken.yaml").write_text("policy: broken\nunknown: scn\n")
    (tmp_path / "bytes.yaml").write_bytes(b"policy: \xff\n")
    text = "policy: x\nextends: [broken, bytes]\nentities: {X: drop}\n"
    found = faults(text, tmp_path)
    assert f"{tmp_path}/broken.yaml:2:1: E107 expected 'scan', 'drop' or 'keep', got a string" == found[0]
    assert "shop.yaml:2:19: E100 expected a readable UTF-8 file, got UnicodeDecodeError" == found[1]
    assert found[2].startswith("shop.yaml:3:12: E202")


def test_a_file_finds_what_lies_beside_it(tmp_path: Path) -> None:
    """`extends` looks beside the file that says it, then where it was told to, then at the shipped policies."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "near.yml").write_text("policy: near\nextends: [base]\nentities: {PERSON: mask}\n")
    (inner / "far.yaml").write_text("policy: far\nextends: [near.yml]\n")
    assert "mask" == load_text("policy: x\nextends: [inner/far.yaml]\n", str(tmp_path / "x.yaml")).entities["PERSON"].do
    assert "mask" == load("far", [inner]).entities["PERSON"].do


def test_a_policy_is_loaded_by_name_or_path() -> None:
    """A shipped policy's name and the path of its file mean the same."""
    assert load("balanced").fingerprint == load(str(shipped() / "balanced.yaml")).fingerprint


def test_a_policy_that_is_not_there_is_told() -> None:
    """A misspelt name is answered with the nearest."""
    with pytest.raises(PolicyError) as raised:
        load("balancd")
    message = "balancd:1:1: E100 expected a policy, got no such file (hint: did you mean `balanced`?)"
    assert message == str(raised.value)


def test_a_policy_that_is_named_elsewhere_is_missed_there() -> None:
    """The settings name it; one that is there is no fault."""
    place = Place("eventveil.yaml", 7, 3)
    fault = absent("balancd", (), place)
    assert (None, place) == (absent("balanced", (), place), fault and fault.place)


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    """A file that is no UTF-8 is refused with its name."""
    file = tmp_path / "x.yaml"
    file.write_bytes(b"policy: \xff")
    with pytest.raises(PolicyError) as raised:
        load(str(file))
    assert f"{file}:1:1: E100 expected a readable UTF-8 file, got UnicodeDecodeError" == str(raised.value)


def test_a_fingerprint_tells_what_decides() -> None:
    """Twelve digits that change with anything that decides, and with nothing else; any number can be said."""
    first = policy("entities: {PERSON: mask}").fingerprint
    assert 12 == len(first)
    assert first == policy("entities: {PERSON: mask} # a comment").fingerprint
    others = ["allow: [a]", "mode: shadow", "regions: [DE]", "entities: {PERSON: {truncate: 99999999999999999999}}"]
    assert 5 == len({first, *(policy(other).fingerprint for other in others)})


def test_a_wheel_holds_the_policies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Installed, the policies lie inside the package; in a checkout beside it."""
    monkeypatch.setattr(import_module("proxy.policy.load"), "files", lambda _: tmp_path / "proxy")
    assert tmp_path / "policies" == shipped()
    (tmp_path / "proxy" / "policies").mkdir(parents=True)
    assert tmp_path / "proxy" / "policies" == shipped()
