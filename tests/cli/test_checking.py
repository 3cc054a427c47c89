from __future__ import annotations

import json
from pathlib import Path

import pytest

from proxy.policy.load import shipped
from tests.cli.commands import Run

GOOD = "policy: good\nextends: [base]\n"


def test_good_files_are_status_0(run: Run, tmp_path: Path) -> None:
    """A folder is gone through, whatever the policies' files are called; the count is on standard error."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.yml").write_text(GOOD)
    (tmp_path / "README.md").write_text("no YAML: [")
    assert (0, "", "2 files, 0 diagnostics\n") == run("check", tmp_path)


def test_faults_are_status_1(run: Run, tmp_path: Path) -> None:
    """Every fault of every file is a line of its own on standard output."""
    (tmp_path / "a.yaml").write_text(GOOD + "unknown: scn\nmode: no\n")
    (tmp_path / "b.yaml").write_text(GOOD + "fields: [{id: x, where: event.token, do: drop}]\n")
    (tmp_path / "c.yaml").write_bytes(b"\xff")
    status, out, err = run("check", tmp_path, tmp_path / "none.yaml")
    codes = [line.removeprefix(f"{tmp_path}/").split(" ")[:2] for line in out.splitlines()]
    assert ["a.yaml:3:1:", "E107"] == codes[0]
    assert ["a.yaml:4:1:", "E107"] == codes[1]
    assert ["b.yaml:3:10:", "E301"] == codes[2]
    assert [["c.yaml:1:1:", "E100"], ["none.yaml:1:1:", "E100"]] == codes[-2:]
    assert (1, f"4 files, {len(codes)} diagnostics\n") == (status, err)


def test_a_fault_of_several_vendors_is_told_once(run: Run, tmp_path: Path) -> None:
    """A canary that would pass passes at every vendor; it is one fault."""
    file = tmp_path / "a.yaml"
    file.write_text(GOOD + "fields: [{id: x, where: any.zz*, do: keep}]\n")
    _, out, _ = run("check", file)
    assert 1 == out.count("E501")


def test_a_machine_reads_json(run: Run, tmp_path: Path) -> None:
    """`--json` gives one object, good or bad."""
    file = tmp_path / "a.yaml"
    file.write_text(GOOD + "unknown: scn\n")
    status, out, err = run("check", "--json", file)
    fault = f"{file}:3:1: E107 expected 'scan', 'drop' or 'keep', got a string"
    assert (1, {"files": 1, "diagnostics": [fault]}, "") == (status, json.loads(out), err)
    status, out, _ = run("check", "--json", shipped() / "base.yaml")
    assert (0, {"files": 1, "diagnostics": []}) == (status, json.loads(out))


def test_nothing_to_check_is_status_2(run: Run, tmp_path: Path) -> None:
    """An empty folder is a mistake, not a success."""
    status, _, err = run("check", tmp_path)
    assert (2, True) == (status, "expected at least one YAML file, got none" in err)


@pytest.mark.parametrize("text", ["lanes: 5\n", "{}\n", "a: [\n", "lanez: {}\n"])
def test_other_files_are_settings(run: Run, tmp_path: Path, text: str) -> None:
    """A file without `policy:` is read as settings, and its faults are told the same way."""
    file = tmp_path / "eventveil.yaml"
    file.write_text(text)
    status, out, _ = run("check", file)
    assert 1 == status
    assert all(line.startswith(f"{file}:") for line in out.splitlines())


def test_good_settings_are_status_0(run: Run, tmp_path: Path) -> None:
    """Settings that would serve are good."""
    (tmp_path / "key").write_bytes(bytes(range(32)))
    file = tmp_path / "eventveil.yaml"
    lane = "{name: web, path: /mp, dialect: mixpanel, upstream: 'https://api.example.com', policy: balanced}"
    file.write_text(f"keys:\n  file: key\nlanes:\n  - {lane}\n")
    assert (0, "") == run("check", file)[:2]


def test_a_policy_extends_what_lies_beside_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is checked as a file, be its name that of a shipped policy or without an ending."""
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "plain").write_text("policy: plain\nextends: [mine]\n")
    monkeypatch.chdir(tmp_path)
    assert (0, "", "1 files, 0 diagnostics\n") == run("check", "plain")
